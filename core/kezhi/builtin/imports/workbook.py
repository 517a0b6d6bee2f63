"""XLSX workbooks: looked into before they are parsed, then read by calamine."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from kezhi import Refused
from kezhi.i18n import _

from .cells import column_letters

MOST_MEMBERS = 1_000  #: files inside the workbook
MOST_UNPACKED = 300 * 1024 * 1024  #: bytes, all members together
MOST_RATIO = 150  #: unpacked to packed, of a member that unpacks to more than ``FREE_RATIO``
FREE_RATIO = 8 * 1024 * 1024
MOST_CELLS = 10_000_000  #: of the rectangle a sheet spans; one far cell would make the parser ask for all of it
CHUNK = 256 * 1024
OVERLAP = 64
POSITION = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{0,7})([0-9]{1,10})["']""")


def read_workbook(content: bytes) -> tuple[str, Iterator[list[str]]]:
    """Name and rows of the first visible sheet. Errors: ``Refused``."""
    inspect(content)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        name = next(
            (sheet.name for sheet in book.sheets_metadata if "WorkSheet" in str(sheet.typ) and _visible(sheet)), None
        )
        if name is None:
            raise Refused(_("The workbook has no visible sheet. Show the sheet with the rows and save it again."))
        sheet = book.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise _damaged() from error
    return name, _rows(sheet)


def _visible(sheet: Any) -> bool:
    return str(sheet.visible).endswith(".Visible")


def _rows(sheet: Any) -> Iterator[list[str]]:
    for cells in sheet.iter_rows():
        yield [cell_text(cell) for cell in cells]


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


def inspect(content: bytes) -> None:
    """Refuse what is no plain workbook, or would unpack into more than this machine should hold.

    Sizes in the directory of an archive are only claims, so every member is unpacked piece by piece and counted.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > MOST_MEMBERS:
                raise _bomb()
            if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
                raise Refused(_("The file is no spreadsheet that can be read. Save it as .xlsx or as CSV UTF-8."))
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Refused(_("The workbook holds macros, which are not accepted. Save it as .xlsx without macros."))
            if any(member.flag_bits & 1 for member in members):
                raise Refused(_("The workbook is protected by a password. Save it without one."))
            if sum(member.file_size for member in members) > MOST_UNPACKED:
                raise _bomb()
            for member in members:
                _unpack(content, archive, member)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError) as error:
        raise _damaged() from error


def _unpack(content: bytes, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Count what a member really unpacks to, and how far its cells reach."""
    if member.file_size > FREE_RATIO and member.file_size > MOST_RATIO * max(member.compress_size, 1):
        raise _bomb()
    size, tail = 0, b""
    is_sheet, last_row, last_column = False, 0, 0
    for chunk in _pieces(content, archive, member):
        size += len(chunk)
        if size > member.file_size:
            raise _bomb()
        text = tail + chunk
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise _damaged()
        is_sheet = is_sheet or b"sheetData" in text
        for letters, digits in POSITION.findall(text):
            last_row = max(last_row, int(digits))
            last_column = max(last_column, _column_number(letters))
        tail = text[-OVERLAP:]
    if is_sheet and last_row * last_column > MOST_CELLS:
        raise Refused(
            _(
                "The sheet reaches to row %(row)s and column %(column)s. Delete the empty rows and columns beyond the"
                " data, or split the file.",
                row=last_row,
                column=column_letters(last_column - 1),
            )
        )


def _pieces(content: bytes, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked bytes of a member, whatever its header claims."""
    with archive.open(member):  # checks that the local header is there and says the same
        pass
    offset = member.header_offset
    start = offset + 30 + int.from_bytes(content[offset + 26 : offset + 28], "little")
    start += int.from_bytes(content[offset + 28 : offset + 30], "little")
    packed = memoryview(content)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        for place in range(0, len(packed), CHUNK):
            yield bytes(packed[place : place + CHUNK])
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise _damaged()
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for place in range(0, len(packed), CHUNK):
        pending = bytes(packed[place : place + CHUNK])
        while pending and not unpacker.eof:
            yield unpacker.decompress(pending, CHUNK)
            pending = unpacker.unconsumed_tail


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _bomb() -> Refused:
    return Refused(
        _("The workbook unpacks to far more than its size. Save only the sheet with the rows, or use CSV UTF-8.")
    )


def _damaged() -> Refused:
    return Refused(_("The workbook cannot be read: it is damaged or no .xlsx file. Save it again as .xlsx."))
