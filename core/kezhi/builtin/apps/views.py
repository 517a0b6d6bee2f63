"""Apps page: what is installed, what a change would do, and the state of broken apps."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for

from kezhi import PluginError, Refused, acting_user, lifecycle, requires
from kezhi.i18n import gettext as _
from kezhi.site import Site

from . import job_views, settings_views
from .components import components
from .removal import preview_uninstall, uninstall
from .statuses import Status, statuses

#: what the buttons above the apps ask for, by states
GROUPS = {"on": ("enabled", "stale"), "off": ("available", "disabled"), "act": ("broken", "missing", "stale")}
#: seconds that an upgrade in a process of its own may take
LONGEST_UPGRADE = 600


def blueprint() -> Blueprint:
    """The pages under ``/apps``."""
    pages = Blueprint("apps", __name__, url_prefix="/apps")
    address = "/<name>/<any(enable, disable, upgrade, uninstall):action>"
    pages.add_url_rule("/", "index", index)
    pages.add_url_rule(address, "confirm", confirm)
    pages.add_url_rule(address, "change", change, methods=["POST"])
    pages.add_url_rule("/components", "components", components)
    pages.add_url_rule("/jobs", "jobs", job_views.jobs)
    pages.add_url_rule("/jobs/schedule", "schedule", job_views.schedule)
    pages.add_url_rule("/jobs/start", "start_job", job_views.start_job, methods=["POST"])
    pages.add_url_rule("/jobs/<int:job_id>", "job", job_views.job)
    act = "/jobs/<int:job_id>/<any(retry, cancel):action>"
    pages.add_url_rule(act, "change_job", job_views.change_job, methods=["POST"])
    pages.add_url_rule("/settings/", "settings_index", settings_views.index)
    pages.add_url_rule("/settings/<name>", "settings", settings_views.show, methods=["GET", "POST"])
    return pages


def _site() -> Any:
    return current_app.extensions["kezhi"].site


def _known(name: str) -> dict[str, Status]:
    found = {status.name: status for status in statuses(_site())}
    if name not in found:
        abort(404)
    return found


@requires("apps.manage")
def index() -> str:
    """Every app with its state: those that match what was typed, in the states asked for."""
    every = statuses(_site())
    typed, wanted = request.args.get("q", "").strip().casefold(), request.args.get("state", "")
    found = [app for app in every if typed in f"{app.title} {app.name} {app.summary}".casefold()]
    found = [app for app in found if app.state in GROUPS.get(wanted, (app.state,))]
    titles = {status.name: status.title for status in every}
    kernel = current_app.extensions["kezhi"]
    clauses = Counter(name for name, _clause in kernel.clauses)
    given = {"found": found, "every": every, "titles": titles, "clauses": clauses, "settings": set(kernel.settings)}
    return render_template("apps/index.html", typed=request.args.get("q", ""), wanted=wanted, **given)


@requires("apps.manage")
def confirm(name: str, action: str, status: int = 200) -> Any:
    """What the change would do, before it is done."""
    found, site = _known(name), _site()
    removal, preview = None, lifecycle.Preview((name,))
    if action == "uninstall":
        removal = preview_uninstall(site, name)
        preview = lifecycle.Preview((name,), removal.problems)
    elif action != "upgrade":
        preview = (lifecycle.preview_enable if action == "enable" else lifecycle.preview_disable)(site, name)
    given = {"app": found[name], "action": action, "preview": preview, "removal": removal, "apps": found}
    return render_template("apps/confirm.html", **given), status


@requires("apps.manage")
def change(name: str, action: str) -> Any:
    """Carry it out; every worker follows at its next request."""
    _known(name)
    try:
        text = {"enable": _enable, "disable": _disable, "upgrade": _upgrade, "uninstall": _uninstall}[action](name)
        flash(text, "success")
    except (Refused, PluginError) as error:
        flash(str(error), "error")
        if action == "uninstall":
            return redirect(url_for("apps.confirm", name=name, action=action))
    return redirect(url_for("apps.index"))


def _enable(name: str) -> Any:
    changed = lifecycle.enable(_site(), name)
    return _("Enabled: %(names)s", names=", ".join(changed)) if changed else _("It is enabled and runs.")


def _disable(name: str) -> Any:
    changed = lifecycle.disable(_site(), name, lift=request.form.get("lift") == "1")
    return _("Disabled: %(names)s", names=", ".join(changed)) if changed else _("It was disabled already.")


def _upgrade(name: str) -> Any:
    """In a process of its own: this one has the older code in memory, and code is never reloaded."""
    try:
        done = run_command(_site(), "plugin", "upgrade", name)
    except subprocess.TimeoutExpired as error:
        raise Refused(_("The upgrade took too long and was stopped; nothing was changed.")) from error
    if done.returncode:
        raise Refused(done.stderr.strip().removeprefix("kezhi: ") or _("The upgrade failed; nothing was changed."))
    return _("Upgraded: %(name)s", name=name)


def run_command(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``kezhi`` on this site's data in a new process, as the person who acts."""
    url = site.config.database_url.render_as_string(hide_password=False)
    kept = {"KEZHI_DATA": str(site.config.data), "KEZHI_DATABASE_URL": url, "KEZHI_KEYS": str(site.config.keys)}
    line = [sys.executable, "-c", "from kezhi.cli import main; main()", *arguments, "--as", acting_user().login]
    return subprocess.run(
        line, env={**os.environ, **kept}, capture_output=True, text=True, check=False, timeout=LONGEST_UPGRADE
    )


def _uninstall(name: str) -> Any:
    """Only what was shown goes: the rows may have changed since, and the name is typed to be sure."""
    if request.form.get("confirmation", "").strip() != name:
        raise Refused(_("Type the name %(name)s to confirm. Nothing was removed.", name=name))
    path = uninstall(_site(), name)
    return _("Uninstalled: %(name)s. Its data are in the file %(file)s in the data folder.", name=name,
             file=f"exports/{path.name}")  # fmt: skip
