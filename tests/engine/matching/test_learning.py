"""Weights learned from outcomes: a truth that is there is found, chance is not believed, and a manager can read why."""

from __future__ import annotations

import math

import numpy as np
import pytest

from openmentor.engine import matching as m

KEYS = ("goals", "values", "hours", "site", "level", "style")
TRUE = np.array([0.0, 3.0, 0.0, 1.0, 0.0, 2.0])
PRIOR = dict(zip(KEYS, [10.0, 1.0, 4.0, 1.0, 4.0, 1.0]))


def rated(pairs: int, seed: int, *, truth: np.ndarray | None = None, noise: float = 0.12):
    """Features of pairs, and how each went: by ``truth``, or by chance alone."""
    rng = np.random.default_rng(seed)
    values = rng.random((pairs, len(KEYS)))
    went = 0.5 if truth is None else values @ truth / truth.sum()
    return m.Features(KEYS, values), np.clip(went + rng.normal(0, noise, pairs), 0, 1)


def test_a_truth_that_differs_from_the_managers_weights_is_found():
    features, outcome = rated(400, 1, truth=TRUE)
    learned = m.learn(features, outcome, prior=PRIOR)
    assert learned.adopted
    found = np.array([learned.weights[key] for key in KEYS])
    assert found.sum() == pytest.approx(sum(PRIOR.values()))
    assert (found >= 0).all()
    fresh, _ = rated(2000, 2)
    ranks = np.corrcoef(fresh.values @ found, fresh.values @ TRUE)[0, 1]
    before = np.corrcoef(fresh.values @ np.array(list(PRIOR.values())), fresh.values @ TRUE)[0, 1]
    assert ranks > 0.97 > 0.7 > before
    assert learned.gain > 2 * learned.error > 0


def test_chance_is_not_believed():
    assert not any(m.learn(*rated(200, seed), prior=PRIOR).adopted for seed in range(12))


def test_weights_that_are_right_already_stay():
    truth = np.array(list(PRIOR.values()))
    for seed in range(6):
        learned = m.learn(*rated(300, seed, truth=truth), prior=PRIOR)
        assert learned.weights == PRIOR or learned.gain > 2 * learned.error


def test_few_pairs_never_change_anything_and_it_says_how_many_are_needed():
    for pairs in (0, 1, 5, 30, 199):
        features, outcome = rated(pairs, 3, truth=TRUE, noise=0.01)
        learned = m.learn(features, outcome, prior=PRIOR)
        assert (learned.adopted, learned.weights, learned.rated) == (False, PRIOR, pairs)
        assert learned.report[0] == "Keep the old weights."
        assert any("200 rated pairs are needed" in line and f"{200 - pairs} short" in line for line in learned.report)


def test_outcomes_not_known_yet_count_for_nothing():
    features, outcome = rated(400, 1, truth=TRUE)
    rng = np.random.default_rng(0)
    more = m.Features(KEYS, np.vstack([features.values, rng.random((50, len(KEYS)))]))
    later = np.concatenate([outcome, np.full(50, np.nan)])
    assert m.learn(more, later, prior=PRIOR).weights == m.learn(features, outcome, prior=PRIOR).weights
    nothing = m.learn(features, np.full(400, np.nan), prior=PRIOR)
    assert (nothing.adopted, nothing.rated, math.isnan(nothing.gain)) == (False, 0, True)
    assert "No pair has been rated yet." in nothing.report
    assert m.learn(features, [None] * 400, prior=PRIOR).rated == 0


def test_dimensions_that_never_vary_or_are_never_known_keep_their_weight_in_proportion():
    features, outcome = rated(400, 1, truth=TRUE)
    values = features.values.copy()
    values[:, 2] = 0.25
    values[:, 4] = np.nan
    learned = m.learn(m.Features(KEYS, values), outcome, prior=PRIOR)
    assert learned.adopted
    spread = {each.key: each.spread for each in learned.changes}
    assert (spread["hours"], spread["level"]) == (0.0, 0.0)
    assert learned.weights["hours"] == pytest.approx(learned.weights["level"])  # both 4 before
    assert any("hours, level" in line or "level, hours" in line for line in learned.report)


def test_equal_outcomes_and_features_without_any_difference_teach_nothing():
    features, _ = rated(300, 1)
    same = m.learn(features, np.full(300, 0.7), prior=PRIOR)
    assert not same.adopted
    assert any("the same outcome" in line for line in same.report)
    flat = m.learn(m.Features(KEYS, np.full((300, 6), 0.5)), np.linspace(0, 1, 300), prior=PRIOR)
    assert not flat.adopted
    assert any("No dimension varies" in line for line in flat.report)
    assert m.learn(np.empty((300, 0)), np.linspace(0, 1, 300), prior={}).weights == {}


def test_missing_values_count_as_the_mean():
    features, outcome = rated(400, 1, truth=TRUE)
    values = features.values.copy()
    values[np.random.default_rng(0).random(values.shape) < 0.1] = np.nan
    assert m.learn(m.Features(KEYS, values), outcome, prior=PRIOR).adopted


def test_weights_of_dimensions_without_a_feature_stay():
    features, outcome = rated(400, 1, truth=TRUE)
    learned = m.learn(features, outcome, prior={**PRIOR, "waited": 7.0})
    assert learned.adopted
    assert learned.weights["waited"] == 7.0


def test_the_same_data_give_the_same_answer_in_any_order_of_rows_and_form():
    features, outcome = rated(300, 1, truth=TRUE)
    one = m.learn(features, outcome, prior=PRIOR)
    order = np.random.default_rng(9).permutation(300)
    again = m.learn(m.Features(KEYS, features.values[order]), outcome[order], prior=PRIOR)
    columns = m.learn({key: features[key].tolist() for key in KEYS}, outcome.tolist(), prior=PRIOR)
    assert columns.weights == one.weights
    assert again.weights == pytest.approx(one.weights, abs=1e-6)
    array = m.learn(features.values, outcome, prior=list(PRIOR.values()))
    assert list(array.weights.values()) == pytest.approx([one.weights[key] for key in KEYS])


def test_a_manager_can_read_what_changed_and_on_what_evidence():
    learned = m.learn(*rated(400, 1, truth=TRUE), prior=PRIOR)
    assert learned.report[0].startswith("New weights: ")
    assert "goals from 10 to " in learned.report[0]
    assert "400 rated pairs" in learned.report[1]
    assert "standard errors" in learned.report[1]
    assert str(learned) == "\n".join(learned.report)
    assert learned.changes[0].key == "goals"
    assert (learned.changes[0].before, learned.changes[0].after) == (10.0, learned.weights["goals"])


def test_what_was_matched_can_be_learned_from():
    rng = np.random.default_rng(0)
    count = 40
    people = [
        {
            "id": [f"{prefix}{k}" for k in range(count)],
            "interests": [";".join(rng.choice(list("abcdef"), 2, replace=False)) for _ in range(count)],
            "level": [str(each) for each in rng.integers(0, 6, count)],
        }
        for prefix in "me"
    ]
    problem = m.Problem(*people, m.Spec())
    result = m.match(problem)
    learned = m.learn(m.features(problem, result), rng.random(len(result.pairs)), prior=problem.scored.spec.weights)
    assert learned.weights == dict(problem.scored.spec.weights)


@pytest.mark.parametrize(
    ("features", "outcome", "prior", "words"),
    [
        (np.ones((3, 2)), [0.5, 0.5], None, "2 entries for 3 pairs"),
        (np.ones((3, 2)), [0.5, 0.5, 1.5], None, r"outcome\[2\] is 1.5"),
        (np.ones((3, 2)), [0.5, 0.5, -0.1], None, r"outcome\[2\] is -0.1"),
        (np.ones((3, 2)), [0.5, 0.5, np.inf], None, r"outcome\[2\] is inf"),
        (np.ones((3, 2)), ["good", 0, 0], None, "outcome must be numbers"),
        (np.ones((3, 2)), [0.5] * 3, [1.0], "1 weights for 2 dimensions"),
        (np.ones((3, 2)), [0.5] * 3, 5, "prior must be"),
        (np.ones((3, 2)), [0.5] * 3, "ab", "prior must be"),
        (np.ones((3, 2)), [0.5] * 3, {"goals": 1.0}, "no weight for 'column 0'"),
        (np.ones((3, 2)), [0.5] * 3, [1.0, -1.0], "a number, 0 or more"),
        (np.ones((3, 2)), [0.5] * 3, [1.0, math.nan], "a number, 0 or more"),
        (np.ones(3), [0.5] * 3, None, "1 dimensions"),
        ([["a", "b"]], [0.5], None, "table of numbers"),
        ({"a": [1, 2], "b": [1]}, [0.5, 0.5], None, "differ in length"),
        ([[np.inf, 1.0]], [0.5], None, "is inf; a score is needed"),
        ([[1e200, 1.0]], [0.5], None, "a score is needed"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(features, outcome, prior, words):
    with pytest.raises(m.InvalidProblem, match=words):
        m.learn(features, outcome, prior=prior)


def test_inputs_stay_as_they_are():
    features, outcome = rated(250, 1, truth=TRUE)
    values, before = features.values.copy(), outcome.copy()
    prior = dict(PRIOR)
    m.learn(features, outcome, prior=prior)
    assert np.array_equal(features.values, values)
    assert np.array_equal(outcome, before)
    assert prior == PRIOR
