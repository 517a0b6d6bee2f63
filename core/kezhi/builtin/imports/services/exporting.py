"""Records of a kind as a file. What is exported is audited before the file appears."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from kezhi import Refused
from kezhi.audit import record_alone
from kezhi.db import end_reading
from kezhi.i18n import _

from ..cells import neutralised
from ..contributions import Exporter
from .kinds import exporter_for

MOST_SHEET_ROWS = 1_048_575  #: of a worksheet, the header not counted


def export_file(kind: str, path: str | Path) -> int:
    """Write all records of a kind that the acting user may see to a ``.csv`` or ``.xlsx`` file; answers their number.

    An existing file is replaced at the end, whole. Errors: ``NotFound`` for an unknown kind, ``Refused`` for a name or
    folder that does not do.
    """
    exporter = exporter_for(kind)
    path = Path(path)
    write = {".csv": write_csv, ".xlsx": write_xlsx}.get(path.suffix.lower())
    if write is None:
        raise Refused(_("The file name “%(name)s” must end in .csv or .xlsx.", name=path.name))
    try:
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".kezhi-", suffix=path.suffix)
        os.close(descriptor)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        count = write(Path(draft), exporter)
        end_reading()
        record_alone("export.file", "export", kind, rows=count, format=path.suffix.lower()[1:])
        os.replace(draft, path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        Path(draft).unlink(missing_ok=True)
    return count


def write_csv(path: Path, exporter: Exporter) -> int:
    """CSV with a byte-order mark, for spreadsheet programs."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_neutral(str(name) for name in exporter.header))
        for count, cells in enumerate(exporter.rows(), start=1):  # noqa: B007
            writer.writerow(_neutral(cells))
    return count


def write_xlsx(path: Path, exporter: Exporter) -> int:
    """A workbook whose cells are all text: nothing is run, no zero is lost."""
    import xlsxwriter

    count = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@"})

        def write(row: int, cells: Sequence[str]) -> None:
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(row, column, cell, text)

        write(0, [str(name) for name in exporter.header])
        for count, cells in enumerate(exporter.rows(), start=1):
            if count > MOST_SHEET_ROWS:
                raise Refused(
                    _("A worksheet holds no more than %(count)s rows. Export to .csv.", count=MOST_SHEET_ROWS)
                )
            write(count, cells)
    return count


def _neutral(cells: Iterable[str]) -> list[str]:
    return [neutralised(cell) for cell in cells]


def _unwritable(path: Path, error: OSError) -> Refused:
    reason = error.strerror or type(error).__name__
    return Refused(_("The file %(path)s cannot be written: %(reason)s.", path=str(path), reason=reason))
