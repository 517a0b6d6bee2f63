"""TRD-03: a month is submitted, checked and confirmed by different people, and says what it said until reopened."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from kezhi import Conflict, Refused, User, acting_as, db, set_setting, writing
from kezhi_trade import services
from kezhi_trade.models import FrozenRow, Month, MonthStep
from kezhi_trade.services import freezing, months
from kezhi_trade.services.stocks import keep_stock

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]

TODAY = datetime(2026, 11, 10, 4, 0, tzinfo=UTC)
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)
RIGHTS = {
    "sales": {"trade.submit_month"},
    "analyst": {"trade.check_month"},
    "finance": {"trade.confirm_money", "trade.reopen_month"},
    "stores": {"trade.confirm_stock"},
    "everything": {"trade.submit_month", "trade.check_month", "trade.confirm_money", "trade.confirm_stock"},
    "nobody": set(),
}
PEOPLE = {
    login: User(id=100 + at, login=login, name=login, permissions=frozenset(rights))
    for at, (login, rights) in enumerate(RIGHTS.items())
}


@pytest.fixture(autouse=True)
def _today(app: Any, clock_at: Any) -> None:
    clock_at(TODAY)


def act(login: str, month: date, step: str, note: str = "") -> Month:
    row = months.month_row(month)
    with acting_as(PEOPLE[login]), writing():
        return months.take_step(month, step, row.version if row else 0, note)


def back(login: str, month: date, state: str, reason: str = "金额有误") -> None:
    row = months.month_row(month)
    with acting_as(PEOPLE[login]), writing():
        months.send_back(month, state, row.version if row else 0, reason)


def confirm(month: date) -> None:
    for login, step in (("sales", "submit"), ("analyst", "check"), ("finance", "money"), ("stores", "stock")):
        act(login, month, step)


def confirm_only(first: date | None = None) -> None:
    with writing():
        set_setting("trade", "confirm_months", True)
        set_setting("trade", "first_month", first)


def state(month: date) -> str:
    db.session.expire_all()
    return months.state_of(months.month_row(month))


@pytest.mark.clause("TRD-03")
def test_a_month_goes_through_four_hands_and_says_what_each_vouched_for(customer: Any, order: Any) -> None:
    one = customer("K1")
    order(one, "2026-10-05", 1_000_00, profit=200_00)
    order(one, "2026-10-31", 500_00)
    order(one, "2026-11-01", 9_00, profit=1_00)
    with writing():
        keep_stock({"customer_id": one, "month": OCTOBER, "held": 400_00, "dead": 100_00})
    act("sales", OCTOBER, "submit", "已核对订单")
    assert state(OCTOBER) == "submitted"
    act("analyst", OCTOBER, "check")
    act("stores", OCTOBER, "stock")
    assert state(OCTOBER) == "checked", "finance has not confirmed yet"
    act("finance", OCTOBER, "money", "回款率以银行流水为准")
    row = months.month_row(OCTOBER)
    assert row is not None
    assert (row.state, row.confirmed_at is not None) == ("confirmed", True)
    assert row.figures["orders"] == {
        "order_amount": 1_500_00, "order_count": 2, "profit": 200_00, "without_profit": 1
    }  # fmt: skip
    assert (row.figures["stock"]["dead_rate"], row.figures["stock"]["held"]) == (250_000, 400_00)
    said = [(step.step, step.by, step.note) for step in reversed(months.steps_of(row))]
    assert said[0] == ("submit", "sales", "已核对订单")
    assert said[3] == ("money", "finance", "回款率以银行流水为准")
    assert row.orders_digest == freezing.digest(OCTOBER, "orders") != freezing.digest(OCTOBER, "stock")


@pytest.mark.clause("TRD-03")
def test_nobody_does_two_of_the_steps_that_check_each_other(customer: Any, order: Any) -> None:
    order(customer("K1"), "2026-10-05")
    for login, step, word in (
        ("nobody", "submit", "others"),
        ("sales", "check", "others"),
        ("analyst", "check", "turn"),
    ):
        with pytest.raises(Refused, match=word):
            act(login, OCTOBER, step)
    act("everything", OCTOBER, "submit")
    with pytest.raises(Refused, match="somebody else"):
        act("everything", OCTOBER, "check")
    assert state(OCTOBER) == "submitted"
    act("analyst", OCTOBER, "check")
    for step in ("money", "stock"):
        with pytest.raises(Refused, match="somebody else"):
            act("everything", OCTOBER, step)
    act("finance", OCTOBER, "money")
    with pytest.raises(Refused, match="turn"):
        act("finance", OCTOBER, "money")
    with pytest.raises(Refused, match="not over"):
        act("sales", NOVEMBER, "submit")
    assert (state(OCTOBER), state(NOVEMBER)) == ("checked", "open")


@pytest.mark.clause("TRD-03")
def test_a_late_row_is_held_against_the_month_until_it_is_opened_again(customer: Any, order: Any, figures: Any) -> None:
    """Late, changed and cancelled orders change nothing that a confirmed month says; opening it again takes them in."""
    confirm_only(SEPTEMBER)
    one = customer("K1")
    old, kept, gone = (order(one, day, 100_00) for day in ("2026-08-31", "2026-10-05", "2026-10-06"))
    year = ("2026-01-01", "2026-12-31")
    assert figures("trade.order_amount", *year) == {one: 100_00}, "only the month before the first one counts"
    confirm(OCTOBER)
    assert figures("trade.order_amount", *year) == {one: 300_00}
    order(one, "2026-10-20", 7_00)
    with writing():
        services.cancel_order(gone, 1)
        services.update_order(kept, 1, {"amount": 900_00})
        services.update_order(old, 1, {"amount": 50_00})
    assert figures("trade.order_amount", *year) == {one: 250_00}
    assert figures("trade.order_count", *year) == {one: 3}
    count, rows = freezing.differences(OCTOBER, ["order"], 10)
    assert count == 3
    assert [(row.how, row.amount, row.kept) for row in rows] == [
        ("changed", 900_00, 100_00), ("gone", None, 100_00), ("late", 7_00, None)
    ]  # fmt: skip
    with pytest.raises(Refused):
        back("analyst", OCTOBER, "open")
    with pytest.raises(Refused, match="why"):
        back("finance", OCTOBER, "open", " ")
    assert state(OCTOBER) == "confirmed"
    back("finance", OCTOBER, "open", "补录十月订单")
    assert figures("trade.order_amount", *year) == {one: 50_00}
    assert db.session.scalar(select(func.count()).select_from(FrozenRow.__table__)) == 0
    confirm(OCTOBER)
    assert figures("trade.order_amount", *year) == {one: 957_00}
    assert [step.step for step in months.steps_of(months.month_row(OCTOBER))][4] == "reopen"


@pytest.mark.clause("TRD-03")
def test_an_order_that_moves_to_another_month_counts_once(customer: Any, order: Any, figures: Any) -> None:
    confirm_only(SEPTEMBER)
    one = customer("K1")
    moved = order(one, "2026-09-30", 100_00)
    confirm(SEPTEMBER)
    with writing():
        services.update_order(moved, 1, {"order_date": date(2026, 10, 1)})
    confirm(OCTOBER)
    assert figures("trade.order_count", "2026-09-01", "2026-10-31") == {one: 1}
    assert freezing.differences(SEPTEMBER, ["order"], 5)[0] == freezing.differences(OCTOBER, ["order"], 5)[0] == 1


@pytest.mark.clause("TRD-02", "TRD-03")
def test_collection_and_overdue_look_no_further_than_confirmed_months(customer: Any, figures: Any) -> None:
    """What is due in a month that does not count is not known; what is late is so at the last month that counts."""
    confirm_only(SEPTEMBER)
    one = customer("K1")
    with writing():
        for at, (day, due) in enumerate((("09-03", "09-20"), ("09-05", "10-10"))):
            values = {"customer_id": one, "number": f"FP{at}", "happened_on": date.fromisoformat(f"2026-{day}")}
            services.create_voucher(
                services.INVOICE, {**values, "amount": 100_00, "due_on": date.fromisoformat(f"2026-{due}")}
            )
        for at, day in enumerate((date(2026, 9, 25), date(2026, 10, 9))):
            money = {"customer_id": one, "number": f"HK{at}", "happened_on": day, "amount": 60_00}
            services.create_voucher(services.RECEIPT, money)
        services.match_oldest()
    autumn = ("2026-09-01", "2026-10-31")
    assert figures("trade.due_amount", *autumn) == {}
    confirm(SEPTEMBER)
    assert figures("trade.due_amount", *autumn) == {one: 100_00}
    assert figures("trade.collection_rate", *autumn) == {one: 600_000}
    assert figures("trade.overdue_amount", *autumn) == {one: 40_00}
    assert figures("trade.overdue_days", *autumn) == {one: 10}
    confirm(OCTOBER)
    assert figures("trade.due_amount", *autumn) == {one: 200_00}
    assert figures("trade.collection_rate", *autumn) == {one: 600_000}
    assert figures("trade.received_amount", *autumn) == {one: 120_00}
    assert figures("trade.overdue_days", *autumn) == {one: 21}
    with writing():
        set_setting("trade", "confirm_months", False)
    assert figures("trade.overdue_amount", *autumn) == {one: 80_00}


@pytest.mark.clause("TRD-02")
def test_dead_stock_and_turnover_of_the_stock_held_for_a_customer(customer: Any, order: Any, figures: Any) -> None:
    one, other = customer("K1"), customer("K2")
    order(one, "2026-08-20", 1_000_00, cost=600_00, shipped_date=date(2026, 9, 2), status="done")
    order(one, "2026-09-20", 1_000_00, cost=300_00, shipped_date=date(2026, 10, 2), status="done")
    order(one, "2026-09-21", 1_000_00, cost=300_00)
    with writing():
        keep_stock({"customer_id": one, "month": SEPTEMBER, "held": 200_00, "dead": 0})
        keep_stock({"customer_id": one, "month": OCTOBER, "held": 100_00, "dead": 25_00})
        keep_stock({"customer_id": other, "month": SEPTEMBER, "held": 80_00, "dead": 80_00})
    autumn = ("2026-09-01", "2026-10-31")
    assert figures("trade.dead_stock", *autumn) == {one: 25_00}, "nothing is held for the other one any more"
    assert figures("trade.dead_stock_rate", *autumn) == {one: 250_000}
    assert figures("trade.dead_stock_rate", "2026-09-01", "2026-09-30") == {one: 0, other: 1_000_000}
    assert figures("trade.stock_turnover", *autumn) == {one: 6_000_000, other: 0}
    confirm_only(SEPTEMBER)
    confirm(SEPTEMBER)
    assert figures("trade.stock_turnover", *autumn) == {one: 3_000_000, other: 0}
    assert figures("trade.dead_stock", *autumn) == {one: 0, other: 80_00}


def test_two_people_who_act_at_once_do_not_both(customer: Any, order: Any) -> None:
    order(customer("K1"), "2026-10-05")
    act("sales", OCTOBER, "submit")
    act("analyst", OCTOBER, "check")
    with acting_as(PEOPLE["finance"]), pytest.raises(Conflict), writing():
        months.take_step(OCTOBER, "money", 2)
    assert state(OCTOBER) == "checked"
    assert db.session.scalar(select(func.count()).select_from(FrozenRow.__table__)) == 1


# ── any history ─────────────────────────────────────────────────────────────────────────────────────────────────

ACTIONS = st.tuples(
    st.sampled_from(sorted(PEOPLE)),
    st.one_of(
        st.sampled_from(["submit", "check", "money", "stock"]),
        st.sampled_from(["open", "submitted", "checked"]).map(lambda to: f"to {to}"),
    ),
)


class Model:
    """The rules in plain words: who signed what, and what follows."""

    def __init__(self) -> None:
        self.signed: dict[str, str] = {}

    @property
    def state(self) -> str:
        if "submit" not in self.signed:
            return "open"
        if "check" not in self.signed:
            return "submitted"
        return "confirmed" if {"money", "stock"} <= set(self.signed) else "checked"

    def does(self, login: str, action: str) -> bool:
        rights = {right.removeprefix("trade.") for right in RIGHTS[login]}
        if action.startswith("to "):
            return self.goes_back(rights, action.removeprefix("to "))
        right = {"submit": "submit_month", "check": "check_month", "money": "confirm_money", "stock": "confirm_stock"}
        turn = {"submit": "open", "check": "submitted", "money": "checked", "stock": "checked"}[action]
        earlier = (self.signed.get("submit"), self.signed.get("check"))
        if right[action] not in rights or self.state != turn or action in self.signed or login in earlier:
            return False
        self.signed[action] = login
        return True

    def goes_back(self, rights: set[str], to: str) -> bool:
        order = ["open", "submitted", "checked", "confirmed"]
        may = {
            "open": set(),
            "submitted": {"submit_month", "check_month"},
            "checked": {"check_month", "confirm_money", "confirm_stock"},
            "confirmed": {"reopen_month"},
        }[self.state]
        if order.index(to) >= order.index(self.state) or not rights & may:
            return False
        kept = {"open": (), "submitted": ("submit",), "checked": ("submit", "check")}[to]
        self.signed = {step: who for step, who in self.signed.items() if step in kept}
        return True


@pytest.mark.clause("TRD-03")
def test_no_history_skips_a_state_or_lets_the_wrong_person_act(customer: Any, order: Any) -> None:
    one = customer("K1")
    order(one, "2026-10-05")
    with writing():
        keep_stock({"customer_id": one, "month": OCTOBER, "held": 5_00, "dead": 1_00})

    @settings(max_examples=25, deadline=None)
    @given(st.lists(ACTIONS, max_size=14))
    def check(history: list[tuple[str, str]]) -> None:
        with writing():
            db.session.execute(delete(MonthStep.__table__))
            db.session.execute(delete(FrozenRow.__table__))
            db.session.execute(delete(Month.__table__))
        db.session.expire_all()
        model = Model()
        for login, action in history:
            allowed = model.does(login, action)
            try:
                if action.startswith("to "):
                    back(login, OCTOBER, action.removeprefix("to "))
                else:
                    act(login, OCTOBER, action)
                done = True
            except Refused:
                done = False
            assert done is allowed, (login, action)
            assert state(OCTOBER) == model.state
        row = months.month_row(OCTOBER)
        kept = set(db.session.scalars(select(FrozenRow.__table__.c.part)))
        assert ("order" in kept) is ("submit" in model.signed)
        assert ("stock" in kept) is ("stock" in model.signed)
        if row is not None:
            assert {row.submitted_by, row.checked_by, row.money_by, row.stock_by} - {""} == set(model.signed.values())

    check()


def test_a_kept_row_that_was_changed_behind_the_system_is_found(customer: Any, order: Any) -> None:
    from kezhi_trade.month_checks import months as check

    order(customer("K1"), "2026-10-05")
    confirm(OCTOBER)
    assert check(db.session()) == []
    with writing():
        db.session.execute(update(FrozenRow.__table__).values(amount=5))
    (finding,) = check(db.session())
    assert "2026-10" in str(finding.message)
