"""Why a customer has its grade: a page of its own, or the inside of a drawer (GRD-07)."""

from __future__ import annotations

from flask import abort, render_template, request

from kezhi import NotFound, db, requires
from kezhi.builtin.customers.models import Customer
from kezhi.visibility import visible

from .. import pages, services
from ..models import PUBLISHED, Run
from ..notice_lines import notice_line
from ..services.explanation import Explanation, explain_customer
from ..services.notices import find_notice
from ..services.standing import current_grade
from .shared import document_url, run_or_404


@requires("grading.read")
def explain(number: int, customer_id: int) -> str:
    """Why a customer has its grade in a run."""
    found = run_or_404(number)
    try:
        explanation = explain_customer(found, customer_id)
    except NotFound:
        abort(404)
    return _explain_page(explanation)


@requires("grading.read")
def why(customer_id: int) -> str:
    """Why a customer has the grade in force by the primary scheme."""
    customer = db.session.scalars(visible(Customer).where(Customer.id == customer_id)).one_or_none()
    current = current_grade(customer_id, services.primary_key()) if customer is not None else None
    if current is None:
        abort(404)
    found = db.session.get_one(Run, current.run_id)
    return _explain_page(explain_customer(found, customer_id))


def _explain_page(explanation: Explanation) -> str:
    run, customer_id = explanation.run, explanation.result.customer_id
    sheet_url = document_url("grading.assessment", customer_id, run.state == PUBLISHED, str(run.number))
    notice = None if run.state != PUBLISHED else find_notice(run.id, customer_id)
    template = "grading/why_drawer.html" if request.args.get("drawer") else "grading/explain.html"
    return render_template(
        template, sheet_url=sheet_url, notice=notice_line(notice, run.number), **pages.explanation(explanation)
    )
