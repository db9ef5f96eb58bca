"""The policies in the built pages: of the site, and of the frame in which Python lives."""

import base64
import hashlib
import re

from scripts.bundling.javascript import SOURCES
from scripts.project import ROOT

FRAME = SOURCES / "sandbox" / "frame.html"
PAGE = ROOT / "overrides" / "partials" / "policy.html"


def directives(text: str) -> dict[str, list[str]]:
    """The policy that a page's text holds: directive -> sources."""
    policy = re.search(r'"Content-Security-Policy"\s+content="([^"]*)"', text)
    assert policy
    return {name: sources for name, *sources in map(str.split, policy[1].split(";"))}


def test_the_pages_know_the_script_of_pythons_frame():
    (script,) = re.findall(r"<script>(.*?)</script>", FRAME.read_text("utf-8"), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in directives(PAGE.read_text("utf-8"))["script-src"], (
        f"{FRAME.name} has changed: write 'sha256-{digest}' in {PAGE.name}"
    )


def test_pythons_frame_has_no_way_to_the_network():
    assert directives(FRAME.read_text("utf-8")) == {
        "default-src": ["'none'"],
        "script-src": ["'unsafe-inline'", "'wasm-unsafe-eval'"],
        "worker-src": ["blob:"],
    }


def test_pages_run_no_script_from_elsewhere():
    policy = directives(PAGE.read_text("utf-8"))
    assert policy["default-src"] == ["'self'"]
    assert set(policy) & {"connect-src", "frame-src", "child-src"} == set()
    hashes = re.compile(r"'sha256-[\w+/]+='")
    assert [s for s in policy["script-src"] if not hashes.fullmatch(s)] == [
        "'self'",
        "'wasm-unsafe-eval'",
    ]
