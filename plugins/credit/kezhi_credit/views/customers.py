"""The credit of customers: the list, and the page of one (CRD-07)."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from kezhi import ListView, Refused, can, clock, currency, db, requires, visible, writing
from kezhi import lazy_gettext as _l
from kezhi.builtin.approvals.models import Request
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import may_change
from kezhi.builtin.search.services import list_search
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext

from .. import services
from ..columns import IN_REGISTER, register_columns
from ..forms import LimitForm, RateForm
from ..labels import (
    INVESTIGATION_LABELS,
    INVESTIGATION_TONES,
    SHEET_LABELS,
    SOURCE_LABELS,
    STATE_LABELS,
    STATE_TONES,
)
from ..models import OPEN
from ..panels import WORDS
from ..services.checking import term_of
from ..services.position import position_of
from ..words import AGE_LABELS, bar, judged, standing_of


@requires("credit.read")
def index() -> Any:
    """Customers by class."""
    return register_view().respond("credit/index.html", can_keep=can("credit.classes"))


def register_view() -> ListView:
    """The customers that the user sees, with their credit."""
    setattr(g, IN_REGISTER, True)
    try:
        return _view()
    finally:
        g.pop(IN_REGISTER)


def _view() -> ListView:
    return ListView(
        name="credit",
        model=Customer,
        columns=register_columns(),
        order=("code", "asc"),
        search=list_search("customers", [Customer.code, Customer.name]),
        link=lambda row: url_for("credit.customer", customer_id=row.id),
        title=_l("Customer credit"),
        kind=_l("customers"),
        matching=lazy_pgettext("customers", "matching"),
        search_hint=_l("Code or name"),
        export_permission="credit.read",
    )


@requires("credit.read")
def show(customer_id: int) -> str:
    """The credit of one customer: the limit and where it comes from, classes and limits through time."""
    customer = services.seen_customer(customer_id)
    now = position_of(customer.id)
    limits, released = services.limits_of(customer.id), services.releases_of(customer.id)
    alerts = services.alerts_of(customer.id, ended=True)
    open_alerts = [each for each in alerts if each.ended_on is None]
    measure = services.measure_in_force(customer.id) if open_alerts else None
    classes = {each["id"]: each for each in services.all_classes()}
    return render_template(
        "credit/customer.html",
        customer=customer,
        now=now,
        present=classes.get(now["class_id"]),
        classes=classes,
        title_of=services.title_of,
        ratings=services.ratings_of(customer.id),
        limits=limits,
        requests=_open_to_me([*(each.request_id for each in limits), *(each.request_id for each in released)]),
        releases=released,
        reservations=services.running_of(customer.id),
        alerts=alerts,
        open_alerts=open_alerts,
        decided=services.measures_of(customer.id),
        measure=measure,
        term=term_of(now, measure),
        words=WORDS,
        judged=judged(now),
        bar=bar(now),
        ages=AGE_LABELS,
        today=clock.today(),
        states=STATE_LABELS,
        tones=STATE_TONES,
        sources=SOURCE_LABELS,
        can_rate=may_change(customer, "credit.rate"),
        can_ask=may_change(customer, "credit.ask"),
        can_investigate=may_change(customer, "credit.investigate"),
        **_investigated(customer.id),
    )


def _investigated(customer_id: int) -> dict[str, Any]:
    """Investigations and rating sheets: the newest of each, what is under way, and the sheet behind each rating."""
    sheets, investigations = services.sheets_of(customer_id), services.investigations_of(customer_id)
    return {
        "investigation": services.latest_investigation(customer_id),
        "investigations": investigations,
        "under_way": next((each for each in investigations if each.state == OPEN), None),
        "sheets": sheets,
        "sheet_of": {each.rating_id: each for each in sheets if each.rating_id is not None},
        "sheet_states": SHEET_LABELS,
        "investigation_states": INVESTIGATION_LABELS,
        "investigation_tones": INVESTIGATION_TONES,
        "standing_of": standing_of,
    }


def _open_to_me(request_ids: list[int | None]) -> set[int]:
    """Those of the approval requests that the acting person may open."""
    wanted = [each for each in request_ids if each is not None]
    seen = visible(Request).where(Request.id.in_(wanted)).with_only_columns(Request.id)
    return set(db.session.scalars(seen)) if wanted else set()


@requires("credit.rate")
def rate(customer_id: int) -> Any:
    """Rate a customer in a class."""
    customer, form = services.seen_customer(customer_id), RateForm()
    form.offer(services.present_class(customer.id))
    name = customer.name
    if form.validate_on_submit():
        try:
            values = form.values()
            submit_once(form.key, lambda: services.rate(customer_id, **values).id)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("%(name)s is rated.", name=name), "success")
            return redirect(url_for("credit.customer", customer_id=customer_id))
    page = render_template("credit/rate.html", form=form, customer=services.seen_customer(customer_id))
    return page, 422 if form.errors or form.form_errors else 200


@requires("credit.ask")
def ask(customer_id: int) -> Any:
    """Ask for a limit of a customer's own."""
    services.seen_customer(customer_id)
    form = LimitForm()
    if request.method == "GET":
        form.fill_new()
    elif form.validate_on_submit():
        try:
            values = form.values()
            limit_id = int(submit_once(form.key, lambda: services.ask_limit(customer_id, **values).id))
        except Refused as error:
            fill_errors(form, error)
        else:
            number = services.limit_by_id(limit_id).number
            flash(_("The limit %(number)s waits for approval.", number=number), "success")
            return redirect(url_for("credit.customer", customer_id=customer_id))
    page = render_template("credit/limit_form.html", form=form, customer=services.seen_customer(customer_id),
                           unit=currency())  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


@requires("credit.rate")
def end(limit_id: int) -> Any:
    """End a limit of a customer's own early; asks first."""
    limit, problem = services.limit_by_id(limit_id), ""
    customer = services.seen_customer(limit.customer_id)
    if request.method == "POST":
        customer_id, number = customer.id, limit.number
        try:
            with writing():
                services.end_limit(limit_id)
        except Refused as error:
            problem = str(error)
            limit = services.limit_by_id(limit_id)
            customer = services.seen_customer(limit.customer_id)
        else:
            flash(_("The limit %(number)s does not hold any more.", number=number), "success")
            return redirect(url_for("credit.customer", customer_id=customer_id))
    return render_template("credit/end_limit.html", limit=limit, customer=customer, problem=problem)
