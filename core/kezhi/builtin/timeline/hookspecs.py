"""Hooks of the timeline builtin."""

from __future__ import annotations

from typing import Any

from kezhi.hookspecs import spec
from kezhi.users import User

from .contributions import Source, Timeline


@spec("build")
def register_timelines() -> list[Timeline]:  # type: ignore[empty-body]
    """What: records of this plugin that have a timeline, and who may read it and write notes.

    Returns: timelines. Called by: every page that shows or changes notes. On error: plugin broken.
    """


@spec("view")
def timeline_sources(record: Any, user: User) -> list[Source]:  # type: ignore[empty-body]
    """What: kinds of entries in the timeline of ``record``, each with the function that reads them.

    Returns: sources; only those that ``user`` may read. Called by: timelines, which then read the chosen ones. On
    error: dropped, the timeline says whose entries are missing.
    """
