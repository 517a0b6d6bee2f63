"""``kezhi handover``: hand everything of a person over, or see what would move."""

from __future__ import annotations

import json
from typing import Any

import click
from sqlalchemy import select

from kezhi import NotFound, Refused, db, writing
from kezhi.i18n import _

from ..accounts.models import Account
from ..accounts.services import normal_login
from . import services


@click.group()
def handover() -> None:
    """Hand everything of a person over to others; see what there is and what moved."""


@handover.command()
@click.argument("login")
@click.option("--json", "as_json", is_flag=True)
def holds(login: str, as_json: bool) -> None:
    """What a person has."""
    found = [(each.part.key, str(each.part.title), each.count) for each in services.holdings(_id_of(login))]
    if as_json:
        click.echo(json.dumps({key: count for key, _title, count in found}, ensure_ascii=False, indent=2))
        return
    for key, title, count in found:
        click.echo(f"{count:8}  {title} ({key})")


@handover.command()
@click.argument("login")
@click.option("--to", "receivers", multiple=True, required=True, metavar="LOGIN", help="Who takes over; up to five.")
@click.option("--only", multiple=True, metavar="PART=LOGIN", help="A part that goes to one person alone.")
@click.option("--keep-active", is_flag=True, help="Do not deactivate the account.")
@click.option("--note", default="")
@click.option("--dry-run", is_flag=True, help="Show what would move.")
@click.option("--json", "as_json", is_flag=True)
def give(
    login: str,
    receivers: tuple[str, ...],
    only: tuple[str, ...],
    keep_active: bool,
    note: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Hand everything of a person over and deactivate the account."""
    plan = services.Plan(
        from_id=_id_of(login),
        receivers=tuple(_id_of(each) for each in receivers),
        chosen=dict(_chosen(each) for each in only),
        deactivate=not keep_active,
        note=note,
    )
    if dry_run:
        told = services.try_out(plan)
    else:
        with writing():
            run_id = services.carry_out(plan)
        told = services.told(run_id)
    if as_json:
        click.echo(json.dumps(_document(told, dry_run), ensure_ascii=False, indent=2))
        return
    for part in told.parts:
        click.echo(f"{part.title}: {part.count}")
        for name, count in part.shares:
            click.echo(f"  {count:8}  {name}")
    for title, count in told.along:
        click.echo(f"{title}: {count}")
    click.echo("Nothing has moved: this was a dry run." if dry_run else f"Handed over; the list is no. {told.run.id}.")


def _document(told: Any, dry_run: bool) -> dict[str, Any]:
    return {
        "run": None if dry_run else told.run.id,
        "parts": {part.key: dict(part.shares) for part in told.parts},
        "along": dict(told.along),
        "deactivated": told.run.deactivated,
    }


def _chosen(text: str) -> tuple[str, int]:
    key, sign, login = text.partition("=")
    if not sign:
        raise Refused(_("Write a part and a login like customers.owner=li, not “%(text)s”.", text=text))
    return key, _id_of(login)


def _id_of(login: str) -> int:
    found = db.session.scalar(select(Account.id).where(Account.login == normal_login(login)))
    if found is None:
        raise NotFound(_("There is no user “%(login)s”.", login=login))
    return found
