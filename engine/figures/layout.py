"""A layered layout for small directed acyclic graphs, after Sugiyama, Tagawa and Toda (1981).

Items stand in columns. An edge over several columns gets an invisible item in each, so that it
finds its way around the visible ones.
"""

from collections.abc import Sequence
from itertools import pairwise


def place(
    columns: Sequence[int], heights: Sequence[float], edges: Sequence[tuple[int, int]], gap: float
) -> tuple[list[float], dict[tuple[int, int], list[tuple[int, float]]]]:
    """Choose the items' heights on the page: few crossings first, then straight edges.

    columns[i] and heights[i] belong to item i; an edge (i, j) needs columns[i] < columns[j].
    Returns the centre y of every item, and for each edge its bends as (column, y).
    """
    column, height = list(columns), list(heights)
    links: list[tuple[int, int]] = []
    chains: dict[tuple[int, int], list[int]] = {}
    for i, j in dict.fromkeys(edges):
        bends = list(range(len(column), len(column) + column[j] - column[i] - 1))
        column += range(column[i] + 1, column[j])
        height += [8.0] * len(bends)
        chains[i, j] = bends
        links += pairwise([i, *bends, j])
    before: list[list[int]] = [[] for _ in column]
    after: list[list[int]] = [[] for _ in column]
    for i, j in links:
        before[j].append(i)
        after[i].append(j)
    rows: list[list[int]] = [[] for _ in range(max(column) + 1)]
    for i, c in enumerate(column):
        rows[c].append(i)
    rows = _untangle(rows, before, after)
    y = _straighten(rows, before, after, height, gap)
    return y[: len(columns)], {e: [(column[i], y[i]) for i in bends] for e, bends in chains.items()}


def _untangle(
    rows: list[list[int]], before: list[list[int]], after: list[list[int]]
) -> list[list[int]]:
    """Order each column by the mean position of its neighbours, there and back, keep the best."""
    best, fewest = rows, _crossings(rows, after)
    for sweep in range(8):
        if not fewest:
            break
        forth = sweep % 2 == 0
        neighbours = before if forth else after
        rows = [list(row) for row in rows]
        for c in range(len(rows)) if forth else reversed(range(len(rows))):
            place = {i: p for row in rows for p, i in enumerate(row)}
            mean = {
                i: sum(place[k] for k in ks) / len(ks) for i in rows[c] if (ks := neighbours[i])
            }
            rows[c].sort(key=lambda i: mean.get(i, place[i]))
        count = _crossings(rows, after)
        if count < fewest:
            best, fewest = rows, count
    return best


def _crossings(rows: list[list[int]], after: list[list[int]]) -> int:
    place = {i: p for row in rows for p, i in enumerate(row)}
    count = 0
    for row in rows:
        ends = [place[j] for i in row for j in sorted(after[i], key=place.__getitem__)]
        count += sum(a > b for p, a in enumerate(ends) for b in ends[p + 1 :])
    return count


def _straighten(
    rows: list[list[int]],
    before: list[list[int]],
    after: list[list[int]],
    height: list[float],
    gap: float,
) -> list[float]:
    """Pull every item towards the mean of its neighbours, as far as its column allows."""
    y = [0.0] * len(height)
    for row in rows:
        _settle(row, [0.0] * len(row), y, height, gap)
    for sweep in range(12):
        forth = sweep % 2 == 0
        for row in rows if forth else reversed(rows):
            pull = [(before[i] if forth else after[i]) or before[i] + after[i] for i in row]
            wish = [
                sum(y[k] for k in ks) / len(ks) if ks else y[i]
                for i, ks in zip(row, pull, strict=True)
            ]
            _settle(row, wish, y, height, gap)
    top = min(y[i] - height[i] / 2 for row in rows for i in row)
    return [v - top for v in y]


def _settle(
    row: list[int], wish: list[float], y: list[float], height: list[float], gap: float
) -> None:
    """Least squares to the wishes, in the given order and without overlap.

    Taking each item's offset in a tight stack away leaves "must not decrease", which pooling
    adjacent violators solves exactly.
    """
    offset, offsets = 0.0, []
    for p, i in enumerate(row):
        offset += (height[row[p - 1]] + height[i]) / 2 + gap if p else 0.0
        offsets.append(offset)
    blocks: list[tuple[float, int]] = []
    for target, shift in zip(wish, offsets, strict=True):
        total, count = target - shift, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            total, count = total + blocks[-1][0], count + blocks[-1][1]
            blocks.pop()
        blocks.append((total, count))
    levels = [total / count for total, count in blocks for _ in range(count)]
    for i, level, shift in zip(row, levels, offsets, strict=True):
        y[i] = level + shift
