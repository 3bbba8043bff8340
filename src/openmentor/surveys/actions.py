"""Every verb that changes answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.db import connection, transaction

from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.events import record
from openmentor.people.models import Person
from openmentor.surveys import policies, values
from openmentor.surveys.models import Answer, Item, Question, Questionnaire, Response
from openmentor.surveys.standard import item

if TYPE_CHECKING:
    from django.db.models import Field

#: profile fields that are columns of the person; all others are keys of ``Person.profile``
_COLUMNS = frozenset({"timezone"})
#: people who are written at once
_AT_ONCE = 500


def start(questionnaire: Questionnaire, *, by: Actor) -> Response:
    """The response of ``by``, made if they have none yet; two tabs that start at once get the same."""
    assert by.person is not None  # a visitor is sent to sign in before this
    with transaction.atomic():
        response, made = Response.objects.get_or_create(
            questionnaire=questionnaire, person=by.person, defaults={"started_at": clock.now()}
        )
        if made:
            record("response.started", response, by=by)
    return response


def save(response: Response, given: Mapping[Question, Any], *, by: Actor) -> set[str]:
    """Keep these answers; None takes one back. Questions that are not named stay as they are. Returns the keys that changed.

    Values must be clean (``values.clean``). Before the application is sent, nobody else sees them, so there is nothing to record;
    after it, each change leaves an event.
    """
    policies.answer.check(by, response)
    with transaction.atomic():
        # Locked: two screens that save at once would otherwise each miss what the other writes to the profile.
        fresh = Response.objects.select_for_update().get(pk=response.pk)
        changed = _write(fresh, given)
        if changed and fresh.submitted_at is not None:
            record("response.changed", fresh, by=by, facts={"questions": sorted(question.pk for question in changed)})
    return {question.key for question in changed}


def _write(response: Response, given: Mapping[Question, Any]) -> list[Question]:
    there = {answer.question.key: answer for answer in response.answers.select_related("question")}
    now = clock.now()
    gone: list[int] = []
    made: list[Answer] = []
    changed: list[Question] = []
    for question, value in given.items():
        before = there.get(question.key)
        if values.is_empty(value):
            if before is not None:
                gone.append(before.pk)
                changed.append(question)
        elif before is None or before.value != value or before.question_id != question.pk:
            if before is not None:
                gone.append(before.pk)
            made.append(Answer(response=response, question=question, value=value, answered_at=now))
            changed.append(question)
    if gone:
        Answer.objects.filter(pk__in=gone).delete()
    Answer.objects.bulk_create(made)
    write_profile(response.person, {question: given[question] for question in changed})
    return changed


def write_profile(person: Person, given: Mapping[Question, Any]) -> None:
    """Put what also belongs on the profile there. Call it inside a transaction."""
    write_profiles({person.pk: given})


def write_profiles(given: Mapping[int, Mapping[Question, Any]]) -> None:
    """The same for many people, by their id. Call it inside a transaction."""
    writing = {
        person: told
        for person, answers in given.items()
        if (told := {question.writes_profile: value for question, value in answers.items() if question.writes_profile})
    }
    people = list(writing)
    for start in range(0, len(people), _AT_ONCE):
        changed: dict[str, list[Person]] = {}
        # In one order, whoever writes: two who lock the same people never wait for one another.
        for fresh in Person.objects.select_for_update().filter(pk__in=people[start : start + _AT_ONCE]).order_by("pk"):
            for field in _put(fresh, writing[fresh.pk]):
                changed.setdefault(field, []).append(fresh)
        for field, rows in changed.items():
            _update(field, rows)


def _update(name: str, people: Sequence[Person]) -> None:
    """Save one field of many people. One statement for all of them, prepared once: as a CASE of hundreds it takes ten times as long."""
    field = cast("Field[Any, Any]", Person._meta.get_field(name))
    table, key, column = (connection.ops.quote_name(each) for each in (Person._meta.db_table, "id", str(field.column)))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {column} = %s WHERE {key} = %s",  # noqa: S608 - names of our own
            [(field.get_db_prep_save(getattr(each, name), connection), each.pk) for each in people],
        )


def _put(fresh: Person, writing: Mapping[str, Any]) -> set[str]:
    """Set what is written on a person; returns the fields that changed."""
    fields = set()
    for name, value in writing.items():
        if name in _COLUMNS:
            if value and getattr(fresh, name) != value:
                setattr(fresh, name, value)
                fields.add(name)
            continue
        before = fresh.profile.get(name)
        if values.is_empty(value):
            fresh.profile.pop(name, None)
        else:
            fresh.profile[name] = value
        if fresh.profile.get(name) != before:
            fields.add("profile")
    return fields


def submit(response: Response, *, by: Actor) -> Response:
    """Say that one is done; changing answers stays possible. Doing it twice records it once."""
    policies.answer.check(by, response)
    with transaction.atomic():
        now = clock.now()
        if Response.objects.filter(pk=response.pk, submitted_at=None).update(submitted_at=now):
            response.submitted_at = now
            record("response.submitted", response, by=by)
    return response


def arrange(questionnaire: Questionnaire, uses: Mapping[Question, str]) -> bool:
    """Give questions a new use ('required', 'shown', 'optional', 'off'); others stay. Returns whether anything changed.

    Whoever calls it has asked who may, and records it: a questionnaire does not know whose it is. Call it inside a transaction.
    """
    there = {found.question.key: found for found in questionnaire.items.select_related("question")}
    gone: list[int] = []
    made: list[Item] = []
    for question, use in uses.items():
        before = there.get(question.key)
        after = None if use == "off" else item(questionnaire, question, use)
        if before is not None and after is not None and before.question_id == question.pk:
            if (before.screen, before.required) != (after.screen, after.required):
                Item.objects.filter(pk=before.pk).update(
                    screen=after.screen, required=after.required, position=after.position
                )
                made.append(before)
        elif before is not None or after is not None:
            if before is not None:
                gone.append(before.pk)
            if after is not None:
                made.append(after)
    Item.objects.filter(pk__in=gone).delete()
    Item.objects.bulk_create(each for each in made if each.pk is None)
    return bool(gone or made)
