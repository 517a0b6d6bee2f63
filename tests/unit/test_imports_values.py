"""Values as people write them."""

from __future__ import annotations

import pytest

from kezhi import Refused
from kezhi.builtin.imports.values import (
    check_cell,
    parse_amount,
    parse_code,
    parse_currency,
    parse_date,
    parse_percent,
    parse_text,
    parse_whole,
)

WRITTEN_DAYS = [
    "2026-11-23",
    "2026/11/23",
    "2026.11.23",
    "2026年11月23日",
    "２０２６-１１-２３",
    "2026-11-23 00:00:00.000",
    "2026-11-23T00:00:00",
    "2026-11-23 00:00",
    "2026/11/23 0:00",
]


@pytest.mark.parametrize("text", WRITTEN_DAYS)
@pytest.mark.clause("CUS-08")
def test_a_day_is_understood_however_it_is_written(text: str) -> None:
    assert parse_date(text) == "2026-11-23"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2016-02-30", "There is no such day: 2016-02-30"),
        ("2015-02-29", "There is no such day: 2015-02-29"),
        ("2026-11-23 08:30:00", "“2026-11-23 08:30:00” has a time of day"),
        ("23.11.2026", "“23.11.2026” is no date"),
        ("2026-11/23", "is no date"),
        ("2026-11-231", "is no date"),
        ("20261123", "is no date"),
        ("tomorrow", "is no date"),
    ],
)
def test_what_is_no_day_is_named(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234.5", 123450),
        ("1,234.50", 123450),
        ("¥1,234.50", 123450),
        ("￥１,２３４.５０", 123450),
        ("1234.50元", 123450),
        ("CNY 1 234.50", 123450),
        ("-0.01", -1),
        ("−12", -1200),
        ("440.0", 44000),
        ("0", 0),
        ("(1,234.50)", -123450),
        ("（1,234.50元）", -123450),
        ("3.5万元", 3_500_000),
        ("¥1.2亿", 12_000_000_000),
        ("０.５万", 500_000),
    ],
)
def test_an_amount_becomes_whole_minor_units(text: str, minor: int) -> None:
    assert parse_amount("CNY")(text) == minor


def test_an_amount_of_a_currency_without_minor_units() -> None:
    assert parse_amount("JPY")("1,234") == 1234
    with pytest.raises(Refused, match="more than 0 digits"):
        parse_amount("JPY")("1.5")


@pytest.mark.parametrize(
    "text",
    [
        "(-5)",
        "万",
        "(1",
        "5%",
        "3万5",
        "1,5",
        "1,23,456",
        "12.345",
        "abc",
        "1e5",
        "NaN",
        "",
        "--1",
        "90000000000000",
        "٣",
    ],
)
def test_what_is_no_amount_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_amount("CNY")(text)
    assert f"“{text}”" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "ppm"),
    [
        ("12.5%", 125_000),
        ("12.5 ％", 125_000),
        ("0.125", 125_000),
        ("100%", 1_000_000),
        ("-3%", -30_000),
        ("1", 1_000_000),
    ],
)
def test_a_share_becomes_parts_per_million(text: str, ppm: int) -> None:
    assert parse_percent(text) == ppm


def test_a_share_above_one_needs_its_percent_sign() -> None:
    with pytest.raises(Refused, match=r"like 12\.5%"):
        parse_percent("12.5")


def test_codes_keep_their_zeros_and_lose_their_width() -> None:
    assert parse_code("　００４２ ") == "0042"
    with pytest.raises(Refused, match="too long"):
        parse_code("x" * 81)


def test_text_is_trimmed_and_collapsed() -> None:
    assert parse_text("　杭州　恒远\n精密 ") == "杭州 恒远 精密"


def test_currencies_by_code_and_by_name() -> None:
    assert [parse_currency(text) for text in ("cny", "人民币", "￥", "USD")] == ["CNY", "CNY", "CNY", "USD"]
    with pytest.raises(Refused, match="“XYZ”"):
        parse_currency("XYZ")


def test_whole_numbers() -> None:
    assert parse_whole("1,000") == 1000
    with pytest.raises(Refused, match="no whole number"):
        parse_whole("1.5")


@pytest.mark.parametrize("text", ["9.13301E+17", "9.13301061234568E+17", "1E+11"])
def test_a_number_that_the_spreadsheet_shortened_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="Format the column as text"):
        check_cell(text)


def test_formula_errors_are_no_values() -> None:
    with pytest.raises(Refused, match="#N/A"):
        check_cell("#N/A")
    check_cell("#12")


def test_the_number_of_a_day_says_what_it_is() -> None:
    with pytest.raises(Refused, match="number of a day in a spreadsheet"):
        parse_date("46349")


def test_signs_that_nobody_sees_do_not_make_two_codes_of_one() -> None:
    assert parse_code("\ufeffKH-1\u200b") == "KH-1"
    assert parse_text("甲\u00ad公司\u200e") == "甲公司"
    assert parse_text("👩\u200d🏭") == "👩\u200d🏭"


@pytest.mark.parametrize(("text", "said"), [("锟\ufffd", "lost letters"), ("a\x07b", "control character (number 7)")])
def test_what_was_spoiled_before_is_named(text: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        check_cell(text)
    assert said in str(refused.value)
