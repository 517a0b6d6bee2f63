"""The lists of kinds, causes and channels, and the address of the public page (CMP-02, CMP-31)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from kezhi import Conflict, Refused, requires, writing
from kezhi.forms import fill_errors, submit_once
from kezhi.i18n import _

from .. import services
from ..access import LISTS
from ..forms import ChangeForm, EntryForm
from ..forms.fields import Difference
from ..models import LISTS as NAMES
from ..services import lists
from ..services.entries import tree
from ..words_feedback import LIST_TITLES, NATURE_WORDS


@requires(LISTS)
def index() -> str:
    """All lists with the number of their entries, and the public page."""
    found = [(name, LIST_TITLES[name], len(services.entries(name))) for name in NAMES]
    return render_template("complaints/lists.html", lists=found, link=services.present_link())


@requires(LISTS)
def show(name: str) -> Any:
    """One list as a tree with its usage; a new entry, or one that is being changed."""
    lists.check_list(name)
    rows = tree(name, retired=True)
    form, found = EntryForm(), list[Difference]()
    form.prepare(name, rows)
    if request.method == "GET":
        wanted = request.args.get("entry", type=int)
        row = next((each for each in rows if each["id"] == wanted), None)
        if row is not None:
            form = EntryForm(formdata=None)
            form.entry.data = row["id"]
            form.prepare(name, rows)
            form.fill(row)
    elif form.validate_on_submit():
        try:
            submit_once(form.key, lambda: _save(name, form))
        except Conflict as conflict:
            fill_errors(form, conflict)
            rows = tree(name, retired=True)
            row = next((each for each in rows if each["id"] == form.entry.data), None)
            found = form.meet(name, rows, row) if row is not None else []
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("The list is saved."), "success")
            return redirect(url_for("complaints.list", name=name))
    page = render_template(
        "complaints/list.html", name=name, title=LIST_TITLES[name], rows=rows, usage=lists.usage(name), form=form,
        natures=NATURE_WORDS, differences=found,
    )  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


def _save(name: str, form: EntryForm) -> int:
    if form.entry.data:
        if lists.entry_by_id(form.entry.data).list != name:
            raise Refused(_("There is no such entry."))
        lists.change_entry(form.entry.data, form.version.data or 0, form.values())
        return int(form.entry.data)
    return lists.add_entry(name, form.values()).id


@requires(LISTS)
def change(name: str) -> Any:
    """Retire, restore, move or delete an entry."""
    lists.check_list(name)
    form = ChangeForm()
    if form.validate_on_submit() and form.entry.data:
        entry, version = form.entry.data, form.version.data or 0
        acts: dict[str, Any] = {
            "retire": lambda: lists.retire_entry(entry, version),
            "restore": lambda: lists.restore_entry(entry, version),
            "delete": lambda: lists.delete_entry(entry, version),
            "up": lambda: lists.move_entry(entry, up=True),
            "down": lambda: lists.move_entry(entry, up=False),
        }
        act = acts.get(form.what.data or "")
        if act is not None:
            try:
                with writing():
                    if lists.entry_by_id(entry).list != name:
                        raise Refused(_("There is no such entry."))
                    act()
            except Refused as refused:
                flash(str(refused), "error")
    return redirect(url_for("complaints.list", name=name))


@requires(LISTS)
def public_link() -> Any:
    """Make the address of the public page, renew it, or take the page away. It is shown this once."""
    if request.form.get("what") == "end":
        with writing():
            services.end_link()
        flash(_("There is no public page any more."), "success")
        return redirect(url_for("complaints.lists"))
    with writing():
        code = services.make_link()
    address = url_for("complaints.public", code=code, _external=True)
    return render_template("complaints/public_link.html", address=address)
