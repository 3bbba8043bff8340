"""The pages around a run, as its managers use them and as nobody else sees them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from tests.factories import make_mentorship, make_person
from tests.matches.test_criteria import posted
from tests.matches.world import Enroll

from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import Event
from openmentor.matches import actions, telling
from openmentor.matches.models import ComparedList, MatchingRun, PoolLook
from openmentor.people.models import Person
from openmentor.programs import overview
from openmentor.programs.models import Cohort
from openmentor.surveys.models import Question

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
Queries = Callable[[], AbstractContextManager[CaptureQueriesContext]]
Status = MatchingRun.Status


@pytest.fixture
def client(sign_in: SignIn, manager: Person) -> Client:
    """Signed in as the manager."""
    return sign_in(manager)


def url(name: str, pk: int) -> str:
    return reverse(f"matches:{name}", args=[pk])


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def reach(run: MatchingRun, compared: ComparedList) -> list[tuple[str, str]]:
    """Every door around a run with the method that it takes."""
    of_cohort = ["cohort", "readiness", "settings", "comparison", "lists"]
    posts = ["beginning", "runs", "mappings", "reminders", "averages", "defaults", "settings", "lists"]
    return [
        *(("get", url(name, run.cohort_id)) for name in of_cohort), *(("post", url(name, run.cohort_id)) for name in posts),
        *(("get", url(name, run.pk)) for name in ("board", "progress", "discarding", "export")),
        *(("post", url(name, run.pk)) for name in ("cancellation", "discarding")),
        *(("get", url(name, compared.pk)) for name in ("list", "list_removal")), ("post", url("list_removal", compared.pk)),
    ]  # fmt: skip


def test_whoever_does_not_run_the_program_finds_none_of_it(
    run: MatchingRun, cast: dict[str, Actor], sign_in: SignIn, client: Client
) -> None:
    compared = ComparedList.objects.create(cohort=run.cohort, name="Mine", pairs=[], created_at=clock.now())
    doors = reach(run, compared)
    before = Event.objects.count()
    for who in ("stranger", "member", "other_manager", "sponsor", "administrator"):
        person = cast[who].person
        assert person is not None
        signed = sign_in(person)
        for method, address in doors:
            assert getattr(signed, method)(address).status_code == 404, (who, method, address)
    for method, address in doors:
        assert getattr(Client(), method)(address).status_code == 302
    assert Event.objects.count() == before
    assert {client.get(address).status_code for method, address in doors if method == "get"} == {200}


class TestTheCohortsPage:
    def test_the_step_to_matching_is_one_click_away(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        Cohort.objects.filter(pk=cohort.pk).update(status="recruiting")
        assert "Begin matching" in page(client, url("cohort", cohort.pk))
        assert client.post(url("runs", cohort.pk)).status_code == 403
        client.post(url("beginning", cohort.pk))
        cohort.refresh_from_db()
        assert cohort.status == "matching"
        assert "Run the matching" in page(client, url("cohort", cohort.pk))
        assert client.post(url("beginning", cohort.pk)).status_code == 302  # a second click

    def test_what_the_step_waits_for_is_said(self, cohort: Cohort, client: Client, enroll: Enroll) -> None:
        Cohort.objects.filter(pk=cohort.pk).update(status="recruiting")
        enroll("Uma", "mentee")
        found = page(client, url("cohort", cohort.pk))
        assert "No mentor is approved yet." in found
        assert url("beginning", cohort.pk) not in found

    def test_two_clicks_start_one_run_and_lead_to_it(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        first, second = client.post(url("runs", cohort.pk)), client.post(url("runs", cohort.pk))
        run = MatchingRun.objects.get()
        assert (first["Location"], second["Location"]) == (run.get_absolute_url(), run.get_absolute_url())
        found = page(client, url("cohort", cohort.pk))
        assert "Waiting for its turn" in found
        run_all()
        found = page(client, url("cohort", cohort.pk))
        assert "Run 1 waits to be published" in found
        assert "proved: none is better" in found

    def test_fewer_places_than_mentees_are_a_warning(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        assert "There is 1 place too few." in page(client, url("cohort", cohort.pk))

    def test_a_pool_that_changed_is_said(self, run: MatchingRun, client: Client, enroll: Enroll) -> None:
        assert "have changed since run" not in page(client, url("cohort", run.cohort_id))
        enroll("Zed New", "mentee")
        PoolLook.objects.all().delete()
        found = page(client, url("cohort", run.cohort_id))
        assert "People or answers have changed since run 1" in found
        assert "people or answers changed since" in found

    def test_settings_that_changed_since_the_last_run_are_listed(
        self, run: MatchingRun, client: Client, manager: Person
    ) -> None:
        actions.change_settings(Cohort.objects.get(pk=run.cohort_id), {"weights": {"goals": 2}}, by=Actor.of(manager))
        found = page(client, url("cohort", run.cohort_id))
        assert "Changed since run 1" in found
        assert "Weight of goals" in found

    def test_a_result_is_put_away_once(self, run: MatchingRun, client: Client) -> None:
        assert "Put run 1 away?" in page(client, url("discarding", run.pk))
        for _ in range(2):
            assert client.post(url("discarding", run.pk))["Location"] == url("cohort", run.cohort_id)
        run.refresh_from_db()
        assert run.status == Status.DISCARDED
        assert Event.objects.filter(verb="run.discarded").count() == 1

    def test_it_costs_the_same_for_one_run_and_for_three(self, cohort: Cohort, client: Client, pool: dict[str, Enrollment], matched: Callable[[], MatchingRun], queries: Queries) -> None:  # fmt: skip
        counts = []
        for more in (1, 2):
            for _ in range(more):
                matched()
            page(client, url("cohort", cohort.pk))
            with queries() as asked:
                page(client, url("cohort", cohort.pk))
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 16


class TestProgress:
    def test_it_is_asked_for_until_it_is_over(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        client.post(url("runs", cohort.pk))
        run = MatchingRun.objects.get()
        MatchingRun.objects.filter(pk=run.pk).update(status="solving", stage="scores", progress=0.25)
        answer = client.get(url("progress", run.pk))
        assert "Looking at every pair" in answer.content.decode()
        assert f'hx-get="{url("progress", run.pk)}"' in answer.content.decode()
        assert "HX-Refresh" not in answer
        MatchingRun.objects.filter(pk=run.pk).update(status="ready")
        answer = client.get(url("progress", run.pk))
        assert answer["HX-Refresh"] == "true"
        assert "hx-get" not in answer.content.decode()

    def test_it_is_cancelled_and_a_second_click_finds_it_over(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        client.post(url("runs", cohort.pk))
        run = MatchingRun.objects.get()
        assert client.post(url("cancellation", run.pk), headers={"HX-Request": "true"})["HX-Refresh"] == "true"
        assert client.post(url("cancellation", run.pk))["Location"] == run.get_absolute_url()
        run.refresh_from_db()
        assert run.status == Status.CANCELLED
        assert "Run 1 was cancelled" in page(client, run.get_absolute_url())

    def test_why_there_is_no_result_is_said_with_names(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        Person.objects.filter(pk=pool["Ada"].person_id).update(timezone="Nowhere/Land")
        client.post(url("runs", cohort.pk))
        run_all()
        found = page(client, MatchingRun.objects.get().get_absolute_url())
        assert "Run 1 ended without a result." in found
        assert "Ada Lead, time zone:" in found
        assert "Nowhere/Land" in found
        assert "mentors, row" not in found

    @pytest.mark.parametrize("side", ["mentors", "mentees"])
    def test_a_confidential_answer_is_never_quoted(self, side: str) -> None:
        person = make_person("Ada Lead")
        (told,) = telling.faults([f"{side}, row 3 (id '{person.pk}'), column birth_year: 'CANARY' is no year"])
        assert told == "Ada Lead, generation: this answer can't be read."

    def test_stages_are_said_in_words(self) -> None:
        for stage in ("people", "reference", "scores", "flow", "anything else", "storing", ""):
            assert telling.stage(MatchingRun(status="solving", stage=stage))[0].isupper()


class TestReadiness:
    def test_it_shows_shares_effects_and_who_is_held_back(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment], enroll: Enroll
    ) -> None:
        Cohort.objects.filter(pk=cohort.pk).update(gate_survey=True)
        enroll("Zed Silent", "mentee")
        found = page(client, url("readiness", cohort.pk))
        assert "4 dimensions count" in found
        assert "Zed Silent" in found
        assert "Nobody has said it." in found

    def test_everybody_held_back_is_reminded_in_one_click_and_not_twice(
        self, cohort: Cohort, client: Client, enroll: Enroll
    ) -> None:
        Cohort.objects.filter(pk=cohort.pk).update(gate_survey=True)
        enroll("Zed Silent", "mentee")
        for expected in ("1 person is reminded.", "Nobody was left to remind"):
            answer = client.post(url("reminders", cohort.pk), follow=True)
            assert answer.redirect_chain[0][0] == url("readiness", cohort.pk) + "#held"
            assert expected in answer.content.decode()
        assert Event.objects.filter(verb="enrollment.reminded").count() == 1

    def test_positions_and_sites_are_mapped_for_all_and_taken_back(
        self, cohort: Cohort, client: Client, enroll: Enroll
    ) -> None:
        enroll("Ada", "mentor", position="Lead", site="Oslo")
        enroll("Uma", "mentee", position="Cook, first", site="Oslo")
        data = {
            "level-word": ["Lead", "Cook, first"],
            "level-value": ["4", "1"],
            "timezone-word": ["Oslo"],
            "timezone-value": [" europe/oslo "],
        }
        assert client.post(url("mappings", cohort.pk), data).status_code == 302
        cohort.refresh_from_db()
        assert cohort.mappings == {"level": {"Cook, first": 1, "Lead": 4}, "timezone": {"Oslo": "Europe/Oslo"}}
        assert 'value="Europe/Oslo"' in page(client, url("readiness", cohort.pk))
        client.post(url("mappings", cohort.pk), {**data, "level-value": ["", "1"]})
        cohort.refresh_from_db()
        assert cohort.mappings["level"] == {"Cook, first": 1}
        assert Event.objects.filter(verb="matching.mapped").count() == 2

    @pytest.mark.parametrize(
        ("kind", "value"),
        [("level", "high"), ("level", "101"), ("level", "1.5"), ("timezone", "Oslo"), ("timezone", "../etc/passwd")],
    )
    def test_what_is_no_level_or_time_zone_is_refused_and_kept_on_the_page(
        self, cohort: Cohort, client: Client, enroll: Enroll, kind: str, value: str
    ) -> None:
        enroll("Ada", "mentor", position="Lead", site="Oslo")
        answer = client.post(
            url("mappings", cohort.pk),
            {f"{kind}-word": ["Lead" if kind == "level" else "Oslo"], f"{kind}-value": [value]},
        )
        assert answer.status_code == 422
        assert f'value="{value}"' in answer.content.decode()
        cohort.refresh_from_db()
        assert cohort.mappings == {}

    def test_averages_are_measured_anew(self, cohort: Cohort, client: Client) -> None:
        client.post(url("averages", cohort.pk))
        cohort.refresh_from_db()
        assert cohort.matching_version == 2

    def test_it_costs_the_same_for_one_and_for_three(
        self, cohort: Cohort, client: Client, enroll: Enroll, queries: Queries
    ) -> None:
        from django.core.cache import cache

        Cohort.objects.filter(pk=cohort.pk).update(gate_survey=True)
        counts = []
        for names in (["A"], ["B", "C"]):
            for name in names:
                enroll(f"{name} One", "mentor", position=name, site=name, answers={"helps_with": ["lead"]})
                enroll(f"{name} Two", "mentee", position=name, site=name)
            cache.clear()
            PoolLook.objects.all().delete()
            with queries() as asked:
                page(client, url("readiness", cohort.pk))
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 32


class TestSettings:
    def test_they_are_changed_told_and_dropped_again(self, cohort: Cohort, client: Client) -> None:
        page(client, url("settings", cohort.pk))
        data = posted(cohort, weight_goals="3", time_zone="6")
        assert client.post(url("settings", cohort.pk), data).status_code == 302
        cohort.refresh_from_db()
        assert cohort.matching == {"weights": {"goals": 3.0}, "rules": {"time_zone": 6.0}}
        found = page(client, url("settings", cohort.pk))
        assert "Hours between their clocks, at most" in found
        assert "Back to the usual settings" in found
        client.post(url("defaults", cohort.pk))
        cohort.refresh_from_db()
        assert cohort.matching == {}
        assert list(Event.objects.filter(verb="matching.changed").values_list("facts", flat=True)) == [
            {"version": 2},
            {"version": 3},
        ]

    def test_a_fault_keeps_what_was_written(self, cohort: Cohort, client: Client) -> None:
        answer = client.post(url("settings", cohort.pk), posted(cohort, weight_goals="99"))
        assert answer.status_code == 422
        assert 'value="99"' in answer.content.decode()
        cohort.refresh_from_db()
        assert cohort.matching == {}

    def test_who_saves_what_somebody_changed_meanwhile_is_told(
        self, cohort: Cohort, client: Client, manager: Person
    ) -> None:
        data = posted(cohort, weight_goals="3")
        actions.change_settings(Cohort.objects.get(pk=cohort.pk), {"aim": "total"}, by=Actor.of(manager))
        assert client.post(url("settings", cohort.pk), data).status_code == 409
        cohort.refresh_from_db()
        assert cohort.matching == {"aim": "total"}

    def test_a_closed_cohort_keeps_its_settings(self, cohort: Cohort, client: Client) -> None:
        Cohort.objects.filter(pk=cohort.pk).update(status="closed")
        assert client.get(url("settings", cohort.pk)).status_code == 403
        assert "Settings</a>" not in page(client, url("cohort", cohort.pk))

    def test_every_rule_and_direction_reaches_the_engine(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        data = posted(cohort, direction_department="same", department="same", weight_department="20")
        client.post(url("settings", cohort.pk), data)
        client.post(url("runs", cohort.pk))
        run_all()
        run = MatchingRun.objects.get()
        pairs = {
            (each.mentor.person.department, each.mentee.person.department)
            for each in run.matches.select_related("mentor__person", "mentee__person")
        }
        assert pairs
        assert all(mentor == mentee for mentor, mentee in pairs)


class TestComparing:
    def test_two_runs_side_by_side(
        self, run: MatchingRun, client: Client, manager: Person, matched: Callable[[], MatchingRun]
    ) -> None:
        assert "Two results are needed" in page(client, url("comparison", run.cohort_id))
        actions.change_settings(Cohort.objects.get(pk=run.cohort_id), {"weights": {"goals": 0}}, by=Actor.of(manager))
        matched()
        found = page(client, url("comparison", run.cohort_id) + "?first=1&second=2")
        assert "All fits here are by those of Run 2." in found
        assert "Weight of goals" in found
        assert "Choose two different runs." in page(client, url("comparison", run.cohort_id) + "?first=1&second=1")
        page(client, url("comparison", run.cohort_id) + "?first=nobody&second=-1")

    def test_a_list_is_brought_compared_and_thrown_away(self, run: MatchingRun, client: Client) -> None:
        file = SimpleUploadedFile("by hand.csv", b"Mentor,Mentee\nAda Lead,Vic Two\nNobody,Uma One\n")
        answer = client.post(url("lists", run.cohort_id), {"file": file}, follow=True)
        found = answer.content.decode()
        assert "“Nobody” is no mentor of this cohort." in found
        assert "Best pair first" in found
        compared = ComparedList.objects.get()
        assert compared.name == "by hand.csv"
        assert "by hand.csv" in page(client, url("lists", run.cohort_id))
        assert "Throw this list away?" in page(client, url("list_removal", compared.pk))
        client.post(url("list_removal", compared.pk))
        assert not ComparedList.objects.exists()
        assert client.get(url("list", compared.pk)).status_code == 404

    def test_a_list_before_any_run_waits_for_one(
        self, cohort: Cohort, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        file = SimpleUploadedFile("x.csv", b"Mentor,Mentee\nAda Lead,Vic Two\n")
        assert (
            "No run to compare with"
            in client.post(url("lists", cohort.pk), {"file": file, "name": "Mine"}, follow=True).content.decode()
        )

    @pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"\x00\x01\x02", "mentor,mentee\nä,ö\n".encode("utf-16")])
    def test_a_file_that_cannot_be_read_is_refused_whole(self, cohort: Cohort, client: Client, data: bytes) -> None:
        answer = client.post(url("lists", cohort.pk), {"file": SimpleUploadedFile("x.csv", data)})
        assert answer.status_code == 422
        assert not ComparedList.objects.exists()


class TestExport:
    def rows(self, client: Client, run: MatchingRun) -> list[dict[str, Any]]:
        answer = client.get(url("export", run.pk) + "?format=csv")
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        return list(csv.DictReader(io.StringIO(text)))

    def test_pairs_people_and_reasons_and_who_has_nobody(
        self, run: MatchingRun, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        rows = self.rows(client, run)
        assert {(row["Mentor"], row["Mentee"], row["Made by"]) for row in rows} == {
            ("Ada Lead", "Uma One", "the matching"), ("Ada Lead", "Xia Four", "the matching"), ("Bo Tech", "Vic Two", "the matching"),
            ("Cy Net", "Wes Three", "the matching"), ("", "Yan Five", "nobody"),
        }  # fmt: skip
        uma = next(row for row in rows if row["Mentee"] == "Uma One")
        assert uma["Mentor, e-mail"] == pool["Ada"].person.email
        assert "Leading people" in uma["Why"]
        assert 0 < float(uma["Fit, 0 to 100"]) <= 100
        assert list(Event.objects.filter(verb="matches.exported").values_list("facts", flat=True)) == [
            {"format": "csv"}
        ]

    def test_a_workbook_with_a_sheet_for_each(self, run: MatchingRun, client: Client) -> None:
        answer = client.get(url("export", run.pk) + "?format=xlsx")
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
        assert book.sheetnames == ["Pairs", "Without a match"]
        assert (book["Pairs"].max_row, book["Without a match"].max_row) == (5, 2)

    def test_names_that_a_spreadsheet_would_run_are_made_harmless(
        self, run: MatchingRun, client: Client, pool: dict[str, Enrollment]
    ) -> None:
        Person.objects.filter(pk=pool["Ada"].person_id).update(name="=HYPERLINK(1)", department="@x")
        row = next(row for row in self.rows(client, run) if row["Mentee"] == "Uma One")
        assert (row["Mentor"], row["Mentor, department"]) == ("'=HYPERLINK(1)", "'@x")

    def test_nothing_confidential_and_no_veto_stands_in_it(
        self, cohort: Cohort, pool: dict[str, Enrollment], matched: Callable[[], MatchingRun], client: Client
    ) -> None:
        from tests.matches.world import answer

        Question.objects.filter(key="values").update(audience="confidential")
        for who in ("Ada", "Uma"):
            answer(pool[who], {"challenge": ["stress"]})
        Veto.objects.create(author=pool["Yan"].person, kind="person", person=pool["Cy"].person, said_at=clock.now())
        run = matched()
        assert any(reason["key"] == "challenge" for match in run.matches.all() for reason in match.reasons)
        told = str(self.rows(client, run)).casefold()
        assert not [word for word in ("stress", "honesty", "learning;", "veto", "not allowed", "never") if word in told]

    def test_a_form_that_nobody_knows_and_a_run_without_a_result(self, run: MatchingRun, client: Client) -> None:
        assert client.get(url("export", run.pk) + "?format=exe").status_code == 404
        MatchingRun.objects.filter(pk=run.pk).update(status="failed")
        assert client.get(url("export", run.pk)).status_code == 403
        assert not Event.objects.filter(verb="matches.exported").exists()

    def test_it_costs_the_same_for_one_pair_and_for_more(
        self, run: MatchingRun, client: Client, queries: Queries
    ) -> None:
        counts = []
        for keep in (1, 4):
            kept = run.matches.values_list("pk", flat=True)[:keep]
            run.matches.update(in_draft=False)
            run.matches.filter(pk__in=list(kept)).update(in_draft=True)
            with queries() as asked:
                self.rows(client, run)
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 16


class TestTheOverview:
    def told(self, cohort: Cohort, manager: Person) -> tuple[set[str], dict[str, int]]:
        fresh, actor = Cohort.objects.get(pk=cohort.pk), Actor.of(manager)
        tasks = {str(task.text) for task in overview.tasks(fresh, actor)}
        return tasks, {str(stage.label): stage.count for stage in overview.stages(fresh, actor)}

    def test_the_next_thing_to_do_stands_among_the_tasks(
        self, cohort: Cohort, manager: Person, pool: dict[str, Enrollment], matched: Callable[[], MatchingRun]
    ) -> None:
        assert "Everybody is in. The matching can be run." in self.told(cohort, manager)[0]
        run = actions.start(Cohort.objects.get(pk=cohort.pk), by=Actor.of(manager))
        assert "Run 1 is under way." in self.told(cohort, manager)[0]
        run_all()
        assert "Run 1 waits to be published." in self.told(cohort, manager)[0]
        MatchingRun.objects.filter(pk=run.pk).update(status="published")
        assert not {text for text in self.told(cohort, manager)[0] if "Run 1" in text}

    def test_people_who_have_somebody_are_a_stage(
        self, cohort: Cohort, manager: Person, pool: dict[str, Enrollment]
    ) -> None:
        make_mentorship(cohort, mentor=pool["Ada"].person, mentee=pool["Uma"].person)
        assert self.told(cohort, manager)[1]["Matched"] == 2

    def test_the_tab_is_for_managers(
        self, cohort: Cohort, client: Client, cast: dict[str, Actor], sign_in: SignIn
    ) -> None:
        assert url("cohort", cohort.pk) in page(client, reverse("programs:cohort", args=[cohort.pk]))
        sponsor = cast["sponsor"].person
        assert sponsor is not None
        assert url("cohort", cohort.pk) not in page(sign_in(sponsor), reverse("programs:cohort", args=[cohort.pk]))
