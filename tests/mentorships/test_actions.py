"""What the verbs do: places, states, events, and what two at once come to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from tests.factories import make_cohort, make_enrollment, make_mentorship, make_person

from openmentor.enrollment.models import Enrollment, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor, system
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.models import Event
from openmentor.mentorships import actions
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.people.models import Person
from openmentor.programs.models import Cohort

Status = Mentorship.Status


def taken(mentorship: Mentorship) -> list[int]:
    return [member.enrollment.places_taken for member in mentorship.members.select_related("enrollment")]


def verbs(mentorship: Mentorship) -> list[str]:
    found = Event.objects.filter(subject_type="mentorships.mentorship", subject_id=mentorship.pk).order_by("pk")
    return list(found.values_list("verb", flat=True))


def make_pair(cohort: Cohort, **fields: object) -> tuple[Enrollment, Enrollment]:
    return make_enrollment(cohort, role="mentor", **fields), make_enrollment(cohort, role="mentee", **fields)


def propose(
    cohort: Cohort, *pairs: tuple[Enrollment, Enrollment], **options: object
) -> tuple[list[int], list[actions.Refused]]:
    proposals = [
        actions.Proposal(mentor.pk, mentee.pk, 0.8, {"mentor": ["a"], "mentee": ["b"]}) for mentor, mentee in pairs
    ]
    return actions.propose(cohort, proposals, by=system(), **{"run_id": None, **options})  # type: ignore[arg-type]


@pytest.mark.django_db
class TestProposing:
    def test_a_proposal_takes_places_and_leaves_one_event(self, cohort: Cohort) -> None:
        one, other = make_pair(cohort), make_pair(cohort)
        made, refused = propose(cohort, one, other, run_id=5, messages={"mentor": "Thank you."})
        mentorship = Mentorship.objects.get(pk=made[0])
        assert (len(made), refused) == (2, [])
        assert [member.role for member in mentorship.members.all()] == ["mentor", "mentee"]
        assert (mentorship.status, taken(mentorship), mentorship.pair_key) == (
            "proposed",
            [1, 1],
            f"{one[0].pk}-{one[1].pk}",
        )
        assert mentorship.answer_by == mentorship.proposed_at + timedelta(days=cohort.acceptance_days)
        assert (mentorship.reasons, mentorship.messages) == (
            {"mentor": ["a"], "mentee": ["b"]},
            {"mentor": "Thank you."},
        )
        event = Event.objects.get()
        assert (event.verb, event.cohort_id, event.facts) == (
            "mentorship.many_proposed", cohort.pk, {"count": 2, "run": 5, "mentorships": made}
        )  # fmt: skip

    def test_a_run_makes_a_pair_once(self, cohort: Cohort) -> None:
        pair = make_pair(cohort)
        first = propose(cohort, pair, run_id=5)
        assert propose(cohort, pair, run_id=5) == first
        assert (Mentorship.objects.count(), Event.objects.count()) == (1, 1)
        assert propose(cohort, pair, run_id=6)[1][0].sentence == "They have a match with one another already."

    def test_places_are_never_exceeded_within_a_batch(self, cohort: Cohort) -> None:
        mentor = make_enrollment(cohort, make_person("Mara Mentor"), "mentor", places=2)
        mentees = [make_enrollment(cohort) for _ in range(3)]
        made, refused = propose(cohort, *[(mentor, mentee) for mentee in mentees])
        assert (len(made), [each.sentence for each in refused]) == (2, ["Mara Mentor has no free place."])
        mentor.refresh_from_db()
        assert (mentor.places_taken, mentor.places) == (2, 2)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda mentor, mentee: Enrollment.objects.filter(pk=mentee.pk).update(status="withdrawn"), "Emil Mentee is not in this cohort any more."),
            (lambda mentor, mentee: Person.objects.filter(pk=mentor.person_id).update(left_on=clock.today()), "Mara Mentor has left the organization."),
            (lambda mentor, mentee: Enrollment.objects.filter(pk=mentor.pk).delete(), "One of them is not in this cohort any more."),
            (lambda mentor, mentee: Veto.objects.create(author=mentee.person, kind="person", person=mentor.person, said_at=clock.now()), "This pair is not allowed."),
            (lambda mentor, mentee: Veto.of_text(mentor.person_id, "team", "Blue", said_at=clock.now()).save(), "This pair is not allowed."),
            (lambda mentor, mentee: Veto.of_text(mentor.person_id, "person", "emil mentee", said_at=clock.now()).save(), "This pair is not allowed."),
            (lambda mentor, mentee: Cohort.objects.update(gate_survey=True), "Mara Mentor has not answered the survey."),
            (lambda mentor, mentee: Enrollment.objects.filter(pk=mentee.pk).update(places=0), "Emil Mentee has no free place."),
            (lambda mentor, mentee: Enrollment.objects.filter(pk=mentee.pk).update(role="peer"), "A match is between a mentor and a mentee, two different people."),
        ],
        ids=["withdrawn", "left", "gone", "veto", "team veto", "name veto", "gate", "places", "role"],
    )  # fmt: skip
    def test_what_no_longer_holds_is_left_out_with_a_sentence(
        self, cohort: Cohort, change: Callable[[Enrollment, Enrollment], object], sentence: str
    ) -> None:
        mentor = make_enrollment(cohort, make_person("Mara Mentor"), "mentor")
        mentee = make_enrollment(cohort, make_person("Emil Mentee", team="blue"), "mentee")
        good = make_pair(cohort)
        change(mentor, mentee)
        cohort.refresh_from_db()
        if cohort.gate_survey:
            Cohort.objects.filter(pk=cohort.pk).update(gate_survey=True)
            good = None  # type: ignore[assignment]
        made, refused = propose(cohort, (mentor, mentee), *([good] if good else []))
        assert [each.sentence for each in refused] == [sentence]
        assert len(made) == (1 if good else 0)
        assert not Enrollment.objects.filter(pk__in=[mentor.pk, mentee.pk], places_taken__gt=0).exists()

    @pytest.mark.parametrize("status", [Status.DECLINED, Status.LAPSED, Status.ENDED])
    def test_what_came_to_nothing_is_not_proposed_again_unless_both_ask(self, cohort: Cohort, status: str) -> None:
        before = make_mentorship(cohort, status=status)
        mentor, mentee = (member.enrollment for member in before.members.all())
        for member in before.members.all():
            assert (
                propose(cohort, (mentor, mentee))[1][0].sentence == "This match came to nothing before in this cohort."
            )
            actions.ask_again(before, by=Actor.of(member.person))
        made, refused = propose(cohort, (mentor, mentee))
        assert (len(made), refused) == (1, [])
        # The wish of last time does not hold for what comes to nothing now.
        actions.decline(Mentorship.objects.get(pk=made[0]), reason="", by=Actor.of(mentor.person))
        assert propose(cohort, (mentor, mentee))[0] == []

    def test_what_was_taken_back_may_be_proposed_again(self, cohort: Cohort) -> None:
        before = make_mentorship(cohort, status=Status.WITHDRAWN)
        mentor, mentee = (member.enrollment for member in before.members.all())
        assert propose(cohort, (mentor, mentee))[1] == []

    def test_a_batch_takes_a_constant_number_of_queries(self, cohort: Cohort, queries: Callable) -> None:  # type: ignore[type-arg]
        pairs = [make_pair(cohort) for _ in range(12)]
        with queries() as one:
            propose(cohort, pairs[0], run_id=1)
        with queries() as many:
            propose(cohort, *pairs[1:], run_id=1)
        assert len(many) == len(one)


@pytest.mark.django_db
class TestAnswering:
    def test_it_is_on_once_both_have_said_yes(self, mentorship: Mentorship) -> None:
        mentor, mentee = mentorship.people
        assert actions.accept(mentorship, by=Actor.of(mentor)).status == Status.PROPOSED
        fresh = actions.accept(Mentorship.objects.get(pk=mentorship.pk), by=Actor.of(mentee))
        assert (fresh.status, taken(fresh)) == (Status.ACTIVE, [1, 1])
        assert fresh.activated_at is not None
        assert [member.answered for member in fresh.members.all()] == ["self", "self"]
        assert verbs(fresh) == ["mentorship.accepted", "mentorship.accepted", "mentorship.activated"]

    def test_saying_yes_twice_says_it_once(self, mentorship: Mentorship) -> None:
        mentor = Actor.of(mentorship.people[0])
        stale = Mentorship.objects.prefetch_related("members").get(pk=mentorship.pk)
        list(stale.members.all())
        actions.accept(mentorship, by=mentor)
        with pytest.raises(Conflict):
            actions.accept(stale, by=mentor)
        assert verbs(mentorship) == ["mentorship.accepted"]

    def test_a_no_frees_the_places_and_keeps_the_reason_out_of_the_event(self, mentorship: Mentorship) -> None:
        mentor, mentee = mentorship.people
        actions.accept(mentorship, by=Actor.of(mentor))
        fresh = actions.decline(
            Mentorship.objects.get(pk=mentorship.pk), reason="  canary reason ", by=Actor.of(mentee)
        )
        assert (fresh.status, taken(fresh)) == (Status.DECLINED, [0, 0])
        assert fresh.members.get(person=mentee).decline_reason == "canary reason"
        event = Event.objects.get(verb="mentorship.declined")
        assert event.facts == {"from": "proposed"}
        with pytest.raises(Denied):
            actions.accept(fresh, by=Actor.of(mentor))

    def test_a_manager_says_yes_for_somebody_and_the_record_says_so(
        self, mentorship: Mentorship, manager: Person
    ) -> None:
        mentor, mentee = mentorship.people
        actions.accept(mentorship, by=Actor.of(mentor))
        member = Membership.objects.get(mentorship=mentorship, person=mentee)
        fresh = actions.confirm_for(member, by=Actor.of(manager))
        assert fresh.status == Status.ACTIVE
        member.refresh_from_db()
        assert (member.answered, member.confirmed_by) == ("manager", manager)
        event = Event.objects.get(verb="mentorship.confirmed_for")
        assert (event.actor_id, event.facts) == (manager.pk, {"person": mentee.pk})

    def test_silence_lapses_or_counts_as_yes_as_the_cohort_says(self, cohort: Cohort) -> None:
        late = make_mentorship(cohort, answer_by=clock.now() - timedelta(hours=1))
        in_time = make_mentorship(cohort, answer_by=clock.now() + timedelta(hours=1))
        quiet = make_mentorship(
            make_cohort(cohort.program, status="active", acceptance="silence"),
            answer_by=clock.now() - timedelta(hours=1),
        )
        from openmentor.mentorships.jobs import settle_overdue

        assert settle_overdue() == 2
        for mentorship in (late, in_time, quiet):
            mentorship.refresh_from_db()
        assert [late.status, in_time.status, quiet.status] == [Status.LAPSED, Status.PROPOSED, Status.ACTIVE]
        assert (taken(late), taken(quiet)) == ([0, 0], [1, 1])
        assert {member.answered for member in quiet.members.all()} == {"silence"}
        assert settle_overdue() == 0

    def test_taking_back_and_ending_free_the_places(self, mentorship: Mentorship, manager: Person) -> None:
        actions.withdraw(mentorship, by=Actor.of(manager))
        assert taken(mentorship) == [0, 0]
        running = make_mentorship(mentorship.cohort, status=Status.ACTIVE)
        actions.end(running, by=Actor.of(manager))
        assert (running.status, taken(running)) == (Status.ENDED, [0, 0])

    def test_reminding_asks_those_who_have_not_answered_once_a_day(self, cohort: Cohort, manager: Person) -> None:
        old = make_mentorship(cohort, proposed_at=clock.now() - timedelta(days=2))
        make_mentorship(cohort)  # proposed a moment ago
        actions.accept(old, by=Actor.of(old.people[0]))
        assert actions.remind(cohort, by=Actor.of(manager)) == 1
        assert actions.remind(cohort, by=Actor.of(manager)) == 0
        assert Event.objects.get(verb="mentorship.many_reminded").facts == {
            "count": 1, "members": [old.members.get(role="mentee").pk]
        }  # fmt: skip
        with clock.moved(timedelta(days=1, minutes=1)):
            assert actions.remind(cohort, by=Actor.of(manager)) == 3

    def test_who_has_no_address_is_not_counted_as_reminded_and_a_person_in_two_matches_counts_once(
        self, cohort: Cohort, manager: Person
    ) -> None:
        mentor, silent = make_person("Ada Alder"), make_person("Uma Ufer", email=None)
        make_mentorship(cohort, mentor=mentor, mentee=silent, proposed_at=clock.now() - timedelta(days=2))
        make_mentorship(
            cohort, mentor=mentor, mentee=make_person("Vic Vale"), proposed_at=clock.now() - timedelta(days=2)
        )
        assert actions.remind(cohort, by=Actor.of(manager)) == 2
        assert set(Membership.objects.filter(reminded_at=None).values_list("person__name", flat=True)) == {"Uma Ufer"}

    def test_the_product_reminds_by_itself_three_days_before_the_end(self, cohort: Cohort) -> None:
        from openmentor.mentorships.jobs import remind_before_lapse

        make_mentorship(cohort, answer_by=clock.now() + timedelta(days=10))
        due = make_mentorship(cohort, answer_by=clock.now() + timedelta(days=2))
        assert (remind_before_lapse(), remind_before_lapse()) == (2, 0)
        assert set(Membership.objects.exclude(reminded_at=None).values_list("mentorship", flat=True)) == {due.pk}


def in_threads(*calls: Callable[[], object]) -> list[object]:
    """All at once; what each came to, an exception as itself."""
    start, found = threading.Barrier(len(calls)), [object()] * len(calls)

    def work(number: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            found[number] = call()
        except Exception as error:
            found[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_two_who_accept_at_once_begin_it(self, mentorship: Mentorship) -> None:
        copies = [Mentorship.objects.get(pk=mentorship.pk) for _ in range(2)]
        found = in_threads(
            *[
                lambda copy=copy, who=who: actions.accept(copy, by=Actor.of(who))
                for copy, who in zip(copies, mentorship.people)
            ]
        )
        assert not [each for each in found if isinstance(each, Exception)]
        mentorship.refresh_from_db()
        assert mentorship.status == Status.ACTIVE
        assert Event.objects.filter(verb="mentorship.activated").count() == 1

    def test_a_yes_and_a_no_at_once_leave_no_half(self, mentorship: Mentorship) -> None:
        mentor, mentee = mentorship.people
        actions.accept(mentorship, by=Actor.of(mentor))
        one, other = (Mentorship.objects.get(pk=mentorship.pk) for _ in range(2))
        found = in_threads(
            lambda: actions.accept(one, by=Actor.of(mentee)),
            lambda: actions.decline(other, reason="", by=Actor.of(mentor)),
        )
        assert sum(isinstance(each, Conflict | Denied) for each in found) == 1
        mentorship.refresh_from_db()
        assert (mentorship.status, taken(mentorship)) in [(Status.ACTIVE, [1, 1]), (Status.DECLINED, [0, 0])]

    def test_places_hold_whatever_is_proposed_at_once(self, cohort: Cohort) -> None:
        mentor = make_enrollment(cohort, role="mentor", places=2)
        mentees = [make_enrollment(cohort) for _ in range(5)]
        found = in_threads(*[lambda mentee=mentee: propose(cohort, (mentor, mentee)) for mentee in mentees])
        assert not [each for each in found if isinstance(each, Exception)]
        mentor.refresh_from_db()
        assert (mentor.places_taken, Mentorship.objects.count()) == (2, 2)
