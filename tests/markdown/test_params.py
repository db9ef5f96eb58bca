"""Constants with a field: what is one, as tests/params.json says, and as docs/assets/js/params.js
finds in the page."""

import ast
import json
import random
import subprocess
from pathlib import Path

import pytest

from scripts import environment
from scripts.markdown.params import Choice, Param, ParamError, Slider, find_params

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "tests" / "params.json").read_text(encoding="utf-8"))
FIND = """
import { readFileSync } from "node:fs";
import { findParams, pythonString } from "./docs/assets/js/params.js";
const { codes, texts } = JSON.parse(readFileSync(0, "utf8"));
const found = codes.map((code) => findParams(code).map(({ name, value }) => [name, value]));
console.log(JSON.stringify({ found, literals: texts.map(pythonString) }));
"""


def shown(param: Param) -> dict[str, object]:
    if isinstance(param, Slider):
        limits = {"min": param.min, "max": param.max, "step": param.step}
        return {"kind": "slider", "name": param.name, "value": param.value, **limits}
    more = {"choices": list(param.choices)} if isinstance(param, Choice) else {}
    kind = "choice" if more else "text"
    return {"kind": kind, "name": param.name, "value": param.value, **more}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_table(case: dict[str, object]) -> None:
    if "error" in case:
        with pytest.raises(ParamError) as caught:
            find_params(case["code"])
        assert case["error"] in str(caught.value)
    else:
        assert [shown(param) for param in find_params(case["code"])] == case["params"]
        for written in case.get("writes", []):
            param, *_ = find_params(written["code"])
            if case["params"][0]["kind"] == "text":
                assert param.value == written["to"]


def javascript(codes: list[str], texts: list[str]) -> dict[str, list]:
    answer = subprocess.run(
        [str(environment.node()), "--input-type=module", "-e", FIND],
        input=json.dumps({"codes": codes, "texts": texts}),
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return json.loads(answer.stdout)


PIECES = [
    *("x = 2 ", 'kind = "a" ', "name = 'b' ", "# @param ", '["a", "b"]', '{type:"string"}', "\n"),
    *('{type:"slider", min:0, max:4, step:1}', "'", '"', "'''", '"""', "#", "(", ")", "[", "]"),
    *(
        "{",
        "}",
        ",",
        "\\",
        'f"',
        "r'",
        "print(",
        "pass",
        "if 1:",
        "    ",
        ";",
        "1",
        "é",
        "🙂",
        "\t",
    ),
]
LINES = [
    *("x = 2  # @param {type:'slider'}", 'x = 2  # @param {type:"slider", min:0, max:4, step:1}'),
    *(
        'name = "b"  # @param {type:"string"}',
        "kind = 'a'  # @param ['a', \"b\"]",
        "s = '''",
        "'''",
    ),
    *(
        't = """',
        '"""',
        "(",
        ")",
        "y = 1 + \\",
        "pass",
        "# '''",
        "s = '\\",
        "'",
        "if x:",
        "    pass",
    ),
]


@pytest.mark.filterwarnings("ignore::SyntaxWarning", "ignore::DeprecationWarning")
def test_both_find_the_same_in_random_code() -> None:
    chance = random.Random(11)
    codes = []
    while len(codes) < 1500:
        pieces, joint = chance.choice([(PIECES, ""), (LINES, "\n")])
        code = joint.join(chance.choice(pieces) for _ in range(chance.randrange(2, 12)))
        try:
            compile(code, "code", "exec")
        except (SyntaxError, ValueError):
            continue
        codes.append(code)
    agreed = 0
    for code, found in zip(codes, javascript(codes, [])["found"], strict=True):
        try:
            params = [[param.name, param.value] for param in find_params(code)]
        except ParamError:
            continue
        assert found == params, code
        agreed += bool(params)
    assert agreed > 50


def test_what_is_typed_is_what_python_reads() -> None:
    chance = random.Random(12)
    parts = [
        *"abc'\"\\#{}$&\t\0\x7f",
        "\\n",
        "'''",
        "é",
        "数",
        "🙂",
        "👨‍👩‍👧",
        "\u202e",
        "\u200b",
        "\ufeff",
    ]
    texts = ["".join(chance.choices(parts, k=chance.randrange(12))) for _ in range(500)]
    texts += [chr(chance.randrange(0x110000)) for _ in range(500)]
    texts = [text for text in texts if not any(0xD800 <= ord(c) < 0xE000 for c in text)]
    literals = javascript([], texts)["literals"]
    assert [ast.literal_eval(literal) for literal in literals] == texts
    assert all("\n" not in literal and "\r" not in literal for literal in literals)
