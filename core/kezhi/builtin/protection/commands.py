"""``kezhi keys``."""

from __future__ import annotations

from typing import Any

import click

from kezhi import Conflict, Refused, acting_user, writing
from kezhi.cli import print_json
from kezhi.i18n import _

from . import ring, services, words
from .contributions import CLEAR
from .services import erasing

MANAGE = "protection.manage"


@click.group("keys")
def keys_command() -> None:
    """The keys that files and fields are encrypted with: list, rotate, retire."""


def _check() -> None:
    if not acting_user().can(MANAGE):
        raise Refused(_("You may not manage keys."))


@keys_command.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_keys(as_json: bool) -> None:
    """Versions of keys, and how much is under each of them."""
    _check()
    standings = services.standing()
    rows: list[dict[str, Any]] = [
        {
            "purpose": purpose,
            "version": known.version,
            "state": "retired" if known.retired else "active" if known.version == _active(versions) else "old",
            "used_by": {
                each.use.key: each.counts[known.version]
                for each in standings
                if each.use.purpose == purpose and known.version in each.counts
            },
        }
        for purpose, versions in ring.snapshot().versions.items()
        for known in versions
    ]
    clear = {each.use.key: each.counts[CLEAR] for each in standings if each.clear}
    off = sorted(ring.snapshot().off)
    if as_json:
        print_json({"keys": rows, "clear": clear, "off": off, "problems": ring.problems()})
        return
    for row in rows:
        used = "  ".join(f"{key} {count:,}" for key, count in row["used_by"].items())
        click.echo(f"{row['purpose']:<8} v{row['version']:<4} {row['state']:<8} {used}")
    for key, count in clear.items():
        click.echo(_("%(key)s: %(count)s in the clear", key=key, count=count))
    for purpose in off:
        click.echo(_("Switched off: %(what)s", what=words.what(purpose)))
    for problem in ring.problems():
        click.echo(problem, err=True)


def _active(versions: list[ring.Known]) -> int:
    return next((known.version for known in versions if not known.retired), 0)


@keys_command.command("rotate")
@click.option("--purpose", "purposes", multiple=True, help="Only this purpose: files, fields, index. May be repeated.")
@click.option("--index", is_flag=True, help="The keys of indexes and fields, which go together.")
@click.option("--prepare", "only_prepare", is_flag=True, help="Only write the next keys into the key file.")
@click.option("--now", is_flag=True, help="Bring everything under the new keys at once instead of in the job.")
@click.option("--json", "as_json", is_flag=True)
def rotate_keys(purposes: tuple[str, ...], index: bool, only_prepare: bool, now: bool, as_json: bool) -> None:
    """Put new keys in force. Files and fields stay readable; a job brings them under the new keys."""
    _check()
    chosen = (*purposes, *((ring.INDEX,) if index else ())) or services.rotating.TOGETHER
    if only_prepare:
        versions = services.prepare(chosen)
    else:
        with writing():
            versions = services.rotate(chosen)
    brought = services.renew() if now and not only_prepare else {}
    if as_json:
        print_json({"versions": versions, "renewed": brought, "prepared_only": only_prepare})
        return
    for purpose, version in versions.items():
        click.echo(f"{purpose}: v{version}")
    for key, count in brought.items():
        click.echo(f"{key}: {count:,}")
    click.echo(_("Copy the key file to where its copies are kept: the old copies cannot open what comes from now on."))


@keys_command.command("retire")
@click.argument("purpose")
@click.argument("version", type=int)
def retire_key(purpose: str, version: int) -> None:
    """Take an old key that nothing uses any more out of the key file, for good."""
    _check()
    try:
        with writing():
            services.retire(purpose, version)
    except Conflict:
        if (purpose, version) not in erasing.still_there():
            raise
    # once it is retired for good; who was cut off in between asks for it again
    erasing.erase_retired()
    click.echo(_("The key is retired."))
