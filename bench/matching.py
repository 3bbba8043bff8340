"""A matching run of 500 and 2,000 pairs, scores given, proof included, against SciPy's dense solver on the same scores."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.measure import Figure, ratio
from openmentor.engine import matching as m

SIZES = (500, 2000)


def clustered(count: int, seed: int) -> np.ndarray:
    """People around 40 topics; about a third of the pairs may meet."""
    rng = np.random.default_rng(seed)
    topics = rng.normal(size=(40, 12))
    mentors, mentees = (
        topics[rng.integers(40, size=count)] + rng.normal(scale=0.7, size=(count, 12)) for _ in range(2)
    )
    cosine = (mentors @ mentees.T) / np.linalg.norm(mentors, axis=1)[:, None] / np.linalg.norm(mentees, axis=1)[None]
    scores = np.clip((cosine + 1) / 2, 0, 1)
    scores[rng.random((count, count)) < 0.65] = np.nan
    return scores


def ties(count: int, seed: int) -> np.ndarray:
    """Five values in all: what few answers make of a pool."""
    return np.random.default_rng(seed).integers(0, 5, size=(count, count)) / 4.0


def figures() -> list[Figure]:
    found = []
    for name, make in (("clustered", clustered), ("equal scores everywhere", ties)):
        for size in SIZES:
            scores = make(size, 3)
            costs = np.where(np.isnan(scores), 10.0, -scores)
            problem = m.Problem.from_scores(scores, mentor_capacity=1)
            value, ours, theirs = ratio(partial(m.match, problem, aim="total"), partial(linear_sum_assignment, costs))
            result = m.match(problem, aim="total")
            assert result.gap <= 1e-6, "the figure is about proved results"
            found.append(
                Figure(
                    f"match and prove {size} x {size} ({name}) against SciPy's dense solver alone",
                    value,
                    10 if name == "clustered" else 40,
                    note=f"CPU {ours.cpu:.2f} s against {theirs.cpu:.2f} s, gap {result.gap:.1g}",
                )
            )
    return found
