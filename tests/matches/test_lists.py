"""Lists made by hand: who is meant, what can't be read, and what the same run makes of them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from openpyxl import Workbook
from tests.matches.world import Enroll
from tests.people.importing.made import bomb

from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.foundation.models import Event
from openmentor.matches import actions, comparing, lists
from openmentor.matches.models import ComparedList, Hold, MatchingRun, RunInput
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.models import Identity, Person, Source
from openmentor.programs.models import Cohort

pytestmark = pytest.mark.django_db


def names(cohort: Cohort, text: str | bytes) -> tuple[list[tuple[str, str]], list[str]]:
    data = text.encode() if isinstance(text, str) else text
    found = lists.read(cohort, data, "list.csv")
    first = {each.pk: each.person.name.split()[0] for each in Enrollment.objects.select_related("person")}
    told = [
        f"row {each['row']}, {each['column']}: {each['sentence']} {each['advice']}".strip() for each in found.faults
    ]
    return [(first[mentor], first[mentee]) for mentor, mentee in found.pairs], told


def test_people_are_found_by_name_address_or_number(cohort: Cohort, pool: dict[str, Enrollment]) -> None:
    Identity.objects.create(person=pool["Bo"].person, source=Source.objects.create(name="hr"), external_id="B07")
    text = f"Mentor;Mentee\nLead, Ada;Uma One\nB07;vic two\n{pool['Cy'].person.email};Wes Three <{pool['Wes'].person.email}>\n"
    assert names(cohort, text) == ([("Ada", "Uma"), ("Bo", "Vic"), ("Cy", "Wes")], [])


def test_the_surest_column_of_a_side_is_asked_first_and_the_next_where_it_is_empty(
    cohort: Cohort, pool: dict[str, Enrollment]
) -> None:
    text = (
        "Mentor name,Mentor department,Mentor email,Mentee,Mentee goal\n"
        f"Somebody Else,IT,{pool['Ada'].person.email},Uma One,lead\nBo Tech,IT,,Vic Two,\n"
    )
    assert names(cohort, text) == ([("Ada", "Uma"), ("Bo", "Vic")], [])


def test_several_mentees_in_one_cell(cohort: Cohort, pool: dict[str, Enrollment]) -> None:
    assert names(cohort, "Coach\tProtégé\nAda Lead\tUma One; Xia Four\n")[0] == [("Ada", "Uma"), ("Ada", "Xia")]


def test_what_cannot_be_read_is_said_with_row_and_column(
    cohort: Cohort, pool: dict[str, Enrollment], enroll: Enroll
) -> None:
    enroll("Uma One", "mentee")
    text = "Mentor,Mentee\nAda Led,Vic Two\nVic Two,Wes Three\nAda Lead,Uma One\nBo Tech,\nCy Net,Wes Three\nCy Net,Wes Three\n"
    pairs, told = names(cohort, text)
    assert pairs == [("Cy", "Wes")]
    assert told == [
        "row 2, Mentor: “Ada Led” is no mentor of this cohort. The nearest is Ada Lead.",
        "row 3, Mentor: “Vic Two” is no mentor of this cohort.",
        "row 4, Mentee: “Uma One” fits several people. Write the e-mail address or the personnel number.",
        "row 5, Mentee: Nobody is named here. The row is left out.",
        "row 7, Mentor: This pair stands in the file already; it counts once.",
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"one,two\n1,2\n", "No column is called"),
        (b"mentor,mentee\n", "no row"),
        (b"mentor,mentee\nx,y\n", "No row names a mentor and a mentee of this cohort"),
        (b"PK\x03\x04 not a workbook", ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ""),
        (b"mentor,mentee\n" + b"x,y\n" * 20_001, "at most 20000"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_pairs_is_refused_with_a_sentence(cohort: Cohort, data: bytes, words: str) -> None:
    with pytest.raises(InvalidFile) as refusal:
        lists.read(cohort, data, "list.csv")
    assert words in str(refusal.value)
    assert not ComparedList.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(cohort: Cohort, enroll: Enroll, encoding: str) -> None:
    enroll("Zoë Müller", "mentor")
    enroll("Uma One", "mentee")
    assert names(cohort, "Mentor;Mentee\nZoë Müller;Uma One\n".encode(encoding))[0] == [("Zoë", "Uma")]


def test_a_workbook(cohort: Cohort, pool: dict[str, Enrollment]) -> None:
    book = Workbook()
    for row in (["Mentor", "Mentee"], ["Ada Lead", "Uma One"]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    assert names(cohort, file.getvalue())[0] == [("Ada", "Uma")]


def test_only_the_managers_bring_and_remove_lists(
    cohort: Cohort, pool: dict[str, Enrollment], cast: dict[str, Actor]
) -> None:
    data = b"Mentor,Mentee\nAda Lead,Uma One\n"
    for who, actor in cast.items():
        if who != "manager":
            with pytest.raises(Denied):
                actions.import_list(cohort, data, "x.csv", by=actor)
    compared = actions.import_list(cohort, data, "x.csv", by=cast["manager"])
    assert compared.pairs == [[pool["Ada"].pk, pool["Uma"].pk]]
    for who, actor in cast.items():
        if who != "manager":
            with pytest.raises(Denied):
                actions.remove_list(compared, by=actor)
    actions.remove_list(compared, by=cast["manager"])
    assert list(Event.objects.filter(verb__startswith="list.").order_by("pk").values_list("verb", flat=True)) == [
        "list.imported",
        "list.removed",
    ]


class TestBesideARun:
    def compared(self, run: MatchingRun, manager: Person, text: str) -> comparing.Comparison:
        made = actions.import_list(run.cohort, text.encode(), "hand.csv", by=Actor.of(manager))
        return comparing.with_list(MatchingRun.objects.select_related("cohort").get(pk=run.pk), made)

    def test_the_same_pairs_have_the_same_fits(self, run: MatchingRun, manager: Person) -> None:
        text = "Mentor,Mentee\nAda Lead,Uma One\nAda Lead,Xia Four\nBo Tech,Vic Two\nCy Net,Wes Three\n"
        found = self.compared(run, manager, text)
        assert (found.kept, found.gone, found.new, found.changes, found.broken) == (4, 0, 0, [], [])
        assert [(line.name, line.theirs) for line in found.lines] == [
            (line.name, pytest.approx(line.ours)) for line in found.lines
        ]
        assert found.worst_theirs == found.worst_ours

    def test_a_list_by_hand_is_measured_by_the_run_and_greedy_stands_beside_it(
        self, run: MatchingRun, manager: Person, pool: dict[str, Enrollment]
    ) -> None:
        found = self.compared(run, manager, "Mentor,Mentee\nAda Lead,Vic Two\nBo Tech,Uma One\nCy Net,Wes Three\n")
        lines = {line.name: line for line in found.lines}
        assert (lines["served"].theirs, lines["served"].ours, lines["served"].greedy) == (3, 4, 4)
        assert lines["total fit"].theirs < lines["total fit"].ours <= lines["total fit"].bound + 1e-9
        assert lines["total fit"].greedy is not None
        assert lines["total fit"].greedy <= lines["total fit"].ours + 1e-9
        assert (found.kept, found.gone, found.new) == (1, 2, 3)
        assert {change.mentee for change in found.gains} == {"Uma One", "Vic Two", "Xia Four"}
        xia = next(change for change in found.gains if change.mentee == "Xia Four")
        assert (xia.before, xia.after, xia.fit_before) == ([], ["Ada Lead"], None)
        assert found.losses == []
        assert found.blocking == 0

    def test_broken_rules_are_said_and_a_veto_no_more_than_not_allowed(
        self,
        cohort: Cohort,
        pool: dict[str, Enrollment],
        matched: Callable[[], MatchingRun],
        manager: Person,
        enroll: Enroll,
    ) -> None:
        Veto.objects.create(author=pool["Uma"].person, kind="person", person=pool["Bo"].person, said_at=clock.now())
        run = matched()
        Hold.objects.create(
            cohort=cohort, mentor=pool["Cy"], mentee=pool["Xia"], kind="ban", placed_at=clock.now(), reason="CANARY"
        )
        enroll("Late Comer", "mentee")
        text = (
            "Mentor,Mentee\nBo Tech,Uma One\nBo Tech,Vic Two\nCy Net,Xia Four\nAda Lead,Late Comer\nAda Lead,Vic Two\n"
        )
        found = self.compared(run, manager, text)
        assert found.broken == [
            "Bo Tech and Uma One: This pair is not allowed.",
            "Cy Net and Xia Four: This pair is not allowed.",
            "Ada Lead and Late Comer: One of the two had no part in this run.",
            "Bo Tech would have 2 mentees and has 1 places.",
            "Vic Two would have 2 mentors.",
        ]
        assert "CANARY" not in str(found)
        assert {line.name: line.theirs for line in found.lines}["least score"] == 0

    def test_pairs_that_stand_since_the_run_was_published_are_no_breach(
        self, run: MatchingRun, manager: Person, pool: dict[str, Enrollment]
    ) -> None:
        from tests.factories import make_mentorship

        make_mentorship(
            run.cohort, mentor=pool["Ada"].person, mentee=pool["Uma"].person, status="active", run_id=run.pk
        )
        assert self.compared(run, manager, "Mentor,Mentee\nAda Lead,Uma One\n").broken == []

    def test_a_pair_that_both_asked_for_again_is_no_breach(
        self, cohort: Cohort, pool: dict[str, Enrollment], matched: Callable[[], MatchingRun], manager: Person
    ) -> None:
        from tests.factories import make_mentorship

        from openmentor.mentorships.models import Membership

        over = make_mentorship(cohort, mentor=pool["Bo"].person, mentee=pool["Vic"].person, status="declined")
        Membership.objects.filter(mentorship=over).update(asks_again_at=clock.now())
        assert self.compared(matched(), manager, "Mentor,Mentee\nBo Tech,Vic Two\n").broken == []

    def test_who_was_together_before_the_run_breaks_it(
        self, cohort: Cohort, pool: dict[str, Enrollment], matched: Callable[[], MatchingRun], manager: Person
    ) -> None:
        from tests.factories import make_mentorship

        make_mentorship(cohort, mentor=pool["Cy"].person, mentee=pool["Yan"].person, status="declined")
        found = self.compared(matched(), manager, "Mentor,Mentee\nCy Net,Yan Five\n")
        assert found.broken == ["Cy Net and Yan Five: This pair is not allowed."]


class TestTwoRuns:
    def test_of_one_specification(self, run: MatchingRun, matched: Callable[[], MatchingRun], enroll: Enroll) -> None:
        enroll("Zoe New", "mentee", answers={"goals": ["lead", "speaking"], "values": ["honesty"]})
        second = matched()
        assert comparing.same_measure(second, run)
        found = comparing.with_run(second, run)
        assert found.kept + found.new == second.matches.count()
        assert found.broken == []
        assert {line.name: line.theirs for line in found.lines}["total fit"] == pytest.approx(run.value)

    def test_of_different_settings_by_the_measure_of_the_second(
        self, cohort: Cohort, run: MatchingRun, matched: Callable[[], MatchingRun], manager: Person
    ) -> None:
        settings = {"weights": {"goals": 0}, "rules": {"department": "different"}}
        actions.change_settings(Cohort.objects.get(pk=cohort.pk), settings, by=Actor.of(manager))
        second = matched()
        assert not comparing.same_measure(second, run)
        found = comparing.with_run(second, run)
        assert found.broken == ["Ada Lead and Xia Four: The rule for departments forbids it."]
        lines = {line.name: line for line in found.lines}
        assert lines["total fit"].ours == pytest.approx(second.value)
        assert lines["total fit"].theirs < lines["total fit"].ours


@pytest.mark.django_db
def test_a_list_stands_beside_the_run_that_most_people_had_a_part_in(
    cohort: Cohort,
    run: MatchingRun,
    matched: Callable[[], MatchingRun],
    manager: Person,
    sign_in: Callable[[Person], Client],
) -> None:
    """Not beside a later one that only filled gaps, by which nearly every pair would break a rule."""
    compared = actions.import_list(cohort, b"Mentor,Mentee\nAda Lead,Uma One\n", "x.csv", by=Actor.of(manager))
    client = sign_in(manager)
    assert client.get(f"/matching-lists/{compared.pk}/").context["run"] == run
    again = matched()
    assert client.get(f"/matching-lists/{compared.pk}/").context["run"] == again  # of the same size: the newest
    RunInput.objects.filter(run=again).first().delete()  # type: ignore[union-attr]
    assert client.get(f"/matching-lists/{compared.pk}/").context["run"] == run


def test_a_workbook_made_to_burst_is_refused_with_a_sentence(
    cohort: Cohort, pool: dict[str, Enrollment], tmp_path: Path
) -> None:
    data = bomb([["Mentor", "Mentee"], ["Ada Lead", "Uma One"]], tmp_path)
    assert len(data) < 20_000
    with pytest.raises(InvalidFile) as refused:
        lists.read(cohort, data, "list.xlsx")
    assert [fault.kind for fault in refused.value.faults] == ["workbook.too_large"]
