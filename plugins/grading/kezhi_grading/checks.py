"""``kezhi doctor``: published grades are what was signed, are in force once, and can be recomputed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l

from .compile import differences
from .models import PROPOSED, PUBLISHED, CurrentGrade, Result, Run, SchemeVersion
from .stored import from_json
from .words import _


def checks() -> list[Check]:
    """The invariants of grading."""
    return [
        Check("grading.digest", _l("Published results are the signed ones"), signed),
        Check("grading.current", _l("The grades in force come from published runs"), in_force),
        Check("grading.recompute", _l("Stored results can be recomputed"), recomputed),
    ]


def signed(session: Session) -> Sequence[Finding]:
    """Every proposed or published run still has the digest that was put up."""
    from .services.digest import run_digest

    runs = session.execute(select(Run.id, Run.number, Run.digest).where(Run.state.in_([PROPOSED, PUBLISHED]))).all()
    return [
        Finding(_("Grading run %(number)s is not what was put up for signature: its rows were altered.", number=number))
        for id_, number, digest in runs
        if run_digest(id_) != digest
    ]


def in_force(session: Session) -> Sequence[Finding]:
    """Every grade in force is the result of a published run of its scheme."""
    joined = (
        select(func.count())
        .select_from(CurrentGrade)
        .outerjoin(Run, Run.id == CurrentGrade.run_id)
        .outerjoin(
            Result,
            (Result.run_id == CurrentGrade.run_id) & (Result.customer_id == CurrentGrade.customer_id),
        )
    )
    wrong: Any = (
        (Run.state != PUBLISHED)
        | (Run.scheme_key != CurrentGrade.scheme_key)
        | Result.grade.is_distinct_from(CurrentGrade.grade)
        | Result.score.is_distinct_from(CurrentGrade.score)
    )
    count = session.execute(joined.where(wrong)).scalar_one()
    if not count:
        return []
    return [Finding(_("%(count)s grades in force are not those of the run they name.", count=count))]


def recomputed(session: Session) -> Sequence[Finding]:
    """Every run gives the same results again from the values it stored (GRD-07)."""
    found = []
    rows = session.execute(select(Run.id, Run.number, SchemeVersion.definition).join(SchemeVersion)).all()
    for run_id, number, definition in rows:
        count = session.execute(differences(from_json(definition), run_id)).scalar_one()
        if count:
            text = _("Grading run %(number)s: %(count)s results differ when recomputed.", number=number, count=count)
            found.append(Finding(text))
    return found
