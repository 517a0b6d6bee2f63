"""Deputies by dates: entered by the person who will be away, or for somebody by whoever may (ORG-01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select, update

from kezhi import NotFound, Refused, acting_user, audit_record, clock, db, writing
from kezhi.i18n import _

from ...accounts.models import Account
from .. import telling
from ..models import Deputy

OTHERS = "approvals.deputies"  #: permission to enter deputies for other people
LONGEST_NOTE = 200  #: characters
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Absence:
    """An entry with its names, and whether the acting user may take it back."""

    row: Deputy
    user: str
    deputy: str
    may_end: bool
    state: str  #: coming, present or past


def add_deputy(user_id: int, deputy_id: int, since: date, until: date, note: str = "") -> Deputy:
    """``deputy_id`` signs in the place of ``user_id`` from the first to the last day, both included.

    Errors: ``NotFound`` for somebody else's absence without the right to enter it; ``Refused`` with the field for days
    that make no sense, for people who cannot sign, and while another deputy is entered for one of the days.
    """
    acting = acting_user()
    if user_id != acting.id and not acting.can(OTHERS):
        raise NotFound(_("There is no such person."))
    _check_days(since, until)
    with writing():
        # whoever enters a second deputy for the same person at the same moment waits here
        absent = db.session.scalars(select(Account).where(Account.id == user_id).with_for_update()).one_or_none()
        if absent is None or not absent.active:
            raise Refused(_("Choose a person from the list."), field="user")
        _check_person(user_id, deputy_id)
        _check_free(user_id, since, until)
        row = Deputy(
            user_id=user_id,
            deputy_id=deputy_id,
            since=since,
            until=until,
            note=note.strip()[:LONGEST_NOTE],
            made_by=acting.name,
            made_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        audit_record("deputy.add", "user", user_id, deputy=deputy_id, since=str(since), until=str(until))
        telling.tell_deputy(absent.name, row)
        return row


def _check_days(since: date, until: date) -> None:
    if until < since:
        raise Refused(_("The last day is before the first one."), field="until")
    if until < clock.today():
        raise Refused(_("The absence is over already; choose a last day from today on."), field="until")
    if until - since > LONGEST:
        raise Refused(_("Enter at most a year; more can follow later."), field="until")


def _check_person(user_id: int, deputy_id: int) -> None:
    from ...accounts.services import user_by_id

    person = user_by_id(deputy_id)
    if person is None or not person.can("approvals.use"):
        raise Refused(_("Choose a person from the list."), field="deputy")
    if deputy_id == user_id:
        raise Refused(_("Nobody is their own deputy; choose somebody else."), field="deputy")


def _check_free(user_id: int, since: date, until: date) -> None:
    other = db.session.execute(
        select(Deputy.since, Deputy.until, Account.name)
        .join(Account, Account.id == Deputy.deputy_id)
        .where(Deputy.user_id == user_id, Deputy.ended_at.is_(None), Deputy.since <= until, Deputy.until >= since)
        .limit(1)
    ).first()
    if other is not None:
        raise Refused(
            _(
                "%(name)s is deputy from %(since)s to %(until)s already; take that back first or choose other days.",
                name=other.name,
                since=other.since,
                until=other.until,
            ),
            field="since",
        )


def end_deputy(deputy_row_id: int) -> None:
    """Take an entry back: it ends at once. What was signed stays. Errors: ``NotFound``."""
    user = acting_user()
    with writing():
        statement = update(Deputy).where(Deputy.id == deputy_row_id, Deputy.ended_at.is_(None))
        if not user.can(OTHERS):
            statement = statement.where(Deputy.user_id == user.id)
        ended = db.session.execute(statement.values(ended_at=clock.now()).returning(Deputy.user_id)).first()
        if ended is None:
            raise NotFound(_("There is no such deputy any more."))
        audit_record("deputy.end", "user", ended.user_id, entry=deputy_row_id)


def absences(limit: int = 200) -> list[Absence]:
    """Own absences and those one stands in for, with the right all of them; the latest first."""
    user, today = acting_user(), clock.today()
    person, deputy = Account.__table__.alias("person"), Account.__table__.alias("deputy")
    statement = (
        select(Deputy, person.c.name, deputy.c.name)
        .join(person, person.c.id == Deputy.user_id)
        .join(deputy, deputy.c.id == Deputy.deputy_id)
        .order_by(Deputy.until.desc(), Deputy.id.desc())
        .limit(limit)
    )
    if not user.can(OTHERS):
        statement = statement.where(or_(Deputy.user_id == user.id, Deputy.deputy_id == user.id))
    found = []
    for row, name, other in db.session.execute(statement):
        over = row.ended_at is not None or row.until < today
        state = "past" if over else "coming" if row.since > today else "present"
        found.append(Absence(row, name, other, not over and (user.can(OTHERS) or row.user_id == user.id), state))
    return found


def stands_in_for() -> list[tuple[str, date]]:
    """For whom the acting user signs today, and until when."""
    user, today = acting_user(), clock.today()
    statement = (
        select(Account.name, Deputy.until)
        .join(Account, Account.id == Deputy.user_id)
        .where(
            Deputy.deputy_id == user.id,
            Deputy.ended_at.is_(None),
            Deputy.since <= today,
            Deputy.until >= today,
            Account.active.is_(True),
        )
        .order_by(Account.name)
    )
    return [(row.name, row.until) for row in db.session.execute(statement)]
