"""Texts as the search compares them: no case, no accents, no width, no punctuation. Cheap: pages use it too."""

from __future__ import annotations

import unicodedata

LONGEST = 32  #: characters of a token; what is typed beyond them is not compared
MOST_WORDS = 6  #: of what somebody types

SINGLE, LETTER, DIGIT = "single", "letter", "digit"


def fold(text: str) -> str:
    """``text`` without case, accents and width: ``Ａｌ-Zürich`` and ``al-zurich`` are the same."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFKC", "".join(char for char in plain if not unicodedata.combining(char)))


def scan(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The folded letters and digits of ``text`` in one piece, and where in it something begins.

    A Chinese character always begins something, a letter or digit when what stands before it is of another sort.
    """
    letters: list[str] = []
    starts: list[tuple[int, str]] = []
    before = ""
    for char in fold(text):
        sort = _sort(char)
        if sort:
            if sort == SINGLE or sort != before:
                starts.append((len(letters), sort))
            letters.append(char)
        before = sort
    return "".join(letters), starts


def words(text: str) -> list[str]:
    """What is looked for when somebody types ``text``: each word in one piece, as far as tokens reach."""
    found = [scan(piece)[0][:LONGEST] for piece in text.split()]
    return list(dict.fromkeys(word for word in found if word))[:MOST_WORDS]


def after(word: str) -> str:
    """The smallest text that is larger than every text beginning with ``word``, by code point."""
    for at in range(len(word) - 1, -1, -1):
        point = ord(word[at]) + 1
        if point == 0xD800:  # surrogates are no characters
            point = 0xE000
        if point <= 0x10FFFF:
            return word[:at] + chr(point)
    return "\U0010ffff" * (LONGEST + 1)


def _sort(char: str) -> str:
    if not char.isalnum():
        return ""
    if char.isdigit():
        return DIGIT
    return SINGLE if unicodedata.category(char) == "Lo" else LETTER
