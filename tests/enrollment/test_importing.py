"""Applications of a form's export or a spreadsheet: read, doubted, corrected, confirmed, written once."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.factories import make_enrollment, make_person
from tests.people.importing.made import bomb

from openmentor.enrollment import actions as enrollment_actions
from openmentor.enrollment import vetoes
from openmentor.enrollment.applying.application import load
from openmentor.enrollment.importing import actions, jobs, merging, reading
from openmentor.enrollment.importing.choices import Choices
from openmentor.enrollment.models import ApplicationImport, Enrollment, Preference, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.jobs import worker
from openmentor.foundation.models import Delivery, Event
from openmentor.people.models import Person
from openmentor.programs.models import Expectation, ProgramRole
from openmentor.surveys.models import Answer, Response

pytestmark = pytest.mark.django_db(transaction=True)

GOOGLE = [
    "Timestamp", "Email Address", "Would you like to be a mentor or a mentee?", "How many mentees can you take?",
    "What would you like to get out of it?", "Which skills can you pass on? [Python]", "Which skills can you pass on? [SQL]",
    "When are you usually free to meet?", "Who would you like to be matched with?", "Who should you not be matched with?",
    "What matters most to you at work?", "Any comments?",
]  # fmt: skip


def as_csv(header, *rows):
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode()


def as_xlsx(header, *rows):
    book = openpyxl.Workbook()
    for row in (header, *rows):
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def people():
    names = {
        "ann": ("Ann Lee", "Blue"), "bo": ("Bo Roe", "Red"), "cy": ("Cy Sun", "Blue"), "di": ("Di Fox", "Green"), "ed": ("Ed Gray", "Red"),
    }  # fmt: skip
    return {key: make_person(name, email=f"{key}@example.org", team=team) for key, (name, team) in names.items()}


@pytest.fixture
def google(people):
    """A Google Forms export with what goes wrong in life: somebody unknown, an unknown answer, a wish and a veto for nobody, two rows of one person."""
    return as_csv(
        GOOGLE,
        ["5/3/2024 9:00:01", "ann@example.org", "Mentor", "2", "", "4", "", "Mon 09:00-11:00", "Bo Roe", "", "", ""],
        [
            "5/3/2024 9:30:00",
            "bo@example.org",
            "I'm looking for a mentor",
            "",
            "Leading people, Salsa dancing",
            "",
            "",
            "",
            "Cy Sun; Ann Lee; Zoe Nobody",
            "Ed Gray",
            "Honesty, Fairnes",
            "hi",
        ],
        [
            "5/4/2024 10:00:00",
            "cy@example.org",
            "Both",
            "1",
            "Confidence",
            "",
            "5",
            "weekly",
            "",
            "Mr. Noname Unknown; team Green",
            "",
            "",
        ],
        [
            "5/5/2024 10:00:00",
            "cy@example.org",
            "Both",
            "3",
            "Confidence",
            "",
            "5",
            "Tue 10:00-12:00",
            "",
            "Mr. Noname Unknown; team Green",
            "",
            "",
        ],
        ["5/15/2024 11:00:00", "stranger@example.org", "Mentee", "", "Confidence", "", "", "", "", "", "", ""],
        ["5/15/2024 11:00:00", "di@example.org", "Maybe", "", "Confidence", "", "", "", "", "", "", ""],
    )


def start(cohort, manager, data, name="form.csv", **choices):
    return actions.start(cohort, SimpleUploadedFile(name, data), Choices(**choices), by=Actor.of(manager))


def fresh(batch):
    return ApplicationImport.objects.select_related("cohort__program", "created_by").get(pk=batch.pk)


def read(cohort, manager, data, name="form.csv", **choices):
    batch = start(cohort, manager, data, name, **choices)
    worker.run_all()
    return fresh(batch)


def merging_of(batch):
    return reading.reading(fresh(batch))


def write(batch, manager):
    actions.confirm(batch, by=Actor.of(manager))
    worker.run_all()
    return fresh(batch)


def enrolled():
    return {
        (each.person.name, each.role): (each.status, each.places)
        for each in Enrollment.objects.select_related("person")
    }


def answers_of(cohort, person):
    return load(cohort, person).values


def everything():
    """All that an import writes, to compare before and after."""
    return (
        sorted(
            Enrollment.objects.values_list(
                "person", "role", "status", "places", "response", "applied_at", "expectations_accepted_at"
            ),
            key=str,
        ),
        sorted(Answer.objects.values_list("pk", "response", "question", "answered_at")),
        sorted(Preference.objects.values_list("pk", "enrollment", "person", "rank")),
        sorted(Veto.objects.values_list("pk", "author", "kind", "person", "text"), key=str),
        Response.objects.count(),
        Person.objects.count(),
    )


def test_a_google_forms_export_is_read_with_every_doubt_and_nothing_is_written(cohort, manager, google):
    batch = read(cohort, manager, google)
    found = batch.findings
    assert batch.status == "checked"
    assert {column["column"]: column["to"] for column in found["columns"]} == {
        "Timestamp": "submitted_at", "Email Address": "email", "Would you like to be a mentor or a mentee?": "role",
        "How many mentees can you take?": "places", "What would you like to get out of it?": "question:goals",
        "Which skills can you pass on? [Python]": "question:skills_offered", "Which skills can you pass on? [SQL]": "question:skills_offered",
        "When are you usually free to meet?": "question:availability", "Who would you like to be matched with?": "wishes",
        "Who should you not be matched with?": "vetoes", "What matters most to you at work?": "question:values", "Any comments?": "leave_out",
    }  # fmt: skip
    assert (found["accepted"], found["roles"], found["wishes"], found["vetoes"]) == (
        3,
        {"mentor": 2, "mentee": 2},
        3,
        3,
    )
    assert [(each["name"] or each["email"], each["row"]) for each in found["strangers"]] == [
        ("stranger@example.org", 6)
    ]
    kinds = {(doubt["kind"], doubt["row"]) for doubt in found["doubts"]}
    assert kinds == {
        ("wish.unknown", 3),
        ("veto.unknown", 4),
        ("veto.unknown", 5),
        ("applicant.twice", 5),
        ("applicant.unknown", 6),
        ("role.unknown", 7),
    }
    assert [(group["question"], group["text"]) for group in found["unknown"]] == [("values", "Fairnes")]
    assert (Enrollment.objects.count(), Veto.objects.count(), Answer.objects.count()) == (0, 0, 0)


def test_what_was_checked_is_written(cohort, manager, google, people):
    batch = write(read(cohort, manager, google), manager)
    assert batch.status == "done"
    assert enrolled() == {
        ("Ann Lee", "mentor"): ("applied", 2), ("Bo Roe", "mentee"): ("applied", 1), ("Cy Sun", "mentor"): ("applied", 3), ("Cy Sun", "mentee"): ("applied", 1),
    }  # fmt: skip
    assert answers_of(cohort, people["ann"]) == {
        "skills_offered": [{"name": "Python", "level": 4}],
        "availability": "Mon 09:00-11:00",
    }
    assert answers_of(cohort, people["bo"])["goals"] == ["lead", "Salsa dancing"]
    assert answers_of(cohort, people["bo"])["values"] == ["honesty"]
    assert answers_of(cohort, people["cy"])["availability"] == "Tue 10:00-12:00"
    wished = Preference.objects.order_by("enrollment", "rank").values_list(
        "enrollment__person__name", "person__name", "rank"
    )
    assert set(wished) == {("Ann Lee", "Bo Roe", 1), ("Bo Roe", "Cy Sun", 1), ("Bo Roe", "Ann Lee", 2)}
    said = {
        (each.author.name, each.kind, str(each.person) if each.person else each.text)
        for each in Veto.objects.select_related("author", "person")
    }
    assert said == {
        ("Bo Roe", "person", "Ed Gray"),
        ("Cy Sun", "person", "Mr. Noname Unknown"),
        ("Cy Sun", "team", "Green"),
    }
    assert batch.counts == {
        "people": 3,
        "answers": batch.counts["answers"],
        "new": 4,
        "changed": 0,
        "wishes": 3,
        "vetoes": 3,
    }
    # In the order in which they were sent, and answered with that.
    assert Enrollment.objects.get(person=people["ann"]).applied_at == datetime(2024, 5, 3, 9, 0, 1, tzinfo=UTC)
    assert all(each.response.submitted_at for each in Enrollment.objects.all())


def test_a_veto_for_somebody_unknown_is_held_against_them_when_they_come(cohort, manager, google, people):
    write(read(cohort, manager, google), manager)
    later = make_person("Noname Unknown")
    assert vetoes.never([people["cy"], people["di"], later]) == {people["cy"].pk: {later.pk, people["di"].pk}}


def test_importing_the_same_file_again_changes_nothing(cohort, manager, google):
    write(read(cohort, manager, google, is_approved=True, has_accepted=True), manager)
    before = everything()
    batch = write(read(cohort, manager, google, is_approved=True, has_accepted=True), manager)
    assert everything() == before
    assert (batch.counts["new"], batch.counts["changed"], batch.counts["same"], batch.counts["answers"]) == (0, 0, 4, 0)


def test_a_corrected_file_brings_what_changed(cohort, manager, people):
    header = ["Timestamp", "Email Address", "Role", "What would you like to get out of it?", "Never with"]
    write(
        read(cohort, manager, as_csv(header, ["5/3/2024 9:00:00", "bo@example.org", "mentee", "Confidence", ""])),
        manager,
    )
    write(
        read(
            cohort, manager, as_csv(header, ["5/4/2024 9:00:00", "bo@example.org", "both", "Leading people", "Ed Gray"])
        ),
        manager,
    )
    assert answers_of(cohort, people["bo"])["goals"] == ["lead"]
    assert set(enrolled()) == {("Bo Roe", "mentee"), ("Bo Roe", "mentor")}
    assert Veto.objects.get().person == people["ed"]


def test_microsoft_forms_come_as_a_workbook(cohort, manager, people):
    began, ended = (
        datetime(2024, 5, 3, 9, minute, tzinfo=UTC).replace(tzinfo=None) for minute in (0, 5)
    )  # a workbook knows no zones
    data = as_xlsx(
        ["ID", "Start time", "Completion time", "Email", "Name", "Role", "What can you help with?", "What would you like to get out of it?", "Never with"],
        [1, began, ended, "ann@example.org", "Ann Lee", "Mentor", "Leading people;Confidence;", None, None],
        [2, began, ended, None, "Cy Sun", "Mentee", None, "Confidence;Being more visible;", "Ann Lee"],
        [3, began, ended, None, "Somebody Else", "Mentee", None, "Confidence;", None],
    )  # fmt: skip
    batch = read(cohort, manager, data, "form.xlsx")
    assert [(each["row"], each["name"]) for each in batch.findings["by_name"]] == [(3, "Cy Sun")]
    # A name is a suggestion: nobody is taken for somebody before the manager says so.
    assert batch.findings["accepted"] == 1
    batch = fresh(actions.read_again(batch, {}, Choices(by_name="some", by_name_rows=(3,)), by=Actor.of(manager)))
    worker.run_all()
    write(fresh(batch), manager)
    assert set(enrolled()) == {("Ann Lee", "mentor"), ("Cy Sun", "mentee")}
    assert answers_of(cohort, people["ann"])["helps_with"] == ["lead", "confidence"]
    assert Veto.objects.get().author == people["cy"]


def test_columns_and_answers_are_corrected_by_hand(cohort, manager, people):
    data = as_csv(
        ["Who", "As", "Wunschthema"],
        ["ann@example.org", "mentee", "Leadershp"],
        ["bo@example.org", "mentee", "Leadershp"],
    )
    batch = read(cohort, manager, data)
    mapping = {column["column"]: column["to"] for column in batch.findings["columns"]} | {
        "Wunschthema": "question:goals",
        "As": "role",
    }
    actions.read_again(batch, mapping, Choices(corrections={"goals": {"Leadershp": "lead"}}), by=Actor.of(manager))
    worker.run_all()
    batch = fresh(batch)
    assert batch.findings["unknown"] == []
    write(batch, manager)
    assert {name: answers_of(cohort, people[name])["goals"] for name in ("ann", "bo")} == {
        "ann": ["lead"],
        "bo": ["lead"],
    }


def test_a_file_without_roles_asks_for_them(cohort, manager, people):
    data = as_csv(["Email"], ["ann@example.org"], ["bo@example.org"])
    batch = read(cohort, manager, data)
    assert (batch.findings["needs_role"], batch.findings["accepted"]) == (True, 0)
    with pytest.raises(Denied, match="nobody"):
        actions.confirm(batch, by=Actor.of(manager))
    actions.read_again(batch, {}, Choices(default_role="both"), by=Actor.of(manager))
    worker.run_all()
    write(fresh(batch), manager)
    assert len(enrolled()) == 4


def test_approved_ones_are_in_until_the_cohort_is_full_the_earliest_first(cohort, manager, google):
    cohort.target_count = 2
    cohort.save()
    Expectation.objects.create(cohort=cohort, role="mentor", text="One hour.")
    batch = write(read(cohort, manager, google, is_approved=True, has_accepted=True), manager)
    assert {key: status for key, (status, _places) in enrolled().items()} == {
        ("Ann Lee", "mentor"): "approved", ("Bo Roe", "mentee"): "approved", ("Cy Sun", "mentor"): "applied", ("Cy Sun", "mentee"): "applied",
    }  # fmt: skip
    assert (batch.counts["approved"], batch.counts["no_room"]) == (2, 2)
    accepted = set(Enrollment.objects.exclude(expectations_accepted_at=None).values_list("role", flat=True))
    assert accepted == {"mentor"}


def test_who_was_declined_or_stepped_back_stays_so_and_who_was_invited_has_applied(cohort, manager, google, people):
    make_enrollment(cohort, people["ann"], "mentor", status="declined")
    make_enrollment(cohort, people["bo"], "mentee", status="withdrawn")
    make_enrollment(cohort, people["cy"], "mentor", status="invited")
    batch = write(read(cohort, manager, google), manager)
    states = {key: status for key, (status, _places) in enrolled().items()}
    assert states == {
        ("Ann Lee", "mentor"): "declined",
        ("Bo Roe", "mentee"): "withdrawn",
        ("Cy Sun", "mentor"): "applied",
        ("Cy Sun", "mentee"): "applied",
    }
    assert batch.counts["settled"] == 2


def test_an_answer_given_here_is_not_overwritten_by_an_older_one(cohort, manager, people):
    bo = people["bo"]
    enrollment_actions.begin(cohort, ["mentee"], by=Actor.of(bo))
    goals = next(item.question for item in load(cohort, bo).items if item.question.key == "goals")
    enrollment_actions.save_answers(load(cohort, bo), {goals: ["network"]}, by=Actor.of(bo))
    old = as_csv(
        ["Timestamp", "Email", "Role", "What would you like to get out of it?"],
        ["5/13/2024 9:00:00", "bo@example.org", "mentee", "Confidence"],
    )
    write(read(cohort, manager, old), manager)
    assert answers_of(cohort, bo)["goals"] == ["network"]
    Answer.objects.update(answered_at=clock.now() - timedelta(days=3_000))
    write(read(cohort, manager, old), manager)
    assert answers_of(cohort, bo)["goals"] == ["confidence"]


def test_people_who_are_not_there_are_added_by_administrators_alone(cohort, manager, google):
    batch = read(cohort, manager, google, unknown="create")
    assert Choices.of(batch.choices).unknown == "list"
    manager.is_administrator = True
    manager.save()
    batch = write(read(cohort, manager, google, unknown="create"), manager)
    stranger = Person.objects.get(email="stranger@example.org")
    assert Enrollment.objects.get(person=stranger).role == "mentee"
    assert Event.objects.filter(verb="person.added", actor_kind="import").count() == 1
    before = everything()
    write(read(cohort, manager, google, unknown="create"), manager)
    assert everything() == before


def test_one_event_for_the_batch_with_numbers_and_no_names_and_no_mail(cohort, manager, google):
    worker.run_all()
    write(read(cohort, manager, google), manager)
    event = Event.objects.get(verb="enrollment.imported")
    assert (event.actor_kind, event.actor_name, event.actor_id, event.cohort_id) == (
        "import",
        "applications",
        manager.pk,
        cohort.pk,
    )
    assert "vetoes" not in event.facts
    assert sorted(event.facts["enrollments"]) == sorted(Enrollment.objects.values_list("pk", flat=True))
    assert Delivery.objects.count() == 0


def test_the_file_and_what_it_says_are_dropped_once_written_or_given_up(cohort, manager, google, settings):
    batch = read(cohort, manager, google)
    path = Path(batch.file.path)
    assert path.exists()
    batch = write(batch, manager)
    assert (path.exists(), bool(batch.file), batch.findings) == (False, False, {})
    other = read(cohort, manager, google)
    path = Path(other.file.path)
    actions.cancel(other, by=Actor.of(manager))
    assert (path.exists(), fresh(other).findings) == (False, {})


def test_files_that_nobody_goes_on_with_are_forgotten(cohort, manager, google):
    batch = read(cohort, manager, google)
    path = Path(batch.file.path)
    assert jobs.forget_left_imports() == 0
    with clock.moved(timedelta(days=8)):
        assert jobs.forget_left_imports() == 1
    assert (path.exists(), fresh(batch).status) == (False, "cancelled")


def test_two_clicks_on_import_write_once(cohort, manager, google):
    batch = read(cohort, manager, google)
    again = fresh(batch)
    actions.confirm(batch, by=Actor.of(manager))
    with pytest.raises(Conflict):
        actions.confirm(again, by=Actor.of(manager))
    worker.run_all()
    assert Event.objects.filter(verb="enrollment.imported").count() == 1


def test_a_writing_that_ends_halfway_is_gone_on_with_or_leaves_nothing(cohort, manager, google, people, monkeypatch):
    batch = read(cohort, manager, google)
    actions.confirm(batch, by=Actor.of(manager))

    def killed(*_given, **_named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(merging, "merge", killed)
        with merging_of(batch) as found, pytest.raises(KeyboardInterrupt):
            merging.write(batch, found)
    assert (Response.objects.count(), Enrollment.objects.count(), Veto.objects.count()) == (3, 0, 0)
    assert fresh(batch).counts == {"written": 3, "total": 3}
    assert Person.objects.get(pk=people["bo"].pk).profile == {}
    # Whoever takes the job next goes on; nothing is there twice, and the profile is written.
    worker.run_all()
    assert (fresh(batch).status, len(enrolled()), Response.objects.count()) == ("done", 4, 3)
    assert Person.objects.get(pk=people["bo"].pk).profile == {"goals": ["lead", "Salsa dancing"]}
    again = read(cohort, manager, google)
    assert everything() == (write(again, manager) and everything())

    # Given up for good: what was there before stays, what nothing leads to goes.
    Enrollment.objects.filter(person=people["ann"]).delete()
    jobs.merging.unstage(batch)
    assert set(Response.objects.values_list("person", flat=True)) == {people["bo"].pk, people["cy"].pk}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"Email,Role,Remark\nann@example.org,mentee," + b"x" * 1_000_000, "row 2, column 3: This cell has 1000000 characters"),
        ("a.csv", b"Email,Role\nann@example.org,mentee,x,y\nbo@example.org,mentee\n", "row 2, column 3: This row has 4 cells, but there are 2 columns"),
        ("a.csv", b"Email,Role\n", "no row below the names"),
        ("a.csv", b"%PDF-1.4 \xff\xfe\x00\x01" * 100, "This is no table"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_says_where_and_why(cohort, manager, name, data, words):
    batch = read(cohort, manager, data, name=name)
    assert (batch.status, words in batch.message) == ("failed", True), batch.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_however_a_file_is_written_the_same_people_apply(cohort, manager, encoding, separator):
    zoe = make_person("Zoë Müller", email="zoe@example.org")
    text = (
        separator.join(["Name", "Role", "Preferred mentors"])
        + "\n"
        + separator.join(["Zoë Müller", "mentee", "Ann Lee"])
    )
    batch = read(cohort, manager, f"{text}\n".encode(encoding), by_name="all")
    write(batch, manager)
    assert list(Enrollment.objects.values_list("person", "role")) == [(zoe.pk, "mentee")]


def test_two_columns_of_one_name_and_two_rows_of_one_person_are_said(cohort, manager, people):
    data = b"Email,Email,Role\nann@example.org,bo@example.org,mentee\nANN@example.org,,mentor\n"
    batch = read(cohort, manager, data)
    assert [(each["kind"], each["row"], each["column"]) for each in batch.findings["doubts"]] == [
        ("header.twice", 1, "Email (2)"), ("applicant.twice", 3, None),
    ]  # fmt: skip
    write(batch, manager)
    assert enrolled() == {("Ann Lee", "mentor"): ("applied", cohort.default_places)}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"PK\x03\x04broken", "can't be opened"),
        (b'Email,Role\n"a,b\nc,d\ne,f\n', "quotation mark"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_leaves_nothing(cohort, manager, data, words):
    batch = read(cohort, manager, data)
    assert (batch.status, words in batch.message, batch.findings) == ("failed", True, {})
    assert Enrollment.objects.count() == 0


def test_a_file_of_which_no_column_says_who_applied_asks_for_it(cohort, manager, people, sign_in):
    data = as_csv(["Q1", "Q2"], ["mentee", "  Lee, Ann"], ["mentor", "Nobody, Zoe"], ["mentor", "Nobody, Zed"])
    batch = read(cohort, manager, data)
    assert (batch.status, batch.findings["needs_who"], batch.findings["accepted"]) == ("checked", True, 0)
    client = sign_in(manager)
    page = client.get(batch.get_absolute_url()).content.decode()
    assert "No column says who applied" in page
    assert client.post(batch.get_absolute_url(), {"verb": "import"}).status_code == 403
    client.post(batch.get_absolute_url(), {"column-1": "name", "by_name": "all", "verb": "read"})
    worker.run_all()
    assert (fresh(batch).findings["needs_who"], fresh(batch).findings["accepted"]) == (False, 1)


def test_of_several_people_with_one_name_the_manager_says_who_it_is(cohort, manager, people, sign_in):
    other = make_person("Ann Lee", email="ann.lee2@example.org", position="Baker", site="Oslo")
    data = as_csv(["Name", "Role"], ["Ann Lee", "mentee"], ["Lee, Ann", "mentor"], ["Bo Roe", "mentor"])
    batch = read(cohort, manager, data, by_name="all")
    assert [(each["row"], each["name"], [one["id"] for one in each["people"]]) for each in batch.findings["ambiguous"]] == [
        (2, "Ann Lee", [people["ann"].pk, other.pk]), (3, "Lee, Ann", [people["ann"].pk, other.pk]),
    ]  # fmt: skip
    client, here = sign_in(manager), batch.get_absolute_url()
    assert "Ann Lee · Baker · Oslo · ann.lee2@example.org" in client.get(here).content.decode()
    stays = {"by_name": "all", "verb": "read"}
    # Somebody who does not have that name can't be put in their place.
    client.post(here, {**stays, "meant-2": other.pk, "meant-3": people["cy"].pk})
    worker.run_all()
    assert (fresh(batch).choices["meant"], fresh(batch).findings["accepted"]) == ({"2": other.pk}, 2)
    client.post(here, {**stays, "meant-2": "", "meant-3": other.pk})
    worker.run_all()
    client.post(here, {**stays, "meant-3": other.pk, "verb": "import"})
    worker.run_all()
    assert set(Enrollment.objects.values_list("person", "role")) == {(other.pk, "mentor"), (people["bo"].pk, "mentor")}


def test_two_columns_for_one_place_are_refused_at_once_and_nothing_is_lost(cohort, manager, people, sign_in):
    data = as_csv(["Mail", "Second mail", "Role"], ["ann@example.org", "bo@example.org", "mentee"])
    batch = read(cohort, manager, data)
    assert [each["to"] for each in batch.findings["columns"]] == ["email", "leave_out", "role"]
    client, here = sign_in(manager), batch.get_absolute_url()
    # One that is chosen by hand takes the place of the one that was guessed.
    client.post(here, {"column-0": "email", "column-1": "email", "verb": "read"})
    worker.run_all()
    assert [each["to"] for each in fresh(batch).findings["columns"]] == ["leave_out", "email", "role"]
    answer = client.post(here, {"column-0": "name", "column-2": "name", "verb": "read"})
    page = answer.content.decode()
    assert (answer.status_code, fresh(batch).status) == (422, "checked")
    assert "is already taken from column “Mail”" in page.replace("&quot;", '"')
    assert page.count('<option value="name" selected>') == 2


def test_an_answer_that_breaks_the_rules_is_said_and_left_out(cohort, manager, people):
    data = as_csv(
        ["Email", "Role", "In which year were you born?", "What would you like to get out of it?"],
        ["ann@example.org", "mentee", "1066", "Leading people; Confidence; Being more visible; Thinking strategically"],
    )
    batch = read(cohort, manager, data)
    assert [(group["question"], group["text"]) for group in batch.findings["unknown"]] == [("birth_year", "1066")]
    write(batch, manager)
    values = answers_of(cohort, people["ann"])
    assert "birth_year" not in values
    assert len(values.get("goals", [])) <= 3


# The page


def url(name, *args):
    return reverse(f"enrollment:{name}", args=args)


def test_from_upload_to_result_by_the_page(cohort, manager, google, sign_in, people):
    client = sign_in(manager)
    assert client.get(url("application_imports", cohort.pk)).status_code == 200
    answer = client.post(
        url("application_imports", cohort.pk), {"file": SimpleUploadedFile("form.csv", google), "is_approved": "on"}
    )
    here = answer["Location"]
    assert "Reading the file" in client.get(here).content.decode()
    worker.run_all()
    assert client.get(f"{here}progress/")["HX-Refresh"] == "true"
    page = client.get(here).content.decode()
    assert all(
        text in page
        for text in ("Zoe Nobody", "Mr. Noname Unknown", "Fairnes", "stranger@example.org", "Import 3 applications")
    )
    batch = ApplicationImport.objects.get()
    data = {f"column-{at}": column["to"] for at, column in enumerate(batch.findings["columns"])}
    # Something was changed: it is read again before anything is written.
    client.post(here, {**data, "correction-0": "fairness", "is_approved": "on", "verb": "import"})
    assert fresh(batch).status == "reading"
    worker.run_all()
    client.post(here, {**data, "is_approved": "on", "verb": "import"})
    worker.run_all()
    assert "Importing it again changes nothing." in client.get(here).content.decode()
    assert answers_of(cohort, people["bo"])["values"] == ["honesty", "fairness"]
    assert set(Enrollment.objects.values_list("status", flat=True)) == {"approved"}


def test_only_who_brought_a_file_sees_it(cohort, manager, google, sign_in, cast):
    batch = read(cohort, manager, google)
    other = make_person("Ed Gray")
    ProgramRole.objects.create(program=cohort.program, person=other, role="manager")
    for who in (
        other,
        *(
            cast[name].person
            for name in ("stranger", "applicant", "member", "sponsor", "other_manager", "administrator")
        ),
    ):
        client = sign_in(who)
        assert client.get(url("application_import", batch.pk)).status_code == 404
        assert client.get(url("application_import_progress", batch.pk)).status_code == 404
        assert client.post(url("application_import_cancellation", batch.pk)).status_code == 404
    assert sign_in(other).get(url("application_imports", cohort.pk)).status_code == 200
    assert "form.csv" not in sign_in(other).get(url("application_imports", cohort.pk)).content.decode()


@pytest.mark.parametrize("who", ["stranger", "applicant", "member", "sponsor", "other_manager", "administrator"])
def test_only_managers_bring_files(cohort, google, sign_in, cast, who):
    answer = sign_in(cast[who].person).post(
        url("application_imports", cohort.pk), {"file": SimpleUploadedFile("form.csv", google)}
    )
    assert (answer.status_code, ApplicationImport.objects.count()) == (404, 0)


def test_a_wish_for_somebody_in_the_same_role_is_left_out_and_that_is_said(cohort, manager, people, sign_in):
    header = ["Timestamp", "Email Address", "Role", "Who would you like to be matched with?"]
    rows = [
        ["5/3/2024 9:00:00", "ann@example.org", "mentor", ""],
        ["5/3/2024 9:01:00", "bo@example.org", "mentee", "Ann Lee; Cy Sun"],
        ["5/3/2024 9:02:00", "cy@example.org", "mentee", "Bo Roe"],
    ]
    batch = write(read(cohort, manager, as_csv(header, *rows)), manager)
    assert (batch.counts["wishes"], batch.counts["wishes_in_vain"]) == (1, 2)
    assert set(Preference.objects.values_list("enrollment__person__name", "person__name")) == {("Bo Roe", "Ann Lee")}
    page = sign_in(manager).get(f"/application-imports/{batch.pk}/").content.decode()
    assert "2 wishes were left out: they name somebody in the same role" in page


def test_a_full_disk_is_said_and_nothing_is_begun(cohort, manager, sign_in, google, monkeypatch):
    def full(*_given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("openmentor.foundation.files.keep", full)
    answer = sign_in(manager).post(
        url("application_imports", cohort.pk), {"file": SimpleUploadedFile("form.csv", google)}
    )
    assert (answer.status_code, ApplicationImport.objects.count()) == (422, 0)
    assert "its disk is full or can&#x27;t be written" in answer.content.decode()


def test_a_workbook_made_to_burst_is_refused_with_a_sentence(cohort, manager, tmp_path):
    data = bomb([["Email", "Role"], ["ann@example.org", "mentee"]], tmp_path)
    assert len(data) < 20_000
    batch = read(cohort, manager, data, name="form.xlsx")
    assert (batch.status, Enrollment.objects.count()) == ("failed", 0)
    assert "needs more memory or time than is given to it" in batch.message


def test_ten_thousand_applications_come_in_within_two_minutes(cohort, manager):
    """The bound is far above what it takes, so that it holds on a busy machine; a step for each row would pass it."""
    Person.objects.bulk_create(
        (
            Person(name=f"Person No{at}", given_name="Person", family_name=f"No{at}", email=f"no{at}@example.org")
            for at in range(10_000)
        ),
        batch_size=1_000,
    )
    rows = (
        [f"no{at}@example.org", "Mentor" if at % 2 else "Mentee", "2", "Confidence", f"Person No{at ^ 1}", "team Red"]
        for at in range(10_000)
    )
    header = ["Email Address", "Mentor or mentee?", "How many mentees can you take?", "What would you like to get out of it?",
              "Who would you like to be matched with?", "Who should you not be matched with?"]  # fmt: skip
    began = time.monotonic()
    batch = read(cohort, manager, as_csv(header, *rows))
    assert batch.status == "checked", batch.message
    done = write(batch, manager)
    took = time.monotonic() - began
    assert (done.status, Enrollment.objects.filter(cohort=cohort).count(), Preference.objects.count()) == (
        "done",
        10_000,
        10_000,
    )
    assert Veto.objects.count() == 10_000
    assert Answer.objects.count() >= 5_000
    assert took < 120, f"{took:.0f} s"
