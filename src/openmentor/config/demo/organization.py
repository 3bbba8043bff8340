"""A made organization: 'Brightwater', some offices, some departments, people with a working life. Seeded: the same every time."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

GIVEN = [
    "Ada",
    "Alma",
    "Amara",
    "Anika",
    "Aroha",
    "Astrid",
    "Ayla",
    "Beatriz",
    "Bisi",
    "Camila",
    "Carmen",
    "Chiara",
    "Chloe",
    "Daniela",
    "Dina",
    "Elena",
    "Elif",
    "Emma",
    "Esi",
    "Fatima",
    "Freya",
    "Grace",
    "Hana",
    "Ines",
    "Ingrid",
    "Isla",
    "Ivana",
    "Jana",
    "Jasmin",
    "Joana",
    "Kaori",
    "Katya",
    "Keira",
    "Lara",
    "Leila",
    "Lena",
    "Lin",
    "Lucia",
    "Maja",
    "Mara",
    "Marta",
    "Mei",
    "Mina",
    "Nadia",
    "Naomi",
    "Nia",
    "Noor",
    "Olga",
    "Paula",
    "Petra",
    "Priya",
    "Rania",
    "Rosa",
    "Ruth",
    "Saida",
    "Sana",
    "Sara",
    "Selma",
    "Sofia",
    "Tara",
    "Tess",
    "Uma",
    "Vera",
    "Yara",
    "Yuki",
    "Zoe",
    "Adam",
    "Ade",
    "Ahmed",
    "Alan",
    "Amir",
    "Anders",
    "Andre",
    "Arjun",
    "Bruno",
    "Carlos",
    "Chen",
    "Dan",
    "Daniel",
    "Dario",
    "David",
    "Diego",
    "Ebo",
    "Elias",
    "Emil",
    "Enzo",
    "Eric",
    "Felix",
    "Finn",
    "Hamza",
    "Henrik",
    "Hugo",
    "Ian",
    "Igor",
    "Ivan",
    "Jakob",
    "Jamal",
    "Jan",
    "Javier",
    "Joao",
    "Jonas",
    "Juan",
    "Kai",
    "Karim",
    "Kenji",
    "Kofi",
    "Kwame",
    "Lars",
    "Leo",
    "Levi",
    "Liam",
    "Luca",
    "Luis",
    "Marco",
    "Mateo",
    "Max",
    "Milan",
    "Nico",
    "Noah",
    "Oleg",
    "Omar",
    "Oscar",
    "Pablo",
    "Paul",
    "Pedro",
    "Rafael",
    "Rahul",
    "Ravi",
    "Ryan",
    "Samir",
    "Sven",
    "Theo",
    "Tim",
    "Tom",
    "Viktor",
    "Yusuf",
]
FAMILY = [
    "Abara",
    "Adeyemi",
    "Ahlberg",
    "Alvarez",
    "Andersen",
    "Asante",
    "Bakker",
    "Banerjee",
    "Barros",
    "Becker",
    "Bianchi",
    "Bose",
    "Brandt",
    "Brown",
    "Bui",
    "Castro",
    "Chan",
    "Chaudhry",
    "Chen",
    "Costa",
    "Dahl",
    "Das",
    "Davies",
    "Diaz",
    "Dubois",
    "Eriksen",
    "Evans",
    "Farah",
    "Ferrari",
    "Fischer",
    "Fofana",
    "Garcia",
    "Gill",
    "Gomez",
    "Gupta",
    "Haddad",
    "Hansen",
    "Hassan",
    "Hill",
    "Hoang",
    "Horvat",
    "Ito",
    "Ivanov",
    "Jansen",
    "Johansson",
    "Joshi",
    "Kamara",
    "Kaya",
    "Keller",
    "Khan",
    "Kim",
    "Kovac",
    "Kowalski",
    "Kumar",
    "Larsen",
    "Lee",
    "Lewis",
    "Li",
    "Lopez",
    "Maier",
    "Mensah",
    "Meyer",
    "Mishra",
    "Moreau",
    "Mori",
    "Murphy",
    "Nair",
    "Nguyen",
    "Novak",
    "Obi",
    "Okafor",
    "Olsen",
    "Ortiz",
    "Park",
    "Patel",
    "Pereira",
    "Peters",
    "Popa",
    "Quinn",
    "Rao",
    "Reyes",
    "Ricci",
    "Rossi",
    "Roy",
    "Sato",
    "Schmidt",
    "Shah",
    "Silva",
    "Singh",
    "Smith",
    "Sousa",
    "Steiner",
    "Suzuki",
    "Tanaka",
    "Torres",
    "Tran",
    "Usman",
    "Vargas",
    "Vogel",
    "Wagner",
    "Walker",
    "Wang",
    "Weber",
    "Wilson",
    "Wood",
    "Yang",
    "Yilmaz",
    "Zhang",
]
#: site, country, time zone, share of the people
SITES = [
    ("Rotterdam", "Netherlands", "Europe/Amsterdam", 0.34),
    ("Lisbon", "Portugal", "Europe/Lisbon", 0.16),
    ("Toronto", "Canada", "America/Toronto", 0.22),
    ("Bengaluru", "India", "Asia/Kolkata", 0.20),
    ("Singapore", "Singapore", "Asia/Singapore", 0.08),
]
LANGUAGE_OF = {"Rotterdam": "nl", "Lisbon": "pt", "Toronto": "fr", "Bengaluru": "hi", "Singapore": "zh"}
#: department: (function, positions from the first level up, skills, share)
DEPARTMENTS: dict[str, tuple[str, list[str], list[str], float]] = {
    "Engineering": (
        "Technology",
        ["Engineer", "Senior Engineer", "Staff Engineer", "Engineering Manager", "Director of Engineering"],
        ["python", "sql", "cloud", "testing", "architecture", "data pipelines", "security"],
        0.30,
    ),
    "Product": (
        "Technology",
        ["Analyst", "Product Manager", "Senior Product Manager", "Product Lead", "Director of Product"],
        ["user research", "roadmaps", "data analysis", "writing", "negotiation"],
        0.12,
    ),
    "Sales": (
        "Commercial",
        ["Account Executive", "Senior Account Executive", "Key Account Manager", "Sales Manager", "Director of Sales"],
        ["negotiation", "forecasting", "presenting", "customer relations", "pricing"],
        0.18,
    ),
    "Customer Care": (
        "Commercial",
        ["Care Specialist", "Senior Specialist", "Team Lead", "Care Manager", "Director of Care"],
        ["customer relations", "conflict resolution", "coaching", "writing"],
        0.14,
    ),
    "Finance": (
        "Corporate",
        ["Accountant", "Senior Accountant", "Controller", "Finance Manager", "Director of Finance"],
        ["accounting", "forecasting", "sql", "risk", "data analysis"],
        0.09,
    ),
    "People": (
        "Corporate",
        ["People Partner", "Senior People Partner", "People Lead", "People Manager", "Director of People"],
        ["coaching", "facilitation", "labor law", "conflict resolution"],
        0.07,
    ),
    "Operations": (
        "Operations",
        ["Coordinator", "Planner", "Senior Planner", "Operations Manager", "Director of Operations"],
        ["planning", "logistics", "process design", "lean", "sql"],
        0.10,
    ),
}

EVERY_SKILL = sorted({skill for entry in DEPARTMENTS.values() for skill in entry[2]})


@dataclass
class Made:
    """One made person, before they are a row."""

    number: int
    given: str
    family: str
    department: str
    function: str
    position: str
    level: int
    team: str
    site: str
    country: str
    timezone: str
    hired: date
    skills: dict[str, int]
    left: date | None = None
    promoted: list[date] = field(default_factory=list)
    manager: int | None = None
    languages: dict[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def email(self) -> str:
        return f"{self.given}.{self.family}.{self.number}@brightwater.example".lower()


def make(count: int, today: date, seed: int = 7) -> list[Made]:
    """``count`` people; about one in twelve has left. Levels thin out upwards, everybody but the directors has a manager."""
    rng = random.Random(seed)  # noqa: S311 - a made world, no secret
    departments = list(DEPARTMENTS)
    made: list[Made] = []
    for number in range(1, count + 1):
        if number <= len(departments):  # each department has its head
            department, level = departments[number - 1], 4
        else:
            department = rng.choices(departments, [DEPARTMENTS[name][3] for name in departments])[0]
            level = rng.choices(range(5), [0.40, 0.27, 0.19, 0.10, 0.04])[0]
        function, positions, skills, _share = DEPARTMENTS[department]
        site, country, timezone, _part = rng.choices(SITES, [entry[3] for entry in SITES])[0]
        years = min(18.0, rng.gammavariate(2.0, 1.0 + level))
        hired = today - timedelta(days=int(365.25 * years) + 20)
        pool = sorted({*skills, *rng.sample(EVERY_SKILL, 2)})
        chosen = rng.sample(pool, k=min(len(pool), rng.randint(2, 5)))
        person = Made(
            number,
            rng.choice(GIVEN),
            rng.choice(FAMILY),
            department,
            function,
            positions[level],
            level + 1,
            f"{department} {site}",
            site,
            country,
            timezone,
            hired,
            {skill: max(1, min(5, level + rng.choice([0, 1, 1, 2]))) for skill in chosen},
            languages={"en": rng.choice([3, 4, 4, 5]), **({LANGUAGE_OF[site]: 5} if rng.random() < 0.8 else {})},
        )
        for step in range(level):
            when = hired + (today - hired) * (step + 1) / (level + 1)
            if (when - hired).days > 200 and rng.random() < 0.7:
                person.promoted.append(when)
        if rng.random() < 1 / 12 and number > 40:
            person.left = hired + (today - hired) * rng.uniform(0.5, 1)
        made.append(person)
    for person in made:
        above = [
            other
            for other in made
            if other.department == person.department and other.level > person.level and other.left is None
        ]
        if above:
            nearest = min(other.level for other in above)
            close = [other for other in above if other.level == nearest]
            person.manager = rng.choice([other for other in close if other.site == person.site] or close).number
    return made
