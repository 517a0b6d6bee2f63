"""The credit rating sheet (客户资信等级评估表) as a document: what both people saw, and who decided (CRD-02)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kezhi import Choice, Refused, clock, db, visible
from kezhi.builtin.accounts.services import names_of_logins
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents.contributions import Content, Sheet
from kezhi.i18n import _

from ..labels import JUDGEMENT_LABELS, SHEET_LABELS
from ..models import APPROVED
from ..models import Sheet as RatingSheet
from ..services import all_classes, findings_of, seen_customer, sheets_of, source_title, title_of
from ..sheet_words import card_said, facts_said, lines_said, rule_said


def sheets_to_choose(customer_id: int) -> list[Choice]:
    """The sheets of a customer, the newest first."""
    return [
        Choice(str(each.id), f"{each.number} · {each.filled_on} · {SHEET_LABELS[each.state]}")
        for each in sheets_of(customer_id)
    ]


def rating_sheet(customer_id: int, variant: str) -> Content:
    """The content of a sheet of the customer. Errors: ``Refused`` for one that there is not."""
    sheet = _chosen(customer_id, variant)
    customer: Customer = seen_customer(customer_id)
    classes = {each["id"]: f"{each['key']} {title_of(each)}" for each in all_classes()}
    content, given = sheet.content, classes.get(sheet.decided_id or 0) if sheet.state == APPROVED else None
    names = names_of_logins({each for each in (sheet.filled_by, sheet.decided_by) if each})
    data = {
        "facts": [
            [_("Customer"), customer.name],
            [_("Customer code"), customer.code or customer.prospect_number or "—"],
            [_("Sheet number"), sheet.number],
            [_("Filled in on"), str(sheet.filled_on)],
            *([label, text] for label, text in facts_said(content)),
        ],
        "class": given or "—",
        "class-title": _("Class given"),
        "proposed": _("Proposed class: %(name)s", name=classes[sheet.proposed_id]),
        "status": str(SHEET_LABELS[sheet.state]),
        "rule": rule_said(content),
        "why": sheet.decided_reason,
        "opinion-title": _("Opinion of sales"),
        "opinion": sheet.opinion or "—",
        "score-title": _("Score"),
        "score-head": [_("Criterion"), _("Value of the figure"), _("Points"), _("Weight"), _("Contribution")],
        "score": [
            [line["title"], line["note"] or line["value"], line["points"], line["weight"], line["contribution"]]
            for line in lines_said(content)
        ],
        "card": card_said(content),
        "findings-title": _("Credit investigation %(number)s, holds until %(day)s",
                            number=content["investigation"]["number"], day=content["investigation"]["until"]),
        "findings-head": [_("Source of information"), _("Judgement"), _("What it says")],
        "findings": [
            [source_title(each.source_key), str(JUDGEMENT_LABELS[each.judgement]), each.text or "—"]
            for each in findings_of(sheet.investigation_id)
        ],
        "signatures": [
            _box(_("Sheet filled in by"), names.get(sheet.filled_by, sheet.filled_by), sheet.filled_at, ""),
            _box(_("Class decided by"), names.get(sheet.decided_by, sheet.decided_by), sheet.decided_at, given or ""),
        ],
        "closing": _("Figures and points are those of the day on which the sheet was filled in."),
    }  # fmt: skip
    return Content(customer.name, data, note=f"{sheet.number} · {SHEET_LABELS[sheet.state]}")


def _chosen(customer_id: int, variant: str) -> RatingSheet:
    wanted = int(variant) if variant.isascii() and variant.isdigit() else 0
    statement = visible(RatingSheet).where(RatingSheet.customer_id == customer_id, RatingSheet.id == wanted)
    found: RatingSheet | None = db.session.scalars(statement).one_or_none()
    if found is None:
        raise Refused(_("There is no such rating sheet."))
    return found


def _box(title: str, name: str, at: Any, opinion: str) -> dict[str, str]:
    return {"title": title, "name": name, "day": clock.local(at).date().isoformat() if at else "", "opinion": opinion}


def rating_sheets(content: Content) -> list[Sheet]:
    """The sheet as a workbook: the score, and the findings."""
    data: Any = content.data
    facts = [(str(label), str(text)) for label, text in data["facts"]]
    facts.append((data["class-title"], data["class"]))
    score = [[title, figure, _number(points), weight, _number(part)]
             for title, figure, points, weight, part in data["score"]]  # fmt: skip
    return [
        Sheet(data["score-title"], data["score-head"], score, ("text", "text", "decimal", "text", "decimal"),
              (34, 40, 10, 10, 14), facts),
        Sheet(_("What the sources say"), data["findings-head"], data["findings"], ("text",) * 3, (26, 22, 60)),
    ]  # fmt: skip


def _number(text: str) -> Any:
    plain = text.replace("−", "-")
    return Decimal(plain) if plain.lstrip("-").replace(".", "", 1).isdigit() else text
