"""The verifier finds every kind of wrong claim."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from openmentor.engine import matching as m

SCORES = [[0.9, 0.5, np.nan, 0.3], [0.6, 0.7, 0.2, 0.4], [0.1, 0.8, 0.3, 0.35]]


def problem(**more):
    options = {
        "mentor_capacity": [1, 2, 1],
        "mentee_demand": [1, 2, 1, 1],
        "forbidden": [(2, 3)],
        "mentor_ids": ["a", "b", "c"],
        "mentee_ids": ["a", "x", "b", "y"],
        **more,
    }
    return m.Problem.from_scores(SCORES, **options)


def claim(asked, pairs, **more):
    """A result that would be true if ``pairs`` broke nothing."""
    result = m.match(asked)
    array = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    inside = (array >= 0).all(axis=1) & (array[:, 0] < 3) & (array[:, 1] < 4)
    scores = np.array([SCORES[i][j] if ok else 0.5 for (i, j), ok in zip(array, inside)])
    values = [float(len(set(array[:, 1]))), float(len(array)), float(np.nansum(scores))]
    levels = tuple(m.Level(old.name, value, value) for old, value in zip(result.levels, values))
    alone = [("mentee", j) for j in range(4) if j not in array[:, 1]] + [
        ("mentor", i) for i in range(3) if i not in array[:, 0]
    ]
    unmatched = tuple(m.Unmatched(side, k, "outcompeted", "Sorry.") for side, k in alone)
    fields = {"pairs": array, "scores": scores, "levels": levels, "unmatched": unmatched, "unmet": (), **more}
    return dataclasses.replace(result, **fields)


def test_what_is_true_passes():
    assert m.verify(problem(), m.match(problem())) is None
    assert m.verify(problem(), claim(problem(), [(0, 1), (1, 0), (2, 2)])) is None
    assert m.verify(problem(), claim(problem(), [])) is None


@pytest.mark.parametrize(
    ("pairs", "more", "breach"),
    [
        ([(1, 0), (0, 1)], {}, "not sorted"),
        ([(0, 1), (0, 1)], {}, "not sorted"),
        ([(0, 4)], {}, "isn't there"),
        ([(-1, 1)], {}, "isn't there"),
        ([(0, 2)], {}, "not allowed"),
        ([(2, 3)], {}, "forbidden"),
        ([(0, 1), (0, 3)], {}, "mentor 0 has 2 mentees and 1 places"),
        ([(1, 3), (2, 3)], {"forbidden": []}, "mentee 3 has 2 mentors"),
        ([(0, 0)], {}, "paired with themself"),
        ([(0, 2), (1, 0)], {"scores": [[0.5] * 4] * 3}, "paired both ways"),
        ([(0, 1), (1, 1)], {"quotas": [m.Quota([0, 1], at_most=1)]}, "at most 1"),
        ([(0, 1)], {"forced": [(1, 3)]}, "not kept and not said so: forced of mentor 1 and mentee 3"),
        ([(0, 1)], {"mentor_minimum": [0, 1, 0]}, "mentor_minimum of mentor 1"),
        ([(0, 1)], {"mentee_minimum": [0, 2, 0, 0]}, "mentee_minimum of mentee 1"),
        ([(0, 1), (1, 0), (2, 1)], {"quotas": [m.Quota([0, 1], at_least=1)]}, "quota of mentee 2 and quota 0"),
    ],
)
def test_pairs_that_break_something_are_found(pairs, more, breach):
    asked = problem(**{key: value for key, value in more.items() if key != "scores"})
    if "scores" in more:
        asked = m.Problem.from_scores(
            more["scores"], mentor_capacity=[1, 2, 1], mentor_ids=["a", "b", "c"], mentee_ids=["a", "x", "b", "y"]
        )
    with pytest.raises(m.Breach, match=breach):
        m.verify(asked, claim(asked, pairs))


def test_wrong_numbers_and_lists_are_found():
    asked = problem()
    true = m.match(asked)
    last = true.levels[-1]
    for wrong, breach in [
        ({"pairs": true.pairs.astype(float)}, "whole numbers"),
        ({"pairs": true.pairs.ravel()}, "shape"),
        ({"scores": true.scores[1:]}, "scores"),
        ({"scores": true.scores + 0.01}, "said to have score"),
        ({"levels": (*true.levels[:-1], m.Level(last.name, last.value + 0.1, last.bound + 0.1))}, "is said to be"),
        ({"levels": (*true.levels[:-1], m.Level(last.name, last.value, last.value - 0.1))}, "above its bound"),
        ({"levels": true.levels[1:]}, "the levels of coverage"),
        ({"unmatched": (m.Unmatched("mentee", 0, "outcompeted", "Sorry."),)}, "nobody and isn't listed"),
        ({"unmet": (m.Unmet("mentor_minimum", 1, None, None, 1, 0, None, "No."),)}, "although it is"),
    ]:
        with pytest.raises(m.Breach, match=breach):
            m.verify(asked, dataclasses.replace(true, **wrong))


def test_a_pair_who_would_rather_have_each_other_is_found():
    asked = m.Problem.from_preferences([[0, 1], [0, 1]], [[0, 1], [0, 1]])
    true = m.match(asked, aim="stable_mentees")
    m.verify(asked, true)
    swapped = np.array([[0, 1], [1, 0]])
    scores = asked.scores[[0, 1], [1, 0]]
    levels = (*true.levels[:-1], m.Level("total fit", scores.sum(), scores.sum()))
    with pytest.raises(m.Breach, match="blocking is said to be 0"):
        m.verify(asked, dataclasses.replace(true, pairs=swapped, scores=scores, levels=levels))


def imports_of(path: Path) -> list[str]:
    lines = [line.strip() for line in path.read_text().splitlines()]
    return [line for line in lines if line.startswith(("import ", "from "))]


def test_it_knows_no_solver():
    path = Path(m.verify.__code__.co_filename)
    assert imports_of(path) == [
        "from __future__ import annotations",
        "import itertools",
        "import math",
        "from collections import Counter",
        "from typing import TYPE_CHECKING, cast",
        "import numpy as np",
        "from .errors import Breach",
        "from .circles import CircleProblem, CirclesResult",  # for their types alone, as those below
        "from .pool import Pool, PoolResult",
        "from .problem import Problem",
        "from .result import Result",
        "from .verify_circles import verify_circles",
    ]
    assert imports_of(path.with_name("verify_circles.py")) == [
        "from __future__ import annotations",
        "import math",
        "from collections import Counter",
        "from itertools import combinations",
        "from typing import TYPE_CHECKING, Any, cast",
        "from .errors import Breach",
        "from .circles import CircleProblem, CirclesResult",
        "from .pool import Pool",
    ]
