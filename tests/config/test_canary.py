"""Canaries: one word for each thing that not everybody may know. Everybody walks all that they can reach, and each word is where its
audience allows, and nowhere else. New pages are walked by themselves: from the resolver, and by the links of the pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest
from django.test import Client
from tests.config.addresses import FIRST, all_patterns, begin_ids_at, walk, with_ids
from tests.factories import make_cohort, make_enrollment, make_mentorship, make_person, make_program

from openmentor.enrollment import actions as enrolling
from openmentor.enrollment.models import Enrollment
from openmentor.foundation import clock
from openmentor.foundation.actors import Actor
from openmentor.foundation.jobs.worker import run_all
from openmentor.foundation.models import Delivery, Event
from openmentor.foundation.notices import mail
from openmentor.matches import actions as matching
from openmentor.matches.models import Hold, MatchingRun, ProposedMatch
from openmentor.mentorships import actions as mentorships
from openmentor.people.models import Person
from openmentor.surveys import standard
from openmentor.surveys.models import Answer, Item, Question, Response

pytestmark = pytest.mark.django_db(transaction=True)

COHORT = {"author", "partner", "declined", "participant", "wished", "vetoed"}
#: word → who may read it. All are Alma's ("author"): her answers, vetoes, wish and reason; the note is her manager's.
MAY = {
    "zqprofile": {*COHORT, "manager"},
    "zqmatching": {"author", "manager"},
    "zqconfidential": {"author"},
    "zqfeedback": {"author"},
    "zqvetoperson": {"author", "manager"},
    "zqvetoteam": {"author", "manager"},
    "zqvetosite": {"author", "manager"},
    "zqreason": {"author", "manager"},
    "zqnote": {"manager"},
}
#: who does read it, so that not being read by others says something.
DO = {
    "zqprofile": {"author", "participant", "manager"},
    "zqmatching": {"author", "manager"},
    "zqconfidential": {"author"},
    "zqvetoperson": {"author", "manager"},
    "zqvetoteam": {"author", "manager"},
    "zqvetosite": {"author", "manager"},
    "zqreason": {"manager"},
    "zqnote": {"manager"},
}
#: Two people of whom only the first is wished for, or refused: wherever somebody who may not know it meets her, the other stands as well.
TWINS = {"Zqwished Person": "Zqwished Twin", "Zqvetoed Person": "Zqvetoed Twin"}
MAY_KNOW_OF_TWINS = {"author", "manager"}


@pytest.fixture
def cast() -> dict[str, Person]:
    """The people and all that they said, through the product's own verbs where these exist; the first row of each kind has the same id."""
    begin_ids_at(FIRST)
    names = (
        "author", "partner", "declined", "participant", "wished", "vetoed", "manager", "other_manager", "sponsor", "administrator", "stranger",
    )  # fmt: skip
    full = {"wished": "Zqwished Person", "vetoed": "Zqvetoed Person", "author": "Alma Author"}
    people = {name: make_person(full.get(name, f"{name.title()} Somebody")) for name in names}
    people["administrator"].is_administrator = True
    people["administrator"].save()
    program = make_program(
        managers=[people["manager"]], sponsors=[people["sponsor"]], coordinator=people["manager"], published_at=clock.now(), slug="canaries"
    )  # fmt: skip
    cohort = make_cohort(
        program, questionnaire=standard.make_questionnaire("Survey"), gate_survey=False, gate_expectations=False
    )
    make_cohort(make_program(managers=[people["other_manager"]], published_at=clock.now(), slug="elsewhere"))
    made = {name: make_enrollment(cohort, people[name], "mentee") for name in ("author",)}
    # A mentor sees who can be wished for: the mentees, with what their cohort may see.
    made |= {name: make_enrollment(cohort, people[name], "mentor") for name in COHORT - {"author"}}
    for twin in TWINS.values():
        make_enrollment(cohort, make_person(twin), "mentor")
    _answer(made)
    alma = Actor.of(people["author"])
    enrolling.set_wishes(made["author"], [people["wished"].pk], by=alma)
    enrolling.say_veto("person", by=alma, person=people["vetoed"])
    for kind in ("person", "team", "site"):
        enrolling.say_veto(kind, by=alma, text=f"Zqveto{kind} Somewhere" if kind != "person" else "Zqvetoperson Nobody")
    cohort.status = "matching"
    cohort.save()
    run = matching.start(cohort, by=Actor.of(people["manager"]))
    run_all()
    run.refresh_from_db()
    assert run.status == MatchingRun.Status.READY, run.message
    Hold.objects.create(
        cohort=cohort, mentor=made["partner"], mentee=made["author"], kind="lock", reason="zqnote", author=people["manager"], placed_at=clock.now()
    )  # fmt: skip
    first = make_mentorship(cohort, mentor=people["declined"], mentee=people["author"])
    mentorships.decline(first, reason="zqreason", by=alma)
    Enrollment.objects.filter(pk=made["author"].pk).update(places_taken=0)
    make_mentorship(
        cohort, mentor=people["partner"], mentee=people["author"], status="active", activated_at=clock.now()
    )
    run_all()
    return people


def _answer(made: dict[str, Enrollment]) -> None:
    questions = standard.ensure()
    questionnaire = made["author"].cohort.questionnaire
    feedback = Question.objects.create(key="how", text="How is it?", kind="text", audience="feedback")
    Item.objects.create(questionnaire=questionnaire, question=feedback, screen=0, position=90)
    now = clock.now()
    given = {
        "author": {
            "about": "zqprofile", "interests": ["zqprofile"], "goals": ["lead", "zqprofile"], "target_role": "zqmatching", "networks": ["zqmatching"],
            "challenge": ["health", "zqconfidential"], "identity": ["woman", "zqconfidential"], "values": ["honesty"], "availability": "Mon 09:00-11:00",
        }
    }  # fmt: skip
    shared = {"helps_with": ["lead"], "challenge": ["health"], "values": ["honesty"], "availability": "Mon 09:00-11:00"}
    for name, enrollment in made.items():
        response = Response.objects.create(
            questionnaire=questionnaire, person=enrollment.person, started_at=now, submitted_at=now
        )
        for key, value in given.get(name, shared).items():
            Answer.objects.create(response=response, question=questions[key], value=value, answered_at=now)
        if name == "author":
            Answer.objects.create(response=response, question=feedback, value="zqfeedback", answered_at=now)
        enrollment.response = response
        enrollment.save(update_fields=["response"])


def starts() -> list[str]:
    """Every address with the ids of the first rows of each kind; the rest is found by links."""
    ids = [FIRST, FIRST + 1]
    return [address for pattern in all_patterns() for address in with_ids(pattern, ids, slugs=["canaries"])]


def test_each_word_is_where_its_audience_allows_and_nowhere_else(
    cast: dict[str, Person], sign_in: Callable[[Person], Client]
) -> None:
    # Who is wished for or refused is a mentor like others: for them the participant walks.
    walking = {name: person for name, person in cast.items() if name not in ("wished", "vetoed")}
    clients = {name: sign_in(person) for name, person in walking.items()} | {"visitor": Client()}
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    strangers_meet: set[tuple[str, str, str]] = set()
    own = {person.name: person.pk for person in cast.values()}  # a page about them alone names them, of course
    for name, client in clients.items():
        for address, answer, text in walk(client, ["/", *starts()]):
            assert answer.status_code < 500, (name, address)
            low = text.lower()
            for word in MAY:
                if word in low:
                    found[word][name].add(address)
            if name not in MAY_KNOW_OF_TWINS:
                strangers_meet |= {
                    (name, person, address)
                    for person, twin in TWINS.items()
                    if person in text and twin not in text and f"/{own[person]}/" not in address
                }
    leaks = {
        (word, name, address)
        for word, readers in found.items()
        for name, addresses in readers.items()
        if name not in MAY[word]
        for address in addresses
    }
    assert leaks == set()
    assert strangers_meet == set()
    assert {word: readers - set(found[word]) for word, readers in DO.items()} == {word: set() for word in DO}


def test_no_mail_no_event_and_no_reason_tells_more_than_its_reader_may_know(cast: dict[str, Person]) -> None:
    names = {person.pk: name for name, person in cast.items()}
    told = []
    for delivery in Delivery.objects.select_related("person"):
        written = mail.write(delivery) if delivery.channel == Delivery.Channel.MAIL else None
        text = f"{delivery.subject} {delivery.context} {written.text + written.html if written else ''}".lower()
        reader = names.get(delivery.person_id or 0, "somebody")
        told.append(reader)
        assert [word for word in MAY if word in text and reader not in MAY[word]] == [], (reader, delivery.notice)
    assert "declined" in told  # who was declined has heard so, and not why
    facts = "\n".join(f"{event.verb} {event.facts} {event.actor_name}" for event in Event.objects.all()).lower()
    assert "mentorship.declined" in facts
    assert [word for word in (*MAY, *map(str.lower, TWINS)) if word in facts] == []
    reasons = "\n".join(str(match.reasons) for match in ProposedMatch.objects.all()).lower()
    assert "goals" in reasons
    for word in ("zqconfidential", "zqfeedback", "zqveto", "zqreason", "zqnote"):
        assert word not in reasons
