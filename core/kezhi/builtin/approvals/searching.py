"""How approvals are found in the search box."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l

from ..search.contributions import SearchKind
from .models import Request


def search_kind() -> SearchKind:
    """Approvals by their number and by what is put up."""
    fields: Any = Request
    return SearchKind(
        key="approvals",
        title=_l("Approvals"),
        model=Request,
        endpoint="approvals.show",
        argument="request_id",
        permission="approvals.use",
        heading=fields.number,
        codes=(fields.number,),
        names=(fields.title,),
        notes=(fields.title, fields.requester_name),
        icon="pen",
        order=40,
    )
