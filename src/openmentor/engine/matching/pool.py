"""Peers: one pool without roles, everybody with at most one other. Also random coffee: equal scores, and 'not again'."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from . import people, scoring
from .errors import InvalidProblem
from .explain import Reason
from .problem import FloatArray, IntArray, Progress, _ids, _scores, index_of, pairs_of
from .result import Level, Move, Unmatched, Unmet, WhyNot
from .scoring import Scored
from .solvers import peers
from .solvers.core import seeded_order
from .spec import Spec

AIMS = ("coverage", "total", "worst_off")
LEVEL_NAMES = {"served": "served", "filled": "filled", "least": "least score", "total": "total fit"}
TEXTS = {
    "no_partner": "Nobody here may be paired with them under the rules of this program.",
    "outcompeted": "Everybody who could be theirs is with somebody else.",
}


@dataclass(eq=False)
class Pool:
    """Who may meet whom in a pool without roles, and how well they fit. Never changed after it is made.

    scores     (n, n) symmetric, 0..1, NaN where two may not meet and on the diagonal. Read-only.
    ids        who they are, or None.
    forced     (k, 2) pairs to be made, lower index first; ``forbidden``: pairs never made.
    gated      index -> sentence: who is held back and why.
    scored     what people and a specification gave, else None.
    """

    scores: FloatArray
    ids: tuple[str, ...] | None
    forced: IntArray
    forbidden: IntArray
    gated: dict[int, str] = field(default_factory=dict)
    scored: Scored | None = None
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_scores(
        cls, scores: Any, *, ids: Iterable[Any] | None = None, forced: Any = (), forbidden: Any = ()
    ) -> Pool:
        """A pool from scores at hand: (n, n), the row's person for the column's; a pair has the mean of both directions.

        Raises InvalidProblem if the table isn't square, a score lies outside 0..1, or a pair names nobody. NaN in either
        direction forbids the pair.
        """
        given = _scores(scores)
        if given.shape[0] != given.shape[1]:
            raise InvalidProblem(f"scores has {given.shape[0]} rows and {given.shape[1]} columns; a pool's are as many")
        return cls._of(given, _ids(ids, len(given), "ids"), forced, forbidden)

    @classmethod
    def from_people(
        cls,
        pool: Any,
        spec: Spec | None = None,
        *,
        forced: Any = (),
        forbidden: Any = (),
        progress: Progress | None = None,
        memory_mb: int = 2000,
    ) -> Pool:
        """A pool from people: columns as in PEOPLE.csv, a frame, or a ``Side``; roles and places are ignored."""
        spec = spec or Spec()
        people.check_spec(spec)
        if spec.format == "one_to_one":
            spec = replace(spec, format="peer")
        side, warnings = (pool, ()) if isinstance(pool, people.Side) else people.from_mapping_of_peers(pool, spec)
        scored = scoring.prepare_peers(side, spec, progress=progress, memory_mb=memory_mb)
        asked = [*scored.forced.tolist(), *[tuple(each) for each in forced]]
        made = cls._of(scored.scores, scored.mentor_ids, asked, forbidden)
        made.scored = scored
        made.warnings = tuple(warnings)
        made.gated = {**scored.gated_mentees, **scored.gated_mentors}
        return made

    @classmethod
    def _of(cls, scores: FloatArray, ids: tuple[str, ...] | None, forced: Any, forbidden: Any) -> Pool:
        symmetric = (scores + scores.T) / 2
        np.fill_diagonal(symmetric, np.nan)
        banned = _both_of(forbidden, len(scores), "forbidden")
        symmetric[banned[:, 0], banned[:, 1]] = np.nan
        symmetric[banned[:, 1], banned[:, 0]] = np.nan
        symmetric.flags.writeable = False
        return cls(symmetric, ids, _both_of(forced, len(scores), "forced"), banned)

    def rule(self, one: int, other: int) -> str | None:
        """Name of the hard rule that forbids the pair, or None. A veto is only ever called 'not allowed'."""
        if one == other:
            return "same person"
        if one in self.gated or other in self.gated:
            return "gate"
        if np.isnan(self.scores[one, other]):
            return (self.scored.rule(one, other) if self.scored is not None else None) or "not allowed"
        return None

    def name(self, index: int) -> str:
        """The id of somebody if there are ids, else 'person 3'."""
        return self.ids[index] if self.ids is not None else f"person {index}"


def _both_of(given: Any, count: int, name: str) -> IntArray:
    found = pairs_of(given, count, count, name)
    return np.unique(np.sort(found, axis=1), axis=0).astype(np.int64).reshape(-1, 2)


@dataclass(eq=False)
class PoolResult:
    """Pairs of a pool with their proof.

    pairs      (k, 2) indices of the pool, the lower first, sorted. ``scores``: (k,) as in the pool.
    levels     what the aim puts first, second, ..., each with its bound: 'served' people, 'filled' pairs, 'least score',
               'total fit'.
    unmet      forced pairs that can't be made. Of those that exclude one another as many as can be are.
    unmatched  who has nobody (side 'peer'), each with the reason.
    """

    problem: Pool = field(repr=False)
    aim: str
    seed: int
    pairs: IntArray
    scores: FloatArray
    levels: tuple[Level, ...]
    unmet: tuple[Unmet, ...]
    unmatched: tuple[Unmatched, ...]

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

    def explain(self, one: int, other: int) -> list[Reason]:
        """Why the two fit, largest share first; the text for 'mentor' is for ``one``, that for 'mentee' for ``other``."""
        one, other = (index_of(each, len(self.problem.scores), "explain", "person") for each in (one, other))
        return [] if self.problem.scored is None else list(self.problem.scored.explain(one, other))

    def why_not(self, one: int, other: int) -> WhyNot:
        """Why the pair isn't made: the hard rule, or what the whole would lose, by solving again with the pair made."""
        one, other = sorted(index_of(each, len(self.problem.scores), "why_not", "person") for each in (one, other))
        made = {(int(i), int(j)) for i, j in self.pairs}
        if (one, other) in made:
            return WhyNot(None, 0.0, (), tuple((level.name, 0.0) for level in self.levels))
        rule = self.problem.rule(one, other)
        if rule is not None:
            return WhyNot(rule, None, ())
        forced = {(int(i), int(j)) for i, j in self.problem.forced} & made
        if any({i, j} & {one, other} for i, j in forced):
            return WhyNot("fixed", None, ())
        then = replace(self.problem, forced=np.array(sorted({*forced, (one, other)}), dtype=np.int64))
        new = match_pool(then, aim=self.aim, seed=self.seed)
        after = {(int(i), int(j)) for i, j in new.pairs}
        losses = tuple((ours.name, ours.value - theirs.value) for ours, theirs in zip(self.levels, new.levels))
        moves = (
            *(Move("ends", i, j) for i, j in sorted(made - after)),
            *(Move("begins", i, j) for i, j in sorted(after - made - {(one, other)})),
        )
        return WhyNot(None, losses[-1][1], moves, losses)


def pairs(
    pool: Any,
    spec: Spec | None = None,
    *,
    aim: str = "coverage",
    not_again: Any = (),
    forced: Any = (),
    forbidden: Any = (),
    seed: int = 0,
    progress: Progress | None = None,
    memory_mb: int = 2000,
) -> PoolResult:
    """The best pairs of a pool without roles, each level proved, or bounded where the pool is too large for a proof.

    pool        a ``Pool``; or people, as columns or a frame, with ``spec``; or scores, a square array.
    aim         'coverage': as many people as can be have somebody, then total fit; 'total'; 'worst_off': the least score
                before total fit.
    not_again   pairs of indices that met before and don't meet now. People's own answers in ``past`` hold as a rule where
                the specification says so, and otherwise count as a dimension.
    seed        with ids: decides ties. Where all scores are equal it is a draw, the same for the same seed.
    Raises      InvalidProblem, with the place named.
    """
    forced, forbidden, not_again = (() if each is None else each for each in (forced, forbidden, not_again))
    if isinstance(pool, Pool):
        banned = [*pool.forbidden.tolist(), *[tuple(each) for each in (*forbidden, *not_again)]]
        asked = [*pool.forced.tolist(), *[tuple(each) for each in forced]]
        made = Pool._of(pool.scores, pool.ids, asked, banned)
        made.scored, made.gated, made.warnings = pool.scored, pool.gated, pool.warnings
    elif isinstance(pool, np.ndarray | list | tuple):
        made = Pool.from_scores(pool, forced=forced, forbidden=[*forbidden, *not_again])
    else:
        banned = [*forbidden, *not_again]
        made = Pool.from_people(pool, spec, forced=forced, forbidden=banned, progress=progress, memory_mb=memory_mb)
    return match_pool(made, aim=aim, seed=seed, progress=progress)


def match_pool(pool: Pool, *, aim: str = "coverage", seed: int = 0, progress: Progress | None = None) -> PoolResult:
    """As ``pairs``, for a ``Pool``."""
    if aim not in AIMS:
        raise InvalidProblem(f"aim is {aim!r}; one of {', '.join(AIMS)} is needed for a pool without roles")
    count = len(pool.scores)
    order = seeded_order(pool.ids, count, seed)
    order = order[[int(k) not in pool.gated for k in order]]
    possible = np.array([pool.rule(int(i), int(j)) is None for i, j in pool.forced], dtype=np.bool_)
    forced = pool.forced[possible].reshape(-1, 2)
    found, bounds = peers.solve(pool.scores, aim, progress or (lambda stage, done, total: None), order, forced)
    chosen = np.sort(order[found], axis=1)
    chosen = chosen[np.lexsort((chosen[:, 1], chosen[:, 0]))]
    scores = pool.scores[chosen[:, 0], chosen[:, 1]]
    values = {
        "served": 2.0 * len(chosen),
        "filled": float(len(chosen)),
        "least": float(scores.min()) if len(scores) else 0.0,
        "total": math.fsum(scores),
    }
    limits = {"served": 2 * bounds["filled"], **bounds}
    levels = []
    for name in peers.names_of(aim):
        value, bound = values[name], limits[name]
        # What lies within the rounding of the sums is no gap.
        levels.append(Level(LEVEL_NAMES[name], value, value if bound - value <= 1e-9 * max(1.0, value) else bound))
    return PoolResult(pool, aim, seed, chosen, scores, tuple(levels), _unmet(pool, chosen), _unmatched(pool, chosen))


def _unmet(pool: Pool, chosen: IntArray) -> tuple[Unmet, ...]:
    made = {(int(i), int(j)) for i, j in chosen}
    found = []
    for i, j in pool.forced.tolist():
        if (i, j) not in made:
            rule = pool.rule(i, j)
            reason = f"a rule forbids it ({rule})" if rule else "other fixed pairs stand against it"
            text = f"{pool.name(i)} and {pool.name(j)} were to be a pair, but {reason}."
            found.append(Unmet("forced", i, j, None, 1, 0, rule, text))
    return tuple(found)


def _unmatched(pool: Pool, chosen: IntArray) -> tuple[Unmatched, ...]:
    alone = np.setdiff1d(np.arange(len(pool.scores)), chosen)
    open_to = ~np.isnan(pool.scores)
    open_to[:, list(pool.gated)] = False
    found = []
    for k in alone.tolist():
        if k in pool.gated:
            found.append(Unmatched("peer", k, "gate", pool.gated[k]))
        elif open_to[k].any():
            found.append(Unmatched("peer", k, "outcompeted", TEXTS["outcompeted"]))
        else:
            found.append(Unmatched("peer", k, "no_partner", TEXTS["no_partner"]))
    return tuple(found)
