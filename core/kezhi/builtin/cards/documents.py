"""The card as a document: whole for who sees the whole file, basic for everybody who sees the customer (CUS-15).

An issued document is read later by others than its maker: it shows nothing that one of them may not see.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import url_for

from kezhi import db
from kezhi import lazy_gettext as _l
from kezhi.i18n import _, lazy_pgettext

from ..customers.models import Customer
from ..documents.contributions import Content, DocumentKind
from .content import card_of, sees_whole_card

LAYOUT = Path(__file__).parent / "layouts" / "card.typ"
WHOLE, BASIC = "cards.card", "cards.basic"


def kinds() -> list[DocumentKind]:
    """Two kinds with one layout."""
    whole = DocumentKind(WHOLE, _l("Customer card"), Customer, "KP", permission="cards.issue", read="cards.read",
                         make=lambda customer_id, _variant: _content(customer_id, basic=False), pdf=LAYOUT,
                         audience=sees_whole_card, page=page)  # fmt: skip
    basic = DocumentKind(BASIC, _l("Customer card, basic data"), Customer, "KJ", permission="cards.issue",
                         read="cards.read", make=lambda customer_id, _variant: _content(customer_id, basic=True),
                         pdf=LAYOUT, page=page)  # fmt: skip
    return [whole, basic]


def page(customer_id: int) -> str:
    """The page of the card."""
    return url_for("cards.show", customer_id=customer_id)


def halves(sections: list[Any]) -> tuple[list[Any], list[Any]]:
    """The sections in two columns of about the same height, in their order from top to bottom."""
    sides: tuple[list[Any], list[Any]] = ([], [])
    heights = [0, 0]
    for section in sections:
        side = heights.index(min(heights))
        sides[side].append(section)
        heights[side] += 2 + len(section["lines"])
    return sides


def _content(customer_id: int, *, basic: bool) -> Content:
    customer = db.session.get_one(Customer, customer_id)
    data: dict[str, Any] = card_of(customer, basic=basic)
    data["figures"] = [{"title": title, "value": value, "class": bool(main)} for title, value, main in data["figures"]]
    data["left"], data["right"] = halves(data.pop("sections"))
    analysis = data["analysis"]
    data |= {
        "analysis": "" if analysis is None else analysis["text"],
        "analysis-by": "" if analysis is None else analysis["by"],
    }
    data["labels"] = {
        "code": _("Customer code"), "people": _("Key people"), "analysis": _("Our analysis"),
        "people-head": [str(lazy_pgettext("person", "Name")), _("Post"), _("In the purchase decision"), _("Phone")],
        "prospect": _("Prospect"), "checked": str(lazy_pgettext("card", "Checked by")), "date": _("Date"),
    }  # fmt: skip
    return Content(customer.name, data, note=_("As on %(day)s", day=data["day"]))
