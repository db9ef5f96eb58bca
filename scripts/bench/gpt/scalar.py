"""The GPT as one would write it at first: a Value for each number, in the manner of micrograd."""

# mypy: ignore-errors
# Without types, as a reader of the posts would write it.

import math

from scripts.bench.gpt.model import HEAD, WIDTH, matrices
from scripts.bench.gpt.setting import BETA1, BETA2, EPSILON


class Value:
    """A number, what it was made of, and its derivatives by those."""

    __slots__ = ("children", "data", "grad", "slopes")

    def __init__(self, data, children=(), slopes=()):
        self.data = data
        self.grad = 0.0
        self.children = children
        self.slopes = slopes

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, (self, other), (1.0, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, (self, other), (other.data, self.data))

    def __pow__(self, power):
        return Value(self.data**power, (self,), (power * self.data ** (power - 1),))

    def exp(self):
        v = math.exp(self.data)
        return Value(v, (self,), (v,))

    def log(self):
        return Value(math.log(self.data), (self,), (1 / self.data,))

    def relu(self):
        return Value(max(0.0, self.data), (self,), (float(self.data > 0),))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for child in value.children:
                    visit(child)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for child, slope in zip(value.children, value.slopes, strict=True):
                child.grad += slope * value.grad


def linear(matrix, xs):
    return [sum(w * x for w, x in zip(row, xs, strict=True)) for row in matrix]


def softmax(scores):
    most = max(score.data for score in scores)
    exps = [(score - Value(most)).exp() for score in scores]
    total = sum(exps)
    return [e / total for e in exps]


def normal(xs):
    scale = (sum(x * x for x in xs) / Value(float(len(xs))) + 1e-5) ** -0.5
    return [x * scale for x in xs]


def scores_of(model, letter, place, keys, values):
    xs = [a + b for a, b in zip(model["letter"][letter], model["place"][place], strict=True)]
    xs = rest = normal(xs)
    xs = normal(xs)
    query = linear(model["query"], xs)
    keys.append(linear(model["key"], xs))
    values.append(linear(model["value"], xs))
    found = []
    for h in range(0, WIDTH, HEAD):
        part = slice(h, h + HEAD)
        shares = softmax(
            [
                sum(q * k for q, k in zip(query[part], key[part], strict=True)) * HEAD**-0.5
                for key in keys
            ]
        )
        found += [
            sum(share * value[j] for share, value in zip(shares, values, strict=True))
            for j in range(h, h + HEAD)
        ]
    xs = rest = [a + b for a, b in zip(linear(model["output"], found), rest, strict=True)]
    xs = [x.relu() for x in linear(model["up"], normal(xs))]
    xs = [a + b for a, b in zip(linear(model["down"], xs), rest, strict=True)]
    return linear(model["score"], xs)


class Training:
    """Adam, a name a step."""

    def __init__(self, weights):
        self.parameters = [Value(w) for w in weights]
        self.model = matrices(self.parameters)
        self.mean = [0.0] * len(weights)
        self.square = [0.0] * len(weights)
        self.steps = 0

    def step(self, record, rate):
        keys, values, losses = [], [], []
        for place in range(len(record) - 1):
            scores = scores_of(self.model, record[place], place, keys, values)
            losses.append(-softmax(scores)[record[place + 1]].log())
        loss = sum(losses) * (1 / len(losses))
        loss.backward()
        self.steps += 1
        mean, square = self.mean, self.square
        bias1, bias2 = 1 - BETA1**self.steps, 1 - BETA2**self.steps
        for n, p in enumerate(self.parameters):
            mean[n] = BETA1 * mean[n] + (1 - BETA1) * p.grad
            square[n] = BETA2 * square[n] + (1 - BETA2) * p.grad**2
            p.data -= rate * (mean[n] / bias1) / ((square[n] / bias2) ** 0.5 + EPSILON)
            p.grad = 0.0
        return loss.data
