"""Bytes of an upload → a header and rows of text. Nothing here touches the database.

A row's number is the one a spreadsheet shows: the header is row 1. Rows without any text are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from kezhi import Refused
from kezhi.i18n import _

from .cells import column_letters, restored, shortened
from .foreign import refuse_foreign

MOST_BYTES = 50 * 1024 * 1024  #: of a file
MOST_ROWS = 200_000  #: of a file, the header not counted
MOST_COLUMNS = 500
LONGEST_CELL = 32_767  #: characters of a cell, as many as a spreadsheet keeps


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: its header, and its rows as (number, cells), as many cells as the header has columns."""

    header: list[str]
    rows: Iterable[tuple[int, list[str]]]
    encoding: str
    sheet: str = ""


def read(content: bytes, filename: str) -> Source:
    """Read a CSV file or a workbook.

    Errors: ``Refused``, saying what is wrong, where, and what to do. Rows are read as they are asked for, so that a
    bad row is refused while iterating.
    """
    if not content.strip():
        raise Refused(_("The file “%(name)s” is empty. Choose a file with a header and rows.", name=filename))
    if len(content) > MOST_BYTES:
        raise Refused(
            _("The file is larger than %(size)s MB. Split it and import the parts.", size=MOST_BYTES // 1024**2)
        )
    refuse_foreign(content)
    suffix = PurePath(filename.lower()).suffix
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from .workbook import read_workbook

        name, table = read_workbook(content)
        return _source(table, "xlsx", name)
    if suffix in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"):
        raise Refused(_("The file ends in “%(suffix)s” but is no spreadsheet. Save it as .xlsx again.", suffix=suffix))
    from .csvfile import read_csv

    encoding, table = read_csv(content)
    return _source(table, encoding, "")


def _source(table: Iterator[list[str]], encoding: str, sheet: str) -> Source:
    """Check the header; check each row as it comes."""
    header = _header([restored(cell) for cell in next(table, [])])
    return Source(header, _rows(table, header), encoding, sheet)


def _header(cells: list[str]) -> list[str]:
    header = [shortened(cell) for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise Refused(_("Row 1 has no column names. Put the names of the columns into the first row."))
    if len(header) > MOST_COLUMNS:
        raise Refused(_("The file has more than %(count)s columns. Leave out what is not needed.", count=MOST_COLUMNS))
    seen: dict[str, int] = {}
    for index, name in enumerate(header):
        if not name:  # a nameless column belongs to no field; its letter stands for it
            header[index] = name = _("(column %(letter)s)", letter=column_letters(index))
        check_text(name, 1, index)
        if name in seen:
            raise Refused(
                _(
                    "Two columns are called “%(name)s” (%(first)s and %(second)s). Give each its own name.",
                    name=name,
                    first=column_letters(seen[name]),
                    second=column_letters(index),
                )
            )
        seen[name] = index
    return header


def _rows(table: Iterator[list[str]], header: list[str]) -> Iterator[tuple[int, list[str]]]:
    width, is_empty = len(header), True
    for number, cells in enumerate(table, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if number > MOST_ROWS + 1:
            raise Refused(
                _("The file has more than %(count)s rows. Split it and import the parts.", count=f"{MOST_ROWS:,}")
            )
        is_empty = False
        if any(cell.strip() for cell in cells[width:]):
            if width == 1:
                raise Refused(
                    _(
                        "Row 1 holds only “%(name)s”, which looks like a title. Delete the rows above the names of the"
                        " columns.",
                        name=header[0][:60],
                    )
                )
            raise Refused(
                _(
                    "Row %(row)s has more cells than the header has columns (%(width)s). Check its separators and"
                    " quotation marks.",
                    row=number,
                    width=width,
                )
            )
        for index, cell in enumerate(cells):
            check_text(cell, number, index)
        yield number, [restored(cell) for cell in cells[:width]] + [""] * (width - len(cells))
    if is_empty:
        raise Refused(_("The file has names of columns, but no rows below them. Choose a file with rows."))


def check_text(text: str, row: int, index: int) -> None:
    """Refuse what no database keeps, and what no spreadsheet could hold."""
    if len(text) > LONGEST_CELL:
        raise Refused(
            _(
                "Row %(row)s, column %(letter)s holds %(count)s characters, more than a spreadsheet keeps. Look for a"
                " quotation mark that is not closed, or shorten the text.",
                row=row,
                letter=column_letters(index),
                count=f"{len(text):,}",
            )
        )
    if "\0" in text:
        raise Refused(
            _(
                "Row %(row)s, column %(letter)s holds a NUL character: the file is damaged or no text. Save it again"
                " as CSV UTF-8 or .xlsx.",
                row=row,
                letter=column_letters(index),
            )
        )
