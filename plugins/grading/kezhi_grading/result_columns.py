"""The columns of a run's results: grade now and before, direction, what was missing, whose customer it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import escape
from sqlalchemy import ColumnElement, Text, case, literal, or_, select

from kezhi import Choice, Column, Filter, Join, localised
from kezhi import lazy_gettext as _l
from kezhi.builtin.accounts.models import Department
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import choosable_departments, choosable_owners
from kezhi.builtin.search.services import list_search
from kezhi.cells import Cell, Renderer
from kezhi.figures import sql_int

from .columns import choices
from .flow_charts import KIND_LABELS, KIND_TONES, NONE
from .models import CurrentGrade, Result, Run
from .scheme import Scheme
from .services.moves import before, kind_of, lacks, lacks_any, owner_name
from .words import _

CURRENT: Any = CurrentGrade.__table__
RESULT: Any = Result.__table__
customers = Customer.__table__.c

#: lack of any figure at all, beside the keys of the criteria
ANY = "any"


def result_list_columns(run: Run, scheme: Scheme, tones: dict[str, str] | None = None) -> list[Column]:
    """The results of one run. ``tones`` are those of all grades that may stand before it."""
    grades, old = scheme.grades, before(run)
    known = {grade.key: grade.tone for grade in grades} | (tones or {})
    join = None if old.condition is None else Join(CURRENT, CURRENT.c.customer_id,
                                                   (CURRENT.c.scheme_key == run.scheme_key,))  # fmt: skip
    tone: Any = case(known, value=RESULT.c.grade)
    tone_before: Any = case(known, value=old.grade)
    link: Any = (tone, literal("grading.explain", Text()), literal(run.number).label("number"), RESULT.c.customer_id)
    kind: Any = kind_of(RESULT.c.grade_order, old.order)
    kinds = [Choice(key, label) for key, label in KIND_LABELS.items()]
    with_none = [*choices(grades), Choice(NONE, _l("not graded"))]
    earlier = [*(Choice(key, key) for key in known), Choice(NONE, _l("no grade"))]
    return [
        Column("code", _l("Customer code"), RESULT.c.code, sortable=True, default=True, render="code", order=10),
        Column("name", _l("Customer"), RESULT.c.name, sortable=True, default=True, render="name", order=20),
        Column("before", _l("Grade before"), old.grade, join=join, default=True, render="grade", order=28,
               filter=Filter("choice", lambda: earlier, _had_grade(old.grade)), extra=(tone_before,)),
        Column("grade", _l("Grade"), RESULT.c.grade_order, sortable=True, default=True, render="grade", order=30,
               filter=Filter("choice", lambda: with_none, _has_grade), extra=link),
        Column("score", _l("Score"), RESULT.c.score, sortable=True, default=True, render="score", order=40),
        Column("move", _l("Direction"), kind, join=join, default=True, render="chip", order=50,
               filter=Filter("choice", lambda: kinds, lambda text: kind == text),
               extra=(case(KIND_TONES, value=kind),)),
        _missing(scheme),
        _owner(),
        _department(),
    ]  # fmt: skip


def _has_grade(text: str) -> ColumnElement[bool]:
    """A grade by its name (``A``) or its place (``1``); ``none`` for customers without one."""
    condition: ColumnElement[bool] = RESULT.c.grade == text
    if text == NONE:
        condition = or_(condition, RESULT.c.grade.is_(None))
    if text.isdigit() and len(text) < 4:
        condition = or_(condition, RESULT.c.grade_order == int(text))
    return condition


def _had_grade(grade: Any) -> Callable[[str], ColumnElement[bool]]:
    def condition(text: str) -> ColumnElement[bool]:
        had: ColumnElement[bool] = grade == text
        return or_(had, grade.is_(None)) if text == NONE else had

    return condition


def _missing(scheme: Scheme) -> Column:
    """For which criteria a customer has no figure (GRD-06)."""
    titles = {criterion.key: localised(criterion.title) for criterion in scheme.criteria}
    flags: list[Any] = [case((lacks(key), sql_int(1)), else_=sql_int(0)) for key in titles]
    count: Any = sum(flags[1:], flags[0])

    def words(cell: Cell) -> str:
        return _(", ").join(title for title, flag in zip(titles.values(), cell.extra, strict=True) if flag)

    def condition(text: str) -> ColumnElement[bool]:
        if text != ANY and text not in titles:
            raise ValueError(_("The scheme has no criterion “%(key)s”.", key=text[:40]))
        return lacks_any(scheme) if text == ANY else lacks(text)

    asked = [Choice(ANY, _l("any criterion")), *(Choice(key, title) for key, title in titles.items())]
    shown = Renderer(lambda cell: escape(words(cell) or "—"), words, muted=True, phone="x")
    return Column("missing", _l("Without a figure"), count, filter=Filter("choice", lambda: asked, condition),
                  render=shown, order=60, extra=tuple(flags))  # fmt: skip


def _of_customer(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = RESULT.c.customer_id.in_(select(customers.id).where(condition))
    return found


def _owner() -> Column:
    chosen = Filter("choice", lambda: _named(choosable_owners()), lambda text: _of_customer(
        customers.owner_id == int(text)))  # fmt: skip
    return Column("owner", _l("Owner"), owner_name(RESULT.c.customer_id), filter=chosen, default=True, render="person",
                  order=70)  # fmt: skip


def _department() -> Column:
    joined = select(Department.name).join(Customer.__table__, customers.department_id == Department.id)
    chosen = Filter("choice", lambda: _named(choosable_departments()), lambda text: _of_customer(
        customers.department_id == int(text)))  # fmt: skip
    name: Any = joined.where(customers.id == RESULT.c.customer_id).scalar_subquery()
    return Column("department", _l("Department"), name, filter=chosen, order=71)


def _named(names: dict[int, str]) -> list[Choice]:
    return [Choice(str(key), name) for key, name in names.items()]


def result_search() -> Callable[[str], ColumnElement[bool]]:
    """What a word of the search means: code and name as they were graded, and whatever finds the customer today."""
    found = list_search("customers", ())

    def matching(word: str) -> ColumnElement[bool]:
        parts = [RESULT.c.code.istartswith(word, autoescape=True), RESULT.c.name.icontains(word, autoescape=True)]
        if callable(found):
            parts.append(RESULT.c.customer_id.in_(select(Customer.id).where(found(word))))
        return or_(*parts)

    return matching
