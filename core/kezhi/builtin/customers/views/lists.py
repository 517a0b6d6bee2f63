"""The company's lists: business types, stages, regions, product groups and others (CUS-03)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from kezhi import Refused, requires, writing
from kezhi.forms import Form, SelectChoice, fill_errors, submit_once
from kezhi.i18n import _, _l

from ..services import entries, lists
from ..services.entries import LONGEST_NAME, LONGEST_TRAITS

KEEP = "customers.lists"
EXTENTS = {"": _l("No special supply price"), "part": _l("On part of the goods"), "all": _l("On all goods")}


class EntryForm(Form):
    """One entry of a list. ``entry`` is empty for a new one; ``held`` is a value that records hold already."""

    entry = IntegerField(widget=HiddenInput(), validators=[Optional()])
    version = IntegerField(widget=HiddenInput(), validators=[Optional()])
    held = HiddenField()
    zh = StringField(_l("Chinese name"), validators=[InputRequired(), Length(max=LONGEST_NAME)])
    en = StringField(_l("English name"), validators=[Optional(), Length(max=LONGEST_NAME)])
    traits_zh = TextAreaField(
        _l("Traits, in Chinese"), validators=[Optional(), Length(max=LONGEST_TRAITS)], render_kw={"rows": 2}
    )
    traits_en = TextAreaField(
        _l("Traits, in English"), validators=[Optional(), Length(max=LONGEST_TRAITS)], render_kw={"rows": 2}
    )
    special_price = SelectField(
        _l("Special supply price"), default="", choices=[SelectChoice(value, text) for value, text in EXTENTS.items()]
    )

    def prepare(self, name: str) -> None:
        """Leave out what a list has not."""
        if name != "business_type":
            del self.traits_zh, self.traits_en, self.special_price

    def values(self) -> dict[str, Any]:
        """What was sent."""
        return {key: self[key].data for key in ("zh", "en", "traits_zh", "traits_en", "special_price") if key in self}


@requires(KEEP)
def index() -> Any:
    """All lists with the number of their entries."""
    found = [(name, title, len(lists.entries(name))) for name, title in lists.TITLES.items()]
    return render_template("customers/lists.html", lists=found)


@requires(KEEP)
def show(key: str) -> Any:
    """One list with its usage; a new entry, or one that is being changed."""
    entries.check_list(key)
    form = EntryForm()
    form.prepare(key)
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: _save(key, form))
            flash(_("The list is saved."), "success")
            return redirect(url_for("customers.list", key=key))
        except Refused as refused:
            fill_errors(form, refused)
    elif request.method == "GET":
        _open(form, key)
    return render_template(
        "customers/list.html",
        key=key,
        title=lists.TITLES[key],
        entries=lists.all_entries(key),
        usage=entries.usage(key),
        proposed=entries.proposed(key),
        extents=EXTENTS,
        form=form,
    )


def _save(name: str, form: EntryForm) -> int:
    if form.entry.data:
        if entries.entry_by_id(form.entry.data).list != name:
            raise Refused(_("There is no such entry."))
        entries.change_entry(form.entry.data, form.version.data or 0, form.values())
        return int(form.entry.data)
    held = form.held.data or ""
    return entries.add_entry(name, form.values(), held if held in entries.proposed(name) else "").id


def _open(form: EntryForm, name: str) -> None:
    """Show the entry that is to be changed, or the value that is to become one."""
    wanted = request.args.get("entry", type=int)
    for entry in lists.all_entries(name):
        if entry["id"] == wanted:
            form.process(data={**entry, "entry": entry["id"]})
            return
    held = request.args.get("held", "")
    if held in entries.proposed(name):
        form.held.data = form.zh.data = held


class ChangeForm(Form):
    """A button beside an entry."""

    entry = IntegerField(validators=[InputRequired()])
    version = IntegerField(validators=[Optional()])
    what = StringField()


@requires(KEEP)
def change(key: str) -> Any:
    """Retire, restore, move or delete an entry."""
    entries.check_list(key)
    form = ChangeForm()
    if form.validate_on_submit() and form.entry.data:
        entry, version = form.entry.data, form.version.data or 0
        acts: dict[str, Any] = {
            "retire": lambda: entries.retire_entry(entry, version),
            "restore": lambda: entries.restore_entry(entry, version),
            "delete": lambda: entries.delete_entry(entry, version),
            "up": lambda: entries.move_entry(entry, up=True),
            "down": lambda: entries.move_entry(entry, up=False),
        }
        act = acts.get(form.what.data or "")
        if act is not None:
            try:
                with writing():
                    act()
            except Refused as refused:
                flash(str(refused), "error")
    return redirect(url_for("customers.list", key=key))
