"""What if: the same people with something changed, solved again beside the old answer; and rematching."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from .errors import InvalidProblem
from .files import heading
from .matcher import solved
from .problem import IntArray, Problem, Progress, index_of, unmasked
from .result import Move, Options, Result, Side
from .whynot import moves, with_forced


@dataclass(frozen=True)
class AddPlaces:
    """A mentor takes so many more mentees; fewer if ``places`` is below 0, never less than none."""

    mentor: int
    places: int = 1


@dataclass(frozen=True)
class DropRule:
    """A hard rule of the specification no longer holds."""

    name: str


@dataclass(frozen=True)
class SetWeight:
    """A dimension of the specification counts differently."""

    key: str
    weight: float


@dataclass(frozen=True)
class AddPerson:
    """Somebody comes in, with the next index of their side.

    row     columns of the person as a mapping; with scores at hand, their scores with everybody of the other side.
    places  how many the mentor takes, or the mentee seeks, where the row doesn't say so; if nobody does, a mentor one, a mentee as
            many as the specification says. ``id``: where there are ids.
    """

    side: Side
    row: Any
    places: int | None = None
    id: str | None = None


@dataclass(frozen=True)
class RemovePerson:
    """Somebody has no part any more. Nobody else's index changes."""

    side: Side
    index: int


@dataclass(frozen=True)
class Force:
    """A pair is to be made."""

    mentor: int
    mentee: int


@dataclass(frozen=True)
class Forbid:
    """A pair is not to be made."""

    mentor: int
    mentee: int


AnyChange = AddPlaces | DropRule | SetWeight | AddPerson | RemovePerson | Force | Forbid
_NAMES = [each.__name__ for each in (AddPlaces, DropRule, SetWeight, AddPerson, RemovePerson, Force, Forbid)]


@dataclass(frozen=True)
class LevelChange:
    """One level before and after; the bound is the one after."""

    name: str
    before: float
    after: float
    bound: float


@dataclass(frozen=True, eq=False)
class WhatIf:
    """What would become of it: the changed problem and its best answer, the levels before and after, who would move."""

    problem: Problem
    result: Result
    levels: tuple[LevelChange, ...]
    moves: tuple[Move, ...]


def what_if(
    problem: Problem, result: Result, changes: Sequence[AnyChange], *, progress: Progress | None = None
) -> WhatIf:
    """The best answer if ``changes`` were made, with as few moves as that allows, beside ``result``.

    Raises InvalidProblem if a change names nobody, or needs a specification where only scores were given.
    """
    options = result.options
    if len(options.previous) == 0:  # among equals, what changes least
        options = dataclasses.replace(options, previous=result.pairs, stickiness=0.0)
    changed = apply(problem, changes)
    options = _grown(options, changed)
    then = solved(changed, options, progress, result)
    levels = tuple(
        LevelChange(old.name, old.value, new.value, new.bound) for old, new in zip(result.levels, then.levels)
    )
    return WhatIf(changed, then, levels, moves(result.pairs, then.pairs))


def rematch(
    problem: Problem,
    result: Result,
    changes: Sequence[AnyChange],
    stickiness: float = 0.0,
    *,
    progress: Progress | None = None,
) -> Result:
    """The best answer after ``changes``, disturbing as few others as the aim allows; ``.problem`` is the changed one.

    stickiness   what one pair that stays is worth, in score; at 0 pairs stay only where that costs nothing.
    """
    options = dataclasses.replace(result.options, previous=result.pairs, stickiness=float(stickiness))
    changed = apply(problem, changes)
    return solved(changed, _grown(options, changed), progress, result)


def _grown(options: Options, problem: Problem) -> Options:
    """The same wishes where people came in: of these no label is known."""
    if options.parity is None:
        return options
    newcomers = problem.shape[1] - len(options.parity)
    return dataclasses.replace(options, parity=(*options.parity, *[None] * newcomers))


def apply(problem: Problem, changes: Sequence[AnyChange]) -> Problem:
    """The problem with ``changes`` made, in order. The given one stays as it is."""
    for change in changes:
        if not isinstance(change, AnyChange):
            raise InvalidProblem(f"{change!r} is no change; one of {', '.join(sorted(_NAMES))} is needed")
        _check(change)
    for kind, some in groupby(changes, type):
        if kind is AddPerson and problem.source is not None:  # who comes in together is read together
            problem = _with_columns(problem, [each for each in some if isinstance(each, AddPerson)])
            continue
        for change in some:
            problem = _applied(problem, change)
    return problem


def _check(change: AnyChange) -> None:
    """Raise InvalidProblem for what can't be meant."""
    name = type(change).__name__
    if isinstance(change, AddPerson | RemovePerson) and change.side not in ("mentor", "mentee"):
        raise InvalidProblem(f"{name}: side is {change.side!r}; 'mentor' or 'mentee' is needed")
    places = change.places if isinstance(change, AddPlaces | AddPerson) else None
    if places is not None and not isinstance(places, int | np.integer):
        raise InvalidProblem(f"{name}: places is {places!r}; a whole number is needed")
    if isinstance(change, AddPerson) and places is not None and places < 0:
        raise InvalidProblem(f"{name}: places is {places!r}; a whole number, zero or more, is needed")
    if isinstance(change, SetWeight) and not isinstance(change.weight, int | float | np.number):
        raise InvalidProblem(f"{name}: weight is {change.weight!r}; a number is needed")


def _applied(problem: Problem, change: AnyChange) -> Problem:
    if isinstance(change, AddPlaces):
        index = index_of(change.mentor, problem.shape[0], "AddPlaces", "mentor")
        capacity = problem.mentor_capacity.copy()
        capacity[index] = max(0, capacity[index] + int(change.places))
        return problem.changed(mentor_capacity=capacity)
    if isinstance(change, Force):
        i, j = _pair(problem, change.mentor, change.mentee, "Force")
        return with_forced(problem, i, j)
    if isinstance(change, Forbid):
        i, j = _pair(problem, change.mentor, change.mentee, "Forbid")
        forbidden = np.unique(np.concatenate([problem.forbidden, [[i, j]]]), axis=0).astype(np.int64)
        return problem.changed(forbidden=forbidden)
    if isinstance(change, RemovePerson):
        return _without(problem, change)
    if isinstance(change, AddPerson):
        return _with_scores(problem, change)
    if problem.source is None:
        raise InvalidProblem(f"{change}: there are only scores here, no specification to change")
    mentors, mentees, spec = problem.source
    if isinstance(change, DropRule):
        return _scored_again(
            problem, mentors, mentees, dataclasses.replace(spec, rules=spec.rules.without(change.name))
        )
    weights = {**spec.weights, change.key: float(change.weight)}
    return _scored_again(problem, mentors, mentees, dataclasses.replace(spec, weights=weights))


def _pair(problem: Problem, mentor: int, mentee: int, place: str) -> tuple[int, int]:
    return index_of(mentor, problem.shape[0], place, "mentor"), index_of(mentee, problem.shape[1], place, "mentee")


def _without(problem: Problem, change: RemovePerson) -> Problem:
    if change.side == "mentor":
        index = index_of(change.index, problem.shape[0], "RemovePerson", "mentor")
        return problem.changed(
            absent_mentors=problem.absent_mentors | {index},
            mentor_minimum=_set(problem.mentor_minimum, index, 0),
            forced=problem.forced[problem.forced[:, 0] != index],
        )
    index = index_of(change.index, problem.shape[1], "RemovePerson", "mentee")
    return problem.changed(
        absent_mentees=problem.absent_mentees | {index},
        mentee_minimum=_set(problem.mentee_minimum, index, 0),
        forced=problem.forced[problem.forced[:, 1] != index],
    )


def _set(loads: IntArray, index: int, value: int) -> IntArray:
    changed = loads.copy()
    changed[index] = value
    return changed


def _with_scores(problem: Problem, change: AddPerson) -> Problem:
    """One more row or column of scores. Raises InvalidProblem through the checks of ``from_scores``."""
    if problem.preferences is not None:
        raise InvalidProblem("AddPerson: ranked lists can't take somebody in; make the problem anew")
    is_mentor = change.side == "mentor"
    across = problem.shape[1] if is_mentor else problem.shape[0]
    row = np.asarray(unmasked(change.row), dtype=np.float64)
    if row.shape != (across,):
        raise InvalidProblem(f"AddPerson: the row has shape {row.shape}; {across} scores are needed")
    scores = np.vstack([problem.scores, row]) if is_mentor else np.column_stack([problem.scores, row])
    loads = {
        "mentor_capacity": problem.mentor_capacity,
        "mentor_minimum": problem.mentor_minimum,
        "mentee_demand": problem.mentee_demand,
        "mentee_minimum": problem.mentee_minimum,
    }
    for name in ("mentor_capacity", "mentor_minimum") if is_mentor else ("mentee_demand", "mentee_minimum"):
        loads[name] = np.append(
            loads[name], 0 if name.endswith("minimum") else 1 if change.places is None else change.places
        )
    mentor_ids, mentee_ids = problem.mentor_ids, problem.mentee_ids
    fresh = change.id if change.id is not None else f"{change.side} {scores.shape[not is_mentor] - 1}"
    if is_mentor and mentor_ids is not None:
        mentor_ids = (*mentor_ids, fresh)
    elif not is_mentor and mentee_ids is not None:
        mentee_ids = (*mentee_ids, fresh)
    grown = Problem.from_scores(
        scores,
        **loads,
        forced=problem.forced,
        forbidden=problem.forbidden,
        mentor_ids=mentor_ids,
        mentee_ids=mentee_ids,
        one_role=problem.one_role,
    )
    return grown.changed(
        quotas=problem.quotas,
        gated_mentors=problem.gated_mentors,
        gated_mentees=problem.gated_mentees,
        absent_mentors=problem.absent_mentors,
        absent_mentees=problem.absent_mentees,
    )


def _with_columns(problem: Problem, changes: Sequence[AddPerson]) -> Problem:
    """More people of columns."""
    from .people import columns_of

    assert problem.source is not None
    mentors, mentees, spec = problem.source
    sides: dict[str, Any] = {"mentor": mentors, "mentee": mentees}
    for side in sides:
        rows = [_row(each) for each in changes if each.side == side]
        if rows:
            columns = columns_of(sides[side])
            count = max((len(cells) for cells in columns.values()), default=0)
            keys = {**columns, **dict.fromkeys(key for row in rows for key in row)}
            sides[side] = {key: [*columns.get(key, [None] * count), *(row.get(key) for row in rows)] for key in keys}
    grown = _scored_again(problem, sides["mentor"], sides["mentee"], spec)
    capacity, demand = grown.mentor_capacity.copy(), grown.mentee_demand.copy()
    for side, loads, before in (("mentor", capacity, problem.shape[0]), ("mentee", demand, problem.shape[1])):
        for k, each in enumerate([each for each in changes if each.side == side], before):
            if each.places is not None and (side == "mentee" or not _says_places(each.row)):
                loads[k] = each.places
    return grown.changed(mentor_capacity=capacity, mentee_demand=demand)


def _says_places(row: Mapping[Any, Any]) -> bool:
    return any(heading(str(key)) == "places" and cell not in (None, "") for key, cell in row.items())


def _row(change: AddPerson) -> dict[str, Any]:
    if not isinstance(change.row, Mapping):
        raise InvalidProblem("AddPerson: the row must be a mapping of columns, as the people are")
    row = {str(key): value for key, value in change.row.items()}
    return row if change.id is None else {**row, "id": change.id}


def _scored_again(problem: Problem, mentors: Any, mentees: Any, spec: Any) -> Problem:
    """The people scored anew with the first run's reference means; what else was changed before stays changed."""
    assert problem.scored is not None
    spec = dataclasses.replace(spec, reference=problem.scored.reference)
    fresh = Problem(mentors, mentees, spec)

    def kept(old: IntArray, new: IntArray) -> IntArray:
        return np.concatenate([old, new[len(old) :]])

    return fresh.changed(
        mentor_capacity=kept(problem.mentor_capacity, fresh.mentor_capacity),
        mentor_minimum=kept(problem.mentor_minimum, fresh.mentor_minimum),
        mentee_demand=kept(problem.mentee_demand, fresh.mentee_demand),
        mentee_minimum=kept(problem.mentee_minimum, fresh.mentee_minimum),
        forced=problem.forced,
        forbidden=problem.forbidden,
        quotas=problem.quotas,
        absent_mentors=fresh.absent_mentors | problem.absent_mentors,
        absent_mentees=fresh.absent_mentees | problem.absent_mentees,
    )
