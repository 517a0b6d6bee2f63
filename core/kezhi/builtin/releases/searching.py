"""How data requests and releases are found in the search box, by who sees them (CUS-09)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import lazy_gettext as _l

from ..accounts.models import Account
from ..search.contributions import SearchKind
from .models import DataRequest, Release
from .rules import ASK, REGISTER


def search_kinds() -> list[SearchKind]:
    """Requests by number and what their requester wrote; the register by number, recipient and content."""
    asked, left = (model.__table__.c for model in (DataRequest, Release))
    people: Any = Account.__table__
    requester = select(people.c.name).where(people.c.id == asked.requester_id).scalar_subquery()
    return [
        SearchKind(
            key="releases",
            title=_l("Data requests"),
            model=DataRequest,
            endpoint="releases.show",
            argument="request_id",
            permission=ASK,
            heading=asked.number,
            codes=(asked.number,),
            names=(asked.purpose, asked.scope),
            notes=(requester, asked.purpose),
            list_endpoint="releases.index",
            icon="file-earmark-person",
            order=45,
        ),
        SearchKind(
            key="releases.register",
            title=_l("External releases"),
            model=Release,
            endpoint="releases.release",
            argument="release_id",
            permission=REGISTER,
            heading=left.number,
            codes=(left.number,),
            names=(left.organisation, left.content),
            notes=(left.organisation, left.content),
            list_endpoint="releases.register",
            icon="box-arrow-up-right",
            order=46,
        ),
    ]
