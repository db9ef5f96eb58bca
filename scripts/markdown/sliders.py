"""Sliders on constants, in Colab's syntax: `x = 2.0  # @param {type:"slider", min:-3, max:3}`."""

import ast
import io
import re
import tokenize
from dataclasses import dataclass

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_COMMENT = re.compile(r"#\s*@param\b\s*(?P<form>.*)")
_FORM = re.compile(r"\{(?P<fields>[^{}]*)\}\s*")
_FIELD = re.compile(rf'\s*(?P<key>\w+)\s*:\s*(?:"(?P<word>\w+)"|(?P<number>{_NUMBER}))\s*')
_ASSIGNMENT = re.compile(rf"(?P<name>[^\W\d]\w*) = (?P<value>{_NUMBER})\s*")
_KEYS = ("type", "min", "max", "step")
_EXAMPLE = 'x = 2.0  # @param {type:"slider", min:-3, max:3, step:0.1}'


@dataclass(frozen=True)
class Slider:
    """A constant that the reader can move; `line` counts from 1 within the snippet."""

    line: int
    name: str
    value: float
    min: float
    max: float
    step: float


class SliderError(ValueError):
    """A `@param` comment that is no slider; `line` counts from 1 within the snippet."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def find_sliders(source: str) -> tuple[Slider, ...]:
    """The sliders of a snippet, in order. Raises SliderError."""
    if "@param" not in source:
        return ()
    starts = _statement_starts(source)
    sliders = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            comment = _COMMENT.fullmatch(token.string) if token.type == tokenize.COMMENT else None
            if comment:
                line, column = token.start
                code = token.line[:column] if line in starts else ""
                sliders.append(_slider(line, code, comment["form"]))
    except (tokenize.TokenError, SyntaxError):
        pass  # code that cannot be read has no sliders; the error shows when it is run
    return tuple(sliders)


def _statement_starts(source: str) -> set[int]:
    try:
        return {node.lineno for node in ast.parse(source).body}
    except SyntaxError:
        return set()


def _slider(line: int, code: str, form: str) -> Slider:
    def refuse(reason: str) -> SliderError:
        return SliderError(line, f"@param: {reason}; write {_EXAMPLE}")

    assignment = _ASSIGNMENT.fullmatch(code)
    if assignment is None:
        raise refuse("the line must set one name, not indented, to one number")
    braces = _FORM.fullmatch(form)
    if braces is None:
        raise refuse("the settings go in one pair of braces at the end of the line")
    fields: dict[str, str] = {}
    for text in braces["fields"].split(","):
        field = _FIELD.fullmatch(text)
        if field is None:
            raise refuse(f"cannot read {text.strip()!r}")
        if field["key"] not in _KEYS or field["key"] in fields:
            known = field["key"] in _KEYS
            raise refuse(f"{field['key']!r} is {'given twice' if known else 'unknown'}")
        if (field["key"] == "type") != (field["word"] is not None):
            raise refuse("type is a word in quotes; min, max and step are numbers")
        fields[field["key"]] = field["word"] or field["number"]
    missing = [key for key in _KEYS if key not in fields]
    if missing:
        raise refuse(f"{missing[0]!r} is missing")
    if fields.pop("type") != "slider":
        raise refuse("only the type slider exists")
    low, high, step = (float(fields[key]) for key in ("min", "max", "step"))
    value = float(assignment["value"])
    if not low < high or not 0 < step <= high - low:
        raise refuse(
            "min must be less than max, and step positive and no wider than their distance"
        )
    if not low <= value <= high:
        raise refuse(f"the value {assignment['value']} is outside {low:g} to {high:g}")
    steps = (value - low) / step
    if abs(steps - round(steps)) > 1e-6:
        raise refuse(f"the value {assignment['value']} is not a whole number of steps from min")
    return Slider(line, assignment["name"], value, low, high, step)
