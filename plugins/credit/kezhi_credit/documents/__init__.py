"""The report of ageing and concentration, and the credit rating sheet, as documents: numbered, kept as issued
(CRD-02, CRD-07)."""

from __future__ import annotations

from pathlib import Path

from flask import url_for

from kezhi import User, can, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents.contributions import DocumentKind
from kezhi.builtin.documents.models import LETTERHEAD, Letterhead

from ..models import Sheet
from .report import report, report_sheets
from .sheet import rating_sheet, rating_sheets, sheets_to_choose

KIND = "credit.report"
SHEET, SHEET_PERMISSION = "credit.sheet", "credit.investigate"
PERMISSION = "credit.report"
COMPANY = LETTERHEAD  #: the report is of the company, and the letterhead is its record among documents


def document_kinds() -> list[DocumentKind]:
    """The report of the whole company, and the rating sheet of a customer."""
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
        ),
        DocumentKind(
            key=SHEET,
            title=_l("Credit rating sheet of a customer"),
            model=Customer,
            prefix="ZX",
            permission=SHEET_PERMISSION,
            read="credit.read",
            make=rating_sheet,
            pdf=Path(__file__).parent / "sheet.typ",
            sheets=rating_sheets,
            variants=sheets_to_choose,
            page=lambda customer_id: url_for("credit.customer", customer_id=customer_id),
        ),
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


def sheet_address(sheet: Sheet) -> str:
    """Where a rating sheet is made a document; empty for who may not, and without the documents app."""
    from flask import current_app

    needed = ("documents.read", SHEET_PERMISSION)
    if "documents" not in current_app.blueprints or not all(can(each) for each in needed):
        return ""
    return url_for("documents.make", kind=SHEET, record_id=sheet.customer_id, variant=sheet.id)
