"""Which customer somebody means who types at the telephone, and what they complained about lately."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import and_, func, or_, select

from kezhi import Refused, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services.texts import name_key, phone_key, tidy_code
from kezhi.builtin.protection.fields import blinds
from kezhi.i18n import _

from ..models import Complaint
from .entries import ENTRIES, sql_title

SUGGESTED, RECENT = 8, 6
COMPLAINTS: Any = Complaint.__table__
CUSTOMERS: Any = Customer.__table__
READ: dict[str, Any] = {"kezhi_unscoped": True}  #: visible() narrows it already, and it names nothing else guarded


def customer_meant(text: str) -> Any:
    """The customer with just this code, prospect number, name or short name; None for an empty text.

    Errors: ``Refused`` at the field ``customer`` when there is none that the user sees, or several.
    """
    if not text.strip():
        return None
    exact = _exactly(text)
    if len(exact) == 1:
        return exact[0]
    near = exact or suggested(text)
    names = "; ".join(f"{row.name} ({row.code})" for row in near[:3])
    if not near:
        reason = _("There is no customer with the code or name “%(text)s”. Leave it empty when it is none of ours.",
                   text=text)  # fmt: skip
    else:
        reason = _("Choose which customer is meant by “%(text)s”: %(names)s", text=text, names=names)
    raise Refused(reason, field="customer")


def suggested(text: str, limit: int = SUGGESTED) -> list[Any]:
    """Customers that the user sees and that the text may mean: by code, any part of a name, pinyin or initials."""
    words = text.split()
    if not words:
        return []
    statement = _customers().where(and_(*(_fits(word) for word in words))).order_by(CUSTOMERS.c.code).limit(limit)
    return list(db.session.execute(statement, execution_options=READ))


def _exactly(text: str) -> list[Any]:
    code, name = tidy_code(text), name_key(text)
    c = CUSTOMERS.c
    by_code = list(db.session.execute(_customers().where(or_(c.code == code, c.prospect_number == code)),
                                      execution_options=READ))  # fmt: skip
    if by_code or not name:
        return by_code
    called = or_(c.name_key == name, and_(c.short_name == text.strip(), c.short_name != ""))
    return list(db.session.execute(_customers().where(called).limit(4), execution_options=READ))


def _customers() -> Any:
    c = CUSTOMERS.c
    return visible(Customer).with_only_columns(
        c.id, c.code.label("given_code"), c.prospect_number, c.name, c.short_name, _code().label("code")
    )


def _code() -> Any:
    return func.coalesce(CUSTOMERS.c.code, CUSTOMERS.c.prospect_number)


def _fits(word: str) -> Any:
    c: Any = Customer
    otherwise = or_(
        CUSTOMERS.c.code.istartswith(word, autoescape=True), CUSTOMERS.c.name.icontains(word, autoescape=True)
    )
    if "search" not in current_app.extensions["kezhi"].plugins:
        return otherwise
    from kezhi.builtin.search.services import list_search

    found = list_search("customers", [c.code, c.name])
    return found(word) if callable(found) else otherwise


def recent(*, customer_id: int | None = None, phone: str = "", but: int | None = None) -> list[Any]:
    """The latest complaints of a customer, or of a telephone number, that the user sees: one statement."""
    c = COMPLAINTS.c
    if customer_id is not None:
        mine = c.customer_id == customer_id
    else:
        keys = blinds("complaints.phone", phone_key(phone))
        if not keys:
            return []
        mine = c.phone_key.in_(keys)
    if but is not None:
        mine = and_(mine, c.id != but)
    kind = select(sql_title(ENTRIES)).where(ENTRIES.c.id == c.kind_id).correlate(COMPLAINTS).scalar_subquery()
    statement = (
        visible(Complaint)
        .with_only_columns(c.id, c.number, c.subject, c.state, c.received_at, kind.label("kind"))
        .where(mine)
        .order_by(c.received_at.desc(), c.id.desc())
        .limit(RECENT)
    )
    return list(db.session.execute(statement, execution_options=READ))
