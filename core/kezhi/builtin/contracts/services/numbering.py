"""Contract numbers by the company's rule, each given once (CUS-13)."""

from __future__ import annotations

from sqlalchemy import select

from kezhi import clock, db, setting
from kezhi.numbers import last_number, next_numbers

from ..models import Contract

NUMBERS = Contract.__table__.c.number


def _rule() -> tuple[str, int]:
    """What stands before the running number this year, and its digits. Each beginning counts from 1."""
    prefix, digits = str(setting("contracts", "number_prefix") or ""), int(setting("contracts", "number_digits"))
    return (f"{prefix}{clock.today().year}-" if setting("contracts", "number_year") else prefix), digits


def next_number() -> str:
    """The next number, reserved in the open transaction; those that somebody gave by hand are passed over."""
    stem, digits = _rule()
    while True:
        number = f"{stem}{next_numbers(f'contracts.number:{stem}')[0]:0{digits}d}"
        if db.session.execute(select(NUMBERS).where(number == NUMBERS)).first() is None:
            return number


def expected_number() -> str:
    """The number that the next contract will probably get, for showing."""
    stem, digits = _rule()
    return f"{stem}{last_number(f'contracts.number:{stem}') + 1:0{digits}d}"
