"""The public page on which customers enter complaints themselves. There is none until somebody makes its address."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import SYSTEM, Refused, acting_as, acting_user, audit_record, clock, db, writing
from kezhi.builtin.protection.fields import blind
from kezhi.i18n import _
from kezhi.numbers import next_numbers

from ..models import CHANNEL, KIND, Complaint, PublicLink, PublicUse
from .entries import ENTRIES
from .registering import register

#: how many complaints are taken in an hour: from one address, and in all
FROM_ONE, IN_ALL = 6, 120
USES, LINKS = PublicUse.__table__, PublicLink.__table__


def make_link() -> str:
    """Make the address of the public page, or a new one in place of it; what it carries is told this once.

    Inside ``writing()``. The one before ends.
    """
    next_numbers("complaints.public_link")  # whoever makes one meanwhile waits: each ends the one before
    end_link()
    code = secrets.token_urlsafe(32)
    db.session.add(PublicLink(code_hash=_hash(code), made_at=clock.now(), made_by=acting_user().login))
    db.session.flush()
    audit_record("complaints.public_link", "complaints_public_link")
    return code


def end_link() -> bool:
    """There is no public page any more; whether there was one. Inside ``writing()``."""
    ended = update(LINKS).where(LINKS.c.ended_at.is_(None)).values(ended_at=clock.now())
    result: Any = db.session.execute(ended)
    if result.rowcount:
        audit_record("complaints.public_link_end", "complaints_public_link")
    return bool(result.rowcount)


def present_link() -> Any:
    """Since when and by whom there is a public page; None when there is none."""
    statement = select(LINKS.c.made_at, LINKS.c.made_by).where(LINKS.c.ended_at.is_(None))
    return db.session.execute(statement.order_by(LINKS.c.id.desc())).first()


def is_good(code: str) -> bool:
    """Whether this is the address in force."""
    good = select(LINKS.c.id).where(LINKS.c.code_hash == _hash(code), LINKS.c.ended_at.is_(None))
    return db.session.execute(good).first() is not None


def count_use(whence: str, page: str = "") -> None:
    """Count a sending in a transaction of its own, before anything else is looked at. Each public ``page`` counts for
    itself. Errors: ``Refused`` when there were too many from this address, or in all, within the hour."""
    with writing():
        hour = clock.now().replace(minute=0, second=0, microsecond=0)
        db.session.execute(delete(USES).where(USES.c.hour < hour - timedelta(hours=24)))
        one = _counted(hour, blind("complaints.whence", f"{page}{whence or '?'}"))
        every = _counted(hour, page)
    if one > FROM_ONE or every > IN_ALL:
        raise Refused(_("Too much was sent just now. Try again in an hour, or call us."))


def register_from_web(values: Mapping[str, Any]) -> Complaint:
    """Write down what somebody sent on the public page: by the system, through the channel ``web``; the service desk
    is told. Inside ``writing()``. Errors: ``Refused`` with the field."""
    from ..telling import tell_desk

    with acting_as(SYSTEM):
        given = {name: values.get(name) for name in ("complainant", "phone", "subject", "course", "kind_id",
                                                     "product", "reference", "happened_on", "anonymous")}  # fmt: skip
        complaint = register({**given, "channel_id": _web()}, by_code=True)
        tell_desk(complaint)
        return complaint


def top_kinds() -> list[dict[str, Any]]:
    """What the public page offers: the kinds at the top of the tree, nothing of how the company works."""
    from .entries import entries

    return [row for row in entries(KIND) if row["parent_id"] is None]


def _web() -> int:
    found = db.session.scalar(select(ENTRIES.c.id).where(ENTRIES.c.list == CHANNEL, ENTRIES.c.key == "web"))
    assert found is not None  # shipped, and never taken away
    return int(found)


def _counted(hour: datetime, whence: str) -> int:
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(USES).values(hour=hour, whence=whence, times=1)
    again = first.on_conflict_do_update(index_elements=["hour", "whence"], set_={"times": USES.c.times + 1})
    return int(db.session.execute(again.returning(USES.c.times)).scalar_one())


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
