"""Links by which a person sets a password: issued by an administrator, good for hours, once (ORG-02).

The code stands behind the ``#`` of the address, which no browser sends: it is in no log of a server or proxy, in no
referrer, and whoever looks at a link beforehand (a mail filter, a chat preview) does not use it up. The table keeps its
hash. With 119 bits there is nothing to guess, so nothing is throttled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from kezhi import NotFound, Refused, User, acting_as, acting_user, audit_record, clock, db, setting, writing
from kezhi.db import end_reading
from kezhi.i18n import gettext as _

from ..codes import code_hash, new_link_code
from ..models import Account, PasswordLink
from ..passwords import check_password, hash_password
from .counting import rows_reached
from .loading import user_by_id
from .log_ins import end_links
from .people import store_password


@dataclass(frozen=True, slots=True)
class Link:
    """A link as its administrator is shown it, once."""

    code: str = field(repr=False)
    user_id: int
    login: str
    name: str
    expires_at: datetime


def issue_link(user_id: int) -> Link:
    """Issue a link to an active person, inside ``writing()``; one that was issued before ends. Errors: ``NotFound``."""
    there = select(Account.login, Account.name).where(Account.id == user_id, Account.active.is_(True))
    row = db.session.execute(there).one_or_none()
    if row is None:
        raise NotFound(_("There is no such user."))
    now, code = clock.now(), new_link_code()
    expires = now + timedelta(hours=int(setting("accounts", "link_hours")))
    end_links(user_id)
    values = {"code_hash": code_hash(code), "user_id": user_id, "made_by": acting_user().login, "made_at": now}
    db.session.execute(insert(PasswordLink).values(values | {"expires_at": expires, "used": False}))
    audit_record("user.link", "user", user_id, hours=int(setting("accounts", "link_hours")))
    return Link(code, user_id, row.login, row.name, expires)


def open_link(user_id: int) -> datetime | None:
    """Until when a link of this person works; None when there is none."""
    good = (PasswordLink.user_id == user_id, PasswordLink.ended_at.is_(None), PasswordLink.expires_at > clock.now())
    return db.session.scalar(select(PasswordLink.expires_at).where(*good))


def redeem_link(code: str, password: str) -> User:
    """Set the password of whom the code belongs to; their sessions end, and a lock is lifted. Nobody is logged in.

    Opens its own transactions. Errors: ``Refused`` in the same words for a code that is unknown, over or used; for a
    password against the rules, and then the link stays good.
    """
    now, hashed_code = clock.now(), code_hash(code)
    good = (PasswordLink.code_hash == hashed_code, PasswordLink.ended_at.is_(None), PasswordLink.expires_at > now)
    user_id = db.session.scalar(select(PasswordLink.user_id).where(*good))
    user = user_by_id(user_id) if user_id is not None else None
    end_reading()
    if user is None or user.id is None:
        raise _void()
    check_password(password, login=user.login, field="new_password")
    hashed = hash_password(password)
    with acting_as(user), writing():
        if rows_reached(update(PasswordLink).where(*good).values(ended_at=now, used=True)) == 0:
            raise _void()
        store_password(user.id, hashed, must_change=False)
        audit_record("user.link_used", "user", user.id)
    return user


def _void() -> Refused:
    return Refused(
        _("This link does not work: it was used, replaced or is too old. Ask an administrator for a new one."),
        field="code",
    )
