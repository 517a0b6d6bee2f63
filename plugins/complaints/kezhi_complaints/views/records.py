"""The list of complaints and one of them."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from kezhi import can, requires
from kezhi.builtin.lists.services import default_of

from .. import services
from ..access import LISTS, READ, REGISTER
from ..columns import OPEN
from ..pages import complaint_list
from ..report_opening import opened
from ..showing import complaint_page


@requires(READ)
def index() -> Any:
    """The complaints that the user sees: at first the open ones as a board, what runs out first on top; with ``figure``
    those of them that a figure counts."""
    if not request.args and default_of("complaints") is None:
        # “all” stands for no view of one's own; with it a list without filters has an address that says something
        shown: dict[str, Any] = {"view": "all", "face": "board", "f.is_open": OPEN, "sort": "time_left"}
        return redirect(url_for("complaints.index", **shown))
    found = opened(request.args)
    view = complaint_list([found.condition] if found is not None else [])
    seen = view.count(request.args) if found is not None and found.size is not None else None
    rights = {"can_register": can(REGISTER), "can_lists": can(LISTS)}
    return view.respond("complaints/index.html", counted_by=found, seen=seen, **rights)


@requires(READ)
def show(complaint_id: int) -> str:
    """One complaint."""
    return render_template("complaints/show.html", **complaint_page(services.complaint_by_id(complaint_id)))
