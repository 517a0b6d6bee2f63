"""The demo company: made through the same services as pages and commands, complete, and the same every time."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from stdnum.cn import uscc

from kezhi import acting_as, clock, db, setting
from kezhi.builtin.accounts.models import Department, Role
from kezhi.builtin.accounts.services import user_named
from kezhi.builtin.approvals.models import FlowVersion, Request
from kezhi.builtin.approvals.services import inbox
from kezhi.builtin.apps.demo import USERS_FILE, make_demo
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.apps.setup import initialise
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.destruction import demo as destruction

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def company(databases: Any) -> Iterator[Any]:
    """A site with the demo company in it."""
    site, _password = initialise(databases.empty(), company="澄江贸易集团", admin="admin")
    make_demo(site)
    with site.app.app_context():
        yield site
    databases.drop(site)


def users(site: Any) -> list[list[str]]:
    text = (site.config.data / USERS_FILE).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()]


def test_every_role_has_somebody_who_can_log_in(company):
    rows = users(company)
    assert {role for _login, role, _password in rows} == set(db.session.scalars(select(Role.key)))
    client = company.app.test_client()
    login, _role, password = rows[0]
    answer = client.post("/login", data={"login": login, "password": password})
    assert (answer.status_code, "password" in answer.headers["Location"]) == (302, False)


def test_the_passwords_are_random_and_only_their_owner_can_read_them(company):
    assert stat.S_IMODE((company.config.data / USERS_FILE).stat().st_mode) == 0o600
    passwords = [password for _login, _role, password in users(company)]
    assert len(set(passwords)) == len(passwords)
    assert min(map(len, passwords)) >= 12


@pytest.mark.clause("CUS-01", "CUS-02", "CUS-04")
def test_fifty_customers_with_valid_codes_and_owners_among_the_salespeople(company):
    # old prospects whose destruction is proposed have neither codes nor owners
    given_up = [name for name, _mail in (*destruction.GONE, *destruction.WAITING)]
    customers = db.session.scalars(select(Customer).where(Customer.name.not_in(given_up))).all()
    assert len(customers) == 54
    # four were entered since new customers are confirmed: one of them was, the others are prospects
    assert sum(customer.code is not None for customer in customers) == 51
    assert all(uscc.is_valid(customer.credit_code) for customer in customers)
    sellers = {user_named(login).id for login, role, _password in users(company) if role == "salesperson"}
    assert {customer.owner_id for customer in customers} == sellers
    assert db.session.scalar(select(func.count()).select_from(Department)) > 8


@pytest.mark.plugins("trade")
@pytest.mark.clause("TRD-01")
def test_about_fifteen_hundred_orders_in_two_years_up_to_today(company):
    from kezhi_trade.models import Order

    count, first, last = db.session.execute(
        select(func.count(), func.min(Order.order_date), func.max(Order.order_date))
    ).one()
    assert 1_300 <= count <= 1_700
    assert first >= clock.today() - timedelta(days=732)
    assert clock.today() - timedelta(days=10) <= last <= clock.today()


@pytest.mark.plugins("trade", "grading")
@pytest.mark.clause("GRD-10", "APR-01")
def test_one_grading_is_in_force_and_one_waits_for_its_first_signature(company):
    from kezhi_grading.models import Run
    from kezhi_grading.services.approval import KIND

    tiers, published, waiting = db.session.scalars(select(Run).order_by(Run.id)).all()
    assert (tiers.scheme_key, tiers.state) == ("service-tiers", "published"), "apps that promise times have them"
    assert (published.state, published.period_start.month, published.period_end.month) == ("published", 1, 12)
    assert waiting.state == "proposed"
    assert min(Counter(published.counts).get(grade, 0) for grade in "ABC") >= 8
    statuses = list(db.session.scalars(select(Request.status).where(Request.kind == KIND).order_by(Request.id)))
    assert statuses == ["approved", "approved", "pending"]
    with acting_as(user_named("sales-director")):
        assert [request.kind for request in inbox()] == ["grading.run"]


@pytest.mark.plugins("trade", "grading")
@pytest.mark.clause("APR-01")
def test_the_company_keeps_flows_of_its_own_in_several_versions(company):
    versions = select(FlowVersion.kind, func.max(FlowVersion.version)).group_by(FlowVersion.kind)
    assert dict(db.session.execute(versions).all()) == {"approvals.memo": 3, "grading.run": 2}
    followed = select(Request.kind, FlowVersion.version).join(FlowVersion, FlowVersion.id == Request.flow_id)
    assert Counter(map(tuple, db.session.execute(followed))) == {("grading.run", 2): 1, ("approvals.memo", 3): 2}


def test_the_doctor_finds_nothing(company):
    assert [finding for finding in examine(company) if finding["level"] == "error"] == []
    assert setting("kezhi", "demo") is True


def test_the_content_is_the_same_every_time(company, databases):
    def content() -> list[Any]:
        return db.session.execute(
            select(Customer.code, Customer.name, Customer.credit_code, Customer.phone).order_by(Customer.code)
        ).all()

    first = content()
    site, _password = initialise(databases.empty(), company="另一家", admin="admin")
    try:
        make_demo(site)
        with site.app.app_context():
            assert content() == first
    finally:
        databases.drop(site)


@pytest.mark.plugins("trade")
@pytest.mark.clause("TRD-07", "TRD-09")
def test_most_customers_have_declared_two_years_and_some_have_had_a_dispute(company):
    from kezhi_trade.models import SERIOUS, Declaration, Dispute

    year = clock.today().year
    people = select(func.count(Declaration.customer_id.distinct())).where(Declaration.year == year - 1)
    assert 35 <= db.session.scalar(people) <= 45
    assert set(db.session.scalars(select(Declaration.year).distinct())) == {year - 2, year - 1}
    gravities = Counter(db.session.scalars(select(Dispute.gravity)))
    assert len(gravities) == 2
    assert 0 < gravities[SERIOUS] < gravities["ordinary"]
    assert len(set(db.session.scalars(select(Dispute.state)))) == 3


@pytest.mark.plugins("trade")
@pytest.mark.clause("TRD-01")
def test_most_invoices_are_paid_some_are_late_and_some_money_is_on_account(company):
    from kezhi_trade.receivables import AGES, receivables

    rows = db.session.execute(receivables(None, clock.today())).mappings().all()
    totals = {name: sum(row[name] for row in rows) for name in (*(name for name, _last in AGES), "deposits")}
    assert min(totals.values()) > 0
    assert 20 <= sum(1 for row in rows if row["overdue_days_max"]) <= 50
