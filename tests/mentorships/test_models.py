from __future__ import annotations

import pytest

from openmentor.foundation.actors import system
from openmentor.foundation.errors import Conflict
from openmentor.foundation.models import Event
from openmentor.mentorships.models import Mentorship

pytestmark = pytest.mark.django_db
Status = Mentorship.Status
ALLOWED = {
    ("proposed", "active"), ("proposed", "declined"), ("proposed", "lapsed"), ("proposed", "withdrawn"), ("active", "paused"),
    ("paused", "active"), ("active", "completed"), ("active", "ended"), ("paused", "completed"), ("paused", "ended"),
}  # fmt: skip


@pytest.mark.parametrize("before", Status.values)
@pytest.mark.parametrize("after", Status.values)
def test_a_match_moves_only_as_its_table_says(mentorship: Mentorship, before: str, after: str) -> None:
    Mentorship.objects.filter(pk=mentorship.pk).update(status=before)
    mentorship.status = before
    if (before, after) in ALLOWED:
        mentorship.become(after, by=system())
        mentorship.refresh_from_db()
        assert mentorship.status == after
        assert Event.objects.get().facts == {"from": before}
    else:
        with pytest.raises(Conflict):
            mentorship.become(after, by=system())
        assert not Event.objects.exists()
