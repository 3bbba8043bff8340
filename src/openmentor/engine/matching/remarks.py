"""Who has nobody, and what was asked and can't be kept: each with a plain sentence."""

from __future__ import annotations

import numpy as np

from .problem import BoolArray, IntArray, Problem
from .result import Side, Unmatched, Unmet

AT_ONCE = 1024
MENTEE_TEXTS = {
    "no_partner": "None of the mentors may be matched with them under the rules of this program.",
    "no_places": "The mentors who could be theirs have no places.",
    "outcompeted": "All places with the mentors who could be theirs went to others.",
    "both_ways": "Who could be theirs and has a free place is their mentee; two people are not matched both ways.",
    "free": "A mentor who could be theirs has a free place, but no better answer with this pair was found.",
    "nothing": "They look for no mentor at the moment.",
}
MENTOR_TEXTS = {
    "no_partner": "None of the mentees may be matched with them under the rules of this program.",
    "no_places": "The mentees who could be theirs look for no mentor.",
    "outcompeted": "The mentees who could be theirs are with other mentors.",
    "both_ways": "Who could be theirs and still looks for a mentor is their mentor; two people are not matched both ways.",
    "free": "A mentee who could be theirs still looks for a mentor, but no better answer with this pair was found.",
    "nothing": "They have no places at the moment.",
}
IN_OTHER_ROLE = {
    "mentee": "They have mentees, and nobody has both roles here.",
    "mentor": "They have a mentor, and nobody has both roles here.",
}
WISHES_FIRST = "with this aim, whom people would rather have comes first"


def unmatched(problem: Problem, pairs: IntArray) -> tuple[Unmatched, ...]:
    """Mentees, then mentors, who have nobody, by index."""
    return (*_left(problem, pairs, "mentee"), *_left(problem, pairs, "mentor"))


def _left(problem: Problem, pairs: IntArray, side: Side) -> list[Unmatched]:
    """Those of one side who have nobody, each with the reason."""
    own, texts = (1, MENTEE_TEXTS) if side == "mentee" else (0, MENTOR_TEXTS)
    loads = problem.mentor_capacity, problem.mentee_demand
    gated = problem.gated_mentors, problem.gated_mentees
    absent = problem.absent_mentors, problem.absent_mentees
    here, there = loads[own], loads[1 - own]
    # Nobody may have a mentor of a group of whom there are to be none.
    nobodys = [int(i) for rule in problem.quotas if rule.at_most == 0 for i in rule.members]
    alone = np.setdiff1d(np.arange(len(here)), [*pairs[:, own], *absent[own]]).astype(np.int64)
    asking = np.setdiff1d(alone, [*gated[own], *(nobodys if side == "mentor" else [])]).astype(np.int64)
    others = np.setdiff1d(np.arange(len(there)), [*gated[1 - own], *absent[1 - own]]).astype(np.int64)
    others = np.setdiff1d(others, nobodys).astype(np.int64) if side == "mentee" else others
    free = others[there[others] > np.bincount(pairs[:, 1 - own], minlength=len(there))[others]]
    twins = problem.twins()
    busy: set[int] = set()
    if problem.one_role:
        has_role = (
            twins[np.isin(twins[:, 1 - own], pairs[:, 1 - own]), own],
            twins[np.isin(twins[:, own], pairs[:, own]), 1 - own],
        )
        busy, free = set(has_role[0].tolist()), np.setdiff1d(free, has_role[1]).astype(np.int64)
    some_places, some, some_free = (np.zeros(len(here), dtype=np.bool_) for _ in range(3))
    some_places[asking] = _some(problem, side, asking, others[there[others] > 0])
    some[asking] = _some(problem, side, asking, others[there[others] == 0])
    if len(twins) or problem.quotas or not problem.is_large:  # else whoever is free and possible was matched
        some_free[asking] = _some(problem, side, asking, free)
    found = []
    for k in alone.tolist():
        if k in gated[own]:
            found.append(Unmatched(side, k, "gate", gated[own][k]))
        elif here[k] == 0:
            found.append(Unmatched(side, k, "no_places", texts["nothing"]))
        elif not (some[k] or some_places[k]):
            found.append(Unmatched(side, k, "no_partner", texts["no_partner"]))
        elif not some_places[k]:
            found.append(Unmatched(side, k, "no_places", texts["no_places"]))
        elif k in busy:
            found.append(Unmatched(side, k, "outcompeted", IN_OTHER_ROLE[side]))
        elif not some_free[k]:
            found.append(Unmatched(side, k, "outcompeted", texts["outcompeted"]))
        else:
            back = _partners_in_the_other_role(twins, pairs, k, own)
            is_free = _some(problem, side, np.array([k]), np.setdiff1d(free, back).astype(np.int64))[0]
            found.append(Unmatched(side, k, "outcompeted", texts["free" if is_free else "both_ways"]))
    return found


def _partners_in_the_other_role(twins: IntArray, pairs: IntArray, who: int, own: int) -> IntArray:
    """Whom somebody of column ``own`` has in their other role, as indices of the other column."""
    theirs = pairs[np.isin(pairs[:, 1 - own], twins[twins[:, own] == who, 1 - own]), own]
    back: IntArray = twins[np.isin(twins[:, own], theirs), 1 - own]
    return back


def _some(problem: Problem, side: Side, people: IntArray, others: IntArray) -> BoolArray:
    """(people,) who may meet at least one of ``others``: looked for a few of these at a time, since most meet one soon."""
    found = np.zeros(len(people), dtype=np.bool_)
    start, step = 0, 16
    while start < len(others) and not found.all():
        left = np.flatnonzero(~found)
        for begin in range(0, len(left), AT_ONCE):
            some, with_whom = left[begin : begin + AT_ONCE], others[start : start + step]
            if side == "mentee":
                found[some] = problem.possible(with_whom, people[some]).any(axis=0)
            else:
                found[some] = problem.possible(people[some], with_whom).any(axis=1)
        start, step = start + step, min(4 * step, AT_ONCE)
    return found


def unmet(problem: Problem, pairs: IntArray, *, wishes_first: bool = False) -> tuple[Unmet, ...]:
    """Forced pairs, minimums of mentors and of mentees, and quotas that ``pairs`` don't keep, with the reason of
    each. ``wishes_first``: of an aim that keeps minimums only where nobody would rather have others."""
    mentors, mentees = problem.shape
    made = {(int(i), int(j)) for i, j in pairs}
    otherwise = WISHES_FIRST if wishes_first else "other rules and the places of others stand against it"
    found: list[Unmet] = []
    for i, j in problem.forced.tolist():
        if (i, j) not in made:
            rule = problem.rule(i, j)
            who = f"{problem.name('mentor', i)} and {problem.name('mentee', j)}"
            reason = f"a rule forbids it ({rule})" if rule else "other fixed pairs, places or limits stand against it"
            found.append(Unmet("forced", i, j, None, 1, 0, rule, f"{who} were to be a pair, but {reason}."))
    count = np.bincount(pairs[:, 0], minlength=mentors)
    for i in np.flatnonzero(count < problem.mentor_minimum).tolist():
        asked, got = int(problem.mentor_minimum[i]), int(count[i])
        reason = _reason(asked, int(problem.mentor_capacity[i]), _mentees(problem, i), "mentee") or otherwise
        text = f"{problem.name('mentor', i)} was to have at least {_people(asked, 'mentee')} and has {got}: {reason}."
        found.append(Unmet("mentor_minimum", i, None, None, asked, got, None, text))
    count = np.bincount(pairs[:, 1], minlength=mentees)
    for j in np.flatnonzero(count < problem.mentee_minimum).tolist():
        asked, got = int(problem.mentee_minimum[j]), int(count[j])
        reason = _reason(asked, int(problem.mentee_demand[j]), _mentors(problem, j), "mentor") or otherwise
        text = f"{problem.name('mentee', j)} was to have at least {_people(asked, 'mentor')} and has {got}: {reason}."
        found.append(Unmet("mentee_minimum", None, j, None, asked, got, None, text))
    for k, quota in enumerate(problem.quotas):
        inside = np.zeros(mentors, dtype=np.bool_)
        inside[quota.members] = True
        count = np.bincount(pairs[inside[pairs[:, 0]], 1], minlength=mentees)
        for j in np.flatnonzero(count < quota.at_least).tolist():
            if j in problem.absent_mentees:
                continue
            most = int(problem.mentee_demand[j])
            if quota.at_most >= 0:
                most = min(most, quota.at_most)
            mine = inside & _mentors(problem, j)
            reason = _reason(quota.at_least, most, mine, "mentor", " of that group") or otherwise
            text = (
                f"{problem.name('mentee', j)} was to have at least {_people(quota.at_least, 'mentor')} of group {k + 1}"
                f" and has {count[j]}: {reason}."
            )
            found.append(Unmet("quota", None, j, k, quota.at_least, int(count[j]), None, text))
    return tuple(found)


def _mentees(problem: Problem, mentor: int) -> BoolArray:
    """(mentees,) whom the mentor could have."""
    every = np.arange(problem.shape[1])
    possible: BoolArray = problem.possible(np.array([mentor]), every)[0] & (problem.mentee_demand > 0)
    return possible


def _mentors(problem: Problem, mentee: int) -> BoolArray:
    """(mentors,) whom the mentee could have."""
    every = np.arange(problem.shape[0])
    possible: BoolArray = problem.possible(every, np.array([mentee]))[:, 0] & (problem.mentor_capacity > 0)
    return possible


def _people(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _reason(asked: int, most: int, possible: BoolArray, noun: str, group: str = "") -> str | None:
    if most < asked:
        return f"no more than {most} are allowed"
    if possible.sum() < asked:
        return f"the rules leave {_people(int(possible.sum()), noun)}{group} with places"
    return None
