"""The demo company's complaints."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from kezhi import acting_as, clock, db, writing
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer

from . import services
from .demo_handling import handle
from .models import CHANNEL, KIND

#: (subject, kind, channel, complainant, phone, what happened, days ago)
HEARD = (
    ("到货短少 12 件", "discrepancy", "phone", "陆敏", "13900017718",
     "送货单 48 件，现场清点 36 件，短少 12 件。司机当场签字确认，要求今天补发。", 0),
    ("送货迟到 5 小时", "timeliness", "chat", "韩雪", "13900026642", "约定上午九点到货，下午两点才到，耽误装配。", 1),
    ("开票抬头错误", "information", "mail", "方芸", "13900031290", "发票抬头写成分公司，无法入账，要求重开。", 3),
    ("包装破损两件", "quality", "visit", "邱岩", "13900045517", "到货两件外箱压坏，内件划伤。", 12),
    ("要求免费送装", "promise", "phone", "高翔", "13900051183", "要求免费送货上门并安装，称业务员答应过。", 9),
    ("货未收到", "timeliness", "chat", "沈悦", "13900067724", "显示已签收，仓库称未收到。", 6),
    ("客服电话无人接听", "duty", "phone", "范宁", "13900078835", "上午连打三次无人接听，耽误改单。", 0),
    ("合格证缺失", "quality", "mail", "卢洁", "13900089946", "到货 20 件，缺合格证 20 份。", 1),
    ("物流信息不更新", "information", "web", "金磊", "13900090157", "发货后两天物流信息没有更新。", 0),
)  # fmt: skip


def make(context: DemoContext) -> None:
    """Write complaints down as the service desk does."""
    agent = context.person("customer-service-agent")
    made: list[int] = []
    with acting_as(agent):
        kinds = {row["key"]: row["id"] for row in services.entries(KIND)}
        channels = {row["key"]: row["id"] for row in services.entries(CHANNEL)}
        customers = list(db.session.scalars(select(Customer.id).order_by(Customer.id).limit(len(HEARD))))
        db.session.rollback()
        for (subject, kind, channel, name, phone, course, days), customer in zip(HEARD, customers, strict=False):
            values: dict[str, Any] = {
                "customer_id": customer, "complainant": name, "phone": phone, "subject": subject, "course": course,
                "kind_id": kinds[kind], "channel_id": channels[channel],
                "received_at": clock.now() - timedelta(days=days, minutes=10),
            }  # fmt: skip
            with writing():
                made.append(services.register(values).id)
    handle(context, made)
