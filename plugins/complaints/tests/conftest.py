"""People, a customer and complaints for examples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import User, acting_as, clock, db, writing


@dataclass(frozen=True)
class Desk:
    """A small company: two agents and the manager of customer service, a salesperson, and the general manager."""

    agent: User
    colleague: User
    manager: User
    seller: User
    chief: User
    department_id: int


@pytest.fixture
def desk(app: Any, add_person: Callable[..., User]) -> Desk:
    from kezhi.builtin.accounts.services import add_department, set_manager, user_named

    with writing():
        service = add_department("Customer service").id
    manager = add_person("service-manager", "customer-service-manager", department_id=service)
    with writing():
        set_manager(service, manager.id)
    add_person("agent", "customer-service-agent", department_id=service)
    agent = user_named("agent")
    assert agent is not None
    colleague = add_person("colleague", "customer-service-agent", department_id=service)
    return Desk(agent, colleague, manager, add_person("seller", "salesperson"), add_person("chief", "general-manager"),
                service)  # fmt: skip


@pytest.fixture
def customer(app: Any) -> Callable[..., int]:
    """``customer("K1")`` enters a customer and returns its id."""
    from kezhi.builtin.customers.models import Customer

    def make(code: str, **values: Any) -> int:
        with writing():
            record = Customer(code=code, name=f"客户 {code}", created_at=clock.now(), updated_at=clock.now(), **values)
            db.session.add(record)
            db.session.flush()
            return int(record.id)

    return make


@pytest.fixture
def heard(app: Any, desk: Desk) -> Callable[..., int]:
    """``heard(subject="…")`` has the agent write a complaint down and returns its id."""
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    def make(by: User | None = None, kind: str = "discrepancy", channel: str = "phone", **values: Any) -> int:
        with acting_as(by or desk.agent), writing():
            kinds = {row["key"]: row["id"] for row in services.entries(KIND)}
            channels = {row["key"]: row["id"] for row in services.entries(CHANNEL)}
            given = {
                "complainant": "陆敏", "phone": "139 0001 7718", "subject": "到货短少 12 件",
                "course": "送货单 48 件，现场清点 36 件。", "kind_id": kinds[kind], "channel_id": channels[channel],
                **values,
            }  # fmt: skip
            return int(services.register(given, by_code="received_at" in values).id)

    return make


@pytest.fixture
def go(app: Any) -> Any:
    """``go(person, complaint_id, "plan", note="…")`` makes a step with the version of the moment."""
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, Complaint

    def step(person: Any, complaint_id: int, key: str, version: int | None = None, **values: Any) -> Any:
        with acting_as(person):
            with writing():
                channels = {row["key"]: row["id"] for row in services.entries(CHANNEL)}
            table: Any = Complaint.__table__
            now = db.session.execute(select(table.c.version).where(table.c.id == complaint_id)).scalar_one()
            db.session.rollback()
            if "channel" in values:
                values["channel"] = channels[values["channel"]]
            try:
                return services.take_step(complaint_id, version or now, key, values)
            finally:
                db.session.rollback()

    return step


@pytest.fixture
def tiered(app: Any, monkeypatch: pytest.MonkeyPatch, customer: Callable[..., int]) -> Callable[[str, str], int]:
    """``tiered("K1", "gold")``: the customer K1 has that tier from now on, as an app that grades customers says."""
    from sqlalchemy import literal, union_all

    from kezhi.builtin.customers.contributions import ServiceTier, ServiceTiers

    order = ("super", "gold", "silver", "normal")
    tiers = tuple(ServiceTier(key, key.title(), place, 8) for place, key in enumerate(order, 1))
    codes: dict[str, int] = {}
    given: dict[int, str] = {}

    def provided() -> ServiceTiers:
        rows = [select(literal(one).label("customer_id"), literal(key).label("tier")) for one, key in given.items()]
        table = union_all(*rows).subquery() if len(rows) > 1 else rows[0].subquery()
        return ServiceTiers(tiers, select(table.c.customer_id, table.c.tier))

    monkeypatch.setattr(app.extensions["kezhi"].call, "customer_service_tiers", provided, raising=False)

    def make(code: str, tier: str) -> int:
        codes[code] = codes.get(code) or customer(code)
        given[codes[code]] = tier
        return codes[code]

    return make
