"""What a board shows: how good the pairs are and how far from the proved best, who has whom, who has nobody and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.paginator import Page
from django.db.models import Aggregate, Count, Exists, F, Max, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.utils.translation import ngettext

from openmentor.engine.matching.explain import NOT_KNOWN
from openmentor.enrollment.models import Enrollment, Role
from openmentor.foundation.ui.paging import SearchPaginator
from openmentor.matches.draft import Draft, sentence_of_rule
from openmentor.matches.models import DraftChange, Hold, MatchingRun, ProposedMatch, RunInput, UnmatchedEnrollment
from openmentor.matches.specification import AIMS, LEVELS, label
from openmentor.mentorships.models import Membership, Mentorship

PAGE = 24
#: people without anybody that stand beside the pairs; the rest is on pages of its own
BESIDE = 12
TOP_REASONS = 3
#: below this a pair is worth a second look
WEAK = 0.5
NEXT_TO_NOTHING = 1e-9


class BoardFilter(forms.Form):
    """Which mentors are shown, and in which order."""

    q = forms.CharField(label=_l("Name"), required=False, max_length=100)
    show = forms.ChoiceField(
        label=_l("Show"), required=False,
        choices=[("", _l("All pairs")), ("weak", _l("Weak pairs")), ("changed", _l("Changed by hand")), ("locked", _l("Locked")),
                 ("free", _l("Mentors with free places"))],
    )  # fmt: skip
    sort = forms.ChoiceField(
        label=_l("Order"), required=False,
        choices=[("", _l("Weakest first")), ("best", _l("Best first")), ("name", _l("By name"))],
    )  # fmt: skip

    def chosen(self, name: str) -> str:
        return str(self.cleaned_data.get(name, "")) if self.is_valid() else ""


@dataclass(frozen=True)
class Said:
    """One reason as a manager reads it. ``share``: its part of the fit, 0..1."""

    key: str
    label: str
    text: str
    score: float
    share: float
    is_known: bool


@dataclass
class Card:
    """A mentee with their mentor."""

    match: ProposedMatch
    reasons: list[Said]
    hold: Hold | None = None

    @property
    def mentee(self) -> Enrollment:
        return self.match.mentee

    @property
    def is_weak(self) -> bool:
        return self.match.score < WEAK


@dataclass(frozen=True)
class Standing:
    """A pair of an earlier round that stands: it holds its places, and no run and no change of a board touches it."""

    mentorship: Mentorship
    mentor: Membership
    mentees: tuple[Membership, ...]

    @property
    def name_of_mentees(self) -> str:
        return ", ".join(each.person.name for each in self.mentees)


@dataclass
class Lane:
    """A mentor with their places and pairs. ``why``: why they have nobody; ``standing``: whom they have from earlier rounds."""

    mentor: Enrollment
    cards: list[Card] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)
    free: int = 0
    why: str = ""


@dataclass
class Alone:
    """Somebody without anybody, and why."""

    enrollment: Enrollment
    why: str


@dataclass(frozen=True)
class LevelNow:
    """One thing that the aim wants, as the board stands: value and the most that is possible, in words."""

    name: str
    value: str
    best: str
    is_best: bool
    note: str = ""


@dataclass
class Board:
    run: MatchingRun
    draft: Draft
    filter: BoardFilter
    page: Page[int]
    lanes: list[Lane]
    mentees_alone: list[Alone]
    mentees_alone_count: int
    mentors_alone: list[Alone]
    mentors_alone_count: int
    holds: list[Hold]
    changes: list[DraftChange]
    standing: list[Standing]
    standing_count: int
    query: str = ""

    @property
    def is_changed(self) -> bool:
        return any(not change.is_undone for change in self.changes)

    @property
    def can_undo(self) -> bool:
        return self.is_changed

    @property
    def can_redo(self) -> bool:
        return any(change.is_undone for change in self.changes)


def proof(run: MatchingRun, draft: Draft, *, is_changed: bool) -> dict[str, Any]:
    """The line above the board: proved the best, or how far from it. ``is_best`` for its tone."""
    bound, value = run.bound or 0.0, run.value or 0.0
    if not is_changed:
        gap = _below(value, bound)
        if gap is None:
            head = _("The best possible, and proved.")
        else:
            head = _("At most %(gap)s below the proved best of %(best)s points in all.") % {
                "gap": gap,
                "best": points(bound),
            }
        return {"head": head, "is_best": gap is None, "notes": _promises(run)}
    levels = draft.levels
    notes = []
    for level in run.levels[:-1]:
        missing = level["bound"] - levels.get(level["name"], level["bound"])
        if missing > NEXT_TO_NOTHING:
            notes.append(_short_of(level["name"], missing))
    total = levels["total fit"]
    gap = _below(total, bound)
    if gap is None:
        is_over = total > bound + NEXT_TO_NOTHING
        head = (
            _("Changed by hand: total fit %(now)s points; the proved best with everything above it kept is %(best)s.")
            if is_over
            else _("Changed by hand, and as good as the proved best of %(best)s points in all.")
        ) % {"now": points(total), "best": points(bound)}
    else:
        head = _("Changed by hand: %(gap)s below the proved best of %(best)s points in all.") % {
            "gap": gap,
            "best": points(bound),
        }
    return {"head": head, "is_best": gap is None and not notes, "notes": notes + _promises(run)}


def points(fit: float) -> str:
    """A sum of fits as people read it: each pair counts up to 100."""
    from django.utils.formats import number_format

    return str(number_format(round(fit * 100, 1), 1, use_l10n=True, force_grouping=True))


def _below(value: float, bound: float) -> str | None:
    """'1.2 %' below; None where nothing is missing. Never rounded to nothing."""
    from django.utils.formats import number_format

    missing = bound - value
    if bound <= 0 or missing <= NEXT_TO_NOTHING * max(1.0, bound):
        return None
    percent = 100 * missing / bound
    if percent < 0.1:
        return _("less than 0.1 %")
    return f"{number_format(round(percent, 1), 1)} %"


def _short_of(name: str, missing: float) -> str:
    count = math.ceil(missing - NEXT_TO_NOTHING)
    if name == "served":
        return ngettext(
            "%(n)d mentee fewer has a mentor than could.", "%(n)d mentees fewer have a mentor than could.", count
        ) % {"n": count}
    if name == "filled":
        return ngettext(
            "%(n)d place fewer is filled than could be.", "%(n)d places fewer are filled than could be.", count
        ) % {"n": count}
    return _("The weakest pair could be %(points)s points better.") % {"points": points(missing)}


def _promises(run: MatchingRun) -> list[str]:
    """What decided most."""
    keys = [each["key"] for each in run.report.get("deciding", [])]
    if not keys:
        return []
    names = ", ".join(label(key, run.settings) for key in keys)
    return [
        ngettext("%(n)d dimension decides most: %(names)s.", "%(n)d dimensions decide most: %(names)s.", len(keys))
        % {"n": len(keys), "names": names}
    ]


def levels(run: MatchingRun, draft: Draft) -> list[LevelNow]:
    """The aim's levels as the board stands, and before the sum what it is for a pair."""
    now = draft.levels
    found = []
    for level in run.levels:
        name = level["name"]
        value, bound = now.get(name, level["value"]), level["bound"]
        is_share = name in ("least score", "total fit")
        show = points if is_share else (lambda number: str(round(number)))
        is_best = value >= bound - NEXT_TO_NOTHING * max(1.0, abs(bound))
        note = _("points of 100") if name == "least score" else ""
        if name == "total fit":
            pairs = int(now["filled"])
            if pairs:
                found.append(
                    LevelNow(_("fit of a pair, on average"), points(value / pairs), "", False, _("points of 100"))
                )
            note = ngettext("points: the sum over %(n)d pair", "points: the sum over %(n)d pairs", pairs) % {"n": pairs}
        found.append(LevelNow(str(LEVELS.get(name, name)), show(value), show(bound), is_best, note))
    return found


def said(reasons: Iterable[Mapping[str, Any]], settings: Mapping[str, Any]) -> list[Said]:
    """Reasons as the managers read them, the largest share first."""
    return [
        Said(
            reason["key"], label(reason["key"], settings), reason["text"]["manager"] or "", reason["score"], reason["share"],
            reason.get("is_known", True),
        )
        for reason in reasons
    ]  # fmt: skip


def top(reasons: Sequence[Said]) -> list[Said]:
    """The few that say most. What is private or not known says nothing."""
    telling = [each for each in reasons if each.is_known and each.share > 0 and each.text not in ("", NOT_KNOWN)]
    return telling[:TOP_REASONS]


def build(run: MatchingRun, query: Mapping[str, Any], encoded: str = "") -> Board:
    """The board of a run as asked for by ``query``. A constant number of queries; pairs are joined for one page only."""
    draft = Draft.of(run)
    chosen = BoardFilter(query)
    page = SearchPaginator(_order(run, chosen), PAGE).get_page(query.get("page"))
    holds = list(
        Hold.objects.filter(cohort=run.cohort_id)
        .select_related("mentor__person", "mentee__person", "author")
        .order_by("-placed_at", "-pk")
    )
    mentees_alone, mentees_count = _alone(run, Role.MENTEE)
    mentors_alone, mentors_count = _alone(run, Role.MENTOR)
    standing, standing_count = _standing(run)
    return Board(
        run, draft, chosen, page, _lanes(run, list(page.object_list), holds, any_standing=standing_count > 0), mentees_alone, mentees_count, mentors_alone,
        mentors_count, holds, list(DraftChange.objects.filter(run=run).select_related("author")), standing, standing_count, encoded,
    )  # fmt: skip


def _order(run: MatchingRun, chosen: BoardFilter) -> QuerySet[Any]:
    """Mentors in the order of the page, those filtered out left out. The database counts and sorts: a page reads its own pairs alone."""
    show, sort, words = chosen.chosen("show"), chosen.chosen("sort"), chosen.chosen("q").split()[:5]
    pairs = run.matches.in_draft().order_by()
    rows: Any
    if show == "free":
        mentor, rows = "pk", _with_free_places(run, pairs)
    else:
        mentor, rows = "mentor", pairs.values("mentor").annotate(worst=Min("score"), best=Max("score"))
    if show == "weak":
        rows = rows.filter(worst__lt=WEAK)
    elif show == "changed":
        rows = rows.filter(mentor__in=pairs.filter(in_run=False).values("mentor"))
    elif show == "locked":
        locks = Hold.objects.filter(
            cohort=run.cohort_id, kind=Hold.Kind.LOCK, mentor=OuterRef("mentor"), mentee=OuterRef("mentee")
        )
        rows = rows.filter(mentor__in=pairs.filter(Exists(locks)).values("mentor"))
    if words:
        either = Q()
        for word in words:
            either &= Q(person__name__icontains=word)
        named = Enrollment.objects.filter(either, cohort=run.cohort_id).values("pk")
        with_them = pairs.filter(mentee__in=named).values("mentor")
        rows = rows.filter(Q(**{f"{mentor}__in": named}) | Q(**{f"{mentor}__in": with_them}))
    name = "person__name" if mentor == "pk" else "mentor__person__name"
    first = {"name": name, "best": "-best"}.get(sort, "worst")
    found: QuerySet[Any] = rows.order_by(first, mentor).values_list(mentor, flat=True)
    return found


def _with_free_places(run: MatchingRun, pairs: QuerySet[ProposedMatch]) -> QuerySet[Enrollment]:
    """Mentors who could take more than they have on the board; who has nobody stands last, in either order of fit."""
    theirs = pairs.filter(mentor=OuterRef("pk")).values("mentor")

    def of_theirs(what: Aggregate, otherwise: float) -> Coalesce:
        return Coalesce(Subquery(theirs.annotate(found=what).values("found")), Value(otherwise))

    took_part = RunInput.objects.filter(run=run, enrollment__role=Role.MENTOR).values("enrollment")
    return (
        Enrollment.objects.filter(pk__in=took_part)
        .annotate(
            held=of_theirs(Count("pk"), 0), worst=of_theirs(Min("score"), 2.0), best=of_theirs(Max("score"), -1.0)
        )
        .filter(places__gt=F("places_taken") + F("held"))
    )


def _lanes(run: MatchingRun, mentors: list[int], holds: list[Hold], *, any_standing: bool) -> list[Lane]:
    enrollments = Enrollment.objects.filter(pk__in=mentors).select_related("person").in_bulk()
    by_pair = {(hold.mentor_id, hold.mentee_id): hold for hold in holds}
    lanes = {pk: Lane(enrollments[pk], free=enrollments[pk].free_places) for pk in mentors if pk in enrollments}
    matches = run.matches.in_draft().filter(mentor__in=mentors).select_related("mentee__person").order_by("score", "pk")
    for match in matches:
        lane = lanes[match.mentor_id]
        lane.cards.append(
            Card(match, top(said(match.reasons, run.settings)), by_pair.get((match.mentor_id, match.mentee_id)))
        )
        lane.free -= 1
    earlier = _earlier(run).filter(members__enrollment__in=mentors).distinct() if any_standing else ()
    for each in _as_pairs(earlier):
        if each.mentor.enrollment_id in lanes:
            lanes[each.mentor.enrollment_id].standing.append(each)
    empty = [pk for pk, lane in lanes.items() if not lane.cards]
    for pk, why in _reasons_of(run, empty).items():
        lanes[pk].why = why
    return list(lanes.values())


def _earlier(run: MatchingRun) -> QuerySet[Mentorship]:
    """What stands beside a run that may still be published: mentorships of earlier rounds that hold their places."""
    if run.status not in (MatchingRun.Status.READY, MatchingRun.Status.PUBLISHING):
        return Mentorship.objects.none()
    others = Mentorship.objects.holding_places().filter(cohort=run.cohort_id).exclude(run_id=run.pk)
    members = Prefetch("members", Membership.objects.select_related("person"))
    return others.prefetch_related(members).order_by("-proposed_at", "-pk")


def _as_pairs(mentorships: Iterable[Mentorship]) -> list[Standing]:
    found = []
    for mentorship in mentorships:
        members = list(mentorship.members.all())
        mentor = next((each for each in members if each.role == Role.MENTOR), None)
        if mentor is not None:
            found.append(Standing(mentorship, mentor, tuple(each for each in members if each is not mentor)))
    return found


def _standing(run: MatchingRun) -> tuple[list[Standing], int]:
    """The first few pairs that stand, and how many there are."""
    pages = SearchPaginator(_earlier(run), BESIDE)
    return _as_pairs(pages.page(1).object_list), pages.count


def _left_over(run: MatchingRun, role: str) -> QuerySet[Any]:
    """Who of a side was in the run and has nobody on the board."""
    side = "mentee" if role == Role.MENTEE else "mentor"
    busy = run.matches.in_draft().filter(**{side: OuterRef("enrollment")})
    found = RunInput.objects.filter(~Exists(busy), run=run, enrollment__role=role)
    if role == Role.MENTOR:
        found = found.filter(enrollment__places_taken=0)
    return found.order_by("enrollment__person__name", "enrollment").values_list("enrollment", flat=True)


def _alone(run: MatchingRun, role: str) -> tuple[list[Alone], int]:
    """The first few of a side who have nobody, and how many there are."""
    found = list(_left_over(run, role))
    return _alones(run, found[:BESIDE]), len(found)


def _alones(run: MatchingRun, pks: list[int]) -> list[Alone]:
    enrollments = Enrollment.objects.filter(pk__in=pks).select_related("person").in_bulk()
    why = _reasons_of(run, pks)
    return [
        Alone(enrollments[pk], why.get(pk) or _("Left over by a change on this board."))
        for pk in pks
        if pk in enrollments
    ]


def alone(run: MatchingRun, role: str, number: Any) -> tuple[Page[int], list[Alone]]:
    """All of a side who have nobody, by pages."""
    page = SearchPaginator(_left_over(run, role), 50).get_page(number)
    return page, _alones(run, list(page.object_list))


def _reasons_of(run: MatchingRun, enrollments: list[int]) -> dict[int, str]:
    found = UnmatchedEnrollment.objects.filter(run=run, enrollment__in=enrollments)
    return dict(found.values_list("enrollment", "text"))


def unmet(run: MatchingRun) -> list[str]:
    """What was asked of the run and could not be kept, with names. One query."""
    asked = [each for each in run.report.get("unmet", []) if each["kind"] == "forced"]
    people = {pk for each in asked for pk in (each["mentor"], each["mentee"])}
    names = dict(Enrollment.objects.filter(pk__in=people).values_list("pk", "person__name"))
    return [
        _("%(mentor)s and %(mentee)s could not be kept together. %(why)s")
        % {
            "mentor": names.get(each["mentor"], "?"), "mentee": names.get(each["mentee"], "?"),
            "why": sentence_of_rule(each["rule"]) if each["rule"] else _("Other locks or places left no room for it."),
        }
        for each in asked
    ]  # fmt: skip


def settings_in_words(run: MatchingRun) -> dict[str, Any]:
    """What counted in this run, by its weight in effect, and what had to hold."""
    counted = sorted(
        (each for each in run.report.get("readiness", []) if each["weight_in_effect"] > 0),
        key=lambda each: -each["weight_in_effect"],
    )
    return {
        "aim": AIMS.get(run.settings.get("aim", "coverage"), (run.settings.get("aim"), ""))[0],
        "weights": [(label(each["key"], run.settings), round(100 * each["weight_in_effect"])) for each in counted],
        "rules": _rules(run.settings.get("rules", {})),
    }


def _rules(given: Mapping[str, Any]) -> list[str]:
    """The hard rules of a run in sentences; vetoes and places hold whatever the settings say."""
    rules = {"reporting_line": 1, "must": True, **given}
    found = [_("Vetoes and places are always kept.")]
    line = int(rules["reporting_line"] or 0)
    if line == 1:
        found.append(_("Nobody with their own manager or report."))
    elif line > 1:
        found.append(_("Nobody with somebody up to %(n)d levels above or below them.") % {"n": line})
    for name, sentence in (
        ("shared_manager", _("Nobody with the same manager.")), ("past", _("Nobody again who was matched before.")),
        ("must", _("What somebody called a must is met.")),
    ):  # fmt: skip
        if rules.get(name):
            found.append(sentence)
    for name, sentence in (
        ("language", _("A common language at level %(n)s or better.")), ("common_hours", _("At least %(n)s hours a week in common.")),
        ("time_zone", _("At most %(n)s hours between their clocks.")), ("seniority", _("The mentor at least %(n)s levels above.")),
    ):  # fmt: skip
        if rules.get(name) is not None:
            found.append(sentence % {"n": rules[name]})
    for name, noun in (("team", _("team")), ("department", _("department")), ("site", _("site"))):
        if rules.get(name) == "same":
            found.append(_("The same %(what)s.") % {"what": noun})
        elif rules.get(name) == "different":
            found.append(_("Not the same %(what)s.") % {"what": noun})
    return found
