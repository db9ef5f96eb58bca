"""What to write instead: errors for what other libraries have, and this engine does not."""

from typing import NoReturn

NO_ZERO_GRAD = "backward() starts from zeros each time: leave it out"
OF_VALUE = {
    "abs": "write x.max(-x)",
    "sqrt": "write x ** 0.5",
    "square": "write x ** 2",
    "pow": "write x ** y",
    "min": "write -(-x).max(-y)",
    "minimum": "write -(-x).max(-y)",
    "maximum": "write x.max(y)",
    "clamp": "write -(-x.max(low)).max(-high)",
    "sigmoid": "write 1 / (1 + (-x).exp())",
    "softmax": "divide each exp() by the sum of all: a Value is one number",
    "tan": "write x.sin() / x.cos()",
    "log2": "write x.log() / math.log(2)",
    "log10": "write x.log() / math.log(10)",
    "sum": "write sum(values): a Value is one number",
    "mean": "write sum(values) / len(values): a Value is one number",
    "item": "x.data is the number",
    "numpy": "x.data is the number",
    "value": "x.data is the number",
    "detach": "x.data is the number; graph.value(x.data) is a new leaf with it",
    "clone": "a Value never changes: use it again",
    "zero_grad": NO_ZERO_GRAD,
    "requires_grad": "backward() sets the grad of every node",
    "label": "give names to draw(): draw(root, names={'x': x})",
    "_prev": "operands(x.graph, x.index) of engine.graph has the operands",
    "_op": "x.op says how it was made",
    "_backward": "the derivatives stand in the table OPS",
}


class Missing:
    """An attribute that is not there, with advice. (A __getattr__ would slow all others down.)"""

    def __init__(self, name: str, advice: str) -> None:
        self.name = name
        self.advice = advice

    def __get__(self, owner: object, kind: type) -> NoReturn:
        text = f"{kind.__name__!r} object has no attribute {self.name!r}: {self.advice}"
        raise AttributeError(text, name=self.name, obj=owner)


class Advised:
    """Has advice for attributes that it does not have."""

    __slots__ = ()
    zero_grad = Missing("zero_grad", NO_ZERO_GRAD)

    def __dir__(self) -> list[str]:
        found = {name: x for kind in reversed(type(self).__mro__) for name, x in vars(kind).items()}
        return [n for n in object.__dir__(self) if not isinstance(found.get(n), Missing)]


class NotANumber(Advised):
    """Refuses to be taken for a number, which would cut it off its tape in silence."""

    __slots__ = ()

    def _compare(self, *_: object) -> NoReturn:
        raise TypeError(
            "a Value cannot be compared: compare numbers, a.data < b.data, or let the tape choose,"
            " a.max(b)"
        )

    __lt__ = __le__ = __gt__ = __ge__ = _compare

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (int, float)):
            self._compare()
        return self is other

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("a Value is neither true nor false: ask its number, x.data, or x is None")

    def _convert(self, *_: object) -> NoReturn:
        raise TypeError(
            "a Value is no number: x.data is, off the tape; on it there are x.exp(), x.log() …"
        )

    __float__ = __int__ = __round__ = __trunc__ = __floor__ = __ceil__ = _convert

    def __abs__(self) -> NoReturn:
        raise TypeError("a Value has no abs(): write x.max(-x)")


for _name, _advice in OF_VALUE.items():
    setattr(NotANumber, _name, Missing(_name, _advice))
