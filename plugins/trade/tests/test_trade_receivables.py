"""What customers owe: vouchers, matching, open items, and the figures that credit asks for (TRD-01, CRD-04)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kezhi import NotFound, Refused, acting_as, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.errors import Conflict
from kezhi.figures import divide
from kezhi_trade import services
from kezhi_trade.checks import checks
from kezhi_trade.models import Invoice, Match, Receipt, Shipment
from kezhi_trade.receivables import MONEY, RECEIVABLE_ROW_COLUMNS, RECEIVABLES_COLUMNS, receivable_rows, receivables
from kezhi_trade.services import INVOICE, RECEIPT, SHIPMENT

pytestmark = [pytest.mark.plugins("trade"), pytest.mark.services]

TODAY = date(2026, 6, 15)


def enter(sort: Any, number: str, customer: int, day: str, amount: int, **more: Any) -> int:
    values = {"customer_id": customer, "number": number, "happened_on": date.fromisoformat(day), "amount": amount}
    with writing():
        return int(services.create_voucher(sort, {**values, **more}).id)


def settle(receipt: int, **amounts: int) -> None:
    """``settle(receipt, F1=100)``: by the numbers of invoices."""
    with writing():
        services.match(receipt, {services.voucher_by_number(INVOICE, key).id: value for key, value in amounts.items()})


def figures(day: date = TODAY, customers: Any = None) -> dict[int, dict[str, int]]:
    rows = db.session.execute(receivables(customers, day)).mappings().all()
    assert all(tuple(row) == RECEIVABLES_COLUMNS for row in rows)
    return {row["customer_id"]: {name: value for name, value in row.items() if value and name != "customer_id"}
            for row in rows}  # fmt: skip


def states() -> dict[str, tuple[int, int, int]]:
    """Number → matched, base_open, version."""
    found = {}
    for table in (Invoice.__table__, Receipt.__table__):
        columns = (table.c.number, table.c.matched, table.c.base_open, table.c.version)
        found |= {number: tuple(rest) for number, *rest in db.session.execute(select(*columns))}
    return found


def doctor() -> list[str]:
    return [str(finding.message) for check in checks() for finding in check.run(db.session())]


@pytest.mark.clause("TRD-01")
def test_a_receipt_is_split_over_invoices_and_the_rest_stays_on_account(customer: Any, statements: Any) -> None:
    """回款核销: 1,500 come in for two invoices; 200 are left, and count for the customer."""
    one = customer("K1")
    enter(INVOICE, "F1", one, "2026-03-01", 1_000_00, due_on=date(2026, 4, 1))
    enter(INVOICE, "F2", one, "2026-05-20", 500_00)  # names no due date: 30 days
    assert figures()[one] == {"overdue_61_90": 1_000_00, "not_due": 500_00, "overdue_days_max": 75}
    receipt = enter(RECEIPT, "R1", one, "2026-06-01", 1_500_00)
    assert figures()[one]["deposits"] == 1_500_00
    settle(receipt, F1=900_00, F2=400_00)
    assert states() == {"F1": (900_00, 100_00, 2), "F2": (400_00, 100_00, 2), "R1": (1_300_00, 200_00, 2)}
    assert figures()[one] == {
        "overdue_61_90": 100_00, "not_due": 100_00, "overdue_days_max": 75, "deposits": 200_00
    }  # fmt: skip
    settle(receipt, F1=50_00)  # once more with the same invoice: it adds up
    assert db.session.scalars(select(Match.amount).order_by(Match.id)).all() == [400_00, 950_00]
    for number, amount, reason in (("F1", 50_01, "50.00"), ("F2", 150_01, "100.00")):
        with pytest.raises(Refused, match=reason):
            settle(receipt, **{number: amount})
    assert states()["F1"] == (950_00, 50_00, 3)
    with writing():
        services.unmatch(receipt, services.voucher_by_number(INVOICE, "F2").id)
    assert (states()["F2"], states()["R1"]) == ((0, 500_00, 3), (950_00, 550_00, 4))
    with pytest.raises(Refused), writing():
        services.unmatch(receipt, services.voucher_by_number(INVOICE, "F2").id)
    with statements() as counted:
        figures()
    assert counted.count == 1
    assert doctor() == []


@pytest.mark.clause("TRD-01")
def test_what_is_matched_binds_a_voucher_and_a_void_one_counts_nowhere(customer: Any) -> None:
    one, other = customer("K1"), customer("K2")
    invoice = enter(INVOICE, "F1", one, "2026-03-01", 1_000_00)
    shipment = enter(SHIPMENT, "C1", one, "2026-02-20", 1_000_00, invoice_id=invoice)
    receipt = enter(RECEIPT, "R1", one, "2026-06-01", 400_00)
    settle(receipt, F1=400_00)
    for values in ({"amount": 399_99}, {"customer_id": other}, {"currency": "JPY"}):
        with pytest.raises(Refused), writing():
            services.update_voucher(INVOICE, invoice, 2, values)
    with pytest.raises(Refused, match="F1"), writing():
        services.void_voucher(INVOICE, invoice, 2)
    with pytest.raises(Conflict), writing():
        services.update_voucher(INVOICE, invoice, 1, {"amount": 2_000_00})  # it was matched meanwhile
    with pytest.raises(Refused), writing():
        services.update_voucher(SHIPMENT, shipment, 1, {"customer_id": other})  # the invoice is another customer's
    assert states()["F1"] == (400_00, 600_00, 2)
    with writing():
        services.update_voucher(INVOICE, invoice, 2, {"amount": 450_00})
        services.unmatch(receipt, invoice)
    assert states()["F1"][:2] == (0, 450_00)
    assert "shipped_not_invoiced" not in figures()[one]
    with writing():
        services.void_voucher(INVOICE, invoice, 4)
        services.void_voucher(RECEIPT, receipt, 3)
    assert figures() == {one: {"shipped_not_invoiced": 1_000_00}}  # the shipment waits for another invoice
    with pytest.raises(Refused), writing():
        services.update_voucher(INVOICE, invoice, 5, {"amount": 1_00})
    with pytest.raises(Refused):
        settle(receipt, F1=1_00)
    assert doctor() == []


@pytest.mark.clause("TRD-01")
def test_an_open_order_counts_with_tax_until_it_is_shipped_or_invoiced(customer: Any, order: Any) -> None:
    one = customer("K1")
    first = order(one, "2026-06-01", 1_000_00)  # 1,130.00 with 13 % tax
    order(one, "2026-06-02", 500_00, status="done")
    assert figures() == {one: {"ordered_not_shipped": 1_130_00}}
    enter(SHIPMENT, "C1", one, "2026-06-03", 300_00, order_id=first)
    enter(SHIPMENT, "C2", one, "2026-06-05", 300_00, order_id=first)
    assert figures() == {one: {"ordered_not_shipped": 530_00, "shipped_not_invoiced": 600_00}}
    enter(INVOICE, "F1", one, "2026-06-06", 400_00, order_id=first)  # covers the oldest shipment, then of the next
    assert figures()[one] == {"ordered_not_shipped": 530_00, "shipped_not_invoiced": 200_00, "not_due": 400_00}
    rows = receivable_rows(one, "shipped_not_invoiced", TODAY)
    assert [(row["reference"], row["amount"], row["amount_in_currency"]) for row in rows] == [("C2", 200_00, 300_00)]
    assert tuple(rows[0]) == RECEIVABLE_ROW_COLUMNS
    enter(INVOICE, "F2", one, "2026-06-07", 800_00, order_id=first)  # more than was shipped: invoiced in advance
    assert figures()[one] == {"not_due": 1_200_00}
    assert receivable_rows(one, "no_such_figure", TODAY) == []


@pytest.mark.clause("TRD-01")
def test_foreign_amounts_follow_the_month_rate_and_exposure_the_rate_of_the_day(customer: Any) -> None:
    one, day = customer("K1"), date(2026, 3, 1)
    with pytest.raises(Refused, match="USD"):
        enter(INVOICE, "F1", one, "2026-03-05", 100_00, currency="USD")
    with writing():
        services.set_rate("USD", day, 7_000_000)
        services.set_rate("JPY", day, 48_000)
    enter(INVOICE, "F1", one, "2026-03-05", 100_00, currency="USD", due_on=date(2026, 3, 31))
    enter(INVOICE, "F2", one, "2026-03-06", 10_000, currency="JPY", due_on=date(2026, 6, 30))
    receipt = enter(RECEIPT, "R1", one, "2026-03-20", 40_00, currency="USD")
    with pytest.raises(Refused, match="F2"):
        settle(receipt, F2=1)  # a receipt settles invoices in its own currency
    settle(receipt, F1=40_00)
    assert (states()["F1"][1], states()["F2"][1], states()["R1"][1]) == (420_00, 480_00, 0)
    with writing():
        services.set_rate("USD", date(2026, 6, 1), 8_000_000)
    assert figures()[one] == {"overdue_61_90": 480_00, "not_due": 480_00, "overdue_days_max": 76}
    assert figures(date(2026, 5, 31))[one] == {"overdue_61_90": 420_00, "not_due": 480_00, "overdue_days_max": 61}
    with writing():
        services.set_rate("USD", day, 7_100_000)  # a correction: what is kept is converted anew
    assert states()["F1"][1] == 426_00
    assert db.session.scalars(select(Invoice.base_amount).order_by(Invoice.id)).first() == 710_00
    assert doctor() == []


def test_nobody_books_for_customers_they_do_not_see(customer: Any, add_person: Any) -> None:
    person = add_person("seller", "salesperson")
    own, other = customer("OWN", owner_id=person.id), customer("OTHER")
    theirs = enter(INVOICE, "THEIRS", other, "2026-03-01", 100_00)
    mine, money = enter(INVOICE, "MINE", own, "2026-03-01", 100_00), enter(RECEIPT, "R", own, "2026-03-01", 100_00)
    with acting_as(person):
        assert [row.number for row in db.session.scalars(select(Invoice))] == ["MINE"]
        with pytest.raises(NotFound):
            services.find_voucher(INVOICE, theirs)
        with pytest.raises(NotFound):
            enter(SHIPMENT, "C1", own, "2026-03-01", 1, invoice_id=theirs)
        with pytest.raises(NotFound), writing():
            services.void_voucher(INVOICE, theirs, 1)
        with pytest.raises(Refused, match="THEIRS"), writing():
            services.update_voucher(INVOICE, mine, 1, {"number": "THEIRS"})  # taken in the whole company
        with pytest.raises(Refused), writing():
            services.match(money, {theirs: 1_00})
    assert states() == {"THEIRS": (0, 100_00, 1), "MINE": (0, 100_00, 1), "R": (0, 100_00, 1)}
    assert db.session.scalars(select(Shipment.__table__.c.id)).all() == []


# ── an independent model ────────────────────────────────────────────────────────────────────────────────────────

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "invoice", "receipt", "receipt", "shipment", "order", "oldest", "match", "undo",
                         "void", "cover"]),
        st.integers(0, 1),  # whose
        st.integers(1, 500_00),
        st.integers(0, 120),  # days before today
        st.integers(0, 7),  # which of what is there
    ),
    min_size=4,
    max_size=18,
)  # fmt: skip


TAGS = count(1)
CUSTOMERS = Customer.__table__


class Books:
    """The same books in plain Python."""

    def __init__(self) -> None:
        self.vouchers: list[dict[str, Any]] = []
        self.orders: list[dict[str, Any]] = []
        self.matches: dict[tuple[int, int], int] = {}

    def of(self, kind: str, customer: int | None = None) -> list[dict[str, Any]]:
        found = [each for each in self.vouchers if each["kind"] == kind and not each["void"]]
        return [each for each in found if customer in (None, each["customer"])]

    def left(self, voucher: dict[str, Any]) -> int:
        side = 0 if voucher["kind"] == "receipt" else 1
        return voucher["amount"] - sum(value for pair, value in self.matches.items() if pair[side] == voucher["id"])

    def settle_oldest(self) -> None:
        for receipt in sorted(self.of("receipt"), key=lambda each: (each["day"], each["id"])):
            owed = [each for each in self.of("invoice", receipt["customer"]) if self.left(each)]
            for invoice in sorted(owed, key=lambda each: (each["due"], each["id"])):
                amount = min(self.left(receipt), self.left(invoice))
                if amount:
                    pair = (receipt["id"], invoice["id"])
                    self.matches[pair] = self.matches.get(pair, 0) + amount

    def figures(self) -> dict[int, dict[str, int]]:
        found: dict[int, dict[str, int]] = {}

        def add(customer: int, name: str, amount: int) -> None:
            if amount > 0:
                mine = found.setdefault(customer, {})
                mine[name] = mine.get(name, 0) + amount

        for invoice in self.of("invoice"):
            late = max(0, (TODAY - invoice["due"]).days)
            name = next(
                name
                for name, last in (
                    ("not_due", 0),
                    ("overdue_1_30", 30),
                    ("overdue_31_60", 60),
                    ("overdue_61_90", 90),
                    ("overdue_90_plus", 10**6),
                )
                if late <= last
            )
            add(invoice["customer"], name, self.left(invoice))
            if self.left(invoice) and late:
                mine = found[invoice["customer"]]
                mine["overdue_days_max"] = max(mine.get("overdue_days_max", 0), late)
        for receipt in self.of("receipt"):
            add(receipt["customer"], "deposits", self.left(receipt))
        covering = {each["invoice"] for each in self.of("shipment")}
        for order in self.orders:
            sent = sum(each["amount"] for each in self.of("shipment") if each["order"] == order["id"])
            asked = sum(each["amount"] for each in self.of("invoice") if each["order"] == order["id"])
            gross = order["amount"] + divide(order["amount"] * 13, 100)
            add(order["customer"], "ordered_not_shipped", gross - max(sent, asked))
        for customer in {each["customer"] for each in self.vouchers}:
            bare = [each for each in self.of("shipment", customer) if each["invoice"] is None]
            for order_id in {each["order"] for each in bare}:
                amount = sum(each["amount"] for each in bare if each["order"] == order_id)
                if order_id is not None:
                    amount -= sum(
                        each["amount"]
                        for each in self.of("invoice")
                        if each["order"] == order_id and each["id"] not in covering
                    )
                add(customer, "shipped_not_invoiced", amount)
        return found  # fmt: skip


def carry_out(books: Books, customers: list[int], event: tuple[str, int, int, int, int], order: Any) -> None:
    what, whose, amount, days, place = event
    customer, day = customers[whose], TODAY - timedelta(days=days)
    mine = [each for each in books.orders if each["customer"] == customer]
    chosen = mine[place % len(mine)]["id"] if mine and place % 3 else None
    number = f"V{customers[0]}-{len(books.vouchers)}"  # the examples share an app
    if what == "order":
        made = order(customer, day.isoformat(), amount)
        books.orders.append({"id": made, "customer": customer, "amount": amount})
    elif what in ("invoice", "receipt", "shipment"):
        sort, more = {"invoice": INVOICE, "receipt": RECEIPT, "shipment": SHIPMENT}[what], {"order_id": chosen}
        due = day + timedelta(days=place * 5)
        given = {**more, "due_on": due} if what == "invoice" else more
        made = enter(sort, number, customer, day.isoformat(), amount, **given)
        books.vouchers.append({"kind": what, "id": made, "customer": customer, "amount": amount, "day": day,
                               "due": due, "order": chosen, "invoice": None, "void": False})  # fmt: skip
    elif what == "oldest":
        with writing():
            services.match_oldest(select(Receipt.id).where(Receipt.customer_id.in_(customers)))
        books.settle_oldest()
    elif what == "void" and books.vouchers:
        voucher = books.vouchers[place % len(books.vouchers)]
        kind = {"invoice": INVOICE, "receipt": RECEIPT, "shipment": SHIPMENT}[voucher["kind"]]
        version = services.find_voucher(kind, voucher["id"]).version
        is_bound = voucher["kind"] != "shipment" and books.left(voucher) < voucher["amount"]
        if voucher["void"] or is_bound:
            with pytest.raises(Refused), writing():
                services.void_voucher(kind, voucher["id"], version)
            return
        with writing():
            services.void_voucher(kind, voucher["id"], version)
        voucher["void"] = True
        for each in books.vouchers:
            if voucher["kind"] == "invoice" and each["invoice"] == voucher["id"]:
                each["invoice"] = None
    elif what == "cover" and books.of("shipment", customer) and books.of("invoice", customer):
        shipments, invoices = books.of("shipment", customer), books.of("invoice", customer)
        shipment, invoice = shipments[place % len(shipments)], invoices[days % len(invoices)]
        version = services.find_voucher(SHIPMENT, shipment["id"]).version
        with writing():
            services.update_voucher(SHIPMENT, shipment["id"], version, {"invoice_id": invoice["id"]})
        shipment["invoice"] = invoice["id"]
    elif what == "match" and books.of("receipt", customer) and books.of("invoice", customer):
        receipts, invoices = books.of("receipt", customer), books.of("invoice", customer)
        receipt, invoice = receipts[place % len(receipts)], invoices[days % len(invoices)]
        if amount > min(books.left(receipt), books.left(invoice)):
            with pytest.raises(Refused), writing():
                services.match(receipt["id"], {invoice["id"]: amount})
            return
        with writing():
            services.match(receipt["id"], {invoice["id"]: amount})
        pair = (receipt["id"], invoice["id"])
        books.matches[pair] = books.matches.get(pair, 0) + amount
    elif what == "undo" and books.matches:
        pair = sorted(books.matches)[place % len(books.matches)]
        with writing():
            services.unmatch(*pair)
        del books.matches[pair]


@pytest.mark.clause("TRD-01")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_open_items_equal_an_independent_model_whatever_happens(customer: Any, order: Any, events: Any) -> None:
    tag = next(TAGS)
    customers, books = [customer(f"A{tag}"), customer(f"B{tag}")], Books()
    for event in events:
        carry_out(books, customers, event, order)
    wanted = books.figures()
    assert figures(TODAY, select(CUSTOMERS.c.id).where(CUSTOMERS.c.id.in_(customers))) == wanted
    for one in customers:
        for name in MONEY:
            rows = receivable_rows(one, name, TODAY)
            assert sum(row["amount"] for row in rows) == wanted.get(one, {}).get(name, 0)
    assert doctor() == []
