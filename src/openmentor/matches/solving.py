"""From a queued run to a result that is proved and stored, or to a sentence why there is none."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction
from django.utils.translation import gettext as _

from openmentor.enrollment.models import Enrollment
from openmentor.foundation import bulk, clock
from openmentor.foundation.actors import system
from openmentor.foundation.errors import Conflict
from openmentor.foundation.jobs import current
from openmentor.matches import inputs, process
from openmentor.matches.models import MatchingRun, ProposedMatch, RunInput, UnmatchedEnrollment
from openmentor.programs.models import Cohort

logger = logging.getLogger(__name__)
Status = MatchingRun.Status
ENGINE = system("matching")
PAIR = ("run_id", "mentor_id", "mentee_id", "score", "reasons", "in_run", "in_draft", "refused")
#: of what the engine answers, what belongs to the run as a whole
REPORT = (
    "deciding",
    "readiness",
    "reference",
    "model",
    "specification",
    "hash",
    "people",
    "staying",
    "warnings",
    "greedy",
    "blocking",
)


def solve(run_id: int) -> None:
    """Work on a queued run. Whatever happens to the engine, the run says so, and is not tried again by itself."""
    run = MatchingRun.objects.select_related("cohort").filter(pk=run_id, status=Status.QUEUED).first()
    if run is None:
        return  # cancelled before anybody had time for it
    try:
        with transaction.atomic():
            run.become(Status.SOLVING, by=ENGINE, attempt=run.attempt + 1, stage="people")
        _solve(run)
    except Conflict:
        return  # cancelled this moment
    except process.EngineEnded:
        # Cancelled: the run says so already. Else this server is stopping, and nobody would come back to it.
        fail(run_id, _("The server was restarted during this run. Nothing is lost: start it again."))
    except process.EngineError as error:
        logger.warning("run %s: %s", run_id, error)
        fail(run_id, sentence_of(error), details=error.details)
    except Exception:
        logger.exception("run %s", run_id)
        fail(
            run_id,
            _(
                "Something went wrong in this run. Nothing is lost: start it again, and tell your administrator if it happens again."
            ),
        )


def _solve(run: MatchingRun) -> None:
    cohort = run.cohort
    pool = inputs.build(cohort, clock.now())
    _store_inputs(run, pool)
    if not MatchingRun.objects.filter(pk=run.pk, status=Status.SOLVING).update(pool_digest=pool.digest):
        raise process.EngineEnded
    spec = {key: value for key, value in run.settings.items() if key != "version"}
    follower = _Follower(run)
    result = process.solve(
        pool.problem(spec, reference_of(cohort, run.settings.get("version"))), memory_mb=django_settings.MATCHING_MEMORY_MB,
        tell=follower.tell, goes_on=follower.goes_on,
    )  # fmt: skip
    follower.tell("storing", 0, 1)
    _store(run, pool, result)


def reference_of(cohort: Cohort, version: int | None) -> dict[str, Any] | None:
    """The averages and frequencies that the first run of these settings found: with them, runs compare and a newcomer moves nobody."""
    first = cohort.runs.with_result().filter(settings__version=version).order_by("number").first()
    return first.report.get("reference") if first is not None else None


class _Follower:
    """Writes to the run how far the engine is, and says whether somebody still waits for it."""

    def __init__(self, run: MatchingRun) -> None:
        self.row = MatchingRun.objects.filter(pk=run.pk, attempt=run.attempt, status=Status.SOLVING)
        self.told = 0.0

    def tell(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.told >= process.PULSE_SECONDS:
            self.told = now
            self.row.update(stage=stage[:40], progress=done / total if total else 0.0)

    def goes_on(self) -> bool:
        job = current()
        return not (job is not None and job.should_stop) and self.row.exists()


def _store_inputs(run: MatchingRun, pool: inputs.Pool) -> None:
    """What the engine is told, kept before it begins, in short writes: nobody else waits for ten thousand rows."""
    rows = ((run.pk, row.enrollment.pk, json.dumps(row.cells), json.dumps(row.sources)) for row in pool.rows)
    bulk.insert_in_short_writes(RunInput, ("run_id", "enrollment_id", "cells", "sources"), rows)


def _store(run: MatchingRun, pool: inputs.Pool, result: Mapping[str, Any]) -> None:
    mentors = {row.id: row.enrollment for row in pool.mentors}
    mentees = {row.id: row.enrollment for row in pool.mentees}
    pairs = (
        (
            run.pk,
            mentors[pair["mentor"]].pk,
            mentees[pair["mentee"]].pk,
            pair["score"],
            json.dumps(pair["reasons"]),
            True,
            True,
            "",
        )
        for pair in result["pairs"]
    )
    bulk.insert_in_short_writes(ProposedMatch, PAIR, pairs)
    unmatched = _unmatched(run, result["unmatched"], mentors, mentees)
    bulk.insert_in_short_writes(UnmatchedEnrollment, ("run_id", "enrollment_id", "kind", "text"), unmatched)
    report = {key: result[key] for key in REPORT if key in result} | {
        "unmet": [_unmet(each, mentors, mentees) for each in result["unmet"]],
        "counts": {
            "mentors": len(pool.mentors), "mentees": len(pool.mentees), "places": pool.places, "pairs": len(result["pairs"]),
            "held": sum("gate" in row.cells for row in pool.rows),
        },
        "for_managers": sorted(pool.for_managers),
        "forced": [list(pair) for pair in pool.forced], "forbidden": [list(pair) for pair in pool.forbidden],
    }  # fmt: skip
    try:
        with transaction.atomic():
            fresh = MatchingRun.objects.select_related("cohort").select_for_update(of=("self",)).get(pk=run.pk)
            if fresh.attempt != run.attempt:
                raise Conflict(_("Another attempt has taken over."))
            fresh.become(
                Status.READY, by=ENGINE, facts={"pairs": len(result["pairs"]), "gap": result["gap"]}, levels=result["levels"],
                value=result["value"], bound=result["bound"], gap=result["gap"], versions=result["versions"], report=report,
                stage="", progress=1.0, finished_at=clock.now(),
            )  # fmt: skip
    except Conflict:
        _drop_result(run.pk)  # cancelled while it was stored
        raise


def _unmatched(
    run: MatchingRun,
    found: Iterable[Mapping[str, Any]],
    mentors: Mapping[str, Enrollment],
    mentees: Mapping[str, Enrollment],
) -> Iterable[tuple[int, int, str, str]]:
    for each in found:
        enrollment = (mentors if each["side"] == "mentor" else mentees)[each["id"]]
        if not enrollment.places_taken:  # a mentor whose mentorships stand has somebody
            yield run.pk, enrollment.pk, each["kind"], each["text"][:500]


def _unmet(
    each: Mapping[str, Any], mentors: Mapping[str, Enrollment], mentees: Mapping[str, Enrollment]
) -> dict[str, Any]:
    """What was asked and can't be kept, by enrollments: names are added where it is shown."""
    return {
        "kind": each["kind"], "rule": each["rule"], "asked": each["asked"], "got": each["got"],
        "mentor": None if each["mentor"] is None else mentors[each["mentor"]].pk,
        "mentee": None if each["mentee"] is None else mentees[each["mentee"]].pk,
    }  # fmt: skip


def _drop_result(run_id: int) -> None:
    ProposedMatch.objects.filter(run=run_id).delete()
    UnmatchedEnrollment.objects.filter(run=run_id).delete()


def sentence_of(error: process.EngineError) -> str:
    """Why there is no result, for the manager: what happened, what was kept, what to do."""
    if error.kind == "memory":
        return _(
            "This run needed more memory than it may use (%(mb)d MB). Nothing is lost. Ask your administrator to allow more, then start it again."
        ) % {"mb": django_settings.MATCHING_MEMORY_MB}
    if error.kind == "killed":
        return _(
            "The matching was ended from outside, perhaps because this machine ran out of memory. Nothing is lost: start it again."
        )
    if error.kind == "invalid":
        return _(
            "Some answers or settings can't be read by the matching. They are listed below; put them right and start again."
        )
    return _(
        "Something went wrong in this run. Nothing is lost: start it again, and tell your administrator if it happens again."
    )


def fail(run_id: int, sentence: str, *, details: Iterable[str] = ()) -> None:
    """Say on a run that nobody works on any more that it has no result. Quiet if it has one, or was cancelled."""
    try:
        with transaction.atomic():
            run = MatchingRun.objects.select_related("cohort").select_for_update(of=("self",)).get(pk=run_id)
            run.become(
                Status.FAILED,
                by=ENGINE,
                message=sentence,
                report={"faults": list(details)[:50]},
                finished_at=clock.now(),
            )
    except (Conflict, MatchingRun.DoesNotExist):
        return
    _drop_result(run_id)
