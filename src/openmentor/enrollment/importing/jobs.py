"""Reading and writing a file of applications, later."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from openmentor.enrollment.importing import merging, reading
from openmentor.enrollment.models import ApplicationImport
from openmentor.foundation import clock
from openmentor.foundation.actors import importer, system
from openmentor.foundation.jobs import job, periodic
from openmentor.people.importing.faults import InvalidFile

Status = ApplicationImport.Status
#: a file that nobody goes on with is dropped after so long
FORGET_AFTER = timedelta(days=7)


def _find(import_id: int, status: str, attempt: int) -> ApplicationImport | None:
    found = ApplicationImport.objects.select_related("cohort__program", "created_by").filter(
        pk=import_id, status=status, attempt=attempt
    )
    return found.first()


def _given_up(import_id: int, *, attempt: int) -> None:
    """Say that it failed: nothing was written, since writing is all or nothing."""
    for status in ApplicationImport.RUNNING:
        batch = _find(import_id, status, attempt)
        if batch is not None:
            merging.unstage(batch)
            _fail(
                batch,
                _(
                    "Something went wrong on our side. Nothing was imported. An administrator can see the cause on the page of jobs."
                ),
            )


def _fail(batch: ApplicationImport, message: str) -> None:
    batch.become(
        Status.FAILED,
        by=importer("applications", batch.created_by),
        message=message,
        findings={},
        finished_at=clock.now(),
    )


@job(max_attempts=3, on_parked=_given_up)
def read_applications(import_id: int, *, attempt: int) -> None:
    """Find out what the file says; quiet if it was read again, cancelled or written since."""
    batch = _find(import_id, Status.READING, attempt)
    if batch is None:
        return
    try:
        with reading.reading(batch) as found:
            findings = reading.findings(found)
    except InvalidFile as invalid:
        with transaction.atomic():
            _fail(batch, "\n".join(str(fault) for fault in invalid.faults))
        return
    with transaction.atomic():
        batch.become(Status.CHECKED, by=importer("applications", batch.created_by), findings=findings)


@job(max_attempts=3, on_parked=_given_up)
def merge_applications(import_id: int, *, attempt: int) -> None:
    """Write what was confirmed. The file is read again first, outside the transaction: the people may have changed meanwhile."""
    batch = _find(import_id, Status.MERGING, attempt)
    if batch is None:
        return
    try:
        with reading.reading(batch) as found:
            merging.write(batch, found)
    except InvalidFile as invalid:
        with transaction.atomic():
            _fail(batch, "\n".join(str(fault) for fault in invalid.faults))
        return
    drop_file(batch)


def drop_file(batch: ApplicationImport) -> None:
    """The file holds what people said of others: it is not kept longer than it is needed."""
    if batch.file:
        batch.file.delete(save=False)
        ApplicationImport.objects.filter(pk=batch.pk).update(file="")


@periodic(every=timedelta(days=1))
def forget_left_imports() -> int:
    """Cancel imports that nobody went on with, and drop their files; and files that a killed worker left behind."""
    for batch in ApplicationImport.objects.filter(status__in=(Status.DONE, Status.CANCELLED)).exclude(file=""):
        drop_file(batch)
    left = ApplicationImport.objects.filter(
        status__in=(Status.CHECKED, Status.FAILED), created_at__lt=clock.now() - FORGET_AFTER
    )
    found = list(left.select_related("cohort"))
    for batch in found:
        with transaction.atomic():
            batch.become(Status.CANCELLED, by=system("forgotten import"), findings={}, finished_at=clock.now())
        drop_file(batch)
    return len(found)
