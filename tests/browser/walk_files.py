"""The two files of the walk, made: an HR export of 311 people with the defects of real ones, and what a form collected from 120 of them."""

from __future__ import annotations

import csv
import io
import random

from tests.people.importing.made import HEADER, as_csv, hr_row

PEOPLE, APPLICANTS = 311, 120
_GIVEN = (
    "Amir", "Bea", "Chen", "Dora", "Eli", "Fay", "Gus", "Hana", "Igor", "Jude", "Kaya", "Lars", "Mina", "Noor", "Otis", "Pia", "Quin", "Rhea",
    "Sven", "Tara", "Ugo", "Vera", "Wim", "Xenia", "Yuri", "Zara", "Anouk", "Boris", "Cleo", "Dario", "Edna", "Finn",
)  # fmt: skip
_FAMILIES = (
    "Adler",
    "Ait Brahim",
    "Baker",
    "Castillo",
    "D'Arcy",
    "Eriksen",
    "Fontaine",
    "García",
    "Holm",
    "Ivanov",
)
FORM = [
    "Timestamp", "Your name", "Would you like to be a mentor or a mentee?", "How many mentees?", "What would you like to get out of it?",
    "What can you help with?", "What matters most to you at work?", "When are you usually free to meet?", "In which languages can you talk?",
    "Who would you like to be matched with?", "Who should you not be matched with?",
]  # fmt: skip
_GOALS = (
    "Leading people",
    "Growing in my role",
    "Building a network",
    "Confidence",
    "Speaking and presenting",
    "Technical depth",
)
_VALUES = ("Honesty", "Learning", "Helping others", "Independence", "Achievement", "Creativity", "Fairness")
_HOURS = ("Mon 09:00-11:00; Wed 14:00-16:00", "Tue 10:00-12:00", "Thu 13:00-17:00; Fri 09:00-10:00", "Wed 14:00-18:00")


def _name(number: int) -> tuple[str, str]:
    return _GIVEN[number // 10], _FAMILIES[number % 10]


def people_csv() -> bytes:
    rows = []
    for number in range(PEOPLE):
        given, family = _name(number)
        row = hr_row(number % 120) | {"Employee_Name": f"{family}, {given}  ", "EmpID": str(10_000 + number)}
        rows.append(list(row.values()))
    return as_csv(rows)


def applications_csv() -> bytes:
    """By name alone, since nobody has an address; with an answer that is none, a wish and a veto for somebody unknown."""
    rng = random.Random(5)
    there = [number for number in range(PEOPLE) if (number % 120) % 3 != 2][:APPLICANTS]
    names = [" ".join(_name(number)) for number in there]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(FORM)
    for place, name in enumerate(names):
        mentor = place % 5 < 2
        others = [other for other in names if other != name]
        goals = "; ".join(rng.sample(_GOALS, 3))
        writer.writerow([
            f"11/{place % 20 + 1}/2026 9:{place % 60:02d}:00", name, "Mentor" if mentor else "Mentee", rng.choice("122") if mentor else "",
            "" if mentor else goals, goals if mentor else "", "; ".join(rng.sample(_VALUES, 3)), rng.choice(_HOURS), "English: 5",
            rng.choice(others) if place % 4 == 0 else "", rng.choice(others) if place % 9 == 0 else "",
        ])  # fmt: skip
    text = out.getvalue().replace("Speaking and presenting", "Speking and presenting", 1)
    return text.replace(names[7] + ",", names[7] + ",", 1).encode()


assert HEADER
