"""What shows that people and log-in are kept in order (ORG-01, ORG-02)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, or_, select

from kezhi import clock
from kezhi import lazy_gettext as _l

from ..policy.contributions import Ask, ClauseEvidence, Records
from .models import Account, AccountRole, Attempt, Department

FRESH = timedelta(days=14)  #: in which a password given by an administrator should have been changed
ADMINISTRATORS = _l("Administrators")


def evidence() -> list[ClauseEvidence]:
    """People, departments and log-in."""
    people = Records("accounts.users", {"f.state": "active"})
    return [
        ClauseEvidence(
            "ORG-01",
            _l("Everybody has a role, and every department a manager who is still with the company."),
            ask=people_and_departments,
            says=lambda found: _l("%(count)s of %(of)s people with a role", count=found.records or 0, of=found.of or 0),
            records=people,
            breaches=people,
            responsible=ADMINISTRATORS,
        ),
        ClauseEvidence(
            "ORG-02",
            _l("Passwords given by an administrator are changed within 14 days."),
            ask=log_ins,
            says=lambda found: _l("People who logged in so far: %(count)s", count=found.records or 0),
            records=people,
            responsible=ADMINISTRATORS,
        ),
    ]


def people_and_departments(_today: date) -> Ask:
    """Active people without a role; departments without a manager are still to be done."""
    active = select(func.count(Account.id)).where(Account.active.is_(True))
    has_role = select(AccountRole.user_id).where(AccountRole.user_id == Account.id).exists()
    managed = select(func.count(Department.id)).outerjoin(Account, Account.id == Department.manager_id)
    return Ask(
        records=active.where(has_role),
        of=active,
        breaches=active.where(~has_role),
        waiting=managed.where(or_(Account.id.is_(None), Account.active.is_(False))),
        latest=select(func.max(Account.created_at)),
    )


def log_ins(_today: date) -> Ask:
    """Who logged in so far, and whose first password was not changed in time."""
    active = select(func.count(Account.id)).where(Account.active.is_(True))
    now = clock.now()
    kept_too_long = Account.must_change_password.is_(True) & (Account.password_changed_at < now - FRESH)
    return Ask(
        records=active.where(Account.last_login_at.is_not(None)),
        latest=select(func.max(Account.last_login_at)),
        breaches=active.where(kept_too_long),
        waiting=select(func.count(Attempt.subject)).where(Attempt.kind == "login", Attempt.locked_until > now),
    )
