"""``kezhi contracts …``."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click
from sqlalchemy import select

from kezhi import Refused, acting_user, clock, db, visible
from kezhi.i18n import gettext as _
from kezhi.money import to_units

from ..customers.models import Customer
from .models import Contract
from .rules import MONEY, READ
from .states import STATES, sql_last_day, sql_state

TABLE: Any = Contract.__table__


@click.group("contracts")
def contracts_command() -> None:
    """The register of contracts."""


def _check() -> None:
    if not acting_user().can(READ):
        raise Refused(_("You may not see contracts."))


@contracts_command.command("list")
@click.option("--kind", help="Key or name of a kind.")
@click.option("--state", type=click.Choice(STATES))
@click.option("--customer", help="Customer code or prospect number.")
@click.option("--ending", type=click.IntRange(0, 3650), help="In force, and the last day lies within so many days.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, help="Contracts at most.")
@click.option("--json", "as_json", is_flag=True)
def list_contracts(
    kind: str | None, state: str | None, customer: str | None, ending: int | None, limit: int, as_json: bool
) -> None:
    """Contracts, those that end first at the top."""
    from .columns import ends_within
    from .services.finding import customer_meant
    from .services.kinds import kind_key

    _check()
    day = clock.today()
    now = sql_state(day).label("state")
    whose = select(Customer.__table__.c.code).where(Customer.__table__.c.id == TABLE.c.customer_id).scalar_subquery()
    statement = visible(Contract).add_columns(now, sql_last_day().label("last_day"), whose.label("code"))
    if kind is not None:
        statement = statement.where(Contract.kind == (kind_key(kind) or kind))
    if state is not None:
        statement = statement.where(now == state)
    if customer is not None:
        statement = statement.where(Contract.customer_id == customer_meant(customer).id)
    if ending is not None:
        statement = statement.where(ends_within(str(ending)))
    ordered = statement.order_by(Contract.valid_to.is_(None), Contract.valid_to, Contract.id).limit(limit)
    found = [_line(*row) for row in db.session.execute(ordered)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for line in found:
        until = line["last_day"] or "…"
        click.echo(f"{line['number']:16} {line['customer'] or '':14} {line['kind']:12} {line['state']:10} {until}")


def _line(contract: Contract, state: str, last_day: date | None, code: str | None) -> dict[str, Any]:
    found = {
        "number": contract.number,
        "customer": code,
        "kind": contract.kind,
        "title": contract.title,
        "state": state,
        "signed_on": _iso(contract.signed_on),
        "valid_from": _iso(contract.valid_from),
        "valid_to": _iso(contract.valid_to),
        "last_day": _iso(last_day),
    }
    if acting_user().can(MONEY) and contract.amount is not None:
        found |= {"amount": to_units(contract.amount, contract.currency), "currency": contract.currency}
    return found


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


@contracts_command.command("in-force")
@click.argument("customer")
@click.argument("kind")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day; today without it.")
@click.option("--json", "as_json", is_flag=True)
def in_force_command(customer: str, kind: str, on: datetime | None, as_json: bool) -> None:
    """Whether a customer has an agreement of a kind in force on a day; ends with 1 when not."""
    from .services.finding import customer_meant
    from .services.in_force import agreements_in_force
    from .services.kinds import all_kinds, kind_key

    _check()
    key = kind_key(kind)
    if key is None:
        known = ", ".join(each["key"] for each in all_kinds())
        raise Refused(_("There is no kind of contract “%(kind)s”: choose one of %(known)s.", kind=kind, known=known))
    day = on.date() if on is not None else clock.today()
    whose = customer_meant(customer)
    rows = agreements_in_force(day, key).where(TABLE.c.customer_id == whose.id).order_by(TABLE.c.number)
    numbers = [row.number for row in db.session.execute(rows)]
    if as_json:
        answer = {"customer": whose.code or whose.prospect_number, "kind": key, "on": day.isoformat(),
                  "in_force": bool(numbers), "contracts": numbers}  # fmt: skip
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        click.echo(", ".join(numbers) or _("No such agreement is in force."))
    if not numbers:
        raise SystemExit(1)
