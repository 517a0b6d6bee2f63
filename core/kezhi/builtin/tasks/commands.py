"""``kezhi tasks``."""

from __future__ import annotations

from datetime import datetime

import click

from kezhi import clock, writing
from kezhi.cli import print_json
from kezhi.i18n import _


@click.group("tasks")
def tasks_command() -> None:
    """List tasks, bring them up to date, pass overdue ones up."""


@tasks_command.command("list")
@click.option("--late", is_flag=True, help="Only overdue ones.")
@click.option("--json", "as_json", is_flag=True)
def list_tasks(late: bool, as_json: bool) -> None:
    """List open tasks, the most urgent first."""
    from .services import overview

    rows = overview(late=late)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        due = clock.local(datetime.fromisoformat(row["due"]))
        click.echo(f"{row['id']:>8}  {due:%Y-%m-%d %H:%M}  {row['owner']:<16}  {row['kind']:<24}  {row['subject']}")


@tasks_command.command("sync")
def sync() -> None:
    """Open what is due as tasks, and close what is settled, now."""
    from .services import sync_all

    opened, closed = sync_all()
    click.echo(_("%(opened)s tasks opened, %(closed)s closed.", opened=opened, closed=closed))


@tasks_command.command("escalate")
def escalate() -> None:
    """Pass overdue tasks up to the managers, now."""
    from .services import escalate as pass_up

    with writing():
        count = sum(pass_up().values())
    click.echo(_("%(count)s tasks passed up.", count=count))


@tasks_command.command("close")
@click.argument("task_id", type=int)
@click.option("--reason", default="", help="How it was done.")
def close(task_id: int, reason: str) -> None:
    """Say that a task is done, as its owner (--as LOGIN)."""
    from .services import close_task

    with writing():
        close_task(task_id, reason)
    click.echo(_("The task is closed."))
