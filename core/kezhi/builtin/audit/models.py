"""The kernel's table of entries, as a list reads it. Nothing is ever written through this."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, String, type_coerce

from kezhi import UtcDateTime, model_base
from kezhi.tables import audit_entry

Base = model_base("audit")


class AuditEntry(Base):  # type: ignore[valid-type,misc]
    """One entry of the chain."""

    __table__ = audit_entry


class WrittenInstant(UtcDateTime):
    """An instant in the very text that was hashed. Text that is none, because it was tampered with, is absent."""

    impl: Any = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        try:
            instant = datetime.fromisoformat(value)
            return instant if instant.tzinfo is not None else None
        except (TypeError, ValueError):
            return None


#: When it happened, comparable and sortable as an instant.
happened_at: Any = type_coerce(audit_entry.c.at, WrittenInstant())
