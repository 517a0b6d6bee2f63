"""Long files in a job: the page answers at once and shows how far it is; a worker that dies is followed by another.

The file waits in the blob folder until it is read; what no row names is swept there in any case.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from flask import g
from flask_babel import force_locale, get_locale
from sqlalchemy import func, select, update

from kezhi import Conflict, Job, Refused, Task, acting_user, db, tables, writing
from kezhi.db import end_reading
from kezhi.i18n import _, _l
from kezhi.jobs import RUNNING, WAITING, enqueue

from ...files import storage
from ..models import APPLIED, APPLYING, CHECKED, FAILED, LOADING, REVERTING, Batch
from .applying import apply_batch, claim
from .loading import begin, load_rest, prepared, stage
from .reports import batch_for
from .reverting import revert

MANY = 2_000  #: rows; a file with more is read and imported in a job
LARGE_BOOK = 120_000  #: bytes of a workbook of about as many rows: how many it has is known when it is read
LOAD, APPLY, REVERT = "imports.load", "imports.apply", "imports.revert"
ATTEMPTS = 3


def jobs() -> list[Job]:
    """What the builtin does in the background."""
    return [
        Job(LOAD, _l("Read and check a long file"), load, attempts=ATTEMPTS, ended=_ends(LOADING, FAILED)),
        Job(APPLY, _l("Import a long file"), apply, attempts=ATTEMPTS, ended=_ends(APPLYING, CHECKED)),
        Job(REVERT, _l("Revert a large import"), take_back, attempts=ATTEMPTS, ended=_ends(REVERTING, APPLIED)),
    ]


def _ends(during: str, otherwise: str) -> Callable[[Mapping[str, Any]], None]:
    """What happens to a batch whose job was cancelled or given up, also when its workers were killed: it is open again.

    What its requester reads is in their language. The content of a file that was not read to its end is swept.
    """

    def ended(payload: Mapping[str, Any]) -> None:
        with force_locale(str(payload["locale"])):
            note = _("This was stopped before it was done, and nothing was written. Start it again when you like.")
        _set_back(int(payload["batch"]), (during,), otherwise, note)

    return ended


def accept(kind: str, content: bytes, filename: str) -> Batch:
    """Stage an uploaded file: at once, or for a long one in a job. Errors: as :func:`~.loading.stage`."""
    if not is_long(content):
        return stage(kind, content, filename, ask=True)
    user = acting_user()
    upload = prepared(kind, content, filename, user, ask=True)
    end_reading()
    written = storage.write(io.BytesIO(content), len(content))
    blob = storage.keep(written)

    def put_up(batch: Batch) -> None:
        storage.keep_key(written)
        enqueue(LOAD, f"batch {batch.id}", {"batch": batch.id, "blob": blob, "locale": str(get_locale())})

    expected = 0 if content.startswith(b"PK") else max(content.count(b"\n") - 1, 0)
    batch_id, _loaded = begin(upload, user, expected=expected, then=put_up)
    return batch_for(batch_id)


def is_long(content: bytes) -> bool:
    """Whether a file has more than some 2,000 rows."""
    return len(content) > LARGE_BOOK if content.startswith(b"PK") else content.count(b"\n") > MANY + 1


def start_apply(batch_id: int, skip_bad_rows: bool) -> Batch:
    """Carry out a batch: at once, or a long one in a job. Errors: as :func:`~.applying.apply_batch`."""
    if batch_for(batch_id).rows <= MANY:
        return apply_batch(batch_id, skip_bad_rows)
    return _put_up(batch_id, CHECKED, APPLYING, APPLY, {"skip": skip_bad_rows})


def start_revert(batch_id: int, what_can: bool) -> Batch:
    """Revert an import: at once, or a large one in a job. Errors: as :func:`~.reverting.revert`."""
    batch = batch_for(batch_id)
    if batch.created + batch.updated <= MANY or batch.state != APPLIED:
        return revert(batch_id, what_can)
    return _put_up(batch_id, APPLIED, REVERTING, REVERT, {"what_can": what_can})


def _put_up(batch_id: int, before: str, during: str, job: str, payload: dict[str, Any]) -> Batch:
    with writing() as session:
        claim(batch_id, (before,), during)
        batch = session.get_one(Batch, batch_id)
        batch.revision += 1  # a form of before is not saved meanwhile, and each attempt is a slot of its own
        payload |= {"batch": batch_id, "locale": str(get_locale())}
        enqueue(job, f"batch {batch_id} {batch.revision}", payload)
    return batch_for(batch_id)


def job_of(batch: Batch) -> int | None:
    """The number of the job that is at a batch or waits to be."""
    key = {LOADING: LOAD, APPLYING: APPLY, REVERTING: REVERT}.get(batch.state)
    slots = (f"batch {batch.id}", f"batch {batch.id} {batch.revision}")
    under_way = tables.job.c.state.in_((WAITING, RUNNING))
    mine = (tables.job.c.job == key, tables.job.c.slot.in_(slots), under_way)
    found: int | None = db.session.scalar(select(func.max(tables.job.c.id)).where(*mine))
    return found


# ── the jobs, as the person who asked ───────────────────────────────────────────────────────────────────────────


def load(task: Task) -> None:
    """Read the file from where the last attempt stopped. Doing it again changes nothing."""
    blob, expected = str(task.payload["blob"]), 0

    def told(rows: int) -> None:
        task.progress(rows, expected, _l("Rows are being read"))

    def read() -> None:
        nonlocal expected
        batch = batch_for(task.payload["batch"])
        kind, filename, loaded, expected = batch.kind, batch.filename, batch.loaded, batch.expected
        if not storage.exists(blob):
            raise Refused(_("The file is no longer there. Choose it again."))
        content = b"".join(storage.read(blob))
        upload = prepared(kind, content, filename, acting_user(), ask=True)
        with suppress(Conflict):  # another worker reads on, or it was discarded
            load_rest(task.payload["batch"], upload, loaded, told)

    _run(task, LOADING, FAILED, read)
    storage.remove(blob)
    with writing():
        storage.forget_keys([blob])


def apply(task: Task) -> None:
    """Carry out a batch; when it cannot be, it is open again and says why."""
    _run(
        task,
        APPLYING,
        CHECKED,
        lambda: apply_batch(task.payload["batch"], bool(task.payload["skip"]), state=APPLYING),
        _l("The rows are checked once more and written in one step"),
    )


def take_back(task: Task) -> None:
    """Revert a batch; when it cannot be, it is as before and says why."""
    _run(
        task,
        REVERTING,
        APPLIED,
        lambda: revert(task.payload["batch"], bool(task.payload["what_can"]), state=REVERTING),
        _l("The import is reverted in one step"),
    )


def _run(task: Task, during: str, otherwise: str, act: Callable[[], Any], text: Any = "") -> None:
    """Do it unless it is done; a refusal is for the requester, in their language, and so is the last failure."""
    g.kezhi_locale = str(task.payload["locale"])
    batch_id = int(task.payload["batch"])
    # past the rule of who sees what: a batch must not hang because its requester lost a right
    state = db.session.scalar(
        db.select(Batch.state).where(Batch.id == batch_id), execution_options={"kezhi_unscoped": True}
    )
    end_reading()
    if state != during:
        return
    if text:
        task.progress(0, text=text)
    try:
        act()
    except Refused as refused:
        db.session.rollback()
        _give_back(batch_id, during, otherwise, str(refused))
    except Exception:
        db.session.rollback()
        if task.attempt >= ATTEMPTS:
            note = _("Something went wrong, and nothing was written. Try again later.")
            _give_back(batch_id, during, otherwise, note)
        raise


def _give_back(batch_id: int, during: str, otherwise: str, note: str) -> None:
    """End what the job was to do, unless somebody else has."""
    with writing():
        _set_back(batch_id, (during, otherwise), otherwise, note)


def _set_back(batch_id: int, states: tuple[str, ...], otherwise: str, note: str) -> None:
    mine = (Batch.id == batch_id, Batch.state.in_(states))
    statement = update(Batch).where(*mine).values(state=otherwise, note=note)
    db.session.execute(statement, execution_options={"synchronize_session": False, "kezhi_unscoped": True})
