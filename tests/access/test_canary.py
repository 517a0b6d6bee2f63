"""One person's customers stay that person's on every way there is: pages, lists, files, commands, statements."""

from __future__ import annotations

import contextvars
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, url_for
from flask.testing import FlaskClient
from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from kezhi import Period, Refused, acting_as, clock, db, set_setting, visible, writing
from kezhi.builtin.accounts.services import add_department, set_permissions, user_named
from kezhi.builtin.accounts.services.roles import role_permissions
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.cards.models import Card, CardPeriod
from kezhi.builtin.cards.pages import cards_view
from kezhi.builtin.cards.services import freeze
from kezhi.builtin.contracts.pages import contract_list
from kezhi.builtin.contracts.services import create_contract
from kezhi.builtin.customers.models import Customer, CustomerChange, CustomerOwner, CustomerShare
from kezhi.builtin.customers.pages import list_view
from kezhi.builtin.customers.sections import SECTIONS
from kezhi.builtin.customers.services import add_analysis, add_contact, create_customer, update_customer
from kezhi.builtin.customers.services.lists import TITLES
from kezhi.builtin.customers.sharing.acts import Terms, share_customers
from kezhi.builtin.destruction.pages import register_view as destruction_view
from kezhi.builtin.destruction.services import propose_destruction
from kezhi.builtin.documents.pages import register_view
from kezhi.builtin.documents.services import issue
from kezhi.builtin.entry.models import Submission
from kezhi.builtin.entry.pages import lines_view
from kezhi.builtin.entry.pages import register_view as entry_view
from kezhi.builtin.entry.services import send
from kezhi.builtin.files.services import attach, receive
from kezhi.builtin.handover.services import Plan, carry_out
from kezhi.builtin.imports.services import import_file
from kezhi.builtin.protection.fields import Protected, bind, blind
from kezhi.builtin.releases.models import Answer, DataRequest, Release, ReleaseLine, RequestLine
from kezhi.builtin.releases.pages import release_list, request_list
from kezhi.builtin.tasks.contributions import Occasion
from kezhi.builtin.tasks.services import open_task
from kezhi.builtin.tasks.todo import TODO, end_of
from kezhi.builtin.timeline.services import write_note
from kezhi.builtin.upkeep.note_lists import note_list
from kezhi.builtin.upkeep.services import hand_in, keeping, observations_of, open_months, verify
from kezhi.cli import run
from kezhi.errors import KezhiError
from kezhi.listing import ListView
from kezhi.permissions import declared_permission
from kezhi.site import Site
from kezhi.users import User

from .complaint_records import complaint_of, followed

pytestmark = [pytest.mark.plugins("trade", "grading", "credit", "complaints"), pytest.mark.services]

#: In every text of the hidden customers and orders. Requests ask for its beginning, so that no answer repeats it.
MARK, ASKED = "Canary7Qx", "Canary"
#: The code of a hidden customer. Whoever names it has typed it; nobody learns it.
CODE = "HIDDEN-CODE-1"
OUTSIDERS = ("seller-b", "supervisor-b", "nobody")
INSIDERS = ("seller-a", "director")
#: what apps show on tabs of their own
TABS = ("trade", "contracts", "files", "keeping")
VOUCHERS = ("shipment", "invoice", "receipt")
PERIOD = date(1997, 1, 1), date(1997, 12, 31)
SHARES = CustomerShare.__table__


@dataclass(frozen=True)
class Company:
    """People by login, and the records of salesperson A."""

    people: dict[str, User]
    ids: dict[str, int]
    number: int


@pytest.fixture
def company(app: Flask, add_person: Callable[..., User]) -> Company:
    from kezhi_credit import services as credit
    from kezhi_credit.models import APPROVED, OVER, Alert, Limit
    from kezhi_grading import services as grading
    from kezhi_trade import services as trade
    from kezhi_trade.services import create_dispute, create_order, declare

    with writing():
        east, west = add_department("East").id, add_department("West").id
    people = {
        "seller-a": add_person("seller-a", "salesperson", department_id=east),
        "seller-b": add_person("seller-b", "salesperson", department_id=west),
        "supervisor-b": add_person("supervisor-b", "sales-supervisor", department_id=west),
        "clerk-b": add_person("clerk-b", "account-manager", department_id=west),
        "nobody": add_person("nobody", department_id=west),
        "director": add_person("director", "sales-director"),
        "general": add_person("general", "general-manager"),
        "analyst": add_person("analyst", "data-analyst"),
    }
    with writing():  # somebody who imports and exports, and sees only their own
        granted = {"customers.import", "customers.export", "imports.use", "trade.write"}
        set_permissions("account-manager", role_permissions("account-manager") | granted)
        set_permissions("salesperson", role_permissions("salesperson") | {"customers.export", "contracts.export"})
    own = {"name": "Open company", "code": "OPEN-1", "owner_id": people["seller-b"].id, "department_id": west}
    given = {"name": f"{MARK} Ltd", "code": CODE, "owner_id": people["seller-a"].id, "department_id": east}
    guarded = {"phone": "021-55667788", "credit_code": "91110000600037341L"}
    with writing():
        visible, hidden = create_customer(own).id, create_customer({**given, "notes": MARK}).id
        prospect = create_customer({**given, "code": None, "name": f"{MARK} Prospect"}, prospect=True).id
        update_customer(hidden, 1, {"notes": f"{MARK} again", "phone": guarded["phone"]})
        contact = add_contact(hidden, {"name": f"{MARK} Buyer", "phone": "13800138000"}).id
        add_analysis(hidden, f"{MARK} is hard to please")
        update_customer(hidden, 2, {"shareholders": f"{MARK} Holding"})
        table: Any = Customer.__table__
        texts = [
            c.name for c in table.c if isinstance(c.type, sa.Text | Protected) and not c.unique and c.name not in KEPT
        ]
        marked = dict.fromkeys(texts, f"{MARK} text") | {"credit_code": guarded["credit_code"]}
        marked |= {"credit_code_key": blind("credit_code", guarded["credit_code"])}
        for record in (hidden, prospect):
            token = db.session.scalar(sa.select(table.c.seal).where(table.c.id == record))
            db.session.execute(sa.update(table).where(table.c.id == record).values(**bind(table, token, marked)))
        for customer, name in ((visible, "OPEN-O"), (hidden, f"{MARK}-O"), (hidden, f"{MARK}-P")):
            order = {"customer_id": customer, "number": name, "order_date": date(1997, 5, 6), "amount": 90_000_00}
            made = create_order({**order, "product_group": f"{name} group", "external_id": f"{name} id"}).id
            said = declare(customer, 1997, date(1998, 2, 1), f"{name} report", {"turnover": 90_000_00})[0]
            quarrel = {"customer_id": customer, "happened_on": date(1997, 5, 6), "subject": f"{name} subject"}
            argued = create_dispute({**quarrel, "number": f"{name}-D", "outcome": f"{name} outcome"}).id
            book = {"customer_id": customer, "happened_on": date(1997, 5, 6), "amount": 9_000_00, "order_id": made}
            booked = {
                f"{sort.key}_id": trade.create_voucher(
                    sort, {**book, "number": f"{name}-{sort.key}", "external_id": f"{name} {sort.key}"}
                ).id
                for sort in trade.SORTS
            }
            held = {"customer_id": customer, "month": (date(1997, 5, 1), date(1997, 6, 1))[name[-1] == "P"], "held": 2}
            stock_id = trade.keep_stock(held).id
            trade.match(booked["receipt_id"], {booked["invoice_id"]: 1_000_00})
            words = dict.fromkeys(("title", "terms", "their_party", "our_signer", "their_signer"), f"{name} words")
            agreed = create_contract(
                {
                    "customer_id": customer,
                    "number": f"{name}-C",
                    "kind": "supply",
                    "signed_on": date(1997, 5, 6),
                    **words,
                }
            ).id
    credit_class, today = credit.class_by_key("B")["id"], clock.today()
    with writing():
        credit.rate(hidden, credit_class, today, f"{MARK} pays")
        limit = Limit(number="XE-1", customer_id=hidden, amount=90_000_00, valid_from=today, valid_to=today,
                      reason=f"{MARK} needs more", state=APPROVED, requested_at=clock.now(), requested_by="system",
                      decided_at=clock.now())  # fmt: skip
        alert = Alert(customer_id=hidden, sign=OVER, since=today, figure=1, noted_at=clock.now(), answer_by=clock.now())
        db.session.add_all([limit, alert])
        db.session.flush()
        limit_id, alert_id = limit.id, alert.id
        kept = credit.check(hidden, 1, f"{MARK}-O", reserve=True).reservation_id
        measure_id = credit.decide(hidden, "cash", f"{MARK} pays late").id
        words_of = {"bank": credit.Said("poor", f"{MARK} owes the bank")}
        wanted = {"investigator_id": people["general"].id, "due_on": today, "occasion": f"{MARK} asks for credit"}
        sheet_based_on = credit.ask_investigation(hidden, **wanted).id
        credit.record(sheet_based_on, words_of, today, None, f"{MARK} is a risk", done=True)
        investigation_id = credit.ask_investigation(hidden, **wanted).id
    sheet_id = credit.fill_in(hidden, credit_class, f"{MARK} is a good customer").id
    with acting_as(people["analyst"]):
        with writing():
            number = grading.run_scheme("composite-abc", *PERIOD).number
        request = grading.submit(number).id
    for login in ("director", "general"):
        with acting_as(people[login]):
            sign(request, "")
    received = receive(io.BytesIO(f"{MARK} notes".encode()), f"{MARK}.txt")
    with writing():
        file_id = attach(received, "customers", "customer", hidden, note=MARK).id
        note_id = write_note("customers", "customer", hidden, f"{MARK} called").id
        duty = Occasion(
            "1", end_of(date(2026, 1, 1)), people["seller-a"].id, subject=f"{MARK} duty", customer_id=hidden
        )
        task = open_task(TODO, duty)
        task_id = task.id if task is not None else 0
    former = add_person("former", "salesperson", department_id=east)
    with writing():  # A had the record from somebody else: the kept list names it
        db.session.execute(sa.update(table).where(table.c.id == hidden).values(owner_id=former.id))
        carry_out(Plan(former.id or 0, (people["seller-a"].id or 0,)))
        db.session.execute(sa.update(table).where(table.c.id == hidden).values(version=3))
    with writing():
        set_setting("upkeep", "asked_since", date(1997, 1, 1))
    with acting_as(people["seller-a"]), writing():
        verify(hidden, "corrected", f"{MARK} moved")
        told = {"competitor": "Rival", "action": f"{MARK} was called", "customers": CODE}
        observation_id = observations_of(hand_in(open_months(clock.today())[0], [told]))[0][0].id
    with acting_as(people["analyst"]):
        issue_id = issue("grading.assessment", hidden, "xlsx")
    period = freeze("month", Period(date(1997, 5, 1), date(1997, 5, 31)))
    card_id = db.session.scalar(sa.select(Card.id).where(Card.customer_id == hidden))
    with writing():
        sent = send(sa.select(Customer.id).where(Customer.id == prospect))
        assert sent is not None
        submission_id = sent.id
    complaint = complaint_of(hidden, f"{MARK} complains")
    asked_id, release_id = ask_for(hidden, people["seller-a"])
    proposal_id = propose_destruction([hidden], "persons", "asked", "They asked for it, nothing keeps it.").id
    ids = {"customer_id": hidden, "order_id": made, "request_id": request, "file_id": file_id, "issue_id": issue_id}
    ids |= {
        "record_id": hidden,
        "period_id": period,
        "card_id": card_id,
        "submission_id": submission_id,
        "proposal_id": proposal_id,
        "contact_id": contact,
        "declaration_id": said,
        "contract_id": agreed,
        "dispute_id": argued,
        "stock_id": stock_id,
        **booked,
        "class_id": credit_class,
        "limit_id": limit_id,
        "reservation_id": kept,
        "alert_id": alert_id,
        **complaint,
        "investigation_id": investigation_id,
        "sheet_id": sheet_id,
        "source_id": credit.all_sources()[0]["id"],
        "measure_id": measure_id,
        "note_id": note_id,
        "task_id": task_id,
        "observation_id": observation_id,
        "asked_id": asked_id,
        "release_id": release_id,
    }
    ids |= {"prospect_id": prospect, "visible_id": visible} | complained(hidden, people["general"])
    former_shares(people, west, [hidden, prospect])
    return Company({login: user_named(login) or person for login, person in people.items()}, ids, number)


def complained(customer: int, who: User) -> dict[str, int]:
    """A complaint of the hidden customer with everything that hangs on one."""
    from kezhi_complaints import services as complaints
    from kezhi_complaints.models import CHANNEL, KIND, Guidance, Hearing, Help, Investigation

    with writing():
        kind, channel = complaints.entries(KIND)[0]["id"], complaints.entries(CHANNEL)[0]["id"]
        texts = dict.fromkeys(("complainant", "subject", "course", "against", "product", "reference"), f"{MARK} fell")
        values = {"customer_id": customer, "phone": "13800138000", "kind_id": kind, "channel_id": channel}
        made = complaints.register(values | texts)
        complaints.add_event(made, "noted", f"{MARK} called")
        mine = {"complaint_id": made.id}
        now = {"due_at": clock.now(), "person_id": who.id}
        found = Investigation(**mine, round=1, investigator_id=who.id, assigned_at=clock.now(), facts=MARK, gap=MARK)
        guidance = Guidance(**mine, **now, by_id=who.id, at=clock.now(), text=MARK, answer=MARK)
        asked = Help(**mine, **now, asked_by_id=who.id, asked_at=clock.now(), question=MARK, reason=MARK, answer=MARK)
        db.session.add_all([found, guidance, asked])
        db.session.flush()
        heard = Hearing(investigation_id=found.id, side="witness", name=MARK, said=MARK, heard_at=clock.now())
        db.session.add(heard)
        return {**mine, "guidance_id": guidance.id, "help_id": asked.id, **followed(made.id, who, MARK)}


def ask_for(customer: int, who: User) -> tuple[int, int]:
    """A data request of A about the hidden customer with its answer, and what left the company upon it."""
    now, day = clock.now(), clock.today()
    texts = dict.fromkeys(("purpose", "content", "organisation", "person", "contact", "edition"), MARK)
    with writing():
        asked = DataRequest(
            number="CY-1997-0001", kind="extract", scope=MARK, purpose=MARK, until=day, destination="outside",
            recipient=MARK, state="answered", digest="", requester_id=who.id, asked_at=now, due_at=now,
        )  # fmt: skip
        db.session.add(asked)
        db.session.flush()
        entry = Release(
            number="WF-1997-0001", request_id=asked.id, taken=[{"name": MARK, "sha256": "", "size": 1}],
            released_on=day, released_by="", registered_at=now, digest="", **texts,
        )  # fmt: skip
        answer = Answer(id=asked.id, text=MARK, answered_at=now, answered_by="", expires_on=day)
        db.session.add_all([entry, answer])
        db.session.flush()
        db.session.add(RequestLine(request_id=asked.id, customer_id=customer, code=CODE))
        db.session.add(ReleaseLine(release_id=entry.id, customer_id=customer, code=CODE))
    return int(asked.id), int(entry.id)


def former_shares(people: dict[str, User], department_id: int, customers: list[int]) -> None:
    """The outsiders had a share until yesterday, will have one, and had one taken back: none of them opens anything."""
    ids, today = sa.select(Customer.__table__.c.id).where(Customer.__table__.c.id.in_(customers)), clock.today()
    spans = {-5: -1, 1: 9, 0: 9}
    with acting_as(people["seller-a"]), writing():
        for first, last in spans.items():
            given = {"from_on": today, "to_on": today, "reason": "Fair", "may_write": True}
            share_customers(ids, Terms(user_id=people["seller-b"].id, **given))
            share_customers(ids, Terms(department_id=department_id, **given))
            days = {"from_on": today + timedelta(days=first), "to_on": today + timedelta(days=last)}
            db.session.execute(sa.update(SHARES).where(SHARES.c.to_on == today).values(**days, ended_at=None))
        taken_back = sa.update(SHARES).where(SHARES.c.from_on == today)
        db.session.execute(taken_back.values(ended_at=clock.now()))


#: Texts that are not the customer's own, or that a guard looks up.
KEPT = {"origin", "created_by", "name_key", "phone_key", "phone", "code", "prospect_number", "credit_code_key", "seal"}


def text_of(data: bytes) -> str:
    """An answer as text; a workbook by its parts."""
    if data[:2] != b"PK":
        return data.decode("utf-8", errors="replace")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return "".join(book.read(name).decode("utf-8", errors="replace") for name in book.namelist())


def list_addresses(path: str, view: ListView) -> Iterator[str]:
    """A list in every order, by every filter, searched, counted and as files."""
    every = ",".join(view.columns)
    for query, form in product((f"q={ASKED}", f"columns={every}"), ("", "&count=1", "&format=csv", "&format=xlsx")):
        yield f"{path}?{query}{form}"
    asked = []
    for key, column in view.columns.items():
        if column.sortable:
            yield f"{path}?columns={every}&sort={key}"
            yield f"{path}?columns={every}&sort=-{key}&format=csv"
        kind = column.filter.kind if column.filter is not None else ""
        if kind == "text":
            asked.append(f"f.{key}={ASKED}")
        elif kind == "number":
            asked.append(f"from.{key}=1&to.{key}=99999999")
        elif kind == "date":
            asked.append(f"from.{key}=1990-01-01&to.{key}=2100-01-01")
        elif kind == "choice":
            asked += [f"f.{key}={value}" for value in ("A", "B", "C", "1", "2", "open")]
    for query, form in product(asked, ("", "&count=1")):
        yield f"{path}?{query}{form}"


def addresses(app: Flask, company: Company) -> list[str]:
    """Every address that can be opened, with the ids of A's records, and every list in all its forms."""
    from kezhi_complaints.feedback_pages import feedback_list
    from kezhi_complaints.pages import complaint_list
    from kezhi_complaints.report_pages import report_list
    from kezhi_credit.views.alerts import alert_list
    from kezhi_credit.views.customers import register_view as credit_view
    from kezhi_credit.views.investigations import investigation_list
    from kezhi_credit.views.sheets import sheet_list
    from kezhi_grading.models import Result
    from kezhi_grading.result_columns import result_list_columns
    from kezhi_grading.services import run_by_number, scheme_of
    from kezhi_grading.services.queries import version_of
    from kezhi_trade.columns import order_columns
    from kezhi_trade.models import Order
    from kezhi_trade.services import SORTS
    from kezhi_trade.views.declarations import declaration_list
    from kezhi_trade.views.disputes import dispute_list
    from kezhi_trade.views.stocks import stock_list
    from kezhi_trade.views.vouchers import voucher_list

    values: dict[str, Any] = {
        **company.ids, "number": company.number, "department_id": 1, "user_id": company.people["seller-a"].id,
        "role_key": "salesperson", "batch_id": 1, "kind": "customers", "key": "composite-abc", "name": "grading",
        "action": "disable", "tag": "zh-CN", "plugin": "trade", "filename": "img/logo.svg", "page": 1, "format": "xlsx",
        "view_id": 1, "calendar_id": 1, "purpose": "files", "year": 2026, "run_id": 1, "scheme_id": 1,
        "seq": 1, "job_id": 1, "part": "customers.owner", "check_id": 1, "finding_id": 1,
        "line": "customers:CUS-04", "share_id": 1, "figure": "not_due", "month": "1997-05",
    }  # fmt: skip
    on_customers = {"plugin": "customers", "kind": "customer"}
    kinds = {"files": on_customers, "timeline": on_customers, "documents": {"kind": "grading.assessment"}}
    kinds["releases"] = {"request_id": company.ids["asked_id"]}
    kinds["complaints"] = {"name": "channel"}
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint == "accounts.logout":
                continue
            known = {**values, **kinds.get(rule.endpoint.partition(".")[0], {})}
            found.append(url_for(rule.endpoint, **{name: known[name] for name in rule.arguments}))
            if "customer_id" in rule.arguments:
                other = {**values, "customer_id": company.ids["prospect_id"]}
                found.append(url_for(rule.endpoint, **{name: other[name] for name in rule.arguments}))
        graded = run_by_number(company.number)
        scheme = scheme_of(version_of(graded))
        orders = ListView(name="o", model=Order, columns=order_columns(), order=("number", "asc"))
        results = ListView(
            name="r", model=Result, key=Result.customer_id, columns=result_list_columns(graded, scheme)
        )  # fmt: skip
        found += list_addresses("/customers", list_view())
        found += list_addresses("/documents", register_view())
        found += list_addresses("/contracts", contract_list())
        found += list_addresses("/upkeep/notes", note_list())
        found += list_addresses("/releases", request_list())
        found += list_addresses("/releases/register", release_list())
        with acting_as(company.people["director"]):
            cards = db.session.get_one(CardPeriod, company.ids["period_id"])
            sent = db.session.get_one(Submission, company.ids["submission_id"])
        found += list_addresses(f"/cards/periods/{cards.id}", cards_view(cards))
        found += list_addresses("/entry", entry_view())
        found += list_addresses("/destruction", destruction_view())
        found += list_addresses(f"/entry/{sent.id}", lines_view(sent))
        found += list_addresses("/trade", orders)
        found += list_addresses("/credit", credit_view())
        found += list_addresses("/credit/alerts", alert_list())
        found += list_addresses("/complaints", complaint_list())
        found += list_addresses("/complaints/reports", report_list())
        report_id = company.ids["report_id"]
        found += [f"/complaints?figure={report_id}.now.{name}" for name in ("received", "acting")]
        found += ["/complaints?figure=live.open", f"/complaints/reports/{report_id}?unit=1"]
        found += list_addresses("/credit/investigations", investigation_list())
        found += list_addresses("/credit/sheets", sheet_list())
        found += list_addresses("/complaints/feedback", feedback_list())
        found += list_addresses("/trade/declared", declaration_list())
        found += list_addresses("/trade/disputes", dispute_list())
        found += list_addresses("/trade/stock", stock_list())
        for sort in SORTS:
            found += list_addresses(f"/trade/{sort.key}s", voucher_list(sort))
        found += list_addresses(f"/grading/runs/{company.number}/results", results)
    found += [f"/customers/{company.ids['customer_id']}?section={key}" for key in SECTIONS]
    found += [f"/customers/{company.ids['customer_id']}?tab={key}" for key in TABS]
    explained = [f"/grading/runs/{company.number}", "/grading"]
    found += [f"{path}/customers/{company.ids['customer_id']}?drawer=1" for path in explained]
    found += [f"/grading/what-if?before={grade}" for grade in ("A", "B", "C", "none")]
    found += [f"/customers/lists/{name}" for name in TITLES]
    found += [f"/customers/merge?keep={company.ids['visible_id']}&gone={company.ids['customer_id']}"]
    found += [
        f"/customers/{company.ids['customer_id']}?timeline=timeline.note",
        f"/trade?f.customer_code={CODE}&count=1",
        f"/releases?f.customers={CODE}&count=1",
        f"/contracts?face=board&q={ASKED}",
        f"/contracts?f.customer_code={CODE}&count=1",
        f"/contracts/new?customer={CODE}",
        f"/complaints/new?customer={CODE}",
        f"/complaints/feedback/new?customer={CODE}",
        f"/complaints?face=board&q={ASKED}",
        f"/contracts?face=calendar&month=1997-05&q={ASKED}",
    ]
    period, customer = company.ids["period_id"], company.ids["customer_id"]
    found += [f"/cards/customer/{customer}/compare?old={period}&new={period}"]
    found += [f"/search{part}?q={word}" for part in ("", "/suggestions") for word in (ASKED, "canary7", "ltd", CODE)]
    found += [f"/trade/disputes?face=board&q={ASKED}", f"/trade/declared?f.customer_code={CODE}&count=1"]
    found += [f"/credit/check?customer={word}&amount=1" for word in (CODE, ASKED)]
    return [*found, *(f"/trade/{page}new?customer={CODE}" for page in ("", "declared/", "disputes/", "invoices/"))]


def answers(client: FlaskClient, wanted: list[str]) -> dict[str, tuple[int, str]]:
    found = {}
    for address in wanted:
        answer = client.get(address)
        found[address] = (answer.status_code, text_of(answer.get_data()))
    return found


def betrays(text: str, *, asked: str = "") -> bool:
    return MARK.lower() in text.lower() or (CODE not in asked and CODE in text)


@pytest.mark.clause("CUS-04")
@pytest.mark.parametrize("login", OUTSIDERS)
def test_no_page_list_or_file_shows_a_stranger_the_record(
    app: Flask, company: Company, client_as: Any, login: str
) -> None:
    found = answers(client_as(login=login), addresses(app, company))
    assert [address for address, (_status, text) in found.items() if betrays(text, asked=address)] == []
    assert [address for address, (status, _text) in found.items() if status >= 500] == []
    counts = {address: text for address, (status, text) in found.items() if "count=1" in address and status == 200}
    assert {address: text for address, text in counts.items() if text not in ("0", "1")} == {}
    if login != "nobody":
        assert len(counts) > 20
        assert found[f"/trade?f.customer_code={CODE}&count=1"] == (200, "0")
        assert "OPEN-1" in found["/customers"][1]
        statuses = {
            status
            for address, (status, _text) in found.items()
            if f"/customers/{company.ids['customer_id']}" in address
            or f"/trade/{company.ids['order_id']}" in address
            or f"/contracts/{company.ids['contract_id']}" in address
            or f"/trade/declared/{company.ids['declaration_id']}" in address
            or f"/trade/disputes/{company.ids['dispute_id']}" in address
            or f"/trade/stock/{company.ids['stock_id']}" in address
            or f"/releases/{company.ids['asked_id']}" in address
            or f"/releases/register/{company.ids['release_id']}" in address
            or any(f"/trade/{key}s/{company.ids[f'{key}_id']}" in address for key in VOUCHERS)
            or address.startswith(("/files/", "/documents/1", "/documents/make/", "/timeline/on/", "/timeline/notes/"))
        }
        assert statuses == {404}


@pytest.mark.clause("CUS-04")
@pytest.mark.parametrize("login", INSIDERS)
def test_who_may_see_the_record_finds_it_on_these_ways(
    app: Flask, company: Company, client_as: Any, login: str
) -> None:
    found = answers(client_as(login=login), addresses(app, company))
    showing = {address for address, (_status, text) in found.items() if betrays(text, asked=address)}
    customer, order, number = company.ids["customer_id"], company.ids["order_id"], company.number
    file, issue = company.ids["file_id"], company.ids["issue_id"]
    assert showing >= {
        "/customers", f"/customers/{customer}", f"/customers/{customer}/edit", f"/trade/{order}", "/trade",
        *(f"/customers/{customer}?tab={key}" for key in TABS),
        "/contracts", f"/contracts/{company.ids['contract_id']}", f"/contracts/{company.ids['contract_id']}/edit",
        f"/contracts?q={ASKED}", f"/contracts?q={ASKED}&format=csv",
        "/trade/declared", f"/trade/declared/{company.ids['declaration_id']}", "/trade/disputes",
        f"/trade/stock/{company.ids['stock_id']}", "/trade/stock",
        f"/trade/disputes/{company.ids['dispute_id']}", f"/trade/disputes?face=board&q={ASKED}",
        *(f"/trade/{key}s/{company.ids[f'{key}_id']}" for key in VOUCHERS), *(f"/trade/{key}s" for key in VOUCHERS),
        f"/customers?q={ASKED}", f"/customers?q={ASKED}&format=csv", f"/customers?q={ASKED}&format=xlsx",
        f"/trade?q={ASKED}", f"/trade?q={ASKED}&format=csv", f"/trade?q={ASKED}&format=xlsx",
        f"/grading/runs/{number}/results", f"/grading/runs/{number}/results.csv", f"/grading/customers/{customer}",
        f"/grading/runs/{number}/customers/{customer}", f"/files/on/customers/customer/{customer}",
        f"/files/{file}", f"/files/{file}/download", f"/timeline/on/customers/customer/{customer}",
        f"/timeline/notes/{company.ids['note_id']}", f"/customers/{customer}?timeline=timeline.note",
        "/upkeep/notes", f"/upkeep/notes/{company.ids['observation_id']}",
        f"/cards/customer/{customer}", f"/cards/periods/{company.ids['period_id']}",
        f"/entry/{company.ids['submission_id']}",
        "/credit/alerts", "/credit", f"/credit?q={ASKED}&format=csv", f"/credit/customers/{customer}",
        f"/credit/check?customer={ASKED}&amount=1",
        f"/complaints?q={ASKED}", f"/complaints/{company.ids['complaint_id']}",
        "/complaints/feedback", f"/complaints/feedback/{company.ids['feedback_id']}",
    }  # fmt: skip
    if login == "director":
        sheet = f"/documents/make/grading.assessment/{customer}/draft.xlsx"
        assert showing >= {"/documents", f"/documents/{issue}", f"/documents/{issue}/download", sheet}
    if login == "seller-a":
        asked, given = company.ids["asked_id"], company.ids["release_id"]
        assert showing >= {"/releases", f"/releases?q={ASKED}", f"/releases/{asked}", f"/releases/register/{given}"}
        assert found[f"/releases?f.customers={CODE}&count=1"] == (200, "1")
    assert len(showing) > 60
    assert found[f"/trade?f.customer_code={CODE}&count=1"] == (200, "2")


# ── typed in ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-06")
def test_the_duplicate_guard_says_that_and_not_which(app: Flask, company: Company, client_as: Any) -> None:
    page = {"name": "Another", "phone": "(021) 5566 7788", "credit_code": "91110000600037341L"}
    text = client_as(login="seller-b", locale="en").post("/customers/new", data=page).get_data(as_text=True)
    assert "You may not see more of it." in text
    assert not betrays(text)
    inside = client_as(login="seller-a", locale="en").post("/customers/new", data=page).get_data(as_text=True)
    assert CODE in inside


FILES = {
    "orders": ("clerk-b", f"number,customer_code,order_date,amount\nNEW-1,{CODE},1997-05-06,5\n"),
    "customers": ("clerk-b", f"code,name,phone,credit_code\n{CODE},Guess,021-55667788,91110000600037341L\n"),
    "guarded": ("clerk-b", "code,name,phone,credit_code\nNEW-CODE,Guess,021-55667788,91110000600037341L\n"),
}


@pytest.mark.clause("CUS-08")
@pytest.mark.parametrize("case", FILES)
def test_a_file_that_names_a_hidden_customer_learns_nothing_of_it(
    app: Flask, company: Company, client_as: Any, case: str
) -> None:
    login, content = FILES[case]
    kind = "orders" if case == "orders" else "customers"
    client = client_as(login=login)
    data = {"kind": kind, "file": (io.BytesIO(content.encode()), "file.csv")}
    sent = client.post("/imports", data=data, content_type="multipart/form-data")
    assert sent.status_code == 302, text_of(sent.get_data())[-2000:]
    here = sent.headers["Location"]
    pages = [client.get(here + rest) for rest in ("", "/columns", "/errors.csv")]
    assert pages[0].status_code == 200
    for page in pages:
        assert not betrays(text_of(page.get_data()), asked=content)
    applied = client.post(f"{here}/apply", data={"rows": "good"}, follow_redirects=True)
    assert not betrays(text_of(applied.get_data()), asked=content)
    for taken_back in (client.get(f"{here}/revert"), client.post(f"{here}/revert", follow_redirects=True)):
        assert not betrays(text_of(taken_back.get_data()), asked=content)
    with acting_as(company.people[login]):
        result = import_file(kind, content.encode(), "again.csv", skip_bad_rows=True)
    assert not betrays(repr(result), asked=content)
    table: Any = Customer.__table__
    row = db.session.execute(select(table.c.name, table.c.version).where(table.c.code == CODE)).one()
    assert tuple(row) == (f"{MARK} text", 3), "the record is as it was"


# ── commands ────────────────────────────────────────────────────────────────────────────────────────────────────


def printed(site: Site, login: str, folder: Path, *arguments: str) -> str:
    """What a command says and writes, on all its ways out."""
    file, said = folder / "out.csv", io.StringIO()
    file.unlink(missing_ok=True)
    wanted = [str(file) if part == "FILE" else part for part in arguments]
    with redirect_stdout(said), redirect_stderr(said):
        try:
            contextvars.Context().run(run, [*wanted, "--as", login], site.config)
        except KezhiError as error:
            said.write(str(error))
    db.session.rollback()
    return said.getvalue() + (text_of(file.read_bytes()) if file.exists() else "")


@pytest.mark.clause("CUS-04")
def test_commands_show_no_more_than_the_person_may_see(site: Site, company: Company, tmp_path: Path) -> None:
    number = str(company.number)
    commands = [
        ("notes", "list"),
        ("notes", "list", "--json"),
        ("export", "customers", "FILE"),
        ("export", "contacts", "FILE"),
        ("export", "orders", "FILE"),
        ("grading", "results", number),
        ("grading", "results", number, "--json"),
        ("grading", "results", number, "--csv", "FILE"),
        ("grading", "explain", number, CODE),
        ("grading", "explain", number, CODE, "--json"),
    ]
    betrayed = {
        login: {
            " ".join(arguments)
            for arguments in commands
            if betrays(printed(site, login, tmp_path, *arguments), asked=" ".join(arguments))
        }
        for login in ("seller-b", "supervisor-b", "nobody", "seller-a", "director")
    }
    everything = {" ".join(arguments) for arguments in commands}
    assert betrayed == {
        "seller-b": set(), "supervisor-b": set(), "nobody": set(), "seller-a": everything, "director": everything
    }  # fmt: skip


# ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────


def statements() -> dict[str, Any]:
    """Ways of asking the ORM, each answering codes, numbers or a count."""
    from kezhi_trade.models import CustomerTrade, Order

    other: Any = aliased(Customer)
    cte = select(Customer.code.label("code")).cte("files")
    inner = select(Customer.id).where(Customer.name.contains(ASKED))
    return {
        "select": select(Customer.code),
        "record": select(Customer),
        "orders": select(Order.number),
        "count": select(func.count()).select_from(Customer),
        "count of orders": select(func.count(Order.id)),
        "sum": select(func.sum(Order.base_amount)),
        "exists": select(exists().where(Customer.name.contains(ASKED))),
        "exists orders": select(exists(select(Order.id).where(Order.number.contains(ASKED)))),
        "alias": select(other.code),
        "join": select(Customer.code, Order.number).join(Order, Order.customer_id == Customer.id),
        "outer join": select(Order.number, Customer.name).outerjoin(Customer, Customer.id == Order.customer_id),
        "from a CTE": select(cte.c.code),
        "from a subquery": select(select(Order.number).subquery().c.number),
        "scalar subquery": select(select(func.count(Customer.id)).scalar_subquery()),
        "in": select(Order.number).where(Order.customer_id.in_(inner)),
        "union": sa.union(select(Customer.code), select(Order.number)),
        "summary": select(CustomerTrade.total_amount),
        "history": select(CustomerChange.new),
        "owners": select(CustomerOwner.customer_id),
    }


def rows(person: User, statement: Any) -> list[Any]:
    with acting_as(person):
        found = sorted(repr(tuple(row)) for row in db.session.execute(statement))
        db.session.expunge_all()
    return found


@pytest.mark.parametrize("login", OUTSIDERS)
def test_no_statement_of_the_orm_reaches_the_record(company: Company, login: str) -> None:
    """As if the hidden records were not there: the same rows as in a database without them."""
    person, found = company.people[login], {}
    for name, statement in statements().items():
        found[name] = rows(person, statement)
    if login == "nobody":
        few = {name for name, got in found.items() if got and got not in (["(0,)"], ["(None,)"], ["(False,)"])}
        assert few == set()
        return
    assert [name for name, got in found.items() if any(betrays(text) for text in got)] == []
    own = {
        "select": ["('OPEN-1',)"], "orders": ["('OPEN-O',)"], "count": ["(1,)"], "count of orders": ["(1,)"],
        "sum": ["(9000000,)"], "exists": ["(False,)"], "exists orders": ["(False,)"], "alias": ["('OPEN-1',)"],
        "join": ["('OPEN-1', 'OPEN-O')"], "outer join": ["('OPEN-O', 'Open company')"],
        "from a CTE": ["('OPEN-1',)"], "from a subquery": ["('OPEN-O',)"], "scalar subquery": ["(1,)"], "in": [],
        "union": ["('OPEN-1',)", "('OPEN-O',)"], "summary": ["(9000000,)"],
    }  # fmt: skip
    assert {name: [text.replace("Decimal('9000000')", "9000000") for text in found[name]] for name in own} == own
    assert found["owners"] == [f"({company.ids['visible_id']},)"]


def test_the_same_statements_reach_it_for_its_owner(company: Company) -> None:
    person = company.people["seller-a"]
    found = {name: rows(person, statement) for name, statement in statements().items()}
    assert found["count"] == ["(2,)"]
    assert found["exists"] == found["exists orders"] == ["(True,)"]
    assert len(found["in"]) == len(found["join"]) == 2
    assert any(MARK in text for text in found["history"])


@pytest.mark.clause("CUS-04", "CUS-11")
def test_a_share_opens_all_that_hangs_on_the_customer_and_a_share_to_look_at_changes_none_of_it(
    app: Flask, company: Company
) -> None:
    """Model by model: of the shared customer the receiver sees the rows that its owner sees."""
    hidden, seller = company.ids["customer_id"], company.people["seller-b"]
    chosen = sa.select(Customer.__table__.c.id).where(Customer.__table__.c.id == hidden)
    terms = Terms(clock.today(), clock.today(), "Fair", user_id=seller.id)
    links = {link.table: link.column for _plugin, link in app.extensions["kezhi"].links}
    hanging = [each for each in app.extensions["kezhi"].access.models if each.__tablename__ in links]

    def seen(login: str) -> dict[str, list[str]]:
        found = {}
        with acting_as(company.people[login]):
            for model in hanging:
                table = model.__table__
                of_customer = table.c[links[table.name]] == hidden
                found[table.name] = sorted(
                    str(tuple(row)) for row in db.session.execute(visible_rows(model).where(of_customer))
                )
        return found

    def visible_rows(model: Any) -> Any:
        return visible(model).with_only_columns(*(getattr(model, key.key) for key in sa.inspect(model).primary_key))

    own = seen("seller-a")
    # whose they are decides, not whose the customer is: a note on competitors is its author's,
    # a data request and what left the company upon it is of who asked
    mine = {"tasks_task", "tasks_notice", "documents_issue", "upkeep_observed"}
    mine |= {"releases_request_line", "releases_release_line"}
    assert len({name for name, got in own.items() if got} - mine) >= 12, own
    assert {name for name, got in seen("seller-b").items() if got} == set()
    with acting_as(company.people["seller-a"]), writing():
        share_customers(chosen, terms)
    own, theirs = seen("seller-a"), seen("seller-b")
    assert {name: theirs[name] for name in theirs if name not in mine} == {
        name: own[name] for name in own if name not in mine
    }
    looked_at(company)
    with acting_as(company.people["seller-a"]), writing():
        db.session.execute(sa.update(SHARES).where(SHARES.c.ended_at.is_(None)).values(ended_at=clock.now()))
    left = {name for name, got in seen("seller-b").items() if got}
    assert left == {"tasks_notice"}, "that they were told of it, which names nothing any more"


def looked_at(company: Company) -> None:
    """Everything by which an app would change the file of the shared customer is refused, and nothing is stored."""
    from kezhi_trade.services import create_dispute, create_order, declare

    hidden, seller = company.ids["customer_id"], company.people["seller-b"]
    received = receive(io.BytesIO(b"notes"), "notes.txt")
    order = {"customer_id": hidden, "number": "NEW", "order_date": date(1997, 5, 6), "amount": 5_00}
    quarrel = {"customer_id": hidden, "happened_on": date(1997, 5, 6), "subject": "Late", "number": "NEW-D"}
    agreed = {"customer_id": hidden, "number": "NEW-C", "kind": "supply", "signed_on": date(1997, 5, 6)}
    ways: dict[str, Callable[[], Any]] = {
        "update": lambda: update_customer(hidden, 3, {"city": "Elsewhere"}),
        "contact": lambda: add_contact(hidden, {"name": "New"}),
        "analysis": lambda: add_analysis(hidden, "New"),
        "file": lambda: attach(received, "customers", "customer", hidden),
        "contract": lambda: create_contract({**agreed, "our_signer": "A", "their_signer": "B"}),
        "order": lambda: create_order(order),
        "dispute": lambda: create_dispute(quarrel),
        "declared": lambda: declare(hidden, 1996, date(1998, 2, 1), "Report", {"turnover": 1_00}),
        "copies": lambda: keeping.keep(hidden, {"service": None}),
        "destroyed": lambda: propose_destruction([hidden], "file", "asked", "They asked."),
    }
    tables = [each.__table__ for each in (Customer, CustomerChange, CustomerOwner, Submission)]

    def stored() -> list[int]:
        db.session.rollback()
        return [db.session.scalar(sa.select(func.count()).select_from(table)) or 0 for table in tables]

    before = stored()
    with acting_as(everything(seller)):
        for way, attempt in ways.items():
            with pytest.raises(Refused, match="shared with you"), writing():
                assert attempt() is None, way
                raise AssertionError(way)
    assert stored() == before
    assert db.session.get_one(Customer, hidden, populate_existing=True).version == 3


def everything(user: User) -> User:
    """The same person with every right but those to see more customers: it is the share that refuses."""
    rights = frozenset(app_permissions()) - {"customers.see_all", "customers.see_department"}
    return replace(user, permissions=rights)


def app_permissions() -> Iterator[str]:
    from flask import current_app

    yield from current_app.extensions["kezhi"].permissions


def test_a_record_known_by_its_id_is_not_loaded(company: Company) -> None:
    from kezhi_trade.models import Order

    db.session.rollback()
    db.session.expunge_all()
    with acting_as(company.people["seller-b"]):
        assert db.session.get(Customer, company.ids["customer_id"]) is None
        assert db.session.get(Order, company.ids["order_id"]) is None
        assert db.session.get(Customer, company.ids["visible_id"]) is not None


def test_every_page_of_the_product_is_among_the_ways(app: Flask, company: Company) -> None:
    opened = {address.partition("?")[0] for address in addresses(app, company)}
    matcher = app.url_map.bind("localhost")
    reached = {matcher.match(path)[0] for path in opened}
    rules = [rule for rule in app.url_map.iter_rules() if not rule.build_only]
    every = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert every - reached == set()
    assert all(declared_permission(app.view_functions[endpoint]) is not None for endpoint in every)
