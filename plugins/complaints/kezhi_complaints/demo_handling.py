"""How far the demo company has come with its complaints: one in each state, and what stands beside the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select

from kezhi import User, acting_as, db
from kezhi.builtin.apps.demo import DemoContext

from . import services
from .models import CHANNEL, Complaint
from .services.people import check_investigator

COMPLAINTS: Any = Complaint.__table__


class Desk:
    """Agent, investigator and manager of the demo company, and their steps on one complaint."""

    def __init__(self, context: DemoContext) -> None:
        self.agent = context.person("customer-service-agent")
        self.manager = context.person("customer-service-manager")
        self.finder = context.person("technical-department")
        with acting_as(self.agent):
            self.channels = {row["key"]: row["id"] for row in services.entries(CHANNEL)}
            db.session.rollback()

    def step(self, who: User, complaint_id: int, key: str, **values: Any) -> None:
        """A step with the version of the moment."""
        version = db.session.scalar(select(COMPLAINTS.c.version).where(COMPLAINTS.c.id == complaint_id)) or 0
        db.session.rollback()
        with acting_as(who):
            services.take_step(complaint_id, version, key, values)
            db.session.rollback()

    def accepted(self, case: int) -> None:
        """The agent takes it on."""
        self.step(self.agent, case, "accept")

    def investigating(self, case: int) -> None:
        """Somebody outside of it looks into it."""
        self.accepted(case)
        self.step(self.manager, case, "investigate", investigator=self.finder.id, note="请查装车监控和出库记录")
        self.step(self.agent, case, "note", note="已致电客户：正在核查，半小时内给出方案。")

    def found(self, case: int, facts: str, gap: str, heard: Sequence[tuple[str, str, str]] = ()) -> None:
        """The investigator writes down what was found."""
        with acting_as(self.finder):
            for name, side, said in heard:
                now = services.investigations_of(case)[0].version
                db.session.rollback()
                values = {"facts": facts, "gap": gap, "name": name, "side": side, "said": said}
                services.save_findings(case, now, values)
                db.session.rollback()
            now = services.investigations_of(case)[0].version
            db.session.rollback()
            services.save_findings(case, now, {"facts": facts, "gap": gap}, done=True)
            db.session.rollback()

    def planned(self, case: int, plan: str) -> None:
        """A plan stands on record."""
        self.investigating(case)
        self.step(self.agent, case, "plan", note=plan)

    def in_progress(self, case: int, plan: str, facts: str, gap: str) -> None:
        """Found, judged and under way."""
        self.planned(case, plan)
        self.found(case, facts, gap)
        self.step(self.agent, case, "judge", validity="valid")
        self.step(self.agent, case, "start")

    def answered(self, case: int, plan: str, facts: str, gap: str, answer: str) -> None:
        """The customer has the answer."""
        self.in_progress(case, plan, facts, gap)
        self.step(self.agent, case, "answer", note=answer, channel=self.channels["phone"])

    def closed(self, case: int, plan: str, facts: str, gap: str, answer: str) -> None:
        """Confirmed, explained and closed."""
        self.answered(case, plan, facts, gap, answer)
        self.step(self.agent, case, "confirm", note="客户来电确认，无异议")
        for party in ("customer", "unit"):
            self.step(self.agent, case, "explain", party=party)
        self.step(self.agent, case, "close")


def handle(context: DemoContext, cases: Sequence[int], over: Sequence[tuple[int, str, str, str, str]] = ()) -> None:
    """Bring the first complaints on their way, as many as there are, and those that are ``over`` to their end."""
    desk = Desk(context)
    late = ("改派早班车，上午九点前到货", "调度漏看时间窗，下午才发车", "派车单无时间窗")
    invoice = ("当天重开发票", "开票时选错抬头", "开票无复核", "新发票已寄出，单号已告知")
    ways: list[Callable[[int], None]] = [
        lambda case: _under_investigation(desk, case),
        lambda case: desk.in_progress(case, *late),
        lambda case: desk.answered(case, *invoice),
        lambda case: desk.closed(case, "上门更换两件", "包装受压变形", "堆码超高", "已更换并致歉"),
        lambda case: _invalid(desk, case),
        lambda case: desk.step(desk.agent, case, "withdraw", note="客户来电：货已在门卫处找到，撤回投诉"),
        desk.accepted,
        lambda case: desk.planned(case, "补寄合格证，两日内送达"),
    ]  # fmt: skip
    for way, case in zip(ways, cases, strict=False):
        way(case)
    for case, *told in over:
        desk.closed(case, *told)


def _under_investigation(desk: Desk, case: int) -> None:
    """Under investigation, with help asked for and guidance of the manager."""
    desk.investigating(case)
    complaint = db.session.get(Complaint, case, execution_options={"kezhi_unscoped": True})
    assert complaint is not None
    check_investigator(complaint, desk.finder.id)
    db.session.rollback()
    with acting_as(desk.finder):
        version = services.investigations_of(case)[0].version
        db.session.rollback()
        services.save_findings(
            case, version,
            {"facts": "出库扫描 48 件；装车监控显示 1 托盘（12 件）留在 3 号月台，未装车。当班未执行复点。",
             "gap": "夜班装车无复点签字", "name": "马建军（司机）", "side": "complained", "said": "接班时未清点"},
        )  # fmt: skip
        services.ask(case, "请提供 11 月 21 日夜班 3 号月台的装车监控。", person_id=desk.manager.id)
        db.session.rollback()
    with acting_as(desk.manager):
        services.guide(case, "请先向客户说明到货时间，再谈补偿。")
        db.session.rollback()


def _invalid(desk: Desk, case: int) -> None:
    """Invalid on the second ground, answered and closed all the same."""
    desk.investigating(case)
    desk.found(case, "合同约定自提，客户要求免费送货上门并安装", "")
    desk.step(desk.agent, case, "judge", validity="invalid", ground="outside_promises")
    desk.step(desk.agent, case, "answer", note="说明合同约定，并提供收费送装报价", channel=desk.channels["mail"])
    for party in ("customer", "unit"):
        desk.step(desk.agent, case, "explain", party=party)
    desk.step(desk.agent, case, "close")
