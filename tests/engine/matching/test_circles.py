"""Circles: sizes, rules and facilitators hold, small pools are the best there is, and every claim is checked apart."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from openmentor.engine import matching as m

FEW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def planted(people: int, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores in which the best circles are known: inside one, everybody fits better than anybody elsewhere."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(np.repeat(np.arange(people // size), size))
    scores = rng.random((people, people)) / 2
    scores = (scores + scores.T) / 2 + (label[:, None] == label[None, :]) / 2
    return scores, label


def symmetric(scores: np.ndarray) -> np.ndarray:
    both = (scores + scores.T) / 2
    np.fill_diagonal(both, np.nan)
    return both


def fit(scores: np.ndarray, people: tuple[int, ...], leaders: tuple[int, ...]) -> float:
    everybody = [*people, *leaders]
    if len(everybody) < 2:
        return 0.0
    return sum(scores[p, o] for p in people for o in everybody if o != p) / (len(everybody) - 1)


def best_of_all(scores, low, high, leads, each, quotas=(), together=()):
    """(pairs together, served, less what quotas miss, total fit) of the best circles, by trying all of them."""
    scores = symmetric(np.asarray(scores, dtype=float))
    members = [k for k in range(len(scores)) if k not in leads]

    def may(group):
        return not any(np.isnan(scores[a, b]) for a, b in itertools.combinations(group, 2))

    groups = []
    for size in range(low, high + 1):
        for people in itertools.combinations(members, size):
            for leaders in itertools.combinations(sorted(leads), each):
                counts = [len(set(q.members) & set(people)) for q in quotas]
                if may([*people, *leaders]) and all(
                    q.at_most is None or n <= q.at_most for q, n in zip(quotas, counts)
                ):
                    short = sum(max(0, (q.at_least or 0) - n) for q, n in zip(quotas, counts))
                    fixed = sum({a, b} <= set(people) for a, b in together)
                    groups.append((people, leaders, (fixed, size, -short, fit(scores, people, leaders))))
    best = (0, 0, 0, 0.0)

    def extend(start, used, left, so_far):
        nonlocal best
        if tuple(np.round(so_far, 9)) > tuple(np.round(best, 9)):
            best = so_far
        for k in range(start, len(groups)):
            people, leaders, worth = groups[k]
            if not used & set(people) and all(left[f] > 0 for f in leaders):
                less = {**left, **{f: left[f] - 1 for f in leaders}}
                extend(k + 1, used | set(people), less, tuple(a + b for a, b in zip(so_far, worth)))

    extend(0, set(), dict(leads), best)
    return best


def test_nobody_can_make_better_circles_of_a_handful_of_people():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        count = int(rng.integers(0, 8))
        scores = rng.random((count, count))
        if seed % 3 == 0:
            scores = np.round(scores * 3) / 3
        scores[rng.random((count, count)) < rng.choice([0.0, 0.2, 0.4])] = np.nan
        low = int(rng.integers(1, 4))
        high = low + int(rng.integers(0, 2))
        each = int(rng.integers(0, 3)) if count > 4 else 0
        leads = {int(k): int(rng.integers(0, 3)) for k in rng.permutation(count)[: each + 1]} if each else {}
        members = [k for k in range(count) if k not in leads]
        quotas = [m.Quota(members[:2], at_most=1)] if seed % 4 == 1 else []
        if seed % 4 == 2:
            quotas = [m.Quota(members[:3], at_least=2)]
        forced = [tuple(members[:2])] if seed % 5 == 0 and len(members) > 1 else []
        result = m.circles(
            scores,
            size=(low, high),
            facilitators=leads if each else None,
            facilitators_per_circle=max(1, each),
            quotas=quotas,
            forced=forced,
            rounds=200,
        )
        m.verify(result.problem, result)
        inside = [pair for pair in forced if not np.isnan(symmetric(scores)[pair])]
        best = best_of_all(scores, low, high, leads, each, quotas, inside)
        home = result.circle_of
        fixed = sum(home[a] == home[b] >= 0 for a, b in inside)
        short = sum(each.asked - each.got for each in result.unmet if each.kind == "quota")
        served, total = (level.value for level in result.levels)
        reached = (fixed, served, -short, total)
        assert reached == pytest.approx(best, abs=1e-9), seed
        assert result.gap == pytest.approx(0, abs=1e-9), seed


def test_a_planted_optimum_is_found_and_proved():
    scores, label = planted(60, 6, 1)
    result = m.circles(scores, size=6)
    m.verify(result.problem, result)
    assert {frozenset(c.members) for c in result.circles} == {
        frozenset(np.flatnonzero(label == k).tolist()) for k in range(10)
    }
    assert [level.gap for level in result.levels] == [0.0, 0.0]


@st.composite
def asked(draw):
    """Arguments of ``circles`` for up to 9 people, with any of its options."""
    count = draw(st.integers(0, 9))
    some = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0, np.nan]))
    pairs = (
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=3) if count else st.just([])
    )
    low = draw(st.integers(1, 5))
    people = st.lists(st.integers(0, count - 1), unique=True, max_size=3) if count else st.just([])
    quota = st.builds(m.Quota, people, at_least=st.none() | st.integers(0, 2), at_most=st.none() | st.integers(0, 2))
    return {
        "pool": m.Pool.from_scores(
            draw(hnp.arrays(np.float64, (count, count), elements=some)),
            ids=[f"p{k}" for k in range(count)] if draw(st.booleans()) else None,
        ),
        "size": (low, low + draw(st.integers(0, 3))),
        "facilitators": draw(st.none() | people),
        "facilitators_per_circle": draw(st.integers(1, 2)),
        "forced": draw(pairs),
        "forbidden": draw(pairs),
        "not_again": draw(pairs),
        "quotas": draw(st.lists(quota, max_size=2)),
        "theme": draw(st.none() | st.lists(st.sampled_from(["", "a", "a; b"]), min_size=count, max_size=count)),
        "rounds": 50,
        "seed": draw(st.integers(0, 3)),
    }


@FEW
@given(asked())
def test_every_answer_passes_the_verifier_and_stays_below_its_bounds(arguments):
    result = m.circles(**arguments)
    m.verify(result.problem, result)
    again = m.circles(**arguments)
    assert (again.circles, again.levels) == (result.circles, result.levels)
    assert result.scores.shape == (len(result.circles),)


def test_with_ids_rows_change_nothing():
    rng = np.random.default_rng(3)
    scores = symmetric(np.round(rng.random((40, 40)) * 4) / 4)
    ids = [f"person {k}" for k in range(40)]
    order = rng.permutation(40)
    leads = ids[:5]
    one = m.circles(m.Pool.from_scores(scores, ids=ids), size=(4, 8), facilitators=leads, rounds=300)
    shuffled = m.Pool.from_scores(scores[np.ix_(order, order)], ids=[ids[k] for k in order])
    two = m.circles(shuffled, size=(4, 8), facilitators=leads[::-1], rounds=300)

    def named(result):
        pool = result.problem.pool
        return {
            (frozenset(map(pool.name, c.members)), frozenset(map(pool.name, c.facilitators))) for c in result.circles
        }

    assert named(one) == named(two)
    assert [level.value for level in one.levels] == pytest.approx([level.value for level in two.levels])


def test_facilitators_lead_as_many_circles_as_they_may_and_are_no_members():
    scores = np.full((20, 20), 0.5)
    result = m.circles(scores, size=(4, 8), facilitators={0: 1, 1: 2})
    assert sorted(k for c in result.circles for k in c.facilitators) in ([0, 1], [0, 1, 1], [1, 1])
    assert result.levels[0].value == 18
    co = m.circles(scores, size=(4, 8), facilitators=[0, 1, 2, 3], facilitators_per_circle=2)
    assert [len(c.facilitators) for c in co.circles] == [2, 2]
    m.verify(co.problem, co)
    few = m.circles(scores, size=(4, 8), facilitators=[0])
    assert [len(c) for c in few.circles] == [8]
    assert [each.kind for each in few.unmatched] == ["no_places"] * 11


def test_a_veto_holds_inside_a_circle_against_members_and_facilitators():
    people = {
        "id": [f"p{k}" for k in range(10)],
        "goals": ["leading"] * 10,
        "never": ["p1", "", "p0", *[""] * 6, "p2"],
        "manager": ["", "", "", "p4", *[""] * 6],
        "past": [*[""] * 5, "p6", *[""] * 4],
    }
    spec = m.Spec.from_mapping({"rules": {"past": True}})
    result = m.circles(people, spec, size=(2, 4), facilitators=["p0", "p9"])
    m.verify(result.problem, result)
    apart = [("p0", "p1"), ("p0", "p2"), ("p2", "p9"), ("p3", "p4"), ("p5", "p6")]
    for circle in result.circles:
        names = {result.problem.pool.name(k) for k in (*circle.members, *circle.facilitators)}
        assert not any(set(pair) <= names for pair in apart)
    # p2 has vetoed one facilitator and is vetoed by the other: nobody can lead a circle with them.
    alone = {each.index: (each.side, each.kind) for each in result.unmatched}
    assert alone == {2: ("peer", "no_partner")}
    assert result.levels[0].value == 7 == result.levels[0].bound
    assert all("veto" not in each.text and "p0" not in each.text for each in result.unmatched)


def test_who_is_held_back_has_no_circle_and_is_told_why():
    people = {
        "id": [f"p{k}" for k in range(6)],
        "goals": ["a"] * 6,
        "gate": ["", "", "The survey is open.", "", "", ""],
    }
    result = m.circles(people, m.Spec(), size=(2, 3))
    assert [(each.index, each.kind, each.text) for each in result.unmatched] == [(2, "gate", "The survey is open.")]


def test_a_theme_brings_those_together_who_named_it_and_names_the_circle():
    words = ["Leading"] * 4 + ["Numbers; leading"] * 1 + ["Numbers"] * 3
    result = m.circles(np.full((8, 8), 0.5), size=4, theme=words)
    m.verify(result.problem, result)
    assert sorted(each.theme for each in result.circles) == ["leading", "numbers"]
    assert [c.members for c in result.circles] == [(0, 1, 2, 3), (4, 5, 6, 7)]
    people = {"id": list("abcd"), "goals": ["Public Speaking", "public speaking", "public speaking;x", "y"]}
    named = m.circles(people, m.Spec(), size=4, theme="goals")
    assert [each.theme.casefold() for each in named.circles] == ["public speaking"]
    assert m.circles(np.full((4, 4), 0.5), size=4, theme=["a", "b", "c", ""]).circles[0].theme is None
    with pytest.raises(m.InvalidProblem, match="can't name a circle"):
        m.circles(people, m.Spec(), theme="identity")


def test_sizes_and_places_beyond_everybody_are_as_good_as_everybody():
    scores = np.full((6, 6), 0.5)
    one = m.circles(scores, size=(2, 10**12), facilitators={0: 10**9}, theme=[1, 2, 3, 4, 5, 6])
    m.verify(one.problem, one)
    assert one.levels[0].value == 5


def test_facilitators_who_may_not_lead_together_leave_no_circle_and_that_is_proved():
    scores = np.full((8, 8), 0.5)
    scores[0, 1] = np.nan
    result = m.circles(scores, size=3, facilitators=[0, 1], facilitators_per_circle=2)
    m.verify(result.problem, result)
    assert (result.circles, result.levels) == ((), (m.Level("served", 0.0, 0.0), m.Level("total fit", 0.0, 0.0)))


def test_quotas_count_the_members_of_each_circle():
    scores = np.full((8, 8), 0.5)
    scores[:4, :4] = 1.0
    mixed = m.circles(scores, size=4, quotas=[m.Quota([0, 1, 2, 3], at_least=2, at_most=2)])
    assert [len(set(c.members) & {0, 1, 2, 3}) for c in mixed.circles] == [2, 2]
    assert mixed.unmet == ()
    short = m.circles(scores, size=4, quotas=[m.Quota([0], at_least=1)])
    assert [(each.kind, each.mentor, each.quota, each.asked, each.got) for each in short.unmet] == [
        ("quota", 1, 0, 1, 0)
    ]
    m.verify(short.problem, short)


def test_a_quota_that_every_circle_meets_asks_for_no_further_circles():
    scores = np.full((6, 6), 0.2)
    for circle in ([0, 4, 5], [1, 2, 3]):
        scores[np.ix_(circle, circle)] = 0.9
    free = m.circles(scores, size=(2, 3))
    result = m.circles(scores, size=(2, 3), quotas=[m.Quota([0, 1, 2], at_least=1)])
    assert [c.members for c in result.circles] == [c.members for c in free.circles] == [(0, 4, 5), (1, 2, 3)]
    assert [level.value for level in result.levels] == pytest.approx([6.0, 5.4])
    assert result.unmet == ()


def test_nobody_is_left_out_for_a_quota_but_fewer_circles_miss_it():
    scores = np.full((12, 12), 0.5)
    for circle in ([0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]):
        scores[np.ix_(circle, circle)] = 1.0
    result = m.circles(scores, size=(3, 6), quotas=[m.Quota([0, 3, 6], at_least=2)])
    m.verify(result.problem, result)
    assert result.levels[0] == m.Level("served", 12.0, 12.0)
    # Two circles need four of the three; four circles, which fit best, would need eight.
    assert sorted(len(set(c.members) & {0, 3, 6}) for c in result.circles) == [1, 2]
    assert [(each.kind, each.asked, each.got) for each in result.unmet] == [("quota", 2, 1)]
    assert result.gap == 0


def test_fixed_pairs_share_a_circle_or_it_is_said_why_not():
    scores = np.full((8, 8), 0.5)
    scores[0, 1] = np.nan
    result = m.circles(scores, size=4, forced=[(0, 2), (2, 3), (3, 4), (4, 5), (0, 1)])
    m.verify(result.problem, result)
    kept = {
        tuple(pair)
        for pair in [(0, 2), (2, 3), (3, 4), (4, 5)]
        if result.circle_of[pair[0]] == result.circle_of[pair[1]]
    }
    assert len(kept) == 3
    assert {(each.mentor, each.mentee, each.rule) for each in result.unmet} >= {(0, 1, "not allowed")}
    assert len(result.unmet) == 2


def test_a_large_pool_comes_with_an_honest_bound():
    rng = np.random.default_rng(5)
    result = m.circles(rng.random((150, 150)), size=(4, 8), facilitators=range(25), rounds=300)
    m.verify(result.problem, result)
    assert result.levels[0].value == result.levels[0].bound == 125
    assert 0 < result.gap < 0.35


@pytest.mark.parametrize(
    ("scores", "size", "circles"),
    [
        (np.empty((0, 0)), (4, 8), 0),
        (np.full((1, 1), 0.5), (4, 8), 0),
        (np.full((1, 1), 0.5), 1, 1),
        (np.full((6, 6), np.nan), (2, 3), 0),
        (np.full((9, 9), 0.5), (4, 4), 2),
        (np.zeros((8, 8)), (4, 8), 1),
    ],
)
def test_pools_with_nothing_in_them_have_an_answer(scores, size, circles):
    result = m.circles(scores, size=size)
    m.verify(result.problem, result)
    assert len(result.circles) >= circles
    assert len(result.unmatched) + sum(len(c) for c in result.circles) == len(scores)
    assert all(each.text.endswith(".") for each in result.unmatched)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"size": (5, 4)}, "lower number comes first"),
        ({"size": 0}, "whole number, 1 or more"),
        ({"size": "four"}, "size is"),
        ({"size": (2.5, 4)}, "whole number"),
        ({"facilitators": [9]}, "names person 9"),
        ({"facilitators": ["ann"]}, "nobody in the pool has that id"),
        ({"facilitators": [0, 0]}, "a second time"),
        ({"facilitators": {0: -1}}, "whole number, 0 or more"),
        ({"facilitators": 3}, "must be a list"),
        ({"theme": ["a"]}, "1 entries for 4 people"),
        ({"theme": "goals"}, "only scores are given"),
        ({"theme": ["a"] * 4, "theme_share": 2}, "theme_share"),
        ({"forced": [(0, 7)]}, "forced"),
        ({"quotas": [m.Quota([7])]}, "names mentor 7"),
        ({"rounds": -1}, "rounds"),
        ({"seed": "a"}, "seed"),
        ({"theme": 5}, "theme must be"),
        ({"size": float("nan")}, "size is"),
        ({"forced": [1, 2]}, "pairs of people"),
        ({"facilitators": [0], "facilitators_per_circle": 0}, "facilitators_per_circle"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(arguments, words):
    with pytest.raises(m.InvalidProblem, match=words):
        m.circles(np.full((4, 4), 0.5), **arguments)


def test_inputs_stay_as_they_are_and_progress_cancels():
    scores = np.random.default_rng(0).random((12, 12))
    before = scores.copy()
    m.circles(scores, size=4, rounds=50)
    assert np.array_equal(scores, before)

    class Cancelled(Exception):
        pass

    def cancel(stage, done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        m.circles(scores, size=4, progress=cancel)


def made():
    scores = symmetric(np.random.default_rng(1).random((9, 9)))
    return m.circles(scores, size=(3, 4), facilitators={0: 2, 1: 1}, quotas=[m.Quota([2, 3], at_most=1)], rounds=50)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: {"circles": r.circles[:-1]}, "is said to be"),
        (
            lambda r: {"circles": (dataclasses.replace(r.circles[0], score=0.99), *r.circles[1:])},
            "is said to have score",
        ),
        (
            lambda r: {
                "circles": (dataclasses.replace(r.circles[0], facilitators=r.circles[1].members[:1]), *r.circles[1:])
            },
            "no facilitator",
        ),
        (lambda r: {"circles": (dataclasses.replace(r.circles[0], facilitators=()), *r.circles[1:])}, "0 facilitators"),
        (lambda r: {"circles": (r.circles[0], r.circles[0])}, "in 2 circles"),
        (lambda r: {"circles": (dataclasses.replace(r.circles[0], members=(2,)), *r.circles[1:])}, "has 1 members"),
        (lambda r: {"levels": (r.levels[0], m.Level("total fit", r.value, r.value - 1))}, "above its bound"),
        (lambda r: {"unmatched": (m.Unmatched("peer", 2, "outcompeted", "."),)}, "isn't listed once"),
    ],
)
def test_a_false_claim_is_found(change, words):
    result = made()
    m.verify(result.problem, result)
    with pytest.raises(m.Breach, match=words):
        m.verify(result.problem, dataclasses.replace(result, **change(result)))


def test_the_verifier_holds_circles_against_the_pool_one_has_oneself():
    pool = m.Pool.from_scores(np.full((6, 6), 0.5))
    result = m.circles(pool, size=3)
    m.verify(pool, result)
    banned = m.Pool.from_scores(np.full((6, 6), 0.5), forbidden=[result.circles[0].members[:2]])
    with pytest.raises(m.Breach, match="not allowed to"):
        m.verify(banned, result)
