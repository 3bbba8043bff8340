"""All pairs of a large pool, a tile at a time: never the whole matrix, of each mentee only the best.

Scores here agree with the dimensions' own to the rounding of a sum whose order differs; a pair that is kept in the end is
scored by them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from . import kernels
from .kernels import Bans, Room
from .lens import Block, FloatArray, IntArray
from .plan import Maker

if TYPE_CHECKING:
    from .scoring import Scored

Singles = npt.NDArray[np.float32]
NOTHING: FloatArray = np.empty((0, 0))
NO_PAIRS: IntArray = np.empty((0, 2), dtype=np.int64)
NO_TEXTS: Singles = np.empty((0, 0, 0), dtype=np.float32)
SPREAD: FloatArray = np.resize(np.random.default_rng(7).random(kernels.SPREAD) * 1e-10, kernels.SPREAD + kernels.FEW)
"""Far below any difference of scores: among equals, everybody gets others to choose from."""
MENTEES, MENTORS = 64, 2048
"""A tile: its scores, and what is looked up for them, fit a core's cache."""
ROOM = 3
"""Times what is to be kept is gathered before it is thinned out."""


@dataclass(frozen=True, eq=False)
class Best:
    """Of each mentee asked for the best mentors, in no order.

    who, score, part  (k, keep) positions, -1 where there are no more; scores, of which ``part`` is guessed from above.
    bound             (k,): no pair left out has score + offset above it; -inf where all were kept.
    """

    who: npt.NDArray[np.int32]
    score: FloatArray
    part: FloatArray
    bound: FloatArray


def _bans(pairs: IntArray, mentees: int, floor: float) -> Bans:
    order = np.argsort(pairs[:, 1], kind="stable")
    start = np.searchsorted(pairs[order, 1], np.arange(mentees + 1))
    return Bans(start.astype(np.int64), np.ascontiguousarray(pairs[order, 0]), floor)


def _room(mentees: int, keep: int) -> Room:
    shape = mentees, ROOM * keep
    return Room(
        key=np.empty(shape), who=np.empty(shape, dtype=np.int32), part=np.empty(shape),
        held=np.zeros(mentees, dtype=np.int64), least=np.full(mentees, -np.inf),
    )  # fmt: skip


class Pass:
    """All pairs once, in blocks of mentees that threads share out; subclasses know where the scores come from."""

    def __init__(self, mentors: int, mentees: int, threads: int | None) -> None:
        self.mentors, self.mentees = mentors, mentees
        self.threads = threads or len(os.sched_getaffinity(0))

    def best(
        self,
        keep: int,
        mentees: IntArray,
        offset: FloatArray | None = None,
        tick: Callable[[int, int], None] | None = None,
        *,
        banned: IntArray = NO_PAIRS,
        floor: float = 0.0,
        closely: bool = False,
    ) -> Best:
        """Of each of ``mentees`` (positions) the ``keep`` mentors of greatest score + offset.

        banned    (k, 2) positions, mentor and mentee, of pairs that may not meet on top of the rules; ``floor``: nor may those whose
                  score, as far as it isn't guessed, lies below.
        closely   by the scores themselves; else what is slow to compute may be guessed from above: ``exact`` says what
                  they are. ``tick`` cancels by raising.
        """
        keep = max(1, min(keep, self.mentors))
        offsets = np.zeros(self.mentors) if offset is None else offset
        size = len(mentees)
        bans = _bans(banned, self.mentees, floor)
        found = Best(
            np.empty((size, keep), dtype=np.int32), np.zeros((size, keep)), np.zeros((size, keep)), np.empty(size)
        )

        def work(start: int) -> None:
            part = slice(start, start + MENTEES)
            some = mentees[part]
            shift = (some * 2_654_435_761 >> 7) & (kernels.SPREAD - 1)
            room = _room(len(some), keep)
            self._scan(some, bans, offsets, shift, keep, room, closely)
            kernels.kept(
                room, offsets, SPREAD, shift, found.who[part], found.score[part], found.part[part], found.bound[part]
            )
            if closely:
                row, column = np.nonzero(found.who[part] >= 0)
                found.part[part][row, column] = self._guessed(some[row], found.who[part][row, column].astype(np.int64))

        with threadpool_limits(1), ThreadPoolExecutor(self.threads) as pool:
            try:
                for done, _ in enumerate(pool.map(work, range(0, size, MENTEES))):
                    if tick is not None:
                        tick(min((done + 1) * MENTEES, size), size)
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return found

    def exact(
        self, mentee: IntArray, mentor: IntArray, score: FloatArray, part: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Scores of pairs, of which ``part`` was guessed, and what the part is."""
        known = self._guessed(mentee, mentor)
        return score + (known - part), known

    def _scan(self, some: IntArray, bans: Bans, offset: FloatArray, shift: IntArray, keep: int, room: Room, closely: bool) -> None:  # fmt: skip
        raise NotImplementedError

    def block(self, mentees: IntArray, *, closely: bool = True) -> FloatArray:
        """(mentees, mentors) scores, -inf where the two may not meet; for a few mentees. Not ``closely``: slow parts guessed."""
        raise NotImplementedError

    def _guessed(self, mentee: IntArray, mentor: IntArray) -> FloatArray:
        """What was guessed of these pairs, as it is."""
        return np.zeros(len(mentee))


class Held(Pass):
    """Pairs whose scores are all at hand: (mentors, mentees), NaN where the two may not meet."""

    def __init__(self, scores: FloatArray, rows: IntArray, columns: IntArray, *, threads: int | None = None) -> None:
        super().__init__(len(rows), len(columns), threads)
        self.scores, self.rows, self.columns = scores, rows, columns

    def _scan(self, some: IntArray, bans: Bans, offset: FloatArray, shift: IntArray, keep: int, room: Room, closely: bool) -> None:  # fmt: skip
        kernels.scan_held(self.block(some), some, bans, offset, SPREAD, shift, keep, room)

    def block(self, mentees: IntArray, *, closely: bool = True) -> FloatArray:
        total = np.ascontiguousarray(self.scores[np.ix_(self.rows, self.columns[mentees])].T)
        return np.where(np.isnan(total), -np.inf, total)


class Tiles(Pass):
    """What a specification makes of every pair of the given mentors and mentees.

    rows, columns   indices of the mentors and mentees looked at; positions below are positions in these.
    alike           (m,) which mentors fit everybody alike, a number for each kind; None where too few do.
    """

    def __init__(self, scored: Scored, rows: IntArray, columns: IntArray, *, threads: int | None = None) -> None:
        self.scored = scored
        super().__init__(len(rows), len(columns), threads)
        self.rows, self.columns = rows, columns
        maker = Maker(scored, rows, columns, MENTORS)
        for index, key in enumerate(scored.active):
            maker.dimension(index, scored.dimensions[key])
        for rule in scored.rules:
            maker.rule(rule)
        self.alike = maker.alike()
        self.plan = maker.plan()
        self.blocks, self.texts = maker.blocks, maker.texts
        self._row_width = int(maker.row_width)

    def _scan(self, some: IntArray, bans: Bans, offset: FloatArray, shift: IntArray, keep: int, room: Room, closely: bool) -> None:  # fmt: skip
        texts = [] if closely else self.texts
        weight = self.plan.weight[np.array([each.index for each in texts], dtype=np.int64)][:, some]
        buffer = np.empty(len(texts) * len(some) * min(MENTORS, len(self.rows)), dtype=np.float32)
        for rows, dense, first, last, number in self._tiles(some, closely):
            guess = NO_TEXTS
            if texts:
                shape = len(texts), len(some), last - first
                guess = buffer[: shape[0] * shape[1] * shape[2]].reshape(shape)
                for text, out in zip(texts, guess):
                    text.guess(some, first, last, out)
            kernels.scan(
                self.plan,
                some,
                rows,
                dense,
                guess,
                weight,
                bans,
                first,
                last,
                number,
                offset,
                SPREAD,
                shift,
                keep,
                room,
            )

    def block(self, mentees: IntArray, *, closely: bool = True) -> FloatArray:
        out = np.empty((len(mentees), len(self.rows)))
        for start in range(0, len(mentees), MENTEES):
            some = mentees[start : start + MENTEES]
            for rows, dense, first, last, number in self._tiles(some, closely):
                total = np.empty((len(some), last - first))
                kernels.fill(self.plan, some, rows, dense, first, last, number, total)
                for text in () if closely else self.texts:
                    guess = np.empty(total.shape, dtype=np.float32)
                    text.guess(some, first, last, guess)
                    total += np.maximum(guess, 0) * self.plan.weight[text.index, some][:, None]
                out[start : start + MENTEES, first:last] = total
        return out

    def _tiles(self, some: IntArray, closely: bool) -> Iterator[tuple[FloatArray, FloatArray, int, int, int]]:
        rows = np.empty((len(some), max(1, self._row_width)))
        kernels.rows_of(self.plan, some, rows)
        is_dense = bool(self.blocks or (self.texts and closely))
        for number, first in enumerate(range(0, len(self.rows), MENTORS)):
            last = min(first + MENTORS, len(self.rows))
            yield rows, self._dense(some, first, last, closely) if is_dense else NOTHING, first, last, number

    def _guessed(self, mentee: IntArray, mentor: IntArray) -> FloatArray:
        total = np.zeros(len(mentee))
        for text in self.texts:
            total += text.of_pairs(mentee, mentor) * self.plan.weight[text.index, mentee]
        return total

    def _dense(self, some: IntArray, first: int, last: int, closely: bool) -> FloatArray:
        dense = np.zeros((len(some), last - first))
        for text in self.texts if closely else ():
            dense += text.block(some, first, last) * self.plan.weight[text.index, some][:, None]
        if self.blocks:
            lens = Block(self.rows[first:last], self.columns[some], len(self.scored.mentees))
            for each, index in self.blocks:
                if index < 0:
                    dense[each.forbids(lens).T] = -np.inf
                    continue
                score = each.score(lens).T
                weight, missing = self.plan.weight[index, some][:, None], self.plan.missing[index, some][:, None]
                dense += np.where(np.isnan(score), missing, weight * score)
        return dense
