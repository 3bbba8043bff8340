"""How often learned weights are adopted: where outcomes are chance, where the old weights are right, and where a truth is to be found."""

from __future__ import annotations

import os

import numpy as np

from bench.measure import Figure
from openmentor.engine import matching as m

DIMENSIONS = 20
WORLDS = int(os.environ.get("OPENMENTOR_BENCH_WORLDS", "200"))


def world(seed: int, pairs: int, kind: str) -> tuple[m.Features, np.ndarray, np.ndarray]:
    """Features of pairs that the old weights chose, how each went, and the old weights."""
    rng = np.random.default_rng(seed)
    old = rng.choice([1.0, 2.0, 4.0, 8.0], DIMENSIONS)
    values = rng.random((2 * pairs, DIMENSIONS))
    values = values[np.argsort(-(values @ old) - rng.normal(0, 3, 2 * pairs))[:pairs]]
    truth = np.zeros(DIMENSIONS)
    truth[rng.permutation(DIMENSIONS)[:6]] = rng.uniform(1, 8, 6)
    weights = {"chance": np.zeros(DIMENSIONS), "right": old, "truth": truth}[kind]
    went = values @ weights / max(1.0, weights.sum())
    outcome = np.clip(0.5 + went - went.mean() + rng.normal(0, 0.15, pairs), 0, 1)
    return m.Features(tuple(f"d{k}" for k in range(DIMENSIONS)), values), outcome, old


def figures() -> list[Figure]:
    found = []
    for kind, pairs, bound, least in (("chance", 200, 5, False), ("right", 200, 5, False), ("truth", 400, 80, True)):
        adopted = [m.learn(*world(seed, pairs, kind)).adopted for seed in range(WORLDS)]
        what = {
            "chance": "outcomes are chance: new weights adopted all the same",
            "right": "the old weights are right: new ones adopted all the same",
            "truth": "six of twenty dimensions matter, none as before: new weights adopted",
        }[kind]
        share = 100 * float(np.mean(adopted))
        found.append(Figure(f"{what}, {pairs} rated pairs", share, bound, "%", least=least, note=f"{WORLDS} worlds"))
    return found
