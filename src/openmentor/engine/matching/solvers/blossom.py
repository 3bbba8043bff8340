"""The most pairs among people without roles, by augmenting paths that shrink odd cycles (Edmonds 1965)."""

from __future__ import annotations

from collections import deque

import numpy as np

from ..problem import BoolArray, IntArray

NOBODY = -1


def most_pairs(may_meet: BoolArray, start: IntArray | None = None) -> IntArray:
    """(n,) each person's partner, -1 for nobody, in a matching with as many pairs as any.

    may_meet  (n, n) symmetric, False on the diagonal.
    start     partners to begin with, as in the result; pairs that may not meet are passed over.
    """
    count = len(may_meet)
    partner = np.full(count, NOBODY, dtype=np.int64)
    if start is not None:
        for v in np.flatnonzero(start >= 0).tolist():
            other = int(start[v])
            if start[other] == v and may_meet[v, other]:
                partner[v] = other
    for v in range(count):  # whoever is still free
        if partner[v] == NOBODY:
            free = np.flatnonzero(may_meet[v] & (partner == NOBODY))
            if len(free):
                partner[v], partner[free[0]] = free[0], v
    search = _Search(may_meet, partner.tolist())
    for root in np.flatnonzero(partner == NOBODY).tolist():
        if search.partner[root] == NOBODY:
            search.grow(root)
    return np.array(search.partner, dtype=np.int64)


class _Search:
    """Alternating trees, one at a time. Who stands in a tree that found nothing can't be part of a later path."""

    def __init__(self, may_meet: BoolArray, partner: list[int]) -> None:
        self.may_meet = may_meet
        self.partner = partner
        self.is_dead = np.zeros(len(partner), dtype=np.bool_)

    def grow(self, root: int) -> None:
        """One pair more, if a path from ``root`` leads to it."""
        count = len(self.partner)
        self.base = list(range(count))
        self.parent = [NOBODY] * count
        self.is_even = [False] * count
        self.is_even[root] = True
        queue = deque([root])
        while queue:
            v = queue.popleft()
            for other in np.flatnonzero(self.may_meet[v] & ~self.is_dead).tolist():
                if self.base[v] == self.base[other] or self.partner[v] == other:
                    continue
                mate = self.partner[other]
                if other == root or (mate != NOBODY and self.parent[mate] != NOBODY):
                    self._shrink(v, other, queue)
                elif self.parent[other] == NOBODY:
                    self.parent[other] = v
                    if mate == NOBODY:
                        self._augment(other)
                        return
                    self.is_even[mate] = True
                    queue.append(mate)
        in_tree = [v for v in range(count) if self.is_even[v] or self.parent[v] != NOBODY]
        self.is_dead[in_tree] = True

    def _shrink(self, v: int, other: int, queue: deque[int]) -> None:
        stem = self._common_base(v, other)
        in_blossom = {stem}
        self._mark(v, stem, other, in_blossom)
        self._mark(other, stem, v, in_blossom)
        for each in range(len(self.base)):
            if self.base[each] in in_blossom:
                self.base[each] = stem
                if not self.is_even[each]:
                    self.is_even[each] = True
                    queue.append(each)

    def _common_base(self, v: int, other: int) -> int:
        seen = set()
        while True:
            v = self.base[v]
            seen.add(v)
            if self.partner[v] == NOBODY:
                break
            v = self.parent[self.partner[v]]
        while True:
            other = self.base[other]
            if other in seen:
                return other
            other = self.parent[self.partner[other]]

    def _mark(self, v: int, stem: int, child: int, in_blossom: set[int]) -> None:
        while self.base[v] != stem:
            in_blossom |= {self.base[v], self.base[self.partner[v]]}
            self.parent[v] = child
            child = self.partner[v]
            v = self.parent[child]

    def _augment(self, v: int) -> None:
        while v != NOBODY:
            before = self.parent[v]
            following = self.partner[before]
            self.partner[v], self.partner[before] = before, v
            v = following
