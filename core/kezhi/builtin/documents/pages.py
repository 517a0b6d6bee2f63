"""What the pages of documents show."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import Text, case, literal

from kezhi import Choice, Column, Filter, ListView, localised
from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from . import services
from .models import Issue

FORMATS = {"pdf": "PDF", "xlsx": "Excel", "docx": "Word"}
ICONS = {"pdf": "file-earmark-pdf", "xlsx": "file-earmark-excel", "docx": "file-earmark-word"}


def register_view() -> ListView:
    """The register of issued documents."""
    titles = {key: str(kind.title) for key, kind in services.kinds().items()}
    named = [(Issue.kind == key, literal(title, Text())) for key, title in titles.items()]
    shown: Any = case(*named, else_=Issue.kind) if named else Issue.kind
    issued_at: Any = Issue.issued_at
    return ListView(
        name="documents",
        model=Issue,
        columns=[
            Column("number", _l("Document number"), Issue.number, sortable=True, default=True, render="code", order=1),
            Column("kind", _l("Document"), shown, default=True, order=2,
                   filter=Filter("choice", lambda: [Choice(key, title) for key, title in titles.items()],
                                 lambda key: Issue.kind == key)),
            Column("subject", lazy_pgettext("document", "Subject"), Issue.subject, default=True, order=3),
            Column("format", _l("Format"), Issue.format, default=True, order=4, render="chip",
                   filter=Filter("choice", lambda: [Choice(key, name) for key, name in FORMATS.items()])),
            Column("issued_at", _l("Issued"), issued_at, sortable=True, default=True, render="instant", order=5,
                   filter=Filter("date")),
            Column("holder", _l("Kept by"), Issue.holder, default=True, order=6, filter=Filter("text")),
            Column("keep_until", _l("Keep until"), Issue.keep_until, default=True, render="date", order=7,
                   filter=Filter("date")),
        ],
        order=("issued_at", "desc"),
        search=[Issue.number, Issue.subject],
        link=lambda row: url_for("documents.show", issue_id=row.id),
        title=_l("Issued documents"),
        kind=_l("documents"),
        search_hint=_l("Number or subject"),
        export_permission="documents.export",
    )  # fmt: skip


def issue_page(issue: Issue) -> dict[str, Any]:
    """One issued document."""
    kind = services.kinds().get(issue.kind)
    record_id = issue.customer_id if kind is not None and kind.is_about_customer else issue.record_id
    return {
        "issue": issue,
        "title": localised(issue.title),
        "format": FORMATS[issue.format],
        "icon": ICONS[issue.format],
        "record_url": kind.page(record_id) if kind is not None and kind.page and record_id is not None else "",
        "erased": issue.file_id is None,
    }
