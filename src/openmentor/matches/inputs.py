"""What the engine is told of a cohort's people: the one function that makes its columns, each cell with where it came from."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from openmentor.engine.matching.columns import COLUMNS
from openmentor.engine.matching.spec import Spec
from openmentor.enrollment import gates, vetoes
from openmentor.enrollment.models import Enrollment, Preference, Role
from openmentor.matches.models import Hold, MatchingRun, RunInput
from openmentor.mentorships.actions import between
from openmentor.mentorships.models import Membership
from openmentor.people.models import Person, Skill
from openmentor.programs.models import Cohort
from openmentor.surveys.cells import cell
from openmentor.surveys.models import Answer, Question

#: where a cell came from
ANSWER, PROFILE, HR, MAPPING, WISH = "answer", "profile", "hr", "mapping", "wish"
#: HR facts that are cells as they stand
FACTS = ("timezone", "position", "function", "department", "team", "site", "country")
Pair = tuple[str, str]


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
        """Write a cell; what comes later holds. Nothing said leaves what is there."""
        if value not in (None, "", []):
            self.cells[column] = value
            self.sources[column] = source


@dataclass
class Pool:
    """Everybody who is in this round, and what stands between them.

    A mentor comes with the places that are left, maybe none; a mentee only without a mentorship: what stands is fixed.
    forced, forbidden   pairs of ids, mentor first: locks; bans, and who are or were together in this cohort.
    confidential        columns that no reason may quote.     for_managers   columns that only managers may read of another.
    """

    cohort: Cohort
    mentors: list[Row]
    mentees: list[Row]
    forced: list[Pair]
    forbidden: list[Pair]
    confidential: frozenset[str]
    for_managers: frozenset[str]

    @property
    def rows(self) -> list[Row]:
        return [*self.mentors, *self.mentees]

    @property
    def places(self) -> int:
        """Places that mentors have left, those held back by a gate not counted."""
        return sum(row.cells["places"] for row in self.mentors if "gate" not in row.cells)

    def problem(self, settings: Mapping[str, Any], reference: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The engine's problem file (``openmentor.engine.matching.process``)."""
        return {
            "mentors": columns_of(self.mentors),
            "mentees": columns_of(self.mentees),
            "spec": self.spec(settings, reference),
            "forced": [list(pair) for pair in self.forced],
            "forbidden": [list(pair) for pair in self.forbidden],
        }

    def spec(self, settings: Mapping[str, Any], reference: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The engine's settings: the cohort's, its dates, and what no reason may quote."""
        spec = {**settings, "confidential": sorted(self.confidential)}
        if self.cohort.starts_on is not None:
            spec.setdefault("start", self.cohort.starts_on.isoformat())
            if self.cohort.ends_on is not None:
                spec.setdefault("end", self.cohort.ends_on.isoformat())
        if reference:
            spec["reference"] = dict(reference)
        return spec

    @property
    def digest(self) -> str:
        """The same for the same people with the same answers, wishes, vetoes, places and holds, in any order."""
        told = {
            "rows": sorted((row.enrollment.role, row.id, sorted(row.cells.items())) for row in self.rows),
            "forced": self.forced,
            "forbidden": self.forbidden,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def columns_of(rows: Iterable[Row]) -> dict[str, list[Any]]:
    """The cells of these people by column; blank where there is none."""
    rows = list(rows)
    names = sorted({name for row in rows for name in row.cells})
    return {"id": [row.id for row in rows], **{name: [row.cells.get(name, "") for row in rows] for name in names}}


def build(cohort: Cohort, at: datetime) -> Pool:
    """The pool of ``cohort`` at a moment: everybody who is in and still here.

    A cell is the enrollment's answer, else the person's profile, else an HR fact, else what the manager mapped for all. A constant
    number of queries; some 0.2 ms a person.
    """
    settings = cohort.matching or {}
    enrolled = Enrollment.objects.approved().filter(cohort=cohort, role__in=(Role.MENTOR, Role.MENTEE))
    enrolled = enrolled.filter(person__left_on=None, person__erased_at=None)
    rows = [
        Row(enrollment)
        for enrollment in gates.with_gates(enrolled, cohort).select_related("person").order_by("pk")
        if enrollment.role == Role.MENTOR or enrollment.places_taken == 0
    ]
    people = {row.enrollment.person_id: row.enrollment.person for row in rows}
    questions = {question.pk: question for question in Question.objects.exclude(column="")}
    own = sorted({column for each in _fields(settings) for column in each} - COLUMNS.keys())
    for row in rows:
        _facts(row, cohort, own)
    _skills(rows, cohort)
    _profiles(rows, questions.values())
    _answers(rows, questions, cohort)
    _wishes(rows, people, cohort)
    _vetoes(rows, people)
    _past(rows, people, cohort)
    mentors = [row for row in rows if row.enrollment.role == Role.MENTOR]
    mentees = [row for row in rows if row.enrollment.role == Role.MENTEE]
    forced, forbidden = _holds(cohort, mentors, mentees)
    apart = _under_one_another(settings.get("rules", {}), mentors, mentees)
    _managers(rows, people)
    return Pool(
        cohort, mentors, mentees, sorted(forced), sorted(forbidden | apart),
        confidential=_columns_for(questions.values(), Question.Audience.CONFIDENTIAL),
        for_managers=_columns_for(questions.values(), Question.Audience.MATCHING),
    )  # fmt: skip


def _fields(settings: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The columns of the organization's own dimensions."""
    for key, given in settings.get("fields", {}).items():
        column = given.get("column", key)
        yield given.get("mentor", column), given.get("mentee", column)


def _columns_for(questions: Iterable[Question], audience: str) -> frozenset[str]:
    return frozenset(
        question.column for question in questions if question.audience == audience and question.column in COLUMNS
    )


def _facts(row: Row, cohort: Cohort, own: list[str]) -> None:
    """What HR knows of somebody, and what the manager mapped for all where it does not."""
    enrollment, person = row.enrollment, row.enrollment.person
    row.cells |= {
        "name": person.name,
        "role": str(enrollment.role),
        "places": enrollment.free_places if enrollment.role == Role.MENTOR else 1,
    }
    if enrollment.rounds_waited:
        row.cells["waited"] = enrollment.rounds_waited
    mappings = cohort.mappings or {}
    row.put("level", mappings.get("level", {}).get(person.position), MAPPING)
    row.put("timezone", mappings.get("timezone", {}).get(person.site), MAPPING)
    for column in FACTS:
        row.put(column, getattr(person, column), HR)
    row.put("level", person.level, HR)
    row.put("hired", None if person.hired_on is None else person.hired_on.isoformat(), HR)
    for column in own:
        row.put(column, person.custom.get(column), HR)
    if held := gates.gates_of(enrollment):
        row.cells["gate"] = _held_because(held)


def _held_because(held: tuple[gates.Gate, ...]) -> str:
    if len(held) > 1:
        return _("They have not answered the survey and not accepted the expectations.")
    if gates.Gate.SURVEY in held:
        return _("They have not answered the survey.")
    return _("They have not accepted the expectations.")


def _skills(rows: list[Row], cohort: Cohort) -> None:
    """What HR says that mentors can do."""
    mentors = {row.enrollment.person_id: row for row in rows if row.enrollment.role == Role.MENTOR}
    told: dict[int, list[str]] = defaultdict(list)
    enrolled = Enrollment.objects.approved().filter(cohort=cohort, role=Role.MENTOR).values("person")
    for person, name, level in Skill.objects.filter(person__in=enrolled).values_list("person", "name", "level"):
        name = name.replace(";", ",").replace(":", " ")
        told[person].append(f"{name}:{level}" if level else name)
    for person, skills in told.items():
        if person in mentors:
            mentors[person].put("skills_offered", ";".join(skills), HR)


def _profiles(rows: list[Row], questions: Iterable[Question]) -> None:
    """What people have on their profile from an earlier answer, in any program."""
    newest: dict[str, Question] = {}
    for question in sorted(questions, key=lambda each: each.version):
        if question.writes_profile:
            newest[question.writes_profile] = question
    for row in rows:
        for key, value in row.enrollment.person.profile.items():
            asked = newest.get(key)
            if (
                asked is not None
                and asked.audience != Question.Audience.FEEDBACK
                and asked.is_for({row.enrollment.role})
            ):
                row.put(asked.column, cell(asked, value), PROFILE)


def _answers(rows: list[Row], questions: Mapping[int, Question], cohort: Cohort) -> None:
    """What they said in this cohort's survey; of two versions of a question the later."""
    by_response: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row.enrollment.response_id is not None:
            by_response[row.enrollment.response_id].append(row)
    asked = Enrollment.objects.approved().filter(cohort=cohort).exclude(response=None).values("response")
    # Plain values: for 10,000 people these are 200,000 answers, and an object each would take four times as long. Many say the
    # same, which is read once.
    answers = Answer.objects.for_matching().filter(response__in=asked).order_by("question__version")
    written = answers.annotate(written=Cast("value", TextField())).values_list("response", "question", "written")
    read = cache(lambda question_id, text: cell(questions[question_id], json.loads(text)))
    for response, question_id, value in written.iterator(chunk_size=5000):
        question = questions[question_id]
        text = read(question_id, value)
        for row in by_response.get(response, ()):
            if question.is_for({row.enrollment.role}):
                row.put(question.column, text, ANSWER)


def _wishes(rows: list[Row], people: Mapping[int, Person], cohort: Cohort) -> None:
    by_enrollment = {row.enrollment.pk: row for row in rows}
    wished: dict[int, list[str]] = defaultdict(list)
    wishes = Preference.objects.filter(enrollment__cohort=cohort).order_by("rank").values_list("enrollment", "person")
    for enrollment, person in wishes:
        if enrollment in by_enrollment and person in people:
            wished[enrollment].append(str(person))
    for enrollment, persons in wished.items():
        by_enrollment[enrollment].put("wants", ";".join(persons), WISH)


def _vetoes(rows: list[Row], people: Mapping[int, Person]) -> None:
    """Whom each never wants, as people of this pool: a team, a site or a name means everybody of it."""
    never = vetoes.never(people.values())
    for row in rows:
        row.put("never", ";".join(str(person) for person in sorted(never.get(row.enrollment.person_id, ()))), WISH)


def _past(rows: list[Row], people: Mapping[int, Person], cohort: Cohort) -> None:
    """With whom they were paired in other cohorts."""
    enrolled = Enrollment.objects.approved().filter(cohort=cohort).values("person")
    met = Membership.objects.filter(mentorship__in=Membership.objects.filter(person__in=enrolled).values("mentorship"))
    met = met.filter(mentorship__activated_at__isnull=False).exclude(mentorship__cohort=cohort)
    together: dict[int, list[int]] = defaultdict(list)
    for mentorship, person in met.values_list("mentorship", "person"):
        together[mentorship].append(person)
    past: dict[int, set[int]] = defaultdict(set)
    for persons in together.values():
        for person in persons:
            past[person] |= {other for other in persons if other != person and other in people}
    for row in rows:
        row.put("past", ";".join(str(person) for person in sorted(past.get(row.enrollment.person_id, ()))), HR)


def _holds(cohort: Cohort, mentors: list[Row], mentees: list[Row]) -> tuple[set[Pair], set[Pair]]:
    """Locks and bans of the managers; and pairs that stand, or came to nothing, which are not proposed again."""
    mentor_ids, mentee_ids = (
        {row.enrollment.pk: row.id for row in mentors},
        {row.enrollment.pk: row.id for row in mentees},
    )
    forced: set[Pair] = set()
    forbidden: set[Pair] = set()
    for mentor, mentee, kind in Hold.objects.filter(cohort=cohort).values_list("mentor", "mentee", "kind"):
        if mentor in mentor_ids and mentee in mentee_ids:
            (forced if kind == Hold.Kind.LOCK else forbidden).add((mentor_ids[mentor], mentee_ids[mentee]))
    known = set(mentor_ids.values()), set(mentee_ids.values())
    standing, over = between(cohort)
    for pair in standing | over:
        one, other = (str(person) for person in pair)
        forbidden |= {each for each in ((one, other), (other, one)) if each[0] in known[0] and each[1] in known[1]}
    return forced, forbidden


def _managers(rows: list[Row], people: Mapping[int, Person]) -> None:
    """Everybody's manager, as far as they are in the pool: the engine knows nobody else."""
    for row in rows:
        if row.enrollment.person.manager_id in people:
            row.put("manager", str(row.enrollment.person.manager_id), HR)


def _under_one_another(rules: Mapping[str, Any], mentors: list[Row], mentees: list[Row]) -> set[Pair]:
    """Pairs that the rules on managers forbid by way of somebody outside the pool, whom the engine doesn't know. At most one query."""
    levels = rules.get("reporting_line", 1)
    levels = int(levels) if levels else 0
    shared = bool(rules.get("shared_manager"))
    if levels < 2 and not shared:
        return set()
    above = dict(Person.objects.exclude(manager=None).values_list("pk", "manager"))
    found: set[Pair] = set()
    in_line: dict[int, list[int]] = defaultdict(list)  # everybody at most so many levels up -> who is below
    for mentee in mentees:
        for boss in _line(mentee.enrollment.person_id, above, levels):
            in_line[boss].append(mentee.enrollment.person_id)
    mentee_people = {mentee.enrollment.person_id for mentee in mentees}
    teams: dict[int | None, list[int]] = defaultdict(list)
    for person in mentee_people:
        teams[above.get(person)].append(person)
    for mentor in mentors:
        person = mentor.enrollment.person_id
        near = {*in_line[person], *(boss for boss in _line(person, above, levels) if boss in mentee_people)}
        if shared and person in above:
            near |= set(teams[above[person]]) - {person}
        found |= {(mentor.id, str(other)) for other in near}
    return found


def _line(person: int, above: Mapping[int, int], levels: int) -> list[int]:
    line: list[int] = []
    while len(line) < levels and person in above and above[person] not in line:
        person = above[person]
        line.append(person)
    return line


def replay(run: MatchingRun) -> Pool:
    """The pool as the engine was told of it in this run, without those who were erased since; not where each cell came from.

    ``forced`` and ``forbidden`` are the run's own: what is locked, banned or over now is for whoever changes the board to ask.
    """
    rows: dict[str, list[Row]] = {Role.MENTOR: [], Role.MENTEE: []}
    # Without the people themselves: their names are cells, and for 10,000 of them a row each is half the time.
    told = RunInput.objects.filter(run=run).select_related("enrollment").defer("sources").order_by("enrollment")
    for each in told.iterator(chunk_size=2000):
        rows[each.enrollment.role].append(Row(each.enrollment, each.cells))
    mentors, mentees = rows[Role.MENTOR], rows[Role.MENTEE]
    known = {row.id for row in mentors}, {row.id for row in mentees}
    forced, forbidden = (
        [(mentor, mentee) for mentor, mentee in run.report.get(name, []) if mentor in known[0] and mentee in known[1]]
        for name in ("forced", "forbidden")
    )
    questions = list(Question.objects.exclude(column=""))
    return Pool(
        run.cohort, mentors, mentees, forced, forbidden,
        confidential=_columns_for(questions, Question.Audience.CONFIDENTIAL),
        for_managers=_columns_for(questions, Question.Audience.MATCHING),
    )  # fmt: skip


def checked(pool: Pool, settings: Mapping[str, Any]) -> Spec:
    """The settings as the engine reads them. Raises ``InvalidProblem`` with every fault."""
    return Spec.from_mapping(pool.spec(settings))


def apart(rules: Mapping[str, Any], mentors: list[Row], mentees: list[Row]) -> set[Pair]:
    """Pairs whom the rules on managers forbid today, also by way of somebody who isn't in the pool."""
    return _under_one_another(rules, mentors, mentees)
