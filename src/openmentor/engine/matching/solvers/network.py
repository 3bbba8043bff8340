"""A network of whole units: cheapest flow, and what one more unit would cost at each node. Integers throughout."""

from __future__ import annotations

import numpy as np

from ..problem import IntArray

FAR = 1 << 60
"""Stands for 'no way to the root'; larger than any real distance, small enough to add up."""


def cost_bits(nodes: int) -> int:
    """How many bits a cost may have so that the flow solver, which multiplies by the nodes, can't overflow."""
    return min(50, 57 - int(nodes + 2).bit_length())


class Network:
    """Arcs with bounds, flowing round: what enters a node leaves it.

    ``low`` and ``high`` bound the flow of each arc; ``fix`` narrows them to the flows that are optimal for a cost, so
    that the next cost is optimized among those alone: that is how levels come one after another.
    """

    def __init__(self, nodes: int, tail: IntArray, head: IntArray, high: IntArray) -> None:
        self.nodes = nodes
        self.tail = tail
        self.head = head
        self.low = np.zeros(len(tail), dtype=np.int64)
        self.high = high.copy()
        self.flow = np.zeros(len(tail), dtype=np.int64)

    def add(self, tail: IntArray, head: IntArray) -> None:
        """More arcs for one unit each, empty as yet."""
        none = np.zeros(len(tail), dtype=np.int64)
        self.tail = np.concatenate([self.tail, tail])
        self.head = np.concatenate([self.head, head])
        self.low = np.concatenate([self.low, none])
        self.high = np.concatenate([self.high, none + 1])
        self.flow = np.concatenate([self.flow, none])

    def solve(self, cost: IntArray) -> None:
        """Set ``flow`` to the cheapest within the bounds. There is always one: the flow that is there."""
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # the engine's process alone loads it

        free = np.flatnonzero(self.high > self.low)
        solver = SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(
            self.tail[free], self.head[free], (self.high - self.low)[free], cost[free]
        )
        used = np.flatnonzero(self.low)
        supply = np.zeros(self.nodes, dtype=np.int64)
        np.subtract.at(supply, self.tail[used], self.low[used])
        np.add.at(supply, self.head[used], self.low[used])
        touched = np.flatnonzero(supply)
        if len(touched):
            solver.set_nodes_supplies(touched, supply[touched])
        if len(free):
            status = solver.solve()
            if status != solver.OPTIMAL:
                raise RuntimeError(f"the flow solver stopped with {status}")
        self.flow = self.low.copy()
        if len(free):
            self.flow[free] += np.asarray(solver.flows(np.arange(len(free))), dtype=np.int64)

    def distances(self, cost: IntArray, root: int) -> IntArray:
        """The least cost at which each node could send one unit more to ``root``, (nodes,); around ``FAR`` if it can't.

        These are the smallest supporting prices: with them no arc's reduced cost contradicts the flow, which proves it.
        Raises ``RuntimeError`` if the flow isn't optimal (a cycle would save something).
        """
        forward = np.flatnonzero(self.flow < self.high)
        backward = np.flatnonzero(self.flow > self.low)
        start = np.concatenate([self.tail[forward], self.head[backward]])
        end = np.concatenate([self.head[forward], self.tail[backward]])
        length = np.concatenate([cost[forward], -cost[backward]])
        order = np.argsort(end, kind="stable")
        start, end, length = start[order], end[order], length[order]
        first = np.searchsorted(end, np.arange(self.nodes + 1))
        distance = np.full(self.nodes, FAR, dtype=np.int64)
        distance[root] = 0
        # Arcs among nodes that never reach the root must fit as well, so all start as changed once.
        changed = np.concatenate([[root], np.setdiff1d(np.arange(self.nodes), [root])])
        for _ in range(2 * self.nodes + 2):
            if len(changed) == 0:
                return distance
            counts = first[changed + 1] - first[changed]
            arcs = np.repeat(first[changed] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
            arcs += np.arange(len(arcs))
            reached = length[arcs] + np.repeat(distance[changed], counts)
            nodes = start[arcs]
            better = reached < distance[nodes]
            nodes, reached = nodes[better], reached[better]
            np.minimum.at(distance, nodes, reached)
            is_changed = np.zeros(self.nodes, dtype=np.bool_)
            is_changed[nodes] = True
            changed = np.flatnonzero(is_changed)
        raise RuntimeError("the flow is not the cheapest")

    def fix(self, cost: IntArray, distance: IntArray) -> None:
        """Keep only the flows that are as cheap as this one: an arc that would cost or save must stay as it is."""
        reduced = cost + distance[self.head] - distance[self.tail]
        self.high = np.where(reduced > 0, self.low, self.high)
        self.low = np.where(reduced < 0, self.high, self.low)
