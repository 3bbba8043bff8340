from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.ui import home, nav
from openmentor.people.models import PendingAddress


def address_missing(actor: Actor) -> dict[str, Any] | None:
    """For who has no address that mails may go to: what to do about it. Asks the database for nobody else."""
    if actor.person is None or actor.person.email:
        return None
    return {"pending": PendingAddress.objects.filter(person=actor.person).first()}


nav.add(nav.NavItem(_("People"), "users", "people:people", group=nav.ADMINISTER, order=10, visible=nav.administrators))
home.add(home.Panel(order=0, template="people/_home.html", context=address_missing))
