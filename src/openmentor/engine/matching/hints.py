"""Whom to recruit: which mentors more would place those who have nobody, each hint tried by solving again."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .changes import AddPlaces, apply
from .matcher import solved
from .problem import BoolArray, IntArray, Problem, Progress
from .result import Result

MOST_MENTORS = 5
TRIED = 6
"""Hints that are tried by solving again; the best of them are told."""
WORDS = 12
OFFERED = ("skills_offered", "helps_with", "soft_offered")
WANTED = ("skills_wanted", "goals", "soft_wanted")
REGIONS = {
    "africa": "African",
    "america": "American",
    "asia": "Asian",
    "australia": "Australian",
    "europe": "European",
    "indian": "Indian Ocean",
    "pacific": "Pacific",
    "us": "American",
}
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Hint:
    """What recruiting would bring, as it came out when it was tried.

    skill, region   what the mentors have and where their clocks are, None where it doesn't matter.
    mentors         so many more; ``places``: how many mentees they would take together.
    placed          mentees more who would have somebody. ``fit``: what total fit would gain.
    text            a sentence for managers. It names nobody but mentors of pools that have only scores, and tells of no veto,
                    wish or confidential answer.
    """

    skill: str | None
    region: str | None
    mentors: int
    places: int
    placed: int
    fit: float
    text: str


@dataclass(frozen=True)
class Kind:
    """Mentors alike: what they have in common, and who of the left could be theirs."""

    skill: str | None
    region: str | None
    members: tuple[int, ...]
    reach: frozenset[int]
    wanting: int
    price: float


def hints(problem: Problem, result: Result, most: int = 3, *, progress: Progress | None = None) -> tuple[Hint, ...]:
    """Which mentors more would place most of those who have nobody, the most first; at most ``most``.

    Prices and rules say which kinds of mentors come into question, by skill and time zone; each is then tried: copies of
    mentors of that kind come in, with as many places as is usual here, and all is solved again. Where everybody has
    somebody, a hint says where one more place would raise total fit. Each hint stands alone: two together may place fewer.
    Empty where no mentor like those here would change anything.
    """
    most = max(0, int(most))
    left = _left(problem, result)
    usual = _usual_places(problem)
    if not left:
        return _for_fit(problem, result, most, progress)
    found: list[tuple[frozenset[int], Hint]] = []
    for kind in _kinds(problem, result, left)[:TRIED]:
        hint = _tried(problem, result, kind, usual, progress)
        if hint is not None and not any(kind.reach <= reach for reach, _ in found):
            found.append((kind.reach, hint))
    best = sorted((hint for _, hint in found), key=lambda each: (-each.placed, each.mentors, -each.fit, each.text))
    return tuple(best[:most])


def _left(problem: Problem, result: Result) -> list[int]:
    """Mentees who have nobody and could have."""
    return [
        each.index
        for each in result.unmatched
        if each.side == "mentee" and each.kind in ("outcompeted", "no_places") and problem.mentee_demand[each.index] > 0
    ]


def _usual_places(problem: Problem) -> int:
    places = problem.mentor_capacity[problem.mentor_capacity > 0]
    return max(1, int(np.median(places))) if len(places) else 1


def _open(problem: Problem) -> BoolArray:
    """Mentors who take part."""
    taking = np.ones(problem.shape[0], dtype=np.bool_)
    taking[[*problem.gated_mentors, *problem.absent_mentors]] = False
    return taking


def _kinds(problem: Problem, result: Result, left: list[int]) -> list[Kind]:
    """Kinds of mentors, those first who could take most of the left; among equals what most of those want, then the dearest."""
    at = np.array(left, dtype=np.int64)
    possible = problem.possible(np.arange(problem.shape[0]), at) & _open(problem)[:, None]
    reach_of = [frozenset(at[row].tolist()) for row in possible]
    prices = np.nan_to_num(result.prices)
    found = []
    for (skill, region), members in _groups(problem, left).items():
        some = tuple(k for k in members if reach_of[k])
        if some:
            reach = frozenset().union(*(reach_of[k] for k in some))
            wanting = len(reach & _who_wants(problem, skill)) if skill is not None else 0
            found.append(Kind(skill, region, some, reach, wanting, float(prices[list(some)].mean())))

    def order(kind: Kind) -> tuple[object, ...]:
        told = (kind.skill is not None) + (kind.region is not None)
        return (-len(kind.reach), -kind.wanting, -told, -kind.price, kind.skill or "", kind.region or "", kind.members)

    distinct: dict[tuple[int, ...], Kind] = {}
    for kind in sorted(found, key=order):
        distinct.setdefault(kind.members, kind)
    return list(distinct.values())


def _groups(problem: Problem, left: list[int]) -> dict[tuple[str | None, str | None], list[int]]:
    """Mentors by a skill that somebody of the left wants, by region, and by both; each alone where there are only scores."""
    groups: dict[tuple[str | None, str | None], list[int]] = {}
    if problem.scored is None:
        return {(problem.name("mentor", k), None): [k] for k in range(problem.shape[0])}
    wanted = Counter(word for j in left for word in _words(problem, "mentee", WANTED, j))
    words = [word for word, _ in sorted(wanted.items(), key=lambda each: (-each[1], each[0]))][:WORDS]
    for k in range(problem.shape[0]):
        offered, region = _words(problem, "mentor", OFFERED, k), _region(problem, k)
        for skill in [*(word for word in words if word in offered), None]:
            for where in {region, None}:
                groups.setdefault((skill, where), []).append(k)
    return groups


def _words(problem: Problem, side: str, columns: Iterable[str], index: int) -> set[str]:
    assert problem.scored is not None
    people = problem.scored.mentors if side == "mentor" else problem.scored.mentees
    found: set[str] = set()
    for name in columns:
        if name not in problem.scored.spec.confidential:
            found |= {each[0] if isinstance(each, tuple) else str(each) for each in people.list(name)[index] or ()}
    return found


def _who_wants(problem: Problem, skill: str | None) -> set[int]:
    if problem.scored is None or skill is None:
        return set()
    return {j for j in range(problem.shape[1]) if skill in _words(problem, "mentee", WANTED, j)}


def _region(problem: Problem, mentor: int) -> str | None:
    assert problem.scored is not None
    if "timezone" in problem.scored.spec.confidential:
        return None
    zone = problem.scored.mentors.list("timezone")[mentor]
    return REGIONS.get(str(zone).partition("/")[0].casefold()) if zone else None


def _tried(problem: Problem, result: Result, kind: Kind, usual: int, progress: Progress | None) -> Hint | None:
    """The hint with what came out when copies of such mentors came in; None if that placed nobody."""
    chosen = _chosen(problem, kind, usual)
    placed, fit = _what_if(problem, result, chosen, usual, progress)
    fewer = -(-placed // usual)
    if 0 < fewer < len(chosen):
        again = _what_if(problem, result, chosen[:fewer], usual, progress)
        if again[0] == placed:
            chosen, fit = chosen[:fewer], again[1]
    if placed <= 0:
        return None
    mentors = len(chosen)
    places = mentors * usual
    return Hint(
        None if problem.scored is None else kind.skill, kind.region, mentors, places, placed, fit,
        _sentence(problem, kind, mentors, places, placed),
    )  # fmt: skip


def _chosen(problem: Problem, kind: Kind, usual: int) -> list[int]:
    """Of whom copies come in: in turn whoever could take most of those not yet thought of."""
    at = np.array(sorted(kind.reach), dtype=np.int64)
    table = problem.possible(np.array(kind.members, dtype=np.int64), at)
    possible = {k: set(at[row].tolist()) for k, row in zip(kind.members, table)}
    left = set(kind.reach)
    chosen: list[int] = []
    while left and len(chosen) < MOST_MENTORS:
        best = max(kind.members, key=lambda k: (len(left & possible[k]), -k))
        reached = sorted(left & possible[best])[:usual]
        if not reached:
            break
        chosen.append(best)
        left -= set(reached)
    return chosen


def _what_if(
    problem: Problem, result: Result, mentors: list[int], places: int, progress: Progress | None
) -> tuple[int, float]:
    """How many mentees more have somebody, and what total fit gains, with so many places more with each of the mentors."""
    changed = apply(problem, [AddPlaces(k, places) for k in mentors])
    options = dataclasses.replace(result.options, previous=np.empty((0, 2), dtype=np.int64), stickiness=0.0)
    then = solved(changed, options, progress, result)
    return _served(then.pairs) - _served(result.pairs), then.value - result.value


def _served(pairs: IntArray) -> int:
    return len(np.unique(pairs[:, 1]))


def _for_fit(problem: Problem, result: Result, most: int, progress: Progress | None) -> tuple[Hint, ...]:
    """Where one more place would raise total fit, by the prices, tried."""
    found = []
    for mentor, _ in result.binding[:most]:
        placed, fit = _what_if(problem, result, [mentor], 1, progress)
        if fit <= 1e-9 or placed < 0:
            continue
        kind = _profile(problem, result, mentor)
        who = _who(problem, kind, 1)
        text = f"Everybody has somebody. One more place with {who} would raise total fit by {fit:.2f}."
        found.append(Hint(None if problem.scored is None else kind.skill, kind.region, 0, 1, 0, fit, text))
    distinct = {each.text.partition(" would")[0]: each for each in reversed(found)}
    return tuple(sorted(distinct.values(), key=lambda each: (-each.fit, each.text)))


def _profile(problem: Problem, result: Result, mentor: int) -> Kind:
    if problem.scored is None:
        return Kind(problem.name("mentor", mentor), None, (mentor,), frozenset(), 0, 0.0)
    everybody = Counter(word for j in range(problem.shape[1]) for word in _words(problem, "mentee", WANTED, j))
    offered = sorted(_words(problem, "mentor", OFFERED, mentor), key=lambda word: (-everybody[word], word))
    skill = offered[0] if offered and everybody[offered[0]] else None
    return Kind(skill, _region(problem, mentor), (mentor,), frozenset(), 0, 0.0)


def _sentence(problem: Problem, kind: Kind, mentors: int, places: int, placed: int) -> str:
    people = "1 person" if placed == 1 else f"{placed} people"
    if problem.scored is None:
        more = "place" if places == 1 else "places"
        return f"{_number(places)} more {more} with {kind.skill}, or with somebody like them, would place {people}."
    return f"{_number(mentors)} more {_who(problem, kind, mentors)} would place {people}."


def _who(problem: Problem, kind: Kind, mentors: int) -> str:
    if problem.scored is None:
        return f"{kind.skill}, or with somebody like them,"
    words = "mentor" if mentors == 1 else "mentors"
    if kind.skill is not None:
        words += f" with {_spelled(problem, kind.skill)}"
    if kind.region is not None:
        words += f" in {kind.region} time zones"
    if kind.skill is None and kind.region is None:
        words += " like those here"
    return words


def _spelled(problem: Problem, word: str) -> str:
    assert problem.scored is not None
    return problem.scored.mentors.spelling.get(word) or problem.scored.mentees.spelling.get(word, word)


def _number(count: int) -> str:
    return NUMBERS[count].capitalize() if count < len(NUMBERS) else str(count)
