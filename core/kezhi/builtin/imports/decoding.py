"""Which encoding the bytes of a text file are in. When that cannot be told for sure, the file is refused.

A file in the wrong encoding is worse than none: its names would be stored as other words, without any error.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from kezhi import Refused
from kezhi.i18n import _

BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
PIECE = 1024 * 1024
SAMPLE = 64 * 1024
#: half a character pair: no text, and no database keeps it
SURROGATE = re.compile("[\ud800-\udfff]")
#: several Chinese characters in a row as UTF-8 writes them, which GB18030 text does not hold by chance
UTF8_RUN = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){4,}")
#: the characters of GB18030 by what they end with: four bytes, a letter or sign of ASCII, anything else
PAIRS = re.compile(rb"[\x81-\xfe](?:[0-9][\x81-\xfe][0-9]|([\x40-\x7e])|([\x80-\xfe]))")


def encoding_of(content: bytes) -> tuple[str, int]:
    """The encoding, and how many bytes its mark takes. Errors: ``Refused`` naming the line that cannot be read."""
    for mark, encoding in BOMS:
        if content.startswith(mark):
            _check(content, encoding, len(mark))
            return encoding, len(mark)
    if b"\0" in content:
        return _without_mark(content), 0
    place = _first_fault(content, "utf-8", 0)
    if place is None:
        return "utf-8", 0
    _refuse_spoiled(content, place)
    _check(content, "gb18030", 0)
    _refuse_western(content)
    mixed = UTF8_RUN.search(content)
    if mixed is not None:
        raise Refused(
            _(
                "Line %(line)s is UTF-8, but other lines are GB18030. Save the whole file as CSV UTF-8 or as .xlsx.",
                line=_line(content, mixed.start()),
            )
        )
    return "gb18030", 0


def _first_fault(content: bytes, encoding: str, start: int) -> int | None:
    """The first byte that is no text, or None. Piece by piece: a large file is never kept a second time."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for place in range(start, len(content), PIECE):
        pending = len(decoder.getstate()[0])
        piece = content[place : place + PIECE]
        try:
            text = decoder.decode(piece, final=place + PIECE >= len(content))
        except UnicodeDecodeError as error:
            return place - pending + error.start
        half = SURROGATE.search(text)
        if half is not None:
            return place - pending + len(text[: half.start()].encode(encoding))
    return None


def _check(content: bytes, encoding: str, start: int) -> None:
    place = _first_fault(content, encoding, start)
    if place is not None:
        newline = "\n".encode(encoding)
        raise Refused(
            _(
                "Line %(line)s can be read neither as UTF-8 nor as GB18030. Save the file as CSV UTF-8 or as .xlsx.",
                line=content.count(newline, 0, place) + 1,
            )
        )


def _without_mark(content: bytes) -> str:
    """UTF-16 whose mark is missing, told by the first lines; other text with NUL bytes is damaged."""
    found = [encoding for encoding in ("utf-16-le", "utf-16-be") if _is_sensible(content, encoding)]
    if len(found) == 1 and _first_fault(content, found[0], 0) is None:
        return found[0]
    raise Refused(
        _(
            "Line %(line)s holds a NUL byte: the file is damaged or no text. Save it again as CSV UTF-8 or .xlsx.",
            line=_line(content, content.index(b"\0")),
        )
    )


def _is_sensible(content: bytes, encoding: str) -> bool:
    """Whether the beginning is lines of cells in this encoding: read the wrong way round, no sign is one of a table."""
    if len(content) % 2:
        return False
    text = content[:SAMPLE].decode(encoding, "replace")
    odd = ("Cc", "Cn", "Co", "Cs")
    if any(unicodedata.category(each) in odd and each not in "\t\r\n" for each in set(text)):
        return False
    head, newline, _rest = text.partition("\n")
    return bool(newline) and "\ufffd" not in text[:-1] and any(sign in head for sign in ",;\t")


def _refuse_spoiled(content: bytes, place: int) -> None:
    """Refuse UTF-8 with some bytes that are not: read as GB18030, all its other words would turn into nonsense."""
    around = content[max(0, place - SAMPLE) : place + SAMPLE].decode("utf-8", "replace")
    bad = around.count("\ufffd")
    good = sum(1 for each in around if each > "\u07ff" and each != "\ufffd")
    if good > bad:
        raise Refused(
            _(
                "Line %(line)s holds bytes that are no text, though the file is UTF-8. Save it again as CSV UTF-8 or"
                " as .xlsx.",
                line=_line(content, place),
            )
        )


def _refuse_western(content: bytes) -> None:
    """Refuse what GB18030 could read, but was written in a Western encoding: single accented letters among others."""
    first = next(re.finditer(rb"[\x80-\xff]", content)).start()
    western = chinese = 0
    for ascii_end, other_end in PAIRS.findall(content[first : first + SAMPLE]):
        western += bool(ascii_end)
        chinese += bool(other_end)
    if western and western >= chinese:
        raise Refused(
            _(
                "Line %(line)s is neither UTF-8 nor Chinese text: it looks like a Western encoding. Save the file as"
                " CSV UTF-8 or as .xlsx.",
                line=_line(content, first),
            )
        )


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1
