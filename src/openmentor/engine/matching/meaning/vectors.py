"""What many people wrote, as one vector each, computed when somebody's is looked at."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .encoder import Encoder, Progress

GRID = 2.0**24
"""Vectors lie on a grid of 1/2^24: any sum of their products is exact in double precision, in whatever order it is added up.
So a block of pairs and a single pair agree to the last bit, through any BLAS."""
LONGEST = 16_384
"""Characters of a text that are read; the models read less."""

Parts = Sequence[Sequence[str]]


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
            for k in new:
                self.values[k] = _together([[found[text] for text in part] for part in self.parts[k]])
            self.is_known[new] = True
        return self.values if index is None else self.values[index]


def _together(parts: Sequence[Sequence[npt.NDArray[np.float32]]]) -> npt.NDArray[np.float32]:
    total = np.zeros_like(parts[0][0], dtype=np.float64)
    for part in parts:
        mean = np.zeros_like(total)
        for vector in part:
            mean += vector
        total += _unit(mean)
    return (np.rint(_unit(total) * GRID) / GRID).astype(np.float32)


def _unit(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    length = float(np.sqrt((vector * vector).sum()))
    return vector / length if length > 0 else vector
