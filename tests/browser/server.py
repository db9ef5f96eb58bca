"""A static host for the tests: the built site below a sub-path, as a project page would have it."""

import mimetypes
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO, Self

from tests.conftest import SUB_PATH

PORTAL = b"<!doctype html><title>Welcome to our network</title><h1>Please log in</h1>"

mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("application/wasm", ".wasm")


class Host:
    """Serves `folder` on a free port of this machine, while entered; can be told to fail."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []  # paths
        self.on_request: Callable[[str], None] = lambda path: None
        self.refused = ""  # requests for paths that contain this are cut off; "/" cuts off all
        self.broken = ""  # these are answered by a status of 503
        self.portal = ""  # these by a page, as a network's login does, which may be kept for a day
        self.cut = ""  # of these, the connection breaks in the middle of the body
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}{SUB_PATH}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def go_away(self) -> None:
        self.refused = "/"


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, host: Host, *args: Any) -> None:
        self.host = host
        super().__init__(*args)

    def do_GET(self) -> None:
        self.host.asked.append(self.path)
        self.host.on_request(self.path)
        self.directory = str(self.host.folder)
        # It has whole seconds; a test may publish twice in one.
        del self.headers["If-Modified-Since"]
        if self.host.refused and self.host.refused in self.path:
            self._hang_up()
        elif self.host.portal and self.host.portal in self.path:
            self._show_portal()
        elif self.host.broken and self.host.broken in self.path:
            self.send_error(503)
        else:
            super().do_GET()

    def _show_portal(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PORTAL)))
        self.send_header("Cache-Control", "max-age=86400")
        self.end_headers()
        self.wfile.write(PORTAL)

    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:  # type: ignore[override]
        if not self.host.cut or self.host.cut not in self.path:
            return super().copyfile(source, outputfile)
        content = source.read()
        outputfile.write(content[: len(content) // 2])
        return self._hang_up()

    def _hang_up(self) -> None:
        """Also on a connection that was kept open."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def translate_path(self, path: str) -> str:
        inside = path.removeprefix(SUB_PATH)
        return super().translate_path("/" + inside if inside != path else "/no-such-file")

    def log_message(self, *_args: object) -> None:
        pass

    def handle(self) -> None:
        # A page that is left cancels its downloads.
        with suppress(ConnectionResetError, BrokenPipeError):
            super().handle()
