"""Draws the pictures of docs/impact.md from made data, by the engine's own figures:

    ./run exec env PYTHONPATH=. python docs/pictures/impact.py

Plain SVG, written by hand: no drawing library is needed to run the product or to document it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import numpy as np
from tests.engine.impact.worlds import COVARIATES, Setting, make

from openmentor.engine import impact

FOLDER = Path(__file__).parent
WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 150, 24, 30, 46
BLUE, ORANGE, GREY, INK = "#2463a8", "#b5541c", "#8a94a0", "#1f2933"


@dataclass
class Picture:
    """Axes with a scale each; ``say`` is what a screen reader says."""

    name: str
    say: str
    x: tuple[float, float]
    y: tuple[float, float]
    across: str = ""
    up: str = ""
    parts: list[str] = field(default_factory=list)

    def at(self, x: float, y: float) -> tuple[float, float]:
        wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return (
            round(LEFT + wide * (x - self.x[0]) / (self.x[1] - self.x[0]), 1),
            round(HEIGHT - BOTTOM - high * (y - self.y[0]) / (self.y[1] - self.y[0]), 1),
        )

    def line(self, points: list[tuple[float, float]], color: str, *, wide: float = 2, dash: str = "") -> None:
        path = " ".join(f"{a},{b}" for a, b in (self.at(*point) for point in points))
        self.parts.append(
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{wide}" stroke-dasharray="{dash}"/>'
        )

    def area(self, points: list[tuple[float, float]], color: str, *, strength: float = 0.15) -> None:
        path = " ".join(f"{a},{b}" for a, b in (self.at(*point) for point in points))
        self.parts.append(f'<polygon points="{path}" fill="{color}" fill-opacity="{strength}"/>')

    def dot(self, x: float, y: float, color: str, *, hollow: bool = False) -> None:
        a, b = self.at(x, y)
        self.parts.append(
            f'<circle cx="{a}" cy="{b}" r="4.5" fill="{"#fff" if hollow else color}" stroke="{color}" stroke-width="2"/>'
        )

    def text(
        self, x: float, y: float, words: str, *, anchor: str = "start", color: str = INK, dx: float = 0, dy: float = 4
    ) -> None:
        a, b = self.at(x, y)
        self.parts.append(
            f'<text x="{a + dx}" y="{b + dy}" text-anchor="{anchor}" fill="{color}">{escape(words)}</text>'
        )

    def grid(self, across: list[float], told: list[str], up: list[float] = (), up_told: list[str] = ()) -> None:  # type: ignore[assignment]
        for value, words in zip(across, told, strict=True):
            self.line([(value, self.y[0]), (value, self.y[1])], "#e3e7eb", wide=1)
            self.text(value, self.y[0], words, anchor="middle", dy=18, color="#52606d")
        for value, words in zip(up, up_told, strict=True):
            self.line([(self.x[0], value), (self.x[1], value)], "#e3e7eb", wide=1)
            self.text(self.x[0], value, words, anchor="end", dx=-8, color="#52606d")

    def save(self) -> None:
        labels = f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle" fill="#52606d">{escape(self.across)}</text>'
        labels += f'<text x="12" y="18" fill="#52606d">{escape(self.up)}</text>'
        body = "\n".join([labels, *self.parts])
        (FOLDER / f"impact-{self.name}.svg").write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="Inter, sans-serif" '
            f'font-size="13">\n<title>{escape(self.say)}</title>\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n{body}\n</svg>\n'
        )


def intervals(picture: Picture, rows: list[tuple[str, impact.Figure]]) -> None:
    """A dot and a bar for each, from top to bottom; words where there is no figure."""
    for k, (name, figure) in enumerate(rows):
        y = len(rows) - 1 - k
        picture.text(picture.x[0], y, name, anchor="end", dx=-12)
        if figure.value is None or figure.low is None or figure.high is None:
            picture.text(picture.x[0], y, f"{figure.unknown}", dx=12, color="#52606d")
            continue
        picture.line([(figure.low, y), (figure.high, y)], BLUE, wide=3)
        picture.dot(figure.value, y, BLUE)
    picture.save()


def answers() -> None:
    rng = np.random.default_rng(1)
    many = rng.choice([10, 9, 8, 7, 5], 120, p=[0.3, 0.25, 0.2, 0.1, 0.15])
    some, few = many[:18], many[:4]
    picture = Picture(
        "nps", "Net promoter score of 120, 18 and 4 answers", (-100, 100), (-0.6, 2.6), "net promoter score"
    )
    picture.grid([-100, -50, 0, 50, 100], ["-100", "-50", "0", "50", "100"])
    intervals(
        picture, [("120 mentees", impact.nps(many)), ("18 mentors", impact.nps(some)), ("4 managers", impact.nps(few))]
    )


def steps(curve: impact.Curve, of: str) -> list[tuple[float, float]]:
    values, points = getattr(curve, of), []
    for k, month in enumerate(curve.month):
        if k:
            points.append((float(month), 100 * float(values[k - 1])))
        points.append((float(month), 100 * float(values[k])))
    return points


def two_curves(study: impact.Study, of: str, name: str, say: str, least: float) -> None:
    curves = study.curves(of)
    picture = Picture(
        name, say, (0, 12), (least, 100), "months since the start", "to how many of a hundred it has not happened"
    )
    up = [least, (least + 100) / 2, 100]
    picture.grid([0, 3, 6, 9, 12], ["0", "3", "6", "9", "12"], up, [f"{each:g} %" for each in up])
    for group, color in (("comparison", ORANGE), ("participants", BLUE)):
        curve = curves[group]
        picture.area(steps(curve, "low") + steps(curve, "high")[::-1], color)
        picture.line(steps(curve, "share"), color)
    heights = {group: 100 * float(curves[group].share[-1]) for group in curves}
    for group, words, color in (("participants", "participants", BLUE), ("comparison", "people alike", ORANGE)):
        above = heights[group] >= max(heights.values())
        picture.text(11.9, heights[group], words, anchor="end", color=color, dy=-24 if above else 24)
    picture.save()


def balance(effect: impact.Effect) -> None:
    rows = sorted(effect.balance, key=lambda row: -abs(row[1]))[:8]
    picture = Picture(
        "balance",
        "Differences between the groups before and after weighting",
        (-0.6, 0.6),
        (-0.6, 7.6),
        "standard deviations",
    )
    picture.grid([-0.5, -0.1, 0, 0.1, 0.5], ["-0.5", "-0.1", "", "0.1", "0.5"])
    for k, (name, before, after) in enumerate(rows):
        picture.text(-0.6, 7 - k, name, anchor="end", dx=-12)
        picture.line([(before, 7 - k), (after, 7 - k)], GREY, wide=1, dash="3 3")
        picture.dot(max(-0.58, min(0.58, before)), 7 - k, ORANGE, hollow=True)
        picture.dot(after, 7 - k, BLUE)
    picture.text(0.58, 0, "hollow: before, full: after", anchor="end", color="#52606d")
    picture.save()


def differences(effect: impact.Effect, truth: float) -> None:
    assert effect.value is not None
    picture = Picture(
        "effect",
        "The effect with its interval, the naive difference and the truth",
        (-14, 4),
        (-0.6, 2.6),
        "points: participants minus comparison",
    )
    picture.grid([-12, -8, -4, 0, 4], ["-12", "-8", "-4", "0", "+4"])
    for y, name in ((2, "naive difference"), (1, "effect"), (0, "the truth")):
        picture.text(-14, y, name, anchor="end", dx=-12)
    picture.dot(100 * (effect.naive or 0), 2, ORANGE, hollow=True)
    picture.line([(100 * (effect.low or 0), 1), (100 * (effect.high or 0), 1)], BLUE, wide=3)
    picture.dot(100 * effect.value, 1, BLUE)
    picture.dot(100 * truth, 0, INK)
    picture.save()


def strength(effect: impact.Effect) -> None:
    found = impact.e_value(effect)[0] or 1.0
    ratio = found**2 / (2 * found - 1)
    picture = Picture(
        "e-value",
        "What something unmeasured would have to be to explain the effect away",
        (1, 6),
        (1, 6),
        "how much likelier it makes taking part",
        "how much likelier it makes the outcome",
    )
    told = [f"{each}x" for each in range(1, 7)]
    picture.grid(list(range(1, 7)), told, list(range(1, 7)), told)
    border = [(float(a), float(ratio * (a - 1) / (a - ratio))) for a in np.linspace(ratio + 0.01, 6, 200)]
    border = [point for point in border if point[1] <= 6]
    picture.area([*border, (6, 6)], ORANGE)
    picture.line(border, ORANGE)
    picture.dot(found, found, ORANGE)
    picture.text(found, found, f"E-value {found:.2f}", dx=12)
    picture.text(5.9, 5.6, "would explain it away", anchor="end", color=ORANGE)
    picture.save()


def bands() -> None:
    rng = np.random.default_rng(2)
    score = rng.beta(4, 3, 240)
    found = impact.calibration(score, rng.random(240) < 0.2 + 0.6 * score)
    picture = Picture(
        "calibration",
        "Share of mentorships that went well, by band of score",
        (0, 1),
        (0, 100),
        "score when matched",
        "went well",
    )
    picture.grid([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"], [0, 50, 100], ["0 %", "50 %", "100 %"])
    for low, high, figure in found.bands:
        middle = (low + high) / 2
        if figure.value is not None and figure.low is not None and figure.high is not None:
            picture.line([(middle, 100 * figure.low), (middle, 100 * figure.high)], BLUE, wide=3)
            picture.line([(low, 100 * figure.value), (high, 100 * figure.value)], BLUE, wide=1)
            picture.dot(middle, 100 * figure.value, BLUE)
    picture.save()


def power() -> None:
    pairs = [30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000]
    picture = Picture(
        "power",
        "The smallest difference that can be seen, by number of pairs",
        (np.log(30), np.log(2000)),
        (0, 40),
        "pairs",
        "points that are seen with 80 % power",
    )
    picture.grid(
        [np.log(each) for each in (30, 100, 300, 1000)],
        ["30", "100", "300", "1,000"],
        [0, 10, 20, 30, 40],
        ["0", "10", "20", "30", "40"],
    )
    for base, color in ((0.16, BLUE), (0.5, ORANGE)):
        points = [(float(np.log(each)), 100 * impact.power(each, base=base)) for each in pairs]
        picture.line(points, color)
        picture.text(*points[2], f"of {base:.0%}", dx=8, dy=-8 if base == 0.5 else 22, color=color)
    picture.save()


def roi() -> None:
    found = impact.roi(
        {
            "pairs": impact.Range(180, 200, 210), "cost_per_pair": impact.Range(150, 200, 300),
            "hours_per_pair": impact.Range(10, 15, 25), "cost_per_hour": impact.Range(50, 60, 75),
            "avoided_leavers_share": impact.Range(-0.01, 0.04, 0.09), "replacement_cost": impact.Range(20_000, 40_000, 70_000),
            "months_sooner_productive": impact.Range(0, 0.2, 0.5), "monthly_value": impact.Range(1000, 2000, 3000),
        },
        rng=np.random.default_rng(0),
    )  # fmt: skip
    rows = sorted(found.spread.items(), key=lambda row: -row[1])
    picture = Picture(
        "roi",
        "Which input makes the result uncertain",
        (0, 100),
        (-0.6, len(rows) - 0.4),
        "% of what isn't known about the net result is due to it",
    )
    picture.grid([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100"])
    for k, (name, part) in enumerate(rows):
        y = len(rows) - 1 - k
        short = {"avoided_leavers_share": "avoided leavers", "months_sooner_productive": "months sooner"}.get(
            name, name.replace("_", " ")
        )
        picture.text(0, y, short, anchor="end", dx=-12)
        picture.area([(0, y - 0.3), (100 * part, y - 0.3), (100 * part, y + 0.3), (0, y + 0.3)], BLUE, strength=0.8)
    net, ratio = found.net, found.ratio
    if net.low is not None and net.high is not None and ratio.low is not None and ratio.high is not None:
        picture.text(98, 1.6, f"net {net.low:,.0f} to {net.high:,.0f}", anchor="end")
        picture.text(98, 0.8, f"for each 1 spent {ratio.low:.1f} to {ratio.high:.1f}", anchor="end")
    picture.save()


def table() -> None:
    counts = np.array([[3, 20, 31], [18, 44, 0], [25, 37, 52]])
    shown = impact.disclose(counts)
    full = np.vstack([counts, counts.sum(axis=0)])
    full = np.hstack([full, full.sum(axis=1, keepdims=True)])
    picture = Picture(
        "disclosure", "A table in which a cell of 3 is hidden, and three others with it", (-0.5, 3.5), (-0.5, 4.0)
    )
    for j, head in enumerate(["Berlin", "Pune", "Austin", "all"]):
        picture.text(j, 3.9, head, anchor="middle", color="#52606d")
    for i, row in enumerate(["Sales", "Engineering", "Finance", "all"]):
        picture.text(-0.5, 3 - i, row, anchor="end", dx=-12, color="#52606d")
        for j in range(4):
            picture.text(
                j,
                3 - i,
                f"{full[i, j]}" if shown[i, j] else "hidden",
                anchor="middle",
                color=INK if shown[i, j] else ORANGE,
            )
    picture.save()


def main() -> None:
    world = make(12, Setting())
    study = impact.Study(world.people, world.events, world.starts, world.as_of, covariates=COVARIATES, primary=True)
    effect = study.effect("left")
    answers()
    two_curves(study, "left", "survival", "Who is still there, participants and people alike", 80)
    two_curves(study, "promoted", "incidence", "Who has not been promoted, leaving competing", 80)
    balance(effect)
    differences(effect, world.truth)
    strength(effect)
    bands()
    power()
    roi()
    table()


if __name__ == "__main__":
    main()
