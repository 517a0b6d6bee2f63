"""Hooks of the tasks builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import TaskKind


@spec("build")
def register_task_kinds() -> list[TaskKind]:  # type: ignore[empty-body]
    """What: kinds of duties of this plugin: what is due when, to whom it goes up, and how it ends.

    Returns: task kinds; the keys start with the plugin's name. Called by: the first page, the lists of tasks, and the
    jobs that open, close and pass up tasks. On error: plugin broken.
    """
