"""What runs after the request: reading and merging files of people, and dropping what is no longer needed of them."""

from __future__ import annotations

import errno
import logging
from datetime import timedelta

from django.db import IntegrityError, OperationalError
from django.db.models import Q
from django.utils.translation import gettext as _

from openmentor.foundation import clock
from openmentor.foundation.actors import system
from openmentor.foundation.jobs import Interrupted, Lost, PermanentFailure, job, periodic
from openmentor.people.importing.faults import InvalidFile
from openmentor.people.merging import actions, merge, staging
from openmentor.people.models import Import, ImportRow

logger = logging.getLogger(__name__)

#: how long file, rows and findings are kept after an import has ended, and how long one waits for a yes
KEEP = timedelta(days=7)
WAIT = timedelta(days=30)


def _given_up(import_id: int, *, reading: int) -> None:
    batch = Import.objects.select_related("source").get(pk=import_id)
    if batch.reading == reading:
        actions.fail(
            batch,
            _(
                "A fault of the program stopped this. Nothing was brought in; the file and your choices are kept. Try again."
            ),
        )


@job(max_attempts=3, on_parked=_given_up)
def read_import(import_id: int, *, reading: int) -> None:
    """Read and check a file. Quiet if it was cancelled, or changed since: then another reading is on its way."""
    batch = _wanted(import_id, reading, Import.Status.READING)
    if batch is None:
        return
    try:
        staging.read(batch)
    except staging.Stopped:
        return
    except InvalidFile as invalid:
        actions.fail(batch, "\n".join(str(fault) for fault in invalid.faults[:20]))
    except (OSError, OperationalError) as error:
        _trouble(batch, error)
    except (Interrupted, Lost):
        raise
    except Exception as error:
        raise PermanentFailure from error


@job(max_attempts=3, on_parked=_given_up)
def merge_import(import_id: int, *, reading: int) -> None:
    """Write the people of a confirmed import. Killed at any point, it has written all or nothing."""
    batch = _wanted(import_id, reading, Import.Status.MERGING)
    if batch is None:
        return
    try:
        merge.merge(batch)
    except (merge.Stale, IntegrityError) as error:
        logger.info("import %s is compared again: %r", import_id, error)
        batch = _wanted(import_id, reading, Import.Status.MERGING)
        if batch is not None:
            actions.compare_again(batch)
    except (OSError, OperationalError) as error:
        _trouble(batch, error)
    except (Interrupted, Lost):
        raise
    except Exception as error:
        raise PermanentFailure from error


def _wanted(import_id: int, reading: int, status: str) -> Import | None:
    return (
        Import.objects.select_related("source", "created_by")
        .filter(pk=import_id, reading=reading, status=status)
        .first()
    )


def _trouble(batch: Import, error: Exception) -> None:
    """Say what the machine lacks; what passes by itself, such as a database that restarts, is tried again."""
    is_full = getattr(error, "errno", None) == errno.ENOSPC or "full" in str(error) or "No space" in str(error)
    if is_full:
        sentence = _("The disk of the server is full. Nothing was brought in. Make room, then try again.")
    elif isinstance(error, OSError):
        sentence = _("The file can't be read on the server: %(why)s. Nothing was brought in. Upload it again.") % {
            "why": error.strerror or type(error).__name__
        }
    else:
        raise error
    logger.warning("import %s failed: %s", batch.pk, error)
    actions.fail(batch, sentence)


@periodic(every=timedelta(days=1))
def drop_old_imports() -> int:
    """Cancel what nobody has said yes to for a month; empty what ended a week ago of file, rows and findings."""
    for batch in Import.objects.select_related("source").filter(
        status=Import.Status.CHECKED, created_at__lt=clock.now() - WAIT
    ):
        actions.cancel(batch, by=system("retention"))
    ended = Q(finished_at__lt=clock.now() - KEEP) & ~Q(status__in=[Import.Status.READING, Import.Status.MERGING])
    count = 0
    for batch in Import.objects.filter(ended, emptied_at=None).exclude(status=Import.Status.CHECKED):
        empty(batch)
        count += 1
    return count


def empty(batch: Import) -> None:
    """Drop what an ended import keeps of people; counts and the day stay."""
    while bite := list(batch.rows.order_by().values_list("pk", flat=True)[:2_000]):
        ImportRow.objects.filter(pk__in=bite).delete()
    if batch.file and batch.file.name:
        batch.file.storage.delete(batch.file.name)
    Import.objects.filter(pk=batch.pk).update(file="", findings={}, decisions={}, message="", emptied_at=clock.now())
