"""Declared figures from a file: a row says what one customer declared for one year, a column per figure (TRD-07)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    case,
    exists,
    false,
    func,
    insert,
    literal,
    select,
    true,
    union_all,
    update,
)

from kezhi import bulk_write, clock, currency, db, visible
from kezhi.builtin.customers.importer import check_customers
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.contributions import Importer, ImportField, Journaled, Reversal
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import add_problems, field_date, field_int, field_text, good_rows
from kezhi.builtin.imports.values import parse_amount, parse_date, parse_percent, parse_text, parse_whole
from kezhi.db import UtcDateTime
from kezhi.errors import Refused
from kezhi.figures import sql_int
from kezhi.i18n import _
from kezhi.i18n import lazy_gettext as _l
from kezhi.permissions import acting_user

from ..models import MONEY, RATIO, Declaration
from ..services.declarations import FIRST_YEAR, LONGEST_SOURCE, check_value, latest_year
from ..services.figures import figures_in_use, title_of
from .common import CUSTOMER_CODE
from .messages import problem, slot
from .resolve import SOURCE

declarations = Declaration.__table__

COLUMNS = ("customer_id", "figure_id", "unit", "year", "value", "declared_on", "stated_in")


def declared_importer() -> Importer:
    """The importer of kind ``declared``: history grows, and the same file again adds nothing."""
    return Importer(
        kind="declared",
        title=_l("Declared figures"),
        permission="trade.declare",
        fields=(*_common_fields(), *(_field_of(figure) for figure in figures_in_use())),
        unique=(),
        check=check,
        apply=apply,
        reversal=Reversal(
            Declaration,
            (Journaled(declarations, _of_file, lambda _batch: (*COLUMNS, "withdrawn_by"), customer="customer_id"),),
            declarations.c.stated_in,
        ),
    )


def _of_file(batch: Batch) -> ColumnElement[bool]:
    """What was ever declared for the years of the file by its customers: an import adds to it."""
    codes, years = (select(part).where(*good_rows(batch)) for part in (field_text("customer_code"), field_int("year")))
    mine = select(Customer.id).where(Customer.code.in_(codes))
    return and_(declarations.c.customer_id.in_(mine), declarations.c.year.in_(years))


def _common_fields() -> tuple[ImportField, ...]:
    return (
        CUSTOMER_CODE,
        ImportField("year", _l("Year"), ("年份", "年度", "所属年度"), True, _year),
        ImportField("declared_on", _l("Declared on"), ("申报日期", "填报日期", "日期", "date"), True, _day),
        ImportField("stated_in", _l("Stated in"), ("出处", "来源", "资料来源", "source"), True, _source),
    )  # fmt: skip


def _field_of(figure: dict[str, Any]) -> ImportField:
    aliases = tuple(name for name in (figure["zh"], figure["en"]) if name)
    return ImportField(figure["key"], title_of(figure), aliases, parse=_parser(figure["key"], figure["unit"]))


def _parser(key: str, unit: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        read = parse_amount(currency()) if unit == MONEY else parse_percent if unit == RATIO else parse_whole
        value = read(text)
        check_value(unit, value, key)
        return value

    return parse


def _year(text: str) -> int:
    value = parse_whole(text.strip().removesuffix("年"))
    if not FIRST_YEAR <= value <= latest_year():
        raise Refused(_("A year lies between %(first)s and %(last)s.", first=FIRST_YEAR, last=latest_year()))
    return value


def _day(text: str) -> str:
    day = parse_date(text)
    if date.fromisoformat(day) > clock.today():
        raise Refused(_("A declaration cannot be of a day to come."))
    return day


def _source(text: str) -> str:
    source = parse_text(text)
    if len(source) > LONGEST_SOURCE:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_SOURCE))
    return source


# ── check ───────────────────────────────────────────────────────────────────────────────────────────────────────


def check(batch: Batch) -> None:
    """Report what only the database can tell, and say whether each good row has something new."""
    check_customers(batch)
    _check_empty(batch)
    _check_twice(batch)
    fresh = select(_new(batch).c.row)
    statement = (
        update(Row)
        .where(*good_rows(batch))
        .values(action=case((Row.row.in_(fresh), literal("create")), else_=literal("unchanged")))
        .execution_options(synchronize_session=False, kezhi_unscoped=True)
    )
    db.session.execute(statement)


def _check_empty(batch: Batch) -> None:
    keys = [figure["key"] for figure in figures_in_use()]
    none = and_(*(field_int(key).is_(None) for key in keys)) if keys else true()
    text = _("The row has no figure: fill one column of a figure at least.")
    add_problems(batch, problem(Row.row, text).where(*good_rows(batch), none))


def _check_twice(batch: Batch) -> None:
    names = ("customer_code", "year", "declared_on", "stated_in")
    parts = [field_text(name) for name in names]
    groups = (
        select(*(part.label(name) for name, part in zip(names, parts, strict=True)))
        .where(*good_rows(batch))
        .group_by(*parts)
        .having(func.count() > 1)
        .subquery()
    )
    text = _("Customer “%(code)s” stands in several rows for the same year, day and source.", code=slot("code"))
    same = and_(*(groups.c[name] == part for name, part in zip(names, parts, strict=True)))
    twice = problem(Row.row, text, code=parts[0]).join(groups, same).where(*good_rows(batch))
    add_problems(batch, twice, column="customer_code")


# ── apply ───────────────────────────────────────────────────────────────────────────────────────────────────────


def apply(batch: Batch) -> None:
    """Put what is new on record, in one statement for all figures."""
    new, now = _new(batch), clock.now()
    wanted = select(Row.row).where(*good_rows(batch), Row.action == "create")
    rows = (
        select(*(new.c[name] for name in COLUMNS), literal(SOURCE), literal(now, UtcDateTime()),
               literal(acting_user().login), literal(""))
        .where(new.c.row.in_(wanted))
        .order_by(new.c.row, new.c.place)
    )  # fmt: skip
    bulk_write(
        insert(declarations).from_select([*COLUMNS, "source", "created_at", "created_by", "withdrawn_by"], rows),
        model=Declaration,
        change="create",
        keys=select(declarations.c.id).where(declarations.c.created_at == now, declarations.c.source == SOURCE),
        action="declaration.import",
        batch=batch.id,
    )


def _new(batch: Batch) -> Subquery:
    """What the good rows declare and nobody has declared in the same breath, withdrawn or not."""
    seen = visible(Customer).with_only_columns(Customer.id, Customer.code).subquery("seen")
    each = [
        select(
            Row.row,
            sql_int(place).label("place"),
            seen.c.id.label("customer_id"),
            sql_int(figure["id"]).label("figure_id"),
            literal(figure["unit"]).label("unit"),
            field_int("year").label("year"),
            field_int(figure["key"]).label("value"),
            field_date("declared_on").label("declared_on"),
            field_text("stated_in").label("stated_in"),
        )
        .join(seen, seen.c.code == field_text("customer_code"))
        .where(*good_rows(batch), field_int(figure["key"]).is_not(None))
        for place, figure in enumerate(figures_in_use())
    ]
    if not each:  # every figure is retired: nothing can be declared
        none = select(Row.row, sql_int(0).label("place"), *(declarations.c[name] for name in COLUMNS))
        each = [none.where(false())]
    given = (union_all(*each) if len(each) > 1 else each[0]).subquery("given")
    same = exists().where(
        *(declarations.c[name] == given.c[name] for name in COLUMNS if name != "unit"),
    )
    return select(given).where(~same).subquery("fresh")
