"""The entry form of a customer on paper (客户录入表, CUS-14): basic section, first classification, who confirmed.

It holds nothing but what everybody reads who sees the customer: an issued form is read later by others than its maker,
and the other sections of a file have rights of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import url_for
from sqlalchemy import select

from kezhi import clock, db
from kezhi import lazy_gettext as _l
from kezhi.filters import person_named
from kezhi.i18n import _

from ..customers.fields import FIELDS, GROUPS, section_fields
from ..customers.models import Customer
from ..customers.services import customer_by_id
from ..customers.services.profile import stored_values
from ..customers.services.values import readable
from ..documents.contributions import Content, DocumentKind
from .columns import LABELS
from .models import CONFIRMED, Line, State
from .services import state_of
from .services.parts import told
from .services.proposing import type_text

FORM = "entry.form"
LAYOUT = Path(__file__).parent / "layouts" / "form.typ"
CUSTOMERS = Customer.__table__
HEAD = ("name", "business_type")  #: stand above


def kinds() -> list[DocumentKind]:
    """The one kind."""
    return [
        DocumentKind(
            FORM, _l("Customer entry form"), Customer, "LR", permission="entry.read", read="entry.read", make=_content,
            pdf=LAYOUT, page=lambda customer_id: url_for("customers.show", customer_id=customer_id),
        )
    ]  # fmt: skip


def _content(customer_id: int, _variant: str) -> Content:
    """The form as the file stands now; the class as it was signed, once it is sent. Errors: ``NotFound``."""
    customer = customer_by_id(customer_id)
    values, state = stored_values(customer), state_of(customer_id)
    groups, texts = [], []
    for group, title in GROUPS.items():
        lines = []
        for field in section_fields("basic", lambda each, group=group: each.group == group and each.key not in HEAD):  # type: ignore[misc]
            text = readable(field.key, values[field.key])
            if field.kind == "long":
                texts += [[str(field.label), text]] if text else []
            else:
                lines.append([str(field.label), text or "—"])
        if lines:
            groups.append({"title": str(title or _("Basic information")), "lines": lines})
    data: dict[str, Any] = {
        "facts": [
            [str(FIELDS["name"].label), customer.name],
            [_("Code or prospect number"), customer.code or customer.prospect_number or "—"],
            [_("State"), _standing(customer, state)],
            [_("Entered on"), clock.local(customer.created_at).date().isoformat()],
        ],
        "class-title": _("First classification"),
        "classification": [
            [str(FIELDS["business_type"].label), type_text(customer.business_type)],
            [_("Class"), _class_of(customer_id, state) or "—"],
        ],
        "groups": groups,
        "texts": texts,
        "signatures": _signatures(customer, state),
    }
    return Content(customer.name, data, note=_("Customer entry form"))


def _standing(customer: Customer, state: State | None) -> str:
    if state is not None:
        return str(LABELS.get(state.state, state.state))
    return str(_("Customer") if customer.code else _("Prospect"))


def _class_of(customer_id: int, state: State | None) -> str:
    if state is None:
        return told(select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == customer_id)).get(customer_id, "")
    signed = select(Line.parts).where(Line.customer_id == customer_id, Line.submission_id == state.submission_id)
    return db.session.scalar(signed) or ""


def _signatures(customer: Customer, state: State | None) -> list[dict[str, str]]:
    """Who entered it and who confirmed it; an empty box where nobody has."""
    maker = {"name": person_named(customer.created_by), "day": clock.local(customer.created_at).date().isoformat()}
    confirmed = {"name": "", "day": ""}
    if state is not None and state.state == CONFIRMED and state.closed_at is not None:
        confirmed = {"name": person_named(state.closed_by), "day": clock.local(state.closed_at).date().isoformat()}
    return [
        {"title": str(_("Filled in by")), "opinion": "", **maker},
        {"title": str(_("Confirmed by the manager in charge")), "opinion": "", **confirmed},
    ]
