"""What hangs on a customer follows it, whether the app that keeps it runs, is off, or is gone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from kezhi import NotFound, Refused, User, acting_as, db, writing
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.apps.record_links import links_to
from kezhi.builtin.customers.models import Customer, CustomerChange, CustomerOwner, UsedCode
from kezhi.builtin.customers.services import (
    assign_customers,
    blockers,
    create_customer,
    delete_customer,
    erase_customer,
    hand_over,
    merge_customers,
    update_customer,
)
from kezhi.db import dispose_models
from kezhi.discover import forget
from kezhi.lifecycle import disable, enable
from kezhi.site import Site
from kezhi.testing.databases import with_options
from kezhi.testing.distributions import make_distribution, on_path, remove_metadata

pytestmark = [pytest.mark.services, pytest.mark.plugins("trade")]

BODY = """
@hookimpl
def register_record_links(self):
    from kezhi import RecordLink, lazy_gettext
    target = "customers_customer"
    return [
        RecordLink("zeta_call", lazy_gettext("Calls"), target, personal=("caller", "number"), hand_over="agent_id"),
        RecordLink("zeta_mark", lazy_gettext("Marks"), target, delete="delete", erase="delete", merge="keep_one",
                   unique=("kind",)),
        RecordLink("zeta_sum", lazy_gettext("Sums"), target, delete="delete", erase="keep", merge="combine",
                   combine={"amount": "sum", "latest": "max"}),
        RecordLink("zeta_past", lazy_gettext("Past"), target, delete="keep", erase="keep", merge="keep"),
    ]
"""
MIGRATION = """
import sqlalchemy as sa
from alembic import op
from kezhi import BigInt
revision = "zeta_0001"
down_revision = None
def customer():
    return sa.Column("customer_id", BigInt, sa.ForeignKey("customers_customer.id", ondelete="RESTRICT"), nullable=False)
def upgrade():
    op.create_table("zeta_call", sa.Column("id", BigInt, primary_key=True), customer(),
        sa.Column("caller", sa.Text, nullable=False), sa.Column("number", sa.Text),
        sa.Column("subject", sa.Text, nullable=False), sa.Column("agent_id", BigInt))
    op.create_table("zeta_mark", customer(), sa.Column("kind", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "kind"))
    op.create_table("zeta_sum", sa.Column("customer_id", BigInt, primary_key=True, autoincrement=False),
        sa.Column("amount", BigInt, nullable=False), sa.Column("latest", BigInt, nullable=False))
    op.create_table("zeta_past", sa.Column("customer_id", BigInt, primary_key=True, autoincrement=False))
def downgrade():
    for name in ("past", "sum", "mark", "call"):
        op.drop_table("zeta_" + name)
"""
STATES = ["enabled", "disabled", "missing"]


@pytest.fixture
def zeta(site: Site, tmp_path: Path) -> Iterator[Callable[[str], Site]]:
    """``zeta(state)``: a site in which the app with the calls is enabled, disabled or missing; its rows are there."""
    before = list(sys.path)
    make_distribution(tmp_path, "zeta", body=BODY, files={"migrations/0001_zeta.py": MIGRATION})
    on_path(tmp_path)
    with site.app.app_context():
        enable(site, "zeta")
    opened: list[Any] = []

    def make(state: str) -> Site:
        if state == "disabled":
            with site.app.app_context():
                disable(site, "zeta")
        if state == "missing":
            remove_metadata(tmp_path, "zeta")
            forget("zeta")
        fresh = with_options(site)
        context = fresh.app.app_context()
        context.push()
        opened.append((fresh, context))
        assert ("zeta" in fresh.app.extensions["kezhi"].plugins) is (state == "enabled")
        return fresh

    yield make
    for fresh, context in opened:
        db.session.remove()
        context.pop()
        fresh.close()
    sys.path[:] = before
    forget("zeta")
    dispose_models("zeta", "zeta_")


def run(statement: str, **values: Any) -> Any:
    with writing():
        result = db.session.execute(text(statement), values)
        return [tuple(row) for row in result] if result.returns_rows else None


def two_customers() -> tuple[int, int]:
    """The one that stays and the one that goes, each with rows in every table of zeta."""
    with writing():
        keep = create_customer({"code": "KEEP", "name": "Keep"}).id
        gone = create_customer({"code": "GONE", "name": "Gone", "phone": "13800138000", "contact_name": "Lin"}).id
    for number, customer in enumerate((keep, gone)):
        run("INSERT INTO zeta_call (id, customer_id, caller, number, subject, agent_id)"
            " VALUES (:n, :c, 'Mr Lin', '138', 'price', 77)", n=number, c=customer)  # fmt: skip
        run("INSERT INTO zeta_sum VALUES (:c, :a, :l)", c=customer, a=10 + number, l=5 - number)
        run("INSERT INTO zeta_past VALUES (:c)", c=customer)
        run("INSERT INTO zeta_mark VALUES (:c, 'both')", c=customer)
    run("INSERT INTO zeta_mark VALUES (:c, 'only here')", c=gone)
    return keep, gone


@pytest.mark.clause("CUS-06")
@pytest.mark.parametrize("state", STATES)
def test_a_merge_takes_everything_along(zeta: Callable[[str], Site], state: str) -> None:
    site = zeta(state)
    keep, gone = two_customers()
    with writing():
        update_customer(gone, 1, {"name": "Gone Ltd"})
    with writing():
        merge_customers(keep, gone)
    assert run("SELECT customer_id, subject FROM zeta_call") == [(keep, "price")] * 2
    assert run("SELECT customer_id, kind FROM zeta_mark ORDER BY kind") == [(keep, "both"), (keep, "only here")]
    assert run("SELECT customer_id, amount, latest FROM zeta_sum") == [(keep, 21, 5)]
    assert run("SELECT customer_id FROM zeta_past ORDER BY 1") == [(keep,), (gone,)], "history stays where it was"
    assert db.session.get(Customer, gone) is None
    changes = db.session.scalars(select(CustomerChange.new).where(CustomerChange.customer_id == keep)).all()
    assert "Gone Ltd" in changes, "both histories stay"
    codes = db.session.scalars(select(UsedCode.code).where(UsedCode.customer_id == keep).order_by(UsedCode.code))
    assert codes.all() == ["GONE", "KEEP"]
    errors = [finding for finding in examine(site) if finding["level"] == "error"]
    assert [finding for finding in errors if "zeta" not in finding["message"]] == []


@pytest.mark.parametrize("state", STATES)
def test_an_erasure_reaches_every_app(zeta: Callable[[str], Site], state: str) -> None:
    zeta(state)
    keep, gone = two_customers()
    with writing():
        update_customer(gone, 1, {"phone": "13900139000"})
    with writing():
        counts = erase_customer(gone)
    calls = run("SELECT customer_id, caller, number, subject FROM zeta_call ORDER BY id")
    assert calls == [(keep, "Mr Lin", "138", "price"), (gone, "", None, "price")]
    assert run("SELECT customer_id FROM zeta_mark") == [(keep,)]
    assert counts["zeta_call"] == 1
    customer = db.session.get(Customer, gone)
    assert customer is not None
    assert (customer.phone, customer.phone_key, customer.contact_name, customer.name) == ("", "", "", "Gone")
    left = db.session.execute(select(CustomerChange.old, CustomerChange.new)).all()
    assert all("13" not in old + new for old, new in left)


@pytest.mark.clause("CUS-01")
@pytest.mark.parametrize("state", STATES)
def test_a_deletion_names_what_stands_in_its_way(zeta: Callable[[str], Site], state: str) -> None:
    zeta(state)
    _keep, gone = two_customers()
    assert [(each.plugin, each.label, each.count) for each in blockers(gone)] == [("zeta", "Calls", 1)]
    with pytest.raises(Refused, match=r"Calls \(1\)"), writing():
        delete_customer(gone)
    assert db.session.get(Customer, gone) is not None
    assert len(run("SELECT 1 FROM zeta_mark")) == 3, "nothing was deleted"
    run("DELETE FROM zeta_call WHERE customer_id = :c", c=gone)
    with writing():
        delete_customer(gone)
    assert len(run("SELECT 1 FROM zeta_mark")) == 1
    assert run("SELECT customer_id FROM zeta_past WHERE customer_id = :c", c=gone) == [(gone,)]
    with pytest.raises(Refused, match="GONE"), writing():
        create_customer({"code": "GONE", "name": "Again"})


@pytest.mark.clause("ORG-01")
@pytest.mark.parametrize("state", STATES)
def test_a_hand_over_loses_nothing(zeta: Callable[[str], Site], state: str) -> None:
    site = zeta(state)
    from kezhi.testing.plugin import new_person

    li, wang = new_person(site.app, "li", "salesperson").id, new_person(site.app, "wang", "salesperson").id
    keep, gone = two_customers()
    with writing():
        update_customer(keep, 1, {"owner_id": li, "stage": "existing"})
    run("UPDATE zeta_call SET agent_id = :l", l=li)
    with writing():
        moved = hand_over(li or 0, wang or 0)
    assert {table: count for table, count in moved.items() if count} == {"customers_customer": 1, "zeta_call": 1}
    assert run("SELECT customer_id, agent_id FROM zeta_call ORDER BY id") == [(keep, wang), (gone, li)]
    customer = db.session.get(Customer, keep)
    assert customer is not None
    assert (customer.owner_id, customer.stage) == (wang, "existing")
    history = select(CustomerOwner.user_id, CustomerOwner.to_at.is_(None)).where(CustomerOwner.customer_id == keep)
    assert {tuple(row) for row in db.session.execute(history)} == {(li, False), (wang, True)}
    with pytest.raises(Refused), writing():
        hand_over(li or 0, 987_654)


@pytest.mark.clause("ORG-01", "CUS-04")
@pytest.mark.parametrize("state", STATES)
def test_chosen_customers_take_along_what_is_in_the_former_owners_charge(
    zeta: Callable[[str], Site], state: str
) -> None:
    site = zeta(state)
    from kezhi.testing.plugin import new_person

    li, wang, sun = (new_person(site.app, login, "salesperson").id for login in ("li", "wang", "sun"))
    keep, gone = two_customers()
    with writing():
        update_customer(keep, 1, {"owner_id": li})
        update_customer(gone, 1, {"owner_id": wang})
    run("UPDATE zeta_call SET agent_id = :l", l=li)
    with writing():
        assert assign_customers(select(Customer.id).where(Customer.id.in_([keep, gone])), sun or 0) == 2
    assert run("SELECT customer_id, agent_id FROM zeta_call ORDER BY id") == [(keep, sun), (gone, li)]
    open_now = select(CustomerOwner.customer_id, CustomerOwner.user_id).where(CustomerOwner.to_at.is_(None))
    assert {tuple(row) for row in db.session.execute(open_now)} == {(keep, sun), (gone, sun)}
    with writing():
        assert assign_customers(select(Customer.id).where(Customer.id.in_([keep, gone])), sun or 0) == 0, (
            "theirs already"
        )
    with pytest.raises(Refused), writing():
        assign_customers(select(Customer.id).where(Customer.id == keep), 987_654)
    assert run("SELECT customer_id, agent_id FROM zeta_call ORDER BY id") == [(keep, sun), (gone, li)]


def test_links_of_an_uninstalled_app_are_gone(zeta: Callable[[str], Site]) -> None:
    from kezhi.builtin.apps.removal import uninstall

    site = zeta("enabled")
    assert "zeta" in {stored.plugin for stored in links_to("customers_customer")}
    db.session.rollback()
    uninstall(site, "zeta", wait=1)
    db.session.rollback()
    assert "zeta" not in {stored.plugin for stored in links_to("customers_customer")}


@pytest.mark.clause("CUS-04")
def test_what_one_may_not_see_one_may_not_merge_erase_or_delete(app: Flask, add_person: Callable[..., User]) -> None:
    stranger = add_person("stranger", "salesperson")
    with writing():
        one, two = (create_customer({"code": code, "name": code}).id for code in ("A", "B"))
    for attempt in (lambda: merge_customers(one, two), lambda: erase_customer(one), lambda: delete_customer(one)):
        with acting_as(stranger), pytest.raises(NotFound), writing():
            attempt()
    with pytest.raises(Refused), writing():
        merge_customers(one, one)
    db.session.expire_all()
    assert db.session.scalars(select(Customer.code).order_by(Customer.code)).all() == ["A", "B"]


@pytest.mark.clause("CUS-06")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.tuples(st.booleans(), st.integers(0, 10**9)), max_size=6), is_enabled=st.booleans())
def test_merged_sums_are_what_the_orders_say(app: Flask, amounts: list[tuple[bool, int]], is_enabled: bool) -> None:
    """No order is lost, and the summary equals a recount, also when the app was off during the merge."""
    from kezhi_trade.models import CustomerTrade, Order
    from kezhi_trade.services import create_order

    site: Site = app.extensions["kezhi"].site
    with writing():
        for table in ("trade_order", "trade_customer"):
            db.session.execute(text(f"DELETE FROM {table}"))  # noqa: S608
        keep, gone = (create_customer({"name": name}).id for name in ("Keep", "Gone"))
        for number, (first, amount) in enumerate(amounts):
            values = {"customer_id": keep if first else gone, "number": f"O{number}-{keep}", "amount": amount}
            create_order({**values, "order_date": date(2026, 1, 1 + number)})
    if not is_enabled:
        disable(site, "trade")
    with site.app.app_context(), writing():
        merge_customers(keep, gone)
    if not is_enabled:
        enable(site, "trade")
    db.session.rollback()
    found = db.session.execute(
        select(CustomerTrade.total_amount, CustomerTrade.order_count, CustomerTrade.last_order_date)
    ).all()
    total = sum(amount for _first, amount in amounts)
    expected = [(total, len(amounts), date(2026, 1, len(amounts)))] if amounts else []
    assert [tuple(row) for row in found] == expected
    assert len(db.session.scalars(select(Order.id)).all()) == len(amounts)
