"""Some duties of the demo company's people: to-dos about its first customers, one of them overdue and passed up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kezhi import acting_as, clock, db, writing

from ..apps.demo import DemoContext
from . import services
from .contributions import Occasion
from .rules import customer_model
from .todo import TODO, end_of

#: role of whom it is up to, days from today, what is to be done
TODOS = (
    ("salesperson", -5, "整理年度框架协议的价格附件"),
    ("salesperson", 0, "回访：确认上月两车晚到的处理结果"),
    ("salesperson", 2, "拜访新采购经理，更新关键人物"),
    ("salesperson", 9, "准备年底对账单"),
    ("sales-manager", 0, "审阅本周拜访计划"),
    ("sales-manager", 3, "与客服部核对晚到赔付口径"),
    ("customer-service-manager", -1, "补齐三季度服务回访记录"),
    ("customer-service-manager", 1, "安排周五客户座谈会名单"),
    ("general-manager", 0, "听取销售中心月度汇报"),
    ("data-analyst", 1, "核对十月交易数据"),
)


def make(context: DemoContext) -> None:
    """Enter to-dos in the name of their owners; those that are late are passed up as the job would."""
    today, firms = clock.today(), _customers_of(context.person("salesperson").id)
    for number, (role, days, text) in enumerate(TODOS):
        person: Any = context.person(role)
        with acting_as(person), writing():
            due = end_of(today + timedelta(days=days))
            about = firms.pop() if firms and role == "salesperson" and days < 9 else None
            subject = text if about is None else f"{about.short_name or about.name}：{text}"
            occasion = Occasion(
                f"demo-{number}",
                due,
                person.id,
                subject=subject,
                reference="" if about is None else str(about.id),
                customer_id=None if about is None else about.id,
            )
            services.open_task(TODO, occasion)
    services.sync_all()
    with writing():
        services.escalate()


def _customers_of(owner_id: int | None) -> list[Any]:
    """Some customers of a person; none without the customer file."""
    model = customer_model()
    if model is None or owner_id is None:
        return []
    columns = (model.id, model.name, model.short_name)
    found = list(db.session.execute(select(*columns).where(model.owner_id == owner_id).order_by(model.id).limit(3)))
    db.session.rollback()
    return found
