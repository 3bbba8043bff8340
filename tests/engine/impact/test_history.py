"""Histories that contradict themselves are refused with table, row and column; others are read as they are."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest

from openmentor.engine import impact
from openmentor.engine.impact.history import NEVER, read

AS_OF = "2023-12-31"


def tables():
    people = {
        "person": ["a", "b", "c", "d"],
        "hired": ["2020-01-01", "2020-02-01", "2021-03-01", "2022-06-15"],
        "level": [1, 2, 3, 4],
    }
    events = {
        "person": ["a", "a", "a", "b", "c"],
        "day": ["2021-01-10", "2021-05-01", "2021-09-01", "2022-03-01", "2022-04-01"],
        "kind": ["promoted", "left", "hired", "left", "promoted"],
    }
    starts = {"person": ["c", "a"], "day": ["2022-01-15", "2022-02-01"]}
    return {"people": people, "events": events, "starts": starts}


def study(given, as_of=AS_OF, **more):
    return impact.Study(given["people"], given["events"], given["starts"], as_of, **more)


def test_a_history_without_contradiction_is_taken():
    assert isinstance(study(tables(), covariates=["level"], exact=["level"]), impact.Study)


def changed(table, column, row, value):
    given = tables()
    given[table][column][row] = value
    return given


def added(table, **cells):
    given = tables()
    for name in given[table]:
        given[table][name].append(cells.get(name, 0))
    return given


CONTRADICTIONS = {
    "an event before the hiring": (changed("events", "day", 0, "2019-01-10"), "events", 0, "day", "before the hiring on 2020-01-01"),
    "a start before the hiring": (changed("starts", "day", 0, "2021-02-28"), "starts", 0, "day", "before the hiring on 2021-03-01"),
    "an event while gone": (changed("events", "day", 0, "2021-06-10"), "events", 0, "day", "after leaving"),
    "an event after leaving for good": (
        added("events", person="b", day="2022-06-01", kind="promoted"), "events", 5, "day", "after leaving",
    ),
    "who isn't there": (changed("events", "person", 4, "z"), "events", 4, "person", "z is not among the people"),
    "a start of who isn't there": (changed("starts", "person", 1, "z"), "starts", 1, "person", "z is not among the people"),
    "two starts": (added("starts", person="c", day="2022-05-01"), "starts", 2, "person", "starts a second time; the first is row 0"),
    "a start on the day of leaving": (
        added("starts", person="b", day="2022-03-01"), "starts", 2, "day", "on or after the day of leaving",
    ),
    "a start while gone": (changed("starts", "day", 1, "2021-06-01"), "starts", 1, "day", "on or after the day of leaving"),
    "left twice": (added("events", person="b", day="2022-06-01", kind="left"), "events", 5, "day", "again without being hired back"),
    "hired back without leaving": (
        added("events", person="c", day="2022-06-01", kind="hired"), "events", 5, "day", "without having left",
    ),
    "an event in the future": (changed("events", "day", 4, "2024-01-01"), "events", 4, "day", "after 2023-12-31"),
    "a start in the future": (changed("starts", "day", 0, "2030-01-01"), "starts", 0, "day", "after 2023-12-31"),
    "a hiring in the future": (changed("people", "hired", 3, "2024-01-01"), "people", 3, "hired", "after 2023-12-31"),
    "one person twice": (changed("people", "person", 3, "a"), "people", 3, "person", "a stands in row 0 already"),
    "nobody's row": (changed("people", "person", 2, None), "people", 2, "person", "is missing"),
    "no day": (changed("events", "day", 1, None), "events", 1, "day", "is missing"),
    "no hiring": (changed("people", "hired", 1, float("nan")), "people", 1, "hired", "is missing"),
    "a day that there isn't": (changed("events", "day", 1, "2021-02-30"), "events", 1, "day", "is no day; a day is written 2026-03-31"),
    "a month for a day": (changed("starts", "day", 1, "2022-02"), "starts", 1, "day", "is no day"),
    "a number for a day": (changed("starts", "day", 1, 20220201), "starts", 1, "day", "is no day"),
    "a year long past": (changed("people", "hired", 1, "1066-10-14"), "people", 1, "hired", "is no day"),
    "no kind": (changed("events", "kind", 1, ""), "events", 1, "kind", "is missing"),
    "a kind that is no word": (changed("events", "kind", 1, 7), "events", 1, "kind", "must be a word"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_contradictions_are_named_at_their_place(name):
    given, table, row, column, words = CONTRADICTIONS[name]
    with pytest.raises(impact.InvalidHistory) as raised:
        study(given)
    error = raised.value
    assert (error.table, error.row, error.column) == (table, row, column)
    assert str(error).startswith(f"{table}, row {row}, column {column}: ")
    assert words in str(error).splitlines()[0]
    assert isinstance(error, ValueError)


def test_every_fault_is_named():
    given = changed("events", "day", 0, "2019-01-10")
    given["starts"]["day"] = ["2030-01-01", "2019-01-01"]
    with pytest.raises(impact.InvalidHistory) as raised:
        study(given)
    assert [(each.table, each.row) for each in raised.value.faults] == [("events", 0), ("starts", 0), ("starts", 1)]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda given: given["people"].pop("hired"), "people, column hired: is missing"),
        (lambda given: given["starts"].pop("person"), "starts, column person: is missing"),
        (lambda given: given["events"].pop("kind"), "events, column kind: is missing"),
        (lambda given: given["events"]["day"].pop(), "events, column day: has 4 entries where person has 5"),
        (lambda given: given["people"].update(level=[1]), "people, column level: has 1 entries where person has 4"),
        (lambda given: given["people"].pop("level"), "people, column level: is missing"),
        (lambda given: given["people"].update(person=[["a"], ["b"], ["c"], ["d"]]), "can't stand for a person"),
        (lambda given: given["people"].update(level=np.zeros((4, 2))), "no further dimension"),
    ],
)
def test_shapes_that_disagree_are_named(change, words):
    given = tables()
    change(given)
    with pytest.raises(impact.InvalidHistory, match=words):
        study(given, covariates=["level"])


def test_the_last_day_and_who_is_eligible_are_checked_too():
    with pytest.raises(impact.InvalidHistory, match="as_of, column day: tomorrow is no day"):
        study(tables(), as_of="tomorrow")
    with pytest.raises(impact.InvalidHistory, match="eligible: must have one entry for each of 4 people"):
        study(tables(), eligible=[True])
    with pytest.raises(impact.InvalidHistory, match="people, row 0, column level: must be true or false"):
        study(changed("people", "level", 0, 7), eligible="level")
    for horizon in (0, -1, 1.5, "x", 10**6):
        with pytest.raises(ValueError, match="horizon"):
            study(tables(), horizon=horizon)


def test_what_may_stand():
    same_day = changed("events", "day", 2, "2021-05-01")  # left and hired back on one day
    assert isinstance(study(same_day), impact.Study)
    own = added("events", person="d", day="2022-06-15", kind="hired")  # the hiring itself among the events
    assert isinstance(study(own), impact.Study)
    last = added("events", person="b", day="2022-03-01", kind="promoted")  # dated on the day of leaving
    assert isinstance(study(last), impact.Study)
    nothing = tables() | {"events": {"person": [], "day": [], "kind": []}, "starts": {"person": [], "day": []}}
    assert isinstance(study(nothing), impact.Study)


def test_frames_dates_and_numbers_as_ids_are_read_alike():
    given = tables()
    plain = read(given["people"], given["events"], given["starts"], AS_OF, ["level"], [], None)
    days = {
        name: {k: pd.to_datetime(v) if k in ("day", "hired") else v for k, v in table.items()}
        for name, table in given.items()
    }
    frames = {name: pd.DataFrame(table) for name, table in days.items()}
    polars = {name: pl.from_pandas(frame) for name, frame in frames.items()}
    python = {
        name: {k: [date.fromisoformat(each) for each in v] if k in ("day", "hired") else v for k, v in table.items()}
        for name, table in given.items()
    }
    for each in (frames, polars, python):
        found = read(each["people"], each["events"], each["starts"], date(2023, 12, 31), ["level"], [], None)
        assert found.hired.tolist() == plain.hired.tolist()
        assert found.started.tolist() == plain.started.tolist()
        assert {kind: series.key.tolist() for kind, series in found.kinds.items()} == {
            kind: series.key.tolist() for kind, series in plain.kinds.items()
        }
        assert found.covariates["level"].values.tolist() == [1, 2, 3, 4]


def day(text):
    return np.array([np.datetime64(text, "D").astype(np.int64)])


def test_employment_tenure_and_what_happened_so_far():
    given = tables()
    history = read(given["people"], given["events"], given["starts"], AS_OF, [], [], None)
    a = np.array([0])
    employed = {
        "2019-12-31": False, "2020-01-01": True, "2021-04-30": True, "2021-05-01": False, "2021-08-31": False, "2021-09-01": True,
    }  # fmt: skip
    assert {when: bool(history.is_employed(a, day(when))[0]) for when in employed} == employed
    before, after = history.known_before(a, day("2021-04-30")), history.known_before(a, day("2021-10-01"))
    assert (before["tenure"][0], after["tenure"][0]) == pytest.approx((485 / 30.4375, 30 / 30.4375))
    assert (before["promotions"][0], after["promotions"][0]) == (1, 1)
    assert history.known_before(a, day("2021-01-10"))["promotions"][0] == 0  # of that day itself nothing is known yet
    assert history.leaves(a, day("2020-06-01"))[0] == day("2021-05-01")[0]
    assert history.leaves(a, day("2021-09-01"))[0] == NEVER


def test_ids_of_any_kind_leave_figures_to_no_order_of_rows():
    rng = np.random.default_rng(3)
    count = 600
    age = rng.normal(size=count)
    gone = np.flatnonzero(rng.random(count) < 0.3 + 0.1 * (age > 0))
    days = np.array([f"2021-{month:02}-10" for month in rng.integers(2, 12, count)])
    took_part = np.flatnonzero(rng.random(count) < 0.2)
    begun = np.array([f"2021-{1 + k % 3:02}-05" for k in took_part])

    def figure(ids, order):
        keep = [k for k in gone if k not in set(took_part)]
        people = {
            "person": [ids[k] for k in order],
            "hired": ["2019-01-01"] * count,
            "age": age[order],
        }
        events = {"person": [ids[k] for k in keep], "day": days[keep], "kind": ["left"] * len(keep)}
        starts = {"person": [ids[k] for k in took_part], "day": begun}
        return impact.Study(people, events, starts, "2022-12-31", covariates=["age"]).effect("left").value

    for make in (lambda k: uuid.UUID(int=7919 * k), lambda k: ("p", k), lambda k: k if k % 2 else str(k)):
        ids = [make(k) for k in range(count)]
        assert figure(ids, np.arange(count)) == figure(ids, rng.permutation(count))


def test_a_moment_of_polars_is_the_local_day():
    moments = pl.Series([datetime(2021, 1, 1, 22, tzinfo=ZoneInfo("America/New_York"))]).cast(
        pl.Datetime("us", "America/New_York")
    )
    people = pl.DataFrame({"person": [1], "hired": moments})
    event = {"person": [1], "day": ["2021-01-01"], "kind": ["promoted"]}
    impact.Study(people, event, {"person": [1], "day": ["2021-01-02"]}, "2022-01-01")
    with pytest.raises(impact.InvalidHistory, match="2020-12-31 is before the hiring on 2021-01-01"):
        impact.Study(people, event | {"day": ["2020-12-31"]}, {"person": [1], "day": ["2021-01-02"]}, "2022-01-01")


@pytest.mark.parametrize("written", ["Left", "LEFT", "Role changed"])
def test_a_kind_that_is_one_of_ours_but_for_how_it_is_written_is_a_fault(written):
    events = {"person": [1, 2], "day": ["2021-02-01"] * 2, "kind": ["left", written]}
    people = {"person": [1, 2], "hired": ["2020-01-01"] * 2}
    with pytest.raises(impact.InvalidHistory) as raised:
        impact.Study(people, events, {"person": [], "day": []}, "2022-01-01")
    assert [(each.table, each.row, each.column) for each in raised.value.faults] == [("events", 1, "kind")]


def test_spaces_around_a_kind_are_no_part_of_it():
    events = {"person": [1], "day": ["2021-02-01"], "kind": [" left "]}
    people = {"person": [1], "hired": ["2020-01-01"]}
    with pytest.raises(impact.InvalidHistory, match="starts on 2021-03-01, on or after the day of leaving"):
        impact.Study(people, events, {"person": [1], "day": ["2021-03-01"]}, "2022-01-01")


def test_an_id_that_holds_a_list_is_refused_in_words():
    with pytest.raises(impact.InvalidHistory, match="can't stand for a person"):
        impact.Study(
            {"person": [(1, [1]), 2], "hired": ["2020-01-01"] * 2},
            {"person": [], "day": [], "kind": []},
            {"person": [], "day": []},
            "2021-01-01",
        )
