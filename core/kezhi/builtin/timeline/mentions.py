"""``@name`` in a typed text: who is meant, and how it is written again.

A stored text holds a bare @ where somebody is mentioned, and beside it who: a new name shows everywhere at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kezhi import Refused
from kezhi.i18n import _

MOST_MENTIONS = 20
LONGEST_NAME = 60
#: an @ that may begin a mention: that of an address (name@example.com) does not
AT = re.compile(r"(?<![A-Za-z0-9_.+\-@])@(?=[^\s@])")
#: what may not follow a name that ends in a letter or figure: "li" is not meant by "liting" nor by "li.ting"
GOES_ON = re.compile(r"[A-Za-z0-9_\-]|\.[A-Za-z0-9]")
LOGIN = re.compile(r"[(（]([^()（）\s]{1,80})[)）]")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who can be mentioned, or was."""

    id: int
    login: str
    name: str


def spellings(text: str) -> set[str]:
    """Every beginning of what follows an @: the names and logins to look up. Errors: ``Refused`` for too many."""
    starts = [match.end() for match in AT.finditer(text)]
    if len(starts) > MOST_MENTIONS:
        raise Refused(_("A note can mention %(count)s people at most.", count=MOST_MENTIONS), field="text")
    found = set()
    for start in starts:
        ahead = re.split(r"[\n@]", text[start : start + LONGEST_NAME], maxsplit=1)[0]
        found |= {ahead[:length] for length in range(1, len(ahead) + 1)}
    return found


def take_apart(text: str, known: Iterable[Named]) -> tuple[str, list[tuple[int, list[Named]]]]:
    """The text without the names, and at which of its characters who may be meant (several of one name).

    The longest name or login wins. Errors: ``Refused`` for a name that nobody has.
    """
    by_name: dict[str, list[Named]] = {}
    for each in known:
        by_name.setdefault(each.name, []).append(each)
        by_name.setdefault(each.login, [])
    by_login = {each.login: each for each in known}
    kept, places, last = "", [], 0
    for match in AT.finditer(text):
        start = match.end()
        if start <= last:
            continue
        found = _longest(text, start, by_name, by_login)
        if found is None:
            if text[start].isalpha():
                said = re.split(r"[\s@，。；：、！？,;:!?]", text[start : start + LONGEST_NAME], maxsplit=1)[0]
                raise Refused(
                    _("Nobody here is called “%(name)s”. Choose the person from the list, or put a space after the @.",
                      name=said), field="text")  # fmt: skip
            continue
        end, people = found
        kept += text[last:start]
        places.append((len(kept) - 1, people))
        last = end
    return kept + text[last:], places


def _longest(
    text: str, start: int, by_name: Mapping[str, list[Named]], by_login: Mapping[str, Named]
) -> tuple[int, list[Named]] | None:
    """Where the longest name or login at ``start`` ends, and whose it is; a login in brackets picks one of a name."""
    for end in range(min(start + LONGEST_NAME, len(text)), start, -1):
        spelt = text[start:end]
        if spelt[-1].isascii() and spelt[-1].isalnum() and GOES_ON.match(text, end):
            continue
        people = by_name.get(spelt, [])
        behind = LOGIN.match(text, end)
        if people and behind and (one := by_login.get(behind[1].casefold())) in people:
            return behind.end(), [one]
        if people:
            return end, people
        if (one := by_login.get(spelt.casefold())) is not None:
            return end, [one]
    return None


def put_together(text: str, mentions: Sequence[tuple[int, int]], names: Mapping[int, str]) -> list[tuple[str, bool]]:
    """The pieces of a stored text with the names as they are now: (piece, whether it is a mention)."""
    pieces, last = [], 0
    for position, user_id in sorted(mentions):
        if last <= position < len(text):
            pieces += [(text[last:position], False), (f"@{names.get(user_id, '')}", True)]
            last = position + 1
    return [piece for piece in [*pieces, (text[last:], False)] if piece[0]]
