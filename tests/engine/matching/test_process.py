"""The engine's own process: file in, file out, progress as lines; and single pairs asked of the same file."""

from __future__ import annotations

import json
import math
import signal
import subprocess
import sys
from random import Random

import numpy as np
import pytest
from tests.engine.matching.pools import columns, people

from openmentor.engine.matching import process
from openmentor.engine.matching.errors import InvalidProblem
from openmentor.engine.matching.files import write_all


def problem(draw=1, **more):
    ours, theirs = people(Random(draw), 8, 10)
    ours[0]["never"] = ["e1"]
    return {"mentors": columns(ours), "mentees": columns(theirs), "spec": {"commitment_hours": 2}, **more}


def start(tmp_path, data, *arguments):
    (tmp_path / "problem.json").write_text(json.dumps(data))
    return subprocess.Popen(
        [sys.executable, "-m", "openmentor.engine.matching", str(tmp_path / "problem.json"), str(tmp_path / "result.json"),
         *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def finish(running, tmp_path):
    out, err = running.communicate(timeout=60)
    result = tmp_path / "result.json"
    return running.returncode, [json.loads(line) for line in out.splitlines()], err, (
        json.loads(result.read_text()) if result.exists() else None
    )  # fmt: skip


def test_file_in_file_out(tmp_path):
    data = problem(aim="worst_off", seed=4, forced=[["m3", "e2"]], forbidden=[["m2", "e3"], ["gone", "e1"]])
    code, lines, err, result = finish(start(tmp_path, data), tmp_path)
    assert (code, err) == (0, "")
    assert lines[-1] == {"stage": "done", "done": 1, "total": 1}
    assert {"scores", "reference"} <= {line["stage"] for line in lines}
    assert all(set(line) == {"stage", "done", "total"} for line in lines)
    assert (result["aim"], result["seed"], result["gap"]) == ("worst_off", 4, 0.0)
    made = {(each["mentor"], each["mentee"]) for each in result["pairs"]}
    assert ("m3", "e2") in made
    assert not made & {("m0", "e1"), ("m2", "e3")}
    assert {each["id"] for each in result["unmatched"] if each["side"] == "mentee"} == {
        f"e{k}" for k in range(10)} - {mentee for _, mentee in made}  # fmt: skip
    assert set(result["prices"]) == {f"m{k}" for k in range(8)}
    assert {each["key"] for each in result["readiness"]} == set(result["settings"]["weights"])
    assert 1 <= len(result["deciding"]) <= 3
    assert result["unmet"] == []
    assert result["staying"] is None
    assert sorted(each.name for each in tmp_path.iterdir()) == ["problem.json", "result.json"]
    assert process.solve(process.from_mapping(data)) == result  # the same here, and again


def test_the_same_file_answers_for_single_pairs_without_solving(tmp_path):
    data = problem()
    write_all([(tmp_path / "p.json", json.dumps(data))])
    run = process.load(tmp_path / "p.json")
    result = process.solve(run)
    scored = run.scored(result["reference"])
    at = {each: k for k, each in enumerate(scored.mentor_ids)}, {each: k for k, each in enumerate(scored.mentee_ids)}
    pairs = [(at[0][each["mentor"]], at[1][each["mentee"]]) for each in result["pairs"]]
    np.testing.assert_array_equal(scored.score_pairs(pairs), [each["score"] for each in result["pairs"]])
    assert scored.rule(at[0]["m0"], at[1]["e1"]) == "not allowed"
    assert [each.to_json() for each in scored.explain(*pairs[0])] == result["pairs"][0]["reasons"]
    assert "scores" not in vars(scored)  # the table of all pairs was never made
    assert "surveys" not in vars(scored)


def test_a_second_run_keeps_to_the_first_where_asked():
    data = problem(draw=2)
    first = process.solve(process.from_mapping(data))
    before = [[each["mentor"], each["mentee"]] for each in first["pairs"]]
    changed = problem(draw=2, previous=[*before, ["gone", "e1"]], stickiness=100)
    changed["mentors"]["places"] = ["0", *["3"] * 7]
    changed["spec"]["reference"] = first["reference"]
    second = process.solve(process.from_mapping(changed))
    made = [[each["mentor"], each["mentee"]] for each in second["pairs"]]
    assert all(pair in made for pair in before if pair[0] != "m0")
    assert second["staying"]["value"] == sum(pair in made for pair in before)
    assert second["reference"] == first["reference"]


def test_quotas_are_given_by_id():
    data = problem(quotas=[{"members": ["m1", "m2"], "at_least": 0, "at_most": 0}])
    made = process.solve(process.from_mapping(data))["pairs"]
    assert made
    assert not {each["mentor"] for each in made} & {"m1", "m2"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"mentors": {"id": ["a", "a"]}}, "mentors, row 1 (id a), column id: a stands for somebody else already; one row a person"),
        ({"mentors": 3}, "problem: mentors: an object of columns is needed"),
        ({"spec": {"aim": "best"}}, "settings: aim: best is not known; one of"),
        ({"forced": [["m1", "zed"]]}, "settings: forced: no mentee has the id zed"),
        ({"quotas": [{"members": ["zed"]}]}, "problem: quotas[0]: no mentor has the id zed"),
        ({"mentor": {}}, "problem: mentor is not known"),
        ({"stickiness": -1}, "problem: stickiness: a number, 0 or more, is needed"),
        ({"previous": ["m1"]}, "problem: previous: a list of pairs of ids is needed"),
    ],
)  # fmt: skip
def test_what_can_not_be_a_problem_is_named(change, fault):
    with pytest.raises(InvalidProblem) as raised:
        process.solve(process.from_mapping(problem() | change))
    assert raised.value.faults[0].startswith(fault), raised.value.faults


def test_invalid_input_ends_with_its_faults_and_no_result(tmp_path):
    code, lines, _, result = finish(
        start(tmp_path, {"mentors": {"id": ["a"]}, "mentees": {"id": ["", "b\ud800"]}}), tmp_path
    )
    assert (code, result) == (process.INVALID, None)
    assert lines == [
        {
            "error": "invalid",
            "faults": [
                "mentees, row 0 (id ), column id: blank; everybody needs an id of their own",
                "mentees, row 1 (id b�), column id: holds half a character; it can't be written down",
            ],
        }
    ]
    (tmp_path / "problem.json").write_text("{")
    assert process.main([str(tmp_path / "problem.json"), str(tmp_path / "result.json"), "--memory-mb", "100000"]) == 2


def crowd(count):
    return {
        "mentors": {"id": [f"m{k}" for k in range(count)], "level": [k % 7 for k in range(count)]},
        "mentees": {"id": [f"e{k}" for k in range(count)], "level": [k % 5 for k in range(count)]},
        "spec": {},
    }


def test_too_little_memory_is_said_and_not_swapped(tmp_path):
    # With two mentors for each the scores of all pairs are held at once.
    everybody = crowd(3000) | {"spec": {"demand": 2}}
    told = {
        80: "More memory is needed than the 80 MB that are allowed.",
        70: "3,000 mentors and 3,000 mentees need 72 MB of memory for their scores; 70 MB are allowed",
    }
    for megabytes, sentence in told.items():
        code, lines, _, result = finish(start(tmp_path, everybody, "--memory-mb", str(megabytes)), tmp_path)
        assert (code, result) == (process.MEMORY, None)
        assert lines[-1] == {"error": "memory", "faults": [sentence]}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_is_ended_leaves_no_result(tmp_path, how):
    running = start(tmp_path, crowd(2500), "--memory-mb", "8000")
    running.stdout.readline()  # it is at work
    running.send_signal(how)
    code, _, _, result = finish(running, tmp_path)
    assert result is None
    assert code == {signal.SIGTERM: process.INTERRUPTED, signal.SIGKILL: -signal.SIGKILL}[how]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["problem.json"]


def test_readiness_says_what_is_answered_varies_and_counts():
    data = {
        "mentors": {"id": ["a", "b"], "level": [3, None], "site": ["x", "x"], "helps_with": ["g", "h"]},
        "mentees": {
            "id": ["c", "d"],
            "level": [1, 0],
            "site": ["x", "x"],
            "goals": ["g", "g"],
            "commitment_hours": [1, 2],
        },
        "spec": {"weights": {"goals": 6, "level_gap": 3}, "model": "none"},
    }
    found = {each["key"]: each for each in process.solve(process.from_mapping(data))["readiness"]}
    assert (found["goals"]["answered"], found["goals"]["varies"], found["goals"]["weight_in_effect"]) == (
        1.0,
        True,
        1.0,
    )
    assert (found["level_gap"]["answered"], found["level_gap"]["varies"]) == (
        0.75,
        False,
    )  # 2 and 3 levels: both in the band
    assert (found["site"]["answered"], found["site"]["varies"], found["site"]["weight_in_effect"]) == (1.0, False, 0.0)
    assert (found["hobbies"]["answered"], found["hobbies"]["weight"]) == (0.0, 1.0)
    assert found["commitment"]["note"] == "the program doesn't say how many hours it asks"
    assert found["text"]["note"] == (
        "texts aren't compared by their meaning: no model for that is installed, or the settings want none"
    )
    assert math.isclose(sum(each["weight_in_effect"] for each in found.values()), 1)
