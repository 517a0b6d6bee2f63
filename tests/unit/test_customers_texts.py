"""Names, phones and codes as they are compared and formed (CUS-01, CUS-06)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi.builtin.customers.services.numbering import Rule
from kezhi.builtin.customers.services.texts import name_key, phone_key, tidy, tidy_code


@pytest.mark.clause("CUS-06")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("长沙湘江建材有限公司", "长沙　湘江建材 有限公司"),
        ("杭州恒远（集团）有限公司", "杭州恒远(集团)有限公司"),
        ("ACME Trading Co., Ltd.", "Acme  Trading CO LTD"),
        ("ＡＢＣ贸易", "abc贸易"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.clause("CUS-06")
def test_different_names_have_different_keys() -> None:
    assert name_key("长沙湘江建材有限公司") != name_key("长沙湘江建筑有限公司")


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(st.text(max_size=40), st.sampled_from([" ", "\u3000", "\t", "-", "（", "·"]), st.data())
def test_blanks_and_punctuation_do_not_count(name: str, sign: str, data: st.DataObject) -> None:
    name = unicodedata.normalize("NFKC", name)
    place = data.draw(st.integers(0, len(name)))
    joined = name_key(name[:place]) + name_key(name[place:])
    assert name_key(joined) == name_key(name_key(name[:place]) + sign + name_key(name[place:]))


@given(st.text(max_size=40))
def test_a_tidy_name_has_no_blank_at_its_ends_and_single_ones_inside(name: str) -> None:
    tidied = tidy(name)
    assert tidied == tidied.strip()
    assert not any(character.isspace() and character != " " for character in tidied)
    assert "  " not in tidied


def test_a_code_loses_its_blanks_and_full_width() -> None:
    assert tidy_code("　ＫＨ－２０２６ -0001 ") == "KH-2026-0001"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("0571-88123456", "(0571) 8812 3456"),
        ("+86 571 8812 3456", "571-88123456"),
        ("+86 (571) 8812 3456", "0571-88123456"),
        ("0086 10 8812 3456", "010-88123456"),
        ("+86 400 820 8820", "400-820-8820"),
        ("138 0013 8000", "+8613800138000"),
        ("0571-88123456转801", "0571-88123456 / 0571-88123457"),
    ],
)
def test_spellings_of_one_phone_have_one_key(one: str, other: str) -> None:
    assert phone_key(one) == phone_key(other) != ""


def test_an_extension_alone_identifies_nobody() -> None:
    assert phone_key("801") == ""


rules = st.builds(
    Rule, prefix=st.text("ABCKH-", max_size=5), year=st.booleans(), digits=st.integers(min_value=1, max_value=8)
)


@pytest.mark.clause("CUS-01")
@given(rules, st.integers(1990, 2100), st.integers(1, 10**9), st.integers(1, 10**9))
def test_no_two_numbers_share_a_code(rule: Rule, year: int, one: int, other: int) -> None:
    assert (rule.code(year, one) == rule.code(year, other)) == (one == other)


@pytest.mark.clause("CUS-01")
@given(rules, st.integers(1990, 2100), st.integers(1, 10**9))
def test_a_code_is_its_stem_and_its_number(rule: Rule, year: int, number: int) -> None:
    code = rule.code(year, number)
    assert code.startswith(rule.stem(year))
    assert int(code[len(rule.stem(year)) :]) == number
    assert len(code) - len(rule.stem(year)) >= rule.digits


@pytest.mark.clause("CUS-01")
def test_the_shipped_rule_counts_by_year() -> None:
    assert Rule().code(2026, 1) == "KH-2026-0001"
    assert Rule().code(2026, 12345) == "KH-2026-12345"
    assert Rule(prefix="C", year=False, digits=6).code(2026, 7) == "C000007"
