"""What the enabled apps have to hand over, in the order in which it goes."""

from __future__ import annotations

from flask import current_app

from kezhi import PluginError

from .contributions import HandOver


def parts() -> list[HandOver]:
    """All of it: what takes others along goes first. Errors: ``PluginError`` for a key without its plugin's name."""
    kept: list[HandOver] | None = current_app.extensions.get("kezhi_handover")
    if kept is None:
        found = current_app.extensions["kezhi"].call.attributed.register_hand_overs()
        for plugin, part in found:
            if not part.key.startswith(f"{plugin}."):
                raise PluginError(plugin, f"hand-over {part.key!r} must start with {plugin}.", stage="names")
        kept = sorted((part for _plugin, part in found), key=lambda part: (part.order, part.key))
        current_app.extensions["kezhi_handover"] = kept
    return kept
