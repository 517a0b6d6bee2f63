"""The report of ageing and concentration as a document (信用账龄与集中度报表): numbered, kept as issued (CRD-07)."""

from __future__ import annotations

from pathlib import Path

from flask import url_for

from kezhi import User, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents.contributions import DocumentKind
from kezhi.builtin.documents.models import LETTERHEAD, Letterhead

from .report import report, report_sheets

KIND = "credit.report"
PERMISSION = "credit.report"
COMPANY = LETTERHEAD  #: the report is of the company, and the letterhead is its record among documents


def document_kinds() -> list[DocumentKind]:
    """One kind, of the whole company."""
    return [
        DocumentKind(
            key=KIND,
            title=_l("Report of credit: ageing and concentration"),
            model=Letterhead,
            prefix="ZL",
            permission=PERMISSION,
            read="credit.read",
            make=report,
            pdf=Path(__file__).parent / "report.typ",
            sheets=report_sheets,
            audience=sees_everybody,
            page=lambda _company: url_for("credit.reports"),
        )
    ]


def sees_everybody(user: User) -> bool:
    """The report names customers of the whole company, and is read as issued: it is for who may see them all."""
    return user.can("customers.read") and visible_ids(Customer, user) is None


def address(user: User) -> str:
    """Where the document is made; empty for who may not, and without the documents app."""
    from flask import current_app

    needed = ("documents.read", PERMISSION)
    if "documents" not in current_app.blueprints or not all(user.can(each) for each in needed):
        return ""
    return url_for("documents.make", kind=KIND, record_id=COMPANY) if sees_everybody(user) else ""
