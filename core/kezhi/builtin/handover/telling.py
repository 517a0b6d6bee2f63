"""Who takes something over is told so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for

from kezhi import lazy_gettext as _l

from .models import Run
from .rules import SEE

RECEIVED = "handover.received"


def kinds() -> list[Any]:
    """The kind of notice that this builtin sends."""
    from ..tasks.contributions import NoticeKind

    def page(run_id: str) -> str:
        return url_for("handover.show", run_id=int(run_id))

    return [
        NoticeKind(RECEIVED, _l("Something is handed over to me"), page, "box-arrow-in-right", Run, SEE, mail="now")
    ]


def tell(run_id: int, person: str, receivers: Sequence[int]) -> None:
    """Tell the receivers, once each, however much it is; where there is no builtin of notices nobody is told."""
    from ..tasks.contributions import About
    from ..tasks.services import notify

    notify(RECEIVED, receivers, _l("Work was handed over to you"), About(person, str(run_id), run_id))
