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
from ..showing import complaint_page


@requires(READ)
def index() -> Any:
    """The complaints that the user sees: at first the open ones as a board, what runs out first on top."""
    if not request.args and default_of("complaints") is None:
        # “all” stands for no view of one's own; with it a list without filters has an address that says something
        opened: dict[str, Any] = {"view": "all", "face": "board", "f.is_open": OPEN, "sort": "time_left"}
        return redirect(url_for("complaints.index", **opened))
    return complaint_list().respond("complaints/index.html", can_register=can(REGISTER), can_lists=can(LISTS))


@requires(READ)
def show(complaint_id: int) -> str:
    """One complaint."""
    return render_template("complaints/show.html", **complaint_page(services.complaint_by_id(complaint_id)))
