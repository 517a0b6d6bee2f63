"""Writing a checked batch: a constant number of statements for any number of rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Table,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    union_all,
    update,
)

from kezhi import acting_user, bulk_write, clock, db
from kezhi.db import UtcDateTime

from ...accounts.models import Account, Department
from ...imports.models import Batch, Row
from ...imports.staging import field_text
from ...protection.fields import NOTHING
from ..fields import FIELDS, NUMBERS, OWN, PROFILE
from ..models import Customer, CustomerChange, CustomerGroup, CustomerOwner, StagedKey, UsedCode
from ..services.protected import CUSTOMER_KEYS, NAMES
from .confirming import fill_numbers, is_provisional, keep_codes, send
from .staged import (
    CREATE,
    ENTRIES,
    EVERY,
    PROFILES,
    UPDATE,
    department_of_row,
    differs,
    iso_text,
    looked_up,
    lowest,
    mapped,
    names_group,
    owner_of_row,
    replaced,
    stored_column,
    value,
    wanted_values,
    whole_text,
    with_action,
)

QUIET = {"synchronize_session": False}
ROW: Table = Row.__table__
KEY: Table = StagedKey.__table__
OWNER: Table = CustomerOwner.__table__
LINKS: Table = CustomerGroup.__table__
USED: Table = UsedCode.__table__


def apply(batch: Batch) -> None:
    """Create and update the records, and keep every change, owner and code."""
    now = clock.now()
    _give_codes(batch)
    _create(batch, now)
    _keep_changes(batch, now)
    _update(batch, now)
    _write_sections(batch)
    _write_groups(batch)
    _remember_codes(batch, now)
    keep_codes(batch, now)
    if mapped(batch, "owner", "department"):
        _close_owners(batch, now)
    _open_owners(batch, now)
    db.session.execute(delete(StagedKey).where(StagedKey.batch_id == batch.id), execution_options=QUIET)
    send(batch)


def _give_codes(batch: Batch) -> None:
    """Every new row gets what it will be found by: its own code or prospect number, else the next code of the rule."""
    number = field_text("prospect_number")
    own = number if is_provisional() else func.coalesce(field_text("code"), number)
    mine = looked_up(own, Row, (Row.batch_id == KEY.c.batch_id) & (Row.row == KEY.c.row))
    new = select(ROW.c.row).where(ROW.c.batch_id == batch.id, ROW.c.bad.is_(False), ROW.c.action == CREATE)
    db.session.execute(update(KEY).where(KEY.c.batch_id == batch.id, KEY.c.row.in_(new)).values(code=mine))
    without = select(KEY.c.row).where(KEY.c.batch_id == batch.id, KEY.c.row.in_(new), KEY.c.code.is_(None))
    waiting = db.session.scalars(without.order_by(KEY.c.row)).all()
    if waiting:
        given = fill_numbers(len(waiting))
        rows = [{"batch_id": batch.id, "row": row, "code": code} for row, code in zip(waiting, given, strict=True)]
        db.session.execute(update(StagedKey), rows)


def _create(batch: Batch, now: datetime) -> None:
    """One INSERT … SELECT; afterwards the rows point at the records they became."""
    columns: dict[str, Any] = {
        "prospect_number": field_text("prospect_number"),
        "name_key": KEY.c.name_key,
        **{key: func.coalesce(field_text(key), "") for key in CUSTOMER_KEYS},
        "seal": Row.seal,
        "seal_version": Row.seal_version,
        "origin": literal("import"),
        "created_by": literal(acting_user().login),
        "created_at": literal(now, UtcDateTime()),
        "updated_at": literal(now, UtcDateTime()),
        "version": literal(1),
    }
    as_prospect = field_text("code").is_(None) & field_text("prospect_number").is_not(None)
    columns["code"] = case((~as_prospect, KEY.c.code))
    if is_provisional():
        columns |= {"prospect_number": KEY.c.code, "code": null()}
    for key in OWN:
        field = FIELDS[key]
        if key in batch.mapping:
            columns[key] = value(key) if field.absent() is None else func.coalesce(value(key), "")
        elif field.absent() is not None:
            columns[key] = literal("")
    if "owner" in batch.mapping:
        columns["owner_id"] = owner_of_row()
    if mapped(batch, "owner", "department"):
        columns["department_id"] = department_of_row(batch)
    staged = select(*columns.values()).select_from(Row)
    staged = staged.join(KEY, and_(KEY.c.batch_id == Row.batch_id, KEY.c.row == Row.row))
    staged = staged.where(*with_action(batch, CREATE)).order_by(Row.row)
    keys = select(KEY.c.code).where(KEY.c.batch_id == batch.id, KEY.c.code.is_not(None))
    made = union_all(
        select(EVERY.c.id).where(EVERY.c.code.in_(keys)),
        select(EVERY.c.id).where(EVERY.c.code.is_(None), EVERY.c.prospect_number.in_(keys)),
    ).subquery()
    bulk_write(
        insert(EVERY).from_select(list(columns), staged),
        model=Customer,
        change=CREATE,
        keys=select(made.c.id),
        action="customer.import",
        batch=batch.id,
    )
    own = looked_up(KEY.c.code, KEY, (KEY.c.batch_id == Row.batch_id) & (KEY.c.row == Row.row))
    by_code = looked_up(EVERY.c.id, EVERY, EVERY.c.code == own)
    by_number = looked_up(EVERY.c.id, EVERY, EVERY.c.prospect_number == own)
    statement = update(Row).where(*with_action(batch, CREATE)).values(target_id=func.coalesce(by_code, by_number))
    db.session.execute(statement, execution_options=QUIET)


def _keep_changes(batch: Batch, now: datetime) -> None:
    """One row of history per changed field and record (CUS-05), one statement per field of the file."""
    columns = ["customer_id", "at", "actor", "field", "old", "new", "source", "seal_version"]
    for column, wanted in wanted_values(batch).items():
        old, new = readable(column, stored_column(column)), readable(column, wanted)
        changed = select(
            Row.target_id,
            literal(now, UtcDateTime()),
            literal(acting_user().login),
            literal(column),
            func.coalesce(old, ""),
            func.coalesce(new, ""),
            literal("import"),
            sealed_by(column, Row.seal_version),
        ).select_from(Row)
        changed = changed.join(EVERY, EVERY.c.id == Row.target_id)
        changed = changed.where(*with_action(batch, UPDATE), differs(column, wanted))
        db.session.execute(insert(CustomerChange).from_select(columns, changed))


def sealed_by(column: str, new: Any) -> ColumnElement[Any]:
    """By which key the entry of a change opens, whose new value opens by ``new``."""
    if column not in NAMES:
        return literal(NOTHING)
    if FIELDS[column].place == "profile":
        old = looked_up(PROFILES.c.seal_version, PROFILES, PROFILES.c.customer_id == EVERY.c.id)
        return lowest(func.coalesce(old, new), new)
    return lowest(EVERY.c.seal_version, new)


def readable(column: str, expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value as the history keeps it: dates as ISO text, people and departments by name."""
    if column in ("owner_id", "department_id"):
        model: Any = Account if column == "owner_id" else Department
        return looked_up(model.name, model, model.id == expression)
    if column in FIELDS and FIELDS[column].kind == "date":
        return iso_text(expression)
    if column in FIELDS and FIELDS[column].kind in NUMBERS:
        return whole_text(expression)
    return expression


def _update(batch: Batch, now: datetime) -> None:
    """One UPDATE … FROM: what a row gives replaces what stands there, empty cells leave it."""
    values: dict[str, Any] = {
        column: replaced(column, wanted, EVERY.c[column])
        for column, wanted in wanted_values(batch).items()
        if column not in PROFILE and column != "product_groups"
    }
    if "name" in values:
        values["name_key"] = func.coalesce(func.nullif(KEY.c.name_key, ""), EVERY.c.name_key)
    for key, (field, _name, _normal) in CUSTOMER_KEYS.items():
        if field in values:
            anew = func.coalesce(field_text(key), "")  # a phone may be too short to be looked up by
            values[key] = case((field_text(field).is_not(None), anew), else_=EVERY.c[key])
    if any(FIELDS[key].protected for key in values if key in FIELDS):
        values["seal"] = func.coalesce(EVERY.c.seal, Row.seal)
        values["seal_version"] = lowest(EVERY.c.seal_version, Row.seal_version)
    values |= {"updated_at": literal(now, UtcDateTime()), "version": EVERY.c.version + 1}
    conditions = [*with_action(batch, UPDATE), KEY.c.batch_id == Row.batch_id, KEY.c.row == Row.row]
    bulk_write(
        update(EVERY).where(EVERY.c.id == Row.target_id, *conditions).values(**values),
        model=Customer,
        change=UPDATE,
        keys=select(Row.target_id).where(*with_action(batch, UPDATE)),
        action="customer.import",
        batch=batch.id,
    )


def _write_sections(batch: Batch) -> None:
    """The long sections stand in a table of their own: rows that are missing are made, then filled."""
    given = mapped(batch, *PROFILE)
    if not given:
        return
    absent = {key: FIELDS[key].absent() for key in PROFILE}
    texts = {key: literal("") for key, nothing in absent.items() if nothing is not None}
    rows = [*with_action(batch, CREATE, UPDATE), or_(*(value(key).is_not(None) for key in given))]
    known = exists().where(PROFILES.c.customer_id == Row.target_id)
    token = func.coalesce(looked_up(EVERY.c.seal, EVERY, EVERY.c.id == Row.target_id), Row.seal)
    new: Any = select(Row.target_id, *texts.values(), token, Row.seal_version).where(*rows, ~known)
    db.session.execute(insert(PROFILES).from_select(["customer_id", *texts, "seal", "seal_version"], new))
    filled = {key: replaced(key, value(key), PROFILES.c[key]) for key in given}
    if any(FIELDS[key].protected for key in given):
        filled["seal_version"] = lowest(PROFILES.c.seal_version, Row.seal_version)
    statement = update(PROFILES).where(PROFILES.c.customer_id == Row.target_id, *rows).values(**filled)
    db.session.execute(statement, execution_options=QUIET)


def _write_groups(batch: Batch) -> None:
    """What a row says of the product groups takes the place of what stands there; a cell without any leaves it."""
    if "product_groups" not in batch.mapping:
        return
    given = [*with_action(batch, CREATE, UPDATE), field_text("product_groups").is_not(None)]
    gone = delete(LINKS).where(LINKS.c.customer_id.in_(select(Row.target_id).where(*given)))
    db.session.execute(gone)
    wanted: Any = select(Row.target_id, ENTRIES.c.id).join_from(Row, ENTRIES, names_group())
    wanted = wanted.where(*given)
    db.session.execute(insert(LINKS).from_select(["customer_id", "entry_id"], wanted))


def _written(batch: Batch) -> Any:
    """The ids of the records that the batch created or changed."""
    return select(Row.target_id).where(*with_action(batch, CREATE, UPDATE))


def _remember_codes(batch: Batch, now: datetime) -> None:
    """Note the codes and numbers that are given now (CUS-01)."""
    for column in (EVERY.c.code, EVERY.c.prospect_number):
        again = update(USED).where(USED.c.reverted_name != "", column == USED.c.code, EVERY.c.id.in_(_written(batch)))
        db.session.execute(again.values(customer_id=EVERY.c.id, reverted_name=""), execution_options=QUIET)
        given = select(column, EVERY.c.id, literal(now, UtcDateTime()), literal("")).where(
            EVERY.c.id.in_(_written(batch)), column.is_not(None), ~exists().where(UsedCode.code == column)
        )
        db.session.execute(insert(UsedCode).from_select(["code", "customer_id", "given_at", "reverted_name"], given))


def _close_owners(batch: Batch, now: datetime) -> None:
    """End the open entry of every record whose owner or department is another one now."""
    stands = exists().where(
        EVERY.c.id == OWNER.c.customer_id,
        EVERY.c.owner_id == OWNER.c.user_id,
        EVERY.c.department_id.is_not_distinct_from(OWNER.c.department_id),
    )
    statement = update(OWNER).where(OWNER.c.to_at.is_(None), OWNER.c.customer_id.in_(_written(batch)), ~stands)
    db.session.execute(statement.values(to_at=now))


def _open_owners(batch: Batch, now: datetime) -> None:
    """Begin an entry for every owned record that has no open one."""
    is_open = exists().where(OWNER.c.customer_id == EVERY.c.id, OWNER.c.to_at.is_(None))
    began = select(EVERY.c.id, EVERY.c.owner_id, EVERY.c.department_id, literal(now, UtcDateTime())).where(
        EVERY.c.id.in_(_written(batch)), EVERY.c.owner_id.is_not(None), ~is_open
    )
    db.session.execute(insert(OWNER).from_select(["customer_id", "user_id", "department_id", "from_at"], began))
