"""The settings as a form: what is kept, what is refused and where, and what changed in words."""

from __future__ import annotations

from typing import Any

import pytest
from tests.matches.world import Enroll

from openmentor.engine.matching.spec import Spec
from openmentor.matches import criteria
from openmentor.programs.models import Cohort

pytestmark = pytest.mark.django_db


def posted(cohort: Cohort, **changes: Any) -> dict[str, Any]:
    """The form as the page would send it, with some fields changed."""
    form = criteria.SettingsForm(cohort=cohort)
    data: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = form.get_initial_for_field(field, name)
        if value is not None and value is not False and value != []:
            data[name] = value
    prefixed = {"own-TOTAL_FORMS": len(form.own.forms), "own-INITIAL_FORMS": form.own.initial_form_count()}
    for each in form.own.forms:
        for name, field in each.fields.items():
            value = each.get_initial_for_field(field, name)
            if value is not None and value is not False:
                prefixed[f"{each.prefix}-{name}"] = value
    return {**data, **prefixed, **changes}


def kept(cohort: Cohort, **changes: Any) -> dict[str, Any]:
    form = criteria.SettingsForm(posted(cohort, **changes), cohort=cohort)
    assert form.is_valid(), (form.errors, form.own.errors)
    return form.settings


def faults(cohort: Cohort, **changes: Any) -> set[str]:
    form = criteria.SettingsForm(posted(cohort, **changes), cohort=cohort)
    assert not form.is_valid()
    return {*form.errors, *(f"{each.prefix}-{name}" for each in form.own.forms for name in each.errors)}


def test_what_is_usual_is_not_kept(cohort: Cohort) -> None:
    assert kept(cohort) == {}


def test_what_differs_is_kept_in_the_engines_words(cohort: Cohort) -> None:
    found = kept(
        cohort, aim="worst_off", weight_goals="3", weight_hobbies="0", direction_department="same", reporting_line="2", past="on", team="different",
        language="3", common_hours="1.5", time_zone="6", seniority="2", unanswered="forbid", level_gap_low="2", level_gap_high="4",
        commitment_hours="4", complement=["1", "3"],
    )  # fmt: skip
    assert found == {
        "aim": "worst_off", "weights": {"goals": 3.0, "hobbies": 0.0}, "directions": {"department": "same"},
        "rules": {
            "reporting_line": 2, "past": True, "team": "different", "language": 3.0, "common_hours": 1.5, "time_zone": 6.0, "seniority": 2.0,
            "unanswered": "forbid",
        },
        "bands": {"level_gap": [2.0, 4.0]}, "commitment_hours": 4.0, "complement": [1, 3],
    }  # fmt: skip
    spec = Spec.from_mapping(found)
    assert (spec.rules.team, spec.rules.seniority, spec.weights["goals"]) == ("different", 2.0, 3.0)


def test_rules_that_are_usual_can_be_switched_off(cohort: Cohort) -> None:
    data = posted(cohort, reporting_line="0")
    del data["must"]
    form = criteria.SettingsForm(data, cohort=cohort)
    assert form.is_valid()
    assert form.settings == {"rules": {"reporting_line": 0, "must": False}}
    spec = Spec.from_mapping(form.settings)
    assert (spec.rules.reporting_line, spec.rules.must) == (0, False)


def test_what_was_kept_is_shown_and_stays_as_it_is(cohort: Cohort, enroll: Enroll) -> None:
    enroll("Ada", "mentor", custom={"Home Campus": "North"})
    cohort.matching = {
        "aim": "total", "weights": {"goals": 3.0}, "rules": {"reporting_line": 0, "language": 2.0, "site": "same"}, "bands": {"tenure_gap": [1.0, 9.0]},
        "directions": {"networks": "different"}, "complement": [2], "commitment_hours": 2.5, "seed": 7,
        "fields": {"home_campus": {"kind": "same", "column": "Home Campus", "label": "home campus", "weight": 2.0}},
    }  # fmt: skip
    assert kept(cohort) == cohort.matching


def test_dimensions_of_ones_own_stand_on_the_columns_of_hr(cohort: Cohort, enroll: Enroll) -> None:
    enroll("Ada", "mentor", custom={"Home Campus": "North", "Grade": "3", "Level": "9", "goals": "x"})
    assert [name for name, _text in criteria.own_columns(cohort)] == [
        "country",
        "team",
        "position",
        "Grade",
        "Home Campus",
    ]
    found = kept(
        cohort,
        **{
            "own-0-column": "Grade",
            "own-0-kind": "near",
            "own-0-weight": "2",
            "own-0-span": "3",
            "own-0-confidential": "on",
        },
    )
    assert found == {"fields": {"grade": {"kind": "near", "column": "Grade", "label": "grade", "weight": 2.0, "span": 3.0, "confidential": True}}}  # fmt: skip
    cohort.matching = found
    assert kept(cohort, **{"own-0-DELETE": "on"}) == {}
    found = kept(cohort, **{"own-1-column": "country", "own-1-kind": "different", "own-1-weight": "1"})
    assert set(found["fields"]) == {"grade", "country"}


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"aim": "everything"}, {"aim"}),
        ({"weight_goals": "21"}, {"weight_goals"}),
        ({"weight_goals": "-1"}, {"weight_goals"}),
        ({"weight_goals": "nan"}, {"weight_goals"}),
        ({"weight_goals": "inf"}, {"weight_goals"}),
        ({"weight_goals": ""}, {"weight_goals"}),
        ({"weight_goals": "much"}, {"weight_goals"}),
        ({"common_hours": "169"}, {"common_hours"}),
        ({"time_zone": "25"}, {"time_zone"}),
        ({"team": "maybe"}, {"team"}),
        ({"complement": ["6"]}, {"complement"}),
        ({"level_gap_low": "4", "level_gap_high": "1"}, {"level_gap_high"}),
        ({"commitment_hours": "0"}, {"commitment_hours"}),
        ({"own-0-column": "salary", "own-0-kind": "same"}, {"own-0-column"}),
        ({"own-0-column": "country", "own-0-kind": "text"}, {"own-0-kind"}),
        ({"own-0-column": "country", "own-0-kind": "near"}, {"own-0-span"}),
        ({"own-0-column": "country", "own-0-kind": "near", "own-0-span": "2"}, {"own-0-kind"}),
        ({"own-0-column": "country", "own-0-kind": "band", "own-0-low": "2"}, {"own-0-high"}),
        ({"own-0-column": "country", "own-0-kind": "band", "own-0-low": "2", "own-0-high": "1"}, {"own-0-high"}),
    ],
)  # fmt: skip
def test_a_fault_is_said_at_its_field(cohort: Cohort, changes: dict[str, Any], places: set[str]) -> None:
    assert faults(cohort, **changes) == places


def test_one_column_carries_one_dimension(cohort: Cohort) -> None:
    twice = {"own-TOTAL_FORMS": "2", "own-INITIAL_FORMS": "0"}
    for at in (0, 1):
        twice |= {f"own-{at}-column": "team", f"own-{at}-kind": "same", f"own-{at}-weight": "1"}
    assert faults(cohort, **twice) == {"own-1-column"}


def test_a_form_without_its_counters_is_refused(cohort: Cohort) -> None:
    data = {name: value for name, value in posted(cohort).items() if not name.startswith("own-")}
    assert criteria.SettingsForm(data, cohort=cohort).is_valid() is False


def test_what_changed_is_told_in_words(cohort: Cohort) -> None:
    before = {"version": 3, "weights": {"goals": 3}, "fields": {"campus": {"kind": "same", "label": "campus"}}}
    after = {
        "version": 4, "aim": "total", "rules": {"language": 3, "must": False, "time_zone": 6}, "bands": {"level_gap": [2, 4]},
        "fields": {"grade": {"kind": "band", "band": [1, 2], "label": "grade", "weight": 2}},
    }  # fmt: skip
    assert [(each.what, each.before, each.after) for each in criteria.differences(before, after)] == [
        ("What the run aims at", "As many people as possible", "The best fit over all"),
        ("Weight of goals", "3", "10"),
        ("What somebody called a must holds", "yes", "no"),
        ("A common language", "only scored", "at least B1"),
        ("Hours between their clocks, at most", "no limit", "6"),
        ("Levels between mentor and mentee", "1 to 3", "2 to 4"),
        ("Your own dimension: campus", "the same, weight 1", "not there"),
        ("Your own dimension: grade", "not there", "the mentor is ahead by a number (1–2), weight 2"),
    ]
    assert criteria.differences(after, after) == []
