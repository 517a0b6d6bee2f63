"""Results of runs keep figures and codes of a destroyed customer, not its name (CUS-10).

The digest of a run covers the names of its results. It is checked before a name goes and computed anew afterwards; both
stand in the audit chain, so that the results stay provably those that were signed, but for the name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update

from kezhi import audit_record, db
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .models import PROPOSED, Result, Run
from .services.digest import run_digest

RESULTS: Any = Result.__table__
ALL = {"kezhi_unscoped": True, "synchronize_session": False}


def places() -> list[Any]:
    """Names in results; a run that waits for signatures keeps its customers for now."""
    from kezhi.builtin.destruction.contributions import Place

    return [Place("grading.results", _l("Results of runs"), erase=_erase, blocks=_blocks, covers=(RESULTS.name,))]


def _blocks(ids: Sequence[int], today: date) -> Mapping[int, str]:
    waits = select(RESULTS.c.customer_id).join(Run, Run.id == RESULTS.c.run_id)
    waits = waits.where(RESULTS.c.customer_id.in_(ids), Run.state == PROPOSED).distinct()
    found = db.session.scalars(waits, execution_options=ALL)
    return {customer_id: _("a grading run with it waits for signatures") for customer_id in found}


def _erase(subject: Any) -> Mapping[str, int]:
    if not subject.is_whole_file:
        return {}
    named = (RESULTS.c.customer_id.in_(subject.ids), RESULTS.c.name != "")
    runs = list(db.session.scalars(select(RESULTS.c.run_id).where(*named).distinct(), execution_options=ALL))
    before = {run_id: run_digest(run_id) for run_id in runs}
    stored = dict(db.session.execute(select(Run.id, Run.digest).where(Run.id.in_(runs))).all())
    result: Any = db.session.execute(update(RESULTS).where(*named).values(name=""), execution_options=ALL)
    for run_id in runs:
        if stored[run_id] is None or stored[run_id] != before[run_id]:
            continue  # not signed yet, or altered before: the check goes on saying so
        after = run_digest(run_id)
        db.session.execute(update(Run).where(Run.id == run_id).values(digest=after), execution_options=ALL)
        audit_record("grading.redact", "grading_run", run_id, before=before[run_id], after=after)
    db.session.expire_all()
    return {RESULTS.name: int(result.rowcount)}
