"""The second factor (ORG-02): codes by time on a telephone, recovery codes, and who has to have one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kezhi import Conflict, NotFound, Refused, audit_record, clock, db
from kezhi.i18n import gettext as _

from ..codes import code_hash, matching_step, new_recovery_codes, new_secret
from ..models import Account, Factor, HalfLogIn, RecoveryCode, Role
from ..sealing import seal, unseal, version
from .counting import rows_reached
from .log_ins import revoke_sessions

BY_CODE, BY_RECOVERY = "code", "recovery"


class WrongCode(Refused):
    """The code is not the one that the person's telephone shows, or it was used already."""


@dataclass(frozen=True, slots=True)
class FactorState:
    """What a person, or an administrator, sees of a second factor."""

    since: datetime | None  #: None: there is none
    pending: bool  #: a new one was begun
    codes_left: int
    required: bool  #: by one of the person's roles


def factor_state(user_id: int, roles: Iterable[str]) -> FactorState:
    """How things stand with a person."""
    row = db.session.execute(select(Factor.confirmed_at, Factor.pending).where(Factor.user_id == user_id)).one_or_none()
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    left = db.session.execute(unused).scalar_one()
    since, pending = (row.confirmed_at, row.pending is not None) if row is not None else (None, False)
    return FactorState(since, pending, left, required_by(roles))


def required_by(roles: Iterable[str]) -> bool:
    """Whether one of these roles asks for a second factor."""
    wanted = select(Role.key).where(Role.key.in_(sorted(roles)), Role.second_factor.is_(True)).limit(1)
    return db.session.execute(wanted).first() is not None


def has_factor(user_id: int) -> bool:
    return (
        db.session.scalar(select(Factor.user_id).where(Factor.user_id == user_id, Factor.secret.is_not(None)))
        is not None
    )


def begin_factor(user_id: int) -> None:
    """Make a secret for a telephone; nothing counts until its first code was typed. Inside ``writing()``."""
    values = {"pending": seal(new_secret(), user_id), "seal_version": _version(user_id)}
    _upsert(user_id, values)
    audit_record("factor.begin", "user", user_id)


def pending_secret(user_id: int) -> str | None:
    """The secret that was begun and is not confirmed yet."""
    stored = db.session.scalar(select(Factor.pending).where(Factor.user_id == user_id))
    return unseal(stored, user_id) if stored is not None else None


def forget_pending(user_id: int) -> None:
    db.session.execute(update(Factor).where(Factor.user_id == user_id).values(pending=None))


def confirm_pending(user_id: int, code: str) -> list[str]:
    """Put the begun secret in force: the code proves that the telephone has it. Returns the recovery codes, once.

    Errors: ``WrongCode``; ``Conflict`` when nothing is begun.
    """
    secret = pending_secret(user_id)
    if secret is None:
        raise Conflict(_("The set-up was ended meanwhile. Begin again."))
    return enrol(user_id, secret, code)


def enrol(user_id: int, secret: str, code: str) -> list[str]:
    """Make ``secret`` the person's second factor. Returns the recovery codes, once. Errors: ``WrongCode``."""
    step = matching_step(secret, code, clock.now())
    if step is None:
        raise _wrong()
    values = {"secret": seal(secret, user_id), "confirmed_at": clock.now(), "last_step": step, "pending": None}
    values["seal_version"] = version()
    _upsert(user_id, values)
    audit_record("factor.enrol", "user", user_id)
    return _replace_codes(user_id)


def use_code(user_id: int, code: str) -> str:
    """Take a code of the telephone, or a recovery code; answers which. Each counts once, whatever races.

    Inside ``writing()``. Errors: ``WrongCode``.
    """
    now = clock.now()
    stored = db.session.scalar(select(Factor.secret).where(Factor.user_id == user_id).with_for_update())
    if stored is None:
        raise _wrong()
    step = matching_step(unseal(stored, user_id), code, now)
    if step is not None:
        unused = Factor.last_step.is_(None) | (Factor.last_step < step)
        taken = update(Factor).where(Factor.user_id == user_id, unused)
        if rows_reached(taken.values(last_step=step)):
            return BY_CODE
        raise WrongCode(_("This code was used already. Wait for the next one."), field="code")
    same = (RecoveryCode.user_id == user_id, RecoveryCode.code_hash == code_hash(code))
    if rows_reached(update(RecoveryCode).where(*same, RecoveryCode.used_at.is_(None)).values(used_at=now)):
        audit_record("factor.recovery", "user", user_id)
        return BY_RECOVERY
    raise _wrong()


def renew_codes(user_id: int) -> list[str]:
    """Ten new recovery codes in the place of the present ones. Errors: ``Conflict`` without a second factor."""
    if not has_factor(user_id):
        raise Conflict(_("There is no second factor any more."))
    audit_record("factor.codes", "user", user_id)
    return _replace_codes(user_id)


def remove_factor(user_id: int, roles: Iterable[str]) -> None:
    """The person does without one from now on. Errors: ``Refused`` where one of the roles asks for it."""
    if required_by(roles):
        raise Refused(_("One of your roles asks for a second factor; you can only change the telephone."))
    _forget(user_id)
    audit_record("factor.remove", "user", user_id)


def reset_factor(user_id: int) -> bool:
    """An administrator takes the second factor from a person who lost it; all their sessions end.

    Returns: whether there was one. Errors: ``NotFound``.
    """
    if db.session.scalar(select(Account.id).where(Account.id == user_id)) is None:
        raise NotFound(_("There is no such user."))
    had = has_factor(user_id)
    _forget(user_id)
    ended = revoke_sessions(user_id)
    audit_record("factor.reset", "user", user_id, had=had, sessions=ended)
    return had


def _version(user_id: int) -> int | None:
    """The oldest key that the row needs when another secret comes into it."""
    row = db.session.execute(select(Factor.secret, Factor.seal_version).where(Factor.user_id == user_id)).one_or_none()
    if row is None or row.secret is None:
        return version()
    return None if row.seal_version is None else min(row.seal_version, version())


def _forget(user_id: int) -> None:
    for model in (Factor, RecoveryCode, HalfLogIn):
        db.session.execute(delete(model).where(model.user_id == user_id))


def _replace_codes(user_id: int) -> list[str]:
    codes = new_recovery_codes()
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    db.session.execute(insert(RecoveryCode), [{"user_id": user_id, "code_hash": code_hash(code)} for code in codes])
    return codes


def _upsert(user_id: int, values: dict[str, Any]) -> None:
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    made = dialect.insert(Factor).values(user_id=user_id, **values)
    db.session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=values))
    db.session.expire_all()


def _wrong() -> WrongCode:
    return WrongCode(_("This code is not correct. Type the six digits that the app shows now."), field="code")
