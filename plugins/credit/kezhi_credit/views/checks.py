"""May this be shipped today? The check at a glance, reservations, releases (CRD-05)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import and_, or_

from kezhi import NotFound, Refused, currency, db, requires, visible, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import may_change
from kezhi.builtin.search.services import list_search
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..forms import CheckForm, ReleaseForm
from ..forms.reading import read_money, write_money
from ..services import ALLOW, BLOCK, WARN
from ..services.reserving import HOURS
from ..words import AGE_LABELS, amount, bar, judged

MOST = 8  #: customers among whom to choose
TONES = {ALLOW: "green", WARN: "amber", BLOCK: "red"}


@requires("credit.read")
def index() -> Any:
    """The question and, once it is asked, the answer."""
    form = CheckForm(request.args if "customer" in request.args else None)
    found: list[Customer] = []
    answer, asked = None, 0
    if form.is_asked() and form.validate():
        found = customers_named(form.customer.data or "")
        try:
            asked = read_money(form.amount.data, "amount")
            if not found:
                raise Refused(_("No customer is called “%(name)s”.", name=form.customer.data), field="customer")
            if len(found) == 1:
                answer = services.check(found[0].id, asked, form.order.data or "")
        except Refused as error:
            fill_errors(form, error)
    chosen = found[0] if len(found) == 1 else None
    page = render_template(
        "credit/check.html",
        form=form,
        found=found if len(found) > 1 else [],
        more=len(found) > MOST,
        customer=chosen,
        answer=answer,
        asked=asked,
        tone=TONES[answer.decision] if answer else "gray",
        key=form.key,
        unit=currency(),
        hours=HOURS,
        may_ask=chosen is not None and may_change(chosen, "credit.ask"),
        **_figures(answer),
    )
    return page, 422 if form.errors or form.form_errors else 200


def _figures(answer: Any) -> dict[str, Any]:
    if answer is None:
        return {}
    now = answer.position
    return {"now": now, "judged": judged(now), "bar": bar(now), "ages": AGE_LABELS}


def customers_named(text: str) -> list[Customer]:
    """The customers that somebody may mean: the one with the code or exact name, else those with such names."""
    typed = text.strip()
    exact = or_(Customer.code == typed.upper(), Customer.code == typed, Customer.prospect_number == typed,
                Customer.name == typed)  # fmt: skip
    found = list(db.session.scalars(visible(Customer).where(exact).limit(2)))
    if len(found) == 1 or not typed:
        return found
    looks = list_search("customers", [Customer.name, Customer.code])
    if callable(looks):
        named = and_(*(looks(word) for word in typed.split()))
    else:
        named = or_(*(each.icontains(typed, autoescape=True) for each in looks))
    return list(db.session.scalars(visible(Customer).where(named).order_by(Customer.id).limit(MOST + 1)))


@requires("credit.ask")
def reserve() -> Any:
    """Keep the credit for an order."""
    customer, asked, order = _sent()
    customer_id, code = customer.id, customer.code or customer.prospect_number or ""
    key = request.form.get("submission_key", "")

    def keep() -> str:
        answer = services.check(customer_id, asked, order, reserve=True)
        return "" if answer.reservation_id is None else "kept"

    try:
        kept = submit_once(key, keep)
    except Refused as error:
        flash(str(error), "error")
        kept = None
    else:
        if kept:
            flash(_("%(amount)s are kept for %(hours)s hours.", amount=amount(asked), hours=HOURS), "success")
        else:
            flash(_("Nothing was kept: it is blocked by now. The answer below says why."), "error")
    if kept:
        return redirect(url_for("credit.customer", customer_id=customer_id))
    return redirect(url_for("credit.check", customer=code, amount=write_money(asked), order=order))


@requires("credit.ask")
def release() -> Any:
    """Ask that a blocked order may be shipped all the same."""
    if request.method == "GET" and "customer_id" not in request.args:
        return redirect(url_for("credit.check"))
    form = ReleaseForm()
    customer, asked, order = _sent()
    customer_id = customer.id
    if request.method == "POST" and form.validate_on_submit():
        try:
            reason = form.reason.data or ""
            number = submit_once(form.key, lambda: services.ask_release(customer_id, order, asked, reason).number)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The release %(number)s waits for approval.", number=number), "success")
            return redirect(url_for("credit.customer", customer_id=customer_id))
    page = render_template(
        "credit/release.html", form=form, customer=services.seen_customer(customer_id), asked=asked, order=order,
        typed=write_money(asked),
    )  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


@requires("credit.ask")
def cancel(reservation_id: int) -> Any:
    """Give a reservation up."""
    try:
        with writing():
            customer_id = services.cancel(reservation_id).customer_id
    except Refused as error:
        if isinstance(error, NotFound):
            abort(404)
        flash(str(error), "error")
        return redirect(url_for("credit.index"))
    flash(_("Nothing is kept for this order any more."), "success")
    return redirect(url_for("credit.customer", customer_id=customer_id))


def _sent() -> tuple[Customer, int, str]:
    """Customer, amount and order that a page sent on. Errors: 400, ``NotFound``."""
    given = request.form if request.method == "POST" else request.args
    customer = services.seen_customer(given.get("customer_id", type=int))
    try:
        asked = read_money(given.get("amount", ""), "amount")
    except Refused:
        abort(400)
    return customer, asked, given.get("order", "").strip()
