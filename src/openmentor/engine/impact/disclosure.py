"""Which cells of a table may be shown, so that nobody in a small group can be told from it."""

from __future__ import annotations

import heapq
from bisect import insort
from typing import Any

import numpy as np

from .figures import BoolArray, IntArray, whole

_FAR = 1 << 40
_PRICE, _TOTAL_PRICE = 20, 22
"""What hiding an inner cell and a total cost: as many as can be are left, and of equals the total, which is read most."""
MOST_STARTS = 16


def disclose(counts: Any, k: int = 5) -> BoolArray:
    """Which counts may be shown together with their totals.

    counts   whole numbers of people, shape (rows, columns), without totals.
    k        cells of 1 to k-1 people are hidden, totals too; a zero may be shown.
    Returns  shape (rows + 1, columns + 1), True where it may be shown; the last row and column are the totals, the last cell
             the grand total. Others are hidden along with the small ones, as few as we find, until no hidden count can be
             bounded more tightly than a width of k from all that is shown, knowing only that no count is below 0.
    Raises   ValueError unless counts are whole numbers of 0 or more in two dimensions.
    Source   Cox (1995) and Fischetti and Salazar (2001) for the problem as one of flows in a network.
    """
    size = whole("k", k, 1)
    full = _with_totals(counts)
    small = (full > 0) & (full < size)
    if not small.any():
        return ~small
    network = _Network(full, size)
    best: tuple[int, BoolArray] | None = None
    # What is hidden first decides what comes after: several beginnings, the same each time, and the best of them.
    uneven = np.random.default_rng(0)
    for start in range(max(1, min(MOST_STARTS, 2000 // full.size))):
        if start > 1:
            network.lean = np.rint(network.price * (0.8 + 0.4 * uneven.random(full.size))).astype(np.int64)
        hidden = network.protect(small.ravel(), largest_first=start % 2 == 0)
        price = int(network.price[hidden].sum())
        if best is None or price < best[0]:
            best = price, hidden
    assert best is not None
    return np.asarray(~best[1].reshape(full.shape))


def _with_totals(counts: Any) -> IntArray:
    array = np.asarray(counts)
    if array.ndim != 2 or not array.size:
        raise ValueError("counts must be a table of one row and one column or more")
    try:
        numbers = array.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError("counts must be whole numbers") from None
    if not np.all(np.isfinite(numbers)) or np.any(numbers < 0) or np.any(numbers != np.floor(numbers)):
        raise ValueError("counts must be whole numbers of 0 or more")
    if numbers.sum() > _FAR:
        raise ValueError("counts are too large")
    inner = numbers.astype(np.int64)
    with_columns = np.vstack([inner, inner.sum(axis=0)])
    return np.hstack([with_columns, with_columns.sum(axis=1, keepdims=True)])


class _Network:
    """The table as a circulation: each cell an arc, each row and column (that of totals too) a node where in equals out.

    A cell can be more by what can flow back from its head to its tail through other hidden arcs, along them without bound,
    against them by what they hold; and less by what can flow from tail to head, at most by all it holds.
    """

    def __init__(self, full: IntArray, k: int) -> None:
        rows, columns = full.shape
        self.k = k
        self.value = [int(each) for each in full.ravel()]
        tails, heads, price = [], [], []
        for i in range(rows):
            for j in range(columns):
                row, column = i, rows + j
                is_margin = (i == rows - 1) != (j == columns - 1)
                tails.append(column if is_margin else row)
                heads.append(row if is_margin else column)
                price.append(_TOTAL_PRICE if i == rows - 1 or j == columns - 1 else _PRICE)
        self.tail, self.head, self.price = tails, heads, np.array(price)
        self.lean = self.price  # the prices by which one beginning chooses
        self.nodes, self.rows, self.columns = rows + columns, rows, columns
        self.at: list[list[int]] = [[] for _ in range(self.nodes)]
        for arc, (tail, head) in enumerate(zip(tails, heads)):
            self.at[tail].append(arc)
            self.at[head].append(arc)

    def protect(self, small: BoolArray, largest_first: bool) -> BoolArray:
        """Hide more than the small cells until every hidden cell is wide enough, then show again what needn't be hidden."""
        sign = -1 if largest_first else 1
        waiting = sorted(np.flatnonzero(small).tolist(), key=lambda arc: (sign * self.value[arc], arc))
        self.hidden = np.zeros(len(small), dtype=np.bool_).tolist()
        self.hidden_at: list[list[int]] = [[] for _ in range(self.nodes)]
        self.proof: dict[int, set[int]] = {}
        for arc in waiting:
            self.hide(arc)
        extra = []
        while waiting:
            arc = waiting.pop(0)
            while not self.is_wide(arc):
                added = self.cheapest(arc)
                for each in added:
                    self.hide(each)
                waiting += added
                extra += added
        for arc in sorted(extra, key=lambda arc: (-self.lean[arc], -self.value[arc], arc)):
            self.show(arc)
            # Whatever proved the others wide without it still does.
            if not all(self.is_wide(each) for each, way in list(self.proof.items()) if arc in way):
                self.hide(arc)
                self.is_wide(arc)
        return np.array(self.hidden)

    def hide(self, arc: int) -> None:
        self.hidden[arc] = True
        for node in (self.tail[arc], self.head[arc]):
            insort(self.hidden_at[node], arc)

    def show(self, arc: int) -> None:
        self.hidden[arc] = False
        self.proof.pop(arc, None)
        for node in (self.tail[arc], self.head[arc]):
            self.hidden_at[node].remove(arc)

    def is_wide(self, arc: int) -> bool:
        """Whether there are k or more between the least and the most that ``arc`` can be; if so, along which others is kept."""
        most, along = self.flow(self.head[arc], self.tail[arc], arc, self.k)
        if most < self.k:
            less, back = self.flow(self.tail[arc], self.head[arc], arc, min(self.value[arc], self.k - most))
            most, along = most + less, along | back
        if most >= self.k:
            self.proof[arc] = along
        return most >= self.k

    def flow(self, source: int, sink: int, without: int, enough: int) -> tuple[int, set[int]]:
        """The most that can flow, as far as ``enough``, and along which arcs: shortest paths that still have room, one by one."""
        moved: dict[int, int] = {}
        total = 0
        while total < enough:
            came = self.shortest(source, sink, without, moved)
            if sink not in came:
                break
            path, room, node = [], enough - total, sink
            while node != source:
                arc, way = came[node]
                path.append((arc, way))
                if way < 0:
                    room = min(room, self.value[arc] + moved.get(arc, 0))
                node = self.tail[arc] if way > 0 else self.head[arc]
            for arc, way in path:
                moved[arc] = moved.get(arc, 0) + way * room
            total += room
        return total, set(moved)

    def shortest(self, source: int, sink: int, without: int, moved: dict[int, int]) -> dict[int, tuple[int, int]]:
        """From where, and which way, each node was reached until the sink was; a node that the sink follows ends it at once."""
        came: dict[int, tuple[int, int]] = {source: (-1, 0)}
        queue = [source]
        for node in queue:
            for arc in self.hidden_at[node]:
                forward = self.tail[arc] == node
                after = self.head[arc] if forward else self.tail[arc]
                if arc == without or after in came or not (forward or self.value[arc] + moved.get(arc, 0) > 0):
                    continue
                came[after] = (arc, 1 if forward else -1)
                queue.append(after)
                last = self.between(after, sink)
                if last is None or last == without or not self.hidden[last]:
                    continue
                onward = self.tail[last] == after
                if onward or self.value[last] + moved.get(last, 0) > 0:
                    came[sink] = (last, 1 if onward else -1)
                    return came
        return came

    def between(self, first: int, second: int) -> int | None:
        """The arc between a row and a column; None for two of a kind."""
        row, column = min(first, second), max(first, second)
        return row * self.columns + column - self.rows if row < self.rows <= column else None

    def cheapest(self, arc: int) -> list[int]:
        """What to hide so that ``arc`` can be k more, or k less: the path that costs least."""
        more = self.path(self.head[arc], self.tail[arc], arc, self.k)
        assert more is not None, "the way over the totals is always open"
        less = self.path(self.tail[arc], self.head[arc], arc, self.k) if self.value[arc] >= self.k else None
        return less[1] if less is not None and less[0] < more[0] else more[1]

    def path(self, source: int, sink: int, without: int, room: int) -> tuple[int, list[int]] | None:
        """The cheapest path with this much room: its price, and which of its arcs are not hidden yet."""
        best = {source: 0}
        came: dict[int, tuple[int, int]] = {}
        heap = [(0, source)]
        while heap:
            price, node = heapq.heappop(heap)
            if node == sink:
                break
            if price > best[node]:
                continue
            for arc in self.at[node]:
                forward = self.tail[arc] == node
                if arc == without or (not forward and self.value[arc] < room):
                    continue
                after = self.head[arc] if forward else self.tail[arc]
                # A thousandth a step, so that of equal prices the shorter path is taken.
                cost = price + 1 + (0 if self.hidden[arc] else 1000 * int(self.lean[arc]))
                if cost < best.get(after, _FAR):
                    best[after], came[after] = cost, (arc, node)
                    heapq.heappush(heap, (cost, after))
        if sink not in came:
            return None
        added, node = [], sink
        while node != source:
            arc, node = came[node]
            if not self.hidden[arc]:
                added.append(arc)
        return best[sink], added
