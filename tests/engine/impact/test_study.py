"""``Study``: whole made organizations in which the truth is known, and small ones worked by hand."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.engine.impact.worlds import COVARIATES, Setting, make, seen_by

from openmentor.engine import impact


def study(world, **more):
    return impact.Study(world.people, world.events, world.starts, world.as_of, covariates=COVARIATES, **more)


@pytest.fixture(scope="module")
def world():
    return make(1, Setting())


@pytest.fixture(scope="module")
def effect(world):
    return study(world).effect(of="left")


def test_the_effect_is_found_where_the_naive_difference_misleads(world, effect):
    assert effect.low < world.truth < effect.high
    assert abs(effect.value - world.truth) < abs(effect.naive - world.truth)
    assert effect.verdict == ("fewer" if effect.high < 0 else "can't tell yet")
    assert max(abs(before) for _, before, _ in effect.balance) > 0.2
    assert max(abs(after) for _, _, after in effect.balance) < 0.1
    names = {name for name, _, _ in effect.balance}
    assert names >= {
        "tenure",
        "promotions",
        "moves",
        "tenure squared",
        "engagement missing",
        "department: Sales",
        "level",
    }
    assert effect.value == pytest.approx(effect.treated.value - effect.compared.value)


def test_over_several_organizations_the_interval_holds_and_nothing_is_called_where_there_is_nothing():
    setting, held, called, off = Setting(people=1500, months=30, ratio=1.0), 0, 0, []
    for seed in range(6):
        found = study(make(seed, setting)).effect()
        held += found.low <= 0 <= found.high
        called += found.verdict != "can't tell yet"
        off.append((found.value, found.naive))
    assert held >= 5
    assert called <= 1
    bias, naive = np.mean(off, axis=0)
    assert abs(bias) < 0.015
    assert naive < -0.02


def test_the_same_study_gives_the_same_figures_and_leaves_its_inputs_alone(world, effect):
    before = {name: column.copy() for name, column in world.people.items()}
    assert study(world).effect() == effect
    assert all(
        np.array_equal(before[name], column)
        if column.dtype.kind != "f"
        else np.array_equal(before[name], column, equal_nan=True)
        for name, column in world.people.items()
    )
    turn = np.random.default_rng(0).permutation(len(world.people["person"]))
    shuffled = {name: column[turn] for name, column in world.people.items()}
    turned = {name: column[::-1] for name, column in world.events.items()}
    again = impact.Study(shuffled, turned, world.starts, world.as_of, covariates=COVARIATES).effect()
    assert (again.value, again.low) == pytest.approx((effect.value, effect.low), abs=1e-6)
    other = study(world).effect(rng=np.random.default_rng(5))
    assert other.value == pytest.approx(effect.value, abs=0.01)
    assert other != effect


def test_frames_will_do(world, effect):
    for frame in (pd.DataFrame, pl.DataFrame):
        tables = [frame(each) for each in (world.people, world.events, world.starts)]
        found = impact.Study(*tables, world.as_of, covariates=COVARIATES).effect()
        assert (found.value, found.low) == pytest.approx((effect.value, effect.low), abs=1e-9)


def test_curves_end_where_the_figures_stand(world, effect):
    curves = study(world).curves(of="left")
    assert set(curves) == {"participants", "comparison"}
    for curve in curves.values():
        assert len({len(each) for each in (curve.month, curve.share, curve.low, curve.high, curve.at_risk)}) == 1
        assert (curve.month[0], curve.share[0], curve.month[-1]) == (0, 1, 12)
        assert np.all(np.diff(curve.share) <= 0)
        assert np.all(np.diff(curve.at_risk) <= 0)
        assert np.all((curve.low <= curve.share) & (curve.share <= curve.high))
    ours, theirs = curves["participants"], curves["comparison"]
    assert 1 - ours.share[-1] == pytest.approx(effect.treated.value, abs=1e-12)
    assert 1 - theirs.share[-1] == pytest.approx(effect.compared.value, abs=0.02)
    assert ours.at_risk[0] == effect.n_treated
    assert theirs.at_risk[0] == effect.n_compared
    # The same seed for both deals the same people to the same days.
    dealt, again = (study(world).curves(rng=np.random.default_rng(5))["comparison"] for _ in range(2))
    found = study(world).effect(rng=np.random.default_rng(5))
    assert np.array_equal(dealt.share, again.share)
    assert not np.array_equal(dealt.share, theirs.share)
    assert 1 - dealt.share[-1] == pytest.approx(found.compared.value, abs=0.02)


def test_promotions_compete_with_leaving(world):
    found = study(world).effect(of="promoted")
    assert found.unknown is None
    assert 0 < found.treated.value < 0.3
    assert "Aalen-Johansen" in found.treated.method
    assert found.low <= 0 <= found.high  # mentoring moves nobody in these organizations
    ramped = study(world).effect(of="ramped_up")
    assert (ramped.value, ramped.treated.value) == (0, 0)
    assert ramped.low < 0 < ramped.high
    with pytest.raises(ValueError, match="no event of the kind 'promotd'; there are hired, left, promoted"):
        study(world).effect(of="promotd")


def test_a_primary_figure_is_not_marked_as_exploratory(world, effect):
    primary = study(world, primary=True).effect()
    assert (primary.primary, effect.primary) == (True, False)
    assert any("exploratory" in each for each in effect.reasons)
    assert not any("exploratory" in each for each in primary.reasons)
    assert primary.value == effect.value


def test_exact_and_eligible_narrow_whom_one_is_compared_with(world, effect):
    exact = study(world, exact=["department"]).effect()
    assert not any(name.startswith("department") for name, _, _ in exact.balance)
    assert exact.low < world.truth < exact.high
    people = world.people | {"may": world.people["level"] < 3}
    narrowed = impact.Study(
        people, world.events, world.starts, world.as_of, covariates=COVARIATES, eligible="may"
    ).effect()
    assert narrowed.n_compared < effect.n_compared
    array = impact.Study(
        world.people, world.events, world.starts, world.as_of, covariates=COVARIATES, eligible=people["may"]
    ).effect()
    assert array == narrowed


def plain(count=400, participants=60, leaves=(), started="2022-01-10", day="2022-06-01", as_of="2023-06-30"):
    """Everybody hired on one day; the first are participants; ``leaves``: positions of who leaves on ``day``."""
    names = [f"p{k:04}" for k in range(count)]
    return (
        {"person": names, "hired": ["2020-01-01"] * count},
        {"person": [names[k] for k in leaves], "day": [day] * len(leaves), "kind": ["left"] * len(leaves)},
        {"person": names[:participants], "day": [started] * participants},
        as_of,
    )


def test_by_hand():
    # 6 of 60 participants and 68 of 340 others leave: 10 % against 20 %.
    found = impact.Study(*plain(leaves=[*range(6), *range(100, 168)])).effect()
    assert (found.treated.value, found.compared.value, found.value) == pytest.approx((0.1, 0.2, -0.1))
    assert found.naive == pytest.approx(-0.1)
    assert (found.n_treated, found.n_compared, found.overlap) == (60, 340, 1.0)
    # 6 events are few: Newcombe's interval of 6 in 60 and 68 in 340, worked by hand.
    assert (found.low, found.high) == pytest.approx((-0.1704, 0.0087), abs=0.001)
    assert found.e_value[0] == pytest.approx(2 + 2**0.5)


@pytest.mark.parametrize(
    ("day", "counts"),
    [("2022-01-11", True), ("2023-01-09", True), ("2023-01-10", False), ("2022-01-10", None)],
)
def test_the_horizon_is_half_open_and_by_calendar(day, counts):
    leavers = [*range(6), *range(100, 168)]
    if counts is None:  # left on the very day: no participant could, and others are not there to compare with
        found = impact.Study(*plain(leaves=range(100, 168), day=day)).effect()
        assert (found.n_compared, found.compared.value) == (272, 0)
        return
    found = impact.Study(*plain(leaves=leavers, day=day)).effect()
    assert found.treated.value == pytest.approx(0.1 if counts else 0)


def test_who_comes_back_still_left():
    people, events, starts, as_of = plain(leaves=[*range(6), *range(100, 168)])
    events = {
        name: [*column, *more] for (name, column), more in zip(events.items(), (["p0000"], ["2022-07-01"], ["hired"]))
    }
    assert impact.Study(people, events, starts, as_of).effect().treated.value == pytest.approx(0.1)


def test_who_starts_later_is_compared_until_then():
    people, events, starts, as_of = plain(participants=100, leaves=[*range(5), *range(200, 240)])
    starts["day"] = ["2022-01-10"] * 50 + ["2022-04-10"] * 50
    found = impact.Study(people, events, starts, as_of).effect()
    assert found.unknown is None
    assert found.n_treated == 100
    assert found.n_compared == 350
    # Those who start in April leave view then; the others count for them: 40 of 300 left in June, of whom the study is made.
    assert found.compared.value == pytest.approx(40 / 300, abs=0.01)


def test_those_like_who_starts_later_count_for_more():
    # Of 2,000 careful people 900 start in January and nine of ten others in April; of 2,000 others 300 in January. In July 10 % of
    # the careful leave and 30 % of the others, with mentoring or without. Those lost from view in April are all careful: without
    # weights for that the difference would be -0.025.
    count = 4000
    names, careful = [f"p{k:04}" for k in range(count)], np.arange(count) < 2000
    first = (np.arange(count) < 900) | ((np.arange(count) >= 2000) & (np.arange(count) < 2300))
    later = careful & ~first & (np.arange(count) % 10 < 9)
    leaves = np.where(careful, np.arange(count) // 10 % 10 == 0, np.arange(count) // 10 % 10 < 3)
    study = impact.Study(
        {"person": names, "hired": ["2020-01-01"] * count, "careful": careful},
        {
            "person": [names[k] for k in np.flatnonzero(leaves)],
            "day": ["2022-07-15"] * int(leaves.sum()),
            "kind": ["left"] * int(leaves.sum()),
        },
        {
            "person": [names[k] for k in np.flatnonzero(first | later)],
            "day": ["2022-01-10" if first[k] else "2022-04-10" for k in np.flatnonzero(first | later)],
        },
        "2023-12-31",
        covariates=["careful"],
    )
    found = study.effect()
    assert found.naive < -0.1
    assert found.value == pytest.approx(0, abs=0.008)
    curves = study.curves()
    assert curves["comparison"].share[-1] == pytest.approx(curves["participants"].share[-1], abs=0.01)


CASES = {
    "nobody took part": (plain(participants=0), "Nobody took part, so there is nobody to compare."),
    "everybody took part": (
        plain(count=60),
        "There is nobody to compare with: nobody else was there who might have taken part.",
    ),
    "one participant": (plain(participants=1), "There is only 1 participant; 30 are needed."),
    "too few participants": (plain(participants=29), "There are only 29 participants; 30 are needed."),
    "too few others": (plain(count=79), "There are only 19 people to compare with; 20 are needed."),
    "all left": (plain(leaves=range(400)), "No people were still followed at 12 months; 20 are needed."),
    "others all left": (
        plain(leaves=range(60, 400)),
        "No people of the comparison were still followed at 12 months; 20 are needed.",
    ),
    "too young": (plain(as_of="2022-12-31"), "No people were still followed at 12 months; 20 are needed."),
    "nobody at all": (plain(count=0, participants=0), "Nobody took part, so there is nobody to compare."),
}


@pytest.mark.parametrize("name", CASES)
def test_too_little_is_an_answer_in_words(name):
    tables, words = CASES[name]
    found = impact.Study(*tables).effect()
    assert found.unknown == words
    assert (found.value, found.low, found.high, found.verdict) == (None, None, None, "can't tell yet")
    assert found.treated.value is None
    assert found.compared.value is None
    assert found.reasons[0] == words
    curves = impact.Study(*tables).curves()
    assert all(np.all(np.isfinite(curve.share)) for curve in curves.values())


def test_what_nobody_recorded_and_what_cant_happen_is_said():
    tables = plain(leaves=[*range(5), *range(100, 140)])
    silent = "No event of the kind promoted is recorded. If it was not written down, this figure says nothing."
    assert silent in impact.Study(*tables).effect(of="promoted").reasons
    assert silent not in impact.Study(*tables).effect(of="left").reasons
    back = impact.Study(*tables).effect(of="hired")
    assert (back.value, back.unknown) == (
        None,
        "Nobody who is there can be hired back before leaving, so it can't be compared.",
    )


def test_nobody_left_is_no_difference_with_doubt():
    found = impact.Study(*plain()).effect()
    assert (found.value, found.treated.value, found.compared.value) == (0, 0, 0)
    assert found.low < -0.005
    assert found.high > 0.03
    assert found.verdict == "can't tell yet"


def test_a_horizon_longer_than_the_data_cant_be_told():
    found = impact.Study(*plain(), horizon=60).effect()
    assert found.unknown == "No people were still followed at 60 months; 20 are needed."
    assert found.naive is not None


@pytest.mark.parametrize("kind", ["splits", "constant", "half missing", "all missing", "own words", "infinite"])
def test_covariates_that_tell_nothing_or_everything(kind):
    people, events, starts, as_of = plain(leaves=[*range(6), *range(100, 168)])
    rng = np.random.default_rng(0)
    people["x"] = {
        "splits": ["yes"] * 60 + ["no"] * 340,
        "constant": [3] * 400,
        "half missing": np.where(rng.random(400) < 0.5, np.nan, rng.normal(size=400)),
        "all missing": [None] * 400,
        "own words": [f"w{k}" for k in range(400)],
        "infinite": [float("inf"), *range(399)][:400],
    }[kind]
    found = impact.Study(people, events, starts, as_of, covariates=["x"]).effect()
    if kind in ("splits", "infinite"):
        assert found.value is None
        assert "nobody alike" in found.unknown or "can't be made alike" in found.unknown
    else:
        assert found.value == pytest.approx(-0.1, abs=0.03)
        assert not any(name == "x missing" for name, _, _ in found.balance) or kind == "half missing"
        silent = "x tells nothing: blank, the same for all who are compared, or another word for almost each."
        assert (silent in found.reasons) == (kind != "half missing")


def rollout(seed, share, marked=False, count=800, horizon=12):
    """Mentoring does nothing, and within 300 days that share of people start, the eager (who leave sooner) before the others."""
    rng, begin, seen = np.random.default_rng(seed), np.datetime64("2020-01-01"), 800
    eager, hired = rng.normal(size=count), rng.integers(30, 1500, count)
    leaves = rng.exponential(365 / 0.3 / np.exp(0.7 * eager - 0.25), count).astype(int) + 1
    starts = rng.exponential(300 / -np.log(1 - share) / np.exp(0.6 * eager), count).astype(int) + 1
    ours, gone = np.flatnonzero((starts < leaves) & (starts <= 300)), np.flatnonzero(leaves < seen)
    people = {"person": np.arange(count), "hired": begin - hired, "eager": eager}
    people |= {"mark": np.isin(np.arange(count), ours).astype(float)} if marked else {}
    return impact.Study(
        people,
        {"person": gone, "day": begin + leaves[gone], "kind": ["left"] * len(gone)},
        {"person": ours, "day": begin + starts[ours]},
        begin + seen,
        horizon=horizon,
        covariates=[*people][2:],
    )


def test_a_column_that_says_who_takes_part_leaves_nobody_to_speak_for_the_rest():
    # All weight is on those who start later; the hundreds who are still followed weigh nothing.
    found = rollout(0, 0.3, marked=True).effect()
    assert found.unknown.endswith(
        " % of the comparison, by weight, took part themselves within 12 months; the rest can't speak for more than three fifths."
    )
    assert int(found.unknown.split()[0]) > 90
    assert (found.value, found.verdict, found.n_compared > 600) == (None, "can't tell yet", True)
    assert rollout(0, 0.3).effect().unknown is None


def test_where_nearly_everybody_starts_nothing_is_said_and_else_the_interval_holds():
    for seed in range(4):
        assert "took part themselves within 12 months" in rollout(seed, 0.9).effect().unknown
    found = [rollout(seed, 0.7).effect() for seed in range(20)]
    assert all(each.unknown is None for each in found)
    assert sum(each.low <= 0 <= each.high for each in found) >= 18


def study_of(hired, leaves, starts, begin, seen, columns, **settings):
    """Days from ``begin``; who has not left (not started) by ``seen`` did not."""
    ours, gone = np.flatnonzero((starts < leaves) & (starts <= seen)), np.flatnonzero(leaves <= seen)
    return impact.Study(
        {"person": np.arange(len(hired)), "hired": begin + hired, **columns},
        {"person": gone, "day": begin + leaves[gone], "kind": ["left"] * len(gone)},
        {"person": ours, "day": begin + starts[ours]},
        begin + seen,
        **settings,
    )


def test_who_starts_later_is_weighted_for_within_what_must_agree_exactly():
    # No effect. Of the fifth in A most start soon and hardly anybody leaves; in B it is the other way round.
    values = {True: [], False: []}
    for seed in range(6):
        rng = np.random.default_rng(seed)
        first = rng.random(4000) < 0.2
        hired = -rng.integers(30, 2000, 4000)
        leaves = rng.exponential(30.4 / np.where(first, 0.002, 0.05)).astype(int) + 1
        starts = rng.exponential(30.4 / np.where(first, 0.08, 0.012)).astype(int) + 1
        starts[starts > 365] = 9999
        columns = {"department": np.where(first, "A", "B"), "x": rng.normal(size=4000)}
        for exact in values:
            named = {"covariates": ["x"], "exact": ["department"]} if exact else {"covariates": ["x", "department"]}
            found = study_of(hired, leaves, starts, np.datetime64("2022-01-01"), 730, columns, **named).effect()
            assert found.low < 0 < found.high
            values[exact].append(found.value)
    assert abs(np.mean(values[True])) < 0.012
    assert np.mean(values[True]) == pytest.approx(np.mean(values[False]), abs=0.005)


def test_a_program_for_newcomers_is_compared_by_the_tenure_of_the_day():
    # No effect. Mentoring starts in the third to sixth month after hiring or never.
    values = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        hired, eager = rng.integers(-900, 420, 20_000), rng.normal(size=20_000)
        tenure = rng.exponential(30.4 / (0.03 * np.exp(-0.5 * eager))).astype(int) + 1
        waits = rng.exponential(30.4 / (0.05 * np.exp(0.6 * eager))).astype(int)
        starts = np.where(
            (waits < 120) & (hired + 60 + waits > 0) & (hired + 60 + waits < 450), hired + 60 + waits, 9999
        )
        leaves = hired + tenure
        here = leaves > 0
        found = study_of(
            hired[here], leaves[here], starts[here], np.datetime64("2022-01-01"), 850, {"eager": eager[here]},
            covariates=["eager"],
        ).effect()  # fmt: skip
        values.append((found.value, found.naive))
    value, naive = np.mean(values, axis=0)
    assert naive < -0.03
    assert abs(value) < 0.01


def test_the_curve_of_the_comparison_ends_where_it_can_no_longer_speak_for_all():
    ours, theirs = rollout(0, 0.9).curves().values()
    until = int(theirs.month[-1])
    assert (ours.month[-1], until, theirs.month[-1] - until) == (12, 5, 0)
    assert np.all(theirs.at_risk >= 20)
    unknown = [rollout(0, 0.9, horizon=months).effect().unknown for months in (until, until + 1)]
    assert unknown[0] is None
    assert "took part themselves within 6 months" in unknown[1]
    assert rollout(0, 0.3, marked=True).curves()["comparison"].month[-1] == 2
    # How unsure a curve is depends on nothing that comes after its end.
    short, long = (rollout(0, 0.9, horizon=months).curves()["comparison"] for months in (5, 60))
    until = np.searchsorted(short.month, 4, side="right")
    assert np.allclose(short.low[:until], long.low[:until], atol=0.02)


def test_those_who_stay_count_for_all_who_started():
    # However many start, those who don't then weigh as much as all did at first.
    whole = []
    for seed in range(8):
        study = rollout(seed, 0.75)
        compared = study._compare(study._trials("left", None), "left")
        whole.append(compared.known.sum())
    assert np.mean(whole) == pytest.approx(1, abs=0.04)


def with_others_unlike(alike, leaves):
    """60 participants and so many seniors beside them, and 1,000 juniors."""
    people, events, starts, as_of = plain(count=1060 + alike, leaves=leaves)
    people["senior"] = np.arange(1060 + alike) < 60 + alike
    return impact.Study(people, events, starts, as_of, covariates=["senior"])


def test_heads_that_weigh_nothing_are_not_still_followed():
    found = with_others_unlike(30, [*range(20), *range(60, 74)]).effect()
    assert found.unknown == (
        "By their weights, those of the comparison who are still followed at 12 months tell no more than 16 people would; "
        "20 are needed."
    )
    assert found.n_compared == 1030
    assert with_others_unlike(40, [*range(20), *range(60, 74)]).effect().unknown is None


def test_leavers_who_weigh_nothing_are_no_events():
    assert "score intervals" in with_others_unlike(60, [*range(30), *range(60, 64), *range(120, 620)]).effect().method
    assert "score intervals" not in with_others_unlike(60, [*range(30), *range(60, 80)]).effect().method


def test_a_reorganization_for_participants_and_others_alike_is_no_effect():
    # Half of all leave on one day, whether they took part or not.
    found = impact.Study(*plain(count=800, participants=200, leaves=range(0, 800, 2))).effect()
    assert found.value == pytest.approx(0, abs=1e-9)
    assert found.verdict == "can't tell yet"


def anything(seed):
    """A small history at random, and what is asked of it: mostly too little, sometimes enough."""
    rng = np.random.default_rng(seed)
    count, last = int(rng.integers(1, 220)), np.datetime64("2023-06-01")
    names, hired = np.arange(count), np.datetime64("2019-01-01") + rng.integers(0, 900, count)
    left, promoted, start = (hired + rng.integers(low, high, count) for low, high in ((1, 2500), (0, 1500), (0, 1600)))
    back = left + rng.integers(0, 200, count)
    goes = left <= last
    returns = goes & (rng.random(count) < 0.3) & (back <= last)
    rises = (rng.random(count) < 0.4) & (promoted < left) & (promoted <= last)
    begins = (rng.random(count) < rng.choice([0.05, 0.3, 0.6, 0.95])) & (start < left) & (start <= last)
    gaps = rng.normal(size=count)
    gaps[rng.random(count) < rng.choice([0, 0.5, 1])] = np.nan
    people = {
        "person": names, "hired": hired, "gaps": gaps, "words": rng.choice(["a", "b", "", None], count),
        "kind": rng.integers(0, 2, count), "one": np.ones(count), "may": rng.random(count) < 0.8,
    }  # fmt: skip
    events = {
        "person": np.concatenate((names[goes], names[returns], names[rises])),
        "day": np.concatenate((left[goes], back[returns], promoted[rises])),
        "kind": ["left"] * int(goes.sum()) + ["hired"] * int(returns.sum()) + ["promoted"] * int(rises.sum()),
    }
    more = {
        "covariates": ["gaps", "words", "one"], "exact": ["kind"] if seed % 3 == 0 else [],
        "eligible": "may" if seed % 4 == 0 else None, "horizon": int(rng.choice([1, 2, 6, 12, 24])),
    }  # fmt: skip
    return impact.Study(people, events, {"person": names[begins], "day": start[begins]}, last, **more), rng


@pytest.mark.filterwarnings("error")
def test_any_history_gives_a_figure_that_can_be_one_or_a_sentence():
    known = 0
    for seed in range(80):
        made_up, rng = anything(seed)
        found = made_up.effect(str(rng.choice(["left", "promoted", "ramped_up"])), rng=rng)
        if found.unknown is not None:
            assert (found.value, found.low, found.high, found.treated.value, found.compared.value) == (None,) * 5
            continue
        known += 1
        assert -1 <= found.low <= found.value <= found.high <= 1
        assert found.low < found.high
        assert found.treated.low <= found.treated.value <= found.treated.high
        assert 0 <= found.compared.low <= found.compared.value <= found.compared.high <= 1
        assert found.value == pytest.approx(found.treated.value - found.compared.value, abs=1e-9)
        assert found.n_treated >= 30
        assert found.n_compared >= 20
    assert known >= 10


def test_an_earlier_look_knows_less(world):
    early = seen_by(world, world.as_of - 500)
    assert len(early.starts["person"]) < len(world.starts["person"])
    assert study(early).effect().n_treated <= len(early.starts["person"])


def test_many_people_take_no_age():
    rng = np.random.default_rng(0)
    count = 100_000
    hired = np.datetime64("2012-01-01") + rng.integers(0, 3000, count)
    left = hired + rng.integers(30, 4000, count)
    gone = left < np.datetime64("2022-01-01")
    began = np.datetime64("2020-02-01") + rng.integers(0, 300, count)
    takes_part = (rng.random(count) < 0.05) & (hired < began) & (left > began)
    names = np.arange(count)
    before = time.process_time()
    found = impact.Study(
        {"person": names, "hired": hired, "x": rng.normal(size=count)},
        {"person": names[gone], "day": left[gone], "kind": np.full(int(gone.sum()), "left")},
        {"person": names[takes_part], "day": began[takes_part]},
        "2022-01-01",
        covariates=["x"],
    ).effect()
    assert found.unknown is None
    assert abs(found.value) < 0.03
    assert time.process_time() - before < 30


@pytest.mark.parametrize("at_once", [(20, 0), (40, 0), (0, 80), (40, 20)])
def test_what_happens_on_the_day_of_the_start_itself_counts_once(at_once):
    ours, theirs = at_once
    who = np.concatenate([np.arange(ours), 200 + np.arange(theirs), 50 + np.arange(20), 500 + np.arange(80)])
    day = np.repeat(["2021-03-15", "2021-09-11"], [ours + theirs, 100])
    people = {"person": np.arange(1000), "hired": ["2020-01-01"] * 1000}
    starts = {"person": np.arange(200), "day": ["2021-03-15"] * 200}
    events = {"person": who, "day": day, "kind": ["role_changed"] * len(who)}
    found = impact.Study(people, events, starts, "2023-01-01").effect("role_changed")
    by_hand = (ours + 20) / 200 - (theirs + 80) / 800
    assert found.value == pytest.approx(by_hand, abs=1e-9) == pytest.approx(found.naive)
    assert found.low < found.value < found.high
    assert found.compared.value == pytest.approx((theirs + 80) / 800)
