"""Some notes of the demo company, on its first customers."""

from __future__ import annotations

from sqlalchemy import select

from kezhi import NotFound, Refused, acting_as, db, writing

from ..apps.demo import DemoContext
from . import services

NOTES = (
    ("sales-director", "十二月的年度框架，价格条款先对一遍再报给客户。"),
    ("customer-information-clerk", "@{manager} 采购部换了联系人，资料已更新，请安排一次回访。"),
    ("customer-service-manager", "客户反映上月两车晚到，已与仓库核对，本周回复。"),
)


def make(context: DemoContext) -> None:
    """Write notes on customers; without the customer file there is nothing to write them on."""
    timeline = services.timelines().get(("customers", "customer"))
    if timeline is None:
        return
    ids = list(db.session.scalars(select(timeline.key).order_by(timeline.key).limit(2)))
    manager = context.person("customer-service-manager").name
    db.session.rollback()
    for customer_id in ids:
        for role, text in NOTES:
            with acting_as(context.person(role)), writing():
                try:
                    services.write_note("customers", "customer", customer_id, text.replace("{manager}", manager))
                except (NotFound, Refused):  # a company that gives this role fewer rights
                    continue
