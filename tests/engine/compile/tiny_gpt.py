"""A GPT of a few dozen parameters, for tests of programs over sequences."""

from engine.graph import dot, pick

VOCAB, WIDTH, HEADS, BLOCK, HIDDEN = 6, 4, 2, 5, 8
END = VOCAB - 1
HEAD = WIDTH // HEADS
# Rows and columns: letters, places, query, key, value, output, up, down, scores.
SHAPES = [
    (VOCAB, WIDTH), (BLOCK, WIDTH),
    (WIDTH, WIDTH), (WIDTH, WIDTH), (WIDTH, WIDTH), (WIDTH, WIDTH),
    (HIDDEN, WIDTH), (WIDTH, HIDDEN), (VOCAB, WIDTH),
]  # fmt: skip


def linear(matrix, x):
    return [dot(row, x) for row in matrix]


def add(xs, ys):
    return [x + y for x, y in zip(xs, ys, strict=True)]


def total(xs):
    out = xs[0]
    for x in xs[1:]:
        out = out + x
    return out


class TinyGPT:
    """`leaves(n)` gives n parameters. Unless `soft`, it takes only arithmetic, max and relu."""

    def __init__(self, leaves, soft=True, by_head=False):
        self.matrices = [[leaves(columns) for _ in range(rows)] for rows, columns in SHAPES]
        self.parameters = [w for matrix in self.matrices for row in matrix for w in row]
        self.soft, self.by_head = soft, by_head

    def normal(self, xs):
        mean = dot(xs, xs) / len(xs) + 1e-5
        return [x * mean**-0.5 for x in xs] if self.soft else [x / (mean + 1.0) for x in xs]

    def shares(self, scores):
        exps = [s.exp() if self.soft else s.relu() + 0.5 for s in scores]
        whole = total(exps)
        return [e / whole for e in exps]

    def scores(self, letters):
        """Of what follows each letter; letters are Values."""
        letter, place, query, key, value, output, up, down, out = self.matrices
        keys, values, scores = [], [], []
        for k, x in enumerate(letters):
            row = [pick(column, x) for column in zip(*letter, strict=True)]
            stream = self.normal(add(row, place[k]))
            x = self.normal(stream)
            q = linear(query, x)
            keys.append(linear(key, x))
            values.append(linear(value, x))
            heads = [slice(h, h + HEAD) for h in range(0, WIDTH, HEAD)]
            if self.by_head:
                mixed = []
                for h in heads:
                    shares = self.shares([dot(q[h], key[h]) for key in keys])
                    parts = [v[h] for v in values]
                    mixed += [dot(shares, column) for column in zip(*parts, strict=True)]
            else:
                each = [self.shares([dot(q[h], key[h]) for key in keys]) for h in heads]
                mixed = [dot(each[j // HEAD], [v[j] for v in values]) for j in range(WIDTH)]
            stream = add(stream, linear(output, mixed))
            hidden = [h.relu() for h in linear(up, self.normal(stream))]
            scores.append(linear(out, add(stream, linear(down, hidden))))
        return scores

    def loss(self, scores, following):
        if self.soft:
            return total([s.exp() for s in scores]).log() - pick(scores, following)
        return total([s.max(-1.0) * 0.25 for s in scores]) ** 2 - pick(scores, following)


def mean_loss(model, record):
    """Of a record of numbers, on the graph of the model's parameters."""
    graph = model.parameters[0].graph
    numbers = [graph.value(n) for n in record]
    scores = model.scores(numbers[:-1])
    losses = [model.loss(z, y) for z, y in zip(scores, numbers[1:], strict=True)]
    return total(losses) / len(losses)
