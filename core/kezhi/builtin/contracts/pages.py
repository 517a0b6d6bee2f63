"""What the list, the page of a contract, and the page of a customer show (CUS-13)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy import select

from kezhi import Fact, ListView, Panel, User, acting_user, can, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.cells import address_of
from kezhi.i18n import _, lazy_pgettext, ngettext

from ..accounts.models import Account
from ..customers.models import Customer
from ..customers.services import may_change, rows_of
from ..lists.contributions import Board, Calendar
from ..search.services import list_search
from .columns import contract_columns
from .labels import STATE_LABELS, STATE_TONES
from .models import Contract
from .rules import EDIT, EXPORT, MONEY, READ
from .services.finding import successor_of
from .services.kinds import default_days, kind_text, kind_texts
from .states import EXPIRED, IN_FORCE, sql_in_force, sql_last_day, sql_renewed, sql_state, state_on

TABLE: Any = Contract.__table__
LATEST = 6  #: contracts in a customer's panel


def contract_list() -> ListView:
    """Contracts as a table, as a board by state, and in a calendar by their last day."""
    return ListView(
        name="contracts",
        model=Contract,
        columns=contract_columns(),
        order=("valid_to", "asc"),
        search=list_search("contracts", [Contract.number, Contract.title]),
        link=lambda row: address_of("contracts.show", contract_id=row.id),
        title=_l("Contracts"),
        kind=_l("contracts"),
        matching=lazy_pgettext("contracts", "matching"),
        search_hint=_l("Number, subject or their party"),
        export_permission=EXPORT,
        faces=(
            Board("state", card=("kind", "valid_to"), tones=STATE_TONES.__getitem__),
            Calendar("valid_to"),
        ),
    )


def choices_of(form: Any) -> list[tuple[str, Any]]:
    """The kinds that a form offers, as pairs."""
    return [(option.value, option.label) for option in form.kind.choices]


def customer_of(contract: Contract) -> Customer:
    """The customer of a contract; who sees the contract sees them."""
    statement = visible(Customer).where(Customer.id == contract.customer_id)
    found: Customer = db.session.execute(statement).scalar_one()
    return found


def customer_named(contract: Contract) -> str:
    """The code by which forms name the customer."""
    customer = customer_of(contract)
    return str(customer.code or customer.prospect_number or customer.name)


def as_long(first: date, last: date) -> date:
    """The last day of a time as long as ``first`` to ``last`` that begins after it: full months stay full months."""
    after = last + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    if after.day != first.day or months < 1:
        return last + (after - first)
    count = after.year * 12 + after.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(after.day, monthrange(year, month)[1])) - timedelta(days=1)


def days_left(last_day: date | None) -> int | None:
    """Days through the last one, today not counted; None for open-ended."""
    return None if last_day is None else (last_day - clock.today()).days


def contract_page(contract: Contract) -> dict[str, Any]:
    """Everything the page of a contract shows."""
    user = acting_user()
    customer, successor = customer_of(contract), successor_of(contract)
    former = _predecessor(contract)
    state = state_on(contract, clock.today(), successor is not None and successor.signed_on is not None)
    last_day = contract.valid_to
    if contract.terminated_on is not None and (last_day is None or contract.terminated_on < last_day):
        last_day = contract.terminated_on
    owner = db.session.scalar(select(Account.name).where(Account.id == customer.owner_id))
    days = contract.remind_days if contract.remind_days is not None else default_days().get(contract.kind, 0)
    return {
        "contract": contract,
        "customer": customer,
        "owner": owner or "",
        "kind": kind_text(contract.kind),
        "state": state,
        "state_text": STATE_LABELS[state],
        "tone": STATE_TONES[state],
        "successor": successor,
        "predecessor": former,
        "remind_days": days,
        "left": days_left(last_day) if state == IN_FORCE else None,
        "is_late": state == EXPIRED,
        "can_money": can(MONEY),
        "can_edit": may_change(customer, EDIT),
        "can_renew": contract.signed_on is not None and successor is None,
        "panels": _panels(contract, user),
        "timeline": _timeline(contract, user),
    }


def _predecessor(contract: Contract) -> Contract | None:
    if contract.predecessor_id is None:
        return None
    statement = visible(Contract).where(Contract.id == contract.predecessor_id)
    return db.session.scalars(statement).one_or_none()  # type: ignore[no-any-return]


def _panels(contract: Contract, user: User) -> list[Any]:
    """What apps show beside a contract, its files among it."""
    from ..customers.pages import panels

    return panels(contract, user)  # type: ignore[arg-type]


def _timeline(contract: Contract, user: User) -> Markup | None:
    if "timeline" not in current_app.extensions["kezhi"].plugins:
        return None
    from ..timeline.pages import panel

    return panel(contract, user)


# ── the page of a customer ──────────────────────────────────────────────────────────────────────────────────────


def customer_panels(record: Any, user: User) -> list[Panel]:
    """The contracts with a customer, those in force first: one statement."""
    if not isinstance(record, Customer) or not user.can(READ):
        return []
    code = record.code or record.prospect_number or ""

    def context() -> dict[str, Any]:
        return {
            "contracts": _contracts_of(record)[:LATEST],
            "kinds": kind_texts(),
            "labels": STATE_LABELS,
            "tones": STATE_TONES,
            "new_url": url_for("contracts.new", customer=code) if code and may_change(record, EDIT, user) else "",
            "days_left": days_left,
            "in_force": IN_FORCE,
        }

    only_theirs: dict[str, Any] = {"f.customer_code": code}
    return [
        Panel(
            _l("Contracts"),
            "contracts/panel.html",
            context,
            icon="file-earmark-ruled",
            link=url_for("contracts.index", **only_theirs) if code else url_for("contracts.index"),
            link_text=_l("All contracts"),
            order=28,
            tab="contracts",
        )
    ]


def _contracts_of(customer: Customer) -> list[Any]:
    day = clock.today()
    columns = (TABLE.c.id, TABLE.c.number, TABLE.c.kind, TABLE.c.title, TABLE.c.valid_from, TABLE.c.signed_on)
    statement = (
        rows_of(Contract.customer_id, customer.id)
        .with_only_columns(*columns, sql_state(day).label("state"), sql_last_day().label("last_day"))
        .order_by(sql_in_force(day).desc(), TABLE.c.valid_from.desc(), TABLE.c.id.desc())
        .limit(LATEST + 1)
    )
    return list(db.session.execute(statement))


def customer_facts(record: Any, user: User) -> list[Fact]:
    """Until when the agreement that ends next is in force, and of what kind it is."""
    if not isinstance(record, Customer) or not user.can(READ):
        return []
    day = clock.today()
    last = sql_last_day()
    ending = (
        rows_of(Contract.customer_id, record.id)
        .with_only_columns(TABLE.c.id, TABLE.c.kind, last.label("last_day"))
        .where(sql_in_force(day), last.is_not(None), ~sql_renewed())
        .order_by(last, TABLE.c.id)
        .limit(1)
    )
    row = db.session.execute(ending).first()
    if row is None:
        return []
    left = (row.last_day - day).days
    note = _("ends today") if not left else ngettext("%(num)s day left", "%(num)s days left", left)
    return [
        Fact(kind_text(row.kind), row.last_day.isoformat(), url_for("contracts.show", contract_id=row.id), note, 60)
    ]
