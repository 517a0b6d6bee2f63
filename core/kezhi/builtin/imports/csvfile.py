"""CSV text: which encoding, which separator, which cells."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator

from kezhi import Refused
from kezhi.i18n import _

SEPARATORS = (",", ";", "\t")
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: half a character pair: no text, and no database keeps it
SURROGATE = re.compile("[\ud800-\udfff]")


def read_csv(content: bytes) -> tuple[str, Iterator[list[str]]]:
    """The encoding and the records of a CSV file. Errors: ``Refused``."""
    encoding, text = decode(content)
    return encoding, _records(text, separator(text))


def decode(content: bytes) -> tuple[str, str]:
    """Text by its byte-order mark, else UTF-8, else GB18030. Guessing by statistics takes short GBK for Korean."""
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return encoding, _strict(content[len(mark) :], encoding)
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise Refused(
            _(
                "Line %(line)s holds a NUL byte: the file is damaged or no text. Save it again as CSV UTF-8 or .xlsx.",
                line=line,
            )
        )
    try:
        return "utf-8", content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030", _strict(content, "gb18030")


def _strict(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(line) from error
    half = SURROGATE.search(text)
    if half is not None:
        raise _unreadable(text.count("\n", 0, half.start()) + 1)
    return text


def _unreadable(line: int) -> Refused:
    return Refused(
        _(
            "Line %(line)s can be read neither as UTF-8 nor as GB18030. Save the file as CSV UTF-8 or as .xlsx.",
            line=line,
        )
    )


def separator(text: str) -> str:
    """The separator that stands most often in the header, outside quotation marks; a comma when none does."""
    counts = dict.fromkeys(SEPARATORS, 0)
    quoted = False
    for character in text:
        if character == '"':
            quoted = not quoted
        elif character in "\r\n" and not quoted:
            break
        elif character in counts and not quoted:
            counts[character] += 1
    return max(SEPARATORS, key=lambda each: counts[each])


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(
                _(
                    "Row %(row)s cannot be read: a quotation mark is not closed, stands inside a cell without being"
                    " doubled, or the cell is too long. Put it right, or save the file as .xlsx.",
                    row=row + 1,
                )
            ) from error
        row += 1
        yield cells
