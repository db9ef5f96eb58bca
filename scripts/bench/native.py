"""The moons step in C, as a peer: moons.c, compiled when the measurement starts."""

import ctypes
import subprocess
import tempfile
from array import array
from collections.abc import Callable
from pathlib import Path

from scripts.bench.moons import INPUTS, TARGETS
from scripts.bench.tape import PENALTY

SOURCE = Path(__file__).with_name("moons.c")


def trainer(flags: str) -> "Callable[[array[float], array[float]], array[float]]":
    """train(weights, rates) -> the loss before each step."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "moons.so"
        command = [
            "gcc",
            *flags.split(),
            "-shared",
            "-fPIC",
            "-o",
            str(library),
            str(SOURCE),
            "-lm",
        ]
        subprocess.run(command, check=True)
        function = ctypes.CDLL(str(library)).train

    def train(weights: "array[float]", rates: "array[float]") -> "array[float]":
        losses = array("d", bytes(8 * len(rates)))
        function(
            _pointer(weights),
            *(len(TARGETS), _pointer(INPUTS), _pointer(TARGETS)),
            *(len(rates), _pointer(rates), ctypes.c_double(PENALTY), _pointer(losses)),
        )
        return losses

    return train


def _pointer(numbers: "array[float]") -> ctypes.c_void_p:
    return ctypes.c_void_p(numbers.buffer_info()[0])
