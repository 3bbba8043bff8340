"""Every verb that changes a mentorship. Places are taken and given back here and nowhere else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from openmentor.enrollment import gates, vetoes
from openmentor.enrollment.models import Enrollment, Role
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict
from openmentor.foundation.events import record
from openmentor.mentorships import policies
from openmentor.mentorships.models import Membership, Mentorship
from openmentor.programs.models import Cohort

Status = Mentorship.Status
FEW = 500


@dataclass(frozen=True)
class Proposal:
    """A pair to be proposed: enrollments by id, fit, and the reasons meant for each role."""

    mentor: int
    mentee: int
    score: float | None = None
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.mentor}-{self.mentee}"


@dataclass(frozen=True)
class Refused:
    """A pair that no longer holds, with a sentence for the manager. A veto says 'not allowed' and no more."""

    proposal: Proposal
    sentence: str


def propose(
    cohort: Cohort,
    proposals: Sequence[Proposal],
    *,
    run_id: int | None,
    by: Actor,
    messages: Mapping[str, str] | None = None,
) -> tuple[list[int], list[Refused]]:
    """Propose pairs to their members, all those that still hold, in one short transaction with one event.

    Each pair is checked again: enrollment, gates, places, vetoes, an earlier decline. Of one run, a pair is made once: doing it
    again after a kill returns it as made and changes nothing.
    messages  words for each role that stand above the match, e.g. {"mentor": "…"}.
    Returns   ids of the mentorships of these pairs, and the pairs that no longer hold.
    Raises    ``Denied``; never for a single pair.
    """
    policies.propose.check(by, cohort)
    if not proposals:
        return [], []
    with transaction.atomic():
        there = (
            {}
            if run_id is None
            else dict(
                Mentorship.objects.filter(run_id=run_id, pair_key__in=[p.key for p in proposals]).values_list(
                    "pair_key", "pk"
                )
            )
        )
        wanted = {pk for proposal in proposals for pk in (proposal.mentor, proposal.mentee)}
        # Locked in one order, so that two who publish or decline at once wait for one another instead of overfilling.
        rows = gates.with_gates(Enrollment.objects.filter(cohort=cohort, pk__in=wanted), cohort).select_related(
            "person"
        )
        enrollments = {enrollment.pk: enrollment for enrollment in rows.order_by("pk").select_for_update(of=("self",))}
        judge = _Judge(cohort, enrollments)
        new: list[tuple[Proposal, Enrollment, Enrollment]] = []
        refused: list[Refused] = []
        for proposal in proposals:
            if proposal.key in there:
                continue
            sentence = judge.against(proposal)
            if sentence is None:
                judge.take(proposal)
                new.append((proposal, enrollments[proposal.mentor], enrollments[proposal.mentee]))
            else:
                refused.append(Refused(proposal, sentence))
        made = _create(cohort, new, run_id, messages or {})
        if made:
            record(
                "mentorship.many_proposed", cohort, by=by,
                facts={"count": len(made), "run": run_id, "mentorships": [mentorship.pk for mentorship in made]},
            )  # fmt: skip
    return [*there.values(), *(mentorship.pk for mentorship in made)], refused


class _Judge:
    """Says what stands against a pair now. Knows what it needs in a constant number of queries; counts the places it gives."""

    def __init__(self, cohort: Cohort, enrollments: Mapping[int, Enrollment]) -> None:
        self.enrollments = enrollments
        self.free = {pk: enrollment.free_places for pk, enrollment in enrollments.items()}
        people = {enrollment.person_id: enrollment.person for enrollment in enrollments.values()}
        self.never = vetoes.never(people.values())
        self.standing, self.over = between(cohort)

    def against(self, proposal: Proposal) -> str | None:
        mentor, mentee = self.enrollments.get(proposal.mentor), self.enrollments.get(proposal.mentee)
        if mentor is None or mentee is None:
            return _("One of them is not in this cohort any more.")
        if (mentor.role, mentee.role) != (Role.MENTOR, Role.MENTEE) or mentor.person_id == mentee.person_id:
            return _("A match is between a mentor and a mentee, two different people.")
        for enrollment in (mentor, mentee):
            if sentence := _not_now(enrollment):
                return sentence
        one, other = mentor.person_id, mentee.person_id
        if other in self.never.get(one, ()) or one in self.never.get(other, ()):
            return _("This pair is not allowed.")  # and no more: whose word it is stays theirs
        pair = frozenset((one, other))
        if pair in self.standing:
            return _("They have a match with one another already.")
        if pair in self.over:
            return _("This match came to nothing before in this cohort.")
        for enrollment in (mentor, mentee):
            if self.free[enrollment.pk] < 1:
                return _("%(name)s has no free place.") % {"name": enrollment.person.name}
        return None

    def take(self, proposal: Proposal) -> None:
        """Count the pair as made, for those that are judged after it."""
        mentor, mentee = self.enrollments[proposal.mentor], self.enrollments[proposal.mentee]
        self.free[mentor.pk] -= 1
        self.free[mentee.pk] -= 1
        self.standing.add(frozenset((mentor.person_id, mentee.person_id)))


def objections(cohort: Cohort, proposals: Sequence[Proposal], *, together: bool = False) -> dict[str, str]:
    """What stands now against each of these pairs, by their key; nothing is changed.

    together   judged one after the other, each taking its places; else each by itself.
    A constant number of queries.
    """
    wanted = {pk for proposal in proposals for pk in (proposal.mentor, proposal.mentee)}
    enrolled = Enrollment.objects.filter(cohort=cohort)
    if len(wanted) <= FEW:  # more than that a database doesn't take in one question
        enrolled = enrolled.filter(pk__in=wanted)
    rows = gates.with_gates(enrolled, cohort).select_related("person")
    judge = _Judge(cohort, {enrollment.pk: enrollment for enrollment in rows})
    found: dict[str, str] = {}
    for proposal in proposals:
        sentence = judge.against(proposal)
        if sentence is not None:
            found[proposal.key] = sentence
        elif together:
            judge.take(proposal)
    return found


def _not_now(enrollment: Enrollment) -> str:
    name = {"name": enrollment.person.name}
    if enrollment.person.left_on is not None or enrollment.person.erased_at is not None:
        return _("%(name)s has left the organization.") % name
    if enrollment.status != Enrollment.Status.APPROVED:
        return _("%(name)s is not in this cohort any more.") % name
    held = gates.gates_of(enrollment)
    if gates.Gate.SURVEY in held:
        return _("%(name)s has not answered the survey.") % name
    if gates.Gate.EXPECTATIONS in held:
        return _("%(name)s has not accepted the expectations.") % name
    return ""


def between(cohort: Cohort) -> tuple[set[frozenset[int]], set[frozenset[int]]]:
    """Pairs of people of a cohort who are in a mentorship with one another, and those whose mentorship came to nothing and stays so.

    The latest between two people counts; one that came to nothing is open again once all of its members ask for it. One query.
    """
    rows = Membership.objects.filter(
        mentorship__cohort=cohort, mentorship__status__in=(*Mentorship.HOLDING, *Mentorship.OVER)
    )
    members: dict[int, list[int]] = defaultdict(list)
    states: dict[int, str] = {}
    asking: Counter[int] = Counter()
    for pk, person, status, asks in rows.order_by("mentorship").values_list(
        "mentorship", "person", "mentorship__status", "asks_again_at"
    ):
        members[pk].append(person)
        states[pk] = status
        asking[pk] += asks is not None
    latest: dict[frozenset[int], str] = {}
    for pk, people in members.items():
        is_open = states[pk] in Mentorship.OVER and asking[pk] == len(people)
        latest |= {frozenset(pair): "" if is_open else states[pk] for pair in combinations(people, 2)}
    standing = {pair for pair, state in latest.items() if state in Mentorship.HOLDING}
    return standing, {pair for pair, state in latest.items() if state in Mentorship.OVER}


def _create(
    cohort: Cohort,
    pairs: Sequence[tuple[Proposal, Enrollment, Enrollment]],
    run_id: int | None,
    messages: Mapping[str, str],
) -> list[Mentorship]:
    now = clock.now()
    mentorships = Mentorship.objects.bulk_create(
        (
            Mentorship(
                cohort=cohort, run_id=run_id, pair_key="" if run_id is None else proposal.key, score=proposal.score,
                reasons=dict(proposal.reasons), messages=dict(messages), proposed_at=now, answer_by=now + timedelta(days=cohort.acceptance_days),
            )
            for proposal, _mentor, _mentee in pairs
        ),
        batch_size=500,
    )  # fmt: skip
    Membership.objects.bulk_create(
        (
            Membership(
                mentorship=mentorship, person_id=enrollment.person_id, enrollment=enrollment, role=enrollment.role
            )
            for mentorship, (_proposal, mentor, mentee) in zip(mentorships, pairs, strict=True)
            for enrollment in (mentor, mentee)
        ),
        batch_size=500,
    )
    _take(Counter(enrollment.pk for _proposal, mentor, mentee in pairs for enrollment in (mentor, mentee)))
    return mentorships


def _take(counts: Mapping[int, int]) -> None:
    """Count places as taken, by compare-and-set: what would exceed them is refused here, and by the database below."""
    for count, pks in _by_count(counts).items():
        free = Enrollment.objects.filter(pk__in=pks, places_taken__lte=F("places") - count)
        if free.update(places_taken=F("places_taken") + count) != len(pks):
            raise Conflict(_("Places were taken a moment ago. Please try again."))


def _give_back(mentorships: Collection[int]) -> None:
    counts = Counter(
        Membership.objects.filter(mentorship__in=mentorships)
        .exclude(enrollment=None)
        .values_list("enrollment", flat=True)
    )
    for count, pks in _by_count(counts).items():
        Enrollment.objects.filter(pk__in=pks, places_taken__gte=count).update(places_taken=F("places_taken") - count)


def _by_count(counts: Mapping[int, int]) -> dict[int, list[int]]:
    """The same the other way round: one statement for all that move by as much."""
    found: dict[int, list[int]] = defaultdict(list)
    for pk, count in sorted(counts.items()):
        found[count].append(pk)
    return found


def accept(mentorship: Mentorship, *, by: Actor) -> Mentorship:
    """Say yes for ``by``; active once all members have. Raises ``Denied`` if they may not, ``Conflict`` if it changed meanwhile."""
    policies.accept.check(by, mentorship)
    with transaction.atomic():
        fresh = _lock(mentorship)
        mine = None if fresh is None else fresh.members.unanswered().of(by)
        if fresh is None or mine is None or not mine.update(accepted_at=clock.now(), answered=Membership.Answered.SELF):
            raise Conflict(_("This match was answered a moment ago."))
        record("mentorship.accepted", fresh, by=by)
        _activate_if_complete(fresh, by=by)
    return fresh


def confirm_for(member: Membership, *, by: Actor) -> Mentorship:
    """A manager says yes for a member who can't be reached; the record names the manager."""
    policies.confirm_for.check(by, member)
    with transaction.atomic():
        fresh = _lock(member.mentorship)
        moved = fresh and Membership.objects.unanswered().filter(pk=member.pk).update(
            accepted_at=clock.now(), answered=Membership.Answered.MANAGER, confirmed_by=by.person
        )
        if fresh is None or not moved:
            raise Conflict(_("This match was answered a moment ago."))
        record("mentorship.confirmed_for", fresh, by=by, facts={"person": member.person_id})
        _activate_if_complete(fresh, by=by)
    return fresh


def _lock(mentorship: Mentorship) -> Mentorship | None:
    # Locked: two members who accept at once would otherwise each miss the other's yes, and nobody would activate it.
    return (
        Mentorship.objects.proposed()
        .select_related("cohort")
        .select_for_update(of=("self",))
        .filter(pk=mentorship.pk)
        .first()
    )


def _activate_if_complete(mentorship: Mentorship, *, by: Actor) -> None:
    if not mentorship.members.unanswered().exists():
        mentorship.become(Status.ACTIVE, by=by, activated_at=clock.now())


def decline(mentorship: Mentorship, *, reason: str, by: Actor) -> Mentorship:
    """Say no for ``by``. The reason is for the managers; the other learns only that it did not come about. Places are free again."""
    policies.decline.check(by, mentorship)
    now = clock.now()
    with transaction.atomic():
        fresh = _lock(mentorship)
        if fresh is None or not fresh.members.of(by).update(
            accepted_at=None, answered="", declined_at=now, decline_reason=reason.strip()[:2000]
        ):
            raise Conflict(_("This match was answered a moment ago."))
        fresh.become(Status.DECLINED, by=by, ended_at=now)
        _give_back([fresh.pk])
    return fresh


def withdraw(mentorship: Mentorship, *, by: Actor) -> Mentorship:
    """Take a proposal back before it is active. It may be proposed again."""
    policies.withdraw.check(by, mentorship)
    with transaction.atomic():
        mentorship.become(Status.WITHDRAWN, by=by, ended_at=clock.now())
        _give_back([mentorship.pk])
    return mentorship


def end(mentorship: Mentorship, *, by: Actor) -> Mentorship:
    """End an active mentorship early; its places are free again."""
    policies.end.check(by, mentorship)
    with transaction.atomic():
        mentorship.become(Status.ENDED, by=by, ended_at=clock.now())
        _give_back([mentorship.pk])
    return mentorship


def ask_again(mentorship: Mentorship, *, by: Actor) -> Mentorship:
    """One of the two would like to be proposed again; it takes both."""
    policies.ask_again.check(by, mentorship)
    with transaction.atomic():
        if not mentorship.members.of(by).filter(asks_again_at=None).update(asks_again_at=clock.now()):
            raise Conflict(_("You have asked already."))
        record("mentorship.asked_again", mentorship, by=by)
    return mentorship


def settle(mentorship_id: int, *, by: Actor) -> str | None:
    """Decide a proposal whose days are over, as its cohort says: silence is a yes, or it lapses. Returns the new status, None if it moved."""
    now = clock.now()
    with transaction.atomic():
        overdue = Mentorship.objects.overdue(now).select_related("cohort").select_for_update(of=("self",))
        fresh = overdue.filter(pk=mentorship_id).first()
        if fresh is None:
            return None
        if fresh.cohort.acceptance == Cohort.Acceptance.SILENCE:
            fresh.members.unanswered().update(accepted_at=now, answered=Membership.Answered.SILENCE)
            fresh.become(Status.ACTIVE, by=by, activated_at=now, facts={"silence": True})
        else:
            fresh.become(Status.LAPSED, by=by, ended_at=now)
            _give_back([fresh.pk])
    return str(fresh.status)


REMIND_AGAIN = timedelta(days=1)


def remind(cohort: Cohort, *, by: Actor, due_before: datetime | None = None) -> int:
    """Ask those who have not answered their match once more, once a day at most. Returns how many people are asked now.

    Who has no e-mail address can't be asked: they come with a claim code, or a manager answers on their behalf.

    due_before   only those whose time is over by then, and who were never reminded.
    """
    policies.remind.check(by, cohort)
    now = clock.now()
    waiting = Membership.objects.waiting_in(cohort).reachable()
    due = waiting.filter(
        Q(reminded_at=None, mentorship__proposed_at__lt=now - REMIND_AGAIN) | Q(reminded_at__lt=now - REMIND_AGAIN)
    )
    if due_before is not None:
        due = waiting.filter(reminded_at=None, mentorship__answer_by__lte=due_before)
    with transaction.atomic():
        # Locked, so that of two who click at once one finds nobody left to remind.
        found = sorted(due.select_for_update(of=("self",)).values_list("pk", "person"))
        members = [pk for pk, _person in found]
        if members:
            Membership.objects.filter(pk__in=members).update(reminded_at=now)
            record("mentorship.many_reminded", cohort, by=by, facts={"count": len(members), "members": members})
    return len({person for _pk, person in found})
