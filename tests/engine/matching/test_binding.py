"""Which rules hold the whole back."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.matching.brute import best_levels, random_problem, reached_levels

from openmentor.engine import matching as m


def without_each(problem):
    """Every fixed pair, minimum and quota with the problem without it, by the definitions."""
    for k, (i, j) in enumerate(problem.forced.tolist()):
        yield ("forced", i, j, None), problem.changed(forced=np.delete(problem.forced, k, axis=0))
    for i in np.flatnonzero(problem.mentor_minimum).tolist():
        rest = np.where(np.arange(problem.shape[0]) == i, 0, problem.mentor_minimum)
        yield ("mentor_minimum", i, None, None), problem.changed(mentor_minimum=rest)
    for j in np.flatnonzero(problem.mentee_minimum).tolist():
        rest = np.where(np.arange(problem.shape[1]) == j, 0, problem.mentee_minimum)
        yield ("mentee_minimum", None, j, None), problem.changed(mentee_minimum=rest)
    for k in range(len(problem.quotas)):
        yield ("quota", None, None, k), problem.changed(quotas=problem.quotas[:k] + problem.quotas[k + 1 :])


@pytest.mark.parametrize("aim", ["total", "coverage", "worst_off"])
def test_a_rule_binds_if_and_only_if_more_is_reached_without_it(aim):
    binding, loose = 0, 0
    for seed in range(80):
        problem = random_problem(np.random.default_rng(seed), ids=seed % 3 == 0, overlapping=seed % 5 == 0)
        result = m.match(problem, aim=aim)
        told = {(each.kind, each.mentor, each.mentee, each.quota) for each in result.binding_rules}
        true = set()
        for rule, without in without_each(problem):
            more = np.subtract(best_levels(without, aim), reached_levels(without, result))
            if more[np.abs(more) > 1e-9][:1].sum() > 0:
                true.add(rule)
        assert told == true, seed
        binding, loose = binding + len(true), loose + len(list(without_each(problem))) - len(true)
    assert binding > 20
    assert loose > 20


def test_each_says_what_would_be_gained():
    problem = m.Problem.from_scores([[0.5, 0.25], [1.0, 0.5]], forced=[(0, 1)], mentor_minimum=[0, 1])
    assert m.match(problem, aim="total").binding_rules == ()  # the other diagonal is no better
    problem = m.Problem.from_scores([[1.0, 0.25], [0.5, 0.5]], forced=[(0, 1)], mentor_minimum=[0, 1])
    (rule,) = m.match(problem, aim="total").binding_rules
    assert rule == m.BindingRule("forced", 0, 1, None, None, (("total fit", 0.75),))
    both = m.Problem.from_scores([[1.0, 0.25]], forced=[(0, 1)], mentee_minimum=[1, 0])
    assert m.match(both).binding_rules == (
        m.BindingRule(
            "forced", 0, 1, None, None, (("asked", 1.0), ("served", 0.0), ("filled", 0.0), ("total fit", 0.75))
        ),
    )


def test_hard_rules_of_a_specification_are_told_by_name():
    mentors = {"id": ["m1", "m2"], "team": ["red", "blue"], "helps_with": ["x", "y"], "site": ["a", "a"]}
    mentees = {"id": ["e1", "e2"], "team": ["red", "blue"], "goals": ["x", "y"], "site": ["a", "a"]}
    spec = m.Spec.from_mapping({"rules": {"team": "different", "site": "same"}})
    result = m.match(m.Problem(mentors, mentees, spec))
    assert [(each.kind, each.rule) for each in result.binding_rules] == [("rule", "team")]
    assert dict(result.binding_rules[0].gains)["total fit"] > 0
    assert dict(result.binding_rules[0].gains)["served"] == 0


def test_stable_pairs_have_binding_rules_too():
    problem = m.Problem.from_scores([[0.9, 0.5], [0.5, 0.3]], forced=[(0, 1)])
    (rule,) = m.match(problem, aim="stable_mentees").binding_rules
    assert (rule.kind, rule.mentor, rule.mentee) == ("forced", 0, 1)
