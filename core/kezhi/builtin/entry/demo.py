"""The demo company has new customers confirmed: two wait, one came back, one was confirmed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from kezhi import acting_as, clock, db, set_setting, writing
from kezhi.users import User

from ..accounts.models import Account
from ..approvals.models import Request, RequestStep
from ..approvals.services import send_back, sign
from ..apps.demo import DemoContext
from ..customers.demo import credit_code
from ..customers.services import create_customer
from .models import Submission

#: name, short name, type, region, city, what becomes of it
NEW = (
    ("嘉兴恒岳建筑工程有限公司", "嘉兴恒岳", "contractor", "华东", "嘉兴", "sign"),
    ("温州远帆商贸有限公司", "温州远帆", "trading-company", "华东", "温州", "return"),
    ("绍兴云栖酒店管理有限公司", "绍兴云栖", "project-retail", "华东", "绍兴", ""),
    ("湖州正泽家居运营有限公司", "湖州正泽", "operation-centre", "华东", "湖州", ""),
)
#: administrative codes of their cities
AREAS = ("330402", "330302", "330602", "330502")
REASON = "请补充经营范围，并核对与温州远航商贸是否为同一家公司。"


def make(context: DemoContext) -> None:
    """Enter some customers as a salesperson does, and decide two of them as their manager."""
    with writing():
        set_setting("customers", "confirm_new", True)
    seller = context.person("salesperson")
    for at, (name, short, business_type, region, city, outcome) in enumerate(NEW):
        values = {"name": name, "short_name": short, "business_type": business_type, "region": region, "city": city,
                  "stage": "new", "country": "中国", "credit_code": credit_code(context.random, AREAS[at]),
                  "founded_on": clock.today() - timedelta(days=2000 + 300 * at)}  # fmt: skip
        with acting_as(seller), writing():
            create_customer(values)
        if outcome:
            _decide(outcome)


def _decide(outcome: str) -> None:
    newest = db.session.scalars(select(Submission).order_by(Submission.id.desc()).limit(1)).one()
    request_id, signer = newest.request_id, _signer(newest.request_id)
    assert request_id is not None
    if signer is None:
        return
    with acting_as(signer):
        if outcome == "sign":
            sign(request_id, "资料齐全，同意。")
        else:
            send_back(request_id, REASON)


def _signer(request_id: int | None) -> User | None:
    """Who can sign the first step."""
    from flask import current_app

    from ..accounts.services import users_with_role

    step = db.session.scalars(
        select(RequestStep).join(Request, Request.id == RequestStep.request_id).where(Request.id == request_id)
    ).first()
    if step is None:
        return None
    login = None
    if step.user_id is not None:
        login = db.session.scalar(select(Account.login).where(Account.id == step.user_id))
    elif step.role is not None:
        login = next((person.login for person in users_with_role(step.role)), None)
    db.session.rollback()
    found: User | None = current_app.extensions["kezhi"].call.user_by_login(login=login) if login else None
    return found
