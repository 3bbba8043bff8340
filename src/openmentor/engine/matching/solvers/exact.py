"""The best pairs for an aim: by the network where it holds everything, else by cutting and branching over it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..problem import IntArray
from .branching import NEAR, ROUNDING, Search, solve_without_collisions
from .core import EMPTY_PAIRS, Core, Solution
from .dense import assign
from .levels import Levels, tree_of

PROVED_UP_TO = 4_000
"""People: up to so many the search ends proved; beyond, the network's bound is reported beside what was found."""

AIMS: dict[str, tuple[str, ...]] = {
    "total": ("total",),
    "coverage": ("served", "filled", "total"),
    "worst_off": ("served", "filled", "least", "total"),
}
"""What each aim puts first, second, ...; forced pairs, minimums and quotas come before all of them."""


def names_of(aim: str, with_parity: bool) -> tuple[str, ...]:
    """The levels of an aim in order; parity comes right before total fit."""
    names = AIMS[aim]
    return (*names[:-1], "parity", names[-1]) if with_parity else names


def level_values(core: Core, aim: str, pairs: IntArray) -> tuple[float, ...]:
    """What ``pairs`` reach at each level of the aim."""
    scores = core.scores[pairs[:, 0], pairs[:, 1]]
    reached = {
        "served": float(len(np.unique(pairs[:, 1]))),
        "filled": float(len(pairs)),
        "least": float(scores.min()) if len(pairs) else 0.0,
        "total": math.fsum(scores),
        "parity": core.least_rate(pairs) if core.group is not None else 1.0,
    }
    return tuple(reached[name] for name in names_of(aim, core.group is not None))


def stages(core: Core, aim: str) -> tuple[str, ...]:
    """Everything that is optimized in order: what must hold first, then the aim, then staying with last time."""
    before = []
    if len(core.forced):
        before.append("forced")
    if core.mentor_minimum.any() or core.mentee_minimum.any() or core.at_least.any():
        before.append("kept")
    levels = list(names_of(aim, core.group is not None))
    if "filled" in levels and (core.demand <= 1).all():
        levels.remove("filled")  # the same as those served
    return (*before, *levels, *(["staying"] if len(core.previous) else []))


def solve(core: Core, aim: str) -> Solution:
    """The best pairs for ``aim``, each level with its proved bound."""
    if 0 in core.shape:
        return Solution(EMPTY_PAIRS, level_values(core, aim, EMPTY_PAIRS), np.zeros(core.shape[0]))
    if aim != "worst_off" and core.group is None:
        plain = assign(core, serve_first=aim == "coverage")
        if plain is not None and not core.is_tangled(plain[0]):
            return Solution(plain[0], level_values(core, aim, plain[0]), plain[1])
    tree, all_nested = tree_of(core)
    levels = Levels(core, tree)
    names = stages(core, aim)
    levels.run(names)
    pairs = levels.matched()
    if not core.is_tangled(pairs) and (all_nested or not core.overfull(pairs)):
        return Solution(pairs, level_values(core, aim, pairs), levels.prices())
    return _tangled(core, aim, names, levels, all_nested)


def _tangled(core: Core, aim: str, names: Sequence[str], levels: Levels, all_nested: bool) -> Solution:
    """Where the network's answer pairs people both ways, gives them both roles or breaks quotas that overlap.

    The network's answer bounds the levels from above as long as the levels before it are reached in full, and only if
    every quota is in it.
    """
    relaxed = levels.matched()
    start = solve_without_collisions(core, names, relaxed, levels.pairs)
    # Last time's pairs break ties by a bonus below what the search tells apart.
    core = replace(core, stickiness=max(core.stickiness, 1e-8 if len(core.previous) else 0.0))
    search = Search(core, start, levels.nearest(NEAR), levels.pairs)
    people = sum(core.shape) - int((core.mentee_self >= 0).sum())
    bounds: dict[str, float] = {}
    full = all_nested
    for name in names:
        if name == "staying":
            continue
        known = search.value(name, relaxed) if full else _crude(core, name)
        if people > PROVED_UP_TO:
            bounds[name] = known if full or name in ("least", "parity") else _alone(core, name, levels.pairs)
        elif name == "least":
            bounds[name] = search.raise_least(names[: names.index("least")], known)
        elif name == "parity":
            bounds[name] = search.raise_parity(known)
        else:
            bounds[name] = search.optimize(name, known)
        full = full and search.value(name, search.best) >= known - ROUNDING
    values = level_values(core, aim, search.best)
    # Whole pairs have no exact price here: the linear program's, or the network's where that was enough, comes close.
    prices = levels.prices() if search.priced != "total" else search.prices[0]
    if core.stickiness > 0:
        bounds["total"] += values[-1] - search.value("total", search.best)
    bounds.setdefault("filled", bounds.get("served", 0.0))
    return Solution(
        search.best,
        tuple(max(v, bounds[name]) for name, v in zip(names_of(aim, core.group is not None), values)),
        prices,
    )


def _alone(core: Core, name: str, near: IntArray) -> float:
    """What the network reaches at this level if nothing else is wanted: no matching is better."""
    levels = Levels(core, tree_of(core)[0], near)
    levels.run([name])
    pairs = levels.matched()
    return Search(core, pairs, EMPTY_PAIRS, EMPTY_PAIRS).value(name, pairs)


def most(core: Core, name: str) -> float:
    """What no matching exceeds at this level, whatever else is wanted: proved to be reached up to ``PROVED_UP_TO`` people."""
    if 0 in core.shape:
        return 0.0
    core = replace(core, at_least=np.zeros_like(core.at_least))
    tree, all_nested = tree_of(core)
    levels = Levels(core, tree)
    levels.run([name])
    pairs = levels.matched()
    search = Search(core, pairs, levels.nearest(NEAR), levels.pairs)
    reached = search.value(name, pairs)
    tangled = core.is_tangled(pairs) or (not all_nested and core.overfull(pairs))
    if not tangled or sum(core.shape) - len(search.twins) > PROVED_UP_TO:
        return reached
    search.best = solve_without_collisions(core, [name], pairs, levels.pairs)
    return search.optimize(name, reached)


def _crude(core: Core, name: str) -> float:
    """A bound that needs no solving."""
    places = float(min(core.demand.sum(), core.capacity.sum()))
    asked = core.mentor_minimum.sum() + core.mentee_minimum.sum() + core.at_least.sum() * core.shape[1]
    possible = core.scores[~np.isnan(core.scores)]
    best = float(possible.max()) if len(possible) else 0.0
    crude = {
        "forced": float(len(core.forced)),
        "kept": float(asked),
        "served": float(min(core.shape[1], places)),
        "filled": places,
        "least": best,
        "total": places * (best + core.stickiness),
        "parity": 1.0,
    }
    return crude[name]
