"""Content that belongs to nobody is removed every night, and at once when a customer is erased."""

from __future__ import annotations

from typing import Any

from kezhi import Job
from kezhi import lazy_gettext as _l
from kezhi.jobs import enqueue

from .models import File
from .services.sweeping import run

SWEEP = "files.sweep"


def jobs() -> list[Job]:
    """What the builtin does by itself."""
    return [Job(SWEEP, _l("Remove content of files that are gone"), run, schedule="40 3 * * *")]


def follow(model: type, keys: Any) -> None:
    """Rows of files were changed by their record's fate (merged, erased): what no row names any more goes soon.

    This builtin's own changes name the ids.
    """
    if model is File and not isinstance(keys, list):
        enqueue(SWEEP)
