"""What the watch has found, and the measures that are decided (CRD-06)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from kezhi import ListView, Refused, requires
from kezhi import lazy_gettext as _l
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _, lazy_pgettext

from .. import services
from ..alert_columns import alert_columns
from ..forms import MeasureForm, SecurityForm
from ..models import Alert
from ..panels import WORDS


@requires("credit.read")
def index() -> Any:
    """The signs of risk that hold now."""
    return alert_list().respond("credit/alerts.html")


def alert_list() -> ListView:
    """The open alerts of the customers that the user sees, the newest first."""
    return ListView(
        name="credit.alerts",
        model=Alert,
        columns=alert_columns(),
        order=("since", "desc"),
        where=[Alert.ended_on.is_(None)],
        link=_link,
        title=_l("Credit alerts"),
        kind=_l("alerts"),
        matching=lazy_pgettext("alerts", "matching"),
        export_permission="credit.read",
    )


def _link(row: Any) -> str:
    return url_for("credit.alert", alert_id=row.id)


@requires("credit.read")
def show(alert_id: int) -> Any:
    """Where an alert is looked at: the credit of its customer."""
    return redirect(url_for("credit.customer", customer_id=services.alert_by_id(alert_id).customer_id))


@requires("credit.ask")
def measure(customer_id: int) -> Any:
    """Decide on a measure about the open alerts of a customer."""
    name, form = services.seen_customer(customer_id).name, MeasureForm()
    if form.validate_on_submit():
        kind, reason, days = form.kind.data or "", form.reason.data or "", form.days.data
        try:
            submit_once(form.key, lambda: services.decide(customer_id, kind, reason, days).id)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The measure for %(name)s is recorded.", name=name), "success")
            return redirect(url_for("credit.customer", customer_id=customer_id))
    page = render_template(
        "credit/measure.html", form=form, customer=services.seen_customer(customer_id),
        alerts=services.alerts_of(customer_id), now=services.measure_in_force(customer_id), words=WORDS,
    )  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


@requires("credit.rate")
def security(measure_id: int) -> Any:
    """Record that the security that a measure requires was given."""
    customer_id, form = services.measure_by_id(measure_id).customer_id, SecurityForm()
    if form.validate_on_submit():
        text = form.security.data or ""
        try:
            submit_once(form.key, lambda: services.record_security(measure_id, text).id)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The security is recorded: the check asks for it no more."), "success")
            return redirect(url_for("credit.customer", customer_id=customer_id))
    page = render_template("credit/security.html", form=form, measure=services.measure_by_id(measure_id),
                           customer=services.seen_customer(customer_id))  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200
