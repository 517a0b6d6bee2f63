"""Ageing and concentration of what customers owe, of the customers that the acting user sees (CRD-07).

Three statements, however many customers there are: the sums, the ten largest, and the names of who is responsible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Select, case, cast, func, select

from kezhi import acting_user, clock, db, visible, visible_ids
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.customers.models import Customer
from kezhi.figures import ratio, sql_int, sql_total

from .exposure import AGES, is_known
from .position import position

ACCOUNTS: Any = Account.__table__
LARGEST = 10  #: customers whose share of the exposure is the concentration
MOST_OWNERS = 20  #: people in charge whose customers stand in a line of their own
OF_A_CUSTOMER = ("customer_id", "name", "class_key", "tone", "exposure", "limit", "overdue")
SUMS = (*AGES, "receivables", "overdue", "owing", "exposed", "exposure")


@dataclass(slots=True)
class Line:
    """The sums of some customers, in minor units of the company's currency; ``key`` says whose.

    ``owing`` and ``exposed`` count customers: with open receivables, with an exposure above 0. ``exposure`` adds up
    the exposures above 0 only: what one customer paid ahead covers nothing of what another owes.
    """

    key: Any
    sums: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SUMS, 0))

    def add(self, row: Any) -> None:
        """Count a row of sums in."""
        for name in SUMS:
            self.sums[name] += int(row[name])

    @property
    def overdue_share(self) -> int | None:
        """What is overdue of the receivables, in parts per million; None where nothing is owed."""
        return ratio(self.sums["overdue"], self.sums["receivables"]) if self.sums["receivables"] else None


@dataclass(frozen=True, slots=True)
class Large:
    """One of the customers that owe most: its exposure, its share of all, and that of it and all before it."""

    customer_id: int
    name: str
    class_key: str | None
    tone: str | None
    exposure: int
    limit: int
    overdue: int
    share: int
    running: int


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a day. Without a source of receivables ``known`` is False, and there are none."""

    day: date
    known: bool
    everybody: bool  #: whether it counts all customers of the company
    total: Line = field(default_factory=lambda: Line(None))
    classes: list[Line] = field(default_factory=list)  #: the best class first, who is not rated (None) last
    owners: list[Line] = field(default_factory=list)  #: who has most overdue first; None is nobody
    owner_names: dict[int, str] = field(default_factory=dict)
    others: Line | None = None  #: the owners who have no line of their own
    largest: list[Large] = field(default_factory=list)

    @property
    def top_share(self) -> int:
        """What the largest owe of the whole exposure, in parts per million."""
        return self.largest[-1].running if self.largest else 0


def credit_report() -> Report:
    """Ageing and concentration as they are now."""
    day, everybody = clock.today(), visible_ids(Customer, acting_user()) is None
    if not is_known():
        return Report(day, False, everybody)
    now = position(day).cte("now")  # beside the statement, not inside it: SQLite's parser has no room for more depth
    rows = list(db.session.execute(_sums(now)).mappings())
    total = _lines(rows, lambda row: None)
    owners = [line for line in _lines(rows, lambda row: row["owner_id"]) if line.sums["receivables"]]
    owners.sort(key=lambda line: (-line.sums["overdue"], -line.sums["receivables"], line.key or 0))
    classes = _lines(sorted(rows, key=lambda row: (row["position"] is None, row["position"])), _class_of)
    return Report(
        day,
        True,
        everybody,
        total=total[0] if total else Line(None),
        classes=[line for line in classes if line.key is not None or line.sums["exposed"] or line.sums["owing"]],
        owners=owners[:MOST_OWNERS],
        owner_names=_names(line.key for line in owners[:MOST_OWNERS]),
        others=_together(owners[MOST_OWNERS:]),
        largest=_largest(now),
    )


def _class_of(row: Any) -> Any:
    return row["class_key"]


def _seen(now: Any, *columns: Any) -> Select[Any]:
    """Columns of the customers that the acting user sees, beside their positions."""
    return visible(Customer).join(now, now.c.customer_id == Customer.id).with_only_columns(*columns)


def _sums(now: Any) -> Select[Any]:
    """One row per class and owner."""
    c = now.c
    groups = (c.class_key, c.position, Customer.owner_id)
    figures = {name: c[name] for name in (*AGES, "receivables", "overdue")}
    figures |= {
        "owing": case((c.receivables > 0, sql_int(1)), else_=sql_int(0)),
        "exposed": case((c.exposure > 0, sql_int(1)), else_=sql_int(0)),
        "exposure": case((c.exposure > 0, c.exposure), else_=sql_int(0)),
    }
    return _seen(now, *groups, *(sql_total(figures[name]).label(name) for name in SUMS)).group_by(*groups)


def _lines(rows: Iterable[Any], key: Any) -> list[Line]:
    found: dict[Any, Line] = {}
    for row in rows:
        found.setdefault(key(row), Line(key(row))).add(row)
    return list(found.values())


def _together(lines: list[Line]) -> Line | None:
    if not lines:
        return None
    found = Line(len(lines))
    for line in lines:
        found.add(line.sums)
    return found


def _largest(now: Any) -> list[Large]:
    """The customers with the largest exposures; their names are read as lists read them."""
    c = now.c
    whole = cast(func.sum(c.exposure).over(), BigInteger).label("whole")
    figures = (c.customer_id, c.class_key, c.tone, c.exposure, c.limit, c.overdue, whole)
    ranked = _seen(now, Customer.name, *figures).where(c.exposure > 0)
    top = ranked.order_by(c.exposure.desc(), c.customer_id).limit(LARGEST)
    found, running = [], 0
    for row in db.session.execute(top).mappings():
        running += row["exposure"]
        own = {each: row[each] for each in OF_A_CUSTOMER}
        found.append(Large(**own, share=ratio(row["exposure"], row["whole"]), running=ratio(running, row["whole"])))
    return found


def _names(ids: Iterable[int | None]) -> dict[int, str]:
    wanted = [each for each in ids if each is not None]
    rows = db.session.execute(select(ACCOUNTS.c.id, ACCOUNTS.c.name).where(ACCOUNTS.c.id.in_(wanted)))
    return {int(row.id): str(row.name) for row in rows}
