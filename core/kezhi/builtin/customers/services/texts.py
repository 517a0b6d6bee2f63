"""How names, codes and phones are written down and compared."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[/;,、，；]|\b(?:ext|x)\b\.?|转", re.IGNORECASE)
#: Numbers that are dialled as they are: mobile, service, with the 0 of the area code, or too short to tell.
_WHOLE = re.compile(r"1[3-9]\d{9}|[48]00\d{7}|0\d+|\d{0,8}", re.ASCII)
#: Shorter numbers are extensions or fragments: too many companies would share them.
SHORTEST_PHONE = 7


def tidy(text: str) -> str:
    """The text without blanks at its ends, runs of blanks inside as one; full-width blanks count."""
    return _BLANKS.sub(" ", text).strip()


def tidy_code(text: str) -> str:
    """A code in half width, without any blank."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text))


def name_key(name: str) -> str:
    """What two spellings of one company name have in common (CUS-06).

    Full and half width, capitals, blanks and punctuation do not count. Applying it twice changes nothing.
    """
    before, key = "", name
    while key != before:
        before = key
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", key).casefold())
        key = "".join(character for character in folded if character.isalnum())
    return key


def email_key(email: str) -> str:
    """What two spellings of one address have in common."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def phone_key(phone: str) -> str:
    """The digits of the first number in ``phone`` without China's country code; empty when it is too short."""
    first = _SEPARATORS.split(unicodedata.normalize("NFKC", phone), maxsplit=1)[0].strip()
    digits = "".join(character for character in first if character in "0123456789")
    if first.startswith("+86"):
        digits = digits[2:]
    elif digits.startswith("0086"):
        digits = digits[4:]
    if _WHOLE.fullmatch(digits) is None:  # an area code loses its 0 behind the country code
        digits = f"0{digits}"
    return digits if len(digits) >= SHORTEST_PHONE else ""
