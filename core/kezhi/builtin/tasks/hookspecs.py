"""Hooks of the tasks builtin."""

from __future__ import annotations

from kezhi import User
from kezhi.hookspecs import spec

from .contributions import HomeFigure, NoticeKind, TaskKind


@spec("build")
def register_task_kinds() -> list[TaskKind]:  # type: ignore[empty-body]
    """What: kinds of duties of this plugin: what is due when, to whom it goes up, and how it ends.

    Returns: task kinds; the keys start with the plugin's name. Called by: the first page, the lists of tasks, and the
    jobs that open, close and pass up tasks. On error: plugin broken.
    """


@spec("build")
def register_notice_kinds() -> list[NoticeKind]:  # type: ignore[empty-body]
    """What: kinds of notices that this plugin sends with ``notify``: who may see them, and where they lead.

    Returns: notice kinds; the keys start with the plugin's name. Called by: whatever sends and shows notices. On error:
    plugin broken.
    """


@spec("view")
def home_figures(user: User) -> list[HomeFigure]:  # type: ignore[empty-body]
    """What: figures for the top of the first page: how the person's customers stand today.

    Returns: figures, counted over what ``user`` sees, at most two statements in all; none for who lacks the right.
    Called by: the first page, which shows the first six by ``order``. On error: dropped.
    """
