"""The moons step in C, as a peer: moons.c, compiled when the measurement starts."""

import ctypes
import shutil
import subprocess
import tempfile
from array import array
from pathlib import Path
from time import perf_counter

from scripts.bench.moons import INPUTS, PENALTY, RATES, STEPS, TARGETS, Step, start, traced

SOURCE = Path(__file__).with_name("moons.c")


def c_by_hand(flags: str) -> Step:
    """Raises ArithmeticError if the C code does not train as the compiled tape does."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "moons.so"
        command = ["gcc", *flags.split(), "-shared", "-fPIC", "-o", str(library), str(SOURCE)]
        subprocess.run(command, check=True)
        function = ctypes.CDLL(str(library)).train
    rates = RATES * 10

    def train(weights: "array[float]", steps: int) -> "array[float]":
        losses = array("d", bytes(8 * steps))
        function(
            _pointer(weights),
            *(len(TARGETS), _pointer(INPUTS), _pointer(TARGETS)),
            *(steps, _pointer(rates), ctypes.c_double(PENALTY), _pointer(losses)),
        )
        return losses

    mine, expected = (
        train(start(), 10),
        traced("python").train(start(), INPUTS, TARGETS, RATES[:10]),
    )
    if max(abs(a - b) for a, b in zip(mine, expected, strict=True)) > 1e-9:
        raise ArithmeticError(f"moons.c does not train as the tape does: {mine} {expected}")

    def step() -> float:
        weights = start()
        begin = perf_counter()
        train(weights, 10 * STEPS)
        return (perf_counter() - begin) / (10 * STEPS)

    return step


def peers() -> dict[str, Step]:
    if not shutil.which("gcc"):
        return {}
    return {f"C by hand, gcc {flags}": c_by_hand(flags) for flags in ("-O2", "-O3 -march=native")}


def _pointer(numbers: "array[float]") -> ctypes.c_void_p:
    return ctypes.c_void_p(numbers.buffer_info()[0])
