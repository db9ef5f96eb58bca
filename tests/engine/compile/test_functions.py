"""The functions of WebAssembly modules against their true values, and against Python's."""

import hashlib
import math
import struct
import sys
from array import array
from itertools import product
from random import Random

import pytest
from mpmath import mp, mpf

from engine import ops
from engine.compile.wasm import Function, host, module
from engine.compile.wasm.formula import Term, function
from engine.compile.wasm.library import FORMULAS, library
from engine.compile.wasm.operations import lines

INF, NAN = math.inf, math.nan
TRUE = {
    "exp": mp.exp,
    "log": mp.log,
    "tanh": mp.tanh,
    "sin": mp.sin,
    "cos": mp.cos,
    "pow": mp.power,
}
PYTHON = {"exp": ops.exp, "log": math.log, "tanh": math.tanh, "sin": math.sin, "cos": math.cos,
          "pow": ops.power}  # fmt: skip
ARITY = {"sin": 1, "cos": 1, **{name: arity for name, (_, arity) in FORMULAS.items()}}
COUNT = 3000  # of random arguments in each range


def mapped(name, arity, width):
    """A function that applies `name` along arrays: addresses of each, of the results, how many."""
    load, store = ("f64.load", "f64.store") if width == 1 else ("v128.load", "v128.store")
    pushed = "  ".join(f"local.get {k}  {load}" for k in range(arity))
    moved = "  ".join(
        f"local.get {k}  i32.const {8 * width}  i32.add  local.set {k}" for k in range(arity + 1)
    )
    code = f"""
        loop
          local.get {arity}  {pushed}  call {name}  {store}
          {moved}
          local.get {arity + 1}  i32.const {width}  i32.sub  local.tee {arity + 1}  br_if 0
        end
    """
    return Function(f"map {name}", " ".join(["i32"] * (arity + 2)), "", [], lines(code))


@pytest.fixture(scope="module")
def instance():
    functions = [
        mapped(name + suffix, arity, width)
        for name, arity in ARITY.items()
        for suffix, width in (("", 1), (".f64x2", 2))
    ]
    return host().Instance(module(functions, 1, library))


def apply(instance, name, *columns):
    """The results, one at a time; those of pairs have the same bits."""
    count = len(columns[0])
    padded = [array("d", [*column, *[1.0] * (count % 2)]) for column in columns]
    size = 8 * len(padded[0])
    instance.reserve(size * (len(padded) + 1))
    results = []
    for suffix in ("", ".f64x2"):
        for k, column in enumerate(padded):
            instance.write(size * k, column)
        addresses = [size * k for k in range(len(padded) + 1)]
        instance.call(f"map {name}{suffix}", *addresses, len(padded[0]))
        results.append(instance.read(addresses[-1], count))
    one, two = results
    differ = [k for k in range(count) if one[k] != two[k] and one[k] == one[k]]
    assert not differ, [tuple(c[k] for c in columns) for k in differ]
    assert [x != x for x in one] == [x != x for x in two]
    return one


def worst(instance, name, *columns):
    """The largest error in ulp, and where it is."""
    found = (0.0, None)
    with mp.workprec(1300 if name in ("sin", "cos") else 200):
        for got, *x in zip(apply(instance, name, *columns), *columns, strict=True):
            true = TRUE[name](*map(mpf, x))
            rounded = float(true)
            if math.isinf(rounded):
                error = 0.0 if got == rounded else INF
            else:
                error = float(abs(got - true) / math.ulp(rounded))
            found = max(found, (error, x), key=lambda pair: pair[0])
    return found


def spread(random, low, high, smallest=0.0):
    """Numbers whose logarithms are spread evenly: as many near 1e-300 as near 1."""
    exponents = [random.uniform(low, high) for _ in range(COUNT)]
    return [math.ldexp(random.uniform(0.5, 1.0), round(e)) + smallest for e in exponents]


def uniform(random, low, high):
    return [random.uniform(low, high) for _ in range(COUNT)]


ANGLES = [
    lambda r: uniform(r, -4, 4),
    lambda r: uniform(r, -(2**21), 2**21),  # around the change of method at 2^20
    lambda r: [sign * x for x in spread(r, -1074, 1024) for sign in (1, -1)],
    lambda r: [k * math.pi / 2 for k in range(-2000, 2000)],  # nearly 0, and nearly 1
    lambda r: [k * math.pi / 2 for k in range(10**6, 10**6 + 500)],
    # The double that is nearest to a multiple of π/2: 6381956970095103 · 2^797.
    lambda r: [math.ldexp(6381956970095103.0, 797), sys.float_info.max, 2.0**20, 2.0**1023],
]
RANGES = {
    "exp": [
        lambda r: uniform(r, -1, 1),
        lambda r: uniform(r, -745.2, 709.79),
        lambda r: uniform(r, -745.2, -708),  # subnormal results
        lambda r: uniform(r, 709.78, 709.7828),  # the edge of overflow, from both sides
        lambda r: [sign * x for x in spread(r, -1074, 0) for sign in (1, -1)],
        lambda r: [(k + 0.5) * math.log(2) for k in range(-1074, 1023)],  # where ln 2 is taken off
    ],
    "log": [
        lambda r: spread(r, -1074, 1024),
        lambda r: uniform(r, 0.5, 2),
        lambda r: [1 + sign * x for x in spread(r, -52, -3) for sign in (1, -1)],
        lambda r: uniform(r, 0.70, 0.72) + uniform(r, 1.40, 1.43),  # around √½ and √2
        lambda r: [math.ldexp(1.0, k) for k in range(-1074, 1024)],
        lambda r: [math.nextafter(1, 0), math.nextafter(1, 2), 5e-324, 2.0**-1022],
    ],
    "tanh": [
        lambda r: uniform(r, -1, 1),
        lambda r: uniform(r, -25, 25),
        lambda r: [sign * x for x in spread(r, -1074, 0) for sign in (1, -1)],
        lambda r: uniform(r, 19.0, 19.1) + uniform(r, 0.17, 0.18),
    ],
    "sin": ANGLES,
    "cos": ANGLES,
}


@pytest.mark.parametrize(
    ("name", "numbers"), [(name, f) for name, fs in RANGES.items() for f in fs]
)
def test_within_one_unit_in_the_last_place(instance, name, numbers):
    error, where = worst(instance, name, numbers(Random(name)))
    assert error < 0.9, where


@pytest.mark.parametrize(
    ("base", "reach"),
    [
        (lambda r: spread(r, -1074, 1024), 744),
        (lambda r: uniform(r, 0.5, 2), 744),
        (lambda r: uniform(r, 1.40, 1.43) + uniform(r, 0.70, 0.72), 744),
        (lambda r: [1 + s * x for x in spread(r, -52, -3) for s in (1, -1)], 744),
        (lambda r: uniform(r, 0.1, 10), 5),
        (lambda r: spread(r, -1074, 1024), 1e-3),
    ],
)
def test_powers_within_one_unit_in_the_last_place(instance, base, reach):
    """Exponents such that the result's logarithm is up to `reach`: as large as a number can be."""
    random = Random(str(reach))
    xs = [x for x in base(random) if x != 1.0 and x > 0.0]
    ys = [random.uniform(-reach, reach) / math.log(x) for x in xs]
    ys = [y if math.isfinite(y) else 1.0 for y in ys]
    error, where = worst(instance, "pow", xs, ys)
    assert error < 0.9, where


def test_powers_that_are_numbers_are_exact(instance):
    pairs = [(float(b), float(n)) for b in range(2, 200) for n in range(1, 60) if b**n < 2**53]
    pairs += [(2.0, float(n)) for n in range(-1074, 1024)]
    pairs += [(1.5, float(n)) for n in range(1, 33)]
    pairs += [(float(k * k), 0.5) for k in range(1, 500)]
    pairs += [(float(k**4), 0.25) for k in range(1, 200)]
    pairs += [(-3.0, 3.0), (-3.0, 4.0), (0.1, 1.0), (1e300, 1.0), (5e-324, 1.0)]
    got = apply(instance, "pow", *zip(*pairs, strict=True))
    assert [(p, v) for p, v in zip(pairs, got, strict=True) if v != math.pow(*p)] == []


SPECIAL = [0.0, -0.0, 1.0, -1.0, INF, -INF, NAN, 5e-324, -5e-324, 2.0**-1022, sys.float_info.max,
           -sys.float_info.max, 0.5, -0.5, 2.0, -2.0, 3.0, -3.0, 1 / 3, -1 / 3, 2.0**52 + 1,
           2.0**53, -(2.0**53) - 2, 2.0**65, -(2.0**70), 710.0, -746.0, math.nextafter(1, 2),
           math.nextafter(1, 0), 1e-300, -1e-300]  # fmt: skip


def expected(name, *x):
    """What Python's math says; where it raises, what IEEE 754 says."""
    try:
        return PYTHON[name](*x)
    except ZeroDivisionError:
        odd = math.isfinite(x[1]) and x[1] % 2.0 == 1.0
        return math.copysign(INF, x[0]) if odd else INF
    except ValueError:
        return -INF if name == "log" and x[0] == 0.0 else NAN


@pytest.mark.parametrize("name", PYTHON)
def test_special_values_are_those_of_the_interpreter(instance, name):
    arguments = list(product(SPECIAL, repeat=ARITY[name]))
    for got, x in zip(apply(instance, name, *zip(*arguments, strict=True)), arguments, strict=True):
        want = expected(name, *x)
        if want != want:
            assert got != got, x
        elif want == 0.0 or math.isinf(want):
            assert (got, math.copysign(1, got)) == (want, math.copysign(1, want)), x
        else:
            assert got == pytest.approx(want, rel=3e-16, abs=5e-324), x


def test_the_same_bits_on_every_machine(instance):
    """What wasmtime gave on x86-64: a browser, Node and other processors have to give the same."""
    random = Random(7)
    digest = hashlib.sha256()
    for name, arity in ARITY.items():
        columns = [
            [struct.unpack("<d", random.randbytes(8))[0] if k % 2 else random.uniform(-9, 9)
             for k in range(4000)]
            for _ in range(arity)
        ]  # fmt: skip
        got = apply(instance, name, *columns)
        digest.update(array("d", [x if x == x else 0.0 for x in got]).tobytes())
    assert digest.hexdigest()[:16] == "aa022a71cd3eeadf"


def test_a_module_has_only_what_it_uses_and_little_of_it():
    sizes = {name: len(module([library(name)], 1, library)) for name in ARITY}
    assert sizes["place"] < 150
    assert sizes["exp"] < 600
    assert sizes["log"] < 600
    assert sizes["tanh"] < 900
    assert sizes["pow"] < 2000
    assert sizes["sin"] < 2800
    assert library("cube") is None


def test_a_formula_has_no_branches():
    with pytest.raises(TypeError, match="a formula has no branches: use where"):
        function("f", lambda x: x if x > 0.0 else -x, 1)


def test_a_formula_is_written_with_a_local_for_what_is_used_twice():
    def formula(x: Term) -> Term:
        y = x + 1.0
        return y * y / x

    assert function("f", formula, 1).code == [
        "local.get 0", "f64.const 1.0", "f64.add", "local.set 1",
        "local.get 1", "local.get 1", "f64.mul", "local.get 0", "f64.div",
    ]  # fmt: skip
