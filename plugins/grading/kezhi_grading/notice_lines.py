"""How far the notice to a customer is, as its pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from kezhi import can, clock

from .labels import WAY_LABELS
from .models import CustomerNotice
from .services.notices import is_owed
from .words import _


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A sentence with its colour; ``url`` leads to the notice, for who may send it."""

    text: str
    tone: str
    url: str
    owed: bool


def notice_line(notice: CustomerNotice | None, number: int) -> NoticeLine | None:
    """The line of a notice of run ``number``; None where no notice was owed."""
    if notice is None:
        return None
    values: dict[str, Any] = {"number": number, "customer_id": notice.customer_id}
    url = url_for("grading.notice", **values) if can("grading.notify") else ""
    if notice.sent_on is not None:
        way = WAY_LABELS[notice.way]
        return NoticeLine(_("Notice to the customer: sent on %(day)s (%(way)s)", day=notice.sent_on, way=way), "green",
                          url, owed=False)  # fmt: skip
    if not is_owed(notice):
        return NoticeLine(_("Notice to the customer: not sent, a newer one took its place"), "gray", url, owed=False)
    if notice.due_on < clock.today():
        return NoticeLine(_("Notice to the customer: not sent, overdue since %(day)s", day=notice.due_on), "red", url,
                          owed=True)  # fmt: skip
    return NoticeLine(_("Notice to the customer: not sent, due %(day)s", day=notice.due_on), "amber", url, owed=True)
