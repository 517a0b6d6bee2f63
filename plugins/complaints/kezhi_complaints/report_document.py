"""The monthly report as a document: numbered, on the letterhead, as PDF and workbook (CMP-20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import url_for

from kezhi import Choice, clock
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.services import department_name
from kezhi.builtin.accounts.services import tree as departments
from kezhi.builtin.documents.contributions import Content, DocumentKind, Sheet
from kezhi.figures import divide
from kezhi.filters import day, money, person_named, ppm
from kezhi.i18n import _, lazy_pgettext

from .models import BEFORE, NOW, YEAR, Report
from .report_access import SEE_REPORTS
from .report_content import attainment, difference, figures_of, headlines, lines_of, pareto, rate, signers_of, tiers_of
from .report_words import FLAG_WORDS, PART_WORDS, PERIOD_WORDS, REPORT_WORDS, name_of
from .services.reports import report_by_id

KIND = "complaints.report"
TABLES = ("kind", "channel", "department", "judgement", "product", "nature", "tier")
IN_TIME, LATE = lazy_pgettext("report", "In time"), lazy_pgettext("report", "Late")
COUNT = lazy_pgettext("report", "Complaints")
MOST = 10  #: lines of a table on paper; the workbook has all of them


def document_kinds() -> list[DocumentKind]:
    """The one kind; its variants are the whole company and each unit (CMP-17)."""
    return [
        DocumentKind(
            key=KIND,
            title=_l("Complaint analysis report"),
            model=Report,
            prefix="TSFX",
            permission=SEE_REPORTS,
            read=SEE_REPORTS,
            make=content,
            pdf=Path(__file__).parent / "layouts" / "report.typ",
            sheets=sheets,
            variants=variants,
            page=lambda report_id: url_for("complaints.report", report_id=report_id),
        )
    ]


def variants(_report_id: int) -> list[Choice]:
    """The whole company first, then every department."""
    return [Choice("", _l("Whole company")), *(Choice(str(node.id), "　" * node.depth + node.name)
                                               for node in departments())]  # fmt: skip


def content(report_id: int, variant: str) -> Content:
    """The report in words and figures. Nobody who was complained about is named in it, and no customer."""
    report, unit = report_by_id(report_id), int(variant) if variant else None
    figures, labels = figures_of(report, unit), report.labels
    totals, tiers = figures["totals"], tiers_of(figures, labels)
    parts = [part for part in TABLES if part != "tier" or tiers]
    named = [line for line in lines_of(figures, labels, "cause") if line["key"]]
    state = str(REPORT_WORDS[report.state][0])
    month = f"{report.month:%Y-%m}"
    where = department_name(unit) if unit is not None else str(_("Whole company"))
    data: dict[str, Any] = {
        "headlines": [{"title": each.title, "value": each.value, "unit": str(each.unit), "note": each.note}
                      for each in headlines(figures, report.currency)],
        "valid": _("%(valid)s of %(judged)s judged complaints are valid; %(waiting)s wait for their judgement.",
                   valid=totals[NOW]["valid"], judged=totals[NOW]["judged"],
                   waiting=totals[NOW]["received"] - totals[NOW]["judged"]),
        "findings-title": str(lazy_pgettext("report", "Findings")), "findings": _paragraphs(report.findings),
        "measures-title": str(lazy_pgettext("report", "Measures")), "measures": _paragraphs(report.measures),
        "nothing": _("Nothing"),
        "cause-title": _("Why customers complained"),
        "cause": [{"name": line["name"], "count": line[NOW], "running": ppm(line["running"]),
                   "part": divide(line["running"], 1000)} for line in pareto(named)[:MOST]],
        "cause-note": _("Columns: complaints. Line: share added up. Dashed: four fifths of all."),
        "clock-title": _("Times kept against their targets"),
        "clock-head": [_("Clock"), str(IN_TIME), str(LATE), *_periods()],
        "clocks": [_clock_line(totals, name) for name in ("plan", "answer", "resolve")],
        "tables": [_table(figures, labels, part) for part in parts],
        "bars-title": str(PART_WORDS["kind"]),
        "unit-title": str(PART_WORDS["unit"]),
        "unit-head": [_("Unit"), *[name for _key, name in tiers], str(COUNT), _("Cost")],
        "units": [[line["name"], *[str(line["tiers"].get(key, 0)) for key, _name in tiers], str(line[NOW]),
                   money(line["cost"], True, report.currency)] for line in lines_of(figures, labels, "unit")],
        "repeat-title": _("Repeated causes in the last 90 days"),
        "repeat-head": [_("Cause"), str(COUNT), _("of the same customer"), _("Open corrective actions")],
        "repeats": [[line["name"], str(line[NOW]), str(line["again"]),
                     str(sum(each["cause"] == line["key"] for each in figures["actions"])) if unit is None else "—"]
                    for line in lines_of(figures, labels, "repeat")[:MOST]],
        "action-title": _("Open corrective actions"),
        "action-head": [_("Cause"), _("Owner"), _("Last day"), _("State")],
        "actions": [_action(labels, each) for each in figures["actions"][:MOST]],
        "action-note": _("%(acting)s complaints have open corrective actions, of %(late)s of them one is late.",
                         acting=totals[NOW]["acting"], late=totals[NOW]["late"]),
        "closing": _("Counted %(at)s in the time of the company. Costs are in %(currency)s.",
                     at=f"{clock.local(report.counted_at):%Y-%m-%d %H:%M}", currency=report.currency),
        "signatures": _signatures(report),
    }  # fmt: skip
    return Content(f"{month} · {where}" if unit is not None else month, data, note=f"{month} · {where} · {state}")


def _periods() -> list[str]:
    return [str(PERIOD_WORDS[period]) for period in (NOW, BEFORE, YEAR)]


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _clock_line(totals: dict[str, Any], name: str) -> list[str]:
    kept, of = attainment(totals[NOW], name)
    return [str(FLAG_WORDS[f"{name}_kept"]), str(kept), str(of - kept),
            *[rate(*attainment(totals[period], name)) for period in (NOW, BEFORE, YEAR)]]  # fmt: skip


def _table(figures: dict[str, Any], labels: dict[str, Any], part: str) -> dict[str, Any]:
    lines = lines_of(figures, labels, part)
    rest = {period: sum(line[period] for line in lines[MOST:]) for period in (NOW, BEFORE, YEAR)}
    rows = [[line["name"], *[str(line[period]) for period in rest], difference(line[NOW], line[BEFORE])]
            for line in lines[:MOST]]  # fmt: skip
    if any(rest.values()):
        rows.append([_("Others"), *map(str, rest.values()), difference(rest[NOW], rest[BEFORE])])
    return {
        "title": str(PART_WORDS[part]),
        "head": ["", *_periods(), str(lazy_pgettext("report", "Change"))],
        "rows": rows,
        "bars": [line[NOW] for line in lines[:MOST]] + ([rest[NOW]] if any(rest.values()) else []),
    }


def _action(labels: dict[str, Any], each: dict[str, Any]) -> list[str]:
    due = day(clock.local(datetime.fromisoformat(each["due"])).date()) if each["due"] else "—"
    state = _("effect to be checked") if each["state"] == "done" else _("to be carried out")
    late = str(lazy_pgettext("report", "late"))
    return [name_of(labels, "cause", each["cause"]), each["owner"], due, f"{state} · {late}" if each["late"] else state]


def _signatures(report: Report) -> list[dict[str, str]]:
    """Who prepared and signed it; before that empty boxes."""
    prepared = {"title": str(_("Prepared by")), "name": "", "day": "", "opinion": ""}
    if report.submitted_by and report.submitted_at is not None:
        prepared |= {"name": person_named(report.submitted_by),
                     "day": clock.local(report.submitted_at).date().isoformat()}  # fmt: skip
    signed = [
        {"title": each["title"], "name": each["name"], "opinion": each["opinion"],
         "day": clock.local(datetime.fromisoformat(each["at"])).date().isoformat()}
        for each in signers_of(report)
    ]  # fmt: skip
    titles = (lazy_pgettext("report", "Review"), _("Approval"))
    empty = [{"title": str(title), "name": "", "day": "", "opinion": ""} for title in titles]
    return [prepared, *(signed or empty)]


def sheets(made: Content) -> Sequence[Sheet]:
    """A sheet with the figures at the head, one per breakdown, one with the text."""
    data = made.data
    kinds = ("text", "count", "count", "count", "text")
    found = [
        Sheet(_("Overview"), [_("Figure"), _("This month"), _("Comparison")],
              [[each["title"], f"{each['value']} {each['unit']}".strip(), each["note"]] for each in data["headlines"]],
              widths=(30, 18, 48)),
        Sheet(data["clock-title"], data["clock-head"], [_numbers(row, (1, 2)) for row in data["clocks"]],
              ("text", "count", "count", "text", "text", "text"), widths=(28,)),
        Sheet(data["cause-title"], [_("Cause"), str(COUNT), _("Share added up")],
              [[each["name"], each["count"], each["running"]] for each in data["cause"]], ("text", "count"),
              widths=(30, 12, 16)),
    ]  # fmt: skip
    found += [
        Sheet(each["title"], [each["title"], *each["head"][1:]], [_numbers(row, (1, 2, 3)) for row in each["rows"]],
              kinds, widths=(30,))
        for each in data["tables"]
    ]  # fmt: skip
    found += [
        Sheet(data["unit-title"], data["unit-head"], data["units"], widths=(28,)),
        Sheet(data["repeat-title"], data["repeat-head"], [_numbers(row, (1, 2)) for row in data["repeats"]],
              ("text", "count", "count", "text"), widths=(28,)),
        Sheet(data["action-title"], data["action-head"], data["actions"], widths=(28, 16, 14, 30)),
        Sheet(_("Text"), [_("Part"), _("Text")],
              [*[[data["findings-title"], text] for text in data["findings"]],
               *[[data["measures-title"], text] for text in data["measures"]]], widths=(14, 90)),
    ]  # fmt: skip
    return found


def _numbers(row: Sequence[str], places: Sequence[int]) -> list[Any]:
    return [int(cell) if at in places else cell for at, cell in enumerate(row)]
