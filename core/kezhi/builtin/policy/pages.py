"""What the pages of the policy board show, as plain data for the templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app, url_for

from kezhi import can, clock
from kezhi.i18n import _, lazy_pgettext
from kezhi.permissions import LOGGED_IN, PUBLIC, declared_permission

from . import services, words
from .contributions import Records
from .models import Stretch
from .periods import last_periods
from .services.board import Row
from .services.states import EXEMPT, KEPT, OVERDUE, UNKNOWN, UNMEASURED

POLICY, OURS = "policy", "ours"
MONTHS = 12  #: of the daily record that are shown


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the board as it is written."""

    key: str
    url: str
    clause: str
    ours: bool
    title: str
    app: str
    plugin: str
    icon: str
    state: str
    state_text: str
    tone: str
    evidence: str
    evidence_url: str
    latest: str
    responsible: str
    next: str


def address_of(records: Records | None) -> str:
    """The address of records for who may open it, else empty: its app may be off, or the page not theirs."""
    view = current_app.view_functions.get(records.endpoint) if records else None
    if records is None or view is None:
        return ""
    permission = declared_permission(view)
    if permission not in (PUBLIC, LOGGED_IN) and not can(permission):
        return ""
    try:
        return url_for(records.endpoint, **records.arguments)
    except Exception:
        words.log.exception("the address of %s is not known", records.endpoint)
        return ""


def shown(row: Row) -> Shown:
    """A line in words."""
    line, evidence = row.line, row.line.evidence
    records = breaches = ""
    if evidence is not None:
        records, breaches = address_of(evidence.records), address_of(evidence.breaches)
    return Shown(
        key=line.key,
        url=url_for("policy.show", line=line.key),
        clause=line.clause.id,
        ours=line.clause.ours,
        title=line.title,
        app=line.app,
        plugin=line.plugin,
        icon=current_app.extensions["kezhi"].plugins[line.plugin].icon,
        state=row.state,
        state_text=words.state_words(row),
        tone=words.STATES[row.state][1],
        evidence=words.evidence_words(row),
        evidence_url=breaches if row.found.breaches and breaches else records,
        latest=words.latest_words(row.found),
        responsible=str(evidence.responsible) if evidence else "",
        next=words.next_words(row),
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """A tile, a tab or a chapter: how many lines it leads to."""

    key: str
    title: str
    url: str
    count: int
    current: bool
    tone: str = ""
    icon: str = ""
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks the board for."""

    tab: str
    app: str
    state: str
    words: str

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Asked:
        """What is none of the known values is left out."""
        tab = OURS if arguments.get("tab") == OURS else POLICY
        app, state = arguments.get("app", ""), arguments.get("state", "")
        plugins = current_app.extensions["kezhi"].plugins
        return cls(
            tab,
            app if app in plugins else "",
            state if state in words.STATES else "",
            arguments.get("q", "").replace("\0", "").strip()[:200],
        )

    def url(self, endpoint: str = "policy.index", **changed: str) -> str:
        """The board, or a file of it, with something else asked for."""
        values: dict[str, Any] = {"tab": self.tab, "app": self.app, "state": self.state, "q": self.words, **changed}
        values["tab"] = "" if values["tab"] == POLICY else values["tab"]
        return url_for(endpoint, **{name: value for name, value in values.items() if value})


def _in_tab(rows: Sequence[Row], tab: str) -> list[Row]:
    return [row for row in rows if row.line.clause.ours == (tab == OURS)]


def _found(rows: Sequence[Row], asked: Asked) -> list[Row]:
    wanted = asked.words.casefold()
    return [
        row
        for row in rows
        if asked.app in ("", row.line.plugin)
        and asked.state in ("", row.state)
        and wanted in f"{row.line.clause.id} {row.line.title} {row.line.clause.title} {row.line.app}".casefold()
    ]


def chosen(asked: Asked) -> list[Row]:
    """The lines that an address asks for."""
    return _found(_in_tab(services.board(), asked.tab), asked)


def board_page(asked: Asked) -> dict[str, Any]:
    """Everything the board shows."""
    every = services.board()
    rows = _in_tab(every, asked.tab)
    number = services.counts(rows)
    kept, overdue = number.get(KEPT, 0), number.get(OVERDUE, 0)
    found = [shown(row) for row in _found(rows, asked)]
    groups: dict[str, list[Shown]] = {}
    for each in found:
        groups.setdefault(each.app, []).append(each)
    return {
        "asked": asked,
        "rate": f"{kept * 100 // (kept + overdue)}%" if kept + overdue else "—",
        "total": len(rows),
        "clauses": len({row.line.clause.id for row in rows}),
        "tiles": [
            Choice(state, str(title), asked.url(state="" if asked.state == state else state), number.get(state, 0),
                   asked.state == state, tone)
            for state, (title, tone) in words.STATES.items()
            if state not in (UNKNOWN, UNMEASURED) or number.get(state)
        ],
        "bars": _bars(number),
        "tabs": [
            {"title": title, "url": asked.url(tab=tab, app="", state=""), "current": asked.tab == tab,
             "count": len(_in_tab(every, tab))}
            for tab, title in ((POLICY, _("Clauses of the policy")), (OURS, _("Our additions (†)")))
        ],
        "apps": _apps(rows, asked),
        "groups": groups,
        "found": len(found),
        "state_title": words.STATES[asked.state][0] if asked.state else "",  # type: ignore[index]
        "app_title": str(current_app.extensions["kezhi"].plugins[asked.app].title) if asked.app else "",
    }  # fmt: skip


def _bars(number: Mapping[str, int]) -> list[tuple[str, float, float]]:
    """The parts of the bar: tone, where it begins, and how wide it is, in percent."""
    total = sum(number.values())
    found, at = [], 0.0
    for state, (_title, tone) in words.STATES.items():
        if number.get(state):
            width = number[state] * 100 / total
            found.append((tone, round(at, 2), max(0.3, round(width - 0.2, 2))))
            at += width
    return found


def _apps(rows: Sequence[Row], asked: Asked) -> list[Choice]:
    first = Choice("", _("All"), asked.url(app=""), len(rows), not asked.app, icon="folder2")
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.line.plugin, []).append(row)
    plugins = current_app.extensions["kezhi"].plugins
    return [first] + [
        Choice(name, str(plugins[name].title), asked.url(app=name), len(each), asked.app == name,
               icon=plugins[name].icon, overdue=sum(row.state == OVERDUE for row in each))
        for name, each in found.items()
    ]  # fmt: skip


# ── one clause ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Cell:
    """A period of the history."""

    name: str
    text: str
    tone: str
    icon: str
    note: str = ""


TURNS = {
    "kept": (lazy_pgettext("policy", "Kept"), "green", "check-lg"),
    "due": (lazy_pgettext("policy", "Due"), "amber", "clock"),
    "missed": (lazy_pgettext("policy", "Missed"), "red", "x-lg"),
    "before": (lazy_pgettext("policy", "Not yet obliged"), "gray", "dash"),
}


def line_page(row: Row) -> dict[str, Any]:
    """Everything the page of one obligation shows."""
    line, evidence = row.line, row.line.evidence
    today = clock.today()
    said = services.exemptions_of(line.key)
    return {
        "row": shown(row),
        "line": line,
        "evidence": evidence,
        "found": row.found,
        "rhythm": words.RHYTHMS[evidence.schedule.rhythm] if evidence and evidence.schedule else "",
        "records_url": address_of(evidence.records) if evidence else "",
        "breaches_url": address_of(evidence.breaches) if evidence and row.found.breaches else "",
        "turns": _turns(row),
        "months": months(services.history(line.key, last_periods("month", today, MONTHS)[0].start), today),
        "exemption": row.exemption if row.state == EXEMPT else None,
        "said": said,
    }


def _turns(row: Row) -> list[Cell]:
    evidence = row.line.evidence
    if evidence is None or evidence.schedule is None:
        return []
    return [
        Cell(
            words.period_words(evidence.schedule.rhythm, turn.period),
            str(TURNS[turn.state][0]),
            *TURNS[turn.state][1:],
            note=str(_("by %(day)s", day=turn.due_on.strftime("%m-%d"))),
        )
        for turn in row.turns
    ]


def months(stretches: Sequence[Stretch], today: date) -> list[Cell]:
    """The daily record by months: how many days were recorded, and on how many of them it was overdue."""
    found = []
    for period in last_periods("month", today, MONTHS):
        days: Counter[str] = Counter()
        for each in stretches:
            first, last = max(each.first_on, period.start), min(each.last_on, period.end)
            if last >= first:
                days[each.state] += (last - first + timedelta(days=1)).days
        recorded = days.total()
        name = words.period_words("month", period)
        if not recorded:
            found.append(Cell(name, str(_("not recorded")), "gray", "dash"))
            continue
        note = str(_("%(kept)s / %(days)s days", kept=days[KEPT], days=recorded))
        if days[OVERDUE]:
            found.append(Cell(name, str(_("%(days)s days overdue", days=days[OVERDUE])), "red", "x-lg", note))
        elif len(days) == 1:
            (state,) = days
            title, tone = words.STATES.get(state, (state, "gray"))  # type: ignore[call-overload]
            found.append(Cell(name, str(title), tone, "check-lg" if state == KEPT else "dash", note))
        else:
            found.append(Cell(name, str(_("partly due")), "amber", "clock", note))
    return found
