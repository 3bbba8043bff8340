"""What many people wrote, as one vector each, computed when somebody's is looked at."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .encoder import Encoder, Progress

GRID = 2.0**24
"""Vectors lie on a grid of 1/2^24: any sum of their products is exact in double precision, in whatever order it is added up.
So a block of pairs and a single pair agree to the last bit, through any BLAS."""
AT_ONCE = 512
"""People whose vectors are put together at once: they fit a core's cache."""
LONGEST = 16_384
"""Characters of a text that are read; the models read less."""

Parts = Sequence[Sequence[str]]


@lru_cache(maxsize=100_000)
def plain(text: str) -> str:
    """A text as it is compared: one normal form, small letters, single spaces, no halves of characters."""
    text = unicodedata.normalize("NFKC", text[: 4 * LONGEST]).casefold()
    return " ".join(text.split())[:LONGEST].encode("utf-8", "replace").decode("utf-8")


class Vectors:
    """One vector for each person, from the parts of what they wrote: each part the mean of its texts, all parts alike.

    parts    for each person some parts, each of some texts; none for who wrote nothing, whose vector is zero.
    """

    def __init__(self, encoder: Encoder, parts: Sequence[Parts], progress: Progress | None = None) -> None:
        self.encoder = encoder
        self.progress = progress
        self.parts = [[[plain(text) for text in part] for part in each] for each in parts]
        self.values = np.zeros((len(parts), encoder.size), dtype=np.float32)
        self.is_known = np.array([not each for each in parts], dtype=np.bool_)

    def take(self, index: npt.NDArray[np.int64] | None) -> npt.NDArray[np.float32]:
        """(k, size) of some people, of all for None; on the grid."""
        asked = np.arange(len(self.values)) if index is None else np.unique(index)
        new = asked[~self.is_known[asked]].tolist()
        if new:
            texts = {text: None for k in new for part in self.parts[k] for text in part}
            found = self.encoder.vectors(texts, self.progress)
            for start in range(0, len(new), AT_ONCE):
                some = new[start : start + AT_ONCE]
                self.values[some] = _together([self.parts[k] for k in some], found)
            self.is_known[new] = True
        return self.values if index is None else self.values[index]


def _together(people: Sequence[Parts], found: Mapping[str, npt.NDArray[np.float32]]) -> npt.NDArray[np.float64]:
    parts = [part for each in people for part in each]
    places = {text: place for place, text in enumerate(dict.fromkeys(text for part in parts for text in part))}
    vectors = np.array([found[text] for text in places], dtype=np.float64)
    means = _units(_sums([[places[text] for text in part] for part in parts], vectors))
    ends = np.cumsum([len(each) for each in people]).tolist()
    whole = _units(_sums([range(start, end) for start, end in zip([0, *ends], ends)], means))
    grid: npt.NDArray[np.float64] = np.rint(whole * GRID) / GRID
    return grid


def _sums(groups: Sequence[Sequence[int]], rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of each group the sum of its rows, added up one after another, whoever else is asked for."""
    ends = np.cumsum([0, *map(len, groups)])
    members = np.fromiter((each for group in groups for each in group), dtype=np.int64, count=int(ends[-1]))
    table = sparse.csr_array((np.ones(len(members)), members, ends), shape=(len(groups), len(rows)))
    total: npt.NDArray[np.float64] = table @ rows
    return total


def _units(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Each row divided by its length; a row of zeros stays. In place."""
    length = np.sqrt((rows * rows).sum(axis=1))
    rows /= np.where(length > 0, length, 1.0)[:, None]
    return rows
