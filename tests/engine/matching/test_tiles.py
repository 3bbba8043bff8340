"""All pairs by compiled loops: the same scores as the dimensions', by every way in which a dimension can be computed."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from openmentor.engine.matching import plan as plan_module
from openmentor.engine.matching import tiles as tiles_module
from openmentor.engine.matching.scoring import Scored, prepare
from openmentor.engine.matching.spec import Spec
from openmentor.engine.matching.tiles import Tiles

from .pools import columns, people

NONE = np.empty((0, 2), dtype=np.int64)
RULES = {
    "reporting_line": 2,
    "shared_manager": True,
    "past": True,
    "language": 2,
    "common_hours": 1,
    "time_zone": 8,
    "seniority": 0,
}


def pool(seed: int, mentors: int = 40, mentees: int = 70, **settings: object) -> Scored:
    one, other = people(Random(seed), mentors, mentees)
    return prepare(columns(one), columns(other), Spec.from_mapping({"commitment_hours": 3, **settings}))


def whole(scored: Scored, **arguments: object) -> Tiles:
    return Tiles(scored, np.arange(len(scored.mentors)), np.arange(len(scored.mentees)), **arguments)  # type: ignore[arg-type]


def as_scores(tiles: Tiles) -> np.ndarray:
    found = tiles.block(np.arange(len(tiles.columns))).T
    return np.where(np.isneginf(found), np.nan, found)


@pytest.mark.parametrize("entries", [4_000_000, 0], ids=["tables of kinds", "no tables"])
@pytest.mark.parametrize(
    "asked", [{}, {"rules": RULES}, {"rules": {**RULES, "unanswered": "forbid"}}], ids=["plain", "rules", "unanswered"]
)
def test_scores_are_those_of_the_dimensions(entries: int, asked: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "MOST_ENTRIES", entries)
    for seed in range(4):
        scored = pool(seed, **asked)
        np.testing.assert_allclose(as_scores(whole(scored)), scored.scores, rtol=0, atol=1e-14)


def test_each_dimension_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = list(Spec().weights)
    for entries in (4_000_000, 0):
        monkeypatch.setattr(plan_module, "MOST_ENTRIES", entries)
        for key in keys:
            scored = pool(3, 25, 30, weights={each: float(each == key) for each in keys})
            np.testing.assert_allclose(as_scores(whole(scored)), scored.scores, rtol=0, atol=1e-14, err_msg=key)


def test_fields_of_an_organization_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {
        "club": {"kind": "same", "column": "site", "weight": 3},
        "other": {"kind": "different", "column": "function", "weight": 2},
        "reads": {"kind": "overlap", "mentor": "hobbies", "mentee": "interests", "weight": 2},
        "gives": {"kind": "covers", "mentor": "helps_with", "mentee": "goals", "weight": 2},
        "age": {"kind": "near", "column": "level", "span": 3, "weight": 2},
        "step": {"kind": "band", "column": "level", "band": [1, 2], "step": 0.3, "weight": 2},
    }
    for entries in (4_000_000, 0):
        monkeypatch.setattr(plan_module, "MOST_ENTRIES", entries)
        scored = pool(5, fields=fields)
        np.testing.assert_allclose(as_scores(whole(scored)), scored.scores, rtol=0, atol=1e-14)


def test_many_mentors_are_several_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles_module, "MENTORS", 16)
    monkeypatch.setattr(plan_module, "MOST_ENTRIES", 0)
    scored = pool(6)
    np.testing.assert_allclose(as_scores(whole(scored)), scored.scores, rtol=0, atol=1e-14)


def test_the_best_of_each_are_kept_with_a_bound_on_the_others() -> None:
    scored = pool(7, 60, 50)
    tiles, keep = whole(scored), 5
    offset = np.random.default_rng(1).random(60)
    found = tiles.best(keep, np.arange(50), offset)
    for mentee in range(50):
        keys = np.nan_to_num(scored.scores[:, mentee], nan=-np.inf) + offset
        order = np.argsort(-keys)[: min(keep, int(np.isfinite(keys).sum()))]
        mine = found.who[mentee][found.who[mentee] >= 0]
        np.testing.assert_allclose(np.sort(keys[mine]), np.sort(keys[order]), atol=1e-8)
        rest = np.delete(keys, mine)
        assert rest.max() <= found.bound[mentee] + 1e-8 or len(mine) < keep


def test_threads_change_nothing() -> None:
    scored = pool(8, 60, 300)
    one, four = (whole(scored, threads=threads).best(8, np.arange(300)) for threads in (1, 4))
    assert (one.who == four.who).all()
    assert (one.score == four.score).all()


def test_equal_scores_give_everybody_others_to_choose_from() -> None:
    people_ = (
        {"id": [f"m{k}" for k in range(200)], "site": ["here"] * 200},
        {"id": [f"e{k}" for k in range(64)], "site": ["here"] * 64},
    )
    found = whole(prepare(*people_, Spec())).best(8, np.arange(64))
    assert len(np.unique(found.who)) > 100


def test_a_cancelled_pass_ends() -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        whole(pool(9)).best(4, np.arange(70), tick=stop)


@pytest.mark.parametrize("closely", [False, True])
def test_guessed_texts_are_told_exactly_when_asked(closely: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "MOST_ENTRIES", 0)
    words = ["bread", "sales", "python", "music", "leading a team", "budgets"]
    sides = [
        {"id": [f"{prefix}{k}" for k in range(30)], "about": [f"{words[k % 6]} and {words[k % 5]}" for k in range(30)]}
        for prefix in ("m", "e")
    ]
    scored = prepare(*sides, Spec())
    tiles = whole(scored)
    assert tiles.texts
    found = tiles.best(6, np.arange(30), closely=closely)
    mentee = np.repeat(np.arange(30), 6)
    mentor = found.who.reshape(-1).astype(np.int64)
    score, part = tiles.exact(mentee, mentor, found.score.reshape(-1), found.part.reshape(-1))
    np.testing.assert_allclose(score, scored.scores[mentor, mentee], atol=1e-9)
    assert (found.score.reshape(-1) >= score - 1e-9).all()
    again, _ = tiles.exact(mentee, mentor, score, part)
    np.testing.assert_allclose(again, score, atol=1e-12)
