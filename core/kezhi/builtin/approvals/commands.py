"""``kezhi approvals …``: what waits for whom, and decisions in the name of ``--as LOGIN``."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click

from kezhi import NotFound, Refused, acting_user, db, localised, visible
from kezhi.i18n import _

from . import services
from .flows.keeping import DESIGN
from .flows.summary import documents
from .models import PENDING, Request
from .pages import step_in_words
from .signers import round_steps, step_signatures


@click.group()
def approvals() -> None:
    """Requests for approval: list them, sign, return, reject, withdraw."""


@approvals.command("list")
@click.option("--all", "everything", is_flag=True, help="Decided requests too.")
@click.option("--json", "as_json", is_flag=True)
def list_command(everything: bool, as_json: bool) -> None:
    """The requests that the acting user may see."""
    statement = visible(Request).order_by(Request.id)
    if not everything:
        statement = statement.where(Request.status == PENDING)
    found = list(db.session.scalars(statement))
    if as_json:
        click.echo(json.dumps([document(request) for request in found], ensure_ascii=False, indent=2))
        return
    for request in found:
        click.echo(
            f"{request.number}  {request.status:10} {localised(request.title)}  {step_in_words(request)}".rstrip()
        )


@approvals.command("flows")
@click.option("--json", "as_json", is_flag=True)
def flows_command(as_json: bool) -> None:
    """Every kind of request with the flow that it follows, and what is wrong with it as things stand."""
    if not acting_user().can(DESIGN):
        raise Refused(_("You may not design approval flows."))
    found = documents()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for each in found:
        version = _("version %(version)s", version=each["version"]) if each["version"] else _("as shipped")
        click.echo(f"{each['kind']}  {each['title']}  {version}")
        for place, step in enumerate(each["steps"], 1):
            click.echo(f"  {place}  {localised(step['title'])}  {step['words']}")
        for problem in each["problems"]:
            click.echo(f"  ! {problem['text']}")


def document(request: Request) -> dict[str, Any]:
    """A request as JSON."""
    return {
        "number": request.number,
        "kind": request.kind,
        "reference": request.reference,
        "title": request.title,
        "status": request.status,
        "step": request.step,
        "round": request.round,
        "requester": request.requester_login,
        "digest": request.digest,
        "flow": request.flow.version if request.flow is not None else None,
        "signatures": [
            {
                "position": step.position,
                "login": mark.user_login,
                "for": mark.for_name,
                "decision": mark.decision,
                "opinion": mark.opinion,
            }
            for step in round_steps(request)
            for mark in step_signatures(request, step)
        ],
    }


def _decision(name: str, decide: Callable[[int, str], Request], text: str) -> None:
    @approvals.command(name, help=text)
    @click.argument("number")
    @click.option("--opinion", default="", help="What you write beside it.")
    @click.option("--json", "as_json", is_flag=True)
    def command(number: str, opinion: str, as_json: bool) -> None:
        if number.isdecimal():  # "1" is as good as "SP-000001"
            number = f"SP-{int(number):06d}"
        request_id = db.session.scalar(visible(Request).where(Request.number == number).with_only_columns(Request.id))
        if request_id is None:
            raise NotFound(_("There is no request %(number)s.", number=number))
        request = decide(request_id, opinion)
        if as_json:
            click.echo(json.dumps(document(request), ensure_ascii=False, indent=2))
        else:
            click.echo(f"{request.number}: {request.status}")


_decision("sign", services.sign, "Sign the current step; the last signature carries it out.")
_decision("return", services.send_back, "Send it back to its maker with a reason (--opinion).")
_decision("reject", services.reject, "End it with a reason (--opinion).")
_decision("withdraw", services.withdraw, "Take your own request back.")
