"""What a manager is told of a pool before a run, and whether a result was made for the pool of today."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test.utils import CaptureQueriesContext
from tests.factories import make_person
from tests.matches.world import Enroll

from openmentor.enrollment import actions as enrollment
from openmentor.enrollment.models import Enrollment
from openmentor.foundation.actors import Actor
from openmentor.matches import actions, looking, readiness
from openmentor.matches.models import MatchingRun
from openmentor.people.models import Person
from openmentor.programs.models import Cohort

pytestmark = pytest.mark.django_db
Queries = Callable[[], AbstractContextManager[CaptureQueriesContext]]


def looked(cohort: Cohort) -> readiness.Readiness:
    return looking.look(Cohort.objects.get(pk=cohort.pk))


def dimension(cohort: Cohort, key: str) -> readiness.Dimension:
    return next(each for each in looked(cohort).dimensions if each.key == key)


def test_the_counts_of_a_pool(cohort: Cohort, enroll: Enroll, pool: dict[str, Enrollment]) -> None:
    Cohort.objects.filter(pk=cohort.pk).update(gate_survey=True)
    enroll("Zed Silent", "mentee")
    found = looked(cohort)
    assert (found.mentors, found.mentees, found.places, found.held, found.lacks_places) == (3, 5, 4, 1, 1)
    assert found.held_by == {"survey": 1, "expectations": 0}


def test_only_what_is_said_and_varies_counts_and_the_effects_add_up(
    cohort: Cohort, pool: dict[str, Enrollment]
) -> None:
    found = {each.key: each for each in looked(cohort).dimensions}
    used = {each.key for each in looked(cohort).used}
    assert used == {"goals", "text", "values", "department"}
    assert sum(found[key].effect for key in used) == pytest.approx(1)
    assert found["goals"].effect == pytest.approx(10 / 20)
    assert (found["goals"].mentors, found["goals"].mentees) == (readiness.Share(3, 3), readiness.Share(5, 5))
    assert found["skills"].note == "Nobody has said it."
    assert (found["generation"].note, found["generation"].effect) == ("Switched off in the settings.", 0)
    assert found["commitment"].note == "The settings don't say how many hours the program asks for."
    assert found["past"].note == "The same for all pairs."


def test_a_dimension_that_is_the_same_for_all_pairs_decides_nothing(cohort: Cohort, enroll: Enroll) -> None:
    for name, role in (("Ada", "mentor"), ("Bo", "mentor"), ("Uma", "mentee")):
        enroll(name, role, site="Oslo", answers={"medium": ["video"]})
    assert (dimension(cohort, "site").varies, dimension(cohort, "site").note) == (False, "The same for all pairs.")
    assert dimension(cohort, "medium").note == "The same for all pairs."


def test_one_side_alone_decides_nothing(cohort: Cohort, enroll: Enroll) -> None:
    enroll("Ada", "mentor", answers={"helps_with": ["lead"]})
    enroll("Uma", "mentee")
    assert dimension(cohort, "goals").note == "No mentee has said it."


def test_few_confidential_answers_are_not_counted_out(cohort: Cohort, enroll: Enroll) -> None:
    for number in range(6):
        enroll(f"M {number}", "mentor", answers={"challenge": ["stress"]} if number < 2 else {})
        enroll(f"E {number}", "mentee", answers={"challenge": ["stress"]})
    found = dimension(cohort, "challenge")
    assert found.mentors is not None
    assert found.mentees is not None
    assert (found.mentors.is_few, found.mentees.is_few) == (True, False)


def test_what_nobody_said_at_the_first_run_counts_once_averages_are_measured_anew(
    cohort: Cohort, manager: Person, run: MatchingRun, enroll: Enroll
) -> None:
    for name, role, site in (("Ann", "mentor", "Oslo"), ("Ben", "mentee", "Oslo"), ("Cat", "mentee", "Rome")):
        enroll(name, role, site=site)
    assert dimension(cohort, "site").note.startswith("Said since the first run")
    actions.measure_anew(Cohort.objects.get(pk=cohort.pk), by=Actor.of(manager))
    assert (dimension(cohort, "site").note, dimension(cohort, "site").effect > 0) == ("", True)


def test_an_answer_that_cannot_be_read_is_named(cohort: Cohort, pool: dict[str, Enrollment]) -> None:
    Person.objects.filter(pk=pool["Ada"].person_id).update(timezone="Nowhere/Land")
    (fault,) = looked(cohort).faults
    assert "Nowhere/Land" in fault


def test_a_large_pool_is_looked_at_by_a_draw_that_is_always_the_same(
    cohort: Cohort, pool: dict[str, Enrollment], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "DRAWN", 2)
    first = looked(cohort)
    assert first.is_drawn
    assert next(each for each in first.dimensions if each.key == "goals").mentees == readiness.Share(5, 5)


def test_looking_costs_the_same_for_one_and_for_three_and_nearly_nothing_again(
    cohort: Cohort, enroll: Enroll, queries: Queries
) -> None:
    counts = []
    looked(cohort)
    for names in (["Ada"], ["Bo", "Cy"]):
        for name in names:
            enroll(name, "mentor", answers={"helps_with": ["lead"]})
            enroll(f"{name} Mentee", "mentee", answers={"goals": ["lead"]})
        Cohort.objects.filter(pk=cohort.pk).update(matching_version=len(counts) + 2)  # another look
        fresh = Cohort.objects.get(pk=cohort.pk)
        with queries() as asked:
            looking.look(fresh)
        with queries() as again:
            looking.look(fresh)
        counts.append((len(asked), len(again)))
    assert counts == [(17, 3), (17, 3)]


@pytest.mark.parametrize("share", [readiness.Share(0, 9), readiness.Share(9, 9), readiness.Share(999, 1000), readiness.Share(1, 1000), readiness.Share(0, 0)])  # fmt: skip
def test_nearly_all_is_not_all_and_hardly_any_is_not_none(share: readiness.Share) -> None:
    assert share.percent == {0: 0, 9: 100, 999: 99, 1: 1}[share.answered]


def test_positions_and_sites_that_hr_does_not_place(cohort: Cohort, enroll: Enroll) -> None:
    enroll("Ada", "mentor", position="Lead", site="Oslo")
    enroll("Bo", "mentor", position="Lead", level=4, site="Rome", timezone="Europe/Rome")
    enroll("Uma", "mentee", position="Cook", site="Oslo")
    enroll("Vic", "mentee", position="Lead")
    Cohort.objects.filter(pk=cohort.pk).update(mappings={"level": {"Cook": 1}})  # said already, and still to be changed
    found = looked(cohort).unmapped
    assert found["level"] == (readiness.Unmapped("Lead", 2), readiness.Unmapped("Cook", 1))
    assert found["timezone"] == (readiness.Unmapped("Oslo", 2),)


class TestAPoolThatChanged:
    def test_a_result_says_when_it_was_made_for_another_pool(
        self, run: MatchingRun, manager: Person, pool: dict[str, Enrollment]
    ) -> None:
        assert looking.has_changed(MatchingRun.objects.get(pk=run.pk)) is False
        enrollment.withdraw(Enrollment.objects.get(pk=pool["Yan"].pk), by=Actor.of(manager))
        assert looking.has_changed(MatchingRun.objects.get(pk=run.pk)) is True
        yan = Enrollment.objects.get(pk=pool["Yan"].pk)
        assert yan.status == "withdrawn"

    def test_a_run_and_what_is_done_on_its_board_change_nothing(
        self, run: MatchingRun, manager: Person, matched: Callable[[], MatchingRun]
    ) -> None:
        assert looking.has_changed(MatchingRun.objects.get(pk=run.pk)) is False
        matched()
        assert looking.has_changed(MatchingRun.objects.get(pk=run.pk)) is False

    def test_it_is_asked_of_results_that_wait_alone(self, run: MatchingRun) -> None:
        MatchingRun.objects.filter(pk=run.pk).update(status="published", pool_digest="0" * 64)
        assert looking.has_changed(MatchingRun.objects.get(pk=run.pk)) is False
        MatchingRun.objects.filter(pk=run.pk).update(status="ready")
        assert looking.has_changed(MatchingRun.objects.get(pk=run.pk)) is True

    def test_it_is_asked_in_any_language(self, cohort: Cohort, run: MatchingRun, settings) -> None:  # type: ignore[no-untyped-def]
        from django.utils import translation

        with translation.override("de"):
            assert looking.has_changed(MatchingRun.objects.get(pk=run.pk)) is False


def test_a_person_from_elsewhere_is_not_counted(cohort: Cohort, pool: dict[str, Enrollment]) -> None:
    make_person("Nobody Here", position="Lead", site="Oslo")
    assert looked(cohort).unmapped == {"level": (), "timezone": ()}
