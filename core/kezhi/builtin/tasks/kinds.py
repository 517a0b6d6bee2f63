"""The kinds of duties and notices that the enabled apps know."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app

from kezhi import PluginError

from .contributions import NoticeKind, TaskKind

log = logging.getLogger("kezhi.tasks")


def task_kinds() -> Mapping[str, TaskKind]:
    """Kinds of tasks by key. Of a plugin that is not enabled there is none, and its tasks are not shown.

    Errors: ``PluginError`` for a key that does not start with its plugin's name.
    """
    kernel = current_app.extensions["kezhi"]
    return _once("task", lambda: kernel.call.attributed.register_task_kinds())


def notice_kinds() -> Mapping[str, NoticeKind]:
    """Kinds of notices by key. Errors: as above."""
    kernel = current_app.extensions["kezhi"]
    return _once("notice", lambda: kernel.call.attributed.register_notice_kinds())


def _once(what: str, ask: Callable[[], list[tuple[str, Any]]]) -> dict[str, Any]:
    """What the apps answer, by key; asked once, the set of apps of one Flask app never changes."""
    kept: dict[str, dict[str, Any]] = current_app.extensions.setdefault("kezhi_tasks", {})
    if what not in kept:
        found = {}
        for plugin, kind in ask():
            if not kind.key.startswith(f"{plugin}."):
                raise PluginError(plugin, f"{what} kind {kind.key!r} must start with {plugin}.", stage="names")
            found[kind.key] = kind
        kept[what] = found
    return kept[what]


def known_kind(key: str) -> TaskKind:
    """Errors: ``LookupError`` for a kind that no enabled app has: a mistake in code."""
    found = task_kinds().get(key)
    if found is None:
        raise LookupError(f"no enabled app registers the task kind {key!r}")
    return found


def known_notice(key: str) -> NoticeKind:
    """Errors: as above."""
    found = notice_kinds().get(key)
    if found is None:
        raise LookupError(f"no enabled app registers the notice kind {key!r}")
    return found


def page_of(kind_key: str, reference: str) -> str:
    """The address of a task's subject; empty when there is none, or its app is not enabled or cannot say."""
    return page_by(task_kinds().get(kind_key), reference)


def page_by(kind: TaskKind | NoticeKind | None, reference: str) -> str:
    """The address that a kind gives for a reference, empty when it gives none."""
    if kind is None or kind.page is None or not reference:
        return ""
    try:
        return kind.page(reference)
    except Exception:
        log.exception("the page of %s %s is not known", kind.key, reference)
        return ""
