"""What follows from complaints of the demo company: remedies, who bears them, actions, and what customers say."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kezhi import acting_as, db
from kezhi.builtin.apps.demo import DemoContext

from . import services
from .demo_handling import Desk
from .models import CAUSE, CLOSED, IN_PROGRESS, INVALID, Complaint
from .services import actions, remedies, responsible, satisfaction

COMPLAINTS: Any = Complaint.__table__
CARRIER = "顺达物流"


def make_remedies(context: DemoContext) -> None:
    """A complaint with a compensation that waits for approval, and one that is closed with an unsatisfied customer."""
    desk = Desk(context)
    open_case, closed_case = _one(IN_PROGRESS), _one(CLOSED)
    with acting_as(desk.agent):
        causes = {row["key"]: row["id"] for row in services.entries(CAUSE)}
        place = desk.finder.department_id
        db.session.rollback()
        if closed_case:
            shares = [responsible.Share("carrier", CARRIER, 1_000_000)]
            _name(closed_case, causes["no-check"], shares)
            done = actions.give_action(
                closed_case, "装车前核对托盘标签，司机与仓管共同签字", desk.manager.id, desk.finder.id
            )
            db.session.rollback()
            satisfaction.record_by_phone(closed_case, 2, "换来的货外箱又压坏了，希望派人来看看")
            db.session.rollback()
        if open_case:
            remedies.add_remedy(open_case, "replacement", 432_000, "轴承座 UCP208 12 件，今日 14:00 前专车")
            remedies.add_remedy(open_case, "compensation", 1_280_000, "停线损失，按合同第 9 条")
            shares = [responsible.Share("carrier", CARRIER, 400_000)]
            if place is not None:
                shares = [responsible.Share("department", place, 600_000), *shares]
            else:
                shares = [responsible.Share("carrier", CARRIER, 1_000_000)]
            _name(open_case, causes["no-check"], shares)
            actions.give_action(open_case, "夜班装车增加复点签字，月台监控抽查", desk.finder.id, desk.manager.id)
            db.session.rollback()
    if closed_case:
        with acting_as(desk.manager):
            actions.finish_action(done.id, 1, "两班已培训，签字表自 11 月起启用")
            db.session.rollback()


def _name(case: int, cause_id: int, shares: list[responsible.Share]) -> None:
    db.session.rollback()
    version = services.complaint_by_id(case).version
    db.session.rollback()
    responsible.name_responsible(case, version, cause_id, shares)
    db.session.rollback()


def _one(state: str) -> int | None:
    c = COMPLAINTS.c
    valid = (c.state == state) & (c.validity != INVALID) & c.accused_id.is_(None)
    found: int | None = db.session.scalar(select(c.id).where(valid).order_by(c.id).limit(1))
    db.session.rollback()
    return found
