from pathlib import Path

import pytest
from bs4 import BeautifulSoup


@pytest.fixture(scope="session")
def built(site_dir: Path) -> dict[Path, BeautifulSoup]:
    """Every page of the built site, by its file."""
    pages = sorted(site_dir.rglob("*.html"))
    return {path: BeautifulSoup(path.read_text("utf-8"), "html.parser") for path in pages}
