"""``effect``: against an experiment, against simulation, and what it says when it can't tell."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pytest
from causaldata import cps_mixtape, nsw_mixtape

from openmentor.engine import impact
from openmentor.engine.impact.columns import column_of, farthest_pair, features, together
from openmentor.engine.impact.comparable import Rows, comparable
from openmentor.engine.impact.conclusion import doubly_robust


def made(seed, n=1500, effect=-0.05, strength=0.8, rate=-1.2, event=-1.2):
    """People of whom the more eager take part and stay: outcome, treated, covariates. The truth is ``effect`` on a share."""
    rng = np.random.default_rng(seed)
    eager, level = rng.normal(size=n), rng.integers(0, 5, n).astype(float)
    site = rng.choice(["Berlin", "Pune", "Austin"], n)
    treated = rng.random(n) < 1 / (1 + np.exp(-(rate + strength * eager - 0.2 * (level - 2) + 0.3 * (site == "Pune"))))
    chance = np.clip(1 / (1 + np.exp(-(event - strength * eager + 0.2 * (level - 2)))), 0.06, 1)
    outcome = rng.random(n) < chance + effect * treated
    return outcome.astype(int), treated, {"eager": eager, "level": level, "site": site}


def lalonde():
    trained, survey = nsw_mixtape.load_pandas().data.query("treat == 1"), cps_mixtape.load_pandas().data
    names = ["age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75", "re78"]
    columns = {name: np.concatenate((trained[name], survey[name])) for name in names}
    earned = columns.pop("re78")
    columns |= {"u74": columns["re74"] == 0, "u75": columns["re75"] == 0}
    return earned, np.arange(len(earned)) < len(trained), columns


def test_lalondes_experiment_is_found_from_a_survey():
    earned, treated, columns = lalonde()
    found = impact.effect(earned, treated, columns)
    assert found.low < 1794 < found.high
    assert abs(found.value - 1794) < 500
    assert found.naive == pytest.approx(-8497.5, abs=0.1)
    assert max(abs(after) for _, _, after in found.balance) < 0.1


def test_where_chance_decided_it_is_the_plain_difference():
    data = nsw_mixtape.load_pandas().data
    found = impact.effect(data["re78"], data["treat"] == 1, data[["age", "educ", "black", "re74", "re75"]])
    assert found.value == pytest.approx(1794, abs=200)
    assert found.low < 1794 < found.high


def test_what_two_columns_do_together_is_balanced():
    # Taking part and the outcome both go by the product of two columns, which alone say nothing.
    values = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        first, second = rng.normal(size=(2, 1500))
        treated = rng.random(1500) < 1 / (1 + np.exp(1.6 - 0.7 * first * second))
        chance = np.clip(1 / (1 + np.exp(1 - 0.8 * first * second)), 0.05, 1) - 0.05 * treated
        outcome = (rng.random(1500) < chance).astype(int)
        found = impact.effect(outcome, treated, {"first": first, "second": second})
        assert [name for name, _, _ in found.balance] == ["first", "first squared", "second", "second squared"]
        values.append((found.value, found.low, found.high, found.naive))
    value, low, high, naive = np.array(values).T
    assert naive.mean() + 0.05 > 0.08
    assert abs(value.mean() + 0.05) < 0.02
    assert np.mean((low < -0.05) & (high > -0.05)) > 0.9


def test_any_smooth_function_of_the_columns_is_balanced():
    # Taking part and the outcome both go by how far one is from a middle of three columns: no mean, square or product tells it.
    values = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        columns = {name: rng.normal(size=2000) for name in "abc"}
        ring = np.exp(-((columns["a"] - 1) ** 2 + (columns["b"] + 1) ** 2 + columns["c"] ** 2)) * 2.5
        treated = rng.random(2000) < 1 / (1 + np.exp(2 - 2 * ring))
        outcome = (rng.random(2000) < np.clip(0.15 + 0.4 * ring, 0.02, 0.98)).astype(int)
        found = impact.effect(outcome, treated, columns)
        values.append((found.value, found.low, found.high, found.naive))
    value, low, high, naive = np.array(values).T
    assert naive.mean() > 0.06
    assert abs(value.mean()) < naive.mean() / 6
    assert np.mean((low < 0) & (high > 0)) >= 0.9


def test_a_pair_that_cant_be_balanced_silences_nothing():
    # A tenth of the participants are both; of the others nobody is, and many are one of the two.
    rng = np.random.default_rng(0)
    treated = np.arange(1500) < 300
    kind = np.where(treated, rng.choice(4, 1500, p=[0.4, 0.25, 0.25, 0.1]), rng.choice(3, 1500, p=[0.2, 0.4, 0.4]))
    columns = {"new": np.isin(kind, [1, 3]), "abroad": np.isin(kind, [2, 3]), "age": rng.normal(size=1500)}
    outcome = (rng.random(1500) < 0.2 + 0.1 * columns["new"]).astype(int)
    found = impact.effect(outcome, treated, columns)
    assert found.unknown is None
    assert found.low < 0 < found.high
    assert max(abs(after) for _, _, after in found.balance) < 0.1
    assert found.reasons[0].startswith("What new and abroad are together still differs between the groups, by 0.6")


def test_the_variance_knows_what_the_model_carries_over_a_gap_that_weights_leave():
    # Without weights it is a regression of the comparison, whose mean is carried from 0 to the participants' 1.
    rng = np.random.default_rng(3)
    treated = np.arange(600) < 100
    eager = rng.normal(size=600) + treated
    cell = np.zeros(600, dtype=np.int64)
    found = comparable(Rows(treated, np.arange(600), {"eager": column_of("eager", eager)}, cell, cell))
    flat = np.full(int(np.sum(~found.rows.treated)), 1 / np.sum(~found.rows.treated))
    noises = rng.normal(size=(2000, 600))
    estimates = [doubly_robust(found, (eager + noise)[found.kept], flat) for noise in noises]
    spread = np.var([each.difference for each in estimates])
    assert np.mean([each.variance for each in estimates]) == pytest.approx(spread, rel=0.08)


def test_what_columns_are_together_is_nearness_and_the_same_in_any_order():
    rng = np.random.default_rng(0)
    columns = {name: column_of(name, rng.normal(size=150)) for name in "ab"} | {
        "site": column_of("site", ["x", "y"] * 75)
    }
    treated, weight = np.arange(150) < 60, np.where(np.arange(150) < 60, 1.0, 1 / 90)
    found = features(columns, treated, weight)
    x, score = found.matrix[:, found.source >= 0], found.matrix[:, 0]
    made = together(found, treated, score, weight)
    assert made.shape[1] <= 60
    assert np.abs(made[treated].mean(axis=0)).max() < 1e-12
    # All 150 are among those from whom nearness is measured: what their sixty largest axes leave out is little.
    near = np.exp(-((x[:, None] - x) ** 2).sum(axis=2) / 6)
    near = (
        near
        - near[:, treated].mean(axis=1)[:, None]
        - near[treated].mean(axis=0)
        + near[np.ix_(treated, treated)].mean()
    )
    assert np.abs(made @ made.T / 25 - near).max() < 0.01
    order = rng.permutation(150)
    again = together(replace(found, matrix=found.matrix[order]), treated[order], score[order], weight[order])
    assert np.allclose(again, made[order], atol=1e-6)
    nothing = features({}, treated, weight)
    assert together(nothing, treated, score, weight).shape == (150, 0)


def test_the_farthest_pair_is_of_two_different_columns():
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=400) for name in "abc"} | {"site": rng.choice(["x", "y", "z"], 400)}
    treated = np.arange(400) < 100
    columns["b"][treated] = columns["a"][treated] * rng.choice([1, 1, 1, -1], 100)
    weight = np.where(treated, 1.0, 1 / 300)
    found = features({name: column_of(name, values) for name, values in columns.items()}, treated, weight)
    names, apart = farthest_pair(found, treated, weight)
    both = found.matrix[:, found.names.index("a")] * found.matrix[:, found.names.index("b")]
    spread = np.sqrt((both[treated].var() + both[~treated].var()) / 2)
    assert names == "a and b"
    assert apart == pytest.approx(abs(both[treated].mean() - both[~treated].mean()) / spread)
    # Labels of one column never meet, though one excludes the other.
    site = features({"site": column_of("site", columns["site"])}, treated, weight)
    assert farthest_pair(site, treated, weight) is None
    assert farthest_pair(features({}, treated, weight), treated, weight) is None


def test_a_column_that_is_not_known_of_many_is_named():
    outcome, treated, covariates = made(1)
    covariates["eager"][np.random.default_rng(0).random(len(treated)) < 0.5] = np.nan
    found = impact.effect(outcome, treated, covariates)
    said = [each for each in found.reasons if each.startswith("eager is not known of ")]
    assert said[0].endswith(" %; as many are in both groups, but among them the groups may differ in it.")
    assert not any("level is not known" in each for each in found.reasons)


def test_words_for_a_gap_among_numbers_are_gaps():
    outcome, treated, covariates = made(1)
    as_list = covariates["eager"].tolist()
    found = [
        impact.effect(outcome, treated, {"eager": [*as_list[:-1], gap]}) for gap in (math.nan, None, "n/a", " NULL ")
    ]
    assert {each.value for each in found} == {found[0].value}
    assert column_of("level", ["none", "some", "none"]).labels == ("none", "some")
    assert column_of("level", ["a", math.nan, "b"]).labels == ("a", "b")
    for odd in (10**400, Decimal("sNaN")):
        with pytest.raises(ValueError, match="can't be reckoned with"):
            column_of("pay", [1, odd])


def test_a_number_that_varies_within_no_group_gives_no_figure():
    treated = np.arange(100) < 40
    noise = np.random.default_rng(0).normal(size=100)
    for outcome in (np.where(treated, 5.0, 4.0), np.where(treated, 5.0, 4.0) + 1e-11 * noise, 1e-200 * noise):
        found = impact.effect(outcome, treated, {"x": noise})
        assert (
            found.unknown
            == "Within each group all have the same outcome, or nearly, so nothing tells how far it varies."
        )
        assert (found.value, found.verdict, found.e_value) == (None, "can't tell yet", (None, None))


def test_an_outcome_of_which_few_have_nearly_all_is_marked():
    rng = np.random.default_rng(0)
    treated, said = np.arange(400) < 60, "A few people have far more of it than all others"
    pay, hours = np.exp(1.2 * rng.normal(size=400)), rng.gamma(20, 2, 400)
    assert any(each.startswith(said) for each in impact.effect(pay, treated, {"x": hours}).reasons)
    assert not any(each.startswith(said) for each in impact.effect(hours, treated, {"x": pay}).reasons)


def test_where_too_few_would_carry_the_weight_means_and_squares_alone_are_balanced():
    said = "Only means and squares are balanced, not what the columns are together: too few would carry all the weight."
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        treated = np.arange(245) < 200
        found.append(
            impact.effect((rng.random(245) < 0.3).astype(int), treated, {name: rng.normal(size=245) for name in "abcd"})
        )
    assert any(said in each.reasons for each in found)
    assert all(each.unknown is None for each in found if said in each.reasons)


def test_the_order_of_rows_changes_nothing():
    outcome, treated, covariates = made(2)
    covariates |= {"half": np.where(np.arange(1500) < 1400, np.arange(1500) % 2, 7.0)}
    first = impact.effect(outcome, treated, covariates)
    order = np.random.default_rng(0).permutation(1500)
    again = impact.effect(outcome[order], treated[order], {name: column[order] for name, column in covariates.items()})
    assert (again.value, again.low, again.high) == pytest.approx((first.value, first.low, first.high), abs=1e-9)
    # Nor does it where many are alike in everything.
    whole = {name: np.round(column) for name, column in covariates.items() if name != "site"}
    first = impact.effect(outcome, treated, whole)
    again = impact.effect(outcome[order], treated[order], {name: column[order] for name, column in whole.items()})
    assert (again.value, again.low, again.high) == pytest.approx((first.value, first.low, first.high), abs=1e-9)


def test_exact_takes_positions_and_no_claims():
    outcome, treated, covariates = made(1)
    table = np.stack([covariates["eager"], covariates["level"]], axis=1)
    assert (
        impact.effect(outcome, treated, table, exact=np.int64(1)).value
        == impact.effect(outcome, treated, table, exact=[1]).value
    )
    with pytest.raises(ValueError, match="not true or false"):
        impact.effect(outcome, treated, table, exact=[True])


def test_columns_too_many_for_the_participants_are_named_as_the_cause():
    rng = np.random.default_rng(0)
    columns = {f"c{k}": rng.normal(size=300) for k in range(60)}
    treated = np.arange(300) < 35
    found = impact.effect((rng.random(300) < 0.3).astype(int), treated, columns)
    assert found.unknown is not None
    assert (
        "They would have to agree in 120 means and squares, many for 35 participants; with fewer columns more people are alike."
        in found.reasons
    )
    few = impact.effect(np.ones(300), treated, {"taken": treated})
    assert "nobody alike" in few.unknown
    assert not any("would have to agree" in each for each in few.reasons)


def test_coverage_and_bias_where_the_naive_difference_misleads():
    values = []
    for seed in range(150):
        found = impact.effect(*made(seed))
        values.append((found.value, found.low, found.high, found.naive))
    value, low, high, naive = np.array(values).T
    assert abs(naive.mean() + 0.05) > 0.05
    assert abs(value.mean() + 0.05) < 0.006
    assert np.mean((low <= -0.05) & (high >= -0.05)) >= 0.9


def test_few_events_take_both_score_intervals():
    held, widths = 0, []
    for seed in range(100):
        outcome, treated, covariates = made(seed, n=400, effect=0.0, strength=0.3, rate=-2.2, event=-3.2)
        if treated.sum() < 30:
            continue
        found = impact.effect(outcome, treated, covariates)
        if found.unknown is None:
            widths.append(found.high - found.low)
            held += found.low <= 0 <= found.high
    assert len(widths) > 50
    assert held / len(widths) >= 0.9
    assert min(widths) > 0.05


def carried(alike, seed=0):
    """60 participants, so many like them, and 1,000 who are not: who took part, and by what one could tell."""
    rng = np.random.default_rng(seed)
    near, far = rng.normal(5, 0.1, 60 + alike), rng.normal(size=1000)
    return np.arange(1060 + alike) < 60, np.concatenate((near, far)), rng


def test_a_handful_who_carry_all_the_weight_are_too_few():
    for alike, number in ((5, False), (12, False), (12, True)):
        treated, covariate, rng = carried(alike)
        outcome = rng.normal(size=len(treated)) if number else rng.random(len(treated)) < 0.3
        found = impact.effect(outcome, treated, {"near": covariate})
        would = int(found.unknown.split("no more than ")[1].split()[0])
        assert found.unknown.startswith("By their weights, those of the comparison tell no more than ")
        assert found.unknown.endswith(" would; 20 are needed.")
        assert 0 < would <= alike + 1
        assert (found.value, found.verdict, found.n_compared) == (None, "can't tell yet", 1000 + alike)
    treated, covariate, rng = carried(60)
    assert impact.effect(rng.random(1120) < 0.3, treated, {"near": covariate}).unknown is None


def test_events_of_those_who_weigh_nothing_are_none():
    treated, covariate, _ = carried(60)
    for leaves, few in ((4, True), (20, False)):
        outcome = np.zeros(1120)
        outcome[[*range(30), *range(60, 60 + leaves), *range(120, 620)]] = 1
        assert ("score intervals" in impact.effect(outcome, treated, {"near": covariate}).method) == few
        assert ("score intervals" in impact.effect(1 - outcome, treated, {"near": covariate}).method) == few


def test_the_fields_say_what_they_promise():
    outcome, treated, covariates = made(2)
    found = impact.effect(outcome, treated, covariates)
    assert found.treated == impact.share(int(outcome[treated].sum()), int(treated.sum()))
    assert found.value == pytest.approx(found.treated.value - found.compared.value)
    assert found.low < found.value < found.high
    assert (found.n_treated, found.n_compared) == (treated.sum(), (~treated).sum())
    assert found.naive == pytest.approx(outcome[treated].mean() - outcome[~treated].mean())
    assert [name for name, _, _ in found.balance] == [
        "eager", "eager squared", "level", "level squared", "site: Austin", "site: Berlin", "site: Pune",
    ]  # fmt: skip
    assert max(abs(before) for _, before, _ in found.balance) > 0.3
    assert max(abs(after) for _, _, after in found.balance) < 0.1
    assert (found.overlap, found.unknown, found.primary) == (1.0, None, False)
    assert found.e_value == impact.e_value(found)
    assert found.verdict == ("fewer" if found.high < 0 else "can't tell yet")
    assert found.reasons[0].startswith("This is an exploratory look")


def test_frames_arrays_and_order_make_no_difference():
    outcome, treated, covariates = made(2)
    found = impact.effect(outcome, treated, covariates)
    assert impact.effect(pd.Series(outcome), pd.Series(treated), pd.DataFrame(covariates)) == found
    assert impact.effect(pl.Series(outcome), pl.Series(treated), pl.DataFrame(covariates)) == found
    turn = np.random.default_rng(0).permutation(len(outcome))
    shuffled = impact.effect(outcome[turn], treated[turn], {name: each[turn] for name, each in covariates.items()})
    assert (shuffled.value, shuffled.low) == pytest.approx((found.value, found.low), abs=1e-9)
    numbers = np.stack([covariates["eager"], covariates["level"]], axis=1)
    named = impact.effect(outcome, treated, {"0": numbers[:, 0], "1": numbers[:, 1]})
    assert impact.effect(outcome, treated, numbers) == named


def test_exact_compares_only_with_their_like():
    outcome, treated, covariates = made(3)
    found = impact.effect(outcome, treated, covariates, exact=["site"])
    assert not any(name.startswith("site") for name, _, _ in found.balance)
    numbers = np.stack([covariates["eager"], covariates["level"]], axis=1)
    assert impact.effect(outcome, treated, numbers, exact=[1]).balance[-1][0] == "0 squared"
    alone = covariates | {"site": np.where(treated & (np.arange(1500) % 10 == 0), "Oslo", covariates["site"])}
    some = impact.effect(outcome, treated, alone, exact=["site"])
    count = int(np.sum(alone["site"] == "Oslo"))
    assert some.n_treated == treated.sum() - count
    assert f"{count} of {treated.sum()} participants have nobody to compare with" in some.reasons[0]
    most = covariates | {"site": np.where(treated & (np.arange(1500) % 3 == 0), "Oslo", covariates["site"])}
    none = impact.effect(outcome, treated, most, exact=["site"])
    assert none.value is None
    assert "nobody alike" in none.unknown
    with pytest.raises(ValueError, match="no covariate 'town'"):
        impact.effect(outcome, treated, covariates, exact=["town"])


def test_a_number_as_outcome():
    rng = np.random.default_rng(4)
    _, treated, covariates = made(4)
    points = 50 + 5 * covariates["eager"] + 4 * treated + rng.normal(scale=8, size=1500)
    found = impact.effect(points, treated, covariates)
    assert found.low < 4 < found.high
    assert found.value == pytest.approx(4, abs=1.5)
    assert found.verdict == "more"
    assert found.treated.value == pytest.approx(points[treated].mean())
    # exp(0.91 d) and its E-value
    ratio = math.exp(0.91 * found.value / found.deviation)
    assert found.e_value[0] == pytest.approx(ratio + math.sqrt(ratio * (ratio - 1)))


def test_e_value_by_hand():
    known = impact.effect(*made(5))
    figure = impact.Figure(0.08, 0.05, 0.1, 100, "")
    other = replace(figure, value=0.16)
    strong = replace(known, value=-0.08, low=-0.12, high=-0.04, treated=figure, compared=other, deviation=None)
    # ratios 0.5 and 0.75, turned round 2 and 4 / 3
    assert impact.e_value(strong) == pytest.approx((2 + math.sqrt(2), 4 / 3 + math.sqrt(4 / 9)))
    assert impact.e_value(replace(strong, high=0.01))[1] == 1
    assert impact.e_value(replace(strong, value=-0.16))[0] == math.inf
    assert impact.e_value(replace(strong, value=None, low=None, high=None)) == (None, None)


NOBODY = "Nobody took part, so there is nobody to compare."
EVERYBODY = "There is nobody to compare with: nobody else was there who might have taken part."


def hostile():
    outcome, treated, covariates = made(6, n=600)
    few = np.arange(600) < 25
    yield "nobody took part", (outcome, treated & False, covariates), NOBODY
    yield "everybody took part", (outcome, treated | True, covariates), EVERYBODY
    yield (
        "one participant",
        (outcome, few & (np.arange(600) < 1), covariates),
        "There is only 1 participant; 30 are needed.",
    )
    yield "few participants", (outcome, few, covariates), "There are only 25 participants; 30 are needed."
    yield (
        "few others",
        (outcome, np.arange(600) >= 15, covariates),
        "There are only 15 people to compare with; 20 are needed.",
    )
    yield "splits perfectly", (outcome, treated, covariates | {"mark": treated}), "nobody alike"
    yield "splits by a number", (outcome, covariates["eager"] > 0.8, covariates), "nobody alike|can't be made alike"
    yield "all alike", (np.full(600, 3.5), treated, covariates), "the same outcome"
    yield (
        "nobody known",
        (np.full(600, np.nan), treated, covariates),
        "The outcome is not known of anybody who took part.",
    )
    yield "nobody there", ([], [], {}), NOBODY


@pytest.mark.parametrize(("given", "words"), [each[1:] for each in hostile()], ids=[each[0] for each in hostile()])
def test_too_little_is_an_answer_in_words(given, words):
    found = impact.effect(*given)
    assert any(each in found.unknown for each in words.split("|"))
    assert (found.value, found.low, found.high, found.verdict, found.e_value) == (
        None,
        None,
        None,
        "can't tell yet",
        (None, None),
    )
    assert found.treated.value is None
    assert found.compared.value is None
    assert found.reasons[0] == found.unknown


def test_naive_is_given_where_the_value_is_unknown():
    outcome, treated, covariates = made(6, n=600)
    few = np.arange(600) < 25
    assert impact.effect(outcome, few, covariates).naive == pytest.approx(outcome[few].mean() - outcome[~few].mean())
    assert impact.effect(outcome, treated & False, covariates).naive is None


@pytest.mark.parametrize("value", [0, 1])
def test_nobody_left_or_all_left_is_a_difference_of_nothing_with_doubt(value):
    _, treated, covariates = made(7)
    found = impact.effect(np.full(1500, value), treated, covariates)
    assert found.value == pytest.approx(0, abs=1e-9)
    assert found.low < -0.001
    assert found.high > 0.001
    assert found.verdict == "can't tell yet"


def test_constant_half_missing_and_odd_covariates_do_no_harm():
    outcome, treated, covariates = made(8)
    rng = np.random.default_rng(0)
    gaps = np.where(rng.random(1500) < 0.5, np.nan, covariates["eager"])
    odd = covariates | {
        "constant": np.ones(1500),
        "half": gaps,
        "none": np.full(1500, np.nan),
        "words": [None if k % 2 else "x" for k in range(1500)],
        "own": [f"id {k}" for k in range(1500)],
        "endless": np.where(np.arange(1500) == 3, np.inf, covariates["level"]),
        "again": covariates["level"] * 2 + 1,
    }
    plain, found = impact.effect(outcome, treated, covariates), impact.effect(outcome, treated, odd)
    assert found.value == pytest.approx(plain.value, abs=0.02)
    names = {name for name, _, _ in found.balance}
    assert {"half", "half missing"} <= names
    assert not names & {"constant", "none", "own: other"}
    assert (
        "constant, none, own tell nothing: blank, the same for all who are compared, or another word for almost each."
        in found.reasons
    )


def test_unknown_outcomes_are_left_out_and_counted():
    outcome, treated, covariates = made(9)
    gaps = np.where(np.arange(1500) < 100, np.nan, outcome)
    found = impact.effect(gaps, treated, covariates)
    rest = {name: each[100:] for name, each in covariates.items()}
    assert found.value == impact.effect(outcome[100:], treated[100:], rest).value
    assert found.reasons[0] == "For 100 people the outcome is not known; they were left out."


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (([1, 0], [True], {}), "outcome has 2 entries and treated has 1"),
        (([1, 0], [True, False], {"x": [1]}), "covariate x has 1 entries and outcome has 2"),
        (([1, 0], [True, None], {"x": [1, 2]}), "true or false"),
        (([1, 0], [2, 0], {"x": [1, 2]}), "true or false"),
        ((["a", 0], [1, 0], {"x": [1, 2]}), "no number"),
        (([1, 0], [1, 0], np.zeros((2, 2, 2))), "one row a person"),
        (([1, 0], [1, 0], {"x": [1e300, 2]}), "too large"),
    ],
)
def test_shapes_that_disagree_are_refused_in_words(given, words):
    with pytest.raises(ValueError, match=words):
        impact.effect(*given)


@pytest.mark.parametrize("kind", ["decimals", "days", "singles", "fractions"])
def test_numbers_of_any_kind_are_numbers(kind):
    rng = np.random.default_rng(11)
    age = np.round(rng.normal(size=1500) * 100)
    took_part = rng.random(1500) < 1 / (1 + np.exp(1.5 - age / 100))
    outcome = rng.random(1500) < 1 / (1 + np.exp(1 + age / 100))
    made = {
        "decimals": lambda each: Decimal(int(each)),
        "days": lambda each: date(2000, 1, 1) + timedelta(days=int(each)),
        "singles": np.float32,
        "fractions": lambda each: Fraction(int(each), 7),
    }[kind]
    written = np.empty(1500, dtype=object)
    written[:] = [made(each) for each in age]
    plain = impact.effect(took_part, outcome, {"age": age})
    other = impact.effect(took_part, outcome, {"age": written.tolist()})
    assert other.value == pytest.approx(plain.value, abs=1e-9)
    assert other.naive < -0.1 < other.low
