"""``kezhi import`` and ``kezhi export``."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from kezhi import Refused
from kezhi.i18n import _, ngettext

SHOWN = 20  #: problems in the readable summary


def _mapping(pairs: tuple[str, ...]) -> dict[str, str]:
    """``FIELD=COLUMN`` options as a mapping. A column's name may hold ``=``, a field's may not."""
    wanted: dict[str, str] = {}
    for pair in pairs:
        name, sign, column = pair.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{pair!r} is not FIELD=COLUMN", param_hint="--map")
        if name.strip() in wanted and wanted[name.strip()] != column:
            raise Refused(_("The field “%(field)s” is given two columns. Choose one.", field=name.strip()))
        wanted[name.strip()] = column
    return wanted


@click.command("import")
@click.argument("kind")
@click.argument("file", type=click.Path())
@click.option("--map", "pairs", multiple=True, metavar="FIELD=COLUMN", help="Fill a field from a column. Repeatable.")
@click.option("--skip-bad-rows", is_flag=True, help="Import the good rows although others have errors.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
def import_command(kind: str, file: str, pairs: tuple[str, ...], skip_bad_rows: bool, as_json: bool) -> None:
    """Import a CSV or .xlsx FILE of a KIND of records.

    All rows are imported or, when one has an error, none; exit status 1 then. The error of each row is printed.
    """
    from .services import import_file

    result = import_file(kind, file, mapping=_mapping(pairs), skip_bad_rows=skip_bad_rows)
    refused = bool(result["failed"]) and not skip_bad_rows
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        _print_summary(result, refused)
    if refused:
        sys.exit(1)


def _print_summary(result: dict[str, Any], refused: bool) -> None:
    if refused:
        click.echo(_("Nothing was imported: %(failed)s of %(rows)s rows have errors.", **_counts(result)))
    else:
        click.echo(
            _(
                "%(rows)s rows: %(created)s created, %(updated)s updated, %(unchanged)s unchanged, %(failed)s failed.",
                **_counts(result),
            )
        )
    if result["ignored"]:
        click.echo(_("Columns not imported: %(names)s", names=", ".join(result["ignored"])))
    for title, found in ((_("Errors:"), result["errors"]), (_("Warnings:"), result["warnings"])):
        if found:
            click.echo(title)
        for each in found[:SHOWN]:
            click.echo("  " + _("row %(row)s, %(column)s: %(message)s", **each))
        if len(found) > SHOWN:
            click.echo("  " + _("… and %(count)s more; --json lists them all.", count=len(found) - SHOWN))


def _counts(result: dict[str, Any]) -> dict[str, int]:
    return {name: result[name] for name in ("rows", "created", "updated", "unchanged", "failed")}


@click.command("export")
@click.argument("kind")
@click.argument("file", type=click.Path())
def export_command(kind: str, file: str) -> None:
    """Export all records of a KIND to FILE (.csv or .xlsx)."""
    from .services import export_file

    count = export_file(kind, file)
    click.echo(ngettext("%(num)s row written to %(file)s.", "%(num)s rows written to %(file)s.", count, file=file))


@click.command("revert-import")
@click.argument("number", type=int)
@click.option("--what-can", is_flag=True, help="Revert what still can be, although something stands in others' way.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
def revert_command(number: int, what_can: bool, as_json: bool) -> None:
    """Revert the import NUMBER: what it created goes, what it changed gets its former values back.

    Without --what-can all of it is reverted or, when something stands in the way, nothing; exit status 1 then.
    """
    from .services import batch_for, plan, revert

    before = batch_for(number)
    foreseen, removed, restored = plan(before), before.removed, before.restored
    for reason, count in foreseen.reasons:
        click.echo(f"{reason}: {count}", err=True)
    batch = revert(number, what_can)
    removed, restored = batch.removed - removed, batch.restored - restored
    if as_json:
        click.echo(json.dumps({"import": number, "removed": removed, "restored": restored, "left": foreseen.stuck}))
    else:
        click.echo(
            _(
                "%(removed)s records removed, %(restored)s have their former values back, %(left)s left as they are.",
                removed=removed,
                restored=restored,
                left=foreseen.stuck,
            )
        )
