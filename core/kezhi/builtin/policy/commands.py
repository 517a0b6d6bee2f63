"""``kezhi policy``."""

from __future__ import annotations

import click

from kezhi import Refused, acting_user, clock, writing
from kezhi.cli import print_json
from kezhi.i18n import _


@click.group("policy")
def policy_command() -> None:
    """Show which clauses are kept, say which do not apply, record the day."""


def _allowed(permission: str) -> None:
    if not acting_user().can(permission):
        raise Refused(_("You may not do that."))


@policy_command.command("board")
@click.option("--state", default="", metavar="STATE", help="Only kept, due, overdue, exempt, unknown or unmeasured.")
@click.option("--json", "as_json", is_flag=True)
def show_board(state: str, as_json: bool) -> None:
    """List every clause with its latest evidence and state."""
    from . import words
    from .services import board

    _allowed("policy.read")
    if state and state not in words.STATES:
        raise Refused(_("There is no state “%(state)s”: %(known)s.", state=state, known=", ".join(words.STATES)))
    rows = [row for row in board() if state in ("", row.state)]
    if as_json:
        print_json(
            [
                {
                    "line": row.line.key,
                    "clause": row.line.clause.id,
                    "ours": row.line.clause.ours,
                    "plugin": row.line.plugin,
                    "title": row.line.title,
                    "state": row.state,
                    "records": row.found.records,
                    "breaches": row.found.breaches,
                    "waiting": row.found.waiting,
                    "latest": row.found.latest.isoformat() if row.found.latest else None,
                    "due": row.due_on.isoformat() if row.due_on else None,
                    "evidence": words.evidence_words(row),
                }
                for row in rows
            ]
        )
        return
    for row in rows:
        mark = "†" if row.line.clause.ours else " "
        click.echo(f"{row.line.clause.id}{mark}  {words.state_words(row):<24}  {row.line.title}")
        if text := " · ".join(filter(None, (words.evidence_words(row), words.latest_words(row.found)))):
            click.echo(f"         {text}")


@policy_command.command("exempt")
@click.argument("line")
@click.option("--reason", required=True, help="Why it does not apply.")
def exempt(line: str, reason: str) -> None:
    """Say that LINE (its key in `board --json`) does not apply to the company."""
    from .services import exempt as say

    _allowed("policy.exempt")
    with writing():
        say(line, reason)
    click.echo(_("%(clause)s does not apply from now on.", clause=line))


@policy_command.command("apply")
@click.argument("line")
def apply(line: str) -> None:
    """Say that LINE applies again."""
    from .services import apply_again

    _allowed("policy.exempt")
    with writing():
        apply_again(line)
    click.echo(_("%(clause)s applies from now on.", clause=line))


@policy_command.command("record")
def record() -> None:
    """Record how every clause stands today; a day that is on record stays as it is."""
    from .services import board
    from .services import record as write_down

    _allowed("policy.read")
    today = clock.today()
    rows = board(today=today)
    with writing():
        count = write_down(rows, today)
    click.echo(_("Clauses recorded: %(count)s", count=count))
