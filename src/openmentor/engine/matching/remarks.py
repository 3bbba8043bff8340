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
    "nothing": "They look for no mentor at the moment.",
}
MENTOR_TEXTS = {
    "no_partner": "None of the mentees may be matched with them under the rules of this program.",
    "no_places": "The mentees who could be theirs look for no mentor.",
    "outcompeted": "The mentees who could be theirs are with other mentors.",
    "nothing": "They have no places at the moment.",
}


def unmatched(problem: Problem, pairs: IntArray) -> tuple[Unmatched, ...]:
    """Mentees, then mentors, who have nobody, by index."""
    mentors, mentees = problem.shape
    found: list[Unmatched] = []
    alone = np.setdiff1d(np.arange(mentees), [*pairs[:, 1], *problem.absent_mentees]).astype(np.int64)
    some_places = _some(problem, "mentee", alone, np.flatnonzero(problem.mentor_capacity > 0))
    some = some_places | _some(problem, "mentee", alone, np.flatnonzero(problem.mentor_capacity == 0))
    for k, j in enumerate(alone.tolist()):
        if j in problem.gated_mentees:
            found.append(Unmatched("mentee", j, "gate", problem.gated_mentees[j]))
        else:
            found.append(_remark("mentee", j, problem.mentee_demand[j] > 0, bool(some[k]), bool(some_places[k])))
    alone = np.setdiff1d(np.arange(mentors), [*pairs[:, 0], *problem.absent_mentors]).astype(np.int64)
    some_places = _some(problem, "mentor", alone, np.flatnonzero(problem.mentee_demand > 0))
    some = some_places | _some(problem, "mentor", alone, np.flatnonzero(problem.mentee_demand == 0))
    for k, i in enumerate(alone.tolist()):
        if i in problem.gated_mentors:
            found.append(Unmatched("mentor", i, "gate", problem.gated_mentors[i]))
        else:
            found.append(_remark("mentor", i, problem.mentor_capacity[i] > 0, bool(some[k]), bool(some_places[k])))
    return tuple(found)


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


def _remark(side: Side, index: int, wants: bool, some: bool, some_places: bool) -> Unmatched:
    texts = MENTEE_TEXTS if side == "mentee" else MENTOR_TEXTS
    if not wants:
        return Unmatched(side, index, "no_places", texts["nothing"])
    if not some:
        return Unmatched(side, index, "no_partner", texts["no_partner"])
    if not some_places:
        return Unmatched(side, index, "no_places", texts["no_places"])
    return Unmatched(side, index, "outcompeted", texts["outcompeted"])


def unmet(problem: Problem, pairs: IntArray) -> tuple[Unmet, ...]:
    """Forced pairs, minimums of mentors and of mentees, and quotas that ``pairs`` don't keep, with the reason of
    each."""
    mentors, mentees = problem.shape
    made = {(int(i), int(j)) for i, j in pairs}
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
        reason = _reason(asked, int(problem.mentor_capacity[i]), _mentees(problem, i), "mentee")
        text = f"{problem.name('mentor', i)} was to have at least {_people(asked, 'mentee')} and has {got}: {reason}."
        found.append(Unmet("mentor_minimum", i, None, None, asked, got, None, text))
    count = np.bincount(pairs[:, 1], minlength=mentees)
    for j in np.flatnonzero(count < problem.mentee_minimum).tolist():
        asked, got = int(problem.mentee_minimum[j]), int(count[j])
        reason = _reason(asked, int(problem.mentee_demand[j]), _mentors(problem, j), "mentor")
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
            reason = _reason(quota.at_least, most, mine, "mentor", " of that group")
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


def _reason(asked: int, most: int, possible: BoolArray, noun: str, group: str = "") -> str:
    if most < asked:
        return f"no more than {most} are allowed"
    if possible.sum() < asked:
        return f"the rules leave {_people(int(possible.sum()), noun)}{group} with places"
    return "other rules and the places of others stand against it"
