"""What one solving of a large pool leaves to the next of the same people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..problem import FloatArray, IntArray, Problem
from ..tiles import Pass
from .reserve import Reserve


@dataclass(frozen=True, eq=False)
class Known:
    """What one solving leaves to the next of the same people: who is near whom, and what places cost.

    It proves nothing by itself: whoever could gain at the prices then is looked at again, as ever. ``of_mentor`` (mentors,): which of
    ``rows`` stands for them.
    """

    of_mentor: IntArray
    rows: IntArray
    columns: IntArray
    tiles: Pass
    reserve: Reserve
    offsets: list[FloatArray]
    seen_at: IntArray
    banned: IntArray
    price: FloatArray
    scores: object
    seed: int

    def is_of(self, problem: Problem, seed: int, named: IntArray) -> bool:
        """Whether these are the same people, scored alike, drawn in the same order, and those ``named`` stand for themselves."""
        shape = len(self.of_mentor), len(self.columns)
        is_same = self.scores is scores_of(problem) and self.seed == seed and shape == problem.shape
        return is_same and bool((np.bincount(self.of_mentor)[self.of_mentor[named]] == 1).all())


def scores_of(problem: Problem) -> object:
    return problem.scored if problem.scored is not None else problem.scores
