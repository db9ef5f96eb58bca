"""Check gradients by moving the inputs a little: central differences against the backward pass."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.graph import Graph, Value

STEP = 1e-5  # near the cube root of the rounding error, where a central difference is at its best


@dataclass(frozen=True)
class Comparison:
    """One input's derivative, found in two ways; error is relative above 1, absolute below."""

    x: float
    backward: float
    difference: float

    @property
    def error(self) -> float:
        return abs(self.backward - self.difference) / max(1.0, abs(self.difference))


class GradientError(AssertionError):
    """The backward pass and the central differences disagree."""


def gradient(f: Callable[..., Value], xs: Sequence[float]) -> list[float]:
    """∂f/∂x for each x, by one backward pass."""
    graph = Graph()
    leaves = [graph.value(x) for x in xs]
    graph.backward(_call(f, leaves))
    return [leaf.grad for leaf in leaves]


def central_differences(
    f: Callable[..., Value], xs: Sequence[float], step: float = STEP
) -> list[float]:
    """∂f/∂x for each x as (f(x + step) - f(x - step)) / (2·step).

    The error is the sum of truncation, which falls with step², and rounding, which grows with
    1/step: neither a large nor a tiny step is a good one.
    """

    def at(i: int, x: float) -> float:
        graph = Graph()
        return _call(f, [graph.value(x if k == i else other) for k, other in enumerate(xs)]).data

    return [(at(i, x + step) - at(i, x - step)) / (2 * step) for i, x in enumerate(xs)]


def check_gradient(
    f: Callable[..., Value], xs: Sequence[float], step: float = STEP, tolerance: float = 1e-6
) -> list[Comparison]:
    """Compare the two for a function f(x1, x2, …) of Values, at the numbers xs.

    Raises GradientError if one differs by more than `tolerance`. At a kink, such as relu at 0, the
    two need not agree: check elsewhere.
    """
    pairs = zip(xs, gradient(f, xs), central_differences(f, xs, step), strict=True)
    out = [Comparison(*pair) for pair in pairs]
    for i, found in enumerate(out):
        if not found.error <= tolerance:  # also if it is nan
            raise GradientError(_explain(f, xs, i, found, step))
    return out


def _explain(
    f: Callable[..., Value], xs: Sequence[float], i: int, found: Comparison, step: float
) -> str:
    """What disagrees, and what that usually means."""
    lines = [
        f"input {i} (x = {found.x:g}): backward says {found.backward:.8g},"
        f" central differences say {found.difference:.8g}"
    ]
    coarse = central_differences(f, xs, 10 * step)[i]
    ratio = found.backward / found.difference if found.difference else 0.0
    if not abs(coarse - found.difference) <= 1e-2 * max(1.0, abs(found.difference)):
        lines.append(
            f"with a step ten times as large they say {coarse:.8g}: the function has a kink or a"
            " jump nearby, or is too steep for this step, and the differences cannot be trusted"
        )
    elif not found.backward:
        lines.append(
            "a gradient of 0: does the function read .data, and so cut itself off the tape?"
        )
    elif abs(ratio + 1) < 1e-4:
        lines.append("that is its negative: the rule of some operation has a wrong sign")
    elif 0 < ratio < 0.9 and abs(1 / ratio - round(1 / ratio)) < 1e-4:
        lines.append(
            f"that is 1/{round(1 / ratio)} of it: does a node that is used several times keep only"
            " the last contribution (= instead of +=)?"
        )
    else:
        lines.append(
            "the rule of some operation is wrong: check the parts of the formula one by one"
        )
    return "\n".join(lines)


def _call(f: Callable[..., Value], leaves: list[Value]) -> Value:
    out = f(*leaves)
    if not isinstance(out, Value):
        raise TypeError(f"the function must return a Value, not {type(out).__name__}")
    return out
