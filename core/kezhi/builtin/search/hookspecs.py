"""Hooks of the search builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import SearchKind


@spec("view")
def search_kinds() -> list[SearchKind]:  # type: ignore[empty-body]
    """What: kinds of records that the search box finds.

    Returns: search kinds. Called by: the search, and whatever keeps its tokens when records change. On error: dropped,
    the records of this plugin are not found.
    """
