from django.utils.translation import gettext_lazy as _

from openmentor.foundation.ui import nav

nav.add(nav.NavItem(_("People"), "users", "people:people", group=nav.ADMINISTER, order=10, visible=nav.administrators))
