"""From a file to a checked batch (a dry run): the records are compared, never written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from kezhi import Conflict, NotFound, Refused, User, acting_as, acting_user, audit_record, clock, db, writing
from kezhi.db import end_reading
from kezhi.i18n import _

from ..contributions import Importer
from ..mapping import Columns, match
from ..models import CHECKED, DISCARDED, FAILED, LOADING, UNMAPPED, Batch, Kept, Problem, Row
from ..reading import Source, read
from .checking import run_check
from .kinds import importer_for
from .parsing import Reader
from .remembering import remember, remembered

CHUNK = 2_000  #: rows per transaction
STALE = timedelta(minutes=5)  #: since the last chunk; then the loading was interrupted and may be taken up again
KEPT = timedelta(days=30)  #: staged rows, their problems, and what an applied import replaced


@dataclass(frozen=True, slots=True)
class Upload:
    """What is known about a file before its rows are read."""

    importer: Importer
    filename: str
    sha256: str
    source: Source
    columns: Columns

    @property
    def mapping(self) -> dict[str, str]:
        return {key: self.source.header[place] for key, place in self.columns.fields.items()}


def stage(
    kind: str,
    content: bytes,
    filename: str,
    *,
    mapping: Mapping[str, str] | None = None,
    requester: User | None = None,
    ask: bool = False,
) -> Batch:
    """Read a file into the staging table and check it; loading that was interrupted goes on where it stopped.

    ``mapping`` says which column fills a field (key or label: column). With ``ask``, the columns that the requester
    chose last time for such a file are taken, and a file whose required fields find no column becomes a batch in the
    state ``unmapped``, for :func:`restage`. Errors: ``Refused`` for a file that
    cannot be read or matched (nothing is kept), ``NotFound`` for a kind that the requester may not import.
    """
    user = requester or acting_user()
    with acting_as(user):
        return _load(prepared(kind, content, filename, user, mapping=mapping, ask=ask), user)


def prepared(
    kind: str,
    content: bytes,
    filename: str,
    user: User,
    *,
    mapping: Mapping[str, str] | None = None,
    ask: bool = False,
) -> Upload:
    """What is known about a file when its heads are read. Errors: as :func:`stage`."""
    with acting_as(user):
        importer = importer_for(kind, user)
        end_reading()
        source = read(content, filename)
        if ask and mapping is None:
            mapping = remembered(user, importer, source.header)
            end_reading()
        columns = match(importer, source.header, mapping)
        if not (ask and columns.is_open):
            columns.refuse()
        return Upload(importer, filename, hashlib.sha256(content).hexdigest(), source, columns)


def restage(batch_id: int, mapping: Mapping[str, str]) -> Batch:
    """The same rows with another mapping, as a new batch; the former one is discarded, the mapping remembered.

    Errors: as :func:`stage`; ``NotFound`` for a batch that is not the user's or no longer open.
    """
    from .applying import discard
    from .reports import batch_for

    former = batch_for(batch_id)
    if former.state not in (UNMAPPED, CHECKED):
        raise NotFound(_("The import is closed. Choose the file again."))
    importer = importer_for(former.kind)
    columns = match(importer, former.header, mapping)
    columns.refuse()
    source = Source(list(former.header), _staged(batch_id), former.encoding, former.sheet)
    upload = Upload(importer, former.filename, former.sha256, source, columns)
    with writing():
        remember(acting_user(), former.kind, former.header, mapping)
    batch = _load(upload, acting_user(), resume=False)
    discard(batch_id)
    return batch


def _staged(batch_id: int) -> Iterator[tuple[int, list[str]]]:
    """The cells of a staged batch, a chunk per read transaction."""
    last = 0
    while True:
        chunk = db.session.execute(
            select(Row.row, Row.raw).where(Row.batch_id == batch_id, Row.row > last).order_by(Row.row).limit(CHUNK)
        ).all()
        end_reading()
        if not chunk:
            return
        yield from ((row, raw) for row, raw in chunk)
        last = chunk[-1].row


def _load(upload: Upload, user: User, *, resume: bool = True) -> Batch:
    """Stage the rows chunk by chunk, then check them all. A file found unreadable half-way leaves nothing."""
    batch_id, loaded = (_resumable(upload, user) if resume else None) or begin(upload, user)
    try:
        return load_rest(batch_id, upload, loaded)
    except Refused:
        with writing():
            _execute(delete(Batch).where(Batch.id == batch_id, Batch.state == LOADING))
        raise


def load_rest(batch_id: int, upload: Upload, loaded: int, told: Callable[[int], None] | None = None) -> Batch:
    """Stage the rows behind ``loaded`` and check them all; ``told`` hears how many are staged after each chunk.

    Errors: ``Refused``; ``Conflict`` when another one does it.
    """
    staged = 0
    for chunk in _chunks(upload, after=loaded):
        if told is not None:
            told(staged)
        loaded = _add(batch_id, chunk, after=loaded)
        staged += len(chunk[0])
    return _finish(batch_id, upload, loaded)


def begin(
    upload: Upload, user: User, *, expected: int = 0, then: Callable[[Batch], None] | None = None
) -> tuple[int, int]:
    """Open a batch for a file; its id and last staged row. ``then`` runs in the same transaction."""
    now = clock.now()
    with writing() as session:
        _forget_old(now)
        batch = Batch(
            kind=upload.importer.kind,
            filename=upload.filename,
            sha256=upload.sha256,
            state=LOADING,
            requester_id=user.id,
            requester_login=user.login,
            encoding=upload.source.encoding,
            sheet=upload.source.sheet,
            header=upload.source.header,
            mapping=upload.mapping,
            ignored=upload.columns.ignored,
            expected=expected,
            created_at=now,
            touched_at=now,
        )
        session.add(batch)
        session.flush()
        if then is not None:
            then(batch)
        return batch.id, batch.loaded


def _forget_old(now: Any) -> None:
    """Erase what lies in staging longer than it is kept; what was never applied is discarded."""
    old = select(Batch.id).where(Batch.touched_at < now - KEPT)
    _execute(delete(Row).where(Row.batch_id.in_(old)))
    _execute(delete(Problem).where(Problem.batch_id.in_(old)))
    _execute(delete(Kept).where(Kept.batch_id.in_(old)))
    open_states = (LOADING, UNMAPPED, CHECKED, FAILED)
    _execute(update(Batch).where(Batch.state.in_(open_states), Batch.touched_at < now - KEPT).values(state=DISCARDED))


def _resumable(upload: Upload, user: User) -> tuple[int, int] | None:
    """A batch of the same file, requester and mapping whose loading stopped: its id and last staged row."""
    found = db.session.scalars(
        select(Batch)
        .where(
            Batch.state == LOADING,
            Batch.sha256 == upload.sha256,
            Batch.kind == upload.importer.kind,
            Batch.requester_login == user.login,
            Batch.touched_at < clock.now() - STALE,
        )
        .order_by(Batch.id.desc())
    ).all()
    answer = next(((batch.id, batch.loaded) for batch in found if batch.mapping == upload.mapping), None)
    end_reading()
    return answer


Chunk = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def _chunks(upload: Upload, after: int) -> Iterator[Chunk]:
    """Rows and problems to insert. Rows staged earlier are read again, for the values that may stand only once."""
    reader = Reader(upload.importer, upload.columns.fields)
    rows: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    for number, cells in upload.source.rows:
        staged, found = reader.read(number, cells)
        if number <= after:
            continue
        rows.append(staged)
        problems += found
        if len(rows) == CHUNK:
            yield rows, problems
            rows, problems = [], []
    if rows:
        yield rows, problems


def _add(batch_id: int, chunk: Chunk, after: int) -> int:
    """Insert a chunk, if nobody else did. Answers the last row staged. Errors: ``Conflict``."""
    rows, problems = chunk
    last = int(rows[-1]["row"])
    with writing() as session:
        claim = (
            update(Batch)
            .where(Batch.id == batch_id, Batch.state == LOADING, Batch.loaded == after)
            .values(loaded=last, rows=Batch.rows + len(rows), touched_at=clock.now())
        )
        if _execute(claim) != 1:
            raise Conflict(_("The file is being read twice at the same time. Look at the import that goes on."))
        # staged rows are nobody's record yet: they are audited and announced when they are applied
        session.execute(insert(Row), [{**row, "batch_id": batch_id} for row in rows])
        if problems:
            session.execute(insert(Problem), [{**problem, "batch_id": batch_id} for problem in problems])
    return last


def _finish(batch_id: int, upload: Upload, loaded: int) -> Batch:
    """Check the whole batch, or wait for a mapping."""
    state = UNMAPPED if upload.columns.problems else CHECKED
    with writing() as session:
        claim = update(Batch).where(Batch.id == batch_id, Batch.state == LOADING, Batch.loaded == loaded)
        if _execute(claim.values(state=state, touched_at=clock.now())) != 1:
            raise Conflict(_("The file is being read twice at the same time. Look at the import that goes on."))
        batch = session.get_one(Batch, batch_id)
        if state == CHECKED:
            run_check(upload.importer, batch)
        audit_record(
            "import.stage",
            "import",
            batch.id,
            kind=batch.kind,
            sha256=batch.sha256,
            rows=batch.rows,
            failed=batch.failed,
            mapped=state == CHECKED,
        )
    return session.get_one(Batch, batch_id)


def _execute(statement: Any) -> int:
    result: Any = db.session.execute(
        statement, execution_options={"synchronize_session": False, "kezhi_unscoped": True}
    )
    return int(result.rowcount)
