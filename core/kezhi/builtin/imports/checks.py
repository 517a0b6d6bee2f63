"""Invariants of imports that ``kezhi doctor`` verifies."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kezhi import Check, Finding, clock
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .models import APPLIED, APPLYING, LOADING, REVERTING, Batch


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("imports.counts", _l("Every row of an applied import is accounted for"), unaccounted),
        Check("imports.loading", _l("No import hangs while it is being read"), hanging),
    ]


def unaccounted(session: Session) -> list[Finding]:
    """Applied imports whose rows are not created, updated, unchanged or failed."""
    counted = Batch.created + Batch.updated + Batch.unchanged + Batch.failed
    found = session.scalars(select(Batch).where(Batch.state == APPLIED, Batch.rows != counted).order_by(Batch.id))
    return [
        Finding(
            _(
                "Import %(id)s has %(rows)s rows, but %(counted)s are accounted for.",
                id=batch.id,
                rows=batch.rows,
                counted=batch.created + batch.updated + batch.unchanged + batch.failed,
            )
        )
        for batch in found
    ]


def hanging(session: Session) -> list[Finding]:
    """Imports whose reading stopped more than a day ago."""
    late = clock.now() - timedelta(days=1)
    found = session.scalars(
        select(Batch).where(Batch.state.in_((LOADING, APPLYING, REVERTING)), Batch.touched_at < late).order_by(Batch.id)
    )
    return [
        Finding(
            _(
                "Import %(id)s of %(login)s stopped at row %(row)s. Importing the same file again takes it up there.",
                id=batch.id,
                login=batch.requester_login,
                row=batch.loaded,
            ),
            level="advice",
        )
        for batch in found
    ]
