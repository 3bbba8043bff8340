"""A run's pairs as a file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse, HttpResponseBase, HttpResponseNotFound, StreamingHttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from openmentor.foundation.http import Request
from openmentor.foundation.spreadsheets import csv_lines, workbook
from openmentor.matches import actions, exporting, policies
from openmentor.matches.views.common import run_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
def export(request: Request, pk: int) -> HttpResponseBase:
    """``?format=csv`` or ``xlsx``: pairs, people, reasons as a manager reads them, and who has nobody."""
    found = run_of(request, pk)
    policies.export.check(request.actor, found)
    kind = request.GET.get("format", "csv")
    if kind not in ("csv", "xlsx"):
        return HttpResponseNotFound()
    actions.export(found, kind, by=request.actor)
    name = f"{slugify(found.cohort.program.name)[:60] or 'matches'}-{_('run')}-{found.number}.{kind}"
    response: HttpResponse | FileResponse | StreamingHttpResponse
    if kind == "csv":
        header, rows = exporting.both(found)
        response = StreamingHttpResponse(csv_lines(header, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    sheets = {
        _("Pairs"): (exporting.pairs_header(), exporting.pairs(found)),
        _("Without a match"): (exporting.unmatched_header(), exporting.unmatched(found)),
    }
    return FileResponse(workbook(sheets), as_attachment=True, filename=name, content_type=XLSX)
