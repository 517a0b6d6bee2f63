"""Work in the background: a table of slots, each enqueued once, run at least once, in effect once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Task:
    """One slot of a job that is being run."""

    id: int
    job: str
    slot: str
    payload: Mapping[str, Any]
    due_at: datetime
    attempt: int

    @contextmanager
    def effect(self) -> Iterator[None]:
        """The write transaction of the job's effect: it commits together with the note that the slot is done."""
        yield
