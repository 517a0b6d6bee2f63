"""The list of declared figures (TRD-07)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, case, exists, literal, or_
from sqlalchemy.orm import aliased

from kezhi import Choice, Column, Filter
from kezhi import lazy_gettext as _l
from kezhi.cells import RENDERERS, Cell, Renderer

from ..labels import CURRENT, DECLARATION_LABELS, DECLARATION_TONES, EARLIER, SOURCE_LABELS, WITHDRAWN
from ..models import COUNT, MONEY, RATIO, Declaration
from ..services.figures import all_figures, title_of
from .whose import customer_of

RENDERER_OF = {MONEY: "money", RATIO: "ppm", COUNT: "count"}


def _by_unit(part: str) -> Callable[[Cell], Any]:
    """Written (``html``) or exported as the unit in the cell's ``extra`` is."""
    return lambda cell: getattr(RENDERERS[RENDERER_OF[cell.extra[0]]], part)(Cell(cell.value))


#: A declared value, next to which stands its unit.
BY_UNIT = Renderer(_by_unit("html"), _by_unit("export"), numeric=True, phone="x")


def standing() -> Any:
    """Whether a declaration counts: in force, superseded by a newer one for the same year, or withdrawn."""
    newer: Any = aliased(Declaration.__table__)
    later = or_(
        newer.c.declared_on > Declaration.declared_on,
        and_(newer.c.declared_on == Declaration.declared_on, newer.c.id > Declaration.id),
    )
    superseded = exists().where(
        newer.c.figure_id == Declaration.figure_id,
        newer.c.customer_id == Declaration.customer_id,
        newer.c.year == Declaration.year,
        newer.c.withdrawn_at.is_(None),
        later,
    )
    return case((Declaration.withdrawn_at.is_not(None), WITHDRAWN), (superseded, EARLIER), else_=CURRENT)


def declaration_columns() -> list[Column]:
    """One row per declaration. The columns of one unit each are there to filter by."""
    figures = all_figures()
    titles: Any = {figure["id"]: literal(title_of(figure), Text()) for figure in figures}
    figure: Any = case(titles, value=Declaration.figure_id) if titles else literal("", Text())
    state = standing()
    tone = case(DECLARATION_TONES, value=state)
    states = [Choice(value, label) for value, label in DECLARATION_LABELS.items()]
    year: Any = Declaration.year
    return [
        *customer_of(Declaration, 10),
        Column("figure", _l("Figure"), figure, default=True, order=20,
               filter=Filter("choice", lambda: [Choice(each["key"], title_of(each)) for each in figures], _of_figure)),
        Column("year", _l("Year"), year, sortable=True, default=True, filter=Filter("number"), order=30),
        Column("value", _l("Value"), Declaration.value, default=True, render=BY_UNIT, order=40,
               extra=(Declaration.unit,)),
        Column("amount", _l("Amount"), _valued(MONEY), render="money", filter=Filter("number"), order=41),
        Column("rate", _l("Percentage"), _valued(RATIO), render="ppm", filter=Filter("number"), order=42),
        Column("number", _l("Number"), _valued(COUNT), render="count", filter=Filter("number"), order=43),
        Column("declared_on", _l("Declared on"), Declaration.declared_on, sortable=True, default=True, render="date",
               filter=Filter("date"), order=50),
        Column("stated_in", _l("Stated in"), Declaration.stated_in, default=True, order=60,
               filter=Filter("text", apply=lambda text: Declaration.stated_in.icontains(text, autoescape=True))),
        Column("source", _l("Source"), Declaration.source, order=61,
               filter=Filter("choice", lambda: [Choice(key, label) for key, label in SOURCE_LABELS.items()])),
        Column("state", _l("Status"), state, default=True, render="chip", order=70, extra=(tone,),
               filter=Filter("choice", lambda: states, lambda value: state == value)),
    ]  # fmt: skip


def _valued(unit: str) -> Any:
    return case((Declaration.unit == unit, Declaration.value))


def _of_figure(key: str) -> ColumnElement[bool]:
    ids = [figure["id"] for figure in all_figures() if figure["key"] == key]
    condition: ColumnElement[bool] = Declaration.figure_id.in_(ids or [literal(0, Integer())])
    return condition
