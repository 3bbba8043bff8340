"""What stands on a run's board, and what becomes of it if somebody is moved: the cost, before anything is done."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, Min, Sum
from django.utils.translation import gettext as _

from openmentor.enrollment.models import Enrollment
from openmentor.foundation.errors import Conflict, Denied
from openmentor.matches import desk
from openmentor.matches.desk import Desk, Key
from openmentor.matches.models import DraftChange, Hold, MatchingRun, RunInput
from openmentor.matches.specification import RULES
from openmentor.mentorships.actions import Proposal, objections

#: how many candidates are looked at again as things are now; the rest is further down the list
SHOWN = 40


@dataclass
class Draft:
    """The pairs on a board with their fit. ``token`` names this very state: whoever changes it says which one they saw."""

    run: MatchingRun
    token: int

    @classmethod
    def of(cls, run: MatchingRun) -> Draft:
        """One query. The pairs are read after the token, and only by who asks for them: a change in between is found when they are written."""
        return cls(run, token_of(run))

    @cached_property
    def pairs(self) -> dict[Key, float]:
        rows = self.run.matches.in_draft().order_by("pk").values_list("mentor", "mentee", "score")
        return {(mentor, mentee): score for mentor, mentee, score in rows}

    @cached_property
    def mentees_of(self) -> dict[int, list[int]]:
        return _grouped(self.pairs)

    @cached_property
    def mentors_of(self) -> dict[int, list[int]]:
        return _grouped((mentee, mentor) for mentor, mentee in self.pairs)

    @cached_property
    def holds(self) -> dict[Key, str]:
        """Locks and bans of the cohort, as they are now."""
        found = Hold.objects.filter(cohort=self.run.cohort_id).values_list("mentor", "mentee", "kind")
        return {(mentor, mentee): kind for mentor, mentee, kind in found}

    @cached_property
    def desk(self) -> Desk:
        return desk.of(self.run)

    def is_locked(self, pair: Key) -> bool:
        return self.holds.get(pair) == Hold.Kind.LOCK

    @cached_property
    def levels(self) -> dict[str, float]:
        """What these pairs reach, under the engine's names of the levels. One query."""
        found = self.run.matches.in_draft().aggregate(
            served=Count("mentee", distinct=True), filled=Count("*"), least=Min("score"), total=Sum("score")
        )
        return {
            "served": float(found["served"]), "filled": float(found["filled"]), "least score": found["least"] or 0.0,
            "total fit": found["total"] or 0.0,
        }  # fmt: skip


def _grouped(pairs: Iterable[Key]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for one, other in pairs:
        found[one].append(other)
    return dict(found)


def token_of(run: MatchingRun) -> int:
    """Names the state of a draft: the last change that holds. No number is given twice, so no two states share one."""
    last = DraftChange.objects.filter(run=run, is_undone=False).order_by("-number").values_list("pk", flat=True).first()
    return last or 0


@dataclass(frozen=True)
class Plan:
    """A change before it is made. ``cost``: by how much the total fit grows, below 0 where it falls.

    swapped   the mentee who goes the other way, if one does.
    alone     mentees who then have nobody and had somebody; ``served``: who had nobody and then has somebody.
    """

    added: tuple[Key, ...]
    removed: tuple[Key, ...]
    cost: float
    swapped: int | None = None
    alone: tuple[int, ...] = ()
    served: tuple[int, ...] = ()
    scores: Mapping[Key, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """Somebody with whom a person could be put: fit, and what it would take. ``why_not`` is the sentence where it can't be."""

    mentor: int
    mentee: int
    score: float
    plan: Plan | None
    why_not: str = ""


def against(draft: Draft, pairs: Sequence[Key]) -> dict[Key, str]:
    """What forbids each of these pairs, by the run's rules, by locks and bans, and as things are now. Places aside."""
    found: dict[Key, str] = {}
    known = []
    for pair in pairs:
        if not draft.desk.knows(*pair):
            found[pair] = _("One of them was not part of this run. Start a new run to take them in.")
        elif draft.holds.get(pair) == Hold.Kind.BAN:
            found[pair] = _("You have said that these two are not to be matched. Release that first.")
        else:
            known.append(pair)
    for pair, allowed in zip(known, draft.desk.allowed(known), strict=True):
        if not allowed:
            found[pair] = sentence_of_rule(draft.desk.rule(*pair))
    rest = [pair for pair in known if pair not in found]
    now = objections(draft.run.cohort, [Proposal(mentor, mentee) for mentor, mentee in rest]) if rest else {}
    return found | {pair: now[f"{pair[0]}-{pair[1]}"] for pair in rest if f"{pair[0]}-{pair[1]}" in now}


def sentence_of_rule(rule: str | None) -> str:
    """What a manager reads of a hard rule. Of a veto: that it is not allowed, and no more."""
    return str(RULES.get(rule or "not allowed", RULES["not allowed"]))


def move(draft: Draft, mentee: int, source: int | None, target: int | None, *, swap: int | None = None) -> Plan:
    """What it takes to move a mentee from one mentor (or nobody) to another (or nobody).

    Where the mentor has no place left, somebody there goes the other way: ``swap``, or whoever makes it cost least; best one
    who then has somebody else. Raises ``Denied`` with the reason, ``Conflict`` if the board has changed.
    """
    if source is not None and (source, mentee) not in draft.pairs:
        raise Conflict(_("This pair is not on the board any more."))
    if target is None:
        if source is None:
            raise Denied(_("They have nobody already."))
        return _checked(draft, _plan(draft, [], [(source, mentee)]))
    pair = (target, mentee)
    if pair in draft.pairs:
        raise Denied(_("These two are together already."))
    if source is None and mentee in draft.mentors_of:
        raise Conflict(_("They have a mentor on the board already."))
    if sentence := against(draft, [pair]).get(pair):
        raise Denied(sentence)
    away = [] if source is None else [(source, mentee)]
    if free_places(draft, [target])[target] > 0:
        return _checked(draft, _plan(draft, [pair], away))
    if swap is not None and (target, swap) not in draft.pairs:
        raise Conflict(_("This pair is not on the board any more."))
    others = draft.mentees_of.get(target, []) if swap is None else [swap]
    plans = exchanges(draft, mentee, source, target, others)
    if not plans:
        raise Denied(_("There is no free place, and the pairs there are locked."))
    return _checked(draft, plans[0])


def closed(draft: Draft, mentee: int, source: int | None, targets: Sequence[int]) -> dict[int | None, str]:
    """Of these mentors, and of nobody (None), those to whom a mentee may not be moved, each with the sentence that ``move`` would give.

    A constant number of queries, so that a board can say it of all its mentors once somebody is picked up.
    """
    others = [target for target in targets if target != source]
    if source is not None and draft.is_locked((source, mentee)):
        return dict.fromkeys([*others, None], _("This pair is locked. Release it first."))
    found: dict[int | None, str] = {}
    for (target, _mentee), sentence in against(draft, [(target, mentee) for target in others]).items():
        found[target] = sentence
    free = free_places(draft, others)
    for target in others:
        there = draft.mentees_of.get(target, [])
        if mentee in there:
            found[target] = _("These two are together already.")
        elif target not in found and free.get(target, 0) < 1 and all(draft.is_locked((target, who)) for who in there):
            found[target] = (
                _("There is no free place, and the pairs there are locked.") if there else _("There is no free place.")
            )
    return found


def exchanges(draft: Draft, mentee: int, source: int | None, target: int, others: Iterable[int]) -> list[Plan]:
    """Ways to take somebody's place, the best first: who makes room gets the mentor left behind, where that may be, else nobody."""
    away = [] if source is None else [(source, mentee)]
    movable = [other for other in others if not draft.is_locked((target, other))]
    back = [] if source is None else [(source, other) for other in movable if (source, other) not in draft.pairs]
    refused = against(draft, back) if back else {}
    plans = []
    for other in movable:
        returned = (source, other)
        added = [(target, mentee)]
        if source is not None and returned in back and returned not in refused:
            added.append((source, other))
        plans.append(_plan(draft, added, [*away, (target, other)], swapped=other))
    return sorted(plans, key=lambda plan: (len(plan.alone), -plan.cost))


def _plan(draft: Draft, added: list[Key], removed: list[Key], *, swapped: int | None = None) -> Plan:
    scores = dict(zip(added, draft.desk.scores(added), strict=True)) if added else {}
    cost = math.fsum(scores.values()) - math.fsum(draft.pairs[pair] for pair in removed)
    touched = {mentee for _mentor, mentee in (*added, *removed)}
    before = {mentee for mentee in touched if mentee in draft.mentors_of}
    after = {
        mentee
        for mentee in touched
        if any(mentee == other for _mentor, other in added)
        or any((mentor, mentee) not in removed for mentor in draft.mentors_of.get(mentee, []))
    }
    return Plan(
        tuple(added),
        tuple(removed),
        cost,
        swapped,
        tuple(sorted(before - after)),
        tuple(sorted(after - before)),
        scores,
    )


def _checked(draft: Draft, plan: Plan) -> Plan:
    if any(draft.is_locked(pair) for pair in plan.removed):
        raise Denied(_("This pair is locked. Release it first."))
    return plan


def free_places(draft: Draft, mentors: Iterable[int]) -> dict[int, int]:
    """Places that each mentor has left beside what is on the board. One query."""
    rows = Enrollment.objects.filter(pk__in=list(mentors)).values_list("pk", "places", "places_taken")
    return {pk: places - taken - len(draft.mentees_of.get(pk, [])) for pk, places, taken in rows}


def candidates(
    draft: Draft, *, mentee: int | None = None, mentor: int | None = None, among: Iterable[int] | None = None
) -> list[Candidate]:
    """With whom somebody could be put, the best fit first: mentors for a mentee, mentees for a mentor. A constant number of queries.

    Whom a rule of the run forbids is left out; whom something forbids now is listed with the sentence.
    """
    if mentee is not None:
        pairs = [(other, mentee) for other in draft.desk.mentors]
    else:
        assert mentor is not None
        pairs = [(mentor, other) for other in draft.desk.mentees]
    if among is not None:
        chosen = set(among)
        pairs = [pair for pair in pairs if (pair[0] if mentee is not None else pair[1]) in chosen]
    pairs = [pair for pair in pairs if draft.desk.knows(*pair) and pair not in draft.pairs]
    pairs = [pair for pair, allowed in zip(pairs, draft.desk.allowed(pairs), strict=True) if allowed]
    scored = sorted(zip(pairs, draft.desk.scores(pairs), strict=True), key=lambda each: (-each[1], each[0]))[:SHOWN]
    refused = against(draft, [pair for pair, _score in scored])
    free = free_places(draft, {pair[0] for pair, _score in scored})
    back = _backs(draft, [pair for pair, _score in scored if free.get(pair[0], 0) < 1])
    refused_back = against(draft, back)
    found = []
    for pair, score in scored:
        if pair in refused:
            found.append(Candidate(*pair, score, None, refused[pair]))
            continue
        plan = _cheapest(draft, pair, free.get(pair[0], 0), set(back) - refused_back.keys())
        found.append(Candidate(*pair, score, plan, "" if plan else _("There is no free place, or the pair is locked.")))
    return found


def _source(draft: Draft, mentee: int) -> int | None:
    return next(iter(draft.mentors_of.get(mentee, [])), None)


def _backs(draft: Draft, pairs: Iterable[Key]) -> list[Key]:
    """Pairs that an exchange would make in return."""
    found = set()
    for target, mentee in pairs:
        source = _source(draft, mentee)
        if source is not None:
            found |= {
                (source, other) for other in draft.mentees_of.get(target, []) if (source, other) not in draft.pairs
            }
    return sorted(found)


def _cheapest(draft: Draft, pair: Key, free: int, possible: set[Key]) -> Plan | None:
    target, mentee = pair
    source = _source(draft, mentee)
    away = [] if source is None else [(source, mentee)]
    if any(draft.is_locked(each) for each in away):
        return None
    if free > 0:
        return _plan(draft, [pair], away)
    plans = []
    for other in draft.mentees_of.get(target, []):
        if not draft.is_locked((target, other)):
            added = [pair] if source is None or (source, other) not in possible else [pair, (source, other)]
            plans.append(_plan(draft, added, [*away, (target, other)], swapped=other))
    return min(plans, key=lambda plan: (len(plan.alone), -plan.cost), default=None)


def everybody(run: MatchingRun) -> dict[int, str]:
    """Enrollment → role of all who were part of a run. One query."""
    return dict(RunInput.objects.filter(run=run).values_list("enrollment", "enrollment__role"))
