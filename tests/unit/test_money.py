"""Money as integers of minor units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi.money import LARGEST, display, to_minor, to_units


@given(st.integers(-LARGEST, LARGEST), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_written_and_read_again_is_the_same(minor: int, currency: str) -> None:
    assert to_minor(to_units(minor, currency), currency) == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("61109.92", "CNY", 6110992), ("1,234", "CNY", 123400), ("¥5", "CNY", 500), ("7", "JPY", 7)],
)
def test_reading(text: str, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "why"),
    [("abc", "number"), ("NaN", "number"), ("1.234", "digits"), ("99999999999999", "large"), ("", "number")],
)
def test_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        to_minor(text, "CNY")


def test_shown() -> None:
    assert display(123456, "CNY") == "¥1,234.56"
    assert display(-123456, "CNY", cents=False) == "−¥1,235"
    assert display(None, "CNY") == "—"
