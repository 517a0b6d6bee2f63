"""Carrying out a checked batch: once, whole, with what changed since the dry run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, Refused, audit_record, clock, db, writing
from kezhi.i18n import _, ngettext

from ..contributions import Importer
from ..models import APPLIED, CHECKED, DISCARDED, FAILED, LOADING, REFUSED, UNMAPPED, Batch, Problem, Row
from .checking import run_check
from .keeping import keep_after, keep_before
from .kinds import importer_for
from .loading import stage
from .reports import batch_for, document


def apply_batch(batch_id: int, skip_bad_rows: bool, state: str = CHECKED) -> Batch:
    """Carry out a checked batch: all rows, or with ``skip_bad_rows`` the good ones.

    Errors: ``Conflict`` when it was applied, discarded or overtaken meanwhile; ``Refused`` when rows are bad and are
    not to be left out: nothing is written then, and the batch stays open.
    """
    batch = batch_for(batch_id)
    importer = importer_for(batch.kind)
    if _apply(importer, batch_id, skip_bad_rows, state):
        return batch_for(batch_id)
    failed = batch_for(batch_id).failed
    raise Refused(
        ngettext(
            "%(num)s row has errors, so nothing was imported. Correct it, or import the good rows only.",
            "%(num)s rows have errors, so nothing was imported. Correct them, or import the good rows only.",
            failed,
        )
    )


def _apply(importer: Importer, batch_id: int, skip_bad_rows: bool, state: str = CHECKED) -> bool:
    """One transaction: claim, check again, write, audit, erase. False when bad rows stand in the way."""
    try:
        with writing() as session:
            claim(batch_id, (state,), APPLIED)
            batch = session.get_one(Batch, batch_id)
            batch.note = ""
            run_check(importer, batch)
            if batch.failed and not skip_bad_rows:
                batch.state = CHECKED
                return False
            batch.skip_bad_rows = skip_bad_rows
            session.flush()
            keep_before(importer, batch)
            importer.apply(batch)
            keep_after(importer, batch)
            _audit("import.apply", batch)
            _erase_good_rows(batch)
            return True
    except IntegrityError as error:
        raise Conflict(_("Somebody else wrote the same records just now. Nothing was imported; try again.")) from error


def claim(batch_id: int, states: tuple[str, ...], state: str) -> None:
    """Move a batch to ``state``, if it still is in one of ``states``: of two callers, one succeeds."""
    statement = update(Batch).where(Batch.id == batch_id, Batch.state.in_(states))
    result: Any = db.session.execute(
        statement.values(state=state, touched_at=clock.now()), execution_options={"synchronize_session": False}
    )
    if result.rowcount != 1:
        raise Conflict(_("The import is no longer open: it has been carried out or discarded."))
    db.session.expire_all()


def _audit(action: str, batch: Batch) -> None:
    audit_record(
        action,
        "import",
        batch.id,
        kind=batch.kind,
        sha256=batch.sha256,
        rows=batch.rows,
        created=batch.created,
        updated=batch.updated,
        unchanged=batch.unchanged,
        failed=batch.failed,
    )


def _erase_good_rows(batch: Batch) -> None:
    """Staged copies of what stands in the records now. Bad rows stay for the error file."""
    db.session.execute(
        delete(Row).where(Row.batch_id == batch.id, Row.bad.is_(False)),
        execution_options={"synchronize_session": False},
    )


def refuse(batch_id: int) -> None:
    """Close a checked batch without importing anything; its bad rows stay for the error file."""
    with writing() as session:
        claim(batch_id, (CHECKED,), REFUSED)
        batch = session.get_one(Batch, batch_id)
        batch.created = batch.updated = batch.unchanged = 0
        _audit("import.refuse", batch)
        _erase_good_rows(batch)


def discard(batch_id: int) -> None:
    """Close an open batch and erase what was staged. Errors: ``NotFound``, ``Conflict``."""
    batch_for(batch_id)
    with writing() as session:
        claim(batch_id, (LOADING, FAILED, CHECKED, UNMAPPED), DISCARDED)
        for model in (Row, Problem):
            session.execute(
                delete(model).where(model.batch_id == batch_id), execution_options={"synchronize_session": False}
            )
        audit_record("import.discard", "import", batch_id)


def import_file(
    kind: str,
    content: bytes | str | Path,
    filename: str = "",
    *,
    mapping: Mapping[str, str] | None = None,
    skip_bad_rows: bool = False,
) -> dict[str, Any]:
    """Stage and apply a file (bytes, or the path of one) and answer its document.

    ``failed`` above 0 without ``skip_bad_rows`` means that nothing was imported. Errors: ``Refused`` for a file that
    cannot be read or matched, ``NotFound`` for an unknown kind.
    """
    importer = importer_for(kind)
    if not isinstance(content, bytes):
        path = Path(content)
        filename = filename or path.name
        content = _bytes(path)
    batch = stage(kind, content, filename, mapping=mapping)
    batch_id = batch.id
    if not _apply(importer, batch_id, skip_bad_rows):
        refuse(batch_id)
    return document(batch_for(batch_id))


def _bytes(path: Path) -> bytes:
    from ..reading import MOST_BYTES

    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Refused(_("The file %(path)s cannot be opened: %(reason)s.", path=str(path), reason=reason)) from error
