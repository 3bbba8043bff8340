"""The pairs of a run as rows of a spreadsheet: people, fit and reasons as a manager reads them; who has nobody, and why.

Nothing confidential stands in a manager's reasons, and no veto anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from openmentor.foundation.spreadsheets import Row
from openmentor.matches.models import MatchingRun
from openmentor.people.models import Identity

CHUNK = 1000
#: sentences for a pair, the weightiest first
MOST_REASONS = 6
_PERSON = ("name", "email", "position", "department", "site")


def pairs_header() -> list[str]:
    sides = [
        [_("%(role)s") % {"role": role}, _("%(role)s, e-mail") % {"role": role}, _("%(role)s, number") % {"role": role}, _("%(role)s, position") % {"role": role},
         _("%(role)s, department") % {"role": role}, _("%(role)s, site") % {"role": role}]
        for role in (_("Mentor"), _("Mentee"))
    ]  # fmt: skip
    return [*sides[0], *sides[1], _("Fit, 0 to 100"), _("Made by"), _("Why")]


def pairs(run: MatchingRun) -> Iterator[Row]:
    """What stands on the board, best first. Two queries, however many pairs there are."""
    numbers = _numbers(run)
    fields = [f"{role}__person__{name}" for role in ("mentor", "mentee") for name in ("pk", *_PERSON)]
    found = run.matches.in_draft().order_by("-score", "pk").values_list(*fields, "score", "in_run", "reasons")
    for row in found.iterator(chunk_size=CHUNK):
        *people, score, in_run, reasons = row
        sides = [people[: len(_PERSON) + 1], people[len(_PERSON) + 1 :]]
        cells: list[Any] = []
        for pk, name, email, *facts in sides:
            cells += [name, email or "", numbers.get(pk, ""), *facts]
        yield [*cells, round(100 * score, 1), _("the matching") if in_run else _("hand"), why(reasons)]


def unmatched_header() -> list[str]:
    return [_("Name"), _("E-mail"), _("Number"), _("Position"), _("Department"), _("Site"), _("Role"), _("Why")]


def unmatched(run: MatchingRun) -> Iterator[Row]:
    """Who has nobody on the board. Three queries."""
    numbers = _numbers(run)
    has = set(run.matches.in_draft().values_list("mentor", flat=True)) | set(run.matches.in_draft().values_list("mentee", flat=True))  # fmt: skip
    fields = [f"enrollment__person__{name}" for name in ("pk", *_PERSON)]
    found = run.unmatched.order_by("enrollment__role", "enrollment__person__family_name", "pk")
    for row in found.values_list(*fields, "enrollment", "enrollment__role", "text").iterator(chunk_size=CHUNK):
        pk, name, email, position, department, site, enrollment, role, text = row
        if enrollment not in has:
            yield [name, email or "", numbers.get(pk, ""), position, department, site, _("Mentor") if role == "mentor" else _("Mentee"), text]  # fmt: skip


def both(run: MatchingRun) -> tuple[list[str], Iterator[Row]]:
    """Header and rows of one table for a file that holds one table: pairs, then who has nobody, with the other side left empty."""

    def rows() -> Iterator[Row]:
        yield from pairs(run)
        width = len(_PERSON) + 1
        for *person, role, text in unmatched(run):
            nobody: list[Any] = [""] * width
            sides = [person, nobody] if role == _("Mentor") else [nobody, person]
            yield [*sides[0], *sides[1], "", _("nobody"), text]

    return pairs_header(), rows()


def why(reasons: Iterable[Mapping[str, Any]]) -> str:
    sentences = [str(each.get("text", {}).get("manager") or "") for each in reasons]
    return " ".join([sentence for sentence in sentences if sentence][:MOST_REASONS])


def _numbers(run: MatchingRun) -> dict[int, str]:
    """Personnel numbers of the people of the run."""
    people = run.cohort.enrollments.values("person")
    return dict(Identity.objects.filter(person__in=people).order_by("pk").values_list("person", "external_id"))
