"""Running a scheme: a handful of statements, whatever the number of customers. No figure passes through Python."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, insert, literal, or_, select, union
from sqlalchemy.types import Text

from kezhi import Period, Refused, audit_record, bulk_write, clock, db
from kezhi.contributions import Evidence, Metric
from kezhi.db import BigInt
from kezhi.figures import sql_count, sql_int, sql_total
from kezhi.metrics import all_metrics
from kezhi.numbers import next_numbers
from kezhi.permissions import acting_user

from ..compile import inputs_from_metrics, population, scored
from ..json_sql import json_integer
from ..models import COMPUTED, EvidenceRow, Result, Run
from ..scheme import Scheme
from ..spans import spans_of
from ..words import _
from .basis import ask_basis
from .schemes import check_metrics, check_population, current_version, scheme_of

RESULT: Any = Result.__table__
EVIDENCE: Any = EvidenceRow.__table__
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)


def last_full_months(months: int, today: date | None = None) -> Period:
    """The last full months before today (GRD-11)."""
    today = today or clock.today()
    end = today.replace(day=1) - timedelta(days=1)
    back = end.year * 12 + end.month - months
    return Period(date(back // 12, back % 12 + 1, 1), end)


def is_last_of_month(day: date) -> bool:
    """Whether a day ends its month."""
    return day.day == monthrange(day.year, day.month)[1]


def run_scheme(key: str, start: date, end: date) -> Run:
    """Grade every customer of a scheme's population by its newest version, over ``start`` to ``end`` (both included).

    Errors: ``NotFound`` for the scheme, ``Refused`` for the period or a metric that nobody provides.
    """
    check_period(start, end)
    version = current_version(key)
    scheme = scheme_of(version)
    check_metrics(scheme)
    check_population(scheme)
    metrics = needed_metrics(scheme)
    run = Run(
        number=next_numbers("grading.run")[0],
        scheme_id=version.id,
        scheme_key=scheme.key,
        period_start=start,
        period_end=end,
        state=COMPUTED,
        graded=0,
        ungradable=0,
        counts={},
        totals={},
        sources={c.key: _evidence_key(metrics.get(c.metric)) for c in scheme.criteria},
        evidence_units={m.evidence.key: m.evidence.unit for m in metrics.values() if m.evidence is not None},
        without_source=[c.key for c in scheme.criteria if c.metric not in metrics],
        judged_on=clock.today(),
        created_at=clock.now(),
        created_by=acting_user().login,
    )
    run.basis = ask_basis(scheme, metrics, run)
    db.session.add(run)
    db.session.flush()
    _write_results(run, scheme, metrics)
    _write_evidence(run, scheme, metrics)
    _count(run, scheme)
    audit_record("grading.run", "grading.run", run.id, scheme=scheme.key, version=version.version, graded=run.graded)
    return run


def check_period(start: date, end: date) -> None:
    """Whether a run may cover these days. Errors: ``Refused``."""
    if start > end:
        raise Refused(
            _("The period begins on %(start)s, after its end %(end)s; exchange them.", start=start, end=end),
            field="start",
        )
    if start < EARLIEST or end > LATEST:
        raise Refused(_("The period lies outside %(low)s to %(high)s.", low=EARLIEST, high=LATEST), field="start")


def needed_metrics(scheme: Scheme) -> dict[str, Metric]:
    """The metrics that a scheme reads, of those that are provided."""
    wanted = {criterion.metric for criterion in scheme.criteria}
    return {name: metric for name, metric in all_metrics().items() if name in wanted}


def _evidence_key(metric: Metric | None) -> str | None:
    return metric.evidence.key if metric is not None and metric.evidence is not None else None


def _write_results(run: Run, scheme: Scheme, metrics: Mapping[str, Metric]) -> None:
    period = Period(run.period_start, run.period_end)
    rows = scored(scheme, inputs_from_metrics(scheme, metrics, period, day=run.judged_on))
    names = ["run_id", *rows.selected_columns.keys()]
    rows = rows.add_columns(sql_int(run.id).label("run_id"))
    names = [*names[1:], "run_id"]
    bulk_write(
        insert(RESULT).from_select(names, rows),
        model=Result,
        change="create",
        keys=select(RESULT.c.customer_id).where(RESULT.c.run_id == run.id),
        action="grading.results.write",
        run=run.id,
    )


def _write_evidence(run: Run, scheme: Scheme, metrics: Mapping[str, Metric]) -> None:
    period = Period(run.period_start, run.period_end)
    sources = {m.evidence.key: m.evidence for m in metrics.values() if m.evidence is not None}
    spans: dict[str, dict[Period, None]] = {key: {} for key in sources}
    for criterion in scheme.criteria:
        if key := _evidence_key(metrics.get(criterion.metric)):
            spans[key] |= {span.period: None for span in spans_of(scheme, criterion, period, run.read_on)}
    names = ["run_id", "evidence", "customer_id", "record_id", "reference", "happened_on", "value"]
    for key, evidence in sources.items():
        found = _rows_of(evidence, spans[key], scheme).subquery()
        rows = select(literal(run.id, BigInt), literal(key, Text()), *(found.c[name] for name in names[2:]))
        bulk_write(
            insert(EVIDENCE).from_select(names, rows),
            model=EvidenceRow,
            change="create",
            keys=select(EVIDENCE.c.record_id).where(EVIDENCE.c.run_id == run.id, EVIDENCE.c.evidence == key),
            action="grading.evidence.write",
            run=run.id,
            evidence=key,
        )


def changed_since(run: Run, scheme: Scheme, day: date) -> int:
    """Customers with another figure on ``day`` than when the run was computed, of those read on the effective day.

    None without such criteria, and none on the day the run was computed.
    """
    read = [(number, criterion) for number, criterion in enumerate(scheme.criteria) if criterion.effective]
    if not read or day == run.read_on:
        return 0
    period = Period(run.period_start, run.period_end)
    now = inputs_from_metrics(scheme, needed_metrics(scheme), period, day=day)
    differs = [
        now.c[f"v{number}"].is_distinct_from(json_integer(RESULT.c.criteria, criterion.key, "value"))
        for number, criterion in read
    ]
    beside = (RESULT.c.run_id == run.id) & (RESULT.c.customer_id == now.c.customer_id)
    counted = select(func.count()).select_from(now).join(RESULT, beside).where(or_(*differs))
    return int(db.session.scalar(counted) or 0)


def _rows_of(evidence: Evidence, periods: Iterable[Period], scheme: Scheme) -> Any:
    """The rows behind a figure over every span in which it was read, each once."""
    people = population(scheme)
    selects = [evidence.select(period, people) for period in periods]
    return selects[0] if len(selects) == 1 else union(*selects)


def _count(run: Run, scheme: Scheme) -> None:
    grouped = select(RESULT.c.grade, sql_count()).where(RESULT.c.run_id == run.id).group_by(RESULT.c.grade)
    found = {grade: int(count) for grade, count in db.session.execute(grouped)}
    sums: list[Any] = []
    for criterion in scheme.criteria:
        sums.append(sql_total(json_integer(RESULT.c.criteria, criterion.key, "value")))
        sums.append(sql_total(json_integer(RESULT.c.criteria, criterion.key, "given")))
    row = db.session.execute(select(func.count(), *sums).where(RESULT.c.run_id == run.id)).one()
    totals = {
        criterion.key: {"sum": row[2 * number + 1], "with_value": row[2 * number + 2] or 0}
        for number, criterion in enumerate(scheme.criteria)
    }
    run.ungradable = found.get(None, 0)
    run.graded = int(row[0]) - run.ungradable
    run.counts = {grade.key: found.get(grade.key, 0) for grade in scheme.grades}
    run.totals = totals
    db.session.flush()
