"""Written requests of the demo company, and its own flow for them in three versions."""

from __future__ import annotations

from datetime import timedelta

from kezhi import acting_as

from ..accounts.services import user_by_id
from ..apps.demo import DemoContext
from . import memos, services
from .contributions import ESCALATE, Step

MANAGER = Step({"zh": "部门负责人审批", "en": "Approval by the manager"}, manager_level=1, hours=8)
FINANCE = Step({"zh": "财务审核", "en": "Check by finance"}, role="finance", above=2_000_00, hours=8)
CHIEF = Step({"zh": "总经理审批", "en": "Approval by the general manager"}, role="general-manager", above=10_000_00)

ASKED = (
    (
        "salesperson",
        "年终客户答谢会场地费",
        8_600_00,
        "邀请 24 家老客户；场地 6,000 元，茶歇 2,600 元。",
        True,
    ),
    (
        "customer-service-agent",
        "添置投诉热线录音设备",
        1_450_00,
        "现有设备停产，无法导出录音；三家报价取最低。",
        False,
    ),
)


def make(context: DemoContext) -> None:
    """Through the same services as the pages; one request waits for its manager, one for finance;
    the sales director will be away, with a deputy.
    """
    with acting_as(context.person("general-manager")):
        services.keep_flow(memos.KIND, [MANAGER, CHIEF], reason="部门负责人须在一个工作日内签字")
        services.keep_flow(memos.KIND, [MANAGER, FINANCE, CHIEF], reason="超过 2,000 元须财务审核")
        urgent = Step(MANAGER.title, manager_level=1, hours=8, late=ESCALATE)
        services.keep_flow(memos.KIND, [urgent, FINANCE, CHIEF], reason="负责人逾期未签的，立即告知其上级")
    with acting_as(context.person("sales-director")) as away:
        deputy = context.person("sales-manager")
        first, last = context.today + timedelta(days=3), context.today + timedelta(days=7)
        services.add_deputy(away.id or 0, deputy.id or 0, first, last, "赴广州参加建材展")
    for role, subject, amount, text, signed in ASKED:
        with acting_as(context.person(role)):
            asked = memos.ask(subject, text, amount)
        manager = user_by_id(asked.steps[0].user_id or 0)
        if signed and manager is not None:
            with acting_as(manager):
                services.sign(asked.id, "同意，费用从部门预算列支。")
