"""Cells of the dry run corrected in place: the staged rows change, and all of them are checked again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select, update

from kezhi import Conflict, NotFound, audit_record, clock, db, writing
from kezhi.i18n import _

from ..models import CHECKED, Batch, Problem, Row
from ..reading import check_text
from .checking import run_check
from .kinds import importer_for
from .parsing import Reader
from .reports import batch_for

MOST_ALIKE = 5_000  #: other rows that one correction changes at most

Cells = Mapping[tuple[int, int], str]  #: (row, place in the header): the text as it is to be


def one_line(text: str) -> str:
    """A cell as a field of one line shows it: what a form sends back unchanged is no change."""
    return " ".join(text.splitlines()) if "\n" in text or "\r" in text else text


def mend(batch_id: int, revision: int, cells: Cells, alike: bool = False) -> int:
    """Put texts into staged cells and check the batch again; answers how many cells were changed.

    With ``alike`` other rows with the same wrong value in that column get the new one too. One transaction. Errors:
    ``NotFound``; ``Conflict`` when the rows are no longer as the form of ``revision`` showed them; ``Refused`` for a
    text that no cell can hold. Nothing is changed then.
    """
    batch_for(batch_id)
    with writing() as session:
        claim = update(Batch).where(Batch.id == batch_id, Batch.state == CHECKED, Batch.revision == revision)
        result: Any = session.execute(
            claim.values(revision=revision + 1, note="", touched_at=clock.now()),
            execution_options={"synchronize_session": False},
        )
        if result.rowcount != 1:
            raise Conflict(
                _(
                    "The rows were changed meanwhile, in another window or by somebody else. Look at them and check"
                    " again."
                )
            )
        session.expire_all()
        batch = session.get_one(Batch, batch_id)
        importer = importer_for(batch.kind)
        places = {key: batch.header.index(column) for key, column in batch.mapping.items() if column in batch.header}
        rows = _changed(batch, cells, set(places.values()))
        count = sum(len(changes) for changes in rows.values())
        if alike:
            keys = {place: key for key, place in places.items() if key not in importer.unique}
            count += _change_alike(batch, rows, cells, keys)
        _stage_again(batch, Reader(importer, places), rows)
        if rows:
            run_check(importer, batch)
        audit_record("import.mend", "import", batch_id, cells=count, failed=batch.failed)
    return count


Rows = dict[int, dict[int, tuple[str, str]]]  #: row: place: (text so far, new text)


def _changed(batch: Batch, cells: Cells, places: set[int]) -> Rows:
    """What really changes. Errors: ``NotFound`` for a cell that the file does not have."""
    numbers = {row for row, _place in cells}
    raws = dict(
        db.session.execute(select(Row.row, Row.raw).where(Row.batch_id == batch.id, Row.row.in_(numbers))).all()
    )
    rows: Rows = {}
    for (row, place), text in cells.items():
        if row not in raws or place not in places:
            raise NotFound(_("There is no such cell in this file."))
        former = raws[row][place]
        if text != one_line(former):
            check_text(text, row, place)
            rows.setdefault(row, {})[place] = (former, text)
    return rows


def _change_alike(batch: Batch, rows: Rows, cells: Cells, keys: Mapping[int, str]) -> int:
    """Give other rows, bad in the same column by the same value, the new one."""
    wanted: dict[int, dict[str, str]] = {}
    for changes in rows.values():
        for place, (former, text) in changes.items():
            if place in keys:
                wanted.setdefault(place, {})[former] = text
    count = 0
    for place, texts in wanted.items():
        bad = select(Problem.row).where(Problem.batch_id == batch.id, Problem.column == keys[place])
        others = select(Row.row, Row.raw).where(Row.batch_id == batch.id, Row.row.in_(bad)).order_by(Row.row)
        for row, raw in db.session.execute(others.limit(MOST_ALIKE)).all():
            if raw[place] in texts and place not in rows.get(row, {}):
                rows.setdefault(row, {})[place] = (raw[place], texts[raw[place]])
                count += 1
    return count


def _stage_again(batch: Batch, reader: Reader, rows: Rows) -> None:
    """Read the changed rows anew: their values and what the file alone says about them."""
    staged, problems = [], []
    numbers = sorted(rows)
    for start in range(0, len(numbers), 500):
        chunk = numbers[start : start + 500]
        for row, raw in db.session.execute(
            select(Row.row, Row.raw).where(Row.batch_id == batch.id, Row.row.in_(chunk)).order_by(Row.row)
        ).all():
            cells = list(raw)
            for place, (_former, text) in rows[row].items():
                cells[place] = text
            values, found = reader.read(row, cells)
            staged.append({**values, "batch_id": batch.id})
            problems += [{**problem, "batch_id": batch.id} for problem in found]
        mine = (Problem.batch_id == batch.id, Problem.origin == "file", Problem.row.in_(chunk))
        db.session.execute(delete(Problem).where(*mine), execution_options={"synchronize_session": False})
    if staged:
        db.session.execute(update(Row), staged)
    if problems:
        db.session.execute(insert(Problem), problems)
