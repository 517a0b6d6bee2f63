"""The results of a run: a list, and a file with all figures."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, stream_with_context, url_for

from kezhi import ListView, requires
from kezhi import lazy_gettext as _l
from kezhi.audit import record_alone
from kezhi.i18n import lazy_pgettext

from .. import services
from ..commands import neutral
from ..models import PUBLISHED, Result, Run
from ..result_columns import result_list_columns, result_search
from ..services.moves import tones
from ..services.queries import seen, version_of
from ..words import _
from .shared import document_url, run_or_404


def result_list(run: Run) -> ListView:
    """The results of a run of the customers that the acting user sees."""
    version = version_of(run)
    return ListView(
        name="grading-results",
        model=Result,
        key=Result.customer_id,
        columns=result_list_columns(run, services.scheme_of(version), tones(run, version)),
        order=("grade", "asc"),
        search=result_search(),
        where=[Result.run_id == run.id, *seen()],
        link=lambda row: url_for("grading.explain", number=run.number, customer_id=row.id),
        title=_("Results of run %(number)s", number=run.number),
        kind=_l("results"),
        matching=lazy_pgettext("customers", "matching"),
        export_permission="grading.read",
    )


@requires("grading.read")
def results(number: int) -> Any:
    """The results of a run as a list."""
    found = run_or_404(number)
    list_url = document_url("grading.annual_list", found.id, found.state == PUBLISHED)
    return result_list(found).respond("grading/results.html", run=found, list_url=list_url)


@requires("grading.read")
def results_csv(number: int) -> Response:
    """The results with all figures as CSV, on record before the first byte leaves."""
    found = run_or_404(number)
    header = services.result_columns(services.scheme_of(version_of(found)))
    record_alone("grading.results.export", "grading.run", found.id, format="csv")
    found = run_or_404(number)

    def pieces() -> Any:
        yield "\N{ZERO WIDTH NO-BREAK SPACE}" + _csv_line(header)
        for row in services.results(found):
            yield _csv_line([neutral(row[name]) for name in header])

    answer = Response(stream_with_context(pieces()), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=f"grading-run-{number}.csv")
    return answer


def _csv_line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
