"""Operations of one's own."""

from engine.graph import Value
from engine.ops import OPS, Op


def define(name: str, op: Op) -> None:
    """Add an operation: a row of OPS, which the sweeps and the compiler read; a method of Value.

    >>> from engine.ops import Op, exp, log
    >>> define("softplus", Op(lambda x, _: log(1 + exp(x)), lambda x, y, v: 1 / (1 + exp(-x))))
    >>> x = Graph().value(0.0)
    >>> x.softplus().backward()
    >>> x.grad
    0.5

    Raises ValueError if there is one of that name, which may be at work already.
    """
    if name in OPS or hasattr(Value, name):
        raise ValueError(f"Value has {name!r} already")
    OPS[name] = op
    setattr(Value, name, lambda self, *other: self.graph.record(name, self, *other))
