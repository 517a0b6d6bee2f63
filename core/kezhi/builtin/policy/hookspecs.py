"""Hooks of the policy builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import ClauseEvidence


@spec("build")
def register_evidence() -> list[ClauseEvidence]:  # type: ignore[empty-body]
    """What: for each clause of this plugin what counts as kept, and what shows that it is.

    Returns: one entry per obligation; a clause may have several. Called by: the policy board, its daily record, the
    checks of conformance. On error: plugin broken.
    """
