"""Which kinds of records there are, for whom. A kind one may not read does not exist."""

from __future__ import annotations

import logging
from typing import Any

from flask import current_app
from sqlalchemy import select

from kezhi import User, acting_user, db

from ..contributions import SearchKind
from ..models import KindState, Pending

log = logging.getLogger("kezhi.search")


def every_kind() -> dict[str, SearchKind]:
    """The kinds of all enabled plugins by key, in their order. One that is declared wrongly is left out."""
    kernel = current_app.extensions["kezhi"]
    if "search" not in kernel.plugins:
        return {}
    kept: dict[str, SearchKind] | None = kernel.host.memo.get(("search", "kinds"))
    if kept is None:
        kept = _declared(kernel)
        if not any(hook == "search_kinds" for _plugin, hook in kernel.host.dropped):  # what failed is asked again
            kernel.host.memo["search", "kinds"] = kept
    return kept


def _declared(kernel: Any) -> dict[str, SearchKind]:
    found: dict[str, SearchKind] = {}
    pairs: list[tuple[str, Any]] = kernel.call.attributed.search_kinds()
    for plugin, kind in pairs:
        if kind.key in found or not (kind.key == plugin or kind.key.startswith(f"{plugin}.")):
            log.error("search: the kind %r of %s must be called %s, or %s.something", kind.key, plugin, plugin, plugin)
            continue
        if any(getattr(column.type, "is_sealed", False) for column in (*kind.codes, *kind.names)):
            log.error("search: the kind %r of %s has sealed columns: their tokens would hold them", kind.key, plugin)
            continue
        found[kind.key] = kind
    return dict(sorted(found.items(), key=lambda item: item[1].order))


def kinds_of(user: User | None = None) -> dict[str, SearchKind]:
    """The kinds that the user may find."""
    user = user or acting_user()
    known = current_app.view_functions
    return {key: kind for key, kind in every_kind().items() if user.can(kind.permission) and kind.endpoint in known}


def ready_kinds(kinds: dict[str, SearchKind]) -> set[str]:
    """Those whose tokens are complete: nothing of them waits, and they are made from what they are declared from."""
    waits = select(1).where(Pending.kind == KindState.key).exists()
    rows = db.session.execute(select(KindState.key, KindState.signature).where(~waits)).all()
    return {row.key for row in rows if row.key in kinds and kinds[row.key].signature == row.signature}
