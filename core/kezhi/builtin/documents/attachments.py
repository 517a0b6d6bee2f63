"""The files of this builtin: documents as issued, and the logo."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import db
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..files.contributions import Attachment, Stop
from .models import Issue, Letterhead
from .services.letterhead import KIND


def attachments() -> list[Attachment]:
    """What files hang on here. Nobody attaches by hand: the logo is uploaded on the letterhead's page."""
    return [
        Attachment(
            "issue",
            _l("Issued documents"),
            Issue,
            read="documents.read",
            page=lambda issue_id: url_for("documents.show", issue_id=issue_id),
            panel=False,
        ),
        Attachment(
            KIND,
            _l("Letterhead"),
            Letterhead,
            read="documents.manage",
            page=lambda _id: url_for("documents.letterhead"),
            panel=False,
        ),
    ]


def guard(file: Any, version: Any) -> list[Stop]:
    """An issued document leaves only as what was issued: anything else is stopped."""
    if (file.plugin, file.kind) != ("documents", "issue"):
        return []
    issued = db.session.get(Issue, file.record_id)
    if issued is not None and (issued.file_id, issued.sha256) == (file.id, version.sha256):
        return []
    return [Stop(_("This document is not kept as it was issued. Tell an administrator."))]
