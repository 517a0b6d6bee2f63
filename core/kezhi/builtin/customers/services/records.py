"""Creating and changing records. Every function here expects an open ``writing()``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, visible
from kezhi.i18n import _
from kezhi.visibility import seen_here, visible_where

from ...protection.fields import bind, oldest
from ...protection.sealed import new_token
from ..fields import FIELDS, OWN
from ..models import Customer, CustomerChange
from ..sections import may_write, section_of
from ..sharing.guard import check_writable, given_away
from ..sharing.rules import is_in_charge
from . import confirmation, numbering
from .duplicates import refuse_duplicates
from .history import change_owner, first_owner, names_of
from .people import assignment
from .profile import stored_values, write_more, write_new
from .protected import kept, seal_version_of
from .texts import tidy_code
from .values import Invalid, cleaned, keys_of, shown

LONGEST_CODE = 40
TABLE = Customer.__table__


class VersionConflict(Conflict):
    """Somebody saved first. ``stored`` holds the fields as they are now, ``wanted`` what was to be saved."""

    def __init__(self, message: object, stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.stored = dict(stored)
        self.wanted = dict(wanted)


def customer_by_id(customer_id: int) -> Customer:
    """A record. Errors: ``NotFound``, also when the user may not see it."""
    return _one(Customer.id == customer_id)


def customer_by_code(code: str) -> Customer:
    """The record with a customer code. Errors: ``NotFound``, also when the user may not see it."""
    return _one(Customer.code == tidy_code(code), code)


def by_code_or_number(text: str) -> Customer:
    """The record with a customer code or prospect number. Errors: ``NotFound``, also when the user may not see it."""
    code = tidy_code(text)
    return _one((Customer.code == code) | (Customer.prospect_number == code), text)


def _one(condition: Any, named: str = "") -> Customer:
    found: Customer | None = db.session.scalars(visible(Customer).where(condition)).one_or_none()
    if found is None:
        if named:
            raise NotFound(_("There is no customer with the code “%(code)s”.", code=named), field="code")
        raise NotFound(_("There is no such customer."))
    seen_here().add((Customer, acting_user(), found.id))  # panels and timeline of its page need not ask again
    return found


def rows_of(column: Any, customer_id: int) -> Select[Any]:
    """``select(model)`` of the rows whose ``column`` is this customer, for what the acting user sees of them.

    As ``visible(model)`` with that condition; but of a customer that was found already (``customer_by_id``) the net
    over all statements knows that the rows seen with it are seen, and asks no more for each panel of its page.
    """
    return select(column.class_).where(column == customer_id)


def create_customer(values: Mapping[str, Any], *, prospect: bool = False, source: str = "page") -> Customer:
    """Store a new customer: with the given code or, without one, with the next of the company's rule (CUS-01).

    A ``prospect`` gets a provisional number instead. So does every record that has to be confirmed first: it is sent
    for confirmation at the end of the transaction, and its given code is kept for it (CUS-14). Without a choice of
    owner the record belongs to who makes it, unless they may assign others. Errors: ``Invalid``, ``Refused``.
    """
    stored = cleaned(
        {key: field.absent() for key, field in FIELDS.items()} | {k: values[k] for k in values if k in FIELDS}
    )
    _check_sections(key for key, value in stored.items() if value != FIELDS[key].absent())
    stored |= assignment(values, None)
    stored |= keys_of(stored)
    refuse_duplicates(stored)
    confirming = confirmation.needs_confirmation()
    _check_classification(stored, confirming and not prospect)
    stored |= _numbers(values, prospect, confirming)
    now = clock.now()
    code = stored.get("code") or stored.get("prospect_number")
    own = {key: value for key, value in stored.items() if key in OWN or key not in FIELDS} | {"seal": new_token()}
    customer = Customer(**own, origin=source, created_by=acting_user().login, created_at=now, updated_at=now, version=1)
    db.session.add(customer)
    try:
        db.session.flush()
        reserved = not values.get("code")
        kept = [_given_code(values)] if confirming else []
        numbering.remember([customer.code, customer.prospect_number, *kept], customer.id, reserved=reserved)
    except IntegrityError as error:  # somebody gave the same code a moment ago; the transaction ends here
        raise Refused(
            _("The code “%(code)s” has just been given: choose another one.", code=code), field="code"
        ) from error
    write_new(customer.id, own["seal"], stored)
    first_owner(customer.id, customer.owner_id, customer.department_id, now)
    filled = sorted(key for key, value in stored.items() if value and not key.endswith("_key"))
    audit_record("customer.create", "customer", customer.id, fields=filled, source=source)
    announce(Customer, "create", [customer.id])
    if confirming and not prospect:
        confirmation.send_at_the_end(customer.id)
    return customer


def _given_code(values: Mapping[str, Any]) -> str:
    code = tidy_code(str(values.get("code") or ""))
    if len(code) > LONGEST_CODE:
        raise Invalid({"code": _("A code has at most %(count)s characters.", count=LONGEST_CODE)})
    return code


def _check_classification(stored: Mapping[str, Any], asked: bool) -> None:
    """Who confirms a customer confirms its first classification too (CUS-14). Errors: ``Invalid``."""
    if asked and not stored["business_type"]:
        raise Invalid({"business_type": _("Choose the business type: a new customer is confirmed with it.")})


def _numbers(values: Mapping[str, Any], prospect: bool, confirming: bool) -> dict[str, str]:
    code = _given_code(values)
    if code and not confirming:
        return {"code": code}
    if prospect or confirming:
        return {"prospect_number": numbering.next_prospect_numbers()[0]}
    return {"code": numbering.next_codes()[0]}


def recognise_customer(customer_id: int, version: int) -> Customer:
    """A prospect becomes a customer: it gets its code; the prospect number stays beside it (CUS-01).

    Errors: ``Refused`` when it has a code already or has to be confirmed (CUS-14); ``Conflict``; ``NotFound``.
    """
    customer = customer_by_id(customer_id)
    confirmation.check_recognition()
    if customer.code:
        raise Refused(_("%(name)s has the code %(code)s already.", name=customer.name, code=customer.code))
    code = db.session.scalar(select(confirmation.reserved_code(customer_id)))
    if code is None:
        code = numbering.next_codes()[0]
        numbering.remember([code], customer_id)
    write_fields(stored_values(customer), version, {"code": code}, "page")
    db.session.expire(customer)
    audit_record("customer.recognise", "customer", customer_id, code=code)
    announce(Customer, "update", [customer_id])
    return customer


def update_customer(customer_id: int, version: int, values: Mapping[str, Any], *, source: str = "page") -> Customer:
    """Change the given fields of a record that still has ``version``; what is not given stays as it is.

    Every change is kept with its old and new value (CUS-05); a code once given never changes (CUS-01).
    Errors: ``VersionConflict`` with both versions, ``Invalid``, ``NotFound``.
    """
    customer = customer_by_id(customer_id)
    if save_changes(stored_values(customer), version, values, source=source):
        db.session.expire(customer)  # whoever reads on has the record as it is now
    return customer


def save_changes(stored: Mapping[str, Any], version: int, values: Mapping[str, Any], *, source: str = "page") -> bool:
    """As :func:`update_customer`, of a record that was read before (``stored_values``); whether anything changed.

    That nobody changed the record since it was read, and that one may still see it, is asked by the update itself.
    """
    customer_id = int(stored["id"])
    if "code" in values and tidy_code(str(values["code"] or "")) != (stored["code"] or ""):
        raise Invalid({"code": _("A customer code never changes once it is given.")})
    if stored["version"] != version:
        raise _conflict(stored, values)
    wanted = cleaned(values, stored) | assignment(values, stored)
    changed = {key: value for key, value in wanted.items() if value != stored[key]}
    if not changed:
        return False
    _check_sections(changed)
    refuse_duplicates({key: changed[key] for key in ("credit_code", "name", "phone") if key in changed}, customer_id)
    if not is_in_charge(stored["owner_id"], stored["department_id"], acting_user()):
        check_writable([customer_id])
    written = write_fields(stored, version, changed, source)
    audit_record("customer.update", "customer", customer_id, fields=sorted(changed), source=source)
    with given_away():
        announce(Customer, "update", [customer_id], written)
    return True


def write_fields(before: Mapping[str, Any], version: int, changed: Mapping[str, Any], source: str) -> set[str]:
    """The conditional update of a record that held ``before``, and its history; the columns of the record it wrote.

    Errors: ``VersionConflict``.
    """
    customer_id, now = int(before["id"]), clock.now()
    own = {key: value for key, value in changed.items() if key in OWN or key not in FIELDS}
    seen = visible_where(Customer)
    statement = update(TABLE).where(TABLE.c.id == customer_id, TABLE.c.version == version)
    if seen is not None:
        statement = statement.where(seen)
    token = before["seal"] or new_token()
    sealed = {"seal": token, "seal_version": oldest(before["seal_version"])} if _protects(own) else {}
    own = bind(TABLE, token, own)
    written = {**own, **sealed, **keys_of(changed), "updated_at": now, "version": version + 1}
    statement = statement.values(written)
    db.session.flush()
    if db.session.connection().execute(statement).rowcount != 1:
        db.session.expire_all()
        raise _conflict(stored_values(customer_by_id(customer_id)), changed)
    write_more(customer_id, token, changed)
    names = names_of({key: before[key] for key in changed}, changed)
    rows = [
        {
            "customer_id": customer_id,
            "at": now,
            "actor": acting_user().login,
            "field": key,
            "old": kept(key, token, names.get((key, before[key]), shown(key, before[key]))),
            "new": kept(key, token, names.get((key, value), shown(key, value))),
            "source": source,
            "seal_version": seal_version_of(key),
        }
        for key, value in changed.items()
    ]
    db.session.connection().execute(insert(CustomerChange.__table__), rows)
    if "owner_id" in changed or "department_id" in changed:
        after = {**before, **changed}
        change_owner(customer_id, after["owner_id"], after["department_id"], now)
    return set(written)


def _protects(values: Mapping[str, Any]) -> bool:
    return any(key in FIELDS and FIELDS[key].protected for key in values)


def _check_sections(keys: Iterable[str]) -> None:
    """Sections beyond the basic one have rights of their own; here all ways to them meet (CUS-02).

    Errors: ``Invalid``.
    """
    closed = [key for key in keys if key in FIELDS and FIELDS[key].section != "basic" and not may_write(key)]
    if closed:
        message = _("You may not change the section “%(section)s” of a customer file.")
        raise Invalid({key: str(message) % {"section": section_of(key).title} for key in closed})


def _conflict(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> VersionConflict:
    message = _("Somebody else changed this customer file meanwhile. Nothing has been saved.")
    return VersionConflict(message, stored, wanted)
