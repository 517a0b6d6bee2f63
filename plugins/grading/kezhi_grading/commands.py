"""``kezhi grading …``."""

from __future__ import annotations

import csv
import json
import os
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kezhi import Refused, localised, writing
from kezhi.figures import divide
from kezhi.permissions import can

from . import services
from .models import SchemeVersion
from .scheme import Scheme, plain, weight_text
from .words import _

if TYPE_CHECKING:
    from .services.explanation import Explanation

DAY = click.DateTime(["%Y-%m-%d"])
LARGEST_FILE = 1 << 20


def commands() -> list[click.Command]:
    """All commands of grading."""
    return [schemes, scheme, run, results, explain, submit]


def need(permission: str) -> None:
    """Errors: ``Refused`` when the acting person lacks a permission."""
    if not can(permission):
        raise Refused(_("You lack the right “%(permission)s” for this command.", permission=permission))


def print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command()
@as_json
def schemes(as_json: bool) -> None:
    """List the schemes, each in its newest version."""
    need("grading.read")
    rows = services.latest_versions()
    if as_json:
        print_json(
            [{"key": r.key, "title": localised(r.title), "version": r.version, "method": r.method} for r in rows]
        )
        return
    for row in rows:
        click.echo(f"{row.key:20} v{row.version:<4} {row.method:12} {localised(row.title)}")


@click.group()
def scheme() -> None:
    """Load or show a scheme."""


@scheme.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def load(file: Path, as_json: bool) -> None:
    """Load a scheme's TOML file; a changed content becomes a new version."""
    need("grading.schemes")
    with file.open("rb") as source:
        content = source.read(LARGEST_FILE)
    with writing():
        row, new = services.load_scheme(content)
        document = {"key": row.key, "version": row.version, "new": new}
    if as_json:
        print_json(document)
    elif new:
        click.echo(_("Loaded %(key)s as version %(version)s.", key=document["key"], version=document["version"]))
    else:
        click.echo(_("%(key)s is unchanged: version %(version)s.", key=document["key"], version=document["version"]))


@scheme.command("show")
@click.argument("key")
@as_json
def show(key: str, as_json: bool) -> None:
    """Show a scheme: its criteria, weights and grades."""
    need("grading.read")
    row = services.current_version(key)
    if as_json:
        document = {"key": row.key, "title": localised(row.title), "version": row.version, "method": row.method}
        print_json({**document, "digest": row.digest, "definition": row.definition})
        return
    content = services.scheme_of(row)
    if content.is_threshold:
        show_rules(row, content)
        return
    click.echo(f"{row.key} v{row.version}: {localised(row.title)} ({content.scale})")
    for criterion in content.criteria:
        weight = weight_text(criterion.weight, content.scale)
        click.echo(f"  {criterion.key:24} {weight:>6}  {criterion.metric:28} {criterion.missing}")
    for grade in content.grades:
        click.echo(f"  {grade.key:6} {content.interval(grade.key)}")


def show_rules(row: SchemeVersion, content: Scheme) -> None:
    """The rules of a threshold scheme in the order of their tests."""
    from .services.explanation import words_of_population
    from .services.reasons import rule_outline

    click.echo(f"{row.key} v{row.version}: {localised(row.title)} ({words_of_population(content.population)})")
    for criterion in content.criteria:
        click.echo(f"  {criterion.key:24} {criterion.metric:36} {criterion.missing}")
    for rule in rule_outline(content, row.currency):
        rest = "" if rule["rows"] else ": " + _("all others")
        click.echo(f"  {rule['grade'].key}{rest}")
        for line in rule["rows"]:
            click.echo(f"    {'  ' * line['depth']}{line['text']}")


@click.command()
@click.option("--scheme", "key", required=True, help="Key of the scheme.")
@click.option("--from", "start", required=True, type=DAY, help="First day of the period.")
@click.option("--to", "end", required=True, type=DAY, help="Last day of the period.")
@as_json
def run(key: str, start: datetime, end: datetime, as_json: bool) -> None:
    """Grade every customer by a scheme over a period."""
    need("grading.run")
    with writing():
        document = services.run_document(services.run_scheme(key, start.date(), end.date()))
    if as_json:
        print_json(document)
        return
    counts = ", ".join(f"{grade} {count}" for grade, count in document["counts"].items())
    click.echo(
        _(
            "Run %(run)s: %(graded)s graded (%(counts)s), %(ungradable)s not gradable.",
            run=document["run"],
            graded=document["graded"],
            counts=counts,
            ungradable=document["ungradable"],
        )
    )


@click.command()
@click.argument("number", metavar="RUN", type=int)
@as_json
@click.option("--csv", "csv_file", type=click.Path(dir_okay=False, path_type=Path), help="Write a CSV file.")
def results(number: int, as_json: bool, csv_file: Path | None) -> None:
    """Print the results of a run, or write them as CSV."""
    need("grading.read")
    if as_json and csv_file:
        raise click.UsageError("--json and --csv exclude each other")
    found = services.run_by_number(number)
    if as_json:
        print_json(list(services.results(found)))
        return
    if csv_file is None:
        for row in services.results(found):
            click.echo(f"{row['code']:16} {row['score'] or '—':>10} {row['grade'] or '—'}")
        return
    from .services.queries import version_of

    header = services.result_columns(services.scheme_of(version_of(found)))
    replace_file(csv_file, lambda path: write_csv(path, header, services.results(found)))
    click.echo(_("Wrote %(file)s.", file=str(csv_file)), err=True)


def write_csv(path: Path, header: list[str], rows: Any) -> None:
    """A CSV file in UTF-8; cells that a spreadsheet would take for a formula are neutralised."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        for row in rows:
            writer.writerow([neutral(row[name]) for name in header])


def neutral(value: Any) -> str:
    """A cell as text; figures stay as they are, other text never begins a formula."""
    text = "" if value is None else str(value)
    if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not text.lstrip("-").replace(".", "", 1).isdigit():
        return f"'{text}"
    return text


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Write beside the target and rename: a failure leaves what was there."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise Refused(_("%(file)s cannot be written: %(why)s.", file=str(path), why=error.strerror)) from None
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@click.command()
@click.argument("number", metavar="RUN", type=int)
@click.argument("code")
@as_json
def explain(number: int, code: str, as_json: bool) -> None:
    """Show why a customer has its grade in a run."""
    need("grading.read")
    from .services.explanation import document, what_happened

    found = services.explain(services.run_by_number(number), code)
    content = document(found)
    if as_json:
        print_json(content)
        return
    click.echo(f"{found.result.code} {found.result.name}: {content['rule']}")
    if found.reasons:
        explain_rules(found)
        return
    for line, entry in zip(found.lines, content["criteria"], strict=True):
        value = "—" if entry["value"] is None else entry["value"]
        share = plain(line.contribution) if line.contribution is not None else "—"
        # after re-weighting, so that the line adds up; a weighted sum keeps its weights
        normalised = found.scheme.scale == "normalised"
        weight = (
            f"{plain(divide(line.share.numerator * 100_000, line.share.denominator))} %"
            if normalised
            else entry["weight"]
        )
        click.echo(f"  {localised(line.criterion.title)}: {value}, {entry['points'] or '—'} × {weight} → {share}")
        if line.missing:
            click.echo(f"    {what_happened(line)}")
        for row in entry["rows"]:
            click.echo(f"    {row['date']} {row['reference']} {row['value']}")


def explain_rules(found: Explanation) -> None:
    """Every grade in the order of the tests, every condition with a tick or a cross and the figures it read."""
    from .services.explanation import what_happened
    from .services.reasons import reason_rows

    marks = {"held": "✓", "failed": "✗", "excluded": "–"}
    for reason in reason_rows(found.reasons, found.version.currency):
        click.echo(f"  {reason['key']}: {reason['state_words']}")
        for row in reason["rows"]:
            values = f" [{row['figures']}]" if row["figures"] else ""
            note = f" ({row['note']})" if row["note"] else ""
            click.echo(f"    {'  ' * row['depth']}{marks[row['state']]} {row['text']}{values}{note}")
    for line in found.lines:
        if line.missing:
            click.echo(f"  {what_happened(line)}")


@click.command()
@click.argument("number", metavar="RUN", type=int)
@as_json
def submit(number: int, as_json: bool) -> None:
    """Put a run up for the signatures of its scheme."""
    need("grading.submit")
    request = services.submit(number)
    if as_json:
        print_json({"run": number, "request": request.number, "digest": request.digest})
    else:
        click.echo(_("Run %(run)s is put up as %(request)s.", run=number, request=request.number))
