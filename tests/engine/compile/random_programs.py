"""Random computations of all operations, and what the interpreter says about them."""

import math
import operator

from hypothesis import assume
from hypothesis import strategies as st

from engine.compile import lower
from engine.graph import OPS, Graph, Value, dot
from engine.graph import pick as choose

UNARY = [op for op, (_, _, second) in OPS.items() if second is None]
BINARY = [op for op, (_, _, second) in OPS.items() if second is not None]
_numbers = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 0.5]),
    st.floats(-3, 3).filter(lambda x: x == 0 or abs(x) > 1e-3),
)
_index = st.integers(0, 10**6)
_steps = st.one_of(
    st.tuples(st.sampled_from(UNARY), _index),
    st.tuples(st.sampled_from(BINARY), _index, _index),
    st.tuples(st.sampled_from(BINARY), _index, _numbers),
    st.tuples(st.sampled_from(BINARY), _numbers, _index),
    st.tuples(st.just("dot"), st.lists(st.tuples(_index, _index), min_size=1, max_size=4)),
    st.tuples(st.just("pick"), st.lists(_index | _numbers, min_size=1, max_size=4), _index),
)


SYMBOLS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
}


def apply(op, x, y=None):
    """Record `x op y`, or op(x), as a reader writes it."""
    if op in SYMBOLS:
        return SYMBOLS[op](x) if y is None else SYMBOLS[op](x, y)
    if not isinstance(x, Value):  # max, from the other side
        x, y = y, x
    return getattr(x, op)(*([] if y is None else [y]))


class Case:
    """A loss, and a batch of numbers for it."""

    def __init__(self, sizes, steps, parameters, samples):
        self.sizes = sizes  # parameters, inputs, targets
        self.steps = steps
        self.parameters = parameters
        self.samples = samples  # [(inputs, targets)]

    def __repr__(self):
        return f"Case({self.sizes}, {self.steps}, {self.parameters}, {self.samples})"

    def record(self, graph):
        """(loss, parameters, inputs, targets) on the graph."""
        values = [self.parameters, *self.samples[0]]
        groups = [[graph.value(x) for x in numbers] for numbers in values]
        pool = [x for group in groups for x in group]

        def pick(i):
            # Towards the end of the pool, so that graphs grow deep; numbers stand for themselves.
            return pool[-1 - (i % len(pool)) ** 2 % len(pool)] if isinstance(i, int) else i

        for op, *operands in self.steps:
            if op == "dot":
                ws, xs = zip(*operands[0], strict=True)
                pool.append(dot([pick(i) for i in ws], [pick(i) for i in xs]))
            elif op == "pick":
                place = pick(operands[1]) * 0.0 + operands[1] % len(operands[0])
                pool.append(choose([pick(i) for i in operands[0]], place))
            else:
                pool.append(apply(op, *(pick(i) for i in operands)))
        return pool[-1], *groups

    def flat(self):
        """(parameters, inputs, targets) as buffers of the batch."""
        inputs = [x for xs, _ in self.samples for x in xs]
        return self.parameters, inputs, [y for _, ys in self.samples for y in ys]


@st.composite
def cases(draw):
    sizes = draw(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2)))
    steps = draw(st.lists(_steps, min_size=1, max_size=30))
    some = [st.lists(_numbers, min_size=n, max_size=n) for n in sizes]
    count = draw(st.integers(1, 3)) if sum(sizes[1:]) else 1
    samples = [(draw(some[1]), draw(some[2])) for _ in range(count)]
    return Case(sizes, steps, draw(some[0]), samples)


def interpret(case):
    """(mean loss, its gradient, how far rounding can move each of these) by Graph.replay and
    Graph.backward. Assumes a case whose values are moderate: else rounding decides everything."""
    graph = Graph()
    count = len(case.samples)
    loss, scale, gradient, slack = 0.0, 1.0, [0.0] * case.sizes[0], [0.0] * case.sizes[0]
    try:
        root, parameters, inputs, targets = case.record(graph)
        for xs, ys in case.samples:
            for leaf, x in zip((*inputs, *targets), (*xs, *ys), strict=True):
                leaf.data = x
            graph.replay()
            root.backward()
            sizes, derivatives = _magnitudes(graph, root)
            loss += root.data / count
            scale = max(scale, *sizes)
            for k, p in enumerate(parameters):
                gradient[k] += p.grad / count
                slack[k] += derivatives[p.index]
    except (ZeroDivisionError, ValueError, IndexError):
        assume(False)
    return loss, gradient, scale, [s * scale for s in slack]


def _magnitudes(graph, root):
    """|value| of each node, and the sum of |∂root/∂node| over the paths between them."""
    sizes = [abs(x) for x in graph.data]
    reach = [0.0] * len(graph)
    reach[root.index] = 1.0
    for i in range(root.index, -1, -1):
        op, a, b, v = graph.op[i], graph.a[i], graph.b[i], graph.data[i]
        if not reach[i]:
            continue
        if op == "dot":
            for w, x in zip(a, b, strict=True):
                reach[w] += reach[i] * sizes[x]
                reach[x] += reach[i] * sizes[w]
        elif op == "pick":
            reach[a[int(graph.data[b])]] += reach[i]
        elif a >= 0:
            x, y = graph.data[a], graph.data[b]
            _, dx, dy = OPS[op]
            reach[a] += reach[i] * abs(dx(x, y, v))
            if dy:
                reach[b] += reach[i] * abs(dy(x, y, v))
            steep = op in ("/", "log", "**") and 0 < min(abs(x), abs(y) if dy else 1.0) < 1e-3
            assume(not steep)
    assume(all(map(math.isfinite, (*sizes, *reach))) and max(*sizes, *reach) < 1e4)
    return sizes, reach


def lowered_of(case, graph):
    """What is lowered of a case, recorded on this graph."""
    root, *given = case.record(graph)
    assert isinstance(root, Value)
    return lower(root, *given)
