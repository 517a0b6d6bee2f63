"""Lists as files: CSV and XLSX, streamed, neutralised, and on record before the first byte leaves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Flask, Response, current_app, g
from flask_babel import get_locale

from kezhi import User, acting_as, acting_user

from ..protection.temporaries import temporary

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMATS = tuple(MEDIA)
SHEET_ROWS = 1_048_576  #: rows of a worksheet, head included
LARGEST_NUMBER = 10**15  #: numbers of more digits are text: a spreadsheet would round them
CHUNK = 64 * 1024


def neutral(text: str) -> str:
    """``text``, with ``'`` in front when a spreadsheet would run it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")) else text


def export_text(value: Any) -> str:
    """An exported value as text for a CSV cell; text that a spreadsheet would take for a formula gets a ``'``."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return neutral(str(value))


def respond(kind: str, filename: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """The file as an attachment. ``rows`` hold values as exported (text, int, Decimal, date, None)."""
    pieces = csv_pieces(head, rows) if kind == "csv" else xlsx_pieces(head, rows)
    answer = Response(_in_steps(pieces), content_type=MEDIA[kind])
    answer.headers.set("Content-Disposition", "attachment", filename=f"{filename}.{kind}")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _in_steps(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """``pieces``, each made in a context of its own, as the person who asked and in their language.

    Between two pieces the receiver sets the pace: no context, session or connection is held meanwhile.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return _steps(app, acting_user(), str(get_locale()), pieces)


def _steps(app: Flask, user: User, locale: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    while True:
        with app.app_context(), acting_as(user):
            g.kezhi_locale = locale
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def csv_pieces(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A CSV file in UTF-8 with a byte order mark, piece by piece."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer.writerow([neutral(text) for text in head])
    for row in rows:
        writer.writerow([export_text(value) for value in row])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def xlsx_pieces(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A workbook, piece by piece; rows that one worksheet cannot hold go on in the next."""
    from xlsxwriter import Workbook

    with temporary() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
                   "strings_to_numbers": False}  # fmt: skip
        with Workbook(file, options) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            bold = book.add_format({"bold": True})
            sheet, at = None, SHEET_ROWS
            for row in _at_least_one(rows):
                if at >= SHEET_ROWS:
                    sheet, at = book.add_worksheet(), 1
                    for column, text in enumerate(head):
                        sheet.write_string(0, column, neutral(text), bold)
                for column, value in enumerate(row):
                    _write(sheet, at, column, value, day)
                at += 1
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


def _at_least_one(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The rows, or one without cells: a workbook needs its head even when nothing was found."""
    empty = True
    for row in rows:
        empty = False
        yield row
    if empty:
        yield ()


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | Decimal) and -LARGEST_NUMBER < value < LARGEST_NUMBER:
        sheet.write_number(row, column, value)
    elif isinstance(value, date) and value.year >= 1900:
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, export_text(value))
