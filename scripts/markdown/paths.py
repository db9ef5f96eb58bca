"""Where the project and its pages are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def all_pages(docs: Path) -> list[Path]:
    """Every Markdown file of the site."""
    return sorted(docs.rglob("*.md"))


def shown_path(path: Path) -> str:
    """The path as messages show it: from the project's root, where it lies below it."""
    absolute = path.resolve()
    return (absolute.relative_to(ROOT) if absolute.is_relative_to(ROOT) else path).as_posix()
