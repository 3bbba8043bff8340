"""From the pairs on a board to mentorships that are proposed: in stretches, each all or nothing, gone on with after a kill."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from openmentor.engine.matching.explain import NOT_KNOWN
from openmentor.enrollment.models import Enrollment, Role
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor, system
from openmentor.foundation.errors import Conflict
from openmentor.foundation.jobs import Interrupted, current
from openmentor.matches.models import Hold, MatchingRun, ProposedMatch, RunInput
from openmentor.matches.specification import COLUMNS_OF
from openmentor.mentorships import actions as mentorships
from openmentor.mentorships import policies as mentorship_policies
from openmentor.mentorships.actions import Proposal
from openmentor.mentorships.models import Mentorship

Status = MatchingRun.Status
#: pairs that are proposed in one transaction; somebody's pairs are never split, so that each person reads one mail
STRETCH = 100
#: beyond this a chain of people who are in both roles is split after all
LONGEST = 500
#: sentences that a member reads
MOST_REASONS = 5


def sentences_for(match: ProposedMatch, role: str, for_managers: Iterable[str]) -> list[str]:
    """The reasons meant for one of the two, the weightiest first.

    What only managers may read of the other isn't quoted, nor what counted without being said; nor are an organization's own
    fields, of which nobody said that members may read them of one another.
    """
    hidden = set(for_managers)
    found = []
    for reason in match.reasons:
        mentor_columns, mentee_columns = COLUMNS_OF.get(reason["key"], ((), ()))
        of_the_other = mentee_columns if role == Role.MENTOR else mentor_columns
        text = reason["text"].get(role) or ""
        is_said = reason.get("is_known", True) and reason["share"] > 0 and text not in ("", NOT_KNOWN)
        if is_said and reason["key"] in COLUMNS_OF and not hidden & set(of_the_other) and text not in found:
            found.append(text)
    return found[:MOST_REASONS]


def proposal_of(match: ProposedMatch, for_managers: Iterable[str]) -> Proposal:
    reasons = {role: sentences_for(match, role, for_managers) for role in ("mentor", "mentee")}
    return Proposal(match.mentor_id, match.mentee_id, match.score, reasons)


def stretches(
    matches: Iterable[tuple[int, int, int]], most: int = STRETCH, longest: int = LONGEST
) -> Iterator[list[int]]:
    """Pairs (id, one person, other person) in portions of about ``most``, all pairs of one person in the same portion."""
    by_person: dict[int, list[int]] = defaultdict(list)
    people: dict[int, tuple[int, int]] = {}
    for pk, one, other in matches:
        people[pk] = (one, other)
        by_person[one].append(pk)
        by_person[other].append(pk)
    left = dict.fromkeys(people)  # in the order given
    portion: list[int] = []
    while left:
        chain, todo = [], [next(iter(left))]
        del left[todo[0]]
        while todo:
            pk = todo.pop()
            chain.append(pk)
            for person in people[pk]:
                for near in by_person[person]:
                    if near in left:
                        del left[near]
                        todo.append(near)
        if portion and len(portion) + len(chain) > most:
            yield portion
            portion = []
        while len(chain) > longest:
            yield chain[:longest]
            chain = chain[longest:]
        portion += chain
    if portion:
        yield portion


def publish(run_id: int, person_id: int | None) -> None:
    """Propose what is not proposed yet, stretch by stretch. Killed between two of them, or called twice, it makes nothing twice."""
    run = MatchingRun.objects.select_related("cohort__program").filter(pk=run_id, status=Status.PUBLISHING).first()
    if run is None:
        return
    by = _actor(run, person_id)
    done = set(Mentorship.objects.filter(run_id=run.pk).values_list("pair_key", flat=True))
    everything = list(
        run.matches.in_draft()
        .order_by("mentor", "pk")
        .values_list("pk", "mentor", "mentee", "mentor__person", "mentee__person", "refused")
    )
    open_ones = [
        (pk, one, other)
        for pk, mentor, mentee, one, other, refused in everything
        if not refused and f"{mentor}-{mentee}" not in done
    ]
    behind = len(everything) - len(open_ones)
    for portion in stretches(open_ones):
        job = current()
        if job is not None and job.should_stop:
            raise Interrupted
        _propose(run, portion, by)
        behind += len(portion)
        MatchingRun.objects.filter(pk=run.pk, status=Status.PUBLISHING).update(
            progress=behind / max(1, len(everything)), message=""
        )
    _finish(run, by)


def _actor(run: MatchingRun, person_id: int | None) -> Actor:
    """The manager who published, as long as they may; else the product goes on with what they began."""
    from openmentor.people.models import Person

    person = Person.objects.may_sign_in().filter(pk=person_id).first()
    by = Actor.of(person) if person is not None else system("publishing")
    return by if mentorship_policies.propose(by, run.cohort) else system("publishing")


def _propose(run: MatchingRun, portion: Sequence[int], by: Actor) -> None:
    matches = {match.pk: match for match in ProposedMatch.objects.filter(pk__in=portion)}
    found = [matches[pk] for pk in portion if pk in matches]
    banned = bans_of(run)
    hidden = run.report.get("for_managers", [])
    proposals = [proposal_of(match, hidden) for match in found if (match.mentor_id, match.mentee_id) not in banned]
    _made, refused = mentorships.propose(run.cohort, proposals, run_id=run.pk, by=by, messages=run.messages)
    sentences = {each.proposal.key: each.sentence for each in refused}
    sentences |= {match.key: _banned() for match in found if (match.mentor_id, match.mentee_id) in banned}
    left_out = [match for match in found if match.key in sentences]
    for match in left_out:
        match.refused = sentences[match.key][:300]
    ProposedMatch.objects.bulk_update(left_out, ["refused"], batch_size=250)


def _banned() -> str:
    return _("The managers have said that these two are not to be matched.")


def bans_of(run: MatchingRun) -> set[tuple[int, int]]:
    return set(Hold.objects.filter(cohort=run.cohort_id, kind=Hold.Kind.BAN).values_list("mentor", "mentee"))


def _finish(run: MatchingRun, by: Actor) -> None:
    made = Mentorship.objects.filter(run_id=run.pk).count()
    left_out = run.matches.in_draft().exclude(refused="").count()
    try:
        with transaction.atomic():
            run.become(
                Status.PUBLISHED,
                by=by,
                facts={"proposed": made, "left_out": left_out},
                published_at=clock.now(),
                progress=1.0,
                message="",
            )
            # Who was in this round and has nobody waits for one more: it counts in the next.
            took_part = RunInput.objects.filter(run=run, enrollment__role=Role.MENTEE).values("enrollment")
            waiting = Enrollment.objects.approved().filter(pk__in=took_part, places_taken=0)
            waiting.update(rounds_waited=F("rounds_waited") + 1)
    except Conflict:
        return  # another worker finished it a moment ago


def left_out_now(run: MatchingRun) -> dict[tuple[int, int], str]:
    """What stands now against pairs on the board, taken together; for the page before publishing. A constant number of queries."""
    pairs = list(run.matches.in_draft().order_by("mentor", "pk").values_list("mentor", "mentee"))
    banned = bans_of(run)
    proposals = [Proposal(mentor, mentee) for mentor, mentee in pairs if (mentor, mentee) not in banned]
    found = mentorships.objections(run.cohort, proposals, together=True)
    against = {(each.mentor, each.mentee): found[each.key] for each in proposals if each.key in found}
    return against | {pair: _banned() for pair in pairs if pair in banned}


def numbers(run: MatchingRun) -> Mapping[str, Any]:
    """How many pairs and people a publication is about. One query."""
    pairs, without_address = [], set()
    fields = ("mentor__person", "mentor__person__email", "mentee__person", "mentee__person__email")
    for one, email, other, others_email in run.matches.in_draft().values_list(*fields):
        pairs.append((one, other))
        without_address |= {person for person, address in ((one, email), (other, others_email)) if not address}
    people = {person for pair in pairs for person in pair}
    return {
        "pairs": len(pairs), "mentors": len({one for one, _other in pairs}), "mentees": len({other for _one, other in pairs}),
        "people": len(people), "mailed": len(people - without_address), "without_address": len(without_address),
    }  # fmt: skip
