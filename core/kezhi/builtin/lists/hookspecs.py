"""Hooks of the lists builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import BulkAction


@spec("view")
def list_actions(model: type) -> list[BulkAction]:  # type: ignore[empty-body]
    """What: actions on several chosen records of ``model``, in every list of them.

    Returns: actions. Called by: the bar above a list with a selection. On error: dropped.
    """
