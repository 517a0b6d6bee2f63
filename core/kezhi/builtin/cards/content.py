"""What stands on a customer's card: the sections that the reader may see, and the figures of the apps."""

from __future__ import annotations

from typing import Any

from kezhi import User, acting_user, clock, localised
from kezhi.i18n import _

from ..customers.fields import LISTS, label, section_fields
from ..customers.models import Customer
from ..customers.sections import SECTIONS, Section, readable_sections
from ..customers.services import analyses_of, contacts_of, lists, owners, special_price
from ..customers.services.profile import stored_values
from ..customers.services.values import readable
from .services import current_values, figures, shown

#: a card is one page: longer texts are cut, the file has them whole
LONGEST_TEXT, LONGEST_ANALYSIS = 110, 260
MOST_PEOPLE, MOST_LINES = 4, 8
#: told at the top, or by tables of their own
TOLD = {"name", "business_type", "stage", "region", "trade_since"}
OF_PEOPLE = {"people", "analysis"}


def card_of(customer: Customer, user: User | None = None, *, basic: bool = False) -> dict[str, Any]:
    """The card as plain values. ``basic``: only what everybody sees who sees the customer at all."""
    user = user or acting_user()
    values = stored_values(customer)
    sections = [SECTIONS["basic"]] if basic else readable_sections(user)
    keys = {section.key for section in sections}
    history = owners(customer.id)
    owner, department = (history[0][0], history[0][1]) if history and history[0][3] is None else ("", None)
    return {
        "name": customer.name,
        "code": customer.code or customer.prospect_number or "",
        "prospect": not customer.code,
        "facts": [
            [str(label("business_type")), _type_of(customer)],
            [str(label("stage")), lists.text_of("stage", customer.stage) or "—"],
            [str(label("region")), " · ".join(filter(None, (customer.city, _listed("region", customer)))) or "—"],
            [str(label("trade_since")), customer.trade_since.isoformat() if customer.trade_since else "—"],
            [str(label("owner_id")), owner or "—"],
            [str(label("department_id")), department or "—"],
        ],
        "figures": [] if basic else [
            [localised(entry["title"]), shown(entry["unit"], value), entry["classifies"]]
            for entry, value in current_values(customer.id)
        ],
        "sections": [part for part in (_section(section, values) for section in sections) if part["lines"]],
        "people": _people(customer.id) if "people" in keys else [],
        "analysis": _analysis(customer.id) if "analysis" in keys else None,
        "day": clock.today().isoformat(),
    }  # fmt: skip


def _type_of(customer: Customer) -> str:
    text = lists.text_of("business_type", customer.business_type)
    special = special_price(customer)
    if special:
        more = _("special supply price") if special == "all" else _("special supply price on part")
        return f"{text}（{more}）"
    return text or "—"


def _listed(key: str, customer: Customer) -> str:
    return lists.text_of(key, getattr(customer, key)) if key in LISTS else str(getattr(customer, key))


def _section(section: Section, values: dict[str, Any]) -> dict[str, Any]:
    """The filled-in fields of a section, the short ones first."""
    if section.key in OF_PEOPLE:
        return {"title": "", "lines": []}
    fields = section_fields(section.key, lambda field: field.key not in TOLD)
    lines = [(field.kind == "long", str(field.label), readable(field.key, values[field.key])) for field in fields]
    filled = sorted((line for line in lines if line[2]), key=lambda line: line[0])
    return {
        "title": str(section.title),
        "lines": [[name, cut(text, LONGEST_TEXT)] for _long, name, text in filled][:MOST_LINES],
    }


def cut(text: str, longest: int) -> str:
    """A text in one line, cut where it is too long for a card."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _people(customer_id: int) -> list[list[str]]:
    there = [each for each in contacts_of(customer_id) if each.left_on is None][:MOST_PEOPLE]
    return [
        [each.name, each.post or "—", lists.text_of("decision_role", each.decision_role) or "—", each.phone or "—"]
        for each in there
    ]


def _analysis(customer_id: int) -> dict[str, str] | None:
    found = analyses_of(customer_id)
    if not found:
        return None
    at, author, text = found[0][:3]
    return {"text": cut(text, LONGEST_ANALYSIS), "by": f"{author} · {clock.local(at).date().isoformat()}"}


def sees_whole_card(user: User) -> bool:
    """Whether somebody may see all that a card can show: every section, every figure."""
    needed = {section.read for section in SECTIONS.values()} | {figure.permission for figure in figures()}
    return all(user.can(permission) for permission in needed)
