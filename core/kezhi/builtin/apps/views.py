"""Apps page: what is installed, what enabling or disabling would do, and the state of broken apps."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for

from kezhi import PluginError, Refused, lifecycle, requires
from kezhi.i18n import gettext as _


def blueprint() -> Blueprint:
    """The pages under ``/apps``."""
    pages = Blueprint("apps", __name__, url_prefix="/apps")
    pages.add_url_rule("/", "index", index)
    pages.add_url_rule("/<name>/<any(enable, disable):action>", "confirm", confirm)
    pages.add_url_rule("/<name>/<any(enable, disable):action>", "change", change, methods=["POST"])
    return pages


def _site() -> Any:
    return current_app.extensions["kezhi"].site


@requires("apps.manage")
def index() -> str:
    """Every app with its state."""
    found = lifecycle.statuses(_site())
    titles = {status.name: status.title for status in found}
    return render_template("apps/index.html", apps=found, titles=titles)


@requires("apps.manage")
def confirm(name: str, action: str) -> str:
    """What the change would do, before it is done."""
    preview = (lifecycle.preview_enable if action == "enable" else lifecycle.preview_disable)(_site(), name)
    found = {status.name: status for status in lifecycle.statuses(_site())}
    if name not in found:
        abort(404)
    return render_template("apps/confirm.html", app=found[name], action=action, preview=preview, apps=found)


@requires("apps.manage")
def change(name: str, action: str) -> Any:
    """Carry it out; every worker follows at its next request."""
    if name not in {status.name for status in lifecycle.statuses(_site())}:
        abort(404)
    try:
        if action == "enable":
            changed = lifecycle.enable(_site(), name)
            text = _("Enabled: %(names)s", names=", ".join(changed)) if changed else _("It is enabled and runs.")
        else:
            changed = lifecycle.disable(_site(), name)
            text = _("Disabled: %(names)s", names=", ".join(changed)) if changed else _("It was disabled already.")
        flash(text, "success")
    except (Refused, PluginError) as error:
        flash(str(error), "error")
    return redirect(url_for("apps.index"))
