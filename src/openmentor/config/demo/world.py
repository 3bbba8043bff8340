"""Makes the demo: Brightwater, 600 people, one program in recruiting with its applications in. All of it in one transaction with the
mark that says what it is, so that a kill in between leaves nothing half made."""

from __future__ import annotations

import random
import sys
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from openmentor.config.demo import PROPERTY, applications, organization
from openmentor.enrollment.models import Enrollment, Preference, Veto
from openmentor.foundation import clock
from openmentor.foundation.actors import system
from openmentor.foundation.events import record
from openmentor.foundation.models import DatabaseProperty
from openmentor.people.models import EmploymentEvent, Identity, Person, Skill, Source
from openmentor.programs.models import Cohort, Expectation, Program, ProgramRole
from openmentor.surveys import standard
from openmentor.surveys.models import Answer, Response

MENTORS = 0.11
MENTEES = 0.19
PURPOSE = (
    "Half of those who left us last year said that they saw no way forward here. This program brings people together who would not meet at work, "
    "so that everybody knows somebody a few steps ahead."
)
BENEFITS_MENTOR = "- See your own work with fresh eyes\n- Practice leading by listening\n- Know people outside your department\n- One hour every two weeks, no forms to fill"
BENEFITS_MENTEE = "- Somebody a few steps ahead who has time for you\n- A clear next step, and help to take it\n- A network beyond your team\n- You say whom you would like, and whom not"
STEPS = "Apply in about four minutes, on your phone if you like\nWe look for the best match for everybody, and tell you why it is one\nYou say yes or no\nMeet every two weeks for six months"
EXPECTATIONS = {
    "mentor": [
        "I keep our meetings, or move them in good time.",
        "What I hear stays between us.",
        "I ask before I advise.",
    ],
    "mentee": [
        "I prepare what I want to talk about.",
        "What I hear stays between us.",
        "I say so early if it does not work for me.",
    ],
}


class NotEmpty(RuntimeError):
    """The database belongs to somebody: a demo is never made in it."""


def ensure(people: int = 600) -> None:
    """Make the demo if the database is new; leave it as it is if it is a demo already; stop if it is neither."""
    if DatabaseProperty.read(PROPERTY) is True:
        return
    if Person.objects.exists():
        print(
            "This database holds real people, so no demo is made in it. Choose another folder: --data DIR",
            file=sys.stderr,
        )
        raise SystemExit(2)
    with transaction.atomic():
        DatabaseProperty.objects.create(key=PROPERTY, value=True, written_at=clock.now())
        _World(people).make()


class _World:
    def __init__(self, count: int) -> None:
        self.rng = random.Random(11)  # noqa: S311 - a made world, no secret
        self.now = clock.now()
        self.today = self.now.date()
        self.made = organization.make(count, self.today)
        self.people: dict[int, Person] = {}

    def make(self) -> None:
        self._people()
        self._program()

    def _people(self) -> None:
        source = Source.objects.create(name="Brightwater HR")
        rows = [
            Person(
                name=one.name,
                given_name=one.given,
                family_name=one.family,
                email=one.email,
                timezone=one.timezone,
                position=one.position,
                function=one.function,
                department=one.department,
                team=one.team,
                level=one.level,
                site=one.site,
                country=one.country,
                hired_on=one.hired,
                left_on=one.left,
                password="!",  # noqa: S106 - no password opens these accounts
            )
            for one in self.made
        ]
        Person.objects.bulk_create(rows, batch_size=500)
        self.people = {one.number: row for one, row in zip(self.made, rows, strict=True)}
        for one in self.made:
            if one.manager:
                self.people[one.number].manager = self.people[one.manager]
        Person.objects.bulk_update([row for row in rows if row.manager_id], ["manager"], batch_size=500)
        Identity.objects.bulk_create(
            (
                Identity(person=self.people[one.number], source=source, external_id=f"B{one.number:05}")
                for one in self.made
            ),
            batch_size=500,
        )
        Skill.objects.bulk_create(
            (
                Skill(person=self.people[one.number], key=skill.casefold(), name=skill, level=level)
                for one in self.made
                for skill, level in one.skills.items()
            ),
            batch_size=500,
        )
        kinds = EmploymentEvent.Kind
        EmploymentEvent.objects.bulk_create(
            (
                EmploymentEvent(person=self.people[one.number], kind=kind, day=day, source=source)
                for one in self.made
                for kind, day in (
                    (kinds.HIRED, one.hired),
                    *((kinds.PROMOTED, day) for day in one.promoted),
                    *([(kinds.LEFT, one.left)] if one.left else []),
                )
            ),
            batch_size=500,
        )

    def _pick(self, **wanted: Any) -> organization.Made:
        for one in self.made:
            if one.left is None and all(getattr(one, key) == value for key, value in wanted.items()):
                return one
        return next(one for one in self.made if one.left is None)

    def _program(self) -> None:
        head = self._pick(department="People", level=5)
        heads = [one for one in self.made if one.left is None and one.level == 5 and one is not head]
        others = [one for one in self.made if one.left is None and one is not head and one is not heads[0]]
        lead = next((one for one in others if one.department == "People"), others[0])
        administrator, manager, sponsor = (
            self.people[head.number],
            self.people[lead.number],
            self.people[heads[0].number],
        )
        administrator.is_administrator = True
        administrator.save(update_fields=["is_administrator"])
        program = Program.objects.create(
            name="Growing Together",
            slug="growing-together",
            purpose=PURPOSE,
            coordinator=manager,
            stand_in=administrator,
            summary="Six months with somebody a few steps ahead.",
            benefits_mentor=BENEFITS_MENTOR,
            benefits_mentee=BENEFITS_MENTEE,
            steps=STEPS,
            published_at=self.now,
            created_at=self.now,
        )
        for person, role in (
            (manager, ProgramRole.Role.MANAGER),
            (administrator, ProgramRole.Role.MANAGER),
            (sponsor, ProgramRole.Role.SPONSOR),
        ):
            ProgramRole.objects.create(program=program, person=person, role=role)
        starts = self.today + timedelta(days=28 - self.today.weekday())
        cohort = Cohort.objects.create(
            program=program,
            name=f"Spring {starts.year}" if starts.month < 7 else f"Autumn {starts.year}",
            status=Cohort.Status.RECRUITING,
            applications_close_on=self.today + timedelta(days=10),
            starts_on=starts,
            ends_on=starts + timedelta(days=182),
            timezone="Europe/Amsterdam",
            target_count=400,
            questionnaire=standard.make_questionnaire("Growing Together"),
            created_at=self.now,
        )
        for side, texts in EXPECTATIONS.items():
            Expectation.objects.bulk_create(
                Expectation(cohort=cohort, role=side, position=place, text=text) for place, text in enumerate(texts)
            )
        record("program.created", program, by=system("demo"))
        record("cohort.recruiting_opened", cohort, by=system("demo"))
        self._applications(cohort, {head.number, lead.number, heads[0].number})
        self._personas(cohort, administrator, manager, sponsor)

    def _applications(self, cohort: Cohort, busy: set[int]) -> None:
        rng = self.rng
        here = [one for one in self.made if one.left is None and one.number not in busy]
        seniors = [one for one in here if one.level >= 3]
        juniors = [one for one in here if one.level <= 2]
        total = len(self.made)
        mentors = rng.sample(seniors, min(len(seniors), round(total * MENTORS)))
        mentees = rng.sample(juniors, min(len(juniors), round(total * MENTEES)))
        chosen = [(one, "mentor") for one in mentors] + [(one, "mentee") for one in mentees]
        assert cohort.questionnaire is not None
        responses: list[Response] = []
        enrollments: list[Enrollment] = []
        for one, role in chosen:
            day = self.today - timedelta(days=rng.randint(1, 18))
            applied = min(
                self.now, datetime.combine(day, time(rng.randint(8, 19), rng.randint(0, 59)), ZoneInfo(one.timezone))
            )
            # Four in a hundred have begun and not finished: the survey's gate holds them, until a reminder does its work.
            finished = rng.random() > 0.04
            response = Response(
                questionnaire=cohort.questionnaire,
                person=self.people[one.number],
                started_at=applied,
                submitted_at=applied if finished else None,
            )
            responses.append(response)
            enrollments.append(
                Enrollment(
                    cohort=cohort,
                    person=self.people[one.number],
                    role=role,
                    status=Enrollment.Status.APPLIED,
                    response=response,
                    places=rng.choice([1, 1, 2, 2, 3]) if role == "mentor" else 1,
                    expectations_accepted_at=applied if rng.random() > 0.03 else None,
                    applied_at=applied,
                    created_at=applied,
                )
            )
        Response.objects.bulk_create(responses, batch_size=500)
        Enrollment.objects.bulk_create(enrollments, batch_size=500)
        questions = standard.ensure()
        rows: list[Answer] = []
        profiles: list[Person] = []
        for (one, role), response in zip(chosen, responses, strict=True):
            given = applications.answers(one, role, rng)
            if response.submitted_at is None:
                given = {key: given[key] for key in list(given)[:4]}
            for key, value in given.items():
                if key in questions:
                    rows.append(
                        Answer(response=response, question=questions[key], value=value, answered_at=response.started_at)
                    )
            person = self.people[one.number]
            person.profile = {
                questions[key].writes_profile: value
                for key, value in given.items()
                if key in questions and questions[key].writes_profile not in ("", "timezone")
            }
            profiles.append(person)
        Answer.objects.bulk_create(rows, batch_size=1000)
        Person.objects.bulk_update(profiles, ["profile"], batch_size=300)
        mentor_people = [self.people[one.number] for one in mentors]
        mentee_people = [self.people[one.number] for one in mentees]
        wishes, vetoes = [], []
        for enrollment in enrollments:
            others = mentor_people if enrollment.role == "mentee" else mentee_people
            if rng.random() < 0.35 and others:
                for rank, person in enumerate(rng.sample(others, min(len(others), rng.randint(1, 3))), start=1):
                    wishes.append(Preference(enrollment=enrollment, person=person, rank=rank))
            if rng.random() < 0.05 and others:
                vetoes.append(
                    Veto(author=enrollment.person, kind=Veto.Kind.PERSON, person=rng.choice(others), said_at=self.now)
                )
        Preference.objects.bulk_create(wishes, batch_size=500)
        Veto.objects.bulk_create(vetoes, batch_size=500)
        record(
            "enrollment.imported",
            cohort,
            by=system("demo"),
            facts={"count": len(enrollments)},
            cohort_id=cohort.pk,
            program_id=cohort.program_id,
        )

    def _personas(self, cohort: Cohort, administrator: Person, manager: Person, sponsor: Person) -> None:
        def applicant(role: str) -> Person:
            return (
                Enrollment.objects.filter(cohort=cohort, role=role, response__submitted_at__isnull=False)
                .order_by("pk")[0]
                .person
            )

        taken = set(Enrollment.objects.filter(cohort=cohort).values_list("person_id", flat=True))
        newcomer = next(
            row
            for row in self.people.values()
            if row.pk not in taken
            and row.left_on is None
            and row.pk not in {administrator.pk, manager.pk, sponsor.pk}
            and (row.level or 0) <= 2
        )
        told = [
            (manager, "Program manager", "Runs the program: applications, matching, publishing"),
            (applicant("mentee"), "Mentee", "Has applied and waits for a match"),
            (applicant("mentor"), "Mentor", "Has applied with places for mentees"),
            (newcomer, "Somebody who has not applied yet", "Sees the landing page and can apply"),
            (sponsor, "Sponsor", "Reads along, changes nothing"),
            (administrator, "Administrator", "People, imports, sign-in"),
        ]
        DatabaseProperty.objects.create(
            key="demo_personas",
            written_at=self.now,
            value=[{"person": person.pk, "title": title, "note": note} for person, title, note in told],
        )
