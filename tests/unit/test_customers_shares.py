"""Dated shares of customers: they open a file from a day to a day, to look at or to change, and end by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from kezhi import Conflict, NotFound, Refused, User, acting_as, clock, db, visible, writing
from kezhi.builtin.accounts.services import add_department, user_named
from kezhi.builtin.customers.models import Contact, Customer, CustomerChange, CustomerShare
from kezhi.builtin.customers.services import (
    add_analysis,
    add_contact,
    assign_customers,
    create_customer,
    delete_customer,
    hand_over,
    merge_customers,
    update_customer,
)
from kezhi.builtin.customers.sharing.acts import Terms, end_share, share_customers
from kezhi.builtin.customers.sharing.reading import entries
from kezhi.builtin.customers.sharing.rules import shared_ids
from kezhi.builtin.handover.services import Plan, carry_out
from kezhi.builtin.tasks.models import Notice
from kezhi.testing.jobs import run_job

pytestmark = pytest.mark.services


def ids(*numbers: int) -> Any:
    return select(Customer.__table__.c.id).where(Customer.__table__.c.id.in_(numbers))


def seen(login: str) -> set[str]:
    with acting_as(person(login)):
        return set(db.session.scalars(visible(Customer).with_only_columns(Customer.name)))


def person(login: str) -> User:
    found = user_named(login)
    assert found is not None
    return found


def days(first: int = 0, last: int = 9, **more: Any) -> Terms:
    today = clock.today()
    return Terms(today + timedelta(days=first), today + timedelta(days=last), "替班", **more)


def share(customer_id: int, to: str, *, by: str = "wang", **more: Any) -> int:
    with acting_as(person(by)), writing():
        share_customers(ids(customer_id), days(user_id=person(to).id, **more))
    statement = select(func.max(CustomerShare.id))
    return int(db.session.scalar(statement) or 0)


@pytest.fixture
def firm(add_person: Callable[..., User]) -> dict[str, int]:
    """Salesperson 王 in 华东 owns two customers; 李 works in 华南, below 南区; 赵 heads 华东."""
    with writing():
        east = add_department("华东").id
        south = add_department("南区").id
        below = add_department("华南", parent_id=south).id
    add_person("wang", "salesperson", department_id=east)
    add_person("li", "salesperson", department_id=below)
    add_person("chen", "salesperson", department_id=south)
    add_person("zhao", "sales-supervisor", department_id=east)
    add_person("qian", "sales-supervisor", department_id=below)
    add_person("guest", department_id=below)
    add_person("clerk", "customer-information-clerk")
    mine = {"owner_id": person("wang").id, "department_id": east}
    with writing():
        a = create_customer({"name": "甲纺织", "code": "K1", **mine}).id
        b = create_customer({"name": "乙建材", "code": "K2", **mine}).id
    return {"a": a, "b": b, "south": south, "below": below, "east": east}


@pytest.mark.clause("CUS-04")
def test_a_share_opens_the_file_on_its_days_and_on_no_other_without_any_job(
    firm: dict[str, int], clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 3, 1, 4, tzinfo=UTC))
    first, last = date(2026, 3, 2), date(2026, 3, 5)
    with acting_as(person("wang")), writing():
        share_customers(ids(firm["a"]), Terms(first, last, "出差替班", user_id=person("li").id))
    # the company's days are those of its zone: the second of March begins at 16:00 UTC of the first
    for instant, names in (
        (datetime(2026, 3, 1, 15, 59, tzinfo=UTC), set()),
        (datetime(2026, 3, 1, 16, 0, tzinfo=UTC), {"甲纺织"}),
        (datetime(2026, 3, 5, 15, 59, tzinfo=UTC), {"甲纺织"}),
        (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), set()),
    ):
        clock_at(instant)
        assert seen("li") == names, instant
        assert seen("chen") == set()
        assert seen("wang") == {"甲纺织", "乙建材"}
    history = [(each.title, each.who) for each in entries(db.session.get_one(Customer, firm["a"]), None, 9)]
    assert [title for title, _who in history] == ["Sharing with li ran out", "Shared with li"]


@pytest.mark.clause("CUS-04")
def test_a_department_has_a_share_with_all_below_it_and_a_share_opens_no_right(firm: dict[str, int]) -> None:
    with acting_as(person("zhao")), writing():
        share_customers(ids(firm["a"], firm["b"]), days(department_id=firm["south"]))
    assert seen("chen") == seen("li") == {"甲纺织", "乙建材"}
    assert seen("guest") == set(), "who may not read customer files gets none by a share"
    with acting_as(person("wang")), writing(), pytest.raises(Refused, match="may not read"):
        share_customers(ids(firm["a"]), days(user_id=person("guest").id))
    number = share(firm["b"], "li")
    with acting_as(person("zhao")), writing():
        end_share(number)
    assert seen("li") == {"甲纺织", "乙建材"}, "the department still has it"
    with acting_as(person("zhao")), writing():
        for each in db.session.scalars(select(CustomerShare.id).where(CustomerShare.ended_at.is_(None))).all():
            end_share(each)
    assert seen("chen") == seen("li") == set()
    with acting_as(person("zhao")), writing(), pytest.raises(Conflict, match="over already"):
        end_share(number)


@pytest.mark.clause("CUS-04")
def test_only_who_is_in_charge_shares_and_never_beyond_their_own_right(firm: dict[str, int]) -> None:
    refused: list[tuple[str, Terms, type[Exception], str]] = [
        ("wang", days(-1, user_id=person("li").id), Refused, "begins today"),
        ("wang", days(3, 1, user_id=person("li").id), Refused, "before the first"),
        ("wang", days(0, 366, user_id=person("li").id), Refused, "366 days"),
        ("wang", days(user_id=person("wang").id), Refused, "another active"),
        ("zhao", days(user_id=person("wang").id), Refused, "responsible for it already"),
        ("wang", days(), Refused, "a person or a department"),
        ("wang", Terms(clock.today(), clock.today(), "  ", person("li").id), Refused, "what the access is for"),
        ("guest", days(user_id=person("li").id), Refused, "may not share"),
    ]
    for login, terms, error, message in refused:
        with acting_as(person(login)), pytest.raises(error, match=message), writing():
            share_customers(ids(firm["a"]), terms)
    share(firm["a"], "qian", may_write=True)
    assert seen("qian") == {"甲纺织"}, "qian heads another department and has it by the share alone"
    number = share(firm["b"], "li", by="zhao")
    with acting_as(person("qian")):
        for attempt in (
            lambda: share_customers(ids(firm["a"]), days(user_id=person("chen").id)),
            lambda: assign_customers(ids(firm["a"]), person("qian").id or 0),
            lambda: update_customer(firm["a"], 1, {"owner_id": person("qian").id}),
            lambda: delete_customer(firm["a"]),
        ):
            with pytest.raises(Refused, match="in charge|shared with you"), writing():
                attempt()
        with pytest.raises(NotFound), writing():
            end_share(number)
        with writing():
            assert hand_over(person("wang").id or 0, person("li").id or 0)["customers_customer"] == 0
    row = db.session.get_one(Customer, firm["a"])
    assert (row.owner_id, row.version) == (person("wang").id, 1)
    assert db.session.scalar(select(func.count(CustomerShare.id))) == 2


@pytest.mark.clause("CUS-04", "CUS-11")
def test_looking_is_not_writing_and_a_share_to_write_does_not_give_more_than_the_role(firm: dict[str, int]) -> None:
    with writing():
        contact = add_contact(firm["a"], {"name": "采购员"}).id
    share(firm["a"], "li")

    def attempts() -> list[Callable[[], Any]]:
        return [
            lambda: update_customer(firm["a"], db.session.get_one(Customer, firm["a"]).version, {"city": "苏州"}),
            lambda: add_contact(firm["a"], {"name": "新人"}),
            lambda: add_analysis(firm["a"], "难缠"),
        ]

    with acting_as(person("li")):
        assert db.session.scalars(visible(Contact)).one().id == contact
        for attempt in attempts():
            with pytest.raises(Refused, match="甲纺织: shared with you for looking only"), writing():
                attempt()
    row = db.session.get_one(Customer, firm["a"])
    assert (row.city, row.version) == ("", 1)
    assert db.session.scalar(select(func.count(Contact.id))) == 1
    share(firm["a"], "li", may_write=True)  # in place of the one before
    assert db.session.scalar(select(func.count(CustomerShare.id)).where(CustomerShare.ended_at.is_(None))) == 1
    with acting_as(person("li")), writing():
        for attempt in attempts():
            attempt()
    changed = db.session.scalars(select(CustomerChange.actor).where(CustomerChange.field == "city")).all()
    assert changed == ["li"]


@pytest.mark.clause("CUS-04", "ORG-01", "CUS-06")
def test_shares_follow_a_hand_over_and_a_merge_and_go_with_the_file(firm: dict[str, int]) -> None:
    share(firm["a"], "li", may_write=True)
    share(firm["b"], "qian", first=2)
    with writing():
        carry_out(Plan(person("li").id or 0, (person("chen").id or 0,)))
        carry_out(Plan(person("wang").id or 0, (person("zhao").id or 0,), deactivate=False))
    assert seen("chen") == {"甲纺织"}
    shares = db.session.scalars(select(CustomerShare).order_by(CustomerShare.id)).all()
    kept = [(each.user_id, each.may_write, each.ended_at is None, each.given_by_id) for each in shares]
    giver = person("wang").id
    former = shares[0].user_id
    assert kept == [
        (former, True, False, giver), (person("qian").id, False, True, giver), (person("chen").id, True, True, giver),
    ]  # fmt: skip
    with acting_as(person("clerk")), writing():
        merge_customers(firm["b"], firm["a"])
    assert seen("chen") == {"乙建材"}
    with writing():
        delete_customer(firm["b"])
    assert db.session.scalar(select(func.count(CustomerShare.id))) == 0


@pytest.mark.clause("CUS-04", "TSK-02")
def test_receivers_are_told_once_and_reminded_once_and_a_notice_names_nothing_afterwards(
    app: Flask, firm: dict[str, int], client_as: Any, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 3, 2, 2, tzinfo=UTC))
    share(firm["a"], "li")
    share(firm["b"], "li", first=1, last=4)

    def told() -> dict[str, list[str]]:
        db.session.rollback()
        rows = db.session.execute(
            select(Notice.user_id, Notice.kind, Notice.subject).order_by(Notice.id),
            execution_options={"kezhi_unscoped": True},
        ).all()
        found: dict[str, list[str]] = {"li": [], "wang": []}
        for row in rows:
            login = "li" if row.user_id == person("li").id else "wang"
            found[login].append(f"{row.kind.partition('.')[2]} {row.subject['zh'] if row.subject else ''}")
        return found

    assert told() == {"li": ["shared 甲纺织"], "wang": []}
    run_job(app, "customers.shares", slot="1")
    clock_at(datetime(2026, 3, 3, 2, tzinfo=UTC))
    for slot in ("2", "3"):
        assert run_job(app, "customers.shares", slot=slot) == "done"
    assert told() == {"li": ["shared 甲纺织", "shared 乙建材", "share_ends 乙建材"], "wang": ["share_ends 乙建材"]}
    assert "乙建材" in client_as(login="li").get("/notices").text
    clock_at(datetime(2026, 3, 7, 2, tzinfo=UTC))
    page = client_as(login="li").get("/notices").text
    assert "乙建材" not in page, "it ended yesterday"
    assert "甲纺织" in page


@pytest.mark.clause("CUS-04")
def test_the_rule_reads_its_indexes_and_stays_flat(firm: dict[str, int]) -> None:
    """The plan of a list as the database makes it: no reading of the whole table of shares."""
    with acting_as(person("li")):
        statement = visible(Customer).with_only_columns(Customer.id).order_by(Customer.code).limit(50)
        assert len(shared_ids(person("li"))) == 2, "by name, and by department: one select each, whatever is shared"
    engine = db.session.get_bind()
    compiled = statement.compile(engine, compile_kwargs={"literal_binds": True})
    if engine.dialect.name == "sqlite":
        plan = [row.detail for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))]
        assert [line for line in plan if "SCAN customers_share" in line] == []
        assert any("ix_customers_share_user" in line for line in plan), plan
        assert any("ix_customers_share_department" in line for line in plan), plan
    else:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = [row[0] for row in db.session.execute(text(f"EXPLAIN {compiled}"))]
        assert any("ix_customers_share_user" in line for line in plan), plan


@pytest.mark.clause("CUS-04")
def test_the_pages_share_show_and_withdraw(firm: dict[str, int], client_as: Any) -> None:
    owner, other = client_as(login="wang", locale="en"), client_as(login="li", locale="en")
    today = clock.today()
    sent = {
        "person": str(person("li").id), "from_on": today.isoformat(), "to_on": today.isoformat(), "right": "look",
        "reason": "", "submission_key": "s1",
    }  # fmt: skip
    page = owner.post(f"/customers/{firm['a']}/share", data=sent)
    assert page.status_code == 422
    assert "Write what the access is for." in unescape(page.text)
    assert db.session.scalar(select(func.count(CustomerShare.id))) == 0
    sent["reason"] = "Fair in Canton"
    assert owner.post(f"/customers/{firm['a']}/share", data=sent).status_code == 302
    assert owner.post(f"/customers/{firm['a']}/share", data=sent).status_code == 302, "sent twice, shared once"
    assert db.session.scalar(select(func.count(CustomerShare.id))) == 1
    shown = unescape(owner.get(f"/customers/{firm['a']}").text)
    assert "Fair in Canton" in shown
    assert "Take the access of li back" in shown
    theirs = unescape(other.get(f"/customers/{firm['a']}").text)
    assert f"Shared with me until {today}" in theirs
    assert "Share with others" not in theirs
    assert "Take the access" not in theirs
    assert f"/customers/{firm['a']}/edit" not in theirs
    answers = {
        "edit": other.get(f"/customers/{firm['a']}/edit").status_code,
        "share": other.get(f"/customers/{firm['a']}/share").status_code,
        "end": other.post(f"/customers/{firm['a']}/shares/1/end").status_code,
    }
    assert answers["edit"] == answers["share"] == 404
    mine = other.get("/customers/shared", follow_redirects=True)
    assert "甲纺织" in mine.text
    assert "乙建材" not in mine.text
    assert "甲纺织" not in owner.get("/customers?f.shared=me").text
    assert re.search("甲纺织", owner.get("/customers?f.shared=others").text)
    both = {"ids": [str(firm["a"]), str(firm["b"])]}
    first = owner.post("/customers/share", data=both)
    assert (first.status_code, "Share 2 customers" in unescape(first.text)) == (200, True)
    more = {**both, **sent, "confirmed": "1", "person": "", "department": str(firm["below"]), "right": "write"}
    assert owner.post("/customers/share", data=more | {"submission_key": "s2"}).status_code == 302
    assert seen("qian") == {"甲纺织", "乙建材"}
    assert db.session.scalar(select(func.count(CustomerShare.id)).where(CustomerShare.may_write)) == 2
    assert other.get(f"/customers/{firm['b']}/edit").status_code == 200
    last = db.session.scalar(select(func.max(CustomerShare.id)))
    number = db.session.get_one(CustomerShare, last).customer_id
    assert owner.post(f"/customers/{number}/shares/{last}/end").status_code == 302
    assert len(seen("qian")) == 1
