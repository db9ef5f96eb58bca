"""Shows values by Jupyter's display protocol: what `display` and the echo of a session do."""

import itertools
from collections.abc import Callable
from typing import Any

TEXT = "text/plain"
SVG = "image/svg+xml"
STEPS = "application/vnd.engine.steps+json"
LIVE = "application/vnd.engine.live+json"  # true: the text is this run's only, see Live


class Display:
    """Turns values into display events."""

    def __init__(self, event: Callable[[dict[str, Any]], None]) -> None:
        self._event = event
        self._ids = itertools.count(1)
        self._shown: set[str] = set()

    def new_cell(self) -> None:
        """From here on an id is new again: a cell updates only what it has shown itself."""
        self._shown.clear()

    def show(self, value: object, *, id: str | None = None) -> "DisplayHandle":
        """Show a value. What was shown with the same id in this block is replaced.

        Returns a handle whose `update(value)` replaces it.
        """
        if id is not None and not isinstance(id, str):
            raise TypeError(f"the id of a display is a string, not {type(id).__name__}")
        name = f"display-{next(self._ids)}" if id is None else id
        data = mimebundle(value)
        self._event({"type": "display", "data": data, "id": name, "update": name in self._shown})
        self._shown.add(name)
        return DisplayHandle(self, name)

    def echo(self, value: object) -> None:
        """Show the value of a block's last expression; None and handles say nothing."""
        if value is not None and not isinstance(value, DisplayHandle):
            data = mimebundle(value)
            self._event({"type": "display", "data": data, "id": None, "update": False})


class DisplayHandle:
    """A place in the output, to be shown anew."""

    def __init__(self, display: Display, id: str) -> None:
        self._display = display
        self.id = id

    def update(self, value: object) -> None:
        """Show `value` there instead."""
        self._display.show(value, id=self.id)


class Live:
    """Text that every run has its own of, such as a time: shown, but no part of the golden output,
    so that a page can measure without recording what one machine measured once."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {TEXT: self.text, LIVE: True}


def mimebundle(value: object) -> dict[str, Any]:
    """A value's representations, by type; only types that a page can show safely, always with a
    text. Source of the protocol: IPython, "Integrating your objects with IPython"."""
    kind = type(value)
    data: dict[str, Any] = {}
    if hasattr(kind, "_repr_mimebundle_"):
        bundle = value._repr_mimebundle_()  # type: ignore[attr-defined]
        if isinstance(bundle, tuple):  # (data, metadata)
            bundle = bundle[0]
        data = {mime: bundle[mime] for mime in (TEXT, SVG, STEPS, LIVE) if mime in (bundle or {})}
    if SVG not in data and hasattr(kind, "_repr_svg_"):
        svg = value._repr_svg_()  # type: ignore[attr-defined]
        if svg is not None:
            data[SVG] = svg
    if TEXT not in data:
        data[TEXT] = repr(value)
    for mime in (TEXT, SVG):
        if not isinstance(data.get(mime, ""), str):
            found = type(data[mime]).__name__
            raise TypeError(f"{kind.__name__} represents itself as {mime} by a {found}, not a str")
    return data
