"""Whom somebody would like, and with whom never."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from openmentor.enrollment.models.enrollment import Enrollment
from openmentor.people.importing import names
from openmentor.programs.models import Program

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor
    from openmentor.people.models import Person


class Preference(models.Model):
    """A participant's ranked wish for a named person. Seen by who said it and the program's managers."""

    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="preferences")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "person"], name="preference_once"),
            models.CheckConstraint(condition=models.Q(rank__gte=1), name="preference_rank_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id}: {self.rank}"


def veto_key(kind: str, text: str) -> str:
    """How two spellings of one name, team or site are found equal; empty for nothing."""
    if kind != Veto.Kind.PERSON:
        return " ".join(names.plain(text).split())[:200]
    if "@" in text:
        return text.strip().lower()[:200]
    name = names.split(text)
    return names.key(name)[:200] if name else ""


def keys_of(person: Person) -> dict[str, set[str]]:
    """By which keys a veto that names nobody we knew is about ``person``: their names and address, their team, their site."""
    spellings = [person.name, f"{person.given_name} {person.family_name}", f"{person.family_name} {person.given_name}"]
    found = {veto_key(Veto.Kind.PERSON, text) for text in [*spellings, person.email or ""]}
    if name := names.split(person.name):
        found.add(names.initials_and_core(name)[1])
    return {
        Veto.Kind.PERSON: found - {""},
        Veto.Kind.TEAM: {veto_key(Veto.Kind.TEAM, person.team)} - {""},
        Veto.Kind.SITE: {veto_key(Veto.Kind.SITE, person.site)} - {""},
    }


class VetoQuerySet(models.QuerySet["Veto"]):
    def about(self, person: Person) -> Self:
        """Those that keep somebody away from ``person``: named, of their name or address, of their team or site."""
        meant = models.Q(person=person)
        for kind, keys in keys_of(person).items():
            meant |= models.Q(kind=kind, person=None, key__in=keys)
        return self.filter(meant)

    def visible_to(self, actor: Actor) -> Self:
        """Who said it, and the managers of the programs in which they are, except whomever it is about."""
        if actor.person is None:
            return self.none()
        theirs = Enrollment.objects.filter(cohort__program__in=Program.objects.run_by(actor)).values("person")
        about_reader = Veto.objects.about(actor.person).values("pk")
        return self.filter(
            models.Q(author=actor.person) | (models.Q(author__in=theirs) & ~models.Q(pk__in=about_reader))
        )


class Veto(models.Model):
    """'Never with': a person, a team or a site. Belongs to the person who said it; never reaches the one whom it is about."""

    class Kind(models.TextChoices):
        PERSON = "person", _("a person")
        TEAM = "team", _("a team")
        SITE = "site", _("a site")

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vetoes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    #: the team or site; or the name of somebody who is not known yet: kept, and held against everybody of that name later; or the address as
    #: it was typed, whether its person is known or not
    text = models.CharField(max_length=200, blank=True)
    #: ``veto_key`` of the text, by which it is compared
    key = models.CharField(max_length=200, blank=True)
    said_at = models.DateTimeField()

    objects = VetoQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "person"],
                condition=~models.Q(person=None) & models.Q(text=""),
                name="veto_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["author", "kind", "key"], condition=~models.Q(text=""), name="veto_once_a_text"
            ),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, kind="person")
                | (models.Q(person=None) & ~models.Q(text="") & ~models.Q(key="")),
                name="veto_names_somebody",
            ),
        ]
        indexes = [models.Index(fields=["kind", "key"])]

    def __str__(self) -> str:
        return f"veto {self.pk}"

    @classmethod
    def of_text(cls, author_id: int, kind: str, text: str, *, said_at: datetime) -> Veto:
        """An unsaved veto of a team or site, or of everybody of a name. Raises ValueError for a text that names nothing."""
        text = " ".join(text.split())[:200]
        key = veto_key(kind, text)
        if not key:
            raise ValueError(text)
        return cls(author_id=author_id, kind=kind, text=text, key=key, said_at=said_at)

    @property
    def subject(self) -> str:
        """Whom or what it is about, in words, for managers."""
        return str(self.person) if self.person_id else self.text

    @property
    def as_said(self) -> str:
        """For who said it: what they typed, also where we know who is meant, since this is no directory."""
        return self.text or str(self.person)
