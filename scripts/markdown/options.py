"""The options of a fence: ```python {#id title="…" raises=… tol=… limit=… noqa=… .hidden};
of an exercise {#id .exercise task="…" .used-below}; of its parts {.check}, {.solution}, {.mistake}.
"""

import difflib
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:
        \#(?P<id>[^\s{}"'=\#]+)
        | \.(?P<flag>[\w-]+)
        | (?P<key>[\w-]+)=(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"'{}=]+))
    )(?=\s|$)""",
    re.VERBOSE,
)
PARTS = ("check", "solution", "mistake")  # of an exercise, besides its starter
_FLAGS = ("hidden", "static", "predict", "exercise", "used-below", *PARTS)
_KEYS = ("title", "raises", "tol", "limit", "input", "hl_lines", "noqa", "task")
_LONGEST_TASK = 70  # characters: it stands in lists, on phones too
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_RULE = re.compile(r"[A-Z]+[0-9]*")
_RANGE = re.compile(r"([1-9]\d*)(?:-([1-9]\d*))?")


@dataclass(frozen=True)
class Options:
    """What the author asked for; empty or None where nothing was."""

    id: str = ""
    title: str = ""
    raises: str | None = None
    tol: float | None = None
    limit: float | None = None
    input: tuple[str, ...] = ()  # lines that are typed when the block asks
    hl_lines: tuple[int, ...] = ()
    noqa: tuple[str, ...] = ()  # the linter's rules that do not hold here
    hidden: bool = False
    static: bool = False
    predict: bool = False  # its recorded output is covered until the reader has guessed
    part: str = ""  # of an exercise: "exercise", which is its starter, or one of PARTS
    task: str = ""  # what an exercise asks, in a few words
    used_below: bool = False  # blocks below an exercise go on from its answer


def parse_options(text: str) -> Options:
    """Read what stands between the braces. Raises ValueError with a one-line reason."""
    found: dict[str, str] = {}
    position, text = 0, text.rstrip()
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            rest = text[position:].strip()
            raise ValueError(f'cannot read the option {rest!r}: write #id, .flag or key="value"')
        position = token.end()
        for name, value in _named(token):
            if name in found:
                raise ValueError(f"the option {name!r} is given twice")
            found[name] = value
    options = Options(
        id=_checked_id(found.get("id")),
        title=_checked_title(found.get("title")),
        raises=_checked_name(found.get("raises")),
        tol=_checked_tolerance(found.get("tol")),
        limit=_checked_limit(found.get("limit")),
        input=tuple(found["input"].split("\\n")) if "input" in found else (),
        hl_lines=_checked_lines(found.get("hl_lines")),
        noqa=_checked_rules(found.get("noqa")),
        hidden="hidden" in found,
        static="static" in found,
        predict="predict" in found,
        part=_checked_part(found),
        task=_checked_task(found.get("task")),
        used_below="used-below" in found,
    )
    _check_exercise(options, found)
    if options.static:
        for name in ("raises", "tol", "limit", "noqa", "input", "hidden", "predict"):
            if name in found:
                raise ValueError(f"a .static fence is not run, so {name!r} means nothing")
    return options


def _named(token: re.Match[str]) -> list[tuple[str, str]]:
    if token["id"]:
        return [("id", token["id"])]
    if token["flag"]:
        _known("." + token["flag"], ["." + flag for flag in _FLAGS])
        return [(token["flag"], "")]
    _known(token["key"], _KEYS)
    return [(token["key"], token["bare"] if token["quoted"] is None else token["quoted"])]


def _known(name: str, names: list[str] | tuple[str, ...]) -> None:
    if name in names:
        return
    everything = ["#id", *_KEYS, *("." + flag for flag in _FLAGS)]
    near = difflib.get_close_matches(name, everything, 1, cutoff=0.7)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(everything)}"
    raise ValueError(f"unknown option {name!r}: {hint}")


def _checked_part(found: dict[str, str]) -> str:
    parts = [name for name in ("exercise", *PARTS) if name in found]
    if len(parts) > 1:
        raise ValueError(f"a fence is one part of an exercise, not .{' and .'.join(parts)}")
    return parts[0] if parts else ""


def _checked_task(value: str | None) -> str:
    if value is None:
        return ""
    task = value.strip()
    if not task or len(task) > _LONGEST_TASK:
        raise ValueError(f"task= says in 1 to {_LONGEST_TASK} characters what is asked")
    return task


def _check_exercise(options: Options, found: dict[str, str]) -> None:
    """An exercise is marked as passed under its id, for years, and listed by its task."""
    if options.part == "exercise":
        for name, example in (("id", "#slope"), ("task", 'task="The slope at the bottom"')):
            if name not in found:
                raise ValueError(f"an .exercise needs {example}: readers' marks are kept under it")
        for name in ("raises", "static", "hidden", "predict"):
            if name in found:
                raise ValueError(f"{name!r} means nothing on the fence of an .exercise")
    elif options.task or options.used_below:
        name = "task" if options.task else ".used-below"
        raise ValueError(f"{name!r} belongs to the fence of an .exercise")
    elif options.part and len(found) > 1:
        [name] = [name for name in found if name != options.part][:1]
        raise ValueError(f"a .{options.part} takes no other option, so {name!r} means nothing")


def _checked_id(value: str | None) -> str:
    if value is None:
        return ""
    if not _ID.fullmatch(value):
        raise ValueError(f"bad id {value!r}: use lower-case letters, digits and single hyphens")
    if re.fullmatch(r"block-\d+", value):
        raise ValueError(f"the id {value!r} is of the form given to fences without one")
    return value


def _checked_title(value: str | None) -> str:
    if value is None:
        return ""
    if not value.strip():
        raise ValueError("the title is empty")
    if re.search(r"[&<>\\]", value):
        raise ValueError(f"the title {value!r} is no file name: leave out &, <, > and \\")
    return value


def _checked_name(value: str | None) -> str | None:
    if value is not None and not value.isidentifier():
        raise ValueError(f"raises={value!r} is not the name of an exception")
    return value


def _checked_tolerance(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        tolerance = float(value)
    except ValueError:
        tolerance = 0.0
    if not 0.0 < tolerance < 1.0:
        raise ValueError(f"tol={value!r} is not a number between 0 and 1, such as 1e-6")
    return tolerance


def _checked_limit(value: str | None) -> float | None:
    if value is None:
        return None
    if not re.fullmatch(r"\d+(\.\d+)?", value) or not 0.0 < float(value) <= 3600.0:
        raise ValueError(f"limit={value!r} is not a number of seconds, such as 120")
    return float(value)


def _checked_rules(value: str | None) -> tuple[str, ...]:
    if value is None:
        return ()
    rules = tuple(re.split(r"[\s,]+", value.strip()))
    if not all(_RULE.fullmatch(rule) for rule in rules):
        raise ValueError(f'noqa={value!r}: write rules of the linter, such as "B006 F841"')
    return rules


def _checked_lines(value: str | None) -> tuple[int, ...]:
    if value is None:
        return ()
    lines: list[int] = []
    for part in value.split():
        match = _RANGE.fullmatch(part)
        first = int(match[1]) if match else 1
        last = int(match[2] or match[1]) if match else 0
        if last < first:
            raise ValueError(f'hl_lines={value!r}: write numbers and ranges, such as "2 4-6"')
        lines.extend(range(first, last + 1))
    if not lines:
        raise ValueError("hl_lines is empty")
    return tuple(sorted(set(lines)))
