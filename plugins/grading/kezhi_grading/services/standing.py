"""The grades in force of a scheme, in one order across its versions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from kezhi import db
from kezhi.builtin.customers.services import rows_of

from ..models import PUBLISHED, CurrentGrade, Run, SchemeVersion
from ..scheme import Grade
from .schemes import scheme_of


def grades_in_force(key: str) -> list[Grade]:
    """Every grade that a customer may have by this scheme now: those of the version published last, then older ones.

    A customer that the last run did not grade keeps its grade, which a newer version may no longer have.
    """
    return merged(published_versions(key))


def published_versions(key: str) -> Sequence[SchemeVersion]:
    """The versions of a scheme by which grades were published, the last first."""
    last = (
        select(Run.scheme_id, func.max(Run.id).label("run"))
        .where(Run.scheme_key == key, Run.state == PUBLISHED)
        .group_by(Run.scheme_id)
        .subquery()
    )
    joined = select(SchemeVersion).join(last, last.c.scheme_id == SchemeVersion.id)
    return db.session.scalars(joined.order_by(last.c.run.desc())).all()


def merged(versions: Sequence[SchemeVersion]) -> list[Grade]:
    """The grades of versions, the first version's first, each once."""
    found: dict[str, Grade] = {}
    for version in versions:
        for grade in scheme_of(version).grades:
            found.setdefault(grade.key, grade)
    return list(found.values())


def current_grade(customer_id: int, key: str) -> CurrentGrade | None:
    """The grade in force of a customer by a scheme."""
    mine = rows_of(CurrentGrade.customer_id, customer_id).where(CurrentGrade.scheme_key == key)
    found: CurrentGrade | None = db.session.scalars(mine).one_or_none()
    return found
