"""What each stored field says of people, how long it is kept, and what export and erasure do with it.

Each app declares its models in ``privacy.py``:

    declare(
        "people.Person",
        {"name": PUBLIC, "email": PERSONAL, "password": SECRET, "added_at": PLAIN, ...},
        owner=("pk",), keep="as long as the organization knows them", on_erase=BLANK,
    )

``owner`` names the ways from a row to the person whose data it is: the fields that lead there, as in a query. That is who gets it
in an export and at whose wish it is erased. A veto belongs to who said it, not to whom it names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models, transaction

from openmentor.foundation import clock
from openmentor.foundation.jobs import periodic

if TYPE_CHECKING:
    from openmentor.people.models import Person


class Kind(StrEnum):
    """What a field says of a person, and for whom it is."""

    PLAIN = "plain"  # nothing of a person: states, counts, moments, opaque ids
    PUBLIC = "public"  # of a person, and everybody signed in may know
    PERSONAL = "personal"  # of one person, for those who need it
    SENSITIVE = "sensitive"  # origin, health, vetoes, confidential answers: least shown, first gone
    PRIVATE = "private"  # for its author and whom they wrote to, never for managers and administrators
    SECRET = "secret"  # noqa: S105 (a kind of field: passwords, digests of codes; never exported)


class OnErase(StrEnum):
    DROP = "drop"  # the row goes
    BLANK = "blank"  # the row stays, every field that is not plain is emptied
    KEEP = "keep"  # the row stays as it is: all its fields are plain


PLAIN, PUBLIC, PERSONAL, SENSITIVE, PRIVATE, SECRET = Kind
DROP, BLANK, KEEP = OnErase


@dataclass(frozen=True)
class Declaration:
    model: str
    fields: Mapping[str, Kind]
    owner: tuple[str, ...]
    keep: str
    on_erase: OnErase
    #: a moment's field and how long after it the row is dropped by itself
    drop_after: tuple[str, timedelta] | None = None

    @property
    def Model(self) -> type[models.Model]:  # noqa: N802
        return apps.get_model(self.model)

    def rows_of(self, person_id: int) -> models.QuerySet[models.Model]:
        mine = models.Q(pk__in=[])
        for way in self.owner:
            mine |= models.Q(**{way: person_id})
        return self.Model._base_manager.filter(mine).distinct()


_declared: dict[str, Declaration] = {}


def declare(
    model: str,
    fields: Mapping[str, Kind],
    *,
    keep: str,
    on_erase: str = KEEP,
    owner: Sequence[str] = (),
    drop_after: tuple[str, timedelta] | None = None,
) -> None:
    """Say of a model (``"app.Model"``) what each field is. The key needs no word.

    keep        a sentence for people: how long, and why.
    on_erase    ``DROP``, ``BLANK`` or ``KEEP``, for the rows of the person who is erased.
    owner       the fields by which a row leads to its person; none for rows that are nobody's.
    drop_after  ``("created_at", timedelta(days=180))``: a row is dropped so long after that moment.
    """
    if OnErase(on_erase) is not KEEP and not owner:
        raise ValueError(f"{model}: erasing needs an owner")
    _declared[model.lower()] = Declaration(model, dict(fields), tuple(owner), keep, OnErase(on_erase), drop_after)


def declarations() -> list[Declaration]:
    return [_declared[name] for name in sorted(_declared)]


def kind_of(model: type[models.Model], field: str) -> Kind:
    return _declared[model._meta.label_lower].fields[field]


def our_models() -> Iterator[type[models.Model]]:
    """Every table of ours."""
    for model in apps.get_models(include_auto_created=True):
        config = apps.get_app_config(model._meta.app_label)
        if config.name.startswith("openmentor.") and model._meta.managed and not model._meta.proxy:
            yield model


def undeclared() -> list[str]:
    """Every field of ours without a word on its privacy, every word on a field that is not, and what cannot be true."""
    faults = []
    known = set()
    for model in our_models():
        if model._meta.auto_created:
            continue  # the table between two models: declared as the field that makes it
        known.add(model._meta.label_lower)
        declaration = _declared.get(model._meta.label_lower)
        fields = {
            field.name
            for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
            if not _is_plain_key(field)
        }
        said = set(declaration.fields) if declaration else set()
        faults += [f"{model._meta.label}.{name} is not declared" for name in sorted(fields - said)]
        faults += [f"{model._meta.label}.{name} is declared and does not exist" for name in sorted(said - fields)]
        if declaration:
            faults += _untrue(declaration)
    faults += [f"{name} is declared and does not exist" for name in sorted(_declared.keys() - known)]
    return faults


def _is_plain_key(field: models.Field[Any, Any]) -> bool:
    return field.primary_key and isinstance(field, models.AutoField)


def _untrue(declaration: Declaration) -> Iterator[str]:
    label = declaration.model
    kinds = set(declaration.fields.values())
    if not declaration.owner and kinds & {PRIVATE, SENSITIVE}:
        yield f"{label} has private or sensitive fields and nobody whose they are"
    if declaration.on_erase is KEEP and declaration.owner and kinds - {PLAIN}:
        yield f"{label} keeps fields that are not plain when their person is erased"
    try:
        declaration.rows_of(0)
    except FieldError as error:
        yield f"{label}: {error}"
    if declaration.on_erase is BLANK:
        for field in _emptied(declaration):
            if _blank(field) is _CANNOT:
                yield f"{label}.{field.name} cannot be blank: let it be null, give it a default, or drop the row"


_CANNOT = object()


def _blank(field: models.Field[Any, Any]) -> Any:
    """What stands in an erased field."""
    if field.null:
        return None
    if field.has_default():
        return field.get_default()
    if isinstance(field, models.CharField | models.TextField):
        return ""
    return _CANNOT


def export_person(person: Person) -> dict[str, list[dict[str, Any]]]:
    """All that is stored of one person, by model: plain JSON, nothing that belongs to somebody else, no secrets."""
    found: dict[str, list[dict[str, Any]]] = {}
    for declaration in declarations():
        if not declaration.owner:
            continue
        fields = [
            field
            for field in declaration.Model._meta.local_fields
            if declaration.fields.get(field.name, PLAIN) is not SECRET
        ]
        rows = declaration.rows_of(person.pk).order_by("pk").values_list(*[field.attname for field in fields])
        entries = [{field.name: _plain(value) for field, value in zip(fields, row)} for row in rows]
        if entries:
            found[declaration.model] = entries
    return found


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return str(value)


def erase_person(person: Person) -> dict[str, int]:
    """Erase what is stored of one person, in the caller's transaction. Returns how many rows of each model were touched.

    The row of the person itself is blanked, not dropped: events and mentorships go on pointing at an id that names nobody.
    """
    touched: dict[str, int] = {}
    with transaction.atomic():
        # What depends on others first: models are listed in the order in which they were made.
        order = {model._meta.label_lower: number for number, model in enumerate(our_models())}
        for declaration in sorted(declarations(), key=lambda known: -order[known.model.lower()]):
            if declaration.on_erase is KEEP:
                continue
            rows = declaration.Model._base_manager.filter(
                pk__in=list(declaration.rows_of(person.pk).values_list("pk", flat=True))
            )
            if declaration.on_erase is DROP:
                count = rows.count()
                rows.delete()
            else:
                count = rows.update(**_blanks(declaration))
            if count:
                touched[declaration.model] = count
        for forget in _elsewhere:
            transaction.on_commit(forget)
    return touched


_elsewhere: list[Callable[[], object]] = []


def forget_elsewhere(forget: Callable[[], object]) -> None:
    """Have ``forget`` called when somebody has been erased: for what was made of answers and is kept outside the tables."""
    _elsewhere.append(forget)


def _blanks(declaration: Declaration) -> dict[str, Any]:
    return {field.name: _blank(field) for field in _emptied(declaration)}


def _emptied(declaration: Declaration) -> list[models.Field[Any, Any]]:
    """The fields that erasure empties: all that are not plain, but not the way to the person itself, whose id names nobody by then."""
    ways = {way.partition("__")[0] for way in declaration.owner}
    return [
        field
        for field in declaration.Model._meta.local_fields
        if declaration.fields.get(field.name, PLAIN) is not PLAIN and field.name not in ways
    ]


def find_text(needle: str) -> list[tuple[str, str, Any]]:
    """Where a text stands in our tables: (model, field, key). To look whether something is really gone, or where it never may be."""
    found = []
    for model in our_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                text = models.functions.Cast(field.name, models.TextField())
                rows = model._base_manager.annotate(_text=text).filter(_text__icontains=needle)
                found += [(model._meta.label, field.name, key) for key in rows.values_list("pk", flat=True)]
    return found


@periodic(every=timedelta(days=1))
def drop_old() -> int:
    """Drop what has been kept as long as was said, in small bites."""
    count = 0
    for declaration in declarations():
        if declaration.drop_after is None:
            continue
        name, after = declaration.drop_after
        old = declaration.Model._base_manager.filter(**{f"{name}__lt": clock.now() - after})
        while bite := list(old.values_list("pk", flat=True)[:500]):
            declaration.Model._base_manager.filter(pk__in=bite).delete()
            count += len(bite)
    return count


# The foundation's own tables.

declare(
    "foundation.Event",
    dict.fromkeys(
        [
            "verb",
            "subject_type",
            "subject_id",
            "actor_kind",
            "actor_name",
            "actor",
            "program_id",
            "cohort_id",
            "at",
            "facts",
            "sequence",
            "digest",
        ],
        PLAIN,
    ),
    owner=("actor",),
    keep="for ever: the audit trail, which holds opaque ids and no names",
    on_erase=KEEP,
)
declare(
    "foundation.JobRecord",
    dict.fromkeys(
        [
            "task",
            "queue",
            "priority",
            "payload",
            "status",
            "run_after",
            "attempts",
            "max_attempts",
            "claims",
            "worker",
            "lease_until",
            "unique_key",
            "due",
            "result",
            "error",
            "enqueued_at",
            "started_at",
            "finished_at",
        ],
        PLAIN,
    ),
    keep="a week after it is done; what failed until an administrator decides",
)
declare("foundation.Seal", {"id": PLAIN, "sequence": PLAIN, "digest": PLAIN}, keep="for ever")
declare("foundation.Cursor", {"consumer": PLAIN, "sequence": PLAIN}, keep="for ever")
declare("foundation.DatabaseProperty", {"key": PLAIN, "value": SECRET, "written_at": PLAIN}, keep="for ever")
declare(
    "foundation.SpentLink",
    {"digest": SECRET, "spent_at": PLAIN, "expires_at": PLAIN},
    keep="until the link would have expired",
)
declare(
    "foundation.Delivery",
    {
        "notice": PLAIN,
        "occasion": PLAIN,
        "event": PLAIN,
        "person": PERSONAL,
        "address": PERSONAL,
        "channel": PLAIN,
        "category": PLAIN,
        "language": PLAIN,
        "subject": PERSONAL,
        "template": PLAIN,
        "link": PERSONAL,
        "link_label": PLAIN,
        "context": PERSONAL,
        "state": PLAIN,
        "why": PERSONAL,
        "message_id": PLAIN,
        "created_at": PLAIN,
        "send_after": PLAIN,
        "sending_at": PLAIN,
        "sent_at": PLAIN,
        "read_at": PERSONAL,
    },
    owner=("person",),
    keep="half a year",
    on_erase=DROP,
    drop_after=("created_at", timedelta(days=180)),
)
declare(
    "foundation.Mute",
    {"person": PERSONAL, "address": PERSONAL, "category": PERSONAL, "since": PLAIN},
    owner=("person",),
    keep="until it is turned on again",
    on_erase=DROP,
)
declare(
    "foundation.QuietHours",
    {"person": PERSONAL, "starts": PERSONAL, "ends": PERSONAL},
    owner=("person",),
    keep="while they are here",
    on_erase=DROP,
)
