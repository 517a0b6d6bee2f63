"""The demo company's disputes: a few serious ones among many small ones, most of them settled."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from kezhi import acting_as, db, writing
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer

from .models import CLOSED, ORDINARY, SERIOUS, SETTLED, UNSETTLED
from .services import create_dispute

#: Days ago, gravity, state, subject, outcome.
CASES = (
    (690, ORDINARY, CLOSED, "开关面板批次色差", "换货一批，费用由我方承担"),
    (640, SERIOUS, CLOSED, "工地配电箱烧毁，责任认定有争议", "第三方检测认定为接线错误，双方签署和解协议"),
    (575, ORDINARY, CLOSED, "延期交货七天，要求赔偿", "按合同扣除货款百分之一"),
    (510, ORDINARY, SETTLED, "管材外径偏差", "补发合格品，旧货退回"),
    (430, SERIOUS, SETTLED, "拖欠货款，拒绝对账", "分三期付清，暂停赊销"),
    (365, ORDINARY, CLOSED, "发票抬头开错", "已作废重开"),
    (300, ORDINARY, CLOSED, "少发阀门二十只", "次日补发"),
    (240, SERIOUS, SETTLED, "质保期内灯具大面积失效", "全部更换，并延长质保一年"),
    (190, ORDINARY, SETTLED, "价格系数理解不一致", "按双方确认表执行"),
    (120, ORDINARY, CLOSED, "运输破损", "物流公司赔付"),
    (75, SERIOUS, UNSETTLED, "验收不合格，客户要求整批退货", ""),
    (40, ORDINARY, UNSETTLED, "电线长度短缺，双方计量不一致", ""),
    (18, ORDINARY, UNSETTLED, "交期变更未提前通知", ""),
    (6, ORDINARY, UNSETTLED, "到货型号与订单不符", ""),
)


def make_disputes(context: DemoContext) -> None:
    """Enter the disputes in the name of the order clerk, each with another customer."""
    random = Random(20260709)  # noqa: S311 - not for secrets; its own, so that what others make stays the same
    with acting_as(context.person("order-clerk")):
        rows = db.session.execute(select(Customer.id).where(Customer.code.is_not(None)).order_by(Customer.code))
        customers = [int(row.id) for row in rows]
        random.shuffle(customers)
        with writing():
            for customer, case in zip(customers, CASES, strict=False):
                create_dispute(_values(customer, case, context))


def _values(customer: int, case: tuple[int, str, str, str, str], context: DemoContext) -> dict[str, Any]:
    days, gravity, state, subject, outcome = case
    return {
        "customer_id": customer,
        "happened_on": context.today - timedelta(days=days),
        "gravity": gravity,
        "state": state,
        "subject": subject,
        "outcome": outcome,
    }
