"""What changed between two cards of a customer, and who moved between classes from one period to another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from kezhi import db, localised, visible_ids
from kezhi.figures import divide
from kezhi.filters import EMPTY
from kezhi.i18n import _

from ...customers.fields import label
from ...customers.models import Customer
from ...customers.services import lists
from ..models import Card, CardPeriod
from .figures import sees_grade, shown, visible_figures

#: by what customers are compared: column of the card
WAYS = ("grade", "business_type", "stage", "region", "owner", "department")
LISTED = ("business_type", "stage", "region")
MOST_FLOWS = 500
CARDS = Card.__table__


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of two cards side by side; ``words`` says what changed, empty when nothing did."""

    title: str
    old: str
    new: str
    words: str = ""

    @property
    def changed(self) -> bool:
        return bool(self.words)


def way_text(way: str, value: str | None) -> str:
    """A class as people read it."""
    if not value:
        return str(_("none"))
    return lists.text_of(way, value) if way in LISTED else value


def differences(old: tuple[CardPeriod, Card], new: tuple[CardPeriod, Card]) -> list[Difference]:
    """Two cards of a customer line by line, only what the acting user may see."""
    (before, first), (after, second) = old, new
    titles = {"name": label("name"), "owner": label("owner_id"), "department": label("department_id")}
    found = []
    for name in ("name", "business_type", "stage", "region", "owner", "department"):
        texts = [way_text(name, getattr(card, name)) for card in (first, second)]
        found.append(_line(str(titles.get(name) or label(name)), *texts))
    olds = {entry["key"]: (entry, first.figures[place]) for place, entry in visible_figures(before.figures)}
    news = {entry["key"]: (entry, second.figures[place]) for place, entry in visible_figures(after.figures)}
    for key, (entry, value) in {**olds, **news}.items():
        unit = entry["unit"]
        was, now = (side[key][1] if key in side else None for side in (olds, news))
        del value
        found.append(_line(localised(entry["title"]), shown(unit, was), shown(unit, now), _moved(unit, was, now)))
    return found


def _line(title: str, old: str, new: str, more: str = "") -> Difference:
    if old == new:
        return Difference(title, old, new)
    was, now = (_("none") if text == EMPTY else text for text in (old, new))
    return Difference(title, old, new, str(more or _("from %(old)s to %(new)s", old=was, new=now)))


def _moved(unit: str, old: Any, new: Any) -> str:
    """How much a figure grew or fell, in words."""
    if unit not in ("money", "count", "points") or not isinstance(old, int) or not isinstance(new, int) or old == new:
        return ""
    amount = shown(unit, abs(new - old))
    if old <= 0:
        return _("up by %(amount)s", amount=amount) if new > old else _("down by %(amount)s", amount=amount)
    tenths = divide(abs(new - old) * 1000, old)
    share = f"{tenths // 10}.{tenths % 10}"
    if new > old:
        return _("up by %(amount)s (%(share)s%%)", amount=amount, share=share)
    return _("down by %(amount)s (%(share)s%%)", amount=amount, share=share)


def may_compare_by(way: str, *periods: CardPeriod) -> bool:
    """Whether the acting user may compare by this: a grade only who sees the figure that it is."""
    return way in WAYS and (way != "grade" or all(sees_grade(period.figures) for period in periods))


def former(way: str, old_id: int) -> Any:
    """What the card of the earlier period says for the customer of a card (SQL, NULL without one)."""
    before = CARDS.alias()
    found = select(before.c[way]).where(before.c.period_id == old_id, before.c.customer_id == CARDS.c.customer_id)
    return found.correlate(CARDS).scalar_subquery()


def flows(old_id: int, new_id: int, way: str) -> list[tuple[str | None, str | None, int]]:
    """How many customers went from which class to which, over those that the acting user sees: one statement.

    None stands for customers that have no card in the period.
    """
    before, after = CARDS.alias("before"), CARDS.alias("after")
    ids = visible_ids(Customer)
    old_side = select(before.c.customer_id, before.c[way].label("value")).where(before.c.period_id == old_id).subquery()
    new_side = select(after.c.customer_id, after.c[way].label("value")).where(after.c.period_id == new_id).subquery()
    joined = old_side.join(new_side, old_side.c.customer_id == new_side.c.customer_id, full=True)
    count = func.count()
    statement = select(old_side.c.value, new_side.c.value, count).select_from(joined)
    if ids is not None:
        statement = statement.where(func.coalesce(new_side.c.customer_id, old_side.c.customer_id).in_(ids))
    statement = statement.group_by(old_side.c.value, new_side.c.value).order_by(count.desc()).limit(MOST_FLOWS)
    return [(row[0], row[1], row[2]) for row in db.session.execute(statement)]
