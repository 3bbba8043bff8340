"""Publishing: each pair once, whatever happens; what no longer holds is said; each person reads what is meant for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from tests.factories import make_enrollment, make_mentorship
from tests.matches.world import Enroll, pairs_of

from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import Event
from openmentor.matches import actions, publishing
from openmentor.matches import draft as drafts
from openmentor.matches.models import Hold, MatchingRun, ProposedMatch
from openmentor.mentorships import actions as mentorships
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.mentorships.notices import offer
from openmentor.people.models import Person
from openmentor.programs.models import Cohort
from openmentor.surveys.models import Question

Pool = dict[str, Enrollment]
Status = MatchingRun.Status
OWN = {("Ada", "Uma"), ("Ada", "Xia"), ("Bo", "Vic"), ("Cy", "Wes")}


def publish(run: MatchingRun, manager: Person, **messages: str) -> MatchingRun:
    return actions.publish(run, messages=messages, seen=drafts.token_of(run), by=Actor.of(manager))


def published(run: MatchingRun, manager: Person, **messages: str) -> MatchingRun:
    publish(run, manager, **messages)
    run_all()
    run.refresh_from_db()
    assert run.status == Status.PUBLISHED
    return run


def proposed() -> set[tuple[str, str]]:
    """First names of those who are in a mentorship that was proposed."""
    found = []
    for mentorship in Mentorship.objects.prefetch_related("members__person"):
        by_role = {member.role: member.person.name.split()[0] for member in mentorship.members.all()}
        found.append((by_role["mentor"], by_role["mentee"]))
    assert len(found) == len(set(found)), "nobody is proposed to the same person twice"
    return set(found)


@pytest.mark.django_db
class TestPublishing:
    def test_the_pairs_on_the_board_are_proposed_with_reasons_and_words(
        self, run: MatchingRun, pool: Pool, manager: Person
    ) -> None:
        actions.move(run, mentee=pool["Vic"].pk, source=pool["Bo"].pk, target=None, seen=0, by=Actor.of(manager))
        published(run, manager, mentor="Thank you for giving your time.")
        assert proposed() == OWN - {("Bo", "Vic")}
        mentorship = Mentorship.objects.get(members__person=pool["Uma"].person)
        assert mentorship.messages == {"mentor": "Thank you for giving your time."}
        assert any("Leading people" in sentence for sentence in mentorship.reasons["mentee"])
        assert set(mentorship.reasons) == {"mentor", "mentee"}
        taken = dict(Enrollment.objects.values_list("person__name", "places_taken"))
        assert (taken["Ada Lead"], taken["Bo Tech"], taken["Uma One"], taken["Vic Two"]) == (2, 0, 1, 0)

    def test_it_leaves_its_events(self, run: MatchingRun, manager: Person) -> None:
        published(run, manager)
        events = Event.objects.filter(subject_type="matches.matchingrun", verb__startswith="run.publish").order_by("pk")
        assert list(events.values_list("verb", "actor_id")) == [
            ("run.publishing_began", manager.pk),
            ("run.published", manager.pk),
        ]
        assert events[1].facts == {"from": "publishing", "proposed": 4, "left_out": 0}

    def test_each_person_gets_one_mail(self, run: MatchingRun, manager: Person) -> None:
        published(run, manager)
        (event,) = Event.objects.filter(verb="mentorship.many_proposed")
        readers = [notice.to.name for notice in offer(event)]
        assert sorted(readers) == ["Ada Lead", "Bo Tech", "Cy Net", "Uma One", "Vic Two", "Wes Three", "Xia Four"]

    def test_two_clicks_publish_once(self, run: MatchingRun, manager: Person) -> None:
        publish(run, manager)
        with pytest.raises(Denied):
            publish(MatchingRun.objects.get(pk=run.pk), manager)
        with pytest.raises((Denied, Conflict)):
            publish(run, manager)
        run_all()
        assert proposed() == OWN

    def test_called_again_it_makes_nothing_twice(self, run: MatchingRun, manager: Person) -> None:
        published(run, manager)
        MatchingRun.objects.filter(pk=run.pk).update(status=Status.PUBLISHING)
        publishing.publish(run.pk, manager.pk)
        assert proposed() == OWN
        assert Event.objects.filter(verb="mentorship.many_proposed").count() == 1

    @pytest.mark.parametrize("after", [0, 1, 2])
    def test_killed_between_two_stretches_it_goes_on_where_it_was(
        self, run: MatchingRun, manager: Person, monkeypatch: pytest.MonkeyPatch, after: int
    ) -> None:
        monkeypatch.setattr(publishing, "stretches", lambda matches, real=publishing.stretches: real(matches, most=1))
        real, calls = mentorships.propose, []

        def killed(*arguments: Any, **words: Any) -> Any:
            if len(calls) == after:
                raise SystemExit("killed")
            calls.append(1)
            return real(*arguments, **words)

        publish(run, manager)
        with monkeypatch.context() as patched:
            patched.setattr(publishing.mentorships, "propose", killed)
            with pytest.raises(SystemExit):
                publishing.publish(run.pk, manager.pk)
        assert len(proposed()) == [0, 2, 3][after]  # Ada's two together: she reads one mail
        run_all()
        assert proposed() == OWN
        assert MatchingRun.objects.get(pk=run.pk).status == Status.PUBLISHED
        people = [person for event in Event.objects.filter(verb="mentorship.many_proposed") for person in
                  Membership.objects.filter(mentorship__in=event.facts["mentorships"]).order_by().values_list("person", flat=True).distinct()]  # fmt: skip
        assert len(people) == len(set(people)) == 7

    def test_a_stop_is_said_and_a_manager_can_go_on(
        self, run: MatchingRun, manager: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        publish(run, manager)
        with monkeypatch.context() as patched:
            patched.setattr(publishing, "publish", lambda *_: 1 / 0)
            run_all(later=True, raising=False)
        run.refresh_from_db()
        assert (run.status, "came to a stop" in run.message) == (Status.PUBLISHING, True)
        actions.go_on_publishing(run, by=Actor.of(manager))
        run_all()
        run.refresh_from_db()
        assert (run.status, run.message) == (Status.PUBLISHED, "")
        assert proposed() == OWN

    def test_who_sees_another_board_publishes_nothing(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        seen = drafts.token_of(run)
        actions.move(run, mentee=pool["Vic"].pk, source=pool["Bo"].pk, target=None, seen=seen, by=Actor.of(manager))
        with pytest.raises(Conflict, match="changed the board"):
            actions.publish(run, messages={}, seen=seen, by=Actor.of(manager))
        assert MatchingRun.objects.get(pk=run.pk).status == Status.READY

    def test_a_manager_who_is_none_any_more_leaves_nothing_half_published(
        self, run: MatchingRun, manager: Person
    ) -> None:
        publish(run, manager)
        run.cohort.program.roles.filter(person=manager).delete()
        run_all()
        assert proposed() == OWN


@pytest.mark.django_db
class TestWhatNoLongerHolds:
    @pytest.mark.parametrize(
        ("what", "sentence"),
        [
            ("veto", "This pair is not allowed."), ("left", "Vic Two has left the organization."), ("withdrawn", "Vic Two is not in this cohort any more."),
            ("full", "Bo Tech has no free place."), ("declined", "This match came to nothing before in this cohort."),
            ("ban", "The managers have said that these two are not to be matched."),
        ],
    )  # fmt: skip
    def test_is_left_out_and_said(
        self, run: MatchingRun, pool: Pool, manager: Person, what: str, sentence: str
    ) -> None:
        bo, vic = pool["Bo"], pool["Vic"]
        if what == "veto":
            Veto.objects.create(author=vic.person, kind="person", person=bo.person, said_at=clock.now())
        elif what == "left":
            Person.objects.filter(pk=vic.person_id).update(left_on=clock.now().date())
        elif what == "withdrawn":
            Enrollment.objects.filter(pk=vic.pk).update(status="withdrawn")
        elif what == "full":
            Enrollment.objects.filter(pk=bo.pk).update(places=0)
        elif what == "declined":
            make_mentorship(run.cohort, mentor=bo.person, mentee=vic.person, status="declined")
        else:
            Hold.objects.create(cohort=run.cohort, mentor=bo, mentee=vic, kind="ban", placed_at=clock.now())
        assert publishing.left_out_now(run) == {(bo.pk, vic.pk): sentence}
        published(run, manager)
        assert ProposedMatch.objects.get(mentor=bo, mentee=vic).refused == sentence
        assert ProposedMatch.objects.exclude(refused="").count() == 1
        assert Mentorship.objects.filter(run_id=run.pk).count() == 3

    def test_who_waited_counts_once_for_the_next_round(self, run: MatchingRun, pool: Pool, manager: Person) -> None:
        published(run, manager)
        publishing.publish(run.pk, manager.pk)
        rounds = dict(Enrollment.objects.values_list("person__name", "rounds_waited"))
        assert {name for name, count in rounds.items() if count} == {"Yan Five"}
        assert rounds["Yan Five"] == 1

    def test_a_second_run_fills_the_gap_and_does_not_propose_the_declined_again(
        self, run: MatchingRun, pool: Pool, manager: Person, matched: Callable[[], MatchingRun]
    ) -> None:
        published(run, manager)
        declined = Mentorship.objects.get(members__person=pool["Vic"].person)
        mentorships.decline(declined, reason="secret-reason", by=Actor.of(pool["Vic"].person))
        second = matched()
        assert pairs_of(second) == {("Bo", "Yan")}
        published(second, manager)
        standing = Mentorship.objects.holding_places()
        assert standing.count() == 4
        taken = dict(Enrollment.objects.values_list("person__name", "places_taken"))
        assert (taken["Bo Tech"], taken["Vic Two"], taken["Yan Five"]) == (1, 0, 1)


class TestStretches:
    def test_all_pairs_of_a_person_are_in_the_same(self) -> None:
        pairs = [(1, 100, 1), (2, 100, 2), (3, 101, 3), (4, 3, 4), (5, 102, 5), (6, 103, 6)]
        found = list(publishing.stretches(pairs, most=3))
        assert sorted(pk for portion in found for pk in portion) == [1, 2, 3, 4, 5, 6]
        for pk, one, other in pairs:
            home = next(portion for portion in found if pk in portion)
            assert {each for each, a, b in pairs if {a, b} & {one, other}} <= set(home)
        assert max(len(portion) for portion in found) <= 3

    def test_a_chain_without_end_is_split(self) -> None:
        pairs = [(k, k, k + 1) for k in range(1, 26)]
        found = list(publishing.stretches(pairs, most=5, longest=10))
        assert sorted(pk for portion in found for pk in portion) == list(range(1, 26))
        assert max(len(portion) for portion in found) <= 10


@pytest.mark.django_db
class TestWhatMembersRead:
    def test_nothing_that_is_for_managers_alone(
        self, cohort: Cohort, pool: Pool, matched: Callable[[], MatchingRun], manager: Person
    ) -> None:
        Question.objects.filter(column="helps_with").update(audience=Question.Audience.MATCHING)
        run = matched()
        match = run.matches.get(mentee=pool["Uma"])
        texts = {reason["key"]: reason["text"] for reason in match.reasons}
        hidden = run.report["for_managers"]
        assert "helps_with" in hidden
        assert texts["goals"]["mentee"] not in publishing.sentences_for(match, "mentee", hidden)
        assert texts["goals"]["mentee"] in publishing.sentences_for(match, "mentee", [])
        assert texts["goals"]["mentor"] in publishing.sentences_for(match, "mentor", hidden)

    def test_nothing_confidential(
        self, cohort: Cohort, pool: Pool, matched: Callable[[], MatchingRun], manager: Person
    ) -> None:
        Question.objects.filter(column="values").update(audience=Question.Audience.CONFIDENTIAL)
        run = published(matched(), manager)
        assert run.matches.exists()
        for match in run.matches.all():
            said = {reason["key"]: reason["text"] for reason in match.reasons}
            assert "Honesty" not in str(said.get("values"))
        for mentorship in Mentorship.objects.all():
            assert "Honesty" not in str(mentorship.reasons)

    def test_who_mentors_and_is_mentored_reads_one_mail(
        self, cohort: Cohort, pool: Pool, enroll: Enroll, matched: Callable[[], MatchingRun], manager: Person
    ) -> None:
        make_enrollment(cohort, pool["Uma"].person, "mentor", places=1)
        run = published(matched(), manager)
        assert ("Uma", "Yan") in pairs_of(run)
        assert Event.objects.filter(verb="mentorship.many_proposed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_one_does(run: MatchingRun, manager: Person) -> None:
    barrier, results = threading.Barrier(2), []

    def act() -> None:
        try:
            mine = MatchingRun.objects.select_related("cohort__program").get(pk=run.pk)
            barrier.wait(30)
            publish(mine, manager)
            results.append("done")
        except (Conflict, Denied):
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(results) == ["done", "refused"]
    run_all()
    assert proposed() == OWN
