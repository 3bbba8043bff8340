"""The best pairs: against cases worked by hand, all matchings of a handful of people, and other people's solvers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment, linprog
from tests.engine.matching.brute import best_levels, random_problem, reached_levels

from openmentor.engine import matching as m
from openmentor.engine.matching import candidates, remarks
from openmentor.engine.matching.solvers import dense

AIMS = ["total", "coverage", "worst_off"]


@pytest.mark.parametrize("aim", AIMS)
def test_nothing_beats_it_among_all_matchings_of_a_handful(aim):
    for seed in range(120):
        problem = random_problem(np.random.default_rng(seed))
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert reached_levels(problem, result) == pytest.approx(best_levels(problem, aim), abs=1e-9), seed
        assert [level.gap for level in result.levels] == [0.0] * len(result.levels), seed


def test_the_aims_differ_as_they_say():
    # Mentee 1 can only have mentor 0, whom mentee 0 likes best.
    scores = [[0.9, 0.1], [0.2, np.nan]]
    total = m.match(m.Problem.from_scores(scores), aim="total")
    coverage = m.match(m.Problem.from_scores(scores), aim="coverage")
    assert total.pairs.tolist() == [[0, 0]]
    assert coverage.pairs.tolist() == [[0, 1], [1, 0]]
    assert [(level.name, level.value) for level in coverage.levels] == [
        ("served", 2.0),
        ("filled", 2.0),
        ("total fit", pytest.approx(0.3)),
    ]


def test_worst_off_raises_the_least_score_before_the_sum():
    scores = [[1.0, 0.5], [0.6, 0.0]]
    assert m.match(m.Problem.from_scores(scores), aim="coverage").pairs.tolist() == [[0, 1], [1, 0]]
    scores = [[1.0, 0.5], [0.5, 0.3]]
    assert m.match(m.Problem.from_scores(scores), aim="coverage").value == pytest.approx(1.3)
    result = m.match(m.Problem.from_scores(scores), aim="worst_off")
    assert [level.value for level in result.levels] == [2.0, 2.0, 0.5, 1.0]


@pytest.mark.parametrize("size", [40, 300, 450])
def test_total_fit_is_that_of_scipys_assignment(size):
    rng = np.random.default_rng(size)
    scores = rng.random((size, size))
    rows, columns = linear_sum_assignment(scores, maximize=True)
    result = m.match(m.Problem.from_scores(scores), aim="total")
    assert result.value == pytest.approx(scores[rows, columns].sum(), abs=1e-9)
    assert result.gap == 0.0


@pytest.mark.parametrize(
    ("scores", "count"),
    [
        (np.empty((0, 3)), 0),
        (np.empty((3, 0)), 0),
        ([], 0),
        ([[np.nan, np.nan]], 0),
        ([[0.5]], 1),
        (np.full((4, 4), 0.5, dtype=np.float32), 4),
        (np.zeros((3, 2)), 2),
    ],
)
@pytest.mark.parametrize("aim", ["coverage", "worst_off"])
def test_the_smallest_and_emptiest_have_an_answer(scores, count, aim):
    problem = m.Problem.from_scores(scores)
    result = m.match(problem, aim=aim)
    m.verify(problem, result)
    assert result.pairs.shape == (count, 2)
    assert result.gap == 0.0


@pytest.mark.parametrize("aim", AIMS)
def test_nor_where_people_could_be_paired_both_ways_and_quotas_overlap(aim):
    for seed in range(120):
        problem = random_problem(np.random.default_rng(1000 + seed), ids=seed % 3 > 0, overlapping=seed % 3 < 2)
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert reached_levels(problem, result) == pytest.approx(best_levels(problem, aim), abs=1e-9), seed
        assert [level.gap for level in result.levels] == [0.0] * len(result.levels), seed


@pytest.mark.parametrize("aim", ["coverage", "worst_off"])
def test_two_hundred_people_who_are_both_are_never_paired_both_ways_and_it_is_proved(aim):
    rng = np.random.default_rng(4)
    place = rng.random((200, 5))
    scores = np.clip(1 - np.abs(place[:, None] - place[None]).mean(2) + 0.03 * rng.random((200, 200)), 0, 1)
    names = [f"p{k}" for k in range(200)]
    problem = m.Problem.from_scores(scores, mentor_ids=names, mentee_ids=names)
    result = m.match(problem, aim=aim)
    m.verify(problem, result)
    assert result.levels[0].value == 200
    assert all(level.gap <= 1e-6 for level in result.levels)


def few_candidates(monkeypatch):
    """Small problems then go the way of large ones: a few candidates, and a scan over all pairs that adds what is missed."""
    monkeypatch.setattr(dense, "SMALL", 0)
    monkeypatch.setattr(dense, "EASY", 0)
    monkeypatch.setattr(candidates, "ALL_PAIRS", 0)
    monkeypatch.setattr(candidates, "PER_MENTEE", 2)
    monkeypatch.setattr(candidates, "PER_MENTOR", 1)


@pytest.mark.parametrize("aim", AIMS)
def test_a_few_candidates_lead_to_the_same_levels_as_all_pairs(aim, monkeypatch):
    few_candidates(monkeypatch)
    for seed in range(60):
        problem = random_problem(np.random.default_rng(seed), ids=seed % 2 > 0, overlapping=seed % 4 == 0)
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert reached_levels(problem, result) == pytest.approx(best_levels(problem, aim), abs=1e-9), seed


@pytest.mark.parametrize("kind", ["even", "tight", "equal", "one likes all"])
def test_scipy_agrees_where_candidates_are_few(kind, monkeypatch):
    few_candidates(monkeypatch)
    rng = np.random.default_rng(1)
    scores = rng.random((120, 150))
    if kind == "tight":
        scores = np.round(scores[:, :120], 2)
    if kind == "equal":
        scores = np.full((100, 100), 0.3)
    if kind == "one likes all":
        scores = np.outer(rng.random(100), rng.random(100))
    rows, columns = linear_sum_assignment(scores, maximize=True)
    for aim in ("total", "coverage"):
        result = m.match(m.Problem.from_scores(scores), aim=aim)
        assert result.value == pytest.approx(scores[rows, columns].sum(), abs=1e-9)
        assert result.gap == 0.0


def test_a_linear_program_agrees_with_places_both_ways():
    rng = np.random.default_rng(2)
    scores = rng.random((30, 40))
    capacity, demand = rng.integers(0, 4, 30), rng.integers(0, 3, 40)
    rows = [np.kron(np.eye(30), np.ones(40)), np.kron(np.ones(30), np.eye(40))]
    answer = linprog(-scores.ravel(), A_ub=np.vstack(rows), b_ub=np.concatenate([capacity, demand]), bounds=(0, 1))
    result = m.match(m.Problem.from_scores(scores, mentor_capacity=capacity, mentee_demand=demand), aim="total")
    assert result.value == pytest.approx(-answer.fun, abs=1e-6)


def test_a_price_is_what_one_more_place_adds():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        scores = rng.random(rng.integers(1, 6, 2))
        scores[rng.random(scores.shape) < 0.3] = np.nan
        loads = {
            "mentor_capacity": rng.integers(0, 3, scores.shape[0]),
            "mentee_demand": rng.integers(0, 3, scores.shape[1]),
        }
        for aim in ("total", "coverage"):
            result = m.match(m.Problem.from_scores(scores, **loads), aim=aim)
            for i in range(len(scores)):
                more = {**loads, "mentor_capacity": loads["mentor_capacity"] + (np.arange(len(scores)) == i)}
                then = m.match(m.Problem.from_scores(scores, **more), aim=aim)
                assert result.prices[i] == pytest.approx(then.value - result.value, abs=1e-9)
    assert m.match(m.Problem.from_scores([[0.5, 0.75]]), aim="total").binding == ((0, 0.5),)


def shuffled(problem, rng):
    """The same people in other rows, and what brings indices back."""
    rows, columns = rng.permutation(problem.shape[0]), rng.permutation(problem.shape[1])
    back_row, back_column = np.argsort(rows), np.argsort(columns)

    def moved(pairs):
        return [(back_row[i], back_column[j]) for i, j in pairs]

    other = m.Problem.from_scores(
        problem.scores[rows][:, columns],
        mentor_capacity=problem.mentor_capacity[rows],
        mentor_minimum=problem.mentor_minimum[rows],
        mentee_demand=problem.mentee_demand[columns],
        mentee_minimum=problem.mentee_minimum[columns],
        forced=moved(problem.forced),
        forbidden=moved(problem.forbidden),
        quotas=[
            m.Quota([back_row[i] for i in q.members], q.at_least, None if q.at_most < 0 else q.at_most)
            for q in problem.quotas
        ],
        mentor_ids=problem.mentor_ids and [problem.mentor_ids[i] for i in rows],
        mentee_ids=problem.mentee_ids and [problem.mentee_ids[j] for j in columns],
    )
    return other, rows, columns


@pytest.mark.parametrize("aim", [*AIMS, "stable_mentees", "stable_mentors"])
def test_with_ids_rows_change_nothing_and_without_them_the_levels_stay(aim):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        problem = random_problem(rng, ids=seed % 2 > 0, overlapping=seed % 4 == 0)
        if aim.startswith("stable") and problem.mentor_ids is None:
            continue
        other, rows, columns = shuffled(problem, rng)
        result, again = m.match(problem, aim=aim, seed=3), m.match(other, aim=aim, seed=3)
        assert [each.value for each in again.levels] == pytest.approx([each.value for each in result.levels], abs=1e-9)
        if problem.mentor_ids is not None:
            assert sorted((rows[i], columns[j]) for i, j in again.pairs) == [tuple(pair) for pair in result.pairs], seed


def test_the_same_input_gives_the_same_pairs_and_the_seed_decides_ties():
    names = [f"person {k}" for k in range(12)]
    problem = m.Problem.from_scores(np.full((6, 6), 0.5), mentor_ids=names[:6], mentee_ids=names[6:])
    seen = {m.match(problem, seed=seed).pairs.tobytes() for seed in range(8)}
    assert len(seen) > 1
    assert m.match(problem, seed=5).pairs.tobytes() == m.match(problem, seed=5).pairs.tobytes()


def test_last_times_pairs_stay_among_equals_and_for_a_bonus():
    scores = [[0.50, 0.52], [0.52, 0.50]]
    problem = m.Problem.from_scores(scores)
    apart = [(0, 0), (1, 1)]
    assert m.match(problem, previous=apart).pairs.tolist() == [[0, 1], [1, 0]]
    kept = m.match(problem, previous=apart, stickiness=0.03)
    assert kept.pairs.tolist() == [[0, 0], [1, 1]]
    assert (kept.value, kept.gap, kept.staying) == (pytest.approx(1.0), 0.0, m.Level("staying", 2.0, 2.0))
    m.verify(problem, kept)
    equal = m.Problem.from_scores(np.full((5, 5), 0.5))
    last = [(i, (i + 2) % 5) for i in range(5)]
    assert sorted(map(tuple, m.match(equal, previous=np.array(last)).pairs.tolist())) == sorted(last)
    # Nobody stays at the cost of a level above: without mentor 0 mentee 1 would have nobody.
    problem = m.Problem.from_scores([[0.5, 0.5], [0.5, np.nan]])
    assert m.match(problem, previous=[(0, 0)], stickiness=1e9).pairs.tolist() == [[0, 1], [1, 0]]


def test_everybody_who_has_nobody_is_told_why():
    scores = np.array(
        [[0.9, 0.5, np.nan, np.nan, 0.3], [np.nan, np.nan, np.nan, 0.4, 0.2], [0.5, 0.5, np.nan, np.nan, np.nan]]
    )
    problem = m.Problem.from_scores(scores, mentor_capacity=[1, 0, 0], mentee_demand=[1, 1, 1, 1, 0])
    result = m.match(problem, aim="total")
    assert result.pairs.tolist() == [[0, 0]]
    kinds = {(each.side, each.index): each.kind for each in result.unmatched}
    assert kinds == {
        ("mentee", 1): "outcompeted",
        ("mentee", 2): "no_partner",
        ("mentee", 3): "no_places",
        ("mentee", 4): "no_places",
        ("mentor", 1): "no_places",
        ("mentor", 2): "no_places",
    }
    assert all(each.text.endswith(".") for each in result.unmatched)


def reasons(result):
    return {(each.side, each.index): (each.kind, each.text) for each in result.unmatched}


def test_who_is_alone_beside_a_free_place_reads_why():
    both = m.match(m.Problem.from_scores([[0.9, 0.5], [0.5, 0.9]], mentor_ids=["a", "b"], mentee_ids=["a", "b"]))
    assert len(both.pairs) == 1
    mentor, mentee = (int(each) for each in both.pairs[0])
    assert reasons(both) == {
        ("mentee", mentor): (
            "outcompeted",
            "Who could be theirs and has a free place is their mentee; two people are not matched both ways.",
        ),
        ("mentor", mentee): (
            "outcompeted",
            "Who could be theirs and still looks for a mentor is their mentor; two people are not matched both ways.",
        ),
    }
    # Where an answer isn't the best, that is all that can be said.
    none = remarks.unmatched(m.Problem.from_scores([[0.5]]), np.empty((0, 2), dtype=np.int64))
    assert [each.text for each in none] == [
        "A mentor who could be theirs has a free place, but no better answer with this pair was found.",
        "A mentee who could be theirs still looks for a mentor, but no better answer with this pair was found.",
    ]


def test_a_group_of_whom_there_are_to_be_none_is_a_rule_against_the_pair():
    problem = m.Problem.from_scores([[0.5]], quotas=[m.Quota([0], at_most=0)])
    result = m.match(problem)
    assert {who: kind for who, (kind, _) in reasons(result).items()} == {
        ("mentee", 0): "no_partner",
        ("mentor", 0): "no_partner",
    }
    assert result.why_not(0, 0) == m.WhyNot("quota", None, ())
    forced = m.match(m.Problem.from_scores([[0.5]], quotas=[m.Quota([0], at_most=0)], forced=[(0, 0)]))
    assert [each.rule for each in forced.unmet] == ["quota"]


def test_whoever_is_held_back_or_gone_is_no_partner():
    problem = m.Problem.from_scores([[0.5, 0.6]]).changed(gated_mentors={0: "The survey is open."})
    assert {who: kind for who, (kind, _) in reasons(m.match(problem)).items()} == {
        ("mentee", 0): "no_partner",
        ("mentee", 1): "no_partner",
        ("mentor", 0): "gate",
    }
    problem = m.Problem.from_scores([[0.5], [0.6]])
    alone = m.what_if(problem, m.match(problem), [m.RemovePerson("mentee", 0)]).result
    assert {kind for kind, _ in reasons(alone).values()} == {"no_partner"}


def test_what_cannot_be_kept_is_an_answer_with_its_reason():
    problem = m.Problem.from_scores(
        [[0.9, np.nan], [0.5, 0.4]],
        mentor_capacity=2,
        mentor_minimum=[0, 2],
        forced=[(0, 1), (0, 0), (1, 0)],
        mentor_ids=["Ann", "Bo"],
        mentee_ids=["Cy", "Di"],
    )
    result = m.match(problem)
    m.verify(problem, result)
    assert [(each.kind, each.mentor, each.mentee, each.rule) for each in result.unmet] == [
        ("forced", 0, 0, None),
        ("forced", 0, 1, "not allowed"),
    ]
    assert result.pairs.tolist() == [[1, 0], [1, 1]]
    assert "Ann and Di" in result.unmet[1].text


def test_a_forbidden_pair_is_never_made_even_if_forced():
    problem = m.Problem.from_scores([[0.9]], forced=[(0, 0)], forbidden=[(0, 0)])
    result = m.match(problem)
    m.verify(problem, result)
    assert result.pairs.shape == (0, 2)
    assert [(each.kind, each.rule) for each in result.unmet] == [("forced", "not allowed")]


def test_quotas_count_each_mentees_mentors():
    scores = [[0.9], [0.8], [0.1]]
    quota = m.Quota(members=[0, 1], at_least=1, at_most=1)
    result = m.match(m.Problem.from_scores(scores, mentee_demand=2, quotas=[quota]))
    assert result.pairs.tolist() == [[0, 0], [2, 0]]
    result = m.match(m.Problem.from_scores(scores, mentee_demand=1, quotas=[m.Quota([2], at_least=1)]))
    assert result.pairs.tolist() == [[2, 0]]


def test_nobody_is_paired_with_themself_nor_two_both_ways():
    names = ["ann", "bo", "cy"]
    scores = [[1.0, 0.9, 0.1], [0.9, 1.0, 0.2], [0.3, 0.1, 1.0]]
    problem = m.Problem.from_scores(scores, mentor_ids=names, mentee_ids=names)
    result = m.match(problem)
    m.verify(problem, result)
    assert result.pairs.tolist() == [[0, 1], [1, 2], [2, 0]]
    assert result.why_not(0, 0).rule == "same person"


def test_progress_is_told_and_cancels_by_raising():
    class Cancelled(Exception):
        pass

    stages = []
    problem = m.Problem.from_scores(np.random.default_rng(0).random((20, 20)))
    m.match(problem, progress=lambda stage, done, total: stages.append(stage))
    assert {"served", "total"} <= set(stages)

    def cancel(stage, done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        m.match(problem, progress=cancel)
