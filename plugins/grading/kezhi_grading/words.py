"""Translated text as ``str``."""

from __future__ import annotations

from kezhi.i18n import gettext


def _(message: str, **values: object) -> str:
    """``message`` in the present language, its named placeholders filled."""
    return str(gettext(message, **values))
