"""The annual list of important customers (年度重要顾客一览表), drawn up for the coming year from a published run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from kezhi import Choice, Refused, db, money
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents.contributions import Content, Sheet
from kezhi.i18n import localised

from ..models import PUBLISHED, Result, Run
from ..pages import tenth_text, tenths
from ..quantities import for_people
from ..scheme import Criterion, Scheme
from ..services.queries import seen, version_of
from ..services.schemes import scheme_of
from ..words import _
from .shared import owner_names, period_of, published, signature_boxes

MOST_FIGURES = 3  #: criteria with figures beside each customer: what fits on the page
MOST_ROWS = 2_000


def extents(run_id: int) -> list[Choice]:
    """Down to which grade customers are important: the best grade alone first, never all of them."""
    run = db.session.get(Run, run_id)
    if run is None or run.state != PUBLISHED:
        return [Choice("1", "1")]  # making it says that it is not published
    grades = scheme_of(version_of(run)).grades
    most = max(len(grades) - 1, 1)
    return [
        Choice(str(count), _("Grades %(grades)s", grades=", ".join(grade.key for grade in grades[:count])))
        for count in range(1, most + 1)
    ]


def annual_list(run_id: int, variant: str) -> Content:
    """The content of the list; ``variant`` is how many grades from the top count as important."""
    run = published(db.session.get(Run, run_id))
    version = version_of(run)
    scheme = scheme_of(version)
    count = int(variant)
    shown = figures_of(scheme, run)
    rows = rows_of(run, count)
    owners = owner_names({row.owner_id for row in rows})
    tones = {grade.key: grade.tone for grade in scheme.grades}
    year = run.period_end.year + 1
    grades = [localised(grade.title) for grade in scheme.grades[:count]]
    data = {
        "labels": labels(),
        "year": year,
        "scheme": f"{localised(version.title)} v{version.version}",
        "run": str(run.number),
        "period": period_of(run),
        "in-force": str(run.effective_from),
        "grades": _(", ").join(grades),
        "count": f"{len(rows):,}",
        "currency": version.currency,
        "head": head(shown),
        "units": [criterion.unit for criterion in shown],
        "rows": [row_of(place, row, owners, tones, shown, version.currency) for place, row in enumerate(rows, 1)],
        "signatures": signature_boxes(run, scheme),
        "closing": _("Drawn up for %(year)s from run %(number)s as it was signed; owners as of the date of issue.",
                     year=year, number=run.number),
    }  # fmt: skip
    return Content(str(year), data, note=_("for the year %(year)s", year=year))


def labels() -> dict[str, str]:
    """The fixed words of the list, in the present language."""
    return {
        "scheme": _("Scheme"),
        "run": _("Run"),
        "period": _("Period"),
        "in-force": _("In force from"),
        "grades": _("Grades"),
        "count": _("Customers listed"),
        "none": _("No customer has one of these grades."),
        "signatures": _("Signatures"),
    }


def head(shown: list[Criterion]) -> list[str]:
    """The head of the table."""
    own = [_("Line"), _("Customer"), _("Customer code"), _("Grade"), _("Before"), _("Score"), _("Owner"), _("Region")]
    return [*own, *(localised(criterion.title) for criterion in shown)]


def figures_of(scheme: Scheme, run: Run) -> list[Criterion]:
    """The criteria whose figures stand beside each customer: the weightiest that have a source."""
    there = [c for c in scheme.criteria if c.key not in run.without_source and scheme.reads_period(c.key)]
    chosen = sorted(there, key=lambda each: -each.weight)[:MOST_FIGURES]
    return [each for each in there if each in chosen]


def rows_of(run: Run, count: int) -> list[Any]:
    """Results in the best ``count`` grades, best first, with who is responsible today."""
    statement = (
        select(
            Result.name, Result.code, Result.grade, Result.previous_grade, Result.score, Result.criteria,
            Customer.owner_id, Customer.region, Customer.city,
        )
        .outerjoin(Customer, Customer.id == Result.customer_id)
        .where(Result.run_id == run.id, Result.grade_order <= count, *seen())
        .order_by(Result.grade_order, Result.score.desc(), Result.code, Result.customer_id)
    )  # fmt: skip
    found = list(db.session.execute(statement.limit(MOST_ROWS + 1)))
    if len(found) > MOST_ROWS:
        raise Refused(_("More than %(most)s customers have these grades: choose fewer grades.", most=f"{MOST_ROWS:,}"))
    return found


def row_of(
    place: int, row: Any, owners: dict[int | None, str], tones: dict[str, str], shown: list[Criterion], currency: str
) -> dict[str, Any]:
    """One customer as text, with its figures as they are printed and as they are (``raw``)."""
    values = [row.criteria[criterion.key]["value"] for criterion in shown]
    return {
        "place": str(place),
        "name": row.name,
        "code": row.code,
        "grade": row.grade,
        "tone": tones.get(row.grade, "gray"),
        "before": row.previous_grade or "—",
        "score": "—" if row.score is None else tenth_text(tenths(row.score)),
        "owner": owners.get(row.owner_id, "—"),
        "region": row.region or row.city or "—",
        "figures": [
            for_people(value, criterion.unit, currency) for value, criterion in zip(values, shown, strict=True)
        ],
        "raw": values,
    }


def annual_list_sheets(content: Content) -> list[Sheet]:
    """The list as a workbook, figures as numbers."""
    data: Any = content.data
    words = data["labels"]
    rows = [
        (int(row["place"]), row["name"], row["code"], row["grade"], row["before"],
         None if row["score"] == "—" else Decimal(row["score"].replace("−", "-")), row["owner"], row["region"],
         *(figure(value, unit, data["currency"])
           for value, unit in zip(row["raw"], data["units"], strict=True)))
        for row in data["rows"]
    ]  # fmt: skip
    kinds = ["count", "text", "text", "text", "text", "decimal", "text", "text"]
    kinds += [{"money": "money", "ratio": "decimal", "points": "decimal"}.get(unit, "count") for unit in data["units"]]
    facts = [(words[name], data[name]) for name in ("scheme", "run", "period", "in-force", "grades", "count")]
    widths = (14, 34, 16, 8, 8, 10, 14, 16, *(18 for _each in data["units"]))
    return [Sheet(_("Important customers"), data["head"], rows, tuple(kinds), widths, facts)]


def figure(value: int | None, unit: str, currency: str) -> Any:
    """A figure for a spreadsheet, in units."""
    if value is None:
        return None
    if unit == "money":
        return Decimal(money.to_units(value, currency))
    if unit == "ratio":
        return Decimal(value).scaleb(-6)
    return Decimal(value).scaleb(-3) if unit == "points" else value
