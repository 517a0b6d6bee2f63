"""What the company promises each tier: every change is a new version, for what comes in from then on (CMP-30)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, acting_user, audit_record, clock, db
from kezhi.builtin.customers.contributions import ServiceTier
from kezhi.builtin.customers.services import service_tiers
from kezhi.i18n import _

from ..models import ServiceLevel
from .clocks import CLOCKS

LEVELS: Any = ServiceLevel.__table__
FIELDS = (*CLOCKS, "windows", "workdays")
#: what a tier has that nobody made a promise to
DEFAULT_TIER = "normal"
MOST_MINUTES, LONGEST_REASON = 60 * 24 * 366, 500

Row = dict[str, Any]


def all_versions() -> list[Row]:
    """Every version of every promise, in order of time: one statement."""
    return [dict(row) for row in db.session.execute(select(LEVELS).order_by(LEVELS.c.version)).mappings()]


def tiers_with_levels() -> list[tuple[ServiceTier, Row]]:
    """The tiers that customers can have now, the best first, each with its promise in force."""
    present = {row["tier"]: row for row in all_versions()}
    found = []
    for tier in service_tiers().tiers:
        row = present.get(tier.key) or {**present[DEFAULT_TIER], "tier": tier.key, "version": 0}
        found.append((tier, row))
    return found


def level_of(key: str) -> tuple[ServiceTier, Row]:
    """One of these by the key of the tier. Errors: ``NotFound``."""
    for tier, row in tiers_with_levels():
        if tier.key == key:
            return tier, row
    raise NotFound(_("There is no such service tier."))


def versions_of(key: str) -> list[Row]:
    """What a tier was promised, the newest first."""
    return [row for row in reversed(all_versions()) if row["tier"] == key]


def change_level(key: str, version: int, values: Mapping[str, Any], reason: str) -> None:
    """Promise a tier something else from now on. Nothing happens when it is the same.

    ``version`` is what the acting person saw, 0 for a tier without a promise of its own. Errors: ``Conflict`` when
    somebody was faster; ``NotFound``; ``Refused`` naming the field.
    """
    _tier, row = level_of(key)
    if row["version"] != version:
        raise _conflict()
    checked = _checked(values)
    if version and all(row[name] == checked[name] for name in FIELDS):
        return
    reason = reason.strip()
    if not reason:
        raise Refused(_("Say why the promise changes."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field="reason")
    now = clock.now()
    newest = db.session.scalar(select(func.max(LEVELS.c.valid_from)).where(LEVELS.c.tier == key))
    made = {
        "tier": key, "version": version + 1, "valid_from": max(now, newest or now), "reason": reason,
        "created_at": now, "created_by": acting_user().login, **checked,
    }  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.execute(insert(LEVELS).values(made))
    except IntegrityError as error:
        raise _conflict() from error
    audit_record("complaint.level", "complaint_level", key, version=version + 1)


def _checked(values: Mapping[str, Any]) -> Row:
    found: Row = {}
    for name in CLOCKS:
        found[name] = int(values.get(name) or 0)
        if not 1 <= found[name] <= MOST_MINUTES:
            raise Refused(_("Write a time between one minute and a year."), field=name)
    found["windows"] = [[int(start), int(end)] for start, end in values.get("windows") or ()]
    if not found["windows"]:
        raise Refused(_("Say in which hours of the day this tier is served."), field="windows")
    found["workdays"] = bool(values.get("workdays"))
    return found


def _conflict() -> Conflict:
    return Conflict(_("Somebody else changed this promise after you opened it. Look at it again before you save."))
