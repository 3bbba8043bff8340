"""Which pairs are looked at: a block of mentors against all mentees, or pairs one by one.

Every dimension is written once, over what a lens hands out, and gives bit for bit the same score for a pair through either: all
per-pair arithmetic is elementwise or adds up in the order of a fixed vocabulary, never through a BLAS; or it is
exact, as sums of products on a coarse grid are.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any, Protocol, TypeVar, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
T = TypeVar("T", bound=np.generic)
FEW_PAIRS = 100_000
AT_ONCE = 8_192  # pairs whose vectors are laid beside each other


class Bag:
    """Two sparse tables over one vocabulary: Σ over words of mentor's times mentee's value is read for any pair.

    p, q   (mentors, words), (mentees, words); not there where nobody could meet in a word, which ``is_empty`` says.
    """

    def __init__(self, mentors: Sequence[Mapping[Any, float]], mentees: Sequence[Mapping[Any, float]]) -> None:
        # Words of one side alone can't meet; sorted, so that sums run in an order that no row decides.
        theirs: set[Any] = set().union(*mentees) if mentees else set()
        common = sorted(set().union(*mentors) & theirs) if mentors and theirs else []
        codes = {word: k for k, word in enumerate(common)}
        self.is_empty = not codes
        if codes:
            self.p, self.q = _table(mentors, codes), _table(mentees, codes)

    @classmethod
    def of(cls, p: Any, q: Any) -> Bag:
        """A bag of two tables that are there already."""
        bag = cls([], [])
        bag.p, bag.q, bag.is_empty = p, q, p.nnz == 0 or q.nnz == 0
        return bag

    def block(self, rows: IntArray, columns: IntArray | None) -> FloatArray:
        """The sums of mentors with mentees, of all mentees for None."""
        if self._every is not None:
            return self._every[rows] if columns is None else self._every[rows][:, columns]
        right = self._qt if columns is None else self.q[columns].T.tocsr()
        return cast(FloatArray, (self.p[rows] @ right).toarray())

    def pairs(self, i: IntArray, j: IntArray) -> FloatArray:
        """The sums of pairs one by one."""
        if self._every is not None:
            return self._every[i, j]
        both = self.p[i].multiply(self.q[j]).tocsr()
        both.sort_indices()
        # As a product: sum() would add in pairs, and differ from a block in the last bit.
        return cast(FloatArray, both @ np.ones(both.shape[1]))

    @cached_property
    def _every(self) -> FloatArray | None:
        """The sums of all pairs, where they are few: to choose from sparse tables takes longer than to add them all up."""
        few = self.p.shape[0] * self.q.shape[0] <= FEW_PAIRS
        return cast(FloatArray, (self.p @ self._qt).toarray()) if few else None

    @cached_property
    def _qt(self) -> Any:
        return self.q.T.tocsr()


class Links(Bag):
    """A bag whose words are the mentors themselves: mentees hold a value for some of them."""

    def __init__(self, mentor_ids: Sequence[str], mentees: Sequence[Mapping[str, float]]) -> None:
        super().__init__([{each: 1.0} for each in mentor_ids], mentees)


def _table(rows: Sequence[Mapping[Any, float]], codes: Mapping[Any, int]) -> Any:
    get = codes.get
    code = np.array([get(word, -1) for row in rows for word in row], dtype=np.int32)
    value = np.array([value for row in rows for value in row.values()], dtype=np.float64)
    has = code >= 0
    ends = np.concatenate([[0], np.cumsum(has, dtype=np.int32)])[[0, *accumulate(map(len, rows))]]
    table = sparse.csr_array((value[has], code[has], ends), shape=(len(rows), len(codes)))
    table.sort_indices()
    return table


class Rows(Protocol):
    """A vector for each person of a side, on a grid so coarse that sums of products are exact in double precision."""

    def take(self, index: IntArray | None) -> npt.NDArray[np.float32]:
        """(k, d) of some people; of all for None."""
        ...


class Lens:
    """Pairs to look at. ``a(x)`` and ``b(x)`` hand out per-person values so that they broadcast to ``shape``."""

    shape: tuple[int, ...]

    def __init__(self) -> None:
        self.scores: dict[Hashable, FloatArray] = {}  # by dimension, for those that others ask for

    def a(self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        """Mentors' values; further axes of ``values`` come last."""
        raise NotImplementedError

    def b(self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        """Mentees' values."""
        raise NotImplementedError

    def dot(self, bag: Bag) -> FloatArray:
        """Σ over words, for each pair."""
        raise NotImplementedError

    def product(self, mentors: Rows, mentees: Rows) -> FloatArray:
        """Each pair's product of two vectors."""
        raise NotImplementedError


class Block(Lens):
    """Some mentors (rows) against some mentees (columns; None: all)."""

    def __init__(self, rows: IntArray, columns: IntArray | None, mentees: int) -> None:
        super().__init__()
        self.rows = rows
        self.columns = columns
        self.shape = (len(rows), mentees if columns is None else len(columns))

    def a(self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        return values[self.rows][:, None]

    def b(self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        chosen = values if self.columns is None else values[self.columns]
        return chosen[None, :]

    def dot(self, bag: Bag) -> FloatArray:
        if bag.is_empty:
            return np.zeros(self.shape)
        return bag.block(self.rows, self.columns)

    def product(self, mentors: Rows, mentees: Rows) -> FloatArray:
        left, right = mentors.take(self.rows), mentees.take(self.columns)
        return left.astype(np.float64) @ right.astype(np.float64).T


class Pairs(Lens):
    """Pairs one by one: an array (k, 2) of mentor and mentee indices."""

    def __init__(self, pairs: IntArray) -> None:
        super().__init__()
        self.i = pairs[:, 0]
        self.j = pairs[:, 1]
        self.shape = (len(pairs),)

    def a(self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        return values[self.i]

    def b(self, values: npt.NDArray[T]) -> npt.NDArray[T]:
        return values[self.j]

    def dot(self, bag: Bag) -> FloatArray:
        if bag.is_empty:
            return np.zeros(self.shape)
        return bag.pairs(self.i, self.j)

    def product(self, mentors: Rows, mentees: Rows) -> FloatArray:
        found = np.empty(self.shape)
        for start in range(0, len(found), AT_ONCE):
            at = slice(start, start + AT_ONCE)
            left, right = mentors.take(self.i[at]), mentees.take(self.j[at])
            found[at] = (left.astype(np.float64) * right.astype(np.float64)).sum(axis=1)
        return found


def same(of_mentor: IntArray, of_mentee: IntArray) -> Bag:
    """A bag that gives 1 for pairs of equal codes, 0 for others and for those without one (-1)."""
    common = np.intersect1d(of_mentor[of_mentor >= 0], of_mentee[of_mentee >= 0])

    def table(side: IntArray) -> Any:
        at = np.minimum(np.searchsorted(common, side), max(len(common) - 1, 0))
        has = common[at] == side if len(common) else np.zeros(len(side), dtype=np.bool_)
        where = np.concatenate([[0], np.cumsum(has)])
        return sparse.csr_array((np.ones(int(where[-1])), at[has], where), shape=(len(side), max(len(common), 1)))

    return Bag.of(table(of_mentor), table(of_mentee))


def codes(mentors: Sequence[Hashable | None], mentees: Sequence[Hashable | None]) -> tuple[IntArray, IntArray]:
    """Words as numbers, the same number for the same word; -1 for none."""
    known: dict[Hashable, int] = {}

    def number(values: Iterable[Hashable | None]) -> IntArray:
        return np.array([-1 if each is None else known.setdefault(each, len(known)) for each in values], dtype=np.int64)

    return number(mentors), number(mentees)
