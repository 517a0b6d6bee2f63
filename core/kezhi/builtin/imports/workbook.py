"""XLSX workbooks: looked into before they are parsed, then read by calamine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from kezhi import Refused
from kezhi.i18n import _

from ..files.unpacking import Limits, Unsafe, ends_plainly, opened
from .sheets import Book, Odd, check_memory, look_through, path_of

LIMITS = Limits(entries=1_000, unpacked=300 * 1024**2, ratio=150, small=8 * 1024**2)
MACROS = ("vbaproject.bin", "vbadata.xml", "/macrosheets/", "/intlmacrosheets/")


def read_workbook(content: bytes) -> tuple[str, Iterator[list[str]]]:
    """Name and rows of the first visible sheet. Errors: ``Refused``."""
    if not ends_plainly(content):
        raise _damaged()
    try:
        with opened(io.BytesIO(content), len(content), LIMITS) as archive:
            _check_kind(archive)
            return _read(content, archive, look_through(archive))
    except Unsafe as unsafe:
        raise _unsafe(unsafe) from unsafe
    except Odd as odd:
        raise _damaged() from odd


def _read(content: bytes, archive: zipfile.ZipFile, book: Book) -> tuple[str, Iterator[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

    try:
        parsed = CalamineWorkbook.from_filelike(io.BytesIO(content))
        name = next(
            (sheet.name for sheet in parsed.sheets_metadata if "WorkSheet" in str(sheet.typ) and _visible(sheet)), None
        )
        if name is None:
            raise Refused(_("The workbook has no visible sheet. Show the sheet with the rows and save it again."))
        errors = _check_sheet(archive, book, name)
        sheet = parsed.get_sheet_by_name(name)
    except (CalamineError, WorksheetNotFound, OSError, ValueError) as error:
        raise _damaged() from error
    return name, _rows(sheet, errors)


def _check_sheet(archive: zipfile.ZipFile, book: Book, name: str) -> dict[tuple[int, int], str]:
    """Refuse what the sheet would need too much memory for, and formulas whose results are not in the file.

    Answers the cells that show formula errors.
    """
    found = book.sheets.get(path_of(archive, name))
    # a path told in an unusual way may stand for any of the sheets
    for sheet in book.sheets.values() if found is None else (found,):
        check_memory(sheet, book, name)
    if found is not None and found.uncalculated:
        raise Refused(
            _(
                "Sheet “%(name)s”, cell %(cell)s: the result of the formula is not in the file. Open the file in a"
                " spreadsheet program, save it there and choose it again.",
                name=name,
                cell=found.uncalculated,
            )
        )
    return found.errors if found is not None else {}


def _visible(sheet: Any) -> bool:
    return str(sheet.visible).endswith(".Visible")


def _rows(sheet: Any, errors: dict[tuple[int, int], str]) -> Iterator[list[str]]:
    failed = {row for row, _column in errors}
    for number, cells in enumerate(sheet.iter_rows()):
        texts = [cell_text(cell) for cell in cells]
        if number in failed:
            texts = [errors.get((number, column), text) for column, text in enumerate(texts)]
        yield texts


def cell_text(value: object) -> str:
    """A cell as people see it: text as it is, numbers without a trailing ``.0``, dates in ISO form.

    A spreadsheet keeps 15 digits of a number. Of longer ones the last digits are lost already: they are given in
    exponent form, which the values' check refuses with the advice to format the column as text.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        if abs(value) >= 1e15:
            return f"{value:.14E}"
        text = f"{Decimal(f'{value:.15g}'):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _check_kind(archive: zipfile.ZipFile) -> None:
    """Refuse what is no workbook of this kind, naming what it is where that helps, and macros."""
    names = {name.lower() for name in archive.namelist()}
    if any(sign in f"/{name}" for name in names for sign in MACROS):
        raise Refused(_("The workbook holds macros, which are not accepted. Save it as .xlsx without macros."))
    if "[content_types].xml" in names and "xl/workbook.xml" in names:
        return
    if "xl/workbook.bin" in names:
        raise Refused(_("The file is a binary workbook (.xlsb). Save it as .xlsx or as CSV UTF-8."))
    if "mimetype" in names and "content.xml" in names:
        raise Refused(_("The file is an OpenDocument file (.ods). Save it as .xlsx or as CSV UTF-8."))
    if any(name.endswith(".iwa") for name in names) or "index.zip" in names:
        raise Refused(_("The file comes from Apple Numbers. Export it as Excel (.xlsx) or as CSV UTF-8."))
    if any(name.endswith((".xlsx", ".csv")) for name in names):
        raise Refused(_("The file is an archive. Unpack it and choose the table in it."))
    raise Refused(_("The file is no spreadsheet that can be read. Save it as .xlsx or as CSV UTF-8."))


def _unsafe(unsafe: Unsafe) -> Refused:
    if unsafe.reason == "bomb":
        return Refused(
            _("The workbook unpacks to far more than its size. Save only the sheet with the rows, or use CSV UTF-8.")
        )
    if unsafe.reason == "locked":
        return Refused(_("The workbook is protected by a password. Save it without one."))
    return _damaged()


def _damaged() -> Refused:
    return Refused(_("The workbook cannot be read: it is damaged or no .xlsx file. Save it again as .xlsx."))
