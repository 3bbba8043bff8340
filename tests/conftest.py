"""What all tests share. Database tests run on SQLite, and on PostgreSQL when DATABASE_URL names one (``tests/all.sh`` runs both)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager

# Before Django's settings are read: nothing of this installation is touched, and no mail leaves the machine.
_data = tempfile.TemporaryDirectory(prefix="openmentor-test-")
os.environ["OPENMENTOR_DATA"] = _data.name
os.environ["OPENMENTOR_VECTORS"] = f"{_data.name}/vectors"  # also of a process that inherits another's
os.environ.pop("EMAIL_URL", None)
os.environ.setdefault("OPENMENTOR_SECRET_KEY", "only-for-tests-" + "x" * 40)

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openmentor.people.models import Person


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):  # type: ignore[no-untyped-def]
    """SQLite in a file of this process: in memory, threads would lock whole tables, which is not what runs in life."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = f"{_data.name}/test.sqlite3"


@pytest.fixture(autouse=True)
def _fast_and_apart(settings, tmp_path):  # type: ignore[no-untyped-def]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "files"
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def sign_in() -> Callable[[Person], Client]:
    """A client that is signed in as somebody."""

    def sign_in(person: Person) -> Client:
        client = Client()
        client.force_login(person, backend="openmentor.people.accounts.Backend")
        return client

    return sign_in


@pytest.fixture
def queries() -> Callable[[], AbstractContextManager[CaptureQueriesContext]]:
    """``with queries() as asked: ...; len(asked)``."""
    from django.db import connection

    return lambda: CaptureQueriesContext(connection)
