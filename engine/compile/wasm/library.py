"""The functions that a module can call without having them: by name, written when first asked."""

from collections.abc import Callable
from functools import cache

from engine.compile.wasm import circle, functions
from engine.compile.wasm.encoder import Function
from engine.compile.wasm.formula import Term, function

# Functions of numbers, and how many they take.
FORMULAS: dict[str, tuple[Callable[..., Term], int]] = {
    "exp": (functions.exp, 1),
    "log": (functions.log, 1),
    "tanh": (functions.tanh, 1),
    "pow": (functions.pow, 2),
    "place": (functions.place, 2),
}
_PARTS = {
    "sin near": circle.sin_near,
    "sin far": circle.sin_far,
    "cos near": circle.cos_near,
    "cos far": circle.cos_far,
}
PAIR = ".f64x2"


@cache
def library(name: str) -> Function | None:
    """The function of this name: "exp" or, for pairs of numbers, "exp.f64x2". None if there is
    none."""
    pair = name.endswith(PAIR)
    single = name.removesuffix(PAIR)
    if single in FORMULAS:
        return function(name, *FORMULAS[single], pair)
    if pair:
        return _one_after_the_other(single)
    if name in _PARTS:
        return function(name, _PARTS[name], 1)
    if name in ("sin", "cos"):
        return circle.by_size(name)
    return circle.word_function() if name == circle.WORD else None


def _one_after_the_other(name: str) -> Function:
    """A function of one number, applied to each half of a pair."""
    code = ["local.get 0"]
    for half in (0, 1):
        code += ["local.get 0", f"f64x2.extract_lane {half}", f"call {name}"]
        code.append(f"f64x2.replace_lane {half}")
    return Function(name + PAIR, "v128", "v128", [], code, exported=False)
