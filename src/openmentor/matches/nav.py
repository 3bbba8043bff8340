from django.utils.translation import gettext_lazy as _

from openmentor.matches import overview  # noqa: F401 - declares what a cohort's overview shows
from openmentor.programs.overview import Tab, add_tab

add_tab(Tab(_("Matching"), "arrows-shuffle", "matches:cohort", order=50, rule="matches.look"))
