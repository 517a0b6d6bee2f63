"""``kezhi documents``."""

from __future__ import annotations

from pathlib import Path

import click

from kezhi import Refused, db, visible
from kezhi.cli import print_json
from kezhi.i18n import _, localised


@click.group("documents")
def documents_command() -> None:
    """Make documents of records, and list those that were issued."""


@documents_command.command("kinds")
@click.option("--json", "as_json", is_flag=True)
def list_kinds(as_json: bool) -> None:
    """List the kinds of documents."""
    from .services import kinds

    rows = [{"key": key, "title": str(kind.title), "formats": list(kind.formats)} for key, kind in kinds().items()]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['key']:<32} {', '.join(row['formats']):<16} {row['title']}")


@documents_command.command("list")
@click.option("--kind", default="", help="Only documents of this kind.")
@click.option("--json", "as_json", is_flag=True)
def list_issued(kind: str, as_json: bool) -> None:
    """List issued documents, newest first."""
    from .models import Issue

    statement = visible(Issue).order_by(Issue.id.desc()).limit(1000)
    if kind:
        statement = statement.where(Issue.kind == kind)
    rows = [
        {
            "number": row.number,
            "kind": row.kind,
            "title": localised(row.title),
            "subject": row.subject,
            "format": row.format,
            "issued_at": row.issued_at.isoformat(),
            "issued_by": row.issued_by,
            "holder": row.holder,
            "keep_until": row.keep_until.isoformat(),
            "sha256": row.sha256,
        }
        for row in db.session.scalars(statement)
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(f"{row['number']:<16} {row['issued_at'][:10]}  {row['format']:<5} {row['title']} · {row['subject']}")


@documents_command.command("issue")
@click.argument("kind")
@click.argument("record_id", type=int)
@click.option("--format", "format_", default="pdf", show_default=True)
@click.option("--variant", default="", help="Which one of what there is to choose from.")
@click.option("--holder", default="", help="Who keeps it.")
@click.option("--json", "as_json", is_flag=True)
def issue_one(kind: str, record_id: int, format_: str, variant: str, holder: str, as_json: bool) -> None:
    """Make a document of a KIND of the record with RECORD_ID, number it and keep it."""
    from .models import Issue
    from .services import issue

    issue_id = issue(kind, record_id, format_, variant, holder=holder)
    row = db.session.get_one(Issue, issue_id)
    if as_json:
        print_json({"id": row.id, "number": row.number, "sha256": row.sha256, "size": row.size})
    else:
        click.echo(row.number)


@documents_command.command("save")
@click.argument("number")
@click.argument("file", type=click.Path(path_type=Path))
def save(number: str, file: Path) -> None:
    """Write the issued document NUMBER to FILE, byte for byte; on record as every download."""
    from ..files.services import open_download
    from .services import issue_by_number

    file_id = issue_by_number(number).file_id
    if file_id is None:
        raise Refused(_("The content of this document was erased."))
    found = open_download(file_id)
    with file.open("wb") as target:
        for piece in found.pieces:
            target.write(piece)
    click.echo(str(file))
