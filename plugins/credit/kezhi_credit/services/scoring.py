"""What a customer's figures make of it: points, score, and the class that is suggested (CRD-01).

Integer arithmetic: points are thousandths, and a class is cut by multiplying across, before anything is divided. Where
the company has chosen a score card of another app, that one judges; without it the built-in card does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from kezhi import Period, Refused, clock, db, setting
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.contributions import Scored, ScoreLine
from kezhi.builtin.customers.services import score_cards
from kezhi.figures import divide, sql_int
from kezhi.i18n import in_both_languages, localised
from kezhi.metrics import all_metrics

from .cards import LOWEST, Card, Criterion, card_in_force
from .ratings import months_later
from .standing import CUSTOMERS

BUILT_IN, OTHER = "card", "scheme"
CARD_TITLE = _l("Score card of credit")


@dataclass(frozen=True, slots=True)
class Judged:
    """By which card a customer was judged, and what it says; ``problem`` says why it says nothing."""

    by: str
    key: str
    title: Mapping[str, str]
    version: int
    scored: Scored | None
    problem: Mapping[str, str]

    def as_data(self) -> dict[str, Any]:
        """What is kept with a rating sheet."""
        found, known = self.scored, all_metrics()
        lines = found.lines if found else ()
        return {
            "by": self.by,
            "key": self.key,
            "title": dict(self.title),
            "version": self.version,
            "problem": dict(self.problem),
            "start": found.start.isoformat() if found else "",
            "end": found.end.isoformat() if found else "",
            "score": found.score if found else None,
            "grade": found.grade if found else None,
            "rule": dict(found.rule) if found else {},
            "lines": [{**asdict(line), "title": dict(line.title), "provided": line.metric in known} for line in lines],
        }


def judge(customer_id: int) -> Judged:
    """Score a customer as things are now: by the chosen card of another app, else by the built-in one."""
    chosen = str(setting("credit", "score_scheme") or "")
    other = score_cards().get(chosen) if chosen else None
    if other is None:
        card = card_in_force()
        period = span_of(card.months, clock.today())
        scored = evaluate(card, figures_of(card, customer_id, period), period)
        problem = _l("The score card that the settings name is not there at present: the built-in one judges.")
        said = in_both_languages(problem) if chosen else {}
        return Judged(BUILT_IN, "", in_both_languages(CARD_TITLE), card.version, scored, said)
    try:
        found = other.score(customer_id)
    except Refused as error:
        return Judged(OTHER, chosen, other.title, other.version, None, in_both_languages(str(error)))
    outside = in_both_languages(_l("This score card does not judge this customer.")) if found is None else {}
    return Judged(OTHER, chosen, other.title, other.version, found, outside)


def span_of(months: int, day: date) -> Period:
    """So many months up to a day."""
    return Period(months_later(day, -months) + timedelta(days=1), day)


def figures_of(card: Card, customer_id: int, period: Period) -> dict[str, int | None]:
    """The figures that a card reads, of one customer, in one statement. What no app provides, or has no figure of the
    customer, is None: missing is not 0."""
    metrics = all_metrics()
    chosen = select(CUSTOMERS.c.id).where(CUSTOMERS.c.id == customer_id)
    read = [metrics[each.metric] for each in card.criteria if each.metric in metrics]
    source, columns = CUSTOMERS, []
    for place, metric in enumerate(read):
        given = metric.select(period, chosen).subquery(f"figure_{place}")
        whose, value = list(given.c)[:2]
        source = source.outerjoin(given, whose == CUSTOMERS.c.id)
        columns.append((value + sql_int(0)).label(f"v{place}"))
    if not columns:
        return {}
    row = db.session.execute(select(*columns).select_from(source).where(CUSTOMERS.c.id == customer_id)).one()
    return {
        metric.key: 0 if value is None and metric.no_rows == "zero" else None if value is None else int(value)
        for metric, value in zip(read, row, strict=True)
    }


@dataclass(frozen=True, slots=True)
class Weighed:
    """Points per criterion (None without a figure), the weight that has figures, the score, and the class."""

    points: tuple[int | None, ...]
    known: int
    score: int | None
    grade: str | None


def weigh(card: Card, values: Mapping[str, int | None]) -> Weighed:
    """Points by the bands, the score from those that have a figure, and the class by multiplying across."""
    points = tuple(_points(each, values.get(each.metric)) for each in card.criteria)
    counted = [(p, each.weight) for p, each in zip(points, card.criteria, strict=True) if p is not None]
    top, known = sum(p * weight for p, weight in counted), sum(weight for _p, weight in counted)
    score = divide(top, known) if known else None
    enough = known > 0 and known * 100 >= card.least * card.weight
    return Weighed(points, known, score, _class_of(card, top, known) if enough else None)


def evaluate(card: Card, values: Mapping[str, int | None], period: Period) -> Scored:
    """What the card says, with a line for each criterion."""
    found = weigh(card, values)
    lines = tuple(
        _line(each, values.get(each.metric), points, found.known, card.weight)
        for each, points in zip(card.criteria, found.points, strict=True)
    )
    return Scored(period.start, period.end, found.score, found.grade, _rule(card, found), lines)


def _points(criterion: Criterion, value: int | None) -> int | None:
    if value is None:
        return min(band.points for band in criterion.bands) if criterion.missing == LOWEST else None
    reached = [band.points for band in criterion.bands if band.bound is None or value >= band.bound]
    return reached[-1]


def _class_of(card: Card, top: int, known: int) -> str | None:
    return next((key for key, cut in card.cuts if cut is None or top >= cut * known), None)


def _line(criterion: Criterion, value: int | None, points: int | None, known: int, weight: int) -> ScoreLine:
    missing = "" if value is not None else "excluded" if points is None else "lowest"
    share = f"{plain(divide(criterion.weight * 100_000, weight))}%"
    contribution = None if points is None or not known else divide(points * criterion.weight, known)
    return ScoreLine(criterion.metric, criterion.title, criterion.unit, value, share, points, contribution, missing)


def _rule(card: Card, found: Weighed) -> dict[str, str]:
    """One sentence that says how the class follows."""
    score, grade, known = found.score, found.grade, found.known
    if score is None:
        return in_both_languages(_l("No class is suggested: no criterion has a figure."))
    if grade is None:
        return in_both_languages(
            _l(
                "No class is suggested: only %(known)s%% of the weight has figures, and the card asks for %(least)s%%.",
                known=divide(known * 100, card.weight),
                least=card.least,
            )
        )
    place = [key for key, _cut in card.cuts].index(grade)
    low, high = card.cuts[place][1], card.cuts[place - 1][1] if place else None
    values = {"score": plain(score), "grade": grade, "low": plain(low or 0), "high": plain(high or 0)}
    if high is None:
        text = _l("Score %(score)s is %(low)s or more: class %(grade)s.", **values)
    elif low is None:
        text = _l("Score %(score)s is below %(high)s: class %(grade)s.", **values)
    else:
        text = _l("Score %(score)s is %(low)s or more and below %(high)s: class %(grade)s.", **values)
    return in_both_languages(text)


def plain(thousandths: int) -> str:
    """Thousandths as a short decimal number: ``60``, ``79.5``."""
    whole, rest = divmod(abs(thousandths), 1000)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"−{text}" if thousandths < 0 else text


def line_title(line: Mapping[str, Any]) -> str:
    """How the present language calls a criterion of a kept sheet."""
    return localised(line["title"])
