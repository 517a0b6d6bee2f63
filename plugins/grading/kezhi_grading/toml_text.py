"""A scheme as the text of a TOML file, which :func:`.reading.read_scheme` reads as the same scheme."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from .conditions import Bound, Condition, Tree
from .quantities import for_programs
from .scheme import Bands, Criterion, Grade, Interpolation, Population, Ranking, Scheme, plain, weight_text

INDENT = "    "


def toml_of(scheme: Scheme, currency: str) -> str:
    """The file of a scheme, its amounts in units of ``currency``."""
    return "\n".join(_lines(scheme, currency)) + "\n"


def _lines(scheme: Scheme, currency: str) -> Iterator[str]:
    yield f"key = {_text(scheme.key)}"
    yield f"title = {_title(scheme.title)}"
    if scheme.description["zh"]:
        yield f"description = {_title(scheme.description)}"
    yield f"method = {_text(scheme.method)}"
    if not scheme.is_threshold:
        yield f"scale = {_text(scheme.scale)}"
    yield f"population = {_population(scheme.population)}"
    yield f"period = {{ months = {scheme.period_months} }}"
    yield f"review = {{ months = {scheme.review_months} }}"
    if scheme.is_threshold:
        yield f"tests = {_list(scheme.tests)}"
        yield f"rest = {_text(scheme.rest)}"
    if scheme.groups:
        yield from ("", "[groups]", *(f"{_text(key)} = {_title(title)}" for key, title in scheme.groups.items()))
    for criterion in scheme.criteria:
        yield from ("", "[[criteria]]", *_criterion(criterion, scheme, currency))
    units = {criterion.key: criterion for criterion in scheme.criteria}
    for grade in scheme.grades:
        yield from ("", "[[grades]]", *_grade(grade, units, currency))
    for step in scheme.steps:
        yield from ("", "[[steps]]", f"title = {_title(step.title)}", f"role = {_text(step.role)}")


def _text(value: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL, which must be escaped too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _title(title: Mapping[str, str]) -> str:
    return f"{{ zh = {_text(title['zh'])}, en = {_text(title['en'])} }}"


def _list(keys: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_text, keys))}]"


def _population(wanted: Population) -> str:
    if wanted.everybody:
        return '"all"'
    lists = (("business_types", wanted.business_types), ("stages", wanted.stages), ("regions", wanted.regions))
    return f"{{ {', '.join(f'{name} = {_list(keys)}' for name, keys in lists if keys)} }}"


def _figure(value: int, unit: str, currency: str) -> str:
    if unit == "date":
        return str(for_programs(value, "date", currency))
    if unit == "points":
        return _points(value)
    shown = for_programs(value, unit, currency)  # type: ignore[arg-type]
    if isinstance(shown, int):
        return str(shown)
    whole, _dot, rest = str(shown).partition(".")
    rest = rest.rstrip("0")
    return f'"{whole}.{rest}"' if rest else whole


def _points(value: int) -> str:
    text = plain(value)
    return f'"{text}"' if "." in text else text


def _bound(bound: Bound | None, unit: str, currency: str, closed: str = "from", opened: str = "above") -> list[str]:
    return [f"{closed if bound.closed else opened} = {_figure(bound.value, unit, currency)}"] if bound else []


def _criterion(criterion: Criterion, scheme: Scheme, currency: str) -> Iterator[str]:
    yield f"key = {_text(criterion.key)}"
    yield f"title = {_title(criterion.title)}"
    if criterion.group:
        yield f"group = {_text(criterion.group)}"
    yield f"metric = {_text(criterion.metric)}"
    yield f"unit = {_text(criterion.unit)}"
    if not scheme.is_threshold:
        weight = weight_text(criterion.weight, scheme.scale)
        yield f"weight = {weight if weight.isdigit() else _text(weight)}"
        yield from _rule(criterion, currency)
    yield f"missing = {_text(criterion.missing)}"
    if criterion.optional:
        yield "optional = true"
    if criterion.effective:
        yield "effective = true"


def _rule(criterion: Criterion, currency: str) -> Iterator[str]:
    rule, unit = criterion.rule, criterion.unit
    if isinstance(rule, Bands):
        yield "bands = ["
        for band in rule.bands:
            parts = [*_bound(band.bound, unit, currency), f"points = {_points(band.points)}"]
            yield f"{INDENT}{{ {', '.join(parts)} }},"
        yield "]"
    elif isinstance(rule, Interpolation):
        yield "interpolate = ["
        for anchor in rule.anchors:
            yield f"{INDENT}{{ at = {_figure(anchor.value, unit, currency)}, points = {_points(anchor.points)} }},"
        yield "]"
    elif isinstance(rule, Ranking):
        points = ", ".join(map(_points, rule.points))
        yield f"rank = {{ groups = {len(rule.points)}, better = {_text(rule.better)}, points = [{points}] }}"


def _grade(grade: Grade, criteria: Mapping[str, Criterion], currency: str) -> Iterator[str]:
    yield f"key = {_text(grade.key)}"
    yield f"title = {_title(grade.title)}"
    if grade.description:
        yield f"description = {_title(grade.description)}"
    yield f"tone = {_text(grade.tone)}"
    if grade.service:
        yield f"service = {{ hours = {grade.service.hours}, dedicated = {str(grade.service.dedicated).lower()} }}"
    yield from _bound(grade.bound, "points", currency)
    if grade.when:
        yield f"{grade.when.kind} = ["
        for part in grade.when.parts:
            yield from _node(part, criteria, currency, INDENT)
        yield "]"


def _node(node: Tree | Condition, criteria: Mapping[str, Criterion], currency: str, indent: str) -> Iterator[str]:
    if isinstance(node, Tree):
        yield f"{indent}{{ {node.kind} = ["
        for part in node.parts:
            yield from _node(part, criteria, currency, indent + INDENT)
        yield f"{indent}] }},"
        return
    unit = criteria[node.criterion].unit
    parts = [f"criterion = {_text(node.criterion)}"]
    if node.around:
        parts.append(f"around = {_figure(node.around.rate, unit, currency)}")
        parts.append(f"tolerance = {_figure(node.around.tolerance, unit, currency)}")
    parts += _bound(node.low, unit, currency) + _bound(node.high, unit, currency, "to", "below")
    if node.window:
        parts.append(f"{node.window.unit} = {node.window.count}")
    if node.missing != criteria[node.criterion].missing:
        parts.append(f"missing = {_text(node.missing)}")
    yield f"{indent}{{ {', '.join(parts)} }},"
