"""A matching run in the product against the engine alone on the same people. What its pages cost is in ``pages``."""

from __future__ import annotations

import json
import os
import random
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.measure import Figure, ratio

PAIRS = {500: 2.0, 5000: 1.5}
"""How many, and the bound."""
GOALS = ("lead", "role", "network", "speaking", "strategy", "technical", "newcomer", "balance")
VALUES = ("honesty", "learning", "helping", "freedom", "fairness")


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="openmentor-bench-") as folder:
        _django(folder)
        return [_run_against_engine(pairs, bound) for pairs, bound in PAIRS.items()]


def _django(folder: str) -> None:
    os.environ["OPENMENTOR_DATA"] = folder
    os.environ.pop("DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openmentor.config.settings")
    os.environ.setdefault("OPENMENTOR_SECRET_KEY", "only-for-figures-" + "x" * 40)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _cohort(people: int, name: str) -> tuple[Any, Any]:
    """A cohort with so many people, half of them mentors, each with eight answers; and its manager."""
    from openmentor.enrollment.models import Enrollment
    from openmentor.foundation import clock
    from openmentor.people.models import Person
    from openmentor.programs.models import Cohort, Program, ProgramRole
    from openmentor.surveys import standard
    from openmentor.surveys.models import Answer, Response

    rng = random.Random(f"{name} {people}")
    now = clock.now()
    manager = Person.objects.create_person(f"Manager {name}", f"manager-{name}@example.org")
    program = Program.objects.create(name=name, slug=name, purpose="x", created_at=now)
    ProgramRole.objects.create(program=program, person=manager, role="manager")
    survey = standard.make_questionnaire(name)
    cohort = Cohort.objects.create(
        program=program, name=name, status="matching", questionnaire=survey, gate_expectations=False, created_at=now
    )
    made = Person.objects.bulk_create(
        [Person(name=f"Person {at}", email=f"{name}-{at}@example.org", given_name="Person", family_name=str(at), department=f"D{at % 9}", site=f"S{at % 5}", position=f"P{at % 40}",
                level=None if at % 3 else at % 7, timezone="Europe/Berlin", password="!") for at in range(people)], batch_size=500,
    )  # fmt: skip
    responses = Response.objects.bulk_create(
        [Response(questionnaire=survey, person=person, started_at=now, submitted_at=now) for person in made],
        batch_size=500,
    )
    Enrollment.objects.bulk_create(
        [Enrollment(cohort=cohort, person=person, role="mentee" if at % 2 else "mentor", status="approved", response=response, created_at=now) for at, (person, response) in enumerate(zip(made, responses, strict=True))],
        batch_size=500,
    )  # fmt: skip
    questions = standard.ensure()
    answers = []
    for at, response in enumerate(responses):
        goals = rng.sample(GOALS, 3)
        given: dict[str, Any] = {"goals": goals} if at % 2 else {"helps_with": goals}
        given |= {
            "values": rng.sample(VALUES, 3), "medium": [rng.choice(["video", "person", "phone"])], "cadence": rng.choice(["weekly", "biweekly", "monthly"]),
            "work_style": [rng.randint(1, 5) for _ in range(5)], "communication": rng.randint(1, 5), "formality": rng.randint(1, 5),
            "languages": [{"code": rng.choice(["en", "de"]), "level": "C1"}],
        }  # fmt: skip
        answers += [
            Answer(response=response, question=questions[key], value=value, answered_at=now)
            for key, value in given.items()
        ]
    Answer.objects.bulk_create(answers, batch_size=1000)
    return cohort, manager


def _run_against_engine(pairs: int, bound: float) -> Figure:
    from openmentor.foundation import clock
    from openmentor.foundation.actors import Actor
    from openmentor.matches import actions, inputs, process, solving
    from openmentor.matches.models import MatchingRun

    cohort, manager = _cohort(2 * pairs, f"run-{pairs}")
    problem = inputs.build(cohort, clock.now()).problem({"aim": "coverage"})

    def product() -> None:
        run = actions.start(cohort, by=Actor.of(manager))
        solving.solve(run.pk)
        run.refresh_from_db()
        assert run.status == MatchingRun.Status.READY, run.message
        assert run.gap is not None
        assert run.gap <= 1e-6

    def engine() -> None:
        with tempfile.TemporaryDirectory() as folder:
            asked, answered = Path(folder, "problem.json"), Path(folder, "result.json")
            asked.write_text(json.dumps(problem))
            subprocess.run([*process.COMMAND, str(asked), str(answered)], check=True, stdout=subprocess.DEVNULL)
            assert json.loads(answered.read_text())["gap"] <= 1e-6

    value, ours, alone = ratio(product, engine, rounds=2)
    return Figure(
        f"a run of {pairs:,} pairs in the product against the engine alone on the same people", value, bound, note=f"CPU {ours.cpu:.1f} s against {alone.cpu:.1f} s"
    )  # fmt: skip
