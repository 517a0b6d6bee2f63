"""Invariants of the plugin's data, for ``kezhi doctor``."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext


def clock_checks() -> list[Check]:
    """Clocks say what the events say."""
    return [Check("complaints.clocks", _l("Service clocks of complaints"), _clocks)]


def _clocks(_session: Session) -> Sequence[Finding]:
    from .services.clock_queries import differing

    wrong, _count = differing()
    if not wrong:
        return []
    return [
        Finding(
            ngettext(
                "%(num)s complaint has other clocks than its events say: run “kezhi complaints clocks --recompute”.",
                "%(num)s complaints have other clocks than their events say: run “kezhi complaints clocks "
                "--recompute”.",
                wrong,
            )
        )
    ]
