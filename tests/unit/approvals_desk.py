"""An app whose offers are put up for approval, with its people: the ground of the tests of approvals."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import Plugin, Refused, User, acting_as, db, hookimpl, set_setting, tables, writing
from kezhi.builtin.approvals import services
from kezhi.builtin.approvals.contributions import Proposal, Step, SubjectKind
from kezhi.builtin.approvals.models import Request, RequestStep, Signature

REVIEW = Step({"zh": "复评", "en": "Review"}, role="sales-director")
APPROVAL = Step({"zh": "审批", "en": "Approval"}, role="general-manager")


def content(reference: str) -> str | None:
    """What stands on an offer now."""
    row = tables.setting
    return db.session.scalar(select(row.c.value).where(row.c.plugin == "desk", row.c.key == reference))


def digest(reference: str) -> str:
    return hashlib.sha256(str(content(reference)).encode()).hexdigest()


def write(reference: str, text: str) -> None:
    with writing():
        set_setting("desk", reference, text)


class Desk(Plugin):
    """An app with offers; an approved one is noted as ``<reference>.state``."""

    name = "desk"
    title = {"zh": "前台", "en": "Desk"}
    amount: Any = None  #: what the amount of an offer is, where offers have one

    @hookimpl
    def approval_subjects(self) -> list[SubjectKind]:
        return [
            SubjectKind(
                kind="desk.offer",
                title={"zh": "报价", "en": "Offer"},
                digest=lambda request: digest(request.reference),
                apply=self.apply,
                closed=lambda request, outcome: set_setting("desk", f"{request.reference}.state", outcome),
                steps=lambda: (REVIEW, APPROVAL),
                amount=self.amount,
            )
        ]

    def apply(self, request: Request) -> None:
        set_setting("desk", f"{request.reference}.state", "effective")
        if content(request.reference) == "too late":
            raise Refused("the offer has run out")


@pytest.fixture
def desk(app: Any) -> Desk:
    host, plugin = app.extensions["kezhi"].host, Desk()
    host.manager.register(plugin, name="desk")
    host.plugins["desk"] = plugin
    write("offer-1", "ten tables")
    return plugin


@pytest.fixture
def people(add_person: Callable[..., User]) -> dict[str, User]:
    return {
        "maker": add_person("maker", "data-analyst"),
        "director": add_person("director", "sales-director"),
        "manager": add_person("manager", "general-manager"),
        "outsider": add_person("outsider", "salesperson"),
    }


def proposal(*steps: Step, reference: str = "offer-1") -> Proposal:
    return Proposal(
        kind="desk.offer",
        reference=reference,
        title={"zh": "报价一", "en": "Offer one"},
        digest=digest(reference),
        steps=steps or (REVIEW, APPROVAL),
        snapshot={"facts": [[{"zh": "内容", "en": "Content"}, content(reference)]]},
    )


def propose(user: User, *steps: Step, reference: str = "offer-1") -> int:
    with acting_as(user), writing():
        return services.propose(proposal(*steps, reference=reference)).id


def sign(user: User, request_id: int, opinion: str = "", **more: Any) -> Request:
    with acting_as(user):
        return services.sign(request_id, opinion, **more)


def stored(request_id: int) -> dict[str, Any]:
    """A request as the database has it, with everything that hangs on it."""
    db.session.rollback()
    table = Request.__table__
    row = dict(db.session.execute(select(table).where(table.c.id == request_id)).mappings().one())
    steps = select(RequestStep.round, RequestStep.position, RequestStep.state).order_by(RequestStep.id)
    row["steps"] = [tuple(step) for step in db.session.execute(steps)]
    row["signatures"] = db.session.scalar(select(func.count()).select_from(Signature))
    row["state"] = content(f"{row['reference']}.state")
    return row


def state(reference: str = "offer-1") -> str | None:
    db.session.rollback()
    return content(f"{reference}.state")
