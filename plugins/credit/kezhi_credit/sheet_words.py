"""How a kept rating sheet reads, in the language of whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kezhi import localised
from kezhi.i18n import _
from kezhi.money import display

from .labels import JUDGEMENT_LABELS
from .metrics import FINDING
from .models import JUDGED_POINTS
from .quantities import shown
from .services.scoring import plain


def rule_said(content: Mapping[str, Any]) -> str:
    """The sentence of the score: how the class follows, or why none does."""
    judged = content["judged"]
    return localised(judged["rule"]) or localised(judged["problem"])


def card_said(content: Mapping[str, Any]) -> str:
    """By which card and version, over which days."""
    judged = content["judged"]
    text = _("%(card)s, version %(version)s", card=localised(judged["title"]), version=judged["version"])
    return f"{text} · {judged['start']} – {judged['end']}" if judged["start"] else str(text)


def lines_said(content: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every criterion: its figure, points, weight and contribution; what is missing is named."""
    return [
        {
            "title": localised(line["title"]),
            "value": _value(line),
            "points": "—" if line["points"] is None else plain(line["points"]),
            "weight": line["weight"],
            "contribution": "—" if line["contribution"] is None else plain(line["contribution"]),
            "note": _missing(line),
        }
        for line in content["judged"]["lines"]
    ]


def _value(line: Mapping[str, Any]) -> str:
    if line["value"] is not None and line["metric"].startswith(FINDING):
        word = next((key for key, points in JUDGED_POINTS.items() if points == line["value"]), None)
        if word is not None:
            return str(JUDGEMENT_LABELS[word])
    return shown(line["value"], line["unit"])


def _missing(line: Mapping[str, Any]) -> str:
    if line["value"] is not None or not line["missing"]:
        return ""
    why = _("no figure") if line["provided"] else _("no enabled app provides it")
    treated = {
        "excluded": _("its weight counts for the others"),
        "lowest": _("lowest points"),
        "ungradable": _("no class without it"),
        "failed": _("its condition is not met"),
    }
    return _("%(why)s: %(done)s", why=why, done=treated[line["missing"]])


def facts_said(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Limit, exposure and what is overdue, as they stood; what is unknown is said to be."""
    facts, money = content["facts"], content["currency"]

    def amount(name: str) -> str:
        return _("Unknown") if facts[name] is None else display(facts[name], money, cents=False)

    found = [(_("Class at present"), content["class"] or _("Not rated")), (_("Credit limit"), amount("limit")),
             (_("Used"), amount("used")), (_("Open receivables"), amount("receivables")),
             (_("Amount overdue"), amount("overdue"))]  # fmt: skip
    if facts["overdue"]:
        found.append((_("Days overdue"), str(facts["overdue_days_max"])))
    return found
