"""What a report counts, as rows: one per complaint and period, as it stood when the report was counted (CMP-20).

Set-based: the number of statements does not depend on the complaints.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Select, Text, and_, case, cast, delete, func, insert, literal, or_, select, union

from kezhi import db
from kezhi.builtin.accounts.models import Account, Department
from kezhi.builtin.customers.services import service_tiers
from kezhi.db import CodeText
from kezhi.figures import sql_divide, sql_int, sql_total

from ..models import (
    ACTING,
    BEFORE,
    BY_DEPARTMENT,
    BY_PERSON,
    COSTS,
    NOW,
    OPEN_ACTIONS,
    OPEN_STATES,
    RECENT,
    WHOLE,
    YEAR,
    Complaint,
    CorrectiveAction,
    Entry,
    Remedy,
    Report,
    ReportRow,
    ReportUnit,
    Responsibility,
)
from .clocks import ANSWER, PLAN, RESOLVE, RESPOND
from .following import CLOCK, RUNS
from .report_months import Span, later, recent_span, span_of

COMPLAINTS: Any = Complaint.__table__
CHOSEN: Any = COMPLAINTS.alias("chosen")
REPORTS: Any = Report.__table__
ROWS: Any = ReportRow.__table__
UNITS: Any = ReportUnit.__table__
ACTIONS: Any = CorrectiveAction.__table__
KINDS: Any = Entry.__table__
REMEDIES: Any = Remedy.__table__
SHARES: Any = Responsibility.__table__
ACCOUNTS: Any = Account.__table__
DEPARTMENTS: Any = Department.__table__

#: the clocks whose keeping a report tells: a plan on record, the first answer, and the result
TOLD_CLOCKS: dict[str, tuple[str, ...]] = {"plan": (PLAN,), "answer": (ANSWER, RESPOND), "resolve": (RESOLVE,)}


def freeze(report: Report, before: int | None, year: int | None) -> None:
    """Keep what a report counts, in the place of what it kept. ``before`` and ``year`` are the signed reports on those
    months, whose rows are taken over: one compares with what was signed."""
    db.session.execute(delete(ROWS).where(ROWS.c.report_id == report.id))
    db.session.execute(delete(UNITS).where(UNITS.c.report_id == report.id))
    counted = (
        (NOW, report.month, None),
        (BEFORE, later(report.month, -1), before),
        (YEAR, later(report.month, -12), year),
    )
    for period, month, signed in counted:
        if signed is not None:
            _take_over(report, period, signed)
        else:
            _keep(report, period, received_or_closed(span_of(month)), span_of(month))
            _keep_units(report, period)
    recent = recent_span(report.month)
    _keep(report, RECENT, received(recent), recent)
    acting = select(ACTIONS.c.complaint_id).where(ACTIONS.c.state.in_(OPEN_ACTIONS))
    _keep(report, ACTING, acting, span_of(report.month))
    _keep_units(report, RECENT, ACTING)


def received(span: Span) -> Select[Any]:
    """The complaints received in a span (a select of ids)."""
    c = CHOSEN.c
    return select(c.id).where(c.received_at >= span.start, c.received_at < span.end)


def received_or_closed(span: Span) -> Any:
    """Those received in it and those that came to their end in it, whenever they were received."""
    c = CHOSEN.c
    ended = select(c.id).where(c.closed_at >= span.start, c.closed_at < span.end)
    return union(received(span), ended)


def _keep(report: Report, period: str, ids: Any, span: Span) -> None:
    facts = facts_of(ids, span, report.counted_at, report.currency)
    names = [column.name for column in facts.selected_columns]
    chosen = facts.add_columns(sql_int(report.id), literal(period, ROWS.c.period.type))
    db.session.execute(insert(ROWS).from_select([*names, "report_id", "period"], chosen))


def _take_over(report: Report, period: str, signed: int) -> None:
    for table in (ROWS, UNITS):
        names = [column.name for column in table.c if column.name not in ("report_id", "period")]
        rows = select(*[table.c[name] for name in names], sql_int(report.id), literal(period, table.c.period.type))
        mine = rows.where(table.c.report_id == signed, table.c.period == NOW)
        db.session.execute(insert(table).from_select([*names, "report_id", "period"], mine))


def facts_of(ids: Any, span: Span, at: datetime, currency: str) -> Select[Any]:
    """The columns of ``ReportRow`` beside its place, of these complaints as they stand.

    ``span``: in which they count as received and as handled; ``at``: an open clock that was due before it is missed.
    """
    c = COMPLAINTS.c
    kept, costs = outcomes(ids, at).subquery("kept"), _costs(ids, currency).subquery("costs")
    acted = _actions(ids, at).subquery("acted")
    came = and_(c.received_at >= span.start, c.received_at < span.end)
    ended = and_(c.closed_at >= span.start, c.closed_at < span.end)
    asked = and_(came, c.customer_id.is_not(None), c.cause_id.is_not(None))
    same = func.sum(case((came, 1), else_=0)).over(partition_by=[c.customer_id, c.cause_id])
    graded = len(service_tiers().tiers) > 1
    tier = func.coalesce(CLOCK.c.tier, "") if graded else literal("", CodeText)
    return (
        select(
            c.id.label("complaint_id"),
            _flag(came).label("received"),
            _flag(ended).label("handled"),
            _flag(c.state.in_(OPEN_STATES)).label("is_open"),
            KINDS.c.nature.label("nature"),
            c.kind_id, c.channel_id, c.cause_id, c.product, c.department_id,
            tier.label("tier"),
            c.validity, c.severity,
            kept.c.plan, kept.c.answer, kept.c.resolve, kept.c.plan_used, kept.c.answer_used, kept.c.resolve_used,
            func.coalesce(costs.c.cost, 0).label("cost"),
            func.coalesce(costs.c.other_cost, 0).label("other_cost"),
            case((and_(asked, same > 1), 1), else_=0).label("repeated"),
            func.coalesce(acted.c.actions, 0).label("actions"),
            func.coalesce(acted.c.late_actions, 0).label("late_actions"),
        )
        .join(KINDS, KINDS.c.id == c.kind_id)
        .outerjoin(CLOCK, CLOCK.c.complaint_id == c.id)
        .outerjoin(kept, kept.c.complaint_id == c.id)
        .outerjoin(costs, costs.c.complaint_id == c.id)
        .outerjoin(acted, acted.c.complaint_id == c.id)
        .where(c.id.in_(ids))
    )  # fmt: skip


def outcomes(ids: Any, at: datetime) -> Select[Any]:
    """``complaint_id``; ``plan, answer, resolve``, each with ``…_used``: 1 kept, 0 missed, NULL nobody can tell yet.

    A clock that ran in several rounds was kept if each of them was.
    """
    r, columns = RUNS.c, [RUNS.c.complaint_id]
    late = or_(r.stopped_at > r.due_at, and_(r.stopped_at.is_(None), r.due_at < at))
    for name, kinds in TOLD_CLOCKS.items():
        mine = r.kind.in_(kinds)
        missed = func.max(case((and_(mine, late), 1), else_=0))
        running = func.max(case((and_(mine, r.stopped_at.is_(None)), 1), else_=0))
        there = func.max(case((mine, 1), else_=0))
        columns.append(case((missed == 1, 0), (running == 1, None), (there == 1, 1)).label(name))
        used = sql_total(case((mine, r.used), else_=0))
        columns.append(case((and_(there == 1, running == 0), used)).label(f"{name}_used"))
    return select(*columns).where(r.complaint_id.in_(ids)).group_by(r.complaint_id)


def _costs(ids: Any, currency: str) -> Select[Any]:
    m = REMEDIES.c
    own = m.currency == currency
    return (
        select(
            m.complaint_id,
            sql_total(case((own, m.amount), else_=0)).label("cost"),
            func.max(case((and_(~own, m.amount > 0), 1), else_=0)).label("other_cost"),
        )
        .where(m.complaint_id.in_(ids), m.state.in_(COSTS))
        .group_by(m.complaint_id)
    )


def _actions(ids: Any, at: datetime) -> Select[Any]:
    a = ACTIONS.c
    late = case((a.state == "done", a.check_at), else_=a.due_at) < at
    return (
        select(
            a.complaint_id,
            func.count().label("actions"),
            func.sum(case((late, 1), else_=0)).label("late_actions"),
        )
        .where(a.complaint_id.in_(ids), a.state.in_(OPEN_ACTIONS))
        .group_by(a.complaint_id)
    )


def _keep_units(report: Report, *periods: str) -> None:
    """Who is responsible for what was kept. People stand as their department; several of one share a line."""
    s, place = SHARES.c, func.coalesce(SHARES.c.department_id, ACCOUNTS.c.department_id)
    ours = s.unit.in_((BY_DEPARTMENT, BY_PERSON))
    department = case((ours, place))
    name = case((ours, func.coalesce(DEPARTMENTS.c.name, "")), else_=s.name)
    key = case(
        (and_(ours, place.is_not(None)), literal("d:", Text) + cast(place, Text)),
        (s.unit == BY_PERSON, "d:"),
        else_=s.unit_key,
    )
    lines = (
        select(
            ROWS.c.period, ROWS.c.complaint_id, key.label("unit_key"), department.label("department_id"),
            name.label("name"), s.share, sql_divide(s.share * ROWS.c.cost, sql_int(WHOLE)).label("cost"),
        )
        .join(SHARES, s.complaint_id == ROWS.c.complaint_id)
        .outerjoin(ACCOUNTS, ACCOUNTS.c.id == s.user_id)
        .outerjoin(DEPARTMENTS, DEPARTMENTS.c.id == place)
        .where(ROWS.c.report_id == report.id, ROWS.c.period.in_(periods))
        .subquery("lines")
    )  # fmt: skip
    grouped = select(
        sql_int(report.id), lines.c.period, lines.c.complaint_id, lines.c.unit_key,
        func.max(lines.c.department_id), func.max(lines.c.name), sql_total(lines.c.share), sql_total(lines.c.cost),
    ).group_by(lines.c.period, lines.c.complaint_id, lines.c.unit_key)  # fmt: skip
    names = ["report_id", "period", "complaint_id", "unit_key", "department_id", "name", "share", "cost"]
    db.session.execute(insert(UNITS).from_select(names, grouped))


def _flag(condition: Any) -> Any:
    return case((condition, literal(True, Boolean)), else_=literal(False, Boolean))
