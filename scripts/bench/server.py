"""A static host for measurements: folders below prefixes, compressed and typed as hosts do it."""

import gzip
import mimetypes
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

# As in the lists of the usual hosts (GitHub Pages, Cloudflare, Netlify): archives are sent as
# they are, and so is what has no type.
COMPRESSED = (
    "text/",
    "application/javascript",
    "application/json",
    "application/wasm",
    "image/svg",
)
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}


class StaticHost(ThreadingHTTPServer):
    """Serves files from memory once they were asked for, and counts the bytes of their bodies."""

    daemon_threads = True

    def __init__(self, folders: Mapping[str, Path], pages: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folders = folders
        self.sent: dict[str, int] = {}  # path -> bytes on the wire, since the last clear()
        self._bodies = {path: (body, "text/html") for path, body in pages.items()}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def body(self, path: str) -> tuple[bytes, str]:
        """Content of a path, gzipped if its type is one of COMPRESSED, and the type."""
        if path not in self._bodies:
            prefix = next(p for p in self.folders if path.startswith(p))
            file = self.folders[prefix] / path.removeprefix(prefix)
            if file.is_dir():
                file /= "index.html"
            kind = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or ""
            content = file.read_bytes()
            if kind.startswith(COMPRESSED):
                content = gzip.compress(content, 6)  # the level of nginx and of most others
            self._bodies[path] = content, kind or "application/octet-stream"
        return self._bodies[path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StaticHost

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        try:
            body, kind = self.server.body(path)
        except (OSError, StopIteration):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if kind.startswith(COMPRESSED) and body[:2] == b"\x1f\x8b":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.server.sent[path] = self.server.sent.get(path, 0) + len(body)
        self.wfile.write(body)

    def handle(self) -> None:
        with suppress(ConnectionResetError, BrokenPipeError):  # a page that was closed
            super().handle()

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def serve(folders: Mapping[str, Path], pages: Mapping[str, bytes]) -> Iterator[StaticHost]:
    """A running StaticHost; `folders` and `pages` by the path below which they are found."""
    host = StaticHost(folders, pages)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    try:
        yield host
    finally:
        host.shutdown()
        host.server_close()
