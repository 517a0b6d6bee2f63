"""Columns of the list of contracts, and what the list of customers shows of them (CUS-13)."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from kezhi import Choice, Column, Filter, clock
from kezhi import lazy_gettext as _l
from kezhi.cells import Cell, Renderer
from kezhi.i18n import ngettext

from ..accounts.models import Account
from ..customers.models import Customer
from ..customers.services import choosable_owners, lists
from .duties import undecided
from .labels import FIELD_LABELS, STATE_LABELS, STATE_TONES
from .models import Contract
from .rules import MONEY, READ
from .services.kinds import kind_texts
from .services.sealing import signed_by
from .states import sql_in_force, sql_last_day, sql_state, today

# Tables, not classes: the rows are narrowed to the customers that the user sees already.
CUSTOMERS: Any = Customer.__table__
CONTRACTS: Any = Contract.__table__
OVER = "over"
WITHIN = (30, 60, 90)  #: days in which contracts that end soon are looked for


def contract_columns() -> list[Column]:
    """The list of contracts itself. The state follows from the day on which the list is read."""
    day = today()
    state, last_day = sql_state(day), sql_last_day()
    whose = CUSTOMERS.c.id == CONTRACTS.c.customer_id
    customer = select(CUSTOMERS.c.name).where(whose).correlate(CONTRACTS).scalar_subquery()
    named = func.coalesce(CUSTOMERS.c.code, CUSTOMERS.c.prospect_number)
    code = select(named).where(whose).correlate(CONTRACTS).scalar_subquery()
    owner = select(Account.name).join(CUSTOMERS, CUSTOMERS.c.owner_id == Account.id).where(whose)
    label = FIELD_LABELS
    c = CONTRACTS.c
    return [
        Column("number", label["number"], c.number, sortable=True, default=True, render="code", order=10),
        Column("customer", label["customer_id"], customer, default=True, render="name", order=20),
        Column("customer_code", _l("Customer code"), code, render="code", order=21,
               filter=Filter("text", apply=_with_code)),
        Column("kind", label["kind"], c.kind, default=True, order=30, filter=Filter("choice", kind_choices)),
        Column("title", label["title"], c.title, default=True, order=40,
               filter=Filter("text", apply=lambda text: c.title.icontains(text, autoescape=True))),
        Column("state", _l("Status"), state, default=True, render="chip", order=50,
               filter=Filter("choice", _states), extra=(case(STATE_TONES, value=state).label("tone"),)),
        Column("signed_on", label["signed_on"], c.signed_on, sortable=True, render="date", order=60,
               filter=Filter("date")),
        Column("valid_from", label["valid_from"], c.valid_from, sortable=True, default=True, render="date", order=61,
               filter=Filter("date")),
        Column("valid_to", label["valid_to"], c.valid_to, sortable=True, default=True, render="date", order=62,
               filter=Filter("date")),
        Column("last_day", _l("Ends within"), last_day, render="date", order=63,
               filter=Filter("choice", _spans, ends_within)),
        Column("amount", label["amount"], c.amount, default=True, permission=MONEY, render="money", order=70,
               extra=(c.currency,)),
        Column("owner", _l("Owner"), owner.correlate(CONTRACTS).scalar_subquery(), default=True, render="person",
               order=80, filter=Filter("choice", _owners, _of_owner)),
        Column("our_signer", label["our_signer"], c.our_signer, order=90,
               filter=Filter("text", apply=lambda text: c.our_signer_key.in_(signed_by(text)))),
        Column("their_signer", label["their_signer"], c.their_signer, order=91,
               filter=Filter("text", apply=lambda text: c.their_signer_key.in_(signed_by(text)))),
        Column("terminated_on", label["terminated_on"], c.terminated_on, render="date", order=92,
               filter=Filter("date")),
    ]  # fmt: skip


def kind_choices() -> list[Choice]:
    """Every kind: contracts that have a retired one can be found."""
    return [Choice(key, text) for key, text in kind_texts().items()]


def _states() -> list[Choice]:
    return [Choice(state, text) for state, text in STATE_LABELS.items()]


def _spans() -> list[Choice]:
    found = [Choice(str(days), ngettext("%(num)s day", "%(num)s days", days)) for days in WITHIN]
    return [*found, Choice(OVER, _l("Over, nothing decided"))]


def ends_within(text: str) -> ColumnElement[bool]:
    """In force today, and the last day lies within so many days; or over and undecided. Errors: ``ValueError``."""
    if text == OVER:
        return undecided()
    day, last_day = clock.today(), sql_last_day()
    return and_(sql_in_force(day), last_day <= day + timedelta(days=int(text)))


def _owners() -> list[Choice]:
    return [Choice(str(key), name) for key, name in choosable_owners().items()]


def _of_owner(text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = CONTRACTS.c.customer_id.in_(
        select(CUSTOMERS.c.id).where(CUSTOMERS.c.owner_id == int(text))
    )
    return found


def _with_code(text: str) -> ColumnElement[bool]:
    code = text.strip()
    named = select(CUSTOMERS.c.id).where((CUSTOMERS.c.code == code) | (CUSTOMERS.c.prospect_number == code))
    found: ColumnElement[bool] = CONTRACTS.c.customer_id.in_(named)
    return found


# ── beside customers ────────────────────────────────────────────────────────────────────────────────────────────


def _kinds(cell: Cell) -> str:
    """Kinds in the order of the list, each once."""
    held = set(str(cell.value or "").split(","))
    return lists.separator().join(text for key, text in kind_texts().items() if key in held)


KINDS = Renderer(lambda cell: _kinds(cell) or "—", _kinds, phone="x", labelled=False)


@cache
def customer_columns() -> list[Column]:
    """Which agreements of a customer are in force today, and when the next of them ends.

    Worked out for the rows of a page only: neither is sorted by. The day is asked when the list is read.
    """
    day = today()
    mine = (CONTRACTS.c.customer_id == Customer.id, sql_in_force(day))
    keys = select(func.aggregate_strings(CONTRACTS.c.kind, ",")).where(*mine).correlate(Customer).scalar_subquery()
    ends = select(func.min(sql_last_day())).where(*mine).correlate(Customer).scalar_subquery()
    return [
        Column("contracts.in_force", _l("Agreements in force"), keys, permission=READ, render=KINDS, order=70,
               filter=Filter("choice", kind_choices, _has_kind)),
        Column("contracts.next_end", _l("Next agreement ends"), ends, permission=READ, render="date", order=71,
               filter=Filter("choice", _spans, _has_ending)),
    ]  # fmt: skip


def _has_kind(key: str) -> ColumnElement[bool]:
    held = select(CONTRACTS.c.customer_id).where(CONTRACTS.c.kind == key, sql_in_force(clock.today()))
    found: ColumnElement[bool] = Customer.id.in_(held)
    return found


def _has_ending(text: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = Customer.id.in_(select(CONTRACTS.c.customer_id).where(ends_within(text)))
    return found
