"""What the list of complaints shows; its page is in ``showing``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, url_for
from sqlalchemy import ColumnElement

from kezhi import ListView
from kezhi import lazy_gettext as _l
from kezhi.builtin.lists.contributions import Board
from kezhi.i18n import lazy_pgettext

from .access import EXPORT
from .columns import complaint_columns
from .models import OPEN_STATES, Complaint
from .words import STATE_TONES

#: what a card of the board shows beside number and subject
CARD = ("kind", "customer", "time_left", "handler")


def list_search(key: str, otherwise: Sequence[Any]) -> Any:
    """How a list is searched: by the tokens of the search app where it is there."""
    if "search" not in current_app.extensions["kezhi"].plugins:
        return otherwise
    from kezhi.builtin.search.services import list_search as by_tokens

    return by_tokens(key, otherwise)


def complaint_list(where: Sequence[ColumnElement[bool]] = ()) -> ListView:
    """Complaints, the latest first; those alone that fulfil ``where``."""
    row: Any = Complaint
    return ListView(
        name="complaints",
        model=Complaint,
        columns=complaint_columns(),
        order=("received_at", "desc"),
        where=where,
        search=list_search("complaints", [row.number, row.subject]),
        search_hint=lazy_pgettext("complaint", "Number or subject"),
        link=lambda found: url_for("complaints.show", complaint_id=found.id),
        title=_l("Complaints"),
        kind=lazy_pgettext("list", "complaints"),
        export_permission=EXPORT,
        matching=lazy_pgettext("complaints", "matching"),
        faces=(Board("state", lanes=OPEN_STATES, card=CARD, tones=STATE_TONES.__getitem__, above=2, below=1),),
    )
