"""The list of complaints and one of them."""

from __future__ import annotations

from typing import Any

from flask import render_template

from kezhi import can, requires

from .. import services
from ..access import LISTS, READ, REGISTER
from ..pages import complaint_list
from ..showing import complaint_page


@requires(READ)
def index() -> Any:
    """The complaints that the user sees."""
    return complaint_list().respond("complaints/index.html", can_register=can(REGISTER), can_lists=can(LISTS))


@requires(READ)
def show(complaint_id: int) -> str:
    """One complaint."""
    return render_template("complaints/show.html", **complaint_page(services.complaint_by_id(complaint_id)))
