"""Checks circles against what was asked, from the definitions alone. Shares no code with what made them."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

from .errors import Breach

if TYPE_CHECKING:
    from .circles import CircleProblem, CirclesResult
    from .pool import Pool

TOLERANCE = 1e-9


def verify_circles(asked: Any, result: CirclesResult) -> None:
    """None if every claim of ``result`` holds; raises ``Breach`` with the first that doesn't. See ``verify``."""
    problem = result.problem
    given = cast("Pool", getattr(asked, "pool", asked))
    for pool in [problem.pool] if given is problem.pool else [problem.pool, given]:
        _rules(pool, result)
    _form(problem, result)
    _asked(problem, result)
    _levels(problem, result)
    _left_over(problem, result)


def _form(problem: CircleProblem, result: CirclesResult) -> None:
    """Sizes, everybody at most once, facilitators and how often they lead."""
    leads: Counter[int] = Counter()
    seen: Counter[int] = Counter()
    for n, circle in enumerate(result.circles):
        if not problem.low <= len(circle.members) <= problem.high:
            raise Breach(f"circle {n} has {len(circle.members)} members; {problem.low} to {problem.high} are asked for")
        if len(circle.facilitators) != problem.each or len(set(circle.facilitators)) != problem.each:
            raise Breach(f"circle {n} has {len(circle.facilitators)} facilitators; {problem.each} are asked for")
        for listed in (circle.members, circle.facilitators):
            if list(listed) != sorted(listed):
                raise Breach(f"circle {n} isn't sorted")
        for k in circle.members:
            if k in problem.facilitators:
                raise Breach(f"person {k} is a facilitator and a member of circle {n}")
        for k in circle.facilitators:
            if k not in problem.facilitators:
                raise Breach(f"person {k} leads circle {n} and is no facilitator")
        seen.update(circle.members)
        leads.update(circle.facilitators)
    for k, times in seen.items():
        if times > 1:
            raise Breach(f"person {k} is in {times} circles")
    for k, times in leads.items():
        if times > problem.facilitators[k]:
            raise Breach(f"person {k} leads {times} circles and may lead {problem.facilitators[k]}")
    for q, rule in enumerate(problem.quotas):
        inside = {int(k) for k in rule.members}
        for n, circle in enumerate(result.circles):
            if 0 <= rule.at_most < len(inside.intersection(circle.members)):
                raise Breach(f"circle {n} has more than {rule.at_most} members of quota {q}")


def _rules(pool: Pool, result: CirclesResult) -> None:
    count = len(pool.scores)
    forbidden = {frozenset((int(i), int(j))) for i, j in pool.forbidden}
    for n, circle in enumerate(result.circles):
        everybody = [*circle.members, *circle.facilitators]
        for k in everybody:
            if not 0 <= k < count:
                raise Breach(f"circle {n} names person {k}, who isn't there")
            if k in pool.gated:
                raise Breach(f"circle {n} has person {k}, who is held back")
        for i, j in combinations(everybody, 2):
            if i == j or math.isnan(pool.scores[i, j]) or frozenset((i, j)) in forbidden:
                raise Breach(f"{i} and {j} share circle {n} and are not allowed to")


def _asked(problem: CircleProblem, result: CirclesResult) -> None:
    """Fixed pairs and quotas are kept or named in ``unmet``, and nothing is named that is kept."""
    short: set[tuple[str, int | None, int | None, int | None]] = set()
    for i, j in problem.pool.forced:
        if not any({int(i), int(j)} <= set(circle.members) for circle in result.circles):
            short.add(("forced", int(i), int(j), None))
    for q, rule in enumerate(problem.quotas):
        inside = {int(k) for k in rule.members}
        for n, circle in enumerate(result.circles):
            if len(inside.intersection(circle.members)) < rule.at_least:
                short.add(("quota", n, None, q))
    named = {(each.kind, each.mentor, each.mentee, each.quota) for each in result.unmet}
    if short - named:
        raise Breach(f"not kept and not said so: {min(short - named, key=str)}")
    if named - short:
        raise Breach(f"said not to be kept, although it is: {min(named - short, key=str)}")


def _levels(problem: CircleProblem, result: CirclesResult) -> None:
    scores = problem.pool.scores
    fits = []
    for n, circle in enumerate(result.circles):
        everybody = [*circle.members, *circle.facilitators]
        if len(everybody) > 1:
            of_members = [
                math.fsum(float(scores[k, other]) for other in everybody if other != k) / (len(everybody) - 1)
                for k in circle.members
            ]
        else:
            of_members = [0.0]
        score = math.fsum(of_members) / len(of_members)
        if not abs(score - circle.score) <= TOLERANCE:
            raise Breach(f"circle {n} is said to have score {circle.score}; it has {score}")
        fits.append(math.fsum(of_members))
    true = {"served": float(sum(len(circle.members) for circle in result.circles)), "total fit": math.fsum(fits)}
    if [level.name for level in result.levels] != list(true):
        raise Breach(f"the levels of circles are {list(true)}")
    for level in result.levels:
        tolerance = TOLERANCE * max(1.0, abs(true[level.name]))
        if not abs(level.value - true[level.name]) <= tolerance:
            raise Breach(f"{level.name} is said to be {level.value}; it is {true[level.name]}")
        if not level.value <= level.bound + tolerance:
            raise Breach(f"{level.name} is {level.value}, above its bound {level.bound}")


def _left_over(problem: CircleProblem, result: CirclesResult) -> None:
    members = {k for circle in result.circles for k in circle.members}
    leaders = {k for circle in result.circles for k in circle.facilitators}
    alone = {("peer", k) for k in range(len(problem.pool.scores)) if k not in problem.facilitators and k not in members}
    alone |= {("mentor", k) for k in problem.facilitators if k not in leaders}
    named = Counter((each.side, each.index) for each in result.unmatched)
    if set(named) != alone or any(times > 1 for times in named.values()):
        raise Breach("somebody has no circle and isn't listed once, or is listed and has one")
    for each in result.unmatched:
        if (each.kind == "gate") != (each.index in problem.pool.gated):
            raise Breach(f"person {each.index} is said to be held back and isn't, or the other way round")
