"""CSV text: which encoding, which separator, which cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from kezhi import Refused
from kezhi.i18n import _

from .decoding import encoding_of

SEPARATORS = (",", ";", "\t")
LONGEST_HEAD = 1024 * 1024  #: characters that are looked at to find the separator


def read_csv(content: bytes) -> tuple[str, Iterator[list[str]]]:
    """The encoding and the records of a CSV file. Errors: ``Refused``."""
    encoding, start = encoding_of(content)
    return encoding, _records(_text(content, encoding, start))


def _text(content: bytes, encoding: str, start: int) -> io.TextIOWrapper:
    """The text, decoded as it is read: a file of 50 MB never stands in memory as text as well."""
    stream = io.BytesIO(content)
    stream.seek(start)
    return io.TextIOWrapper(stream, encoding, newline="")


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


def _records(text: io.TextIOWrapper) -> Iterator[list[str]]:
    start = text.tell()
    delimiter = separator(text.read(LONGEST_HEAD))
    text.seek(start)
    reader = csv.reader(text, delimiter=delimiter, strict=True)
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
