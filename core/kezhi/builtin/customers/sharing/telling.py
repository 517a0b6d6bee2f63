"""Who is told of shares: the receiver when one begins, receiver and giver before it ends, by a job (TSK-02).

The access itself needs none of it: it begins and ends by its days.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import Select, select, update

import kezhi
from kezhi import Job, acting_user, clock, db, setting
from kezhi import lazy_gettext as _l

from ...accounts.models import Account, DepartmentClosure
from ...accounts.services import load_users
from ..models import Customer, CustomerShare
from .rules import customer, holds, share

GIVEN, ENDED, ENDS = "customers.shared", "customers.unshared", "customers.share_ends"
MOST = 2_000  #: shares of which one run tells
TABLE = CustomerShare.__table__
#: what a notice says of one customer, and of several; no names, it may go out by e-mail
TEXTS = {
    GIVEN: (_l("A customer was shared with you for a time"), _l("Several customers were shared with you for a time")),
    ENDED: (_l("Access to a customer that was shared with you has ended"), ""),
    ENDS: (_l("The share of a customer ends soon"), _l("The shares of several customers end soon")),
}
#: (user_id, department_id) of a receiver
Receiver = tuple[int | None, int | None]


def kinds() -> list[Any]:
    """The kinds of notices. What they name is shown only while the reader may see it."""
    from ...tasks.contributions import NoticeKind

    read = "customers.read"
    return [
        NoticeKind(GIVEN, _l("A customer is shared with me"), _page, "share", Customer, read, mail="now"),
        NoticeKind(ENDED, _l("A customer is no longer shared with me"), _page, "slash-circle", None, read),
        NoticeKind(ENDS, _l("A share of a customer ends soon"), _page, "hourglass-split", Customer, read),
    ]


def _page(reference: str) -> str:
    return url_for("customers.show", customer_id=int(reference)) if reference else url_for("customers.shared")


def jobs() -> list[Job]:
    """Every morning."""
    return [Job("customers.shares", _l("Tell people of shares that begin or end"), tell_today, schedule="15 7 * * *")]


def tell_given(user_id: int | None, department_id: int | None, ids: Sequence[int]) -> None:
    """The receivers of one share, or of several given together, are told once."""
    _tell(GIVEN, dict.fromkeys(people_of((user_id, department_id)), ids))


def tell_ended(user_id: int | None, department_id: int | None) -> None:
    """That access was taken back, without a name: the receiver may not see it any more."""
    _tell(ENDED, {person: [] for person in people_of((user_id, department_id))})


def people_of(receiver: Receiver) -> list[int]:
    """The ids of the active people whom a share means: a person, or all of a department and those below it."""
    user_id, department_id = receiver
    if user_id is not None:
        return [user_id]
    below = select(DepartmentClosure.descendant_id).where(DepartmentClosure.ancestor_id == department_id)
    return list(
        db.session.scalars(select(Account.id).where(Account.active.is_(True), Account.department_id.in_(below)))
    )


def _tell(kind: str, customers: Mapping[int, Sequence[int]]) -> None:
    """One notice for each person, whatever they are told of; several customers lead to the list of all of them.

    What is named is shown only while the reader sees it: that is asked again whenever a notice is read.
    """
    from ...tasks.contributions import About
    from ...tasks.kinds import known_notice
    from ...tasks.services.notices import is_there, tell

    if not customers or not is_there():
        return
    single = {ids[0] for ids in customers.values() if len(ids) == 1}
    found = db.session.execute(select(customer.id, customer.name).where(customer.id.in_(single)))
    names = {row.id: row.name for row in found}
    messages = []
    for user in load_users(Account.id.in_(sorted(customers))):
        if not user.can("customers.read") or user.id is None or user.id == acting_user().id:
            continue
        ids = customers[user.id]
        about = About(names.get(ids[0], ""), str(ids[0]), ids[0], ids[0]) if len(ids) == 1 else About()
        messages.append((user, TEXTS[kind][len(ids) > 1], about))
    tell(known_notice(kind), messages)


def tell_today(task: kezhi.Task) -> None:
    """Tell of what has begun since the last run, and of what ends soon: each share once for each."""
    last = clock.today() + timedelta(days=int(setting("customers", "share_remind_days")))
    begun = _waiting(select(TABLE).where(share.told_at.is_(None), holds()))
    ending = _waiting(select(TABLE).where(share.reminded_at.is_(None), holds(), share.to_on <= last))
    receivers = {row: people_of(row) for row in {_receiver(each) for each in (*begun, *ending)}}
    db.session.rollback()
    told, reminded = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for row in begun:
        for person in receivers[_receiver(row)]:
            told[person].add(row.customer_id)
    for row in ending:
        for person in (*receivers[_receiver(row)], *([row.given_by_id] if row.given_by_id else [])):
            reminded[person].add(row.customer_id)
    with task.effect():
        for kind, column, rows, people in ((GIVEN, "told_at", begun, told), (ENDS, "reminded_at", ending, reminded)):
            if rows:
                _tell(kind, {person: sorted(ids) for person, ids in people.items()})
                known = update(TABLE).where(share.id.in_([row.id for row in rows]))
                db.session.execute(known.values({column: clock.now()}))


def _waiting(statement: Select[Any]) -> Sequence[Any]:
    return db.session.execute(statement.order_by(share.to_on, share.id).limit(MOST)).all()


def _receiver(row: Any) -> Receiver:
    return row.user_id, row.department_id
