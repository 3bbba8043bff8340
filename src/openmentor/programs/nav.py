from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from openmentor.foundation.ui import nav
from openmentor.programs import overview

nav.add(nav.NavItem(_("Programs"), "stack-2", "programs:list", group=nav.MINE, order=20))
overview.add_tab(overview.Tab(_("Overview"), "layout-dashboard", "programs:cohort", order=0, rule="programs.oversee_cohort"))
