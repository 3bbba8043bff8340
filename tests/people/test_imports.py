"""Files of people, from the upload to the people: what is brought in, what a second time changes, what stays as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.factories import make_person
from tests.people.importing.made import as_csv, hr_rows

from openmentor.foundation import clock
from openmentor.foundation.actors import VISITOR, Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import Event, JobRecord
from openmentor.people import actions as people_actions
from openmentor.people import jobs
from openmentor.people.merging import actions, merge, staging, storing
from openmentor.people.models import EmploymentEvent, Identity, Import, Person, SensitiveFact

pytestmark = pytest.mark.django_db(transaction=True)
HEADER = "No,Name,Mail,Title,Department,Level,Site,Hired,Left,Manager ID"
KIM = "1,Kim Lee,kim@example.org,Nurse,Care,2,Berlin,2019-03-01,,3"
LOU = "2,Lou Hill,lou@example.org,Clerk,Admin,1,Berlin,2020-05-04,,3"
ADA = "3,Ada Bose,ada@example.org,Head,Care,5,Bonn,2012-01-02,,"


class Killed(BaseException):
    """What no handler of ours catches: the process ends here."""


@pytest.fixture
def boss() -> Actor:
    return Actor.of(make_person("First Administrator", is_administrator=True))


def take_in(by: Actor, *lines: str, header: str = HEADER, day: str = "2026-11-24", **options: Any) -> Import:
    """A file is uploaded and read."""
    data = options.pop("data", None) or "\n".join([header, *lines]).encode()
    options = {"source": "hr", "extent": "partial", "valid_on": date.fromisoformat(day), **options}
    batch = actions.start(ContentFile(data), name="people.csv", by=by, **options)
    run_all()
    batch.refresh_from_db()
    return batch


def bring_in(by: Actor, *lines: str, **options: Any) -> Import:
    """The same, confirmed."""
    batch = take_in(by, *lines, **options)
    assert batch.status == "checked", batch.message
    actions.confirm(batch, by=by)
    run_all()
    batch.refresh_from_db()
    assert batch.status == "done", batch.message
    return batch


def people() -> set[tuple[str, ...]]:
    return set(
        Person.objects.filter(is_administrator=False).values_list("name", "email", "department", "manager__name")
    )


def history(name: str) -> list[tuple[str, str, str]]:
    return [
        (event.kind, event.day.isoformat(), event.precision)
        for event in EmploymentEvent.objects.filter(person__name=name).order_by("day", "kind")
    ]


def test_a_file_brings_people_with_managers_history_and_the_sources_number(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    assert people() == {
        ("Kim Lee", "kim@example.org", "Care", "Ada Bose"),
        ("Lou Hill", "lou@example.org", "Admin", "Ada Bose"),
        ("Ada Bose", "ada@example.org", "Care", None),
    }
    assert history("Kim Lee") == [("hired", "2019-03-01", "day")]
    assert set(Identity.objects.values_list("source__name", "external_id", "person__name")) == {
        ("hr", "1", "Kim Lee"),
        ("hr", "2", "Lou Hill"),
        ("hr", "3", "Ada Bose"),
    }
    assert not Person.objects.get(name="Kim Lee").has_usable_password()
    assert Event.objects.filter(verb="import.done").count() == 1
    assert Event.objects.get(verb="import.done").facts["counts"]["new"] == 3


def test_managers_get_their_ids_before_those_they_manage_and_the_others_by_name(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    brought = Person.objects.filter(is_administrator=False).order_by("pk")
    assert [person.name for person in brought] == ["Ada Bose", "Lou Hill", "Kim Lee"]


def test_rows_are_laid_out_before_others_have_to_wait_and_only_what_differs_is_written(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    batch = take_in(boss, KIM.replace("Care", "Surgery"), LOU, ADA, day="2026-11-25")
    actions.confirm(batch, by=boss)
    batch.refresh_from_db()
    with CaptureQueriesContext(connection) as queries:
        merge.merge(batch)
    told = [query["sql"] for query in queries.captured_queries]
    begun = next(at for at, sql in enumerate(told) if sql.startswith(("BEGIN", "SAVEPOINT")))
    assert len([sql for sql in told[:begun] if sql.startswith("CREATE TEMPORARY TABLE")]) == 5
    assert [sql for sql in told[begun:] if "json_each" in sql or "jsonb_to" in sql] == []
    [changed] = [sql for sql in told if sql.startswith('UPDATE "people_person"')]
    assert changed.startswith('UPDATE "people_person" SET "department" = staged."department" FROM')


def test_the_same_file_again_changes_nothing_and_doubles_nobody(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    before = (people(), list(EmploymentEvent.objects.values("person", "kind", "day")), Identity.objects.count())
    again = bring_in(boss, KIM, LOU, ADA)
    assert (people(), list(EmploymentEvent.objects.values("person", "kind", "day")), Identity.objects.count()) == before
    assert {key: again.counts.get(key, 0) for key in ("new", "changed", "same")} == {"new": 0, "changed": 0, "same": 3}


def test_what_differs_becomes_an_event_of_the_day_it_was_seen(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    moved = "1,Kim Lee,kim@example.org,Senior Nurse,Surgery,3,Berlin,2019-03-01,,2"
    gone = "2,Lou Hill,lou@example.org,Clerk,Admin,1,Berlin,2020-05-04,2026-11-20,3"
    batch = bring_in(boss, moved, gone, ADA, day="2026-11-25")
    assert {key: batch.counts.get(key, 0) for key in ("new", "changed", "same", "now_left")} == {
        "new": 0, "changed": 2, "same": 1, "now_left": 1,
    }  # fmt: skip
    assert history("Kim Lee") == [
        ("hired", "2019-03-01", "day"),
        ("promoted", "2026-11-25", "observed"),
        ("transferred", "2026-11-25", "observed"),
    ]
    assert history("Lou Hill") == [("hired", "2020-05-04", "day"), ("left", "2026-11-20", "day")]
    assert Person.objects.get(name="Kim Lee").manager == Person.objects.get(name="Lou Hill")


def test_a_corrected_day_replaces_the_wrong_one(boss) -> None:
    bring_in(boss, KIM, ADA)
    bring_in(boss, KIM.replace("2019-03-01", "2018-03-01"), ADA, day="2026-11-25")
    assert history("Kim Lee") == [("hired", "2018-03-01", "day")]


def test_an_empty_cell_and_a_missing_column_change_nothing(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    bring_in(boss, "1,Kim Lee,,Matron", header="No,Name,Mail,Title", day="2026-11-25")
    kim = Person.objects.get(name="Kim Lee")
    assert (kim.position, kim.email, kim.department, kim.level, kim.manager.name) == (
        "Matron", "kim@example.org", "Care", 2, "Ada Bose",
    )  # fmt: skip


def test_who_is_absent_from_a_part_stays_and_is_asked_about_in_a_file_of_everybody(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)
    elsewhere = make_person("Eve Elsewhere")
    bring_in(boss, KIM, day="2026-11-25")
    assert Person.objects.exclude(left_on=None).count() == 0
    batch = take_in(boss, ADA, extent="full", day="2026-11-26")
    assert {person.name for person in staging.absent(batch)} == {"Kim Lee", "Lou Hill"}
    with pytest.raises(Conflict, match="2 people are not in the file: say whether they have left"):
        actions.confirm(batch, by=boss)
    actions.decide_absent(batch, "left", [Person.objects.get(name="Kim Lee").pk], by=boss)
    actions.confirm(batch, by=boss)
    run_all()
    assert set(Person.objects.exclude(left_on=None).values_list("name", "left_on")) == {
        ("Lou Hill", date(2026, 11, 26))
    }
    assert history("Lou Hill")[-1] == ("left", "2026-11-26", "observed")
    elsewhere.refresh_from_db()
    assert elsewhere.left_on is None


def test_what_was_said_of_the_absent_is_asked_again_when_the_file_is_read_again(boss) -> None:
    bring_in(boss, KIM, LOU)
    batch = take_in(boss, KIM, extent="full", day="2026-11-25")
    actions.decide_absent(batch, "left", [], by=boss)
    actions.change(batch, by=boss, valid_on=date(2026, 11, 24))
    run_all()
    batch.refresh_from_db()
    assert staging.unanswered(batch) == ["1 person is not in the file: say whether they have left."]


def test_who_comes_back_is_hired_again_on_the_day_that_was_seen(boss) -> None:
    bring_in(boss, LOU.replace(",,3", ",2025-01-31,"))
    bring_in(boss, LOU.replace(",,3", ",,"), day="2026-11-25")
    assert Person.objects.get(name="Lou Hill").left_on is None
    assert history("Lou Hill") == [
        ("hired", "2020-05-04", "day"), ("left", "2025-01-31", "day"), ("hired", "2026-11-25", "observed"),
    ]  # fmt: skip


def test_managers_who_are_here_already_are_found_and_those_who_are_nobody_are_listed(boss) -> None:
    bring_in(boss, ADA)
    header = "No,Name,Mail,Manager"
    batch = bring_in(
        boss, "7,Mo Ray,mo@example.org,Ada Bose", "8,Ty Fox,ty@example.org,Board of Directors", "9,Al Dee,al@example.org,Zed Zed",
        header=header, day="2026-11-25",
    )  # fmt: skip
    assert Person.objects.get(name="Mo Ray").manager == Person.objects.get(name="Ada Bose")
    found = batch.findings["managers"]
    assert [(entry["reference"], entry["sentence"], entry["rows"]) for entry in found["unresolved"]] == [
        ("Board of Directors", "is no person", [3]),
        ("Zed Zed", "is not among the people", [4]),
    ]


def test_a_loop_that_closes_through_the_database_is_cut_and_listed(boss) -> None:
    bring_in(boss, KIM, LOU, ADA)  # Kim and Lou report to Ada
    batch = bring_in(boss, ADA[:-1] + ",1", day="2026-11-25")  # and Ada would report to Kim
    assert Person.objects.get(name="Ada Bose").manager is None
    assert Person.objects.get(name="Kim Lee").manager == Person.objects.get(name="Ada Bose")
    assert [(entry["why"], entry["rows"]) for entry in batch.findings["managers"]["unresolved"]] == [("loop", [2])]


def test_a_loop_within_the_file_is_left_empty(boss) -> None:
    batch = bring_in(boss, KIM[:-1] + "2", LOU[:-1] + "1")
    assert people() == {
        ("Kim Lee", "kim@example.org", "Care", None), ("Lou Hill", "lou@example.org", "Admin", None),
    }  # fmt: skip
    assert batch.findings["managers"]["unresolved"][0]["why"] == "loop"


def test_private_columns_stay_out_until_somebody_says_what_for(boss) -> None:
    header = HEADER + ",Salary"
    bring_in(boss, KIM + ",51000", header=header)
    assert SensitiveFact.objects.count() == 0
    kim = Person.objects.get(name="Kim Lee")
    assert ("51000" in str(kim.custom), kim.custom) == (False, {})
    batch = take_in(boss, KIM + ",51000", header=header, day="2026-11-25")
    actions.change(batch, by=boss, mapping={"columns": {"Salary": {"to": "custom", "reason": "Pay gap report"}}})
    run_all()
    batch.refresh_from_db()
    actions.confirm(batch, by=boss)
    run_all()
    fact = SensitiveFact.objects.select_related("column").get()
    assert (fact.person, fact.value, fact.column.kind, fact.column.reason) == (kim, "51000", "pay", "Pay gap report")
    kim.refresh_from_db()
    assert kim.custom == {}


def test_a_private_column_without_a_reason_stops_the_reading_and_keeps_what_was_chosen(boss) -> None:
    batch = take_in(boss, KIM + ",51000", header=HEADER + ",Salary", mapping={"columns": {}})
    actions.change(batch, by=boss, mapping={"columns": {"Salary": "custom"}})
    run_all()
    batch.refresh_from_db()
    assert (batch.status, batch.message) == (
        "failed",
        "column Salary: This column tells of pay; it comes in only with a reason. Say what it is needed for, or leave it out.",
    )
    assert Person.objects.filter(is_administrator=False).count() == 0


def test_a_name_alone_is_asked_about_and_never_taken_for_an_identity(boss) -> None:
    known = make_person("Kim Lee", email="kim.lee@elsewhere.example")
    batch = take_in(boss, KIM)
    row = batch.rows.get()
    assert (batch.counts["undecided"], row.action, row.candidates) == (1, "undecided", [known.pk])
    with pytest.raises(Conflict, match="1 person may be known already: say who it is"):
        actions.confirm(batch, by=boss)
    actions.decide_same(batch, {2: known.pk}, by=boss)
    run_all()
    batch.refresh_from_db()
    actions.confirm(batch, by=boss)
    run_all()
    assert list(Person.objects.filter(name="Kim Lee").values_list("pk", "department")) == [(known.pk, "Care")]
    assert Identity.objects.get(external_id="1").person == known


def test_somebody_who_was_not_asked_about_can_not_be_chosen(boss) -> None:
    make_person("Kim Lee", email="kim.lee@elsewhere.example")
    other = make_person("Victim")
    batch = take_in(boss, KIM)
    actions.decide_same(batch, {2: other.pk}, by=boss)
    run_all()
    batch.refresh_from_db()
    assert (batch.counts["undecided"], batch.decisions["same"]) == (1, {})


def test_a_namesake_who_is_somebody_new_is_added(boss) -> None:
    make_person("Kim Lee", email="kim.lee@elsewhere.example")
    batch = take_in(boss, KIM)
    actions.decide_same(batch, {2: 0}, by=boss)
    run_all()
    batch.refresh_from_db()
    actions.confirm(batch, by=boss)
    run_all()
    assert Person.objects.filter(name="Kim Lee").count() == 2


def test_people_who_changed_meanwhile_are_compared_again_before_anything_is_written(boss) -> None:
    bring_in(boss, KIM)
    batch = take_in(boss, KIM.replace("Care", "Surgery"), day="2026-11-25")
    people_actions.edit(Person.objects.get(name="Kim Lee"), {"department": "Surgery"}, by=boss)
    actions.confirm(batch, by=boss)
    run_all()
    batch.refresh_from_db()
    assert (batch.status, batch.counts["same"]) == ("checked", 1)
    assert Event.objects.filter(verb="import.done").count() == 1
    assert history("Kim Lee") == [("hired", "2019-03-01", "day")]


def test_two_imports_that_bring_the_same_people_double_nobody(boss) -> None:
    first, second = take_in(boss, KIM, LOU), take_in(boss, KIM, LOU)
    for batch in (first, second):
        actions.confirm(batch, by=boss)
    run_all()
    second.refresh_from_db()
    assert second.status == "checked"  # compared again: nobody is new any more
    actions.confirm(second, by=boss)
    run_all()
    second.refresh_from_db()
    assert (second.status, second.counts.get("new", 0), second.counts["same"]) == ("done", 0, 2)
    assert Person.objects.filter(name="Kim Lee").count() == 1


def test_two_yeses_bring_them_in_once(boss) -> None:
    batch = take_in(boss, KIM)
    stale = Import.objects.get(pk=batch.pk)
    actions.confirm(batch, by=boss)
    actions.confirm(stale, by=boss)
    run_all()
    assert JobRecord.objects.filter(task__endswith="merge_import").count() == 1
    assert Event.objects.filter(verb="import.done").count() == 1


@pytest.mark.parametrize("status", ["reading", "checked", "failed"])
def test_it_can_be_given_up_until_it_is_written(boss, status) -> None:
    batch = take_in(boss, KIM) if status == "checked" else actions.start(
        ContentFile(b"No,Name\n1,Kim Lee\n" if status == "reading" else b""), name="people.csv", source="hr", extent="partial",
        valid_on=date(2026, 11, 24), by=boss,
    )  # fmt: skip
    if status == "failed":
        run_all()
        batch.refresh_from_db()
    assert batch.status == status
    actions.cancel(batch, by=boss)
    run_all()
    batch.refresh_from_db()
    assert (batch.status, Person.objects.filter(is_administrator=False).count()) == ("cancelled", 0)


def test_given_up_while_it_is_read_it_stops_before_the_next_chunk(boss, monkeypatch) -> None:
    monkeypatch.setattr(staging, "CHUNK", 1)
    batch = actions.start(
        ContentFile("\n".join([HEADER, KIM, LOU, ADA]).encode()), name="people.csv", source="hr", extent="partial",
        valid_on=date(2026, 11, 24), by=boss,
    )  # fmt: skip
    written = storing.insert

    def insert_and_be_given_up(rows: Any) -> None:
        written(rows)
        Import.objects.filter(pk=batch.pk).update(status="cancelled")

    monkeypatch.setattr(storing, "insert", insert_and_be_given_up)
    run_all()
    batch.refresh_from_db()
    assert (batch.status, batch.rows.count(), batch.findings) == ("cancelled", 1, {})


def test_killed_between_chunks_it_starts_over_and_doubles_no_row(boss, monkeypatch) -> None:
    monkeypatch.setattr(staging, "CHUNK", 1)
    batch = actions.start(
        ContentFile("\n".join([HEADER, KIM, LOU, ADA]).encode()), name="people.csv", source="hr", extent="partial",
        valid_on=date(2026, 11, 24), by=boss,
    )  # fmt: skip
    written, times = storing.insert, iter(range(10))

    def insert_and_die(rows: Any) -> None:
        written(rows)
        if next(times) == 1:
            raise Killed

    monkeypatch.setattr(storing, "insert", insert_and_die)
    with pytest.raises(Killed):
        run_all()
    batch.refresh_from_db()
    assert (batch.status, batch.rows.count()) == ("reading", 1)  # the chunk in hand was undone with its transaction
    JobRecord.objects.filter(status="running").update(lease_until=datetime(2000, 1, 1, tzinfo=UTC))
    run_all()
    batch.refresh_from_db()
    assert (batch.status, sorted(batch.rows.values_list("number", flat=True))) == ("checked", [2, 3, 4])
    actions.confirm(batch, by=boss)
    run_all()
    assert Person.objects.filter(is_administrator=False).count() == 3


def test_killed_while_it_is_written_it_has_written_nothing_and_goes_on_later(boss, monkeypatch) -> None:
    batch = take_in(boss, KIM, LOU, ADA)
    actions.confirm(batch, by=boss)

    def die(*_arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(merge, "_write_events", die)
        with pytest.raises(Killed):
            run_all()
    assert (Person.objects.filter(is_administrator=False).count(), Identity.objects.count()) == (0, 0)
    JobRecord.objects.filter(status="running").update(lease_until=datetime(2000, 1, 1, tzinfo=UTC))
    run_all()
    batch.refresh_from_db()
    assert (batch.status, Person.objects.filter(is_administrator=False).count()) == ("done", 3)
    assert Event.objects.filter(verb="import.done").count() == 1


def test_a_file_that_is_gone_is_said_and_nothing_happens(boss) -> None:
    batch = actions.start(
        ContentFile(f"{HEADER}\n{KIM}".encode()), name="people.csv", source="hr", extent="partial", valid_on=date(2026, 11, 24), by=boss
    )  # fmt: skip
    batch.file.storage.delete(batch.file.name)
    run_all()
    batch.refresh_from_db()
    assert (batch.status, batch.message) == (
        "failed",
        "The file can't be read on the server: No such file or directory. Nothing was brought in. Upload it again.",
    )


def test_a_fault_of_the_program_is_said_and_can_be_tried_again(boss, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(staging, "dry_run", lambda *_a, **_k: 1 / 0)
        batch = actions.start(
            ContentFile(f"{HEADER}\n{KIM}".encode()), name="people.csv", source="hr", extent="partial", valid_on=date(2026, 11, 24), by=boss
        )  # fmt: skip
        run_all(raising=False)
    batch.refresh_from_db()
    assert (batch.status, batch.message.split(".")[0]) == ("failed", "A fault of the program stopped this")
    actions.try_again(batch, by=boss)
    run_all()
    batch.refresh_from_db()
    assert (batch.status, batch.message, batch.counts["new"]) == ("checked", "", 1)


def test_what_was_chosen_once_is_chosen_for_the_next_file_of_its_source(boss) -> None:
    header = "No,Name,Hired,Blah"
    batch = take_in(boss, "1,Kim Lee,01/02/2019,Nurse", header=header)
    assert staging.unanswered(batch) == [
        "The dates of 1 column can be read two ways. Which comes first, the day or the month?"
    ]
    actions.change(batch, by=boss, answers={"date_order": "dmy"}, mapping={"columns": {"Blah": "position"}})
    run_all()
    batch.refresh_from_db()
    actions.confirm(batch, by=boss, answers={"email": "claim_codes"})
    run_all()
    again = bring_in(boss, "2,Lou Hill,03/02/2019,Clerk", header=header, day="2026-11-25")
    assert [question["answer"] for question in again.findings["questions"]] == ["dmy", "claim_codes"]
    assert set(Person.objects.filter(is_administrator=False).values_list("name", "position", "hired_on")) == {
        ("Kim Lee", "Nurse", date(2019, 2, 1)),
        ("Lou Hill", "Clerk", date(2019, 2, 3)),
    }


def test_addresses_are_made_by_the_rule_that_was_said_and_never_one_twice(boss) -> None:
    batch = bring_in(
        boss, "1,Kim Lee", "2,Lou Hill", "3,Kim Lee", header="No,Name", answers={"email": "first.last@example.org"}
    )
    assert sorted(Person.objects.filter(is_administrator=False).values_list("name", "email"), key=str) == [
        ("Kim Lee", None), ("Kim Lee", None), ("Lou Hill", "lou.hill@example.org"),
    ]  # fmt: skip
    assert batch.findings["kinds"] == {"email.rule": 2}


def test_an_address_of_somebody_else_is_never_taken_over(boss) -> None:
    bring_in(boss, KIM, LOU)
    batch = bring_in(boss, KIM.replace("kim@", "lou@"), LOU.replace("lou@", ""), day="2026-11-25")
    assert {(name, email) for name, email, _d, _m in people()} == {
        ("Kim Lee", "kim@example.org"), ("Lou Hill", "lou@example.org"),
    }  # fmt: skip
    assert batch.findings["kinds"] == {"email.invalid": 1, "email.taken": 1}


def test_the_hr_export_comes_in_as_it_is(boss) -> None:
    batch = bring_in(boss, data=as_csv(hr_rows()), day="2019-03-01")
    assert {key: batch.counts[key] for key in ("new", "new_leavers", "new_without_address")} == {
        "new": 120, "new_leavers": 40, "new_without_address": 80,
    }  # fmt: skip
    assert Person.objects.exclude(left_on=None).count() == 40
    wil = Person.objects.get(identities__external_id="10000")
    assert (wil.given_name, wil.family_name, wil.department, wil.email) == ("Wil K", "Adler", "Production", None)
    assert SensitiveFact.objects.count() == 0
    again = bring_in(boss, data=as_csv(hr_rows()), day="2019-03-02", extent="full")
    assert {key: again.counts.get(key, 0) for key in ("new", "changed", "same")} == {
        "new": 0,
        "changed": 0,
        "same": 120,
    }


def test_what_ended_a_week_ago_is_emptied_and_the_counts_stay(boss) -> None:
    batch = bring_in(boss, KIM)
    name = batch.file.name
    with clock.moved(timedelta(days=8)):
        jobs.drop_old_imports.call()
    batch.refresh_from_db()
    assert (batch.rows.count(), batch.findings, bool(batch.file), batch.counts["new"]) == (0, {}, False, 1)
    assert not batch.file.storage.exists(name)


@pytest.mark.parametrize("who", ["person", "visitor"])
def test_only_administrators_bring_people_in(boss, who) -> None:
    batch = take_in(boss, KIM)
    other = Actor.of(make_person()) if who == "person" else VISITOR
    for verb in (actions.confirm, actions.cancel, actions.try_again):
        with pytest.raises(Denied, match="Only administrators can import people"):
            verb(batch, by=other)
    assert not Import.objects.visible_to(other).exists()
    assert Import.objects.visible_to(boss).exists()
