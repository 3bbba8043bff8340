"""The board's doors: who sees it, what it says, what it never says, and how many questions it asks of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import make_mentorship
from tests.matches.world import Enroll, pairs_of

from openmentor.enrollment import actions as enrollment_actions
from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.foundation.jobs.worker import run_all
from openmentor.matches import actions, publishing, questions
from openmentor.matches import draft as drafts
from openmentor.matches.models import DraftChange, Hold, MatchingRun
from openmentor.mentorships import actions as mentorship_actions
from openmentor.mentorships.models import Mentorship
from openmentor.people.models import Person
from openmentor.programs.models import Cohort
from openmentor.surveys.models import Question

Pool = dict[str, Enrollment]
SignIn = Callable[[Person], Client]
Status = MatchingRun.Status
HTMX = {"HTTP_HX_REQUEST": "true"}
OWN = {("Ada", "Uma"), ("Ada", "Xia"), ("Bo", "Vic"), ("Cy", "Wes")}


@pytest.fixture
def client(sign_in: SignIn, manager: Person) -> Client:
    return sign_in(manager)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def addresses(run: MatchingRun, pool: Pool) -> list[str]:
    one, other = pool["Bo"].pk, pool["Vic"].pk
    return [
        run.get_absolute_url(), reverse("matches:pair", args=[run.pk, one, other]), reverse("matches:unmatched", args=[run.pk, "mentees"]),
        reverse("matches:preview", args=[run.pk]) + f"?item={other}&from={one}&to=none", reverse("matches:change", args=[run.pk]) + f"?mentee={other}",
        reverse("matches:closed", args=[run.pk]) + f"?item={other}&from={one}&to={pool['Cy'].pk}&to=none",
        reverse("matches:reset", args=[run.pk]), reverse("matches:freshness", args=[run.pk]), reverse("matches:publication", args=[run.pk]),
        reverse("matches:publication_progress", args=[run.pk]), reverse("matches:question", args=[run.pk, one, other]),
    ]  # fmt: skip


@pytest.mark.django_db
class TestWhoSeesIt:
    def test_managers_do(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        for address in addresses(run, pool):
            assert client.get(address).status_code == 200, address

    @pytest.mark.parametrize("who", ["stranger", "member", "other_manager", "sponsor", "administrator"])
    def test_nobody_else_learns_that_it_is_there(
        self, run: MatchingRun, pool: Pool, sign_in: SignIn, cast: dict[str, Actor], who: str
    ) -> None:
        person = cast[who].person
        assert person is not None
        theirs = sign_in(person)
        for address in addresses(run, pool):
            assert theirs.get(address).status_code == 404, address
        for name in ("change", "undo", "redo", "reset", "hold", "publication", "publication_continuation"):
            assert theirs.post(reverse(f"matches:{name}", args=[run.pk])).status_code == 404, name
        held = Hold.objects.create(
            cohort=run.cohort, mentor=pool["Bo"], mentee=pool["Vic"], kind="lock", placed_at=clock.now()
        )
        assert theirs.post(reverse("matches:release", args=[held.pk])).status_code == 404
        assert Hold.objects.exists()

    def test_visitors_sign_in_first(self, run: MatchingRun, pool: Pool) -> None:
        for address in addresses(run, pool):
            assert Client().get(address).status_code == 302

    @pytest.mark.parametrize(
        "query",
        [
            "",
            "?mentee=x",
            "?mentee=999999",
            "?mentee=1&mentor=2",
            "?mentee=٣",
            "?mentee=-1",
            "?mentee=99999999999999999999999",
        ],
    )
    def test_hostile_ids_are_not_found(self, client: Client, run: MatchingRun, query: str) -> None:
        assert client.get(reverse("matches:change", args=[run.pk]) + query).status_code == 404

    def test_people_of_another_run_are_not_found(
        self, client: Client, run: MatchingRun, pool: Pool, enroll: Enroll
    ) -> None:
        late = enroll("Zoe Late", "mentee")
        change = reverse("matches:change", args=[run.pk])
        for given in (
            {"item": late.pk, "from": "none", "to": pool["Bo"].pk}, {"item": pool["Vic"].pk, "from": pool["Bo"].pk, "to": pool["Wes"].pk},
            {"item": pool["Bo"].pk, "from": "none", "to": pool["Cy"].pk},
        ):  # fmt: skip
            assert client.post(change, {**given, "version": 0}).status_code == 404
        assert client.get(reverse("matches:pair", args=[run.pk, pool["Vic"].pk, pool["Bo"].pk])).status_code == 404

    def test_a_run_without_a_result_says_how_far_it_is(self, client: Client, cohort: Cohort, manager: Person) -> None:
        run = actions.start(Cohort.objects.get(pk=cohort.pk), by=Actor.of(manager))
        assert "Matching" in text(client.get(run.get_absolute_url()))
        assert client.get(reverse("matches:publication", args=[run.pk])).status_code == 404
        actions.cancel(run, by=Actor.of(manager))
        assert "Cancelled" in text(client.get(run.get_absolute_url()))


@pytest.mark.django_db
class TestWhatItSays:
    def test_the_proof_the_pairs_their_reasons_and_who_has_nobody(self, client: Client, run: MatchingRun) -> None:
        page = text(client.get(run.get_absolute_url()))
        assert "The best possible, and proved." in page
        assert "dimensions decide most: goals" in page or "decides most: goals" in page or "decide most:" in page
        for name in ("Ada Lead", "Uma One", "Yan Five"):
            assert name in page
        assert "The mentor helps with" in page
        assert "All places with the mentors who could be theirs went to others." in page

    def test_fit_has_a_unit(self, client: Client, run: MatchingRun) -> None:
        answer = client.get(run.get_absolute_url())
        assert run.value is not None
        said = {level.name: (level.value, level.note) for level in answer.context["levels"]}
        assert said["fit of a pair, on average"] == (f"{25 * run.value:.1f}", "points of 100")
        assert said["total fit"] == (f"{100 * run.value:.1f}", "points: the sum over 4 pairs")

    def test_how_far_a_change_by_hand_is_from_the_proved_best(
        self, client: Client, run: MatchingRun, pool: Pool, manager: Person
    ) -> None:
        plan = actions.move(
            run, mentee=pool["Vic"].pk, source=pool["Bo"].pk, target=pool["Cy"].pk, seen=0, by=Actor.of(manager)
        )
        assert run.bound is not None
        percent = round(-100 * plan.cost / run.bound, 1)
        assert percent > 0.1
        page = text(client.get(run.get_absolute_url()))
        assert f"Changed by hand: {percent} % below the proved best of {run.bound * 100:.1f} points in all." in page
        actions.move(run, mentee=pool["Uma"].pk, source=pool["Ada"].pk, target=None, seen=drafts.token_of(run), by=Actor.of(manager))  # fmt: skip
        page = text(client.get(run.get_absolute_url()))
        assert "1 mentee fewer has a mentor than could." in page
        assert "Left over by a change on this board." in page

    @pytest.mark.parametrize(
        ("query", "mentors"),
        [
            ("", ["Ada", "Bo", "Cy"]), ("?q=vic", ["Bo"]), ("?q=lead", ["Ada"]), ("?q=nobody", []), ("?show=changed", []), ("?show=free", []),
            ("?sort=name", ["Ada", "Bo", "Cy"]), ("?show=bogus&sort=bogus&page=-3", ["Ada", "Bo", "Cy"]), ("?page=abc", ["Ada", "Bo", "Cy"]),
        ],
    )  # fmt: skip
    def test_it_is_searched_and_sorted(self, client: Client, run: MatchingRun, query: str, mentors: list[str]) -> None:
        lanes = client.get(run.get_absolute_url() + query).context["board"].lanes
        assert sorted(lane.mentor.person.name.split()[0] for lane in lanes) == mentors

    def test_weak_pairs_stand_first(self, client: Client, run: MatchingRun) -> None:
        lanes = client.get(run.get_absolute_url()).context["board"].lanes
        weakest = [min(card.match.score for card in lane.cards) for lane in lanes]
        assert weakest == sorted(weakest)
        best = client.get(run.get_absolute_url() + "?sort=best").context["board"].lanes
        strongest = [max(card.match.score for card in lane.cards) for lane in best]
        assert strongest == sorted(strongest, reverse=True)

    def test_that_the_pool_has_changed_since(
        self, client: Client, run: MatchingRun, pool: Pool, manager: Person
    ) -> None:
        said = "Something has changed since this run"
        assert said not in text(client.get(run.get_absolute_url()))
        assert said not in text(client.get(reverse("matches:freshness", args=[run.pk])))
        enrollment_actions.withdraw(pool["Yan"], by=Actor.of(manager))
        for address in (run.get_absolute_url(), reverse("matches:freshness", args=[run.pk]), reverse("matches:publication", args=[run.pk])):  # fmt: skip
            assert said in text(client.get(address))

    def test_what_could_not_be_kept(
        self, client: Client, cohort: Cohort, pool: Pool, matched: Callable[[], MatchingRun]
    ) -> None:
        Hold.objects.create(cohort=cohort, mentor=pool["Ada"], mentee=pool["Uma"], kind="lock", placed_at=clock.now())
        Veto.objects.create(author=pool["Uma"].person, kind="person", person=pool["Ada"].person, said_at=clock.now())
        page = text(client.get(matched().get_absolute_url()))
        assert "Ada Lead and Uma One could not be kept together. This pair is not allowed." in page

    def test_no_confidential_answer_and_no_veto_is_anywhere_to_be_read(
        self, client: Client, cohort: Cohort, pool: Pool, matched: Callable[[], MatchingRun]
    ) -> None:
        Question.objects.filter(column="values").update(audience=Question.Audience.CONFIDENTIAL)
        Veto.objects.create(author=pool["Yan"].person, kind="person", person=pool["Bo"].person, said_at=clock.now())
        run = matched()
        pages = [client.get(address) for address in addresses(run, pool)]
        pages += [client.get(reverse("matches:pair", args=[run.pk, pool["Bo"].pk, pool["Yan"].pk])),
                  client.get(reverse("matches:change", args=[run.pk]) + f"?mentee={pool['Yan'].pk}")]  # fmt: skip
        for page in pages:
            body = text(page)
            assert "Honesty" not in body
            assert "veto of" not in body.lower()
        assert "This pair is not allowed." in text(pages[-2])
        assert "Bo Tech" not in text(pages[-1])


@pytest.mark.django_db
class TestChanging:
    def post(
        self,
        client: Client,
        run: MatchingRun,
        pool: Pool,
        who: str,
        source: str | None,
        target: str | None,
        **extra: Any,
    ) -> Any:
        given = {
            "item": pool[who].pk, "from": pool[source].pk if source else "none", "to": pool[target].pk if target else "none",
            "version": drafts.token_of(run),
        }  # fmt: skip
        return client.post(reverse("matches:change", args=[run.pk]), given, **extra)

    def test_the_cost_is_said_before(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        preview = reverse("matches:preview", args=[run.pk])
        said = text(client.get(preview, {"item": pool["Yan"].pk, "from": "none", "to": pool["Bo"].pk}))
        assert "Total fit falls by" in said
        assert "Vic Two then has nobody." in said
        said = text(client.get(preview, {"item": pool["Vic"].pk, "from": pool["Bo"].pk, "to": pool["Cy"].pk}))
        assert "Wes Three goes to Bo Tech in exchange." in said
        assert pairs_of(run) == OWN

    def test_what_is_not_possible_is_said_before(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        Veto.objects.create(author=pool["Yan"].person, kind="person", person=pool["Bo"].person, said_at=clock.now())
        preview = reverse("matches:preview", args=[run.pk])
        said = text(client.get(preview, {"item": pool["Yan"].pk, "from": "none", "to": pool["Bo"].pk}))
        assert said.strip() == "Not possible. This pair is not allowed."
        assert self.post(client, run, pool, "Yan", None, "Bo").status_code == 403

    def test_by_a_form_it_leads_back_to_the_board_as_it_was_filtered(
        self, client: Client, run: MatchingRun, pool: Pool
    ) -> None:
        address = reverse("matches:change", args=[run.pk]) + "?q=vic&evil=1"
        given = {"item": pool["Vic"].pk, "from": pool["Bo"].pk, "to": "none", "version": 0}
        answer = client.post(address, given)
        assert (answer.status_code, answer["Location"]) == (302, run.get_absolute_url() + "?q=vic")
        assert pairs_of(run) == OWN - {("Bo", "Vic")}

    def test_by_script_the_board_comes_back(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        answer = self.post(client, run, pool, "Vic", "Bo", "Cy", **HTMX)
        body = text(answer)
        assert body.startswith("{#") is False
        assert '<div id="board"' in body
        assert "<html" not in body
        assert ("Cy", "Vic") in pairs_of(run)

    def test_who_saw_another_board_gets_the_fresh_one(
        self, client: Client, run: MatchingRun, pool: Pool, manager: Person
    ) -> None:
        actions.move(run, mentee=pool["Wes"].pk, source=pool["Cy"].pk, target=None, seen=0, by=Actor.of(manager))
        given = {"item": pool["Vic"].pk, "from": pool["Bo"].pk, "to": "none", "version": 0}
        address = reverse("matches:change", args=[run.pk])
        for extra in (HTMX, {}):
            body = text(client.post(address, given, **extra), status=409)  # type: ignore[arg-type]
            assert '<div id="board"' in body
            assert f"version={drafts.token_of(run)}" in body
        assert pairs_of(run) == OWN - {("Cy", "Wes")}

    def test_the_same_request_twice_does_it_once(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        given = {"item": pool["Vic"].pk, "from": pool["Bo"].pk, "to": "none", "version": 0}
        assert [client.post(reverse("matches:change", args=[run.pk]), given).status_code for _ in range(2)] == [
            302,
            409,
        ]
        assert DraftChange.objects.count() == 1

    def test_undo_redo_and_back(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        self.post(client, run, pool, "Vic", "Bo", None)
        for name, pairs in (("undo", OWN), ("redo", OWN - {("Bo", "Vic")}), ("reset", OWN)):
            client.post(reverse(f"matches:{name}", args=[run.pk]), {"version": drafts.token_of(run)})
            assert pairs_of(run) == pairs

    def test_candidates_stand_by_fit_with_their_cost_and_a_button_that_works(
        self, client: Client, run: MatchingRun, pool: Pool
    ) -> None:
        page = client.get(reverse("matches:change", args=[run.pk]) + f"?mentee={pool['Yan'].pk}")
        rows = page.context["rows"]
        fits = [row["candidate"].score for row in rows]
        assert (len(rows), fits) == (3, sorted(fits, reverse=True))
        row = next(row for row in rows if row["candidate"].mentor == pool["Bo"].pk)
        assert "Vic Two then has nobody." in row["cost"]
        given = {
            "item": pool["Yan"].pk,
            "from": row["source"],
            "to": pool["Bo"].pk,
            "swap": row["swap"],
            "version": page.context["token"],
        }
        client.post(reverse("matches:change", args=[run.pk]), given)
        assert ("Bo", "Yan") in pairs_of(run)

    def test_a_mentee_is_found_for_a_mentor(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        page = client.get(reverse("matches:change", args=[run.pk]) + f"?mentor={pool['Bo'].pk}&q=yan")
        (row,) = page.context["rows"]
        assert (row["candidate"].mentee, row["source"]) == (pool["Yan"].pk, "none")

    def test_locks_and_bans(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        address = reverse("matches:hold", args=[run.pk])
        given = {
            "mentor": pool["Bo"].pk,
            "mentee": pool["Vic"].pk,
            "kind": "lock",
            "reason": "They asked",
            "to": "pair",
        }
        assert client.post(address, given).status_code == 302
        page = text(client.get(run.get_absolute_url()))
        assert "They asked" in page
        held = Hold.objects.get()
        client.post(reverse("matches:release", args=[held.pk]), {"run": run.pk})
        assert not Hold.objects.exists()
        assert client.post(address, {**given, "kind": "bogus"}).status_code == 403
        assert client.post(address, {**given, "reason": "x" * 301}).status_code == 403


def refusal(draft: drafts.Draft, mentee: int, source: int | None, target: int) -> str | None:
    """Why somebody may not be moved, as moving them says it."""
    try:
        drafts.move(draft, mentee, source, target)
    except Denied as denied:
        return denied.sentence
    return None


@pytest.mark.django_db
class TestWhereSomebodyMayNotGo:
    def closed(self, client: Client, run: MatchingRun, pool: Pool, who: str, source: str | None) -> dict[str, str]:
        given = {
            "item": pool[who].pk, "from": pool[source].pk if source else "none",
            "to": [*(pool[name].pk for name in ("Ada", "Bo", "Cy")), "none"],
        }  # fmt: skip
        answer = client.get(reverse("matches:closed", args=[run.pk]), given)
        assert answer.status_code == 200
        names = {str(pool[name].pk): name for name in ("Ada", "Bo", "Cy")} | {"none": "nobody"}
        return {names[lane]: why for lane, why in answer.json().items()}

    def test_everywhere_is_open_where_nothing_stands_against_it(
        self, client: Client, run: MatchingRun, pool: Pool
    ) -> None:
        assert self.closed(client, run, pool, "Vic", "Bo") == {}
        assert self.closed(client, run, pool, "Yan", None) == {}

    def test_vetoes_bans_and_full_places_close_a_mentor_and_a_lock_closes_all(
        self, client: Client, run: MatchingRun, pool: Pool
    ) -> None:
        Veto.objects.create(author=pool["Yan"].person, kind="person", person=pool["Bo"].person, said_at=clock.now())
        for mentor, mentee, kind in (("Cy", "Wes", "lock"), ("Ada", "Yan", "ban")):
            Hold.objects.create(
                cohort=run.cohort, mentor=pool[mentor], mentee=pool[mentee], kind=kind, placed_at=clock.now()
            )
        assert self.closed(client, run, pool, "Yan", None) == {
            "Ada": "You have said that these two are not to be matched. Release that first.",
            "Bo": "This pair is not allowed.",
            "Cy": "There is no free place, and the pairs there are locked.",
        }
        locked = "This pair is locked. Release it first."
        assert self.closed(client, run, pool, "Wes", "Cy") == {"Ada": locked, "Bo": locked, "nobody": locked}

    def test_it_says_what_moving_would_say(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        Veto.objects.create(author=pool["Vic"].person, kind="person", person=pool["Ada"].person, said_at=clock.now())
        Hold.objects.create(
            cohort=run.cohort, mentor=pool["Cy"], mentee=pool["Wes"], kind="lock", placed_at=clock.now()
        )
        draft = drafts.Draft.of(run)
        for who, source in (("Vic", "Bo"), ("Yan", None), ("Wes", "Cy"), ("Uma", "Ada")):
            start = pool[source].pk if source else None
            found = drafts.closed(draft, pool[who].pk, start, [pool[name].pk for name in ("Ada", "Bo", "Cy")])
            for target in (pool["Ada"].pk, pool["Bo"].pk, pool["Cy"].pk):
                if target != start:
                    assert found.get(target) == refusal(draft, pool[who].pk, start, target)

    def test_it_asks_the_same_number_of_questions_for_one_and_for_three(
        self, client: Client, run: MatchingRun, pool: Pool, queries: Callable[[], Any]
    ) -> None:
        address = reverse("matches:closed", args=[run.pk])
        counts = []
        for names in (("Cy",), ("Ada", "Bo", "Cy")):
            given = {"item": pool["Yan"].pk, "from": "none", "to": [pool[name].pk for name in names]}
            client.get(address, given)
            with queries() as asked:
                client.get(address, given)
            counts.append(len(asked))
        assert counts == [13, 13]

    @pytest.mark.parametrize("query", ["", "?item=x", "?item=999999", "?item=1&to=zzz", "?item=1&from=999999"])
    def test_what_is_not_there_is_not_found(self, client: Client, run: MatchingRun, query: str) -> None:
        assert client.get(reverse("matches:closed", args=[run.pk]) + query).status_code == 404


@pytest.mark.django_db
class TestASecondRound:
    def test_the_pairs_that_stand_are_shown_and_cannot_be_moved(
        self, client: Client, run: MatchingRun, pool: Pool, manager: Person, matched: Callable[[], MatchingRun]
    ) -> None:
        assert "Pairs that stand" not in text(client.get(run.get_absolute_url()))
        actions.publish(run, messages={}, seen=0, by=Actor.of(manager))
        run_all()
        given_up = Mentorship.objects.get(pair_key=f"{pool['Ada'].pk}-{pool['Xia'].pk}")
        mentorship_actions.decline(given_up, by=Actor.of(pool["Xia"].person), reason="no")
        second = matched()
        answer = client.get(second.get_absolute_url())
        page, board = text(answer), answer.context["board"]
        named = {(each.mentor.person.name, each.name_of_mentees) for each in board.standing}
        assert named == {("Ada Lead", "Uma One"), ("Bo Tech", "Vic Two"), ("Cy Net", "Wes Three")}
        assert board.standing_count == 3
        assert "Stands with Uma One from an earlier round" in page
        assert f'data-board-item="{pool["Uma"].pk}"' not in page
        assert "Pairs that stand" not in text(client.get(run.get_absolute_url()))  # published: its own stand


@pytest.mark.django_db
class TestWhyNot:
    def ask(self, client: Client, run: MatchingRun, pool: Pool, mentor: str, mentee: str) -> str:
        arguments = [run.pk, pool[mentor].pk, pool[mentee].pk]
        assert client.post(reverse("matches:question", args=arguments)).status_code == 302
        assert "worked out again" in text(client.get(reverse("matches:pair", args=arguments)))
        run_all()
        return text(client.get(reverse("matches:pair", args=arguments)))

    def test_the_engine_says_what_would_be_lost_and_who_would_move(
        self, client: Client, run: MatchingRun, pool: Pool
    ) -> None:
        page = self.ask(client, run, pool, "Bo", "Wes")
        assert "All pairs together would lose" in page
        assert "Bo Tech and Vic Two would no longer be together." in page
        answer = questions.answer_to(run.pk, pool["Bo"].pk, pool["Wes"].pk)
        assert answer is not None
        losses = dict(answer["losses"])
        assert (losses["served"], losses["filled"]) == (0, 0)
        assert losses["total fit"] > 0
        # Never dearer than the best exchange by hand.
        assert (
            losses["total fit"]
            <= -drafts.move(drafts.Draft.of(run), pool["Wes"].pk, pool["Cy"].pk, pool["Bo"].pk).cost + 1e-9
        )

    def test_what_failed_can_be_asked_again(
        self, client: Client, run: MatchingRun, pool: Pool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arguments = [run.pk, pool["Bo"].pk, pool["Wes"].pk]
        monkeypatch.setattr(questions, "_solve", lambda *_: 1 / 0)
        client.post(reverse("matches:question", args=arguments))
        run_all(raising=False)
        assert questions.answer_to(*arguments) is None
        assert "What would the whole lose?" in text(client.get(reverse("matches:pair", args=arguments)))

    def test_locks_leave_no_room(
        self, client: Client, cohort: Cohort, pool: Pool, matched: Callable[[], MatchingRun]
    ) -> None:
        Hold.objects.create(cohort=cohort, mentor=pool["Bo"], mentee=pool["Vic"], kind="lock", placed_at=clock.now())
        assert "leave no room for these two" in self.ask(client, matched(), pool, "Bo", "Wes")

    def test_a_rule_is_said_at_once(self, client: Client, pool: Pool, matched: Callable[[], MatchingRun]) -> None:
        Person.objects.filter(pk=pool["Yan"].person_id).update(manager=pool["Bo"].person_id)
        run = matched()
        page = text(client.get(reverse("matches:pair", args=[run.pk, pool["Bo"].pk, pool["Yan"].pk])))
        assert "One reports to the other." in page
        assert "What would the whole lose?" not in page


@pytest.mark.django_db
class TestPublishing:
    def test_the_page_says_how_many_and_publishes_with_a_word(self, client: Client, run: MatchingRun) -> None:
        address = reverse("matches:publication", args=[run.pk])
        page = text(client.get(address))
        assert "<strong>4 pairs</strong> are proposed: 3 mentors, 4 mentees." in page
        assert "7 people get one mail each" in page
        given = {"mentor": "Hello mentors", "mentee": "", "version": 0}
        assert client.post(address, given)["Location"] == address
        assert "being proposed" in text(client.get(address))
        assert client.post(address, given)["Location"] == address  # the second click
        run_all()
        assert "4 matches are proposed" in text(client.get(address))
        assert "4 matches are proposed" in text(client.get(reverse("matches:publication_progress", args=[run.pk])))
        assert Mentorship.objects.count() == 4
        board = text(client.get(run.get_absolute_url()))
        assert "This run is published" in board
        assert "data-board-item" not in board

    def test_a_word_that_is_too_long_is_kept_and_said(self, client: Client, run: MatchingRun) -> None:
        answer = client.post(
            reverse("matches:publication", args=[run.pk]), {"mentor": "x" * 2001, "mentee": "", "version": 0}
        )
        assert "x" * 2001 in text(answer, status=422)
        assert MatchingRun.objects.get(pk=run.pk).status == Status.READY

    def test_what_will_be_left_out_is_said_before(self, client: Client, run: MatchingRun, pool: Pool) -> None:
        Person.objects.filter(pk=pool["Vic"].person_id).update(left_on=clock.now().date())
        page = text(client.get(reverse("matches:publication", args=[run.pk])))
        assert "1 pair will be left out" in page
        assert "Vic Two has left the organization." in page
        assert "Publish 3 pairs" in page


@pytest.mark.django_db
class TestThePeople:
    def test_who_has_a_match_reads_the_reasons_meant_for_them(
        self, run: MatchingRun, client: Client, pool: Pool, sign_in: SignIn, manager: Person
    ) -> None:
        client.post(
            reverse("matches:publication", args=[run.pk]), {"mentor": "", "mentee": "A word to you", "version": 0}
        )
        run_all()
        mine = sign_in(pool["Uma"].person)
        mentorship = Mentorship.objects.get(members__person=pool["Uma"].person)
        page = text(mine.get(mentorship.get_absolute_url()))
        for said in ("Ada Lead", "A word to you", "Why you two", "Leading people"):
            assert said in page
        assert "The mentor helps with" not in page
        assert "For the managers" not in page

    def test_who_has_nobody_reads_why_and_never_of_a_veto(
        self, client: Client, cohort: Cohort, pool: Pool, matched: Callable[[], MatchingRun], sign_in: SignIn
    ) -> None:
        for name in ("Ada", "Bo", "Cy"):
            Veto.objects.create(author=pool[name].person, kind="person", person=pool["Yan"].person, said_at=clock.now())
        run = matched()
        assert run.unmatched.get(enrollment=pool["Yan"]).kind == "no_partner"
        theirs = sign_in(pool["Yan"].person)
        assert "Waiting for a match" not in text(theirs.get("/"))
        client.post(reverse("matches:publication", args=[run.pk]), {"mentor": "", "mentee": "", "version": 0})
        run_all()
        page = text(theirs.get("/"))
        assert "Waiting for a match" in page
        assert "No mentor of this round could take you on." in page
        for never in ("Ada", "Bo Tech", "Cy Net", "veto", "not allowed", "rules"):
            assert never not in page
        assert "Waiting for a match" not in text(sign_in(pool["Uma"].person).get("/"))

    def test_who_was_left_over_by_hand_reads_that_too(
        self, client: Client, run: MatchingRun, pool: Pool, sign_in: SignIn, manager: Person
    ) -> None:
        actions.move(run, mentee=pool["Vic"].pk, source=pool["Bo"].pk, target=None, seen=0, by=Actor.of(manager))
        given = {"mentor": "", "mentee": "", "version": drafts.token_of(run)}
        client.post(reverse("matches:publication", args=[run.pk]), given)
        run_all()
        page = text(sign_in(pool["Vic"].person).get("/"))
        assert "have nobody yet. The places of this round went to others." in page

    def test_whose_match_came_to_nothing_is_not_told_that_others_got_the_places(
        self, client: Client, run: MatchingRun, pool: Pool, sign_in: SignIn
    ) -> None:
        client.post(reverse("matches:publication", args=[run.pk]), {"mentor": "", "mentee": "", "version": 0})
        run_all()
        vic = pool["Vic"].person
        mentorship_actions.decline(Mentorship.objects.get(members__person=vic), reason="PURPLE", by=Actor.of(vic))
        page = text(sign_in(vic).get("/"))
        assert "Your match of the last round did not go ahead.</p>" in page
        assert "have nobody yet" not in page

    def test_a_manager_reads_how_many_no_mail_reaches_before_and_after_publishing(
        self, client: Client, run: MatchingRun, pool: Pool
    ) -> None:
        address = reverse("matches:publication", args=[run.pk])
        everybody = publishing.numbers(run)["people"]
        assert "no e-mail address" not in text(client.get(address))
        Person.objects.filter(pk__in=[pool["Uma"].person_id, pool["Vic"].person_id]).update(email=None)
        page = text(client.get(address))
        assert f"{everybody - 2} people get one mail each" in page
        assert "2 people have no e-mail address and get no mail." in page
        client.post(address, {"mentor": "", "mentee": "", "version": 0})
        run_all()
        assert "2 people have no e-mail address and get no mail." in text(client.get(address))

    @pytest.mark.parametrize(("kind", "role"), [(kind, role) for kind in ("", "gate", "no_partner", "no_places", "outcompeted") for role in ("mentor", "mentee")])  # fmt: skip
    def test_every_reason_has_words_for_the_one_it_is_about(self, kind: str, role: str) -> None:
        from openmentor.matches.waiting import sentence

        assert sentence(kind, role).endswith(".")


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_the_same_number_of_questions_however_many_pairs(
    client: Client,
    cohort: Cohort,
    enroll: Enroll,
    matched: Callable[[], MatchingRun],
    queries: Callable[[], Any],
    rows: int,
) -> None:
    idle, left = [], []
    enroll("Extra Mentor", "mentor", answers={"helps_with": ["lead"]})
    for number in range(rows):
        enroll(f"Mentor {number}", "mentor", answers={"helps_with": ["lead"]})
        enroll(f"Mentee {number}", "mentee", answers={"goals": ["lead"]})
    for number in range(rows + 1):
        left.append(enroll(f"Left {number}", "mentee", answers={"goals": ["speaking"]}))
        idle.append(enroll(f"Idle {number}", "mentor", places=0))
    run = matched()
    kept = run.matches.first()
    assert kept is not None
    for number in range(rows):
        Hold.objects.create(cohort=cohort, mentor=idle[number], mentee=left[number], kind="ban", placed_at=clock.now())
    make_mentorship(cohort, status="declined")
    counts = {}
    for name, address in {
        "board": run.get_absolute_url(), "pair": reverse("matches:pair", args=[run.pk, kept.mentor_id, kept.mentee_id]),
        "candidates": reverse("matches:change", args=[run.pk]) + f"?mentee={kept.mentee_id}", "publication": reverse("matches:publication", args=[run.pk]),
    }.items():  # fmt: skip
        client.get(address)
        with queries() as asked:
            assert client.get(address).status_code == 200
        counts[name] = len(asked)
    assert counts == {"board": 24, "pair": 14, "candidates": 20, "publication": 19}
