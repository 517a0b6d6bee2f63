"""Writing a checked file of contracts: changes, then new ones, former values kept; few statements for any size."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, insert, literal, select, update

from kezhi import acting_user, bulk_write, clock, currency, db
from kezhi.db import UtcDateTime
from kezhi.figures import sql_divide, sql_int
from kezhi.money import exponent

from ...customers.importer.staged import CREATE, UPDATE, iso_text, lowest
from ...imports.models import Batch, Row
from ...imports.staging import field_text, good_rows
from ...protection.fields import NOTHING
from ..models import Change, Contract
from ..services.sealing import SIGNERS
from .staged import COLUMNS, CONTRACTS, DAYS, SEALED, SOURCE, merged, stored

HISTORY = ["contract_id", "customer_id", "at", "actor", "field", "old", "new", "source", "seal_version"]


def apply(batch: Batch) -> None:
    """Carry out the rows with an action, in one transaction with what the core records."""
    _keep_changes(batch)
    _update(batch)
    _create(batch)


def _keep_changes(batch: Batch) -> None:
    fixed = (literal(clock.now(), UtcDateTime()), literal(acting_user().login))
    for name in COLUMNS:
        if name in ("customer_id", "number"):
            continue
        found = merged(batch)
        old, new = as_text(name, CONTRACTS.c), as_text(name, found.c)
        changed: Any = (
            select(CONTRACTS.c.id, CONTRACTS.c.customer_id, *fixed, literal(name), old, new, literal(SOURCE),
                   sealed_by(name, found.c.seal_version))
            .join_from(found, CONTRACTS, CONTRACTS.c.id == found.c.target_id)
            .where(found.c.action == UPDATE, found.c[name].is_distinct_from(stored(name, CONTRACTS.c)))
        )  # fmt: skip
        db.session.execute(insert(Change).from_select(HISTORY, changed))


def as_text(name: str, columns: Any) -> ColumnElement[Any]:
    """A value of ``columns`` as the history keeps it; amounts as they are written, with their currency."""
    column = columns[name]
    if name in DAYS:
        return func.coalesce(iso_text(column), "")
    if name == "amount":
        return func.coalesce(money_text(column, columns["currency"]), "")
    return func.coalesce(cast(stored(name, columns), Text()), "")


def sealed_by(name: str, new: Any) -> ColumnElement[Any]:
    """The oldest key that an entry of the history about this field needs."""
    return lowest(CONTRACTS.c.seal_version, new) if name in SEALED else literal(NOTHING)


def money_text(amount: Any, code: Any) -> ColumnElement[Any]:
    """Units with the decimals of their currency, and the currency, as :func:`..services.history.as_text`."""
    used = {currency(), *db.session.scalars(select(CONTRACTS.c.currency).distinct())}
    found = [(code == each, _units(amount, exponent(each))) for each in sorted(used)]
    return case(*found, else_=_units(amount, exponent(currency()))).concat(" ").concat(code)


def _units(amount: Any, digits: int) -> ColumnElement[Any]:
    """A whole number of minor units with so many decimals: an amount is 0 or more."""
    if not digits:
        return cast(amount, Text())
    step = sql_int(10**digits)
    rest = amount % step
    padded = func.substr(cast(rest + step, Text()), 2)  # 100 to 199: behind the 1 stand the decimals, zeros too
    return cast(sql_divide(amount - rest, step), Text()).concat(".").concat(padded)


def _update(batch: Batch) -> None:
    found = merged(batch)
    wanted = select(Row.target_id).where(*good_rows(batch), Row.action == UPDATE)
    written = (name for name in (*COLUMNS, *SIGNERS) if name not in ("customer_id", "number"))
    values: dict[str, Any] = {name: found.c[name] for name in written}
    if set(SEALED) & set(batch.mapping):
        values["seal"] = func.coalesce(CONTRACTS.c.seal, found.c.seal)
        values["seal_version"] = lowest(CONTRACTS.c.seal_version, found.c.seal_version)
    bulk_write(
        update(CONTRACTS)
        .where(CONTRACTS.c.id == found.c.target_id, found.c.action == UPDATE)
        .values(**values, version=CONTRACTS.c.version + 1, updated_at=literal(clock.now(), UtcDateTime())),
        model=Contract,
        change=UPDATE,
        keys=wanted,
        action="contract.import",
        batch=batch.id,
    )


def _create(batch: Batch) -> None:
    found, now = merged(batch), literal(clock.now(), UtcDateTime())
    fixed: dict[str, Any] = {
        "termination_reason": literal(""),
        "entered_on": literal(clock.today(), CONTRACTS.c.entered_on.type),
        "origin": literal(SOURCE),
        "created_at": now,
        "created_by": literal(acting_user().login),
        "updated_at": now,
        "version": literal(1),
    }
    taken = (*COLUMNS, *SIGNERS, "seal", "seal_version")
    new = select(*(found.c[name] for name in taken), *fixed.values()).where(found.c.action == CREATE)
    numbers = select(field_text("number")).where(*good_rows(batch), Row.action == CREATE)
    bulk_write(
        insert(CONTRACTS).from_select([*taken, *fixed], new.order_by(found.c.row)),
        model=Contract,
        change=CREATE,
        keys=select(CONTRACTS.c.id).where(CONTRACTS.c.number.in_(numbers)),
        action="contract.import",
        batch=batch.id,
    )
