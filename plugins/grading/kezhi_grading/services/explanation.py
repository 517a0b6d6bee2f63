"""Why a customer has its grade: everything from what the run stored (GRD-07)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select

from kezhi import NotFound, db
from kezhi.figures import divide
from kezhi.i18n import localised

from ..models import EvidenceRow, Result, Run, SchemeVersion
from ..outcomes import NO_DATA, REST, RULE, UNGRADABLE
from ..quantities import for_programs
from ..scheme import Criterion, Grade, NoPoints, Population, Scheme, exact, plain, weight_text
from ..words import _
from .basis import basis_notes, missing_months
from .queries import version_of, visible_results
from .reasons import GradeReason, reason_documents, reasons_of
from .schemes import scheme_of


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of one customer. Points and contribution in thousandths."""

    criterion: Criterion
    value: int | None
    points: int | None
    missing: str | None  #: excluded, lowest, failed or ungradable
    given: bool  #: whether the metric had a row: else the value is what its absence means
    share: Fraction  #: weight after re-weighting, as a part of 1; 0 when excluded
    contribution: int | None
    rows: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A result with its reasons."""

    run: Run
    version: SchemeVersion
    scheme: Scheme
    result: Result
    lines: tuple[Line, ...]
    reasons: tuple[GradeReason, ...] = ()  #: the rules of a threshold scheme in the order of their tests

    @property
    def grade(self) -> Grade | None:
        return self.scheme.grade(self.result.grade)

    @property
    def next_grade(self) -> Grade | None:
        """The next better grade, None for the best."""
        if self.result.grade_order is None or self.result.grade_order == 1:
            return None
        return self.scheme.grades[self.result.grade_order - 2]

    @property
    def distance(self) -> int | None:
        """Thousandths of a point to the next better grade."""
        target = self.next_grade
        if target is None or target.bound is None or self.result.score is None:
            return None
        return max(target.bound.value - self.result.score, 1)


def explain(run: Run, code: str) -> Explanation:
    """The reasons of a customer's result, named by its code when the run was computed. Errors: ``NotFound``."""
    statement = visible_results(run).where(Result.code == code.strip()).limit(1)
    result = db.session.scalars(statement).first()
    if result is None:
        raise NotFound(_("Grading run %(run)s has no customer “%(code)s”.", run=run.number, code=code[:60]))
    return explanation_of(run, result)


def explain_customer(run: Run, customer_id: int) -> Explanation:
    """As :func:`explain`, named by id. Errors: ``NotFound``."""
    result = db.session.scalars(visible_results(run).where(Result.customer_id == customer_id)).one_or_none()
    if result is None:
        raise NotFound(_("Grading run %(run)s has no such customer.", run=run.number))
    return explanation_of(run, result)


def explanation_of(run: Run, result: Result, *, with_rows: bool = True) -> Explanation:
    """The reasons of a result that was read already."""
    version = version_of(run)
    return put_together(run, version, scheme_of(version), result, _rows(run, result) if with_rows else {})


def put_together(
    run: Run, version: SchemeVersion, scheme: Scheme, result: Result, rows: Mapping[str, tuple[EvidenceRow, ...]]
) -> Explanation:
    """The reasons of a result by a scheme, with the rows behind its figures by the key of their evidence."""
    lines = [
        _line(scheme, criterion, weight, result, rows.get(run.sources.get(criterion.key) or "", ()))
        for criterion, weight in zip(scheme.criteria, scheme.weights, strict=True)
    ]
    return Explanation(run, version, scheme, result, tuple(lines), reasons_of(run, scheme, result))


def _rows(run: Run, result: Result) -> dict[str, tuple[EvidenceRow, ...]]:
    statement = select(EvidenceRow).where(EvidenceRow.run_id == run.id, EvidenceRow.customer_id == result.customer_id)
    found: dict[str, tuple[EvidenceRow, ...]] = {}
    order = (EvidenceRow.happened_on, EvidenceRow.reference, EvidenceRow.record_id)
    for row in db.session.scalars(statement.order_by(*order)):
        found[row.evidence] = (*found.get(row.evidence, ()), row)
    return found


def _line(scheme: Scheme, criterion: Criterion, weight: int, result: Result, rows: tuple[EvidenceRow, ...]) -> Line:
    entry = result.criteria[criterion.key]
    points = entry["points"]
    counts = points is not None and result.denominator
    total = Fraction(result.denominator, scheme.factor.denominator)
    share = Fraction(weight) / total if counts else Fraction(0)
    top = points * weight * scheme.factor.numerator if counts else 0
    return Line(
        criterion=criterion,
        value=entry["value"],
        points=points,
        missing=entry["missing"],
        given=bool(entry["given"]),
        share=share,
        contribution=divide(top, result.denominator) if counts and result.score is not None else None,
        rows=rows,
    )


def rule_sentence(found: Explanation) -> str:
    """The rule that fired, in words."""
    result = found.result
    if result.rule.startswith(UNGRADABLE):
        key = result.rule.removeprefix(UNGRADABLE)
        title = next((localised(c.title) for c in found.scheme.criteria if c.key == key), key)
        return _("No grade: “%(criterion)s” has no figure, and the scheme does not grade without it.", criterion=title)
    if result.rule.startswith(RULE):
        tests = ", ".join(found.scheme.tests)
        return _("The rule of grade %(grade)s is the first that is met, tested in the order %(tests)s.",
                 grade=result.grade, tests=tests)  # fmt: skip
    if result.rule.startswith(REST):
        tests = ", ".join(found.scheme.tests)
        return _("No rule is met (tested: %(tests)s), so the grade is that of all others: %(grade)s.",
                 grade=result.grade, tests=tests)  # fmt: skip
    if found.scheme.is_threshold and result.rule == NO_DATA:
        return _("No grade: every rule was left out for want of figures.")
    if result.rule == NO_DATA or result.score is None:
        return _("No grade: no criterion has a figure.")
    return _("Score %(score)s lies in %(interval)s: grade %(grade)s.", score=exact(result.score), interval=result.rule,
             grade=result.grade)  # fmt: skip


def what_happened(line: Line) -> str:
    """What the scheme does about a missing figure (GRD-06)."""
    title = localised(line.criterion.title)
    if line.missing == "failed":
        return _("“%(criterion)s” has no figure: the conditions that need it are not met.", criterion=title)
    if line.missing == "excluded" and isinstance(line.criterion.rule, NoPoints):
        return _("“%(criterion)s” has no figure: its conditions are left out of the rules.", criterion=title)
    if line.missing == "excluded":
        return _(
            "“%(criterion)s” has no figure: it is left out and its weight shared among the others.", criterion=title
        )
    if line.missing == "lowest":
        return _("“%(criterion)s” has no figure: it gets the lowest points, %(points)s.", criterion=title,
                 points=plain(line.points or 0))  # fmt: skip
    if line.missing == "ungradable":
        return _("“%(criterion)s” has no figure: the customer cannot be graded.", criterion=title)
    return ""


def words_of_population(population: Population) -> str:
    """Whom a scheme grades: ``all customers``, or the lists that narrow it."""
    from kezhi.builtin.customers.services.lists import text_of

    lists = (("business_type", population.business_types), ("stage", population.stages), ("region", population.regions))
    parts = [" / ".join(text_of(name, key) for key in keys) for name, keys in lists if keys]
    return " · ".join(parts) if parts else _("all customers")


def document(found: Explanation) -> dict[str, Any]:
    """The explanation as ``kezhi grading explain --json`` prints it."""
    run, result = found.run, found.result
    return {
        "run": run.number,
        "code": result.code,
        "scheme": run.scheme_key,
        "version": found.version.version,
        "score": None if result.score is None else exact(result.score),
        "grade": result.grade,
        "rule": rule_sentence(found),
        "criteria": [_criterion(found, line) for line in found.lines],
        "basis": [sentence for _tone, sentence in basis_notes(run)],
        "missing_months": missing_months(run),
        **({"grades": reason_documents(found.reasons, found.version.currency)} if found.reasons else {}),
    }


def _criterion(found: Explanation, line: Line) -> dict[str, Any]:
    criterion, currency = line.criterion, found.version.currency
    weight = weight_text(criterion.weight, found.scheme.scale)
    return {
        "key": criterion.key,
        "value": for_programs(line.value, criterion.unit, currency),
        "unit": criterion.unit,
        "from": found.run.period_start.isoformat(),
        "to": found.run.period_end.isoformat(),
        "points": None if line.points is None else exact(line.points),
        "weight": int(weight) if weight.isdigit() else weight,
        "missing": line.missing,
        "rows": [
            {"reference": row.reference, "date": _iso(row.happened_on), "value": _row_value(found, line, row)}
            for row in line.rows
        ],
    }


def _row_value(found: Explanation, line: Line, row: EvidenceRow) -> Any:
    unit = found.run.evidence_units.get(row.evidence, line.criterion.unit)
    return for_programs(row.value, unit, found.version.currency)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
