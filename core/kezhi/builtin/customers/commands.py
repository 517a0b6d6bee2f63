"""``kezhi customers …``: find duplicates and merge them (CUS-06)."""

from __future__ import annotations

import json
from typing import Any

import click

from kezhi import Refused, acting_user, writing
from kezhi.i18n import gettext as _

from . import services
from .services import merging, scan
from .services.profile import stored_values
from .services.records import by_code_or_number


def customers_group() -> click.Group:
    """The commands about customer files."""
    group = click.Group("customers", help="Find duplicate customer files and merge them.")
    for command in (duplicates, apart, merge):
        group.add_command(command)
    return group


def _check() -> None:
    if not acting_user().can("customers.merge"):
        raise Refused(_("You may not find and merge duplicate customer files."))


@click.command()
@click.option("--by", "way", type=click.Choice(list(scan.WAYS)), default=None, help="One way only; all if left out.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, help="Groups at most, of each way.")
@click.option("--json", "as_json", is_flag=True)
def duplicates(way: str | None, limit: int, as_json: bool) -> None:
    """Groups of files with the same credit code, normalised name or phone."""
    _check()
    found: list[dict[str, Any]] = []
    for each in [way] if way else list(scan.WAYS):
        groups, _following = scan.suspected(each, limit=limit)
        found += [{"by": each, "count": group.count, "customers": [_line(row) for row in group.records]}
                  for group in groups]  # fmt: skip
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for group in found:
        click.echo(f"{group['by']}: {group['count']}")
        for row in group["customers"]:
            click.echo(f"  {row['code']:24} {row['name']}")


def _line(row: Any) -> dict[str, str]:
    return {"code": row.code or row.prospect_number or "", "name": row.name}


@click.command()
@click.argument("codes", nargs=-1, required=True)
def apart(codes: tuple[str, ...]) -> None:
    """Note that these files, by code or prospect number, are different customers."""
    _check()
    ids = [by_code_or_number(code).id for code in codes]
    with writing():
        count = scan.keep_apart(ids)
    click.echo(str(count))


@click.command()
@click.argument("keep")
@click.argument("gone")
@click.option("--take", "take", multiple=True, metavar="FIELD", help="Take this field from the file that goes.")
@click.option("--fill", is_flag=True, help="Take every field that the file that stays has nothing in.")
@click.option("--yes", is_flag=True, help="Merge; without it the effects are only shown.")
@click.option("--json", "as_json", is_flag=True)
def merge(keep: str, gone: str, take: tuple[str, ...], fill: bool, yes: bool, as_json: bool) -> None:
    """Merge the file GONE into KEEP, both by code or prospect number."""
    _check()
    kept, lost = by_code_or_number(keep), by_code_or_number(gone)
    keep_id, gone_id, versions = kept.id, lost.id, (kept.version, lost.version)
    wanted = set(take) | (merging.preferred(stored_values(kept), stored_values(lost)) if fill else set())
    effects = merging.preview(keep_id, gone_id)
    if yes:
        with writing():
            services.merge_customers(keep_id, gone_id, wanted, versions)
    document = {
        "merged": yes,
        "taken": sorted(wanted),
        "effects": [
            {"app": each.plugin, "label": each.label, "how": each.how, "rows": each.rows, "twins": each.twins}
            for each in effects
        ],
    }
    if as_json:
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for each in effects:
        click.echo(f"{each.plugin:24} {each.label:24} {each.how:10} {each.rows}")
    click.echo(_("Merged.") if yes else _("Nothing is merged yet: repeat with --yes."))
