"""Read how a criterion's values become points: bands, interpolation or ranking, and its weight."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from kezhi.contributions import Unit

from .quantities import read_decimal, read_quantity
from .scheme import Anchor, Band, Bands, Better, Bound, Interpolation, Ranking, Rule
from .table import MISSING, Table
from .words import _

MOST_STEPS = 50
MOST_PARTS = 100
LARGEST_POINTS = 1_000_000  #: in thousandths: 1,000 points on a scale of the scheme's own
LARGEST_WEIGHT = 10_000
RATIO = re.compile(r"([0-9]{1,5})\s*/\s*([0-9]{1,5})")
FALLBACK = Bands((Band(0),))


def read_weight(table: Table, scale: str) -> Fraction:
    """An integer (per cent, or a factor in a weighted sum) or a ratio of integers in quotes."""
    raw = table.take("weight")
    value: Fraction | None = None
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw <= LARGEST_WEIGHT:
        value = Fraction(raw, 100 if scale == "normalised" else 1)
    elif isinstance(raw, str) and (match := RATIO.fullmatch(raw.strip())):
        top, bottom = int(match[1]), int(match[2])
        if 0 < top <= LARGEST_WEIGHT and 0 < bottom <= LARGEST_WEIGHT:
            value = Fraction(top, bottom)
    if value is None:
        table.problem(_('write a whole number above 0, or a ratio in quotes like "1/3"'), "weight")
        table.problems.weights_unread = True
        return Fraction(1)
    return value


def read_points(table: Table, key: str, raw: object) -> int:
    """Points in thousandths."""
    if raw is MISSING:
        table.problem(_("is missing; add it"), key)
        return 0
    try:
        value = read_decimal(raw, 3)
    except ValueError as error:
        table.problem(_("“%(value)s”: %(reason)s", value=str(raw)[:40], reason=str(error)), key)
        return 0
    if abs(value) > LARGEST_POINTS:
        table.problem(_("points go up to %(limit)s", limit="1,000"), key)
        return 0
    return value


def read_value(table: Table, key: str, raw: object, unit: Unit, currency: str) -> int | None:
    """A figure in the integer form of its unit."""
    if raw is MISSING:
        table.problem(_("is missing; add it"), key)
        return None
    try:
        return read_quantity(raw, unit, currency)
    except ValueError as error:
        table.problem(_("“%(value)s”: %(reason)s", value=str(raw)[:40], reason=str(error)), key)
        return None


def read_rule(table: Table, unit: Unit, scale: str, currency: str) -> Rule:
    """The one rule of a criterion."""
    given = [key for key in ("bands", "interpolate", "rank") if key in table.data]
    table.seen.update(("bands", "interpolate", "rank"))
    if len(given) != 1:
        table.problem(_("say how values become points, with one of: bands, interpolate, rank"))
        return FALLBACK
    rule: Rule
    if given == ["bands"]:
        rule = _bands(table, unit, currency)
    elif given == ["interpolate"]:
        rule = _interpolation(table, unit, currency)
    else:
        rule = _ranking(table, scale)
    if scale == "normalised" and not all(0 <= points <= 100_000 for points in rule.possible):
        table.problem(_("on a normalised scale points run from 0 to 100"), given[0])
    return rule


def _bands(table: Table, unit: Unit, currency: str) -> Rule:
    entries = table.tables("bands", 2, MOST_STEPS)
    found: list[Band] = []
    for number, entry in enumerate(entries, 1):
        closed, opened = entry.take("from"), entry.take("above")
        points = read_points(entry, "points", entry.take("points"))
        entry.finish()
        bound = None
        if number == 1 and (closed, opened) != (MISSING, MISSING):
            entry.problem(_("the lowest band takes everything below the others; leave out its bound"))
        elif number > 1 and (closed is MISSING) == (opened is MISSING):
            entry.problem(_("say where the band begins, with either “from” (bound included) or “above” (excluded)"))
        elif number > 1:
            key, raw = ("from", closed) if closed is not MISSING else ("above", opened)
            value = read_value(entry, key, raw, unit, currency)
            before = found[-1].bound if found else None
            if value is not None and before is not None and value <= before.value:
                entry.problem(_("its bound is not above that of the band before it; list the bands from the lowest up"))
            bound = None if value is None else Bound(value, key == "from")
        found.append(Band(points, bound))
    return Bands(tuple(found)) if found else FALLBACK


def _interpolation(table: Table, unit: Unit, currency: str) -> Rule:
    found: list[Anchor] = []
    for entry in table.tables("interpolate", 2, MOST_STEPS):
        value = read_value(entry, "at", entry.take("at"), unit, currency)
        points = read_points(entry, "points", entry.take("points"))
        entry.finish()
        if value is None:
            continue
        if found and value <= found[-1].value:
            entry.problem(_("its value is not above that of the anchor before it; list the anchors from the lowest up"))
        found.append(Anchor(value, points))
    return Interpolation(tuple(found)) if found else FALLBACK


def _ranking(table: Table, scale: str) -> Rule:
    inner = table.table("rank")
    if inner is None:
        return FALLBACK
    parts = inner.integer("groups", 2, MOST_PARTS, 5)
    better: Any = inner.choice("better", ("higher", "lower"), "higher", required=True)
    raw = inner.take("points")
    inner.finish()
    return Ranking(_part_points(inner, raw, parts, scale), _better(better))


def _better(text: str) -> Better:
    return "lower" if text == "lower" else "higher"


def _part_points(inner: Table, raw: Any, parts: int, scale: str) -> tuple[int, ...]:
    counted = tuple(1000 * place for place in range(1, parts + 1))
    if raw is MISSING:
        if scale == "normalised":
            inner.problem(
                _("is missing; on a normalised scale list the points of the parts, from the worst to the best"),
                "points",
            )
            return (0,)
        return counted
    if not isinstance(raw, list) or len(raw) != parts:
        inner.problem(_("list the points of all %(parts)s parts, from the worst to the best", parts=parts), "points")
        return (0,)
    return tuple(read_points(inner, f"points[{number}]", entry) for number, entry in enumerate(raw, 1))
