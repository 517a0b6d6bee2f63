"""How an import of customer files is reverted: four tables, with what was there before (decision 15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, func, insert, literal, or_, select, update

from kezhi import acting_user, clock, db
from kezhi.db import UtcDateTime

from ...imports.contributions import Journaled, Reversal
from ...imports.journal import KEPT, former, reverted_rows
from ...imports.models import Batch, Row
from ...protection.fields import NOTHING, differ
from ..fields import COLUMNS, FIELDS, PROFILE
from ..models import Customer, CustomerChange, CustomerOwner, UsedCode
from ..services.protected import CUSTOMER_KEYS, NAMES
from .applying import readable
from .staged import CREATE, ENTRIES, EVERY, LINKS, PROFILES, UPDATE, lowest, mapped, with_action

OWNERS: Table = CustomerOwner.__table__
USED: Table = UsedCode.__table__


def reversal() -> Reversal:
    """Customers, their sections, owners and product groups. Codes that were given stay given (CUS-01)."""
    return Reversal(
        model=Customer,
        tables=(
            Journaled(EVERY, _written(EVERY, "id"), _own_columns, customer="id"),
            _part(PROFILES, lambda batch: mapped(batch, *PROFILE)),
            _part(OWNERS, _owner_columns),
            _part(LINKS, lambda batch: mapped(batch, "product_groups") and ["entry_id"], whole=True),
        ),
        name=func.coalesce(EVERY.c.code, EVERY.c.prospect_number, EVERY.c.name),
        goes=("customers_change", "customers_used_code", "entry_state", "entry_line"),
        begin=_keep_changes,
    )


def _part(table: Table, columns: Any, *, whole: bool = False) -> Journaled:
    own = "customer_id"
    return Journaled(table, _written(table, own), columns, record=own, unit=own, customer=own, whole=whole)


def _written(table: Table, column: str) -> Any:
    """The rows of the customers that the file changes; once it is applied, also of those that it made."""

    def scope(batch: Batch) -> ColumnElement[bool]:
        return table.c[column].in_(select(Row.target_id).where(*with_action(batch, CREATE, UPDATE)))

    return scope


def _own_columns(batch: Batch) -> list[str]:
    """What the file writes into the record itself, and what follows from it."""
    given = [key for key in mapped(batch, *COLUMNS) if key not in PROFILE and key != "product_groups"]
    codes = ["code", "prospect_number"]
    keys = ["name_key"] if "name" in batch.mapping else []
    keys += [own for own, (key, _name, _normal) in CUSTOMER_KEYS.items() if key in batch.mapping]
    return [*codes, *given, *keys, *(["owner_id", "department_id"] if mapped(batch, "owner", "department") else [])]


def _owner_columns(_batch: Batch) -> list[str]:
    return ["user_id", "department_id", "from_at", "to_at"]


def _keep_changes(batch: Batch) -> None:
    """One row of history per field that gets its former value back (CUS-05), one statement per field."""
    _keep_codes(batch)
    fields = [(EVERY, name) for name in _own_columns(batch) if not name.endswith("_key")]
    fields += [(PROFILES, name) for name in mapped(batch, *PROFILE)]
    for table, name in fields:
        column = table.c[name]
        key = EVERY.c.id if table is EVERY else PROFILES.c.customer_id
        present, before = readable(name, column), readable(name, former(column))
        version = lowest(table.c.seal_version, former(table.c.seal_version))
        changed: Any = _history(name, present, before, version=version)
        changed = changed.select_from(KEPT).join(table, key == KEPT.c.key)
        other = differ(column, former(column)) if name in NAMES else column.is_distinct_from(former(column))
        changed = changed.where(*reverted_rows(batch, table, UPDATE), other)
        _insert(changed)
    _keep_new_sections(batch)
    if mapped(batch, "product_groups"):
        _keep_groups(batch)


def _keep_codes(batch: Batch) -> None:
    """Codes that go stay given; the same customer may have its own again, from a corrected file (CUS-01)."""
    gone = select(KEPT.c.record_id).where(*reverted_rows(batch, EVERY, CREATE))
    conditions = [USED.c.customer_id.in_(gone)]
    for column in (EVERY.c.code, EVERY.c.prospect_number):
        beside: Any = select(column).join_from(KEPT, EVERY, EVERY.c.id == KEPT.c.key)
        lost = beside.where(*reverted_rows(batch, EVERY, UPDATE), column.is_distinct_from(former(column)))
        conditions.append(USED.c.code.in_(lost))
    named = update(USED).where(or_(*conditions), EVERY.c.id == USED.c.customer_id)
    db.session.execute(named.values(reverted_name=EVERY.c.name), execution_options={"synchronize_session": False})


def _keep_new_sections(batch: Batch) -> None:
    """Of a customer that was there before, the sections that the import began are empty again."""
    made = KEPT.alias()
    created = select(made.c.record_id).where(
        made.c.batch_id == batch.id, made.c.part == EVERY.name, made.c.change == CREATE
    )
    for name in mapped(batch, *PROFILE):
        column = PROFILES.c[name]
        filled = column != "" if FIELDS[name].absent() == "" else column.is_not(None)
        changed: Any = _history(name, readable(name, column), literal(""), version=PROFILES.c.seal_version)
        changed = changed.select_from(KEPT)
        changed = changed.join(PROFILES, PROFILES.c.customer_id == KEPT.c.key)
        _insert(changed.where(*reverted_rows(batch, PROFILES, CREATE), KEPT.c.record_id.not_in(created), filled))


def _keep_groups(batch: Batch) -> None:
    """The product groups of a customer before and after, as they are joined everywhere."""
    made = KEPT.alias()
    created = select(made.c.record_id).where(
        made.c.batch_id == batch.id, made.c.part == EVERY.name, made.c.change == CREATE
    )
    chosen = select(KEPT.c.record_id, KEPT.c.change, ENTRIES.c.key, ENTRIES.c.position, ENTRIES.c.id)
    chosen = chosen.join(ENTRIES, ENTRIES.c.id == KEPT.c.key2)
    chosen = chosen.where(*reverted_rows(batch, LINKS), KEPT.c.record_id.not_in(created))
    rows = chosen.order_by(KEPT.c.record_id, ENTRIES.c.position, ENTRIES.c.id).subquery()
    joined = [
        func.coalesce(func.aggregate_strings(rows.c.key, ",").filter(rows.c.change.in_(states)), "")
        for states in (("create", "same"), ("delete", "same"))
    ]
    grouped = select(rows.c.record_id, *joined).group_by(rows.c.record_id).subquery()
    record, present, before = grouped.c
    _insert(_history("product_groups", present, before, record).where(present != before))


def _history(field: str, old: Any, new: Any, record: Any = KEPT.c.record_id, version: Any = None) -> Any:
    return select(
        record,
        literal(clock.now(), UtcDateTime()),
        literal(acting_user().login),
        literal(field),
        func.coalesce(old, ""),
        func.coalesce(new, ""),
        literal("revert"),
        version if field in NAMES else literal(NOTHING),
    )


def _insert(rows: Any) -> None:
    columns = ["customer_id", "at", "actor", "field", "old", "new", "source", "seal_version"]
    db.session.execute(insert(CustomerChange).from_select(columns, rows))
