"""The demo company's data requests: answered, at the desk, waiting, sent back, declined; and what left the company."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kezhi import User, acting_as, clock, db, writing

from ..approvals.services import send_back, sign
from ..apps.demo import DemoContext
from ..customers.models import Customer
from ..files.services import Upload, receive_bytes
from . import services
from .models import COPY, EXTRACT, INSIDE, OUTSIDE, STATISTICS

SHEET = """客户,2025 年订货额（万元）,2026 年至今（万元）,账期
华东大客户合计,3820,4115,月结 30 天
华南大客户合计,2760,2984,月结 45 天
华北大客户合计,1490,1377,月结 30 天
"""
AUDIT = "应收账款前二十名客户名单及期末余额，不含联系人。"


def make(context: DemoContext) -> None:
    """Ask, sign and answer as the people do."""
    seller, regional, analyst = (context.person(role) for role in ("salesperson", "account-manager", "data-analyst"))
    manager, head = context.person("sales-manager"), context.person("department-manager")
    clerk, chief = context.person("customer-information-clerk"), context.person("customer-service-manager")
    mine = _customers(seller, 2)

    done = _ask(seller, EXTRACT, "华东区贸易公司近两年的订货额与账期，按客户汇总。", "准备年度框架协议谈判。")
    _sign(manager, done, "同意，仅供谈判使用。")
    sheet = _file("订货与账期汇总.csv", SHEET)
    with acting_as(clerk), writing():
        services.answer(done, "汇总见附件，口径为已开票订单，不含样品。", None, [sheet])

    outside = _ask(
        analyst, STATISTICS, "全部客户的行业与区域分布，只要数量。", "行业协会年度调查。", recipient="省电工行业协会"
    )
    _sign(head, outside, "同意，仅提供汇总数字。")
    table = _file("行业分布统计.csv", "行业,客户数\n建筑安装,71\n电工贸易,58\n工程零售,31\n")
    entry = {"organisation": "省电工行业协会", "person": "潘秘书", "contact": "0571-86650000",
             "purpose": "行业协会年度调查。", "content": "客户行业与区域分布统计，不含客户名称。", "edition": "",
             "released_on": clock.today()}  # fmt: skip
    with acting_as(clerk), writing():
        services.answer(outside, "统计表见附件，不含任何客户名称。", None, [table], entry)

    waiting = _ask(regional, COPY, "嘉兴、湖州两地工程客户的基础档案。", "接手两地客户，核对开户资料。")
    _sign(manager, waiting, "同意。")
    returned = _ask(seller, EXTRACT, "所有客户的联系方式。", "电话回访。")
    with acting_as(manager):
        send_back(_approval(returned), "范围过大，请写明是哪些客户。")
    declined = _ask(seller, STATISTICS, "竞争对手在我司客户中的份额。", "内部周会。")
    _sign(manager, declined, "请客服部判断。")
    with acting_as(chief), writing():
        services.decline(declined, "客户档案中没有该项数据，请查看竞争环境跟踪。")
    _ask(seller, COPY, "", "续签合同需要附营业执照副本。", customers=mine)
    _release(chief)


def _ask(
    who: User,
    kind: str,
    scope: str,
    purpose: str,
    *,
    recipient: str = "",
    customers: Sequence[str] = (),
) -> int:
    values = {"kind": kind, "scope": scope, "purpose": purpose, "until": clock.today() + timedelta(days=21),
              "destination": OUTSIDE if recipient else INSIDE, "recipient": recipient}  # fmt: skip
    with acting_as(who), writing():
        return int(services.ask(values, services.customers_meant("\n".join(customers))).id)


def _customers(seller: User, count: int) -> list[str]:
    statement = select(Customer.code).where(Customer.owner_id == seller.id, Customer.code.is_not(None))
    found = list(db.session.scalars(statement.order_by(Customer.code).limit(count)))
    db.session.rollback()
    return [str(code) for code in found]


def _approval(request_id: int) -> int:
    request = services.request_by_id(request_id)
    found = request.approval_id
    db.session.rollback()
    assert found is not None
    return found


def _sign(who: User, request_id: int, opinion: str) -> None:
    with acting_as(who):
        sign(_approval(request_id), opinion)


def _file(name: str, text: str) -> Upload:
    return receive_bytes(("\ufeff" + text).encode(), name, "text/csv")


def _release(chief: User) -> None:
    """Something that left upon the general manager's word, entered with a slip and put right."""
    values: dict[str, Any] = {
        "organisation": "天衡会计师事务所", "person": "周会计师", "contact": "zhou@example.com",
        "purpose": "年报审计函证。", "content": AUDIT, "edition": "2026-09-30 期末数",
        "released_on": clock.today() - timedelta(days=12),
    }  # fmt: skip
    with acting_as(chief):
        with writing():
            wrong = services.register(values, []).id
        right = {**values, "organisation": "天衡会计师事务所（特殊普通合伙）", "correction": "收件单位未写全称。"}
        with writing():
            services.correct(wrong, right, [])
