"""A matching run of 500 and 2,000 pairs, scores given, proof included, against SciPy's dense solver on the same scores; a whole run
from a table of people to reasons against the scoring in it; and pairs of peers against SciPy on the same scores."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.measure import Figure, ratio, timed
from openmentor.engine import matching as m

SIZES = (500, 2000)


def clustered(count: int, seed: int) -> np.ndarray:
    """People around 40 topics; about a third of the pairs may meet."""
    rng = np.random.default_rng(seed)
    topics = rng.normal(size=(40, 12))
    mentors, mentees = (
        topics[rng.integers(40, size=count)] + rng.normal(scale=0.7, size=(count, 12)) for _ in range(2)
    )
    cosine = (mentors @ mentees.T) / np.linalg.norm(mentors, axis=1)[:, None] / np.linalg.norm(mentees, axis=1)[None]
    scores: np.ndarray = np.clip((cosine + 1) / 2, 0, 1)
    scores[rng.random((count, count)) < 0.65] = np.nan
    return scores


def ties(count: int, seed: int) -> np.ndarray:
    """Five values in all: what few answers make of a pool."""
    return np.asarray(np.random.default_rng(seed).integers(0, 5, size=(count, count)) / 4.0)


def agreed(count: int, seed: int) -> np.ndarray:
    """All agree on who is best, and everybody differs: the hardest for an assignment, which has to weigh all against all."""
    rng = np.random.default_rng(seed)
    return np.asarray(np.outer(rng.random(count), rng.random(count)) * 0.9 + rng.random((count, count)) * 0.1)


def people(count: int, seed: int, prefix: str) -> dict[str, list[object]]:
    """Answers to a dozen questions, as a table of people has them."""
    rng = np.random.default_rng(seed)
    words = [f"topic {k}" for k in range(60)]

    def some(most: int) -> list[object]:
        return [";".join(rng.choice(words, int(rng.integers(1, most + 1)), replace=False)) for _ in range(count)]

    def one(*choices: str) -> list[object]:
        return [str(each) for each in rng.choice(choices, count)]

    return {
        "id": [f"{prefix}{k}" for k in range(count)],
        "goals": some(3),
        "helps_with": some(5),
        "values": some(3),
        "interests": some(4),
        "skills_wanted": some(3),
        "skills_offered": some(4),
        "level": [str(each) for each in rng.integers(0, 7, count)],
        "function": one("Sales", "Engineering", "Finance", "People"),
        "department": one(*(f"D{k}" for k in range(12))),
        "site": one("Berlin", "Pune", "Austin"),
        "timezone": one("Europe/Berlin", "Asia/Kolkata", "America/Chicago"),
        "availability": one("Mon-Fri 09:00-11:00", "Tue 14:00-18:00", "Mon 8-12;Thu 13-17"),
        "languages": one("en:5", "en:4;de:5", "en:3;es:5"),
        "cadence": one("weekly", "every two weeks", "monthly"),
        "medium": one("video", "in person", "video;in person"),
    }


def whole_run(count: int) -> Figure:
    """From columns of text to pairs, proof and every pair's reasons."""
    mentors, mentees = people(count, 1, "m"), people(count, 2, "e")

    def run() -> m.Result:
        problem = m.Problem(mentors=mentors, mentees=mentees, spec=m.Spec())
        result = m.match(problem)
        m.verify(problem, result)
        assert problem.scored is not None
        problem.scored.explain_pairs(result.pairs)
        return result

    assert run().gap <= 1e-6
    whole = min((timed(run) for _ in range(3)), key=lambda timing: timing.cpu)
    scoring = min(
        (timed(lambda: m.Problem(mentors=mentors, mentees=mentees, spec=m.Spec())) for _ in range(3)),
        key=lambda timing: timing.cpu,
    )
    return Figure(
        f"{count} x {count} people from a table to pairs with proof and reasons, against scoring alone",
        whole.cpu / scoring.cpu,
        5,
        note=f"CPU {whole.cpu:.2f} s against {scoring.cpu:.2f} s",
    )


def peers(count: int) -> Figure:
    """The same scores as an assignment are the easier problem: nobody need be paired with who is paired with them."""
    scores = clustered(count, 3)
    scores = (scores + scores.T) / 2
    np.fill_diagonal(scores, np.nan)
    costs = np.where(np.isnan(scores), 10.0, -scores)
    pool = m.Pool.from_scores(scores)
    value, ours, theirs = ratio(partial(m.pairs, pool), partial(linear_sum_assignment, costs))
    result = m.pairs(pool)
    return Figure(
        f"pair {count} peers and prove it, against SciPy's dense solver on the same scores",
        value,
        60,
        note=f"CPU {ours.cpu:.2f} s against {theirs.cpu:.2f} s, gap {result.gap:.1g}",
    )


def figures() -> list[Figure]:
    found = [whole_run(200), peers(500)]
    for name, make in (("clustered", clustered), ("equal scores everywhere", ties), ("all agree who is best", agreed)):
        for size in SIZES if make is not agreed else SIZES[:1]:
            scores = make(size, 3)
            costs = np.where(np.isnan(scores), 10.0, -scores)
            problem = m.Problem.from_scores(scores, mentor_capacity=1)
            value, ours, theirs = ratio(partial(m.match, problem, aim="total"), partial(linear_sum_assignment, costs))
            result = m.match(problem, aim="total")
            assert result.gap <= 1e-6, "the figure is about proved results"
            found.append(
                Figure(
                    f"match and prove {size} x {size} ({name}) against SciPy's dense solver alone",
                    value,
                    6,
                    note=f"CPU {ours.cpu:.2f} s against {theirs.cpu:.2f} s, gap {result.gap:.1g}",
                )
            )
    return found
