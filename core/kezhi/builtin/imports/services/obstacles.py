"""What keeps records of an import from being reverted, as selects: a preview counts them, a revert obeys them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select

from kezhi import visible_ids
from kezhi.builtin.apps.record_links import StoredLink
from kezhi.i18n import _

from ..contributions import Importer, Journaled, Reversal
from ..journal import KEPT, compared, differs
from ..models import Batch
from .keeping import journaled, keys_of, same_row, watched


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why units cannot be reverted; ``units`` is a select of their ids in the journal."""

    reason: str
    units: Select[Any]


def obstacles(importer: Importer, reversal: Reversal, batch: Batch, links: list[StoredLink]) -> list[Obstacle]:
    """Everything that may stand in the way, most telling first. ``links`` are those to the records."""
    found = [Obstacle(_("You may not change these records any more"), _hidden(reversal, batch))]
    for each, columns in journaled(importer, batch):
        found += [Obstacle(_("Changed since the import"), units) for units in _changed(batch, each, columns)]
    main = reversal.tables[0].table
    for each in reversal.tables[1:]:
        found.append(Obstacle(_("Changed since the import"), _came_since(batch, each, main)))
    for stored in hanging(reversal, links):
        # a list that is made once: not every such table has an index to look records up by
        hangs = KEPT.c.record_id.in_(select(stored.table.c[stored.link.column]))
        created = [*_of(batch, main), KEPT.c.change == "create"]
        text = _("Other records hang on them: %(name)s", name=stored.label)
        found.append(Obstacle(text, _units(*created, hangs)))
    return [each for each in found if each.units is not None]


def hanging(reversal: Reversal, links: list[StoredLink]) -> list[StoredLink]:
    """What may hang on records of this kind and does not come and go with them."""
    own = {each.table.name for each in reversal.tables} | {KEPT.name} | set(reversal.goes)
    return [stored for stored in links if stored.table.name not in own]


def _of(batch: Batch, table: Any) -> list[Any]:
    return [KEPT.c.batch_id == batch.id, KEPT.c.part == table.name]


def _units(*conditions: Any) -> Select[Any]:
    return select(KEPT.c.unit_id).where(*conditions)


def _hidden(reversal: Reversal, batch: Batch) -> Any:
    allowed = visible_ids(reversal.model)
    if allowed is None:
        return None
    return _units(KEPT.c.batch_id == batch.id, KEPT.c.record_id.not_in(allowed))


def _changed(batch: Batch, each: Journaled, columns: list[Any]) -> list[Select[Any]]:
    """Rows that are gone, came back, or hold other values than the import left; of a whole value also new ones."""
    table, mine = each.table, _of(batch, each.table)
    row = keys_of(table)[0]
    beside = _units(*mine).outerjoin(table, same_row(each))
    of_created = and_(KEPT.c.change == "create", differs(compared(watched(table)), KEPT.c.after))
    of_updated = and_(KEPT.c.change == "update", differs(compared(columns), KEPT.c.after))
    gone = and_(KEPT.c.change != "delete", row.is_(None))
    back = and_(KEPT.c.change == "delete", row.is_not(None))
    found = [beside.where(or_(gone, back, of_created, of_updated))]
    if each.whole:
        found.append(_units(*mine).join(table, table.c[each.unit] == KEPT.c.unit_id).where(~_known(batch, each)))
    return found


def _came_since(batch: Batch, each: Journaled, main: Any) -> Select[Any]:
    """Rows that became part of a created record after the import, in whatever table."""
    created = _units(*_of(batch, main), KEPT.c.change == "create")
    return created.join(each.table, each.table.c[each.record] == KEPT.c.record_id).where(~_known(batch, each))


def _known(batch: Batch, each: Journaled) -> Any:
    """Whether the journal knows the row of the table at hand as one that the import left there."""
    noted = KEPT.alias()
    own = zip(keys_of(each.table), (noted.c.key, noted.c.key2), strict=False)
    return exists().where(
        noted.c.batch_id == batch.id,
        noted.c.part == each.table.name,
        noted.c.change != "delete",
        *(key == kept for key, kept in own),
    )
