"""Hooks of the hand-over builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import HandOver


@spec("build")
def register_hand_overs() -> list[HandOver]:  # type: ignore[empty-body]
    """What: kinds of things that a person has and others take over when the person leaves (ORG-01).

    Returns: hand-overs; the keys start with the plugin's name. Called by: the hand-over, its preview, and the page of a
    person. On error: plugin broken.
    """
