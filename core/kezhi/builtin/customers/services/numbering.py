"""Customer codes and prospect numbers: by the company's rule, each given once and never again (CUS-01)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select

from kezhi import Refused, clock, db, setting
from kezhi.i18n import _
from kezhi.numbers import last_number, next_numbers

from ..models import UsedCode

USED = UsedCode.__table__
PROSPECT_PREFIX, PROSPECT_DIGITS = "P-", 6
#: Codes looked up in one statement.
MOST_AT_ONCE = 10_000
_GIVEN = select(USED.c.code).where(USED.c.code.in_(bindparam("codes", expanding=True)))  # made once


@dataclass(frozen=True, slots=True)
class Rule:
    """How codes are formed: ``prefix``, the year if wanted, a running number of at least ``digits`` digits."""

    prefix: str = "KH-"
    year: bool = True
    digits: int = 4

    def stem(self, year: int) -> str:
        """What stands before the running number. Each stem counts from 1."""
        return f"{self.prefix}{year}-" if self.year else self.prefix

    def code(self, year: int, number: int) -> str:
        """The code of ``number``; it grows when the digits do not suffice."""
        return f"{self.stem(year)}{number:0{self.digits}d}"


def rule() -> Rule:
    """The rule in force, by the company's settings."""
    prefix, year, digits = (setting("customers", f"code_{part}") for part in ("prefix", "year", "digits"))
    return Rule(prefix=str(prefix or ""), year=bool(year), digits=int(digits))


def next_codes(count: int = 1) -> list[str]:
    """Reserve customer codes in the open transaction, in order."""
    return _reserve("customers.code", rule().stem(clock.today().year), rule().digits, count)


def next_prospect_numbers(count: int = 1) -> list[str]:
    """Reserve prospect numbers in the open transaction, in order."""
    return _reserve("customers.prospect", PROSPECT_PREFIX, PROSPECT_DIGITS, count)


def expected_code() -> str:
    """The code that the next new customer will probably get, for showing."""
    in_force = rule()
    year = clock.today().year
    return in_force.code(year, last_number(f"customers.code:{in_force.stem(year)}") + 1)


def _reserve(sequence: str, stem: str, digits: int, count: int) -> list[str]:
    """``count`` codes that were never given, also not by hand or by an import. The sequence's row stays locked."""
    if count < 1:
        return []
    key = f"{sequence}:{stem}"
    reserved = next_numbers(key, count)
    found: list[str] = []
    number, block = reserved.start, count
    while len(found) < count:
        block = min(block, MOST_AT_ONCE)
        candidates = {value: f"{stem}{value:0{digits}d}" for value in range(number, number + block)}
        used = set(db.session.connection().scalars(_GIVEN, {"codes": list(candidates.values())}))
        for value, code in candidates.items():
            if code not in used and len(found) < count:
                found.append(code)
                number = value
        number = number + 1 if len(found) == count else max(candidates) + 1
        block = max(100, block * 2)
    if number > reserved.stop:
        next_numbers(key, number - reserved.stop)
    return found


def remember(codes: Iterable[str | None], customer_id: int, *, reserved: bool = False) -> None:
    """Note that these codes are given; ``reserved`` ones come from ``next_codes`` in this transaction.

    Errors: ``Refused`` when one was given before, to whatever record.
    """
    given = [code for code in codes if code]
    taken = None if reserved else db.session.scalar(select(UsedCode.code).where(UsedCode.code.in_(given)).limit(1))
    if taken is not None:
        raise Refused(
            _("The code “%(code)s” was given before and is never given again: choose another one.", code=taken),
            field="code",
        )
    rows = [{"code": code, "customer_id": customer_id, "given_at": clock.now()} for code in given]
    if rows:
        db.session.connection().execute(insert(USED), rows)
