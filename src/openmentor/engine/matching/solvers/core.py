"""The problem as the solvers see it: people in a fixed order, those who can't have anybody left out."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from ..problem import BoolArray, FloatArray, IntArray, Problem, Progress

EMPTY_PAIRS: IntArray = np.empty((0, 2), dtype=np.int64)


def seeded_order(ids: tuple[str, ...] | None, count: int, seed: int) -> IntArray:
    """Indices in the order of (hash(seed, id), id); as they come without ids."""
    if ids is None:
        return np.arange(count, dtype=np.int64)
    keys = [hashlib.blake2b(f"{seed}:{each}".encode(), digest_size=8).digest() for each in ids]
    return np.array(sorted(range(count), key=lambda k: (keys[k], ids[k])), dtype=np.int64).reshape(-1)


@dataclass(frozen=True, eq=False)
class Core:
    """A problem in solver order. All indices below are positions in ``rows`` and ``columns``.

    scores     (m, n) float64, NaN where the pair can't be. ``rows``, ``columns``: the problem's index at each position.
    capacity, mentor_minimum (m,); demand, mentee_minimum (n,).
    forced     (k, 2) the forced pairs that no hard rule forbids.
    previous   (k, 2) last time's pairs that are still possible; ``stickiness``: what keeping one is worth, in score.
    members    (q, m) who counts for each quota; ``at_least``, ``at_most`` (q,), -1 for no upper limit.
    mentee_self, mentor_self   position on the other side of the same person, -1 for none.
    one_role   whether such a person may have a mentor or mentees only.
    group      (n,) the mentee's group where parity is asked for, -1 for none; ``group_sizes``: people in each.
    """

    scores: FloatArray
    rows: IntArray
    columns: IntArray
    capacity: IntArray
    mentor_minimum: IntArray
    demand: IntArray
    mentee_minimum: IntArray
    forced: IntArray
    previous: IntArray
    stickiness: float
    members: BoolArray
    at_least: IntArray
    at_most: IntArray
    mentee_self: IntArray
    mentor_self: IntArray
    one_role: bool
    memory_mb: int
    progress: Progress
    group: IntArray | None = None
    group_sizes: IntArray | None = None

    @classmethod
    def of(
        cls, problem: Problem, previous: IntArray, stickiness: float, seed: int, progress: Progress, memory_mb: int
    ) -> Core:
        """Put people in order, leave out mentees who seek nobody and all whom a gate holds back.

        Mentors without places stay: the price says what a place would be worth.
        """
        mentors, mentees = problem.shape
        taking = np.ones(mentors, dtype=np.bool_)
        seeking = problem.mentee_demand > 0
        taking[[*problem.gated_mentors, *problem.absent_mentors]] = False
        seeking[[*problem.gated_mentees, *problem.absent_mentees]] = False
        rows = seeded_order(problem.mentor_ids, mentors, seed)
        columns = seeded_order(problem.mentee_ids, mentees, seed)
        rows, columns = rows[taking[rows]], columns[seeking[columns]]
        admissible = problem.admissible()
        if (
            len(rows) == mentors
            and len(columns) == mentees
            and problem.mentor_ids is None
            and problem.mentee_ids is None
        ):
            scores = admissible
        else:
            scores = admissible[np.ix_(rows, columns)]
        row_at = np.full(mentors, -1, dtype=np.int64)
        row_at[rows] = np.arange(len(rows))
        column_at = np.full(mentees, -1, dtype=np.int64)
        column_at[columns] = np.arange(len(columns))

        def possible(pairs: IntArray) -> IntArray:
            here = np.column_stack([row_at[pairs[:, 0]], column_at[pairs[:, 1]]])
            here = here[(here >= 0).all(axis=1)]
            here = here[~np.isnan(scores[here[:, 0], here[:, 1]])]
            return here[np.lexsort((here[:, 1], here[:, 0]))]

        members = np.zeros((len(problem.quotas), len(rows)), dtype=np.bool_)
        for k, rule in enumerate(problem.quotas):
            inside = row_at[rule.members]
            members[k, inside[inside >= 0]] = True
        mentee_self = np.full(len(rows), -1, dtype=np.int64)
        mentor_self = np.full(len(columns), -1, dtype=np.int64)
        for i, j in problem.twins():
            if row_at[i] >= 0 and column_at[j] >= 0:
                mentee_self[row_at[i]] = column_at[j]
                mentor_self[column_at[j]] = row_at[i]
        return cls(
            scores=scores,
            rows=rows,
            columns=columns,
            capacity=np.minimum(problem.mentor_capacity[rows], max(1, len(columns))),
            mentor_minimum=problem.mentor_minimum[rows],
            demand=np.minimum(problem.mentee_demand[columns], max(1, len(rows))),
            mentee_minimum=problem.mentee_minimum[columns],
            forced=possible(problem.forced),
            previous=possible(previous),
            stickiness=stickiness,
            members=members,
            at_least=np.array([rule.at_least for rule in problem.quotas], dtype=np.int64),
            at_most=np.array([rule.at_most for rule in problem.quotas], dtype=np.int64),
            mentee_self=mentee_self,
            mentor_self=mentor_self,
            one_role=problem.one_role,
            memory_mb=memory_mb,
            progress=progress,
        )

    def without(self, scores: FloatArray) -> Core:
        """The same with other ``scores``; forced and last time's pairs that are NaN there are dropped."""

        def there(pairs: IntArray) -> IntArray:
            return pairs[~np.isnan(scores[pairs[:, 0], pairs[:, 1]])]

        return replace(self, scores=scores, forced=there(self.forced), previous=there(self.previous))

    @property
    def shape(self) -> tuple[int, int]:
        """(mentors, mentees) that take part."""
        return len(self.rows), len(self.columns)

    @property
    def block_rows(self) -> int:
        """How many rows of the matrix are looked at at once, within the memory allowed."""
        per_row = 64 * max(1, len(self.columns))
        return max(1, min(256, int(self.memory_mb * 1e6 / 4 / per_row)))

    def both_ways(self, pairs: IntArray) -> list[tuple[int, int]]:
        """Positions in ``pairs`` of two pairs that would match two people both ways at once."""
        if len(pairs) == 0 or not (self.mentee_self >= 0).any():
            return []
        at = {(int(i), int(j)): k for k, (i, j) in enumerate(pairs)}
        found = []
        for (i, j), k in at.items():
            back = at.get((int(self.mentor_self[j]), int(self.mentee_self[i])))
            if back is not None and back > k:
                found.append((k, back))
        return found

    def in_both_roles(self, pairs: IntArray) -> IntArray:
        """Mentors who have mentees and a mentor, where one role is all that they may have."""
        twins = np.flatnonzero(self.mentee_self >= 0) if self.one_role else np.empty(0, dtype=np.int64)
        taken = np.bincount(pairs[:, 0], minlength=self.shape[0])
        given = np.bincount(pairs[:, 1], minlength=self.shape[1])
        return twins[(taken[twins] > 0) & (given[self.mentee_self[twins]] > 0)]

    def is_tangled(self, pairs: IntArray) -> bool:
        """Whether people are paired both ways, or have both roles and may not."""
        return bool(self.both_ways(pairs)) or len(self.in_both_roles(pairs)) > 0

    def served_of_groups(self, pairs: IntArray) -> IntArray:
        """How many mentees of each group have somebody."""
        assert self.group is not None
        assert self.group_sizes is not None
        groups = self.group[np.unique(pairs[:, 1])]
        return np.bincount(groups[groups >= 0], minlength=len(self.group_sizes)).astype(np.int64)

    def least_rate(self, pairs: IntArray) -> float:
        """The least share of a group's people who have somebody; 1 where there is no group."""
        assert self.group_sizes is not None
        return float((self.served_of_groups(pairs) / self.group_sizes).min(initial=1.0))

    def overfull(self, pairs: IntArray) -> bool:
        """Whether some mentee has more mentors of a quota than allowed, or fewer than asked."""
        for members, least, most in zip(self.members, self.at_least, self.at_most):
            count = np.bincount(pairs[members[pairs[:, 0]], 1], minlength=len(self.columns))
            if (most >= 0 and (count > most).any()) or (count < least).any():
                return True
        return False


@dataclass(frozen=True, eq=False)
class Solution:
    """Pairs in solver positions, and for each level of the aim its proved bound.

    bounds   one for each level of the aim, in order.
    prices   (m,) what one more place would add to the last level.
    """

    pairs: IntArray
    bounds: tuple[float, ...]
    prices: FloatArray
