"""The demo company: one destruction carried out with its certificate, one that waits for its second signature."""

from __future__ import annotations

from sqlalchemy import select

from kezhi import acting_as, db, writing

from ..approvals.services import sign
from ..apps.demo import DemoContext
from ..customers.models import Customer
from ..customers.services import create_customer
from .models import Proposal
from .services import execute_proposal, keep_back, propose_destruction

#: files without any trade, as they were entered at fairs years ago
GONE = (("无锡合众五金经营部", "hz-wx"), ("镇江旭日灯具商行", "xr-zj"), ("芜湖南方电料店", "nf-wh"))
WAITING = (("常州启明电器经营部", "qm-cz"), ("马鞍山东升建材商行", "ds-mas"))
BASIS = "展会留资已满五年，未发生任何交易，按客户档案保管期限规定到期。"
ASKED = "登记多年无往来，依个人信息保护规定应予删除，保管期限已满。"


def make(context: DemoContext) -> None:
    """Enter some old prospects, propose them, and sign as the people do."""
    clerk = context.person("customer-information-clerk")
    officer, manager, general = (
        context.person(role) for role in ("customer-information-officer", "customer-service-manager", "general-manager")
    )
    done = _proposed(clerk, GONE, "expired", BASIS)
    with acting_as(officer):
        sign(_request(done), "已核对，均无交易记录。")
    with acting_as(manager):
        keep_back(done, _customer(GONE[2][0]), "该店近期重新询价，保留。")
        sign(_request(done), "同意，其中一份保留。")
    with acting_as(general):
        sign(_request(done), "同意销毁。")
    execute_proposal(done)
    waiting = _proposed(clerk, WAITING, "ended", ASKED)
    with acting_as(officer):
        sign(_request(waiting), "已核对，同意。")


def _proposed(clerk: object, names: tuple[tuple[str, str], ...], reason: str, basis: str) -> int:
    ids = []
    with acting_as(clerk), writing():  # type: ignore[arg-type]
        for name, mail in names:
            customer = create_customer({"name": name, "region": "华东", "business_type": "trading-company",
                                        "email": f"{mail}@example.com"})  # fmt: skip
            ids.append(int(customer.id))
    with acting_as(clerk):  # type: ignore[arg-type]
        return int(propose_destruction(ids, "file", reason, basis).id)


def _customer(name: str) -> int:
    found = db.session.scalar(select(Customer.id).where(Customer.name == name))
    db.session.rollback()
    return int(found or 0)


def _request(proposal_id: int) -> int:
    found = db.session.scalar(
        select(Proposal.request_id).where(Proposal.id == proposal_id), execution_options={"kezhi_unscoped": True}
    )
    db.session.rollback()
    return int(found or 0)
