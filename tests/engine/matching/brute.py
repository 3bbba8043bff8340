"""All matchings of a handful of people, weighed by the definitions. Knows nothing of the solvers."""

from __future__ import annotations

from typing import Any

import numpy as np

from openmentor.engine.matching.problem import Problem, Quota


def random_problem(rng: np.random.Generator, *, ids: bool = False, overlapping: bool = False) -> Problem:
    """At most 8 people and 16 cells, with a random choice of every kind of constraint."""
    mentors, mentees = (int(k) for k in rng.integers(1, 5, 2))
    scores = rng.random((mentors, mentees))
    if rng.random() < 0.4:
        scores = np.round(scores * 4) / 4  # ties everywhere, and zeros
    scores[rng.random((mentors, mentees)) < rng.choice([0.0, 0.3, 0.6])] = np.nan

    def some(count: int) -> list[tuple[int, int]]:
        return [(int(rng.integers(mentors)), int(rng.integers(mentees))) for _ in range(count)]

    options: dict[str, Any] = {
        "mentor_capacity": rng.integers(0, 4, mentors) if rng.random() < 0.7 else int(rng.integers(0, 3)),
        "mentee_demand": rng.integers(0, 4, mentees) if rng.random() < 0.5 else 1,
    }
    if rng.random() < 0.4:
        options["mentor_minimum"] = rng.integers(0, 3, mentors)
    if rng.random() < 0.4:
        options["mentee_minimum"] = rng.integers(0, 3, mentees)
    if rng.random() < 0.4:
        options["forced"] = some(int(rng.integers(1, 4)))
    if rng.random() < 0.4:
        options["forbidden"] = some(int(rng.integers(1, 4)))
    if overlapping or rng.random() < 0.4:
        sets = [np.flatnonzero(rng.random(mentors) < 0.6) for _ in range(2 if overlapping else 1)]
        if not overlapping and rng.random() < 0.5:
            sets.append(sets[0][:-1])
        options["quotas"] = [
            Quota(
                each.tolist(),
                at_least=int(rng.integers(0, 3)),
                at_most=None if rng.random() < 0.5 else int(rng.integers(0, 3)),
            )
            for each in sets
        ]
    if ids:
        names = [f"p{k}" for k in rng.permutation(max(mentors, mentees) + 1)]
        options["mentor_ids"] = names[:mentors]
        options["mentee_ids"] = [names[k] for k in rng.permutation(len(names))[:mentees]]
    return Problem.from_scores(scores, **options)


def every_matching(problem: Problem) -> Any:
    """(k, mentors, mentees) all that the rules allow, whatever is asked for."""
    scores, mentors, mentees = problem.scores, *problem.scores.shape
    allowed = ~np.isnan(scores)
    for i, j in problem.forbidden:
        allowed[i, j] = False
    ids = problem.mentor_ids is not None and problem.mentee_ids is not None
    same = np.array(
        [[ids and a == b for b in problem.mentee_ids or "" * mentees] for a in problem.mentor_ids or ""], dtype=bool
    )
    if ids:
        allowed &= ~same
    cells = np.argwhere(allowed)
    chosen = (np.arange(2 ** len(cells))[:, None] >> np.arange(len(cells))) & 1 == 1
    x = np.zeros((len(chosen), mentors, mentees), dtype=bool)
    x[:, cells[:, 0], cells[:, 1]] = chosen
    ok = (x.sum(2) <= problem.mentor_capacity).all(1) & (x.sum(1) <= problem.mentee_demand).all(1)
    for rule in problem.quotas:
        if rule.at_most >= 0:
            ok &= (x[:, rule.members].sum(1) <= rule.at_most).all(1)
    if ids:
        for i, j in cells:
            for a, b in cells:
                if problem.mentor_ids[i] == problem.mentee_ids[b] and problem.mentor_ids[a] == problem.mentee_ids[j]:
                    ok &= ~(x[:, i, j] & x[:, a, b])
    if problem.one_role:
        for i, j in problem.twins():
            ok &= ~(x[:, i].any(1) & x[:, :, j].any(1))
    return x[ok]


def best_levels(problem: Problem, aim: str) -> tuple[float, ...]:
    """What the best matching reaches: forced pairs kept, other things asked kept, then the aim's levels."""
    scores, x = problem.scores, every_matching(problem)
    forced = sum((x[:, i, j] for i, j in problem.forced), np.zeros(len(x), dtype=int))
    kept = np.minimum(x.sum(2), problem.mentor_minimum).sum(1) + np.minimum(x.sum(1), problem.mentee_minimum).sum(1)
    for rule in problem.quotas:
        kept = kept + np.minimum(x[:, rule.members].sum(1), rule.at_least).sum(1)
    count = x.sum((1, 2))
    least = np.where(x, np.where(np.isnan(scores), 2, scores), 2.0).min((1, 2), initial=2.0)
    table = {
        "forced": forced,
        "kept": kept,
        "served": x.any(1).sum(1),
        "filled": count,
        "least": np.where(count == 0, 0.0, least),
        "total": np.where(x, np.nan_to_num(scores), 0).sum((1, 2)),
    }
    order = {
        "total": ["total"],
        "coverage": ["served", "filled", "total"],
        "worst_off": ["served", "filled", "least", "total"],
    }
    best = []
    alive = np.ones(len(x), dtype=bool)
    for name in ["forced", "kept", *order[aim]]:
        top = table[name][alive].max()
        alive &= table[name] >= top - 1e-12
        best.append(float(top))
    return tuple(best)


def reached_levels(problem: Problem, result: Any) -> tuple[float, ...]:
    """The same for a result."""
    x = np.zeros(problem.scores.shape, dtype=bool)
    x[result.pairs[:, 0], result.pairs[:, 1]] = True
    forced = sum(bool(x[i, j]) for i, j in problem.forced)
    kept = np.minimum(x.sum(1), problem.mentor_minimum).sum() + np.minimum(x.sum(0), problem.mentee_minimum).sum()
    for rule in problem.quotas:
        kept += np.minimum(x[rule.members].sum(0), rule.at_least).sum()
    return (float(forced), float(kept), *(level.value for level in result.levels))
