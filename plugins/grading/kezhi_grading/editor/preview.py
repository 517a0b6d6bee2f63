"""What a draft says of one customer. Nothing is stored: the result lives as long as the page is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from kezhi import Period, clock, db, localised, visible
from kezhi.builtin.customers.models import Customer
from kezhi.metrics import all_metrics
from kezhi.permissions import acting_user

from ..compile import inputs_from_metrics, scored
from ..models import COMPUTED, Result, Run, SchemeVersion
from ..pages import criteria_table, score_bar, tenth_text, tenths
from ..scheme import Ranking, Scheme
from ..services.computation import last_full_months
from ..services.explanation import Explanation, put_together, rule_sentence
from ..services.reasons import reason_rows
from ..services.standing import current_grade
from ..words import _

MOST_FOUND = 8


@dataclass(frozen=True, slots=True)
class Found:
    """The customers that a name or code may mean; one of them when it is clear, ``more`` when there are others."""

    customers: tuple[tuple[int, str, str], ...]  #: id, name, code
    more: bool = False

    @property
    def one(self) -> int | None:
        return self.customers[0][0] if len(self.customers) == 1 else None


def find_customers(text: str) -> Found:
    """Among the customers that the acting user sees: by code exactly, else by a part of the name."""
    base = visible(Customer).with_only_columns(Customer.id, Customer.name, Customer.code)
    exact = base.where(or_(Customer.code == text, Customer.prospect_number == text, Customer.name == text))
    rows = db.session.execute(exact.order_by(Customer.id).limit(MOST_FOUND + 1)).all()
    if not rows:
        part = base.where(Customer.name.icontains(text, autoescape=True))
        rows = db.session.execute(part.order_by(Customer.name, Customer.id).limit(MOST_FOUND + 1)).all()
    return Found(tuple((row[0], row[1], row[2] or "") for row in rows[:MOST_FOUND]), len(rows) > MOST_FOUND)


def visible_customer(customer_id: int) -> tuple[int, str, str] | None:
    """Id, name and code of a customer that the acting user sees."""
    base = visible(Customer).with_only_columns(Customer.id, Customer.name, Customer.code)
    row = db.session.execute(base.where(Customer.id == customer_id)).one_or_none()
    return (row[0], row[1], row[2] or "") if row else None


def explanation_by_draft(
    scheme: Scheme, currency: str, customer_id: int, period: Period | None = None
) -> Explanation | None:
    """The result and its reasons over the months that a new run would propose, or over ``period``; None outside the
    population."""
    wanted = {criterion.metric for criterion in scheme.criteria}
    metrics = {name: metric for name, metric in all_metrics().items() if name in wanted}
    period = period or last_full_months(scheme.period_months)
    ranked = any(isinstance(criterion.rule, Ranking) for criterion in scheme.criteria)
    inputs = inputs_from_metrics(scheme, metrics, period, only=None if ranked else customer_id)
    rows = scored(scheme, inputs).subquery()
    row = db.session.execute(select(rows).where(rows.c.customer_id == customer_id)).mappings().one_or_none()
    if row is None:
        return None
    version = SchemeVersion(key=scheme.key, version=0, currency=currency)
    run = Run(
        number=0, scheme_key=scheme.key, period_start=period.start, period_end=period.end, state=COMPUTED, sources={},
        evidence_units={}, judged_on=clock.today(), created_at=clock.now(), created_by=acting_user().login,
    )  # fmt: skip
    return put_together(run, version, scheme, Result(run_id=0, **row), {})


def preview_page(scheme: Scheme, currency: str, customer: tuple[int, str, str]) -> dict[str, Any]:
    """Points per criterion, total and grade, or the rules with what was met; and the grade in force."""
    customer_id, name, code = customer
    found = explanation_by_draft(scheme, currency, customer_id)
    shown: dict[str, Any] = {"name": name, "code": code, "id": customer_id, "graded": found is not None}
    now = current_grade(customer_id, scheme.key)
    shown["now"] = (now.grade, now.tone) if now else None
    if found is None:
        return shown
    score = found.result.score
    return shown | {
        "grade": found.grade,
        "title": localised(found.grade.title) if found.grade else "",
        "score": None if score is None else tenth_text(tenths(score)),
        "sentence": rule_sentence(found),
        "table": None if scheme.is_threshold else criteria_table(found),
        "bar": score_bar(found),
        "reasons": reason_rows(found.reasons, currency),
        "period": _("%(start)s to %(end)s", start=found.run.period_start, end=found.run.period_end),
    }
