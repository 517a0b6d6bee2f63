"""Month rates from a file: columns month, currency, rate (TRD-02)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Subquery, and_, case, func, insert, literal, or_, select, update

from kezhi import bulk_write, currency, db
from kezhi.builtin.imports.contributions import Importer, ImportField
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import add_problems, field_date, field_int, field_text, good_rows
from kezhi.builtin.imports.values import parse_currency
from kezhi.i18n import _
from kezhi.i18n import lazy_gettext as _l

from ..models import Rate
from ..services.conversion import largest_rate
from ..services.reconverting import reconvert
from .cells import read_month, read_rate
from .messages import problem, slot

rates = Rate.__table__

FIELDS = (
    ImportField("month", _l("Month"), ("月份", "年月", "期间", "date"), True, read_month),
    ImportField("currency", _l("Currency"), ("币种", "币别", "货币"), True, parse_currency),
    ImportField("rate", _l("Rate"), ("汇率", "月汇率", "exchange_rate"), True, read_rate),
)


def rate_importer() -> Importer:
    """The importer of kind ``rates``: one rate per currency and month."""
    return Importer(
        kind="rates",
        title=_l("Month rates"),
        permission="trade.write",
        fields=FIELDS,
        unique=(),
        check=check,
        apply=apply,
    )


def check(batch: Batch) -> None:
    """Each month stands once, with a foreign currency; then say what each row would do."""
    _check_rates(batch)
    _check_twice(batch)
    staged = _staged(batch)
    action = case(
        (staged.c.target_id.is_(None), literal("create")),
        (staged.c.stored_rate != staged.c.rate, literal("update")),
        else_=literal("unchanged"),
    )
    statement = (
        update(Row)
        .where(*good_rows(batch), Row.row == staged.c.row)
        .values(target_id=staged.c.target_id, action=action)
        .execution_options(synchronize_session=False, kezhi_unscoped=True)
    )
    db.session.execute(statement)


def apply(batch: Batch) -> None:
    """Keep the rates and convert the orders of their currencies anew."""
    staged = _staged(batch)
    codes = list(db.session.execute(select(staged.c.currency).distinct()).scalars())
    changed = select(staged.c.target_id).where(staged.c.action == "update")
    bulk_write(
        update(rates).where(rates.c.id == staged.c.target_id, staged.c.action == "update").values(rate=staged.c.rate),
        model=Rate,
        change="update",
        keys=select(rates.c.id).where(rates.c.id.in_(changed)),
        action="rate.import",
        batch=batch.id,
    )
    new = select(staged.c.currency, staged.c.month, staged.c.rate).where(
        staged.c.action == "create", staged.c.target_id.is_(None)
    )
    bulk_write(
        insert(rates).from_select(["currency", "month", "rate"], new).execution_options(preserve_rowcount=True),
        model=Rate,
        change="create",
        keys=select(rates.c.id).join(
            staged, and_(staged.c.currency == rates.c.currency, staged.c.month == rates.c.month)
        ).where(staged.c.action == "create"),
        action="rate.import",
        batch=batch.id,
    )  # fmt: skip
    reconvert(codes)


def _check_rates(batch: Batch) -> None:
    """Foreign currencies only, and rates that can be kept."""
    code = field_text("currency")
    text = _("%(currency)s is the company's own currency and needs no rate.", currency=currency())
    add_problems(batch, problem(Row.row, text).where(*good_rows(batch), code == currency()), column="currency")
    present = [code for code in db.session.execute(select(code).where(*good_rows(batch)).distinct()).scalars() if code]
    if not present:
        return
    limits = [and_(code == each, field_int("rate") > largest_rate(each, currency())) for each in present]
    text = _("The rate for %(currency)s must be above 0 and not too large to keep.", currency=slot("currency"))
    add_problems(batch, problem(Row.row, text, currency=code).where(*good_rows(batch), or_(*limits)), column="rate")


def _check_twice(batch: Batch) -> None:
    code, month = field_text("currency"), field_text("month")
    pairs = (
        select(code.label("currency"), month.label("month"))
        .where(*good_rows(batch))
        .group_by(code, month)
        .having(func.count() > 1)
        .subquery()
    )
    text = _(
        "The rate for %(currency)s in %(month)s stands in several rows.",
        currency=slot("currency"),
        month=slot("month"),
    )
    twice = (
        problem(Row.row, text, currency=code, month=func.substr(month, 1, 7))
        .join(pairs, and_(pairs.c.currency == code, pairs.c.month == month))
        .where(*good_rows(batch))
    )
    add_problems(batch, twice, column="month")


def _staged(batch: Batch) -> Subquery:
    target: Any = rates.alias("target")
    code, month = field_text("currency"), field_date("month")
    return (
        select(
            Row.row,
            Row.action,
            code.label("currency"),
            month.label("month"),
            field_int("rate").label("rate"),
            target.c.id.label("target_id"),
            target.c.rate.label("stored_rate"),
        )
        .outerjoin(target, and_(target.c.currency == code, target.c.month == month))
        .where(*good_rows(batch))
        .subquery()
    )
