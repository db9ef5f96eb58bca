"""The locals of the machine's two functions, and short words for what is done with them."""

from engine.compile.expressions import Expr
from engine.compile.wasm.operations import push
from engine.ops import OPS

# Parameters of both functions: the instruction, where the program ends, the next result's address.
P, END, OUT = range(3)
# Other locals: addresses and steps; numbers; two numbers.
A, B, DA, DB, STOP, IA, IB, PA, PB, PE, END_A = range(3, 14)  # END_A: where an inner loop ends
R = range(13, 17)  # R[1] … how far rows are from the first
X, Y, V, D = range(17, 21)
S = range(21, 25)  # a sum for each row
ZERO = 25  # stays 0: two bytes in the code, where a constant is nine
DD, BB, W = 26, 27, 28
DS = range(29, 33)  # an adjoint for each row
LOCALS = [(14, "i32"), (9, "f64"), (7, "v128")]
_ATOMS = {("d", 0): D, ("v", 0): X, ("v", 1): Y, ("v", 2): V}
D_ATOM, X_ATOM, Y_ATOM, V_ATOM = _ATOMS


def _load(atom: Expr) -> list[str]:
    return [f"local.get {_ATOMS[atom]}"]


def term(expr: Expr) -> str:
    """The value of an expression, on the stack."""
    return "  ".join(push(expr, _load))


def step(n: int, bytes: int) -> str:
    """Move an address by this many bytes."""
    return f"local.get {n}  i32.const {bytes}  i32.add  local.set {n}"


def add(n: int, m: int) -> str:
    """Move an address by what is in another local."""
    return f"local.get {n}  local.get {m}  i32.add  local.set {n}"


def binary(op: str) -> bool:
    """Whether an operation has a second operand."""
    return op in ("dot", "pick") or (op != "square" and OPS[op].dy is not None)
