"""Writing applications that were read, by set. Writing them again changes nothing.

All or nothing, and nobody else waits long: the answers of those who have given none here come first, in chunks, where nobody sees
them while no enrollment leads to them; everything else follows in one short transaction. What a writing that was given up left
behind is dropped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from openmentor.enrollment.actions.applying import MOST_PLACES
from openmentor.enrollment.actions.approving import Room
from openmentor.enrollment.actions.wishing import MOST_WISHES
from openmentor.enrollment.importing.choices import Choices
from openmentor.enrollment.importing.reading import Reading
from openmentor.enrollment.models import ApplicationDraft, ApplicationImport, Enrollment, Preference, Role, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor, importer
from openmentor.foundation.events import record
from openmentor.people.importing.applications import Application
from openmentor.people.models import Person
from openmentor.programs.models import Cohort, Expectation
from openmentor.surveys.actions import write_profiles
from openmentor.surveys.models import Answer, Question, Response

Status = Enrollment.Status
SIZE = 500
_OPEN = (Status.INVITED,)
_SETTLED = (Status.DECLINED, Status.WITHDRAWN, Status.COMPLETED)


@dataclass
class _Batch:
    """What is there already, looked up once, and what will be written."""

    cohort: Cohort
    questions: dict[str, Question]
    choices: Choices
    now: datetime
    expecting: set[str]
    enrollments: dict[tuple[int, str], Enrollment]
    responses: dict[int, Response]
    answers: dict[int, dict[str, Answer]]
    #: people whose answers were written just before
    staged: set[int]
    #: people whose answers are as the file has them
    settled: set[int]
    counts: Counter[str] = field(default_factory=Counter)
    touched: list[int] = field(default_factory=list)


def stage(batch: ApplicationImport, found: Reading, applications: dict[int, Application]) -> set[int]:
    """Write the answers of those who have none here yet; returns these people. Says on the batch how far it is."""
    questionnaire, now = batch.cohort.questionnaire_id, clock.now()
    assert questionnaire is not None  # made when the file was brought
    there = set(Response.objects.filter(questionnaire=questionnaire).values_list("person", flat=True))
    new = [(person, each) for person, each in applications.items() if each.answers and person not in there]
    for start in range(0, len(new), SIZE):
        chunk = new[start : start + SIZE]
        with transaction.atomic():
            responses = Response.objects.bulk_create(
                Response(
                    questionnaire_id=questionnaire, person_id=person, started_at=_sent_at(each, now), submitted_at=_sent_at(each, now)
                )
                for person, each in chunk
            )  # fmt: skip
            Answer.objects.bulk_create(
                (
                    Answer(response=response, question=found.questions[key], value=value, answered_at=response.started_at, is_imported=True)
                    for response, (_person, each) in zip(responses, chunk, strict=True)
                    for key, value in each.answers.items()
                ),
                batch_size=SIZE,
            )  # fmt: skip
            progress = {"written": start + len(chunk), "total": len(new)}
            ApplicationImport.objects.filter(pk=batch.pk).update(counts=progress)
    return {person for person, _each in new}


def unchanged(batch: ApplicationImport, applications: dict[int, Application], staged: set[int]) -> set[int]:
    """Whose answers are here already as the file has them. Looked up before the transaction: an own answer that comes meanwhile is newer
    and stays anyway, so there is nothing to be written for them either way."""
    there: dict[int, dict[str, Any]] = defaultdict(dict)
    rows = Answer.objects.filter(
        response__questionnaire=batch.cohort.questionnaire_id, response__submitted_at__isnull=False
    )
    for person, key, value in rows.values_list("response__person", "question__key", "value").iterator(chunk_size=5_000):
        if person in applications and person not in staged:
            there[person][key] = value
    return {
        person
        for person, answers in there.items()
        if all(key in answers and answers[key] == value for key, value in applications[person].answers.items())
    }


def unstage(batch: ApplicationImport) -> None:
    """Drop answers of a writing that was given up: those of a file to which nothing leads."""
    left = Response.objects.filter(questionnaire=batch.cohort.questionnaire_id).exclude(answers__is_imported=False)
    used = Enrollment.objects.exclude(response=None).values("response")
    drafted = ApplicationDraft.objects.values("response")
    left.filter(answers__is_imported=True).exclude(pk__in=used).exclude(pk__in=drafted).delete()


def merge(
    batch: ApplicationImport,
    found: Reading,
    applications: dict[int, Application],
    staged: set[int],
    settled: set[int],
    *,
    by: Actor,
) -> dict[str, int]:
    """Write the accepted applications of ``found``; returns counts. Call it inside a transaction.

    Somebody who declined, withdrew or was declined here stays as they are. An answer given here is not overwritten by an older
    one of a file. A wish is added behind those that are there; a veto is kept as it was written.
    """
    cohort = Cohort.objects.select_for_update().get(pk=batch.cohort_id)
    if found.choices.unknown == "create":
        applications = applications | _add_people(found.strangers, by)
    ours = _look_up(cohort, found, staged, settled)
    ours.counts["people"] = len(applications)
    _write_responses(ours, applications)
    _write_enrollments(ours, applications)
    _write_wishes(ours, applications)
    _write_vetoes(ours, applications)
    facts = {key: count for key, count in ours.counts.items() if key not in ("wishes", "wishes_in_vain", "vetoes")}
    record(
        "enrollment.imported", cohort, by=by, facts={**facts, "import": batch.pk, "enrollments": sorted(ours.touched)}
    )
    return dict(ours.counts)


def _add_people(strangers: Iterable[Application], by: Actor) -> dict[int, Application]:
    """People who are not in the database, by their address. Who was added meanwhile is found by it."""
    wanted = {each.email.lower(): each for each in strangers}
    there = dict(Person.objects.filter(email__in=wanted).values_list("email", "pk"))
    added: dict[int, Application] = {}
    for email, application in wanted.items():
        if email in there:
            added[there[email]] = application
            continue
        given, _space, family = application.name.strip().rpartition(" ")
        person = Person.objects.create_person(
            application.name or email, email, given_name=given[:100], family_name=family[:100]
        )
        record("person.added", person, by=by)
        added[person.pk] = application
    return added


def _look_up(cohort: Cohort, found: Reading, staged: set[int], settled: set[int]) -> _Batch:
    # Locked: what somebody does with their own application meanwhile waits, and is not overwritten.
    enrollments = {
        (each.person_id, each.role): each for each in Enrollment.objects.select_for_update().filter(cohort=cohort)
    }
    responses = {each.person_id: each for each in Response.objects.filter(questionnaire=cohort.questionnaire_id)}
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    known = [each.pk for person, each in responses.items() if person not in staged and person not in settled]
    for answer in _answers_of(known):
        answers[answer.response_id][answer.question.key] = answer
    expecting = set(Expectation.objects.filter(cohort=cohort).values_list("role", flat=True).distinct())
    return _Batch(
        cohort,
        found.questions,
        found.choices,
        clock.now(),
        expecting,
        enrollments,
        responses,
        answers,
        staged,
        settled,
    )


def _answers_of(responses: list[int]) -> Iterator[Answer]:
    for start in range(0, len(responses), SIZE):
        yield from Answer.objects.filter(response__in=responses[start : start + SIZE]).select_related("question")


def _sent_at(application: Application, now: datetime) -> datetime:
    """When it was sent, in the file's own time, which is as good as UTC to put applications in order; never in the future."""
    if application.submitted_at is None:
        return now
    day, at = application.submitted_at
    return min(now, datetime.combine(day, at, tzinfo=UTC))


def _write_responses(ours: _Batch, applications: dict[int, Application]) -> None:
    answered = {person: each for person, each in applications.items() if each.answers}
    assert ours.cohort.questionnaire_id is not None  # made when the file was brought
    missing = [
        Response(
            questionnaire_id=ours.cohort.questionnaire_id,
            person_id=person,
            started_at=_sent_at(each, ours.now),
            submitted_at=_sent_at(each, ours.now),
        )
        for person, each in answered.items()
        if person not in ours.responses
    ]
    ours.responses |= {each.person_id: each for each in Response.objects.bulk_create(missing, batch_size=SIZE)}
    made: list[Answer] = []
    gone: list[int] = []
    unsent: list[Response] = []
    profiles: dict[int, dict[Question, Any]] = {}
    for person, application in answered.items():
        response = ours.responses[person]
        is_staged = person in ours.staged
        changed = (
            {} if is_staged or person in ours.settled else _newer(ours, ours.answers.get(response.pk, {}), application)
        )
        # Of whom nothing was known here, all goes on the profile: also what a killed writing had brought so far.
        is_new = is_staged or not any((person, role) in ours.enrollments for role in Role.values)
        told = application.answers if is_new else changed
        ours.counts["answers"] += len(application.answers if is_staged else changed)
        gone += [
            before.pk
            for before in (ours.answers.get(response.pk, {}).get(key) for key in changed)
            if before is not None
        ]
        at = _sent_at(application, ours.now)
        made += [
            Answer(response=response, question=ours.questions[key], value=value, answered_at=at, is_imported=True)
            for key, value in changed.items()
        ]
        profiles[person] = {
            ours.questions[key]: value for key, value in told.items() if ours.questions[key].writes_profile
        }
        if response.submitted_at is None:
            response.submitted_at = at
            unsent.append(response)
    Response.objects.bulk_update(unsent, ["submitted_at"], batch_size=SIZE)
    for start in range(0, len(gone), SIZE):
        Answer.objects.filter(pk__in=gone[start : start + SIZE]).delete()
    Answer.objects.bulk_create(made, batch_size=SIZE)
    write_profiles(profiles)


def _newer(ours: _Batch, there: dict[str, Answer], application: Application) -> dict[str, Any]:
    """The answers of the file that differ, without those that somebody has given here since."""
    at = _sent_at(application, ours.now) if application.submitted_at is not None else None
    changed = {}
    for key, value in application.answers.items():
        before = there.get(key)
        own_and_newer = before is not None and not before.is_imported and (at is None or before.answered_at >= at)
        if (before is None or before.value != value) and not own_and_newer:
            changed[key] = value
    return changed


def _write_enrollments(ours: _Batch, applications: dict[int, Application]) -> None:
    room = Room(ours.cohort)
    new: list[Enrollment] = []
    changed: list[Enrollment] = []
    # In the order in which they were sent: who came first gets in first.
    for person, application in sorted(
        applications.items(), key=lambda pair: (_sent_at(pair[1], ours.now), pair[1].row)
    ):
        for role in application.roles:
            before = ours.enrollments.get((person, role))
            if before is None:
                new.append(_new_enrollment(ours, person, role, application, room))
            elif before.status in _SETTLED:
                ours.counts["settled"] += 1
            elif _refresh(ours, before, application, room):
                changed.append(before)
            else:
                ours.counts["same"] += 1
    for each in Enrollment.objects.bulk_create(new, batch_size=SIZE):
        ours.enrollments[each.person_id, each.role] = each
        ours.touched.append(each.pk)
    fields = ["status", "places", "response", "expectations_accepted_at", "applied_at", "decided_at"]
    Enrollment.objects.bulk_update(changed, fields, batch_size=SIZE)
    ours.touched += [each.pk for each in changed]
    ours.counts["new"], ours.counts["changed"] = len(new), len(changed)


def _new_enrollment(ours: _Batch, person: int, role: str, application: Application, room: Room) -> Enrollment:
    enrollment = Enrollment(
        cohort=ours.cohort, person_id=person, role=role, status=Status.APPLIED, places=1, created_at=ours.now,
        applied_at=_sent_at(application, ours.now), response=ours.responses.get(person),
    )  # fmt: skip
    enrollment.places = _places(ours, application, role) or 1
    _let_in(ours, enrollment, room)
    _accept(ours, enrollment)
    return enrollment


def _refresh(ours: _Batch, enrollment: Enrollment, application: Application, room: Room) -> bool:
    """Bring an enrollment that is there up to the file; whether anything changed."""
    before = (enrollment.status, enrollment.places, enrollment.response_id, enrollment.expectations_accepted_at)
    if enrollment.status in _OPEN:
        enrollment.status, enrollment.applied_at = Status.APPLIED, _sent_at(application, ours.now)
    if enrollment.response_id is None and enrollment.person_id in ours.responses:
        enrollment.response = ours.responses[enrollment.person_id]
    if enrollment.role == Role.MENTOR and application.places and application.places >= enrollment.places_taken:
        enrollment.places = min(application.places, MOST_PLACES)
    _let_in(ours, enrollment, room)
    _accept(ours, enrollment)
    return before != (enrollment.status, enrollment.places, enrollment.response_id, enrollment.expectations_accepted_at)


def _places(ours: _Batch, application: Application, role: str) -> int:
    if role != Role.MENTOR:
        return 1
    return min(application.places or ours.cohort.default_places, MOST_PLACES)


def _let_in(ours: _Batch, enrollment: Enrollment, room: Room) -> None:
    if not ours.choices.is_approved or enrollment.status != Status.APPLIED:
        return
    if room.take(enrollment.person_id):
        enrollment.status, enrollment.decided_at = Status.APPROVED, ours.now
        ours.counts["approved"] += 1
    else:
        ours.counts["no_room"] += 1


def _accept(ours: _Batch, enrollment: Enrollment) -> None:
    if ours.choices.has_accepted and enrollment.role in ours.expecting and enrollment.expectations_accepted_at is None:
        enrollment.expectations_accepted_at = ours.now


def _write_wishes(ours: _Batch, applications: dict[int, Application]) -> None:
    """A wish belongs to the role in which the two can meet: a mentee's to mentors. Where nothing tells, to every role of who wished."""
    there: dict[int, list[int]] = defaultdict(list)
    for wishing, wished in (
        Preference.objects.filter(enrollment__cohort=ours.cohort).order_by("rank").values_list("enrollment", "person")
    ):
        there[wishing].append(wished)
    made, in_vain = [], 0
    for person, application in applications.items():
        wished_for = [int(str(one)) for one in application.wishes]
        in_vain += sum(not any(_can_meet(ours, one, role) for role in application.roles) for one in wished_for)
        for role in application.roles:
            enrollment = ours.enrollments.get((person, role))
            if enrollment is None or enrollment.pk is None:
                continue
            listed = there[enrollment.pk]
            for each in (one for one in wished_for if _can_meet(ours, one, role)):
                if each not in listed and len(listed) < MOST_WISHES:
                    listed.append(each)
                    made.append(Preference(enrollment=enrollment, person_id=each, rank=len(listed)))
    Preference.objects.bulk_create(made, batch_size=SIZE)
    ours.counts["wishes"] = len(made)
    if in_vain:
        ours.counts["wishes_in_vain"] = in_vain


def _can_meet(ours: _Batch, wished: int, role: str) -> bool:
    roles = {
        known
        for (person, known) in ((wished, Role.MENTOR), (wished, Role.MENTEE))
        if (person, known) in ours.enrollments
    }
    other = Role.MENTOR if role == Role.MENTEE else Role.MENTEE
    return not roles or other in roles or role == Role.PEER


def _write_vetoes(ours: _Batch, applications: dict[int, Application]) -> None:
    wanted = []
    for person, application in applications.items():
        for each in application.vetoes:
            if each.person is not None:
                wanted.append(
                    Veto(author_id=person, kind=Veto.Kind.PERSON, person_id=int(str(each.person)), said_at=ours.now)
                )
            else:
                try:
                    wanted.append(Veto.of_text(person, each.kind, each.text, said_at=ours.now))
                except ValueError:
                    continue  # signs alone, which name nobody
    before = Veto.objects.filter(author__in=applications).count()
    Veto.objects.bulk_create(wanted, batch_size=SIZE, ignore_conflicts=True)
    ours.counts["vetoes"] = Veto.objects.filter(author__in=applications).count() - before


def write(batch: ApplicationImport, found: Reading) -> None:
    """Merge and say so, all or nothing."""
    by = importer("applications", batch.created_by)
    applications = {int(str(each.person)): each for each in found.accepted}
    staged = stage(batch, found, applications)
    settled = unchanged(batch, applications, staged)
    with transaction.atomic():
        counts = merge(batch, found, applications, staged, settled, by=by)
        batch.become(ApplicationImport.Status.DONE, by=by, counts=counts, finished_at=clock.now(), findings={})
