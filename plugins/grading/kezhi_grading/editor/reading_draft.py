"""A draft read as a scheme, by the reader of the files: every problem at the field that it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kezhi.metrics import all_metrics

from ..conditions import WHEN_MISSING
from ..reading import GRADE_KEY, SCHEME_KEY, SchemeRefused, scheme_of_tables
from ..scheme import SCORE_CARD, THRESHOLD, Scheme
from ..services.schemes import check_metrics, check_population
from ..words import _
from .figures import weight_read, weight_written, written
from .places import name_of
from .shape import Draft

#: keys of the file for the one or two figures of a condition
OPERATORS: dict[str, tuple[str, ...]] = {
    "from": ("from",), "above": ("above",), "to": ("to",), "below": ("below",), "from-to": ("from", "to"),
    "above-to": ("above", "to"), "from-below": ("from", "below"), "above-below": ("above", "below"),
    "around": ("around", "tolerance"),
}  # fmt: skip
MISSING_BY_METHOD = {SCORE_CARD: ("exclude", "lowest", "ungradable"), THRESHOLD: tuple(WHEN_MISSING)}


@dataclass
class Errors:
    """Messages by the name of their field or row."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        self.found.setdefault(name, []).append(text)

    def number(self, name: str, text: str) -> str:
        """A figure that has to be there."""
        if not text:
            self.add(name, _("Write a number."))
        return text


def read_draft(draft: Draft, currency: str) -> tuple[Scheme | None, dict[str, list[str]]]:
    """The scheme, None with problems, and the messages by field. Amounts are in units of ``currency``."""
    errors = Errors()
    tables = tables_of_draft(draft, errors, {key: metric.unit for key, metric in all_metrics().items()})
    scheme = None
    try:
        scheme = scheme_of_tables(tables, currency=currency)
        check_metrics(scheme)
        check_population(scheme)
    except SchemeRefused as refused:
        own = set(errors.found)
        for problem in refused.places:
            name = name_of(problem.path, draft)
            if name not in own:
                errors.add(name, problem.text)
    return (None if errors.found else scheme), errors.found


def tables_of_draft(draft: Draft, errors: Errors, units: Mapping[str, str]) -> dict[str, Any]:
    """The draft as the tables of a file. What a browser can say better than the reader is noted in ``errors``.

    ``units`` are those of the metrics that apps provide; of others the draft has kept them.
    """
    score_card = draft["method"] != THRESHOLD
    if not SCHEME_KEY.fullmatch(draft["key"]):
        errors.add("key", _("Use a–z, 0–9 and -, at most 40 characters, beginning with a letter."))
    criteria = [_criterion(each, f"criteria.{n}", draft, units, errors) for n, each in enumerate(draft["criteria"])]
    if not criteria:
        errors.add("criteria", _("Add at least one criterion.") if score_card else _("Add at least one condition."))
    tables: dict[str, Any] = {
        "key": draft["key"],
        "title": _title(draft, "zh", "en", "", errors),
        "method": draft["method"],
        "population": _population(draft),
        "period": {"months": _whole(draft["period"])},
        "review": {"months": _whole(draft["review"])},
        "groups": {each["key"]: _title(each, "zh", "en", f"groups.{n}.", errors)
                   for n, each in enumerate(draft["groups"])},
        "criteria": criteria,
        "steps": [{"title": _title(each, "zh", "en", f"steps.{n}.", errors), "role": each["role"]}
                  for n, each in enumerate(draft["steps"])],
    }  # fmt: skip
    if draft["zh_note"] or draft["en_note"]:
        tables["description"] = _title(draft, "zh_note", "en_note", "", errors)
    if score_card:
        last = len(draft["grades"]) - 1
        tables["scale"] = draft["scale"]
        tables["grades"] = [_cut(each, n, n == last, errors) for n, each in enumerate(draft["grades"])]
    else:
        by_key = {
            each["key"]: table.get("unit", "count") for each, table in zip(draft["criteria"], criteria, strict=True)
        }
        tables["grades"] = [_ruled(each, n, by_key, errors) for n, each in enumerate(draft["grades"])]
        tables |= _tests(draft, errors)
    return tables


def _title(values: Draft, zh: str, en: str, prefix: str, errors: Errors) -> dict[str, str]:
    """Both languages; where only one was written it stands for the other."""
    one, other = values[zh], values[en]
    if not one and not other:
        errors.add(f"{prefix}{zh}", _("Write a name, in one language at least."))
    return {"zh": one or other, "en": other or one}


def _whole(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text


def _population(draft: Draft) -> str | dict[str, list[str]]:
    wanted = {
        "business_types": draft["business_types"],
        "stages": draft["stages"],
        "regions": list(dict.fromkeys(line.strip() for line in draft["regions"].split("\n") if line.strip())),
    }
    return {name: keys for name, keys in wanted.items() if keys} or "all"


def _criterion(
    each: Draft, prefix: str, draft: Draft, units: Mapping[str, str], errors: Errors
) -> dict[str, Any]:  # fmt: skip
    unit = units.get(each["metric"], each["unit"])
    table: dict[str, Any] = {
        "key": each["key"],
        "title": _title(each, "zh", "en", f"{prefix}.", errors),
        "metric": each["metric"],
        "unit": unit,
        "missing": each["missing"],
        "optional": bool(each["optional"]),
        "effective": bool(each["effective"]),
    }
    if not each["metric"]:
        errors.add(f"{prefix}.metric", _("Choose a metric."))
    if each["group"]:
        table["group"] = each["group"]
    if draft["method"] == THRESHOLD:
        return table
    weight = weight_read(each["weight"], draft["scale"])
    if not weight:
        errors.add(f"{prefix}.weight", _("Write a number above 0, like 40, 12.5 or 1/3."))
    table["weight"] = weight_written(weight, draft["scale"]) if weight else each["weight"]
    if each["rule"] == "bands":
        table["bands"] = [_band(step, n, f"{prefix}.bands.{n}", unit, errors) for n, step in enumerate(each["bands"])]
    elif each["rule"] == "interpolate":
        table["interpolate"] = [
            {
                "at": written(errors.number(f"{prefix}.interpolate.{n}.at", step["at"]), unit),
                "points": written(errors.number(f"{prefix}.interpolate.{n}.points", step["points"]), "points"),
            }
            for n, step in enumerate(each["interpolate"])
        ]
    elif each["rule"] == "rank":
        points = each["points"].replace(",", " ").replace("，", " ").replace("、", " ").split()
        if len(points) < 2:
            errors.add(f"{prefix}.points", _("Write the points of every part, from the worst to the best: 1 2 3 4 5."))
        table["rank"] = {"groups": len(points), "better": each["better"], "points": points}
    return table


def _band(step: Draft, number: int, prefix: str, unit: str, errors: Errors) -> dict[str, str]:
    table = {"points": written(errors.number(f"{prefix}.points", step["points"]), "points")}
    if number:
        sign = "above" if step["sign"] == "above" else "from"
        table[sign] = written(errors.number(f"{prefix}.value", step["value"]), unit)
    return table


def _grade(each: Draft, number: int, errors: Errors) -> dict[str, Any]:
    prefix = f"grades.{number}."
    if not GRADE_KEY.fullmatch(each["key"]):
        errors.add(f"{prefix}key", _("Use up to 20 letters and figures, like A, A+ or 核心."))
    table: dict[str, Any] = {
        "key": each["key"],
        "title": _title(each, "zh", "en", prefix, errors),
        "tone": each["tone"],
    }
    if each["zh_note"] or each["en_note"]:
        table["description"] = _title(each, "zh_note", "en_note", prefix, errors)
    if each["hours"] or each["dedicated"]:
        hours = _whole(each["hours"] or "-")
        if not isinstance(hours, int):
            errors.add(f"{prefix}hours", _("Write a whole number of hours, from 1 to 24."))
        table["service"] = {"hours": hours, "dedicated": bool(each["dedicated"])}
    return table


def _cut(each: Draft, number: int, lowest: bool, errors: Errors) -> dict[str, Any]:
    table = _grade(each, number, errors)
    if not lowest:
        sign = "above" if each["sign"] == "above" else "from"
        table[sign] = written(errors.number(f"grades.{number}.bound", each["bound"]), "points")
    return table


# ── threshold rules ─────────────────────────────────────────────────────────────────────────────────────────────


def _ruled(each: Draft, number: int, units: Mapping[str, str], errors: Errors) -> dict[str, Any]:
    table, prefix = _grade(each, number, errors), f"grades.{number}."
    if each["rule"] in ("all", "any"):
        table[each["rule"]] = _parts(each, prefix, units, errors)
    return table


def _parts(each: Draft, prefix: str, units: Mapping[str, str], errors: Errors) -> list[dict[str, Any]]:
    if not each["parts"]:
        errors.add(f"{prefix}parts", _("Add at least one condition."))
    return [_node(part, f"{prefix}parts.{n}.", units, errors) for n, part in enumerate(each["parts"])]


def _node(part: Draft, prefix: str, units: Mapping[str, str], errors: Errors) -> dict[str, Any]:
    if part["node"] in ("all", "any"):
        return {part["node"]: _parts(part, prefix, units, errors)}
    if part["criterion"] not in units:
        errors.add(f"{prefix}criterion", _("Choose a figure."))
    unit = units.get(part["criterion"], "count")
    table: dict[str, Any] = {"criterion": part["criterion"]}
    keys = OPERATORS.get(part["operator"], ())
    for key, name in zip(keys, ("first", "second"), strict=False):
        table[key] = written(errors.number(f"{prefix}{name}", part[name]), unit)
    if not keys:
        errors.add(f"{prefix}operator", _("Choose how the figure is compared."))
    if part["window"] in ("years", "months"):
        table[part["window"]] = _whole(part["count"])
    if part["missing"]:
        table["missing"] = part["missing"]
    return table


def _tests(draft: Draft, errors: Errors) -> dict[str, Any]:
    """The grade of the rest, and the others in the order of their places; those without one come last."""
    rest = [each["key"] for each in draft["grades"] if each["rule"] == "rest"]
    if len(rest) != 1:
        errors.add("grades", _("Exactly one grade takes all others: choose “all others” for one of them."))
    ruled = [(n, each) for n, each in enumerate(draft["grades"]) if each["rule"] != "rest"]
    for number, each in ruled:
        if not isinstance(_whole(each["place"] or "0"), int):
            errors.add(f"grades.{number}.place", _("Write a whole number: 1 is tested first."))
        if each["rule"] not in ("all", "any"):
            errors.add(f"grades.{number}.rule", _("Choose when the grade is given."))
    places = {n: _whole(each["place"]) for n, each in ruled}
    ordered = sorted(ruled, key=lambda entry: _position(places[entry[0]]))
    found: dict[str, Any] = {"tests": [each["key"] for _number, each in ordered]}
    return found | ({"rest": rest[0]} if rest else {})


def _position(place: int | str) -> int:
    return place if isinstance(place, int) else 100_000
