"""Peers: the best pairs of a pool without roles, against all pairings of a handful, and what must hold for any pool."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.matching.pools import columns, people

from openmentor.engine import matching as m

AIMS = ["coverage", "total", "worst_off"]
FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def random_scores(seed, most=8):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(0, most + 1))
    scores = rng.random((count, count))
    if seed % 3 == 0:
        scores = np.round(scores * 4) / 4  # ties everywhere, and zeros
    scores[rng.random(scores.shape) < rng.choice([0.0, 0.3, 0.6])] = np.nan
    return scores


def pairings(left, possible):
    """Every set of pairs of the people ``left``, nobody in two."""
    if not left:
        yield []
        return
    first, rest = left[0], left[1:]
    yield from pairings(rest, possible)
    for other in rest:
        if possible(first, other):
            for more in pairings([each for each in rest if each != other], possible):
                yield [(first, other), *more]


def best_levels(pool, aim):
    def levels(chosen):
        scores = [pool.scores[i, j] for i, j in chosen]
        made = [float(2 * len(chosen)), float(len(chosen))]
        least = [min(scores, default=0.0)]
        kept = float(len({(int(i), int(j)) for i, j in pool.forced} & set(chosen)))
        return [kept, *{"coverage": made, "total": [], "worst_off": made + least}[aim], sum(scores)]

    everybody = list(range(len(pool.scores)))
    return max(
        (
            [round(each, 9) for each in levels(chosen)]
            for chosen in pairings(everybody, lambda i, j: pool.rule(i, j) is None)
        ),
        default=[],
    )[1:]


def values(result):
    return [each.value for each in result.levels]


@pytest.mark.parametrize("aim", AIMS)
def test_nothing_beats_it_among_all_pairings_of_a_handful(aim):
    for seed in range(80):
        pool = m.Pool.from_scores(random_scores(seed))
        result = m.pairs(pool, aim=aim)
        m.verify(pool, result)
        assert values(result) == pytest.approx(best_levels(pool, aim), abs=1e-8), seed
        assert [each.gap for each in result.levels] == pytest.approx([0.0] * len(result.levels), abs=1e-6), seed


@pytest.mark.parametrize("aim", AIMS)
def test_of_forced_pairs_that_exclude_one_another_those_are_made_with_which_the_whole_is_best(aim):
    none = np.nan
    scores = np.array(
        [[none, 0.9, 0.1, none], [0.9, none, none, 0.9], [0.1, none, none, none], [none, 0.9, none, none]]
    )
    # 0 goes with 1 or with 2, and 3 may meet only 1.
    result = m.pairs(scores, forced=[(0, 1), (0, 2)], aim=aim)
    assert result.pairs.tolist() == [[0, 2], [1, 3]]
    assert [(each.mentor, each.mentee) for each in result.unmet] == [(0, 1)]
    for seed in range(120):
        scores = random_scores(seed)
        rng = np.random.default_rng(seed)
        asked = [tuple(each) for each in rng.integers(0, max(1, len(scores)), (int(rng.integers(1, 6)), 2)).tolist()]
        pool = m.Pool.from_scores(scores, forced=[(i, j) for i, j in asked if i != j] if len(scores) else [])
        result = m.pairs(pool, aim=aim)
        m.verify(pool, result)
        assert values(result) == pytest.approx(best_levels(pool, aim), abs=1e-8), seed
        assert [each.gap for each in result.levels] == pytest.approx([0.0] * len(result.levels), abs=1e-6), seed
        possible = {(int(i), int(j)) for i, j in pool.forced if pool.rule(int(i), int(j)) is None}
        everybody = list(range(len(scores)))
        most = max(len(possible.intersection(chosen)) for chosen in pairings(everybody, lambda i, j: True))
        assert len(pool.forced) - len(result.unmet) == most, seed


def test_three_who_all_like_one_another_leave_one_alone():
    result = m.pairs(np.array([[np.nan, 0.9, 0.8], [0.9, np.nan, 0.7], [0.8, 0.7, np.nan]]))
    assert result.pairs.tolist() == [[0, 1]]
    assert (result.value, result.bound) == (0.9, 0.9)
    assert [(each.side, each.index, each.kind) for each in result.unmatched] == [("peer", 2, "outcompeted")]
    found = result.why_not(0, 2)
    assert found.rule is None
    assert found.cost == pytest.approx(0.1)
    assert [(each.kind, each.mentor, each.mentee) for each in found.changes] == [("ends", 0, 1)]
    assert result.why_not(1, 1).rule == "same person"


def test_a_score_is_the_mean_of_both_directions_and_a_veto_of_one_holds_for_both():
    scores = [[np.nan, 0.2, np.nan], [0.6, np.nan, 0.5], [1.0, 0.5, np.nan]]
    result = m.pairs(scores)
    assert result.problem.scores[0, 1] == result.problem.scores[1, 0] == 0.4
    assert result.pairs.tolist() == [[1, 2]]
    assert result.why_not(2, 0).rule == "not allowed"


def test_a_draw_of_equals_follows_the_seed_and_nobody_meets_again():
    names = [f"p{k}" for k in range(10)]
    pool = m.Pool.from_scores(np.full((10, 10), 0.5), ids=names)
    rounds, met = [], []
    for seed in range(4):
        result = m.pairs(pool, seed=seed, not_again=met)
        m.verify(result.problem, result)
        assert len(result.pairs) == 5
        rounds.append({tuple(pair) for pair in result.pairs.tolist()})
        met += result.pairs.tolist()
    assert len(set.union(*rounds)) == 20
    assert m.pairs(pool, seed=1).pairs.tolist() == m.pairs(pool, seed=1).pairs.tolist()
    assert len({m.pairs(pool, seed=seed).pairs.tobytes() for seed in range(6)}) > 1


def test_forced_pairs_are_made_as_many_as_can_be_and_the_others_are_named():
    scores = np.full((5, 5), 0.5)
    scores[0, 4] = np.nan
    result = m.pairs(scores, forced=[(0, 1), (2, 1), (0, 4)], forbidden=[(2, 3)])
    m.verify(result.problem, result)
    assert len(result.unmet) == 2
    assert {(each.mentor, each.mentee, each.rule) for each in result.unmet} >= {(0, 4, "not allowed")}
    assert [2, 3] not in result.pairs.tolist()


@FEW
@given(st.integers(0, 10_000), st.sampled_from(AIMS), st.data())
def test_a_ban_never_raises_the_levels_and_rows_change_nothing(seed, aim, data):
    scores = random_scores(seed)
    count = len(scores)
    names = [f"p{k}" for k in range(count)]
    result = m.pairs(m.Pool.from_scores(scores, ids=names), aim=aim)
    m.verify(result.problem, result)
    assert all(each.value <= each.bound for each in result.levels)
    order = data.draw(st.permutations(range(count)))
    again = m.pairs(m.Pool.from_scores(scores[np.ix_(order, order)], ids=[names[k] for k in order]), aim=aim)
    assert {frozenset((order[i], order[j])) for i, j in again.pairs} == {
        frozenset(pair) for pair in result.pairs.tolist()
    }
    if len(result.pairs):
        banned = m.pairs(m.Pool.from_scores(scores, ids=names), aim=aim, forbidden=[result.pairs[0].tolist()])
        for before, after in zip(values(result), values(banned)):
            if abs(before - after) > 1e-9:
                assert after < before
                break


def test_people_and_a_specification_make_a_pool():
    rng = Random(3)
    pool, _ = people(rng, 14, 1)
    result = m.pairs(columns(pool), m.Spec())
    m.verify(result.problem, result)
    i, j = (int(each) for each in result.pairs[0])
    assert {each.key for each in result.explain(i, j)} == set(result.problem.scored.active)
    assert result.explain(i, j)[0].score == result.explain(j, i)[0].score
    assert result.problem.scored.spec.effective_bands["level_gap"] == (0.0, 0.0)


def test_what_breaks_something_is_found():
    pool = m.Pool.from_scores(np.array([[np.nan, 0.5, 0.25], [0.5, np.nan, np.nan], [0.25, np.nan, np.nan]]))
    good = m.pairs(pool)
    for wrong, breach in [
        (replace(good, pairs=np.array([[1, 2]])), "not allowed"),
        (replace(good, pairs=np.array([[0, 1], [0, 2]])), "2 pairs"),
        (replace(good, pairs=np.array([[1, 0]])), "not sorted"),
        (replace(good, scores=np.array([0.9])), "not those of the pairs"),
        (replace(good, levels=(*good.levels[:2], m.Level("total fit", 0.6, 0.6))), "said to be 0.6"),
        (replace(good, unmatched=()), "isn't listed"),
    ]:
        with pytest.raises(m.Breach, match=breach):
            m.verify(pool, wrong)


@pytest.mark.parametrize(
    ("given", "more", "fault"),
    [
        ([[0.5, 0.5]], {}, "1 rows and 2 columns"),
        ([[0.5, 1.5], [0.5, 0.5]], {}, r"scores\[0, 1\] is 1.5"),
        (np.full((2, 2), 0.5), {"aim": "stable_mentees"}, "coverage, total, worst_off"),
        (np.full((2, 2), 0.5), {"forced": [(0, 5)]}, r"forced\[0\] names mentee 5"),
        ({"goals": ["a"]}, {}, "everybody needs an id"),
    ],
)
def test_what_is_no_pool_is_refused(given, more, fault):
    with pytest.raises(m.InvalidProblem, match=fault):
        m.pairs(given, **more)


@pytest.mark.parametrize("scores", [np.empty((0, 0)), [[0.5]], np.full((4, 4), np.nan)])
@pytest.mark.parametrize("aim", AIMS)
def test_the_smallest_and_emptiest_have_an_answer(scores, aim):
    result = m.pairs(np.asarray(scores), aim=aim)
    m.verify(result.problem, result)
    assert result.pairs.shape == (0, 2)
    assert (result.value, result.bound, result.gap) == (0.0, 0.0, 0.0)


def test_a_score_that_an_odd_circle_shares_is_no_bound_in_the_end():
    """Two triangles, joined weakly: fractions would give 3 pairs of 1; whole pairs have 2, and the weak one."""
    scores = np.full((6, 6), np.nan)
    for a, b, c in ((0, 1, 2), (3, 4, 5)):
        for i, j in ((a, b), (b, c), (a, c)):
            scores[i, j] = scores[j, i] = 1.0
    scores[2, 3] = scores[3, 2] = 0.1
    assert m.pairs(scores).value == pytest.approx(2.1)
    assert m.pairs(scores).gap == 0.0
