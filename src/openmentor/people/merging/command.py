"""``openmentor import`` after its dry run: the same actions as the page, said yes to by whoever gave the command."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from django.conf import settings
from django.core.files import File
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openmentor.foundation.actors import Actor, system
from openmentor.foundation.jobs import worker
from openmentor.people.importing.cli import BAD_INPUT, OK, Order
from openmentor.people.importing.plan import DryRun
from openmentor.people.merging import actions, staging
from openmentor.people.models import Import, Source

#: How often it is compared again because people changed meanwhile.
TRIES = 5
POLL_SECONDS = 0.2


def carry_out(run: DryRun, order: Order) -> int:
    """Bring the people of ``run`` in. Returns the exit code; what is still open waits on the page, where it can be said.

    While it lasts, this process also does other work of the product that waits; a server that runs may do this one's.
    """
    by = system("command line")
    with order.file.open("rb") as stream:
        batch = actions.start(
            File(stream), name=order.file.name, source=order.source, by=by, valid_on=run.valid_on,
            extent=run.answers.extent or Import.Extent.PARTIAL, mapping=_mapping(run, order), answers=_answers(run, order),
        )  # fmt: skip
    here = worker.start(threads=1, queues=["default"])
    try:
        return _follow(batch, order, by)
    except KeyboardInterrupt:
        return _give_up(batch, by)
    finally:
        here.stop()


def _mapping(run: DryRun, order: Order) -> dict[str, Any] | None:
    """What was chosen beforehand; without it, what was chosen for the last file of this source."""
    chosen = {choice.column for choice in run.mapping.choices if choice.confidence == 1.0}
    columns = {column: to for column, to in run.mapping.as_dict()["columns"].items() if column in chosen}
    if not columns and not order.sheet:
        return None
    return {"columns": columns, **({"sheet": order.sheet} if order.sheet else {})}


def _answers(run: DryRun, order: Order) -> dict[str, Any]:
    remembered = Source.objects.filter(name=order.source).values_list("mapping", flat=True).first() or {}
    given = {key: value for key, value in run.answers.as_dict().items() if key not in ("extent", "valid_on")}
    return {**remembered.get("answers", {}), **given}


def _follow(batch: Import, order: Order, by: Actor) -> int:
    for _try in range(TRIES):
        _wait(batch)
        if batch.status != Import.Status.CHECKED:
            break
        if order.absent:
            actions.decide_absent(batch, order.absent, [], by=by)
        if told := staging.unanswered(batch):
            print("\n".join(told), file=sys.stderr)
            where = f"{settings.BASE_URL.rstrip('/')}{batch.get_absolute_url()}"
            print(_("It is checked and waits for you at %(where)s") % {"where": where}, file=sys.stderr)
            return BAD_INPUT
        actions.confirm(batch, by=by)
    if batch.status == Import.Status.DONE:
        print(json.dumps(batch.counts, indent=2) if order.as_json else _told(batch))
        return OK
    print(batch.message or batch.get_status_display(), file=sys.stderr)
    return BAD_INPUT


def _wait(batch: Import) -> None:
    """Until nothing runs any more; at a terminal one sees how far it is."""
    shown = ""
    while True:
        batch.refresh_from_db()
        if not batch.is_running:
            break
        line = f"{batch.get_status_display()} {batch.progress}/{batch.total}" if batch.total else ""
        if sys.stderr.isatty() and line != shown:
            print(f"\r{line:<60}", end="", file=sys.stderr, flush=True)
            shown = line
        time.sleep(POLL_SECONDS)
    if shown:
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr, flush=True)


def _give_up(batch: Import, by: Actor) -> int:
    batch.refresh_from_db()
    if batch.may_become(Import.Status.CANCELLED):
        actions.cancel(batch, by=by)
        print(_("Given up. Nobody was brought in."), file=sys.stderr)
    return 130


def _told(batch: Import) -> str:
    counts = batch.counts
    lines = [
        ngettext("%(count)d person is new", "%(count)d people are new", counts.get("new", 0)) % {"count": counts.get("new", 0)},
        ngettext("%(count)d changed", "%(count)d changed", counts.get("changed", 0)) % {"count": counts.get("changed", 0)},
        _("%(count)d as before") % {"count": counts.get("same", 0)},
    ]  # fmt: skip
    for key, sentence in (
        ("new_leavers", _("%(count)d of the new have left")),
        ("now_left", _("%(count)d have left now")),
        ("absent_left", _("%(count)d were absent and are noted as left")),
        ("new_without_address", _("%(count)d without an address: print claim codes for them")),
        ("left_out", _("%(count)d rows left out")),
        ("doubtful", _("%(count)d rows are doubtful: --dry-run says which and why")),
    ):
        if counts.get(key):
            lines.append(sentence % {"count": counts[key]})
    managers = batch.findings.get("managers", {})
    if managers.get("given", 0) > managers.get("resolved", 0):
        lines.append(
            _("%(found)d of %(given)d managers found: --dry-run says which not and why")
            % {"found": managers["resolved"], "given": managers["given"]}
        )
    return "\n".join(lines)
