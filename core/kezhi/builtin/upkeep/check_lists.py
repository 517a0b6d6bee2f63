"""The lists of security checks and of their findings (CUS-12)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select

from kezhi import Choice, Column, Filter, ListView, clock
from kezhi import lazy_gettext as _l
from kezhi.cells import Renderer, address_of, plain

from ..accounts.models import Account
from .checklist import shown
from .models import CheckItem, Finding, SecurityCheck
from .rules import PROTECT

CHECK_STATES = {"done": (_l("Done"), "green"), "open": (_l("Going on"), "blue"), "late": (_l("Overdue"), "red")}
FINDING_STATES = {
    "closed": (_l("Put right"), "green"),
    "open": (_l("Not yet mended"), "blue"),
    "late": (_l("Overdue"), "red"),
}

ITEM = Renderer(lambda cell: plain(shown(cell.text)), lambda cell: shown(cell.text))


def _state(ended: Any, due: Any, words: dict[str, tuple[Any, str]]) -> Column:
    """Ended, late or open, as a chip that the list can be narrowed by."""
    today, end = clock.today(), next(iter(words))
    conditions = {
        end: ended.is_not(None),
        "late": and_(ended.is_(None), due < today),
        "open": and_(ended.is_(None), due >= today),
    }
    key = case((ended.is_not(None), end), (due < today, "late"), else_="open")
    tone = case(*[(key == value, literal(tone)) for value, (_title, tone) in words.items()], else_="gray")
    choices = [Choice(value, title) for value, (title, _tone) in words.items()]
    chosen = Filter("choice", lambda: choices, lambda value: conditions.get(value, or_(False)))
    return Column(
        "state",
        _l("State"),
        key,
        default=True,
        render="chip",
        filter=chosen,
        extra=(tone,),
        order=3,
    )


def check_list() -> ListView:
    """Every security check, the latest first."""
    start: Any = SecurityCheck.start_on
    due: Any = SecurityCheck.due_on
    done_by = select(Account.name).where(Account.login == SecurityCheck.done_by).scalar_subquery()
    finding = Finding.__table__.c
    count = select(func.count()).where(finding.check_id == SecurityCheck.id)
    return ListView(
        name="security-checks",
        model=SecurityCheck,
        columns=[
            Column("start", _l("Period from"), start, sortable=True, default=True, render="date", filter=Filter("date"),
                   order=1),
            Column("due", _l("Due"), due, default=True, render="date", order=2),
            _state(SecurityCheck.done_at, due, CHECK_STATES),
            Column("done", _l("Done at"), SecurityCheck.done_at, default=True, render="instant", order=4),
            Column("done_by", _l("Done by"), done_by, default=True, render="person", order=5),
            Column("findings", _l("Findings"), count.scalar_subquery(), default=True, render="count", order=6),
            Column("open_findings", _l("Open findings"), count.where(finding.closed_at.is_(None)).scalar_subquery(),
                   default=True, render="count", order=7),
            Column("summary", _l("Conclusion"), SecurityCheck.summary, order=8),
        ],
        order=("start", "desc"),
        link=lambda row: address_of("upkeep.check", check_id=row.id),
        title=_l("Security checks"),
        kind=_l("checks"),
        export_permission=PROTECT,
    )  # fmt: skip


def finding_list() -> ListView:
    """The findings that one may see, by when they are due."""
    due: Any = Finding.due_on
    owner = select(Account.name).where(Account.id == Finding.owner_id).scalar_subquery()
    named = Filter("text", apply=lambda text: Finding.owner_id.in_(select(Account.id).where(Account.name == text)))
    item = select(CheckItem.text).where(CheckItem.id == Finding.item_id).scalar_subquery()
    return ListView(
        name="findings",
        model=Finding,
        columns=[
            Column("text", _l("Finding"), Finding.text, default=True, render="name", order=1),
            Column(
                "due", _l("Last day"), due, sortable=True, default=True, render="date", filter=Filter("date"), order=2
            ),
            _state(Finding.closed_at, due, FINDING_STATES),
            Column("owner", _l("By whom"), owner, default=True, render="person", filter=named, order=4),
            Column("item", _l("Item"), item, default=True, render=ITEM, order=5),
            Column("measure", _l("What was done about it"), Finding.measure, default=True, order=6),
            Column("closed", _l("Finding closed at"), Finding.closed_at, render="instant", order=7),
        ],
        order=("due", "asc"),
        search=[Finding.text, Finding.measure],
        link=lambda row: address_of("upkeep.finding", finding_id=row.id),
        title=_l("Findings of security checks"),
        kind=_l("findings"),
        export_permission=PROTECT,
    )
