"""The demo company's contracts: most in force, one that ends soon, a strategic one, one ended early, drafts."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from kezhi import acting_as, db, writing

from ..apps.demo import DemoContext
from ..customers.models import Contact, Customer
from ..files import services as files
from . import services

#: kind, begins so many days ago, months of validity (0: open-ended), amount in yuan, subject, what comes of it
CASES: tuple[tuple[str, int, int, int, str, str], ...] = (
    ("strategic", 420, 36, 0, "三年战略合作：联合备货与新品首发", ""),
    ("long_term", 341, 12, 6_800_000, "年度电工产品长期供货协议", ""),
    ("supply", 700, 12, 2_150_000, "办公楼机电改造供货合同", "renewed"),
    ("quality", 300, 24, 0, "质量保证与售后服务协议", ""),
    ("cooperation", 150, 12, 0, "区域推广合作协议", ""),
    ("supply", 90, 6, 468_000, "商场照明改造供货合同", ""),
    ("long_term", 520, 24, 12_500_000, "住宅项目长期供货协议", ""),
    ("supply", 520, 12, 890_000, "厂房配电箱供货合同", "expired"),
    ("intent", 20, 3, 0, "智能家居产品合作意向书", ""),
    ("strategic", 760, 24, 0, "精装房战略集采协议", "ended"),
    ("supply", 40, 12, 1_260_000, "物流园消防管材供货合同", ""),
    ("cooperation", 400, 12, 0, "经销授权合作协议", "renewed"),
    ("supply", -15, 12, 3_300_000, "新校区弱电工程供货合同", ""),
    ("quality", 0, 12, 0, "阀门质保补充协议（待对方盖章）", "draft"),
    ("long_term", 200, 0, 0, "长期价格框架协议（无固定期限）", ""),
)
TERMS = "月结三十天；交货期七个工作日，加急另议；价格系数每季度复核一次。"
SCAN = """{number} {subject}

甲方：{ours}
乙方：{theirs}

一、{terms}
二、未尽事宜双方协商解决。
（演示文本，盖章扫描件由销售内勤归档）
"""


def make(context: DemoContext) -> None:
    """Enter the contracts in the name of the sales director, each with another customer, through the services."""
    with acting_as(context.person("sales-director")):
        rows = db.session.execute(
            select(Customer.id, Customer.name, Customer.legal_representative)
            .where(Customer.code.is_not(None), Customer.owner_id.is_not(None))
            .order_by(Customer.code)
            .limit(len(CASES))
        ).all()
        people = dict(db.session.execute(select(Contact.customer_id, Contact.name).order_by(Contact.id.desc())).all())
        db.session.rollback()
        made = []
        for row, case in zip(rows, CASES, strict=False):
            signer = people.get(row.id) or row.legal_representative or "王建国"
            with writing():
                made.append(_make(row.id, str(signer), case, context))
        for contract_id in made[:3]:
            _attach(contract_id)


def _make(customer_id: int, signer: str, case: tuple[str, int, int, int, str, str], context: DemoContext) -> int:
    kind, ago, months, amount, subject, outcome = case
    begins = context.today - timedelta(days=ago)
    signed = None if outcome == "draft" else min(begins - timedelta(days=3), context.today)
    ours = context.person("sales-director").name
    values: dict[str, Any] = {
        "customer_id": customer_id,
        "kind": kind,
        "title": subject,
        "signed_on": signed,
        "our_signer": ours,
        "their_signer": signer,
        "valid_from": begins,
        "valid_to": _months_after(begins, months) if months else None,
        "amount": amount * 100 or None,
        "terms": TERMS if amount else "",
    }
    contract = services.create_contract(values, source="demo")
    if outcome == "renewed":
        last = values["valid_to"]
        following = {**values, "number": "", "signed_on": min(last - timedelta(days=20), context.today),
                     "valid_from": last + timedelta(days=1), "valid_to": _months_after(last, 12)}  # fmt: skip
        services.renew_contract(contract.id, following, source="demo")
    elif outcome == "ended":
        last_day = context.today - timedelta(days=70)
        services.terminate_contract(contract.id, contract.version, last_day, "对方项目公司注销，双方书面同意提前终止")
    return int(contract.id)


def _months_after(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, min(day.day, 28)) - timedelta(days=1)


def _attach(contract_id: int) -> None:
    contract = services.contract_by_id(contract_id)
    text = SCAN.format(
        number=contract.number,
        subject=contract.title,
        ours=contract.our_party,
        theirs=contract.their_party,
        terms=TERMS,
    )
    name = f"{contract.number}.txt"
    db.session.rollback()
    upload = files.receive(io.BytesIO(text.encode()), name)
    with writing():
        files.attach(upload, "contracts", "contract", contract_id)
