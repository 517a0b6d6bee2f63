"""The page with a list of requests: what waits, what one put up, all."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, url_for

from kezhi import can
from kezhi.i18n import _

from . import services
from .forms import SeenForm
from .labels import STATUS
from .models import Request
from .pages import step_in_words


def list_page(
    which: str,
    heading: str,
    rows: list[Request],
    older: str | None = None,
    *,
    opinion: str = "",
    chosen: Sequence[int] = (),
    refused: Sequence[tuple[str, str]] = (),
) -> str:
    """The page; ``chosen`` are the requests that stay ticked, ``refused`` those not signed with the reason."""
    tabs = [("waiting", _("Waiting for me"), "approvals.inbox"), ("mine", _("Put up by me"), "approvals.mine")]
    if can("approvals.see_all"):
        tabs.append(("all", _("All requests"), "approvals.everything"))
    views = [{"title": title, "url": url_for(endpoint), "current": key == which} for key, title, endpoint in tabs]
    return render_template(
        "approvals/inbox.html",
        which=which,
        heading=heading,
        rows=rows,
        older=older,
        views=views,
        status=STATUS,
        step_of=step_in_words,
        seen_of=SeenForm.seen_of,
        stands_in=services.stands_in_for() if which == "waiting" else [],
        opinion=opinion,
        chosen=chosen,
        refused=refused,
    )
