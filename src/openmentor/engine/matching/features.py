"""What learning and calibration work on: one column a dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .problem import FloatArray, Problem, pairs_of
from .result import Result


@dataclass(frozen=True, eq=False)
class Features:
    """Scores of pairs by dimension: ``values`` (k, d), one column for each of ``keys``."""

    keys: tuple[str, ...]
    values: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        """(pairs, dimensions)."""
        k, d = self.values.shape
        return k, d

    def __getitem__(self, key: str) -> FloatArray:
        """One dimension's column (k,)."""
        return self.values[:, self.keys.index(key)]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> FloatArray:
        """``values``, so that NumPy takes it as the table it is."""
        return np.array(self.values, dtype=dtype)


def features(problem: Problem, pairs: Any) -> Features:
    """One column a dimension for ``pairs`` (a result, an array or a list), in their order; 'score' alone for scores.

    Raises InvalidProblem if a pair names somebody who isn't there.
    """
    given = pairs.pairs if isinstance(pairs, Result) else pairs
    pairs_of(given, *problem.shape, "pairs")  # for its checks
    index = np.asarray(given, dtype=np.int64).reshape(-1, 2)
    if problem.scored is None:
        return Features(("score",), problem.scores_of(index).reshape(-1, 1))
    keys, values = problem.scored.parts(index)
    return Features(tuple(keys), np.asarray(values, dtype=np.float64))
