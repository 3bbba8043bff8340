"""Stable matchings: no two would both rather have each other, and the side that asks gets its best."""

from __future__ import annotations

import numpy as np
import pytest
from tests.engine.matching.brute import every_matching, random_problem

from openmentor.engine import matching as m
from openmentor.engine.matching.problem import Rule


def test_each_side_gets_its_best_stable_matching():
    mentors, mentees = [[0, 1], [1, 0]], [[1, 0], [0, 1]]
    problem = m.Problem.from_preferences(mentors, mentees)
    for_mentees = m.match(problem, aim="stable_mentees")
    for_mentors = m.match(problem, aim="stable_mentors")
    assert for_mentees.pairs.tolist() == [[0, 1], [1, 0]]
    assert for_mentors.pairs.tolist() == [[0, 0], [1, 1]]
    assert for_mentees.blocking == for_mentors.blocking == ()


def test_the_hospitals_and_residents_of_a_textbook():
    # One place with mentor 0, two with mentor 1; mentee 2 is listed by nobody who lists them.
    problem = m.Problem.from_preferences([[0, 1], [1, 0]], [[0, 1], [0, 1], []], mentor_capacity=[1, 2])
    result = m.match(problem, aim="stable_mentees")
    m.verify(problem, result)
    assert result.pairs.tolist() == [[0, 0], [1, 1]]
    assert [(each.index, each.kind) for each in result.unmatched] == [(2, "no_partner")]


def all_stable(problem):
    cells = np.argwhere(~np.isnan(problem.scores))
    for mask in range(2 ** len(cells)):
        pairs = cells[[k for k in range(len(cells)) if mask >> k & 1]].reshape(-1, 2)
        taken = np.bincount(pairs[:, 0], minlength=problem.shape[0])
        given = np.bincount(pairs[:, 1], minlength=problem.shape[1])
        fits = (taken <= problem.mentor_capacity).all() and (given <= problem.mentee_demand).all()
        if fits and not blocking_by_definition(problem, pairs):
            yield pairs


def blocking_by_definition(problem, pairs):
    mentors, mentees = problem.preferences.mentors, problem.preferences.mentees
    made = {tuple(pair) for pair in pairs.tolist()}
    for i, j in np.argwhere(~np.isnan(problem.scores)).tolist():
        theirs, ours = [b for a, b in made if a == i], [a for a, b in made if b == j]
        mentor_would = len(theirs) < problem.mentor_capacity[i] or any(
            mentors[i].index(j) < mentors[i].index(b) for b in theirs
        )
        mentee_would = len(ours) < problem.mentee_demand[j] or any(
            mentees[j].index(i) < mentees[j].index(a) for a in ours
        )
        if (i, j) not in made and problem.mentor_capacity[i] and mentor_would and mentee_would:
            return True
    return False


def test_nobody_of_the_asking_side_does_better_in_any_stable_matching():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        count, across = (int(k) for k in rng.integers(1, 4, 2))
        mentors = [rng.permutation(across)[: rng.integers(0, across + 1)].tolist() for _ in range(count)]
        mentees = [rng.permutation(count)[: rng.integers(0, count + 1)].tolist() for _ in range(across)]
        problem = m.Problem.from_preferences(mentors, mentees, mentor_capacity=rng.integers(0, 3, count))
        best, theirs = m.match(problem, aim="stable_mentees"), m.match(problem, aim="stable_mentors")
        for result in (best, theirs):
            m.verify(problem, result)
            assert result.blocking == ()
        for pairs in all_stable(problem):
            assert set(pairs[:, 1]) == set(best.pairs[:, 1])  # the same mentees are served in all
            assert len(pairs) == len(theirs.pairs)
            for i, j in pairs.tolist():
                got = best.partners_of_mentee(j)[0]
                assert mentees[j].index(got) <= mentees[j].index(i)
            for i in range(count):
                other = sorted(mentors[i].index(j) for a, j in pairs.tolist() if a == i)
                got = sorted(mentors[i].index(j) for j in theirs.partners_of_mentor(i))
                assert all(a <= b for a, b in zip(got, other))


def test_nor_with_several_mentors_each_and_a_quota_on_them():
    for seed in range(120):
        rng = np.random.default_rng(seed)
        count, across = (int(k) for k in rng.integers(1, 4, 2))
        mentors = [rng.permutation(across)[: rng.integers(0, across + 1)].tolist() for _ in range(count)]
        mentees = [rng.permutation(count)[: rng.integers(0, count + 1)].tolist() for _ in range(across)]
        problem = m.Problem.from_preferences(
            mentors, mentees, mentor_capacity=rng.integers(0, 3, count), mentee_demand=rng.integers(0, 3, across)
        )
        if seed % 2:
            members = np.flatnonzero(rng.random(count) < 0.6)
            problem = problem.changed(quotas=(Rule(members, 0, int(rng.integers(0, 3))),))
        best, theirs = m.match(problem, aim="stable_mentees"), m.match(problem, aim="stable_mentors")
        cells = np.argwhere(~np.isnan(problem.scores))
        every = (cells[[k for k in range(len(cells)) if mask >> k & 1]] for mask in range(2 ** len(cells)))
        stable = [pairs.reshape(-1, 2) for pairs in every if is_stable(problem, pairs.reshape(-1, 2))]
        assert stable
        for result in (best, theirs):
            m.verify(problem, result)
            assert any(np.array_equal(result.pairs, pairs) for pairs in stable)
        for pairs in stable:
            assert len(pairs) == len(best.pairs)
            for j in range(across):
                other = sorted(mentees[j].index(i) for i, b in pairs.tolist() if b == j)
                got = sorted(mentees[j].index(i) for i in best.partners_of_mentee(j))
                assert len(got) == len(other)
                assert all(a <= b for a, b in zip(got, other))
            for i in range(count):
                other = sorted(mentors[i].index(j) for a, j in pairs.tolist() if a == i)
                got = sorted(mentors[i].index(j) for j in theirs.partners_of_mentor(i))
                assert all(a <= b for a, b in zip(got, other))


def is_stable(problem, pairs):
    """Within places and quotas, and nobody would rather have somebody who would rather have them; from the definition."""
    mentors, mentees = problem.preferences.mentors, problem.preferences.mentees
    made = {tuple(pair) for pair in pairs.tolist()}

    def fits(j, theirs):
        return len(theirs) <= problem.mentee_demand[j] and all(
            len(set(theirs) & set(rule.members.tolist())) <= rule.at_most for rule in problem.quotas
        )

    of_mentor = {i: [j for a, j in made if a == i] for i in range(len(mentors))}
    of_mentee = {j: [i for i, b in made if b == j] for j in range(len(mentees))}
    if any(len(of_mentor[i]) > problem.mentor_capacity[i] for i in of_mentor):
        return False
    if not all(fits(j, theirs) for j, theirs in of_mentee.items()):
        return False
    for i, j in np.argwhere(~np.isnan(problem.scores)).tolist():
        if (i, j) in made or problem.mentor_capacity[i] == 0:
            continue
        worse = [k for k in of_mentor[i] if mentors[i].index(k) > mentors[i].index(j)]
        given_up = [a for a in of_mentee[j] if mentees[j].index(a) > mentees[j].index(i)]
        mentee_would = any(fits(j, [*(a for a in of_mentee[j] if a != gone), i]) for gone in [None, *given_up])
        if (len(of_mentor[i]) < problem.mentor_capacity[i] or worse) and mentee_would:
            return False
    return True


def test_a_bound_holds_for_every_stable_matching_and_is_reached_by_the_best_of_them():
    wishes = [[0, 1, 2], [0, 1, 2], [2, 0, 1]], [[2, 0, 1], [1, 0, 2], [1, 0, 2]]
    problem = m.Problem.from_preferences(*wishes)
    for_mentees, for_mentors = (m.match(problem, aim=aim) for aim in ("stable_mentees", "stable_mentors"))
    assert for_mentors.blocking == ()
    assert for_mentors.value > for_mentees.value + 0.1
    assert for_mentees.bound == pytest.approx(for_mentors.value)
    assert for_mentees.gap > 0
    assert for_mentors.gap == 0
    assert [level.gap for level in for_mentees.levels[:3]] == [0.0, 0.0, 0.0]  # they serve the same people


def test_where_all_scores_differ_there_is_one_stable_matching_and_it_is_proved():
    scores = np.random.default_rng(2).random((30, 40))
    result = m.match(m.Problem.from_scores(scores, mentor_capacity=2), aim="stable_mentees")
    assert result.blocking == ()
    assert [level.gap for level in result.levels] == [0.0] * 4


def test_equals_may_be_stable_in_matchings_of_several_sizes():
    problem = m.Problem.from_scores([[0.5, 0.5], [0.5, np.nan]])
    for aim in ("stable_mentees", "stable_mentors"):
        result = m.match(problem, aim=aim)
        assert result.blocking == ()
        assert [level.bound for level in result.levels] == [0.0, 2.0, 2.0, 1.0]


@pytest.mark.parametrize("aim", ["stable_mentees", "stable_mentors"])
def test_no_matching_exceeds_a_bound_with_the_levels_above_kept(aim):
    tried = 0
    for seed in range(250):
        problem = random_problem(np.random.default_rng(seed), ids=seed % 2 > 0, overlapping=seed % 3 == 0)
        if seed % 5 == 0:
            problem = preferences_at_random(np.random.default_rng(seed))
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        every = every_matching(problem)
        if len(every) > 400:
            continue
        tried += 1
        held = len([each for each in result.unmet if each.kind == "forced"])
        for x in every:
            if sum(not x[i, j] for i, j in problem.forced) > held:
                continue
            theirs = {each.name: each.theirs for each in m.compare(problem, result, np.argwhere(x)).levels}
            assert theirs["blocking"] >= result.levels[0].bound, seed
            for level in result.levels:
                if level.name != "blocking":
                    assert theirs[level.name] <= level.bound + 1e-9, (seed, level)
                if abs(theirs[level.name] - level.value) > 1e-9:
                    break
    assert tried > 150


def preferences_at_random(rng):
    mentors, mentees = (int(k) for k in rng.integers(2, 5, 2))
    return m.Problem.from_preferences(
        [rng.permutation(mentees)[: rng.integers(0, mentees + 1)].tolist() for _ in range(mentors)],
        [rng.permutation(mentors)[: rng.integers(0, mentors + 1)].tolist() for _ in range(mentees)],
        mentor_capacity=rng.integers(0, 3, mentors),
        mentee_demand=rng.integers(1, 3, mentees),
    )


def test_of_two_who_could_be_paired_either_way_that_pair_gives_way_with_which_nobody_is_disappointed():
    for seed in range(400):
        scores = np.round(np.random.default_rng(seed).random((4, 4)), 2)
        ids = [f"p{k}" for k in range(4)]
        problem = m.Problem.from_scores(scores, mentor_ids=ids, mentee_ids=ids)
        result = m.match(problem, aim="stable_mentees")
        m.verify(problem, result)
        if result.blocking:
            assert result.levels[0].bound == 0
            assert result.levels[0].gap == 1
            least = min(m.compare(problem, result, np.argwhere(x)).levels[0].theirs for x in every_matching(problem))
            assert least == len(result.blocking), seed


@pytest.mark.parametrize("aim", ["stable_mentees", "stable_mentors"])
def test_scores_serve_as_wishes_and_every_other_constraint_holds(aim):
    for seed in range(80):
        problem = random_problem(np.random.default_rng(seed), ids=seed % 2 > 0, overlapping=seed % 3 == 0)
        result = m.match(problem, aim=aim)
        m.verify(problem, result)
        assert result.levels[0].value == len(result.blocking)
        if len(problem.forced) == 0 and problem.mentor_ids is None and len(problem.quotas) < 2:
            assert result.blocking == ()


@pytest.mark.parametrize("aim", ["stable_mentees", "stable_mentors"])
def test_a_minimum_that_wishes_stand_against_is_said_to_be_missed_for_them(aim):
    scores = [[0.9, 0.8], [0.5, 0.1]]
    quotas = [m.Quota([1], at_least=1)]
    problem = m.Problem.from_scores(scores, mentor_capacity=2, mentor_minimum=1, mentee_minimum=2, quotas=quotas)
    result = m.match(problem, aim=aim)
    m.verify(problem, result)
    assert result.pairs.tolist() == [[0, 0], [0, 1]]
    why = "with this aim, whom people would rather have comes first"
    assert [each.text for each in result.unmet] == [
        f"mentor 1 was to have at least 1 mentee and has 0: {why}.",
        "mentee 0 was to have at least 2 mentors and has 1: no more than 1 are allowed.",
        "mentee 1 was to have at least 2 mentors and has 1: no more than 1 are allowed.",
        f"mentee 0 was to have at least 1 mentor of group 1 and has 0: {why}.",
        f"mentee 1 was to have at least 1 mentor of group 1 and has 0: {why}.",
    ]
    kept = m.match(problem, aim="coverage")
    assert not [each for each in kept.unmet if each.kind == "mentor_minimum"]


def test_another_aim_may_leave_pairs_who_would_rather_have_each_other():
    problem = m.Problem.from_scores([[0.9, 0.1], [0.2, np.nan]])
    assert m.match(problem, aim="coverage").blocking == ((0, 0),)
    assert m.match(problem, aim="total").blocking == ()
