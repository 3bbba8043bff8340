"""Every verb of an import: start, change what was chosen, confirm, cancel, try again, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from openmentor.foundation import clock, files
from openmentor.foundation.actors import Actor, importer
from openmentor.foundation.errors import Conflict
from openmentor.foundation.events import record
from openmentor.people import policies
from openmentor.people.merging import staging
from openmentor.people.models import Import, ImportRow, Source

Status = Import.Status


def start(
    file: File[bytes],
    *,
    name: str,
    source: str,
    extent: str,
    valid_on: date,
    by: Actor,
    mapping: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> Import:
    """Take a file in and let it be read. What was chosen for the last file of its source is chosen again.

    Raises OSError where the file can't be kept.
    """
    from openmentor.people.jobs import read_import

    policies.import_people.check(by, None)
    batch = Import(
        file_name=name[:255], extent=extent, valid_on=valid_on, created_by=by.person, created_at=clock.now(), total=0
    )
    # Outside of the transaction: a big file takes its time. One that no row names is dropped with the old ones.
    files.keep(batch.file, file)
    try:
        with transaction.atomic():
            batch.source, _is_new = Source.objects.get_or_create(name=source)
            remembered = batch.source.mapping
            batch.mapping = dict(mapping) if mapping is not None else {"columns": remembered.get("columns", {})}
            batch.answers = dict(answers) if answers is not None else dict(remembered.get("answers", {}))
            batch.save()
            record("import.started", batch, by=by, facts={"extent": extent})
            read_import.enqueue(batch.pk, reading=batch.reading)
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def change(batch: Import, *, by: Actor, **changes: Any) -> Import:
    """Read the file again with another mapping, answers or decisions. Raises ``Conflict`` if it is no longer open."""
    from openmentor.people.jobs import read_import

    policies.import_people.check(by, None)
    # Who is absent may be others then, so that is asked once more; who stays was said of persons, and holds.
    decisions = {key: value for key, value in changes.get("decisions", batch.decisions).items() if key != "absent"}
    with transaction.atomic():
        changes |= {"reading": batch.reading + 1, "progress": 0, "message": "", "decisions": decisions}
        if batch.status == Status.READING:
            # Chosen while it was read: what runs finds that a newer reading is wanted, and stops.
            if not Import.objects.filter(pk=batch.pk, status=Status.READING, reading=batch.reading).update(**changes):
                raise Conflict(_("This was changed a moment ago. Please look at it again."))
            for field, value in changes.items():
                setattr(batch, field, value)
        else:
            batch.become(Status.READING, by=by, **changes)
        read_import.enqueue(batch.pk, reading=batch.reading)
    return batch


def decide_absent(batch: Import, absent: str, still_here: list[int], *, by: Actor) -> Import:
    """Say of the people who are not in a file of everybody whether they have left. Nothing needs to be read again."""
    policies.import_people.check(by, None)
    decisions = {**batch.decisions, "absent": absent, "still_here": still_here}
    if not Import.objects.filter(pk=batch.pk, status=Status.CHECKED, reading=batch.reading).update(decisions=decisions):
        raise Conflict(_("This was changed a moment ago. Please look at it again."))
    batch.decisions = decisions
    return batch


def decide_same(batch: Import, same: Mapping[int, int], *, by: Actor) -> Import:
    """Say who the people are that may be known already: row -> id of one of its candidates, or 0 for somebody new."""
    return change(batch, by=by, decisions=with_same(batch, same))


def with_same(batch: Import, same: Mapping[int, int]) -> dict[str, Any]:
    """The decisions of ``batch`` with what was said of these rows, as far as it is one of what they were asked about."""
    candidates = dict(
        batch.rows.filter(action=ImportRow.Action.UNDECIDED, number__in=list(same)).values_list("number", "candidates")
    )
    told = {str(row): person for row, person in same.items() if person == 0 or person in candidates.get(row, [])}
    return {**batch.decisions, "same": {**batch.decisions.get("same", {}), **told}}


def confirm(batch: Import, *, by: Actor, answers: Mapping[str, Any] | None = None) -> Import:
    """Bring these people in. A second click finds it done or on its way and changes nothing.

    answers   what was assumed until now and is said by this yes; it is remembered for the next file.
    Raises ``Conflict`` while a question is open, or where the file is no longer waiting for a yes.
    """
    from openmentor.people.jobs import merge_import

    policies.import_people.check(by, None)
    if batch.status in (Status.MERGING, Status.DONE):
        return batch
    if batch.status == Status.CHECKED and (told := staging.unanswered(batch)):
        raise Conflict(" ".join(told))
    with transaction.atomic():
        fresh = Import.objects.select_for_update().get(pk=batch.pk)
        if fresh.status in (Status.MERGING, Status.DONE):
            return fresh
        if fresh.reading != batch.reading:
            raise Conflict(_("This was changed a moment ago. Please look at it again."))
        fresh.become(Status.MERGING, by=by, answers={**fresh.answers, **(answers or {})})
        merge_import.enqueue(fresh.pk, reading=fresh.reading)
    return fresh


def cancel(batch: Import, *, by: Actor) -> Import:
    """Bring nobody in. The file is dropped some days later."""
    policies.import_people.check(by, None)
    with transaction.atomic():
        batch.become(Status.CANCELLED, by=by, finished_at=clock.now(), message="")
    return batch


def try_again(batch: Import, *, by: Actor) -> Import:
    """After a fault: read the file again; what was chosen is kept."""
    return change(batch, by=by)


def compare_again(batch: Import) -> None:
    """People changed between the check and the yes, so what was confirmed is not what would happen: check it once more."""
    from openmentor.people.jobs import read_import

    with transaction.atomic():
        batch.become(
            Status.READING,
            by=importer(batch.source.name),
            reading=batch.reading + 1,
            progress=0,
            decisions={key: value for key, value in batch.decisions.items() if key != "absent"},
            message=_("People changed after this file was checked, so it was checked again. Look at it once more."),
        )
        read_import.enqueue(batch.pk, reading=batch.reading)


def fail(batch: Import, sentence: str) -> None:
    """Nothing was brought in; say why. File, mapping and answers are kept. Quiet if it has moved on meanwhile."""
    with transaction.atomic():
        fresh = Import.objects.select_for_update().get(pk=batch.pk)
        if fresh.is_running and fresh.reading == batch.reading:
            fresh.become(
                Status.FAILED, by=importer(batch.source.name), message=sentence[:4_000], finished_at=clock.now()
            )
