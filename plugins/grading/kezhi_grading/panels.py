"""What a customer's page shows of its grades: a fact, a panel, the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import select

from kezhi import Fact, Panel, TimelineEntry, User, db
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import read_once, rows_of
from kezhi.builtin.timeline.contributions import Source
from kezhi.builtin.timeline.reading import ENTRIES

from .first import shown
from .models import PUBLISHED, CurrentGrade, Result, Run
from .notice_lines import NoticeLine, notice_line
from .pages import criteria_table, tenth_text, tenths
from .scheme import exact
from .services.explanation import Explanation, explanation_of, rule_sentence
from .services.notices import newest_notice
from .services.schemes import primary_key
from .services.standing import current_grade
from .words import _

HISTORY = 8
#: read for the panel: what the first page of the timeline asks for, so that both are one statement
AS_MANY = ENTRIES + 1


def _grade_of(record: Any, user: User) -> CurrentGrade | None:
    if not isinstance(record, Customer) or not user.can("grading.read"):
        return None
    customer_id, key = record.id, primary_key()
    return read_once(("grading.current", customer_id, key), lambda: current_grade(customer_id, key))


def customer_facts(record: Any, user: User) -> list[Fact]:
    """The grade in force by the primary scheme, with the way to its reasons."""
    if not isinstance(record, Customer) or not user.can("grading.read"):
        return []
    current = _grade_of(record, user)
    if current is None:
        grade, note = shown(record.id) or ("—", _("not graded"))
        return [Fact(_l("Grade"), grade, note=note, order=10)]
    note = _("since %(day)s", day=current.effective_from)
    if current.score is not None:
        score = tenth_text(tenths(current.score))
        note = _("%(score)s points, since %(day)s", score=score, day=current.effective_from)
    return [Fact(_l("Grade"), current.grade, url_for("grading.why", customer_id=record.id), note, order=10)]


def customer_panels(record: Any, user: User) -> list[Panel]:
    """Grade, distance to the next, criteria, history."""
    if not isinstance(record, Customer) or not user.can("grading.read"):
        return []
    current = _grade_of(record, user)
    found = _explanation(current) if current is not None else None
    url = url_for("grading.why", customer_id=record.id) if found else None
    context = {
        "current": current,
        "found": found,
        "distance": exact(found.distance).rstrip("0").rstrip(".") if found and found.distance is not None else None,
        "score": tenth_text(tenths(current.score)) if current and current.score is not None else "",
        "table": criteria_table(found) if found and not found.reasons else None,
        "rule": rule_sentence(found) if found and found.reasons else "",
        "customer_id": record.id,
        "history": _history(record.id, AS_MANY)[:HISTORY],
        "notice": _notice_line(record.id),
    }
    return [
        Panel(
            _l("Grading"),
            "grading/panel.html",
            context,
            icon="award",
            link=url,
            link_text=_l("Why"),
            order=20,
            half=True,
        )
    ]


def _notice_line(customer_id: int) -> NoticeLine | None:
    notice = newest_notice(customer_id, primary_key())
    return None if notice is None else notice_line(notice, db.session.get_one(Run, notice.run_id).number)


def _explanation(current: CurrentGrade) -> Explanation | None:
    mine = rows_of(Result.customer_id, current.customer_id).where(Result.run_id == current.run_id)
    result = db.session.scalars(mine).one_or_none()
    if result is None:
        return None
    return explanation_of(db.session.get_one(Run, current.run_id), result, with_rows=False)


def _history(customer_id: int, limit: int, until: datetime | None = None) -> list[Any]:
    return read_once(("grading.history", customer_id, limit, until), lambda: _read_history(customer_id, limit, until))


def _read_history(customer_id: int, limit: int, until: datetime | None) -> list[Any]:
    not_later = [Run.published_at <= until] if until is not None else []
    statement = (
        select(Run.number, Run.scheme_key, Run.effective_from, Run.published_at, Result.grade, Result.score,
               Result.previous_grade)
        .join(Result, Result.run_id == Run.id)
        .where(Result.customer_id == customer_id, Run.state == PUBLISHED, Result.grade.is_not(None), *not_later)
    )  # fmt: skip
    return list(db.session.execute(statement.order_by(Run.published_at.desc(), Run.id.desc()).limit(limit)))


def timeline_sources(record: Any, user: User) -> list[Source]:
    """What grading tells in the timeline of a customer."""
    if not isinstance(record, Customer) or not user.can("grading.read"):
        return []
    return [
        Source("grading.grade", _l("Grades"), lambda until, limit: customer_timeline(record, until, limit), order=50)
    ]


def customer_timeline(customer: Customer, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """Grades as they were published."""
    return [
        TimelineEntry(
            at=row.published_at,
            title=_("Grade %(grade)s published", grade=row.grade),
            icon="award",
            tone="indigo",
            changes=((_l("Grade"), row.previous_grade or "", row.grade),),
            text="" if row.score is None else _("%(score)s points", score=tenth_text(tenths(row.score))),
            url=url_for("grading.explain", number=row.number, customer_id=customer.id),
        )
        for row in _history(customer.id, limit, until)
    ]
