"""APR-01…03 as examples: who signs what, in which order, and what a signature binds to."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from kezhi import (
    Conflict,
    NotFound,
    Refused,
    User,
    acting_as,
    db,
    set_setting,
    tables,
    writing,
)
from kezhi.builtin.accounts.models import Account, AccountRole
from kezhi.builtin.approvals import checks, services
from kezhi.builtin.approvals.commands import approvals
from kezhi.builtin.approvals.contributions import Proposal, Step
from kezhi.builtin.approvals.gaps import unfillable
from kezhi.builtin.approvals.models import EarlierRound, Request, Signature
from kezhi.builtin.approvals.rules import Barred
from kezhi.builtin.audit.services import first_bad_entry

ground = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("approvals_desk.py"))))
desk, people = ground.desk, ground.people  # fixtures
APPROVAL, REVIEW = ground.APPROVAL, ground.REVIEW
content, proposal, propose, sign, state, stored, write = (
    getattr(ground, name) for name in ("content", "proposal", "propose", "sign", "state", "stored", "write")
)

pytestmark = pytest.mark.services


# ── APR-01: ordered steps, each signature with its time and opinion ─────────────────────────────────────────────


@pytest.mark.clause("APR-01")
def test_steps_are_signed_in_their_order_and_the_last_signature_carries_it_out(desk, people):
    number = propose(people["maker"])
    sign(people["director"], number, "看过，同意")
    assert state() is None
    request = sign(people["manager"], number)
    assert (request.status, request.closed_at is not None, state()) == ("approved", True, "effective")
    kept = [(s.position, s.user_login, s.decision, s.opinion) for s in request.signatures]
    assert kept == [(1, "director", "approve", "看过，同意"), (2, "manager", "approve", "")]
    assert all(s.at is not None and s.digest == request.digest for s in request.signatures)


@pytest.mark.clause("APR-01")
def test_a_step_may_name_one_person(desk, people):
    number = propose(people["maker"], Step({"en": "By name"}, user_id=people["outsider"].id))
    with pytest.raises(NotFound):
        sign(people["director"], number)
    assert sign(people["outsider"], number).status == "approved"


@pytest.mark.clause("APR-01")
def test_requests_are_numbered_one_after_the_other(desk, people):
    write("offer-2", "a chair")
    propose(people["maker"])
    propose(people["maker"], reference="offer-2")
    assert list(db.session.scalars(select(Request.number).order_by(Request.id))) == ["SP-000001", "SP-000002"]


@pytest.mark.clause("APR-01")
def test_a_request_waits_only_for_who_can_sign_it_now(desk, people):
    number = propose(people["maker"])
    waiting = lambda name: [request.id for request in services.inbox(people[name])]  # noqa: E731
    assert (waiting("director"), waiting("manager"), waiting("maker"), waiting("outsider")) == ([number], [], [], [])
    sign(people["director"], number)
    assert (waiting("director"), waiting("manager")) == ([], [number])
    assert [request.id for request in services.mine(people["maker"])] == [number]


@pytest.mark.clause("APR-01")
def test_the_menu_counts_what_waits_in_one_statement(desk, people, statements):
    propose(people["maker"])
    user = people["director"]
    services.waiting_count(user)
    with statements() as counted:
        assert services.waiting_count(user) == 1
    assert counted.count == 1


@pytest.mark.clause("APR-01")
def test_a_step_that_nobody_can_sign_is_said_in_words(desk, people, add_person):
    nobody = Step({"en": "Finance"}, role="finance")
    own = Step({"en": "Analysis"}, role="data-analyst")
    number = propose(people["maker"], REVIEW, nobody, own)
    reasons = unfillable(services.request_by_id(number))
    assert set(reasons) == {2, 3}
    add_person("cashier", "finance")
    add_person("second-analyst", "data-analyst")
    assert unfillable(services.request_by_id(number)) == {}


# ── APR-02: nobody signs their own request, nobody signs two steps ──────────────────────────────────────────────


def refused_variants() -> list[Any]:
    """(what, who, decision, opinion, how the request stands, the rule): each must leave everything as it was."""
    cases = [
        ("own request, sign", "maker", "sign", "", "new", "own_request"),
        ("own request, return", "maker", "send_back", "x", "new", "own_request"),
        ("own request, reject", "maker", "reject", "x", "new", "own_request"),
        ("outsider signs", "outsider", "sign", "", "new", NotFound),
        ("outsider returns", "outsider", "send_back", "x", "new", NotFound),
        ("outsider rejects", "outsider", "reject", "x", "new", NotFound),
        ("outsider withdraws", "outsider", "withdraw", "", "new", NotFound),
        ("second step before the first", "manager", "sign", "", "new", "not_signer"),
        ("second step returns early", "manager", "send_back", "x", "new", "not_signer"),
        ("second step rejects early", "manager", "reject", "x", "new", "not_signer"),
        ("first step again", "director", "sign", "", "half", "not_signer"),
        ("first step returns after signing", "director", "send_back", "x", "half", "not_signer"),
        ("first step rejects after signing", "director", "reject", "x", "half", "not_signer"),
        ("return without a reason", "director", "send_back", "", "new", "no_reason"),
        ("return with blanks", "director", "send_back", "  \n", "new", "no_reason"),
        ("reject without a reason", "director", "reject", "", "new", "no_reason"),
        ("opinion without end", "director", "sign", "x" * 2001, "new", "long_opinion"),
        ("signer withdraws", "director", "withdraw", "", "new", "not_maker"),
        ("altered subject", "director", "sign", "", "altered", "altered"),
        ("altered subject, last step", "manager", "sign", "", "altered half", "altered"),
        ("app refuses", "manager", "sign", "", "too late", Refused),
        ("sign after approval", "manager", "sign", "", "approved", Conflict),
        ("withdraw after approval", "maker", "withdraw", "", "approved", Conflict),
        ("reject after approval", "manager", "reject", "x", "approved", Conflict),
        ("sign after rejection", "director", "sign", "", "rejected", Conflict),
        ("sign after withdrawal", "director", "sign", "", "withdrawn", Conflict),
        ("sign after return", "director", "sign", "", "returned", Conflict),
        ("withdraw after return", "maker", "withdraw", "", "returned", Conflict),
        ("app disabled, sign", "director", "sign", "", "disabled", "app_disabled"),
        ("app disabled, return", "director", "send_back", "x", "disabled", "app_disabled"),
        ("app disabled, withdraw", "maker", "withdraw", "", "disabled", "app_disabled"),
        ("signer deactivated", "director", "sign", "", "inactive", "inactive"),
        ("signer lost the role", "director", "sign", "", "role taken", "not_signer"),
    ]
    return [pytest.param(*case[1:], id=case[0]) for case in cases]


def bring_to(how: str, request_id: int, desk: Any, people: dict[str, User]) -> None:
    """Bring a new request to where a refused decision is tried."""
    if how in ("half", "altered half", "approved", "too late"):
        sign(people["director"], request_id)
    if how.startswith("altered"):
        write("offer-1", "eleven tables")
    elif how == "approved":
        sign(people["manager"], request_id)
    elif how in ("rejected", "returned", "withdrawn"):
        decide = {"rejected": services.reject, "returned": services.send_back, "withdrawn": services.withdraw}[how]
        with acting_as(people["maker" if how == "withdrawn" else "director"]):
            decide(request_id, "not like this")
    elif how == "disabled":
        host = desk_host()
        host.manager.unregister(desk)
        del host.plugins["desk"]
    elif how == "inactive":
        with writing():
            db.session.execute(update(Account).where(Account.login == "director").values(active=False))
    elif how == "role taken":
        with writing():
            found = db.session.scalars(select(AccountRole).where(AccountRole.user_id == people["director"].id)).all()
            for row in found:
                row.role_key = "general-manager"


def desk_host() -> Any:
    from flask import current_app

    return current_app.extensions["kezhi"].host


@pytest.mark.clause("APR-02", "APR-03")
@pytest.mark.parametrize(("who", "decision", "opinion", "how", "rule"), refused_variants())
def test_a_refused_decision_leaves_everything_as_it_was(desk, people, who, decision, opinion, how, rule):
    if how == "too late":
        write("offer-1", "too late")
    number = propose(people["maker"])
    bring_to(how, number, desk, people)
    before = stored(number)
    wanted = Barred if isinstance(rule, str) else rule
    with pytest.raises(wanted) as caught, acting_as(people[who]):
        getattr(services, decision)(number, opinion)
    if isinstance(rule, str):
        assert caught.value.code == rule
        assert str(caught.value).strip()
    assert stored(number) == before


@pytest.mark.clause("APR-02")
@pytest.mark.parametrize("inside", [False, True], ids=["by itself", "in the caller's transaction"])
def test_a_refusing_app_rolls_the_whole_signature_back(desk, people, inside):
    write("offer-1", "too late")
    number = propose(people["maker"], APPROVAL)
    before = stored(number)
    if inside:
        with writing(), pytest.raises(Refused, match="run out"), acting_as(people["manager"]):
            services.sign(number)
    else:
        with pytest.raises(Refused, match="run out"):
            sign(people["manager"], number)
    assert stored(number) == before


@pytest.mark.clause("APR-02")
def test_nobody_signs_two_steps_through_two_roles(desk, people, add_person):
    both = add_person("both", "sales-director", "general-manager")
    number = propose(people["maker"])
    sign(both, number)
    with pytest.raises(Barred) as caught:
        sign(both, number)
    assert caught.value.code == "second_step"
    assert services.inbox(both) == []
    assert sign(people["manager"], number).status == "approved"


@pytest.mark.clause("APR-02")
def test_a_company_may_let_one_person_sign_two_steps(desk, people, add_person):
    both = add_person("both", "sales-director", "general-manager")
    with writing():
        set_setting("approvals", "same_person_twice", True)
    number = propose(people["maker"])
    sign(both, number)
    assert [request.id for request in services.inbox(both)] == [number]
    assert sign(both, number).status == "approved"


@pytest.mark.clause("APR-02")
def test_even_a_company_that_allows_it_never_lets_the_maker_sign(desk, people, add_person):
    maker = add_person("director-and-maker", "sales-director")
    with writing():
        set_setting("approvals", "same_person_twice", True)
    number = propose(maker)
    with pytest.raises(Barred) as caught:
        sign(maker, number)
    assert caught.value.code == "own_request"


@pytest.mark.clause("APR-02")
def test_an_administrator_signs_no_step_that_is_not_theirs(desk, people, add_person):
    administrator = add_person("root", "administrator")
    number = propose(people["maker"])
    with pytest.raises(Barred) as caught:
        sign(administrator, number)
    assert caught.value.code == "not_signer"


@pytest.mark.clause("APR-02")
def test_a_signature_needs_a_person(desk, people):
    number = propose(people["maker"])
    with pytest.raises(Barred) as caught:
        services.sign(number)
    assert caught.value.code == "no_person"


@pytest.mark.clause("APR-02")
def test_who_gets_the_role_between_the_steps_may_sign_then(desk, people, add_person):
    number = propose(people["maker"])
    sign(people["director"], number)
    late = people["outsider"]
    with pytest.raises(NotFound):
        sign(late, number)
    with writing():
        db.session.add(AccountRole(user_id=late.id, role_key="general-manager"))
    from kezhi.builtin.accounts.services import user_named

    assert sign(user_named("outsider"), number).status == "approved"


# ── APR-03: return, reject, withdraw; what was approved is what is carried out ──────────────────────────────────


@pytest.mark.clause("APR-03")
def test_an_altered_subject_cannot_be_signed_and_the_refusal_is_kept(desk, people):
    number = propose(people["maker"])
    write("offer-1", "eleven tables")
    with pytest.raises(Barred, match="SP-000001"):
        sign(people["director"], number)
    db.session.rollback()
    entry = tables.audit_entry
    last = db.session.execute(select(entry).order_by(entry.c.seq.desc()).limit(1)).mappings().one()
    assert (last["action"], last["result"], last["actor"]) == ("approval.sign", "refused", "director")
    assert '"rule":"altered"' in last["payload"]
    assert first_bad_entry(db.session(), desk_app_key()) is None


def desk_app_key() -> bytes:
    from flask import current_app

    return current_app.config["KEZHI_KEYS"]["audit"]


@pytest.mark.clause("APR-03")
def test_a_change_after_the_first_signature_voids_it(desk, people):
    number = propose(people["maker"])
    sign(people["director"], number)
    write("offer-1", "eleven tables")
    with pytest.raises(Barred):
        sign(people["manager"], number)
    with acting_as(people["manager"]):
        services.send_back(number, "changed meanwhile")
    with acting_as(people["maker"]), writing():
        again = services.propose(proposal())
    assert (again.id, again.round, again.step, again.status) == (number, 2, 1, "pending")
    sign(people["director"], number)
    assert sign(people["manager"], number).status == "approved"


@pytest.mark.clause("APR-03")
def test_a_returned_request_goes_on_in_a_new_round_and_keeps_the_earlier_ones(desk, people):
    number = propose(people["maker"])
    sign(people["director"], number, "fine")
    with acting_as(people["manager"]):
        assert services.send_back(number, "too many").status == "returned"
    assert state() == "returned"
    write("offer-1", "nine tables")
    with acting_as(people["maker"]), writing():
        services.resubmit(number, proposal())
    request = services.request_by_id(number)
    assert (request.number, request.round, request.snapshot["facts"][0][1]) == ("SP-000001", 2, "nine tables")
    earlier = db.session.scalars(select(EarlierRound)).one()
    assert (earlier.round, earlier.outcome, earlier.snapshot["facts"][0][1]) == (1, "returned", "ten tables")
    kept = [(s.round, s.position, s.decision, s.opinion) for s in request.signatures]
    assert kept == [(1, 1, "approve", "fine"), (1, 2, "return", "too many")]
    assert len(request.steps) == 4


@pytest.mark.clause("APR-03")
def test_only_the_maker_puts_a_returned_request_up_again(desk, people):
    number = propose(people["maker"])
    with acting_as(people["director"]):
        services.send_back(number, "no")
    before = stored(number)
    with pytest.raises(Barred), acting_as(people["director"]), writing():
        services.resubmit(number, proposal())
    assert stored(number) == before


@pytest.mark.clause("APR-03")
def test_only_a_returned_request_is_put_up_again(desk, people):
    number = propose(people["maker"])
    for _ in range(2):
        with pytest.raises(Conflict), acting_as(people["maker"]), writing():
            services.resubmit(number, proposal())
        if services.request_by_id(number).status == "pending":
            with acting_as(people["director"]):
                services.reject(number, "no")


@pytest.mark.clause("APR-03")
def test_a_rejected_request_ends_with_its_reason(desk, people):
    number = propose(people["maker"])
    with acting_as(people["director"]):
        request = services.reject(number, "  too dear ")
    assert (request.status, request.signatures[0].opinion, state()) == ("rejected", "too dear", "rejected")


@pytest.mark.clause("APR-03")
def test_the_maker_withdraws_and_may_start_anew(desk, people):
    number = propose(people["maker"])
    sign(people["director"], number)
    with acting_as(people["maker"]):
        assert services.withdraw(number).status == "withdrawn"
    assert state() == "withdrawn"
    other = propose(people["maker"])
    assert other != number
    assert services.request_for("desk.offer", "offer-1").id == other


@pytest.mark.clause("APR-03")
def test_a_subject_has_one_open_request(desk, people):
    propose(people["maker"])
    with pytest.raises(Conflict, match="SP-000001"):
        propose(people["outsider"])
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Request)) == 1


@pytest.mark.clause("APR-03")
def test_a_decision_on_something_else_than_what_was_seen_is_refused(desk, people):
    number = propose(people["maker"])
    seen = services.request_by_id(number).version
    with acting_as(people["director"]):
        services.send_back(number, "no", seen=seen)
    with acting_as(people["maker"]), writing():
        services.propose(proposal())
    before = stored(number)
    with pytest.raises(Conflict):
        sign(people["director"], number, seen=seen)
    assert stored(number) == before


@pytest.mark.clause("APR-03")
def test_an_app_voids_its_own_request(desk, people):
    number = propose(people["maker"])
    with writing():
        assert services.void("desk.offer", "offer-1", "the offer was deleted").status == "void"
    assert services.void("desk.offer", "offer-1", "again") is None
    with pytest.raises(Conflict):
        sign(people["director"], number)


@pytest.mark.clause("APR-02")
def test_what_a_job_put_up_is_signed_by_people_and_withdrawn_by_no_person(desk, people):
    with writing():
        number = services.propose(proposal()).id
    assert services.request_by_id(number).requester_id is None
    with pytest.raises(Barred) as caught, acting_as(people["director"]):
        services.withdraw(number)
    assert caught.value.code == "not_maker"
    sign(people["director"], number)
    assert sign(people["manager"], number).status == "approved"


@pytest.mark.clause("APR-02", "APR-03")
def test_the_commands_decide_by_the_same_rules(desk, people):
    propose(people["maker"])

    def run(name: str, *arguments: str) -> Any:
        with acting_as(people[name]):
            return CliRunner().invoke(approvals, arguments)

    listed = json.loads(run("director", "list", "--json").stdout)
    assert [(row["number"], row["status"], row["step"]) for row in listed] == [("SP-000001", "pending", 1)]
    assert json.loads(run("outsider", "list", "--json").stdout) == []
    assert isinstance(run("outsider", "sign", "SP-000001").exception, NotFound)
    assert isinstance(run("maker", "sign", "SP-000001").exception, Barred)
    assert isinstance(run("director", "return", "SP-000001").exception, Barred)
    assert run("director", "sign", "SP-000001", "--opinion", "同意").exit_code == 0
    document = json.loads(run("manager", "sign", "SP-000001", "--json").stdout)
    assert document["status"] == "approved"
    assert [signature["login"] for signature in document["signatures"]] == ["director", "manager"]


def test_a_kind_that_no_app_knows_cannot_be_put_up(desk, people):
    with pytest.raises(Refused, match="desk.other"), acting_as(people["maker"]), writing():
        services.propose(Proposal("desk.other", "1", {"en": "x"}, "d", (REVIEW,)))


def test_a_proposal_without_steps_of_its_own_takes_those_that_the_app_ships(desk, people):
    with acting_as(people["maker"]):
        request = services.propose(Proposal("desk.offer", "offer-1", {"en": "x"}, "d", ()))
    assert stored(request.id)["steps"] == [(1, 1, "current"), (1, 2, "waiting")]


# ── what the doctor finds ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("APR-02", "APR-03")
@pytest.mark.parametrize(
    "fault",
    [
        update(Signature).values(digest="other"),
        update(Signature).where(Signature.position == 2).values(decision="return"),
        update(Signature).values(user_login="maker"),
    ],
    ids=["other content", "not a signature", "signed by the maker"],
)
def test_the_doctor_finds_an_approval_that_its_signatures_do_not_bear_out(desk, people, fault):
    number = propose(people["maker"])
    sign(people["director"], number)
    sign(people["manager"], number)
    assert checks.unsigned(db.session()) == []
    with writing():
        db.session.execute(fault)
    assert checks.unsigned(db.session())
    assert checks.doubled(db.session()) == []


@pytest.mark.clause("APR-02")
def test_the_doctor_finds_two_signatures_of_one_person(desk, people):
    number = propose(people["maker"])
    sign(people["director"], number)
    sign(people["manager"], number)
    with writing():
        db.session.execute(update(Signature).values(user_id=people["director"].id))
    assert len(checks.unsigned(db.session())) == 1
