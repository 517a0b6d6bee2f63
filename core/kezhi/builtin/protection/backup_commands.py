"""``kezhi backup`` and ``kezhi restore``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kezhi import Refused, acting_user
from kezhi.i18n import _, ngettext

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("backup")
@click.argument("folder", type=FOLDER)
@click.option("--file-keys", type=FOLDER, help="Put the table of the files' keys into this folder instead.")
@click.option("--json", "as_json", is_flag=True)
def backup_command(folder: Path, file_keys: Path | None, as_json: bool) -> None:
    """Make a backup of database and files in an empty FOLDER while the system works. The key file is not in it."""
    from kezhi.cli import print_json

    from .backups import make

    if not acting_user().can("protection.manage"):
        raise Refused(_("You may not make backups."))
    manifest = make(folder, file_keys)
    if as_json:
        print_json(manifest)
        return
    count = manifest["blobs"]["count"]
    click.echo(ngettext("%(num)s file backed up.", "%(num)s files backed up.", count))
    click.echo(_("Keep the key file elsewhere: without it this backup cannot be opened."))


@click.command("restore")
@click.argument("folder", type=FOLDER)
@click.option("--file-keys", type=FOLDER, help="Where the table of the files' keys is, if not in FOLDER.")
@click.option("--without-file-keys", is_flag=True, help="Restore all but the files' keys: files cannot be opened.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def restore_command(context: Any, folder: Path, file_keys: Path | None, without_file_keys: bool, as_json: bool) -> None:
    """Restore a backup into an empty data folder and an empty database, and verify all of it."""
    import json

    from .backups import restore

    found = restore(context.config, folder, file_keys, without_keys=without_file_keys)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        click.echo(f"Restored as of {found['made_at']}: {found['blobs']} files, {found['entries']} audit entries.")
        for problem in found["problems"]:
            click.echo(problem, err=True)
    if found["problems"]:
        sys.exit(1)
