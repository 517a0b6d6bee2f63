"""The first page, the lists of tasks and one task: without scripts, for each person what is theirs (TSK-01)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kezhi import acting_as, db, writing
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.approvals.contributions import Proposal, Step, SubjectKind
from kezhi.builtin.approvals.services import propose, send_back, sign
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.tasks import services
from kezhi.builtin.tasks.contributions import Occasion
from kezhi.builtin.tasks.models import Notice, Task
from kezhi.builtin.tasks.todo import TODO
from kezhi.discover import discover
from kezhi.plugin import Plugin, hookimpl

MORNING = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # a Wednesday, 09:00 in Shanghai
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}
Client = Callable[..., FlaskClient]


@pytest.fixture
def company(app: Flask, add_person: Any, clock_at: Any) -> dict[str, Any]:
    clock_at(MORNING)
    with writing():
        east = add_department("华东一部").id
    people = {
        "manager": add_person("manager", "sales-manager", department_id=east, name="何志强"),
        "liting": add_person("liting", "salesperson", department_id=east, name="李婷"),
        "stranger": add_person("stranger", "salesperson", name="陈晨"),
    }
    with writing():
        set_manager(east, people["manager"].id)
        customer = create_customer(
            {"code": "K1", "name": "恒达钢铁", "owner_id": people["liting"].id, "department_id": east}
        )
    return people | {"customer": customer.id}


def opened(owner: Any, subject: str, due: datetime, **more: Any) -> int:
    with writing():
        task = services.open_task(TODO, Occasion(subject, due, owner.id, subject=subject, **more))
    assert task is not None
    return int(task.id)


def row(task_id: int) -> Task:
    db.session.rollback()
    found: Task | None = db.session.get(Task, task_id, execution_options=UNSCOPED)
    assert found is not None
    return found


@pytest.mark.clause("TSK-01")
def test_the_first_page_is_what_somebody_has_to_do(company: dict[str, Any], client_as: Client, statements: Any) -> None:
    liting = company["liting"]
    late = opened(liting, "补回访记录", MORNING - timedelta(days=20), customer_id=company["customer"], reference="1")
    opened(liting, "打电话", MORNING + timedelta(hours=3))
    opened(liting, "拜访", MORNING + timedelta(days=3))
    opened(liting, "年底对账", MORNING + timedelta(days=30))
    with writing():
        services.escalate()
    client, manager = client_as(login="liting"), client_as(login="manager")
    page = client.get("/").text
    places = [page.index(word) for word in ("已逾期 · 1", "补回访记录", "今天 · 1", "打电话", "本周 · 1", "以后 · 1")]
    assert places == sorted(places)
    assert "逾期 20 天，已上报" in page
    assert "12:00" in page
    assert f'href="/customers/{company["customer"]}"' in page, "a task leads to what it is about"
    with statements() as few:
        client.get("/")
    for number in range(30):
        opened(liting, f"第 {number} 件", MORNING + timedelta(hours=number))
    with statements() as many:
        client.get("/")
    assert many.count == few.count
    theirs = manager.get("/").text
    assert "上报给我的" in theirs
    assert "补回访记录" in theirs
    assert "打电话" not in theirs, "only what was passed up"
    assert client_as(login="stranger").get("/").text.count("补回访记录") == 0
    done = client.post(f"/tasks/{late}/done", data={"back": "/tasks"})
    assert done.headers["Location"] == "/tasks"
    assert client.post(f"/tasks/{late}/done").headers["Location"] == "/", "sent twice it counts once"
    assert "补回访记录" not in manager.get("/").text


@pytest.mark.clause("TSK-01")
def test_nobody_else_closes_or_moves_a_task(company: dict[str, Any], client_as: Client) -> None:
    task_id = opened(company["liting"], "拜访", MORNING, customer_id=company["customer"])
    finance, stranger, manager = client_as("finance"), client_as(login="stranger"), client_as(login="manager")
    assert finance.get(f"/tasks/{task_id}").status_code == 200, "who sees the customer sees the task"
    assert finance.post(f"/tasks/{task_id}/done").status_code == 404
    assert finance.post(f"/tasks/{task_id}/assign", data={"owner": "1"}).status_code == 404
    assert stranger.get(f"/tasks/{task_id}").status_code == 404
    assert manager.post(f"/tasks/{task_id}/done").status_code == 404
    wrong = {"owner": str(company["stranger"].id), "seen": str(company["liting"].id)}
    assert manager.post(f"/tasks/{task_id}/assign", data=wrong).status_code == 422
    assert (row(task_id).owner_id, row(task_id).closed_at) == (company["liting"].id, None)
    right = {"owner": str(company["manager"].id), "seen": str(company["liting"].id)}
    assert manager.post(f"/tasks/{task_id}/assign", data=right).status_code == 302
    assert row(task_id).owner_id == company["manager"].id
    assert manager.post(f"/tasks/{task_id}/done", data={"reason": "x" * 501}).status_code == 422
    assert row(task_id).closed_at is None


@pytest.mark.clause("TSK-01")
def test_lists_of_tasks_are_filtered_and_exported(company: dict[str, Any], client_as: Client) -> None:
    late = opened(company["liting"], "补回访记录", MORNING - timedelta(days=2))
    opened(company["liting"], "年底对账", MORNING + timedelta(days=30))
    liting, manager = client_as(login="liting"), client_as(login="manager")
    page = liting.get("/tasks?f.state=late").text
    assert "补回访记录" in page
    assert "年底对账" not in page
    assert "补回访记录" not in manager.get("/tasks").text
    assert "李婷" in manager.get("/tasks/department").text
    assert liting.get("/tasks/department").status_code == 404
    csv = manager.get("/tasks/department?format=csv").get_data().decode("utf-8-sig")
    assert "补回访记录" in csv
    assert "2026-03-02" in csv
    liting.post(f"/tasks/{late}/done", data={"reason": "已打电话"})
    assert "已打电话" in liting.get("/tasks/closed").text
    assert "已打电话" in manager.get("/tasks/department/closed?f.owner=李婷").text


@pytest.mark.clause("TSK-01")
def test_a_to_do_about_a_customer_is_entered_on_its_page(company: dict[str, Any], client_as: Client) -> None:
    client, customer = client_as(login="liting"), company["customer"]
    assert f"/tasks/new?customer={customer}" in client.get(f"/customers/{customer}").text
    address = f"/tasks/new?customer={customer}"
    assert client_as(login="stranger").get(address).status_code == 404
    form = {"text": "拜访王总", "due": "2026-03-06", "owner": str(company["liting"].id), "submission_key": "k" * 22}
    for wrong in ({"text": " "}, {"due": "2026-03-01"}, {"due": "morgen"}, {"owner": str(company["manager"].id)}):
        answer = client.post(address, data=form | wrong)
        assert answer.status_code == 422, wrong
        assert "拜访王总" in answer.text or "text" in wrong, "what was typed stays"
    answers = [client.post(address, data=form) for _turn in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {f"/customers/{customer}"}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Task)) == 1
    assert "拜访王总" in client.get(f"/customers/{customer}").text


class Things(Plugin):
    """Puts something up for approval."""

    name = "things"
    title = "Things"

    @hookimpl(optionalhook=True)
    def approval_subjects(self) -> list[SubjectKind]:
        nothing: Any = lambda *_given: None  # noqa: E731
        return [SubjectKind("things.thing", "事项", lambda _request: "d", nothing, nothing)]


@pytest.fixture
def signed(app: Flask, company: dict[str, Any], add_person: Any) -> Any:
    """An app in which 李婷 has put something up that the sales director and the general manager sign."""
    from kezhi.app import create_app

    kernel = app.extensions["kezhi"]
    plugins = [*kernel.plugins.values(), Things()]
    other = create_app(kernel.config, app.config["KEZHI_ENGINE"], plugins, keys=app.config["KEZHI_KEYS"])
    people = {role: add_person(role, role) for role in ("sales-director", "general-manager")}
    with other.test_request_context():
        steps = tuple(Step({"zh": role, "en": role}, role=role) for role in people)
        with acting_as(company["liting"]):
            number = propose(Proposal("things.thing", "1", {"zh": "提高额度", "en": "Limit"}, "d", steps)).id
        yield people, number


def told(person: Any) -> list[tuple[str, bool]]:
    db.session.rollback()
    statement = select(Notice.text, Notice.read_at).where(Notice.user_id == person.id).order_by(Notice.id)
    return [(text["zh"], at is None) for text, at in db.session.execute(statement, execution_options=UNSCOPED)]


@pytest.mark.clause("TSK-01", "TSK-02")
def test_signing_is_a_duty_shown_as_it_stands_and_told(company: dict[str, Any], signed: Any, clock_at: Any) -> None:
    from kezhi.builtin.approvals.duties import waiting

    people, number = signed
    director, general = people["sales-director"], people["general-manager"]
    assert told(director) == [("SP-000001 等您签字", True)]
    with acting_as(director):
        (duty,) = waiting(director, 5)
        assert (duty.subject, duty.who, duty.url) == ("提高额度", "李婷", f"/approvals/{number}")
    assert duty.due_at == datetime(2026, 3, 5, 10, 0, tzinfo=UTC), "sixteen hours of work later"
    with acting_as(general):
        assert waiting(general, 5) == []
    clock_at(MORNING + timedelta(days=1))
    with acting_as(director):
        sign(number, "")
        assert waiting(director, 5) == []
    assert told(director) == [("SP-000001 等您签字", False)], "nobody has to read it any more"
    assert told(general) == [("SP-000001 等您签字", True)]
    with acting_as(general):
        (duty,) = waiting(general, 5)
        assert duty.since == MORNING + timedelta(days=1), "each step has its own time"
        send_back(number, "理由不足")
    assert told(company["liting"]) == [("SP-000001 退回给您", True)]


def test_without_this_builtin_the_first_page_is_the_first_one_a_person_may_open(site: Any) -> None:
    app = site.build(["accounts", "apps"], site.generation, discover())
    assert "tasks" not in app.extensions["kezhi"].plugins
    assert app.test_client().get("/").headers["Location"].startswith("/login")
