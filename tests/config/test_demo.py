"""The demo: made once, marked from its creation, and nobody becomes anybody by a click anywhere else."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories import make_person

from openmentor.config import server
from openmentor.config.demo import world
from openmentor.enrollment.models import Enrollment
from openmentor.foundation.models import DatabaseProperty
from openmentor.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(HTTP_HOST="127.0.0.1:8000")


def first_persona() -> int:
    kept = DatabaseProperty.read("demo_personas")
    assert isinstance(kept, list)
    return int(kept[0]["person"])


def test_it_is_made_once_and_left_as_it_is_afterwards() -> None:
    world.ensure(60)
    before = (Person.objects.count(), Enrollment.objects.count())
    world.ensure(60)
    assert before == (Person.objects.count(), Enrollment.objects.count())
    assert before[0] == 60
    assert before[1] >= 15


def test_no_demo_is_made_among_real_people() -> None:
    make_person()
    with pytest.raises(SystemExit):
        world.ensure(60)
    assert (Person.objects.count(), DatabaseProperty.read("demo")) == (1, None)


def test_one_click_signs_in_as_a_persona(client: Client) -> None:
    world.ensure(60)
    cache.clear()
    person = first_persona()
    assert client.post("/demo/sign-in/", {"person": person}).status_code == 302
    assert client.session["_auth_user_id"] == str(person)
    assert "made-up people" in client.get("/").content.decode()


def test_nobody_else_can_be_signed_in_as(client: Client) -> None:
    world.ensure(60)
    cache.clear()
    kept = DatabaseProperty.read("demo_personas")
    assert isinstance(kept, list)
    other = Person.objects.exclude(pk__in=[entry["person"] for entry in kept])[0]
    assert client.post("/demo/sign-in/", {"person": other.pk}).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"REMOTE_ADDR": "203.0.113.9"}, {"HTTP_HOST": "mentoring.example.org"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}],
)
def test_one_click_is_refused_from_anywhere_but_this_machine(client: Client, settings, headers: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    settings.ALLOWED_HOSTS = ["*"]
    world.ensure(60)
    cache.clear()
    person = first_persona()
    assert client.post("/demo/sign-in/", {"person": person}).status_code == 302
    assert (
        Client().post("/demo/sign-in/", {"person": person}, **{"HTTP_HOST": "127.0.0.1:8000", **headers}).status_code
        == 404
    )  # type: ignore[arg-type]


def test_one_click_is_refused_on_any_other_database(client: Client) -> None:
    person = make_person()
    DatabaseProperty.objects.create(
        key="demo_personas", value=[{"person": person.pk, "title": "", "note": ""}], written_at=person.added_at
    )
    assert client.get("/demo/", HTTP_HOST="127.0.0.1").status_code == 404
    assert client.post("/demo/sign-in/", {"person": person.pk}, HTTP_HOST="127.0.0.1").status_code == 404


def test_the_demo_is_not_served_to_other_machines(capsys: pytest.CaptureFixture[str]) -> None:
    assert server.serve("0.0.0.0", 8000, demo=True) == 2
    assert "this machine alone" in capsys.readouterr().err
