"""Who signs for whom (APR-01…03, ORG-01): several signers, passing on, deputies by dates, back to an earlier step."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import g
from sqlalchemy import select, update

from kezhi import Conflict, NotFound, Refused, User, acting_as, clock, db, migrate, set_setting, writing
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import add_department, set_manager
from kezhi.builtin.approvals import checks, services
from kezhi.builtin.approvals.contributions import EVERYBODY, Step
from kezhi.builtin.approvals.models import Deputy, EarlierRound, Request, RequestStep, Seat, Signature
from kezhi.builtin.approvals.rules import Barred, check_signer

ground = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("approvals_desk.py"))))
desk = ground.desk  # a fixture
REVIEW, APPROVAL, write, sign, state = ground.REVIEW, ground.APPROVAL, ground.write, ground.sign, ground.state
FINANCE = Step({"zh": "财务", "en": "Finance"}, role="finance")
TWO = replace(REVIEW, needs=2)
ALL = replace(REVIEW, needs=EVERYBODY)

pytestmark = pytest.mark.services


@pytest.fixture
def people(add_person: Callable[..., User]) -> dict[str, User]:
    roles = {
        "maker": ("data-analyst",),
        "director": ("sales-director",),
        "second": ("sales-director",),
        "manager": ("general-manager",),
        "both": ("sales-director", "general-manager"),
        "cashier": ("finance",),
        "outsider": ("salesperson",),
        "stranger": ("salesperson",),
    }
    return {name: add_person(name, *held) for name, held in roles.items()}


def put_up(user: User, *steps: Step, reference: str = "offer-1", amount: int | None = None) -> int:
    write(reference, "ten tables")
    with acting_as(user), writing():
        return services.propose(replace(ground.proposal(*steps, reference=reference), amount=amount)).id


def rows(number: int) -> list[Any]:
    """Everything that is stored of a request, as the database has it."""
    db.session.rollback()
    found: list[Any] = []
    for model in (Request, RequestStep, Seat, Signature, EarlierRound):
        table = model.__table__
        key = table.c.id if model is Request else table.c.request_id
        found += [tuple(row) for row in db.session.execute(select(table).where(key == number).order_by(table.c.id))]
    return found


def stand_in(absent: User, deputy: User, since: int = 0, until: int = 0) -> int:
    """``deputy`` stands in from ``since`` to ``until`` days from today."""
    day = clock.today()
    with acting_as(absent):
        return services.add_deputy(absent.id, deputy.id, day + timedelta(since), day + timedelta(until)).id


def act(user: User, number: int, what: str, target: Any = None, text: str = "seen") -> Request:
    """One of all the things that somebody can do with a request."""
    with acting_as(user):
        if what in ("pass_on", "add_signer"):
            return getattr(services, what)(number, target.id if isinstance(target, User) else target, text)
        if what == "back":
            return services.send_back(number, text, to=target)
        return getattr(services, what)(number, text)


def waits_for(user: User) -> set[int]:
    return {request.id for request in services.inbox(user)}


def for_whom(number: int) -> list[tuple[int, str, str, str]]:
    """Position, signer, decision and for whom of each signature, in order."""
    marks = select(Signature).where(Signature.request_id == number).order_by(Signature.id)
    return [(mark.position, mark.user_login, mark.decision, mark.for_name) for mark in db.session.scalars(marks)]


# ── the steps ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-01")
def test_a_step_closes_when_as_many_signed_as_it_needs(desk, people):
    number = put_up(people["maker"], TWO, APPROVAL)
    assert act(people["director"], number, "sign").step == 1
    assert waits_for(people["director"]) == set()
    assert waits_for(people["second"]) == {number}
    assert waits_for(people["manager"]) == set()
    assert act(people["second"], number, "sign").step == 2
    assert waits_for(people["both"]) == {number}  # as manager: as director both was not needed
    assert act(people["both"], number, "sign").status == "approved"
    assert checks.unsigned(db.session()) == []


@pytest.mark.clause("APR-01")
def test_all_of_a_role_are_those_who_have_it_when_the_round_begins(desk, people, add_person):
    number = put_up(people["second"], ALL)
    late = add_person("late", "sales-director")
    assert waits_for(late) == set()
    act(people["director"], number, "sign")
    assert state() is None
    assert act(people["both"], number, "sign").status == "approved"
    assert [signer for _, signer, _, _ in for_whom(number)] == ["director", "both"]


@pytest.mark.clause("APR-01")
def test_people_by_name_sign_one_or_all_and_a_step_without_enough_of_them_is_refused(desk, people):
    ids = tuple(people[name].id for name in ("outsider", "cashier", "maker"))
    one = put_up(people["maker"], Step({"en": "One of them"}, people=ids))
    assert waits_for(people["outsider"]) == waits_for(people["cashier"]) == {one}
    assert act(people["cashier"], one, "sign").status == "approved"
    every = put_up(people["maker"], Step({"en": "All"}, people=ids, needs=EVERYBODY), reference="offer-2")
    assert act(people["outsider"], every, "sign").status == "pending"
    assert act(people["cashier"], every, "sign").status == "approved"
    with pytest.raises(Refused, match="Three|三"):
        put_up(people["maker"], Step({"zh": "三人", "en": "Three"}, people=ids, needs=3), reference="offer-3")


@pytest.mark.clause("APR-01")
def test_the_manager_above_the_maker_signs_and_a_managers_own_request_goes_further_up(desk, people):
    with writing():
        top = add_department("Sales", manager_id=people["manager"].id)
        below = add_department("Sales east", parent_id=top.id, manager_id=people["director"].id)
        for name in ("maker", "director"):
            db.session.execute(update(Account).where(Account.id == people[name].id).values(department_id=below.id))
    from kezhi.builtin.accounts.services import user_named

    first, second = (Step({"en": f"Manager {level}"}, manager_level=level) for level in (1, 2))
    number = put_up(user_named("maker"), first, second)
    assert waits_for(people["director"]) == {number}
    act(people["director"], number, "sign")
    assert act(people["manager"], number, "sign").status == "approved"
    own = put_up(user_named("director"), first, reference="offer-2")
    assert waits_for(people["manager"]) == {own}
    with pytest.raises(Refused, match="director"):
        put_up(user_named("director"), second, reference="offer-3")
    with writing():
        set_manager(below.id, None)
    assert waits_for(people["manager"]) == {own}  # what was put up stays with whom it named


@pytest.mark.clause("APR-01")
@pytest.mark.parametrize(("amount", "steps"), [(50_000_00, 1), (50_000_01, 2), (-1, 1)])
def test_a_step_applies_above_its_amount(desk, people, amount, steps):
    number = put_up(people["maker"], REVIEW, replace(APPROVAL, above=50_000_00), amount=amount)
    request = act(people["director"], number, "sign")
    assert (len(request.steps), request.status) == (steps, "approved" if steps == 1 else "pending")


def test_steps_that_do_not_say_clearly_who_signs_are_a_mistake_of_the_app(desk, people):
    faulty = [
        Step({"en": "nobody"}),
        Step({"en": "two ways"}, role="finance", manager_level=1),
        Step({"en": "more than there are"}, people=(1, 1), needs=2),
        Step({"en": "one cannot be two"}, user_id=1, needs=2),
        Step({"en": "no such manager"}, manager_level=0),
        Step({"en": "no amount"}, role="finance", above=1),
    ]
    for step in faulty:
        with pytest.raises(ValueError, match="a step of"):
            put_up(people["maker"], step)
    with pytest.raises(Refused):
        put_up(people["maker"], replace(REVIEW, above=100), amount=100)


# ── back, passed on, one more signer ────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-03")
def test_it_goes_back_to_an_earlier_step_and_what_was_signed_before_that_step_still_counts(desk, people):
    number = put_up(people["maker"], REVIEW, FINANCE, APPROVAL)
    act(people["director"], number, "sign", text="fine")
    act(people["cashier"], number, "sign", text="paid for")
    request = act(people["manager"], number, "back", 2, "which account?")
    assert (request.status, request.round, request.step, state()) == ("pending", 2, 2, None)
    kept = db.session.scalars(select(EarlierRound)).one()
    assert (kept.round, kept.outcome, kept.digest) == (1, "returned", request.digest)
    assert waits_for(people["cashier"]) == {number}
    act(people["cashier"], number, "sign", text="account 2")
    act(people["manager"], number, "back", 1, "the director again")
    assert [step.carried for step in request.steps] == [None, None, None, 1, None, None, None, None, None]
    act(people["second"], number, "sign")
    act(people["cashier"], number, "sign")
    assert act(people["manager"], number, "sign").status == "approved"
    assert [(mark.round, mark.position, mark.decision, mark.opinion) for mark in request.signatures][:5] == [
        (1, 1, "approve", "fine"),
        (1, 2, "approve", "paid for"),
        (1, 3, "back", "which account?"),
        (2, 2, "approve", "account 2"),
        (2, 3, "back", "the director again"),
    ]
    assert checks.unsigned(db.session()) == []


@pytest.mark.clause("APR-03")
def test_a_change_of_the_subject_voids_also_what_was_carried_into_a_later_round(desk, people):
    number = put_up(people["maker"], REVIEW, FINANCE, APPROVAL)
    act(people["director"], number, "sign")
    act(people["cashier"], number, "sign")
    act(people["manager"], number, "back", 2)
    write("offer-1", "eleven tables")
    with pytest.raises(Barred) as caught:
        act(people["cashier"], number, "sign")
    assert caught.value.code == "altered"
    act(people["cashier"], number, "send_back")
    with acting_as(people["maker"]), writing():
        again = services.propose(ground.proposal(REVIEW, FINANCE, APPROVAL))
    assert (again.round, again.step, [s.carried for s in again.steps if s.round == 3]) == (3, 1, [None] * 3)
    assert [kept.round for kept in again.earlier] == [1, 2]


@pytest.mark.clause("APR-02", "APR-03")
def test_a_signature_passed_on_says_for_whom_and_is_gone_from_who_passed_it(desk, people):
    number = put_up(people["maker"], REVIEW)
    act(people["director"], number, "pass_on", people["outsider"], "you know the offer")
    assert waits_for(people["outsider"]) == {number}
    assert waits_for(people["director"]) == set()
    assert waits_for(people["second"]) == {number}
    act(people["outsider"], number, "pass_on", people["stranger"], "she knows it better")
    with acting_as(people["outsider"]):
        assert services.request_by_id(number) is not None  # stays readable for who had it
    assert act(people["stranger"], number, "sign").status == "approved"
    assert for_whom(number) == [(1, "stranger", "approve", people["director"].name)]
    assert checks.unsigned(db.session()) == []


@pytest.mark.clause("APR-01")
def test_who_was_asked_to_sign_too_is_waited_for(desk, people):
    number = put_up(people["maker"], REVIEW, APPROVAL)
    act(people["director"], number, "add_signer", people["cashier"], "is it paid?")
    assert act(people["director"], number, "sign").step == 1
    assert waits_for(people["second"]) == set()
    assert act(people["cashier"], number, "sign").step == 2
    assert act(people["manager"], number, "sign").status == "approved"
    assert checks.unsigned(db.session()) == []


# ── deputies ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("ORG-01", "APR-02")
def test_a_deputy_sees_what_waits_for_the_absent_person_and_signs_for_them(desk, people, monkeypatch):
    number = put_up(people["maker"], REVIEW, APPROVAL)
    deputy = people["outsider"]
    stand_in(people["manager"], deputy, 0, 3)
    assert waits_for(deputy) == set()
    act(people["director"], number, "sign")
    assert waits_for(deputy) == waits_for(people["manager"]) == {number}
    assert act(deputy, number, "sign").status == "approved"
    assert for_whom(number)[1] == (2, "outsider", "approve", people["manager"].name)
    assert checks.unsigned(db.session()) == []
    later = clock.now() + timedelta(days=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    g.pop("kezhi_visible")  # another day, another request
    other = put_up(people["maker"], APPROVAL, reference="offer-2")
    assert waits_for(deputy) == set()
    with acting_as(deputy):
        assert services.request_by_id(other) is None
        assert services.request_by_id(number) is not None  # what one signed stays readable


@pytest.mark.clause("ORG-01")
def test_deputies_are_entered_for_days_to_come_one_at_a_time_and_by_who_may(desk, people, add_person):
    maker, other = people["director"], people["outsider"]
    entry = stand_in(maker, other, 1, 3)
    wrong = [
        (maker, maker, 5, 6, "deputy"),  # oneself
        (maker, other, 3, 4, "since"),  # another deputy on one of the days
        (maker, other, 6, 5, "until"),
        (maker, other, -5, -1, "until"),
        (maker, other, 10, 400, "until"),
    ]
    kept = list(db.session.execute(select(Deputy.__table__)))
    for absent, deputy, since, until, field in wrong:
        with pytest.raises(Refused) as caught:
            stand_in(absent, deputy, since, until)
        assert caught.value.field == field
        db.session.rollback()
        assert list(db.session.execute(select(Deputy.__table__))) == kept
    day = clock.today()
    with pytest.raises(NotFound), acting_as(other):
        services.add_deputy(people["manager"].id, other.id, day, day)
    with pytest.raises(NotFound), acting_as(other):  # the deputy does not take it back
        services.end_deputy(entry)
    db.session.rollback()
    assert list(db.session.execute(select(Deputy.__table__))) == kept
    with acting_as(other):
        assert [(each.user, each.state, each.may_end) for each in services.absences()] == [
            (maker.name, "coming", False)
        ]
    with acting_as(people["stranger"]):
        assert services.absences() == []
    with acting_as(add_person("root", "administrator")):
        services.add_deputy(people["manager"].id, other.id, day, day)
        services.end_deputy(entry)
        assert len(services.absences()) == 2
    stand_in(maker, other, 2, 3)  # the days are free again


@pytest.mark.clause("ORG-01")
def test_the_count_of_a_deputys_inbox_is_one_statement(desk, people, statements):
    put_up(people["maker"], REVIEW)
    stand_in(people["director"], people["outsider"])
    services.waiting_count(people["outsider"])
    with statements() as counted:
        assert services.waiting_count(people["outsider"]) == 1
    assert counted.count == 1


# ── APR-02: what nobody can do, by no way ───────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Case:
    """How a request is put up and what came before; then ``who`` tries ``what``, and the rule that refuses it."""

    title: str
    who: str
    what: str
    rule: Any
    steps: tuple[Step, ...] = (REVIEW, APPROVAL)
    before: tuple[tuple[Any, ...], ...] = ()  #: (who, what, target)
    away: tuple[tuple[Any, ...], ...] = ()  #: (absent, deputy, since, until)
    target: Any = None
    text: str = "seen"
    maker: str = "maker"
    twice: bool = False  #: the company lets one person sign several steps
    altered: bool = False


SIGNED = (("director", "sign"),)
BOTH = (("both", "sign"),)
PASSED = (("both", "pass_on", "outsider"), ("outsider", "sign"))
CASES = [
    # one's own request, in person and by a deputy
    *(Case(f"maker with the role: {what}", "second", what, "own_request", maker="second", target="outsider")
      for what in ("sign", "send_back", "reject", "pass_on", "add_signer")),
    Case("maker, even if steps may be signed twice", "second", "sign", "own_request", maker="second", twice=True),
    Case("maker sends it back to a step", "second", "back", "own_request", maker="second", target=1, before=SIGNED),
    Case("maker as the deputy of a signer", "maker", "sign", "own_request", away=(("director", "maker"),)),
    *(Case(f"maker as the deputy of a signer: {what}", "maker", what, "own_request", away=(("director", "maker"),))
      for what in ("send_back", "reject")),
    Case("maker as a deputy at a later step", "maker", "sign", "own_request", before=SIGNED,
         away=(("manager", "maker"),)),
    Case("maker named by a step", "maker", "sign", "own_request", steps=(Step({"en": "x"}, user_id=-1),)),
    *(Case(f"the maker's deputy: {what}", "outsider", what, "for_requester", maker="second",
           away=(("second", "outsider"),), target="stranger")
      for what in ("sign", "send_back", "reject", "pass_on", "add_signer")),
    Case("the maker's deputy, twice allowed", "outsider", "sign", "for_requester", maker="second",
         away=(("second", "outsider"),), twice=True),
    Case("the deputy of a named maker", "outsider", "sign", "for_requester", away=(("maker", "outsider"),),
         steps=(Step({"en": "x"}, user_id=-1),)),
    # two steps of one request
    *(Case(f"one person with both roles: {what}", "both", what, "second_step", before=BOTH, target="outsider")
      for what in ("sign", "send_back", "reject", "pass_on", "add_signer")),
    Case("both, back to a step", "both", "back", "second_step", before=BOTH, target=1),
    Case("first oneself, then as a deputy", "director", "sign", "second_step", before=SIGNED,
         away=(("manager", "director"),)),
    *(Case(f"first oneself, then as a deputy: {what}", "director", what, "second_step", before=SIGNED,
           away=(("manager", "director"),)) for what in ("send_back", "reject")),
    Case("first as a deputy, then oneself", "manager", "sign", "second_step", before=(("manager", "sign"),),
         away=(("director", "manager"),)),
    Case("after one's deputy signed", "both", "sign", "second_step", before=(("outsider", "sign"),),
         away=(("both", "outsider"),)),
    Case("one's deputy after oneself", "outsider", "sign", "for_second_step", before=BOTH,
         away=(("both", "outsider"),)),
    Case("one's deputy returns after oneself", "outsider", "send_back", "for_second_step", before=BOTH,
         away=(("both", "outsider"),)),
    Case("one's deputy rejects after oneself", "outsider", "reject", "for_second_step", before=BOTH,
         away=(("both", "outsider"),)),
    Case("after it was signed for one", "both", "sign", "second_step", before=PASSED),
    Case("one's deputy after it was signed for one", "cashier", "sign", "for_second_step", before=PASSED,
         away=(("both", "cashier"),)),
    Case("signed for one, then as a deputy", "outsider", "sign", "second_step", before=PASSED,
         away=(("manager", "outsider"),)),
    Case("passed on to who signed before", "manager", "pass_on", "to_signer", before=SIGNED, target="director"),
    Case("asked to sign who signed before", "manager", "add_signer", "to_signer", before=SIGNED, target="director"),
    Case("passed on to who passed the step before on", "manager", "pass_on", "to_signer", before=PASSED,
         target="both"),
    Case("signed before, in a round before", "both", "sign", "second_step", steps=(REVIEW, APPROVAL, FINANCE),
         before=(*BOTH, ("manager", "sign"), ("cashier", "back", 2))),
    # one step counts one person once
    Case("two signatures by one", "director", "sign", "signed_already", steps=(TWO,), before=SIGNED),
    Case("two signatures by one, twice allowed", "director", "sign", "signed_already", steps=(TWO,), before=SIGNED,
         twice=True),
    Case("oneself and as a deputy", "director", "sign", "signed_already", steps=(TWO,), before=SIGNED,
         away=(("second", "director"),)),
    Case("oneself and as a deputy, twice allowed", "director", "sign", "signed_already", steps=(ALL,), before=SIGNED,
         away=(("second", "director"),), twice=True),
    Case("the deputy after the person", "outsider", "sign", "not_signer", steps=(ALL,), before=SIGNED,
         away=(("director", "outsider"),)),
    Case("oneself after one's deputy", "director", "sign", "signed_already", steps=(TWO,),
         before=(("outsider", "sign"),), away=(("director", "outsider"),)),
    Case("oneself after passing it on", "director", "sign", "not_signer", steps=(TWO,),
         before=(("director", "pass_on", "outsider"),)),
    Case("one's deputy after passing it on", "cashier", "sign", "not_signer", steps=(TWO,),
         before=(("director", "pass_on", "outsider"),), away=(("director", "cashier"),)),
    Case("who passed it on, after it was signed", "director", "sign", "signed_already", steps=(ALL,),
         before=(("director", "pass_on", "outsider"), ("outsider", "sign"))),
    Case("another director when only the added signer is missing", "second", "sign", "not_signer",
         before=(("director", "add_signer", "cashier"), *SIGNED)),
    # deputies
    Case("a deputy from tomorrow", "outsider", "sign", NotFound, away=(("director", "outsider", 1, 2),)),
    Case("a deputy's deputy", "stranger", "sign", NotFound,
         away=(("director", "outsider"), ("outsider", "stranger"))),
    Case("a deputy passes on", "outsider", "pass_on", "only_own", away=(("director", "outsider"),),
         target="stranger"),
    Case("a deputy asks for more", "outsider", "add_signer", "only_own", away=(("director", "outsider"),),
         target="stranger"),
    Case("a deputy before the turn", "outsider", "sign", "not_signer", away=(("manager", "outsider"),)),
    Case("a deputy without a reason", "outsider", "send_back", "no_reason", away=(("director", "outsider"),),
         text=" "),
    Case("a deputy withdraws", "outsider", "withdraw", "not_maker", maker="second", away=(("second", "outsider"),)),
    Case("a deputy signs what was altered", "outsider", "sign", "altered", away=(("director", "outsider"),),
         altered=True),
    # passing on and asking
    Case("passed on to the maker", "director", "pass_on", "to_maker", target="maker"),
    Case("the maker asked to sign", "director", "add_signer", "to_maker", target="maker"),
    Case("passed on to oneself", "director", "pass_on", "oneself", target="director"),
    Case("oneself asked to sign", "director", "add_signer", "oneself", target="director"),
    Case("passed on to who can sign anyway", "director", "pass_on", "to_holder", target="second"),
    Case("asked twice", "director", "add_signer", "to_holder", target="outsider",
         before=(("director", "add_signer", "outsider"),)),
    Case("passed back to who passed it on", "outsider", "pass_on", "to_holder", target="director",
         before=(("director", "pass_on", "outsider"),)),
    Case("passed on to nobody", "director", "pass_on", "no_such_person", target=0),
    Case("passed on without a reason", "director", "pass_on", "no_reason", target="outsider", text=" "),
    Case("an outsider passes on", "outsider", "pass_on", NotFound, target="stranger"),
    Case("passed on before the turn", "manager", "pass_on", "not_signer", target="outsider"),
    Case("passed on when it is over", "director", "pass_on", Conflict, steps=(REVIEW,), before=SIGNED,
         target="outsider"),
    Case("who got it signs what was altered", "outsider", "sign", "altered", altered=True,
         before=(("director", "pass_on", "outsider"),)),
    # back
    *(Case(f"back to step {step} from 2", "manager", "back", "not_earlier", before=SIGNED, target=step)
      for step in (0, 2, 3, -1)),
    Case("back from the first step", "director", "back", "not_earlier", target=1),
    Case("back without a reason", "manager", "back", "no_reason", before=SIGNED, target=1, text=""),
    Case("back by who signed the step before", "director", "back", "not_signer", before=SIGNED, target=1),
]  # fmt: skip

#: the requester, the requester's deputy, one person twice: by two roles, by two steps, by two signatures
ONESELF = {"own_request", "for_requester", "second_step", "for_second_step", "signed_already"}


def set_up(case: Case, place: int, people: dict[str, User]) -> tuple[int, list[int]]:
    with writing():
        set_setting("approvals", "same_person_twice", case.twice)
    steps = [replace(s, user_id=people[case.maker].id) if s.user_id == -1 else s for s in case.steps]
    number = put_up(people[case.maker], *steps, reference=f"offer-{place}")
    away = [stand_in(people[entry[0]], people[entry[1]], *entry[2:]) for entry in case.away]
    for who, what, *target in case.before:
        act(people[who], number, what, people.get(target[0], target[0]) if target else None)
    if case.altered:
        write(f"offer-{place}", "eleven tables")
    return number, away


@pytest.mark.clause("APR-02", "APR-03", "ORG-01")
def test_nobody_signs_their_own_or_twice_by_any_way_and_a_refusal_leaves_everything_as_it_was(desk, people):
    assert sum(case.rule in ONESELF for case in CASES) >= 40
    for place, case in enumerate(CASES):
        number, away = set_up(case, place, people)
        before = rows(number)
        target = people.get(case.target, case.target) if isinstance(case.target, str) else case.target
        wanted = Barred if isinstance(case.rule, str) else case.rule
        with pytest.raises(wanted) as caught:
            act(people[case.who], number, case.what, target, case.text)
            pytest.fail(case.title)
        if isinstance(case.rule, str):
            assert caught.value.code == case.rule, case.title
            assert str(caught.value).strip()
        assert rows(number) == before, case.title
        check_inboxes(case, number, people)
        tidy(number, away, people[case.maker])


def check_inboxes(case: Case, number: int, people: dict[str, User]) -> None:
    """The list says the same as the rule, for everybody."""
    request = db.session.get(Request, number)
    assert request is not None
    for name, person in people.items():
        try:
            check_signer(request, person)
            may = request.status == "pending"
        except Barred:
            may = False
        assert (number in waits_for(person)) is may, (case.title, name)


def tidy(number: int, away: list[int], maker: User) -> None:
    db.session.rollback()
    for entry in away:
        with writing():
            db.session.execute(update(Deputy).where(Deputy.id == entry).values(ended_at=clock.now()))
    if db.session.get(Request, number).status == "pending":
        act(maker, number, "withdraw")


@pytest.mark.clause("APR-03", "ORG-01")
def test_the_maker_withdraws_what_a_former_deputy_has_looked_at(desk, people):
    """Who has both roles puts it up, a deputy reads it and is none any more: every step is still there."""
    number = put_up(people["both"])
    act(people["director"], number, "sign")
    entry = stand_in(people["manager"], people["outsider"])
    with acting_as(people["outsider"]):
        held = services.request_by_id(number)
        assert [step.state for step in held.steps] == ["signed", "current"]
    with acting_as(people["manager"]):
        services.end_deputy(entry)
    assert act(people["both"], number, "withdraw").status == "withdrawn"
    assert [step.state for step in held.steps] == ["signed", "withdrawn"]


@pytest.mark.clause("ORG-01", "APR-02")
@pytest.mark.parametrize("how", ["taken back", "absent person deactivated", "deputy deactivated"])
def test_a_deputy_signs_no_longer(desk, people, how):
    number = put_up(people["maker"], REVIEW)
    entry, deputy = stand_in(people["director"], people["outsider"]), people["outsider"]
    assert waits_for(deputy) == {number}
    if how == "taken back":
        with acting_as(people["director"]):
            services.end_deputy(entry)
    else:
        login = "director" if how.startswith("absent") else "outsider"
        with writing():
            db.session.execute(update(Account).where(Account.login == login).values(active=False))
    before = rows(number)
    with pytest.raises((NotFound, Barred)):
        act(deputy, number, "sign")
    assert rows(number) == before


@pytest.mark.clause("APR-01")
def test_what_was_signed_survives_the_way_to_the_older_tables_and_back(desk, people, site):
    number = put_up(people["maker"], TWO, APPROVAL)
    for name in ("director", "second"):
        act(people[name], number, "sign")
    db.session.remove()
    folder = site.app.extensions["kezhi"].plugins["approvals"].folder("migrations")
    for turn, target in ((migrate.downgrade, "approvals_0001"), (migrate.upgrade, "head")):
        with (
            site.engine.connect().execution_options(kezhi_write=True, kezhi_ddl=True) as connection,
            connection.begin(),
        ):
            turn(connection, "approvals", folder, target)
    request = db.session.get(Request, number)
    assert [(step.position, step.state, step.missing) for step in request.steps] == [
        (1, "signed", 0),
        (2, "current", 1),
    ]
    assert for_whom(number) == [(1, "director", "approve", "")]  # the older tables hold one signature a step
    assert act(people["manager"], number, "sign").status == "approved"
