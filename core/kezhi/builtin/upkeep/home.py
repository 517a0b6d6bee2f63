"""What the first page shows of the files one sees: how many are verified (CUS-07)."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import case, func

from kezhi import User, db, visible
from kezhi.i18n import _

from ..customers.models import Customer
from ..tasks.contributions import HomeFigure
from .columns import STATE
from .standing import OVERDUE, Rule


def figures(user: User) -> list[HomeFigure]:
    """Verified files of this quarter among those that the user sees; nothing for who sees none."""
    if not user.can("customers.read"):
        return []
    rule = Rule()
    counted = visible(Customer, user).with_only_columns(
        func.count(),
        func.sum(case((rule.verified(), 1), else_=0)),
        func.sum(case((rule.overdue(), 1), else_=0)),
    )
    files, verified, overdue = (int(each or 0) for each in db.session.execute(counted).one())
    if not files:
        return []
    note = _("%(count)s overdue", count=overdue) if overdue else _("None overdue")
    where: dict[str, Any] = {f"f.{STATE}": OVERDUE} if overdue else {}
    return [
        HomeFigure(_("Files verified this quarter"), str(verified), f"/ {files}", note, "bad" if overdue else "good",
                   url_for("customers.index", **where), order=40),
    ]  # fmt: skip
