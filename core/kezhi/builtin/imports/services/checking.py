"""Comparing a staged batch with the records, set-based: in the dry run, and again when it is applied."""

from __future__ import annotations

from sqlalchemy import String, case, cast, delete, func, select, text, update

from kezhi import clock, db
from kezhi.i18n import _

from ..contributions import Importer
from ..models import Batch, Problem, Row
from ..staging import add_problems, field_text, mark_bad
from ..values import LONGEST_SHOWN
from .sealing import refuse_while_indexes_wait

ACTIONS = ("create", "update", "unchanged")


def run_check(importer: Importer, batch: Batch) -> None:
    """Forget what an earlier check found, check, count. In an open write transaction.

    Errors: ``Refused`` while the index key is rotated,
    ``RuntimeError`` when the importer leaves a good row without an action.
    """
    refuse_while_indexes_wait(importer)
    session = db.session
    options = {"synchronize_session": False}
    session.execute(
        delete(Problem).where(Problem.batch_id == batch.id, Problem.origin == "check"), execution_options=options
    )
    session.execute(
        update(Row).where(Row.batch_id == batch.id).values(target_id=None, action=None, bad=False),
        execution_options=options,
    )
    mark_bad(batch)
    if session.get_bind().dialect.name == "postgresql":
        # else it plans joins on the rows just staged for a handful of them, and one update takes minutes
        session.execute(text(f"ANALYZE {Row.__tablename__}"))
    _check_unique(importer, batch)
    importer.check(batch)
    counts = dict.fromkeys(ACTIONS, 0)
    failed = 0
    found = session.execute(
        select(Row.bad, Row.action, func.count()).where(Row.batch_id == batch.id).group_by(Row.bad, Row.action)
    )
    for bad, action, count in found:
        if bad:
            failed += count
        elif action in counts:
            counts[action] += count
        else:
            raise RuntimeError(f"importer {importer.kind!r} left {count} good rows with the action {action!r}")
    batch.created, batch.updated, batch.unchanged = counts["create"], counts["update"], counts["unchanged"]
    batch.failed = failed
    batch.rows = failed + sum(counts.values())
    batch.touched_at = clock.now()


def _check_unique(importer: Importer, batch: Batch) -> None:
    """Values that may stand only once in a file: of several rows the first one keeps it, also when it is bad."""
    for key in importer.unique:
        if key not in batch.mapping:
            continue
        value = field_text(key)
        rows = select(value.label("value"), Row.row.label("row")).where(Row.batch_id == batch.id).subquery()
        groups = select(rows.c.value, func.min(rows.c.row).label("first")).where(rows.c.value.is_not(None))
        twice = groups.group_by(rows.c.value).having(func.count() > 1).subquery()
        cut = func.substr(value, 1, LONGEST_SHOWN - 1).concat("…")
        shown = case((func.length(value) > LONGEST_SHOWN, cut), else_=value)
        said = _("“%(value)s” stands in row %(row)s already.", value="\x01", row="\x02")
        message = func.replace(func.replace(said, "\x01", shown), "\x02", cast(twice.c.first, String()))
        found = select(Row.row, message).join_from(Row, twice, twice.c.value == value)
        add_problems(batch, found.where(Row.batch_id == batch.id, Row.row > twice.c.first), column=key)
