"""Hooks of the approvals builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import SubjectKind


@spec("build")
def approval_subjects() -> list[SubjectKind]:  # type: ignore[empty-body]
    """What: kinds of proposals that this plugin puts up for approval.

    Returns: subject kinds. Called by: approvals, at every signature. On error: plugin broken.
    """
