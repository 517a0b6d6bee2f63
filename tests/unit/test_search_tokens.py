"""Tokens: whatever somebody reasonably types of a name or code is the beginning of one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi.builtin.search.folding import LONGEST, MOST_WORDS, after, fold, scan, words
from kezhi.builtin.search.tokens import BEGINNING, INSIDE, MOST_STARTS, tokens_of

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=12)
TEXTS = st.text(max_size=80)


def fits(typed: str, *, codes: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> bool:
    """Whether every word typed is the beginning of a token."""
    tokens = tokens_of(codes, names)
    wanted = words(typed)
    return bool(wanted) and all(any(token.startswith(word) for token in tokens) for word in wanted)


@given(CHINESE, st.data())
def test_any_part_of_a_chinese_name_is_found(name: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(name) - 1))
    end = data.draw(st.integers(start + 1, len(name)))
    assert fits(name[start:end], names=(name,))


@given(CHINESE)
def test_pinyin_and_initials_are_found_from_every_syllable_on(name: str) -> None:
    from pypinyin import lazy_pinyin

    letters, _starts = scan(name)
    syllables = lazy_pinyin(letters)
    if len(syllables) != len(letters) or not all(each.isascii() and each.isalpha() for each in syllables):
        return
    for at in range(len(syllables)):
        assert fits("".join(syllables[at:]), names=(name,))
        assert fits("".join(each[0] for each in syllables[at:]), names=(name,))


@given(TEXTS, TEXTS)
def test_tokens_are_bounded_folded_and_never_empty(code: str, name: str) -> None:
    found = tokens_of((code,), (name,))
    assert all(0 < len(token) <= LONGEST for token in found)
    assert all(token == "".join(char for char in fold(token) if char.isalnum()) for token in found)
    assert len(found) <= MOST_STARTS * 12
    assert set(found.values()) <= {BEGINNING, INSIDE}


@given(TEXTS)
def test_folding_again_changes_nothing(text: str) -> None:
    letters, _starts = scan(text)
    assert scan(letters)[0] == letters


@given(st.text(min_size=1, max_size=8), st.text(max_size=8))
def test_a_range_holds_exactly_what_begins_with_the_word(word: str, more: str) -> None:
    word = "".join(char for char in word if not 0xD800 <= ord(char) < 0xE000)
    if not word:
        return
    end = after(word)
    assert word <= word + more < end
    assert not (word < more < end) or more.startswith(word)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("恒达", "上海恒达钢铁有限公司"),
        ("恒", "上海恒达钢铁有限公司"),
        ("shhd", "上海恒达钢铁有限公司"),
        ("hengda gangtie", "上海恒达钢铁有限公司"),
        ("ShangHaiHeng", "上海恒达钢铁有限公司"),
        ("上海 钢铁", "上海恒达钢铁有限公司"),
        ("chongqing", "重庆长安汽车"),
        ("zhongqing", "重庆长安汽车"),
        ("cqca", "重庆长安汽车"),
        ("xiamen", "厦门乐天商贸"),
        ("yuetian", "厦门乐天商贸"),
        ("xmyt", "厦门乐天商贸"),
        ("lvcheng", "绿城置业"),
        ("lucheng", "绿城置业"),
        ("nordwind", "Nordwind GmbH"),
        ("gmbh", "Nordwind GmbH"),
        ("muller", "Müller & Söhne"),
        ("MÜLLER söhne", "Müller & Söhne"),
        ("abc", "ＡＢＣ贸易"),
        ("abcmaoyi", "ＡＢＣ贸易"),
        ("3厂", "吕氏第3厂"),
        ("恒达（上海）", "恒达(上海)钢铁"),
    ],
)
def test_what_people_type_for_a_name(typed: str, name: str) -> None:
    assert fits(typed, names=(name,))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("KH-2026-0012", "KH-2026-0012"),
        ("kh2026", "KH-2026-0012"),
        ("0012", "KH-2026-0012"),
        ("12", "KH-2026-0012"),
        ("2026-0012", "KH-2026-0012"),
        ("5678", "KH-00345678"),
        ("DD-202411-0001", "DD-202411-0001"),
        ("MA1K35", "91310000MA1K35XX0Q"),
        ("91310000ma1k35xx0q", "91310000MA1K35XX0Q"),
    ],
)
def test_what_people_type_for_a_code(typed: str, code: str) -> None:
    assert fits(typed, codes=(code,))


def test_what_is_no_part_of_it_is_not_found() -> None:
    for typed in ("达恒", "henda", "ydz", "上海 铁路", "！", ""):
        assert not fits(typed, names=("上海恒达钢铁有限公司",))
    assert not fits("ordwind", names=("Nordwind GmbH",))  # Latin words are found from their beginning on


def test_the_beginning_of_a_name_is_told_from_the_rest() -> None:
    tokens = tokens_of((), ("上海恒达",))
    assert tokens["上海恒达"] == tokens["shanghaihengda"] == tokens["shhd"] == BEGINNING
    assert tokens["恒达"] == tokens["hengda"] == tokens["hd"] == INSIDE
    assert tokens_of((), ("厦门",))["shamen"] == INSIDE  # an unusual reading does not come first


def test_the_pinyin_of_legal_forms_is_left_out() -> None:
    tokens = tokens_of((), ("上海恒达有限公司",))
    assert "有限公司" in tokens
    assert "youxiangongsi" not in tokens
    assert "youxiangongsi" in tokens_of((), ("有限公司",))  # nothing else is there to find it by


def test_a_question_is_cut_to_what_is_compared() -> None:
    assert words("a " * 50 + "b c d e f g h") == ["a", "b", "c", "d", "e", "f"][:MOST_WORDS]
    assert words("长" * 100) == ["长" * LONGEST]
    assert words("—— · ！") == []


def test_who_only_searches_never_loads_pypinyin() -> None:
    code = (
        "import sys, kezhi.builtin.search.views, kezhi.builtin.search.services\n"
        "from kezhi.builtin.search.folding import words\nwords('上海')\nassert 'pypinyin' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
