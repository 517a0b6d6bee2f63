"""The register of contracts: in force on a date or not, renewed, ended, reminded of, and who sees what (CUS-13)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from kezhi import Conflict, NotFound, Period, Refused, acting_as, clock, db, visible, writing
from kezhi.builtin.contracts import services
from kezhi.builtin.contracts.commands import contracts_command
from kezhi.builtin.contracts.models import Change, Contract
from kezhi.builtin.contracts.services import kinds
from kezhi.builtin.contracts.states import STATES, sql_state, state_on
from kezhi.builtin.tasks.models import Notice, Task
from kezhi.builtin.tasks.services import sync_all
from kezhi.metrics import metric
from kezhi.testing.jobs import run_job

pytestmark = [pytest.mark.services]

SIGNED = {"our_signer": "马成", "their_signer": "王建国"}


@pytest.fixture
def contract(app: Flask) -> Callable[..., Any]:
    """``contract(customer_id, "long_term", "2026-01-01", "2026-12-31", **more)`` enters a signed contract."""

    def make(customer_id: int, kind: str = "long_term", first: str = "", last: str = "", **more: Any) -> Contract:
        begins = date.fromisoformat(first) if first else None
        values = {
            "customer_id": customer_id, "kind": kind, "signed_on": begins, "valid_from": begins,
            "valid_to": date.fromisoformat(last) if last else None, **(SIGNED if begins else {}), **more,
        }  # fmt: skip
        with writing():
            return services.create_contract(values)

    return make


def stored(contract_id: int) -> Contract:
    db.session.expire_all()
    return db.session.execute(select(Contract).where(Contract.id == contract_id)).scalar_one()


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T04:00:00").replace(tzinfo=UTC)


@pytest.mark.clause("CUS-13", "GRD-26")
def test_an_agreement_is_in_force_from_its_first_day_through_its_last_one(
    make_customer: Any, contract: Any, clock_at: Any
) -> None:
    """Valid through D ends D 24:00 of the company's zone: D counts, the day after does not."""
    clock_at(noon("2026-06-01"))
    customer, other = make_customer().id, make_customer().id
    contract(customer, "long_term", "2026-01-01", "2026-05-31")
    contract(customer, "strategic", "2025-03-01")  # open-ended
    contract(other, "long_term", valid_from=date(2026, 1, 1))  # nobody has signed it

    def of(kind: str, day: str) -> bool:
        return services.in_force(customer, kind, date.fromisoformat(day))

    assert [of("long_term", day) for day in ("2025-12-31", "2026-01-01", "2026-05-31", "2026-06-01")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert [of("strategic", day) for day in ("2025-02-28", "2025-03-01", "2099-12-31")] == [False, True, True]
    assert not of("supply", "2026-01-01"), "an agreement of another kind does not count"
    assert not services.in_force(other, "long_term", date(2026, 3, 1)), "a draft does not count"
    rows = db.session.execute(services.agreements_in_force(date(2026, 5, 31))).all()
    assert {(row.customer_id, row.kind, row.last_day) for row in rows} == {
        (customer, "long_term", date(2026, 5, 31)), (customer, "strategic", None),
    }  # fmt: skip
    # the company's day decides: at 15:59 UTC it is still the 31st, a minute later the first
    only = db.session.scalars(visible(Contract).where(Contract.kind == "long_term", Contract.customer_id == customer))
    own = only.one()
    for instant, state in (("2026-05-31T15:59:00", "in_force"), ("2026-05-31T16:00:00", "expired")):
        clock_at(datetime.fromisoformat(instant).replace(tzinfo=UTC))
        assert state_on(own, clock.today()) == state


@pytest.mark.clause("CUS-13")
def test_figures_tell_policies_how_many_agreements_of_a_kind_stood_at_the_end_of_a_period(
    make_customer: Any, contract: Any
) -> None:
    one, other, none = (make_customer().id for _ in range(3))
    contract(one, "strategic", "2024-01-01", "2025-06-30")
    contract(one, "strategic", "2025-01-01", "2026-06-30")
    contract(other, "strategic", "2025-07-01")
    with writing():
        kinds.add_kind({"zh": "框架协议", "en": "Framework agreement", "remind_days": 45})
    population = select(Contract.__table__.c.customer_id)

    def figures(key: str, end: date) -> dict[int, int]:
        found = metric(key).select(Period(date(2025, 1, 1), end), population)
        return {row.customer_id: row.value for row in db.session.execute(found)}

    strategic = "contracts.in_force_strategic"
    assert figures(strategic, date(2025, 6, 30)) == {one: 2}
    assert figures(strategic, date(2025, 7, 1)) == {one: 1, other: 1}
    assert metric(strategic).no_rows == "zero"
    assert none not in figures(strategic, date(2025, 7, 1))
    evidence = metric(strategic).evidence
    assert evidence is not None
    rows = db.session.execute(evidence.select(Period(date(2025, 1, 1), date(2025, 7, 1)), population)).all()
    assert {row.customer_id for row in rows} == {one, other}
    assert figures("contracts.in_force_framework_agreement", date(2025, 6, 30)) == {}, "a kind of the company's own"


# ── the state is a function of the dates ────────────────────────────────────────────────────────────────────────

TEXTS = (
    "title", "our_party", "their_party", "other_parties", "our_signer", "their_signer", "terms", "termination_reason",
)  # fmt: skip
DAYS = st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 1, 12)))


@pytest.mark.clause("CUS-13")
@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(DAYS, DAYS, DAYS, DAYS, st.booleans()), min_size=1, max_size=8), st.data())
def test_the_database_and_python_name_the_same_state(shared: Any, rows: list[Any], data: st.DataObject) -> None:
    customer, table, now = shared.customer, Contract.__table__, datetime(2026, 1, 1, tzinfo=UTC)
    day = data.draw(st.dates(date(2026, 1, 1), date(2026, 1, 13)))
    with writing():
        db.session.execute(delete(table))
        made = []
        for number, (signed, first, last, ended, renewed) in enumerate(rows, 1):
            begins = first or signed
            wanted = {"signed_on": signed, "valid_from": begins, "terminated_on": ended,
                      "valid_to": last if begins is None or last is None or last >= begins else None}  # fmt: skip
            made.append((wanted, renewed))
            fixed = dict.fromkeys(TEXTS, "")
            own = {**fixed, **wanted, "id": number, "number": f"N{number}", "customer_id": customer, "kind": "supply",
                   "currency": "CNY", "entered_on": day, "origin": "test", "created_at": now, "created_by": "",
                   "updated_at": now, "version": 1}  # fmt: skip
            db.session.execute(insert(table), [own])
            if renewed:
                after = {**own, "id": 100 + number, "number": f"R{number}", "predecessor_id": number,
                         "signed_on": day, "valid_from": day, "valid_to": None, "terminated_on": None}  # fmt: skip
                db.session.execute(insert(table), [after])
        found = dict(db.session.execute(select(table.c.id, sql_state(day)).where(table.c.id < 100)).all())
        db.session.execute(delete(table))
    expected = {
        number: state_on(SimpleNamespace(**wanted), day, renewed) for number, (wanted, renewed) in enumerate(made, 1)
    }
    assert found == expected
    assert set(found.values()) <= set(STATES)


@pytest.fixture(scope="module")
def shared(databases: Any) -> Any:
    """One site for all examples of a property."""
    from kezhi.testing.factories import make_customer as make

    site = databases.site([])
    with site.app.app_context():
        yield SimpleNamespace(customer=make().id)
        db.session.remove()


# ── renewing, changing, ending ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-13")
def test_a_renewal_follows_its_contract_and_both_stand_until_the_first_is_over(
    make_customer: Any, contract: Any, clock_at: Any
) -> None:
    clock_at(noon("2026-12-01"))
    customer = make_customer().id
    first = contract(customer, "long_term", "2026-01-01", "2026-12-31")
    following = {**SIGNED, "kind": "long_term", "signed_on": date(2026, 11, 20), "valid_from": date(2027, 1, 1),
                 "valid_to": date(2027, 12, 31)}  # fmt: skip
    for wrong in (date(2026, 1, 1), date(2025, 12, 31)):
        with pytest.raises(Refused) as refused, writing():
            services.renew_contract(first.id, {**following, "valid_from": wrong})
        assert refused.value.field == "valid_from"
    with writing():
        second = services.renew_contract(first.id, following)
    assert (second.predecessor_id, second.customer_id, second.number) == (first.id, customer, "HT-2026-0002")
    assert state_on(stored(first.id), date(2026, 12, 31), renewed=True) == "in_force"
    assert state_on(stored(second.id), date(2026, 12, 31)) == "upcoming"
    assert state_on(stored(first.id), date(2027, 1, 1), renewed=True) == "renewed"
    assert services.in_force(customer, "long_term", date(2027, 6, 1))
    with pytest.raises(Refused, match=r"HT-2026-0001|续签"), writing():
        services.renew_contract(first.id, following)
    draft = contract(customer, "supply")
    with pytest.raises(Refused), writing():
        services.renew_contract(draft.id, following)
    assert len(db.session.scalars(visible(Contract)).all()) == 3


@pytest.mark.clause("CUS-13", "CUS-05")
def test_every_change_is_kept_and_the_slower_of_two_people_loses_nothing(make_customer: Any, contract: Any) -> None:
    made = contract(make_customer().id, "supply", "2026-01-01", "2026-12-31", amount=100_00)
    with writing():
        services.update_contract(made.id, 1, {"amount": 250_50, "valid_to": date(2027, 6, 30)})
    with pytest.raises(Conflict), writing():
        services.update_contract(made.id, 1, {"title": "改迟了"})
    assert (stored(made.id).title, stored(made.id).version) == ("", 2)
    kept = db.session.scalars(visible(Change).order_by(Change.field)).all()
    assert [(each.field, each.old, each.new) for each in kept] == [
        ("amount", "100.00 CNY", "250.50 CNY"), ("valid_to", "2026-12-31", "2027-06-30"),
    ]  # fmt: skip


@pytest.mark.clause("CUS-13")
def test_what_a_contract_may_not_say_is_refused_at_its_field(make_customer: Any, contract: Any) -> None:
    customer = make_customer().id
    taken = contract(customer, "supply", "2026-01-01", number="自编-1")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"kind": "nonsense"}, "kind"),
        ({"number": "自编-1"}, "number"),
        ({"signed_on": date(2026, 1, 1), "our_signer": ""}, "our_signer"),
        ({"signed_on": date(2026, 1, 1), "their_signer": ""}, "their_signer"),
        ({"signed_on": clock.today() + timedelta(days=1)}, "signed_on"),
        ({"valid_from": date(2026, 2, 1), "valid_to": date(2026, 1, 31)}, "valid_to"),
        ({"valid_from": date(1900, 1, 1)}, "valid_from"),
        ({"amount": -1}, "amount"),
        ({"currency": "ABC"}, "currency"),
        ({"remind_days": 5000}, "remind_days"),
        ({"title": "长" * 201}, "title"),
    ]
    for values, field in wrong:
        with pytest.raises(Refused) as refused, writing():
            services.create_contract({"customer_id": customer, "kind": "supply", **SIGNED, **values})
        assert refused.value.field == field, values
    with pytest.raises(NotFound), writing():
        services.create_contract({"customer_id": 987_654, "kind": "supply"})
    with pytest.raises(Refused) as refused, writing():
        services.update_contract(taken.id, 1, {"customer_id": make_customer().id})
    assert refused.value.field == "customer"
    assert [each.number for each in db.session.scalars(visible(Contract))] == ["自编-1"]
    only_signed = contract(customer, "intent", "2026-03-01", valid_from=None)
    assert stored(only_signed.id).valid_from == date(2026, 3, 1), "valid from the day it was signed"


@pytest.mark.clause("CUS-13")
def test_a_contract_ends_early_with_its_last_day_and_a_draft_at_once(
    make_customer: Any, contract: Any, clock_at: Any
) -> None:
    clock_at(noon("2026-06-01"))
    customer = make_customer().id
    made = contract(customer, "supply", "2026-01-01", "2026-12-31")
    for day, reason, field in (
        (date(2025, 12, 31), "停产", "last_day"), (date(2026, 12, 31), "停产", "last_day"),
        (date(2026, 6, 1), " ", "reason"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused, writing():
            services.terminate_contract(made.id, 1, day, reason)
        assert refused.value.field == field
    assert stored(made.id).terminated_on is None
    with writing():
        services.terminate_contract(made.id, 1, date(2026, 6, 1), "停产")
    days = (date(2026, 6, 1), date(2026, 6, 2))
    assert [services.in_force(customer, "supply", day) for day in days] == [True, False]
    assert [state_on(stored(made.id), day) for day in days] == ["in_force", "terminated"]
    with pytest.raises(Refused), writing():
        services.update_contract(made.id, 2, {"valid_to": date(2026, 5, 1)})
    with writing():
        services.reinstate_contract(made.id, 2)
    assert services.in_force(customer, "supply", date(2026, 6, 2))
    draft = contract(customer, "intent")
    with writing():
        services.terminate_contract(draft.id, 1, date(2026, 6, 1), "不谈了")
    assert state_on(stored(draft.id), clock.today()) == "terminated"


@pytest.mark.clause("CUS-13")
def test_several_contracts_end_together_or_not_at_all(make_customer: Any, contract: Any, statements: Any) -> None:
    customer = make_customer().id
    ids = [contract(customer, "supply", "2026-01-01", "2027-12-31").id for _ in range(3)]
    draft = contract(customer, "intent")
    table = Contract.__table__
    with pytest.raises(Refused, match=draft.number), writing():
        services.terminate_all(select(table.c.id), date(2026, 6, 30), "调整")
    assert {stored(each).terminated_on for each in ids} == {None}
    chosen = select(table.c.id).where(table.c.id.in_(ids))
    with statements() as counted, writing():
        assert services.terminate_all(chosen, date(2026, 6, 30), "调整") == 3
    with writing():
        assert services.set_reminders(chosen.where(table.c.id != ids[0]), 10) == 2
    assert [stored(each).remind_days for each in ids] == [None, 10, 10]
    assert {stored(each).terminated_on for each in ids} == {date(2026, 6, 30)}
    fields = list(db.session.scalars(select(Change.field)))
    assert (fields.count("terminated_on"), fields.count("remind_days")) == (3, 2)
    assert counted.count <= 14, "no statement per contract"


@pytest.mark.clause("CUS-13")
def test_the_company_keeps_its_kinds_and_what_is_used_is_never_deleted(make_customer: Any, contract: Any) -> None:
    assert [each["key"] for each in services.kinds_in_use()] == [
        "supply", "quality", "long_term", "strategic", "cooperation", "intent",
    ]  # fmt: skip
    with writing():
        own = kinds.add_kind({"zh": "寄售协议", "en": "", "remind_days": 20})
    assert own.key == "kind_1"
    made = contract(make_customer().id, "kind_1", "2026-01-01")
    with pytest.raises(Refused), writing():
        kinds.delete_kind(own.id, 1)
    with pytest.raises(Refused), writing():
        kinds.add_kind({"zh": "供货合同", "remind_days": 20})
    with writing():
        kinds.retire_kind(own.id, 1)
    with writing():
        services.update_contract(made.id, 1, {"title": "寄售"})  # what has the kind keeps it
    with pytest.raises(Refused) as refused, writing():
        services.create_contract({"customer_id": made.customer_id, "kind": "kind_1"})
    assert refused.value.field == "kind"
    with pytest.raises(Conflict), writing():
        kinds.change_kind(own.id, 1, {"zh": "寄售", "remind_days": 1})


# ── reminders ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-13", "TSK-01")
def test_the_owner_has_a_task_before_a_contract_ends_and_it_stays_until_something_came_of_it(
    app: Flask, make_customer: Any, contract: Any, add_person: Any, clock_at: Any
) -> None:
    """By the kind's days or the contract's own; due with its last day; renewed, it is no task any more."""
    clock_at(noon("2026-01-05"))
    owner = add_person("liting", "salesperson")
    customer = make_customer(owner_id=owner.id).id
    usual = contract(customer, "long_term", "2026-01-01", "2026-12-31")  # 60 days before
    own = contract(customer, "supply", "2026-01-01", "2026-12-31", remind_days=5)
    contract(customer, "strategic", "2026-01-01")  # without end
    contract(customer, "supply", "2024-01-01", "2025-12-31")  # over when it came into the register

    def tasks() -> list[tuple[str, Any]]:
        sync_all()
        rows = db.session.execute(
            select(Task.reference, Task.due_at).where(Task.kind == "contracts.ending", Task.closed_at.is_(None))
        )
        return sorted((row.reference, row.due_at) for row in rows)

    due = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    for day, expected in (
        ("2026-10-31", []), ("2026-11-01", [usual]), ("2026-12-26", [usual, own]),
        ("2027-01-20", [usual, own]),
    ):  # fmt: skip
        clock_at(noon(day))
        assert tasks() == [(str(each.id), due) for each in expected], day
    clock_at(noon("2026-12-27"))
    assert run_job(app, "contracts.remind", slot="one") == "done"
    assert run_job(app, "contracts.remind", slot="two") == "done"
    db.session.rollback()  # what the jobs wrote came after this session began to read
    notices = db.session.scalars(select(Notice).where(Notice.kind == "contracts.ending")).all()
    assert sorted((each.user_id, each.record_id) for each in notices) == [(owner.id, usual.id), (owner.id, own.id)]
    assert stored(own.id).version == 1, "being reminded of is no change"
    following = {**SIGNED, "kind": "long_term", "signed_on": date(2026, 12, 27), "valid_from": date(2027, 1, 1)}
    with writing():
        services.renew_contract(usual.id, following)
        services.terminate_contract(own.id, 1, date(2026, 12, 28), "不再供货")
    assert tasks() == []


@pytest.mark.clause("CUS-13", "TSK-02")
def test_who_is_responsible_is_told_when_somebody_else_signs_or_ends_a_contract(
    make_customer: Any, contract: Any, add_person: Any
) -> None:
    owner, director = add_person("liting", "salesperson"), add_person("macheng", "sales-director")
    customer = make_customer(owner_id=owner.id).id
    with acting_as(owner):
        contract(customer, "supply", "2026-01-01", "2027-12-31")
    assert db.session.scalars(select(Notice)).all() == [], "nobody is told of what they did themselves"
    with acting_as(director):
        draft = contract(customer, "intent")
        with writing():
            services.update_contract(draft.id, 1, {**SIGNED, "signed_on": date(2026, 2, 1)})
        with writing():
            services.terminate_contract(draft.id, 2, date(2026, 3, 1), "不谈了")
    told = db.session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [(each.kind, each.user_id, each.record_id) for each in told] == [
        ("contracts.changed", owner.id, draft.id)
    ] * 2


# ── who sees what; what becomes of them with the customer ───────────────────────────────────────────────────────


@pytest.mark.clause("CUS-13", "CUS-04")
def test_contracts_are_seen_with_their_customers_and_amounts_by_right(
    make_customer: Any, contract: Any, add_person: Any
) -> None:
    owner, other = add_person("liting", "salesperson"), add_person("wangqiang", "salesperson")
    clerk = add_person("clerk", "order-clerk")
    made = contract(make_customer(owner_id=owner.id).id, "supply", "2026-01-01", amount=1_00, terms="月结")
    for person, sees in ((owner, True), (other, False), (clerk, True)):
        with acting_as(person):
            assert (visible_count() == 1) is sees
    with acting_as(other), pytest.raises(NotFound):
        services.contract_by_id(made.id)
    with acting_as(other), pytest.raises(NotFound), writing():
        services.update_contract(made.id, 1, {"title": "别人的"})
    assert stored(made.id).title == ""
    assert owner.can("contracts.money")
    assert not clerk.can("contracts.money")


def visible_count() -> int:
    return len(db.session.scalars(visible(Contract)).all())


@pytest.mark.clause("CUS-13", "CUS-06")
def test_contracts_follow_a_merge_block_deletion_and_keep_no_names_after_erasure(
    make_customer: Any, contract: Any
) -> None:
    from kezhi.builtin.customers.services import blockers, erase_customer, merge_customers

    stays, goes = make_customer(), make_customer()
    made = contract(goes.id, "supply", "2026-01-01", "2027-12-31", amount=5_00, terms="联系王建国 13800000000")
    with writing():
        services.update_contract(made.id, 1, {"their_signer": "李秀英"})
    with writing():
        merge_customers(stays.id, goes.id)
    assert stored(made.id).customer_id == stays.id
    assert db.session.scalar(select(Change.customer_id)) == stays.id
    assert [each.count for each in blockers(stays.id)] == [1]
    with writing():
        erase_customer(stays.id)
    left = stored(made.id)
    assert (left.our_signer, left.their_signer, left.terms, left.their_party) == ("", "", "", "")
    assert (left.number, left.amount, left.valid_to) == (made.number, 5_00, date(2027, 12, 31))
    assert db.session.execute(select(Change.old, Change.new)).one() == ("", "")


@pytest.mark.clause("CUS-13")
def test_the_commands_list_contracts_and_answer_whether_one_is_in_force(
    app: Flask, make_customer: Any, contract: Any, clock_at: Any
) -> None:
    clock_at(noon("2026-12-01"))
    customer = make_customer(code="KH-9", name="澄湖贸易有限公司").id
    contract(customer, "long_term", "2026-01-01", "2026-12-31", amount=12_50)
    contract(customer, "supply", "2024-01-01", "2025-12-31")

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(contracts_command, arguments)

    every = json.loads(run("list", "--json").output)
    assert [(each["kind"], each["state"]) for each in every] == [("supply", "expired"), ("long_term", "in_force")]
    assert (every[1]["customer"], every[1]["amount"]) == ("KH-9", "12.50")
    for arguments, count in (
        (("--ending", "30"), 1), (("--ending", "29"), 0), (("--kind", "长期协议"), 1), (("--state", "expired"), 1),
        (("--customer", "KH-9"), 2),
    ):  # fmt: skip
        assert len(json.loads(run("list", *arguments, "--json").output)) == count, arguments
    answer = run("in-force", "KH-9", "长期协议", "--on", "2026-12-31", "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.output) == {
        "customer": "KH-9", "kind": "long_term", "on": "2026-12-31", "in_force": True, "contracts": ["HT-2026-0001"],
    }  # fmt: skip
    assert run("in-force", "KH-9", "long_term", "--on", "2027-01-01").exit_code == 1
    assert run("in-force", "KH-9", "nonsense").exit_code != 0


def test_the_doctor_finds_what_must_not_be(app: Flask, make_customer: Any, contract: Any) -> None:
    from kezhi.builtin.contracts.checks import checks

    first = contract(make_customer().id, "supply", "2026-01-01", "2026-06-30")
    other = contract(make_customer().id, "supply", "2026-01-01")
    assert [check.run(db.session) for check in checks()] == [[], [], []]
    table = Contract.__table__
    with writing():
        db.session.execute(table.update().where(table.c.id == other.id).values(predecessor_id=first.id, kind="gone"))
    assert [len(check.run(db.session)) for check in checks()] == [1, 0, 1]
