"""Every verb of an import of applications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from openmentor.enrollment import policies
from openmentor.enrollment.actions.applying import ensure_questionnaire
from openmentor.enrollment.importing import jobs
from openmentor.enrollment.importing.choices import Choices
from openmentor.enrollment.models import ApplicationImport
from openmentor.foundation import clock, files
from openmentor.foundation.actors import Actor
from openmentor.foundation.errors import Denied
from openmentor.foundation.events import record
from openmentor.people.policies import import_people
from openmentor.programs.models import Cohort

Status = ApplicationImport.Status


def start(cohort: Cohort, file: UploadedFile[Any], choices: Choices, *, by: Actor) -> ApplicationImport:
    """Keep the file and have it read. Raises OSError where the file can't be kept."""
    policies.import_applications.check(by, cohort)
    ensure_questionnaire(cohort)
    batch = ApplicationImport(
        cohort=cohort, file_name=(file.name or "")[:255], choices=_allowed(choices, by).stored(), created_by=by.person,
        created_at=clock.now(),
    )  # fmt: skip
    # Outside of the transaction: a big file takes its time.
    files.keep(batch.file, file)
    try:
        with transaction.atomic():
            batch.save()
            record("application_import.started", batch, by=by)
            jobs.read_applications.enqueue(batch.pk, attempt=batch.attempt)
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def _allowed(choices: Choices, by: Actor) -> Choices:
    """Adding people is the administrators'; without that right they are listed."""
    return choices if choices.unknown == "list" or import_people(by, None) else replace(choices, unknown="list")


def read_again(
    batch: ApplicationImport, mapping: Mapping[str, str], choices: Choices, *, by: Actor
) -> ApplicationImport:
    """Have the file read with corrected columns, answers and people."""
    policies.import_applications.check(by, batch.cohort)
    with transaction.atomic():
        changes: dict[str, Any] = {
            "mapping": dict(mapping),
            "choices": _allowed(choices, by).stored(),
            "attempt": batch.attempt + 1,
            "message": "",
        }
        batch.become(Status.READING, by=by, **changes)
        jobs.read_applications.enqueue(batch.pk, attempt=batch.attempt)
    return batch


def confirm(batch: ApplicationImport, *, by: Actor) -> ApplicationImport:
    """Write what was checked. A second click finds it being written, and is told so."""
    policies.import_applications.check(by, batch.cohort)
    if batch.status == Status.CHECKED and not batch.findings.get("accepted") and not _adds_people(batch):
        raise Denied(_("There is nobody to be imported yet. Correct the columns, or say who is meant."))
    with transaction.atomic():
        batch.become(Status.MERGING, by=by, attempt=batch.attempt + 1)
        jobs.merge_applications.enqueue(batch.pk, attempt=batch.attempt)
    return batch


def _adds_people(batch: ApplicationImport) -> bool:
    return Choices.of(batch.choices).unknown == "create" and bool(batch.findings.get("strangers_count"))


def cancel(batch: ApplicationImport, *, by: Actor) -> ApplicationImport:
    """Give it up; the file is dropped."""
    policies.import_applications.check(by, batch.cohort)
    with transaction.atomic():
        batch.become(Status.CANCELLED, by=by, findings={}, finished_at=clock.now())
    jobs.drop_file(batch)
    return batch
