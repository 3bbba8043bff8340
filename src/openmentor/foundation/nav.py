from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from openmentor.foundation.actors import Actor
from openmentor.foundation.ui import nav


def _sees_mails(actor: Actor) -> bool:
    from openmentor.foundation import system

    if "sees_mails" not in actor.memo:
        actor.memo["sees_mails"] = system.see_mails(actor, None)
    return bool(actor.memo["sees_mails"])


nav.add(
    nav.NavItem(
        _("Mail"), "mail", "foundation:mails", group=nav.ADMINISTER, order=80, visible=_sees_mails, on_phone=False
    ),
    nav.NavItem(
        _("Jobs"),
        "settings",
        "foundation:jobs",
        group=nav.ADMINISTER,
        order=90,
        visible=nav.administrators,
        on_phone=False,
    ),
)
