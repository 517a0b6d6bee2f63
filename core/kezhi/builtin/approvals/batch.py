"""Signing several requests with one opinion: each is a decision of its own, one that is refused keeps none back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from kezhi import NotFound, Refused, requires
from kezhi.i18n import _, ngettext

from . import services
from .inboxes import list_page
from .services.queries import MOST


@requires("approvals.use")
def sign_several() -> Any:
    """Sign the ticked requests; those that were refused are named, and stay ticked with what was typed."""
    ticked = list(dict.fromkeys(value for value in request.form.getlist("request") if value.isdecimal()))[:MOST]
    opinion = request.form.get("opinion", "").replace("\0", "").strip()
    refused: list[tuple[str, str]] = []
    failed: list[int] = []
    signed = 0
    for value in ticked:
        request_id = int(value) if len(value) < 19 else 0
        found = services.request_by_id(request_id)
        if found is None:
            refused.append(("—", _("There is no such request.")))
            continue
        number = found.number
        try:
            services.sign(request_id, opinion, seen=_seen(value))
            signed += 1
        except (Refused, NotFound) as error:
            refused.append((number, str(error)))
            failed.append(request_id)
    if signed:
        flash(ngettext("%(num)s request signed.", "%(num)s requests signed.", signed), "success")
    if not ticked:
        flash(_("Tick the requests that you want to sign."), "warning")
    if refused or not ticked:
        rows = services.inbox()
        page = list_page("waiting", _("Waiting for me"), rows, opinion=opinion, chosen=failed, refused=refused)
        return page, 422
    return redirect(url_for("approvals.inbox"))


def _seen(value: str) -> int:
    """The version of the request that was on the page; one that never was for a form that does not say."""
    version = request.form.get(f"seen-{value}", "").rpartition(".")[2]
    return int(version) if version.isdecimal() and len(version) < 10 else 0
