"""Check gradients by moving the inputs a little: central differences against the backward pass."""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
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


@dataclass(frozen=True)
class Difference:
    """(f(x + h) - f(x - h)) / 2h, and how far the rounding of the two values can move it."""

    slope: float
    rounding: float
    h: float

    def tells(self, tolerance: float) -> bool:
        """Whether rounding is too small to matter within this tolerance."""
        return self.rounding <= 0.5 * tolerance * max(1.0, abs(self.slope))


class GradientError(AssertionError):
    """The backward pass and the central differences disagree, or there are no differences.

    >>> check_gradient(lambda x: x.relu(), [0.0])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    engine.check.GradientError: input 0 (x = 0): backward says 0, central differences say 0.5
    to the left the slope is 0, to the right 1: ...
    """


def gradient(f: Callable[..., Value], xs: Sequence[float]) -> list[float]:
    """∂f/∂x for each x, by one backward pass."""
    graph = Graph()
    leaves = [graph.value(x) for x in xs]
    graph.backward(_call(f, leaves))
    return [leaf.grad for leaf in leaves]


def central_differences(
    f: Callable[..., Value], xs: Sequence[float], step: float = STEP
) -> list[float]:
    """∂f/∂x for each x as (f(x + h) - f(x - h)) / 2h, where h is `step` times the larger of |x|, 1.

    >>> [round(slope, 6) for slope in central_differences(lambda a, b: a * b, [2.0, 3.0])]
    [3.0, 2.0]

    The error is the sum of truncation, which falls with h², and rounding, which grows with 1/h:
    neither a large nor a tiny step is a good one. Raises GradientError where f is not defined.
    """
    return [_difference(f, xs, i, step * max(1.0, abs(x))).slope for i, x in enumerate(xs)]


def check_gradient(
    f: Callable[..., Value], xs: Sequence[float], step: float = STEP, tolerance: float = 1e-6
) -> list[Comparison]:
    """Compare the two for a function f(x1, x2, …) of Values, at the numbers xs.

    >>> [found] = check_gradient(lambda x: x.tanh(), [0.5])
    >>> round(found.backward, 6), found.error < 1e-9
    (0.786448, True)

    Where the first step is too coarse or too fine for f, others are tried; a difference that
    rounding could have moved by half the tolerance counts for nothing. Raises GradientError if none
    agrees to within `tolerance`. At a kink, such as relu at 0, the two need not: check elsewhere.
    """
    return [_compare(f, xs, i, slope, step, tolerance) for i, slope in enumerate(gradient(f, xs))]


def _compare(
    f: Callable[..., Value],
    xs: Sequence[float],
    i: int,
    backward: float,
    step: float,
    tolerance: float,
) -> Comparison:
    tried: list[Difference] = []
    undefined: GradientError | None = None
    for h in _steps(xs[i], step):
        try:
            tried.append(_difference(f, xs, i, h))
        except GradientError as error:
            undefined = undefined or error
            continue
        found = Comparison(xs[i], backward, tried[-1].slope)
        if tried[-1].tells(tolerance) and found.error <= tolerance:
            return found
    if not tried and undefined:
        raise undefined
    here = _at(f, xs, i, xs[i])
    ends = [_at(f, xs, i, xs[i] + side * tried[0].h) for side in (-1, 1)]
    sides = [(here - ends[0]) / tried[0].h, (ends[1] - here) / tried[0].h]
    raise GradientError(_explain(i, xs[i], backward, tried, sides, tolerance))


def _steps(x: float, step: float) -> Iterator[float]:
    """Distances to try: relative to x, or to 1 if x is smaller; then finer, coarser, and from x."""
    scales = [max(1.0, abs(x))]
    if 0.0 < abs(x) < 1.0:
        scales.append(abs(x))
    for factor in (1.0, 1e-2, 1e2, 1e-4, 1e4):
        for scale in scales:
            yield step * scale * factor


def _difference(f: Callable[..., Value], xs: Sequence[float], i: int, h: float) -> Difference:
    below, above = xs[i] - h, xs[i] + h
    values = []
    for x in (below, above):
        try:
            values.append(_at(f, xs, i, x))
        except (ValueError, ZeroDivisionError, IndexError) as error:
            raise GradientError(
                f"input {i}: the function is not defined at {x!r}, {h:g} from {xs[i]!r} ({error}):"
                " check it elsewhere, or with a smaller step"
            ) from None
    # Above - below is what x really moved by: x ± h was rounded. A function of some operations is
    # good to a few units in the last place.
    width = (above - below) or math.ulp(xs[i])
    rounding = 4 * sys.float_info.epsilon * max(map(abs, values)) / width
    return Difference((values[1] - values[0]) / width, rounding, h)


def _at(f: Callable[..., Value], xs: Sequence[float], i: int, x: float) -> float:
    """f with x in place of xs[i]."""
    graph = Graph()
    return _call(f, [graph.value(x if k == i else y) for k, y in enumerate(xs)]).data


def _explain(
    i: int,
    x: float,
    backward: float,
    tried: Sequence[Difference],
    sides: Sequence[float],
    tolerance: float,
) -> str:
    """What disagrees, and what that usually means; `sides` are the slopes to the left and right."""
    told = [d for d in tried if d.tells(tolerance)]
    slope = (told or tried)[0].slope
    lines = [
        f"input {i} (x = {x:g}): backward says {backward:.8g}, central differences say {slope:.8g}"
    ]
    ratio = backward / slope if slope else 0.0
    other = [d for d in told[1:] if not abs(d.slope - slope) <= 1e-2 * max(1.0, abs(slope))]
    if not (math.isfinite(backward) and math.isfinite(slope)):
        lines.append("what is not a finite number cannot be compared: check elsewhere")
    elif not told:
        lines.append(
            "the function's values are so large beside its slope that rounding hides the"
            " difference: check the parts of the formula one by one"
        )
    elif abs(sides[1] - sides[0]) > 1e-2 * max(1.0, abs(slope)) and not other:
        lines.append(
            f"to the left the slope is {sides[0]:.8g}, to the right {sides[1]:.8g}: the function"
            " has a kink or a jump here, and the two need not agree"
        )
    elif other:
        lines.append(
            f"with steps of {other[0].h:g} they say {other[0].slope:.8g}: the function has a kink"
            " or a jump nearby, or is too steep, and the differences cannot be trusted"
        )
    elif not backward:
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
