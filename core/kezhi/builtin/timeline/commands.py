"""``kezhi notes``."""

from __future__ import annotations

import click

from kezhi import writing
from kezhi.cli import print_json
from kezhi.i18n import _


@click.group("notes")
def notes_command() -> None:
    """List and write notes on records."""


@notes_command.command("list")
@click.option("--plugin", default="", help="Only notes on records of this app.")
@click.option("--kind", default="", help="Only notes on this kind of record.")
@click.option("--record", "record_id", type=int, help="Only notes on the record with this id.")
@click.option("--json", "as_json", is_flag=True)
def list_notes(plugin: str, kind: str, record_id: int | None, as_json: bool) -> None:
    """List notes, newest first."""
    from .services import overview

    rows = overview(plugin, kind, record_id)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        place = f"{row['plugin']}/{row['kind']}/{row['record']}"
        text = _("removed") if row["removed"] else " ".join(row["text"].split())
        click.echo(f"{row['id']:>8}  {place:<28}  {row['at'][:16]}  {row['author']}  {text}")


@notes_command.command("write")
@click.argument("plugin")
@click.argument("kind")
@click.argument("record_id", type=int)
@click.argument("text")
def write(plugin: str, kind: str, record_id: int, text: str) -> None:
    """Write a note on a record: kezhi notes write customers customer 12 "…"."""
    from .services import write_note

    with writing():
        note_id = write_note(plugin, kind, record_id, text).id
    click.echo(_("Note %(number)s is kept.", number=note_id))
