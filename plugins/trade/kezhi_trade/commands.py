"""``kezhi trade …``."""

from __future__ import annotations

import json
from typing import Any

import click

from kezhi import Refused, acting_user, db, visible, writing
from kezhi.builtin.customers.services import customer_by_code
from kezhi.i18n import gettext as _
from kezhi.i18n import ngettext


def commands() -> list[click.Command]:
    """The commands about trade figures."""
    return [refresh, declared, disputes, match, owes]


def _check() -> None:
    if not acting_user().can("trade.read"):
        raise Refused(_("You may not see trade figures."))


@click.command("refresh")
def refresh() -> None:
    """Compute the order summary of every customer anew, and what is open of every invoice and receipt."""
    from .services import refresh_summary
    from .services.reconverting import reconvert_vouchers
    from .services.sorts import SORTS

    with writing():
        count = refresh_summary()
        for sort in SORTS:
            reconvert_vouchers(sort)
    click.echo(ngettext("%(num)s customer has orders.", "%(num)s customers have orders.", count))


@click.command("declared")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True)
def declared(code: str, as_json: bool) -> None:
    """The declared figures of a customer, by code, as they are now."""
    from .services import all_figures, current

    _check()
    now = current(customer_by_code(code).id)
    found = [_line(figure, now[figure["id"]]) for figure in all_figures() if figure["id"] in now]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for line in found:
        stated = f"{line['declared_on']}  {line['stated_in']}"
        click.echo(f"{line['metric']:36} {line['year']}  {line['value']:>20,}  {stated}")


def _line(figure: dict[str, Any], declaration: Any) -> dict[str, Any]:
    return {
        "metric": f"trade.declared_{figure['key']}",
        "unit": figure["unit"],
        "year": declaration.year,
        "value": declaration.value,
        "declared_on": declaration.declared_on.isoformat(),
        "stated_in": declaration.stated_in,
    }


@click.command("disputes")
@click.option("--open", "only_open", is_flag=True, help="Those that are neither settled nor closed.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, help="Disputes at most, the latest first.")
@click.option("--json", "as_json", is_flag=True)
def disputes(only_open: bool, limit: int, as_json: bool) -> None:
    """The latest disputes."""
    from .models import UNSETTLED, Dispute

    _check()
    statement = visible(Dispute).order_by(Dispute.happened_on.desc(), Dispute.id.desc()).limit(limit)
    if only_open:
        statement = statement.where(Dispute.state == UNSETTLED)
    found = [
        {"number": row.number, "date": row.happened_on.isoformat(), "gravity": row.gravity, "state": row.state,
         "subject": row.subject}
        for row in db.session.execute(statement).scalars()
    ]  # fmt: skip
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for row in found:
        click.echo(f"{row['number']:16} {row['date']}  {row['gravity']:9} {row['state']:8} {row['subject']}")


@click.command("match")
def match() -> None:
    """Settle what is open with what is on account, the oldest first, customer by customer."""
    from .models import Receipt
    from .services import match_oldest

    if not acting_user().can("trade.book"):
        raise Refused(_("You may not match receipts."))
    with writing():
        count = match_oldest(visible(Receipt).with_only_columns(Receipt.id))
    click.echo(ngettext("%(num)s matching was made.", "%(num)s matchings were made.", count))


@click.command("owes")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True)
def owes(code: str, as_json: bool) -> None:
    """What a customer owes, by code: open items by age, deposits, what is shipped or ordered."""
    from .panels.receivables import figures_of

    _check()
    found = {name: value for name, value in figures_of(customer_by_code(code)).items() if name != "customer_id"}
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        click.echo(f"{name:22} {value:>20,}")
