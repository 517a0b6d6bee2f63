"""What the page of an explanation shows, as plain values for the template."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flask import url_for

from kezhi import can, localised
from kezhi.figures import divide

from .models import PUBLISHED
from .quantities import for_people
from .scheme import exact, plain, weight_text
from .services.basis import basis_notes
from .services.explanation import Explanation, Line, rule_sentence, what_happened
from .services.reasons import reason_rows
from .words import _

# ── explanation ─────────────────────────────────────────────────────────────────────────────────────────────────


def apportion(parts: Sequence[Fraction], whole: int) -> list[int]:
    """Integers near ``parts`` that add up to ``whole``: the largest remainders get what rounding down left over."""
    floors = [part.numerator // part.denominator for part in parts]
    left = whole - sum(floors)
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i], i))
    for index in by_remainder[: max(left, 0)]:
        floors[index] += 1
    return floors


def tenths(thousandths: int) -> int:
    """Thousandths cut to tenths."""
    return thousandths // 100 if thousandths >= 0 else -(-thousandths // 100)


def tenth_text(value: int) -> str:
    """Tenths as ``74.6``."""
    return f"{'−' if value < 0 else ''}{abs(value) // 10}.{abs(value) % 10}"


def percent(value: int) -> str:
    """Tenths of a per cent as ``57.1%``, whole ones without a decimal."""
    return f"{tenth_text(value).removesuffix('.0')}%"


def explanation(found: Explanation) -> dict[str, Any]:
    """Everything the page of an explanation shows."""
    result, scheme = found.result, found.scheme
    current = found.run.state == PUBLISHED
    return {
        "run": found.run,
        "version": found.version,
        "scheme": scheme,
        "result": result,
        "grade": found.grade,
        "rule": rule_sentence(found),
        "interval": scheme.interval(result.grade) if result.grade else "",
        "next_grade": found.next_grade,
        "distance": None if found.distance is None else exact(found.distance).rstrip("0").rstrip("."),
        "bar": score_bar(found),
        "table": criteria_table(found),
        "reasons": reason_rows(found.reasons, found.version.currency),
        "basis": basis_notes(found.run),
        "notes": [what_happened(line) for line in found.lines if line.missing],
        "evidence": evidence_tables(found),
        "published": current,
        "customer_url": url_for("customers.show", customer_id=result.customer_id) if can("customers.read") else "",
    }


def criteria_table(found: Explanation) -> dict[str, Any]:
    """The lines by group; weights and contributions add up to their totals in what is shown."""
    lines, score = found.lines, found.result.score
    total = tenths(score) if score is not None else 0
    parts = [Fraction(line.contribution or 0, 100) for line in lines]
    shown = apportion(parts, total) if score is not None else [0] * len(lines)
    counted = [index for index, line in enumerate(lines) if line.contribution is not None]
    if score is None:
        counted = []
    weights = apportion([line.share * 1000 for line in lines], 1000 if counted else 0)
    groups: dict[str | None, list[int]] = {}
    for index, line in enumerate(lines):
        groups.setdefault(line.criterion.group, []).append(index)
    return {
        "groups": [
            {
                "title": localised(found.scheme.groups[key]) if key else "",
                "weight": percent(sum(weights[i] for i in members)) if set(members) & set(counted) else "—",
                "contribution": tenth_text(sum(shown[i] for i in members)) if set(members) & set(counted) else "—",
                "lines": [_row(found, lines[i], weights[i], shown[i] if i in counted else None) for i in members],
            }
            for key, members in groups.items()
        ],
        "named": any(groups),
        "total": tenth_text(total) if score is not None else "—",
        "weight": "100%" if counted else "—",
    }


def _row(found: Explanation, line: Line, weight: int, contribution: int | None) -> dict[str, Any]:
    run = found.run
    counts = contribution is not None
    note = f"{run.period_start} – {run.period_end}"
    if line.missing:
        note = {"excluded": _("no figure; left out"), "lowest": _("no figure; lowest points"),
                "ungradable": _("no figure"), "failed": _("no figure; not met")}[line.missing]  # fmt: skip
    elif not line.given:
        nothing = _("no record")  # inside the braces of a text it would not be found for the catalogue
        note = f"{note} · {nothing}"
    own = weight_text(line.criterion.weight, found.scheme.scale)
    return {
        "key": line.criterion.key,
        "title": localised(line.criterion.title),
        "note": note,
        "value": for_people(line.value, line.criterion.unit, found.version.currency),
        "points": "—" if line.points is None else plain(line.points),
        "weight": percent(weight) if counts else "—",
        "own_weight": f"{own}%" if found.scheme.scale == "normalised" and own.isdigit() else own,
        "contribution": tenth_text(contribution) if contribution is not None else "—",
        "missing": line.missing,
        "count": len(line.rows),
    }


def score_bar(found: Explanation) -> dict[str, Any] | None:
    """The grades along the scale, and where the score stands. Positions are percent with one decimal."""
    score, scheme = found.result.score, found.scheme
    low, high = scheme.span
    if score is None or high <= low:
        return None

    def at(value: int) -> str:
        permille = divide((min(max(value, low), high) - low) * 1000, high - low)
        return f"{permille // 10}.{permille % 10}%"

    def width(start: int, end: int) -> str:
        permille = divide((end - start) * 1000, high - low)
        permille = max(permille - 3, 1)
        return f"{permille // 10}.{permille % 10}%"

    segments, upper = [], high
    for grade in scheme.grades:
        lower = grade.bound.value if grade.bound else low
        label = f"{grade.key} {plain(lower)}"
        on = grade.key == found.result.grade
        segments.append({"x": at(lower), "width": width(lower, upper), "tone": grade.tone, "label": label, "on": on})
        upper = lower
    anchor = "start" if score - low < (high - low) // 20 else "end" if high - score < (high - low) // 20 else "middle"
    return {
        "segments": segments[::-1],
        "pin": at(score),
        "anchor": anchor,
        "score": tenth_text(tenths(score)),
        "top": plain(high),
    }


def evidence_tables(found: Explanation) -> list[dict[str, Any]]:
    """The rows behind the figures, each table once with the criteria that read it."""
    tables: dict[str, dict[str, Any]] = {}
    for line in found.lines:
        key = found.run.sources.get(line.criterion.key)
        if not key or not line.rows:
            continue
        title = localised(line.criterion.title)
        if key in tables:
            tables[key]["titles"].append(title)
            continue
        unit = found.run.evidence_units.get(key, line.criterion.unit)
        rows = [
            (row.reference, row.happened_on, for_people(row.value, unit, found.version.currency)) for row in line.rows
        ]
        tables[key] = {"titles": [title], "rows": rows}
    return list(tables.values())
