"""What the signatures bind to: SHA-256 over a run's facts, its results and its evidence, streamed in a fixed order."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import select

from kezhi import db

from ..models import EvidenceRow, Result, Run
from .queries import version_of

RESULT: Any = Result.__table__
EVIDENCE: Any = EvidenceRow.__table__
#: what is signed of a result; ``previous_*`` is filled at publication
SIGNED = (
    "customer_id",
    "code",
    "name",
    "numerator",
    "denominator",
    "score",
    "grade",
    "grade_order",
    "rule",
    "criteria",
)


def run_digest(run_id: int) -> str:
    """The digest of a run as it stands in the database now, in hexadecimal."""
    run = db.session.get_one(Run, run_id, populate_existing=True)
    sha = hashlib.sha256()
    sha.update(_line(_facts(run)))
    results = select(*(RESULT.c[name] for name in SIGNED)).where(RESULT.c.run_id == run_id)
    for row in db.session.execute(results.order_by(RESULT.c.customer_id).execution_options(yield_per=2000)):
        sha.update(_line(list(row)))
    order = (EVIDENCE.c.customer_id, EVIDENCE.c.evidence, EVIDENCE.c.record_id)
    evidence = select(EVIDENCE).where(EVIDENCE.c.run_id == run_id).order_by(*order)
    for row in db.session.execute(evidence.execution_options(yield_per=2000)):
        day = row.happened_on.isoformat() if row.happened_on else None
        sha.update(_line([row.customer_id, row.evidence, row.record_id, row.reference, day, row.value]))
    return sha.hexdigest()


def _facts(run: Run) -> dict[str, Any]:
    version = version_of(run)
    return {
        "number": run.number,
        "scheme": [version.key, version.version, version.digest, version.currency],
        "period": [run.period_start.isoformat(), run.period_end.isoformat()],
        "graded": run.graded,
        "ungradable": run.ungradable,
        "counts": run.counts,
        "totals": run.totals,
        "sources": run.sources,
        "without_source": run.without_source,
        **({"basis": run.basis} if run.basis else {}),
        **({"judged_on": run.judged_on.isoformat()} if run.judged_on else {}),
    }


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"
