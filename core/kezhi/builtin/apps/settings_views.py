"""Settings of the apps: one page per app, made from its form class. Secrets are never shown again."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from wtforms import BooleanField, Field

from kezhi import Conflict, Plugin, Refused, SecretField, requires, set_setting, setting
from kezhi.forms import Form, fill_errors, submit_once
from kezhi.i18n import gettext as _
from kezhi.settings import fields, snapshot

#: what clears a stored secret: the name of its box
CLEAR = "clear-"


@requires("apps.manage")
def index() -> str:
    """The apps that have settings."""
    apps = _apps_with_settings()
    counts = {app.name: len(fields(app.name)) for app in apps}
    return render_template("apps/settings_index.html", apps_with_settings=apps, counts=counts)


def _apps_with_settings() -> list[Plugin]:
    kernel = current_app.extensions["kezhi"]
    return [plugin for name, plugin in kernel.plugins.items() if name in kernel.settings]


@requires("apps.manage")
def show(name: str) -> Any:
    """The form of an app, filled with what is in force; saving it stores what was changed."""
    kernel = current_app.extensions["kezhi"]
    if name not in kernel.settings:
        abort(404)
    form: Form = kernel.settings[name](data=in_force(name))
    differences: list[tuple[str, str]] = []
    hidden = {key for key in fields(name) if isinstance(form[key], SecretField)}
    if form.validate_on_submit():
        try:
            submit_once(form.key, lambda: store(name, form, request.form, seen=request.form.get("stamp", "")))
            flash(_("The settings are saved."), "success")
            return redirect(url_for("apps.settings", name=name))
        except Refused as error:
            if isinstance(error, Conflict):
                values = [(form[key], None if key in hidden else setting(name, key)) for key in fields(name)]
                differences = [(str(field.label.text), shown(field, value)) for field, value in values]
            fill_errors(form, error)
    given = {"app": kernel.plugins[name], "form": form, "keys": list(fields(name)), "stamp": stamp(name)}
    given["apps_with_settings"] = _apps_with_settings()
    secrets = {key: (name, key) in snapshot() for key in hidden}
    found = {"secrets": secrets, "differences": differences, "clear": CLEAR}
    return render_template("apps/settings.html", **given, **found), 422 if form.errors or form.form_errors else 200


def stamp(name: str) -> str:
    """A fingerprint of what is stored for an app: a form that was opened before a change carries another one."""
    stored = {key: value for (plugin, key), value in snapshot().items() if plugin == name}
    return hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()[:32]


def in_force(name: str) -> dict[str, Any]:
    """The values of an app's settings, secrets left out."""
    return {
        key: setting(name, key) for key, field in fields(name).items() if not issubclass(field.field_class, SecretField)
    }


def store(name: str, form: Form, given: Any, *, seen: str | None = None) -> str:
    """Store what the form changes, inside ``writing()``. Errors: ``Conflict`` when the form was opened before a change
    of somebody else (``seen`` is the stamp it carries)."""
    g.pop("kezhi_settings", None)  # what was read before this transaction may be old
    if seen is not None and seen != stamp(name):
        raise Conflict(_("Somebody else changed these settings while you were editing. Nothing has been saved."))
    before = in_force(name)
    for key in fields(name):
        field = form[key]
        if isinstance(field, SecretField):
            if given.get(f"{CLEAR}{key}"):
                set_setting(name, key, None)
            elif field.data:
                set_setting(name, key, field.data)
        elif field.data != before[key]:
            set_setting(name, key, field.data)
    return name


def shown(field: Field, value: Any) -> str:
    """A value in words, for comparing; a secret is not told."""
    if isinstance(field, SecretField):
        return "••••••"
    if isinstance(field, BooleanField):
        return str(_("Yes") if value else _("No"))
    labels = {
        str(option.value): str(option.label)
        for option in getattr(field, "choices", None) or []
        if hasattr(option, "value")
    }
    return labels.get(str(value), "" if value is None else str(value))
