"""What pages show of a hand-over, beside those of its own."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import Panel, User
from kezhi import lazy_gettext as _l

from ..accounts.models import Account
from .rules import CARRY_OUT
from .services import holdings, runs


def panels(record: Any, user: User) -> list[Panel]:
    """On the page of a person: what they have, and the way to hand it over."""
    if not isinstance(record, Account) or not user.can(CARRY_OUT):
        return []
    found = [each for each in holdings(record.id) if each.count]
    earlier = [row for row in runs(limit=200) if row[0].from_id == record.id]
    link = url_for("handover.new", user_id=record.id)
    context = {"holdings": found, "active": record.active, "runs": earlier}
    return [
        Panel(
            _l("What this person has"), "handover/panel.html", context, icon="box-arrow-right", link=link,
            link_text=_l("Hand over"), order=10,
        )
    ]  # fmt: skip
