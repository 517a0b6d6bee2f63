"""How spans of time and findings are called."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi import setting
from kezhi.i18n import _, in_both_languages

from .models import CORRECTED, FINDING, FINE, NOT_APPLICABLE, UNCHANGED
from .periods import Span

FOUND = {UNCHANGED: _l("Unchanged"), CORRECTED: _l("Corrected")}
TONES = {UNCHANGED: "green", CORRECTED: "blue"}

RESULTS = {FINE: _l("In order"), FINDING: _l("Finding"), NOT_APPLICABLE: _l("Not applicable here")}
RESULT_TONES = {FINE: "green", FINDING: "orange", NOT_APPLICABLE: "gray"}


class SpanName:
    """The name of a span, in whatever language it is asked for."""

    def __init__(self, span: Span) -> None:
        self.span = span

    def __str__(self) -> str:
        return span_name(self.span)


def span_name(span: Span) -> str:
    """``Q4 2026``."""
    year, number = str(span.start.year), str(span.number)
    if span.months == 3:
        return str(_("Q%(number)s %(year)s", number=number, year=year))
    if span.months == 1:
        return f"{year}-{span.start.month:02d}"
    if span.months == 6:
        first = span.number == 1
        return str(_("First half of %(year)s", year=year) if first else _("Second half of %(year)s", year=year))
    return year


def in_company_language(text: Any) -> str:
    """A text that is kept as it was written, in the language of the company."""
    both = in_both_languages(text)
    return str(both["zh" if str(setting("kezhi", "locale")).startswith("zh") else "en"])
