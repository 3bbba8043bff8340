"""Peers: the best pairs of ten thousand people, proved on all of them, against another solver that is given the pairs to look at.

Two pools that have nothing in common: people in clusters of a space of six dimensions, and people with eight answers of five each, where
most scores are equal to many others. rustworkx gets the very pairs that the engine had looked at in the end, so it neither searches for them
nor proves that others would not be better.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from bench.measure import Figure
from openmentor.engine.matching.solvers import peers

PEOPLE = 10_000
POOLS = ("clusters", "ties")


def scores(kind: str, count: int) -> np.ndarray:
    """(n, n) symmetric, NaN on the diagonal."""
    rng = np.random.default_rng(1)
    table = np.empty((count, count))
    spots = rng.normal(size=(count, 6)) + rng.normal(size=(20, 6))[rng.integers(0, 20, count)] * 1.5
    answers = rng.integers(0, 5, (count, 8))
    for start in range(0, count, 256):
        rows = slice(start, start + 256)
        if kind == "clusters":
            table[rows] = np.exp(-((spots[rows][:, None] - spots[None]) ** 2).sum(2) / 8)
        elif kind == "ties":
            table[rows] = (answers[rows][:, None] == answers[None]).mean(2)
        else:
            table[rows] = spots[rows, :1] ** 2 * spots[:, 0] ** 2 / (spots[:, 0] ** 4).max()
    table = (table + table.T) / 2
    np.fill_diagonal(table, np.nan)
    return table


class _Kept(peers.Search):
    """Notes which pairs it looked at in the end."""

    keys: np.ndarray

    def _matched(self, trees, keys, price):  # type: ignore[no-untyped-def]
        self.keys = keys
        return super()._matched(trees, keys, price)


def figures(people: int = PEOPLE, pools: tuple[str, ...] = POOLS) -> list[Figure]:
    """For each pool, how many times faster, and the gap that is left."""
    import rustworkx

    peers.solve(scores("ties", 400), "coverage", _quiet)  # compiled before it is timed
    found = []
    for kind in pools:
        table = scores(kind, people)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.process_time()
        pairs, bounds = peers.solve(table, "coverage", _quiet)
        ours = time.process_time() - started
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        value = float(table[pairs[:, 0], pairs[:, 1]].sum())
        search = _Kept(table, np.arange(people), 0.0, counts_first=True, progress=_quiet)
        search.run()
        one, other = search.keys // people, search.keys % people
        worth = [int(each) for each in np.rint(table[one, other] * peers.HALF)]
        graph = rustworkx.PyGraph()
        graph.add_nodes_from(range(people))
        graph.add_edges_from(list(zip(one.tolist(), other.tolist(), worth)))
        print(f"{kind}: {ours:.1f} CPU seconds, rustworkx …", file=sys.stderr, flush=True)
        started = time.process_time()
        theirs = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
        other_seconds = time.process_time() - started
        other_value = float(sum(table[pair] for pair in theirs))
        assert len(theirs) <= len(pairs)
        assert other_value <= value + 1e-6
        note = f"{ours:.1f} and {other_seconds:.1f} CPU seconds, {len(worth):,} pairs, {memory:.0f} MB beside the table"
        found.append(
            Figure(
                f"{people:,} peers, {kind}: faster than rustworkx on the same pairs",
                other_seconds / ours,
                3,
                least=True,
                note=note,
            )
        )
        found.append(
            Figure(f"the same: gap to the bound over all pairs, {kind}", bounds["total"] / value - 1, 0.0003, "")
        )
    return found


def _quiet(stage: str, done: int, total: int) -> None:
    """Nobody watches."""
