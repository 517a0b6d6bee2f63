"""Clocks of the demo company: one that runs, one that ran out and went up, one that waits for the customer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from kezhi import acting_as, clock, db, writing
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer

from . import services
from .models import ACCEPTED, CHANNEL, KIND, PAUSED, PLANNED, TOLD, Complaint
from .services.escalation_job import watch

#: subject, kind, channel, complainant, phone, what happened, minutes ago, what was done: (kind, minutes later, note)
CLOCKS: tuple[tuple[Any, ...], ...] = (
    ("追踪信息与实际不符", "information", "web", "邵刚", "13900045518",
     "网上显示已签收，仓库并未收到货，要求查明货在何处。", 12, ((ACCEPTED, 3, ""),)),
    ("焊材批次质量异议", "quality", "phone", "孟凡", "13900052274",
     "同一批次焊丝飞溅大，已停线，要求派人到现场。", 6 * 1440, ((ACCEPTED, 20, ""),)),
    ("外箱破损 40 件", "discrepancy", "mail", "阮红", "13900068835",
     "到货 200 件，外箱破损 40 件，内件待查，附照片。", 2 * 1440,
     ((ACCEPTED, 5, ""), (PLANNED, 18, "破损件全部换箱补发，承运商承担费用。"), (TOLD, 22, "已电话说明补发安排。"),
      (PAUSED, 40, "等客户提供内件清点结果。"))),
)  # fmt: skip


def make_clocks(context: DemoContext) -> None:
    """Register them, let time have its way with them."""
    agent = context.person("customer-service-agent")
    with acting_as(agent):
        kinds = {row["key"]: row["id"] for row in services.entries(KIND)}
        channels = {row["key"]: row["id"] for row in services.entries(CHANNEL)}
        customers = list(db.session.scalars(select(Customer.id).order_by(Customer.id).offset(4).limit(len(CLOCKS))))
        db.session.rollback()
        for (subject, kind, channel, name, phone, course, ago, done), customer in zip(CLOCKS, customers, strict=False):
            received = clock.now() - timedelta(minutes=ago)
            values: dict[str, Any] = {
                "customer_id": customer, "complainant": name, "phone": phone, "subject": subject, "course": course,
                "kind_id": kinds[kind], "channel_id": channels[channel], "received_at": received,
            }  # fmt: skip
            with writing():
                complaint = services.register(values, by_code=True)
                complaint.handler_id = agent.id
                for what, later, note in done:
                    _happen(complaint, what, received + timedelta(minutes=later), note)
    with writing():
        watch()


def _happen(complaint: Complaint, kind: str, at: datetime, note: str) -> None:
    """An event, and how the complaint stands after it."""
    if kind == PAUSED:
        complaint.paused = True
    elif kind != TOLD:
        complaint.state = kind
    if kind == PLANNED:
        complaint.planned_at = at
    services.add_event(complaint, kind, note, owner_id=complaint.handler_id, at=at)
