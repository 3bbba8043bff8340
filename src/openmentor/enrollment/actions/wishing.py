"""Whom somebody would like, and with whom never."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from openmentor.enrollment import policies
from openmentor.enrollment.applying.candidates import candidates
from openmentor.enrollment.models import Enrollment, Preference, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Conflict, Denied
from openmentor.foundation.events import record
from openmentor.people.models import Person

MOST_WISHES = 10


def set_wishes(enrollment: Enrollment, people: Sequence[int], *, by: Actor) -> list[Preference]:
    """These people, the most wished for first, in place of what was wished before. Each must take part in the other role."""
    policies.wish.check(by, enrollment)
    people = list(dict.fromkeys(people))
    if len(people) > MOST_WISHES:
        raise Denied(_("At most %(most)d people. Take somebody off your list first.") % {"most": MOST_WISHES})
    known = set(candidates(enrollment).filter(person__in=people).values_list("person", flat=True))
    if set(people) - known:
        raise Conflict(_("Somebody on your list does not take part any more."))
    with transaction.atomic():
        # Locked: two tabs that save at once would otherwise mix their lists.
        Enrollment.objects.select_for_update().get(pk=enrollment.pk)
        before = list(enrollment.preferences.values_list("person", flat=True))
        if before != people:
            enrollment.preferences.all().delete()
            Preference.objects.bulk_create(
                Preference(enrollment=enrollment, person_id=person, rank=rank) for rank, person in enumerate(people, 1)
            )
            record("enrollment.wishes_changed", enrollment, by=by)
    return list(enrollment.preferences.select_related("person"))


def say_veto(kind: str, *, by: Actor, person: Person | None = None, text: str = "") -> Veto:
    """'Never with' a person, or everybody of a name, a team or a site. Saying it twice keeps it once.

    ``text`` beside a ``person`` is the address by which they were named: it stays in place of their name.
    """
    policies.say_veto.check(by, None)
    assert by.person is not None  # the policy has asked
    if person is not None and person.pk == by.person.pk:
        raise Denied(_("You can't be matched with yourself anyway."))
    if person is not None and not text:
        veto = Veto(author=by.person, kind=Veto.Kind.PERSON, person=person, said_at=clock.now())
    else:
        try:
            veto = Veto.of_text(by.person.pk, kind, text, said_at=clock.now())
        except ValueError as error:
            raise Denied(_("Write a name, a team or a site.")) from error
        veto.person = person
    try:
        with transaction.atomic():
            veto.save()
            record("enrollment.veto_said", veto, by=by)
    except IntegrityError:
        return Veto.objects.get(author=by.person, kind=veto.kind, key=veto.key, **({} if text else {"person": person}))
    return veto


def take_back_veto(veto: Veto, *, by: Actor) -> None:
    policies.take_back_veto.check(by, veto)
    with transaction.atomic():
        record("enrollment.veto_taken_back", veto, by=by)
        if not Veto.objects.filter(pk=veto.pk).delete()[0]:
            raise Conflict(_("This was taken back a moment ago."))
