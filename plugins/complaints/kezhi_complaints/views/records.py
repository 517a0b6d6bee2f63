"""The list of complaints and one of them."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from kezhi import can, requires

from .. import services
from ..access import LISTS, READ, REGISTER
from ..pages import complaint_list
from ..report_opening import opened
from ..showing import complaint_page


@requires(READ)
def index() -> Any:
    """The complaints that the user sees; with ``figure`` those of them that a figure counts."""
    found = opened(request.args)
    view = complaint_list([found.condition] if found is not None else [])
    seen = view.count(request.args) if found is not None and found.size is not None else None
    rights = {"can_register": can(REGISTER), "can_lists": can(LISTS)}
    return view.respond("complaints/index.html", counted_by=found, seen=seen, **rights)


@requires(READ)
def show(complaint_id: int) -> str:
    """One complaint."""
    return render_template("complaints/show.html", **complaint_page(services.complaint_by_id(complaint_id)))
