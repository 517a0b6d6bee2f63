"""Two versions of a scheme, compared in words."""

from __future__ import annotations

from typing import Any

from kezhi import localised
from kezhi.builtin.approvals.roles import role_title
from kezhi.metrics import all_metrics

from ..scheme import Scheme, Service
from ..scheme_pages import criterion_row
from ..services.explanation import words_of_population
from ..services.reasons import rule_outline
from ..words import _

#: of what (the scheme, a criterion or grade by its key) and which line: what to call it, and its words
Words = dict[tuple[str, str], tuple[str, str]]


def differences(old: tuple[Scheme, str], new: tuple[Scheme, str]) -> list[dict[str, str]]:
    """What differs between two schemes with their currencies, in the order of the new one; old-only lines follow."""
    before, after = words_of(*old), words_of(*new)
    keys = [*after, *(key for key in before if key not in after)]
    found = [(key[1], before.get(key, ("", "")), after.get(key, ("", ""))) for key in keys]
    return [
        {"about": one[0] or other[0], "what": what, "old": other[1], "new": one[1]}
        for what, other, one in found
        if other[1] != one[1]
    ]


def service_words(service: Service | None) -> str:
    """What a grade promises as a service tier; empty when it promises nothing."""
    if service is None:
        return ""
    hours = _("%(hours)s hours of service a day", hours=service.hours)
    return "; ".join((hours, _("dedicated account manager"))) if service.dedicated else hours


def words_of(scheme: Scheme, currency: str) -> Words:
    """Everything that a scheme says, a line each."""
    found: Words = _lines("", _("Scheme"), _scheme(scheme))
    provided = all_metrics()
    for criterion in scheme.criteria:
        row: Any = criterion_row(criterion, currency, scheme, provided)
        lines = {
            _("Name"): _both(criterion.title),
            _("Metric"): row["metric"],
            _("Group"): row["group"],
            _("Missing data"): row["missing"],
            _("Optional"): _("yes") if row["optional"] else _("no"),
            _("Read on the day on which grades take effect"): _("yes") if criterion.effective else _("no"),
        }
        if not scheme.is_threshold:
            lines |= {_("Weight"): row["weight"], _("Points"): "; ".join(row["rule"])}
        found |= _lines(f"criterion {criterion.key}", _("Criterion “%(title)s”", title=row["title"]), lines)
    outlines = {rule["grade"].key: rule["rows"] for rule in rule_outline(scheme, currency)}
    for grade in scheme.grades:
        lines = {
            _("Name"): _both(grade.title),
            _("Colour"): tone_names()[grade.tone],
            _("Description"): _both(grade.description or {}),
            _("Service"): service_words(grade.service),
        }
        if scheme.is_threshold:
            lines[_("Rule")] = _outline(outlines[grade.key])
        else:
            lines[_("Scores")] = scheme.interval(grade.key)
        found |= _lines(f"grade {grade.key}", _("Grade %(grade)s", grade=grade.key), lines)
    return found


def _lines(about: str, title: str, lines: dict[str, str]) -> Words:
    return {(about, what): (title, text) for what, text in lines.items()}


def _scheme(scheme: Scheme) -> dict[str, str]:
    found = {
        _("Name"): _both(scheme.title),
        _("Description"): _both(scheme.description),
        _("Population"): words_of_population(scheme.population),
        _("Period"): _("last %(months)s full months", months=scheme.period_months),
        _("Review"): _("every %(months)s months", months=scheme.review_months),
        _("Workflow"): " → ".join(f"{localised(s.title)} ({role_title(s.role)})" for s in scheme.steps),
        _("Grades"): " > ".join(grade.key for grade in scheme.grades),
        _("Criteria"): " · ".join(localised(criterion.title) for criterion in scheme.criteria),
        # a stored scheme does not keep the order of its groups, which says nothing either
        _("Groups"): " · ".join(sorted(localised(title) for title in scheme.groups.values())),
    }
    if scheme.is_threshold:
        return found | {_("Order of the tests"): " → ".join(scheme.tests)}
    return found | {_("Scale"): _("normalised") if scheme.scale == "normalised" else _("weighted sum")}


def _both(title: Any) -> str:
    """Both languages, once where they are alike."""
    texts = [title[language] for language in sorted(title, reverse=True)]  # Chinese first, however it was stored
    return " / ".join(dict.fromkeys(text for text in texts if text))


def _outline(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return _("all others")
    return "\n".join(
        f"{'  ' * row['depth']}{row['text']}{' – ' + row['missing'] if row['missing'] else ''}" for row in rows
    )


def tone_names() -> dict[str, str]:
    """The colours that a grade may have."""
    return {
        "green": _("green"), "teal": _("teal"), "blue": _("blue"), "indigo": _("indigo"), "violet": _("violet"),
        "pink": _("pink"), "red": _("red"), "orange": _("orange"), "amber": _("amber"), "gray": _("gray"),
    }  # fmt: skip
