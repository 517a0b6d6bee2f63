"""What the list of reports and the page of one show (CMP-20)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from sqlalchemy import func, select

from kezhi import Choice, Column, Filter, ListView, acting_user, can, db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Account
from kezhi.filters import ppm
from kezhi.i18n import _, lazy_pgettext

from .models import BEFORE, NOW, SIGNED, YEAR, Complaint, Report
from .report_content import attainment, figures_of, headlines, lines_of, pareto, rate, signers_of, tiers_of
from .report_opening import opens
from .report_words import FLAG_WORDS, PART_WORDS, REPORT_WORDS
from .services.report_rows import COMPLAINTS, REPORTS
from .services.reports import may_write

ACCOUNTS: Any = Account.__table__
DOCUMENT = "complaints.report"
#: the breakdowns of the page beside cause and responsible unit, which have panels of their own
BREAKDOWNS = ("kind", "channel", "department", "judgement", "product", "tier", "nature")
MOST = 12  #: bars of a chart, and lines of a table before its end is folded
TREND = 12


def report_list() -> ListView:
    """Reports, the latest first."""
    row = REPORTS.c
    columns = [
        Column("month", lazy_pgettext("report", "Month"), row.month, sortable=True, default=True, render="date",
               order=10, filter=Filter("date")),
        Column("state", _l("State"), row.state, default=True, render="chip", order=20,
               filter=Filter("choice", lambda: [Choice(key, text) for key, (text, _tone) in REPORT_WORDS.items()])),
        Column("received", FLAG_WORDS["received"], row.received, default=True, render="count", order=30),
        Column("handled", FLAG_WORDS["handled"], row.handled, default=True, render="count", order=40),
        Column("counted_at", lazy_pgettext("report", "Counted at"), row.counted_at, default=True, render="instant",
               order=50),
        Column("signed_at", lazy_pgettext("report", "Signed at"), row.signed_at, default=True, render="instant",
               order=60),
    ]  # fmt: skip
    return ListView(
        name="complaints.reports",
        model=Report,
        columns=columns,
        order=("month", "desc"),
        link=lambda found: url_for("complaints.report", report_id=found.id),
        title=_l("Complaint analysis reports"),
        kind=lazy_pgettext("list", "reports"),
    )


def report_page(report: Report, unit: int | None) -> dict[str, Any]:
    """Everything the page of a report shows."""
    figures, labels = figures_of(report, unit), report.labels

    def link(name: str, key: str = "", period: str = NOW) -> str:
        return opens(report.id, name, key, period, unit)

    parts = {part: lines_of(figures, labels, part) for part in (*BREAKDOWNS, "cause", "unit", "repeat")}
    tiers = tiers_of(figures, labels)
    if not tiers:
        parts.pop("tier")
    named = [line for line in parts["cause"] if line["key"]]
    return {
        "report": report,
        "state": REPORT_WORDS[report.state],
        "unit": unit,
        "figures": figures,
        "totals": figures["totals"],
        "link": link,
        "headlines": [each for each in headlines(figures, report.currency) if each.figure != "answer_missed"],
        "breakdowns": [(part, PART_WORDS[part], parts[part]) for part in BREAKDOWNS if part in parts],
        "cause": parts["cause"],
        "pareto": pareto_picture(pareto(named), lambda line: link("cause", line["key"])) if named else None,
        "kinds": bars_picture(parts["kind"], PART_WORDS["kind"], lambda line: link("kind", line["key"])),
        "units": parts["unit"],
        "tiers": tiers,
        "repeats": _with_actions(parts["repeat"], figures),
        "clocks": _clocks(figures),
        "trend": _trend(report),
        "signers": signers_of(report),
        "may_write": may_write(report),
        "request_url": _request_url(report),
        "document": _document(report),
        "months": db.session.execute(select(REPORTS.c.id, REPORTS.c.month).order_by(REPORTS.c.month.desc())).all(),
        "recipients": _names(report.recipients),
        "seen": _seen_actions(figures),
        "periods": (NOW, BEFORE, YEAR),
    }  # fmt: skip


def _clocks(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Each clock against its target: kept of those that are over, in the three months."""
    found = []
    for name in ("plan", "answer", "resolve"):
        totals = figures["totals"]
        kept, of = attainment(totals[NOW], name)
        found.append({
            "name": name, "title": FLAG_WORDS[f"{name}_kept"], "kept": kept, "missed": of - kept,
            "rate": rate(kept, of),
            BEFORE: rate(*attainment(totals[BEFORE], name)), YEAR: rate(*attainment(totals[YEAR], name)),
        })  # fmt: skip
    return found


def _with_actions(lines: list[dict[str, Any]], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Repeated causes with what is being done about each; a cause without an action shows that, too."""
    return [
        {**line, "actions": [_action(row) for row in figures["actions"] if row["cause"] == line["key"]]}
        for line in lines[:MOST]
    ]


def _action(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "due": datetime.fromisoformat(row["due"]) if row["due"] else None}


def _seen_actions(figures: dict[str, Any]) -> set[int]:
    """The complaints of the open actions that the reader may open."""
    ids = [row["complaint"] for row in figures["actions"]]
    if not ids:
        return set()
    rows = visible(Complaint).where(COMPLAINTS.c.id.in_(ids)).with_only_columns(COMPLAINTS.c.id)
    return set(db.session.scalars(rows))


def _trend(report: Report) -> dict[str, Any] | None:
    """What was in time over the last reports, as they say themselves."""
    rows = db.session.execute(
        select(REPORTS.c.id, REPORTS.c.month, REPORTS.c.figures)
        .where(REPORTS.c.month <= report.month)
        .order_by(REPORTS.c.month.desc())
        .limit(TREND)
    ).all()[::-1]
    if len(rows) < 2:
        return None
    names = ("plan", "resolve")
    kept = {name: [attainment(row.figures["totals"][NOW], name) for row in rows] for name in names}
    months = [f"{row.month:%Y-%m}" for row in rows]
    data = {
        "labels": [f"{row.month.month}" for row in rows],
        "series": [
            {"name": str(FLAG_WORDS[f"{name}_kept"]),
             "data": [100 * one // of if of else None for one, of in kept[name]]}
            for name in names
        ],
    }  # fmt: skip
    return {
        "data": data,
        "message": _("What was in time over the last %(count)s reports, in percent", count=len(rows)),
        "head": [_("Month"), *[FLAG_WORDS[f"{name}_kept"] for name in names]],
        "rows": [[months[place], *[rate(*kept[name][place]) for name in names]] for place in range(len(rows))],
    }


def pareto_picture(
    lines: list[dict[str, Any]], link: Callable[[dict[str, Any]], str], most: int = MOST
) -> dict[str, Any]:
    """Bars, and the line of what they add up to: data for the chart, in words, and as a table."""
    shown = lines[:most]
    top = shown[: max(1, next((n for n, line in enumerate(shown, 1) if line["running"] >= 800_000), len(shown)))]
    names = ", ".join(f"{line['name']} {line[NOW]}" for line in shown[:3])
    return {
        "data": {
            "labels": [line["name"] for line in shown],
            "marks": [{"value": line[NOW], "href": link(line)} for line in shown],
            "running": [line["running"] // 10_000 for line in shown],
            "names": [str(lazy_pgettext("report", "Complaints")), _("Share added up")],
            "strong": len(top),
        },
        "message": _("Most frequent causes: %(names)s", names=names),
        "head": [_("Cause"), str(lazy_pgettext("report", "Complaints")), _("Share added up")],
        "lines": [(line["name"], line[NOW], link(line), ppm(line["running"])) for line in lines],
        "top": len(top),
    }


def bars_picture(lines: list[dict[str, Any]], title: Any, link: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    """A bar per line of this month."""
    shown = [line for line in lines if line[NOW]][:MOST]
    return {
        "data": {
            "labels": [line["name"] for line in shown],
            "marks": [{"value": line[NOW], "href": link(line)} for line in shown],
        },
        "message": str(title) + ": " + ", ".join(f"{line['name']} {line[NOW]}" for line in shown[:3]),
        "head": [title, str(lazy_pgettext("report", "Complaints"))],
        "rows": [[line["name"], line[NOW]] for line in shown],
    }


def _names(ids: list[int]) -> list[str]:
    return list(db.session.scalars(select(ACCOUNTS.c.name).where(ACCOUNTS.c.id.in_(ids)).order_by(ACCOUNTS.c.name)))


def _request_url(report: Report) -> str:
    """The approval of a report, for who takes part in it."""
    from kezhi.builtin.approvals.models import Request

    if report.request_id is None:
        return ""
    seen = visible(Request).where(Request.id == report.request_id).with_only_columns(func.count())
    return url_for("approvals.show", request_id=report.request_id) if db.session.scalar(seen) else ""


def _document(report: Report) -> dict[str, str]:
    """Where the document is made, and what was filed already; nothing without the documents app or the right."""
    if "documents" not in current_app.extensions["kezhi"].plugins or not can("documents.read"):
        return {}
    from kezhi.builtin.documents.services import issues_of

    found = {"make": url_for("documents.make", kind=DOCUMENT, record_id=report.id)} if acting_user().id else {}
    filed = next((each for each in issues_of(DOCUMENT, report.id) if not each.variant), None)
    if filed is not None and report.state == SIGNED:
        found |= {"filed": url_for("documents.show", issue_id=filed.id), "number": filed.number,
                  "download": url_for("documents.download", issue_id=filed.id)}  # fmt: skip
    return found
