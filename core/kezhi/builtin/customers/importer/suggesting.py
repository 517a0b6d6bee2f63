"""What a cell of a file may have meant: list values, people, departments and customers, as far as one may see them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select, union_all

from kezhi import acting_user, db, visible

from ...accounts.models import Account
from ...imports.suggesting import Value, nearest
from ..models import Customer
from ..services import lists
from ..services.people import ASSIGN, departments_of, owners_of

#: what stands between several values in one cell
SEVERAL = re.compile(r"[、，,;；\n]")
MOST_PEOPLE = 2_000  #: people and departments that are compared with a text
NEIGHBOURS = 3  #: customers on either side of a code

Suggest = Callable[[Sequence[str]], dict[str, list[Value]]]


def of_list(key: str) -> Suggest:
    """Values of one of the company's lists that are in use."""
    return lambda texts: nearest(texts, _names(key))


def _names(key: str) -> list[Value]:
    """Both names of each value: a file is written in either language, whoever reads it."""
    return [(each[part], each[part]) for each in lists.entries(key) for part in ("zh", "en") if each[part]]


def of_groups(texts: Sequence[str]) -> dict[str, list[Value]]:
    """The same cell with each unknown product group replaced by the nearest one."""
    pieces = {text: [piece.strip() for piece in SEVERAL.split(text) if piece.strip()] for text in texts}
    unknown = [piece for several in pieces.values() for piece in several if not lists.key_of("product_group", piece)]
    found = nearest(unknown, _names("product_group"))
    answer: dict[str, list[Value]] = {}
    for text, several in pieces.items():
        meant = [
            piece if piece not in found else next((value for value, _name in found[piece]), "") for piece in several
        ]
        if several and all(meant):
            whole = lists.separator().join(dict.fromkeys(meant))
            answer[text] = [(whole, whole)]
    return answer


def of_owners(texts: Sequence[str]) -> dict[str, list[Value]]:
    """Logins of people whom the acting user may make responsible."""
    user = acting_user()
    people = owners_of(user).with_only_columns(Account.login, Account.name)
    if not user.is_system and not user.can(ASSIGN):
        people = people.where(Account.id == user.id)
    found = db.session.execute(people.order_by(Account.login).limit(MOST_PEOPLE)).all()
    return nearest(texts, [(row.login, row.name) for row in found])


def of_departments(texts: Sequence[str]) -> dict[str, list[Value]]:
    """Departments that the acting user may choose."""
    user = acting_user()
    if not user.is_system and not user.can(ASSIGN):
        return {}
    found = db.session.execute(departments_of(user).limit(MOST_PEOPLE)).all()
    return nearest(texts, [(row.name, row.name) for row in found])


def of_customers(texts: Sequence[str]) -> dict[str, list[Value]]:
    """Codes of customers that one sees: whose code stands beside the text, or whose name begins with it."""
    wanted = [text for text in dict.fromkeys(texts) if text.strip()]
    if not wanted:
        return {}
    seen = visible(Customer).with_only_columns(Customer.code, Customer.name).where(Customer.code.is_not(None))
    each = []
    for text in wanted:
        each.append(seen.where(Customer.code >= text).order_by(Customer.code).limit(NEIGHBOURS))
        each.append(seen.where(Customer.code < text).order_by(Customer.code.desc()).limit(NEIGHBOURS))
        each.append(
            seen.where(Customer.name.startswith(text, autoescape=True)).order_by(Customer.name).limit(NEIGHBOURS)
        )
    rows: Any = db.session.execute(union_all(*(select(one.subquery()) for one in each))).all()
    return nearest(wanted, [(row[0], row[1]) for row in rows])
