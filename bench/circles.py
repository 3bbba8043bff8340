"""600 people in circles of 6, of which the best are known: how much of that is found, and in which time; two unlike generators."""

from __future__ import annotations

import numpy as np

from bench.measure import Figure, timed
from openmentor.engine import matching as m

PEOPLE, SIZE = 600, 6
LONGEST = 5.0


def clustered(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """People around 40 topics; whoever belongs together fits better than anybody else, by a little or by much."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(np.repeat(np.arange(PEOPLE // SIZE), SIZE))
    topics = rng.normal(size=(40, 12))
    people = topics[rng.integers(40, size=PEOPLE)] + rng.normal(scale=0.7, size=(PEOPLE, 12))
    length = np.linalg.norm(people, axis=1)
    cosine = (people @ people.T) / length[:, None] / length[None, :]
    scores = np.clip((cosine + 1) / 2, 0, 1) * 0.6
    same = label[:, None] == label[None, :]
    scores[same] = 0.6 + 0.4 * scores[same]
    return scores, label


def ties(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Five values in all, a third of the pairs forbidden, and strangers often fit as well as those of one's own circle."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(np.repeat(np.arange(PEOPLE // SIZE), SIZE))
    scores = np.triu(rng.choice([0.0, 0.25, 0.5, 0.75, 1.0], p=[0.3, 0.25, 0.2, 0.2, 0.05], size=(PEOPLE, PEOPLE)), 1)
    banned = np.triu(rng.random((PEOPLE, PEOPLE)) < 1 / 3, 1)
    scores, banned = scores + scores.T, banned | banned.T
    scores[banned] = np.nan
    scores[label[:, None] == label[None, :]] = 1.0
    return scores, label


def figures() -> list[Figure]:
    m.circles(clustered(0)[0][:60, :60], size=SIZE, rounds=100)  # compiled once
    found = []
    for name, make in (("clustered", clustered), ("equal scores everywhere", ties)):
        shares, seconds, gaps = [], [], []
        for seed in (1, 2, 3):
            scores, label = make(seed)
            np.fill_diagonal(scores, np.nan)
            best = sum(np.nansum(scores[np.ix_(label == k, label == k)]) / (SIZE - 1) for k in range(PEOPLE // SIZE))
            kept: list[m.CirclesResult] = []
            timing = timed(lambda scores=scores, kept=kept: kept.append(m.circles(scores, size=SIZE)))
            m.verify(kept[0].problem, kept[0])
            assert kept[0].levels[0].gap == 0
            shares.append(100 * kept[0].value / best)
            seconds.append(timing)
            gaps.append(kept[0].gap)
        slowest = max(seconds, key=lambda timing: timing.cpu)
        note = (
            f"CPU {slowest.cpu:.2f} s, wall {slowest.wall:.2f} s at most; gap by its own bound {100 * max(gaps):.2g} %"
        )
        found.append(
            Figure(
                f"600 people in circles of 6 ({name}), share of the planted optimum",
                min(shares),
                99,
                "%",
                least=True,
                note=note,
            )
        )
        found.append(Figure(f"the same ({name}), CPU seconds", slowest.cpu, LONGEST, "s"))
    return found
