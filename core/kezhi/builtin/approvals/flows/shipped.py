"""What the app of a kind ships, keyed as versions are."""

from __future__ import annotations

from flask import current_app

from ..subjects import known_subject
from .stored import FlowStep, with_keys


def shipped_steps(kind: str) -> tuple[FlowStep, ...]:
    """The steps that the app of a kind ships; none where it cannot say, which is logged."""
    try:
        return with_keys(known_subject(kind)[1].steps())
    except Exception:
        current_app.logger.exception("approvals: no shipped flow for %s", kind)
        return ()
