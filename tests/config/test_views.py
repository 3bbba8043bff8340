"""Pages of the house as a whole."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_page_for_our_own_faults_needs_nothing_that_may_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise OperationalError("the database is gone")

    monkeypatch.setattr("openmentor.config.views.panels", broken)
    monkeypatch.setattr("openmentor.config.views.Person.objects.filter", broken)
    monkeypatch.setattr("openmentor.config.demo.context.is_demo", broken)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "<h1>Something broke on our side</h1>" in text
    assert "is gone" not in text
