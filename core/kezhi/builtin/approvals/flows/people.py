"""People by what somebody types: a name, a login, or both as the list offers them, “王芳 (wang)”."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from sqlalchemy import or_, select

from kezhi import db
from kezhi.i18n import _

from ...accounts.models import Account
from ...accounts.spelling import normal_login

OFFERED = 1000  #: people whom the list offers; others are typed
BOTH = re.compile(r"(?P<name>.*?)\s*[(（](?P<login>[^()（）]+)[)）]\Z")


def label(name: str, login: str) -> str:
    """How a person stands in a field."""
    return f"{name} ({login})"


def offered() -> list[str]:
    """The active people for the list of a field, by name."""
    statement = select(Account.name, Account.login).where(Account.active.is_(True))
    rows = db.session.execute(statement.order_by(Account.name, Account.id).limit(OFFERED))
    return [label(row.name, row.login) for row in rows]


def labels_of(ids: Iterable[int]) -> dict[int, str]:
    """How these people stand in fields, those who left, too."""
    rows = db.session.execute(select(Account.id, Account.name, Account.login).where(Account.id.in_(sorted(set(ids)))))
    return {row.id: label(row.name, row.login) for row in rows}


def find_people(texts: Collection[str]) -> dict[str, int | str]:
    """For each text the id of the active person that it means, or why it means nobody: one statement."""
    if not texts:
        return {}
    logins = {text: normal_login(_login(text)) for text in texts}
    statement = select(Account.id, Account.name, Account.login).where(
        Account.active.is_(True),
        or_(Account.login.in_(sorted(set(logins.values()))), Account.name.in_(sorted(set(texts)))),
    )
    rows = db.session.execute(statement).all()
    by_login = {row.login: row.id for row in rows}
    found: dict[str, int | str] = {}
    for text in texts:
        named = [row.id for row in rows if row.name == text]
        if logins[text] in by_login:
            found[text] = by_login[logins[text]]
        elif len(named) == 1:
            found[text] = named[0]
        elif named:
            found[text] = _("Several people are called “%(name)s”: choose one from the list.", name=text)
        else:
            found[text] = _("There is no active person “%(name)s”: choose one from the list.", name=text)
    return found


def _login(text: str) -> str:
    matched = BOTH.match(text)
    return matched["login"] if matched else text
