"""Numbers of requests (CY, 查阅) and of external releases (WF, 外发), counted by year without gaps."""

from __future__ import annotations

from kezhi import clock
from kezhi.numbers import next_numbers

REQUESTS, RELEASES = "CY", "WF"


def next_number(prefix: str) -> str:
    """The next number, reserved in the open transaction."""
    year = clock.today().year
    return f"{prefix}-{year}-{next_numbers(f'releases.{prefix}:{year}')[0]:04d}"
