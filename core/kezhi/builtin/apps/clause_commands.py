"""``kezhi clauses``: what the enabled apps carry out of the policy catalogue, and what of it no test shows."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from flask import current_app

from kezhi.cli import print_json


@click.command("clauses")
@click.option(
    "--tests",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Also count the tests marked with each clause below DIR; may be given several times.",
)
@click.option("--json", "as_json", is_flag=True)
def clauses_command(folders: tuple[Path, ...], as_json: bool) -> None:
    """The policy clauses that the enabled apps carry out; those marked † are our addition."""
    from kezhi.testing.clauses import marked_clauses, report

    rows = report(current_app.extensions["kezhi"].clauses, marked_clauses(*folders))
    if as_json:
        print_json([{**asdict(row), "tests": row.tests if folders else None} for row in rows])
        return
    for row in rows:
        tests = f"{len(row.tests):4}  " if folders else ""
        click.echo(f"{row.id}{'†' if row.ours else ' '}  {tests}{', '.join(row.plugins):12}  {row.title}")
    untested = [row.id for row in rows if not row.tests]
    if folders:
        click.echo(f"without a test: {', '.join(untested) or 'none'}")
