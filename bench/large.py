"""The engine at its limit: scoring by tiles, and large pools from a table of people to proved pairs, on two unlike kinds of pool.

``./run bench large`` takes the figures up to 10,000 people a side; ``./run exec python -m bench.large 30000`` one of 30,000 a
side, ``… 100000 30000 4`` of 100,000 mentees and 30,000 mentors with four places each.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.measure import Figure, Timing, timed
from openmentor.engine import matching as m
from openmentor.engine.matching import scoring
from openmentor.engine.matching.lens import Block
from openmentor.engine.matching.tiles import Tiles

KEEP = 64
Columns = dict[str, list[object]]


def clustered(count: int, seed: int, prefix: str) -> Columns:
    """People of forty crafts who mostly answer, and mostly as others of their craft do."""
    rng = np.random.default_rng(seed)
    craft = rng.integers(0, 40, count)

    def words(name: str, most: int, vocabulary: int, own: float = 0.7, level: int = 0) -> list[object]:
        column: list[object] = []
        for each in craft.tolist():
            size = int(rng.integers(1, most + 1))
            near = (each * 7 + rng.integers(0, 8, size)) % vocabulary
            chosen = dict.fromkeys(np.where(rng.random(size) < own, near, rng.integers(0, vocabulary, size)).tolist())
            column.append(
                ";".join(f"{name} {k}:{rng.integers(1, level + 1)}" if level else f"{name} {k}" for k in chosen)
            )
        return column

    def one(*choices: str) -> list[object]:
        return [str(each) for each in rng.choice(choices, count)]

    def numbers(values: np.ndarray) -> list[object]:
        return [f"{each:g}" for each in values.tolist()]

    zones = ("Europe/Berlin", "Asia/Kolkata", "America/Chicago", "Asia/Singapore")
    hours = [
        f"{day} {start:02}:00-{start + 2:02}:00"
        for day in ("Mon", "Tue", "Wed", "Thu", "Fri")
        for start in range(8, 18)
    ]
    return {
        "id": [f"{prefix}{k}" for k in range(count)],
        "goals": words("goal", 3, 60), "helps_with": words("goal", 5, 60),
        "skills_wanted": words("skill", 3, 300, level=3), "skills_offered": words("skill", 6, 300, level=5),
        "soft_wanted": words("soft", 2, 30), "soft_offered": words("soft", 3, 30),
        "priority": [str(each) for each in rng.choice(["goals", "skills", "values", ""], count)],
        "position": [f"role {k}" for k in craft.tolist()], "target_role": [f"role {(k + 1) % 40}" for k in craft.tolist()],
        "values": words("value", 3, 20, 0.4), "style_sought": words("style", 2, 6, 0.2), "style_offered": words("style", 3, 6, 0.2),
        "work_style": [";".join(str(each) for each in row) for row in rng.integers(1, 6, (count, 5)).tolist()],
        "communication": numbers(rng.integers(0, 5, count) / 4), "formality": numbers(rng.integers(0, 5, count) / 4),
        "interests": words("interest", 4, 60, 0.5), "hobbies": words("hobby", 3, 40, 0.1), "industry": words("industry", 2, 12, 0.6),
        "function": one("Sales", "Engineering", "Finance", "People"), "department": [f"D{k % 12}" for k in craft.tolist()],
        "site": one("Berlin", "Pune", "Austin"), "level": numbers(rng.integers(0, 7, count)),
        "hired": [f"{2010 + k}-{1 + j:02}-01" for k, j in zip(rng.integers(0, 15, count).tolist(), rng.integers(0, 12, count).tolist())],
        "timezone": one(*zones), "availability": [";".join(each) for each in rng.choice(hours, (count, 3)).tolist()],
        "cadence": one("weekly", "every two weeks", "monthly"), "minutes": one("30", "45", "60"), "medium": one("video", "in person", "video;in person"),
        "languages": one("en:5", "en:4;de:5", "en:3;es:5", "en:5;hi:5"),
    }  # fmt: skip


def sparse(count: int, seed: int, prefix: str) -> Columns:
    """The adversary: few questions, coarse answers, a third of them empty; scores equal everywhere."""
    rng = np.random.default_rng(seed)

    def one(*choices: str) -> list[object]:
        return [str(each) for each in rng.choice([*choices, *[""] * (len(choices) // 2 + 1)], count)]

    return {
        "id": [f"{prefix}{k}" for k in range(count)],
        "goals": one("lead", "sell", "code", "plan"), "helps_with": one("lead;sell", "code", "plan;lead", "sell"),
        "values": one("care", "craft"), "function": one("Sales", "Finance"), "site": one("Berlin", "Pune"),
        "level": one("0", "1", "2"), "cadence": one("weekly", "monthly"),
    }  # fmt: skip


KINDS = {"clustered": clustered, "few coarse answers": sparse}


def plain_python(scored: scoring.Scored, mentors: int, mentees: int) -> Timing:
    """What somebody writes first: a loop over pairs and dimensions, on answers that were made ready; only a part, to be scaled."""
    a, b = scored.mentors, scored.mentees
    words = ("interests", "hobbies", "industry")
    equal = ("function", "department", "site", "cadence", "minutes", "timezone")
    near = ("level", "hired", "communication", "formality")
    rows = [[side.columns[name] for name in (*equal, *near)] for side in (a, b)]
    lists = {name: ([set(x or ()) for x in a.list(name)], [set(x or ()) for x in b.list(name)]) for name in words}
    covers = [([set(x or ()) for x in a.list(one)], [list(x or ()) for x in b.list(other)])
              for one, other in (("helps_with", "goals"), ("style_offered", "style_sought"), ("soft_offered", "soft_wanted"))]  # fmt: skip
    skills = [dict(x or ()) for x in a.list("skills_offered")], [dict(x or ()) for x in b.list("skills_wanted")]
    values = [list(x or ()) for x in a.list("values")], [list(x or ()) for x in b.list("values")]
    masks = [[int.from_bytes(row.tobytes(), "little") for row in side] for side in scored.context.week.masks[0]]
    speaks = [
        [{w: (5.0 if x is None else x) for w, x in row or ()} for row in side.list("languages")] for side in (a, b)
    ]
    traits = [side.columns["work_style"].tolist() for side in (a, b)]

    def work() -> None:
        import heapq

        for j in range(mentees):
            best: list[tuple[float, int]] = []
            for i in range(mentors):
                score = 0.0
                for mine, theirs in zip(rows[0], rows[1]):
                    if mine[i] == theirs[j]:
                        score += 1
                    elif isinstance(mine[i], float):
                        score += max(0.0, 1 - abs(mine[i] - theirs[j]) / 5)
                for one, other in lists.values():
                    common = len(one[i] & other[j])
                    score += common / max(1, len(one[i]) + len(other[j]) - common)
                for offered, wanted in covers:
                    score += sum(1 / r for r, word in enumerate(wanted[j], 1) if word in offered[i]) / 2
                for word, level in skills[1][j].items():
                    if word in skills[0][i] and (level is None or (skills[0][i][word] or 0) > level):
                        score += 1
                ranks = {word: r for r, word in enumerate(values[1][j], 1)}
                score += sum(1 / r + 1 / ranks[word] for r, word in enumerate(values[0][i], 1) if word in ranks)
                score += min(1.0, (masks[0][i] & masks[1][j]).bit_count() / 4)
                common_tongues = [
                    min(level, speaks[1][j][word]) for word, level in speaks[0][i].items() if word in speaks[1][j]
                ]
                score += max(common_tongues, default=0.0) / 5
                score += sum(abs(x - y) for x, y in zip(traits[0][i], traits[1][j])) / 20
                best.append((score, i))
            heapq.nlargest(KEEP, best)

    return timed(work)


def blocked_numpy(scored: scoring.Scored, mentees: int) -> Timing:
    """The same scores in blocks of NumPy, and the best of each by argpartition; only for some mentees, to be scaled."""

    def work() -> None:
        every = np.arange(len(scored.mentors))
        for start in range(0, mentees, 64):
            lens = Block(every, np.arange(start, start + 64), len(scored.mentees))
            block = scored._combine(lens)
            block[scored._forbidden(lens)] = -1
            np.argpartition(block, len(every) - KEEP, axis=0)

    return timed(work)


def scored_pool(
    count: int, mentors: int, make: Callable[[int, int, str], Columns], places: int = 1
) -> tuple[Columns, Columns]:
    one, other = make(mentors, 1, "m"), make(count, 2, "e")
    one["places"] = [str(places)] * mentors
    return one, other


def scoring_figures(count: int) -> list[Figure]:
    """Scores and the best 64 of each mentee, CPU and wall by one loop a pair."""
    one, other = scored_pool(count, count, clustered)
    scored = scoring.prepare(one, other, m.Spec())
    dimensions = len(scored.active)
    tiles = Tiles(scored, np.arange(count), np.arange(count))
    tiles.best(KEEP, np.arange(128))
    ours = min((timed(lambda: tiles.best(KEEP, np.arange(count))) for _ in range(3)), key=lambda each: each.cpu)
    part, few = 2000, 20
    python = plain_python(scored, part, few)
    numpy = blocked_numpy(scored, 256)
    pair = ours.cpu / count**2, ours.wall / count**2
    by_python, by_numpy = python.wall / (part * few), numpy.wall / (256 * count)
    told = f"{dimensions} dimensions, {count:,} x {count:,}; {pair[0] * 1e9:.1f} ns of CPU a pair on {tiles.threads} threads"
    return [
        Figure("scores and the best 64 against plain Python per pair, wall", by_python / pair[1], 700, least=True,
               note=f"{told}, {pair[1] * 1e9:.1f} ns wall; Python {by_python * 1e6:.1f} µs; by CPU {python.cpu / (part * few) / pair[0]:.0f} x"),
        Figure("the same against blocked NumPy and argpartition, wall", by_numpy / pair[1], 8, least=True,
               note=f"NumPy {by_numpy * 1e9:.0f} ns; by CPU {numpy.cpu / (256 * count) / pair[0]:.1f} x"),
    ]  # fmt: skip


def whole(count: int, mentors: int, places: int, make: Callable[[int, int, str], Columns]) -> tuple[Timing, m.Result]:
    """From answers that were read to proved pairs: scores, solution, proof."""
    one, other = scored_pool(count, mentors, make, places)
    problem = m.Problem(one, other, m.Spec())
    found: list[m.Result] = []
    timing = timed(lambda: found.append(m.match(problem)))
    return timing, found[0]


def against_scipy(
    count: int, mentors: int, places: int, make: Callable[[int, int, str], Columns], name: str, least: float
) -> Figure:
    """SciPy's dense solver gets the scores for nothing, and proves nothing."""
    whole(200, 200, 1, make)  # the loops are loaded
    ours, result = whole(count, mentors, places, make)
    one, other = scored_pool(count, mentors, make, places)
    scored = scoring.prepare(one, other, m.Spec(), memory_mb=100_000)
    tiles = Tiles(scored, np.arange(mentors), np.arange(count))
    costs = np.repeat(-tiles.block(np.arange(count)), places, axis=1)
    costs[np.isinf(costs)] = 10.0
    theirs = timed(lambda: linear_sum_assignment(costs))
    return Figure(
        f"scores, solution and proof of {count:,} : {mentors:,} x {places} ({name}) against SciPy's dense solver on given scores, CPU",
        theirs.cpu / ours.cpu, least, least=True,
        note=f"CPU {ours.cpu:.2f} s against {theirs.cpu:.2f} s, wall {ours.wall:.2f} s, gap {result.gap:.1g}",
    )  # fmt: skip


def rematching(count: int = 5000) -> Figure:
    """Two in a hundred go or take more: as long as it takes to solve anew, against going on from the earlier answer."""
    problem = m.Problem(*scored_pool(count, count, clustered), m.Spec())
    before = m.match(problem)
    rng = np.random.default_rng(3)
    one, other, more = (rng.choice(count, count // 100, replace=False).tolist() for _ in range(3))
    changes = [
        *(m.RemovePerson("mentee", k) for k in one), *(m.RemovePerson("mentor", k) for k in other), *(m.AddPlaces(k) for k in more),
    ]  # fmt: skip
    found: list[m.Result] = []
    ours = min(
        (timed(lambda: found.append(m.rematch(problem, before, changes, stickiness=0.01))) for _ in range(3)), key=lambda each: each.cpu
    )  # fmt: skip
    cold = timed(lambda: found.append(m.match(found[0].problem, previous=before, stickiness=0.01)))
    assert abs(found[0].value - found[-1].value) < 1e-6
    return Figure(
        f"{count:,} a side, rematching after 3 % left or took more, against solving anew", cold.cpu / ours.cpu, 4, least=True,
        note=f"CPU {ours.cpu:.2f} s against {cold.cpu:.2f} s, of {found[0].staying.bound:.0f} pairs {found[0].staying.value:.0f} stay"
        if found[0].staying is not None else "",
    )  # fmt: skip


def figures(size: int = 10_000) -> list[Figure]:
    found = scoring_figures(size)
    found.append(rematching())
    for name, make in KINDS.items():
        found.append(against_scipy(size, size, 1, make, name, 5))
        found.append(against_scipy(size, size // 4, 4, make, name, 15))
    return found


def main(argv: list[str]) -> None:
    """One large pool: CPU, wall, memory, gap of each kind."""
    count = int(argv[0])
    mentors = int(argv[1]) if len(argv) > 1 else count
    places = int(argv[2]) if len(argv) > 2 else 1
    for name, make in KINDS.items():
        if len(argv) <= 3 or argv[3] == name.split()[0]:
            print(f"{name}: {count:,} : {mentors:,} x {places}; {one_pool(count, mentors, places, make)}", flush=True)


def one_pool(count: int, mentors: int, places: int, make: Callable[[int, int, str], Columns]) -> str:
    """What reading and matching took, and what came out."""
    people = scored_pool(count, mentors, make, places)
    problems: list[m.Problem] = []
    reading = timed(lambda: problems.append(m.Problem(*people, m.Spec())))
    results: list[m.Result] = []
    matching = timed(lambda: results.append(m.match(problems[0])))
    levels = ", ".join(f"{each.name} {each.value:.10g} gap {each.gap:.2g}" for each in results[0].levels)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"reading {reading.cpu:.1f} s CPU; matching {matching.cpu:.1f} s CPU, {matching.wall:.1f} s wall; {levels}; {peak:,.0f} MB"


if __name__ == "__main__":
    main(sys.argv[1:])
