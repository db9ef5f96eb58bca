"""A GPT of 4,192 parameters, on the engine: the architecture of A. Karpathy's microgpt (2026).

One layer, width 16, four heads, 16 places, no biases. Letters are numbers, or Values while it is
traced; a to z are 0 to 25, and 26 begins and ends a name.
"""

# mypy: ignore-errors
# Without types, as a reader of the posts would write it.

from engine import dot, pick

WIDTH, HEAD, BLOCK, LETTERS = 16, 4, 16, 27
# Rows and columns of each matrix, in the order in which they are filled.
SHAPES = {
    "letter": (LETTERS, WIDTH), "place": (BLOCK, WIDTH), "score": (LETTERS, WIDTH),
    "query": (WIDTH, WIDTH), "key": (WIDTH, WIDTH), "value": (WIDTH, WIDTH),
    "output": (WIDTH, WIDTH), "up": (4 * WIDTH, WIDTH), "down": (WIDTH, 4 * WIDTH),
}  # fmt: skip


def matrices(numbers):
    """The model of these parameters, one after the other."""
    numbers = iter(numbers)
    return {
        name: [[next(numbers) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in SHAPES.items()
    }


def linear(matrix, xs):
    return [dot(row, xs) for row in matrix]


def add(xs, ys):
    return [x + y for x, y in zip(xs, ys, strict=True)]


def total(xs):
    out = xs[0]
    for x in xs[1:]:
        out = out + x
    return out


def normal(xs):
    scale = (dot(xs, xs) / len(xs) + 1e-5) ** -0.5
    return [x * scale for x in xs]


def softmax(scores):
    exps = [score.exp() for score in scores]
    whole = total(exps)
    return [e / whole for e in exps]


def attend(model, xs, keys, values):
    """What each head finds in the positions so far."""
    query = [q * HEAD**-0.5 for q in linear(model["query"], xs)]
    keys.append(linear(model["key"], xs))
    values.append(linear(model["value"], xs))
    heads = [slice(k, k + HEAD) for k in range(0, WIDTH, HEAD)]
    shares = [softmax([dot(query[head], key[head]) for key in keys]) for head in heads]
    found = [dot(shares[k // HEAD], [value[k] for value in values]) for k in range(WIDTH)]
    return linear(model["output"], found)


def gpt(model, letters):
    """The scores of what follows each letter."""
    keys, values, scores = [], [], []
    for place, letter in enumerate(letters):
        row = [pick(column, letter) for column in zip(*model["letter"], strict=True)]
        xs = normal(add(row, model["place"][place]))
        xs = add(xs, attend(model, normal(xs), keys, values))
        hidden = [h.relu() for h in linear(model["up"], normal(xs))]
        xs = add(xs, linear(model["down"], hidden))
        scores.append(linear(model["score"], xs))
    return scores


def surprise(scores, letter):
    """-log softmax(scores)[letter]"""
    return total([score.exp() for score in scores]).log() - pick(scores, letter)


def losses(model, letters, following):
    """The surprise at each letter that follows."""
    pairs = zip(gpt(model, letters), following, strict=True)
    return [surprise(scores, letter) for scores, letter in pairs]
