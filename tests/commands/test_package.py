"""The engine as somebody gets it who installs it: what the package holds, says and types."""

import re
import subprocess
import sys
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from scripts import environment
from scripts.project import ROOT

README = ROOT / "engine" / "README.md"
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```\n\n```text\n(.*?)^```$", README.read_text(encoding="utf-8"), re.S | re.M
)


def run(*command, cwd=ROOT):
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """The wheel and the source package, made now."""
    folder = tmp_path_factory.mktemp("packages")
    made = run(sys.executable, "-m", "build", "--no-isolation", "-o", folder, ROOT)
    assert not made.returncode, made.stdout
    [wheel], [source] = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source


@pytest.fixture(scope="module")
def users_python(packages, tmp_path_factory):
    """The Python of an environment that holds the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("user") / "venv"
    made = run(sys.executable, "-m", "venv", "--without-pip", folder)
    assert not made.returncode, made.stdout
    python = folder / environment.PYTHON.relative_to(environment.VENV)
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    with zipfile.ZipFile(packages[0]) as wheel:
        wheel.extractall(run(python, "-c", where).stdout.strip())
    return python


def test_an_index_would_take_both(packages):
    answer = run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", *packages)
    assert not answer.returncode, answer.stdout
    assert answer.stdout.count("PASSED") == 2


def test_the_metadata_lacks_nothing(packages):
    """But an address: the author is reached at the project's."""
    pyroma = Path(sys.executable).with_name("pyroma")
    answer = run(pyroma, "--min", "10", "--skip-tests", "AuthorEmail", "--file", packages[1])
    assert not answer.returncode, answer.stdout


def test_the_wheel_holds_the_engine_with_its_types_and_runs_anywhere(packages):
    assert packages[0].name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(packages[0]) as wheel:
        names = wheel.namelist()
        [metadata] = [wheel.read(name).decode() for name in names if name.endswith("/METADATA")]
    assert {"engine/py.typed", "engine/names.txt", "engine/graph.py"} <= {*names}
    assert {name.split("/")[0].split("-")[0] for name in names} == {
        "engine",
        "deep_learning_engine",
    }
    said = message_from_string(metadata)
    assert said.get_payload().strip() == README.read_text(encoding="utf-8").strip()
    assert {url.partition(",")[0] for url in said.get_all("Project-URL")} == {
        *("Homepage", "Source", "Issues")
    }


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_readmes_examples_print_what_it_says(number, users_python, tmp_path):
    program, said = EXAMPLES[number]
    assert run(users_python, "-I", "-c", program, cwd=tmp_path).stdout == said


def test_every_example_of_the_readme_is_tried():
    assert len(EXAMPLES) == README.read_text(encoding="utf-8").count("```python") == 2


def test_users_code_gets_the_types(users_python, tmp_path):
    program = """\
from engine import MLP, Graph, Value
from engine.compile import compile_loss

g = Graph()
reveal_type(g.value(1.0) * 2)
reveal_type(g.value(1.0).grad)
g.value("one")
"""
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    answer = run(
        *(sys.executable, "-m", "mypy", "--strict", "--python-executable", users_python),
        *("--cache-dir", tmp_path / "cache", "program.py"),
        cwd=tmp_path,
    )
    lines = [line.partition(" ")[2] for line in answer.stdout.splitlines()]
    assert lines == [
        'note: Revealed type is "engine.graph.Value"',
        'note: Revealed type is "float"',
        'error: Argument 1 to "value" of "Graph" has incompatible type "str"; expected "float"'
        "  [arg-type]",
        "1 error in 1 file (checked 1 source file)",
    ], answer.stdout
