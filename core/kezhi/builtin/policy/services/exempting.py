"""What does not apply to the company: said by a person, with a reason, on record (PER-01)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from kezhi import NotFound, Refused, acting_user, audit_record, clock, db
from kezhi.i18n import _

from ..lines import Line, all_lines
from ..models import Exemption, Stretch

LONGEST = 1_000  #: characters of a reason


def line_of(key: str) -> Line:
    """An obligation by its key. Errors: ``NotFound``."""
    found = all_lines().get(key)
    if found is None:
        raise NotFound(_("There is no such clause."))
    return found


def exempt(key: str, reason: str) -> Exemption:
    """Say that an obligation does not apply to the company. Inside ``writing()``.

    Errors: ``NotFound``; ``Refused`` without a reason, or when it is said already.
    """
    line, reason = line_of(key), reason.strip()
    if not reason:
        raise Refused(_("Write why it does not apply."), field="reason")
    if len(reason) > LONGEST:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST), field="reason")
    open_one = select(Exemption.id).where(Exemption.line == key, Exemption.ended_at.is_(None))
    if db.session.scalar(open_one) is not None:
        raise Refused(_("It does not apply already."), field="reason")
    made = Exemption(line=key, reason=reason, set_at=clock.now(), set_by=acting_user().login)
    db.session.add(made)
    db.session.flush()
    audit_record("policy.exempt", "clause", key, exemption=made.id, clause=line.clause.id)
    return made


def apply_again(key: str) -> None:
    """The obligation applies from now on. Inside ``writing()``. Errors: ``NotFound``; ``Refused`` when it does."""
    line_of(key)
    open_ones = update(Exemption).where(Exemption.line == key, Exemption.ended_at.is_(None))
    ended = db.session.execute(open_ones.values(ended_at=clock.now(), ended_by=acting_user().login))
    if not ended.rowcount:  # type: ignore[attr-defined]
        raise Refused(_("It applies already."))
    audit_record("policy.apply", "clause", key)


def exemptions_of(key: str) -> Sequence[Exemption]:
    """All that was ever said of an obligation, the last first."""
    return db.session.scalars(select(Exemption).where(Exemption.line == key).order_by(Exemption.id.desc())).all()


def forget_plugin(plugin: str) -> None:
    """Nothing is kept of an app that was uninstalled."""
    for model in (Exemption, Stretch):
        db.session.execute(delete(model).where(model.line.startswith(f"{plugin}:", autoescape=True)))
