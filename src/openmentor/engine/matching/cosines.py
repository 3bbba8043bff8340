"""Cosines of texts for very many pairs: guessed from above by a few numbers, and exact for those that are kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .kernels import along
from .lens import FloatArray, IntArray
from .shapes import COSINE_DIGITS

LITTLE = 0.1
"""Of the square of the texts' lengths so much is left to the guess."""
MOST_DIRECTIONS = 128
ROUNDED = 4e-3
"""Its square is more than what rounding takes from a cosine."""


class Texts:
    """Vectors of texts (people, d), and the few numbers from which a cosine is guessed, never too low.

    The directions in which the vectors differ most are kept; of the rest only the lengths, whose product no cosine of the rests
    exceeds.
    """

    def __init__(self, index: int, mentors: npt.NDArray[np.float32], mentees: npt.NDArray[np.float32]) -> None:
        self.index = index
        self.whole = np.ascontiguousarray(mentors), np.ascontiguousarray(mentees)
        every = np.concatenate([mentors[:2000], mentees[:2000]]).astype(np.float64)
        spread, directions = np.linalg.eigh(every.T @ every)
        share = 1 - np.cumsum(spread[::-1]) / max(float(spread.sum()), 1e-12)
        kept = min(int(np.searchsorted(-share, -LITTLE)) + 1, MOST_DIRECTIONS)
        directions = directions[:, ::-1][:, :kept]
        self.of_mentor, self.of_mentee = (_short(side, directions) for side in self.whole)

    def guess(self, some: IntArray, first: int, last: int, out: npt.NDArray[np.float32]) -> None:
        """Fill ``out`` (mentees, mentors of the tile) with no less than the cosines, as a product: below 0 is 0."""
        np.matmul(self.of_mentee[some], self.of_mentor[first:last].T, out=out)

    def of_pairs(self, mentee: IntArray, mentor: IntArray) -> FloatArray:
        """Of each pair, as the dimension has it."""
        return _rounded(along(self.whole[0], self.whole[1], mentor, mentee))

    def block(self, some: IntArray, first: int, last: int) -> FloatArray:
        """(mentees, mentors of the tile), as the dimension has them."""
        return _rounded(self.whole[1][some].astype(np.float64) @ self.whole[0][first:last].astype(np.float64).T)


def _rounded(likeness: FloatArray) -> FloatArray:
    """As the dimension rounds. In place."""
    np.clip(likeness, 0, 1, out=likeness)
    likeness *= COSINE_DIGITS
    np.rint(likeness, out=likeness)
    likeness /= COSINE_DIGITS
    return likeness


def _short(vectors: npt.NDArray[np.float32], directions: FloatArray) -> npt.NDArray[np.float32]:
    short = np.empty((len(vectors), directions.shape[1] + 2), dtype=np.float32)
    for start in range(0, len(vectors), 4096):  # all at once would hold them twice in double precision
        some = vectors[start : start + 4096].astype(np.float64)
        part = short[start : start + 4096]
        kept = some @ directions
        rest = (some**2).sum(axis=1) - (kept**2).sum(axis=1)
        part[:, :-2] = kept
        part[:, -2] = np.sqrt(np.maximum(rest, 0.0)) + ROUNDED
        # The last number is for what single precision and rounding may take away.
        part[:, -1] = np.where((some != 0).any(axis=1), ROUNDED, 0.0)
    return short
