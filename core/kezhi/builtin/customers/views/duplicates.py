"""Duplicates: the warning while typing, the scan of all files, and merging two of them (CUS-06)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from kezhi import NotFound, Refused, requires, writing
from kezhi.forms import Form, fill_errors, submit_once
from kezhi.i18n import _, _l

from .. import services
from ..fields import label
from ..sections import may_read
from ..services import merging, scan
from ..services.history import names_of
from ..services.profile import stored_values
from ..services.records import by_code_or_number
from ..services.texts import tidy_code
from ..services.values import readable

MERGE = "customers.merge"
LONGEST_TYPED = 200


@requires("customers.write")
def alike() -> Any:
    """The warning for what is being typed, as a piece of the form; empty when nothing is alike.

    Posted, not fetched by address: names and phone numbers do not belong into the logs of servers.
    """
    typed = {key: request.form.get(key, "").strip()[:LONGEST_TYPED] for key in ("name", "phone", "credit_code")}
    typed["credit_code"] = tidy_code(typed["credit_code"]).upper()
    except_id = request.args.get("except", type=int)
    if except_id is not None:
        customer = services.customer_by_id(except_id)
        typed = {key: text for key, text in typed.items() if text != (getattr(customer, key) or "")}
    return render_template("customers/_alike.html", hits=services.duplicates(typed, except_id) if typed else [])


@requires(MERGE)
def scan_page() -> Any:
    """Groups of files that are alike, in one way after the other, page by page."""
    way = request.args.get("by", "credit_code")
    if way not in scan.WAYS:
        abort(404)
    groups, following = scan.suspected(way, request.args.get("after", "")[:LONGEST_TYPED])
    titles = {"credit_code": _("Same credit code"), "name": _("Same name"), "phone": _("Same phone")}
    tabs = [
        {"title": titles[key], "url": url_for("customers.duplicates", by=key), "current": key == way}
        for key in scan.WAYS
    ]
    return render_template(
        "customers/duplicates.html", way=way, groups=groups, following=following, tabs=tabs,
        is_first="after" not in request.args,
    )  # fmt: skip


@requires(MERGE)
def keep_apart() -> Any:
    """Decide that the files of a group are different customers."""
    form = Form()
    way = request.args.get("by", "credit_code")
    if form.validate_on_submit():
        ids = [int(text) for text in request.form.getlist("customer") if text.isascii() and text.isdigit()]
        try:
            with writing():
                scan.keep_apart(ids[: scan.MOST_TOGETHER + 1])
            flash(_("Kept as different customers; they are not proposed again."), "success")
        except NotFound:
            abort(404)
        except Refused as refused:
            flash(str(refused), "error")
    return redirect(url_for("customers.duplicates", by=way if way in scan.WAYS else None))


class MergeForm(Form):
    """Both versions that were compared, and the confirmation. The picks are radio buttons by field."""

    keep_version = IntegerField(widget=HiddenInput())
    gone_version = IntegerField(widget=HiddenInput())
    confirmed = BooleanField(
        _l("I have compared both files. The merge cannot be undone."), validators=[InputRequired()]
    )


@requires(MERGE)
def merge() -> Any:
    """Two files side by side: which stays, whose value stays in each field, and what becomes of what apps hold."""
    if "keep" not in request.args:
        return _choose()
    keep_id, gone_id = (request.args.get(name, type=int) or 0 for name in ("keep", "gone"))
    if keep_id == gone_id:
        abort(404)
    if merging.stays_as(gone_id) == keep_id:  # sent twice
        return redirect(url_for("customers.show", customer_id=keep_id))
    kept, gone = (stored_values(services.customer_by_id(each)) for each in (keep_id, gone_id))
    form = MergeForm()
    picked = _picked(kept, gone)
    if form.validate_on_submit():
        versions = (form.keep_version.data or 0, form.gone_version.data or 0)
        try:
            submit_once(form.key, lambda: str(merging.merge_customers(keep_id, gone_id, picked, versions)))
            flash(_("The two customer files are one now."), "success")
            return redirect(url_for("customers.show", customer_id=keep_id))
        except Refused as refused:
            fill_errors(form, refused)
            kept, gone = (stored_values(services.customer_by_id(each)) for each in (keep_id, gone_id))
    effects = merging.preview(keep_id, gone_id)
    form.keep_version.data, form.gone_version.data = kept["version"], gone["version"]
    form.keep_version.raw_data = form.gone_version.raw_data = None
    return render_template(
        "customers/merge.html",
        form=form,
        kept=kept,
        gone=gone,
        differing=_differing(kept, gone, picked),
        effects=effects,
        moving=sum(effect.rows for effect in effects if effect.how != "keep"),
    )


class ChooseForm(Form):
    """The codes of the two files; both are in the address, so there is nothing to guard."""

    class Meta(Form.Meta):
        csrf = False

    keep_code = StringField(_l("Code of the file that stays"), validators=[Optional(), Length(max=LONGEST_TYPED)])
    gone_code = StringField(_l("Code of the file that goes"), validators=[Optional(), Length(max=LONGEST_TYPED)])


def _choose() -> Any:
    """Name the two files by code or prospect number."""
    form = ChooseForm(request.args)
    found = {}
    for name in ("keep_code", "gone_code"):
        if form[name].data:
            try:
                found[name] = by_code_or_number(form[name].data).id
            except NotFound as missing:
                fill_errors(form, Refused(str(missing), field=name))
    if len(found) == 2 and len(set(found.values())) == 1:
        fill_errors(form, Refused(_("A customer cannot be merged with itself."), field="gone_code"))
    elif len(found) == 2:
        return redirect(url_for("customers.merge", keep=found["keep_code"], gone=found["gone_code"]))
    return render_template("customers/choose.html", form=form)


def _picked(kept: dict[str, Any], gone: dict[str, Any]) -> set[str]:
    """The fields taken from the file that goes: as chosen, else where the other one has nothing.

    Fields that one may not see follow the rule alone.
    """
    rule = merging.preferred(kept, gone)
    if request.method != "POST":
        return rule
    found = set()
    for key in merging.PICKABLE:
        choice = request.form.get(f"take-{key}") if may_read(key) else None
        if choice == "gone" or (choice != "keep" and key in rule):
            found.add(key)
    return found


def _differing(kept: dict[str, Any], gone: dict[str, Any], picked: set[str]) -> list[dict[str, Any]]:
    """The fields that one may see and in which the two differ, as the page shows them."""
    names = names_of(kept, gone)
    return [
        {
            "key": key,
            "label": label(key),
            "kept": names.get((key, kept[key]), readable(key, kept[key])),
            "gone": names.get((key, gone[key]), readable(key, gone[key])),
            "is_taken": key in picked,
        }
        for key in merging.PICKABLE
        if may_read(key) and kept[key] != gone[key]
    ]
