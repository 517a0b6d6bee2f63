"""The data-protection person, and the procedures for handling customer data (CUS-12). Writing expects ``writing()``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, User, acting_user, audit_record, clock, db, visible
from kezhi.i18n import _

from ...accounts.models import Account
from ...accounts.services import load_users, user_by_id
from ..models import Acknowledgement, Officer, Procedure
from ..rules import PROCEDURES, PROTECT

LONGEST_TITLE, LONGEST_NOTE, LONGEST_TEXT = 120, 500, 50_000
#: days that people have for reading a new version
TO_READ = timedelta(days=14)
UNSCOPED = {"kezhi_unscoped": True}


def officer(on: date | None = None) -> Officer | None:
    """Who answers for the protection of customer data on a day, today if none is given."""
    day = on or clock.today()
    last = (Officer.to_on.is_(None)) | (Officer.to_on >= day)
    found: Officer | None = db.session.scalars(
        select(Officer).where(Officer.from_on <= day, last), execution_options=UNSCOPED
    ).one_or_none()
    return found


def officers() -> Sequence[tuple[Officer, str]]:
    """Everybody who was named, the last one first, with their names."""
    rows = visible(Officer).add_columns(Account.name).join(Account, Account.id == Officer.user_id)
    return [(row, name) for row, name in db.session.execute(rows.order_by(Officer.from_on.desc()))]


def candidates() -> list[User]:
    """Who can be named: whoever has the right to look after data protection."""
    return [each for each in load_users(Account.active.is_(True)) if each.can(PROTECT)]


def name_officer(user_id: int, from_on: date, note: str = "") -> Officer:
    """Name who answers for the protection of customer data from a day on; the one before ends the day before.

    Errors: ``Refused`` for somebody without the right to it, or a day that does not lie after the last naming.
    """
    person = user_by_id(user_id)
    if person is None or not person.can(PROTECT):
        text = _("Choose somebody whose role may look after data protection; roles are set under Permissions.")
        raise Refused(text, field="person")
    if len(note) > LONGEST_NOTE:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_NOTE), field="note")
    latest = db.session.scalar(select(func.max(Officer.from_on)), execution_options=UNSCOPED)
    if latest is not None and from_on <= latest:
        text = _("The last naming holds from %(day)s: choose a later day.", day=latest.isoformat())
        raise Refused(text, field="from_on")
    open_one = update(Officer).where(Officer.to_on.is_(None)).values(to_on=from_on - timedelta(days=1))
    db.session.execute(open_one, execution_options={**UNSCOPED, "synchronize_session": False})
    named = Officer(user_id=user_id, from_on=from_on, note=note, named_at=clock.now(), named_by=acting_user().login)
    db.session.add(named)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict(_("Somebody else has just named another person. Look at it again.")) from error
    audit_record("upkeep.officer", "officer", named.id, user_id=user_id, from_on=from_on.isoformat())
    return named


# ── procedures ──────────────────────────────────────────────────────────────────────────────────────────────────


def procedure_in_force(on: date | None = None) -> Procedure | None:
    """The procedures that hold on a day: of those whose day has come, the highest version."""
    newest = select(Procedure).where(Procedure.in_force_on <= (on or clock.today()))
    found: Procedure | None = db.session.scalars(
        newest.order_by(Procedure.number.desc()).limit(1), execution_options=UNSCOPED
    ).one_or_none()
    return found


def procedures() -> Sequence[Procedure]:
    """Every version, the newest first."""
    return db.session.scalars(visible(Procedure).order_by(Procedure.number.desc())).all()


def procedure(number: int) -> Procedure:
    """One version. Errors: ``NotFound``."""
    found: Procedure | None = db.session.scalars(visible(Procedure).where(Procedure.number == number)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def publish(
    title: str, text: str, in_force_on: date, *, to_acknowledge: bool = False, change: str = "", after: int = 0
) -> Procedure:
    """Publish a new version; ``after`` is the number of the version that was read before.

    Errors: ``Refused``; ``Conflict`` when somebody published one meanwhile.
    """
    limits = (("title", title, LONGEST_TITLE), ("text", text, LONGEST_TEXT), ("change", change, LONGEST_NOTE))
    for key, given, longest in limits:
        if key != "change" and not given.strip():
            raise Refused(_("Write the procedures.") if key == "text" else _("A title is needed."), field=key)
        if len(given) > longest:
            raise Refused(_("Write %(count)s characters at most.", count=longest), field=key)
    latest = db.session.scalar(select(func.max(Procedure.number)), execution_options=UNSCOPED) or 0
    if latest != after:
        raise Conflict(
            _("Somebody else published version %(number)s meanwhile. Compare, then save again.", number=latest)
        )
    if in_force_on < clock.today():
        day = in_force_on.isoformat()
        raise Refused(_("%(day)s is over. Choose today or a later day.", day=day), field="in_force_on")
    made = Procedure(
        number=latest + 1, title=title, text=text, change=change, in_force_on=in_force_on,
        to_acknowledge=to_acknowledge, written_at=clock.now(), written_by=acting_user().login,
    )  # fmt: skip
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict(_("Somebody else has just published a version. Look at it again.")) from error
    audit_record("upkeep.procedure", "procedure", made.id, number=made.number, in_force_on=in_force_on.isoformat())
    return made


def acknowledge(number: int) -> None:
    """The acting person has read a version; said twice it stays as it was. Errors: ``NotFound``."""
    found, user = procedure(number), acting_user()
    if user.id is None or not found.to_acknowledge:
        raise NotFound(_("There is no such version."))
    if not acknowledged(found):
        db.session.add(Acknowledgement(procedure_id=found.id, user_id=user.id, at=clock.now()))
        db.session.flush()
        audit_record("upkeep.acknowledge", "procedure", found.id, number=number)


def acknowledged(found: Procedure) -> bool:
    """Whether the acting person has said so."""
    key = {"procedure_id": found.id, "user_id": acting_user().id}
    return key["user_id"] is not None and db.session.get(Acknowledgement, key) is not None


def readers() -> list[User]:
    """Everybody who handles customer data and so has to know the procedures."""
    return [each for each in load_users(Account.active.is_(True)) if each.can(PROCEDURES)]


def not_acknowledged(found: Procedure) -> list[User]:
    """Who still has to say that they have read a version. Two statements."""
    done: Any = select(Acknowledgement.user_id).where(Acknowledgement.procedure_id == found.id)
    known = set(db.session.scalars(done, execution_options=UNSCOPED))
    return [each for each in readers() if each.id not in known]
