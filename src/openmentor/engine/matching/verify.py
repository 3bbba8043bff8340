"""Checks a result against its problem, from the definitions alone. Shares no code with what made it."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import TYPE_CHECKING, cast

import numpy as np

from .errors import Breach

if TYPE_CHECKING:
    from .circles import CircleProblem, CirclesResult
    from .pool import Pool, PoolResult
    from .problem import IntArray, Problem
    from .result import Level, Options, Result

TOLERANCE = 1e-9
NAMES = {
    "total": ["total fit"],
    "coverage": ["served", "filled", "total fit"],
    "worst_off": ["served", "filled", "least score", "total fit"],
    "stable_mentees": ["blocking", "served", "filled", "total fit"],
    "stable_mentors": ["blocking", "served", "filled", "total fit"],
}


def verify(
    problem: Problem | Pool | CircleProblem, result: Result | PoolResult | CirclesResult, *, bounds: bool = False
) -> None:
    """None if every claim of ``result`` holds; raises ``Breach`` with the first that doesn't.

    Checked: the form of the pairs, hard rules, places both ways, oneself and both ways at once, forced pairs,
    one role each where that is asked, minimums and quotas (but for what ``unmet`` names), each level's value from the scores, who is left over, and why.

    Bounds: value at most bound, and no other pairs reach more, nor keep more of what was asked. Proved by the prices of
    places up to a million pairs (with ``bounds`` whatever their number; where nobody holds the scores, all are computed
    anew, a million or so a second); by an assignment up to a million places times seats; by a linear program up to
    20,000 pairs that may be, in whole numbers up to 3,000. A bound is only called wrong beside pairs that exceed it, or
    beside prices that ought to bear it out. So it stays unchecked where none of these settles it: in larger pools what
    rests on quotas, parity, people in both roles, or more than one mentor each, and more than about 200 peers. Nor are
    the bounds of circles and of stable aims checked, nor prices, but where they alone prove total fit.
    """
    if hasattr(result, "circles"):
        from .verify_circles import verify_circles

        verify_circles(cast("CircleProblem | Pool", problem), cast("CirclesResult", result))
        return
    if hasattr(problem, "gated"):  # a pool without roles
        _pool(cast("Pool", problem), cast("PoolResult", result))
        return
    problem, result = cast("Problem", problem), cast("Result", result)
    pairs = _pairs(problem, result)
    _rules(problem, pairs)
    _asked(problem, result, pairs)
    _levels(problem, result, pairs)
    _left_over(problem, result, pairs)
    _bounds(problem, result, pairs, every=bounds)


def _pairs(problem: Problem, result: Result) -> list[tuple[int, int]]:
    array = np.asarray(result.pairs)
    mentors, mentees = problem.shape
    if array.ndim != 2 or array.shape[1] != 2 or not np.issubdtype(array.dtype, np.integer):
        raise Breach(f"pairs has shape {array.shape} of {array.dtype}; whole numbers of shape (k, 2) are needed")
    pairs = [(int(i), int(j)) for i, j in array]
    for before, after in itertools.pairwise(pairs):
        if not before < after:
            raise Breach(f"pairs are not sorted, or twice the same: {before} stands before {after}")
    for i, j in pairs:
        if not (0 <= i < mentors and 0 <= j < mentees):
            raise Breach(f"pair ({i}, {j}) names somebody who isn't there")
    scores = np.asarray(result.scores, dtype=np.float64)
    if scores.shape != (len(pairs),):
        raise Breach(f"there are {len(pairs)} pairs and {scores.size} scores")
    return pairs


def _rules(problem: Problem, pairs: list[tuple[int, int]]) -> None:
    forbidden = {(int(i), int(j)) for i, j in problem.forbidden}
    for (i, j), score in zip(pairs, _true_scores(problem, pairs)):
        if math.isnan(score):
            raise Breach(f"pair ({i}, {j}) is not allowed")
        if (i, j) in forbidden:
            raise Breach(f"pair ({i}, {j}) is forbidden")
        if i in problem.gated_mentors or j in problem.gated_mentees:
            raise Breach(f"pair ({i}, {j}) has somebody who is held back")
        if i in problem.absent_mentors or j in problem.absent_mentees:
            raise Breach(f"pair ({i}, {j}) has somebody who has no part in it")
    for i, taken in Counter(i for i, _ in pairs).items():
        if taken > problem.mentor_capacity[i]:
            raise Breach(f"mentor {i} has {taken} mentees and {problem.mentor_capacity[i]} places")
    for j, taken in Counter(j for _, j in pairs).items():
        if taken > problem.mentee_demand[j]:
            raise Breach(f"mentee {j} has {taken} mentors and looks for {problem.mentee_demand[j]}")
    if problem.mentor_ids is not None and problem.mentee_ids is not None:
        named = {(problem.mentor_ids[i], problem.mentee_ids[j]) for i, j in pairs}
        for mentor, mentee in sorted(named):
            if mentor == mentee:
                raise Breach(f"{mentor} is paired with themself")
            if (mentee, mentor) in named:
                raise Breach(f"{mentor} and {mentee} are paired both ways")
        both = {mentor for mentor, _ in named} & {mentee for _, mentee in named}
        if problem.one_role and both:
            raise Breach(f"{min(both)} has a mentor and mentees, and is to have one role")
    for k, rule in enumerate(problem.quotas):
        members = {int(i) for i in rule.members}
        for j, taken in Counter(j for i, j in pairs if i in members).items():
            if 0 <= rule.at_most < taken:
                raise Breach(f"mentee {j} has {taken} mentors of quota {k}, at most {rule.at_most} are allowed")


def _true_scores(problem: Problem, pairs: list[tuple[int, int]]) -> list[float]:
    """Of each pair, from the table of scores or from the people themselves."""
    return [float(each) for each in problem.scores_of(np.array(pairs, dtype=np.int64).reshape(-1, 2))]


def _asked(problem: Problem, result: Result, pairs: list[tuple[int, int]]) -> None:
    """What was asked is kept or named in ``unmet``, and nothing is named that is kept."""
    made = set(pairs)
    short: set[tuple[str, int | None, int | None, int | None]] = {
        ("forced", int(i), int(j), None) for i, j in problem.forced if (int(i), int(j)) not in made
    }
    per_mentor, per_mentee = Counter(i for i, _ in pairs), Counter(j for _, j in pairs)
    for i, least in enumerate(problem.mentor_minimum.tolist()):
        if per_mentor[i] < least:
            short.add(("mentor_minimum", i, None, None))
    for j, least in enumerate(problem.mentee_minimum.tolist()):
        if per_mentee[j] < least:
            short.add(("mentee_minimum", None, j, None))
    for k, rule in enumerate(problem.quotas):
        if rule.at_least > 0:
            members = {int(i) for i in rule.members}
            count = Counter(j for i, j in pairs if i in members)
            taking_part = set(range(problem.shape[1])) - problem.absent_mentees
            short |= {("quota", None, j, k) for j in taking_part if count[j] < rule.at_least}
    named = {(each.kind, each.mentor, each.mentee, each.quota) for each in result.unmet}
    for each in sorted(short - named, key=str):
        raise Breach(f"not kept and not said so: {_words(each)}")
    for wrong in sorted(named - short, key=str):
        raise Breach(f"said not to be kept, although it is: {_words(wrong)}")


def _words(each: tuple[str, int | None, int | None, int | None]) -> str:
    kind, mentor, mentee, quota = each
    about = [("mentor", mentor), ("mentee", mentee), ("quota", quota)]
    return f"{kind} of " + " and ".join(f"{name} {index}" for name, index in about if index is not None)


def _levels(problem: Problem, result: Result, pairs: list[tuple[int, int]]) -> None:
    scores = _true_scores(problem, pairs)
    for (i, j), said, true in zip(pairs, result.scores, scores):
        if not abs(said - true) <= 1e-12:
            raise Breach(f"pair ({i}, {j}) is said to have score {said}; it has {true}")
    true_values = _reached(problem, result.options, pairs)
    names = [level.name for level in result.levels]
    asked = NAMES[result.aim]
    if result.options.parity is not None:
        asked = [*asked[:-1], "parity", asked[-1]]
    if "blocking" in names:
        true_values["blocking"] = float(_blocking(problem, pairs))
    if names != asked:
        raise Breach(f"the levels of {result.aim} are {asked}, not {names}")
    for level in result.levels:
        _level(level, true_values[level.name])
    if result.staying is not None and result.staying.value != true_values["staying"]:
        raise Breach(f"{result.staying.value} pairs are said to stay; {true_values['staying']} do")
    if np.shape(result.prices) != (problem.shape[0],):
        raise Breach(
            f"prices has shape {np.shape(result.prices)}; one for each of {problem.shape[0]} mentors is needed"
        )


def _level(level: Level, true_value: float) -> None:
    tolerance = TOLERANCE * max(1.0, abs(true_value))
    if not abs(level.value - true_value) <= tolerance:
        raise Breach(f"{level.name} is said to be {level.value}; it is {true_value}")
    if not math.isfinite(level.bound):
        raise Breach(f"{level.name} has the bound {level.bound}, which is none")
    if level.name == "blocking":  # less is better
        if not 0 <= level.bound <= level.value:
            raise Breach(f"{level.name} is {level.value}, below its bound {level.bound}")
    elif not level.value <= level.bound + tolerance:
        raise Breach(f"{level.name} is {level.value}, above its bound {level.bound}")


def _reached(problem: Problem, options: Options, pairs: list[tuple[int, int]]) -> dict[str, float]:
    """What pairs reach of everything that can be wanted of them."""
    scores = _true_scores(problem, pairs)
    made = set(pairs)
    per_mentor, per_mentee = Counter(i for i, _ in pairs), Counter(j for _, j in pairs)
    kept = sum(min(per_mentor[i], least) for i, least in enumerate(problem.mentor_minimum.tolist()) if least)
    kept += sum(min(per_mentee[j], least) for j, least in enumerate(problem.mentee_minimum.tolist()) if least)
    for rule in problem.quotas:
        members = {int(i) for i in rule.members}
        kept += sum(min(count, rule.at_least) for count in Counter(j for i, j in pairs if i in members).values())
    reached = {
        "forced": float(sum((int(i), int(j)) in made for i, j in problem.forced)),
        "kept": float(kept),
        "staying": float(sum((int(i), int(j)) in made for i, j in options.previous)),
        "served": float(len(per_mentee)),
        "filled": float(len(pairs)),
        "least score": min(scores, default=0.0),
        "total fit": math.fsum(scores),
    }
    if options.parity is not None:
        reached["parity"] = _least_rate(problem, options.parity, set(per_mentee))
    return reached


def _bounds(problem: Problem, result: Result, pairs: list[tuple[int, int]], *, every: bool) -> None:
    """No other pairs exceed a bound, or keep more of what was asked."""
    from . import verify_bounds

    proved = set()
    last = result.levels[-1]
    if not result.aim.startswith("stable"):
        if not np.isfinite(result.prices).all():
            raise Breach("prices has an entry that is no number")
        if every or math.prod(problem.shape) <= verify_bounds.PRICED_UP_TO:
            most, is_proof = verify_bounds.by_prices(problem, result)
            if most <= last.bound + verify_bounds.NEAR * max(1.0, last.bound):
                proved.add(last.name)
            elif is_proof:
                raise Breach(f"{last.name} is said to be at most {last.bound:g}; by the prices it is at most {most:g}")
    asked = verify_bounds.of_problem(problem, result, _reached(problem, result.options, pairs))
    if asked is None:
        return

    def reached(others: IntArray) -> dict[str, float] | None:
        found = sorted((int(i), int(j)) for i, j in others)
        try:
            _rules(problem, found)
        except Breach:
            return None
        return _reached(problem, result.options, found)

    verify_bounds.check(asked, reached, frozenset(proved))


def _least_rate(problem: Problem, labels: tuple[str | None, ...], served: set[int]) -> float:
    """The least share of those of one label who have somebody, over labels of whom anybody can."""
    members: dict[str, list[bool]] = {}
    possible: set[str] = set()
    out = {(int(i), int(j)) for i, j in problem.forbidden}
    away = {*problem.gated_mentors, *problem.absent_mentors}
    mentors = [i for i in range(problem.scores.shape[0]) if i not in away and problem.mentor_capacity[i] > 0]
    for j, label in enumerate(labels):
        if label is None or j in problem.absent_mentees:
            continue
        members.setdefault(label, []).append(j in served)
        if label in possible or j in problem.gated_mentees or problem.mentee_demand[j] == 0:
            continue
        for i in mentors:
            if math.isnan(problem.scores[i, j]) or (i, j) in out:
                continue
            ids = problem.mentor_ids, problem.mentee_ids
            if ids[0] is None or ids[1] is None or ids[0][i] != ids[1][j]:
                possible.add(label)
                break
    return min((sum(each) / len(each) for label, each in members.items() if label in possible), default=1.0)


def _left_over(problem: Problem, result: Result, pairs: list[tuple[int, int]]) -> None:
    mentors, mentees = problem.shape
    alone = {("mentor", i) for i in set(range(mentors)) - problem.absent_mentors - {i for i, _ in pairs}}
    alone |= {("mentee", j) for j in set(range(mentees)) - problem.absent_mentees - {j for _, j in pairs}}
    named = Counter((each.side, each.index) for each in result.unmatched)
    if set(named) != alone or any(count > 1 for count in named.values()):
        side, index = sorted((set(named) ^ alone) or {who for who, count in named.items() if count > 1})[0]
        raise Breach(f"{side} {index} has nobody and isn't listed once, or is listed and has somebody")
    kinds = {"mentor": _kinds(problem, "mentor"), "mentee": _kinds(problem, "mentee")}
    for each in result.unmatched:
        true = kinds[each.side].get(each.index)
        if true is not None and each.kind != true:
            raise Breach(f"{each.side} {each.index} has nobody for the reason {each.kind!r}; it is {true!r}")


def _kinds(problem: Problem, side: str) -> dict[int, str]:
    """Why somebody of a side has nobody if they have nobody. Of those whose scores nobody holds, only what needs none."""
    own = 0 if side == "mentor" else 1
    loads = problem.mentor_capacity, problem.mentee_demand
    kinds = dict.fromkeys(np.flatnonzero(loads[own] == 0).tolist(), "no_places")
    if problem.is_held:
        possible = ~np.isnan(problem.scores)
        possible[problem.forbidden[:, 0], problem.forbidden[:, 1]] = False
        possible[[*problem.gated_mentors, *problem.absent_mentors]] = False
        possible[:, [*problem.gated_mentees, *problem.absent_mentees]] = False
        for rule in problem.quotas:
            if rule.at_most == 0:
                possible[rule.members] = False
        if problem.mentor_ids is not None and problem.mentee_ids is not None:
            at = {each: j for j, each in enumerate(problem.mentee_ids)}
            for i, each in enumerate(problem.mentor_ids):
                if each in at:
                    possible[i, at[each]] = False
        possible = possible if side == "mentor" else possible.T
        some = set(np.flatnonzero(possible.any(axis=1)).tolist())
        open_to_some = set(np.flatnonzero((possible & (loads[1 - own] > 0)).any(axis=1)).tolist())
        for k in np.flatnonzero(loads[own] > 0).tolist():
            kinds[k] = "outcompeted" if k in open_to_some else "no_places" if k in some else "no_partner"
    gated = problem.gated_mentors if side == "mentor" else problem.gated_mentees
    return {**kinds, **dict.fromkeys(gated, "gate")}


def _blocking(problem: Problem, pairs: list[tuple[int, int]]) -> int:
    """How many possible pairs would both rather have each other, straight from the definition."""
    mentors, mentees = problem.scores.shape
    forced = {(int(i), int(j)) for i, j in problem.forced}
    out = {(int(i), int(j)) for i, j in problem.forbidden} | set(pairs)
    ids = problem.mentor_ids is not None and problem.mentee_ids is not None
    named = {(problem.mentor_ids[i], problem.mentee_ids[j]) for i, j in pairs} if ids else set()  # type: ignore[index]
    of_mentor: dict[int, list[int]] = {i: [] for i in range(mentors)}
    of_mentee: dict[int, list[int]] = {j: [] for j in range(mentees)}
    for i, j in pairs:
        of_mentor[i].append(j)
        of_mentee[j].append(i)
    prefer = problem.preferences
    mentor_ranks = [{j: -k for k, j in enumerate(row)} for row in prefer.mentors] if prefer is not None else []
    mentee_ranks = [{i: -k for k, i in enumerate(row)} for row in prefer.mentees] if prefer is not None else []

    def mentor_likes(i: int, j: int) -> float:
        return float(mentor_ranks[i][j]) if prefer is not None else float(problem.scores[i, j])

    def mentee_likes(j: int, i: int) -> float:
        return float(mentee_ranks[j][i]) if prefer is not None else float(problem.scores[i, j])

    def fits(mentor: int, j: int) -> bool:
        """Whether the mentee may take the mentor, giving up none or one they like less."""
        has_room = len(of_mentee[j]) < problem.mentee_demand[j]
        worse = [i for i in of_mentee[j] if (i, j) not in forced and mentee_likes(j, i) < mentee_likes(j, mentor)]
        for gone in [*([None] if has_room else []), *worse]:
            then = {*of_mentee[j], mentor} - {gone}
            if all(r.at_most < 0 or len(then & {int(i) for i in r.members}) <= r.at_most for r in problem.quotas):
                return True
        return False

    count = 0
    for i, j in np.argwhere(~np.isnan(problem.scores)).tolist():
        held_back = i in problem.gated_mentors or j in problem.gated_mentees
        absent = i in problem.absent_mentors or j in problem.absent_mentees
        if held_back or absent or (i, j) in out or not problem.mentor_capacity[i] or not problem.mentee_demand[j]:
            continue
        if ids:
            mentor, mentee = problem.mentor_ids[i], problem.mentee_ids[j]  # type: ignore[index]
            if mentor == mentee or (mentee, mentor) in named:
                continue
        has_room = len(of_mentor[i]) < problem.mentor_capacity[i]
        worse = [k for k in of_mentor[i] if (i, k) not in forced and mentor_likes(i, k) < mentor_likes(i, j)]
        count += (has_room or bool(worse)) and fits(i, j)
    return count


def _pool(pool: Pool, result: PoolResult) -> None:
    """The same for a pool without roles."""
    array, count = np.asarray(result.pairs), len(pool.scores)
    if array.ndim != 2 or array.shape[1] != 2 or not np.issubdtype(array.dtype, np.integer):
        raise Breach(f"pairs has shape {array.shape} of {array.dtype}; whole numbers of shape (k, 2) are needed")
    pairs = [(int(i), int(j)) for i, j in array]
    if pairs != sorted(set(pairs)) or any(not 0 <= i < j < count for i, j in pairs):
        raise Breach("pairs are not sorted, twice the same, or name somebody who isn't there")
    _rules_of_pool(pool, pairs)
    scores = [float(pool.scores[i, j]) for i, j in pairs]
    if len(result.scores) != len(pairs) or any(abs(a - b) > 1e-12 for a, b in zip(scores, result.scores)):
        raise Breach("the scores said are not those of the pairs")
    missed = {(int(i), int(j)) for i, j in pool.forced} - set(pairs)
    if {(each.mentor, each.mentee) for each in result.unmet} != missed:
        raise Breach("forced pairs are not kept and not said so, or said not to be kept although they are")
    true_values = _reached_in_pool(pool, pairs)
    if [level.name for level in result.levels] != NAMES[result.aim]:
        raise Breach(f"the levels of {result.aim} are {NAMES[result.aim]}")
    for level in result.levels:
        _level(level, true_values[level.name])
    alone = set(range(count)) - {each for pair in pairs for each in pair}
    named = [each.index for each in result.unmatched]
    if len(named) != len(set(named)) or set(named) != alone:
        raise Breach("somebody has nobody and isn't listed once, or is listed and has somebody")
    possible = ~np.isnan(pool.scores)
    possible[:, list(pool.gated)] = False
    for left in result.unmatched:
        true = "gate" if left.index in pool.gated else "outcompeted" if possible[left.index].any() else "no_partner"
        if left.kind != true:
            raise Breach(f"person {left.index} has nobody for the reason {left.kind!r}; it is {true!r}")
    _bounds_of_pool(pool, result, true_values)


def _rules_of_pool(pool: Pool, pairs: list[tuple[int, int]]) -> None:
    for who, times in Counter(each for pair in pairs for each in pair).items():
        if times > 1:
            raise Breach(f"person {who} is in {times} pairs")
    forbidden = {frozenset((int(i), int(j))) for i, j in pool.forbidden}
    for i, j in pairs:
        if math.isnan(pool.scores[i, j]) or frozenset((i, j)) in forbidden:
            raise Breach(f"pair ({i}, {j}) is not allowed")
        if i in pool.gated or j in pool.gated:
            raise Breach(f"pair ({i}, {j}) has somebody who is held back")


def _reached_in_pool(pool: Pool, pairs: list[tuple[int, int]]) -> dict[str, float]:
    scores = [float(pool.scores[i, j]) for i, j in pairs]
    return {
        "forced": float(len({(int(i), int(j)) for i, j in pool.forced} & set(pairs))),
        "served": 2.0 * len(pairs),
        "filled": float(len(pairs)),
        "least score": min(scores, default=0.0),
        "total fit": math.fsum(scores),
    }


def _bounds_of_pool(pool: Pool, result: PoolResult, values: dict[str, float]) -> None:
    from . import verify_bounds

    def reached(others: IntArray) -> dict[str, float] | None:
        found = sorted((int(i), int(j)) for i, j in others)
        try:
            _rules_of_pool(pool, found)
        except Breach:
            return None
        return _reached_in_pool(pool, found)

    verify_bounds.check(verify_bounds.of_pool(pool, result, values), reached)
