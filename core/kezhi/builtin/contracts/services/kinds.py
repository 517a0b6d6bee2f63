"""The company's kinds of contracts: shipped ones, renamed, added to, ordered, retired, never deleted once used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from typing import Any

from flask import g
from sqlalchemy import delete, func, select, update

from kezhi import Conflict, NotFound, Refused, audit_record, clock, db, localised
from kezhi.i18n import _

from ...customers.services.texts import name_key, tidy
from ..models import Contract, Kind

LONGEST_NAME, MOST_DAYS = 60, 730
NO_LETTERS, WORD = re.compile("[^a-z0-9]+"), re.compile("[a-z][a-z0-9_]{1,30}")
TABLE = Kind.__table__
Entry = dict[str, Any]


def all_kinds() -> list[Entry]:
    """Every kind in its order, retired ones too: one statement a request."""
    found: list[Entry] | None = g.get("kezhi_contract_kinds")
    if found is None:
        rows = db.session.execute(select(*TABLE.c).order_by(Kind.position, Kind.id))
        found = g.kezhi_contract_kinds = [dict(row._mapping) for row in rows]
    return found


def forget() -> None:
    """Read the list anew: it changed."""
    g.pop("kezhi_contract_kinds", None)


def kinds_in_use() -> list[Entry]:
    """The kinds in force, in their order."""
    return [kind for kind in all_kinds() if kind["retired_at"] is None]


def kind_texts() -> dict[str, str]:
    """How the present language calls every kind, by key, retired ones too."""
    return {kind["key"]: localised(kind) for kind in all_kinds()}


def kind_text(key: str) -> str:
    """How the present language calls a kind; an unknown key as it is."""
    return kind_texts().get(key, key)


def kind_key(text: str) -> str | None:
    """The key of the kind that ``text`` names, by key or name in either language; one in use is meant first."""
    wanted = name_key(text)
    for kind in sorted(all_kinds(), key=lambda kind: kind["retired_at"] is not None):
        if wanted and wanted in {name_key(kind[part]) for part in ("key", "zh", "en")}:
            return str(kind["key"])
    return None


def default_days() -> dict[str, int]:
    """How many days before its last day a contract of each kind reminds, unless it says so itself."""
    return {kind["key"]: kind["remind_days"] for kind in all_kinds()}


def usage() -> dict[str, int]:
    """How many contracts each kind has, whoever may see them."""
    table = Contract.__table__
    rows = db.session.execute(select(table.c.kind, func.count()).group_by(table.c.kind))
    return {row[0]: row[1] for row in rows}


def add_kind(values: Mapping[str, Any]) -> Kind:
    """Add a kind at the end; its key never changes, and names its metric. Errors: ``Refused``."""
    wanted = _cleaned(values)
    last = db.session.scalar(select(func.max(TABLE.c.position))) or 0
    key = _new_key(wanted["en"])
    kind = Kind(key=key, position=last + 1, version=1, **wanted)
    db.session.add(kind)
    db.session.flush()
    _changed("contract.kind.add", key)
    return kind


def change_kind(kind_id: int, version: int, values: Mapping[str, Any]) -> None:
    """Rename a kind, or let it remind earlier or later. Errors: ``Conflict``, ``Refused``, ``NotFound``."""
    kind = _one(kind_id)
    _store(kind, version, _cleaned(values, kind.key))
    _changed("contract.kind.change", kind.key)


def retire_kind(kind_id: int, version: int, *, back: bool = False) -> None:
    """Nobody chooses the kind any more, or (``back``) may again; contracts that have it keep it."""
    kind = _one(kind_id)
    _store(kind, version, {"retired_at": None if back else clock.now()})
    _changed("contract.kind.restore" if back else "contract.kind.retire", kind.key)


def delete_kind(kind_id: int, version: int) -> None:
    """Remove a kind that no contract has. Errors: ``Refused`` when one does, ``Conflict``."""
    kind = _one(kind_id)
    held = usage().get(kind.key, 0)
    if held:
        raise Refused(_("“%(name)s” is the kind of %(count)s contracts: retire it instead.", name=kind.zh, count=held))
    key = kind.key
    result: Any = db.session.execute(delete(Kind).where(Kind.id == kind_id, Kind.version == version))
    if result.rowcount != 1:
        raise _conflict()
    _changed("contract.kind.delete", key)


def move_kind(kind_id: int, up: bool) -> None:
    """Exchange a kind with its neighbour; at the end of the list nothing happens."""
    kind = _one(kind_id)
    order = list(db.session.scalars(select(TABLE.c.id).order_by(TABLE.c.position, TABLE.c.id)))
    place = order.index(kind_id)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for position, each in enumerate(order, 1):
        db.session.execute(update(TABLE).where(TABLE.c.id == each).values(position=position))
    db.session.expire_all()
    _changed("contract.kind.order", kind.key)


def _new_key(english: str) -> str:
    """The English name as a word, else ``kind_7``: schemes of grading name metrics in such letters."""
    used = {kind["key"] for kind in all_kinds()}
    word = NO_LETTERS.sub("_", english.lower()).strip("_")
    if WORD.fullmatch(word) and word not in used:
        return word
    return next(key for key in (f"kind_{number}" for number in count(1)) if key not in used)


def _one(kind_id: int) -> Kind:
    found: Kind | None = db.session.get(Kind, kind_id)
    if found is None:
        raise NotFound(_("There is no such kind of contract."))
    return found


def _cleaned(values: Mapping[str, Any], key: str = "") -> dict[str, Any]:
    wanted: dict[str, Any] = {part: tidy(str(values.get(part) or "")) for part in ("zh", "en")}
    if not wanted["zh"]:
        raise Refused(_("A kind needs a Chinese name."), field="zh")
    for part in ("zh", "en"):
        if len(wanted[part]) > LONGEST_NAME:
            raise Refused(_("At most %(count)s characters.", count=LONGEST_NAME), field=part)
        for kind in all_kinds():
            if (
                kind["key"] != key
                and wanted[part]
                and name_key(wanted[part]) in map(name_key, (kind["zh"], kind["en"]))
            ):
                raise _taken(wanted[part], part)
    wanted["remind_days"] = check_days(values.get("remind_days"))
    return wanted


def check_days(days: Any) -> int:
    """A number of days before the last one. Errors: ``Refused`` at ``remind_days``."""
    if not isinstance(days, int) or not 0 <= days <= MOST_DAYS:
        raise Refused(_("Write a whole number of days from 0 to %(most)s.", most=MOST_DAYS), field="remind_days")
    return days


def _store(kind: Kind, version: int, values: Mapping[str, Any]) -> None:
    statement = update(Kind).where(Kind.id == kind.id, Kind.version == version)
    result: Any = db.session.execute(
        statement.values(**values, version=version + 1), execution_options={"synchronize_session": False}
    )
    if result.rowcount != 1:
        raise _conflict()
    db.session.refresh(kind)


def _taken(name: str, field: str = "zh") -> Refused:
    return Refused(_("The list has a kind “%(name)s” already.", name=name), field=field)


def _conflict() -> Conflict:
    return Conflict(_("Somebody else changed the kinds of contracts meanwhile. Nothing has been saved."))


def _changed(action: str, key: str) -> None:
    forget()
    audit_record(action, "contracts.kind", key)
