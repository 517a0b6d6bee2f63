"""Taking back an applied import: what it created goes, what it changed gets its former values (decision 15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Integer, case, delete, exists, func, insert, literal, select, union_all, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, Refused, audit_record, bulk_write, clock, db, visible_ids, writing
from kezhi.builtin.apps.record_links import StoredLink, links_to
from kezhi.i18n import _, ngettext

from ...protection.services import indexes_wait
from ..contributions import Importer, Reversal
from ..journal import KEPT, former, reverted_rows
from ..models import APPLIED, REVERTED, Batch
from .keeping import QUIET, journaled, keys_of, same_row, version_of
from .kinds import importer_for
from .obstacles import Obstacle, obstacles
from .reports import batch_for
from .sealing import waiting_text

NAMED = 20  #: stuck records that a preview names


@dataclass(frozen=True, slots=True)
class Plan:
    """What a revert would do now. ``why_not`` is empty when it can do anything."""

    why_not: str = ""
    created: int = 0  #: records that would go
    updated: int = 0  #: records that would get their former values back
    stuck_created: int = 0
    stuck_updated: int = 0
    reasons: tuple[tuple[str, int], ...] = ()  #: why, and how many
    named: tuple[tuple[str, str], ...] = ()  #: the first stuck records that one sees, each with one reason

    @property
    def possible(self) -> int:
        return self.created + self.updated

    @property
    def stuck(self) -> int:
        return self.stuck_created + self.stuck_updated


def plan(batch: Batch) -> Plan:
    """What reverting a batch of the acting user would do; writes nothing, in a constant number of statements."""
    importer = importer_for(batch.kind)
    why_not = _why_not(importer, batch)
    if why_not or importer.reversal is None:
        return Plan(why_not)
    links = links_to(importer.reversal.tables[0].table.name)
    return _plan(importer.reversal, batch, obstacles(importer, importer.reversal, batch, links))


def _why_not(importer: Importer, batch: Batch) -> str:
    """Why nothing of this batch can be reverted, whatever happened since; an empty text when that is not so."""
    if batch.state != APPLIED:
        return str(_("Only an import that was carried out can be reverted."))
    if importer.reversal is None:
        return str(_("Imports of this kind cannot be reverted."))
    if any(each.protect for each in importer.fields) and indexes_wait():
        return waiting_text()
    if not db.session.scalar(select(exists().where(KEPT.c.batch_id == batch.id, KEPT.c.change != "same"))):
        return str(_("There is nothing left that could be reverted: what an import replaced is kept for 30 days."))
    return ""


def _plan(reversal: Reversal, batch: Batch, found: list[Obstacle]) -> Plan:
    each = [select(one.units.subquery().c[0].label("unit"), literal(place).label("place"))
            for place, one in enumerate(found)]  # fmt: skip
    stuck = union_all(*each).subquery()
    counts = dict.fromkeys([(created, is_stuck) for created in (0, 1) for is_stuck in (0, 1)], 0)
    records = _records(batch, reversal)
    is_stuck = case((records.c.unit_id.in_(select(stuck.c.unit)), 1), else_=0).label("stuck")
    for created, stays, count in db.session.execute(
        select(records.c.created, is_stuck, func.count()).group_by(records.c.created, is_stuck)
    ):
        counts[created, stays] = count
    foreseen = Plan("", counts[1, 0], counts[0, 0], counts[1, 1], counts[0, 1])
    if not foreseen.stuck:
        return foreseen
    reasons, named = _reasons(found, stuck, records), _named(reversal, found, stuck, records)
    return replace(foreseen, reasons=reasons, named=named)


def _records(batch: Batch, reversal: Reversal) -> Any:
    """The records of the journal; ``created`` is 1 for those that the import made."""
    main = reversal.tables[0].table.name
    made = case(((KEPT.c.part == main) & (KEPT.c.change == "create"), 1), else_=0)
    chosen = select(KEPT.c.record_id, KEPT.c.unit_id, func.max(made, type_=Integer()).label("created"))
    chosen = chosen.where(KEPT.c.batch_id == batch.id, KEPT.c.change != "same")
    return chosen.group_by(KEPT.c.record_id, KEPT.c.unit_id).subquery()


def _reasons(found: Any, stuck: Any, records: Any) -> tuple[tuple[str, int], ...]:
    """How many records each reason holds back; one reason may stand for several obstacles."""
    places: dict[str, list[int]] = {}
    for place, one in enumerate(found):
        places.setdefault(one.reason, []).append(place)
    held = select(records.c.record_id, stuck.c.place).join(stuck, stuck.c.unit == records.c.unit_id).subquery()
    counted = [
        func.count(case((held.c.place.in_(several), held.c.record_id)).distinct()) for several in places.values()
    ]
    row = db.session.execute(select(*counted)).one()
    return tuple((reason, count) for reason, count in zip(places, row, strict=True) if count)


def _named(reversal: Reversal, found: Any, stuck: Any, records: Any) -> tuple[tuple[str, str], ...]:
    main = reversal.tables[0].table
    key = keys_of(main)[0]
    first = select(stuck.c.unit, func.min(stuck.c.place).label("place")).group_by(stuck.c.unit).subquery()
    parts = reversal.name if isinstance(reversal.name, tuple) else (reversal.name,)
    chosen: Any = select(first.c.place, *parts).select_from(records)
    chosen = chosen.join(first, first.c.unit == records.c.unit_id).join(main, key == records.c.record_id)
    allowed = visible_ids(reversal.model)
    if allowed is not None:
        chosen = chosen.where(key.in_(allowed))
    rows = db.session.execute(chosen.order_by(key).limit(NAMED))
    return tuple((": ".join(map(str, row[1:])), found[row[0]].reason) for row in rows)


# ── doing it ────────────────────────────────────────────────────────────────────────────────────────────────────


def revert(batch_id: int, what_can: bool = False, state: str = APPLIED) -> Batch:
    """Revert a whole import, or with ``what_can`` as much of it as nothing stands in the way of.

    One transaction. Errors: ``NotFound``; ``Refused`` when nothing can be reverted, or not everything and
    ``what_can`` was not said; ``Conflict`` when somebody else was quicker. Nothing is changed then.
    """
    batch_for(batch_id)
    try:
        with writing() as session:
            claim = update(Batch).where(Batch.id == batch_id, Batch.state == state)
            values = {"state": APPLIED, "note": "", "touched_at": clock.now()}
            session.execute(claim.values(values), execution_options=QUIET)
            session.expire_all()
            batch = session.get_one(Batch, batch_id)
            importer = importer_for(batch.kind)
            why_not = _why_not(importer, batch)
            if why_not or importer.reversal is None:
                raise Refused(why_not)
            links = links_to(importer.reversal.tables[0].table.name)
            found = obstacles(importer, importer.reversal, batch, links)
            foreseen = _plan(importer.reversal, batch, found)
            if foreseen.stuck and not what_can:
                raise Refused(_said(foreseen.stuck))
            if not foreseen.possible:
                raise Refused(_("Nothing of this import can be reverted now: %(reasons)s.",
                                reasons=_("; ").join(reason for reason, _count in foreseen.reasons)))  # fmt: skip
            _mark(batch, found)
            _revert(importer, importer.reversal, batch, links)
            batch.removed += foreseen.created
            batch.restored += foreseen.updated
            if not foreseen.stuck:
                batch.state = REVERTED
            audit_record("import.revert", "import", batch.id, kind=batch.kind, removed=foreseen.created,
                         restored=foreseen.updated, left=foreseen.stuck)  # fmt: skip
    except IntegrityError as error:
        raise Conflict(
            _("Other records have come to depend on this import just now, or what a former value names is gone."
              " Nothing was reverted; look at it again.")
        ) from error  # fmt: skip
    return batch_for(batch_id)


def _said(stuck: int) -> str:
    text: str = ngettext(
        "%(num)s record cannot be reverted, so nothing was. Look at what stands in its way, or revert what still can"
        " be.",
        "%(num)s records cannot be reverted, so nothing was. Look at what stands in their way, or revert what still can"
        " be.",
        stuck,
    )
    return text


def _mark(batch: Batch, found: list[Obstacle]) -> None:
    for one in found:
        stays = update(KEPT).where(*reverted_rows(batch), KEPT.c.unit_id.in_(one.units))
        db.session.execute(stays.values(obstacle="stays"), execution_options=QUIET)


def _revert(importer: Importer, reversal: Reversal, batch: Batch, links: list[StoredLink]) -> None:
    """Of what is not marked: let go what was created, put back what was there, forget the journal of it."""
    if reversal.begin is not None:
        reversal.begin(batch)
    tables = journaled(importer, batch)
    _let_go(reversal, batch, [each for each, _columns in tables], links)
    for each, columns in tables:
        _put_back(batch, each, columns)
    _announce_restored(reversal, batch)
    if reversal.finish is not None:
        reversal.finish(batch)
    db.session.execute(delete(KEPT).where(*reverted_rows(batch)), execution_options=QUIET)
    db.session.execute(update(KEPT).where(KEPT.c.batch_id == batch.id).values(obstacle=""), execution_options=QUIET)
    db.session.flush()
    db.session.expire_all()


def _let_go(reversal: Reversal, batch: Batch, tables: list[Any], links: list[StoredLink]) -> None:
    main = reversal.tables[0].table
    records = select(KEPT.c.record_id).where(*reverted_rows(batch, main, "create"))
    for stored in links:
        if stored.table.name not in reversal.goes or stored.link.delete != "delete":
            continue
        column = stored.table.c[stored.link.column]
        db.session.execute(delete(stored.table).where(column.in_(records)), execution_options=QUIET)
    for each in reversed(tables):
        made = exists().where(*reverted_rows(batch, each.table, "create"), same_row(each))
        statement = delete(each.table).where(made)
        if each.table is main:
            bulk_write(statement, model=reversal.model, change="delete", keys=records, action="import.revert",
                       batch=batch.id)  # fmt: skip
        else:
            db.session.execute(statement, execution_options=QUIET)


def _put_back(batch: Batch, each: Any, columns: list[Any]) -> None:
    keys = keys_of(each.table)
    values = {column.name: former(column) for column in [*columns, *version_of(each.table)] if column not in keys}
    if values:
        changed = update(each.table).where(*reverted_rows(batch, each.table, "update"), same_row(each))
        db.session.execute(changed.values(values), execution_options=QUIET)
    kept = dict(zip([key.name for key in keys], (KEPT.c.key, KEPT.c.key2), strict=False)) | values
    gone: Any = select(*kept.values()).where(*reverted_rows(batch, each.table, "delete"))
    db.session.execute(insert(each.table).from_select(list(kept), gone))


def _announce_restored(reversal: Reversal, batch: Batch) -> None:
    """A restored record is a changed one: who has it open in a form is told, and what follows records follows."""
    main = reversal.tables[0].table
    made = KEPT.alias()
    created = exists().where(
        made.c.batch_id == batch.id,
        made.c.part == main.name,
        made.c.change == "create",
        made.c.key == KEPT.c.record_id,  # of the table of records; found by the primary key of the journal
    )
    records = select(KEPT.c.record_id).where(*reverted_rows(batch, None, "create", "update", "delete"), ~created)
    touched = {"version": main.c.version + 1} if "version" in main.c else {}
    if "updated_at" in main.c:
        touched["updated_at"] = literal(clock.now(), main.c.updated_at.type)
    if touched:
        statement = update(main).where(keys_of(main)[0].in_(records)).values(**touched)
        bulk_write(statement, model=reversal.model, change="update", keys=records, action="import.revert",
                   batch=batch.id)  # fmt: skip
