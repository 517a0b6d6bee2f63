"""What a report says, in words and figures: the page, the document and the workbook read it from here (CMP-20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kezhi import localised
from kezhi.figures import PPM, divide, ratio
from kezhi.filters import MINUS, money, ppm
from kezhi.i18n import _

from .clock_words import hours_minutes
from .models import BEFORE, NOW, YEAR, Report
from .report_words import name_of
from .services.report_figures import counted

MOST_LINES = 12  #: lines of a chart
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure at the head of a report. ``figure`` names its records; ``better`` says how it compares, if anyhow."""

    title: str
    value: str
    unit: str
    note: str
    figure: str
    better: bool | None = None


def figures_of(report: Report, unit: int | None) -> Figures:
    """The figures of the whole company as they are kept, or those of a unit from the same rows."""
    if unit is None:
        return dict(report.figures)
    return {**counted(report.id, unit), "actions": []}


def rate(kept: int, of: int) -> str:
    """``87.5%`` of something, or a dash when there is nothing."""
    return ppm(ratio(kept, of)) if of else "—"


def attainment(totals: Figures, name: str) -> tuple[int, int]:
    """How many clocks were kept, of how many that are over or late."""
    kept = totals[f"{name}_kept"]
    return kept, kept + totals[f"{name}_missed"]


def average(totals: Figures, name: str) -> str:
    """Service time on average, as hours and minutes."""
    ended = totals[f"{name}_ended"]
    return hours_minutes(timedelta(seconds=divide(totals[f"{name}_used"], ended))) if ended else "—"


def headlines(figures: Figures, currency: str) -> list[Headline]:
    """The figures that stand at the head, each beside the month before and the same month a year ago."""
    totals = figures["totals"]
    now, before, year = (totals[period] for period in (NOW, BEFORE, YEAR))

    def beside(of: Any, less_is_better: bool | None = None) -> tuple[str, bool | None]:
        text = _("month before %(before)s · a year ago %(year)s", before=of(before), year=of(year))
        better = None
        if less_is_better is not None:
            mine, theirs = measured(of, now), measured(of, before)
            better = None if mine is None or theirs is None or mine == theirs else (mine < theirs) == less_is_better
        return text, better

    def measured(of: Any, which: Figures) -> int | None:
        return of.measure(which) if hasattr(of, "measure") else None

    found = []
    for title, unit, of, figure, less in (
        (_("Complaints received"), "", _Count("received"), "received", True),
        (_("Brought to an end"), "", _Count("handled"), "handled", None),
        (_("Valid rate"), "", _Valid(), "valid", None),
        (_("First answer in time"), "", _Kept("plan"), "plan_missed", False),
        (_("Response by tier in time"), "", _Kept("answer"), "answer_missed", False),
        (_("Resolved in time"), "", _Kept("resolve"), "resolve_missed", False),
        (_("Time to the result on average"), _("service hours"), _Time("resolve"), "resolve_kept", True),
        (_("Cost"), "", _Cost(currency), "costly", True),
    ):
        note, better = beside(of, less)
        found.append(Headline(title, of(now), unit, note, figure, better))
    return found


@dataclass(frozen=True, slots=True)
class _Count:
    name: str

    def __call__(self, totals: Figures) -> str:
        return f"{totals[self.name]:,}"

    def measure(self, totals: Figures) -> int:
        return int(totals[self.name])


@dataclass(frozen=True, slots=True)
class _Valid:
    def __call__(self, totals: Figures) -> str:
        return rate(totals["valid"], totals["judged"])


@dataclass(frozen=True, slots=True)
class _Kept:
    name: str

    def __call__(self, totals: Figures) -> str:
        return rate(*attainment(totals, self.name))

    def measure(self, totals: Figures) -> int | None:
        kept, of = attainment(totals, self.name)
        return ratio(kept, of) if of else None


@dataclass(frozen=True, slots=True)
class _Time:
    name: str

    def __call__(self, totals: Figures) -> str:
        return average(totals, self.name)

    def measure(self, totals: Figures) -> int | None:
        ended = totals[f"{self.name}_ended"]
        return divide(totals[f"{self.name}_used"], ended) if ended else None


@dataclass(frozen=True, slots=True)
class _Cost:
    currency: str

    def __call__(self, totals: Figures) -> str:
        return str(money(totals["cost"], True, self.currency))

    def measure(self, totals: Figures) -> int:
        return int(totals["cost"])


def lines_of(figures: Figures, labels: Figures, part: str) -> list[Figures]:
    """The lines of a breakdown with their names, the largest first; shares of this month in parts per million."""
    lines = figures["units"] if part == "unit" else figures["repeats"] if part == "repeat" else figures["parts"][part]
    whole = figures["totals"][NOW]["received"]
    return [
        {**line, "name": name_of(labels, part, line["key"]), "share": ratio(line[NOW], whole) if whole else 0}
        for line in lines
    ]


def pareto(lines: list[Figures]) -> list[Figures]:
    """The lines of this month, with the share that they add up to, in parts per million."""
    there = [line for line in lines if line[NOW]]
    whole, sum_, found = sum(line[NOW] for line in there), 0, []
    for line in there:
        sum_ += line[NOW]
        found.append({**line, "running": PPM if sum_ == whole else ratio(sum_, whole)})
    return found


def tiers_of(figures: Figures, labels: Figures) -> list[tuple[str, str]]:
    """The grades that customers of this month have, as columns: key and name; none without grading."""
    used = {line["key"] for line in figures["parts"]["tier"]} | {
        key for line in figures["units"] for key in line["tiers"]
    }
    if used <= {""}:
        return []
    order = [key for key in labels.get("tier", {}) if key in used]
    return [(key, name_of(labels, "tier", key)) for key in [*order, *sorted(used - set(order))]]


def difference(now: int, before: int) -> str:
    """``+3``, ``−2`` or ``±0``."""
    return f"+{now - before:,}" if now > before else f"{MINUS}{before - now:,}" if now < before else "±0"


def signers_of(report: Report) -> list[dict[str, str]]:
    """Who signed, as it was put down."""
    return [{**each, "title": localised(each["title"]) or "—"} for each in report.signers]
