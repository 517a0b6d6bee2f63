"""Where a request is shown, for other apps' pages: only to who may see it."""

from __future__ import annotations

from flask import url_for

from kezhi import db, visible

from .models import Request


def address_of_request(request_id: int | None) -> str:
    """The page of a request; empty when there is none, or the user may not see it: a link must not lead nowhere."""
    if request_id is None or db.session.scalar(visible(Request).where(Request.id == request_id)) is None:
        return ""
    return url_for("approvals.show", request_id=request_id)
