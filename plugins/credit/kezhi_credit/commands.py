"""``kezhi credit …``."""

from __future__ import annotations

import json

import click

from kezhi import Refused, acting_user, currency, writing
from kezhi.builtin.customers.services import customer_by_code
from kezhi.i18n import gettext as _
from kezhi.money import display

from .forms.reading import read_money


def commands() -> list[click.Command]:
    """The commands about credit."""
    return [check, refresh, watch]


@click.command("check")
@click.argument("code")
@click.argument("amount")
@click.option("--order", default="", help="The number of the order that it is for.")
@click.option("--reserve", is_flag=True, help="Keep the credit for 24 hours unless it is blocked.")
@click.option("--json", "as_json", is_flag=True)
def check(code: str, amount: str, order: str, reserve: bool, as_json: bool) -> None:
    """Whether AMOUNT (units of the company's currency, tax included) may be shipped to customer CODE on credit."""
    from . import services

    user = acting_user()
    if not user.can("credit.read") or (reserve and not user.can("credit.ask")):
        raise Refused(_("You may not check credit."))
    answer = services.check(customer_by_code(code).id, read_money(amount, "amount"), order, reserve=reserve)
    if as_json:
        click.echo(json.dumps({**answer.as_data(), "currency": currency()}, ensure_ascii=False, indent=2))
        return
    click.echo(answer.decision)
    for reason in answer.reasons:
        click.echo(f"  {reason.level:5}  {reason.text}")
    figures = {"limit": answer.limit, "exposure": answer.exposure, "overdue": answer.overdue, "free": answer.free}
    for name, value in figures.items():
        click.echo(f"  {name:9} {display(value, currency()):>18}")


@click.command("watch")
@click.option("--json", "as_json", is_flag=True)
def watch(as_json: bool) -> None:
    """Look at every rated customer for signs of credit risk, as the daily job does."""
    from . import services

    if not acting_user().can("credit.rate"):
        raise Refused(_("You may not watch the credit of customers."))
    with writing():
        done = services.watch()
    if as_json:
        click.echo(json.dumps(done.as_data(), ensure_ascii=False, indent=2))
        return
    click.echo(f"{done.day}: {done.found} found, {done.ended} ended, {done.lowered} lowered, {done.told} told")
    for sign, count in done.open.items():
        click.echo(f"  {sign:10} {count:>8}")


@click.command("refresh")
@click.option("--json", "as_json", is_flag=True)
def refresh(as_json: bool) -> None:
    """Count the credit figures that lists show anew, of every customer; checks and pages never need it."""
    from . import services

    if not acting_user().can("credit.rate"):
        raise Refused(_("You may not have credit figures counted anew."))
    count = services.refresh_all()
    click.echo(json.dumps({"counted": count}) if as_json else f"{count} counted")
