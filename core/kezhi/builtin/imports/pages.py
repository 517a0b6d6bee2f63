"""What the templates show that is not plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kezhi.i18n import _

from .models import (
    APPLIED,
    APPLYING,
    CHECKED,
    DISCARDED,
    FAILED,
    LOADING,
    REFUSED,
    REVERTED,
    REVERTING,
    UNMAPPED,
    Batch,
)


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field on the columns page; ``place`` is that of its column in the header."""

    key: str
    label: str
    required: bool
    place: int | None
    sample: str
    several: tuple[str, ...] = ()  #: the columns that could be meant

    @property
    def is_wrong(self) -> bool:
        return bool(self.several) or (self.required and self.place is None)


def state_chip(batch: Batch) -> tuple[str, str]:
    """Text and tone of a batch's state."""
    if batch.state == APPLIED and batch.removed + batch.restored:
        return _("Partly reverted"), "amber"
    return {
        LOADING: (_("Being read"), "blue"),
        APPLYING: (_("Being imported"), "blue"),
        FAILED: (_("Not read"), "red"),
        UNMAPPED: (_("Columns missing"), "amber"),
        CHECKED: (_("To be confirmed"), "blue"),
        APPLIED: (_("Imported"), "green"),
        REFUSED: (_("Not imported"), "red"),
        DISCARDED: (_("Discarded"), "gray"),
        REVERTED: (_("Reverted"), "gray"),
        REVERTING: (_("Being reverted"), "blue"),
    }[batch.state]


def steps(batch: Batch, *, at_columns: bool = False) -> list[dict[str, Any]]:
    """The way of a file: upload, columns, dry run, import, result."""
    places = {UNMAPPED: 1, LOADING: 2, CHECKED: 2, APPLYING: 3}
    place = 1 if at_columns else places.get(batch.state, 4)
    last = "failed" if batch.state in (REFUSED, FAILED) else "current"
    titles = [_("Upload"), _("Match columns"), _("Dry run and correction"), _("Import"), _("Result")]
    return [
        {
            "title": title,
            "note": "",
            "state": "done" if index < place else (last if index == 4 else "current") if index == place else "todo",
        }
        for index, title in enumerate(titles)
    ]
