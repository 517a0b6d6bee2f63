"""The pages of approval flows: designed without scripts, nothing typed is lost, and others see none of it."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy import select

from kezhi import Refused, acting_as, db, writing
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.approvals import services
from kezhi.builtin.approvals.commands import approvals
from kezhi.builtin.approvals.contributions import Step
from kezhi.builtin.approvals.flows.following import newest
from kezhi.builtin.approvals.models import FlowVersion, Request

ground = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("approvals_desk.py"))))
desk, people = ground.desk, ground.people  # fixtures
KIND, EDIT = "desk.offer", "/approvals/flows/desk.offer/edit"
TWO = {
    "steps.0.key": "a", "steps.0.zh": "复评", "steps.0.who": "role:sales-director",
    "steps.1.key": "b", "steps.1.zh": "审批", "steps.1.who": "role:general-manager",
}  # fmt: skip


def page(client: FlaskClient, address: str, status: int = 200, **data: Any) -> str:
    answer = client.post(address, data=data) if data else client.get(address)
    assert answer.status_code == status, answer.text[:600]
    return answer.text


def values(text: str) -> dict[str, str]:
    """What stands in the fields of the steps."""
    found = dict(re.findall(r'id="(steps\.\d+\.\w+)" name="[^"]+" value="([^"]*)"', text))
    for name, options in re.findall(r'<select[^>]* name="(steps\.\d+\.\w+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def rows() -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(select(FlowVersion.__table__)))


@pytest.mark.clause("APR-01")
def test_a_flow_is_designed_with_buttons_alone_and_requests_follow_it(desk, people, client_as, add_person):
    add_person("wang", "finance", name="王芳")
    client = client_as("general-manager")
    assert "应用自带" in page(client, "/approvals/flows")
    assert values(page(client, EDIT))["steps.0.who"] == "role:sales-director"
    text = page(client, EDIT, do="add", **TWO)
    assert values(text)["steps.2.who"] == ""
    text = page(client, EDIT, do="up 2", **TWO, **{"steps.2.zh": "财务", "steps.2.who": "people",
                                                   "steps.2.people": "王芳 (wang)"})  # fmt: skip
    assert [values(text)[f"steps.{n}.zh"] for n in range(3)] == ["复评", "财务", "审批"]
    assert "王芳" in text.split('id="flow-preview"')[1], "who would sign is shown"
    text = page(client, EDIT, do="remove 0", **TWO)
    assert [value for name, value in values(text).items() if name.endswith(".zh")] == ["审批"]
    assert rows() == []

    said = {**TWO, "steps.2.zh": "财务", "steps.2.who": "people", "steps.2.people": "wang", "steps.2.hours": "4",
            "base": "0"}  # fmt: skip
    assert "请写明修改原因" in page(client, EDIT, 422, do="save", reason=" ", **said)
    page(client, EDIT, 302, do="save", reason="增加财务", **said)
    assert [row.version for row in rows()] == [1]
    text = page(client, "/approvals/flows/desk.offer")
    for part in ("第 1 版", "增加财务", "王芳", "4 个工作小时"):
        assert part in text, part
    compared = page(client, "/approvals/flows/desk.offer/compare")
    assert ("新增步骤" in compared, "财务" in compared) == (True, True)

    with acting_as(people["maker"]), writing():
        number = services.propose(ground.proposal()).id
    shown = page(client, f"/approvals/{number}")
    assert "流程第 1 版" in shown
    assert "时限 4 个工作小时" in shown
    page(client, "/approvals/flows/desk.offer/shipped", 302, base="1", reason="恢复")
    assert [row.shipped for row in rows()] == [False, True]
    assert "流程第 1 版" in page(client, f"/approvals/{number}"), "a request under way keeps its version"


@pytest.mark.clause("APR-01")
def test_of_two_editors_the_second_sees_both_texts_and_saves_over_with_open_eyes(desk, people, client_as):
    client = client_as("general-manager")
    page(client, EDIT, 302, do="save", reason="先存", base="0", **{**TWO, "steps.1.zh": "总经理批"})
    before = rows()
    text = page(client, EDIT, 409, do="save", reason="后存", base="0", **{**TWO, "steps.0.zh": "总监看"})
    for part in ("他人已保存第 1 版", "总经理批", "总监看", "后存"):
        assert part in text, part
    assert rows() == before
    assert 'name="base" type="hidden" value="1"' in text
    page(client, EDIT, 302, do="save", reason="后存", base="1", **{**TWO, "steps.0.zh": "总监看"})
    assert [row.version for row in rows()] == [1, 2]


BAD = [
    ({**TWO, "steps.1.who": "role:sales-director", "steps.0.how": "all"}, "同一人不得签两个步骤"),
    ({**TWO, "steps.0.hours": "eight"}, "请填写整小时数"),
    ({**TWO, "steps.0.hours": "0"}, "时限为 1 至 400"),
    ({**TWO, "steps.0.above": "much"}, "请填写金额"),
    ({**TWO, "steps.0.above": "100"}, "没有金额"),
    ({**TWO, "steps.0.who": "people", "steps.0.people": "nobody"}, "没有在用的人员“nobody”"),
    ({**TWO, "steps.0.who": "people"}, "请选择由谁签字"),
    ({**TWO, "steps.0.who": "role:<b>"}, "没有角色“&lt;b&gt;”"),
    ({**TWO, "steps.0.department": "999999999999999999"}, "该部门已不存在"),
    ({**TWO, "steps.0.zh": "长" * 61}, "最多 60 个字"),
    ({**TWO, "steps.0.who": "manager:99"}, "负责人由其一人签"),
    ({"steps.0.zh": "空"}, "请选择由谁签字"),
    ({"steps.200.zh": "x", "steps.0.id": "1", "steps.x.who": "y"}, "流程没有步骤"),
]


@pytest.mark.clause("APR-02")
def test_what_cannot_be_kept_is_said_and_stays_as_typed(desk, people, client_as):
    client = client_as("general-manager")
    for data, message in BAD:
        text = page(client, EDIT, 422, do="save", reason="改", base="0", **data)
        assert message in text, message
        shown = values(text)
        for name, value in data.items():
            if name in shown and name.endswith(("zh", "hours", "above")):
                assert shown[name] == value, (message, name)
        assert rows() == [], message
    for nonsense in ("up 99", "remove -1", "down x", "what", "add add", ""):
        page(client, EDIT, do=nonsense, **TWO)
    for address in ("/approvals/flows/no.such", "/approvals/flows/no.such/edit", f"{EDIT}?from=7",
                    "/approvals/flows/desk.offer?version=3", "/approvals/flows/desk.offer/compare"):  # fmt: skip
        page(client, address, 404)


@pytest.mark.clause("APR-02")
@pytest.mark.parametrize("role", ["sales-director", "data-analyst", "finance"])
def test_for_everybody_else_flows_do_not_exist(desk, people, client_as, role):
    client = client_as(role)
    for address in ("/approvals/flows", "/approvals/flows/desk.offer", EDIT):
        page(client, address, 404)
    page(client, EDIT, 404, do="save", reason="x", base="0", **TWO)
    page(client, "/approvals/flows/desk.offer/shipped", 404, reason="x", base="0")
    assert rows() == []
    assert "/approvals/flows" not in page(client, "/approvals")


@pytest.mark.clause("APR-01")
def test_the_list_takes_the_same_number_of_statements_for_one_step_or_ten(
    desk, people, client_as, add_person, statements
):
    client = client_as("general-manager")
    others = [add_person(f"p{number}", "finance").id for number in range(10)]
    counts = []
    with acting_as(people["manager"]):
        for size in (1, 10):
            services.keep_flow(KIND, [Step({"zh": "签"}, user_id=each) for each in others[:size]], reason=f"{size}")
            page(client, "/approvals/flows")
            with statements() as counted:
                page(client, "/approvals/flows")
            counts.append(counted.count)
    assert counts[0] == counts[1]


@pytest.mark.clause("APR-01")
def test_the_command_tells_the_flows_and_their_problems(desk, people):
    with acting_as(people["director"]):
        refused = CliRunner().invoke(approvals, ["flows"])
        assert isinstance(refused.exception, Refused)
    with acting_as(people["manager"]):
        services.keep_flow(KIND, [Step({"zh": "财务"}, role="finance"), ground.APPROVAL], reason="试")
        found = json.loads(CliRunner().invoke(approvals, ["flows", "--json"]).output)
        assert "财务" in CliRunner().invoke(approvals, ["flows"]).output
    offer = next(each for each in found if each["kind"] == KIND)
    assert (offer["version"], offer["reason"], [step["role"] for step in offer["steps"]]) == (
        1, "试", ["finance", "general-manager"],
    )  # fmt: skip
    assert [problem["code"] for problem in offer["problems"]] == ["nobody", "only_requester"]
    assert newest(KIND) is not None


@pytest.mark.clause("APR-01", "APR-03")
def test_a_written_request_is_signed_by_amount_and_comes_back_to_be_mended(desk, people, client_as, add_person):
    """没有专门表单的事项：谁签取决于金额；退回后由提交人修改再报。"""
    with writing():
        sales = add_department("销售部").id
    boss = add_person("boss", "sales-manager", department_id=sales)
    add_person("seller", "salesperson", department_id=sales)
    with writing():
        set_manager(sales, boss.id)
    client = client_as(login="seller")
    said = {"subject": "客户答谢会", "text": "邀请 24 家老客户", "amount": "8600"}
    assert "总经理审批" in page(client, "/approvals/new")
    for bad, message in (
        ({"amount": "-1"}, "请填写金额"),
        ({"subject": ""}, "请用一句话写明"),
        ({"text": " "}, "请说明理由"),
    ):
        text = page(client, "/approvals/new", 422, **{**said, **bad})
        assert message in text
        assert "老客户" in text or "text" in bad
    assert db.session.scalars(select(Request)).all() == []
    page(client, "/approvals/new", 302, **said)
    request = db.session.scalars(select(Request)).one()
    number = request.id
    assert [(step.user_id, step.role) for step in request.steps] == [(boss.id, None)]
    assert "邀请 24 家老客户" in page(client, f"/approvals/{number}")
    with acting_as(boss):
        services.send_back(number, "请列明费用")
    assert "邀请 24 家老客户" in page(client, f"/approvals/new?again={number}")
    page(client_as("finance"), f"/approvals/new?again={number}", 404)
    page(client, "/approvals/new", 302, **{**said, "amount": "18600", "again": str(number)})
    db.session.rollback()
    request = db.session.get(Request, number)
    assert (request.round, request.status) == (2, "pending")
    assert [step.role for step in request.steps if step.round == 2] == [None, "general-manager"]
    with acting_as(boss):
        services.sign(number)
    with acting_as(people["manager"]):
        assert services.sign(number).status == "approved"
    page(client, f"/approvals/new?again={number}", 404)
