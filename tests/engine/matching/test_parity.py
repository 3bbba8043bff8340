"""Parity: the worst served group is raised as far as what comes first allows, proved, and what it costs is said."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.engine.matching.brute import random_problem

from openmentor.engine import matching as m

ORDER = {
    "total": ["parity", "total"],
    "coverage": ["served", "filled", "parity", "total"],
    "worst_off": ["served", "filled", "least", "parity", "total"],
}


def best_of_all(problem: m.Problem, aim: str, labels: list[str]) -> tuple[float, ...]:
    """The levels of the best of all matchings, by trying each."""
    scores = problem.admissible()
    cells = np.argwhere(~np.isnan(scores))
    best: tuple[float, ...] = ()
    able = (~np.isnan(scores) & (problem.mentor_capacity > 0)[:, None] & (problem.mentee_demand > 0)).any(axis=0)
    groups = [[k for k, each in enumerate(labels) if each == g] for g in sorted(set(labels))]
    groups = [at for at in groups if able[at].any()]
    for mask in range(2 ** len(cells)):
        pairs = cells[[k for k in range(len(cells)) if mask >> k & 1]].reshape(-1, 2)
        x = np.zeros(scores.shape, dtype=bool)
        x[pairs[:, 0], pairs[:, 1]] = True
        if (x.sum(1) > problem.mentor_capacity).any() or (x.sum(0) > problem.mentee_demand).any():
            continue
        if any(q.at_most >= 0 and (x[q.members].sum(0) > q.at_most).any() for q in problem.quotas):
            continue
        if problem.mentor_ids is not None:
            named = {(problem.mentor_ids[i], problem.mentee_ids[j]) for i, j in pairs}
            if any((b, a) in named for a, b in named):
                continue
        kept = np.minimum(x.sum(1), problem.mentor_minimum).sum() + np.minimum(x.sum(0), problem.mentee_minimum).sum()
        kept += sum(np.minimum(x[q.members].sum(0), q.at_least).sum() for q in problem.quotas)
        served = x.any(0)
        values = {
            "served": float(served.sum()),
            "filled": float(len(pairs)),
            "least": float(scores[x].min()) if len(pairs) else 0.0,
            "parity": min((float(served[at].mean()) for at in groups), default=1.0),
            "total": float(scores[x].sum()),
        }
        forced = sum(x[i, j] for i, j in problem.forced)
        found = (float(forced), float(kept), *(values[name] for name in ORDER[aim]))
        if not best or tuple(np.round(found, 9)) > tuple(np.round(best, 9)):
            best = found
    return best[2:]


@pytest.mark.parametrize("aim", list(ORDER))
def test_no_matching_of_a_handful_of_people_serves_the_worst_served_group_better(aim):
    tried = 0
    for seed in range(90):
        rng = np.random.default_rng(seed)
        problem = random_problem(rng, ids=seed % 3 == 0, overlapping=seed % 4 == 0)
        if (~np.isnan(problem.admissible())).sum() > 9:
            continue
        tried += 1
        labels = [str(each) for each in rng.integers(0, 3, problem.shape[1])]
        result = m.match(problem, aim=aim, parity=labels)
        m.verify(problem, result)
        best = best_of_all(problem, aim, labels)
        assert [level.value for level in result.levels] == pytest.approx(best, abs=1e-6), seed
        assert all(level.gap == pytest.approx(0, abs=1e-6) for level in result.levels), seed
    assert tried > 40


def test_the_places_are_shared_between_groups_and_the_price_is_said():
    # One mentor with two places; group a fits better, but b would have nobody.
    scores = [[0.9, 0.8, 0.3, 0.2]]
    problem = m.Problem.from_scores(scores, mentor_capacity=2)
    labels = ["a", "a", "b", "b"]
    assert m.match(problem).parity is None
    result = m.match(problem, parity={"team": (["x"], labels)})
    assert result.pairs.tolist() == [[0, 0], [0, 2]]
    assert [level.name for level in result.levels] == ["served", "filled", "parity", "total fit"]
    parity = result.parity
    assert parity.groups == (m.GroupRate("a", 2, 1, 0.5), m.GroupRate("b", 2, 1, 0.5))
    assert (parity.least, parity.spread, parity.least_without) == (0.5, 0.0, 0.0)
    assert parity.cost == pytest.approx(0.5)


def test_a_group_that_nobody_can_take_does_not_hold_the_others_back():
    scores = np.array([[0.9, 0.8, 0.3, np.nan]])
    problem = m.Problem.from_scores(scores, mentor_capacity=2)
    result = m.match(problem, parity=["a", "a", "b", "c"])
    m.verify(problem, result)
    assert [(each.label, each.matched, each.is_possible) for each in result.parity.groups] == [
        ("a", 1, True),
        ("b", 1, True),
        ("c", 0, False),
    ]
    assert result.levels[2] == m.Level("parity", 0.5, 0.5)


def test_people_without_a_label_count_for_no_group():
    problem = m.Problem.from_scores([[0.9, 0.8, 0.3]])
    result = m.match(problem, parity=[None, float("nan"), "b"])
    assert result.pairs.tolist() == [[0, 2]]
    nobody = m.match(problem, parity=["", None, ""])
    assert nobody.pairs.tolist() == [[0, 0]]
    assert nobody.levels[2].value == 1.0
    assert nobody.parity.groups == ()


def test_coverage_is_never_given_up_for_parity_and_a_larger_pool_ends_proved():
    rng = np.random.default_rng(0)
    scores = rng.random((60, 200))
    scores[:, :150] += 0.5
    scores = np.where(rng.random(scores.shape) < 0.5, np.nan, scores / 1.5)
    labels = np.where(np.arange(200) < 150, "many", "few")
    problem = m.Problem.from_scores(scores, mentor_capacity=2)
    plain, fair = m.match(problem), m.match(problem, parity=labels)
    m.verify(problem, fair)
    assert fair.levels[:2] == plain.levels[:2]
    assert fair.levels[2] == m.Level("parity", 0.6, 0.6)
    assert fair.gap == 0
    assert fair.parity.cost == pytest.approx(plain.value - fair.value)
    assert fair.parity.cost > 0


def test_with_ids_rows_change_nothing():
    rng = np.random.default_rng(4)
    scores = np.round(rng.random((6, 20)) * 4) / 4
    labels = np.array(list("aabbbbccccccdddddddd"))
    order = rng.permutation(20)
    names = [f"p{k}" for k in range(20)]
    problem = m.Problem.from_scores(scores, mentor_ids=list("uvwxyz"), mentee_ids=names)
    other = m.Problem.from_scores(scores[:, order], mentor_ids=list("uvwxyz"), mentee_ids=[names[k] for k in order])
    one, two = m.match(problem, parity=labels), m.match(other, parity=labels[order])
    assert sorted((i, order[j]) for i, j in two.pairs) == [tuple(pair) for pair in one.pairs]


def test_what_if_and_rematch_keep_to_it():
    problem = m.Problem.from_scores([[0.9, 0.8, 0.3, 0.2]], mentor_capacity=2)
    result = m.match(problem, parity=["a", "a", "b", "b"])
    then = m.what_if(problem, result, [m.AddPlaces(0, 2), m.AddPerson("mentee", [0.5])])
    assert [change.name for change in then.levels] == ["served", "filled", "parity", "total fit"]
    again = m.rematch(problem, result, [m.RemovePerson("mentee", 2)])
    assert again.pairs.tolist() == [[0, 0], [0, 3]]
    assert result.why_not(0, 1).cost is not None


def test_a_rate_that_is_not_so_is_found():
    problem = m.Problem.from_scores([[0.9, 0.8, 0.3, 0.2]], mentor_capacity=2)
    result = m.match(problem, parity=["a", "a", "b", "b"])
    wrong = (*result.levels[:2], m.Level("parity", 0.6, 0.6), result.levels[3])
    with pytest.raises(m.Breach, match="parity is said to be"):
        m.verify(problem, dataclasses.replace(result, levels=wrong))


@pytest.mark.parametrize(
    ("parity", "words"),
    [
        (["a"], "1 labels for 2 people"),
        ({"a": ([], ["x", "y"]), "b": ([], ["x", "y"])}, "one at a time"),
        ({"a": ["x", "y", "z"]}, "labels of mentors, and labels of mentees"),
        ("ab", "must be a label for each mentee"),
        (3, "must be a label for each mentee"),
    ],
)
def test_what_makes_no_sense_is_refused(parity, words):
    with pytest.raises(m.InvalidProblem, match=words):
        m.match(m.Problem.from_scores([[0.5, 0.5]]), parity=parity)


def test_stable_aims_take_none():
    with pytest.raises(m.InvalidProblem, match="leaves no choice"):
        m.match(m.Problem.from_scores([[0.5]]), aim="stable_mentees", parity=["a"])
