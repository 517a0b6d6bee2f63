"""The record of a security check as a document (CUS-12)."""

from __future__ import annotations

from pathlib import Path

from flask import url_for

from kezhi import Refused, clock
from kezhi import lazy_gettext as _l
from kezhi.filters import day, instant, person_named
from kezhi.i18n import _

from ...documents.contributions import Content, DocumentKind
from .. import checklist
from ..models import SecurityCheck
from ..periods import span_of
from ..rules import PROTECT
from ..services import checking
from ..words import RESULT_TONES, RESULTS, span_name

HERE = Path(__file__).parent
RECORD = "upkeep.check_record"


def document_kinds() -> list[DocumentKind]:
    """The one kind."""
    return [
        DocumentKind(
            key=RECORD,
            title=_l("Record of a security check"),
            model=SecurityCheck,
            prefix="AJ",
            permission=PROTECT,
            read=PROTECT,
            make=record,
            pdf=HERE / "check.typ",
            page=lambda check_id: url_for("upkeep.check", check_id=check_id),
        )
    ]


def record(check_id: int, _variant: str) -> Content:
    """What was looked at, what was found, who puts it right. Errors: ``Refused`` while the check goes on."""
    check = checking.check_by_id(check_id)
    if check.done_at is None:
        raise Refused(_("The check is not done yet: its record is made when it is."))
    period = span_name(span_of(check.start_on, check.months))
    items = [
        [str(item.position + 1), checklist.shown(item.text), str(RESULTS[item.result]), item.note]
        for item in checking.items_of(check)
    ]
    findings = [
        [row.text, owner, day(row.due_on), row.measure if row.closed_at else str(_("Not yet mended"))]
        for row, owner in checking.findings_of(check)
    ]
    data = {
        "facts": [
            [_("Rhythm of the check"), period],
            [_("Due"), day(check.due_on)],
            [_("Done by"), person_named(check.done_by)],
            [_("Done at"), instant(check.done_at)],
        ],
        "items-title": _("What was looked at"),
        "items-head": [_("Row number"), _("Item"), _("Result"), _("Note")],
        "items": items,
        "findings-title": _("Findings"),
        "findings-head": [_("Finding"), _("By whom"), _("Last day"), _("What was done about it")],
        "findings": findings,
        "no-findings": _("Nothing had to be put right."),
        "summary-title": _("Conclusion"),
        "summary": check.summary,
        "signatures": [
            {
                "title": str(_("Checked by")),
                "name": person_named(check.done_by),
                "day": clock.local(check.done_at).date().isoformat(),
                "opinion": "",
            },
            {"title": str(_("Seen by the management")), "name": "", "day": "", "opinion": ""},
        ],
        "tones": [RESULT_TONES[item.result] for item in checking.items_of(check)],
    }
    return Content(period, data, note=period)
