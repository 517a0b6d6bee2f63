"""The company's kinds of contracts (CUS-13)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Refused, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from ..forms import KindForm
from ..rules import KINDS
from ..services import kinds


@requires(KINDS)
def index() -> Any:
    """All kinds with the number of their contracts; a new one, or one that is being changed."""
    form = KindForm()
    if form.validate_on_submit():
        values = {name: form[name].data for name in ("zh", "en", "remind_days")}

        def effect() -> int:
            if not form.entry.data:
                return int(kinds.add_kind(values).id)
            kinds.change_kind(form.entry.data, form.version.data or 0, values)
            return int(form.entry.data)

        try:
            submit_once(form.key, effect)
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("The kinds of contracts are saved."), "success")
            return redirect(url_for("contracts.kinds"))
    elif request.method == "GET":
        wanted = request.args.get("entry", type=int)
        entry = next((kind for kind in kinds.all_kinds() if kind["id"] == wanted), None)
        form.process(data={**entry, "entry": entry["id"]} if entry else {"remind_days": 30})
    page = render_template("contracts/kinds.html", form=form, kinds=kinds.all_kinds(), usage=kinds.usage())
    return page, 422 if form.errors or form.form_errors else 200


@requires(KINDS)
def change() -> Any:
    """Retire, restore, move or delete a kind."""
    kind_id = request.form.get("entry", type=int, default=0)
    version = request.form.get("version", type=int, default=0)
    acts: dict[str, Any] = {
        "retire": lambda: kinds.retire_kind(kind_id, version),
        "restore": lambda: kinds.retire_kind(kind_id, version, back=True),
        "delete": lambda: kinds.delete_kind(kind_id, version),
        "up": lambda: kinds.move_kind(kind_id, up=True),
        "down": lambda: kinds.move_kind(kind_id, up=False),
    }
    act = acts.get(request.form.get("what", ""))
    if act is not None:
        try:
            with writing():
                act()
        except Refused as refused:
            flash(str(refused), "error")
    return redirect(url_for("contracts.kinds"))
