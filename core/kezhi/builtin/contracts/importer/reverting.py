"""How an import of contracts is reverted: what stood there before comes back, and the history says so (decision 15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, insert, literal, select

from kezhi import acting_user, clock, db
from kezhi.db import UtcDateTime

from ...customers.importer.staged import CREATE, UPDATE, with_action
from ...imports.journal import KEPT, former, reverted_rows
from ...imports.models import Batch
from ...imports.staging import field_text
from ...protection.fields import differ
from ..models import Change
from ..services.sealing import SIGNERS
from .applying import HISTORY, as_text, sealed_by
from .staged import COLUMNS, CONTRACTS, SEALED


def of_file(batch: Batch) -> ColumnElement[bool]:
    """The contracts that the file makes or changes."""
    numbers = select(field_text("number")).where(*with_action(batch, CREATE, UPDATE))
    mine: ColumnElement[bool] = CONTRACTS.c.number.in_(numbers)
    return mine


def written(_batch: Batch) -> tuple[str, ...]:
    """The columns that an import decides on."""
    return (*COLUMNS, *SIGNERS)


class _Former:
    """The columns of a contract as they were before the import."""

    def __getitem__(self, name: str) -> ColumnElement[Any]:
        return former(CONTRACTS.c[name])


def _other(name: str) -> ColumnElement[bool]:
    present, before = CONTRACTS.c[name], former(CONTRACTS.c[name])
    return differ(present, before) if name in SEALED else present.is_distinct_from(before)


def keep_reverted(batch: Batch) -> None:
    """One row of history per field that gets its former value back (CUS-05), one statement per field."""
    fixed = (literal(clock.now(), UtcDateTime()), literal(acting_user().login))
    for name in COLUMNS:
        if name in ("customer_id", "number"):
            continue
        present, before = as_text(name, CONTRACTS.c), as_text(name, _Former())
        changed: Any = (
            select(CONTRACTS.c.id, CONTRACTS.c.customer_id, *fixed, literal(name), present, before, literal("revert"),
                   sealed_by(name, former(CONTRACTS.c.seal_version)))
            .join_from(KEPT, CONTRACTS, CONTRACTS.c.id == KEPT.c.key)
            .where(
                *reverted_rows(batch, CONTRACTS, UPDATE),
                _other(name),
            )
        )  # fmt: skip
        db.session.execute(insert(Change).from_select(HISTORY, changed))
