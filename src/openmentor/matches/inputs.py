"""What the engine is told of a cohort's people: the one function that makes its columns, each cell with where it came from."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from openmentor.enrollment import gates, vetoes
from openmentor.enrollment.models import Enrollment, Preference, Role
from openmentor.matches.models import Hold
from openmentor.mentorships.actions import between
from openmentor.mentorships.models import Membership
from openmentor.people.models import Person, Skill
from openmentor.programs.models import Cohort
from openmentor.surveys.cells import cell
from openmentor.surveys.models import Answer, Question

#: where a cell came from
ANSWER, PROFILE, HR, MAPPING = "answer", "profile", "hr", "mapping"
#: HR facts that are cells as they stand
FACTS = ("timezone", "position", "function", "department", "team", "site", "country")


@dataclass
class Row:
    """One enrollment as the engine sees it. Who has no cell for a column was not asked or did not say: never zero, never 'no'."""

    enrollment: Enrollment
    cells: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The engine knows people, so that nobody is paired with themselves: one id for somebody in both roles."""
        return str(self.enrollment.person_id)

    def put(self, column: str, value: Any, source: str) -> None:
        if value not in (None, "", []):
            self.cells[column] = value
            self.sources[column] = source


@dataclass
class Pool:
    """Everybody who is in this round, and what stands between them. ``fixed`` are the pairs that hold places and stand."""

    cohort: Cohort
    mentors: list[Row]
    mentees: list[Row]
    forced: list[tuple[str, str]]
    forbidden: list[tuple[str, str]]
    at: datetime

    @property
    def rows(self) -> list[Row]:
        return [*self.mentors, *self.mentees]

    def columns(self, rows: Iterable[Row]) -> dict[str, list[Any]]:
        rows = list(rows)
        names = sorted({name for row in rows for name in row.cells})
        return {"id": [row.id for row in rows], **{name: [row.cells.get(name, "") for row in rows] for name in names}}

    def problem(self, settings: Mapping[str, Any], reference: Any = None) -> dict[str, Any]:
        """The engine's problem file (``openmentor.engine.matching.process``)."""
        spec = {key: value for key, value in settings.items() if key not in ("aim", "seed")}
        if self.cohort.starts_on is not None:
            spec.setdefault("start", self.cohort.starts_on.isoformat())
            if self.cohort.ends_on is not None:
                spec.setdefault("end", self.cohort.ends_on.isoformat())
        if reference:
            spec["reference"] = reference
        return {
            "mentors": self.columns(self.mentors),
            "mentees": self.columns(self.mentees),
            "spec": spec,
            "aim": settings.get("aim", "coverage"),
            "seed": settings.get("seed", 0),
            "forced": [list(pair) for pair in self.forced],
            "forbidden": [list(pair) for pair in self.forbidden],
        }

    @property
    def digest(self) -> str:
        """The same for the same people with the same answers, wishes, vetoes, places and holds, in any order."""
        told = {
            "rows": sorted((row.enrollment.role, row.id, sorted(row.cells.items(), key=str)) for row in self.rows),
            "forced": sorted(self.forced),
            "forbidden": sorted(self.forbidden),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def build(cohort: Cohort, at: datetime) -> Pool:
    """The pool of ``cohort``: approved enrollments with a place to give or to fill, everybody else left out.

    A cell is the enrollment's answer, else the person's profile, else an HR fact, else what the manager mapped for all. Who has a
    mentorship that holds a place stands fixed: a mentor comes with the places that are left, a mentee not at all. Constant queries.
    """
    found = gates.with_gates(
        Enrollment.objects.approved().filter(cohort=cohort, role__in=(Role.MENTOR, Role.MENTEE)), cohort
    )
    enrollments = [
        enrollment
        for enrollment in found.select_related("person").order_by("pk")
        # Who gives no places at all stays, so that the board can say why they got nobody.
        if enrollment.places_taken < enrollment.places or enrollment.places_taken == 0
    ]
    rows = [Row(enrollment) for enrollment in enrollments]
    people = {enrollment.person_id: enrollment.person for enrollment in enrollments}
    for row in rows:
        _facts(row, cohort)
    _profiles(rows)
    _answers(rows)
    _skills(rows)
    _wishes(rows, people)
    _vetoes(rows, people)
    _past(rows, people, cohort)
    mentors = [row for row in rows if row.enrollment.role == Role.MENTOR]
    mentees = [row for row in rows if row.enrollment.role == Role.MENTEE]
    forced, forbidden = _holds(cohort, mentors, mentees)
    return Pool(cohort, mentors, mentees, forced, forbidden, at)


def _facts(row: Row, cohort: Cohort) -> None:
    enrollment, person = row.enrollment, row.enrollment.person
    row.cells["name"] = person.name
    row.cells["role"] = str(enrollment.role)
    row.cells["places"] = enrollment.free_places if enrollment.role == Role.MENTOR else 1
    row.cells["waited"] = enrollment.rounds_waited
    for column in FACTS:
        row.put(column, getattr(person, column), HR)
    if person.hired_on is not None:
        row.put("hired", _iso(person.hired_on), HR)
    row.put("level", person.level, HR)
    if person.manager_id is not None:
        row.put("manager", str(person.manager_id), HR)
    mapped = cohort.mappings or {}
    if "level" not in row.cells:
        row.put("level", mapped.get("level", {}).get(person.position), MAPPING)
    if "timezone" not in row.cells:
        row.put("timezone", mapped.get("timezone", {}).get(person.site), MAPPING)
    held = gates.gates_of(enrollment)
    if held:
        row.cells["gate"] = "; ".join(str(gate.label) for gate in held)


def _iso(day: date) -> str:
    return day.isoformat()


def _profiles(rows: list[Row]) -> None:
    """What people have on their profile from an earlier answer, in any program."""
    questions: dict[str, Question] = {}
    for question in Question.objects.newest().exclude(writes_profile="").exclude(column=""):
        questions[question.writes_profile] = question
    for row in rows:
        for key, value in row.enrollment.person.profile.items():
            asked = questions.get(key)
            if asked is not None and asked.is_for({str(row.enrollment.role)}):
                row.put(asked.column, cell(asked, value), PROFILE)


def _answers(rows: list[Row]) -> None:
    by_response: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row.enrollment.response_id is not None:
            by_response[row.enrollment.response_id].append(row)
    answers = Answer.objects.for_matching().filter(response__in=by_response).select_related("question")
    for answer in answers.order_by("question__version"):
        for row in by_response[answer.response_id]:
            if answer.question.is_for({str(row.enrollment.role)}):
                row.put(answer.question.column, cell(answer.question, answer.value), ANSWER)


def _skills(rows: list[Row]) -> None:
    """What HR says that mentors can do, where they did not say it themselves."""
    silent = {
        row.enrollment.person_id: row
        for row in rows
        if row.enrollment.role == Role.MENTOR and "skills_offered" not in row.cells
    }
    told: dict[int, list[str]] = defaultdict(list)
    for person, name, level in Skill.objects.filter(person__in=silent).values_list("person", "name", "level"):
        name = name.replace(";", ",").replace(":", " ")
        told[person].append(f"{name}:{level}" if level else name)
    for person, skills in told.items():
        silent[person].put("skills_offered", ";".join(skills), HR)


def _wishes(rows: list[Row], people: Mapping[int, Person]) -> None:
    by_enrollment = {row.enrollment.pk: row for row in rows}
    wished: dict[int, list[str]] = defaultdict(list)
    for enrollment, person in (
        Preference.objects.filter(enrollment__in=by_enrollment).order_by("rank").values_list("enrollment", "person")
    ):
        if person in people:
            wished[enrollment].append(str(person))
    for enrollment, persons in wished.items():
        by_enrollment[enrollment].put("wants", ";".join(persons), ANSWER)


def _vetoes(rows: list[Row], people: Mapping[int, Person]) -> None:
    never = vetoes.never(people.values())
    for row in rows:
        row.put("never", ";".join(str(person) for person in sorted(never.get(row.enrollment.person_id, ()))), ANSWER)


def _past(rows: list[Row], people: Mapping[int, Person], cohort: Cohort) -> None:
    """With whom they were paired in other cohorts."""
    together: dict[int, list[int]] = defaultdict(list)
    met = Membership.objects.filter(mentorship__in=Membership.objects.filter(person__in=people).values("mentorship"))
    for mentorship, person in (
        met.exclude(mentorship__cohort=cohort)
        .filter(mentorship__activated_at__isnull=False)
        .values_list("mentorship", "person")
    ):
        together[mentorship].append(person)
    past: dict[int, set[int]] = defaultdict(set)
    for persons in together.values():
        for person in persons:
            past[person] |= {other for other in persons if other != person and other in people}
    for row in rows:
        row.put("past", ";".join(str(person) for person in sorted(past.get(row.enrollment.person_id, ()))), HR)


def _holds(
    cohort: Cohort, mentors: list[Row], mentees: list[Row]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Locks and bans of the managers, and pairs that are over or stand: the latter are not proposed again."""
    mentor_ids, mentee_ids = (
        {row.enrollment.pk: row.id for row in mentors},
        {row.enrollment.pk: row.id for row in mentees},
    )
    forced: list[tuple[str, str]] = []
    forbidden: list[tuple[str, str]] = []
    for mentor, mentee, kind in Hold.objects.filter(cohort=cohort).values_list("mentor", "mentee", "kind"):
        if mentor in mentor_ids and mentee in mentee_ids:
            (forced if kind == Hold.Kind.LOCK else forbidden).append((mentor_ids[mentor], mentee_ids[mentee]))
    mentor_people, mentee_people = {row.id for row in mentors}, {row.id for row in mentees}
    standing, over = between(cohort)
    for pair in standing | over:
        one, other = (str(person) for person in sorted(pair))
        for mentor_id, mentee_id in ((one, other), (other, one)):
            if mentor_id in mentor_people and mentee_id in mentee_people:
                forbidden.append((mentor_id, mentee_id))
    return sorted(set(forced)), sorted(set(forbidden))
