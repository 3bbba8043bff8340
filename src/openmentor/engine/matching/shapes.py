"""How a dimension or a rule can be computed fast for very many pairs by the kernels.

What a score is stands in the dimension, once; a shape only says which arrays it depends on and how. A
dimension without a shape of its own is a table of kinds of people (``Kinds``), filled by its own ``score``, or, where
there are too many kinds, computed block by block. So no shape can change what a score means, only how long it takes; the tests hold
each against the dimension itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .lens import Bag, FloatArray, IntArray


@dataclass(frozen=True)
class Kinds:
    """A function of these columns of each side: people alike in them score alike."""

    mentor_columns: tuple[str, ...]
    mentee_columns: tuple[str, ...]
    in_any_order: bool = False


@dataclass(frozen=True, eq=False)
class Sum:
    """``constant + factor · (Σ over words of the bag + base_b) / total_b``; base (n,), total (n,)."""

    bag: Bag
    base: FloatArray | None = None
    total: FloatArray | None = None
    factor: float = 1.0
    constant: float = 0.0


@dataclass(frozen=True, eq=False)
class Common:
    """Words in common / all of both, or 1 minus it; counts (m,) and (n,)."""

    bag: Bag
    counts: tuple[FloatArray, FloatArray]
    is_different: bool


@dataclass(frozen=True, eq=False)
class Highest:
    """``factor ·`` the greatest, over words in common, of the lesser of both values; 0 for none."""

    bag: Bag
    factor: float = 1.0


@dataclass(frozen=True, eq=False)
class Ranked:
    """Σ over common words of both ranks' worth, over the total of the longer list; lengths (m,) and (n,)."""

    by_mentor: Bag
    by_mentee: Bag
    lengths: tuple[IntArray, IntArray]
    totals: FloatArray


@dataclass(frozen=True, eq=False)
class Slope:
    """1 where ``sign · (a - b)`` lies in a band, ``loss`` less for each unit outside, at least 0; or 1 minus it."""

    values: tuple[FloatArray, FloatArray]
    low: float
    high: float
    loss: float
    sign: float = 1.0
    is_turned: bool = False


@dataclass(frozen=True, eq=False)
class Distances:
    """``constant + Σ factor_k · |a_k - b_k|``; values (m, k) and (n, k), factors (k,)."""

    values: tuple[FloatArray, FloatArray]
    factors: FloatArray
    constant: float


@dataclass(frozen=True, eq=False)
class Hours:
    """``min(1, quarters in common / needed)``; minutes (m,) and (n,), the longer counts, 60 where neither said."""

    minutes: tuple[FloatArray, FloatArray]


COSINE_DIGITS = 1e6
"""Cosines are rounded to six digits, so that a text is wholly like itself."""


@dataclass(frozen=True, eq=False)
class Cosine:
    """``a · b`` of vectors (m, d) and (n, d), 0..1, to six digits."""

    vectors: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Banned:
    """A rule: forbidden where any of the bags gives more than 0."""

    bags: Sequence[Bag]


@dataclass(frozen=True)
class HoursAtLeast:
    """A rule: forbidden below so many quarters in common; those who said no hours, if ``forbids_unknown``."""

    quarters: float
    forbids_unknown: bool


Shape = Kinds | Sum | Common | Highest | Ranked | Slope | Distances | Hours | Cosine | Banned | HoursAtLeast
