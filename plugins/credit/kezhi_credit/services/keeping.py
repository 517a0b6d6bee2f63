"""Statements that are built once a day and process: that of a position takes longer to write than to execute.

What they are built of besides the day is their ``basis``: the apps, and the settings that figures follow from.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import bindparam

from kezhi import UtcDateTime, clock, currency, setting


def basis() -> str:
    """What figures are counted by besides the rows: the settings and the apps that they follow from."""
    apps = ",".join(sorted(current_app.extensions["kezhi"].plugins))
    return _digest(apps, str(setting("credit", "turnover_metric")), str(setting("credit", "turnover_tax")), currency())


@lru_cache(maxsize=64)
def _digest(*parts: str) -> str:
    return sha256("|".join(parts).encode()).hexdigest()[:16]


def kept(name: str, day: date, make: Callable[[], Any]) -> Any:
    """The statement of this name for a day; ``make`` builds it when it is asked for first."""
    statements: dict[str, tuple[date, str, Any]] = current_app.extensions.setdefault("kezhi_credit_statements", {})
    present = basis()
    found = statements.get(name)
    if found is None or found[:2] != (day, present):
        found = statements[name] = (day, present, make())
    return found[2]


def this_moment() -> Any:
    """The present instant as a parameter, asked when a statement runs."""
    return bindparam("credit_now", callable_=_now, type_=UtcDateTime(), unique=True)


def _now() -> datetime:
    return clock.now()  # looked up when it is asked: statements outlive what tests set the clock to
