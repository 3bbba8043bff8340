"""The applications of a cohort as a list: searched, filtered, sorted, paged; the same number of queries for ten and for ten thousand."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from openmentor.enrollment import eligibility, gates
from openmentor.enrollment.applying.words import TONES
from openmentor.enrollment.gates import Gate
from openmentor.enrollment.models import Enrollment, EnrollmentQuerySet, Role
from openmentor.foundation import clock
from openmentor.programs.models import Cohort

Status = Enrollment.Status
PAGE = 50
#: of what stands in one line on a phone
PLAIN = {"td": {"class": "om-cell-plain"}}


def applications(cohort: Cohort) -> EnrollmentQuerySet:
    """Every enrollment of the cohort with its person, its gates, and whether the person meets the conditions (``is_eligible``)."""
    meets = eligibility.criteria(cohort).condition(clock.today(cohort.timezone), through="person__")
    is_eligible: Any = (
        Case(When(meets, then=Value(True)), default=Value(False), output_field=BooleanField()) if meets else Value(True)
    )
    found = Enrollment.objects.filter(cohort=cohort).select_related("person")
    return gates.with_gates(found, cohort).annotate(is_eligible=is_eligible)


def counts(cohort: Cohort) -> dict[str, int]:
    """Status → how many enrollments. One query."""
    rows = Enrollment.objects.filter(cohort=cohort).order_by().values("status").annotate(count=Count("pk"))
    return {row["status"]: row["count"] for row in rows}


class ApplicationFilter(django_filters.FilterSet):  # type: ignore[misc]
    q = django_filters.CharFilter(label=_l("Name, e-mail or position"), method="search")
    status = django_filters.ChoiceFilter(label=_l("Status"), choices=Status.choices, empty_label=_l("Any status"))
    role = django_filters.ChoiceFilter(label=_l("Role"), choices=Role.choices[:2], empty_label=_l("Any role"))
    department = django_filters.ChoiceFilter(
        label=_l("Department"), field_name="person__department", empty_label=_l("Any department")
    )
    gate = django_filters.ChoiceFilter(
        label=_l("Missing"),
        method="by_gate",
        choices=[*Gate.choices, ("none", _l("nothing"))],
        empty_label=_l("Anything or nothing"),
    )

    class Meta:
        model = Enrollment
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        departments = (
            Enrollment.objects.filter(cohort=cohort).exclude(person__department="").order_by("person__department")
            .values_list("person__department", flat=True).distinct()
        )  # fmt: skip
        self.filters["department"].extra["choices"] = [(name, name) for name in departments]

    def search(self, queryset: QuerySet[Enrollment], name: str, value: str) -> QuerySet[Enrollment]:
        for word in value.split()[:5]:
            queryset = queryset.filter(
                Q(person__name__icontains=word) | Q(person__email__icontains=word) | Q(person__position__icontains=word)
            )
        return queryset

    def by_gate(self, queryset: QuerySet[Enrollment], name: str, value: str) -> QuerySet[Enrollment]:
        if value == "none":
            return queryset.filter(**{f"held_{gate.value}": False for gate in Gate})
        return queryset.filter(**{f"held_{value}": True})


class ApplicationTable(tables.Table):  # type: ignore[misc]
    chosen = tables.Column(
        verbose_name=_l("Choose"), empty_values=(), orderable=False, attrs={"td": {"class": "om-cell-choose"}}
    )
    name = tables.Column(
        attrs={"td": {"class": "om-cell-title"}}, accessor="person__name", verbose_name=_l("Name"),
        order_by=("person__family_name", "person__given_name", "person__name", "pk"),
    )  # fmt: skip
    role = tables.Column(verbose_name=_l("As"), attrs=PLAIN)
    department = tables.Column(
        accessor="person__department", verbose_name=_l("Department"), order_by=("person__department", "pk"), default="", attrs=PLAIN,
    )  # fmt: skip
    site = tables.Column(
        accessor="person__site", verbose_name=_l("Site"), order_by=("person__site", "pk"), default="", attrs=PLAIN
    )
    applied_at = tables.DateColumn(
        short=False, verbose_name=_l("Applied"), order_by=("applied_at", "pk"), default="", attrs=PLAIN
    )
    status = tables.Column(
        verbose_name=_l("Status"), order_by=("status", "pk"), attrs={"td": {"class": "om-cell-state"}}
    )
    missing = tables.Column(
        verbose_name=_l("Missing"), empty_values=(), orderable=False, attrs={"td": {"class": "om-cell-more"}}
    )

    class Meta:
        attrs = {"id": "applications", "class": "om-table-compact"}
        order_by = "-applied_at"
        empty_text = _l("Nobody here. Clear the filters to see everybody, or invite people.")

    def render_chosen(self, record: Enrollment) -> str:
        label = _("Choose %(name)s, %(role)s") % {"name": record.person.name, "role": record.get_role_display()}
        return format_html(
            '<input class="form-check-input" type="checkbox" name="enrollment" value="{}" aria-label="{}">',
            record.pk,
            label,
        )

    def render_name(self, record: Enrollment) -> str:
        return format_html('<a href="{}">{}</a>', record.get_absolute_url(), record.person.name)

    def render_role(self, record: Enrollment) -> str:
        places = f" × {record.places}" if record.role == Role.MENTOR and record.places > 1 else ""
        return f"{record.get_role_display()}{places}"

    def render_status(self, record: Enrollment) -> str:
        return format_html(
            '<span class="om-badge om-badge-dot" data-tone="{}">{}</span>',
            TONES[Status(record.status)],
            record.get_status_display(),
        )

    def render_missing(self, record: Enrollment) -> str:
        texts = []
        if record.status not in (Status.DECLINED, Status.WITHDRAWN, Status.INVITED):
            texts = [str(gate.label) for gate in gates.gates_of(record)]
            if not record.is_eligible:  # type: ignore[attr-defined]
                texts.append(_("conditions not met"))
        return format_html_join(
            " ", '<span class="om-badge" data-tone="warning">{}</span>', ((text,) for text in texts)
        )
