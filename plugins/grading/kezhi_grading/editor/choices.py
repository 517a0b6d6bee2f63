"""What the fields of the editor offer, in the words of the reader."""

from __future__ import annotations

from typing import Any

from kezhi import localised, money
from kezhi.builtin.approvals.roles import every_role, role_title
from kezhi.builtin.customers.services.lists import all_entries
from kezhi.metrics import all_metrics

from ..scheme import THRESHOLD
from ..words import _
from .changes import METRIC
from .differences import tone_names
from .shape import Draft

Options = list[tuple[str, str]]


def choices(draft: Draft, currency: str) -> dict[str, Any]:
    """Every list of options of the page."""
    provided = all_metrics()
    units = unit_names()
    metrics = sorted(
        ((key, f"{metric.title} ({units[metric.unit]})") for key, metric in provided.items()), key=lambda each: each[1]
    )
    figures = [(each["key"], one_title(each)) for each in draft["criteria"]]
    read = {each["metric"] for each in draft["criteria"]}
    return {
        "metrics": metrics,
        "provided": set(provided),
        "figures": figures,
        "more_figures": [(f"{METRIC}{key}", title) for key, title in metrics if key not in read],
        "units": {each["key"]: unit_sign(each["unit"], currency) for each in draft["criteria"]},
        "groups": [(each["key"], one_title(each) or each["key"]) for each in draft["groups"]],
        "missing": _missing(draft["method"]),
        "rules": [("interpolate", _("straight lines between values")), ("bands", _("bands")),
                  ("rank", _("equal parts by rank"))],
        "better": [("higher", _("higher is better")), ("lower", _("lower is better"))],
        "signs": [("from", "≥"), ("above", ">")],
        "tones": list(tone_names().items()),
        "scales": [("normalised", _("0 to 100, weights add up to 100 %")),
                   ("weighted-sum", _("sum of points × weight"))],
        "roles": sorted(((key, role_title(key)) for key in every_role()), key=lambda each: each[1]),
        "kinds": [("all", _("when all of these hold")), ("any", _("when any of these holds")),
                  ("rest", _("all others"))],
        "operators": [("from", "≥"), ("above", ">"), ("to", "≤"), ("below", "<"), ("from-to", "≥ … ≤"),
                      ("from-below", "≥ … <"), ("above-to", "> … ≤"), ("above-below", "> … <"), ("around", "±")],
        "windows": [("", _("in the period")), ("years", _("in the last years")),
                    ("months", _("in the last months"))],
        "business_types": _entries("business_type", draft["business_types"]),
        "stages": _entries("stage", draft["stages"]),
    }  # fmt: skip


def one_title(each: Draft) -> str:
    """The name of a row in the present language, in the other one where it has none."""
    return localised({"zh": each["zh"] or each["en"], "en": each["en"] or each["zh"]})


def _missing(method: str) -> Options:
    common = [("exclude", _("leave out and re-weight")), ("ungradable", _("not gradable"))]
    if method == THRESHOLD:
        return [("fails", _("the condition fails")), ("exclude", _("left out")), ("ungradable", _("not gradable"))]
    return [*common, ("lowest", _("lowest points"))]


def _entries(name: str, chosen: list[str]) -> Options:
    """The entries of a list of the company; what is chosen is offered although no list has it."""
    found = [
        (entry["key"], localised(entry))
        for entry in all_entries(name)
        if entry["retired_at"] is None or entry["key"] in chosen
    ]
    known = {key for key, _title in found}
    return [*found, *((key, key) for key in chosen if key not in known)]


def unit_names() -> dict[str, str]:
    """The units of figures."""
    return {
        "money": _("amount"), "ratio": _("per cent"), "count": _("number"), "days": _("days"), "years": _("years"),
        "date": _("day"), "points": _("points"),
    }  # fmt: skip


def unit_sign(unit: str, currency: str) -> str:
    """What stands behind a figure of a unit."""
    if unit == "money":
        return money.display(0, currency).rstrip("0.").strip() or currency
    return {"ratio": "%", "days": _("days"), "years": _("years")}.get(unit, "")
