"""Hooks of the destruction builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import Place


@spec("build")
def register_erasures() -> list[Place]:  # type: ignore[empty-body]
    """What: places where this plugin keeps data of customers beyond its record links, and what keeps a file for now.

    Returns: places; the keys start with the plugin's name. Called by: the proposal of a destruction, and its execution.
    On error: plugin broken.
    """
