"""Some files of the demo company, hung on its first customers."""

from __future__ import annotations

import io

from sqlalchemy import select

from kezhi import acting_as, db, writing

from ..apps.demo import DemoContext
from . import services

VISIT = """拜访纪要

参加：客户采购部、我方业务员
议题：年度用量、交货周期、付款方式
结论：先供一批试用，月底前报价。
"""
AGREEMENT = """年度框架协议要点

一、价格系数每季度复核一次
二、月结三十天
三、交货期七个工作日，加急另议
"""
PRICES = "产品组,规格,单价（元）\n阀门,DN50,186.00\n电线电缆,3×2.5,4.20\n"


def make(context: DemoContext) -> None:
    """Attach notes and a price list to customers; without the customer file there is nothing to attach them to."""
    attachment = services.attachments().get(("customers", "customer"))
    if attachment is None:
        return
    ids = list(db.session.scalars(select(attachment.key).order_by(attachment.key).limit(3)))
    db.session.rollback()
    with acting_as(context.person("customer-information-clerk")):
        for customer_id in ids:
            _attach(customer_id, "首次拜访纪要.txt", VISIT, "")
            _attach(customer_id, "年度框架协议要点.txt", AGREEMENT, "")
        for customer_id in ids[:1]:
            _attach(customer_id, "报价单.csv", PRICES, "含税，三十天内有效")


def _attach(customer_id: int, name: str, text: str, note: str) -> None:
    upload = services.receive(io.BytesIO(text.encode()), name)
    with writing():
        services.attach(upload, "customers", "customer", customer_id, note=note)
