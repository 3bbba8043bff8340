"""Every field is declared; export and erasure do what the declarations say."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from tests.factories import make_person

from openmentor.foundation import clock, notices, privacy
from openmentor.foundation.models import Delivery, Event, Mute, QuietHours

pytestmark = pytest.mark.django_db


def test_every_field_of_ours_is_declared():
    assert privacy.undeclared() == []


@pytest.fixture
def declared(monkeypatch):
    """The foundation's own tables and declarations alone, to be changed at will."""
    ours = [model for model in privacy.our_models() if model._meta.app_label == "foundation"]
    monkeypatch.setattr(privacy, "our_models", lambda: iter(ours))
    monkeypatch.setattr(
        privacy,
        "_declared",
        {name: known for name, known in privacy._declared.items() if name.startswith("foundation.")},
    )
    return privacy._declared


def test_what_is_not_declared_or_declared_and_not_there_is_found(declared):
    assert privacy.undeclared() == []
    fields = dict(declared["foundation.mute"].fields)
    del fields["category"]
    privacy.declare(
        "foundation.Mute", {**fields, "gone": privacy.PLAIN}, owner=("person",), keep="x", on_erase=privacy.DROP
    )
    privacy.declare("foundation.Nothing", {}, keep="x")
    del declared["foundation.seal"]
    assert set(privacy.undeclared()) == {
        "foundation.Mute.category is not declared",
        "foundation.Mute.gone is declared and does not exist",
        "foundation.nothing is declared and does not exist",
        "foundation.Seal.id is not declared",
        "foundation.Seal.sequence is not declared",
        "foundation.Seal.digest is not declared",
    }


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"owner": ("nobody",)}, "foundation.QuietHours: Cannot resolve keyword 'nobody'"),
        ({"on_erase": privacy.KEEP}, "foundation.QuietHours keeps fields that are not plain"),
        (
            {"owner": (), "on_erase": privacy.KEEP, "kind": privacy.PRIVATE},
            "foundation.QuietHours has private or sensitive fields",
        ),
    ],
)
def test_a_declaration_that_cannot_be_true_is_found(declared, change, fault):
    assert privacy.undeclared() == []
    kind = change.pop("kind", privacy.PERSONAL)
    options = {"owner": ("person",), "on_erase": privacy.DROP, "keep": "x", **change}
    privacy.declare("foundation.QuietHours", dict.fromkeys(["person", "starts", "ends"], kind), **options)
    [found] = set(privacy.undeclared())
    assert found.startswith(fault)


def test_blanking_what_can_be_neither_empty_nor_nothing_is_found(declared):
    assert privacy.undeclared() == []
    fields = dict(declared["foundation.delivery"].fields) | {"created_at": privacy.PERSONAL}
    privacy.declare("foundation.Delivery", fields, owner=("person",), keep="x", on_erase=privacy.BLANK)
    assert set(privacy.undeclared()) == {
        "foundation.Delivery.created_at cannot be blank: let it be null, give it a default, or drop the row"
    }


def test_erasing_without_saying_whose_it_is_is_refused():
    with pytest.raises(ValueError, match="needs an owner"):
        privacy.declare("foundation.Seal", {}, keep="x", on_erase=privacy.DROP)


def told(person) -> None:
    notices.send(
        person, subject=f"Hello {person.name}", template="foundation/mail/plain", context={"message": "canary"}
    )
    notices.mute("sessions", person_id=person.pk)
    QuietHours.objects.create(person=person, starts=time(21), ends=time(6))
    Event.objects.create(verb="x", subject_type="x", subject_id=1, actor_kind="person", actor=person, at=clock.now())


def test_an_export_holds_what_is_theirs_and_nothing_of_others(declared):
    ada, bob = make_person("Ada"), make_person("Bob")
    told(ada)
    told(bob)
    found = privacy.export_person(ada)
    assert {name: len(rows) for name, rows in found.items()} == {
        "foundation.Delivery": 2,
        "foundation.Event": 1,
        "foundation.Mute": 1,
        "foundation.QuietHours": 1,
    }
    assert found["foundation.QuietHours"] == [{"person": ada.pk, "starts": "21:00:00", "ends": "06:00:00"}]
    assert found["foundation.Mute"][0]["category"] == "sessions"
    assert "Hello Ada" in str(found)
    assert "Bob" not in str(privacy.export_person(ada))


def test_erasing_drops_what_is_theirs_and_leaves_the_trail_of_opaque_ids(declared):
    ada, bob = make_person("Ada"), make_person("Bob")
    told(ada)
    told(bob)
    assert ("foundation.Delivery", "subject") in {
        (model, field) for model, field, _key in privacy.find_text("Hello Ada")
    }
    touched = privacy.erase_person(ada)
    assert (touched["foundation.Delivery"], touched["foundation.Mute"], touched["foundation.QuietHours"]) == (2, 1, 1)
    assert privacy.find_text("Hello Ada") == []
    assert set(Delivery.objects.values_list("person", flat=True)) == {bob.pk}
    assert set(Mute.objects.values_list("person", flat=True)) == {bob.pk}
    assert list(Event.objects.filter(actor=ada).values_list("actor_id", flat=True)) == [ada.pk]


def test_blanking_empties_every_field_but_the_plain_ones(declared):
    ada = make_person("Ada")
    told(ada)
    fields = dict(declared["foundation.delivery"].fields)
    privacy.declare("foundation.Delivery", fields, owner=("person",), keep="x", on_erase=privacy.BLANK)
    row = Delivery.objects.mails().get()
    message_id = row.message_id
    assert privacy.erase_person(ada)["foundation.Delivery"] == 2
    row.refresh_from_db()
    assert (row.person_id, row.subject, row.address, row.context, row.message_id) == (ada.pk, "", "", {}, message_id)


def test_what_was_kept_long_enough_is_dropped_by_itself(declared):
    told(make_person())
    with clock.moved(timedelta(days=179)):
        privacy.drop_old()
    assert Delivery.objects.count() == 2
    with clock.moved(timedelta(days=181)):
        privacy.drop_old()
    assert Delivery.objects.count() == 0
