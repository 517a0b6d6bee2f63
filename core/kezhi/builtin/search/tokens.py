"""The tokens of a record, from its codes and names. Only whoever writes them needs pypinyin, which is loaded late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from .folding import DIGIT, LONGEST, SINGLE, scan

VERSION = 1  #: raised when the same texts give other tokens: every record is taken up anew then
MOST_STARTS = 60  #: beginnings within one text
MOST_VARIANTS = 5  #: further readings of the characters of one text
REACH = 2  #: how many syllables before a further reading a typed word may begin
LAST_DIGITS = 4  #: a code is found by its last digits from so many on
LONG_NUMBER = 12  #: the last digits of longer numbers are nobody's way to name them

#: Endings of company names: everybody has them, so nobody types their pinyin.
LEGAL_FORMS = ("集团股份有限公司", "集团有限公司", "股份有限公司", "有限责任公司", "有限公司", "公司")
#: Characters whose readings people really confuse; their readings come first when there are too many.
POLYPHONES = frozenset("重长行乐厦朝都会单曾解仇区查盖翟尉柏薄调传石车强种藏折参降模省校率殷佛朴和空落宿觉兴")


#: where in the text a token begins: results from the beginning come first
BEGINNING, INSIDE = 0, 1


def tokens_of(codes: Iterable[str], names: Iterable[str]) -> dict[str, int]:
    """Everything that a typed word may be the beginning of, each with its place. Errors: none, whatever the texts."""
    found: dict[str, int] = {}
    for place, token in _all_of(codes, names):
        found[token] = min(place, found.get(token, INSIDE))
    return found


def _all_of(codes: Iterable[str], names: Iterable[str]) -> Iterator[tuple[int, str]]:
    for code in codes:
        yield from code_tokens(code)
    for name in names:
        yield from name_tokens(name)
        yield from pinyin_tokens(name)


def name_tokens(text: str) -> Iterator[tuple[int, str]]:
    """The name from each Chinese character, word and number on."""
    letters, starts = scan(text)
    for at, _sort in starts[:MOST_STARTS]:
        yield _place(at), letters[at : at + LONGEST]


def code_tokens(text: str) -> Iterator[tuple[int, str]]:
    """The code from each of its parts on, its numbers without leading zeros, and its last digits."""
    yield from name_tokens(text)
    letters, starts = scan(text)
    for at, sort in starts[:MOST_STARTS]:
        if sort == DIGIT and (rest := letters[at:].lstrip("0")):
            yield INSIDE, rest[:LONGEST]
    if starts and starts[-1][1] == DIGIT and len(number := letters[starts[-1][0] :]) <= LONG_NUMBER:
        yield from ((INSIDE, number[at:]) for at in range(len(number) - LAST_DIGITS + 1))


def pinyin_tokens(text: str) -> Iterator[tuple[int, str]]:
    """The pinyin of a name from each syllable on, and its initials; other readings of its characters as well."""
    letters, starts = scan(text)
    starts = starts[:MOST_STARTS]
    ends = [at for at, _sort in starts[1:]] + [len(letters)] if starts else []
    parts = [letters[at:end] for (at, _sort), end in zip(starts, ends, strict=True)]
    chinese = [sort == SINGLE and _is_chinese(part) for (_at, sort), part in zip(starts, parts, strict=True)]
    if not any(chinese):
        return
    main = _main_readings(parts, chinese)
    last = _before_legal_form(letters, starts)
    yield from _suffixes(main, chinese, 0, last)
    for at, reading in _variants(parts[:last], chinese, main):
        changed = [*main[:at], reading, *main[at + 1 :]]
        others = _suffixes(changed, chinese, max(0, at - REACH), at + 1)
        yield from ((INSIDE, text) for _place, text in others)  # an unusual reading is never the first result


def _suffixes(syllables: list[str], chinese: list[bool], first: int, last: int) -> Iterator[tuple[int, str]]:
    """Pinyin and initials from each part in ``first:last`` on."""
    initials = [part[0] if is_chinese else part for part, is_chinese in zip(syllables, chinese, strict=True)]
    for at in range(first, last):
        yield _place(at), "".join(syllables[at:])[:LONGEST]
        yield _place(at), "".join(initials[at:])[:LONGEST]


def _place(at: int) -> int:
    return INSIDE if at else BEGINNING


def _main_readings(parts: list[str], chinese: list[bool]) -> list[str]:
    """The likeliest reading of every part, by the words that the characters make."""
    found: list[str] = []
    at = 0
    while at < len(parts):
        end = at
        while end < len(parts) and chinese[end]:
            end += 1
        if end == at:
            found.append(parts[at])
            end = at + 1
        else:
            found += _read("".join(parts[at:end]))
        at = end
    return found


def _variants(parts: list[str], chinese: list[bool], main: list[str]) -> list[tuple[int, str]]:
    """Further readings with their places, those that people confuse first."""
    found = [
        (at, reading)
        for at, part in enumerate(parts)
        if chinese[at]
        for reading in _readings(part)
        if reading != main[at]
    ]
    found.sort(key=lambda variant: parts[variant[0]] not in POLYPHONES)
    return found[:MOST_VARIANTS]


def _before_legal_form(letters: str, starts: list[tuple[int, str]]) -> int:
    """How many parts stand before the legal form that ends the name; all of them when nothing else is there."""
    ending = next((form for form in LEGAL_FORMS if letters.endswith(form)), "")
    count = sum(at < len(letters) - len(ending) for at, _sort in starts)
    return count or len(starts)


def _is_chinese(char: str) -> bool:
    from pypinyin.constants import PINYIN_DICT

    return ord(char) in PINYIN_DICT


def _read(run: str) -> list[str]:
    from pypinyin import lazy_pinyin

    found: list[str] = lazy_pinyin(run)
    return found if len(found) == len(run) else [_readings(char)[0] for char in run]


@lru_cache(maxsize=8192)
def _readings(char: str) -> tuple[str, ...]:
    """Every reading of a character, the most frequent first; ü is typed as v or as u."""
    from pypinyin import Style, pinyin

    found = list(pinyin(char, style=Style.NORMAL, heteronym=True)[0])
    found += [reading.replace("v", "u") for reading in found if "v" in reading]
    return tuple(dict.fromkeys(found))
