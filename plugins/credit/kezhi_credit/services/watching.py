"""The daily watch: alerts begin and end by what holds, each is told once, classes may be lowered (CRD-06).

A constant number of statements however many customers there are; a second run on the same day changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Date, MetaData, String, Table, Text, exists, func, insert, literal, select, update

from kezhi import SYSTEM, BigInt, UtcDateTime, bulk_write, clock, db, setting
from kezhi import lazy_gettext as _l
from kezhi.builtin.calendar.services import add_workdays
from kezhi.i18n import in_both_languages

from ..models import OVER, OVERDUE, SIGNS, Alert, Rating
from .classes import CLASSES, classes_in_use
from .ratings import months_later
from .signs import signs_on
from .standing import RATINGS, ratings_on

ALERTS: Any = Alert.__table__
#: what holds, counted once and compared with what is open in several statements; gone with the run
HOLDING = Table("credit_holding", MetaData(), Column("customer_id", BigInt, primary_key=True, autoincrement=False),
                Column("sign", String(10), primary_key=True), Column("since", Date), Column("figure", BigInt),
                prefixes=["TEMPORARY"])  # fmt: skip
#: the signs that lower a class where the company wants it
LOWERING = (OVER, OVERDUE)
LOWERED_TEXT = _l("Lowered by the watch: over the limit, or overdue too long.")


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run of the watch did: alerts begun and ended, classes lowered, people told; what is open after it."""

    day: str
    found: int
    ended: int
    lowered: int
    told: int
    open: dict[str, int]

    def as_data(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def watch() -> Watched:
    """Look at every rated customer. Expects an open ``writing()``: all of it takes effect, or nothing."""
    from ..telling import tell_new

    _hold()
    now, day = clock.now(), clock.today()
    found, ended = _judge(day, now)
    lowered = _lower(day, now) if found else 0
    if lowered:  # the lower class has a lower limit, and is a sign itself
        more, less = _judge(day, now)
        found, ended = found + more, ended + less
    told = tell_new(now, day) if found else 0
    return Watched(day.isoformat(), found, ended, lowered, told, open_by_sign())


def open_by_sign() -> dict[str, int]:
    """How many alerts are open, whoever may see them."""
    rows = db.session.execute(
        select(ALERTS.c.sign, func.count()).where(ALERTS.c.ended_on.is_(None)).group_by(ALERTS.c.sign)
    )
    counts = {str(row[0]): int(row[1]) for row in rows}
    return {sign: counts.get(sign, 0) for sign in SIGNS}


def _hold() -> None:
    """Two runs come one after the other; ratings, which point at the classes, go on."""
    db.session.execute(select(CLASSES.c.id).order_by(CLASSES.c.id).with_for_update(key_share=True)).all()


def _judge(day: date, now: datetime) -> tuple[int, int]:
    """End what holds no more, bring the figures up to date, begin what is new. How many began and ended."""
    from kezhi.builtin.tasks.todo import end_of

    signs = signs_on(day)
    holding = HOLDING
    connection = db.session.connection()
    HOLDING.create(connection)
    db.session.execute(insert(HOLDING).from_select([each.name for each in HOLDING.c], signs.holding))
    same = (ALERTS.c.customer_id == holding.c.customer_id) & (ALERTS.c.sign == holding.c.sign)
    running = ALERTS.c.ended_on.is_(None)
    still = select(ALERTS.c.id).join(holding, same).where(running)
    twin = ALERTS.alias("twin")  # after a merge one customer may have a sign twice: the older one goes on
    older = exists().where(
        twin.c.customer_id == ALERTS.c.customer_id,
        twin.c.sign == ALERTS.c.sign,
        twin.c.ended_on.is_(None),
        twin.c.id < ALERTS.c.id,
    )
    gone = running & ((ALERTS.c.sign.in_(signs.judged) & ALERTS.c.id.not_in(still)) | older)
    just = select(ALERTS.c.id).where(ALERTS.c.ended_on == day)
    ended = bulk_write(update(ALERTS).where(gone).values(ended_on=day), model=Alert, change="update", keys=just,
                       action="credit.watch.end")  # fmt: skip
    changed = running & same & (ALERTS.c.figure != holding.c.figure)
    open_ones = select(ALERTS.c.id).where(running)
    bulk_write(update(ALERTS).where(changed).values(figure=holding.c.figure), model=Alert, change="update",
               keys=open_ones, action="credit.watch.figures")  # fmt: skip
    due = end_of(add_workdays(day, int(setting("credit", "watch_answer_days"))))
    known = exists().where(same, running).correlate(holding)
    new = select(
        *(holding.c[name] for name in ("customer_id", "sign", "since", "figure")),
        literal(now, UtcDateTime()),
        literal(due, UtcDateTime()),
    ).where(~known)
    names = ["customer_id", "sign", "since", "figure", "noted_at", "answer_by"]
    made = select(ALERTS.c.id).where(ALERTS.c.noted_at == now)
    found = bulk_write(insert(ALERTS).from_select(names, new), model=Alert, change="create", keys=made,
                       action="credit.watch.find")  # fmt: skip
    HOLDING.drop(connection)
    return found, ended


def _lower(day: date, now: datetime) -> int:
    """Rate in the watch class who has just got over the limit or overdue too long and is in a better one; never who is
    in a worse one. Once per alert: what a person decides afterwards stands. How many customers."""
    key = str(setting("credit", "watch_lower_to") or "")
    target = next((each for each in classes_in_use() if each["key"] == key), None)
    if target is None:
        return 0
    rated = ratings_on(day).subquery("rated")
    joined = rated.join(CLASSES, CLASSES.c.id == rated.c.class_id)
    grave = select(ALERTS.c.customer_id).where(
        ALERTS.c.noted_at == now, ALERTS.c.sign.in_(LOWERING), ALERTS.c.ended_on.is_(None)
    )
    text = in_both_languages(LOWERED_TEXT)["zh" if str(setting("kezhi", "locale")).startswith("zh") else "en"]
    values = {
        "class_id": literal(target["id"], BigInt),
        "valid_from": literal(day, Date()),
        "review_on": literal(months_later(day, target["review_months"]), Date()),
        "reason": literal(text, Text()),
        "source": literal("watch", String()),
        "created_at": literal(now, UtcDateTime()),
        "created_by": literal(SYSTEM.login, Text()),
    }
    rows = (
        select(rated.c.customer_id, *values.values())
        .select_from(joined)
        .where(CLASSES.c.position < target["position"], rated.c.customer_id.in_(grave))
    )
    made = select(RATINGS.c.id).where(RATINGS.c.source == "watch", RATINGS.c.created_at == now)
    return bulk_write(insert(RATINGS).from_select(["customer_id", *values], rows), model=Rating, change="create",
                      keys=made, action="credit.watch.lower", credit_class=target["id"])  # fmt: skip
