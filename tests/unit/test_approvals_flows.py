"""Flows as data that the company keeps (APR-01…03): versions, what is refused when one is designed, who follows it."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from kezhi import Conflict, NotFound, Refused, User, acting_as, clock, db, set_setting, writing
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import add_department, set_manager, user_by_id
from kezhi.builtin.approvals import checks, services
from kezhi.builtin.approvals.contributions import ESCALATE, EVERYBODY, Step
from kezhi.builtin.approvals.flows.checking import problems_of
from kezhi.builtin.approvals.flows.keeping import Unsound, back_to_shipped, save_flow, versions_of
from kezhi.builtin.approvals.flows.preview import preview
from kezhi.builtin.approvals.flows.stored import FlowStep, from_json, to_json
from kezhi.builtin.approvals.flows.words import Side, differences
from kezhi.builtin.approvals.models import FlowVersion, Request, RequestStep, Signature
from kezhi.builtin.approvals.rules import Barred
from kezhi.builtin.tasks.models import Notice

ground = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("approvals_desk.py"))))
desk = ground.desk  # a fixture
REVIEW, APPROVAL, write, sign = ground.REVIEW, ground.APPROVAL, ground.write, ground.sign
KIND = "desk.offer"
UNSCOPED = {"kezhi_unscoped": True}

pytestmark = pytest.mark.services

#: a person of the ground whose id is not known before the test runs
MAKER, DIRECTOR, SECOND, MANAGER, BOTH, CASHIER, LEFT, POWERLESS, CHIEF = range(-1, -10, -1)
NAMES = ("maker", "director", "second", "manager", "both", "cashier", "left", "powerless", "chief")
HERE, BELOW, NOWHERE = -100, -101, -102  # departments


def step(**said: Any) -> Step:
    return Step({"zh": "步骤", "en": "Step"}, **said)


@pytest.fixture
def people(add_person: Callable[..., User]) -> dict[str, User]:
    """Sales is below the company; the chief manages sales, the general manager the company."""
    with writing():
        company = add_department("公司").id
        sales = add_department("销售中心", parent_id=company).id
    roles: dict[str, tuple[str, ...]] = {
        "maker": ("data-analyst",),
        "director": ("sales-director",),
        "second": ("sales-director",),
        "manager": ("general-manager",),
        "both": ("sales-director", "general-manager"),
        "cashier": ("finance",),
        "left": ("salesperson",),
        "powerless": (),
        "chief": ("sales-manager",),
    }
    found = {
        name: add_person(name, *held, department_id=company if name == "manager" else sales)
        for name, held in roles.items()
    }
    with writing():
        set_manager(sales, found["chief"].id)
        set_manager(company, found["manager"].id)
        db.session.execute(update(Account).where(Account.login == "left").values(active=False))
    found["places"] = SimpleNamespace(company=company, sales=sales)  # type: ignore[assignment]
    return found


def filled(steps: tuple[Step, ...], people: dict[str, Any]) -> tuple[Step, ...]:
    """The steps with the people and departments of the ground in the places held for them."""
    ids = {place: people[NAMES[-place - 1]].id for place in range(-1, -10, -1)}
    ids |= {HERE: people["places"].company, BELOW: people["places"].sales, NOWHERE: 987_654}
    put = lambda each: ids.get(each, each)  # noqa: E731
    return tuple(
        replace(
            each,
            user_id=put(each.user_id),
            people=tuple(put(one) for one in each.people),
            department_id=put(each.department_id),
        )
        for each in steps
    )


def keyed(*steps: Step) -> list[FlowStep]:
    return [FlowStep(f"s{place}", each) for place, each in enumerate(steps)]


def save(user: User, *steps: Step, expected: int = 0, reason: str = "制度修订") -> FlowVersion:
    with acting_as(user):
        return save_flow(KIND, keyed(*steps), expected=expected, reason=reason)[0]


def put_up(user: User, *steps: Step, reference: str = "offer-1", amount: int | None = None) -> int:
    write(reference, "ten tables")
    with acting_as(user), writing():
        return services.propose(replace(ground.proposal(*steps, reference=reference), amount=amount)).id


def flows() -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(select(FlowVersion.__table__)))


def resolved(number: int) -> list[tuple[str, str | None, int | None, int]]:
    """The steps of a request as they are stored: title, role, person, signatures needed."""
    request = db.session.get(Request, number, populate_existing=True)
    return [
        (each.title["zh"], each.role, each.user_id, each.needs) for each in request.steps if each.round == request.round
    ]


# ── versions ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-01")
def test_a_request_follows_the_version_that_holds_when_it_begins_and_keeps_it(desk, people):
    before = put_up(people["maker"], reference="offer-0")
    first = save(people["manager"], step(role="finance"), APPROVAL)
    number = put_up(people["maker"])
    second = save(people["manager"], APPROVAL, expected=1, reason="财务不再签")
    later = put_up(people["maker"], reference="offer-2")
    versions = [db.session.get(Request, each).flow_id for each in (before, number, later)]
    assert versions == [None, first.id, second.id], "what was under way keeps what the app shipped"
    assert [each[1] for each in resolved(number)] == ["finance", "general-manager"]
    assert [each[1] for each in resolved(later)] == ["general-manager"]
    assert sign(people["cashier"], number).step == 2
    assert sign(people["manager"], number).status == "approved"
    assert checks.unsigned(db.session()) == []

    with acting_as(people["manager"]):
        back_to_shipped(KIND, expected=2, reason="恢复出厂流程")
    last = put_up(people["maker"], reference="offer-3")
    assert [each[1] for each in resolved(last)] == ["sales-director", "general-manager"]
    rows = [(row.version, row.author_login, row.reason, row.shipped) for row in versions_of(KIND)]
    assert rows == [
        (3, "manager", "恢复出厂流程", True),
        (2, "manager", "财务不再签", False),
        (1, "manager", "制度修订", False),
    ]
    assert services.company_flow(KIND) is None


@pytest.mark.clause("APR-01")
def test_a_returned_request_keeps_its_earlier_rounds_with_the_version_each_followed(desk, people):
    first = save(people["manager"], REVIEW, APPROVAL)
    number = put_up(people["maker"])
    sign(people["director"], number)
    second = save(people["manager"], step(role="finance"), REVIEW, APPROVAL, expected=1)
    with acting_as(people["manager"]):
        services.send_back(number, "先复核", to=1)
    request = db.session.get(Request, number, populate_existing=True)
    assert (request.round, request.flow_id, len(resolved(number))) == (2, first.id, 2), "it never came to its maker"
    with acting_as(people["director"]):
        services.send_back(number, "请补充")
    put_up(people["maker"])
    request = db.session.get(Request, number, populate_existing=True)
    assert (request.round, request.flow_id, len(resolved(number))) == (3, second.id, 3)
    assert [(each.round, each.flow_id) for each in request.earlier] == [(1, first.id), (2, first.id)]


@pytest.mark.clause("APR-01")
def test_of_two_editors_the_second_learns_of_the_first_and_nothing_is_lost(desk, people):
    save(people["manager"], APPROVAL)
    save(people["manager"], REVIEW, APPROVAL, expected=1)
    before = flows()
    for expected in (0, 1, 3):
        with pytest.raises(Conflict, match="2"):
            save(people["manager"], step(role="finance"), expected=expected)
    assert flows() == before
    same = save(people["manager"], REVIEW, APPROVAL, expected=2, reason="again")
    assert same.version == 2, "the same steps make no new version"
    assert flows() == before


@pytest.mark.clause("APR-02")
@pytest.mark.parametrize("who", ["maker", "director", "cashier"])
def test_only_whoever_may_design_flows_changes_one(desk, people, who):
    with pytest.raises(NotFound):
        save(people[who], APPROVAL)
    with acting_as(people[who]), pytest.raises(NotFound):
        back_to_shipped(KIND, expected=0, reason="so")
    with acting_as(people["manager"]), pytest.raises(NotFound):
        save_flow("no.such", keyed(APPROVAL), expected=0, reason="so")
    with pytest.raises(Refused) as refused:
        save(people["manager"], APPROVAL, reason="  ")
    assert refused.value.field == "reason"
    assert flows() == []


def test_steps_survive_being_stored(desk, people):
    steps = keyed(
        step(role="finance", needs=2, above=100, up_to=5000, department_id=3, hours=8, late=ESCALATE),
        step(people=(3, 1), in_turn=True),
        step(manager_level=2, in_turn=True),
        step(user_id=7),
    )
    assert list(from_json(json.loads(json.dumps(to_json(steps))))) == steps


# ── what is refused, or told, when a flow is designed ───────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Design:
    """A flow, and the first thing that is wrong with it; ``told`` means that it is only warned of."""

    title: str
    code: str
    steps: tuple[Step, ...]
    told: bool = False
    twice: bool = False  #: the company lets one person sign several steps


FINANCE = step(role="finance")
AMOUNTS = (step(role="finance", up_to=100_00), APPROVAL)
DESIGNS = [
    Design("no step", "no_steps", ()),
    Design("more than twenty steps", "many_steps", (REVIEW,) * 21),
    # who signs
    Design("nobody is named", "no_signer", (step(),)),
    Design("nobody is named at the second step", "no_signer", (REVIEW, step())),
    Design("a role that does not exist", "unknown_role", (step(role="emperor"),)),
    Design("a person who left", "no_such_person", (step(user_id=LEFT),)),
    Design("a person without the right to sign", "no_such_person", (step(user_id=POWERLESS),)),
    Design("somebody who never was", "no_such_person", (step(user_id=987_654),)),
    Design("one of several left", "no_such_person", (step(people=(DIRECTOR, LEFT)),)),
    Design("somebody named twice", "doubled", (step(people=(DIRECTOR, DIRECTOR)),)),
    Design("named twice in turn", "doubled", (step(people=(DIRECTOR, MANAGER, DIRECTOR), in_turn=True),)),
    Design("more signatures than people", "too_many", (step(people=(DIRECTOR, MANAGER), needs=3),)),
    Design("two signatures of one person", "needs", (step(user_id=DIRECTOR, needs=2),)),
    Design("less than no signature", "needs", (step(role="finance", needs=-1),)),
    Design("two signatures of one manager", "manager", (step(manager_level=1, needs=2),)),
    Design("a manager at level nought", "manager", (step(manager_level=0),)),
    Design("a manager out of sight", "manager", (step(manager_level=10),)),
    Design("more than fifty people", "no_such_person", (step(people=tuple(range(5000, 5060))),)),
    # when
    Design("nothing is between the bounds", "empty_band", (step(role="finance", above=500, up_to=500), APPROVAL)),
    Design("bounds the wrong way round", "empty_band", (step(role="finance", above=900, up_to=500), APPROVAL)),
    Design("below zero", "negative", (step(role="finance", above=-1), APPROVAL)),
    Design("a department that is gone", "unknown_department", (step(role="finance", department_id=NOWHERE),)),
    Design("no time at all", "hours", (step(role="finance", hours=0),)),
    Design("more time than there is", "hours", (step(role="finance", hours=401),)),
    Design("nobody signs large amounts", "nobody_signs", (step(role="finance", up_to=100_00),)),
    Design("nobody signs small amounts", "nobody_signs", (step(role="finance", above=100_00),)),
    Design("a gap between two bands", "nobody_signs",
           (step(role="finance", up_to=100_00), step(role="general-manager", above=200_00))),
    Design("nobody signs for other departments", "nobody_signs", (step(role="finance", department_id=BELOW),)),
    # the same person at two steps
    Design("one person by name, twice", "same_person", (step(user_id=CASHIER), step(user_id=CASHIER))),
    Design("by name and as the only one of a role", "same_person", (step(user_id=CASHIER), FINANCE)),
    Design("the only one of a role, then by name", "same_person", (FINANCE, step(user_id=CASHIER))),
    Design("one role with one person, at two steps", "same_person", (FINANCE, FINANCE)),
    Design("two roles that only two hold, at three steps", "same_person", (APPROVAL, APPROVAL, APPROVAL)),
    Design("all of a role, then one of them", "same_person", (replace(REVIEW, needs=EVERYBODY), step(user_id=BOTH))),
    Design("all of two roles that share somebody", "same_person",
           (replace(REVIEW, needs=EVERYBODY), replace(APPROVAL, needs=EVERYBODY))),
    Design("in turn, then one of them", "same_person",
           (step(people=(DIRECTOR, MANAGER), in_turn=True), step(user_id=MANAGER))),
    Design("all named, and again in turn", "same_person",
           (step(people=(DIRECTOR, SECOND), needs=EVERYBODY), step(people=(SECOND, CASHIER), in_turn=True))),
    Design("two of two, and one of them by name", "same_person",
           (step(people=(DIRECTOR, CASHIER), needs=2), step(user_id=CASHIER))),
    Design("one of two, where both sign elsewhere", "same_person",
           (step(people=(DIRECTOR, CASHIER)), step(user_id=DIRECTOR), step(user_id=CASHIER))),
    Design("only above an amount", "same_person", (FINANCE, step(user_id=CASHIER, above=100_00))),
    Design("only in one department", "same_person", (FINANCE, step(user_id=CASHIER, department_id=HERE))),
    Design("only below a department", "same_person",
           (step(role="finance", department_id=HERE), step(user_id=CASHIER, department_id=BELOW), APPROVAL)),
    Design("five signatures of four people", "same_person", (replace(REVIEW, needs=3), APPROVAL, APPROVAL)),
    # what is only told
    Design("a role that nobody has", "nobody", (step(role="inventory-control"), APPROVAL), told=True),
    Design("fewer people than signatures", "few", (replace(FINANCE, needs=2), APPROVAL), told=True),
    Design("no manager above some", "no_manager", (step(manager_level=1), APPROVAL), told=True),
    Design("no manager two levels up", "no_manager", (step(manager_level=2),), told=True),
    Design("managers in turn", "no_manager", (step(manager_level=2, in_turn=True),), told=True),
    Design("only one person could sign", "only_requester", (step(user_id=CASHIER),), told=True),
    Design("only one has the role", "only_requester", (FINANCE, REVIEW), told=True),
    Design("enough people, unless one of them puts it up", "only_requester", (APPROVAL, APPROVAL), told=True),
    Design("alone at a step, though steps may be signed twice", "only_requester", (FINANCE, FINANCE), told=True,
           twice=True),  # the last one: the setting stays
]  # fmt: skip


@pytest.mark.clause("APR-02")
def test_what_is_wrong_with_a_flow_is_said_when_it_is_designed_and_nothing_is_kept(desk, people):
    """Each of the flows above; a refused one leaves no row behind."""
    desk.amount = "Amount"
    seen = 0
    with acting_as(people["manager"]):
        for design in DESIGNS:
            if design.twice:
                with writing():
                    set_setting("approvals", "same_person_twice", True)
            steps = filled(design.steps, people)
            found = [(each.code, each.severity) for each in problems_of(KIND, steps)]
            assert (design.code, "warning" if design.told else "error") in found, (design.title, found)
            if design.told:
                assert {severity for _code, severity in found} == {"warning"}, (design.title, found)
                continue
            with pytest.raises(Unsound) as refused:
                save_flow(KIND, keyed(*steps), expected=0, reason="so")
            assert design.code in [each.code for each in refused.value.problems], design.title
            assert flows() == [], design.title
            seen += 1
    assert seen >= 40


@pytest.mark.clause("APR-01", "APR-02")
def test_sound_flows_are_kept_and_amounts_without_an_amount_are_refused(desk, people):
    bound = step(role="finance", above=100_00)
    with acting_as(people["manager"]):
        assert [each.code for each in problems_of(KIND, (bound, APPROVAL))] == ["no_amount"]
    desk.amount = "Amount"
    sound = (bound, REVIEW, step(role="general-manager", above=500_00))
    with acting_as(people["manager"]):
        assert {each.severity for each in problems_of(KIND, sound)} <= {"warning"}
    save(people["manager"], *sound)
    for place, (amount, roles) in enumerate({
        100_00: ["sales-director"],
        100_01: ["finance", "sales-director"],
        500_00: ["finance", "sales-director"],
        500_01: ["finance", "sales-director", "general-manager"],
    }.items()):  # fmt: skip
        number = put_up(people["maker"], reference=f"offer-{place}", amount=amount)
        assert [each[1] for each in resolved(number)] == roles, amount
    requests = db.session.query(Request).count()
    with pytest.raises(Refused, match="amount"):
        put_up(people["maker"], reference="offer-9")
    db.session.rollback()
    assert db.session.query(Request).count() == requests


# ── who signs ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-01")
def test_in_turn_each_signs_after_the_other_in_the_order_given(desk, people):
    order = ("second", "cashier", "director")
    save(people["manager"], step(people=tuple(people[each].id for each in order), in_turn=True), APPROVAL)
    number = put_up(people["maker"])
    assert [each[0] for each in resolved(number)] == ["步骤（1/3）", "步骤（2/3）", "步骤（3/3）", "审批"]
    for place, name in enumerate(order, 1):
        for other in set(order[place:]) | {"manager"}:
            with pytest.raises(Barred) as barred:
                sign(people[other], number)
            assert barred.value.code == "not_signer"
        assert sign(people[name], number).step == place + 1
    assert sign(people["manager"], number).status == "approved"


@pytest.mark.clause("APR-01", "APR-02")
def test_managers_sign_by_level_or_in_turn_and_never_their_own(desk, people):
    chief, top = people["chief"], people["manager"]
    save(top, step(manager_level=2, in_turn=True))
    by_maker = put_up(people["maker"])
    assert [each[2] for each in resolved(by_maker)] == [chief.id, top.id]
    by_chief = put_up(chief, reference="offer-2")
    assert [each[2] for each in resolved(by_chief)] == [top.id], "the chief's own manager is above"
    with pytest.raises(Refused, match="manager"):
        put_up(top, reference="offer-3")
    save(top, step(manager_level=2), expected=1)
    assert [each[2] for each in resolved(put_up(people["maker"], reference="offer-4"))] == [top.id]
    with pytest.raises(Refused, match="manager"):
        put_up(chief, reference="offer-5")


@pytest.mark.clause("APR-01")
def test_a_step_for_one_department_is_signed_for_it_and_those_below(desk, people):
    places = people["places"]
    save(people["manager"], step(role="finance", department_id=places.sales), REVIEW)
    assert [each[1] for each in resolved(put_up(people["maker"]))] == ["finance", "sales-director"]
    assert [each[1] for each in resolved(put_up(people["manager"], reference="offer-2"))] == ["sales-director"]
    save(people["manager"], step(role="finance", department_id=places.company), REVIEW, expected=1)
    assert len(resolved(put_up(people["maker"], reference="offer-3"))) == 2, "sales is below the company"


@pytest.mark.clause("APR-01", "APR-02")
def test_the_preview_names_who_would_sign_as_the_request_then_does(desk, people):
    steps = (step(manager_level=1), REVIEW, step(people=(people["cashier"].id, people["manager"].id), in_turn=True))
    maker = user_by_id(people["maker"].id)
    shown = preview(steps, maker, None)
    assert [line.people for line in shown.lines] == [
        ("chief",), ("both", "director", "second"), ("cashier",), ("manager",)
    ]  # fmt: skip
    assert (shown.problem, {line.problem for line in shown.lines}) == ("", {""})
    save(people["manager"], *steps)
    number = put_up(people["maker"])
    by_name = [user_by_id(each[2]).name if each[2] else None for each in resolved(number)]
    assert by_name == ["chief", None, "cashier", "manager"]
    stuck = preview(
        (step(role="inventory-control"), step(user_id=maker.id), step(role="finance"), step(role="finance")),
        maker,
        None,
    )
    assert [bool(line.problem) for line in stuck.lines] == [True, True, False, False]
    assert stuck.problem, "one cashier cannot sign two steps"


# ── separation when it runs, by the company's flow ──────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-02")
@pytest.mark.parametrize(
    ("steps", "maker", "signed", "who", "rule"),
    [
        ((step(role="sales-director"), APPROVAL), "both", (), "both", "own_request"),
        ((step(role="sales-director"), APPROVAL), "maker", ("both",), "both", "second_step"),
        ((step(people=(DIRECTOR, MAKER)), APPROVAL), "maker", (), "maker", "own_request"),
        ((step(people=(DIRECTOR, SECOND), in_turn=True), APPROVAL), "maker", ("director",), "director", "not_signer"),
        ((step(people=(DIRECTOR, MANAGER), in_turn=True), APPROVAL), "maker", ("director", "manager"), "manager",
         "second_step"),
        ((step(manager_level=1), step(people=(CHIEF, DIRECTOR))), "maker", ("chief",), "chief", "second_step"),
        ((step(people=(BOTH, DIRECTOR), needs=EVERYBODY), APPROVAL), "maker", ("both", "director"), "both",
         "second_step"),
    ],
)  # fmt: skip
def test_what_a_flow_let_through_is_stopped_when_it_runs(desk, people, steps, maker, signed, who, rule):
    save(people["manager"], *filled(steps, people))
    number = put_up(people[maker])
    for each in signed:
        sign(people[each], number)
    before = ground.stored(number)
    with pytest.raises(Barred) as barred:
        sign(people[who], number)
    assert barred.value.code == rule
    assert ground.stored(number) == before
    assert db.session.query(Signature).filter_by(user_id=people[who].id).count() == (who in signed)


# ── limits ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-03", "TSK-03")
def test_reminders_follow_the_limit_of_the_step_in_working_time(app, desk, people, clock_at):
    from datetime import datetime

    from kezhi.testing.jobs import run_job

    def at(day: int, hour: int, minute: int = 0) -> None:
        clock_at(datetime(2026, 3, day, hour, minute, tzinfo=clock.company_zone()))
        assert run_job(app, "approvals.remind", slot=f"{day} {hour}:{minute}") == "done"
        db.session.rollback()

    def told(name: str, kind: str) -> list[str]:
        statement = select(Notice).where(Notice.user_id == people[name].id, Notice.kind == f"approvals.{kind}")
        found = db.session.scalars(statement.order_by(Notice.id), execution_options=UNSCOPED)
        return [each.text["zh"] for each in found if not each.read_at]

    save(people["manager"], replace(FINANCE, hours=2, late=ESCALATE), replace(APPROVAL, hours=4))
    clock_at(datetime(2026, 3, 3, 10, 0, tzinfo=clock.company_zone()))
    number = put_up(people["maker"])
    assert [(each.hours, each.late) for each in db.session.get(Request, number).steps] == [(2, ESCALATE), (4, "remind")]
    at(3, 11, 59)
    assert (told("cashier", "reminder"), told("chief", "raised")) == ([], [])
    at(3, 14)
    assert told("cashier", "reminder") == ["SP-000001 仍在等您签字，已超过规定时限"]
    assert told("chief", "raised") == ["SP-000001 已超过规定时限未签：cashier"], "the manager learns of it at once"
    at(4, 10)
    assert len(told("cashier", "reminder")) == 1, "the newest reminder settles the one before"
    sign(people["cashier"], number)
    at(4, 14)
    assert told("manager", "reminder") == []
    at(4, 16, 1)
    assert len(told("manager", "reminder")) == 1
    assert db.session.scalars(select(RequestStep.raised_at).where(RequestStep.position == 2)).all() == [None]


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-01")
def test_two_versions_are_compared_in_words(desk, people, in_chinese):
    old = [FlowStep("a", replace(FINANCE, title={"zh": "财务复核"})), FlowStep("b", APPROVAL), FlowStep("c", REVIEW)]
    new = [
        FlowStep("b", replace(APPROVAL, above=50_000_00, hours=8)),
        FlowStep("a", replace(FINANCE, title={"zh": "财务复核"})),
        FlowStep("d", step(people=(people["director"].id, people["second"].id), needs=EVERYBODY)),
    ]
    rows = differences(Side(tuple(old), "CNY"), Side(tuple(new), "CNY"))
    said = [(each["about"], each["what"], each["old"], each["new"]) for each in rows]
    assert ("审批", "顺序", "2", "1") in said
    assert ("审批", "仅限", "", "高于 ¥50,000.00") in said
    assert ("审批", "时限", "", "8 个工作小时") in said
    assert ("财务复核", "顺序", "1", "2") in said
    assert [each[:2] for each in said][-2:] == [("步骤", "新增步骤"), ("复评", "删除步骤")]
    assert differences(Side(tuple(old), "CNY"), Side(tuple(old), "CNY")) == []


@pytest.fixture
def in_chinese(app: Any) -> Any:
    from flask_babel import force_locale

    with force_locale("zh_Hans_CN"):
        yield
