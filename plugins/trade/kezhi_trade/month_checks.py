"""What a confirmed month says is what was signed, for ``kezhi doctor`` (TRD-03)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Finding
from kezhi.i18n import _, ngettext

from .models import Month
from .models.months import ORDERS
from .services.freezing import PARTS, digest
from .services.rows import frozen


def months(session: Session) -> Sequence[Finding]:
    """The rows that months keep have the digests that were signed, and no row counts in two months."""
    found = []
    for row in session.scalars(select(Month).order_by(Month.month)):
        kept: dict[str, int] = dict(session.execute(
            select(frozen.c.part, func.count()).where(frozen.c.month == row.month).group_by(frozen.c.part)
        ).all())  # fmt: skip
        for step, parts in PARTS.items():
            signed = getattr(row, f"{step}_digest")
            if signed and digest(row.month, step) != signed:
                found.append(Finding(_("The rows that %(month)s keeps (%(part)s) are not those that were signed.",
                                       month=f"{row.month:%Y-%m}", part=step)))  # fmt: skip
            if not signed and any(kept.get(part) for part in parts):
                found.append(Finding(_("%(month)s keeps rows (%(part)s) that nobody signed.",
                                       month=f"{row.month:%Y-%m}", part=step)))  # fmt: skip
        amount = session.scalar(
            select(func.sum(frozen.c.amount)).where(frozen.c.month == row.month, frozen.c.part == ORDERS)
        )
        said = row.figures.get("orders")
        if said is not None and int(amount or 0) > said["order_amount"]:
            found.append(Finding(_("The order amount of %(month)s is not that of its rows.",
                                   month=f"{row.month:%Y-%m}")))  # fmt: skip
    twice = (
        select(frozen.c.record_id)
        .group_by(frozen.c.part, frozen.c.record_id, frozen.c.link_id, frozen.c.number)
        .having(func.count() > 1)
    )
    count = int(session.scalar(select(func.count()).select_from(twice.subquery())) or 0)
    if count:
        found.append(Finding(ngettext("%(num)s row counts in two months.", "%(num)s rows count in two months.", count)))
    return found
