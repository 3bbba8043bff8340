"""The score of a pair: the weighted mean, what a missing answer counts as, hard rules, and what nothing may change."""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

import numpy as np
import pandas as pd
import polars as pl
import pytest
from tests.engine.matching.pools import Formulas, columns, people

from openmentor.engine.matching import scoring
from openmentor.engine.matching.errors import InvalidProblem
from openmentor.engine.matching.reference import Reference
from openmentor.engine.matching.spec import WEIGHTS, Rules, Spec


def build(mentors, mentees, **settings):
    return scoring.build(mentors, mentees, Spec.from_mapping(settings))


def test_the_score_is_the_weighted_mean_with_reference_means_for_what_is_missing():
    rng = Random(5)
    mentors, mentees = people(rng, 8, 9)
    mentees[2]["never"] = ["m3"]
    scored = build(columns(mentors), columns(mentees), commitment_hours=3, model="none")
    formulas = Formulas(mentors, mentees, commitment_hours=3)
    keys = [key for key in WEIGHTS if key not in ("text", "identity_wish", "generation")]
    table = {
        (key, i, j): formulas.score(key, a, b)
        for key in keys
        for i, a in enumerate(mentors)
        for j, b in enumerate(mentees)
    }
    admissible = [(i, j) for i in range(8) for j in range(9) if (i, j) != (3, 2)]
    means = {}
    for key in keys:
        known = [table[key, i, j] for i, j in admissible if table[key, i, j] is not None]
        means[key] = sum(known) / len(known)
    assert scored.active == tuple(keys)
    assert np.isnan(scored.scores[3, 2])
    for i, j in admissible:
        parts = [means[key] if table[key, i, j] is None else table[key, i, j] for key in keys]
        expected = sum(WEIGHTS[key] * s for key, s in zip(keys, parts)) / sum(WEIGHTS[key] for key in keys)
        assert scored.scores[i, j] == pytest.approx(expected, abs=1e-12)
        np.testing.assert_allclose(scored.parts([(i, j)])[1][0], parts, atol=1e-12)


def test_nobody_answered_anything_and_still_there_are_scores():
    scored = build({"id": ["m"]}, {"id": ["e", "f"]})
    assert scored.active == ()
    np.testing.assert_array_equal(scored.scores, [[0.0, 0.0]])


def test_empty_sides_are_fine():
    assert build({"id": []}, {"id": ["e"]}).scores.shape == (0, 1)
    assert build({"id": ["m"], "goals": ["a"]}, {"id": []}).scores.shape == (1, 0)
    assert build({}, {}).scores.shape == (0, 0)


@pytest.mark.parametrize("block", [1, 7, 10_000])
def test_blocks_pairs_and_shuffles_change_no_bit(block, monkeypatch):
    rng = Random(1)
    mentors, mentees = people(rng, 13, 17)
    for each in mentors[::3]:
        each["never"] = ["team:x"]
    for each in mentees[::2]:
        each["team"] = "X"
    whole = build(columns(mentors), columns(mentees)).scores
    monkeypatch.setattr(scoring, "BLOCK_PAIRS", block)
    rows, order = rng.sample(range(13), 13), rng.sample(range(17), 17)
    shuffled = build(columns([mentors[k] for k in rows]), columns([mentees[k] for k in order]))
    np.testing.assert_array_equal(shuffled.scores, whole[np.ix_(rows, order)])
    pairs = [(i, j) for i in range(13) for j in range(17)]
    kept = [(i, j) for i, j in pairs if not math.isnan(shuffled.scores[i, j])]
    np.testing.assert_array_equal(shuffled.score_pairs(kept), [shuffled.scores[i, j] for i, j in kept])
    np.testing.assert_array_equal(
        shuffled.forbidden_pairs(pairs), [math.isnan(shuffled.scores[i, j]) for i, j in pairs]
    )
    assert 0 < len(kept) < len(pairs)


def test_a_big_pool_is_sampled_by_hash_and_not_by_row(monkeypatch):
    monkeypatch.setattr(scoring, "SAMPLE_PAIRS", 100)
    rng = Random(2)
    mentors, mentees = people(rng, 30, 40)
    mentors[0]["certifications"] = ["A"]  # so few that a sample may miss them
    for each in mentors[1:]:
        each.pop("certifications", None)
    first = build(columns(mentors), columns(mentees))
    rows, order = rng.sample(range(30), 30), rng.sample(range(40), 40)
    second = build(columns([mentors[k] for k in rows]), columns([mentees[k] for k in order]))
    assert first.reference == second.reference
    assert "certifications" in first.active
    np.testing.assert_array_equal(second.scores, first.scores[np.ix_(rows, order)])
    assert first.reference != build(columns(mentors), columns(mentees), seed=7).reference


def test_frozen_figures_hold_so_that_a_newcomer_changes_nobodys_score():
    rng = Random(3)
    mentors, mentees = people(rng, 10, 11)
    for each in [*mentors, *mentees]:
        each.pop("hobbies", None)
        each.pop("wants", None)  # a list that names the newcomer is another list once they are here
        each.pop("past", None)
    mentees[1]["wants"], mentors[1]["wants"], mentees[2]["past"] = ["m3", "m1"], ["e4"], ["m2"]
    first = build(columns(mentors[:9]), columns(mentees[:9]))
    frozen = replace(Spec(), reference=Reference.from_json(first.reference.to_json()))
    for each in (mentors[9], mentees[9], mentees[10]):
        each |= {
            "hobbies": ["Chess"],
            "timezone": "Asia/Kolkata",
            "values": ["Word 1"],
            "skills_offered": [("Word 2", 3)],
        }
    second = scoring.build(columns(mentors), columns(mentees), frozen)
    np.testing.assert_array_equal(second.scores[:9, :9], first.scores)
    assert not np.isnan(second.scores).any()
    fresh = build(columns(mentors), columns(mentees))
    assert "hobbies" in fresh.active
    assert "hobbies" not in second.active
    assert not np.array_equal(fresh.scores[:9, :9], first.scores)
    assert second.reference == frozen.reference


def test_a_field_that_is_new_since_the_first_run_is_asked_now():
    people_now = {"id": ["a", "b"], "x": ["1", "2"], "goals": ["g", "g"], "helps_with": ["g", "h"]}
    first = build(people_now, {**people_now, "id": ["c", "d"]})
    spec = Spec.from_mapping({"fields": {"x": {"kind": "same"}}})
    second = scoring.build(people_now, {**people_now, "id": ["c", "d"]}, replace(spec, reference=first.reference))
    assert second.active == (*first.active, "x")


def test_the_same_from_lists_text_arrays_and_frames():
    rng = Random(4)
    mentors, mentees = people(rng, 5, 6)
    text = build(columns(mentors), columns(mentees)).scores

    def lists(side):
        keys = {key for each in side for key in each}
        cells = {key: [each.get(key) for each in side] for key in keys if key != "availability"}
        cells["hired"] = [None if each is None else pd.Timestamp(*each) for each in cells["hired"]]
        return cells | {"availability": columns(side)["availability"]}

    np.testing.assert_array_equal(build(lists(mentors), lists(mentees)).scores, text)
    frames = pd.DataFrame(columns(mentors)), pd.DataFrame(columns(mentees))
    np.testing.assert_array_equal(build(*frames).scores, text)
    np.testing.assert_array_equal(build(*(pl.DataFrame(columns(side)) for side in (mentors, mentees))).scores, text)
    numbers = {"id": np.array([1, 2]), "level": np.array([4, np.nan])}
    assert build(numbers, {"id": np.array(["a"]), "level": [1]}).scores.tolist() == [[1.0], [1.0]]


def test_inputs_stay_unchanged():
    mentors = {"id": ["m"], "goals": [["b", "a"]], "past": ["nobody"], "manager": ["m"]}
    before = repr(mentors)
    build(mentors, {"id": ["e"]})
    assert repr(mentors) == before


def rule_of(mentor, mentee, rules=None, **extra):
    others = {"id": ["boss", "top"], "manager": ["top", ""]}
    ours = {key: [cell, *others.get(key, ["", ""])] for key, cell in {"id": "m", "manager": "", **mentor}.items()}
    theirs = {key: [cell] for key, cell in {"id": "e", **mentee}.items()}
    scored = build(ours, theirs, rules=rules or {}, **extra)
    named = scored.rule(0, 0)
    assert math.isnan(scored.scores[0, 0]) == (named is not None)
    return named


@pytest.mark.parametrize(
    ("mentor", "mentee", "rules", "expected"),
    [
        ({}, {}, {}, None),
        ({"id": "e"}, {}, {}, "same person"),
        ({"gate": "Survey missing"}, {}, {}, "gate"),
        ({}, {"gate": "Survey missing"}, {}, "gate"),
        ({"never": "e"}, {}, {}, "not allowed"),
        ({}, {"never": "m"}, {}, "not allowed"),
        ({"never": "Team: Sales "}, {"team": "SALES"}, {}, "not allowed"),
        ({"team": "Sales"}, {"never": "top;team:sales"}, {}, "not allowed"),
        ({"site": "Graz"}, {"never": "site:graz"}, {}, "not allowed"),
        ({"team": "Graz"}, {"never": "site:graz"}, {}, None),
        ({"manager": "e"}, {}, {}, "reporting_line"),
        ({}, {"manager": "m"}, {}, "reporting_line"),
        ({}, {"manager": "m"}, {"reporting_line": 0}, None),
        ({}, {"manager": "m", "never": "m"}, {"reporting_line": 0}, "not allowed"),
        ({"id": "x"}, {"manager": "boss"}, {"reporting_line": 9}, None),
        ({"manager": "boss"}, {"manager": "boss"}, {}, None),
        ({"manager": "boss"}, {"manager": "boss"}, {"shared_manager": True}, "shared_manager"),
        ({"past": "e"}, {}, {}, None),
        ({"past": "e"}, {}, {"past": True}, "past"),
        ({}, {"past": "m"}, {"past": True}, "past"),
        ({"identity": "man"}, {"identity_wish": "woman"}, {}, None),
        ({"identity": "man"}, {"identity_wish": "woman:must"}, {}, "must"),
        ({"identity": "gender:man"}, {"identity_wish": "gender:woman;must"}, {}, "must"),
        ({"identity_wish": "must:woman"}, {"identity": "man"}, {}, "must"),
        ({}, {"identity_wish": "woman:must"}, {}, "must"),  # not known to be met
        ({"identity": "woman"}, {"identity_wish": "woman:must"}, {}, None),
        ({"identity": "man"}, {"identity_wish": "woman:must"}, {"must": False}, None),
        ({"languages": "en"}, {"languages": "de"}, {}, None),
        ({"languages": "en"}, {"languages": "de"}, {"language": True}, "language"),
        ({"languages": "en:4"}, {"languages": "en:2"}, {"language": 3}, "language"),
        ({"languages": "en:4"}, {"languages": "en:3"}, {"language": 3}, None),
        ({"languages": "en:4"}, {}, {"language": 3}, None),
        ({"languages": "en:4"}, {}, {"language": 3, "unanswered": "forbid"}, "language"),
        ({"availability": "Mon 9-10"}, {"availability": "Mon 9-10"}, {"common_hours": 1}, None),
        ({"availability": "Mon 9-10"}, {"availability": "Mon 9:15-10"}, {"common_hours": 1}, "common_hours"),
        ({"timezone": "UTC"}, {"timezone": "Asia/Kolkata"}, {"time_zone": 5.5}, None),
        ({"timezone": "UTC"}, {"timezone": "Asia/Kolkata"}, {"time_zone": 5}, "time_zone"),
        ({"level": "3"}, {"level": "2"}, {"seniority": 1}, None),
        ({"level": "2"}, {"level": "2"}, {"seniority": 1}, "seniority"),
        ({"team": "a"}, {"team": "A"}, {"team": "different"}, "team"),
        ({"team": "a"}, {"team": "b"}, {"team": "same"}, "team"),
        ({"team": "a"}, {}, {"team": "same"}, None),
    ],
)
def test_hard_rules(mentor, mentee, rules, expected):
    assert rule_of(mentor, mentee, rules) == expected


def test_the_line_of_managers_is_followed_up_to_k_levels():
    mentors = {"id": ["top", "mid", "low"], "manager": ["", "top", "mid"]}
    mentees = {"id": ["e"], "manager": ["low"]}
    expected = {
        1: [None, None, "reporting_line"],
        2: [None, "reporting_line", "reporting_line"],
        3: ["reporting_line"] * 3,
    }
    for levels, named in expected.items():
        scored = build(mentors, mentees, rules={"reporting_line": levels})
        assert [scored.rule(i, 0) for i in range(3)] == named


def test_settings_forbid_pairs_and_say_no_more_than_a_veto_does():
    assert rule_of({}, {}, forbidden=[["m", "e"]]) == "not allowed"


def test_eligibility_holds_people_back_with_a_sentence():
    settings = {"eligibility": {"mentor": {"level": {"at_least": 3}}, "mentee": {"department": ["Sales", "IT"]}}}
    mentors = {"id": ["a", "b", "c"], "level": [3, 2, None]}
    mentees = {"id": ["d", "e"], "department": ["sales", "law"]}
    scored = build(mentors, mentees, **settings)
    assert scored.gated_mentors == dict.fromkeys((1, 2), "They don't meet the program's conditions.")
    assert set(scored.gated_mentees) == {1}
    assert [[scored.rule(i, j) for j in range(2)] for i in range(2)] == [[None, "eligibility"], ["eligibility"] * 2]


def test_places_are_no_rule_of_a_pair_and_change_no_score():
    scored = build({"id": ["a", "b", "c"], "places": ["0", "2.0", ""], "level": [3, 4, 5]}, {"id": ["d"], "level": [1]})
    assert scored.mentor_capacity.tolist() == [0, 2, 1]
    assert not np.isnan(scored.scores).any()
    assert build({"id": ["a"]}, {"id": ["d"]}, demand=2, mentee_minimum=1).mentee_demand.tolist() == [2]


def test_one_table_for_both_sides_takes_from_each_row_its_role():
    table = {"id": ["a", "b", "c"], "role": ["mentor", "mentee", "both"]}
    scored = build(table, table)
    assert scored.mentor_capacity.tolist() == [1, 0, 1]
    assert scored.mentee_demand.tolist() == [0, 1, 1]
    np.testing.assert_array_equal(np.isnan(scored.scores), [[1, 0, 0], [1, 1, 1], [1, 0, 1]])


def test_too_many_for_the_memory_is_said_before_it_is_taken():
    table = {"id": [str(k) for k in range(2000)]}
    with pytest.raises(InvalidProblem, match="need 32 MB"):
        scoring.build(table, {"id": [f"e{k}" for k in range(2000)]}, Spec(), memory_mb=20)


def test_progress_is_told_and_may_cancel():
    seen = []
    scoring.build({"id": ["a"]}, {"id": ["b"]}, Spec(), progress=lambda *step: seen.append(step))
    assert seen[-1] == ("scores", 1, 1)

    def cancel(stage, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scoring.build({"id": ["a"]}, {"id": ["b"]}, Spec(), progress=cancel)


def test_a_rule_can_be_dropped_by_its_name_and_a_veto_can_not():
    assert Rules(team="different", past=True).without("team") == Rules(past=True)
    assert Rules().without("reporting_line").reporting_line == 0
    with pytest.raises(InvalidProblem):
        Rules().without("not allowed")


def test_peers_have_the_mean_of_both_directions():
    rng = Random(6)
    pool, _ = people(rng, 9, 1)
    pool[0]["never"] = [pool[1]["id"]]
    for each in pool:
        each.pop("wants", None), each.pop("past", None)
    directed = scoring.build(columns(pool), columns(pool), Spec.from_mapping({"format": "peer"})).scores
    side = scoring.prepare(columns(pool), columns(pool), Spec()).mentors
    scored = scoring.prepare_peers(side, Spec.from_mapping({"format": "peer"}))
    assert np.isnan(scored.scores[0, 1])
    assert np.isnan(scored.scores[1, 0])
    free = [(i, j) for i in range(9) for j in range(9) if i != j and {i, j} != {0, 1}]
    np.testing.assert_array_equal(scored.score_pairs(free), [scored.scores[i, j] for i, j in free])
    assert all(scored.scores[i, j] == scored.scores[j, i] for i, j in free)
    assert (
        np.nanmax(np.abs(directed + directed.T - 2 * scored.scores)) < 0.05
    )  # their reference leaves out one pair more


@pytest.mark.parametrize(
    ("chosen", "fault"),
    [
        ({"weights": {"gaols": 1}}, "settings: weights.gaols: gaols is not known; the nearest is goals"),
        ({"weights": {"goals": -1}}, "settings: weights.goals: -1: a number from 0 to 1e+06 is needed"),
        ({"weights": {"goals": math.nan}}, "settings: weights.goals: nan: a number from 0 to 1e+06 is needed"),
        ({"aim": "best"}, "settings: aim: best is not known"),
        ({"wieghts": {}}, "settings: wieghts is not known; the nearest is weights"),
        ({"rules": {"vetoes": False}}, "settings: rules.vetoes: always holds and can't be switched off"),
        ({"rules": {"timezone": 3}}, "settings: rules.timezone: timezone is not known; the nearest is time_zone"),
        ({"start": "tomorrow"}, "settings: start: tomorrow: a date is needed"),
        ({"fields": {"goals": {"kind": "same"}}}, "settings: fields.goals: the key must be new"),
        ({"fields": {"x": {"kind": "near"}}}, "settings: fields.x: span is needed"),
        ({"confidential": ["goalz"]}, "settings: column goalz is not known; the nearest is goals"),
        ({"bands": {"level_gap": [3, 1]}}, "settings: bands.level_gap: two numbers are needed"),
        ({"forced": ["m1"]}, "settings: forced: a list of pairs of ids is needed"),
        ({"demand": True}, "settings: demand: True: a whole number"),
    ],
)
def test_settings_that_mean_nothing_are_faults_with_their_place(chosen, fault):
    with pytest.raises(InvalidProblem) as raised:
        Spec.from_mapping(chosen)
    assert any(each.startswith(fault) for each in raised.value.faults), raised.value.faults


def test_settings_go_to_toml_and_back_and_keep_their_hash(tmp_path):
    path = tmp_path / "matching.toml"
    path.write_text(
        'aim = "worst_off"\nseed = 3\nstart = 2026-03-02\nend = 2026-06-01\n[weights]\ngoals = 4\n'
        '[rules]\nteam = "different"\nlanguage = true\n[bands]\nlevel_gap = [0, 2]\n'
        '[fields.pace]\nkind = "band"\nband = [0, 1]\nweight = 2\n[eligibility.mentor]\nlevel = {at_least = 2}\n'
    )
    spec = Spec.load(path)
    assert (spec.aim, spec.weights["goals"], spec.weights["skills"], spec.weights["pace"]) == (
        "worst_off",
        4.0,
        8.0,
        2.0,
    )
    assert (spec.rules.team, spec.rules.language) == ("different", 1)
    again = Spec.from_mapping(spec.settings())
    assert again.settings() == spec.settings()
    assert again.hash == spec.hash
    assert replace(spec, seed=4).hash != spec.hash
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidProblem):
        Spec.load(path)
    path.write_text("[" * 100_000)
    with pytest.raises(InvalidProblem):
        Spec.load(path)
