from django.utils.translation import gettext_lazy as _

from openmentor.enrollment import overview  # noqa: F401 - declares what a cohort's overview shows
from openmentor.enrollment.models import ApplicationDraft, Enrollment
from openmentor.foundation.actors import Actor
from openmentor.foundation.ui import nav
from openmentor.programs.overview import Tab, add_tab


def has_applied(actor: Actor) -> bool:
    """Looked up once for a page: an application, an invitation, or a draft of one."""
    if actor.person is None:
        return False
    if "has_applied" not in actor.memo:
        mine = Enrollment.objects.filter(person=actor.person)
        actor.memo["has_applied"] = mine.exists() or ApplicationDraft.objects.filter(person=actor.person).exists()
    return bool(actor.memo["has_applied"])


nav.add(nav.NavItem(_("My applications"), "clipboard-list", "enrollment:mine", visible=has_applied, order=30))
add_tab(
    Tab(_("Applications"), "clipboard-list", "enrollment:applications", order=20, rule="enrollment.see_applications")
)
