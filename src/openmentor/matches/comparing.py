"""A run beside other pairs: another run, or a list made by hand. All by one measure: the specification of one run.

What breaks a rule has no fit. A veto or a ban is 'not allowed' here as everywhere, and no more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from openmentor.engine.matching import process
from openmentor.enrollment.models import Enrollment, Role
from openmentor.matches import inputs, telling
from openmentor.matches.models import ComparedList, Hold, MatchingRun
from openmentor.matches.specification import LEVELS, RULES
from openmentor.mentorships.models import Membership, Mentorship

#: enrollments, mentor first
Pair = tuple[int, int]
KEEP_SECONDS = 3600
#: who gains and who loses most, so many of each
MOST = 5
SHOWN = 200


@dataclass(frozen=True)
class Judged:
    """A pair by a run's measure: its fit, or the rule that forbids it. 'absent': somebody had no part in the run."""

    score: float | None
    rule: str | None = None


@dataclass(frozen=True)
class Line:
    """One level: what the other pairs reach, what going down a list would, what the run does, and the best that is possible."""

    name: str
    label: str
    theirs: float
    greedy: float | None
    ours: float
    bound: float

    @property
    def texts(self) -> dict[str, str]:
        values = {"theirs": self.theirs, "greedy": self.greedy, "ours": self.ours, "bound": self.bound}
        return {key: telling.written(self.name, value) for key, value in values.items()}

    @property
    def difference(self) -> str:
        """What the run has more, with its sign; '' for nothing."""
        value = self.ours - self.theirs
        text = telling.written(self.name, abs(value))
        return "" if not float(text) else f"{'+' if value > 0 else '−'}{text}"


@dataclass(frozen=True)
class Change:
    """A mentee with whom they would be, and with whom they are in the run."""

    mentee: str
    before: list[str]
    after: list[str]
    fit_before: float | None
    fit_after: float | None

    @property
    def difference(self) -> float:
        return (self.fit_after or 0.0) - (self.fit_before or 0.0)

    @property
    def points(self) -> str:
        return f"{100 * self.difference:+.0f}".replace("-", "−")


@dataclass
class Comparison:
    """A run beside other pairs. ``worst``: the weakest pair of each, as (mentor, mentee, fit)."""

    lines: list[Line] = field(default_factory=list)
    kept: int = 0
    gone: int = 0
    new: int = 0
    gains: list[Change] = field(default_factory=list)
    losses: list[Change] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    worst_theirs: tuple[str, str, float] | None = None
    worst_ours: tuple[str, str, float] | None = None
    has_greedy: bool = False
    #: pairs that both would rather have each other than whom they have in the run; None where that was not counted
    blocking: int | None = None

    @property
    def more(self) -> int:
        return max(0, len(self.changes) - SHOWN)

    @property
    def shown(self) -> list[Change]:
        return self.changes[:SHOWN]


def with_list(run: MatchingRun, compared: ComparedList) -> Comparison:
    """The run's own pairs beside a list made by hand."""
    return _compare(run, _judge(run, [(int(mentor), int(mentee)) for mentor, mentee in compared.pairs]))


def with_run(run: MatchingRun, earlier: MatchingRun) -> Comparison:
    """The run's own pairs beside those of another run, by the measure of ``run``."""
    theirs = _pairs_of(earlier)
    if same_measure(run, earlier):
        return _compare(run, {pair: Judged(score) for pair, score in theirs.items()})
    return _compare(run, _judge(run, list(theirs)))


def same_measure(one: MatchingRun, other: MatchingRun) -> bool:
    """Whether the fits of two runs mean the same: one specification, with the averages of one first run."""
    return (one.report.get("specification"), one.report.get("reference")) == (
        other.report.get("specification"), other.report.get("reference")
    )  # fmt: skip


def _pairs_of(run: MatchingRun) -> dict[Pair, float]:
    return {
        (mentor, mentee): score
        for mentor, mentee, score in run.matches.filter(in_run=True).values_list("mentor", "mentee", "score")
    }


def _judge(run: MatchingRun, pairs: Sequence[Pair]) -> dict[Pair, Judged]:
    """What the run's measure says of these pairs. A run's inputs never change, so it is kept; bans made since then count."""
    bans = Hold.objects.filter(cohort=run.cohort_id).aggregate(count=Count("pk"), last=Max("pk"))
    key = f"matches:judged:{run.pk}:{bans['count']}:{bans['last']}:{hash(tuple(sorted(pairs)))}"
    found: dict[Pair, Judged] | None = cache.get(key)
    if found is None:
        found = _judged(run, pairs)
        cache.set(key, found, KEEP_SECONDS)
    return found


def _judged(run: MatchingRun, pairs: Sequence[Pair]) -> dict[Pair, Judged]:
    rows = [
        inputs.Row(each.enrollment, each.cells, each.sources)
        for each in run.inputs.select_related("enrollment").order_by("enrollment")
    ]
    sides: dict[str, list[inputs.Row]] = {
        role: [row for row in rows if row.enrollment.role == role] for role in (Role.MENTOR, Role.MENTEE)
    }
    at = {role: {row.enrollment.pk: k for k, row in enumerate(sides[role])} for role in sides}
    settings = {key: value for key, value in run.settings.items() if key != "version"}
    pool = inputs.Pool(
        run.cohort, sides[Role.MENTOR], sides[Role.MENTEE], [], sorted(_forbidden(run, sides)), confidential=frozenset(), for_managers=frozenset()
    )  # fmt: skip
    problem = pool.problem(settings, run.report.get("reference"))
    problem["spec"]["unknown_vetoes"] = "keep"  # somebody who was erased since can't be met any more
    scored = process.from_mapping(problem).scored()
    known = [pair for pair in dict.fromkeys(pairs) if pair[0] in at[Role.MENTOR] and pair[1] in at[Role.MENTEE]]
    indices = [(at[Role.MENTOR][mentor], at[Role.MENTEE][mentee]) for mentor, mentee in known]
    found = {pair: Judged(None, "absent") for pair in pairs}
    if known:
        scores, forbidden = scored.score_pairs(indices), scored.forbidden_pairs(indices)
        for pair, index, score, is_forbidden in zip(known, indices, scores, forbidden, strict=True):
            found[pair] = Judged(None, scored.rule(*index) or "not allowed") if is_forbidden else Judged(float(score))
    return found


def _forbidden(run: MatchingRun, sides: Mapping[str, list[inputs.Row]]) -> set[inputs.Pair]:
    """What the run was told not to pair, beside its people's own cells: bans, and who had been matched in this cohort before."""
    ids = {row.enrollment.pk: row.id for rows in sides.values() for row in rows}
    bans = Hold.objects.filter(cohort=run.cohort_id, kind=Hold.Kind.BAN).values_list("mentor", "mentee")
    found = {(ids[mentor], ids[mentee]) for mentor, mentee in bans if mentor in ids and mentee in ids}
    members: dict[int, list[str]] = {}
    earlier = Membership.objects.filter(
        mentorship__cohort=run.cohort_id, mentorship__proposed_at__lt=run.created_at, mentorship__status__in=(*Mentorship.HOLDING, *Mentorship.OVER)
    )  # fmt: skip
    for mentorship, person in earlier.values_list("mentorship", "person"):
        members.setdefault(mentorship, []).append(str(person))
    for people in members.values():
        found |= {(one, other) for one in people for other in people if one != other}
    found |= inputs.apart(run.settings.get("rules", {}), sides[Role.MENTOR], sides[Role.MENTEE])
    ours = {(ids[mentor], ids[mentee]) for mentor, mentee in _pairs_of(run) if mentor in ids and mentee in ids}
    mentors = {row.id for row in sides[Role.MENTOR]}
    return {pair for pair in found - ours if pair[0] in mentors}


def _compare(run: MatchingRun, theirs: Mapping[Pair, Judged]) -> Comparison:
    ours = _pairs_of(run)
    names = _names({who for pair in (*ours, *theirs) for who in pair})
    scores = {pair: each.score for pair, each in theirs.items()}
    found = Comparison(
        kept=len(ours.keys() & theirs.keys()), gone=len(theirs.keys() - ours.keys()), new=len(ours.keys() - theirs.keys()),
        broken=_broken(run, theirs, names), worst_theirs=_worst(scores, names), worst_ours=_worst(ours, names),
    )  # fmt: skip
    found.blocking = run.report.get("blocking")
    greedy = run.report.get("greedy") or {}
    reached = _levels(scores)
    for level in run.levels:
        name = level["name"]
        if name in reached:
            found.lines.append(
                Line(name, str(LEVELS.get(name, name)).capitalize(), reached[name], greedy.get(name), level["value"], level["bound"])
            )  # fmt: skip
    if not any(line.name == "least score" for line in found.lines) and ours:
        found.lines.append(
            Line("least score", str(LEVELS["least score"]).capitalize(), reached["least score"], greedy.get("least score"), min(ours.values()), math.nan)
        )  # fmt: skip
    found.has_greedy = any(line.greedy is not None for line in found.lines)
    found.changes = sorted(_changes(ours, scores, names), key=lambda change: (-abs(change.difference), change.mentee))
    by_gain = sorted(found.changes, key=lambda change: -change.difference)
    found.gains = [change for change in by_gain if change.difference > 1e-9][:MOST]
    found.losses = [change for change in reversed(by_gain) if change.difference < -1e-9][:MOST]
    return found


def _levels(scores: Mapping[Pair, float | None]) -> dict[str, float]:
    """As the engine counts them: pairs that break a rule are there, and add nothing."""
    fits = [score or 0.0 for score in scores.values()]
    return {
        "served": float(len({mentee for _mentor, mentee in scores})), "filled": float(len(scores)),
        "least score": min(fits, default=0.0), "total fit": math.fsum(fits),
    }  # fmt: skip


def _worst(scores: Mapping[Pair, float | None], names: Mapping[int, str]) -> tuple[str, str, float] | None:
    known = [(score, pair) for pair, score in scores.items() if score is not None]
    if not known:
        return None
    score, (mentor, mentee) = min(known)
    return names.get(mentor, "?"), names.get(mentee, "?"), score


def _broken(run: MatchingRun, theirs: Mapping[Pair, Judged], names: Mapping[int, str]) -> list[str]:
    """Rules that the other pairs break, a sentence each."""
    found = []
    for (mentor, mentee), each in theirs.items():
        if each.rule is not None and each.rule != "places":
            why = _("One of the two had no part in this run.") if each.rule == "absent" else str(RULES.get(each.rule, RULES["not allowed"]))  # fmt: skip
            found.append(_("%(mentor)s and %(mentee)s: %(why)s") % {"mentor": names.get(mentor, "?"), "mentee": names.get(mentee, "?"), "why": why})  # fmt: skip
    mentees_of = Counter(mentor for mentor, _mentee in theirs)
    places: dict[int, int] = {
        who: int(cells.get("places", 0)) for who, cells in run.inputs.filter(enrollment__in=mentees_of).values_list("enrollment", "cells")
    }  # fmt: skip
    for mentor, count in mentees_of.items():
        if count > places.get(mentor, count):
            found.append(_("%(mentor)s would have %(count)d mentees and has %(places)d places.") % {"mentor": names.get(mentor, "?"), "count": count, "places": places[mentor]})  # fmt: skip
    for mentee, count in Counter(mentee for _mentor, mentee in theirs).items():
        if count > 1:
            found.append(
                _("%(mentee)s would have %(count)d mentors.") % {"mentee": names.get(mentee, "?"), "count": count}
            )
    return found


def _changes(
    ours: Mapping[Pair, float], theirs: Mapping[Pair, float | None], names: Mapping[int, str]
) -> Iterable[Change]:
    before, after = _by_mentee(theirs), _by_mentee(ours)
    for mentee in {*before, *after}:
        one, two = before.get(mentee, {}), after.get(mentee, {})
        if one.keys() != two.keys():
            yield Change(
                names.get(mentee, "?"), [names.get(mentor, "?") for mentor in one], [names.get(mentor, "?") for mentor in two],
                math.fsum(score or 0.0 for score in one.values()) if one else None, math.fsum(score or 0.0 for score in two.values()) if two else None,
            )  # fmt: skip


def _by_mentee(pairs: Mapping[Pair, float | None]) -> dict[int, dict[int, float | None]]:
    found: dict[int, dict[int, float | None]] = {}
    for (mentor, mentee), score in pairs.items():
        found.setdefault(mentee, {})[mentor] = score
    return found


def _names(enrollments: set[int]) -> dict[int, str]:
    return dict(Enrollment.objects.filter(pk__in=enrollments).values_list("pk", "person__name"))
