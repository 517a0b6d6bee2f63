"""What several pages need."""

from __future__ import annotations

from flask import abort, url_for

from kezhi import NotFound

from .. import services
from ..models import Run


def run_or_404(number: int) -> Run:
    """The run with this number."""
    try:
        return services.run_by_number(number)
    except NotFound:
        abort(404)


def document_url(kind: str, record_id: int, published: bool, variant: str = "") -> str:
    """Where a document of a published run is made, empty for who may not or without the documents builtin."""
    from ..documents import offers

    if not published or not offers(kind):
        return ""
    return url_for("documents.make", kind=kind, record_id=record_id, variant=variant or None)


def whole_number(text: str) -> int | None:
    """A version's number; None for nothing. Errors: 404 for what is none."""
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        abort(404)
    return int(text)
