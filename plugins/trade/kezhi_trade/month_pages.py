"""What the pages of months show, as plain values for the templates (TRD-03)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from kezhi import acting_user, clock
from kezhi import lazy_gettext as _l
from kezhi.figures import ratio
from kezhi.filters import day, instant, money, number, person_named, ppm
from kezhi.i18n import _, lazy_pgettext, ngettext

from .calendar_months import end_of, later, month_of
from .labels import MONTH_LABELS, MONTH_TONES
from .models import CONFIRMED, Month
from .month_desk import due_on, holders
from .services.month_figures import FIGURES, Gaps, figures_of, gaps, order_totals
from .services.months import STEPS, due_steps, is_collected, month_row, month_rows, state_of, why_not

TITLES: dict[str, Any] = {
    "order_amount": _l("Order amount"),
    "order_count": _l("Number of orders"),
    "profit": _l("Gross profit"),
    "without_profit": _l("Orders without cost or profit"),
    "invoiced": _l("Invoiced, with tax"),
    "received": _l("Money received"),
    "due": _l("Due in the month"),
    "collected": _l("Collected of it"),
    "collection_rate": _l("Collection rate"),
    "overdue": _l("Overdue at the end of the month"),
    "held": _l("Stock held"),
    "dead": _l("Dead stock"),
    "dead_rate": _l("Dead-stock rate"),
    "shipped_cost": _l("Goods shipped, at cost"),
    "turnover": _l("Stock turnover rate"),
}
COUNTS, RATES = ("order_count", "without_profit"), ("collection_rate", "dead_rate", "turnover")
PARTS: dict[str, Any] = {
    "orders": _l("Orders: submitted by sales"),
    "money": _l("Collection and sales value: confirmed by finance"),
    "stock": _l("Stock: confirmed by inventory control"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A figure of a month beside that of the month before."""

    title: Any
    value: str
    before: str
    change: str
    url: str


# ── the list ────────────────────────────────────────────────────────────────────────────────────────────────────


def list_rows(year: int) -> list[dict[str, Any]]:
    """The months of a year up to the present one, the latest first. What is recorded is read in one statement."""
    today = clock.today()
    months = [date(year, place, 1) for place in range(12, 0, -1) if date(year, place, 1) <= today]
    if not months:
        return []
    rows, recorded = month_rows(months[-1], months[0]), order_totals(months[-1], end_of(months[0]))
    people = {step.key: ", ".join(user.name for user in holders(step)) for step in STEPS.values()}
    return [_list_row(month, rows.get(month), recorded.get(month, (0, 0, 0)), people) for month in months]


def _list_row(month: date, row: Month | None, recorded: tuple[int, int, int], people: dict[str, str]) -> dict[str, Any]:
    kept = (row.figures if row is not None else {}).get("orders")
    amount, count, profit = (
        (kept["order_amount"], kept["order_count"], kept["profit"]) if kept is not None else recorded
    )
    steps = due_steps(row) if is_collected(month) else []
    due = min((due_on(month, step) for step in steps), default=None)
    names = dict.fromkeys(people[step.key] or str(step.title) for step in steps)
    return {
        "month": month,
        "name": f"{month:%Y-%m}",
        "state": chip_of(month, row),
        "amount": amount,
        "count": count,
        "profit": profit,
        "differs": kept is not None and (amount, count, profit) != recorded,
        "desk": "; ".join(names),
        "next": "; ".join(str(step.title) for step in steps),
        "due": due,
        "late": due is not None and due < clock.today(),
    }


def chip_of(month: date, row: Month | None) -> tuple[Any, str]:
    """The state of a month in words, and its tone."""
    if row is None and not is_collected(month):
        is_over = end_of(month) < clock.today()
        return (_("Counts as recorded"), "gray") if is_over else (str(lazy_pgettext("month", "Running")), "blue")
    state = state_of(row)
    return MONTH_LABELS[state], MONTH_TONES[state]


# ── a month ─────────────────────────────────────────────────────────────────────────────────────────────────────


def step_items(month: date, row: Month | None) -> list[dict[str, Any]]:
    """The steps with who and when, or until when."""
    turn = due_steps(row) if is_collected(month) else []
    items = []
    for step in STEPS.values():
        at = getattr(row, f"{step.signs}_at") if row is not None else None
        if at is not None:
            note = f"{person_named(getattr(row, f'{step.signs}_by'))} {instant(at)}"
        else:
            note = _("by %(day)s", day=day(due_on(month, step)))
        items.append(
            {"title": step.title, "note": note, "state": "done" if at else "current" if step in turn else "todo"}
        )
    done = row is not None and row.state == CONFIRMED
    note = instant(row.confirmed_at) if row is not None and row.confirmed_at else ""
    return [*items, {"title": _("Confirmed"), "note": note, "state": "done" if done else "todo"}]


def whose_turn(month: date, row: Month | None) -> str:
    """What is next, and who can do it, in words."""
    if state_of(row) == CONFIRMED:
        return _("Confirmed: what comes in later is held against it and changes nothing until it is opened again.")
    if not is_collected(month):
        if end_of(month) >= clock.today():
            return _("The month is not over yet; it can be submitted from %(day)s on.", day=later(month, 1))
        return _("Before the first month that is confirmed: its rows count as recorded.")
    parts = []
    for step in due_steps(row):
        people = [user.name for user in holders(step) if not why_not(month, row, step, user)]
        who = ", ".join(people) or _("nobody: give somebody the right under Roles")
        parts.append(_("%(step)s: %(who)s", step=step.title, who=who))
    return "; ".join(parts)


def my_steps(month: date, row: Month | None) -> list[Any]:
    """The steps that the acting person can do now."""
    return [step for step in due_steps(row) if not why_not(month, row, step, acting_user())]


def figure_groups(month: date, row: Month | None) -> list[dict[str, Any]]:
    """The figures by who vouches for them, beside the month before."""
    now, before = figures_of(month, row), _before(month)
    return [
        {
            "title": PARTS[step],
            "kept": row is not None and step in row.figures,
            "lines": [_line(key, now[step].get(key), before[step].get(key), month) for key in keys],
        }
        for step, keys in FIGURES.items()
    ]


def _before(month: date) -> dict[str, dict[str, int | None]]:
    previous = later(month, -1)
    return figures_of(previous, month_row(previous))


def _line(key: str, value: int | None, before: int | None, month: date) -> Line:
    change = "—"
    if value is not None and before is not None and value != before:
        difference = value - before
        sign = "+" if difference > 0 else ""
        if key in RATES:
            change = _("%(change)s points", change=sign + ppm(difference).rstrip("%"))
        elif before > 0:
            change = sign + ppm(ratio(difference, before))
        else:
            change = sign + shown(key, difference)
    return Line(TITLES[key], shown(key, value), shown(key, before), change, rows_behind(key, month))


def shown(key: str, value: int | None) -> str:
    """A figure as people read it."""
    return number(value) if key in COUNTS else ppm(value) if key in RATES else money(value)


def rows_behind(key: str, month: date) -> str:
    """The list of the records behind a figure, those that the reader sees."""
    spans = {
        "order_date": ("trade.index", ("order_amount", "order_count", "profit", "without_profit")),
        "happened_on": ("trade.invoices", ("invoiced",)),
        "due_on": ("trade.invoices", ("due", "collected", "collection_rate")),
        "shipped_date": ("trade.index", ("shipped_cost",)),
    }
    for column, (endpoint, keys) in spans.items():
        if key in keys:
            by_day = {f"from.{column}": str(month), f"to.{column}": str(end_of(month))}
            return url_for(endpoint, **by_day)  # type: ignore[arg-type]
    if key == "received":
        by_day = {"from.happened_on": str(month), "to.happened_on": str(end_of(month))}
        return url_for("trade.receipts", **by_day)  # type: ignore[arg-type]
    if key == "overdue":
        return url_for("trade.invoices", **{"to.due_on": str(end_of(month))})  # type: ignore[arg-type]
    span = {"from.month": str(month), "to.month": str(end_of(month))}
    return url_for("trade.stocks", **span)  # type: ignore[arg-type]


def missing(month: date, row: Month | None) -> list[tuple[str, str]]:
    """What a month lacks, in words, with the list where it can be mended."""
    if state_of(row) == CONFIRMED:
        return []
    return _gap_words(gaps(month), month, row)


def _gap_words(found: Gaps, month: date, row: Month | None) -> list[tuple[str, str]]:
    kept = row.figures if row is not None else {}
    texts: list[tuple[str, str]] = []
    if found.without_profit and "orders" not in kept:
        text = ngettext("%(num)s order has neither cost nor profit", "%(num)s orders have neither cost nor profit",
                        found.without_profit)  # fmt: skip
        texts.append((str(text), rows_behind("profit", month)))
    if found.not_invoiced and "money" not in kept:
        text = ngettext("%(num)s shipment has no invoice", "%(num)s shipments have no invoice", found.not_invoiced)
        span = {"from.happened_on": str(month), "to.happened_on": str(end_of(month))}
        texts.append((str(text), url_for("trade.shipments", **span)))  # type: ignore[arg-type]
    if found.on_account and "money" not in kept:
        text = ngettext("%(num)s receipt is not matched in full", "%(num)s receipts are not matched in full",
                        found.on_account)  # fmt: skip
        texts.append((str(text), rows_behind("received", month)))
    if found.no_stock and "stock" not in kept:
        texts.append((_("No stock was entered"), rows_behind("held", month)))
    return texts


def years() -> tuple[int, int]:
    """The present year and the one that a page shows at first: in January there is nothing yet to see."""
    this = month_of(clock.today())
    return this.year, later(this, -1).year
