"""The documents of grading: assessment sheet, annual list of important customers, notice to a customer (GRD-13).

Only published runs become documents: what is not in force is no one's grade.
"""

from __future__ import annotations

from pathlib import Path

from flask import url_for

from kezhi import Choice, User, acting_user, db, localised, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents.contributions import DocumentKind

from ..models import Run
from .annual_list import annual_list, annual_list_sheets, extents
from .assessment import assessment, assessment_sheets, published_runs
from .notice import notice

HERE = Path(__file__).parent
ASSESSMENT = "grading.assessment"
ANNUAL_LIST = "grading.annual_list"
NOTICE = "grading.notice"
PERMISSION = "grading.documents"
NOTIFY = "grading.notify"


def document_kinds() -> list[DocumentKind]:
    """The three kinds."""
    return [
        DocumentKind(
            key=ASSESSMENT,
            title=_l("Customer grade assessment sheet"),
            model=Customer,
            prefix="DJ",
            permission=PERMISSION,
            read="grading.read",
            make=assessment,
            pdf=HERE / "assessment.typ",
            sheets=assessment_sheets,
            variants=runs_of_customer,
            page=lambda customer_id: url_for("customers.show", customer_id=customer_id),
        ),
        DocumentKind(
            key=NOTICE,
            title=_l("Notice of the customer grade"),
            model=Customer,
            prefix="TZ",
            permission=NOTIFY,
            read="grading.read",
            make=notice,
            pdf=HERE / "notice.typ",
            variants=runs_of_customer,
            page=lambda customer_id: url_for("customers.show", customer_id=customer_id),
        ),
        DocumentKind(
            key=ANNUAL_LIST,
            title=_l("Annual list of important customers"),
            model=Run,
            prefix="ZY",
            permission=PERMISSION,
            read="grading.read",
            make=annual_list,
            pdf=HERE / "annual_list.typ",
            sheets=annual_list_sheets,
            variants=extents,
            audience=sees_everybody,
            page=lambda run_id: url_for("grading.run", number=db.session.get_one(Run, run_id).number),
        ),
    ]


def runs_of_customer(customer_id: int) -> list[Choice]:
    """The published runs in which a customer was graded, to choose from."""
    return [
        Choice(str(run.number), f"{localised(title)} {run.period_start} – {run.period_end}")
        for run, title in published_runs(customer_id)
    ]


def sees_everybody(user: User) -> bool:
    """The list names customers of the whole company: it is for who may see them all."""
    return user.can("customers.read") and visible_ids(Customer, user) is None


def offers(kind: str) -> bool:
    """Whether the acting user may make documents of a kind, with the documents builtin there."""
    from flask import current_app

    user = acting_user()
    if "documents" not in current_app.blueprints or not user.can(NOTIFY if kind == NOTICE else PERMISSION):
        return False
    return kind != ANNUAL_LIST or sees_everybody(user)
