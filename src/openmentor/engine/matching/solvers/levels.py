"""The best flow level by level, first on candidate pairs, then proved on all pairs.

Each level is the cheapest flow for an integer cost. Its distances give every arc a reduced cost; only flows whose
reduced costs are zero are as good, so the next level is sought among those (``Network.fix``). A pair that is no
candidate is priced by the same distances: if it would improve a level it becomes a candidate and the level is solved
again, until none would. Then the level is optimal for the whole problem, and its value is its bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..candidates import first_candidates, scatter
from ..problem import BoolArray, FloatArray, IntArray
from .core import EMPTY_PAIRS, Core
from .network import FAR, Network, cost_bits

ROOT, SINK = 0, 1
MOST_ADDED_PER_MENTEE = 24


@dataclass(frozen=True, eq=False)
class Tree:
    """Quotas of which any two are nested or apart, so that they fit into the network.

    order   the quotas, larger ones first; ``parent``: position in ``order`` of the smallest one around, -1 for the
            mentee.
    home    (m,) the smallest quota around each mentor, as position in ``order``, -1 for none.
    """

    order: IntArray
    parent: IntArray
    home: IntArray


def tree_of(core: Core) -> tuple[Tree, bool]:
    """As many quotas as are nested or apart, and whether those are all."""
    sizes = core.members.sum(axis=1)
    wanted = [k for k in np.argsort(-sizes, kind="stable") if core.at_least[k] > 0 or core.at_most[k] >= 0]
    order: list[int] = []
    for k in wanted:
        inner = core.members[k]
        if all(not (inner & core.members[each]).any() or (core.members[each] | ~inner).all() for each in order):
            order.append(int(k))
    parent = np.full(len(order), -1, dtype=np.int64)
    home = np.full(core.shape[0], -1, dtype=np.int64)
    for position, k in enumerate(order):
        for earlier in range(position):
            if (core.members[order[earlier]] | ~core.members[k]).all() and core.members[k].any():
                parent[position] = earlier
        home[core.members[k]] = position
    return Tree(np.array(order, dtype=np.int64), parent, home), len(order) == len(wanted)


class Levels:
    """One solving of one core: the network, and the distances of every level done so far."""

    def __init__(self, core: Core, tree: Tree, near: IntArray | None = None) -> None:
        """``near``: pairs to start with if there are too many for all; the best of each person if not given."""
        self.core = core
        self.tree = tree
        m, n = core.shape
        self.mentor_node = 2 + np.arange(m, dtype=np.int64)
        self.heads = 2 + m + np.arange((len(tree.order) + 1) * n, dtype=np.int64).reshape(len(tree.order) + 1, n)
        self.group_node = 2 + m + self.heads.size + np.arange(0 if core.group_sizes is None else len(core.group_sizes))
        nodes = 2 + m + self.heads.size + len(self.group_node)
        self.bits = cost_bits(nodes) - max(0, int(np.ceil(np.log2(1 + core.stickiness))))
        self.scale = float(2**self.bits)
        core.progress("candidates", 0, 1)
        self.pairs, self.complete = first_candidates(core, near)
        self._build(nodes)
        self.threshold = -1.0
        self.done: list[
            tuple[str, IntArray]
        ] = []  # levels so far with their distances, to price pairs that are no candidates

    def _build(self, nodes: int) -> None:
        core, tree = self.core, self.tree
        m, n = core.shape
        tails: list[IntArray] = []
        heads: list[IntArray] = []
        highs: list[IntArray] = []
        kinds: list[IntArray] = []

        def arcs(
            tail: IntArray,
            head: IntArray,
            high: IntArray,
            kept: int = 0,
            served: int = 0,
            filled: int = 0,
            parity: int = 0,
        ) -> None:
            some = high > 0
            tails.append(tail[some])
            heads.append(head[some])
            highs.append(high[some])
            kinds.append(np.tile(np.array([[kept, served, filled, parity]], dtype=np.int64), (int(some.sum()), 1)))

        def same(node: int, count: int) -> IntArray:
            return np.full(count, node, dtype=np.int64)

        arcs(same(SINK, 1), same(ROOT, 1), np.array([core.demand.sum() + 1]), filled=1)
        least = np.minimum(core.mentor_minimum, core.capacity)
        arcs(same(ROOT, m), self.mentor_node, least, kept=1)
        arcs(same(ROOT, m), self.mentor_node, core.capacity - least)
        must = np.minimum(core.mentee_minimum, core.demand)
        mentee = self.heads[-1]
        first = np.minimum(core.demand, 1)
        end = same(SINK, n)
        if core.group is not None:
            # Who is served at all passes their group's node: there the group's people are counted.
            end = np.where(core.group >= 0, self.group_node[core.group], SINK) if len(self.group_node) else end
            count = np.bincount(core.group[core.group >= 0], minlength=len(self.group_node)).astype(np.int64)
            arcs(self.group_node, same(SINK, len(count)), count, parity=1)
            arcs(self.group_node, same(SINK, len(count)), count)
        arcs(mentee, end, np.where(must > 0, first, 0), kept=1, served=1)
        arcs(mentee, end, np.where(must > 0, 0, first), served=1)
        arcs(mentee, same(SINK, n), np.maximum(must - 1, 0), kept=1)
        arcs(mentee, same(SINK, n), core.demand - np.maximum(must, first))
        for position, k in enumerate(tree.order):
            most = core.demand if core.at_most[k] < 0 else np.minimum(core.demand, core.at_most[k])
            lowest = np.minimum(core.at_least[k], most)
            target = self.heads[tree.parent[position]]  # -1: the mentee's own node, which is last
            arcs(self.heads[position], target, lowest, kept=1)
            arcs(self.heads[position], target, most - lowest)
        self.rewards = np.concatenate(kinds)
        self.network = Network(nodes, np.concatenate(tails), np.concatenate(heads), np.concatenate(highs))
        self.fixed_arcs = len(self.network.tail)
        self.network.add(self.mentor_node[self.pairs[:, 0]], self._head(self.pairs))
        self.in_forced = self._marks(core.forced)
        self.in_previous = self._marks(core.previous)

    def _head(self, pairs: IntArray) -> IntArray:
        return self.heads[self.tree.home[pairs[:, 0]], pairs[:, 1]]

    def _marks(self, marked: IntArray) -> IntArray:
        """Keys of the marked pairs, sorted, to look candidates up in."""
        return np.sort(marked[:, 0] * self.core.shape[1] + marked[:, 1])

    def _is(self, keys: IntArray, pairs: IntArray) -> BoolArray:
        return np.isin(pairs[:, 0] * self.core.shape[1] + pairs[:, 1], keys)

    # Costs: what each level makes dear, of arcs and of pairs

    def _pair_cost(self, level: str, pairs: IntArray) -> IntArray:
        scores = self.core.scores[pairs[:, 0], pairs[:, 1]]
        if level == "forced":
            return -self._is(self.in_forced, pairs).astype(np.int64)
        if level == "staying":
            return -self._is(self.in_previous, pairs).astype(np.int64)
        if level == "least":
            return (scores < self.threshold).astype(np.int64)
        if level == "total":
            bonus = self.core.stickiness * self._is(self.in_previous, pairs) if self.core.stickiness > 0 else 0.0
            return -np.rint((scores + bonus) * self.scale).astype(np.int64)
        return np.zeros(len(pairs), dtype=np.int64)

    def _plain_cost(self, level: str, scores: FloatArray) -> IntArray | int:
        """Cost of pairs that are no candidates, so neither forced nor last time's."""
        if level == "least":
            return (scores < self.threshold).astype(np.int64)
        if level == "total":
            return -np.rint(scores * self.scale).astype(np.int64)
        return 0

    def _cost(self, level: str) -> IntArray:
        column = {"kept": 0, "served": 1, "filled": 2, "parity": 3}.get(level)
        fixed = np.zeros(self.fixed_arcs, dtype=np.int64) if column is None else -self.rewards[:, column]
        return np.concatenate([fixed, self._pair_cost(level, self.pairs)])

    # One level

    def optimize(self, level: str) -> None:
        """Make the flow the best at ``level`` among those that are best at all levels before, and leave only such."""
        distance = self._solve(level)
        self.network.fix(self._cost(level), distance)
        self.done.append((level, distance))

    def _solve(self, level: str) -> IntArray:
        round_number = 0
        while True:
            self.core.progress(level, round_number, round_number + 1)
            cost = self._cost(level)
            self.network.solve(cost)
            distance = self.network.distances(cost, ROOT)
            found = EMPTY_PAIRS if self.complete else self._missed(level, distance)
            if len(found) == 0:
                return distance
            self.pairs = np.concatenate([self.pairs, found])
            self.network.add(self.mentor_node[found[:, 0]], self._head(found))
            round_number += 1

    def _open_blocks(
        self, level: str, distance: IntArray
    ) -> Iterator[tuple[IntArray, BoolArray, FloatArray, IntArray]]:
        """Blocks of rows: which pairs that are no candidates are still as good at the levels before, and their
        reduced cost."""
        core = self.core
        m, n = core.shape
        keys = np.sort(self.pairs[:, 0] * n + self.pairs[:, 1])
        first = np.searchsorted(keys, np.arange(m + 1) * n)
        step = core.block_rows
        for start in range(0, m, step):
            rows = np.arange(start, min(start + step, m))
            scores = core.scores[rows]
            still = ~np.isnan(scores)
            still.reshape(-1)[keys[first[rows[0]] : first[rows[-1] + 1]] - rows[0] * n] = False
            if self.threshold >= 0 and level != "least":
                still &= scores >= self.threshold
            reduced = np.empty(0, dtype=np.int64)
            for name, each in [*self.done, (level, distance)]:
                if not still.any():
                    break
                cost = self._plain_cost(name, np.nan_to_num(scores))
                reduced = each[self.heads][self.tree.home[rows]] - each[self.mentor_node[rows]][:, None] + cost
                if each is not distance:
                    still &= reduced == 0
            if still.any():
                yield rows, still, scores, reduced

    def _missed(self, level: str, distance: IntArray) -> IntArray:
        """Pairs that are no candidates and would improve ``level``; of each mentee the best few."""
        parts = [EMPTY_PAIRS]
        for rows, still, scores, reduced in self._open_blocks(level, distance):
            row, column = np.nonzero(still & (reduced < 0))
            if len(row) == 0:
                continue
            # Most gain first; among equals the better score, then whatever spreads people over one another.
            gain = np.maximum(reduced[row, column], -FAR).astype(np.float64)
            order = np.lexsort((scatter(rows[row], column), -scores[row, column], gain, column))
            column_sorted = column[order]
            rank = np.arange(len(order)) - np.searchsorted(column_sorted, column_sorted)
            chosen = order[rank < MOST_ADDED_PER_MENTEE]
            parts.append(np.column_stack([rows[row[chosen]], column[chosen]]))
        return np.concatenate(parts)

    # The least score: the highest threshold at which nothing above is lost

    def raise_least(self) -> None:
        """Find the greatest least score that the levels before allow, proved over all pairs, and drop what lies below
        it."""
        if len(self.matched()) == 0:
            return
        reachable = self._lowest()
        open_below = 2.0  # no score lies at or above it
        while True:
            steps = self._scores_between(reachable, open_below)
            if len(steps) == 0:
                break
            low, high = 0, len(steps)
            while low < high:
                middle = (low + high) // 2
                if self._feasible(steps[middle]):
                    reachable = max(reachable, self._lowest())
                    low = int(np.searchsorted(steps, reachable, side="right"))
                else:
                    open_below = steps[middle]
                    high = middle
        # The last trial may have failed: go back to a flow that keeps the threshold.
        self._feasible(reachable)
        self.threshold = reachable
        pair_arcs = slice(self.fixed_arcs, None)
        low_score = self.core.scores[self.pairs[:, 0], self.pairs[:, 1]] < reachable
        self.network.high[pair_arcs] = np.where(low_score, self.network.low[pair_arcs], self.network.high[pair_arcs])

    def _lowest(self) -> float:
        pairs = self.matched()
        return float(self.core.scores[pairs[:, 0], pairs[:, 1]].min())

    def _feasible(self, threshold: float) -> bool:
        self.threshold = threshold
        self._solve("least")
        return self._lowest() >= threshold

    def _scores_between(self, above: float, below: float) -> FloatArray:
        """The different scores of possible pairs between the two, both left out; of many, an even choice with both
        ends."""
        if self.complete:
            scores = self.core.scores[self.pairs[:, 0], self.pairs[:, 1]]
            return np.unique(scores[(scores > above) & (scores < below)])
        m = self.core.shape[0]
        found = np.empty(0)
        for start in range(0, m, self.core.block_rows):
            block = self.core.scores[start : start + self.core.block_rows]
            found = np.union1d(found, block[(block > above) & (block < below)])
            if len(found) > 200_000:
                found = found[np.unique(np.linspace(0, len(found) - 1, 50_000).astype(np.int64))]
        return found

    # Parity: the highest rate that every group can have at once without any loss above

    def raise_parity(self) -> None:
        """Raise the least rate of any group as far as the levels before allow, and keep it."""
        sizes = self.core.group_sizes
        if sizes is None or len(sizes) == 0:
            return
        self.parity_arcs = np.flatnonzero(self.rewards[:, 3])
        self.parity_groups = self.network.tail[self.parity_arcs] - self.group_node[0]
        self.parity_high = self.network.high[self.parity_arcs].copy()
        steps = np.unique(np.concatenate([np.arange(1, size + 1) / size for size in sizes]))
        reached, low, high = np.zeros(len(sizes), dtype=np.int64), 0, len(steps)
        while low < high:
            middle = (low + high) // 2
            asked = np.ceil(steps[middle] * sizes - 1e-9).astype(np.int64)
            if self._serves(asked):
                reached, low = asked, middle + 1
            else:
                high = middle
        self._serves(reached)  # the last trial may have failed
        self.network.low[self.parity_arcs] = self.network.high[self.parity_arcs]

    def _serves(self, counts: IntArray) -> bool:
        """Whether so many of each group can be served together; proved over all pairs."""
        asked = counts[self.parity_groups]
        if (asked > self.parity_high).any() or counts.sum() > asked.sum():
            return False
        self.network.high[self.parity_arcs] = asked
        self._solve("parity")
        return bool((self.network.flow[self.parity_arcs] >= asked).all())

    def run(self, names: Sequence[str]) -> None:
        """Optimize the levels in order."""
        for name in names:
            if name == "least":
                self.raise_least()
            elif name == "parity":
                self.raise_parity()
            else:
                self.optimize(name)

    # What came out

    def matched(self) -> IntArray:
        """The pairs that flow."""
        return self.pairs[self.network.flow[self.fixed_arcs :] > 0]

    def nearest(self, count: int) -> IntArray:
        """Candidates that come closest to being used: of each person the ``count`` whose reduced cost is least."""
        reduced = np.zeros(len(self.pairs), dtype=np.float64)
        for name, distance in self.done:
            if name == "total":
                arcs = slice(self.fixed_arcs, None)
                reduced += self._pair_cost(name, self.pairs)
                reduced += distance[self.network.head[arcs]] - distance[self.network.tail[arcs]]
        chosen = np.zeros(len(self.pairs), dtype=np.bool_)
        for side in (0, 1):
            order = np.lexsort((reduced, self.pairs[:, side]))
            people = self.pairs[order, side]
            rank = np.arange(len(order)) - np.searchsorted(people, people)
            chosen[order[rank < count]] = True
        return self.pairs[chosen]

    def prices(self) -> FloatArray:
        """(m,) what one more place would add to the last level, all levels read in order; see ``Result.prices``."""
        gains = np.stack([-distance[self.mentor_node] for _, distance in self.done], axis=1)
        first = np.argmax(gains != 0, axis=1)
        good = np.take_along_axis(gains, first[:, None], axis=1)[:, 0] > 0
        good &= (np.abs(gains) < FAR // 2).all(axis=1)
        last = [name for name, _ in self.done].index("total")
        return np.where(good, gains[:, last] / self.scale, 0.0)
