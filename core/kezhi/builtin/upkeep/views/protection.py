"""Who answers for the protection of customer data, and by which procedures (CUS-12)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from kezhi import NotFound, Refused, acting_user, can, clock, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..forms.protection import OfficerForm, ProcedureForm, whole
from ..rules import PROCEDURES, PROTECT
from ..services import protecting


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages about data protection that one may open."""
    pages = [("protection", _("Person and procedures"), PROCEDURES), ("checks", _("Security checks"), PROTECT)]
    pages.append(("findings", _("Findings"), PROTECT))
    return [
        {"title": title, "url": url_for(f"upkeep.{key}"), "current": key == current}
        for key, title, permission in pages
        if can(permission)
    ]


@requires(PROCEDURES)
def index() -> str:
    """The person in charge with those before, and the procedures in force with their versions."""
    return _page(OfficerForm(formdata=None))


def _page(form: OfficerForm) -> str:
    history, found = protecting.officers(), protecting.procedure_in_force()
    present = protecting.officer()
    manages = can(PROTECT)
    if manages:
        form.prepare(protecting.candidates())
    missing = protecting.not_acknowledged(found) if found is not None and found.to_acknowledge and manages else []
    given: dict[str, Any] = {
        "present": next((name for row, name in history if present is not None and row.id == present.id), ""),
        "history": history,
        "procedure": found,
        "versions": protecting.procedures(),
        "has_read": found is not None and protecting.acknowledged(found),
        "missing": missing,
        "may_manage": manages,
        "today": clock.today(),
    }
    return render_template("upkeep/protection.html", form=form, protection_tabs=tabs("protection"), **given)


@requires(PROTECT)
def name_officer() -> Any:
    """Name the person in charge from a day on."""
    form = OfficerForm()
    form.prepare(protecting.candidates())
    if form.validate():
        values = (whole(form.person.data), form.from_on.data, form.note.data or "")
        try:
            submit_once(form.key, lambda: protecting.name_officer(*values).id)
        except Refused as error:
            fill_errors(form, error)
        else:
            flash(_("The data-protection person is named."), "success")
            return redirect(url_for("upkeep.protection"))
    return _page(form), 422


@requires(PROCEDURES)
def procedure(number: int) -> str:
    """One version of the procedures."""
    try:
        found = protecting.procedure(number)
    except NotFound:
        abort(404)
    asks = found.to_acknowledge and acting_user().id is not None and not protecting.acknowledged(found)
    return render_template("upkeep/procedure.html", procedure=found, asks=asks)


@requires(PROCEDURES)
def acknowledge(number: int) -> Any:
    """The acting person has read a version."""
    try:
        with writing():
            protecting.acknowledge(number)
    except NotFound:
        abort(404)
    flash(_("It is recorded that you have read the procedures."), "success")
    return redirect(url_for("upkeep.procedure", number=number))


@requires(PROTECT)
def publish() -> Any:
    """Write a new version, starting from the one in force."""
    versions = protecting.procedures()
    last = versions[0] if versions else None
    data: dict[str, Any] = {"in_force_on": clock.today(), "after": "0", "to_acknowledge": True}
    if last is not None:
        data |= {"title": last.title, "text": last.text, "after": str(last.number)}
    form = ProcedureForm(data=data)
    if form.validate_on_submit():
        try:
            number = submit_once(
                form.key,
                lambda: (
                    protecting.publish(
                        form.title.data or "",
                        form.text.data or "",
                        form.in_force_on.data,
                        to_acknowledge=bool(form.to_acknowledge.data),
                        change=form.change.data or "",
                        after=whole(form.after.data),
                    ).number
                ),
            )
        except Refused as error:
            fill_errors(form, error)
            form.after.data = str(protecting.procedures()[0].number) if protecting.procedures() else "0"
        else:
            flash(_("Version %(number)s is published.", number=number), "success")
            return redirect(url_for("upkeep.procedure", number=int(number)))
    return render_template("upkeep/publish.html", form=form, last=last), 422 if form.is_submitted() else 200
