"""Schemes as score cards for other apps: the newest version of each, judged now, without a run or a publication."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

from kezhi import Period, clock
from kezhi.builtin.customers.contributions import ScoreCard, Scored, ScoreLine
from kezhi.i18n import in_both_languages

from .editor.preview import explanation_by_draft
from .models import SchemeVersion
from .pages import percent
from .scheme import weight_text
from .services.explanation import Explanation, Line, rule_sentence
from .services.schemes import check_metrics, check_population, latest_versions, scheme_of


class _Said:
    """The rule that fired, in whatever language it is asked for."""

    def __init__(self, found: Explanation) -> None:
        self.found = found

    def __str__(self) -> str:
        return rule_sentence(self.found)


def score_cards() -> list[ScoreCard]:
    """One per scheme. A scheme that serves another app alone is never run here, so that it gives nobody a grade."""
    return [
        ScoreCard(
            version.key, _title(version.title), version.version,
            tuple(grade.key for grade in scheme_of(version).grades), partial(_score, version),
        )
        for version in latest_versions()
    ]  # fmt: skip


def _title(title: Mapping[str, str]) -> dict[str, str]:
    return {str(key): str(text) for key, text in title.items()}


def _score(version: SchemeVersion, customer_id: int) -> Scored | None:
    """Errors: ``SchemeRefused`` for a figure that no app provides, or a list entry that there is not."""
    scheme = scheme_of(version)
    check_metrics(scheme)
    check_population(scheme)
    period = months_to(clock.today(), scheme.period_months)
    found = explanation_by_draft(scheme, version.currency, customer_id, period)
    if found is None:
        return None
    lines = tuple(_line(found, line) for line in found.lines)
    rule = in_both_languages(_Said(found))
    return Scored(period.start, period.end, found.result.score, found.result.grade, rule, lines)


def months_to(day: date, months: int) -> Period:
    """So many months up to a day: a score card is judged as things are now, not by full months."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    start = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    return Period(start + timedelta(days=1), day)


def _line(found: Explanation, line: Line) -> ScoreLine:
    """A criterion; threshold rules give no points."""
    criterion, scheme = line.criterion, found.scheme
    weight = weight_text(criterion.weight, scheme.scale)
    share = percent(int(Fraction(criterion.weight) * 1000)) if scheme.scale == "normalised" else weight
    return ScoreLine(
        criterion.metric, _title(criterion.title), criterion.unit, line.value, "" if scheme.is_threshold else share,
        None if scheme.is_threshold else line.points, line.contribution, line.missing or "",
    )  # fmt: skip
