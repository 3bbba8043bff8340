"""Large pools, whose scores nobody holds: the same answer as for small ones, with its proof."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from openmentor.engine import matching as m
from openmentor.engine.matching import cosines, plan
from openmentor.engine.matching import problem as problem_module
from openmentor.engine.matching.solvers import large, pilot
from openmentor.engine.matching.solvers.plain import is_plain
from openmentor.engine.matching.tiles import Pass

from .pools import columns, people


@pytest.fixture(autouse=True)
def few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few candidates that the proof has to look again and again."""
    monkeypatch.setattr(large, "KEPT", 3)
    monkeypatch.setattr(large, "NEAREST", 2)
    monkeypatch.setattr(large, "ENOUGH", 3.0)


def both(
    monkeypatch: pytest.MonkeyPatch, mentors: list[dict], mentees: list[dict], **asked: object
) -> tuple[m.Problem, m.Problem]:
    """The same people once with all scores held, once without."""
    problems = []
    for held in (10**9, 0):
        monkeypatch.setattr(problem_module, "HELD", held)
        problems.append(m.Problem(columns(mentors), columns(mentees), m.Spec(), **asked))  # type: ignore[arg-type]
    assert [each.is_held for each in problems] == [True, False]
    return problems[0], problems[1]


def agree_in_numbers(one: m.Result, other: m.Result) -> None:
    numbers = [np.array([(each.value, each.bound) for each in result.levels]) for result in (one, other)]
    np.testing.assert_allclose(*numbers, rtol=0, atol=1e-9)
    np.testing.assert_allclose(one.prices, other.prices, rtol=0, atol=1e-8)
    assert one.staying == other.staying


def agree(one: m.Result, other: m.Result, *, same_people: bool = True) -> None:
    """Levels, prices, who is left and why, what is not kept, who stays: all the same."""
    agree_in_numbers(one, other)
    left, unmet = ([tuple((each.side, each.index, each.kind) for each in result.unmatched) for result in (one, other)],
                   [tuple((each.kind, each.mentor, each.mentee) for each in result.unmet) for result in (one, other)])  # fmt: skip
    if same_people:
        assert left[0] == left[1]
    assert sorted((side, kind) for side, _, kind in left[0]) == sorted((side, kind) for side, _, kind in left[1])
    assert unmet[0] == unmet[1]
    assert one.staying == other.staying


@pytest.mark.parametrize("aim", ["total", "coverage", "worst_off"])
@pytest.mark.parametrize("values", [3, 10**6])
def test_scores_at_hand_are_solved_alike(values: int, aim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(values)
    for _ in range(6):
        shape = tuple(rng.integers(1, 30, 2))
        scores = rng.integers(0, values + 1, shape) / values
        scores[rng.random(shape) < 0.3] = np.nan
        asked = {
            "mentor_capacity": rng.integers(0, 4, shape[0]),
            "forbidden": [(0, 0)],
            "forced": [(shape[0] - 1, shape[1] - 1)],
        }
        monkeypatch.setattr(problem_module, "HELD", 10**9)
        small = m.match(m.Problem.from_scores(scores, **asked), aim)  # type: ignore[arg-type]
        monkeypatch.setattr(problem_module, "HELD", 0)
        problem = m.Problem.from_scores(scores, **asked)  # type: ignore[arg-type]
        result = m.match(problem, aim)
        m.verify(problem, result)
        agree(small, result, same_people=values > 3)  # of equal optima either will do


@pytest.mark.parametrize("aim", ["total", "coverage", "worst_off"])
@pytest.mark.parametrize("seed", range(8))
def test_the_levels_prices_and_reasons_are_those_of_the_held_pool(
    seed: int, aim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = Random(seed)
    mentors, mentees = people(rng, rng.randint(2, 30), rng.randint(2, 40))
    for each in mentors:
        each["places"] = rng.randint(0, 3) if seed % 3 == 0 else 1
    if seed % 4 == 0:
        for one, other in zip(mentors[:5], mentees[:5]):  # people who are both
            other["id"] = one["id"]
    held, free = both(monkeypatch, mentors, mentees, forced=[(1, 0)] if seed % 5 == 0 else [])
    previous = [(0, 0), (1, 1)] if seed % 2 else []
    result = m.match(free, aim, previous=previous)
    assert not free.is_held
    m.verify(free, result)
    agree(m.match(held, aim, previous=previous), result)


def test_staying_is_worth_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    mentors, mentees = people(Random(3), 15, 15)
    held, free = both(monkeypatch, mentors, mentees)
    last_time = [(k, k) for k in range(15) if held.rule(k, k) is None]
    for stickiness in (0.0, 0.05, 1.0):
        kept = [m.match(each, "total", previous=last_time, stickiness=stickiness) for each in (held, free)]
        assert kept[0].staying == kept[1].staying
        assert kept[0].value == pytest.approx(kept[1].value, abs=1e-9)


def sparse(rng: Random, mentors: int, mentees: int) -> tuple[list[dict], list[dict]]:
    """People who gave few and coarse answers or none: most scores are equal."""

    def one(name: str) -> dict:
        given = {
            "level": rng.choice([1, 2]),
            "site": rng.choice(["x", "y"]),
            "medium": rng.choice([["video"], ["phone"]]),
        }
        return {"id": name, "places": 1} | {key: each for key, each in given.items() if rng.random() < 0.5}

    return [one(f"m{k}") for k in range(mentors)], [one(f"e{k}") for k in range(mentees)]


@pytest.mark.parametrize("make", [people, sparse])
@pytest.mark.parametrize("aim", ["total", "coverage", "worst_off"])
@pytest.mark.parametrize("is_large", [False, True])
def test_rows_and_threads_change_nothing(
    is_large: bool, aim: str, make: Callable[..., tuple[list[dict], list[dict]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    mentors, mentees = make(Random(11), 40, 60)
    problem = both(monkeypatch, mentors, mentees)[is_large]
    result = m.match(problem, aim)
    named = {(problem.mentor_ids[i], problem.mentee_ids[j]) for i, j in result.pairs}  # type: ignore[index]
    for threads in (1, 3):
        monkeypatch.setattr("openmentor.engine.matching.tiles.os.sched_getaffinity", lambda _, of=threads: range(of))
        order = Random(threads).sample(range(40), 40), Random(threads).sample(range(60), 60)
        turned = both(monkeypatch, [mentors[k] for k in order[0]], [mentees[k] for k in order[1]])[is_large]
        other = m.match(turned, aim)
        assert {(turned.mentor_ids[i], turned.mentee_ids[j]) for i, j in other.pairs} == named  # type: ignore[index]
    reseeded = m.match(problem, aim, seed=5)
    agree_in_numbers(result, reseeded)


@pytest.mark.parametrize("aim", ["total", "coverage"])
@pytest.mark.parametrize("seed", range(12))
def test_minimums_come_first_as_many_as_can_be_kept(seed: int, aim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(3, 16, 2))
    scores = rng.integers(0, 20, shape) / 20
    scores[rng.random(shape) < 0.5] = np.nan
    capacity = rng.integers(0, 4, shape[0])
    asked = {
        "mentor_capacity": capacity, "mentor_minimum": np.minimum(rng.integers(0, 3, shape[0]), capacity),
        "mentee_minimum": rng.integers(0, 2, shape[1]) * (seed % 2), "forced": [(0, 0), (2, 1)] if seed % 3 == 0 else (),
    }  # fmt: skip
    found = []
    for held in (10**9, 0):
        monkeypatch.setattr(problem_module, "HELD", held)
        problem = m.Problem.from_scores(scores, **asked)  # type: ignore[arg-type]
        assert is_plain(problem, aim) or problem.forced.size
        result = m.match(problem, aim)
        m.verify(problem, result)
        found.append(
            (
                *[(each.value, each.bound) for each in result.levels],
                (sum(each.asked - each.got for each in result.unmet), 0),
            )
        )
    np.testing.assert_allclose(*found, atol=1e-9)


def test_what_else_is_asked_of_it_is_answered_with_all_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Minimums, quotas and the other aims go by the scores of all pairs, which are then computed."""
    mentors, mentees = people(Random(5), 12, 14)
    held, free = both(monkeypatch, mentors, mentees, quotas=[m.Quota([0, 1, 2], at_most=1)])
    for aim in ("coverage", "worst_off", "stable_mentees"):
        agree(m.match(free, aim), m.match(held, aim))
    assert free.is_held


def test_it_compares_and_says_why_not(monkeypatch: pytest.MonkeyPatch) -> None:
    mentors, mentees = people(Random(6), 12, 14)
    held, free = both(monkeypatch, mentors, mentees)
    ours, same = m.match(held), m.match(free)
    pairs = [(k, k) for k in range(10)]
    levels = [
        [(each.ours, each.theirs) for each in m.compare(problem, result, pairs).levels]
        for problem, result in ((held, ours), (free, same))
    ]
    np.testing.assert_allclose(levels[0], levels[1], atol=1e-9)
    missing = next(
        (i, j) for i in range(12) for j in range(14) if held.rule(i, j) is None and [i, j] not in ours.pairs.tolist()
    )
    assert same.why_not(*missing).cost == pytest.approx(ours.why_not(*missing).cost, abs=1e-9)


def test_it_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(Exception):
        pass

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "scores":
            raise Stopped

    mentors, mentees = people(Random(7), 12, 14)
    _, free = both(monkeypatch, mentors, mentees)
    with pytest.raises(Stopped):
        m.match(free, progress=stop)


def test_nobody_admissible_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_module, "HELD", 0)
    mentors = {"id": ["m"], "never": ["e"]}
    result = m.match(m.Problem(mentors, {"id": ["e"]}, m.Spec()))
    assert result.pairs.shape == (0, 2)
    assert [(each.side, each.kind) for each in result.unmatched] == [("mentee", "no_partner"), ("mentor", "no_partner")]


def some_changes(rng: Random, mentors: int, mentees: int) -> list[object]:
    made: list[object] = []
    for _ in range(rng.randint(1, 5)):
        i, j = rng.randrange(mentors), rng.randrange(mentees)
        made.append(
            rng.choice(
                [m.AddPlaces(i, rng.choice([-1, 1, 2])), m.Forbid(i, j), m.Force(i, j), m.RemovePerson("mentor", i), m.RemovePerson("mentee", j)]
            )
        )  # fmt: skip
    return made


@pytest.mark.parametrize("aim", ["total", "coverage"])
def test_going_on_from_an_earlier_answer_changes_none(aim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_module, "HELD", 0)
    rng = Random(8)
    for _ in range(12):
        mentors, mentees = people(rng, 12, 15)
        result = m.match(m.Problem(columns(mentors), columns(mentees), m.Spec()), aim)
        for stickiness in (0.0, 0.05):
            went_on = m.rematch(result.problem, result, some_changes(rng, 12, 15), stickiness)  # type: ignore[arg-type]
            anew = m.match(went_on.problem, aim, previous=result.pairs, stickiness=stickiness)
            agree(went_on, anew, same_people=False)
            m.verify(went_on.problem, went_on)
            result = went_on


def test_going_on_looks_at_few_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_module, "HELD", 0)
    monkeypatch.setattr(large, "KEPT", 64)
    mentors, mentees = people(Random(9), 150, 150)
    problem = m.Problem(columns(mentors), columns(mentees), m.Spec())
    looked_at: list[int] = []
    best = Pass.best
    monkeypatch.setattr(Pass, "best", lambda *of, **how: looked_at.append(len(of[2])) or best(*of, **how))
    result = m.match(problem)
    assert sum(looked_at) >= 150
    looked_at.clear()
    m.rematch(problem, result, [m.RemovePerson("mentee", 3), m.RemovePerson("mentor", 5), m.AddPlaces(7)])
    assert sum(looked_at) < 30


def test_prices_guessed_from_a_small_pool_spare_the_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "KEPT", 64)
    rng = np.random.default_rng(5)
    scores = np.clip(rng.random((1100, 1)) * 0.5 + rng.random((1100, 1000)) * 0.5, 0, 1)
    looked_at: list[int] = []
    best = Pass.best
    monkeypatch.setattr(Pass, "best", lambda *of, **how: looked_at.append(len(of[2])) or best(*of, **how))
    results = [m.match(m.Problem.from_scores(scores), "total")]
    with_guess, looked_at[:] = sum(looked_at), []
    monkeypatch.setattr(pilot, "PILOT", 10**6)
    results.append(m.match(m.Problem.from_scores(scores), "total"))
    agree(*results)
    assert with_guess < sum(looked_at) * 0.8


def test_little_memory_is_made_do_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "KEPT", 64)
    monkeypatch.setattr(problem_module, "HELD", 0)
    scores = np.random.default_rng(4).random((300, 700))
    roomy, tight = (m.match(m.Problem.from_scores(scores), memory_mb=memory) for memory in (2000, 1))
    assert roomy.known.reserve.who.shape[1] == 64
    assert tight.known.reserve.who.shape[1] < 20
    agree(roomy, tight)


def test_who_comes_in_together_is_read_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem_module, "HELD", 0)
    mentors, mentees = people(Random(10), 6, 8)
    result = m.match(m.Problem(columns(mentors), columns(mentees), m.Spec()))
    row = {key: cells[0] for key, cells in columns(mentees).items()}
    more = [m.AddPerson("mentee", {**row, "id": f"new {k}"}) for k in range(3)]
    more.append(m.AddPerson("mentor", {key: cells[0] for key, cells in columns(mentors).items()}, id="another"))
    made: list[int] = []
    begin = m.Problem.__init__
    monkeypatch.setattr(m.Problem, "__init__", lambda *of, **how: made.append(1) or begin(*of, **how))
    together = m.what_if(result.problem, result, more)
    assert len(made) == 1
    problem = result.problem
    for each in more:
        problem = m.what_if(problem, m.match(problem), [each]).problem
    assert together.problem.mentee_ids == problem.mentee_ids
    assert together.result.value == pytest.approx(m.match(problem).value)


def test_where_numbers_have_little_room_the_bound_is_honest(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with 100,000 people of whom many had somebody last time: fit is rounded, and the bound says by how much."""
    rng = np.random.default_rng(12)
    gaps = []
    for _ in range(20):
        scores = np.round(rng.random((9, 12)) * 2) / 2 + rng.random((9, 12)) * 1e-4
        scores = np.clip(scores, 0, 1)
        scores[rng.random(scores.shape) < 0.2] = np.nan
        asked = {"mentor_capacity": 2, "mentor_minimum": 1}
        monkeypatch.setattr(large, "MOST_BITS", 58)
        last_time = [(k, k) for k in range(9) if not np.isnan(scores[k, k])]
        monkeypatch.setattr(problem_module, "HELD", 10**9)
        best = m.match(m.Problem.from_scores(scores, **asked), previous=last_time)  # type: ignore[arg-type]
        monkeypatch.setattr(problem_module, "HELD", 0)
        monkeypatch.setattr(large, "MOST_BITS", 24)
        problem = m.Problem.from_scores(scores, **asked)  # type: ignore[arg-type]
        result = m.match(problem, previous=last_time)
        m.verify(problem, result)
        assert result.bound >= best.value - 1e-9
        gaps.append(result.gap)
    assert 0 < max(gaps) < 0.1


def twins(rng: Random, count: int, prefix: str) -> list[dict]:
    """People of few kinds: many of them say the very same."""
    return [
        {"id": f"{prefix}{k}", "goals": [rng.choice(["lead", "sell"])], "helps_with": [rng.choice(["lead", "sell"])],
         "site": rng.choice(["here", "there"]), "places": rng.randint(0, 3), "never": [rng.choice(["", "e1" if prefix == "m" else "m2"])]}
        for k in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("aim", ["total", "coverage", "worst_off"])
@pytest.mark.parametrize("seed", range(8))
def test_mentors_who_fit_alike_are_one_until_the_end(seed: int, aim: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(seed)
    mentors, mentees = twins(rng, 24, "m"), twins(rng, 20, "e")
    asked = {"forbidden": [(0, 0), (3, 4)], "forced": [(5, 5)]} if seed % 2 else {}
    held, free = both(monkeypatch, mentors, mentees, **asked)
    ours = m.match(free, aim)
    m.verify(free, ours)
    assert len(ours.known.rows) < 24
    agree_in_numbers(m.match(held, aim), ours)
    order = rng.sample(range(24), 24)
    if not asked:
        _, turned = both(monkeypatch, [mentors[k] for k in order], mentees)
        other = m.match(turned, aim)
        assert {(turned.mentor_ids[i], j) for i, j in other.pairs.tolist()} == {
            (free.mentor_ids[i], j) for i, j in ours.pairs.tolist()
        }  # type: ignore[index]
    for _ in range(4):
        went_on = m.rematch(free, ours, some_changes(rng, 24, 20), 0.02)  # type: ignore[arg-type]
        m.verify(went_on.problem, went_on)
        problem = went_on.problem
        monkeypatch.setattr(problem_module, "HELD", 10**9)
        small = m.Problem(
            columns(mentors), columns(mentees), m.Spec(), forbidden=problem.forbidden, forced=problem.forced
        )
        small = small.changed(
            mentor_capacity=problem.mentor_capacity,
            absent_mentors=problem.absent_mentors,
            absent_mentees=problem.absent_mentees,
        )
        monkeypatch.setattr(problem_module, "HELD", 0)
        anew = m.match(small.changed(is_large=False), aim, previous=ours.pairs, stickiness=0.02)
        agree_in_numbers(anew, went_on)
        free, ours = problem, went_on


@pytest.mark.parametrize("left_to_the_guess", [0.1, 0.98])
def test_texts_that_are_guessed_loosely_are_looked_at_closely(
    left_to_the_guess: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosines, "LITTLE", left_to_the_guess)
    monkeypatch.setattr(plan, "MOST_ENTRIES", 0)
    rng = Random(21)
    words = ["bread", "sales", "python", "music", "leading a team", "budgets", "law", "patients", "teaching", "trains"]
    people_ = [
        [{"id": f"{prefix}{k}", "about": " and ".join(rng.sample(words, 3)), "site": rng.choice(["here", "there"])} for k in range(30)]
        for prefix in ("m", "e")
    ]  # fmt: skip
    held, free = both(monkeypatch, *people_)
    closely: list[bool] = []
    best = Pass.best
    monkeypatch.setattr(Pass, "best", lambda *of, **how: closely.append(how.get("closely", False)) or best(*of, **how))
    result = m.match(free)
    agree(m.match(held), result)
    m.verify(free, result)
    assert any(closely)
    some = [m.RemovePerson("mentor", 3), m.RemovePerson("mentee", 5), m.AddPlaces(7)]
    agree_in_numbers(m.rematch(held, m.match(held), some), m.rematch(free, result, some))
