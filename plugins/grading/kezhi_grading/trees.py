"""Read the rule of a grade: its tree of conditions (GRD-03). The format is ``docs/authors/schemes.md``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezhi.contributions import Unit

from .conditions import Around, Bound, Condition, Missing, Tree, Window
from .quantities import PERCENTAGE_POINT
from .rules import read_value
from .scheme import Criterion
from .table import MISSING, Table
from .words import _

MOST_PARTS, MOST_DEPTH = 20, 4
MOST_YEARS, MOST_MONTHS = 10, 36
DEFAULT_TOLERANCE = 5 * PERCENTAGE_POINT  #: of a rate
WHEN_MISSING = ("fails", "exclude", "ungradable")
LOWER, UPPER = ("from", "above"), ("to", "below")


def read_tree(table: Table, criteria: Mapping[str, Criterion], currency: str, depth: int = 1) -> Tree | None:
    """The ``all`` or ``any`` of a grade, or of a part of another tree."""
    given = [kind for kind in ("all", "any") if kind in table.data]
    table.seen.update(("all", "any"))
    if len(given) != 1:
        table.problem(_("say when the grade is given, with either “all” or “any” and a list of conditions"))
        return None
    if depth > MOST_DEPTH:
        table.problem(_("more than %(most)s lists stand in each other; write the rule flatter", most=MOST_DEPTH))
        return None
    kind: Any = given[0]
    entries = table.tables(kind, 1, MOST_PARTS)
    parts = [_part(entry, criteria, currency, depth) for entry in entries]
    return Tree(kind, tuple(part for part in parts if part is not None)) if all(parts) and parts else None


def _part(entry: Table, criteria: Mapping[str, Criterion], currency: str, depth: int) -> Tree | Condition | None:
    if "all" in entry.data or "any" in entry.data:
        tree = read_tree(entry, criteria, currency, depth + 1)
        entry.finish()
        return tree
    condition = _condition(entry, criteria, currency)
    entry.finish()
    return condition


def _condition(entry: Table, criteria: Mapping[str, Criterion], currency: str) -> Condition | None:
    key = entry.text("criterion", required=True)
    criterion = criteria.get(key)
    if key and criterion is None:
        known = ", ".join(criteria)
        entry.problem(
            _("“%(key)s” is not listed under [[criteria]]; add it there or write one of: %(known)s",
              key=key[:40], known=known),
            "criterion",
        )  # fmt: skip
    unit: Unit = criterion.unit if criterion else "count"
    missing: Missing = criterion.missing if criterion else "fails"
    own: Any = entry.choice("missing", WHEN_MISSING, "")
    window = _window(entry)
    found = _range(entry, unit, currency, criterion is not None)
    if criterion is None or found is None:
        return None
    low, high, around = found
    return Condition(criterion.key, low, high, around, window, own or missing)


def _window(entry: Table) -> Window | None:
    given = [unit for unit in ("years", "months") if unit in entry.data]
    if len(given) > 1:
        entry.seen.update(given)
        entry.problem(_("a condition looks back over either years or months; write two conditions for both"))
        return None
    if not given:
        entry.seen.update(("years", "months"))
        return None
    unit: Any = given[0]
    return Window(unit, entry.integer(unit, 1, MOST_YEARS if unit == "years" else MOST_MONTHS, 1))


Range = tuple[Bound | None, Bound | None, Around | None]


def _range(entry: Table, unit: Unit, currency: str, known: bool) -> Range | None:
    """From where to where a figure meets the condition. Without a known unit only the keys are checked."""
    lower = [key for key in LOWER if key in entry.data]
    upper = [key for key in UPPER if key in entry.data]
    entry.seen.update((*LOWER, *UPPER, "around", "tolerance"))
    if "around" in entry.data:
        if lower or upper:
            entry.problem(_("“around” stands without other bounds; leave them out, or write “from” and “to” instead"))
            return None
        return _around(entry, unit, currency) if known else None
    if "tolerance" in entry.data:
        entry.problem(_("belongs to “around”; add that or leave it out"), "tolerance")
        return None
    if len(lower) > 1 or len(upper) > 1 or not (lower or upper):
        entry.problem(
            _("say which figures meet it: at most one of “from” (≥) and “above” (>), at most one of “to” (≤) and "
              "“below” (<), or “around”")
        )  # fmt: skip
        return None
    if not known:
        return None
    low, high = _bound(entry, lower, "from", unit, currency), _bound(entry, upper, "to", unit, currency)
    if (lower and low is None) or (upper and high is None):
        return None
    if low and high and (low.value > high.value or (low.value == high.value and not (low.closed and high.closed))):
        entry.problem(_("no figure lies between these bounds; the first must be the smaller one"))
        return None
    return low, high, None


def _bound(entry: Table, given: list[str], closed: str, unit: Unit, currency: str) -> Bound | None:
    if not given:
        return None
    value = read_value(entry, given[0], entry.take(given[0]), unit, currency)
    return None if value is None else Bound(value, given[0] == closed)


def _around(entry: Table, unit: Unit, currency: str) -> Range | None:
    if unit == "date":
        entry.problem(_("a day has no surroundings; write “from” and “to”"), "around")
        return None
    rate = read_value(entry, "around", entry.take("around"), unit, currency)
    raw = entry.take("tolerance")
    if raw is MISSING and unit != "ratio":
        entry.problem(_("is missing; only a ratio has a usual tolerance, of 5 percentage points"), "tolerance")
        return None
    tolerance = DEFAULT_TOLERANCE if raw is MISSING else read_value(entry, "tolerance", raw, unit, currency)
    if rate is None or tolerance is None:
        return None
    if tolerance < 0:
        entry.problem(_("write a figure from 0 up"), "tolerance")
        return None
    return None, None, Around(rate, tolerance)
