"""The key people of a customer: added, changed, marked as left, never deleted (CUS-02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, update

from kezhi import Conflict, NotFound, Refused, acting_user, audit_record, clock, db, visible
from kezhi.i18n import _

from ...protection.fields import bind, named, oldest, writer
from ...protection.sealed import new_token
from ..fields import CONTACT_LABELS
from ..models import Contact, CustomerChange
from ..sections import may_write_section
from ..sharing.guard import check_writable
from . import lists
from .protected import CONTACT_KEYS, blind_keys, kept
from .records import customer_by_id
from .texts import tidy
from .values import Invalid, clean_date, clean_email, shown

LONGEST = {"name": 80, "post": 80, "phone": 60, "email": 120, "preferences": 1000, "notes": 2000}
KEYS = tuple(CONTACT_LABELS)
DAYS = ("birthday", "left_on")

CONTACTS = Contact.__table__


def contacts_of(customer_id: int) -> Sequence[Contact]:
    """The people of a customer that one may see: the main contact first, who has left last."""
    statement = visible(Contact).where(Contact.customer_id == customer_id)
    found = db.session.scalars(statement.order_by(Contact.id)).all()
    return sorted(found, key=lambda each: (each.left_on is not None, not each.is_primary, each.name, each.id))


def contact_by_id(customer_id: int, contact_id: int) -> Contact:
    """A person of a customer. Errors: ``NotFound``, also when the user may not see it."""
    statement = visible(Contact).where(Contact.customer_id == customer_id, Contact.id == contact_id)
    found: Contact | None = db.session.scalars(statement).first()
    if found is None:
        raise NotFound(_("There is no such contact."))
    return found


def add_contact(customer_id: int, values: Mapping[str, Any], *, source: str = "page") -> Contact:
    """Add a key person. Errors: ``NotFound``, ``Invalid``, ``Refused``."""
    customer_by_id(customer_id)
    _check_right(customer_id)
    wanted = cleaned_contact({**dict.fromkeys(KEYS), **values})
    now = clock.now()
    contact = Contact(
        customer_id=customer_id,
        created_by=acting_user().login,
        created_at=now,
        updated_at=now,
        version=1,
        **wanted,
        **blind_keys(CONTACT_KEYS, wanted),
    )
    db.session.add(contact)
    db.session.flush()
    if contact.is_primary:
        _only_primary(customer_id, contact.id)
    _keep(contact, {}, {"name": contact.name}, source)
    audit_record("contact.create", "customer", customer_id, contact=contact.id, source=source)
    return contact


def update_contact(
    customer_id: int, contact_id: int, version: int, values: Mapping[str, Any], *, source: str = "page"
) -> Contact:
    """Change a key person that still has ``version``. Errors: ``Conflict``, ``Invalid``, ``NotFound``, ``Refused``."""
    contact = contact_by_id(customer_id, contact_id)
    _check_right(customer_id)
    before = {key: getattr(contact, key) for key in KEYS}
    wanted = cleaned_contact({key: values[key] for key in values if key in KEYS}, before)
    changed = {key: value for key, value in wanted.items() if value != before[key]}
    if contact.version != version:
        raise Conflict(_("Somebody else changed this contact meanwhile. Nothing has been saved."))
    if not changed:
        return contact
    statement = update(Contact).where(Contact.id == contact_id, Contact.version == version)
    token = contact.seal or new_token()
    sealed = {"seal": token, "seal_version": oldest(contact.seal_version), **blind_keys(CONTACT_KEYS, changed)}
    statement = statement.values(
        **bind(CONTACTS, token, changed), **sealed, updated_at=clock.now(), version=version + 1
    )
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Conflict(_("Somebody else changed this contact meanwhile. Nothing has been saved."))
    if changed.get("is_primary"):
        _only_primary(customer_id, contact_id)
    db.session.refresh(contact)
    _keep(contact, before, changed, source)
    audit_record("contact.update", "customer", customer_id, contact=contact_id, fields=sorted(changed), source=source)
    return contact


def mark_left(customer_id: int, contact_id: int, version: int, on: date) -> Contact:
    """A person is no longer with the customer since a day; whoever was the main contact no longer is."""
    return update_contact(customer_id, contact_id, version, {"left_on": on, "is_primary": False})


def cleaned_contact(values: Mapping[str, Any], stored: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The values as they are stored. Errors: ``Invalid`` with every fault at once."""
    result: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, value in values.items():
        try:
            result[key] = clean_part(key, value, None if stored is None else stored[key])
        except Refused as refused:
            errors[key] = str(refused)
    if (result.get("is_primary") or (stored or {}).get("is_primary")) and result.get("left_on"):
        result["is_primary"] = False
    if errors:
        raise Invalid(errors)
    return result


def clean_part(key: str, value: Any, stored: Any = None) -> Any:
    """One value of a contact as it is stored. Errors: ``Refused``."""
    if key == "is_primary":
        return bool(value)
    if key in DAYS:
        return _clean_day(value)
    text = str(value or "").replace("\r\n", "\n").strip()
    if key in ("name", "post"):
        text = tidy(text)
    if key == "name" and not text:
        raise Refused(_("A contact needs a name."), field="name")
    if not text or text == stored:
        return text
    if key == "email":
        text = clean_email(text)
    if key == "decision_role":
        return _clean_role(text)
    if len(text) > LONGEST[key]:
        raise Refused(_("At most %(count)s characters.", count=LONGEST[key]), field=key)
    return text


def _clean_day(value: Any) -> date | None:
    if value in (None, ""):
        return None
    found = clean_date(value)
    if found > clock.today():
        raise Refused(_("%(value)s lies in the future.", value=found.isoformat()))
    return found


def _clean_role(text: str) -> str:
    key = lists.key_of("decision_role", text)
    if key is None or lists.is_retired("decision_role", key):
        label = CONTACT_LABELS["decision_role"]
        message = _("“%(value)s” is not in the list “%(list)s”: choose one of its values.", value=text, list=label)
        raise Refused(message, field="decision_role")
    return key


def _check_right(customer_id: int) -> None:
    if not may_write_section("people"):
        raise Refused(_("You may not change the key people of a customer."))
    check_writable([customer_id])


def _only_primary(customer_id: int, contact_id: int) -> None:
    """One main contact at a time: the others no longer are."""
    others = (CONTACTS.c.customer_id == customer_id, CONTACTS.c.id != contact_id, CONTACTS.c.is_primary.is_(True))
    statement = update(CONTACTS).where(*others)
    db.session.execute(statement.values(is_primary=False, version=CONTACTS.c.version + 1))


def _keep(contact: Contact, before: Mapping[str, Any], changed: Mapping[str, Any], source: str) -> None:
    """Keep what changed, with the person's name, in the customer's history (CUS-05)."""

    def text(key: str, value: Any) -> str:
        if not value:
            return ""
        return kept(f"contact.{key}", contact.seal or "", "✓" if value is True else shown(key, value))

    rows = [
        {
            "customer_id": contact.customer_id,
            "at": contact.updated_at,
            "actor": acting_user().login,
            "field": f"contact.{key}",
            "old": text(key, before.get(key)),
            "new": text(key, value),
            "source": source,
            "person": None if key == "name" else named("customers.contact.name", contact.seal or "", contact.name),
            "seal_version": writer().version,
        }
        for key, value in changed.items()
        if value or before.get(key)
    ]
    if rows:
        db.session.execute(insert(CustomerChange), rows)
