"""What the made people answer when they apply. Mentors and mentees of one department know similar things; everybody else differs."""

from __future__ import annotations

import random
from typing import Any

from openmentor.config.demo.organization import DEPARTMENTS, Made
from openmentor.surveys import standard

GOALS = [value for value, _label in standard.GOALS]
VALUES = [value for value, _label in standard.VALUES]
STYLES = [value for value, _label in standard.STYLES]
SOFT = [value for value, _label in standard.SOFT_SKILLS]
HOBBIES = [
    "running",
    "cooking",
    "chess",
    "climbing",
    "gardening",
    "music",
    "reading",
    "cycling",
    "photography",
    "football",
    "swimming",
    "board",
    "games",
    "painting",
    "hiking",
]
INTERESTS = [
    "climate",
    "artificial intelligence",
    "education",
    "design",
    "economics",
    "history",
    "open source",
    "public speaking",
    "travel",
]
PRESETS = [
    "Mon 08:00-10:00;Wed 08:00-10:00",
    "Tue 12:00-13:00;Thu 12:00-13:00",
    "Mon 16:00-18:00;Tue 16:00-18:00;Thu 16:00-18:00",
    "Wed 09:00-12:00",
    "Fri 09:00-12:00;Mon 13:00-15:00",
    "Mon 09:00-11:00;Tue 09:00-11:00;Wed 09:00-11:00;Thu 09:00-11:00;Fri 09:00-11:00",
]
ABOUT_MENTOR = [
    "I have been in {department} for some years and like to think along with others.",
    "Somebody once took an hour a month for me. I would like to pass that on.",
    "Happy to talk about the path from {position} onwards, and about what I got wrong on it.",
]
ABOUT_MENTEE = [
    "I work as {position} and would like to see further than my own desk.",
    "I have a clear idea of the next step and none of how to get there.",
    "New ground for me: I want to learn {skill} from somebody who does it every day.",
]


def answers(person: Made, role: str, rng: random.Random) -> dict[str, Any]:
    """One person's answers in one role, by the key of the question. Optional ones are sometimes left out, as people do."""
    given: dict[str, Any] = {
        "values": rng.sample(VALUES, 3),
        "work_style": [rng.randint(1, 5) for _ in range(5)],
        "communication": rng.randint(1, 5),
        "availability": rng.choice(PRESETS),
        "timezone": person.timezone,
        "languages": [{"code": code, "level": level} for code, level in person.languages.items()],
        "medium": rng.sample(["video", "person", "phone"], rng.randint(1, 3)),
        "cadence": rng.choice(["weekly", "biweekly", "biweekly", "monthly"]),
    }
    if rng.random() < 0.7:
        given["interests"] = rng.sample(INTERESTS, rng.randint(1, 3))
    if rng.random() < 0.6:
        given["hobbies"] = rng.sample(HOBBIES, rng.randint(1, 3))
    department_skills = DEPARTMENTS[person.department][2]
    if role == "mentor":
        given["helps_with"] = rng.sample(GOALS, rng.randint(3, 6))
        given["skills_offered"] = [
            {"name": skill, "level": min(5, level + 1)} for skill, level in person.skills.items()
        ]
        given["style_offered"] = rng.sample(STYLES, rng.randint(2, 4))
        given["about"] = rng.choice(ABOUT_MENTOR).format(department=person.department, position=person.position)
        if rng.random() < 0.6:
            given["soft_offered"] = rng.sample(SOFT, rng.randint(2, 4))
    else:
        other = DEPARTMENTS[rng.choice(list(DEPARTMENTS))][2] if rng.random() < 0.4 else department_skills
        wanted = rng.sample(other, min(len(other), rng.randint(1, 3)))
        given["goals"] = rng.sample(GOALS, rng.randint(2, 3))
        given["skills_wanted"] = [{"name": skill, "level": rng.choice([None, 1, 2])} for skill in wanted]
        given["style_sought"] = rng.sample(STYLES, rng.randint(1, 3))
        given["about"] = rng.choice(ABOUT_MENTEE).format(position=person.position, skill=wanted[0])
        if rng.random() < 0.5:
            given["soft_wanted"] = rng.sample(SOFT, rng.randint(1, 3))
        if rng.random() < 0.4:
            given["priority"] = rng.choice(["goals", "skills", "style", "common_hours"])
    return given
