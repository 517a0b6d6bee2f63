"""What ``kezhi doctor`` says of the search."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, clock, tables
from kezhi import lazy_gettext as _l
from kezhi.i18n import _
from kezhi.jobs import RUNNING, WAITING

from .contributions import SearchKind
from .models import Pending, Token
from .services.following import JOB
from .services.indexing import UNSCOPED, texts_of, tokens_by_record
from .services.kinds import every_kind, ready_kinds

SAMPLE = 200  #: records compared word by word
LATE = timedelta(minutes=30)
token = Token.__table__


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("search.tokens", _l("What is searched agrees with the records"), drift),
        Check("search.waiting", _l("Records do not wait for the search"), waiting),
    ]


def drift(session: Session) -> list[Finding]:
    """Kinds with records that have no or other tokens, or with tokens of records that are gone."""
    kinds = every_kind()
    found = []
    for key in sorted(ready_kinds(kinds)):
        kind = kinds[key]
        missing, lost, other = _missing(session, kind), _lost(session, kind), _other(session, kind)
        if missing or lost or other:
            text = _(
                "“%(kind)s”: %(missing)s records cannot be found, %(lost)s that are gone can, %(other)s of the last "
                "%(sample)s are found by other words than theirs: kezhi search rebuild.",
                kind=kind.title, missing=missing, lost=lost, other=other, sample=SAMPLE,
            )  # fmt: skip
            found.append(Finding(text))
    return found


def waiting(session: Session) -> list[Finding]:
    """Records that wait although nobody is about to take them up."""
    count = session.scalar(select(func.count()).select_from(Pending)) or 0
    job = tables.job
    soon = (job.c.job == JOB, job.c.state.in_((WAITING, RUNNING)), job.c.due_at > clock.now() - LATE)
    if not count or session.scalar(select(job.c.id).where(*soon).limit(1)) is not None:
        return []
    text = _("%(count)s records wait for the search: is a worker running?", count=count)
    return [Finding(text, "advice")]


def _missing(session: Session, kind: SearchKind) -> int:
    texts = or_(*(func.coalesce(column, "") != "" for column in (*kind.codes, *kind.names) if _is_text(column)))
    has = select(1).select_from(token).where(token.c.kind == kind.key, token.c.record_id == kind.record_id).exists()
    statement = select(func.count()).select_from(kind.model).where(texts, ~has)
    return session.scalar(statement, execution_options=UNSCOPED) or 0


def _lost(session: Session, kind: SearchKind) -> int:
    there = select(1).where(kind.record_id == token.c.record_id).exists()
    statement = select(func.count(token.c.record_id.distinct())).where(token.c.kind == kind.key, ~there)
    return session.scalar(statement, execution_options=UNSCOPED) or 0


def _other(session: Session, kind: SearchKind) -> int:
    newest = select(kind.record_id).order_by(kind.record_id.desc()).limit(SAMPLE)
    ids = list(session.scalars(newest, execution_options=UNSCOPED))
    wanted = tokens_by_record(texts_of(kind, ids))
    stored: dict[int, dict[str, int]] = {record: {} for record in ids}
    for row in session.execute(select(token).where(token.c.kind == kind.key, token.c.record_id.in_(ids))):
        stored[row.record_id][row.token] = row.place
    return sum(bool(stored[record]) and stored[record] != wanted.get(record, {}) for record in ids)


def _is_text(column: Any) -> bool:
    return getattr(column.type, "python_type", None) is str
