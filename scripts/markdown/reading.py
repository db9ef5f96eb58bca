"""Reads a page's file; what cannot be read is refused by name and line."""

from pathlib import Path

from .errors import PageError


def read_page(path: Path) -> str:
    """The page's text as Markdown sees it: no byte order mark, lines that end in \\n."""
    return decoded(path, content_of(path)).removeprefix("\ufeff").replace("\r\n", "\n")


def content_of(path: Path) -> bytes:
    """Raises PageError if the file cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        link = path.is_symlink()
        raise PageError(
            path, 1, "a link to no file: remove it" if link else "no such file"
        ) from None
    except OSError as error:
        raise PageError(path, 1, f"cannot be read: {error.strerror}") from None


def decoded(path: Path, content: bytes) -> str:
    """The text of these bytes, every character of it. Raises PageError if it is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"the byte {content[error.start]:#04x} is not UTF-8: save the page as UTF-8"
        raise PageError(path, line, message) from None
