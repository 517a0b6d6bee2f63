"""Two files are proposed in the list, three people sign, one keeps a file back: of the other one nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from kezhi import User, acting_as, clock, db, set_setting, tables, writing
from kezhi.builtin.apps.removal import export
from kezhi.builtin.audit.services import verify_site
from kezhi.builtin.contracts.services import create_contract, terminate_contract
from kezhi.builtin.customers.services import add_contact, create_customer, customer_by_id, update_customer
from kezhi.builtin.destruction.models import Item, Proposal
from kezhi.builtin.documents.models import Issue
from kezhi.builtin.files.services import attach, receive_bytes
from kezhi.builtin.imports.services import import_file, stage
from kezhi.builtin.lists.services import save_view
from kezhi.builtin.protection.services import switch_off
from kezhi.builtin.tasks.models import Mail, Notice, Task
from kezhi.builtin.tasks.services import outbox
from kezhi.builtin.tasks.todo import add_todo
from kezhi.builtin.timeline.services import write_note
from kezhi.builtin.upkeep.services.keeping import guide
from kezhi.site import Site

from ..unit.smtp_sink import smtp_sink
from ..unit.traces import files_with, tables_with

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

GONE, KEPT = "镇江旭日灯具商行", "芜湖南方电料店"
PERSON, PHONE, MAIL, HABIT = "端木明灯", "13851188722", "lamp.owner@xuri-lamps.cn", "旭日灯具的老板爱喝碧螺春"
MARKERS = (GONE, quote_plus(GONE), PERSON, PHONE, MAIL, HABIT)
UNSCOPED = {"kezhi_unscoped": True}


def mail_to(address: str, **mailing: str) -> None:
    outbox.choose(address, None, {kind.replace("_", "."): how for kind, how in mailing.items()})  # type: ignore[misc]


def leave_traces_everywhere(site: Site, people: dict[str, User], port: int) -> int:
    """A file with a history, people, contracts, files, notes, tasks, imports, notices, e-mails and exports."""
    today = clock.today()
    with writing():
        for purpose in ("fields", "files"):
            switch_off(purpose, "Everything that is stored is to be seen in this test")
        settings = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "mail_from": "k@k.example"}
        for key, value in settings.items():
            set_setting("tasks", key, value)
        names = {"name": GONE, "business_type": "trading-company", "code": "XR-1"}
        mine = int(create_customer(names | {"phone": PHONE, "email": MAIL, "contact_name": PERSON}).id)
        add_contact(mine, {"name": PERSON, "phone": PHONE, "email": MAIL, "preferences": HABIT})
        update_customer(mine, customer_by_id(mine).version, {"notes": HABIT})
        update_customer(mine, customer_by_id(mine).version, {"notes": f"{HABIT}，{PERSON}说", "phone": "0511-8800"})
        long_ago = today - timedelta(days=900)
        signed = {"signed_on": long_ago, "valid_from": long_ago, "our_signer": "陈总", "their_signer": PERSON}
        contract = create_contract({"customer_id": mine, "kind": "supply", "title": f"{GONE}供货", **signed})
        terminate_contract(contract.id, contract.version, today - timedelta(days=2), HABIT)
        guide(f"查看{GONE}的档案", today, mine)
    upload = receive_bytes((HABIT * 200).encode(), f"{GONE}.txt", "text/plain")
    with writing():
        attach(upload, "customers", "customer", mine, note=HABIT)
    with acting_as(people["general"]), writing():
        mail_to("gm@k.example", timeline_mention="now")
    with acting_as(people["manager"]), writing():
        mail_to("csm@k.example", timeline_mention="digest")
    with acting_as(people["clerk"]), writing():
        write_note("customers", "customer", mine, f"@总经理 @客服经理 {PERSON} {PHONE} {HABIT}")
        add_todo(f"致电{GONE}的{PERSON}", today + timedelta(days=3), customer_id=mine)
        add_todo(f"整理{GONE}的旧档", today + timedelta(days=3))  # hangs on nobody, and names it all the same
        save_view("customers", "/customers", f"找{GONE}", f"q={quote_plus(GONE)}", shared=True)
        applied = f"code,name,email,notes\nXR-1,{GONE},{MAIL},{HABIT}！\n"
        lost = f"code,name,phone\n,{GONE}（二部）,{PHONE}\nNOBODY,{PERSON},{PHONE}\n"
    with acting_as(people["clerk"]):
        import_file("customers", applied.encode(), "done.csv")
        stage("customers", lost.encode(), "waits.csv", ask=True)
    for app in ("customers", "timeline", "tasks"):
        export(site, app)  # what uninstalling an app leaves
    return mine


def mail_of(customer_id: int) -> list[str]:
    outcomes = select(Mail.outcome).join(Notice).where(Notice.customer_id == customer_id).order_by(Mail.outcome)
    found = list(db.session.scalars(outcomes, execution_options=UNSCOPED))
    db.session.rollback()
    return found


def state() -> str | None:
    found = db.session.scalar(select(Proposal.state), execution_options=UNSCOPED)
    db.session.rollback()
    return found


def certified() -> bool:
    issued = select(func.count()).select_from(Issue).where(Issue.kind == "destruction.certificate")
    count = db.session.scalar(issued, execution_options=UNSCOPED)
    db.session.rollback()
    return count == 1


def until(page: Page, done: Callable[[], bool]) -> None:
    """Wait for what the server does in a job, for a minute at most."""
    for _turn in range(300):
        if done():
            return
        page.wait_for_timeout(200)
    raise AssertionError("the job did not come to its end")


def not_found(page: Page, text: str) -> None:
    page.goto(f"/search?q={quote_plus(text)}")
    expect(page.locator("main")).to_contain_text(f"没有找到“{text}”")


@pytest.mark.clause("CUS-10")
def test_three_people_destroy_a_file_and_keep_another(
    app: Flask,
    site: Site,
    make_customer: Callable[..., Any],
    add_person: Callable[..., User],
    page_as: Callable[..., Page],
) -> None:
    people = {
        "clerk": add_person("traces-clerk", "customer-information-clerk"),
        "manager": add_person("traces-manager", "customer-service-manager", name="客服经理"),
        "general": add_person("traces-general", "general-manager", name="总经理"),
    }
    with smtp_sink() as sink:
        gone = leave_traces_everywhere(site, people, sink.port)
        make_customer(name=KEPT)
        db.session.rollback()
        page = page_as("customer-information-clerk")
        page.goto(f"/customers/{gone}")  # it is among what was opened last
        expect(page.get_by_role("heading", level=1)).to_contain_text(GONE)
        until(page, lambda: mail_of(gone) != ["", ""])  # the server works off its jobs
        assert mail_of(gone) == ["", "sent"], "one waits for its hour"
        assert all(marker not in sink.messages[0].as_string() for marker in MARKERS)
    assert set(tables_with(*MARKERS)) == set(MARKERS)  # nothing is encrypted: what is left would be seen
    before = files_with(site, GONE, PERSON, PHONE, MAIL, HABIT)
    lies = {name.rpartition(".")[2] for names in before.values() for name in names}
    assert {"db-wal", "zip"} <= lies
    assert len(lies) > 2, "and the content of the file, whose name says nothing"

    page.goto("/customers")
    for box in page.locator("tbody input[name=ids]").all():
        box.check()
    page.get_by_role("button", name="提请销毁…").click()
    page.get_by_label("保管期限依据").fill(f"{GONE}已注销")
    page.get_by_role("button", name="提请销毁", exact=True).click()
    expect(page.get_by_text("请勿写入名称").first).to_be_visible()
    expect(page.get_by_label("保管期限依据")).to_have_value(f"{GONE}已注销")  # nothing typed is lost
    page.get_by_label("保管期限依据").fill("登记已满五年，未发生交易。")
    page.get_by_role("button", name="提请销毁", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("XH-000001")

    for role in ("customer-information-officer", "customer-service-manager", "general-manager"):
        page = page_as(role)
        page.goto("/destruction")
        page.get_by_role("link", name="XH-000001").click()
        if role == "customer-service-manager":
            page.get_by_role("row").filter(has_text=KEPT).get_by_role("link", name="保留此份").click()
            page.get_by_label("保留原因").fill("近期重新询价")
            page.get_by_role("button", name="保留此份").click()
            expect(page.get_by_role("row").filter(has_text=KEPT)).to_contain_text("决定保留")
        page.get_by_role("link", name="审批与签署").click()
        page.get_by_role("button", name="同意并签字").first.click()
        expect(page.get_by_role("button", name="同意并签字")).to_have_count(0)
    until(page, lambda: state() == "done")
    page.goto("/destruction/1")
    expect(page.get_by_role("row").filter(has_text=KEPT)).to_contain_text("决定保留")
    expect(page.get_by_role("row").filter(has_text="XR-1")).to_contain_text("已销毁")  # the register: codes, no names
    expect(page.locator("body")).not_to_contain_text(GONE)
    for text in (GONE, PHONE, MAIL):
        not_found(page, text)

    # rows with their history, journal, staging, notices, tasks, views, tokens of the search; the log, contents, exports
    assert (tables_with(*MARKERS), files_with(site, *MARKERS)) == ({}, {})
    for model in (Notice, Task):
        left = select(func.count()).select_from(model).where(model.customer_id == gone)
        assert db.session.scalar(left, execution_options=UNSCOPED) == 0
    assert mail_of(gone) == [], "what waited and what was sent"
    crossed = db.session.scalar(select(Task.subject).where(Task.subject.contains("旧档")), execution_options=UNSCOPED)
    assert crossed == "整理████的旧档", "of what hangs on nobody only the name goes"
    assert db.session.execute(select(Item.code, Item.outcome).where(Item.customer_id == gone)).one() == (
        "XR-1",
        "destroyed",
    )
    until(page, certified)
    chained = select(func.count()).where(tables.audit_entry.c.action == "customer.destroy")
    assert db.session.scalar(chained) == 1
    db.session.rollback()
    assert verify_site().fault is None
