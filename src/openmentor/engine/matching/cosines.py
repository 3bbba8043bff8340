"""Cosines of texts for very many pairs: guessed from above by a few numbers, and exact for those that are kept."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from .kernels import along
from .lens import FloatArray, IntArray
from .shapes import COSINE_DIGITS

Singles = npt.NDArray[np.float32]
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

    def __init__(self, index: int, mentors: Singles, mentees: Singles) -> None:
        self.index = index
        self.whole = np.ascontiguousarray(mentors), np.ascontiguousarray(mentees)
        every = np.concatenate([mentors[:2000], mentees[:2000]])
        with threadpool_limits(
            1, user_api="blas"
        ):  # threads that wait for each other take many times as long on a busy machine
            spread, directions = np.linalg.eigh((every.T @ every).astype(np.float64))
            share = 1 - np.cumsum(spread[::-1]) / max(float(spread.sum()), 1e-12)
            kept = min(int(np.searchsorted(-share, -LITTLE)) + 1, MOST_DIRECTIONS)
            first = np.ascontiguousarray(directions[:, ::-1][:, :kept], dtype=np.float32)
            self.of_mentor, self.of_mentee = (_short(side, first) for side in self.whole)

    def guess(self, some: IntArray, first: int, last: int, out: Singles) -> None:
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


def _short(vectors: Singles, directions: Singles) -> Singles:
    short = np.empty((len(vectors), directions.shape[1] + 2), dtype=np.float32)
    kept = np.matmul(vectors, directions)
    whole = np.einsum("ij,ij->i", vectors, vectors)
    short[:, :-2] = kept
    short[:, -2] = np.sqrt(np.maximum(whole - np.einsum("ij,ij->i", kept, kept), 0)) + ROUNDED
    # The last number is for what single precision and rounding may take away.
    short[:, -1] = np.where(whole > 0, ROUNDED, 0.0)
    return short
