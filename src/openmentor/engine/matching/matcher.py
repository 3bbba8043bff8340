"""``match``: the best pairs of a problem for an aim, with their proof."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .errors import InvalidProblem
from .parity import labels_of, least_rate, with_groups
from .problem import IntArray, Problem, Progress, pairs_of
from .remarks import unmatched, unmet
from .result import Level, Options, Result
from .solvers.core import Core
from .solvers.exact import AIMS, names_of, solve
from .solvers.plain import is_plain

LEVEL_NAMES = {"served": "served", "filled": "filled", "least": "least score", "total": "total fit", "parity": "parity"}
STABLE = ("stable_mentees", "stable_mentors")


def _silent(stage: str, done: int, total: int) -> None:
    pass


def previous_pairs(problem: Problem, previous: Any) -> IntArray:
    """Last time's pairs from a result, an array or a list."""
    given = previous.pairs if isinstance(previous, Result) else previous
    return pairs_of(given, *problem.shape, "previous")


def match(
    problem: Problem,
    aim: str = "coverage",
    previous: Any = None,
    stickiness: float = 0.0,
    seed: int = 0,
    progress: Progress | None = None,
    memory_mb: int = 2000,
    parity: Any = None,
) -> Result:
    """The best pairs for ``aim``, each level proved.

    aim         'total': total fit; 'coverage': mentees served at all, then places filled, then total fit;
                'worst_off': served, filled, the least score, total fit; 'stable_mentees', 'stable_mentors': no two
                would both rather have each other, best for that side. Forced pairs come first, then minimums and
                quotas: as many as can be kept. Stable aims keep forced pairs and what quotas allow at most, but
                minimums and ``at_least`` only as people's wishes come out: where nobody is indifferent, who has places
                left has the same people in every stable matching, so that none could give them more.
    previous    last time's pairs (a result or pairs of indices). Among equals as many as can be stay.
    stickiness  what one pair that stays is worth, in score: total fit is given up for it, never a level above. The
                bound of total fit is then under the condition that as many stay.
    seed        with ids: decides ties. The same input and seed give the same answer.
    progress    called with (stage, done, total); what it raises cancels.
    memory_mb   about how much to use for work on top of the scores.
    parity      a grouping, as one of ``fairness``: {name: (labels of mentors, labels of mentees)}, or the labels of mentees
                alone. Right before total fit the least rate of any group of mentees (those who have somebody, of all in
                it) is raised as far as the levels above allow; see ``result.parity``. A group of whom nobody can have
                anybody counts for nothing. Stable aims take none.
    Raises      InvalidProblem for an unknown aim or a stickiness that is negative or no number.
    """
    if not isinstance(aim, str) or aim not in {*AIMS, *STABLE}:
        raise InvalidProblem(f"aim is {aim!r}; one of {', '.join([*AIMS, *STABLE])} is needed")
    last_time = previous_pairs(problem, previous)
    labels = labels_of(problem, parity)
    if labels is not None and aim in STABLE:
        raise InvalidProblem(f"parity goes with {', '.join(AIMS)}; a stable matching leaves no choice for it")
    if not isinstance(stickiness, int | float | np.number):
        raise InvalidProblem(f"stickiness is {stickiness!r}; a number, zero or more, is needed")
    options = Options(aim, last_time, float(stickiness), seed, memory_mb, labels)
    return solved(problem, options, progress)


def solved(
    problem: Problem, options: Options, progress: Progress | None = None, before: Result | None = None
) -> Result:
    """As ``match``. ``before``: an answer for the same people with something changed, from which it goes on faster."""
    aim, previous, stickiness, seed = options.aim, options.previous, options.stickiness, options.seed
    if not stickiness >= 0:
        raise InvalidProblem(f"stickiness is {stickiness!r}; a number, zero or more, is needed")
    if aim in STABLE:
        from .solvers.stable import stable_match

        if problem.one_role:
            raise InvalidProblem(
                f"one_role goes with {', '.join(AIMS)}; wishes alone don't say which role somebody is to have"
            )
        return stable_match(problem, options, progress or _silent)
    if problem.is_large and options.parity is None and is_plain(problem, aim):
        from .solvers import large  # its compiled loops are loaded only where they are needed

        known = before.known if before is not None else None
        pairs, bounds, prices, known = large.solve(problem, options, progress or _silent, known)
        return assemble(problem, options, pairs, tuple(bounds[name] for name in AIMS[aim]), prices, known)
    # More than all scores together can't be outbid, so a larger bonus changes nothing.
    worth = min(stickiness, float(min(problem.mentor_capacity.sum(), problem.mentee_demand.sum()) + 1))
    core = Core.of(problem, previous, worth, seed, progress or _silent, options.memory_mb)
    if options.parity is not None:
        core = with_groups(core, problem, options.parity)
    solution = solve(core, aim)
    pairs = np.column_stack([core.rows[solution.pairs[:, 0]], core.columns[solution.pairs[:, 1]]])
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    prices = np.zeros(problem.shape[0])
    prices[core.rows] = solution.prices
    return assemble(problem, options, pairs, solution.bounds, prices)


def assemble(
    problem: Problem, options: Options, pairs: IntArray, bounds: tuple[float, ...], prices: Any, known: Any = None
) -> Result:
    """The result for pairs in the problem's indices, with each level's value computed from the problem itself."""
    scores = problem.scores_of(pairs)
    values = {
        "served": float(len(np.unique(pairs[:, 1]))),
        "filled": float(len(pairs)),
        "least": float(scores.min()) if len(scores) else 0.0,
        "total": math.fsum(scores),
        "parity": 1.0 if options.parity is None else least_rate(problem, options.parity, pairs),
    }
    levels = []
    for name, bound in zip(names_of(options.aim, options.parity is not None), bounds):
        value = values[name]
        # What lies within the rounding of the sums is no gap.
        exact = bound - value <= 1e-9 * max(1.0, abs(value))
        levels.append(Level(LEVEL_NAMES[name], value, value if exact else bound))
    return Result(
        problem=problem,
        options=options,
        pairs=pairs,
        scores=scores,
        levels=tuple(levels),
        unmet=unmet(problem, pairs),
        unmatched=unmatched(problem, pairs),
        prices=prices,
        staying=staying(problem, options, pairs),
        known=known,
    )


def staying(problem: Problem, options: Options, pairs: IntArray) -> Level | None:
    """How many of last time's pairs are among ``pairs``, of those that are still possible."""
    if len(options.previous) == 0:
        return None
    made = {(int(i), int(j)) for i, j in pairs}
    kept = sum((int(i), int(j)) in made for i, j in options.previous)
    banned = {(int(i), int(j)) for i, j in problem.forbidden}
    still = [
        not np.isnan(score) and (int(i), int(j)) not in banned
        for (i, j), score in zip(options.previous, problem.scores_of(options.previous))
    ]
    return Level("staying", float(kept), float(max(kept, sum(still))))
