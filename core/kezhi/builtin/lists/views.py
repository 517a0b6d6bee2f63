"""Keeping, changing and throwing away views of lists."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request

from kezhi import Refused, can, logged_in, writing
from kezhi.forms import Form, fill_errors, submit_once
from kezhi.i18n import gettext as _

from . import services
from .forms import ViewForm
from .tabs import url_of


def blueprint() -> Blueprint:
    """``/lists/views`` and what is below it."""
    pages = Blueprint("lists", __name__, url_prefix="/lists")
    both = ["GET", "POST"]
    pages.add_url_rule("/views", "new", new, methods=both)
    pages.add_url_rule("/views/<int:view_id>", "edit", edit, methods=both)
    pages.add_url_rule("/views/<int:view_id>/replace", "replace", replace, methods=["POST"])
    pages.add_url_rule("/views/<int:view_id>/remove", "remove", remove, methods=["POST"])
    return pages


@logged_in
def new() -> Any:
    """Keep what a list shows as a view."""
    form = _form()
    if request.method == "GET":
        form.list.data, form.path.data = request.args.get("list", ""), request.args.get("path", "")
        form.query.data = request.args.get("query", "")
    name, path = form.list.data or "", form.path.data or ""
    if request.method == "GET" and not name:
        return redirect(f"{request.script_root}/")
    if not name or len(name) > 60 or not _local(path):
        abort(404)
    if form.validate_on_submit():
        try:

            def keep() -> int:
                made = services.save_view(
                    name, path, form.title.data or "", form.query.data or "", shared=_shared(form)
                )
                if form.opens.data:
                    services.open_in(name, made.id)
                return made.id

            number = int(submit_once(form.key, keep))
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("The view is kept."), "success")
            return redirect(url_of(services.view_by_id(number), path))
    return render_template("lists/view.html", form=form, view=None, back=path)


@logged_in
def edit(view_id: int) -> Any:
    """Rename a view, share it, let the list open in it."""
    view = services.view_by_id(view_id)
    changeable = services.may_change(view)
    form = _form()
    if not changeable:
        del form.title
    if "shared" in form and not changeable:
        del form.shared
    current = services.default_of(view.list)
    if request.method == "GET":
        form.opens.data = current is not None and current.id == view_id
        if changeable:
            form.title.data = view.title
            if "shared" in form:
                form.shared.data = view.shared
    elif form.validate_on_submit():
        name, opens = view.list, bool(form.opens.data)
        try:
            with writing():
                if changeable:
                    shared = _shared(form) if "shared" in form else None
                    services.change_view(view_id, title=form.title.data or "", shared=shared)
                if opens or (current is not None and current.id == view_id):
                    services.open_in(name, view_id if opens else None)
        except Refused as refused:
            fill_errors(form, refused)
        else:
            flash(_("The view is changed."), "success")
            return redirect(url_of(view, view.path))
    return render_template("lists/view.html", form=form, view=view, changeable=changeable, back=url_of(view, view.path))


@logged_in
def replace(view_id: int) -> Any:
    """Let a view show what the list shows now."""
    form, view = Form(), services.view_by_id(view_id)
    if form.validate_on_submit():
        with writing():
            services.change_view(view_id, query=request.form.get("query", ""))
        flash(_("The view is changed."), "success")
    return redirect(url_of(view, view.path))


@logged_in
def remove(view_id: int) -> Any:
    """Throw a view away."""
    form = Form()
    path = f"{services.view_by_id(view_id).path}?view=all"
    if form.validate_on_submit():
        with writing():
            services.remove_view(view_id)
        flash(_("The view is thrown away."), "success")
    return redirect(f"{request.script_root}{path}")


def _form() -> ViewForm:
    form = ViewForm()
    if not can(services.SHARE):
        del form.shared
    return form


def _shared(form: ViewForm) -> bool:
    return bool(form.shared.data) if "shared" in form else False


def _local(path: str) -> bool:
    return path.startswith("/") and not path.startswith(("//", "/\\")) and len(path) <= 200 and "?" not in path
