"""Columns of lists: what customers' credit is, from the summary, which says when it is out of date (CRD-07)."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from flask import g
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, Date, bindparam, case, exists, or_, select

from kezhi import Choice, Column, Filter, Join, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.customers.models import Customer
from kezhi.cells import RENDERERS, Cell, Renderer
from kezhi.filters import instant
from kezhi.i18n import _

from .services.classes import all_classes, present_terms, title_of
from .services.exposure import AGES
from .services.standing import CUSTOMERS, RATINGS
from .services.summary import SUMMARY, is_stale
from .words import AGE_LABELS

ACCOUNTS: Any = Account.__table__
NONE = "none"
IN_REGISTER = "kezhi_credit_register"  #: in ``g`` while the list of credit is made
#: columns that the list of credit shows to who asks for them: the report opens it with them
ON_DEMAND = frozenset({"credit.receivables", "credit.counted_at", *(f"credit.{age}" for age in AGES)})


def flagged(html: str, cell: Cell, place: int = 0) -> str:
    """A cell of the summary, muted and with a clock where its row is out of date: ``extra`` says so, and as of when."""
    if not cell.extra[place]:
        return html
    since = cell.extra[place + 1]
    note = _("out of date, being counted again") if since is None else _("as of %(instant)s", instant=instant(since))
    shape = '<span class="kz-muted" title="{0}">{1} <i class="bi bi-clock-history kz-xs" aria-hidden="true"></i>'
    return Markup(shape + '<span class="visually-hidden"> {0}</span></span>').format(note, html)


def _figure(name: str) -> Renderer:
    """A figure of the summary, written as lists write such figures."""
    plain = RENDERERS[name]
    return replace(plain, html=lambda cell: flagged(plain.html(Cell(cell.value)), cell),
                   export=lambda cell: plain.export(Cell(cell.value)), typed=name)  # fmt: skip


MONEY, DAYS_LATE = _figure("money"), _figure("count")


def _class(cell: Cell) -> str:
    if cell.value is None:
        missing = escape(_("Not rated"))
        html = Markup(f'<span class="kz-muted">{missing}</span>')
    else:
        letter, title = escape(cell.value), escape(_("Credit class %(letter)s", letter=cell.value))
        shield = '<i class="bi bi-shield-check" aria-hidden="true"></i>'
        html = Markup(f'<span class="kz-credit t-{cell.tone}" title="{title}">{shield}{letter}</span>')
    return flagged(html, cell, 1) if len(cell.extra) > 1 else html


#: A credit class: never looks like a grade. ``extra`` is its tone, and of the summary whether and since when it is old.
CLASS = Renderer(_class, lambda cell: "" if cell.value is None else str(cell.value), phone="x", labelled=False)


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
    found = summary_columns()
    return [replace(each, default=each.key not in ON_DEMAND) for each in found] if g.get(IN_REGISTER) else found


@cache
def summary_columns() -> list[Column]:
    """Class, limit, exposure and what is free, from the summary; each cell says when its row is out of date."""
    c, terms = SUMMARY.c, present_terms().subquery()
    join = Join(SUMMARY, c.customer_id)
    old = (case((is_stale(), 1), else_=0), c.counted_at)
    tone = select(terms.c.tone).where(terms.c.key == c.class_key).correlate(SUMMARY).scalar_subquery()

    def figure(key: str, label: Any, value: Any, order: int, *, sortable: bool = False, render: Any = MONEY) -> Column:
        return Column(f"credit.{key}", label, value, join=join, sortable=sortable, permission="credit.read",
                      render=render, order=order, extra=old, filter=Filter("number"))  # fmt: skip

    return [
        Column("credit.class", _l("Credit class"), c.class_key, join=join, sortable=True, default=True,
               permission="credit.read", render=CLASS, order=55, extra=(tone, *old),
               filter=Filter("choice", class_choices, has_class)),
        Column("credit.review_on", _l("Next credit review"), rating_now(RATINGS.c.review_on), permission="credit.read",
               render="date", order=56, filter=Filter("choice", _reviews, _review_within)),
        figure("limit", _l("Credit limit"), c.credit_limit, 57, sortable=True),
        figure("exposure", _l("Exposure"), c.exposure, 58, sortable=True),
        figure("free", _l("Free credit"), c.free, 59, sortable=True),
        figure("overdue", _l("Amount overdue"), c.overdue, 59, sortable=True),
        figure("overdue_days", _l("Days overdue"), c.overdue_days, 59, render=DAYS_LATE),
        figure("receivables", _l("Open receivables"), c.receivables, 60),
        *(figure(age, label, c[age], 60) for age, label in AGE_LABELS.items()),
        Column("credit.counted_at", _l("Credit figures as of"), c.counted_at, join=join, permission="credit.read",
               render="instant", order=61),
    ]  # fmt: skip


def class_choices() -> list[Choice]:
    """Every class, and customers that are not rated."""
    found = [Choice(each["key"], f"{each['key']} {title_of(each)}") for each in all_classes()]
    return [*found, Choice(NONE, _l("Not rated"))]


def has_class(key: str) -> ColumnElement[bool]:
    """The customers rated in a class; those in none for ``none``, also who is not in the summary."""
    found: ColumnElement[bool] = SUMMARY.c.class_key.is_(None) if key == NONE else SUMMARY.c.class_key == key
    return found


def _reviews() -> list[Choice]:
    return [Choice("over", _l("Overdue")), Choice("rated", _l("Rated"))]


def _review_within(text: str) -> ColumnElement[bool]:
    due = rating_now(RATINGS.c.review_on)
    if text == "over":
        found: ColumnElement[bool] = due < today()
        return found
    return or_(due.is_not(None), exists().where(RATINGS.c.customer_id == CUSTOMERS.c.id).correlate(CUSTOMERS))


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
