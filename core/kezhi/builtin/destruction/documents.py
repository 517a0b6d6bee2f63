"""The certificate of a destruction: what went by ids and counts, on which basis, and who signed (CUS-10)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from flask import url_for
from sqlalchemy import select

from kezhi import Refused, clock, db, localised
from kezhi import lazy_gettext as _l
from kezhi.filters import instant, person_named
from kezhi.i18n import _

from ..documents.contributions import Content, DocumentKind
from .models import DONE, Item, Proposal
from .rules import REGISTER
from .services.finishing import CERTIFICATE
from .words import OUTCOMES, REASONS, SCOPES

HERE = Path(__file__).parent / "layouts"
KEEP_YEARS = 30


def document_kinds() -> list[Any]:
    """The one kind."""
    return [
        DocumentKind(
            key=CERTIFICATE,
            title=_l("Certificate of destruction"),
            model=Proposal,
            prefix="XZ",
            permission=REGISTER,
            read=REGISTER,
            make=certificate,
            pdf=HERE / "certificate.typ",
            page=lambda proposal_id: url_for("destruction.show", proposal_id=proposal_id),
            keep_years=KEEP_YEARS,
        )
    ]


def certificate(proposal_id: int, _variant: str) -> Content:
    """What it says: codes and counts, no contents. Errors: ``Refused`` before all of it is carried out."""
    proposal = db.session.get_one(Proposal, proposal_id)
    if proposal.state != DONE or proposal.done_at is None:
        raise Refused(_("The destruction is not carried out yet: its certificate is made when it is."))
    items = list(db.session.scalars(select(Item).where(Item.proposal_id == proposal_id).order_by(Item.code)))
    tables: Counter[str] = Counter()
    for item in items:
        tables.update(item.rows)
    data = {
        "facts": [
            [_("Proposal"), proposal.number],
            [_("Approval request"), proposal.request_number],
            [_("What goes"), str(SCOPES[proposal.scope])],
            [_("Reason"), str(REASONS.get(proposal.reason, proposal.reason))],
            [_("Basis of retention"), proposal.basis],
            [_("Proposed by"), person_named(proposal.proposed_by)],
            [_("Carried out"), instant(proposal.done_at)],
            [_("Contents of files destroyed"), str(proposal.files)],
        ],
        "items-title": _("Files of the proposal"),
        "items-head": [_("Code"), _("Number of the record"), _("Outcome"), _("Number of records"), _("Attached files")],
        "items": [
            [item.code, str(item.customer_id), str(OUTCOMES[item.outcome]), str(sum(item.rows.values())),
             str(item.files)]
            for item in items
        ],
        "tables-title": _("Rows deleted or emptied, by table"),
        "tables-head": [_("Table of the database"), _("Number of records")],
        "tables": [[name, str(count)] for name, count in sorted(tables.items())],
        "statement": _(
            "The data named above was destroyed in the database and in the blob folder and cannot be restored from"
            " them. Copies in backups can be opened as long as those backups are kept."
        ),
        "signatures": [
            {"title": localised(each["title"]), "name": each["name"], "day": _day(each["at"]), "opinion": ""}
            for each in proposal.signers
        ],
    }  # fmt: skip
    return Content(proposal.number, data, note=proposal.number)


def _day(text: str) -> str:
    from datetime import datetime

    return clock.local(datetime.fromisoformat(text)).date().isoformat()
