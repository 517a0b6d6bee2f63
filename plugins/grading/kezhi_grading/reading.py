"""Read a scheme's TOML file (the format is ``docs/authors/schemes.md``): every problem found, all of them at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from kezhi.errors import Refused

from .limits import limit_problems
from .quantities import UNITS
from .reachable import reach_problems
from .rules import read_points, read_rule, read_weight
from .scheme import (
    SCORE_CARD,
    THRESHOLD,
    Bound,
    Criterion,
    Grade,
    NoPoints,
    Population,
    Rule,
    Scheme,
    Service,
    WorkflowStep,
)
from .table import MISSING, Problem, Problems, Table
from .trees import WHEN_MISSING, read_tree
from .words import _

LARGEST_FILE = 64 * 1024
MOST_CRITERIA, MOST_GRADES, MOST_STEPS = 20, 12, 10
TONES = ("green", "teal", "blue", "indigo", "violet", "pink", "red", "orange", "amber", "gray")
SCHEME_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")
CRITERION_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
METRIC_KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
ROLE_KEY = re.compile(r"[a-z][a-z0-9-]{0,59}")
GRADE_KEY = re.compile(r"\w[\w+-]{0,19}")
NO_POINTS: Rule = NoPoints()


class SchemeRefused(Refused):
    """A scheme with problems: ``problems`` lists them all as sentences, ``places`` with their paths."""

    def __init__(self, problems: Sequence[Problem | str]) -> None:
        super().__init__(_("The scheme cannot be used:") + "\n" + "\n".join(f"- {text}" for text in problems))
        self.problems = [str(problem) for problem in problems]
        self.places = [problem if isinstance(problem, Problem) else Problem("", problem) for problem in problems]


def read_scheme(source: bytes | str, *, currency: str) -> Scheme:
    """The scheme in a TOML file, its amounts in units of ``currency``. Errors: :class:`SchemeRefused`."""
    return scheme_of_tables(_load(source), currency=currency)


def scheme_of_tables(data: Mapping[str, Any], *, currency: str) -> Scheme:
    """The scheme in tables that were read or put together already. Errors: :class:`SchemeRefused`."""
    problems = Problems()
    scheme = _scheme(Table(data, "", problems), currency)
    if not problems.found:
        problems.found += limit_problems(scheme) or reach_problems(scheme)
    if problems.found:
        raise SchemeRefused(problems.found)
    return scheme


def check_size(raw: bytes) -> None:
    """Whether a file is short enough to be a scheme. Errors: :class:`SchemeRefused`."""
    if len(raw) > LARGEST_FILE:
        raise SchemeRefused([_("the file is larger than %(limit)s KB; a scheme is a short text", limit=64)])


def _load(source: bytes | str) -> Mapping[str, Any]:
    raw = source.encode() if isinstance(source, str) else source
    check_size(raw)
    try:
        return tomllib.loads(raw.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise SchemeRefused([_("the file is not UTF-8 text; save it as UTF-8")]) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise SchemeRefused([_("the file is not TOML: %(reason)s", reason=str(error))]) from None


def _scheme(table: Table, currency: str) -> Scheme:
    key = table.text("key", pattern=SCHEME_KEY, default="unnamed", required=True)
    title = table.title("title")
    description = table.title("description", required=False)
    method = table.choice("method", (SCORE_CARD, THRESHOLD), SCORE_CARD)
    scale: Any = "normalised"
    if method == SCORE_CARD:
        scale = table.choice("scale", ("normalised", "weighted-sum"), "normalised", required=True)
    population = _population(table)
    period = _months(table, "period", 12)
    review = _months(table, "review", 12)
    groups = _groups(table)
    criteria = _criteria(table, method, scale, groups, currency)
    if method == THRESHOLD:
        rest, grades = _ruled_grades(table, {criterion.key: criterion for criterion in criteria}, currency)
        tests = _tests(table, grades, rest)
    else:
        rest, grades, tests = "", _grades(table), ()
    steps = _steps(table)
    table.finish()
    if method == SCORE_CARD:
        _check_weights(table.problems, scale, criteria)
    scheme = Scheme(
        key=key, title=title, description=description, method=method, scale=scale, population=population,
        criteria=tuple(criteria), grades=tuple(grades), steps=tuple(steps), groups=groups,
        period_months=period, review_months=review, tests=tests, rest=rest,
    )  # fmt: skip
    if method == THRESHOLD and not table.problems.found:
        _check_read(table.problems, scheme)
    return scheme


def _population(table: Table) -> Population:
    """``"all"``, or a table of lists with the keys of the company's lists."""
    if not isinstance(table.data.get("population"), dict):
        table.choice("population", ("all",), "all")
        return Population()
    inner = table.table("population")
    assert inner is not None
    found = Population(*(inner.keys(name) for name in ("business_types", "stages", "regions")))
    inner.finish()
    if found.everybody and not table.problems.found:
        inner.problem(_('list at least one business type, stage or region, or write population = "all"'))
    return found


def _months(table: Table, key: str, default: int) -> int:
    inner = table.table(key)
    if inner is None:
        return default
    months = inner.integer("months", 1, 120, default)
    inner.finish()
    return months


def _groups(table: Table) -> dict[str, Mapping[str, str]]:
    inner = table.table("groups")
    if inner is None:
        return {}
    return {key: inner.title(key) for key in inner.data}


def _criteria(table: Table, method: str, scale: Any, groups: Mapping[str, Any], currency: str) -> list[Criterion]:
    found: list[Criterion] = []
    for entry in table.tables("criteria", 1, MOST_CRITERIA):
        criterion = _criterion(entry, method, scale, groups, currency)
        if any(other.key == criterion.key for other in found):
            entry.problem(_("the key “%(key)s” stands twice; give each criterion its own", key=criterion.key))
        found.append(criterion)
    return found


def _criterion(table: Table, method: str, scale: Any, groups: Mapping[str, Any], currency: str) -> Criterion:
    key = table.text("key", pattern=CRITERION_KEY, default="unnamed", required=True)
    title = table.title("title")
    group = table.text("group") or None
    if group is not None and group not in groups:
        table.problem(_("the group “%(group)s” is not listed under [groups]; add it there", group=group))
    metric = table.text("metric", pattern=METRIC_KEY, default="unknown.unknown", required=True)
    unit: Any = table.choice("unit", UNITS, "count", required=True)
    treatments = WHEN_MISSING if method == THRESHOLD else ("exclude", "lowest", "ungradable")
    missing: Any = table.choice("missing", treatments, "exclude", required=True)
    optional, effective = table.flag("optional"), table.flag("effective")
    weight, rule = Fraction(0), NO_POINTS
    if method == SCORE_CARD:
        weight = read_weight(table, scale)
        rule = read_rule(table, unit, scale, currency)
    table.finish()
    return Criterion(
        key=key, title=title, metric=metric, unit=unit, weight=weight, rule=rule, missing=missing,
        optional=optional, group=group, effective=effective,
    )  # fmt: skip


def _check_weights(problems: Problems, scale: str, criteria: list[Criterion]) -> None:
    if scale != "normalised" or not criteria or problems.weights_unread:
        return
    total = sum(criterion.weight for criterion in criteria) * 100
    if total != 100:
        exact = (total * 100).denominator == 1  # a ratio is shown as one, two decimals as such
        shown = f"{Decimal((total * 100).numerator) / 100:f}" if exact else str(total)
        text = _("the weights add up to %(total)s %%, not 100 %%; change them", total=shown)
        problems.add("criteria", text, ("criteria",))


def _grades(table: Table) -> list[Grade]:
    entries = table.tables("grades", 2, MOST_GRADES)
    found: list[Grade] = []
    for number, entry in enumerate(entries, 1):
        key, title, tone, description, service = _grade_head(entry, number)
        bound = read_bound(entry, number == len(entries))
        entry.finish()
        above = found[-1].bound if found else None
        _check_key(entry, key, found)
        if bound and above and bound.value >= above.value:
            entry.problem(_("its bound is not below that of the grade before it; list the grades from the best down"))
        found.append(Grade(key, title, tone, bound, description=description, service=service))
    return found


Head = tuple[str, Mapping[str, str], str, Mapping[str, str] | None, Service | None]


def _grade_head(entry: Table, number: int) -> Head:
    key = entry.text("key", pattern=GRADE_KEY, default=str(number), required=True)
    title, tone = entry.title("title"), entry.choice("tone", TONES, "gray", required=True)
    entry.seen.add("description")
    description = entry.title("description") if "description" in entry.data else None
    return key, title, tone, description, _service(entry)


def _service(entry: Table) -> Service | None:
    """What the grade promises as a service tier (GRD-26): ``{ hours = 24, dedicated = true }``."""
    inner = entry.table("service")
    if inner is None:
        return None
    found = Service(inner.integer("hours", 1, 24, 8), inner.flag("dedicated"))
    inner.finish()
    return found


def _check_key(entry: Table, key: str, found: list[Grade]) -> None:
    if any(grade.key == key for grade in found):
        entry.problem(_("the key “%(key)s” stands twice; give each grade its own", key=key))


def _ruled_grades(table: Table, criteria: Mapping[str, Criterion], currency: str) -> tuple[str, list[Grade]]:
    """The rest grade and all grades, each other one with its rule."""
    entries = table.tables("grades", 2, MOST_GRADES)
    keys = [entry.data.get("key") for entry in entries]
    rest = table.text("rest", default=str(keys[-1]) if keys else "")
    if keys and rest not in keys:
        table.problem(_("there is no grade “%(key)s”; name the grade that takes all others", key=rest), "rest")
    found: list[Grade] = []
    for number, entry in enumerate(entries, 1):
        key, title, tone, description, service = _grade_head(entry, number)
        ruled = any(kind in entry.data for kind in ("all", "any"))
        when = None
        if key != rest:
            when = read_tree(entry, criteria, currency)
        elif ruled:
            entry.seen.update(("all", "any"))
            entry.problem(
                _("the grade of the rest has no rule; take its conditions out, or name another grade in “rest”")
            )
        entry.finish()
        _check_key(entry, key, found)
        found.append(Grade(key, title, tone, when=when, description=description, service=service))
    return rest, found


def _tests(table: Table, grades: list[Grade], rest: str) -> tuple[str, ...]:
    """The order in which the grades are tested; from the highest down when the file does not say."""
    ruled = tuple(grade.key for grade in grades if grade.key != rest)
    if "tests" not in table.data:
        table.seen.add("tests")
        return ruled
    given = table.keys("tests")
    if sorted(given) != sorted(ruled):
        table.problem(
            _("list every grade but the rest once, in the order of the tests: %(keys)s", keys=", ".join(ruled)), "tests"
        )
    return given


def _check_read(problems: Problems, scheme: Scheme) -> None:
    for number, criterion in enumerate(scheme.criteria, 1):
        if not scheme.conditions_of(criterion.key):
            text = _("no condition reads this figure; remove it or use it in a rule")
            problems.add(f"criteria[{number}] ({criterion.key})", text, ("criteria", number))


def read_bound(entry: Table, lowest: bool) -> Bound | None:
    """``from`` (the bound belongs to this grade) or ``above`` (it belongs to the one below); none for the lowest."""
    closed, opened = entry.take("from"), entry.take("above")
    given = [raw for raw in (closed, opened) if raw is not MISSING]
    if lowest:
        if given:
            entry.problem(_("the lowest grade takes everything below the others; leave out its bound"))
        return None
    if len(given) != 1:
        entry.problem(_("say where the grade begins, with either “from” (bound included) or “above” (excluded)"))
        return None
    value = read_points(entry, "from" if closed is not MISSING else "above", given[0])
    return Bound(value, closed is not MISSING)


def _steps(table: Table) -> list[WorkflowStep]:
    steps = []
    for entry in table.tables("steps", 1, MOST_STEPS):
        title = entry.title("title")
        steps.append(WorkflowStep(title, entry.text("role", pattern=ROLE_KEY, default="unknown", required=True)))
        entry.finish()
    return steps
