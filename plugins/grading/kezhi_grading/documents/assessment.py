"""The customer grade assessment sheet (客户等级评定表): one customer, one published run, every reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from kezhi import db, localised
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents.contributions import Content, Sheet
from kezhi.figures import divide

from ..models import PUBLISHED, Result, Run, SchemeVersion
from ..pages import criteria_table, tenth_text, tenths
from ..scheme import exact, plain
from ..services.basis import basis_notes
from ..services.explanation import Explanation, explain_customer, rule_sentence, what_happened
from ..services.queries import run_by_number, seen
from ..services.reasons import reason_rows
from ..words import _
from .shared import owner_names, period_of, published, signature_boxes

HISTORY = 6


def published_runs(customer_id: int) -> list[tuple[Run, Any]]:
    """The published runs in which the customer has a result, newest first, with the titles of their schemes."""
    statement = (
        select(Run, SchemeVersion.title)
        .join(SchemeVersion, SchemeVersion.id == Run.scheme_id)
        .join(Result, Result.run_id == Run.id)
        .where(Result.customer_id == customer_id, Run.state == PUBLISHED, *seen())
    )
    rows = db.session.execute(statement.order_by(Run.published_at.desc(), Run.id.desc()).limit(50))
    return [(run, title) for run, title in rows]


def assessment(customer_id: int, variant: str) -> Content:
    """The content of the sheet; ``variant`` is the number of the run."""
    run = published(run_by_number(int(variant)) if variant.isascii() and variant.isdigit() else None)
    found = explain_customer(run, customer_id)
    result, scheme = found.result, found.scheme
    grade = found.grade
    customer = db.session.get_one(Customer, customer_id)
    table = criteria_table(found)
    data = {
        "labels": labels(),
        "name": result.name,
        "code": result.code,
        "owner": owner_names({customer.owner_id})[customer.owner_id],
        "region": " · ".join(part for part in (customer.city, customer.region) if part) or "—",
        "scheme": f"{localised(found.version.title)} v{found.version.version}",
        "period": period_of(run),
        "run": str(run.number),
        "grade": result.grade or "—",
        "grade-title": localised(grade.title) if grade is not None else _("Not gradable"),
        "tone": grade.tone if grade is not None else "gray",
        "score": tenth_text(tenths(result.score)) if result.score is not None else "—",
        "sentence": rule_sentence(found),
        "distance": distance(found),
        "bar": bar(found),
        "groups": [{**group, "lines": [line_of(line) for line in group["lines"]]} for group in table["groups"]],
        "weight": table["weight"],
        "total": table["total"],
        "rules": reason_rows(found.reasons, found.version.currency),
        "notes": [*(sentence for _tone, sentence in basis_notes(run)),
                  *(what_happened(line) for line in found.lines if line.missing)],
        "history": history(customer_id, run),
        "signatures": signature_boxes(run, scheme),
        "closing": _("In force from %(day)s. Every figure is what run %(number)s stored and what was signed.",
                     day=run.effective_from, number=run.number),
    }  # fmt: skip
    return Content(result.name, data, note=period_of(run))


def labels() -> dict[str, str]:
    """The fixed words of the sheet, in the present language."""
    return {
        "customer": _("Customer"),
        "code": _("Customer code"),
        "owner": _("Owner"),
        "region": _("Region"),
        "scheme": _("Scheme"),
        "period": _("Period"),
        "score": _("Score"),
        "criteria": _("Points per criterion"),
        "rules": _("Rules in the order of their tests"),
        "condition": _("Condition"),
        "criterion": _("Criterion"),
        "value": _("Value"),
        "points": _("Points"),
        "weight": _("Weight"),
        "contribution": _("Contribution"),
        "total": _("Total"),
        "history": _("Grades before"),
        "run": _("Run"),
        "in-force": _("In force from"),
        "grade": _("Grade"),
        "signatures": _("Signatures"),
    }


def line_of(line: dict[str, Any]) -> dict[str, str]:
    """A criterion as text."""
    return {name: str(line[name]) for name in ("title", "note", "value", "points", "weight", "contribution")}


def distance(found: Explanation) -> str:
    """How far the next grade is."""
    if found.distance is None or found.next_grade is None:
        return ""
    points = exact(found.distance).rstrip("0").rstrip(".")
    return _("%(distance)s points short of %(grade)s.", distance=points, grade=found.next_grade.key)


def bar(found: Explanation) -> dict[str, Any]:
    """The grades along the scale, lowest first, in thousandths of its width."""
    score, scheme = found.result.score, found.scheme
    low, high = scheme.span
    if score is None or high <= low:
        return {"segments": [], "pin": 0}

    def at(value: int) -> int:
        return divide((min(max(value, low), high) - low) * 1000, high - low)

    segments, upper = [], high
    for grade in scheme.grades:
        lower = grade.bound.value if grade.bound else low
        width = max(at(upper) - at(lower) - 4, 1)
        label = f"{grade.key} {plain(lower)}"
        on = grade.key == found.result.grade
        segments.append({"x": at(lower), "width": width, "tone": grade.tone, "label": label, "on": on})
        upper = lower
    return {"segments": segments[::-1], "pin": at(score)}


def history(customer_id: int, run: Run) -> list[list[str]]:
    """Earlier published results by the same scheme, newest first."""
    statement = (
        select(Run.number, Run.period_start, Run.period_end, Run.effective_from, Result.score, Result.grade)
        .join(Result, Result.run_id == Run.id)
        .where(Result.customer_id == customer_id, Run.state == PUBLISHED, Run.scheme_key == run.scheme_key,
               Run.id < run.id, *seen())
    )  # fmt: skip
    return [
        [
            str(row.number),
            f"{row.period_start} – {row.period_end}",
            str(row.effective_from),
            tenth_text(tenths(row.score)) if row.score is not None else "—",
            row.grade or "—",
        ]
        for row in db.session.execute(statement.order_by(Run.id.desc()).limit(HISTORY))
    ]


def assessment_sheets(content: Content) -> list[Sheet]:
    """The sheet as a workbook: one line per criterion."""
    data: Any = content.data
    words = data["labels"]
    facts = [(words["customer"], data["name"]),
             *((words[name], data[name]) for name in ("code", "owner", "region", "scheme", "period")),
             (words["grade"], f"{data['grade']} {data['grade-title']}")]  # fmt: skip
    if data["rules"]:
        return [rule_sheet(data, words, facts)]
    facts.append((words["score"], data["score"]))
    rows = [
        (group["title"], line["title"], line["value"], number(line["points"]), line["weight"],
         number(line["contribution"]), line["note"])
        for group in data["groups"]
        for line in group["lines"]
    ]  # fmt: skip
    rows.append((words["total"], "", "", None, data["weight"], number(data["total"]), ""))
    head = (_("Group"), words["criterion"], words["value"], words["points"], words["weight"], words["contribution"],
            _("Note"))  # fmt: skip
    kinds = ("text", "text", "text", "decimal", "text", "decimal", "text")
    return [Sheet(_("Assessment sheet"), head, rows, kinds, (18, 26, 18, 10, 12, 12, 44), facts)]


MARKS = {"held": "✓", "failed": "✗", "excluded": "–"}


def rule_sheet(data: Any, words: Any, facts: list[tuple[str, str]]) -> Sheet:
    """The rules of a threshold scheme: one line per condition, indented as it stands in its rule."""
    rows = []
    for rule in data["rules"]:
        rows.append((rule["key"], rule["title"], "", rule["state_words"], ""))
        rows += [
            ("", f"{'  ' * row['depth']}{row['text']}", row["figures"], MARKS[row["state"]], row["note"])
            for row in rule["rows"]
        ]
    head = (words["grade"], words["condition"], words["value"], _("Met"), _("Note"))
    return Sheet(_("Assessment sheet"), head, rows, ("text",) * 5, (12, 60, 30, 32, 24), facts)


def number(text: str) -> Any:
    """A figure as it is printed, as a number where it is one."""
    plain_text = text.replace("−", "-").replace(",", "")
    return Decimal(plain_text) if plain_text.lstrip("-").replace(".", "", 1).isdigit() else text
