"""What the figures of a grading run rest on: all recorded rows, or confirmed months and which were missing (TRD-03)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import force_locale

from kezhi import Period
from kezhi.i18n import CHINESE, _

from .calendar_months import months_between
from .metrics.orders import order_metrics
from .metrics.periods import earlier, last_year, three_years_earlier, twelve_months
from .metrics.receivables import receivable_metrics
from .metrics.stock import stock_metrics
from .models import CONFIRMED
from .services.months import month_rows
from .services.rows import first_month, is_confirmed_only

#: Which spans of days a metric reads beside or instead of the period itself.
READS: dict[str, tuple[Callable[[Period], Period], ...]] = {
    "order_amount_before": (earlier,),
    "order_amount_year": (last_year,),
    "order_amount_12m": (twelve_months,),
    "growth": (lambda period: period, earlier),
    "growth_3y": (lambda period: period, three_years_earlier),
    "continuity": (twelve_months,),
}


def basis(spans: Mapping[str, Sequence[Period]]) -> list[dict[str, Any]]:
    """What the metrics of this app rest on; empty where none of them is read."""
    own = {metric.key for make in (order_metrics, receivable_metrics, stock_metrics) for metric in make()}
    read = {key: periods for key, periods in spans.items() if key in own}
    if not read:
        return []
    if not is_confirmed_only():
        return [{"text": _both(_recorded), "confirmed": False, "missing": []}]
    months, first = _months(read), first_month()
    wanted = [month for month in months if first is None or month >= first]
    rows = month_rows(wanted[0], wanted[-1]) if wanted else {}
    missing = [f"{month:%Y-%m}" for month in wanted if month not in rows or rows[month].state != CONFIRMED]
    before = first is not None and bool(months) and months[0] < first
    since = f"{first:%Y-%m}" if before and first else ""
    text = _both(lambda: _confirmed(len(months), missing, since))
    return [{"text": text, "confirmed": True, "missing": missing}]


def _months(read: Mapping[str, Sequence[Period]]) -> list[date]:
    found: set[date] = set()
    for key, periods in read.items():
        for span in READS.get(key.removeprefix("trade."), (lambda period: period,)):
            for period in map(span, periods):
                found.update(months_between(period.start, period.end))
    return sorted(found)


def _both(sentence: Callable[[], str]) -> dict[str, str]:
    found = {}
    for name, locale in (("zh", CHINESE), ("en", "en")):
        with force_locale(locale):
            found[name] = sentence()
    return found


def _recorded() -> str:
    return str(_("Trade figures count all recorded rows: the company runs without monthly confirmation."))


def _confirmed(count: int, missing: list[str], first: str) -> str:
    if missing:
        text = _("Trade figures count confirmed months only. Of %(count)s months read these were not confirmed and do "
                 "not count: %(missing)s.", count=count, missing=", ".join(missing))  # fmt: skip
    else:
        text = _("Trade figures count confirmed months only; of %(count)s months read none was missing.", count=count)
    if not first:
        return str(text)
    before = _("Months before %(month)s count as recorded.", month=first)  # Babel finds nothing inside of an f-string
    return f"{text}{'' if text.endswith('。') else ' '}{before}"
