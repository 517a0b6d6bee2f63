"""What ``kezhi doctor`` verifies about people and departments."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import gettext as _

from .models import ADMINISTRATOR, Account, AccountRole, Department, DepartmentClosure
from .services.departments import expected_closure


def checks() -> list[Check]:
    return [
        Check("accounts.administrator", _l("Somebody administers the installation"), _administrator),
        Check("accounts.departments", _l("The tree of departments and its closure agree"), _closure),
    ]


def _administrator(session: Session) -> list[Finding]:
    statement = (
        select(func.count())
        .select_from(AccountRole)
        .join(Account, Account.id == AccountRole.user_id)
        .where(AccountRole.role_key == ADMINISTRATOR, Account.active.is_(True))
    )
    if session.execute(statement).scalar_one():
        return []
    return [Finding(_("No active user has the role administrator; run: kezhi user add LOGIN --role administrator"))]


def _closure(session: Session) -> list[Finding]:
    parents: dict[int, int | None] = {
        row.id: row.parent_id for row in session.execute(select(Department.id, Department.parent_id))
    }
    table = DepartmentClosure
    rows = session.execute(select(table.ancestor_id, table.descendant_id, table.depth))
    stored = {(row.ancestor_id, row.descendant_id, row.depth) for row in rows}
    expected = expected_closure(parents)
    found = [
        Finding(_("department %(id)s is below itself", id=start))
        for start, parent in sorted(parents.items())
        if parent is not None and _circles(start, parents)
    ]
    wrong = stored ^ expected
    if wrong:
        above, below, _depth = min(wrong)
        found.append(
            Finding(
                _(
                    "%(count)s pairs of departments differ from the tree, the first: %(above)s above %(below)s",
                    count=len(wrong),
                    above=above,
                    below=below,
                )
            )
        )
    return found


def _circles(start: int, parents: dict[int, int | None]) -> bool:
    """Whether the way up from ``start`` never ends."""
    above, steps = parents.get(start), 0
    while above is not None and steps <= len(parents):
        above, steps = parents.get(above), steps + 1
    return above is not None
