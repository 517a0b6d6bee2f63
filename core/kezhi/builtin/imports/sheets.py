"""The parts of a workbook, looked through before the parser gets them: how far cells reach, and what they would take.

The parser keeps a sheet as one rectangle and repeats a shared text in every cell that shows it. So a small file may ask
for any amount of memory, and the amount is reckoned here first. What is written in an unusual way is counted at its
worst.
"""

from __future__ import annotations

import re
import sys
import zipfile
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from kezhi import Refused
from kezhi.i18n import _

from ..files.unpacking import pieces
from .cells import column_letters

MOST_MEMORY = 320 * 1024**2  #: bytes that the parser may need for a sheet
MOST_CELLS = 10_000_000  #: of the rectangle that a sheet spans
FILLED_CELL = 40  #: bytes of a cell with a value while it is read
KEPT_CELL = 32  #: bytes of any cell of the rectangle
TEXT = 32  #: bytes of a text beside its characters
MOST_COLUMNS = 16_384  #: of any sheet
MOST_ERRORS = 100_000  #: cells of a sheet whose formulas failed
LONGEST_TAG = 64 * 1024
LARGEST_BOOK = 4 * 1024**2  #: bytes of the parts that name the sheets

#: an empty cell that only has a look, as spreadsheets write it: the parser leaves it out
_LOOK = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?\s?/>')
#: a plain number, as spreadsheets write it
_NUMBER = re.compile(rb'<c r="[A-Z]{1,3}[0-9]{1,7}"(?: s="[0-9]{1,6}")?(?: t="n")?><v>[-+0-9.Ee]{1,30}</v></c>')
_POSITION = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,7})([0-9]{1,10})["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_ROW_NUMBER = re.compile(rb"""<(?:\w+:)?row\s(?:[^<>]*\s)?r\s*=\s*["']([0-9]{1,10})["']""")
_ANY_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?(?<!/)>")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?(?<!/)>([^<]*)</")
_ERROR = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*)>\s*(?:<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?<(?:\w+:)?v>(#[^<]{1,20})</"
)
_SHARED = re.compile(rb"<(?:\w+:)?si[\s/>]")
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*)>\s*<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


@dataclass(slots=True)
class Sheet:
    """What was found in one sheet. ``texts`` counts the bytes of its texts, each as often as it is shown."""

    last_row: int = 0
    last_column: int = 0
    cells: int = 0
    texts: int = 0
    uncalculated: str = ""  #: the first cell with a formula whose result nobody saved
    #: what failed formulas show, by row and column from 0: the parser gives such cells as empty
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    rows_begun: int = 0
    cells_of_row: int = 0
    letters: set[bytes] = field(default_factory=set)

    @property
    def area(self) -> int:
        """Cells of the rectangle that the parser keeps."""
        return self.last_row * self.last_column

    @property
    def memory(self) -> int:
        """Bytes that the parser needs, at most."""
        return self.cells * FILLED_CELL + self.area * KEPT_CELL + self.texts


@dataclass(slots=True)
class Book:
    """What was found in a workbook: its sheets by path, and the length in bytes of each shared text."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    shared: array[int] = field(default_factory=lambda: array("L"))

    @property
    def shared_memory(self) -> int:
        """Bytes that the table of shared texts takes."""
        return sum(self.shared) + len(self.shared) * TEXT


class Odd(Exception):
    """A part that is not written as any spreadsheet program writes it."""


def look_through(archive: zipfile.ZipFile) -> Book:
    """Unpack every entry and reckon what its sheets take. Errors: ``Refused``, ``Unsafe``, ``Odd``."""
    book = Book()
    entries = sorted(archive.infolist(), key=lambda entry: not entry.filename.lower().endswith("sharedstrings.xml"))
    for entry in entries:
        name = entry.filename.lower()
        if name.endswith("sharedstrings.xml"):
            _shared_texts(archive, entry, book)
        elif name.endswith((".xml", ".rels", ".vml")):
            sheet = _sheet(archive, entry, book)
            if sheet.memory > MOST_MEMORY:  # numbers were taken for the places of texts: look more closely
                sheet = _sheet(archive, entry, book, closely=True)
            if sheet.cells:
                book.sheets[entry.filename] = sheet
        else:
            for _piece in pieces(archive, entry):
                pass
    if book.shared_memory > MOST_MEMORY:
        raise Refused(_too_much())
    return book


def _tags(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The XML of an entry in pieces that end behind a tag, without document types or entities."""
    rest, is_first = b"", True
    for piece in pieces(archive, entry):
        text = rest + piece
        if is_first and (b"\0" in text[:64] or not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")):
            raise Odd(entry.filename)
        is_first = False
        end = text.rfind(b">") + 1
        text, rest = text[:end], text[end:]
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text or (len(rest) > LONGEST_TAG and b"<" in rest):
            raise Odd(entry.filename)
        yield text
    yield rest


def _shared_texts(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, book: Book) -> None:
    """The length of each shared text, its tags counted along."""
    begun, passed = -1, 0
    for text in _tags(archive, entry):
        for found in _SHARED.finditer(text):
            if begun >= 0:
                book.shared.append(passed + found.start() - begun)
            begun = passed + found.start()
        passed += len(text)
        if len(book.shared) * TEXT > MOST_MEMORY:
            raise Refused(_too_much())
    if begun >= 0:
        book.shared.append(passed - begun)


def _sheet(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, book: Book, *, closely: bool = False) -> Sheet:
    sheet = Sheet()
    longest = max(book.shared, default=0)
    is_sheet = False
    for text in _tags(archive, entry):
        is_sheet = is_sheet or b"sheetData" in text
        if not is_sheet:
            continue
        if b"<is" in text or b":is" in text:
            sheet.texts += len(text)
        text = _LOOK.sub(b"", text)
        _places(sheet, text)
        _values(sheet, _NUMBER.sub(b"", text) if closely else text, book.shared, longest)
        if b">#" in text:
            _errors(sheet, text)
        if not sheet.uncalculated and (b"<f" in text or b":f" in text):
            sheet.uncalculated = _first_uncalculated(text)
    sheet.last_column = max(sheet.last_column, max(map(_column_number, sheet.letters), default=0))
    _check_reach(sheet)
    return sheet


def _places(sheet: Sheet, text: bytes) -> None:
    """How far the cells reach. Cells and rows without a place of their own stand behind the former."""
    positions = _POSITION.findall(text)
    cells = _count(text, _CELL, b"<c ", b":c")
    sheet.cells += cells
    if positions:
        sheet.letters |= {letters for letters, _digits in positions}
        sheet.last_row = max(sheet.last_row, max(int(digits) for _letters, digits in positions))
    sheet.rows_begun += _count(text, _ROW, b"<row ", b":row")
    if cells > len(positions):
        in_rows = [len(_CELL.findall(part)) for part in _ROW.split(text)]
        in_rows[0] += sheet.cells_of_row
        widest = max(map(_column_number, sheet.letters), default=0) + max(in_rows)
        sheet.last_column = max(sheet.last_column, min(widest, MOST_COLUMNS))
        sheet.cells_of_row = in_rows[-1]
        numbers = [int(digits) for digits in _ROW_NUMBER.findall(text)]
        sheet.last_row = max(sheet.last_row, sheet.rows_begun, max(numbers, default=0))


def _values(sheet: Sheet, text: bytes, shared: array[int], longest: int) -> None:
    """What the texts of the cells take: whole numbers may be places in the table of shared texts."""
    values = _VALUE.findall(text)
    unknown = _count(text, _ANY_VALUE, b"<v>", b":v") - len(values)
    for value, count in Counter(values).items():
        place = value.strip()
        if place.isdigit():
            number = int(place[:10])
            sheet.texts += count * ((shared[number] if number < len(shared) else 0) + TEXT)
        elif b"&#" in value:
            unknown += count
        else:
            sheet.texts += count * (len(value) + TEXT)
    sheet.texts += max(unknown, 0) * longest


def _count(text: bytes, tag: re.Pattern[bytes], usual: bytes, prefixed: bytes) -> int:
    """How many tags there are: counted as they are usually written, searched for only when written in another way."""
    found = text.count(usual)
    begun = text.count(usual[:-1])
    return found if found == begun and prefixed not in text else len(tag.findall(text))


def _errors(sheet: Sheet, text: bytes) -> None:
    for attributes, shown in _ERROR.findall(text):
        place = _POSITION.search(attributes)
        if place is not None and b't="e"' in attributes:
            at = int(place.group(2)) - 1, _column_number(place.group(1)) - 1
            sheet.errors[at] = sys.intern(shown.decode("utf-8", "replace"))
    if len(sheet.errors) > MOST_ERRORS:
        raise Refused(
            _(
                "More than %(count)s cells of the sheet show formula errors. Correct the formulas and save the file"
                " again.",
                count=f"{MOST_ERRORS:,}",
            )
        )


def _first_uncalculated(text: bytes) -> str:
    for found in _UNCALCULATED.finditer(text):
        attributes = found.group(1)
        place = _POSITION.search(attributes)
        if b't="str"' not in attributes:  # the result of that one is the empty text
            return (place.group(1) + place.group(2)).decode() if place else "?"
    return ""


def _check_reach(sheet: Sheet) -> None:
    if sheet.area > MOST_CELLS:
        raise Refused(
            _(
                "The sheet reaches to row %(row)s and column %(column)s. Delete the empty rows and columns beyond the"
                " data, or split the file.",
                row=sheet.last_row,
                column=column_letters(sheet.last_column - 1),
            )
        )


def check_memory(sheet: Sheet, book: Book, name: str) -> None:
    """Refuse a sheet that the parser would need too much memory for."""
    if sheet.memory + book.shared_memory > MOST_MEMORY:
        raise Refused(_too_much(name))


def _too_much(name: str = "") -> str:
    text: str = (
        _("The sheet “%(name)s” holds more than can be read at once. Split it, or save it as CSV UTF-8.", name=name)
        if name
        else _("The workbook holds more text than can be read at once. Split it, or save it as CSV UTF-8.")
    )
    return text


def path_of(archive: zipfile.ZipFile, name: str) -> str:
    """The path of the sheet of this name; empty when the workbook does not tell. Errors: ``Odd``."""
    from xml.etree import ElementTree

    parts = []
    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if part not in archive.NameToInfo or archive.getinfo(part).file_size > LARGEST_BOOK:
            raise Odd(part)
        try:
            parts.append(ElementTree.fromstring(archive.read(part)))  # noqa: S314  it declares no entity: see _tags
        except ElementTree.ParseError as error:
            raise Odd(part) from error
    book, relations = parts
    targets = {each.get("Id"): each.get("Target", "") for each in relations}
    for each in book.iter():
        if each.tag.endswith("}sheet") and each.get("name") == name:
            own = next((value for key, value in each.attrib.items() if key.endswith("}id")), "")
            target = targets.get(own, "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
