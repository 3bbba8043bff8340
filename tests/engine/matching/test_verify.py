"""The verifier finds every kind of wrong claim."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
from tests.engine.matching.brute import best_levels, random_problem, reached_levels

from openmentor.engine import matching as m
from openmentor.engine.matching import verify_bounds
from openmentor.engine.matching.matcher import assemble

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
    levels = tuple(m.Level(old.name, value, 100.0) for old, value in zip(result.levels, values))  # which is true
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


@pytest.mark.parametrize("aim", ["coverage", "stable_mentees"])
def test_a_reason_that_is_not_so_is_found(aim):
    scores = [[0.5, 0.7, 0.9, np.nan], [0.5, 0.4, np.nan, np.nan]]
    asked = m.Problem.from_scores(scores, mentor_capacity=[1, 0], mentee_demand=[1, 0, 1, 1])
    result = m.match(asked, aim=aim)
    m.verify(asked, result)
    true = {(each.side, each.index): each.kind for each in result.unmatched}
    assert sorted(true.values()) == ["no_partner", "no_places", "no_places", "outcompeted"]
    for kind in ("gate", "no_partner", "no_places", "outcompeted"):
        for who in true:
            if true[who] == kind:
                continue
            unmatched = [
                dataclasses.replace(each, kind=kind) if (each.side, each.index) == who else each
                for each in result.unmatched
            ]
            with pytest.raises(m.Breach, match="has nobody for the reason"):
                m.verify(asked, dataclasses.replace(result, unmatched=tuple(unmatched)))
    peers = m.pairs(np.array([[0.5, 0.5, 0.2], [0.5, 0.5, np.nan], [0.2, np.nan, 0.5]]))
    (alone,) = peers.unmatched
    with pytest.raises(m.Breach, match="person 2 has nobody for the reason 'gate'"):
        m.verify(peers.problem, dataclasses.replace(peers, unmatched=(dataclasses.replace(alone, kind="gate"),)))
    circles = m.circles(np.full((5, 5), 0.5), size=4)
    left = tuple(dataclasses.replace(each, kind="gate") for each in circles.unmatched)
    with pytest.raises(m.Breach, match="said to be held back"):
        m.verify(circles.problem, dataclasses.replace(circles, unmatched=left))


def test_a_pair_who_would_rather_have_each_other_is_found():
    asked = m.Problem.from_preferences([[0, 1], [0, 1]], [[0, 1], [0, 1]])
    true = m.match(asked, aim="stable_mentees")
    m.verify(asked, true)
    swapped = np.array([[0, 1], [1, 0]])
    scores = asked.scores[[0, 1], [1, 0]]
    levels = (*true.levels[:-1], m.Level("total fit", scores.sum(), scores.sum()))
    with pytest.raises(m.Breach, match="blocking is said to be 0"):
        m.verify(asked, dataclasses.replace(true, pairs=swapped, scores=scores, levels=levels))


def claimed_best(result, pairs):
    """``pairs`` with true values, each said to be the best there is."""
    found = assemble(
        result.problem, result.options, np.array(pairs, dtype=np.int64).reshape(-1, 2), (0.0,) * 9, result.prices
    )
    levels = tuple(dataclasses.replace(each, bound=each.value) for each in found.levels)
    return dataclasses.replace(found, levels=levels)


@pytest.mark.parametrize("aim", ["total", "coverage", "worst_off"])
@pytest.mark.parametrize("priced", [True, False])
def test_a_bound_that_other_pairs_exceed_is_found(aim, priced):
    asked = m.Problem.from_scores([[0.9, 0.1], [0.1, 0.9]])
    result = m.match(asked, aim=aim)
    wrong = claimed_best(result, [(0, 1), (1, 0)])
    prices = result.prices if priced else np.ones(2)
    for bad in (wrong, claimed_best(result, [(0, 0)]), claimed_best(result, [])):
        with pytest.raises(m.Breach, match="is said to be at most"):
            m.verify(asked, dataclasses.replace(bad, prices=prices))


@pytest.mark.parametrize("aim", ["total", "coverage", "worst_off"])
def test_every_bound_that_is_too_low_is_found_and_no_other(aim):
    found = 0
    for seed in range(60):
        asked = random_problem(np.random.default_rng(seed), ids=seed % 3 == 0, overlapping=seed % 5 == 0)
        result = m.match(asked, aim=aim)
        m.verify(asked, result)
        for k in range(len(result.pairs)):
            worse = claimed_best(result, np.delete(result.pairs, k, axis=0))
            short = [b - a for a, b in zip(reached_levels(asked, worse), best_levels(asked, aim)) if abs(b - a) > 1e-9]
            if short and short[0] > 1e-5:
                found += 1
                with pytest.raises(m.Breach, match="is said to be at most"):
                    m.verify(asked, worse)
            elif not short:
                m.verify(asked, worse)
    assert found > 50


def swapped(result):
    """The pairs with two mentees put in each other's place: the first two that lose by it."""
    pairs = result.pairs.tolist()
    for a, (i, j) in enumerate(pairs):
        for b, (h, k) in enumerate(pairs[:a]):
            scores = result.problem.scores
            loses = scores[i, k] + scores[h, j] < scores[i, j] + scores[h, k] - 0.01
            if loses and 0 not in (i, j, h, k) and not {(k, i), (j, h)} & set(map(tuple, pairs)):
                rest = [pair for c, pair in enumerate(pairs) if c not in (a, b)]
                return sorted([*rest, [i, k], [h, j]])
    raise AssertionError


MORE = {
    "fixed": {"forced": [(0, 0)]},
    "minimums": {"mentor_minimum": 1, "mentor_capacity": 2},
    "two mentors each": {"mentee_demand": 2, "mentor_capacity": 3},
    "quotas": {"mentee_demand": 2, "quotas": [m.Quota(range(12), at_most=1), m.Quota(range(8, 20), at_least=1)]},
    "both ways": {"mentor_ids": [f"p{k}" for k in range(24)], "mentee_ids": [f"p{k}" for k in range(30)]},
}


@pytest.mark.parametrize("name", MORE)
@pytest.mark.parametrize("aim", ["coverage", "worst_off"])
def test_it_is_found_whatever_else_is_asked(name, aim):
    scores = np.random.default_rng(5).random((24, 30))
    asked = m.Problem.from_scores(scores, **MORE[name])
    result = m.match(asked, aim=aim, previous=[(1, 1), (2, 2), (3, 3)], stickiness=0.05)
    m.verify(asked, result)
    with pytest.raises(m.Breach, match="is said to be at most"):
        m.verify(asked, claimed_best(result, swapped(result)))


def test_a_rate_that_could_be_higher_is_found():
    asked = m.Problem.from_scores([[0.9, 0.8, 0.3, 0.2]], mentor_capacity=2)
    result = m.match(asked, parity=["a", "a", "b", "b"])
    m.verify(asked, result)
    with pytest.raises(m.Breach, match=r"parity is said to be at most 0; other pairs reach 0\.5"):
        m.verify(asked, claimed_best(result, [(0, 0), (0, 1)]))


def test_more_that_could_be_kept_is_found():
    asked = m.Problem.from_scores(np.full((3, 3), 0.5), forced=[(0, 0)], mentor_minimum=[0, 1, 0])
    result = m.match(asked)
    m.verify(asked, result)
    with pytest.raises(m.Breach, match="fixed pairs kept is said to be at most 0; other pairs reach 1"):
        m.verify(asked, claimed_best(result, [(0, 1), (1, 0), (2, 2)]))
    with pytest.raises(m.Breach, match="what minimums and quotas ask for is said to be at most 0; other pairs reach 1"):
        m.verify(asked, claimed_best(result, [(0, 0), (2, 1)]))


@pytest.mark.parametrize("aim", ["total", "coverage"])
def test_in_a_large_pool_the_prices_have_to_bear_a_bound_out(aim, monkeypatch):
    scores = np.random.default_rng(1).random((1100, 1000))
    asked = m.Problem.from_scores(scores)
    result = m.match(asked, aim=aim)
    monkeypatch.setattr(verify_bounds, "PRICED_UP_TO", 2_000_000)
    m.verify(asked, result)
    wrong = claimed_best(result, swapped(result))
    dear = dataclasses.replace(result, prices=result.prices + 5)
    for bad in (wrong, dear):
        with pytest.raises(m.Breach, match="by the prices it is at most"):
            m.verify(asked, bad)
    # Beyond a size only when asked for: all pairs have to be looked at.
    monkeypatch.setattr(verify_bounds, "PRICED_UP_TO", 1_000_000)
    m.verify(asked, wrong)
    with pytest.raises(m.Breach, match="by the prices it is at most"):
        m.verify(asked, wrong, bounds=True)


def test_what_is_no_bound_and_what_are_no_prices_is_found():
    asked = m.Problem.from_scores([[0.9, 0.1], [0.1, 0.9]])
    result = m.match(asked)
    last = result.levels[-1]
    for wrong, breach in [
        ({"levels": (*result.levels[:-1], dataclasses.replace(last, bound=math.inf))}, "which is none"),
        ({"levels": (*result.levels[:-1], dataclasses.replace(last, bound=math.nan))}, "which is none"),
        ({"prices": np.zeros(3)}, "prices has shape"),
        ({"prices": np.array([0.0, np.nan])}, "no number"),
        ({"prices": np.array([5.0, 0.0])}, "by the prices it is at most"),
    ]:
        with pytest.raises(m.Breach, match=breach):
            m.verify(asked, dataclasses.replace(result, **wrong))


def test_a_bound_of_peers_that_others_exceed_is_found():
    scores = np.random.default_rng(0).random((8, 8))
    result = m.pairs(scores)
    pairs = np.array([[0, 1], [2, 3], [4, 5], [6, 7]])
    own = result.problem.scores[pairs[:, 0], pairs[:, 1]]
    last = m.Level("total fit", math.fsum(own), math.fsum(own))
    wrong = dataclasses.replace(result, pairs=pairs, scores=own, levels=(*result.levels[:-1], last))
    with pytest.raises(m.Breach, match=r"total fit is said to be at most 1\.87772; other pairs reach 2\.84335"):
        m.verify(result.problem, wrong)
    # Of three who like one another one is left alone: half of everybody's best would be one and a half.
    three = m.pairs(np.ones((3, 3)))
    m.verify(three.problem, three)


def test_three_who_like_one_another_make_no_pair_and_a_half():
    """Without that, a linear program would have half of each of three pairs, and prove nothing."""
    rng = np.random.default_rng(0)
    scores = rng.random((15, 15)) * 0.1
    for k in range(0, 15, 3):
        scores[k : k + 3, k : k + 3] = 0.9 + rng.random((3, 3)) * 0.1
    result = m.pairs(scores)
    values = {each.name: each.value for each in result.levels}
    asked = verify_bounds.of_pool(result.problem, result, values)
    most, pairs = verify_bounds._Program(asked).solve(2, asked.goals[2], whole=False)
    assert most == pytest.approx(result.value)
    assert pairs.tolist() == result.pairs.tolist()


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
        "from .problem import IntArray, Problem",
        "from .result import Level, Options, Result",
        "from .verify_circles import verify_circles",
        "from . import verify_bounds",
        "from . import verify_bounds",
    ]
    assert imports_of(path.with_name("verify_bounds.py")) == [
        "from __future__ import annotations",
        "import math",
        "from collections.abc import Callable, Iterator, Sequence",
        "from dataclasses import dataclass, replace",
        "from typing import TYPE_CHECKING, Any",
        "import numpy as np",
        "from .errors import Breach",
        "from .pool import Pool, PoolResult",  # for their types alone
        "from .problem import BoolArray, FloatArray, IntArray, Problem",
        "from .result import Result",
        "from scipy.optimize import linear_sum_assignment",
        "from scipy.optimize import Bounds, LinearConstraint, milp",
        "from scipy.sparse import csr_array",
        "from scipy.sparse import coo_array",
        "from scipy.sparse.csgraph import connected_components",
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
