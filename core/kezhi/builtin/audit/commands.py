"""``kezhi audit``: verify the chain, take anchors."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from kezhi import audit_record, writing
from kezhi.cli import print_json
from kezhi.i18n import gettext as _

from .words import FAULTS


@click.group("audit")
def audit_command() -> None:
    """Verify the audit log; write its head down elsewhere."""


@audit_command.command("verify")
@click.option(
    "--anchor",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file of anchors kept elsewhere.",
)
@click.option("--json", "as_json", is_flag=True)
def verify_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Walk the whole chain; exit 1 names the first entry that does not hold."""
    from .services import verify_site

    verdict = verify_site(files)
    if as_json:
        print_json({"ok": verdict.fault is None, **asdict(verdict)})
    elif verdict.fault is None:
        click.echo(_("The chain holds: %(entries)d entries, %(anchors)d anchors agree.", entries=verdict.entries,
                     anchors=verdict.anchors))  # fmt: skip
        click.echo(f"{verdict.entries} {verdict.head}")
    else:
        click.echo(fault_text(verdict.fault.seq, verdict.fault.kind), err=True)
    if verdict.fault is not None:
        sys.exit(1)


@audit_command.command("anchor")
@click.option(
    "--file", "path", type=click.Path(path_type=Path, dir_okay=False), help="Append it to this file, not to the output."
)
def anchor_command(path: Path | None) -> None:
    """Write the number and the hash of the newest entry out: keep them where nobody can change them."""
    from .services import take_anchor, write_anchor

    with writing():
        audit_record("audit.anchor", "audit")
    anchor = take_anchor()
    if path is None:
        click.echo(anchor.line)
        return
    write_anchor(anchor, path)
    click.echo(f"{anchor.seq} {anchor.hash}")


def fault_text(seq: int, kind: str) -> str:
    """A fault in one sentence."""
    return str(_("The audit chain does not hold at entry %(seq)d: %(why)s.", seq=seq, why=FAULTS[kind]))
