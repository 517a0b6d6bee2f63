"""The kinds of duties that the enabled apps know."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import current_app

from kezhi import PluginError

from .contributions import TaskKind

log = logging.getLogger("kezhi.tasks")


def task_kinds() -> Mapping[str, TaskKind]:
    """All of them by key. Of a plugin that is not enabled there is none, and its tasks are not shown.

    Errors: ``PluginError`` for a key that does not start with its plugin's name.
    """
    kernel = current_app.extensions["kezhi"]
    kept: dict[str, TaskKind] | None = current_app.extensions.get("kezhi_task_kinds")
    if kept is None:
        kept = {}
        for plugin, kind in kernel.call.attributed.register_task_kinds():
            if not kind.key.startswith(f"{plugin}."):
                raise PluginError(plugin, f"task kind {kind.key!r} must start with {plugin}.", stage="names")
            kept[kind.key] = kind
        current_app.extensions["kezhi_task_kinds"] = kept
    return kept


def known_kind(key: str) -> TaskKind:
    """Errors: ``LookupError`` for a kind that no enabled app has: a mistake in code."""
    found = task_kinds().get(key)
    if found is None:
        raise LookupError(f"no enabled app registers the task kind {key!r}")
    return found


def page_of(kind_key: str, reference: str) -> str:
    """The address of a task's subject; empty when there is none, or its app is not enabled or cannot say."""
    kind = task_kinds().get(kind_key)
    if kind is None or kind.page is None or not reference:
        return ""
    try:
        return kind.page(reference)
    except Exception:
        log.exception("the page of %s %s is not known", kind_key, reference)
        return ""
