"""In which points two schemes differ, in words: what a what-if changed."""

from __future__ import annotations

from kezhi import localised

from .scheme import Criterion, Scheme, plain, weight_text
from .scheme_pages import rule_words
from .services.explanation import words_of_population
from .services.reasons import rule_outline
from .words import _

Difference = tuple[str, str, str]


def differences(old: Scheme, new: Scheme, currency: str) -> list[Difference]:
    """``(what, before, now)`` for population, criteria and grades; an empty text where one side has none."""
    found: list[Difference] = []
    if old.population != new.population:
        found.append((_("Customers"), words_of_population(old.population), words_of_population(new.population)))
    before, now = ({c.key: c for c in scheme.criteria} for scheme in (old, new))
    for key in dict.fromkeys([*before, *now]):
        found += _of_criterion(before.get(key), now.get(key), old, new, currency)
    return found + _of_grades(old, new, currency)


def _of_criterion(
    old: Criterion | None, new: Criterion | None, before: Scheme, now: Scheme, currency: str
) -> list[Difference]:
    if old is None or new is None:
        there = old or new
        assert there is not None
        title = localised(there.title)
        return [(_("Criterion"), title if old else "", title if new else "")]
    title, found = localised(new.title), list[Difference]()
    weights = [weight_text(c.weight, scheme.scale) for c, scheme in ((old, before), (new, now))]
    if weights[0] != weights[1]:
        found.append((_("Weight of “%(criterion)s”", criterion=title), weights[0], weights[1]))
    if old.rule != new.rule:
        texts = ["; ".join(rule_words(criterion, currency)) for criterion in (old, new)]
        found.append((_("Points of “%(criterion)s”", criterion=title), texts[0], texts[1]))
    if old.metric != new.metric:
        found.append((_("Figure of “%(criterion)s”", criterion=title), old.metric, new.metric))
    if old.missing != new.missing:
        words = {"exclude": _("leave out and re-weight"), "lowest": _("lowest points"),
                 "ungradable": _("not gradable"), "fails": _("the condition fails")}  # fmt: skip
        found.append((_("“%(criterion)s” without a figure", criterion=title), words[old.missing], words[new.missing]))
    return found


def _of_grades(old: Scheme, new: Scheme, currency: str) -> list[Difference]:
    before, now = _texts(old, currency), _texts(new, currency)
    return [
        (_("Grade %(grade)s", grade=key), before.get(key, ""), now.get(key, ""))
        for key in dict.fromkeys([*before, *now])
        if before.get(key) != now.get(key)
    ]


def _texts(scheme: Scheme, currency: str) -> dict[str, str]:
    """What each grade asks for."""
    if not scheme.is_threshold:
        return {g.key: f"≥ {plain(g.bound.value)}" if g.bound else _("the rest") for g in scheme.grades}
    return {
        entry["grade"].key: "; ".join(row["text"] for row in entry["rows"]) or _("the rest")
        for entry in rule_outline(scheme, currency)
    }
