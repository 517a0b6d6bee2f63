"""Writing a complaint down (CMP-01): one transaction gives it a number, an owner to be and its first event."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, cast, literal, null, or_, select, union_all

from kezhi import NotFound, Refused, acting_user, announce, audit_record, can, clock, db, visible_ids, writing
from kezhi.builtin.accounts.models import Account, Department
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import service_tiers
from kezhi.builtin.customers.services.texts import phone_key
from kezhi.builtin.protection.fields import blind
from kezhi.i18n import _
from kezhi.numbers import next_numbers

from ..access import REGISTER
from ..models import CHANNEL, KIND, REGISTERED, Complaint
from .entries import ENTRIES
from .history import add_event

CUSTOMERS: Any = Customer.__table__
#: what a person may give
FIELDS = (
    "customer_id", "anonymous", "complainant", "phone", "subject", "course", "against", "accused_id", "department_id",
    "kind_id", "channel_id", "product", "reference", "happened_on", "received_at",
)  # fmt: skip
LONGEST = {"complainant": 80, "phone": 40, "subject": 200, "course": 8000, "against": 200, "product": 200,
           "reference": 200}  # fmt: skip
LONGEST_REASON = 500
#: what was received earlier than so long ago needs a reason, and what is older is not written down any more
LATE, OLDEST = timedelta(hours=1), timedelta(days=31)


def register(values: Mapping[str, Any], *, late_reason: str = "", by_code: bool = False) -> Complaint:
    """Write a complaint down in the acting person's name.

    ``values``: those of ``FIELDS``; ``received_at`` is now unless given; ``late_reason`` says why it is written down
    later than it was received. ``by_code``: the plugin itself gives when it was received, after checks of its own.
    Errors: ``Refused`` with the field; ``NotFound`` for who may not register, and for a customer the person does not
    see.
    """
    if not can(REGISTER):
        raise NotFound(_("There is no such page."))
    now = clock.now()
    with writing():
        complete = checked(values)
        facts = {"minutes": complete.pop("minutes"), "tier": complete.pop("tier")}
        if not by_code:
            _check_late(complete["received_at"], now, late_reason)
        complaint = Complaint(
            **complete,
            number=next_number(),
            **keys_of(complete),
            received_by_id=acting_user().id,
            state=REGISTERED,
            created_at=now,
            updated_at=now,
        )
        db.session.add(complaint)
        db.session.flush()
        add_event(complaint, REGISTERED, late_reason.strip(), at=complaint.received_at, **facts)
        announce(Complaint, "create", [complaint.id])
        audit_record("complaint.register", "complaint", complaint.id, number=complaint.number)
        return complaint


def checked(values: Mapping[str, Any], held: Collection[int] = (), customer_id: int | None = None) -> dict[str, Any]:
    """The values of a complaint as they are stored, with the response ``minutes`` of its channel and the ``tier``.

    ``held`` are entries of the lists that it has already, retired or not, and ``customer_id`` the customer, seen or
    not. Errors: ``Refused`` with the field, ``NotFound``.
    """
    found: dict[str, Any] = {name: values.get(name) for name in FIELDS}
    for name, most in LONGEST.items():
        found[name] = str(found[name] or "").strip()
        if len(found[name]) > most:
            raise Refused(_("At most %(count)s characters.", count=most), field=name)
    found["anonymous"] = bool(found["anonymous"])
    if found["anonymous"]:
        found["complainant"] = found["phone"] = ""
    elif not found["complainant"]:
        raise Refused(_("Write down the complainant's name, or mark the complaint as anonymous."), field="complainant")
    elif not found["phone"]:
        raise Refused(_("Write down a phone number at which the complainant can be reached."), field="phone")
    if not found["subject"]:
        raise Refused(_("Say who or what is complained about."), field="subject")
    if not found["course"]:
        raise Refused(_("Write down the course of events."), field="course")
    now = clock.now()
    found["received_at"] = found["received_at"] or now
    if found["received_at"] > now:
        raise Refused(_("A complaint cannot be received in the time to come."), field="received_at")
    if found["happened_on"] is not None and found["happened_on"] > clock.today():
        raise Refused(_("What is complained about cannot be of a day to come."), field="happened_on")
    _check_what_it_names(found, held, customer_id)
    return found


def keys_of(values: Mapping[str, Any]) -> dict[str, str]:
    """The blind index by which the telephone number is found."""
    return {"phone_key": blind("complaints.phone", phone_key(values["phone"] or ""))}


def next_number(letters: str = "TS", sequence: str = "complaint") -> str:
    """``TS-202611-0018``: counted by month without gaps, reserved in the open transaction."""
    month = clock.today().strftime("%Y%m")
    return f"{letters}-{month}-{next_numbers(f'complaints.{sequence}:{month}')[0]:04d}"


def _check_late(received_at: datetime, now: datetime, reason: str) -> None:
    if now - received_at > OLDEST:
        raise Refused(
            _("It was received more than %(days)s days ago: write down when it was said last.", days=OLDEST.days),
            field="received_at",
        )
    if len(reason.strip()) > LONGEST_REASON:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_REASON), field="late_reason")
    if now - received_at > LATE and not reason.strip():
        raise Refused(
            _("It was received more than an hour ago: say why it is written down only now."), field="late_reason"
        )


def _check_what_it_names(found: dict[str, Any], held: Collection[int], customer_id: int | None) -> None:
    """Entries, customer, person and department are there and may be named: one statement. Adds minutes and tier."""
    usable = or_(ENTRIES.c.retired_at.is_(None), ENTRIES.c.id.in_(held))
    ids = visible_ids(Customer)
    seen = [] if ids is None else [CUSTOMERS.c.id.in_(ids)]
    wanted: dict[str, tuple[Any, Any, list[Any]]] = {
        "kind": (ENTRIES, found["kind_id"], [usable, ENTRIES.c.list == KIND]),
        "channel": (ENTRIES, found["channel_id"], [usable, ENTRIES.c.list == CHANNEL]),
        "accused": (Account.__table__, found["accused_id"], []),
        "department": (Department.__table__, found["department_id"], []),
        "customer": (CUSTOMERS, found["customer_id"], seen),
    }
    nothing, nobody, tiers = cast(null(), Integer), cast(null(), String), service_tiers()
    asked = [
        select(literal(name).label("name"), (ENTRIES.c.minutes if table is ENTRIES else nothing).label("minutes"),
               nobody.label("tier"))
        .select_from(table)
        .where(table.c.id == key, *conditions)
        for name, (table, key, conditions) in wanted.items()
        if key is not None
    ]  # fmt: skip
    if found["customer_id"] is not None and len(tiers.tiers) > 1:
        given = tiers.rows.subquery()
        mine = given.c.customer_id == found["customer_id"]
        asked.append(select(literal("tier"), nothing, cast(given.c.tier, String)).where(mine))
    rows = db.session.execute(union_all(*asked)).all() if asked else []
    there: dict[str, int | None] = {row.name: row.minutes for row in rows}
    if "kind" not in there:
        raise Refused(_("Choose what kind of complaint it is."), field="kind")
    if "channel" not in there:
        raise Refused(_("Choose the channel that it came by."), field="channel")
    for name in ("accused", "department"):
        if wanted[name][1] is not None and name not in there:
            raise Refused(_("Choose one of the list."), field=name)
    if found["customer_id"] not in (None, customer_id) and "customer" not in there:
        raise NotFound(_("There is no such customer."), field="customer")
    found["minutes"] = there["channel"]
    given_tier = next((row.tier for row in rows if row.name == "tier"), None)
    known = {each.key for each in tiers.tiers}
    found["tier"] = given_tier if given_tier in known else tiers.tiers[-1].key
