"""'Why are these two not together?' The rule at once; what the whole would lose is solved again, in the engine's own process."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from openmentor.enrollment.models import Enrollment
from openmentor.foundation.jobs import current
from openmentor.matches import inputs, process
from openmentor.matches.models import MatchingRun

#: an answer is kept for a day: the run never changes, so it stays true
KEEP_SECONDS = 24 * 3600


def _key(run_id: int, mentor: int, mentee: int) -> str:
    return f"matches-why-not-{run_id}-{mentor}-{mentee}"


def answer_to(run_id: int, mentor: int, mentee: int) -> dict[str, Any] | None:
    """What the engine said, ``{"state": "waiting"}`` while it works on it, None if nobody has asked."""
    found: dict[str, Any] | None = cache.get(_key(run_id, mentor, mentee))
    return found


def ask(run_id: int, mentor: int, mentee: int) -> None:
    """Let it be worked out, unless it was already."""
    from openmentor.matches import jobs

    if cache.add(_key(run_id, mentor, mentee), {"state": "waiting"}, 600):
        jobs.ask_why_not.enqueue(run_id, mentor, mentee)


def forget(run_id: int, mentor: int, mentee: int) -> None:
    """Nobody works on it any more: it can be asked again."""
    cache.delete(_key(run_id, mentor, mentee))


def work_out(run_id: int, mentor: int, mentee: int) -> None:
    """Solve the run again with the two together, and keep what changes. ``changes`` are pairs of enrollments that end and begin."""
    run = MatchingRun.objects.with_result().select_related("cohort").filter(pk=run_id).first()
    if run is None:
        return
    try:
        found = _solve(run, mentor, mentee)
    except process.EngineEnded:
        cache.delete(_key(run_id, mentor, mentee))
        return
    except process.EngineError:
        found = {"state": "failed", "sentence": _("The matching could not work this out now. Please ask again later.")}
    cache.set(_key(run_id, mentor, mentee), found, KEEP_SECONDS)


def _solve(run: MatchingRun, mentor: int, mentee: int) -> dict[str, Any]:
    pool = inputs.replay(run)
    mentors = {row.enrollment.pk: row.id for row in pool.mentors}
    mentees = {row.enrollment.pk: row.id for row in pool.mentees}
    if mentor not in mentors or mentee not in mentees:
        return {
            "state": "failed",
            "sentence": _("One of them was not part of this run. Start a new run to take them in."),
        }
    settings = {name: value for name, value in run.settings.items() if name != "version"}
    problem = pool.problem(settings, run.report.get("reference"))
    own = run.matches.filter(in_run=True).values_list("mentor", "mentee")
    before = {(one, other) for one, other in own if one in mentors and other in mentees}
    problem["forced"].append([mentors[mentor], mentees[mentee]])
    # Among equals what changes least: so that no pair seems to end because of these two that need not.
    problem |= {"previous": [[mentors[one], mentees[other]] for one, other in sorted(before)], "stickiness": 0.0}
    job = current()
    result = process.solve(
        problem, memory_mb=django_settings.MATCHING_MEMORY_MB, tell=lambda stage, done, total: None,
        goes_on=lambda: job is None or not job.should_stop,
    )  # fmt: skip
    by_person = {who: pk for pk, who in mentors.items()}, {who: pk for pk, who in mentees.items()}
    after = {(by_person[0][pair["mentor"]], by_person[1][pair["mentee"]]) for pair in result["pairs"]}
    if (mentor, mentee) not in after:
        return {"state": "fixed"}
    levels = {level["name"]: level["value"] for level in run.levels}
    return {
        "state": "answered",
        "losses": [
            [level["name"], levels.get(level["name"], level["value"]) - level["value"]] for level in result["levels"]
        ],
        "ends": sorted(map(list, before - after)),
        "begins": sorted(list(pair) for pair in after - before if pair != (mentor, mentee)),
    }


def in_words(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer for a page: what would be lost, and who would have to move. One query."""
    from openmentor.matches.board import points

    people = {pk for kind in ("ends", "begins") for pair in answer.get(kind, []) for pk in pair}
    names = dict(Enrollment.objects.filter(pk__in=people).values_list("pk", "person__name"))
    losses = dict(answer.get("losses", []))
    sentences = []
    for name, loss in losses.items():
        if abs(loss) < 1e-9:
            continue
        amount = points(abs(loss)) if name in ("least score", "total fit") else str(round(abs(loss)))
        texts = {
            ("served", True): _("%(n)s fewer mentees would have a mentor."), ("served", False): _("%(n)s more mentees would have a mentor."),
            ("filled", True): _("%(n)s fewer places would be filled."), ("filled", False): _("%(n)s more places would be filled."),
            ("least score", True): _("The weakest pair would be %(n)s points weaker."),
            ("least score", False): _("The weakest pair would be %(n)s points better."),
            ("total fit", True): _("All pairs together would lose %(n)s points of fit."),
            ("total fit", False): _("All pairs together would gain %(n)s points of fit."),
        }  # fmt: skip
        text = texts.get((name, loss > 0))
        if text:
            sentences.append(text % {"n": amount})
    if answer.get("state") == "answered" and not sentences:
        sentences.append(_("Nothing would be lost: this pair is as good a choice as the one that was made."))
    pairs = {
        kind: [(names.get(one, "?"), names.get(other, "?")) for one, other in answer.get(kind, [])]
        for kind in ("ends", "begins")
    }
    return {**answer, "sentences": sentences, **pairs}
