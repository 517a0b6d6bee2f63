"""The one spelling of what people type."""

from __future__ import annotations

import unicodedata


def normal_login(text: str) -> str:
    """A login as it is stored: full-width signs and capitals do not tell people apart."""
    return unicodedata.normalize("NFKC", text.replace("\0", "")).strip().casefold()
