"""The approval pages: who sees what, what a form may do, and what is left when an app is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from kezhi import Plugin, User, acting_as, clock, db, hookimpl, writing
from kezhi.builtin.accounts.services import user_named
from kezhi.builtin.approvals import services
from kezhi.builtin.approvals.contributions import Proposal, Step, SubjectKind
from kezhi.builtin.approvals.models import Deputy, Request, Seat, Signature
from kezhi.testing.client import without_token

DIRECTOR = Step({"zh": "总监复评", "en": "Director's review"}, role="sales-director")
MANAGER = Step({"zh": "总经理审批", "en": "General manager"}, role="general-manager")
SNAPSHOT = {
    "facts": [[{"zh": "客户数", "en": "Customers"}, "50"]],
    "table": {
        "head": [{"zh": "客户", "en": "Customer"}, "等级"],
        "rows": [["恒远精密", {"zh": "甲", "en": "A"}], ["<b>x</b>", None]],
    },
    "links": [
        [{"zh": "评定", "en": "Run"}, "/lists/run"],
        ["evil", "https://elsewhere.example"],
        ["evil", "//elsewhere"],
    ],
}


class Lists(Plugin):
    """An app whose proposals may be altered (``digests``)."""

    name = "rosters"
    title = {"zh": "名单应用", "en": "Lists"}

    def __init__(self) -> None:
        self.digests: dict[str, str] = {}

    @hookimpl
    def approval_subjects(self) -> list[SubjectKind]:
        def digest(request: Request) -> str:
            return self.digests.get(request.reference, "same")

        nothing: Callable[..., None] = lambda *arguments: None  # noqa: E731
        return [SubjectKind("rosters.list", {"zh": "名单", "en": "List"}, digest, nothing, nothing)]


@pytest.fixture
def lists(app: Any) -> Lists:
    host, plugin = app.extensions["kezhi"].host, Lists()
    host.manager.register(plugin, name="rosters")
    host.plugins["rosters"] = plugin
    return plugin


@pytest.fixture
def maker(add_person: Callable[..., User]) -> User:
    return add_person("maker", "data-analyst")


def put_up(user: User, *steps: Step, reference: str = "1") -> int:
    title = {"zh": "重要客户名单", "en": "List of important customers"}
    with acting_as(user), writing():
        made = services.propose(
            Proposal("rosters.list", reference, title, "same", steps or (DIRECTOR, MANAGER), SNAPSHOT)
        )
        return made.id


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)[:400]
    return answer.get_data(as_text=True)


def seen(request_id: int) -> str:
    db.session.rollback()
    request = db.session.get(Request, request_id)
    assert request is not None
    return f"{request.round}.{request.step}.{request.version}"


def post(client: FlaskClient, request_id: int, decision: str, opinion: str = "", token: str | None = None) -> Any:
    data = {"decision": decision, "opinion": opinion, "seen": token or seen(request_id)}
    return client.post(f"/approvals/{request_id}", data=data)


def stands(request_id: int) -> tuple[str, int, int]:
    """Status, step and number of signatures, as stored."""
    db.session.rollback()
    request = db.session.get(Request, request_id)
    assert request is not None
    return request.status, request.step, db.session.scalar(select(func.count()).select_from(Signature)) or 0


@pytest.mark.clause("APR-01", "APR-03")
def test_a_signer_finds_reads_and_signs(lists, maker, client_as):
    number = put_up(maker)
    client = client_as("sales-director")
    assert "重要客户名单" in text_of(client, "/approvals")
    page = text_of(client, f"/approvals/{number}")
    for part in ("SP-000001", "恒远精密", "客户数", "总监复评", "同意并签字", "退回", "驳回", "/lists/run"):
        assert part in page, part
    assert "elsewhere" not in page
    assert "<b>x</b>" not in page
    answer = post(client, number, "approve", "同意")
    assert answer.status_code == 302
    assert stands(number) == ("pending", 2, 1)
    assert "同意" in text_of(client, f"/approvals/{number}")
    assert "重要客户名单" not in text_of(client, "/approvals")


@pytest.mark.clause("APR-01")
def test_the_page_is_complete_in_english(lists, maker, client_as):
    number = put_up(maker)
    page = text_of(client_as("sales-director", locale="en"), f"/approvals/{number}")
    for part in ("List of important customers", "Approve and sign", "Your opinion", "Director&#39;s review", "Lists"):
        assert part in page or part == "Lists", part


@pytest.mark.clause("APR-02")
@pytest.mark.parametrize("how", ["page", "sign", "return", "reject", "withdraw"])
def test_for_everybody_else_a_request_does_not_exist(lists, maker, client_as, how):
    number = put_up(maker)
    client = client_as("salesperson")
    before = stands(number)
    missing = client.get("/approvals/99999") if how == "page" else post(client, 99999, "approve", "x", "1.1.1")
    if how == "page":
        answer = client.get(f"/approvals/{number}")
    else:
        answer = post(client, number, {"sign": "approve"}.get(how, how), "x")
    assert answer.status_code == missing.status_code == 404
    # but for the address and the token that every page carries anew, the answers are the same
    assert without_token(answer.text, f"/approvals/{number}") == without_token(missing.text, "/approvals/99999")
    assert stands(number) == before
    assert "SP-000001" not in text_of(client, "/approvals")
    assert "SP-000001" not in text_of(client, "/approvals/mine")


@pytest.mark.clause("APR-02")
def test_list_page_and_post_answer_by_the_same_rule(lists, maker, client_as):
    number = put_up(maker, DIRECTOR)
    for role, visible in [("sales-director", True), ("general-manager", True), ("finance", False)]:
        client = client_as(role)
        assert (client.get(f"/approvals/{number}").status_code == 200) is visible
        everything = client.get("/approvals/all")
        assert (everything.status_code == 200) is (role == "general-manager")
        if everything.status_code == 200:
            assert "SP-000001" in everything.get_data(as_text=True)


@pytest.mark.clause("APR-02")
def test_the_maker_sees_the_request_but_no_form_to_sign(lists, add_person, client_as):
    client = client_as("sales-director")
    number = put_up(user_named("sales-director-user"))
    page = text_of(client, f"/approvals/{number}")
    assert 'value="approve"' not in page
    assert 'value="withdraw"' in page
    answer = post(client, number, "approve", "x")
    assert answer.status_code == 422
    assert stands(number) == ("pending", 1, 0)
    assert post(client, number, "withdraw").status_code == 302
    assert stands(number)[0] == "withdrawn"


@pytest.mark.clause("APR-03")
@pytest.mark.parametrize("decision", ["return", "reject"])
def test_a_decision_without_its_reason_keeps_the_page(lists, maker, client_as, decision):
    number = put_up(maker)
    answer = post(client_as("sales-director"), number, decision, "   ")
    assert answer.status_code == 422
    assert "理由" in answer.get_data(as_text=True)
    assert stands(number) == ("pending", 1, 0)


@pytest.mark.clause("APR-03")
def test_a_refused_opinion_is_not_lost(lists, maker, client_as):
    number = put_up(maker)
    lists.digests["1"] = "changed"
    client = client_as("sales-director")
    answer = post(client, number, "approve", "写了很久的意见")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "写了很久的意见" in page) == (422, True)
    assert stands(number) == ("pending", 1, 0)
    assert "kz-note t-red" in text_of(client, f"/approvals/{number}")


@pytest.mark.clause("APR-02")
def test_a_double_click_signs_once_and_answers_alike(lists, maker, client_as, add_person):
    number = put_up(maker)
    client = client_as("sales-director")
    token = seen(number)
    first, second = post(client, number, "approve", "", token), post(client, number, "approve", "", token)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert stands(number) == ("pending", 2, 1)


@pytest.mark.clause("APR-03")
def test_who_comes_late_is_told_so(lists, maker, client_as, add_person):
    number = put_up(maker)
    token = seen(number)
    with acting_as(add_person("faster", "sales-director")):
        services.sign(number)
    client = client_as("sales-director")
    assert post(client, number, "approve", "", token).status_code == 302
    assert stands(number) == ("pending", 2, 1)


@pytest.mark.parametrize(
    "data", [{}, {"decision": "apply"}, {"decision": "approve"}, {"decision": "approve", "seen": "x"}]
)
def test_a_form_that_no_page_makes_changes_nothing(lists, maker, client_as, data):
    number = put_up(maker)
    answer = client_as("sales-director").post(f"/approvals/{number}", data=data)
    assert answer.status_code in (400, 422)
    assert stands(number) == ("pending", 1, 0)


@pytest.mark.clause("APR-03")
def test_nobody_sets_status_or_signer_through_the_form(lists, maker, client_as):
    number = put_up(maker)
    client = client_as("sales-director")
    more = {"status": "approved", "user_id": "1", "step": "2", "digest": "other", "version": "9"}
    data = {"decision": "approve", "opinion": "", "seen": seen(number), **more}
    assert client.post(f"/approvals/{number}", data=data).status_code == 302
    db.session.rollback()
    signature = db.session.scalars(select(Signature)).one()
    assert (stands(number), signature.user_login, signature.digest) == (
        ("pending", 2, 1),
        "sales-director-user",
        "same",
    )


@pytest.mark.clause("APR-03")
def test_inbox_and_page_survive_a_disabled_app(lists, maker, client_as, app):
    number = put_up(maker)
    client = client_as("sales-director")
    host = app.extensions["kezhi"].host
    host.manager.unregister(lists)
    del host.plugins["rosters"]
    assert "重要客户名单" in text_of(client, "/approvals")
    page = text_of(client, f"/approvals/{number}")
    assert "恒远精密" in page
    assert "名单应用" in page
    assert "/lists/run" not in page
    assert 'value="approve"' not in page
    answer = post(client, number, "approve", "x")
    assert answer.status_code == 422
    assert "名单应用" in answer.get_data(as_text=True)
    assert stands(number) == ("pending", 1, 0)


@pytest.mark.clause("APR-03")
def test_earlier_rounds_stand_on_the_page(lists, maker, client_as):
    number = put_up(maker)
    client = client_as("sales-director")
    post(client, number, "return", "请补充说明")
    put_up(maker)
    page = text_of(client, f"/approvals/{number}")
    assert "以往轮次" in page
    assert "请补充说明" in page
    assert 'value="approve"' in page


@pytest.mark.clause("APR-01")
def test_a_step_nobody_can_fill_is_said_on_the_page(lists, maker, client_as):
    number = put_up(maker, DIRECTOR, Step({"zh": "财务", "en": "Finance"}, role="finance"))
    page = text_of(client_as("sales-director"), f"/approvals/{number}")
    assert "kz-tone t-red" in page


@pytest.mark.clause("APR-01")
def test_the_inbox_takes_the_same_number_of_statements_for_one_or_thirty(lists, maker, client_as, statements):
    put_up(maker)
    client = client_as("sales-director")
    client.get("/approvals")
    with statements() as few:
        client.get("/approvals")
    for place in range(2, 31):
        put_up(maker, reference=str(place))
    with statements() as many:
        client.get("/approvals")
    assert many.count == few.count


def test_a_signer_who_was_deactivated_is_logged_out(lists, maker, client_as):
    from kezhi.builtin.accounts.models import Account

    number = put_up(maker)
    client = client_as("sales-director")
    with writing():
        db.session.execute(update(Account).where(Account.login == "sales-director-user").values(active=False))
    assert post(client, number, "approve").status_code == 404
    assert stands(number) == ("pending", 1, 0)


# ── back, passed on, deputies, several at once ──────────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-02", "APR-03")
def test_a_signer_passes_it_on_and_the_page_says_for_whom(lists, maker, client_as, add_person):
    number, friend = put_up(maker), add_person("friend", "salesperson")
    client = client_as("sales-director")
    assert "转交或加签" in text_of(client, f"/approvals/{number}")
    data = {"action": "pass_on", "person": str(friend.id), "reason": "", "seen": seen(number)}
    answer = client.post(f"/approvals/{number}/signers", data=data)
    assert (answer.status_code, "请写明缘由" in answer.text) == (422, True)
    for person in (maker.id, "999999", "x", ""):  # the maker, nobody, no number, nothing
        wrong = {**data, "person": str(person), "reason": "写好的缘由"}
        answer = client.post(f"/approvals/{number}/signers", data=wrong)
        assert (answer.status_code, "写好的缘由" in answer.text) == (422, True)
    assert client.post(f"/approvals/{number}/signers", data={**data, "action": "own"}).status_code == 400
    assert db.session.scalar(select(func.count()).select_from(Seat)) == 0
    answer = client.post(f"/approvals/{number}/signers", data={**data, "reason": "请代签"})
    assert answer.status_code == 302
    page = text_of(client, f"/approvals/{number}")
    assert 'value="approve"' not in page
    assert "请代签" in page
    with acting_as(friend):
        services.sign(number, "好")
    assert f"代 {user_named('sales-director-user').name}" in text_of(client, f"/approvals/{number}")


@pytest.mark.clause("APR-03")
def test_it_is_returned_to_the_step_that_was_chosen(lists, maker, client_as):
    number = put_up(maker)
    post(client_as("sales-director"), number, "approve")
    client = client_as("general-manager")
    assert "退回到" in text_of(client, f"/approvals/{number}")
    data = {"decision": "return", "opinion": "请再核", "seen": seen(number), "to": "2"}
    assert client.post(f"/approvals/{number}", data=data).status_code == 422
    assert stands(number) == ("pending", 2, 1)
    again = [client.post(f"/approvals/{number}", data={**data, "to": "1"}).status_code for _ in range(2)]
    assert again == [302, 302]
    assert stands(number) == ("pending", 1, 2)
    page = text_of(client, f"/approvals/{number}")
    assert "以往轮次" in page
    assert "请再核" in page


@pytest.mark.clause("APR-02", "APR-03")
def test_several_are_signed_at_once_and_those_refused_are_named(lists, maker, client_as):
    numbers = [put_up(maker, reference=str(place)) for place in range(1, 4)]
    lists.digests["2"] = "changed"
    client = client_as("sales-director")
    assert text_of(client, "/approvals").count('name="request"') == 3
    data = {"request": [str(number) for number in numbers], "opinion": "一并同意"}
    data |= {f"seen-{number}": seen(number) for number in numbers}
    answer = client.post("/approvals/sign", data=data)
    assert answer.status_code == 422
    assert "SP-000002" in answer.text
    assert "已签 2 件" in answer.text
    assert "一并同意" in answer.text  # what was typed is kept for the one that is left
    marks = select(Signature.request_id, Signature.opinion).order_by(Signature.request_id)
    assert [tuple(mark) for mark in db.session.execute(marks)] == [(numbers[0], "一并同意"), (numbers[2], "一并同意")]
    assert client.post("/approvals/sign", data={}).status_code == 422
    foreign = client_as("finance").post("/approvals/sign", data={"request": str(numbers[1]), "opinion": ""})
    assert (foreign.status_code, "SP-000002" in foreign.text) == (422, False)
    unseen = client.post("/approvals/sign", data={"request": [str(numbers[1]), "9" * 30], "opinion": ""})
    assert unseen.status_code == 422
    assert [stands(number)[1] for number in numbers] == [2, 1, 2]


@pytest.mark.clause("ORG-01")
def test_a_person_names_a_deputy_who_signs_in_their_place(lists, maker, client_as, add_person):
    number = put_up(maker)
    client, deputy = client_as("sales-director"), client_as("salesperson")
    own, other = user_named("sales-director-user"), user_named("salesperson-user")
    day = clock.today().isoformat()
    data = {"deputy": str(other.id), "since": day, "until": day, "note": "出差", "user": str(maker.id)}
    assert deputy.get(f"/approvals/{number}").status_code == 404
    for wrong in ({"deputy": ""}, {"until": "2001-01-01"}, {"since": "x"}, {"deputy": str(own.id)}):
        answer = client.post("/approvals/deputies", data={**data, **wrong})
        assert (answer.status_code, "出差" in answer.text) == (422, True)
    assert client.post("/approvals/deputies", data=data).status_code == 302
    assert [(row.user_id, row.deputy_id) for row in db.session.scalars(select(Deputy))] == [(own.id, other.id)]
    assert own.name in text_of(deputy, "/approvals")
    assert f"代 {own.name} 签" in text_of(deputy, f"/approvals/{number}")
    assert post(deputy, number, "approve", "代签同意").status_code == 302
    assert f"代 {own.name}" in text_of(client, f"/approvals/{number}")
    entry = db.session.scalars(select(Deputy.id)).one()
    assert deputy.post(f"/approvals/deputies/{entry}/end").status_code == 404
    assert client.post(f"/approvals/deputies/{entry}/end").status_code == 302
    assert deputy.get(f"/approvals/{number}").status_code == 200  # what one signed stays readable


@pytest.mark.clause("ORG-01")
def test_an_administrator_enters_a_deputy_for_somebody(lists, maker, client_as, add_person):
    other, day = add_person("other", "salesperson"), clock.today().isoformat()
    data = {"user": str(maker.id), "deputy": str(other.id), "since": day, "until": day, "note": ""}
    client = client_as("administrator")
    assert client.post("/approvals/deputies", data=data).status_code == 302
    assert [(row.user_id, row.deputy_id) for row in db.session.scalars(select(Deputy))] == [(maker.id, other.id)]
    assert maker.name in text_of(client, "/approvals/deputies")


@pytest.mark.clause("APR-01")
def test_the_page_of_a_request_takes_the_same_number_of_statements_for_one_or_ten_signers(
    lists, maker, client_as, add_person, statements
):
    client = client_as("sales-director")
    one = put_up(maker, replace(DIRECTOR, needs=0), MANAGER)
    for place in range(10):
        add_person(f"director-{place}", "sales-director")
    many = put_up(maker, replace(DIRECTOR, needs=0), MANAGER, reference="2")
    for number in (one, many):  # what is written down at the first opening is
        client.get(f"/approvals/{number}")
    with statements() as few:
        client.get(f"/approvals/{one}")
    with statements() as more:
        client.get(f"/approvals/{many}")
    assert more.count == few.count
