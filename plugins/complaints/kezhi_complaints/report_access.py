"""Who sees the monthly report, and who writes it (CMP-20)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import false, select

from kezhi import ALL, Access, Permission, User
from kezhi import lazy_gettext as _l

from .models import Report, ReportRow, ReportUnit

SEE_REPORTS, WRITE_REPORT = "complaints.report", "complaints.report_write"
REPORTS: Any = Report.__table__


def report_permissions() -> list[Permission]:
    """The report counts the whole company, whatever complaints its reader may see."""
    manager, directors = "customer-service-manager", ("deputy-general-manager", "general-manager")
    return [
        Permission(SEE_REPORTS, _l("See the complaint reports of the whole company"), roles=(manager, *directors)),
        Permission(WRITE_REPORT, _l("Write the monthly complaint report and put it up for signature"),
                   roles=(manager,)),
    ]  # fmt: skip


def report_access() -> list[Access]:
    """Whoever may see reports sees all of them; their rows follow."""
    key: Any = Report.id
    follow: dict[type, Any] = {ReportRow: ReportRow.report_id, ReportUnit: ReportUnit.report_id}
    return [Access(Report, key, _grants, follow)]


def _grants(user: User) -> Any:
    return ALL if user.can(SEE_REPORTS) else [select(REPORTS.c.id).where(false())]
