"""The register, one contract, entering, changing, renewing and ending it (CUS-13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for

from kezhi import Conflict, Refused, can, clock, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import pages, services
from ..forms import ContractForm, Difference, EndForm
from ..models import Contract
from ..rules import EDIT, KINDS, READ
from ..services.numbering import expected_number


@requires(READ)
def index() -> Any:
    """The register, what ends first at the top."""
    return pages.contract_list().respond("contracts/index.html", can_write=can(EDIT), can_kinds=can(KINDS))


@requires(READ)
def show(contract_id: int) -> str:
    """One contract."""
    return render_template("contracts/show.html", **pages.contract_page(services.contract_by_id(contract_id)))


@requires(EDIT)
def new() -> Any:
    """Enter a contract."""
    form = ContractForm()
    form.prepare()
    if request.method == "GET":
        form.begin(request.args.get("customer", ""))
        if request.args.get("kind") in dict(pages.choices_of(form)):
            form.kind.data = request.args["kind"]
    elif form.validate_on_submit():
        try:
            values = form.values()
            contract_id = int(submit_once(form.key, lambda: services.create_contract(values).id))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            return _done(contract_id, _("Contract %(number)s is entered.", number=_number(contract_id)))
    return _form_page(form, None, [], _("New contract"))


@requires(EDIT)
def edit(contract_id: int) -> Any:
    """Change a contract, or say when it was signed."""
    contract = services.contract_by_id(contract_id)
    form, differences = ContractForm(), list[Difference]()
    form.prepare(contract.kind)
    form.customer.render_kw = {"readonly": True}
    if request.method == "GET":
        form.fill(contract, pages.customer_named(contract))
    elif form.validate_on_submit():
        version = read_version(form.version.data)
        try:
            values = form.values()
            submit_once(form.key, lambda: services.update_contract(contract_id, version, values).id)
        except Conflict as conflict:
            fill_errors(form, conflict)
            contract = services.contract_by_id(contract_id)
            differences = form.meet(contract, pages.customer_named(contract))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            return _done(contract_id, _("Contract %(number)s is saved.", number=_number(contract_id)))
    contract = services.contract_by_id(contract_id)
    return _form_page(form, contract, differences, _("Edit contract %(number)s", number=contract.number))


@requires(EDIT)
def renew(contract_id: int) -> Any:
    """Enter the contract that follows this one, with its words and the time after it."""
    contract = services.contract_by_id(contract_id)
    try:
        services.check_renewable(contract)
    except Refused as refused:
        flash(str(refused), "error")
        return redirect(url_for("contracts.show", contract_id=contract_id))
    form = ContractForm()
    form.prepare(contract.kind)
    if request.method == "GET":
        form.fill(contract, pages.customer_named(contract))
        form.number.data, form.signed_on.data, form.version.data = "", None, ""
        if contract.valid_to is not None and contract.valid_from is not None:
            form.valid_from.data = contract.valid_to + timedelta(days=1)
            form.valid_to.data = pages.as_long(contract.valid_from, contract.valid_to)
        else:
            form.valid_from.data, form.valid_to.data = clock.today(), None
    elif form.validate_on_submit():
        try:
            values = form.values()
            renewed = int(submit_once(form.key, lambda: services.renew_contract(contract_id, values).id))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            return _done(renewed, _("Contract %(number)s is entered.", number=_number(renewed)))
    return _form_page(form, contract, [], _("Renew contract %(number)s", number=contract.number), renews=True)


@requires(EDIT)
def end(contract_id: int) -> Any:
    """End a contract earlier than agreed, or give a draft up."""
    contract = services.contract_by_id(contract_id)
    form = EndForm()
    if request.method == "GET":
        form.begin(contract.version)
    elif form.validate_on_submit():
        version, last_day, reason = read_version(form.version.data), form.last_day.data, form.reason.data or ""
        assert last_day is not None

        def effect() -> int:
            return services.terminate_contract(contract_id, version, last_day, reason).id

        if _sent(form, effect):
            return _done(contract_id, _("The end of contract %(number)s is entered.", number=_number(contract_id)))
    contract = services.contract_by_id(contract_id)
    page = render_template("contracts/end.html", form=form, contract=contract, draft=contract.signed_on is None)
    return page, 422 if form.errors or form.form_errors else 200


def _sent(form: Any, effect: Callable[[], object]) -> bool:
    try:
        submit_once(form.key, effect)
    except Refused as refused:
        fill_errors(form, refused)
        return False
    return True


@requires(EDIT)
def reinstate(contract_id: int) -> Any:
    """Take an early end back."""
    version = read_version(request.form.get("version"))
    services.contract_by_id(contract_id)
    try:
        with writing():
            services.reinstate_contract(contract_id, version)
    except Refused as refused:
        flash(str(refused), "error")
        return redirect(url_for("contracts.show", contract_id=contract_id))
    return _done(contract_id, _("The agreed days of contract %(number)s hold again.", number=_number(contract_id)))


def read_version(text: str | None) -> int:
    """The version that a form was opened with. Errors: 400."""
    try:
        return int(text or "")
    except ValueError:
        abort(400)


def _number(contract_id: int) -> str:
    return str(services.contract_by_id(contract_id).number)


def _done(contract_id: int, message: str) -> Any:
    flash(message, "success")
    return redirect(url_for("contracts.show", contract_id=contract_id))


def _form_page(
    form: ContractForm, contract: Contract | None, differences: list[Difference], title: str, *, renews: bool = False
) -> tuple[str, int]:
    page = render_template(
        "contracts/form.html",
        form=form,
        contract=contract,
        differences=differences,
        title=title,
        renews=renews,
        next_number="" if contract is not None and not renews else expected_number(),
    )
    return page, 422 if form.errors or form.form_errors else 200
