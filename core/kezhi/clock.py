"""What time it is. One place, so that tests can set it and no rule reads the wall clock by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def company_zone() -> ZoneInfo:
    """The zone the company's policies speak in (default Asia/Shanghai)."""
    from .settings import setting

    return ZoneInfo(str(setting("kezhi", "zone")))


def today() -> date:
    """The company's date."""
    return now().astimezone(company_zone()).date()


def local(instant: datetime) -> datetime:
    """An instant in the company's zone."""
    return instant.astimezone(company_zone())


def database_now(connection: Connection) -> datetime:
    """The database's clock, which all machines share; SQLite's machine is this one."""
    if connection.dialect.name == "postgresql":
        found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return found
    return now()
