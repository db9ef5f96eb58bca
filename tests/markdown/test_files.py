"""An author's file is written whole or not at all, and never over what was saved meanwhile."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.markdown import files
from scripts.markdown.files import ChangedMeanwhile, replace_files
from scripts.markdown.paths import ROOT

posix = pytest.mark.skipif(os.name == "nt", reason="Windows knows no such permissions")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "index.md"
    path.write_bytes(b"old")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@posix
def test_links_stay_links_and_permissions_stay(page: Path) -> None:
    page.chmod(0o640)
    link = page.with_name("link.md")
    link.symlink_to(page.name)
    replace_files({link: b"new"}, {link: b"old"})
    assert link.is_symlink()
    assert page.read_bytes() == b"new"
    assert page.stat().st_mode & 0o777 == 0o640
    made = page.with_name("made.svg")
    before = os.umask(0o027)
    try:
        replace_files({made: b"<svg/>"}, {made: None})
    finally:
        os.umask(before)
    assert made.stat().st_mode & 0o777 == 0o640
    assert names(page.parent) == ["index.md", "link.md", "made.svg"]


@pytest.mark.parametrize("change", ["saved", "removed", "made"])
def test_what_changed_meanwhile_is_kept(page: Path, change: str) -> None:
    figure, gone = page.with_name("a.svg"), page.with_name("b.svg")
    gone.write_bytes(b"b")
    read = {page: b"old", figure: None, gone: b"b"}
    if change == "saved":
        page.write_bytes(b"mine")
    elif change == "removed":
        page.unlink()
    else:
        figure.write_bytes(b"mine")
    state = {path.name: path.read_bytes() for path in page.parent.iterdir()}
    with pytest.raises(ChangedMeanwhile, match="was changed while its snippets ran"):
        replace_files({figure: b"new", page: b"new"}, read, [gone])
    assert {path.name: path.read_bytes() for path in page.parent.iterdir()} == state


@pytest.mark.parametrize("step", ["write", "fsync", "chmod", "replace", "fdopen"])
def test_when_the_disk_fails_nothing_has_changed(
    page: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "write":
        real = os.fdopen

        def fdopen(*args: object, **options: object) -> object:
            file = real(*args, **options)  # type: ignore[call-overload]
            file.raw.close()  # so that what is written cannot be
            return file

        monkeypatch.setattr(files.os, "fdopen", fdopen)
    elif step == "chmod":
        monkeypatch.setattr(files.Path, "chmod", fail)
    else:
        monkeypatch.setattr(files.os, step, fail)
    with pytest.raises((OSError, ValueError)):
        replace_files({page: b"new"}, {page: b"old"})
    assert page.read_bytes() == b"old"
    assert names(page.parent) == ["index.md"]


@posix
def test_a_file_that_cannot_be_that_large(page: Path) -> None:
    """As on a full disk: the kernel itself refuses to write on."""
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from scripts.markdown.files import replace_files\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "page = Path(sys.argv[1])\n"
        "replace_files({page: b'n' * 5000}, {page: b'old'})\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, page], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "OSError: [Errno 27]" in answer.stderr
    assert page.read_bytes() == b"old"
    assert names(page.parent) == ["index.md"]


@posix
def test_killed_at_any_step_every_file_is_old_or_new(tmp_path: Path) -> None:
    """A process ends at its n-th call of the system that touches a file, for every n."""
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from scripts.markdown.files import replace_files\n"
        "left = int(sys.argv[2])\n"
        "def hook(event, _):\n"
        "    global left\n"
        "    if event in ('open', 'os.rename', 'os.remove', 'os.chmod', 'os.chown'):\n"
        "        left -= 1\n"
        "        if left < 0:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "folder = Path(sys.argv[1])\n"
        "page, figure, gone = (folder / name for name in ('index.md', 'a.svg', 'b.svg'))\n"
        "sys.addaudithook(hook)\n"
        "replace_files({figure: b'new', page: b'new'}, {page: b'old', figure: b'old'}, [gone])\n"
        "os._exit(0)\n"
    )
    seen = set()
    for step in range(100):
        folder = tmp_path / str(step)
        folder.mkdir()
        for name in ("index.md", "a.svg", "b.svg"):
            folder.joinpath(name).write_bytes(b"old")
        answer = subprocess.run(
            [sys.executable, "-c", program, folder, str(step)], cwd=ROOT, check=False
        )
        state = {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.startswith(".")}
        assert state["index.md"] in (b"old", b"new")
        assert state["a.svg"] in (b"old", b"new")
        if "b.svg" not in state:
            assert set(state.values()) == {b"new"}
        seen.add(tuple(sorted(state.items())))
        if answer.returncode == 0:
            break
    assert answer.returncode == 0
    assert len(seen) == 4  # nothing, the figure, the page too, and what is no more


def test_what_a_killed_update_has_left_goes_in_the_end(page: Path) -> None:
    left, busy = page.with_name(".index.md.x.update~"), page.with_name(".index.md.y.update~")
    for path in (left, busy):
        path.write_bytes(b"half")
    os.utime(left, (0, 0))
    replace_files({page: b"new"}, {page: b"old"})
    assert names(page.parent) == [busy.name, "index.md"]


@posix
def test_a_read_only_file_is_left_alone(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page.chmod(0o444)
    monkeypatch.setattr(files.os, "access", lambda *_: False)  # root may write everywhere
    with pytest.raises(PermissionError, match="it is read-only"):
        replace_files({page: b"new"}, {page: b"old"})
    assert page.read_bytes() == b"old"
