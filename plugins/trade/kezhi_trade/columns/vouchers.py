"""The lists of shipments, invoices and receipts (TRD-01)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Date, case, literal

from kezhi import Choice, Column, Filter, clock
from kezhi import lazy_gettext as _l
from kezhi.figures import days_between
from kezhi.i18n import lazy_pgettext

from ..labels import (
    AGE_LABELS,
    AGE_TONES,
    INVOICE_LABELS,
    KIND_LABELS,
    KIND_TONES,
    PARTLY,
    RECEIPT_LABELS,
    SETTLED_AGE,
    SHIPMENT_LABELS,
    SOURCE_LABELS,
    STATE_TONES,
    UNTOUCHED,
    VOIDED,
    WHOLLY,
)
from ..models import VALID, VOID
from ..receivables import AGES
from ..services.sorts import INVOICE, RECEIPT, SHIPMENT, Sort
from .whose import customer_of

STATES = {"invoice": INVOICE_LABELS, "receipt": RECEIPT_LABELS, "shipment": SHIPMENT_LABELS}


def voucher_columns(sort: Sort) -> list[Column]:
    """What every list of vouchers shows, and the columns of its own sort."""
    model = sort.model
    state, labels = state_of(sort), STATES[sort.key]
    states = [Choice(value, label) for value, label in labels.items()]
    sources = [Choice(key, label) for key, label in SOURCE_LABELS.items() if key != "matching"]
    tone: Any = case(STATE_TONES, value=state)
    return [
        Column("number", _l("Record number"), model.number, sortable=True, default=True, render="code", order=10,
               filter=Filter("text", apply=lambda text: model.number == text.strip())),
        Column("happened_on", _l("Date"), model.happened_on, sortable=True, default=True, render="date", order=20,
               filter=Filter("date")),
        *customer_of(model, 30),
        *_own_columns(sort),
        Column("amount", _l("Amount with tax"), model.base_amount, sortable=True, default=True, render="money",
               order=50, filter=Filter("number")),
        Column("state", _l("Status"), state, default=True, render="chip", order=70, extra=(tone,),
               filter=Filter("choice", lambda: states, lambda value: state == value)),
        Column("source", _l("Source"), model.source, order=80, filter=Filter("choice", lambda: sources)),
    ]  # fmt: skip


def state_of(sort: Sort) -> ColumnElement[str]:
    """Void, settled wholly or partly, or open; a shipment is invoiced or not."""
    model = sort.model
    if sort is SHIPMENT:
        return case((model.status == VOID, VOIDED), (model.invoice_id.is_not(None), WHOLLY), else_=UNTOUCHED)
    wholly, partly = (model.matched == model.amount, WHOLLY), (model.matched > 0, PARTLY)
    return case((model.status == VOID, VOIDED), wholly, partly, else_=UNTOUCHED)


def _own_columns(sort: Sort) -> list[Column]:
    model = sort.model
    if sort is INVOICE:
        age, late = age_of(model), _late(model)
        ages = [Choice(value, label) for value, label in AGE_LABELS.items()]
        tone: Any = case(AGE_TONES, value=age)
        return [
            Column("due_on", _l("Due date"), model.due_on, sortable=True, default=True, render="date", order=40,
                   filter=Filter("date")),
            _open_column(sort, lazy_pgettext("invoice", "Open")),
            Column("days", _l("Days overdue"), case((_is_open(model), case((late > 0, late)))), default=True,
                   render="count", order=61, filter=Filter("number")),
            Column("age", _l("Age of what is open"), age, default=True, render="chip", order=62, extra=(tone,),
                   filter=Filter("choice", lambda: ages, lambda value: age == value)),
        ]  # fmt: skip
    if sort is RECEIPT:
        kinds = [Choice(value, label) for value, label in KIND_LABELS.items()]
        kind_tone: Any = case(KIND_TONES, value=model.kind)
        return [
            Column("kind", _l("Kind of receipt"), model.kind, default=True, render="chip", order=40,
                   extra=(kind_tone,), filter=Filter("choice", lambda: kinds)),
            _open_column(sort, _l("Left on account")),
        ]  # fmt: skip
    return []


def _open_column(sort: Sort, title: Any) -> Column:
    return Column("open", title, sort.model.base_open, sortable=True, default=True, render="money", order=60,
                  filter=Filter("number"))  # fmt: skip


def _is_open(model: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (model.status == VALID) & (model.matched < model.amount)
    return found


def _late(model: Any) -> Any:
    return days_between(literal(clock.today(), Date()), model.due_on)


def age_of(model: Any) -> ColumnElement[str]:
    """How late an open invoice is today, as the ageing table has it."""
    late = _late(model)
    ages = [(late <= last, literal(name)) for name, last in AGES if last is not None]
    return case((~_is_open(model), literal(SETTLED_AGE)), *ages, else_=literal(AGES[-1][0]))
