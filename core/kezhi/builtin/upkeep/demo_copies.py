"""Where the demo company keeps the copies of its base files, and what its customer-service manager guided."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kezhi import acting_as, db, writing

from ..apps.demo import DemoContext
from ..customers.models import Customer
from .copying import institutional
from .models import DATABASE, SERVICE
from .services import keeping

#: days ago, role of whom it was for, what was said
GUIDED = (
    (70, "", "季度例会：重申客户原始资料由信息员统一录入，业务员只报变更，不自行改档。"),
    (33, "customer-information-clerk", "抽查二十份档案，三份缺统一社会信用代码，要求当周补齐。"),
    (9, "salesperson", "现场指导竞争环境跟踪的写法：写清对手动作、对我方影响和应对措施。"),
)


def make_copies(context: DemoContext) -> None:
    """Most institutional customers have both copies; of a few one is missing, of some both."""
    clerk, analyst = context.person("customer-information-clerk"), context.person("data-analyst")
    manager, today = context.person("customer-service-manager"), context.today
    compared = today - timedelta(days=24)
    with acting_as(clerk), writing():
        firms = list(db.session.scalars(select(Customer.id).where(institutional()).order_by(Customer.id)))
        for number, customer_id in enumerate(firms):
            box = f"客服部资料柜 {number // 8 + 1}-{number % 8 + 1}"
            paper = keeping.Place(box, clerk.id or 0, compared if number % 3 else None)
            electronic = keeping.Place("信息部客户数据库", analyst.id or 0, compared if number % 3 else None)
            places = {SERVICE: None if number % 11 == 9 else paper, DATABASE: None if number % 9 == 7 else electronic}
            keeping.keep(customer_id, places)
    with acting_as(manager), writing():
        for days, role, text in GUIDED:
            person = context.person(role).id if role else None
            keeping.guide(text, today - timedelta(days=days), person_id=person)
        keeping.guide("核对该客户开票信息与营业执照，已请业务员补交复印件。", today - timedelta(days=3), firms[0])
