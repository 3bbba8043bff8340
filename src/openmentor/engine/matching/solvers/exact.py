"""The best pairs for an aim: by the network where it holds everything, else by cutting and branching over it."""

from __future__ import annotations

from collections.abc import Sequence

from ..problem import IntArray
from .core import EMPTY_PAIRS, Core, Solution
from .levels import Levels, tree_of

AIMS: dict[str, tuple[str, ...]] = {
    "total": ("total",),
    "coverage": ("served", "filled", "total"),
    "worst_off": ("served", "filled", "least", "total"),
}
"""What each aim puts first, second, ...; forced pairs, minimums and quotas come before all of them."""


def level_values(core: Core, aim: str, pairs: IntArray) -> tuple[float, ...]:
    """What ``pairs`` reach at each level of the aim."""
    import math

    import numpy as np

    scores = core.scores[pairs[:, 0], pairs[:, 1]]
    reached = {
        "served": float(len(np.unique(pairs[:, 1]))),
        "filled": float(len(pairs)),
        "least": float(scores.min()) if len(pairs) else 0.0,
        "total": math.fsum(scores),
    }
    return tuple(reached[name] for name in AIMS[aim])


def stages(core: Core, aim: str) -> tuple[str, ...]:
    """Everything that is optimized in order: what must hold first, then the aim, then staying with last time."""
    before = []
    if len(core.forced):
        before.append("forced")
    if core.mentor_minimum.any() or core.mentee_minimum.any() or core.at_least.any():
        before.append("kept")
    levels = list(AIMS[aim])
    if "filled" in levels and (core.demand <= 1).all():
        levels.remove("filled")  # the same as those served
    return (*before, *levels, *(["staying"] if len(core.previous) else []))


def solve(core: Core, aim: str) -> Solution:
    """The best pairs for ``aim``, each level with its proved bound."""
    if 0 in core.shape:
        return Solution(EMPTY_PAIRS, level_values(core, aim, EMPTY_PAIRS), None)
    tree, all_nested = tree_of(core)
    levels = Levels(core, tree)
    run(levels, stages(core, aim))
    pairs = levels.matched()
    if core.both_ways(pairs) or (not all_nested and core.overfull(pairs)):
        raise NotImplementedError("people paired both ways, or quotas that overlap")
    return Solution(pairs, level_values(core, aim, pairs), levels.prices())


def run(levels: Levels, names: Sequence[str]) -> None:
    """Optimize the levels in order."""
    for name in names:
        if name == "least":
            levels.raise_least()
        else:
            levels.optimize(name)
