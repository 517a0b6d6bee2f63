"""What is known about batches: who may see them, the document of one, the error file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import func, select

from kezhi import NotFound, db, visible
from kezhi.i18n import _

from ...lists.files import xlsx_pieces
from ..cells import neutralised
from ..models import APPLIED, Batch, Problem, Row
from .kinds import importers_of


def batch_for(batch_id: int) -> Batch:
    """A batch of the acting user (an administrator sees all). Errors: ``NotFound``."""
    found: Batch | None = db.session.scalars(visible(Batch).where(Batch.id == batch_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such import."))
    return found


def batches(limit: int) -> Sequence[Batch]:
    """The newest batches that the acting user sees."""
    return db.session.scalars(visible(Batch).order_by(Batch.id.desc()).limit(limit)).all()


def seen_before(batch: Batch) -> Batch | None:
    """The last time the very same file was imported, by whomever."""
    found: Batch | None = db.session.scalars(
        select(Batch)
        .where(Batch.sha256 == batch.sha256, Batch.kind == batch.kind, Batch.state == APPLIED, Batch.id != batch.id)
        .order_by(Batch.id.desc())
        .limit(1)
        .execution_options(kezhi_unscoped=True)
    ).one_or_none()
    return found


def problems(batch: Batch, level: str, limit: int | None = None) -> list[dict[str, Any]]:
    """The problems of a level by row: ``row``, ``column`` (as the file calls it), ``message``."""
    places = {name: place for place, name in enumerate(batch.header)}
    statement = select(Problem).where(Problem.batch_id == batch.id, Problem.level == level)
    statement = statement.order_by(Problem.row, Problem.id).limit(limit)
    names = column_names(batch)
    found = [
        {"row": each.row, "column": names.get(each.column, each.column), "message": each.message}
        for each in db.session.scalars(statement)
    ]
    return sorted(found, key=lambda each: (each["row"], places.get(each["column"], len(places))))


def column_names(batch: Batch) -> dict[str, str]:
    """Field key → the column's name in the file, else the field's label."""
    importer = importers_of().get(batch.kind)
    labels = {} if importer is None else {each.key: str(each.label) for each in importer.fields}
    return {**labels, **batch.mapping}


def problem_counts(batch: Batch) -> dict[str, int]:
    """How many problems of each level there are."""
    statement = select(Problem.level, func.count()).where(Problem.batch_id == batch.id).group_by(Problem.level)
    counts = {"error": 0, "warning": 0}
    for level, count in db.session.execute(statement):
        counts[level] = count
    return counts


def document(batch: Batch) -> dict[str, Any]:
    """The result as data. Of an open batch the counts are what applying it would do now."""
    return {
        "kind": batch.kind,
        "rows": batch.rows,
        "created": batch.created,
        "updated": batch.updated,
        "unchanged": batch.unchanged,
        "failed": batch.failed,
        "ignored": list(batch.ignored),
        "errors": problems(batch, "error"),
        "warnings": problems(batch, "warning"),
    }


def error_file(batch: Batch) -> bytes:
    """The bad rows as they came, with a column that says why: CSV for a spreadsheet, to be corrected and sent again."""
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    writer.writerow([neutralised(name) for name in _error_head(batch)])
    for cells in _error_rows(batch):
        writer.writerow([neutralised(cell) for cell in cells])
    return output.getvalue().encode("utf-8-sig")


def error_workbook(batch: Batch) -> bytes:
    """The same as a workbook whose cells are all text: a spreadsheet program keeps every digit of a long number."""
    return b"".join(xlsx_pieces(_error_head(batch), _error_rows(batch)))


def _error_head(batch: Batch) -> list[str]:
    return [*batch.header, _("Reason")]


def _error_rows(batch: Batch) -> Iterator[list[str]]:
    reasons: dict[int, list[str]] = {}
    for each in problems(batch, "error"):
        text = f"{each['column']}: {each['message']}" if each["column"] else each["message"]
        reasons.setdefault(each["row"], []).append(text)
    rows = db.session.execute(
        select(Row.row, Row.raw).where(Row.batch_id == batch.id, Row.bad.is_(True)).order_by(Row.row)
    )
    for number, raw in rows:
        yield [*raw, "\n".join(reasons.get(number, []))]
