"""One department gives out customer data, upon a signed request; what leaves the company is registered (CUS-09)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Text, cast, func, select, update

from kezhi import Conflict, NotFound, Refused, User, acting_as, clock, db, set_setting, writing
from kezhi.builtin.accounts.models import Department
from kezhi.builtin.accounts.services import set_manager
from kezhi.builtin.approvals.rules import Barred
from kezhi.builtin.approvals.services import inbox, reject, send_back, sign
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.customers.services.links import blockers, delete_customer
from kezhi.builtin.customers.services.merging import merge_customers
from kezhi.builtin.destruction.services import execute_proposal, propose_destruction
from kezhi.builtin.files.models import File
from kezhi.builtin.files.services import Upload, open_download, receive_bytes
from kezhi.builtin.handover.services import Plan, carry_out
from kezhi.builtin.policy.services import board
from kezhi.builtin.releases import holder, services
from kezhi.builtin.releases.checks import checks
from kezhi.builtin.releases.duties import ANSWER_TASK, at_desk
from kezhi.builtin.releases.models import (
    ANSWERED,
    DECLINED,
    REJECTED,
    RETURNED,
    SIGNED,
    WAITING,
    Answer,
    DataRequest,
    Release,
    ReleaseLine,
    RequestLine,
)
from kezhi.builtin.search.services import find, rebuild
from kezhi.builtin.tasks.models import Notice, Task
from kezhi.builtin.tasks.services import sync

pytestmark = pytest.mark.services

ROWS: Any = DataRequest.__table__.c
FIRM, SECRET = "温州瓯越标记电器有限公司", "年采购额与账期明细：标记内容甲"


@pytest.fixture
def people(app: Flask, add_person: Callable[..., User], make_department: Callable[..., int]) -> dict[str, User]:
    """The sales department with its manager, and customer service, which holds the files where nothing is set."""
    east, service = make_department("华东一部"), make_department("客服部")
    found = {
        "seller": add_person("seller", "salesperson", department_id=east),
        "other": add_person("other", "salesperson", department_id=east),
        "manager": add_person("manager", "sales-manager", department_id=east),
        "chief": add_person("chief", "customer-service-manager", department_id=service),
        "clerk": add_person("clerk", "customer-information-clerk", department_id=service),
        "outer": add_person("outer", "customer-information-clerk", department_id=east),  # the right, not the place
        "general": add_person("general", "general-manager"),
    }
    with writing():
        set_manager(east, found["manager"].id)
        set_manager(service, found["chief"].id)
    return found


def enter(people: dict[str, User], name: str = FIRM, **values: Any) -> int:
    with writing():
        return int(create_customer({"name": name, "owner_id": people["seller"].id, **values}).id)


def asked(people: dict[str, User], customers: str = "", who: str = "seller", **values: Any) -> int:
    given = {"kind": "extract", "purpose": "年度谈判准备", "until": clock.today() + timedelta(days=20),
             "destination": "inside", "scope": "" if customers else "华东区贸易公司去年的订货量", **values}  # fmt: skip
    with acting_as(people[who]), writing():
        return int(services.ask(given, services.customers_meant(customers)).id)


def approval(request_id: int) -> int:
    found = db.session.scalar(select(ROWS.approval_id).where(ROWS.id == request_id))
    assert found is not None
    return int(found)


def signed(people: dict[str, User], customers: str = "", who: str = "seller", **values: Any) -> int:
    request_id = asked(people, customers, who, **values)
    with acting_as(people["manager" if who != "manager" else "general"]):
        sign(approval(request_id), "同意")
    return request_id


def state(request_id: int) -> str | None:
    return db.session.scalar(select(ROWS.state).where(ROWS.id == request_id))


def upload(text: str = SECRET, name: str = "明细.csv") -> Upload:
    found = receive_bytes(text.encode(), name, "text/csv")
    db.session.rollback()
    return found


def answer(people: dict[str, User], request_id: int, who: str = "clerk", **given: Any) -> None:
    values: dict[str, Any] = {"text": SECRET, "expires_on": None, **given}
    with acting_as(people[who]), writing():
        services.answer(request_id, values.pop("text"), values.pop("expires_on"), **values)


def entry(**values: Any) -> dict[str, Any]:
    return {"organisation": "某会计师事务所", "person": "周会计", "contact": "13900001111", "purpose": "年报审计",
            "content": "应收账款前二十名客户名单", "edition": "2026 年 11 月版", **values}  # fmt: skip


def findings() -> list[str]:
    return [str(finding.message) for check in checks() for finding in check.run(db.session())]


@pytest.mark.clause("CUS-09")
def test_nothing_is_given_out_before_the_department_manager_has_signed(people: dict[str, User]) -> None:
    customer = enter(people, code="KH-1")
    request_id = asked(people, "KH-1")
    assert (state(request_id), holder.holder_name()) == (WAITING, "客服部")
    for who in ("clerk", "chief"):
        with pytest.raises(Refused, match="not signed"):
            answer(people, request_id, who)
        with acting_as(people[who]), writing(), pytest.raises(Refused, match="not signed"):
            services.decline(request_id, "资料未齐")
    for who in ("seller", "chief", "other"):  # neither who asks nor the holder nor a colleague signs for it
        with acting_as(people[who]), pytest.raises((Barred, NotFound)):
            sign(approval(request_id))
    # whatever the row says: without an approval of exactly this content nothing is given
    with writing():
        db.session.execute(update(DataRequest).where(DataRequest.id == request_id).values(state=SIGNED))
    with pytest.raises(Conflict):
        answer(people, request_id)
    assert db.session.scalar(select(func.count()).select_from(Answer)) == 0
    with writing():
        db.session.execute(update(DataRequest).where(DataRequest.id == request_id).values(state=WAITING))

    with acting_as(people["manager"]):
        assert [each.id for each in inbox()] == [approval(request_id)]
        sign(approval(request_id), "同意")
    assert state(request_id) == SIGNED
    for who in ("seller", "manager", "outer", "general"):  # not even with the right: they do not hold the files
        with pytest.raises(NotFound):
            answer(people, request_id, who)
    assert (state(request_id), db.session.scalar(select(func.count()).select_from(Answer))) == (SIGNED, 0)
    answer(people, request_id)
    assert state(request_id) == ANSWERED
    for who in ("clerk", "chief"):
        with pytest.raises(Refused, match="already"):
            answer(people, request_id, who, text="另一份答复")
    with acting_as(people["seller"]):
        given = services.answer_of(request_id)
        assert given is not None
        assert given.text == SECRET
        assert services.customers_of(RequestLine, request_id) == [("KH-1", customer, FIRM)]
    assert findings() == []


@pytest.mark.clause("CUS-09")
def test_an_answer_is_seen_by_who_asked_for_it_until_its_last_day(
    people: dict[str, User], clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 12, 1, 2, tzinfo=UTC))
    request_id = signed(people)
    with pytest.raises(Refused, match="nobody has signed"):
        answer(people, request_id, expires_on=clock.today() + timedelta(days=21))
    with pytest.raises(Refused, match="Write an answer"):
        answer(people, request_id, text="")
    answer(people, request_id, expires_on=clock.today() + timedelta(days=3), uploads=[upload()])
    stored = db.session.scalar(select(cast(Answer.__table__.c.text, Text)))
    assert SECRET not in str(stored), "sealed in the database"
    file_id = db.session.scalars(select(File.id)).one()
    for who in ("seller", "clerk", "chief"):
        with acting_as(people[who]):
            assert services.answer_of(request_id) is not None
            assert b"".join(open_download(file_id).pieces) == SECRET.encode()
    for who in ("manager", "other", "general", "outer"):  # who signed, a colleague, the register, the right elsewhere
        with acting_as(people[who]):
            assert services.answer_of(request_id) is None
            with pytest.raises(NotFound):
                open_download(file_id)
    clock_at(datetime(2026, 12, 4, 15, 59, tzinfo=UTC))  # 23:59 in Shanghai on the last day
    with acting_as(people["seller"]):
        assert services.answer_of(request_id) is not None
    clock_at(datetime(2026, 12, 4, 16, 0, tzinfo=UTC))
    from flask import g

    g.pop("kezhi_visible", None)  # the next request
    with acting_as(people["seller"]):
        assert services.answer_of(request_id) is None
        with pytest.raises(NotFound):
            open_download(file_id)
        assert services.request_by_id(request_id).number == "CY-2026-0001"  # that it was asked stays
    with acting_as(people["clerk"]):
        assert services.answer_of(request_id) is not None  # requests and answers are kept


@pytest.mark.clause("CUS-09", "TSK-01")
def test_a_signed_request_lies_on_the_holders_desk_in_working_time_until_it_is_answered_or_declined(
    people: dict[str, User], app: Flask, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 12, 4, 8, 30, tzinfo=UTC))  # a Friday, half past four in the afternoon
    first, second = signed(people), signed(people, scope="华南区电商客户")
    rows = db.session.execute(select(Task.reference, Task.owner_id, Task.due_at).where(Task.kind == ANSWER_TASK)).all()
    assert {(row.reference, row.owner_id) for row in rows} == {(str(each), people["chief"].id)
                                                              for each in (first, second)}  # fmt: skip
    assert {clock.local(row.due_at).date().isoformat() for row in rows} == {"2026-12-08"}, "16 hours of working time"
    told = select(Notice.user_id).where(Notice.kind == "releases.desk", Notice.record_id == first)
    assert set(db.session.scalars(told)) == {people["chief"].id, people["clerk"].id}
    with app.test_request_context(), acting_as(people["clerk"]):
        assert [each.url for each in at_desk(people["clerk"], 5)] == [f"/releases/{first}", f"/releases/{second}"]
        assert at_desk(people["outer"], 5) == at_desk(people["seller"], 5) == []
    clock_at(datetime(2026, 12, 9, 2, tzinfo=UTC))
    late = next(each for each in board() if each.line.key == "releases:CUS-09:requests")
    assert late.found.breaches == 2
    answer(people, first)
    with acting_as(people["chief"]), writing(), pytest.raises(Refused, match="why"):
        services.decline(second, " ")
    with acting_as(people["chief"]), writing():
        services.decline(second, "超出申请人职责范围，请由区域经理申请。")
    assert state(second) == DECLINED
    assert db.session.scalars(select(Task.id).where(Task.kind == ANSWER_TASK, Task.closed_at.is_(None))).all() == []
    with writing():
        assert sync(ANSWER_TASK) == (0, 0)
    told = select(Notice.record_id).where(Notice.kind == "releases.answered", Notice.user_id == people["seller"].id)
    assert set(db.session.scalars(told)) == {first, second}


@pytest.mark.clause("CUS-09")
def test_a_request_that_comes_back_is_changed_and_signed_anew(people: dict[str, User]) -> None:
    enter(people, code="KH-1")
    wrong = {
        "purpose": {"purpose": " "}, "until": {"until": clock.today() - timedelta(days=1)},
        "scope": {"scope": ""}, "recipient": {"destination": "outside"}, "kind": {"kind": "everything"},
    }  # fmt: skip
    for field, values in wrong.items():
        with pytest.raises(Refused) as refused:
            asked(people, **values)
        assert refused.value.field == field
    with pytest.raises(Refused, match="90|until"):
        asked(people, until=clock.today() + timedelta(days=91))
    with pytest.raises(Refused, match="不存在|no customer"):
        asked(people, "KH-9", who="other")
    assert db.session.scalar(select(func.count()).select_from(DataRequest)) == 0

    first, second = asked(people), asked(people, scope="全部客户")
    with acting_as(people["manager"]):
        send_back(approval(first), "请写明地区")
        reject(approval(second), "无必要")
    assert (state(first), state(second)) == (RETURNED, REJECTED)
    for request_id in (first, second):
        with pytest.raises(Refused, match="not signed"):
            answer(people, request_id)
    new = {"kind": "statistics", "purpose": "年度谈判", "until": clock.today(), "destination": "inside", "scope": ""}
    with acting_as(people["other"]), pytest.raises(NotFound):
        services.ask_again(first, 2, new, [])
    with acting_as(people["seller"]):
        with pytest.raises(Conflict):
            services.ask_again(second, 2, new, services.customers_meant("KH-1"))
        services.ask_again(first, 2, new, services.customers_meant("KH-1"))
    with acting_as(people["manager"]):
        sign(approval(first), "同意")
    request = db.session.get_one(DataRequest, first, populate_existing=True)
    assert (request.state, request.kind, request.number) == (SIGNED, "statistics", f"CY-{clock.today().year}-0001")


@pytest.mark.clause("CUS-09")
def test_a_member_of_the_holder_is_signed_for_and_answered_like_everybody(
    people: dict[str, User], make_department: Callable[..., int]
) -> None:
    with acting_as(people["clerk"]), writing():
        request_id = services.ask(
            {"kind": "copy", "purpose": "归档", "scope": "基础档案", "until": clock.today(), "destination": "inside"},
            [],
        ).id
    with acting_as(people["chief"]):
        sign(approval(request_id), "同意")
    with pytest.raises(Refused, match="their own"):
        answer(people, request_id, "clerk")
    answer(people, request_id, "chief")
    information = make_department("信息部")
    with writing():  # the company says who holds its files
        set_setting("releases", "holder", str(information))
    assert holder.holder_name() == "信息部"
    request_id = signed(people)
    with pytest.raises(NotFound):
        answer(people, request_id, "chief")
    with writing():
        set_setting("releases", "holder", "")
        db.session.execute(update(Department).values(manager_id=None))
    with acting_as(people["seller"]), pytest.raises(Refused, match="manager"):
        asked(people)


@pytest.mark.clause("CUS-09")
def test_what_leaves_the_company_is_registered_with_the_answer_and_never_changed(people: dict[str, User]) -> None:
    customer = enter(people, code="KH-1")
    outside = {"destination": "outside", "recipient": "某会计师事务所"}
    early = asked(people, "KH-1", **outside)
    with acting_as(people["clerk"]), writing(), pytest.raises(Refused):
        services.answer(early, SECRET, None, (), entry())
    assert db.session.scalar(select(func.count()).select_from(Release)) == 0
    request_id = signed(people, "KH-1", **outside)
    with pytest.raises(Refused, match="register"):
        answer(people, request_id)
    with pytest.raises(Refused) as refused:
        answer(people, request_id, released=entry(content=""))
    assert (refused.value.field, state(request_id)) == ("content", SIGNED), "whole or not at all"
    with pytest.raises(Refused, match="before"):
        answer(people, request_id, released=entry(released_on=clock.today() - timedelta(days=2)))
    file = upload()
    with acting_as(people["clerk"]), writing():
        chosen = services.customers_meant("KH-1")
        services.answer(request_id, SECRET, None, [file], entry(edition=""), chosen)
    release = db.session.scalars(select(Release)).one()
    assert (release.number, release.released_by, release.organisation) == (
        f"WF-{clock.today().year}-0001", "clerk", "某会计师事务所",
    )  # fmt: skip
    assert [each["sha256"] for each in release.taken] == [file.sha256]
    assert [each[:2] for each in services.customers_of(ReleaseLine, release.id)] == [("KH-1", customer)]
    raw = db.session.execute(select(cast(Release.__table__.c.person, Text), cast(Release.__table__.c.contact, Text)))
    assert "周会计" not in str(raw.one())

    for who in ("seller", "manager", "general", "outer"):
        with acting_as(people[who]), writing(), pytest.raises(NotFound):
            services.register(entry(), [])
        with acting_as(people[who]), writing(), pytest.raises(NotFound):
            services.correct(release.id, entry(correction="写错"), [])
    with acting_as(people["chief"]), writing():
        with pytest.raises(Refused, match="version"):
            services.register(entry(edition=""), [])
        with pytest.raises(Refused, match="ahead"):
            services.register(entry(released_on=clock.today() + timedelta(days=1)), [])
        right = services.correct(release.id, entry(organisation="另一会计师事务所", correction="单位写错"), [])
        assert (right.supersedes_id, right.request_id, right.taken) == (release.id, request_id, release.taken)
        with pytest.raises(Conflict):
            services.correct(release.id, entry(correction="再改"), [])
    seen = {"seller": 2, "general": 2, "manager": 0, "other": 0}
    for who, count in seen.items():
        with acting_as(people[who]):
            assert len(services.releases_of(request_id)) == count, who
    assert db.session.get_one(Release, release.id, populate_existing=True).organisation == "某会计师事务所"
    assert findings() == []
    with writing():  # behind the system's back
        db.session.execute(update(Release.__table__).where(Release.__table__.c.id == release.id).values(purpose="私用"))
    assert findings() == [f"{release.number} was changed in the database after it was registered."]


@pytest.mark.clause("CUS-09", "ORG-01")
def test_a_leavers_open_requests_go_to_who_takes_over_and_are_signed_anew_for_them(people: dict[str, User]) -> None:
    enter(people)
    waiting, desk, answered = asked(people), signed(people), signed(people)
    answer(people, answered)
    leaver, taker = people["seller"].id, people["other"].id
    with acting_as(people["general"]), writing():
        carry_out(Plan(leaver, (taker,), deactivate=True))
    rows = db.session.execute(select(ROWS.id, ROWS.requester_id, ROWS.state).order_by(ROWS.id)).all()
    assert [tuple(row) for row in rows] == [
        (waiting, taker, RETURNED), (desk, taker, RETURNED), (answered, leaver, ANSWERED),
    ]  # fmt: skip
    with acting_as(people["manager"]):
        assert inbox() == [], "what was put up for the leaver is not signed any more"
    with acting_as(people["clerk"]), pytest.raises(Refused, match="is not signed"):
        services.answer(desk, "x", None)
    with acting_as(people["other"]):
        found = services.request_by_id(desk)
        again = {"kind": "extract", "purpose": "接手客户", "scope": "华东", "until": clock.today()}
        services.ask_again(desk, found.version, {**again, "destination": "inside"}, [])
    with acting_as(people["manager"]):
        sign(approval(desk), "同意")
    assert state(desk) == SIGNED
    assert findings() == []


@pytest.mark.clause("CUS-09")
def test_requests_are_found_by_number_and_words_by_who_may_see_them(people: dict[str, User]) -> None:
    enter(people)
    number = db.session.scalar(select(ROWS.number).where(ROWS.id == asked(people, purpose="年度对账核实")))
    rebuild(["releases"])
    for who, seen in (("seller", True), ("clerk", True), ("other", False)):
        with acting_as(people[who]):
            for words in (number, "对账"):
                found = [hit.heading for group in find(words) for hit in group.hits if hit.kind == "releases"]
                assert (number in found) is seen, (who, words)


@pytest.mark.clause("CUS-09", "CUS-10")
def test_requests_and_releases_follow_a_merge_and_lose_contents_and_names_with_a_destroyed_file(
    people: dict[str, User], app: Flask, add_person: Callable[..., User]
) -> None:
    twin, customer = enter(people, "温州瓯越标记电器厂", code="KH-2"), enter(people, code="KH-1")
    waiting = asked(people, "KH-2")
    request_id = signed(people, "KH-1, KH-2")
    file = upload()
    answer(people, request_id, uploads=[file])
    copy = upload(name="副本.csv")
    with acting_as(people["chief"]), writing():
        text = entry(content=f"{FIRM}三年订货明细", contact=f"{FIRM} 转")
        release_id = services.register(text, services.customers_meant("KH-2"), uploads=[copy]).id
    assert [each.count for each in blockers(twin)] == [1]
    with writing(), pytest.raises(Refused):
        delete_customer(twin)
    with writing():
        merge_customers(customer, twin, {})
    with acting_as(people["manager"]):
        sign(approval(waiting), "合并后同意")  # what was signed is the same request
    with acting_as(people["seller"]):
        assert [each[1] for each in services.customers_of(RequestLine, request_id)] == [customer]
        assert [each[1] for each in services.customers_of(RequestLine, waiting)] == [customer]
    assert findings() == []

    officer = add_person("officer", "customer-information-officer")
    with acting_as(people["clerk"]):
        proposal = propose_destruction([customer], "file", "expired", "保管期限届满。").id
    from kezhi.builtin.destruction.models import Proposal

    approval_id = db.session.scalar(select(Proposal.request_id).where(Proposal.id == proposal))
    for who in (officer, people["chief"], people["general"]):
        with acting_as(who):
            sign(approval_id, "同意")
    execute_proposal(proposal)
    assert db.session.scalar(select(Customer.id).where(Customer.id == customer)) is None
    given = db.session.get_one(Answer, request_id, populate_existing=True)
    assert (given.text, given.erased) == ("", "XH-000001")
    assert db.session.scalars(select(File.id).where(File.plugin == "releases")).all() == []
    release = db.session.get_one(Release, release_id, populate_existing=True)
    assert FIRM not in release.content + release.contact
    assert (release.crossed, release.organisation) == ("XH-000001", "某会计师事务所")
    assert [each[:2] for each in services.customers_of(ReleaseLine, release_id)] == [("KH-2", None)]
    assert findings() == []
