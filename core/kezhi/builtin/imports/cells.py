"""Small things about the cells of a table file, the same for reading and writing."""

from __future__ import annotations

import re

#: what a spreadsheet would run as a formula; a number alone is none
FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
GUARDED = re.compile(r"'+[=+\-@\t\r＝＋－＠]")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

#: signs without width or ink that come along when text is copied; those that join letters or pictures stay
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
_BLANKS = re.compile(r"\s+")


def neutralised(text: str) -> str:
    """Text that a spreadsheet shows and never runs: an apostrophe goes in front of what begins like a formula."""
    return "'" + text if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def restored(text: str) -> str:
    """The text that :func:`neutralised` was given."""
    return text[1:] if GUARDED.match(text) else text


def visible_text(text: str) -> str:
    """The text without what nobody sees: two codes that look the same must not be two codes."""
    return (text if text.isascii() else _INVISIBLE.sub("", text)).strip()


def shortened(text: str) -> str:
    """Trimmed, full-width blanks included, with single blanks inside and nothing invisible."""
    return _BLANKS.sub(" ", visible_text(text)).strip()


def column_letters(index: int) -> str:
    """What a spreadsheet calls a column: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
