"""Someone of the organization, with an account or not yet, and the identities that sources know them by."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from openmentor.foundation import clock

if TYPE_CHECKING:
    from openmentor.foundation.actors import Actor


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, actor: Actor) -> Self:
        """Oneself; everybody for an administrator. Who shares a cohort sees a profile there, in the enrollment's words."""
        if actor.person is None:
            return self.none()
        return self.filter(erased_at=None) if actor.is_administrator else self.filter(pk=actor.person.pk)

    def present(self) -> Self:
        """Those who work here now: not left, not erased."""
        return self.filter(left_on=None, erased_at=None)

    def leavers(self) -> Self:
        return self.filter(erased_at=None).exclude(left_on=None)

    def may_sign_in(self) -> Self:
        """Those whose account is open; ``Person.may_sign_in`` says it of one. The last administrator is not asked about here."""
        return self.filter(is_active=True, erased_at=None).exclude(left_on__lte=clock.today())

    def with_address(self) -> Self:
        return self.exclude(email=None)


class PersonManager(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> Person:
        found: Person = self.get(email=(username or "").strip().lower())
        return found

    def create_person(self, name: str, email: str | None = None, password: str | None = None, **fields: Any) -> Person:
        """A person; without a password nobody can sign in as them by one."""
        person = Person(name=name, email=(email or "").strip().lower() or None, **fields)
        if password is None:
            person.set_unusable_password()
        else:
            person.set_password(password)
        person.save(using=self._db)
        return person


class WorkFacts(models.Model):
    """What an import can say of somebody; a person has it for good, a row of an import until it is merged."""

    name = models.CharField(_("name"), max_length=200)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    # Facts of working life as they stand now; their history is in EmploymentEvent.
    position = models.CharField(_("position"), max_length=200, blank=True)
    function = models.CharField(_("function"), max_length=200, blank=True)
    department = models.CharField(_("department"), max_length=200, blank=True)
    team = models.CharField(_("team"), max_length=200, blank=True)
    level = models.SmallIntegerField(_("level"), null=True, blank=True)
    site = models.CharField(_("site"), max_length=200, blank=True)
    country = models.CharField(_("country"), max_length=100, blank=True)
    partner = models.CharField(_("partner organization"), max_length=200, blank=True)
    performance_tier = models.CharField(_("performance tier"), max_length=100, blank=True)
    hired_on = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    #: the organization's own columns, as imported
    custom = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True


class Person(WorkFacts, AbstractBaseUser):
    """The user model. Most have never signed in: an import knows them, an invitation or a claim code gives them an account."""

    #: lower case; none for people whom an import knows without an address
    email = models.EmailField(_("e-mail"), max_length=254, null=True, blank=True, unique=True)
    is_administrator = models.BooleanField(_("administrator"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    manager = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports", verbose_name=_("manager")
    )

    #: what they tell the people of their cohorts: keys of questions that write a profile field
    profile = models.JSONField(default=dict, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = PersonManager()

    class Meta:
        ordering = ["family_name", "given_name", "name", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(email=""), name="person_email_none_or_some"),
            models.CheckConstraint(condition=~models.Q(manager=models.F("pk")), name="person_not_own_manager"),
        ]
        indexes = [
            # In the order of the list, and with all that a search asks of everybody: it reads no rows but those it shows.
            models.Index(
                fields=["family_name", "given_name", "name", "id", "email", "left_on", "erased_at"],
                name="person_listed",
            ),
            # None for department, site, level or day of hire: a filter or an order by them spares 30 ms at 100,000 people, and each
            # would make an import of as many hold the write lock 0.1 s longer, and the lists of what can be chosen slower.
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("people:person", args=[self.pk])

    @property
    def initials(self) -> str:
        words = [self.given_name, self.family_name] if self.given_name and self.family_name else self.name.split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words) if word).upper()

    @property
    def has_account(self) -> bool:
        return bool(self.last_login) or self.has_usable_password()

    @property
    def has_left(self) -> bool:
        """Whether their last day has come. Who is only about to leave still works here."""
        return self.left_on is not None and self.left_on <= clock.today()

    @property
    def may_sign_in(self) -> bool:
        """Whether a password, a link or an old session of theirs still opens something.

        Who has left may not, with one exception: a file that wrongly says of the last administrator that they have left would
        otherwise lock the whole organization out. They are told so on their first page.
        """
        if not self.is_active or self.erased_at is not None:
            return False
        return not self.has_left or self.is_last_administrator

    @property
    def is_last_administrator(self) -> bool:
        """Whether nobody else could administer this installation. One query, for administrators alone."""
        if not self.is_administrator:
            return False
        return not Person.objects.may_sign_in().filter(is_administrator=True).exclude(pk=self.pk).exists()

    def tenure_years(self, at: date) -> float | None:
        """Years since they were hired, None if nobody knows."""
        return None if self.hired_on is None else max(0.0, (at - self.hired_on).days / 365.25)


class Source(models.Model):
    """Where people come from: a file of a name, later an HR system."""

    name = models.CharField(max_length=100, unique=True)
    #: the last mapping and the answers to its questions, offered again for the next file of this source
    mapping = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """By which id a source knows a person."""

    # Found by the first column of a constraint, each.
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identities", db_index=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="identities", db_index=False)
    external_id = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="identity_once"),
            models.UniqueConstraint(fields=["person", "source"], name="identity_one_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}:{self.external_id}"
