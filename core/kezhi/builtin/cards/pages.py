"""What the lists of periods and cards, the comparison and the panel on a customer's page show."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement

from kezhi import ALL, Choice, Column, Filter, ListView, Panel, User, db, localised, visible, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.cells import Cell, Renderer, address_of, graded
from kezhi.i18n import _

from ..customers.models import Customer
from ..customers.services import lists
from .models import Card, CardPeriod
from .services import cards_of, visible_figures
from .services.comparing import WAYS, flows, former, may_compare_by, way_text
from .services.figures import sees_grade, shown

RHYTHMS = {"month": _l("Monthly"), "quarter": _l("Quarterly"), "year": _l("Yearly")}
WAY_TITLES = {
    "grade": _l("Grade"), "business_type": _l("Business type"), "stage": _l("Stage"), "region": _l("Region"),
    "owner": _l("Owner"), "department": _l("Department"),
}  # fmt: skip
CARD: Any = Card


def of_visible_customers(user: User) -> Any:
    """Grants: cards are seen by who sees the customer."""
    ids = visible_ids(Customer, user)
    return ALL if ids is None else [ids]


def period_text(period: CardPeriod) -> str:
    """A period as people call it: 2026-10, 2026 Q3, 2026."""
    start = period.start
    if period.rhythm == "month":
        return f"{start.year}-{start.month:02d}"
    if period.rhythm == "quarter":
        return str(_("%(year)s Q%(quarter)s", year=start.year, quarter=(start.month + 2) // 3))
    return str(start.year)


def register_view() -> ListView:
    """The frozen periods."""
    row: Any = CardPeriod
    return ListView(
        name="cards",
        model=CardPeriod,
        columns=[
            Column("end", _l("Last day"), row.end, sortable=True, default=True, render="date", order=3,
                   filter=Filter("date")),
            Column("rhythm", _l("Period"), row.rhythm, default=True, render="name", order=1,
                   filter=Filter("choice", lambda: [Choice(key, text) for key, text in RHYTHMS.items()])),
            Column("start", _l("First day"), row.start, default=True, render="date", order=2),
            Column("count", _l("Cards"), row.count, default=True, render="count", order=4,
                   permission="customers.see_all"),
            Column("taken_at", _l("Frozen"), row.taken_at, default=True, render="instant", order=5),
        ],
        where=[row.taken_at.is_not(None)],
        order=("end", "desc"),
        link=lambda row: address_of("cards.period", period_id=row.id),
        title=_l("Customer cards"),
        kind=_l("frozen periods"),
    )  # fmt: skip


def cards_view(period: CardPeriod, old: CardPeriod | None = None, way: str = "") -> ListView:
    """The cards of a period; with ``old`` those of customers whose class by ``way`` was another one then."""
    where: list[ColumnElement[bool]] = [CARD.period_id == period.id]
    extra: list[Column] = []
    if old is not None:
        before = former(way, old.id)
        where.append(before.is_distinct_from(CARD.__table__.c[way]))
        extra = [
            Column("before", _l("Class before"), before, default=True, order=3, render=_class_cell(way)),
            Column("after", _l("Class after"), CARD.__table__.c[way], default=True, order=3, render=_class_cell(way)),
        ]
    figures = [
        Column(f"figure{place}", localised(entry["title"]), CARD.figures[place], default=place < 6, order=20 + place,
               render=_figure_cell(entry["unit"]))
        for place, entry in visible_figures(period.figures) if not entry["classifies"]
    ]  # fmt: skip
    return ListView(
        name="cards_moved" if old is not None else "cards_period",
        model=Card,
        columns=[*_own_columns(period), *extra, *figures],
        where=where,
        order=("", "asc"),
        search=[CARD.code, CARD.name],
        link=lambda row: address_of("cards.kept", card_id=row.id),
        title=_l("Customer cards") if old is None else _l("Customers whose class is another one"),
        kind=_l("cards"),
        export_permission="cards.export",
    )


def _own_columns(period: CardPeriod) -> list[Column]:
    def listed(way: str, order: int) -> Column:
        return Column(way, WAY_TITLES[way], getattr(CARD, way), default=True, order=order,
                      filter=Filter("choice", lambda: _listed(way)))  # fmt: skip

    def named(way: str, order: int, default: bool, render: Any) -> Column:
        return Column(way, WAY_TITLES[way], getattr(CARD, way), default=default, order=order, render=render,
                      filter=Filter("choice", lambda: _found(period, way)))  # fmt: skip

    grade = [named("grade", 4, True, _grade_cell())] if sees_grade(period.figures) else []
    return [
        Column("code", _l("Customer code"), CARD.code, default=True, render="code", order=1),
        Column("name", _l("Customer name"), CARD.name, default=True, render="name", order=2),
        *grade,
        listed("business_type", 5),
        listed("stage", 6),
        listed("region", 7),
        named("owner", 8, True, "person"),
        named("department", 9, False, "text"),
    ]


def _listed(way: str) -> list[Choice]:
    return [Choice(key, text) for key, text in lists.texts(way).items()]


def _found(period: CardPeriod, way: str) -> list[Choice]:
    """The values of a column among the cards that the acting user sees."""
    column = getattr(CARD, way)
    rows = visible(Card).with_only_columns(column).where(CARD.period_id == period.id, column != "")
    return [Choice(value, value) for value in db.session.scalars(rows.distinct().order_by(column).limit(300))]


def _grade_cell() -> Renderer:
    return Renderer(lambda cell: graded(cell.value or "", "blue"), lambda cell: cell.value or "", labelled=False)


def _class_cell(way: str) -> Renderer:
    def text(cell: Cell) -> str:
        return way_text(way, cell.value)

    return Renderer(text, text, phone="x", labelled=False)


def _figure_cell(unit: str) -> Renderer:
    return Renderer(lambda cell: shown(unit, cell.value), lambda cell: shown(unit, cell.value),
                    numeric=unit != "text", labelled=False)  # fmt: skip


def flow_page(old: CardPeriod, new: CardPeriod, way: str) -> dict[str, Any]:
    """Who moved between classes: a table of before and after."""
    found = flows(old.id, new.id, way)
    rows = sorted({before for before, _after, _count in found}, key=_order)
    heads = sorted({after for _before, after, _count in found}, key=_order)
    counts = {(before, after): count for before, after, count in found}
    moved = sum(count for before, after, count in found if before != after and None not in (before, after))
    return {
        "old": old,
        "new": new,
        "way": way,
        "ways": [(key, WAY_TITLES[key]) for key in WAYS if may_compare_by(key, old, new)],
        "heads": [_side(way, head) for head in heads],
        "rows": [
            (_side(way, row), [(counts.get((row, head), 0), row == head) for head in heads],
             sum(counts.get((row, head), 0) for head in heads))
            for row in rows
        ],
        "totals": [sum(counts.get((row, head), 0) for row in rows) for head in heads],
        "moved": moved,
        "stayed": sum(count for before, after, count in found if before == after),
        "came": sum(count for before, _after, count in found if before is None),
        "went": sum(count for _before, after, count in found if after is None),
    }  # fmt: skip


def _order(value: str | None) -> tuple[int, str]:
    return (2, "") if value is None else (1, "") if value == "" else (0, value)


def _side(way: str, value: str | None) -> str:
    return _("no card") if value is None else way_text(way, value)


def customer_panels(record: Any, user: User) -> list[Panel]:
    """The newest frozen cards, beside the way to the card itself."""
    if not isinstance(record, Customer) or not user.can("cards.read"):
        return []

    def context() -> dict[str, Any]:
        rows = [(period_text(period), RHYTHMS[period.rhythm], card.grade if sees_grade(period.figures, user) else "",
                 period.id) for period, card in cards_of(record.id, 4)]  # fmt: skip
        return {"rows": rows, "customer_id": record.id}

    return [
        Panel(_l("Customer card"), "cards/panel.html", context, icon="person-vcard",
              link=url_for("cards.show", customer_id=record.id), link_text=_l("Open the card"), order=70, half=True,
              tab="keeping")
    ]  # fmt: skip
