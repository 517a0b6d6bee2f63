"""What a company decides about complaints. One form of settings per app: its parts are classes of their own."""

from __future__ import annotations

from .settings_handling import HandlingSettings


class ComplaintSettings(HandlingSettings):
    """Settings of complaints."""
