"""Columns of lists: what customers' credit is today (CRD-07)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from flask import g
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Date, bindparam, exists, or_, select

from kezhi import Choice, Column, Filter, Join, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.customers.models import Customer
from kezhi.cells import Cell, Renderer
from kezhi.i18n import _

from .services.classes import CLASSES, all_classes, present_terms, title_of
from .services.exposure import AGES, DAYS
from .services.position import position
from .services.standing import CUSTOMERS, RATINGS
from .words import AGE_LABELS

ACCOUNTS: Any = Account.__table__
NONE = "none"
IN_REGISTER = "kezhi_credit_register"  #: in ``g`` while the list of credit is made
#: columns that the list of credit shows to who asks for them: the report opens it with them
ON_DEMAND = frozenset({"credit.receivables", *(f"credit.{age}" for age in AGES)})


def _shown(cell: Cell) -> str:
    if cell.value is None:
        return Markup('<span class="kz-muted">{}</span>').format(_("Not rated"))
    title = _("Credit class %(letter)s", letter=cell.value)
    shape = '<span class="kz-credit t-{}" title="{}"><i class="bi bi-shield-check" aria-hidden="true"></i>{}</span>'
    return Markup(shape).format(cell.tone, title, escape(cell.value))


#: A credit class: never looks like a grade.
CLASS = Renderer(_shown, lambda cell: "" if cell.value is None else str(cell.value), phone="x", labelled=False)


def today() -> Any:
    """The company's day as a parameter that is asked when a statement runs: columns may be kept longer than a day."""
    return bindparam("credit_today", callable_=clock.today, type_=Date(), unique=True)


def rating_now(column: Any) -> Any:
    """One column of the rating in force today, for each customer of a list: looked up for the rows of a page only."""
    newest = select(column).where(RATINGS.c.customer_id == CUSTOMERS.c.id, RATINGS.c.valid_from <= today())
    newest = newest.order_by(RATINGS.c.valid_from.desc(), RATINGS.c.id.desc()).limit(1)
    return newest.correlate(CUSTOMERS).scalar_subquery()


def customer_columns(model: type) -> list[Column]:
    """What lists of customers show of their credit; the list of credit shows all of it unless somebody chose."""
    if model is not Customer:
        return []
    found = [*_class_columns(), *position_columns()]
    return [replace(each, default=each.key not in ON_DEMAND) for each in found] if g.get(IN_REGISTER) else found


@cache
def _class_columns() -> list[Column]:
    terms = present_terms().subquery()
    class_id = rating_now(RATINGS.c.class_id)
    key = select(CLASSES.c.key).where(CLASSES.c.id == class_id).correlate(CUSTOMERS).scalar_subquery()
    tone = select(terms.c.tone).where(terms.c.id == class_id).correlate(CUSTOMERS).scalar_subquery()
    return [
        Column("credit.class", _l("Credit class"), key, default=True, permission="credit.read", render=CLASS,
               order=55, extra=(tone,), filter=Filter("choice", class_choices, has_class)),
        Column("credit.review_on", _l("Next credit review"), rating_now(RATINGS.c.review_on), permission="credit.read",
               render="date", order=56, filter=Filter("choice", _reviews, _review_within)),
    ]  # fmt: skip


def class_choices() -> list[Choice]:
    """Every class, and customers that are not rated."""
    found = [Choice(each["key"], f"{each['key']} {title_of(each)}") for each in all_classes()]
    return [*found, Choice(NONE, _l("Not rated"))]


def has_class(key: str) -> ColumnElement[bool]:
    """The customers rated in a class today; those in none for ``none``."""
    class_id = rating_now(RATINGS.c.class_id)
    if key == NONE:
        found: ColumnElement[bool] = class_id.is_(None)
    else:
        found = class_id == select(CLASSES.c.id).where(CLASSES.c.key == key).scalar_subquery()
    return found


def _reviews() -> list[Choice]:
    return [Choice("over", _l("Overdue")), Choice("rated", _l("Rated"))]


def _review_within(text: str) -> ColumnElement[bool]:
    due = rating_now(RATINGS.c.review_on)
    if text == "over":
        found: ColumnElement[bool] = due < today()
        return found
    return or_(due.is_not(None), exists().where(RATINGS.c.customer_id == CUSTOMERS.c.id).correlate(CUSTOMERS))


def position_columns() -> list[Column]:
    """Limit, exposure and what is free; joined only when one of them is asked for. Made anew for every list: the day,
    and who says what customers owe, are those of now."""
    now = position(clock.today()).subquery("credit_position")
    join = Join(now, now.c.customer_id)

    def figure(key: str, label: Any, order: int) -> Column:
        return Column(f"credit.{key}", label, now.c[key], join=join, permission="credit.read", render="money",
                      order=order, filter=Filter("number"))  # fmt: skip

    return [
        figure("limit", _l("Credit limit"), 57),
        figure("exposure", _l("Exposure"), 58),
        figure("free", _l("Free credit"), 59),
        figure("overdue", _l("Amount overdue"), 59),
        Column("credit.overdue_days", _l("Days overdue"), now.c[DAYS], join=join, permission="credit.read",
               render="count", order=59, filter=Filter("number")),
        figure("receivables", _l("Open receivables"), 60),
        *(figure(age, label, 60) for age, label in AGE_LABELS.items()),
    ]  # fmt: skip


def register_columns() -> list[Column]:
    """The list of customers by their credit: the other columns are those that every list of customers can show."""
    fields: Any = Customer
    return [
        Column("code", _l("Customer code"), fields.code, sortable=True, default=True, render="code", order=10),
        Column("name", _l("Customer"), fields.name, default=True, render="name", order=20),
        Column("owner", _l("Owner"), _owner_name(), render="person", order=30,
               filter=Filter("choice", _owners, _owned_by)),
    ]  # fmt: skip


def _owner_name() -> Any:
    return select(ACCOUNTS.c.name).where(ACCOUNTS.c.id == CUSTOMERS.c.owner_id).correlate(CUSTOMERS).scalar_subquery()


def _owners() -> list[Choice]:
    """Whoever is responsible for a customer that the acting user sees, former colleagues too, and nobody."""
    mine, c = visible(Customer).with_only_columns(Customer.owner_id), ACCOUNTS.c
    named = select(c.id, c.name).where(c.id.in_(mine)).order_by(c.name, c.id)
    found = [Choice(str(row.id), row.name) for row in db.session.execute(named)]
    return [*found, Choice(NONE, _l("Nobody"))]


def _owned_by(text: str) -> ColumnElement[bool]:
    owner: Any = Customer.owner_id
    found: ColumnElement[bool] = owner.is_(None) if text == NONE else owner == int(text)
    return found
