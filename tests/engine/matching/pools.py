"""Random people as plain Python, their cells as in the file, and the formulas of every dimension one pair at a time.

Written from the table of the specification alone: nothing of the engine is used here.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

WORDS = [f"Word {k}" for k in range(12)]
ZONES = ["Europe/Berlin", "Asia/Kolkata", "America/New_York", "Pacific/Auckland", "Pacific/Honolulu"]
CADENCES = ["weekly", "every two weeks", "monthly", "quarterly"]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONDAY = datetime(2026, 1, 5)  # noqa: DTZ001 - local time, its zone is set for each person


def person(rng: Random, name: str) -> dict[str, Any]:
    """Somebody who leaves about a third of the questions open."""

    def some(least: int, most: int) -> list[str]:
        return rng.sample(WORDS, rng.randint(least, most))

    def levelled(most: int) -> list[tuple[str, int | None]]:
        return [(word, rng.choice([None, 1, 2, 3, 4, 5])) for word in some(1, most)]

    def hours() -> list[tuple[int, int, int]]:
        return sorted({(rng.randrange(7), (h := rng.randrange(0, 90)), h + rng.randrange(1, 30)) for _ in range(3)})

    answers: dict[str, Any] = {
        "goals": some(1, 5),
        "helps_with": some(1, 6),
        "skills_wanted": levelled(3),
        "skills_offered": levelled(6),
        "soft_wanted": levelled(3),
        "soft_offered": levelled(6),
        "priority": rng.choice(["goals", "values", "level_gap", "skills"]),
        "target_role": rng.choice(WORDS[:4]),
        "position": rng.choice(WORDS[:4]),
        "values": some(1, 5),
        "style_sought": some(1, 4),
        "style_offered": some(1, 6),
        "work_style": [rng.randint(1, 5) for _ in range(5)],
        "interests": some(1, 5),
        "hobbies": some(1, 5),
        "industry": some(1, 2),
        "education": some(1, 2),
        "certifications": some(1, 3),
        "networks": some(1, 3),
        "function": rng.choice(WORDS[:3]),
        "department": rng.choice(WORDS[:3]),
        "site": rng.choice(WORDS[:3]),
        "level": rng.randint(0, 7),
        "hired": (rng.randint(2001, 2025), rng.randint(1, 12), rng.randint(1, 28)),
        "timezone": rng.choice(ZONES),
        "availability": hours(),
        "cadence": rng.choice(CADENCES),
        "minutes": rng.choice([15, 30, 45, 60, 90]),
        "medium": rng.sample(["video", "phone", "in person"], rng.randint(1, 2)),
        "commitment_hours": rng.choice([1, 2, 3.5, 5]),
        "languages": [(word, rng.choice([None, 1, 2, 3, 4, 5])) for word in rng.sample(["en", "de", "fr"], 2)],
        "challenge": some(1, 3),
        "birth_year": rng.randint(1955, 2005),
        "waited": rng.randint(0, 5),
    }
    kept = {key: value for key, value in answers.items() if rng.random() > 0.3}
    if rng.random() > 0.3:
        kept |= {"communication": rng.randint(0, 10) / 10, "formality": rng.randint(0, 10) / 10}
    return {"id": name, **kept}


def people(rng: Random, mentors: int, mentees: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Both sides, with wishes and a past among them."""
    ours = [person(rng, f"m{k}") for k in range(mentors)]
    theirs = [person(rng, f"e{k}") for k in range(mentees)]
    for side, others in ((ours, theirs), (theirs, ours)):
        names = [each["id"] for each in others]
        for each in side:
            if rng.random() > 0.5:
                each["wants"] = rng.sample(names, min(len(names), rng.randint(1, 3)))
            if rng.random() > 0.8:
                each["past"] = rng.sample(names, 1)
    return ours, theirs


def cell(key: str, value: Any) -> str:
    """The cell that PEOPLE.csv would hold."""
    if key == "hired":
        return "{:04}-{:02}-{:02}".format(*value)
    if key == "availability":
        return ";".join(f"{DAYS[d]} {a // 4:02}:{a % 4 * 15:02}-{b // 4 % 24:02}:{b % 4 * 15:02}" for d, a, b in value)
    if isinstance(value, list):
        if value and isinstance(value[0], tuple):
            return ";".join(word if level is None else f"{word}:{level}" for word, level in value)
        return ";".join(str(each) for each in value)
    return str(value)


def columns(side: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The columns of people, cells as in the file."""
    keys = sorted({key for each in side for key in each})
    return {key: [cell(key, each[key]) if key in each else "" for each in side] for key in keys}


def free(each: dict[str, Any]) -> set[int]:
    """The quarters of an hour of the UTC week, each tried on its own."""
    zone = ZoneInfo(each.get("timezone", "UTC"))
    found = set()
    for day, start, end in each["availability"]:
        for quarter in range(start, end):
            local = (MONDAY + timedelta(days=day, minutes=15 * quarter)).replace(tzinfo=zone)
            since = local.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) - MONDAY
            found.add(int(since.total_seconds() // 900) % 672)
    return found


class Formulas:
    """Scores of one pair at a time; None where one of the two didn't answer."""

    def __init__(self, mentors: list[dict[str, Any]], mentees: list[dict[str, Any]], **settings: Any) -> None:
        self.mentors = mentors
        self.mentees = mentees
        self.settings = settings

    def score(self, key: str, a: dict[str, Any], b: dict[str, Any]) -> float | None:
        return getattr(self, key)(a, b)

    def goals(self, a, b):
        if "helps_with" not in a or "goals" not in b:
            return None
        n = max(3, len(b["goals"]))
        named = [g for e in self.mentees for g in e.get("goals", [])]
        offers = [m["helps_with"] for m in self.mentors if "helps_with" in m]
        hit = sum(g in offer for g in named for offer in offers) / (len(named) * len(offers))
        x = [float(g in a["helps_with"]) for g in b["goals"]] + [hit] * (n - len(b["goals"]))
        return sum(x[r - 1] / r for r in range(1, n + 1)) / sum(1 / r for r in range(1, n + 1))

    def _skills(self, a, b, offered, wanted, levels):
        if offered not in a or wanted not in b:
            return None

        def met(offer, word, level):
            given = dict(offer)
            if word not in given:
                return False
            if not levels or level is None:
                return True
            return given[word] is not None and given[word] > level

        m = {w: sum(w in dict(e.get(offered, [])) for e in self.mentors) for w in WORDS}
        idf = {w: math.log((len(self.mentors) + 1) / (m[w] + 1)) for w in WORDS}
        named = [want for e in self.mentees for want in e.get(wanted, [])]
        offers = [e[offered] for e in self.mentors if offered in e]
        hit = sum(met(offer, *want) for want in named for offer in offers) / (len(named) * len(offers))
        mean = sum(idf[w] for w, _ in named) / len(named)
        e = max(0, 2 - len(b[wanted]))
        top = sum(idf[w] * met(a[offered], w, level) for w, level in b[wanted]) + e * mean * hit
        return top / (sum(idf[w] for w, _ in b[wanted]) + e * mean)

    def skills(self, a, b):
        return self._skills(a, b, "skills_offered", "skills_wanted", True)

    def soft_skills(self, a, b):
        return self._skills(a, b, "soft_offered", "soft_wanted", False)

    def priority(self, a, b):
        return self.score(b["priority"], a, b) if "priority" in b else None

    def target_role(self, a, b):
        return float(a["position"] == b["target_role"]) if "position" in a and "target_role" in b else None

    def values(self, a, b):
        if "values" not in a or "values" not in b:
            return None
        va, vb = a["values"], b["values"]
        common = sum(1 / (va.index(v) + 1) + 1 / (vb.index(v) + 1) for v in va if v in vb)
        return common / sum(2 / r for r in range(1, max(3, len(va), len(vb)) + 1))

    def style(self, a, b):
        if "style_offered" not in a or "style_sought" not in b:
            return None
        return sum(s in a["style_offered"] for s in b["style_sought"]) / len(b["style_sought"])

    def work_style(self, a, b):
        if "work_style" not in a or "work_style" not in b:
            return None
        turned = self.settings.get("complement", ())
        apart = [abs(x - y) / 4 for x, y in zip(a["work_style"], b["work_style"])]
        return sum(d if k in turned else 1 - d for k, d in enumerate(apart, 1)) / 5

    def communication(self, a, b):
        if "communication" not in a or "communication" not in b:
            return None
        return 1 - (abs(a["communication"] - b["communication"]) + abs(a["formality"] - b["formality"])) / 2

    def _overlap(self, a, b, key):
        if key not in a or key not in b:
            return None
        return len(set(a[key]) & set(b[key])) / len(set(a[key]) | set(b[key]))

    def interests(self, a, b):
        return self._overlap(a, b, "interests")

    def hobbies(self, a, b):
        return self._overlap(a, b, "hobbies")

    def industry(self, a, b):
        return self._overlap(a, b, "industry")

    def education(self, a, b):
        return self._overlap(a, b, "education")

    def certifications(self, a, b):
        return self._overlap(a, b, "certifications")

    def networks(self, a, b):
        return self._overlap(a, b, "networks")

    def _equal(self, a, b, key, different=False):
        return float((a[key] == b[key]) != different) if key in a and key in b else None

    def function(self, a, b):
        return self._equal(a, b, "function")

    def department(self, a, b):
        return self._equal(a, b, "department", different=True)

    def site(self, a, b):
        return self._equal(a, b, "site")

    def level_gap(self, a, b):
        if "level" not in a or "level" not in b:
            return None
        low, high = self.settings.get("level_gap", (1, 3))
        gap = a["level"] - b["level"]
        return max(0.0, 1 - max(0, low - gap, gap - high) / 3)

    def tenure_gap(self, a, b):
        if "hired" not in a or "hired" not in b:
            return None
        years = (b["hired"][0] - a["hired"][0]) + (b["hired"][1] - a["hired"][1]) / 12
        years += (b["hired"][2] - a["hired"][2]) / 372
        return max(0.0, 1 - max(0, 2 - years, years - 15) / 5)

    def common_hours(self, a, b):
        if "availability" not in a or "availability" not in b:
            return None
        said = [each["minutes"] for each in (a, b) if "minutes" in each]
        return min(1.0, len(free(a) & free(b)) / (max(said, default=60) / 15))

    def time_zone(self, a, b):
        if "timezone" not in a or "timezone" not in b:
            return None
        offsets = [MONDAY.replace(tzinfo=ZoneInfo(e["timezone"])).utcoffset().total_seconds() / 3600 for e in (a, b)]
        apart = abs(offsets[0] - offsets[1])
        return 1 - min(apart, 24 - apart) / 12

    def cadence(self, a, b):
        if "cadence" not in a or "cadence" not in b:
            return None
        return {0: 1.0, 1: 0.5}.get(abs(CADENCES.index(a["cadence"]) - CADENCES.index(b["cadence"])), 0.0)

    def minutes(self, a, b):
        return max(0.0, 1 - abs(a["minutes"] - b["minutes"]) / 60) if "minutes" in a and "minutes" in b else None

    def medium(self, a, b):
        return float(bool(set(a["medium"]) & set(b["medium"]))) if "medium" in a and "medium" in b else None

    def commitment(self, a, b):
        if "commitment_hours" not in a or "commitment_hours" not in b:
            return None
        return min(1.0, min(a["commitment_hours"], b["commitment_hours"]) / self.settings["commitment_hours"])

    def languages(self, a, b):
        if "languages" not in a or "languages" not in b:
            return None
        ours, theirs = ({word: 5 if level is None else level for word, level in e["languages"]} for e in (a, b))
        return max((min(ours[word], theirs[word]) for word in ours if word in theirs), default=0) / 5

    def challenge(self, a, b):
        if "challenge" not in a or "challenge" not in b:
            return None
        return float(bool(set(a["challenge"]) & set(b["challenge"])))

    def generation(self, a, b):
        if "birth_year" not in a or "birth_year" not in b:
            return None
        return min(1.0, abs(a["birth_year"] - b["birth_year"]) / 15)

    def _wish(self, by, of):
        if "wants" not in by:
            return None
        return 1 - by["wants"].index(of["id"]) / len(by["wants"]) if of["id"] in by["wants"] else 0.0

    def wishes_of_mentee(self, a, b):
        return self._wish(b, a)

    def wishes_of_mentor(self, a, b):
        return self._wish(a, b)

    def past(self, a, b):
        return float(b["id"] not in a.get("past", []) and a["id"] not in b.get("past", []))

    def waited(self, a, b):
        return min(1.0, b["waited"] / 3) if "waited" in b else None
