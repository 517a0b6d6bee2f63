"""``kezhi files``."""

from __future__ import annotations

import sys

import click

from kezhi import db
from kezhi.cli import print_json
from kezhi.i18n import _, ngettext


@click.group("files")
def files_command() -> None:
    """List and verify the files attached to records."""


@files_command.command("list")
@click.option("--plugin", default="", help="Only files of records of this app.")
@click.option("--kind", default="", help="Only files of this kind of record.")
@click.option("--record", "record_id", type=int, help="Only files of the record with this id.")
@click.option("--json", "as_json", is_flag=True)
def list_files(plugin: str, kind: str, record_id: int | None, as_json: bool) -> None:
    """List files, newest first."""
    from .services import overview

    rows = overview(plugin, kind, record_id)
    if as_json:
        print_json(rows)
        return
    for row in rows:
        place = f"{row['plugin']}/{row['kind']}/{row['record']}"
        mark = _("deleted") if row["deleted"] else f"v{row['versions']}"
        click.echo(f"{row['id']:>8}  {place:<28}  {row['size']:>12,}  {mark:<8}  {row['name']}")


@files_command.command("verify")
@click.option("--json", "as_json", is_flag=True)
def verify_files(as_json: bool) -> None:
    """Read every file's content through; exit 1 names what is missing or changed."""
    from .services import verify

    words = {
        "missing": _("missing"),
        "changed": _("no longer what was stored"),
        "keyless": _("the key is missing"),
        "unreadable": _("cannot be decrypted"),
    }
    problems = [{"blob": name, "problem": wrong} for name, wrong in verify(db.session())]
    if as_json:
        print_json({"problems": problems})
    else:
        for problem in problems:
            click.echo(f"{problem['blob']}  {words[problem['problem']]}", err=True)
        count = len(problems)
        click.echo(
            ngettext("%(num)s content is wrong.", "%(num)s contents are wrong.", count)
            if count
            else _("Every content is there and as it was uploaded.")
        )
    if problems:
        sys.exit(1)
