"""Constants that a reader can set by a field, in Colab's syntax:

    x = 2.0  # @param {type:"slider", min:-3, max:3, step:0.1}
    name = "ann"  # @param {type:"string"}
    kind = "a"  # @param ["a", "b"]

docs/assets/js/params.js finds the same in the page; tests/params.json holds the two together.
"""

import ast
import io
import math
import re
import tokenize
from dataclasses import dataclass

_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_STRING = r""""[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'"""
_LITERAL = re.compile(f"{_NUMBER}|{_STRING}")
_ASSIGNMENT = re.compile(rf"(?P<name>\w+) = (?P<literal>{_LITERAL.pattern})[ \t]*")
_COMMENT = re.compile(r"#[ \t]*@param\b(?P<form>.*)")
_FIELD = re.compile(
    rf'(?P<key>[A-Za-z]+)[ \t]*:[ \t]*(?:"(?P<word>[A-Za-z]+)"|(?P<number>{_NUMBER}))'
)
_ESCAPE = re.compile(r"\\([0-7]{1,3}|.)")
_KEYS = {"slider": ["type", "min", "max", "step"], "string": ["type"]}
_EXAMPLES = {
    "slider": 'x = 2.0  # @param {type:"slider", min:-3, max:3, step:0.1}',
    "string": 'name = "ann"  # @param {type:"string"}',
    "choice": 'kind = "a"  # @param ["a", "b"]',
}


@dataclass(frozen=True)
class Slider:
    """A number between two others; `line` counts from 1 within the snippet."""

    line: int
    name: str
    value: float
    min: float
    max: float
    step: float


@dataclass(frozen=True)
class TextField:
    """A text of one line."""

    line: int
    name: str
    value: str


@dataclass(frozen=True)
class Choice:
    """One of a few texts or numbers."""

    line: int
    name: str
    value: str | float
    choices: tuple[str | float, ...]


Param = Slider | TextField | Choice


class ParamError(ValueError):
    """A `@param` comment that makes no field; `line` counts from 1 within the snippet."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Refused(ValueError):
    """Why a comment makes no field, and which example shows how it is written."""

    def __init__(self, reason: str, kind: str = "slider") -> None:
        super().__init__(f"@param: {reason}; write {_EXAMPLES[kind]}")


def find_params(source: str) -> tuple[Param, ...]:
    """The constants of a snippet that have a field, in order. Raises ParamError."""
    if "@param" not in source:
        return ()
    try:
        starts = {node.lineno for node in ast.parse(source).body}
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (SyntaxError, ValueError, tokenize.TokenError):
        return ()  # code that cannot be read has no fields; the error shows when it is run
    params = []
    for token in tokens:
        comment = _COMMENT.fullmatch(token.string) if token.type == tokenize.COMMENT else None
        if comment:
            line, column = token.start
            code = token.line[:column] if line in starts else ""
            try:
                params.append(_param(line, code, comment["form"].strip(" \t")))
            except _Refused as error:
                raise ParamError(line, str(error)) from None
    return tuple(params)


def _param(line: int, code: str, form: str) -> Param:
    assignment = _ASSIGNMENT.fullmatch(code)
    if assignment is None:
        raise _Refused("the line must set one name, not indented, to one number or text")
    name, literal = assignment["name"], assignment["literal"]
    if form.startswith("["):
        return _choice(line, name, literal, form)
    fields = _fields(form)
    if fields["type"] == "string":
        value = _value(literal)
        if not isinstance(value, str):
            raise _Refused(f"a field for text needs a text in quotes, not {literal}", "string")
        return TextField(line, name, value)
    return _slider(line, name, literal, *(float(fields[key]) for key in ("min", "max", "step")))


def _fields(form: str) -> dict[str, str]:
    """What stands in the braces, complete for its type."""
    if not re.fullmatch(r"\{[^{}]*\}", form):
        raise _Refused("the settings go in one pair of braces at the end of the line")
    fields: dict[str, str] = {}
    for text in form[1:-1].split(","):
        field = _FIELD.fullmatch(text.strip(" \t"))
        if field is None:
            raise _Refused(f"cannot read {text.strip()!r}")
        key = field["key"]
        if key not in _KEYS["slider"] or key in fields:
            raise _Refused(f"{key!r} is {'given twice' if key in fields else 'unknown'}")
        if (key == "type") != (field["word"] is not None):
            raise _Refused("type is a word in quotes; min, max and step are numbers")
        fields[key] = field["word"] or field["number"]
    keys = _KEYS.get(fields.get("type", "slider"))
    if keys is None:
        raise _Refused("only the types slider and string exist, and a list of choices")
    for key in _KEYS["slider"]:
        if key in keys and key not in fields:
            raise _Refused(f"{key!r} is missing")
        if key in fields and key not in keys:
            raise _Refused(f"{key!r} is for sliders", fields["type"])
    return fields


def _slider(line: int, name: str, literal: str, low: float, high: float, step: float) -> Slider:
    value = _value(literal)
    if isinstance(value, str):
        raise _Refused(f"a slider needs a number, not {literal}")
    if not (math.isfinite(high - low) and low < high and 0 < step <= high - low):
        raise _Refused(
            "min must be less than max, and step positive and no wider than their distance"
        )
    if not low <= value <= high:
        raise _Refused(f"the value {literal} is outside {low:g} to {high:g}")
    steps = (value - low) / step
    if abs(steps - round(steps)) > 1e-6:
        raise _Refused(f"the value {literal} is not a whole number of steps from min")
    return Slider(line, name, value, low, high, step)


def _choice(line: int, name: str, literal: str, form: str) -> Choice:
    choices: list[str | float] = []
    rest = form[1:].lstrip(" \t")
    while True:
        item = _LITERAL.match(rest)
        if item is None:
            raise _Refused("the choices are texts in quotes or numbers, with commas", "choice")
        choices.append(_value(item[0], "choice"))
        rest = rest[item.end() :].lstrip(" \t")
        if not rest.startswith(","):
            break
        rest = rest[1:].lstrip(" \t")
    if rest != "]":
        raise _Refused("the choices go in one pair of brackets at the end of the line", "choice")
    if len(set(choices)) < max(len(choices), 2):
        raise _Refused("there must be two choices or more, all different", "choice")
    value = _value(literal, "choice")
    if value not in choices:
        raise _Refused(f"the value {literal} is none of the choices", "choice")
    return Choice(line, name, value, tuple(choices))


def _value(literal: str, kind: str = "string") -> str | float:
    """What a literal stands for: a number, or a text of one line that a field can show."""
    if literal[0] not in "\"'":
        return float(literal)
    for escape in _ESCAPE.findall(literal):
        if escape not in "\\'\"abfnrtvxuU" and not (escape.isdecimal() and int(escape, 8) < 256):
            raise _Refused(f"a field does not know what \\{escape} means", kind)
    try:
        text: str = ast.literal_eval(literal)
        text.encode()  # halves of a pair are not text
    except (SyntaxError, ValueError):
        raise _Refused(f"cannot read {literal}", kind) from None
    if "\n" in text or "\r" in text:
        raise _Refused("the text in a field has one line", kind)
    return text
