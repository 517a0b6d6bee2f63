"""What the pages show, as plain values for the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flask import url_for

from kezhi import can, clock, localised
from kezhi.figures import divide

from .models import COMPUTED, PROPOSED, PUBLISHED, REJECTED, Run, SchemeVersion
from .quantities import for_people
from .scheme import Scheme, exact, plain, weight_text
from .services.explanation import Explanation, Line, rule_sentence, what_happened
from .services.queries import Mover, seen
from .services.reasons import reason_rows
from .words import _


def state_of(run: Run) -> tuple[str, str]:
    """The state of a run in words, and its tone."""
    return {
        COMPUTED: (_("Computed"), "indigo"),
        PROPOSED: (_("In approval"), "amber"),
        PUBLISHED: (_("Published"), "green"),
        REJECTED: (_("Rejected"), "red"),
    }[run.state]


def run_steps(run: Run, scheme: Scheme, request: Any) -> list[dict[str, Any]]:
    """Computed → put up → signed → published."""
    done = {COMPUTED: 1, PROPOSED: 2, REJECTED: 2, PUBLISHED: 4}[run.state]
    signed = 0
    if request is not None and run.state == PROPOSED:
        signed = request.step - 1
    signers = " → ".join(localised(step.title) for step in scheme.steps)
    total = len(scheme.steps)
    notes = [
        clock.local(run.created_at).strftime("%Y-%m-%d %H:%M"),
        request.number if request is not None and run.state != COMPUTED else "",
        _("%(signed)s of %(total)s", signed=signed, total=total) if run.state == PROPOSED else signers,
        _("in force from %(day)s", day=run.effective_from) if run.effective_from else "",
    ]
    titles = [_("Computed"), _("Put up for approval"), _("Signed"), _("Published")]
    steps = []
    for place, (title, note) in enumerate(zip(titles, notes, strict=True), 1):
        state = "done" if place <= done else "current" if place == done + 1 else "todo"
        if run.state == REJECTED and place == 3:
            state = "failed"
        steps.append({"title": title, "note": note, "state": state})
    return steps


def why_not(run: Run, allowed: bool) -> str:
    """What is missing for the next step, in words."""
    if run.state == COMPUTED and run.graded == 0:
        return _("Nobody was graded, so there is nothing to publish.")
    if run.state == COMPUTED and not allowed:
        return _("Somebody with the right to put runs up for approval goes on from here.")
    if run.state == COMPUTED:
        return _("Check the grades and the movers, then put the run up for approval. Nothing is in force yet.")
    if run.state == PROPOSED:
        return _("The grades take effect with the last signature.")
    if run.state == REJECTED:
        return _("This run was rejected; compute a new one.")
    return _("These grades were published as signed.")


def distribution(counts: Mapping[str | None, int], scheme: Scheme) -> list[dict[str, Any]]:
    """Customers per grade with the width of their bars in percent of all."""
    everybody, ungradable = sum(counts.values()), counts.get(None, 0)
    rows = [(grade.key, localised(grade.title), grade.tone, counts.get(grade.key, 0)) for grade in scheme.grades]
    if ungradable:
        rows.append(("", _("Not gradable"), "gray", ungradable))
    return [
        {"key": key, "title": title, "tone": tone, "count": count, "width": divide(count * 100, max(everybody, 1))}
        for key, title, tone, count in rows
    ]


def totals(run: Run, version: SchemeVersion, scheme: Scheme) -> list[dict[str, str]]:
    """Sum and number of figures per criterion; nothing for who does not see all customers."""
    found: list[dict[str, str]] = []
    if seen():
        return found
    for criterion in scheme.criteria:
        entry = run.totals[criterion.key]
        additive = criterion.unit in ("money", "count")
        total = for_people(entry["sum"], criterion.unit, version.currency) if additive else "—"
        found.append({"title": localised(criterion.title), "sum": total, "count": f"{entry['with_value']:,}"})
    return found


def attention(run: Run, scheme: Scheme) -> list[tuple[str, str]]:
    """What to look at before signing: (tone, sentence)."""
    found = []
    for criterion in scheme.criteria:
        if criterion.key not in run.without_source:
            continue
        happened = {
            "exclude": _("its conditions are left out for everybody")
            if scheme.is_threshold
            else _("it is left out for everybody and its weight shared among the others"),
            "lowest": _("everybody gets its lowest points"),
            "ungradable": _("nobody can be graded"),
            "fails": _("its conditions hold for nobody"),
        }[criterion.missing]
        text = _(
            "“%(criterion)s” has no source: %(happened)s.", criterion=localised(criterion.title), happened=happened
        )
        found.append(("amber", text))
    if run.ungradable:
        text = _("%(count)s customers cannot be graded and keep the grade in force.", count=f"{run.ungradable:,}")
        found.append(("red", text))
    return found


def mover_rows(found: Sequence[Mover], scheme: Scheme) -> list[dict[str, Any]]:
    """Movers with the tones of both grades."""
    tones = {grade.key: grade.tone for grade in scheme.grades}
    return [
        {
            "result": mover.result,
            "before": (mover.previous, tones.get(mover.previous, "gray")),
            "after": (mover.result.grade, tones.get(mover.result.grade or "", "gray")),
            "up": mover.up,
        }
        for mover in found
    ]


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
