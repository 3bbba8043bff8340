"""Circles: groups of a pool, each led by one or more facilitators if there are any, with a theme if one is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .errors import InvalidProblem
from .explain import Reason
from .people import normal
from .pool import Pool
from .problem import FloatArray, IntArray, Progress, Quota, Rule, _quotas, index_of
from .result import Level, Unmatched, Unmet
from .spec import Spec

ROUNDS = 2_000
"""Moves tried for each person."""
TEXTS = {
    "no_partner": "Too few people here may share a circle with them under the rules of this program.",
    "no_facilitator": "None of the facilitators may lead a circle with them under the rules of this program.",
    "no_places": "There are not enough circles for everybody: of these sizes, and with these facilitators.",
    "outcompeted": "The circles that could be theirs are filled by others.",
    "no_circle": "There are enough facilitators; this one leads no circle.",
    "no_places_led": "They lead no circle at the moment.",
}
SPOKEN = frozenset(
    {"goals", "helps_with", "skills_wanted", "skills_offered", "soft_wanted", "soft_offered", "interests", "hobbies",
     "industry", "values", "style_sought", "certifications", "target_role", "function"}
)  # fmt: skip
"""Columns that may name a circle: what its members are told in any case. Nothing sensitive is among them."""


@dataclass(frozen=True)
class Circle:
    """One group.

    members       indices in the pool, sorted. ``facilitators``: who leads it, sorted; not among the members.
    score         the mean over members of their fit: the mean of their scores with all others in it, 0..1.
    theme         what most of them named, None where no theme was asked for or no word is shared by half of them.
    """

    members: tuple[int, ...]
    facilitators: tuple[int, ...]
    score: float
    theme: str | None = None

    def __len__(self) -> int:
        return len(self.members)


@dataclass(frozen=True, eq=False)
class CircleProblem:
    """What is asked of ``circles``. Never changed after it is made.

    pool          who may meet whom, and how well; with a theme its scores hold the theme's share already.
    low, high     members of a circle, facilitators not counted.
    facilitators  pool index -> how many circles they may lead; ``each``: how many lead a circle.
    quotas        how many of a circle's members come from a group.
    themes        the words of each person in the pool, lower case, or None.
    """

    pool: Pool
    low: int
    high: int
    facilitators: Mapping[int, int]
    each: int
    quotas: tuple[Rule, ...] = ()
    themes: tuple[tuple[str, ...], ...] | None = None

    @property
    def scores(self) -> FloatArray:
        """(n, n) as in the pool."""
        return self.pool.scores

    @property
    def members(self) -> list[int]:
        """Pool indices of those who are to have a circle: not the facilitators."""
        return [k for k in range(len(self.pool.scores)) if k not in self.facilitators]


@dataclass(eq=False)
class CirclesResult:
    """Circles with their proof.

    circles    sorted by their members. ``scores``: (k,) the score of each.
    levels     'served': members who have a circle; 'total fit': their fit, summed. Each with its bound: proved equal for
               small pools, honest for large ones.
    unmet      fixed pairs who are not together ('forced'), and circles short of a quota ('quota', ``mentor`` the circle).
    unmatched  who has no circle (side 'peer'), and facilitators who lead none ('mentor'), each with the reason.
    """

    problem: CircleProblem = field(repr=False)
    seed: int
    circles: tuple[Circle, ...]
    levels: tuple[Level, ...]
    unmet: tuple[Unmet, ...]
    unmatched: tuple[Unmatched, ...]

    @property
    def scores(self) -> FloatArray:
        """(k,) the score of each circle."""
        return np.array([each.score for each in self.circles], dtype=np.float64)

    @property
    def value(self) -> float:
        """The last level's value."""
        return self.levels[-1].value

    @property
    def bound(self) -> float:
        """The last level's bound."""
        return self.levels[-1].bound

    @property
    def gap(self) -> float:
        """(bound - value) / bound of the last level, 0 where the bound is 0; 0 means proved optimal."""
        return self.levels[-1].gap

    @property
    def circle_of(self) -> IntArray:
        """(n,) the circle that each person of the pool is a member of, -1 for none and for facilitators."""
        home = np.full(len(self.problem.scores), -1, dtype=np.int64)
        for k, each in enumerate(self.circles):
            home[list(each.members)] = k
        return home

    def explain(self, one: int, other: int) -> list[Reason]:
        """Why two people fit, largest share first; the text for 'mentor' is for ``one``, that for 'mentee' for ``other``.

        Raises InvalidProblem if there is nobody of that index.
        """
        one, other = (index_of(each, len(self.problem.scores), "explain", "person") for each in (one, other))
        scored = self.problem.pool.scored
        return [] if scored is None or one == other else list(scored.explain(one, other))


def circles(
    pool: Any,
    spec: Spec | None = None,
    *,
    size: tuple[int, int] | int = (4, 8),
    facilitators: Any = None,
    facilitators_per_circle: int = 1,
    theme: Any = None,
    theme_share: float = 0.25,
    not_again: Any = (),
    forced: Any = (),
    forbidden: Any = (),
    quotas: Iterable[Quota] = (),
    rounds: int = ROUNDS,
    seed: int = 0,
    progress: Progress | None = None,
    memory_mb: int = 2000,
) -> CirclesResult:
    """Groups of a pool: as many people as can be have one, then the fit within them is greatest.

    pool          a ``Pool``; or people, as columns or a frame, with ``spec``; or scores, a square array (n, n).
    size          members of a circle, (low, high) or one number; facilitators are not counted.
    facilitators  those of the pool who lead and are no members: indices, or ids where there are ids; one circle each. Or a
                  mapping from them to how many circles they may lead. None: circles lead themselves.
    facilitators_per_circle   2 and more: co-facilitators. A circle without so many isn't made.
    theme         what circles are about: a column of the people ('goals', 'interests', 'skills_wanted', ...), or for each
                  person a word or a list of words. Half or more of a circle's members named its theme.
    theme_share   how much of a pair's score a common word makes, 0..1; the rest is their score as it was.
    not_again, forbidden   pairs who don't share a circle, facilitators among them. ``forced``: pairs who are to share one.
    quotas        how many members of a circle come from a group of the pool: ``at_most`` is never exceeded. Of ``at_least`` the
                  circles made lack as few members as can be, summed: that comes before fit, but nobody is left without a
                  circle for it, nor are fixed pairs parted.
    rounds        moves tried for each person: more take longer and may find better circles of a large pool.
    seed          with ids: decides ties. The same input and seed give the same circles, rows and threads change nothing.
    Hard rules hold between all in a circle as they do for pairs: vetoes, reporting line, gates, not again.
    Raises        InvalidProblem, with the place named.
    """
    low, high = _size(size)
    made = _pool(pool, spec, forced, [*_list(forbidden), *_list(not_again)], progress, memory_mb)
    each = _count(facilitators_per_circle, "facilitators_per_circle", 1) if facilitators is not None else 0
    leads = _facilitators(facilitators, made) if facilitators is not None else {}
    rules = _quotas_of(quotas, len(made.scores))
    words = _themes(theme, made)
    if words is not None:
        made = _with_theme(made, words, theme_share)
    problem = CircleProblem(made, low, high, leads, each, rules, words)
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise InvalidProblem(f"seed is {seed!r}; a whole number is needed")
    return solve(problem, rounds=_count(rounds, "rounds", 0), seed=int(seed), progress=progress)


def solve(
    problem: CircleProblem, *, rounds: int = ROUNDS, seed: int = 0, progress: Progress | None = None
) -> CirclesResult:
    """As ``circles``, for a problem at hand."""
    from .solvers import groups
    from .solvers.core import seeded_order

    pool = problem.pool
    order = seeded_order(pool.ids, len(pool.scores), seed)
    people = [int(k) for k in order if int(k) not in problem.facilitators and int(k) not in pool.gated]
    leading = [int(k) for k in order if int(k) in problem.facilitators and int(k) not in pool.gated]
    at = np.array([*people, *leading], dtype=np.int64)
    allowed = ~np.isnan(pool.scores[np.ix_(at, at)])
    place = {int(k): n for n, k in enumerate(at)}
    together = [
        (place[int(i)], place[int(j)])
        for i, j in pool.forced
        if int(i) in place and int(j) in place and allowed[place[int(i)], place[int(j)]]
        and max(place[int(i)], place[int(j)]) < len(people)
    ]  # fmt: skip
    members_of = np.zeros((len(problem.quotas), len(people)), dtype=np.int64)
    for q, rule in enumerate(problem.quotas):
        inside = set(rule.members.tolist())
        members_of[q] = [k in inside for k in people]
    task = groups.Task(
        fit=np.nan_to_num(pool.scores[np.ix_(at, at)], nan=0.0),
        allowed=allowed,
        people=len(people),
        low=problem.low,
        high=max(problem.low, min(problem.high, len(people))),
        each=problem.each,
        leads=np.array([min(problem.facilitators[k], len(people)) for k in leading], dtype=np.int64),
        together=np.array(sorted(together), dtype=np.int64).reshape(-1, 2),
        members_of=members_of,
        at_least=np.array([rule.at_least for rule in problem.quotas], dtype=np.int64),
        at_most=np.array([rule.at_most for rule in problem.quotas], dtype=np.int64),
        rounds=rounds,
        seed=seed,
        progress=progress or (lambda stage, done, total: None),
    )
    answer = groups.solve(task)
    found = sorted(
        (tuple(sorted(int(at[p]) for p in members)), tuple(sorted(int(at[k]) for k in leaders)))
        for members, leaders in answer.circles
    )
    done = tuple(
        Circle(members, leaders, _score(pool.scores, members, leaders), _theme(problem, members))
        for members, leaders in found
    )
    served = float(sum(len(each) for each in done))
    total = float(sum(each.score * len(each) for each in done))
    levels = (_level("served", served, answer.served_bound), _level("total fit", total, answer.total_bound))
    return CirclesResult(
        problem, seed, done, levels, _unmet(problem, done), _unmatched(problem, done, task.most_people())
    )


def _level(name: str, value: float, bound: float) -> Level:
    # What lies within the rounding of the sums is no gap.
    return Level(name, value, value if bound - value <= 1e-9 * max(1.0, value) else bound)


def _score(scores: FloatArray, members: Sequence[int], leaders: Sequence[int]) -> float:
    everybody = [*members, *leaders]
    if len(everybody) < 2:
        return 0.0
    inside = np.nan_to_num(scores[np.ix_(members, everybody)], nan=0.0)
    return float(inside.sum() / (len(everybody) - 1) / len(members))


# -- what is asked -------------------------------------------------------------------------------------------------------


def _list(given: Any) -> list[tuple[Any, ...]]:
    if given is None:
        return []
    try:
        return [tuple(each) for each in (given.tolist() if isinstance(given, np.ndarray) else given)]
    except TypeError as error:
        raise InvalidProblem("pairs of people are needed, as (one, other)") from error


def _size(given: Any) -> tuple[int, int]:
    both = (given, given) if isinstance(given, int | np.integer) else given
    try:
        low, high = both
    except (TypeError, ValueError) as error:
        raise InvalidProblem(f"size is {given!r}; (low, high) or one number is needed") from error
    low, high = _count(low, "size", 1), _count(high, "size", 1)
    if low > high:
        raise InvalidProblem(f"size is {given!r}; the lower number comes first")
    return low, high


def _count(given: Any, name: str, least: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int | float | np.integer | np.floating):
        raise InvalidProblem(f"{name} is {given!r}; a whole number, {least} or more, is needed")
    if not np.isfinite(given) or given != int(given) or given < least:
        raise InvalidProblem(f"{name} is {given!r}; a whole number, {least} or more, is needed")
    return int(given)


def _pool(
    given: Any, spec: Spec | None, forced: Any, forbidden: list[Any], progress: Progress | None, memory_mb: int
) -> Pool:
    if isinstance(given, Pool):
        made = Pool._of(
            given.scores, given.ids, [*given.forced.tolist(), *_list(forced)], [*given.forbidden.tolist(), *forbidden]
        )
        made.scored, made.gated, made.warnings = given.scored, given.gated, given.warnings
        return made
    if isinstance(given, np.ndarray | list | tuple):
        return Pool.from_scores(given, forced=_list(forced), forbidden=forbidden)
    return Pool.from_people(
        given, spec, forced=_list(forced), forbidden=forbidden, progress=progress, memory_mb=memory_mb
    )


def _facilitators(given: Any, pool: Pool) -> dict[int, int]:
    """Pool index -> circles they may lead."""
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        raise InvalidProblem("facilitators must be a list of people, or a mapping from people to how many circles")
    names = list(given)
    at = {each: k for k, each in enumerate(pool.ids)} if pool.ids is not None else {}
    found: dict[int, int] = {}
    for n, who in enumerate(names):
        place = f"facilitators[{n}]"
        if isinstance(who, str):
            if who not in at:
                raise InvalidProblem(f"{place} is {who!r}; nobody in the pool has that id")
            index = at[who]
        else:
            index = index_of(who, len(pool.scores), place, "person")
        if index in found:
            raise InvalidProblem(f"{place} names {pool.name(index)} a second time")
        found[index] = _count(given[who], f"{place}: circles", 0) if isinstance(given, Mapping) else 1
    return found


def _quotas_of(given: Iterable[Quota], count: int) -> tuple[Rule, ...]:
    return _quotas(given, count)


def _themes(given: Any, pool: Pool) -> tuple[tuple[str, ...], ...] | None:
    if given is None:
        return None
    if isinstance(given, str):
        if pool.scored is None:
            raise InvalidProblem(f"theme is the column {given!r}; only scores are given, no people")
        if given not in SPOKEN or given in pool.scored.spec.confidential:
            raise InvalidProblem(
                f"theme: the column {given!r} can't name a circle; one of {', '.join(sorted(SPOKEN))} can"
            )
        given = pool.scored.mentors.list(given)
    if not isinstance(given, Iterable):
        raise InvalidProblem("theme must be a column's name, or a word or a list of words for each person")
    rows = given.tolist() if isinstance(given, np.ndarray) else list(given)
    if len(rows) != len(pool.scores):
        raise InvalidProblem(f"theme has {len(rows)} entries for {len(pool.scores)} people")
    return tuple(_words(each) for each in rows)


def _words(cell: Any) -> tuple[str, ...]:
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return ()
    if isinstance(cell, str) or not isinstance(cell, Iterable):
        cell = str(cell).split(";")
    items = list(cell)
    words = [normal(str(each[0] if isinstance(each, tuple) else each)) for each in items]
    return tuple(dict.fromkeys(each for each in words if each))


def _with_theme(pool: Pool, words: tuple[tuple[str, ...], ...], share: float) -> Pool:
    if not isinstance(share, int | float) or not 0 <= share <= 1:
        raise InvalidProblem(f"theme_share is {share!r}; a number from 0 to 1 is needed")
    known = {word: k for k, word in enumerate(sorted({each for row in words for each in row}))}
    table = np.zeros((len(words), max(1, len(known))))
    for n, row in enumerate(words):
        table[n, [known[each] for each in row]] = 1.0
    common = (table @ table.T > 0).astype(np.float64)
    scores = np.minimum((1.0 - share) * pool.scores + share * common, 1.0)
    scores.flags.writeable = False
    return replace(pool, scores=scores)


def _theme(problem: CircleProblem, members: Sequence[int]) -> str | None:
    if problem.themes is None:
        return None
    count = Counter(word for k in members for word in problem.themes[k])
    if not count:
        return None
    word, times = min(count.items(), key=lambda each: (-each[1], each[0]))
    return _spelled(problem, word) if 2 * times >= len(members) else None


def _spelled(problem: CircleProblem, word: str) -> str:
    scored = problem.pool.scored
    return scored.mentors.spelling.get(word, word) if scored is not None else word


# -- who is left, and what isn't kept ------------------------------------------------------------------------------------


def _unmet(problem: CircleProblem, done: Sequence[Circle]) -> tuple[Unmet, ...]:
    pool = problem.pool
    home = {k: n for n, circle in enumerate(done) for k in circle.members}
    found = []
    for i, j in pool.forced.tolist():
        if i in home and home[i] == home.get(j):
            continue
        rule = pool.rule(i, j)
        who = f"{pool.name(i)} and {pool.name(j)}"
        if rule:
            reason = f"a rule forbids it ({rule})"
        elif i in problem.facilitators or j in problem.facilitators:
            rule, reason = "facilitator", "one of them is a facilitator"
        else:
            reason = "rules, sizes or other fixed pairs stand against it"
        found.append(Unmet("forced", i, j, None, 1, 0, rule, f"{who} were to share a circle, but {reason}."))
    for q, quota in enumerate(problem.quotas):
        inside = set(quota.members.tolist())
        for n, circle in enumerate(done):
            got = len(inside & set(circle.members))
            if got < quota.at_least:
                text = f"Circle {n + 1} was to have at least {quota.at_least} members of the group and has {got}."
                found.append(Unmet("quota", n, None, q, quota.at_least, got, None, text))
    return tuple(found)


def _unmatched(problem: CircleProblem, done: Sequence[Circle], most_people: int) -> tuple[Unmatched, ...]:
    pool = problem.pool
    open_to = ~np.isnan(pool.scores)
    gated = list(pool.gated)
    open_to[:, gated] = False
    members = problem.members
    leaders = [k for k, leads in problem.facilitators.items() if leads > 0]
    placed = {k for circle in done for k in circle.members}
    leading = {k for circle in done for k in circle.facilitators}
    able = int(sum(k not in pool.gated for k in members))
    found = []
    for k in members:
        if k in placed:
            continue
        if k in pool.gated:
            found.append(Unmatched("peer", k, "gate", pool.gated[k]))
        elif open_to[k, members].sum() < problem.low - 1:
            found.append(Unmatched("peer", k, "no_partner", TEXTS["no_partner"]))
        elif problem.each and leaders and open_to[k, leaders].sum() < problem.each:
            found.append(Unmatched("peer", k, "no_partner", TEXTS["no_facilitator"]))
        elif most_people < able and len(placed) >= most_people:
            found.append(Unmatched("peer", k, "no_places", TEXTS["no_places"]))
        else:
            found.append(Unmatched("peer", k, "outcompeted", TEXTS["outcompeted"]))
    for k, leads in sorted(problem.facilitators.items()):
        if k in leading:
            continue
        if k in pool.gated:
            found.append(Unmatched("mentor", k, "gate", pool.gated[k]))
        elif leads == 0:
            found.append(Unmatched("mentor", k, "no_places", TEXTS["no_places_led"]))
        else:
            found.append(Unmatched("mentor", k, "outcompeted", TEXTS["no_circle"]))
    return tuple(found)
