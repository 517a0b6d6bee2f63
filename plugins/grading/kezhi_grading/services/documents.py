"""A run and its results as documents for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kezhi import db

from ..models import Result, Run
from ..quantities import for_programs
from ..scheme import Scheme, exact
from ..spans import stored_figures
from .queries import result_columns, version_of, visible_results
from .schemes import scheme_of


def run_document(run: Run) -> dict[str, Any]:
    """``{"run","scheme","version","graded","ungradable","counts","totals"}``; sums of money in units."""
    version = version_of(run)
    totals = {}
    for criterion in scheme_of(version).criteria:
        entry = run.totals[criterion.key]
        total = None if criterion.unit == "date" else for_programs(entry["sum"], criterion.unit, version.currency)
        totals[criterion.key] = {"sum": total, "with_value": entry["with_value"]}
    return {
        "run": run.number,
        "scheme": run.scheme_key,
        "version": version.version,
        "graded": run.graded,
        "ungradable": run.ungradable,
        "counts": dict(run.counts),
        "totals": totals,
    }


def results(run: Run) -> Iterator[dict[str, Any]]:
    """One document per visible customer, by code, streamed: the columns of :func:`.queries.result_columns`."""
    version = version_of(run)
    scheme, currency = scheme_of(version), version.currency
    names = result_columns(scheme)
    columns = (Result.code, Result.score, Result.grade, Result.criteria)
    statement = visible_results(run).with_only_columns(*columns).order_by(Result.code, Result.customer_id)
    for code, score, grade, criteria in db.session.execute(statement.execution_options(yield_per=1000)):
        figures = _figures(scheme, criteria, currency)
        yield dict(zip(names, [code, None if score is None else exact(score), grade, *figures], strict=True))


def _figures(scheme: Scheme, criteria: Any, currency: str) -> Iterator[Any]:
    for criterion in scheme.criteria:
        entry = criteria[criterion.key]
        if scheme.is_threshold:
            yield from (for_programs(v, criterion.unit, currency) for v in stored_figures(scheme, criterion, entry))
            continue
        yield for_programs(entry["value"], criterion.unit, currency)
        yield None if entry["points"] is None else exact(entry["points"])
