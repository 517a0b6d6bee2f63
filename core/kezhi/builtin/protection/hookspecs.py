"""Hooks of the protection builtin."""

from __future__ import annotations

from kezhi.hookspecs import spec

from .contributions import KeyUse


@spec("build")
def register_key_uses() -> list[KeyUse]:  # type: ignore[empty-body]
    """What: data of this plugin that is kept under keys of the key ring: how much, and how to bring it under a new one.

    Returns: key uses; the keys start with the plugin's name. Called by: the protection page, ``kezhi keys``, the job
    that follows a rotation. On error: plugin broken.
    """
