"""Every address of the product: who is let in, in which language it answers, and that a refusal says nothing."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from babel.messages.pofile import read_po
from flask import Blueprint, Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

import kezhi
from kezhi import Period, Plugin, PluginError, acting_as, clock, db, hookimpl, tables, writing
from kezhi.app import create_app
from kezhi.builtin.accounts.services.log_ins import sessions_of
from kezhi.errors import ConfigurationError
from kezhi.jobs import enqueue
from kezhi.permissions import LOGGED_IN, PUBLIC, check_routes, declared_permission
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.databases import with_options
from kezhi.testing.server import csrf_token

from .complaint_records import complaint_of, followed, hand_to

BUILTINS = Path(kezhi.__file__).parent / "builtin"

pytestmark = [pytest.mark.plugins("trade", "grading", "credit", "complaints")]

#: Parts of a page, for scripts.
FRAGMENTS = {"search.suggestions"}
#: Addresses that lead on to another page, for who may open them.
ONWARD = {
    "credit.alert", "home", "kezhi.favicon", "kezhi.language", "accounts.login", "grading.run_found",
    "grading.scheme_found", "accounts.code",
    "policy.overdue", "trade.month_back",
    "cards.kept",
    "complaints.satisfaction_phone",
    "customers.shared", "complaints.index",
}  # fmt: skip
#: Pages of who gives out customer data, and of who asked for some: not even the administrator opens them.
THEIR_OWN = {"releases.again", "releases.answer", "releases.decline", "releases.new_release", "releases.correct"}
#: Their ``kind`` is one of proposals.
FLOW_PAGES = ("flow", "edit_flow", "compare_flow", "ship_flow")
ABSENT = 987_654


@dataclass
class Company:
    """A record behind every kind of address. ``other`` are values of records that do not exist."""

    values: dict[str, Any]
    by_endpoint: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: what a page is asked besides, in the query of its address
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)

    def address(self, rule: Rule, **replaced: Any) -> str:
        """The address of a rule with its parameters filled from the records."""
        known = {**self.values, **self.by_endpoint.get(rule.endpoint, {}), **replaced}
        missing = rule.arguments - known.keys()
        assert not missing, f"{rule}: say in Company what stands for {', '.join(missing)}"
        asked = self.asked.get(rule.endpoint, {})
        return str(url_for(rule.endpoint, **asked, **{name: known[name] for name in rule.arguments}))


@pytest.fixture
def company(app: Flask, add_person: Any) -> Company:
    from kezhi.builtin.accounts.services import add_department
    from kezhi.builtin.approvals.contributions import Step
    from kezhi.builtin.approvals.services import add_deputy, keep_flow, request_for, sign
    from kezhi.builtin.calendar.services import all_calendars
    from kezhi.builtin.cards.models import Card
    from kezhi.builtin.cards.services import freeze
    from kezhi.builtin.contracts.services import create_contract
    from kezhi.builtin.customers.models import Customer, CustomerShare
    from kezhi.builtin.customers.services import add_contact, create_customer
    from kezhi.builtin.customers.sharing.acts import Terms, share_customers
    from kezhi.builtin.destruction.services import propose_destruction
    from kezhi.builtin.documents.services import issue
    from kezhi.builtin.entry.services import send
    from kezhi.builtin.files.services import attach, receive
    from kezhi.builtin.handover.services import Plan, carry_out
    from kezhi.builtin.imports.services import stage
    from kezhi.builtin.lists.services import save_view
    from kezhi.builtin.releases.models import OUTSIDE, SIGNED, DataRequest, Release
    from kezhi.builtin.tasks.contributions import Occasion
    from kezhi.builtin.tasks.models import Notice
    from kezhi.builtin.tasks.services import open_task
    from kezhi.builtin.tasks.todo import TODO, end_of
    from kezhi.builtin.timeline.services import write_note
    from kezhi.builtin.upkeep.models import Finding, MarketNote, Observation
    from kezhi.builtin.upkeep.services.checking import begin, items_of
    from kezhi.builtin.upkeep.services.protecting import publish
    from kezhi_credit import services as credit
    from kezhi_credit.models import APPROVED, OVER, Alert, Limit, Reservation
    from kezhi_grading import services as grading
    from kezhi_trade import services as trade
    from kezhi_trade.services import create_dispute, create_order, declare

    calendar_id = all_calendars()[0][0].id
    people = {
        role: add_person(role, role)
        for role in ("data-analyst", "sales-director", "general-manager", "customer-information-clerk")
    }
    leaver = add_person("leaver", "sales-director")
    with writing():
        department = add_department("Somewhere", manager_id=leaver.id).id
        customer = create_customer({"name": "Somebody", "owner_id": people["sales-director"].id}, prospect=True).id
        contact = add_contact(customer, {"name": "Somebody's buyer"}).id
        values = {"customer_id": customer, "number": "A-1", "order_date": date(1997, 5, 6), "amount": 10_000_00}
        order = create_order(values).id
        credit_class, day = credit.class_by_key("B")["id"], clock.today()
        credit.rate(customer, credit_class, day, "Pays on time")
        book = {"customer_id": customer, "happened_on": date(1997, 5, 6), "amount": 9_000_00, "order_id": order}
        booked = {
            f"{sort.key}_id": trade.create_voucher(sort, {**book, "number": f"A-{sort.key}"}).id for sort in trade.SORTS
        }
        declaration = declare(customer, 1997, date(1998, 2, 1), "Report", {"turnover": 1_000_00})[0]
        agreed = {"customer_id": customer, "kind": "supply", "signed_on": date(1997, 5, 6), "our_signer": "A"}
        contract = create_contract({**agreed, "their_signer": "B"}).id
        held = trade.keep_stock({"customer_id": customer, "month": date(1997, 5, 1), "held": 2, "dead": 1}).id
        dispute = create_dispute({"customer_id": customer, "happened_on": date(1997, 5, 6), "subject": "Late"}).id
        limit = Limit(number="XE-1", customer_id=customer, amount=1, valid_from=day, valid_to=day,
                      reason="More", state=APPROVED, requested_at=clock.now(), requested_by="system",
                      decided_at=clock.now())  # fmt: skip
        # written as it stands: the invoice above is long overdue, so that a check would keep nothing
        reserved = Reservation(customer_id=customer, order_number="A-1", amount=1, created_at=clock.now(),
                               created_by="system", expires_at=clock.now() + timedelta(hours=24))  # fmt: skip
        alert = Alert(customer_id=customer, sign=OVER, since=day, figure=1, noted_at=clock.now(), answer_by=clock.now())
        db.session.add_all([limit, reserved, alert])
        db.session.flush()
        measure_id = credit.decide(customer, "security", "A guarantee first").id
        limit_id, kept, alert_id = limit.id, reserved.id, alert.id
    with writing():
        asked_for = {"investigator_id": people["general-manager"].id, "due_on": day, "occasion": "New"}
        found_out = credit.ask_investigation(customer, **asked_for).id
        credit.record(found_out, {"bank": credit.Said("good", "Sound")}, day, None, "Sound", done=True)
        investigation_id = credit.ask_investigation(customer, **asked_for).id
    sheet_id = credit.fill_in(customer, credit_class, "Fair").id
    source_id = credit.all_sources()[0]["id"]
    with acting_as(people["general-manager"]):
        signing = [Step({"en": role}, role=role) for role in ("sales-director", "general-manager")]
        keep_flow(grading.KIND, signing, reason="Nobody else")
    with acting_as(people["data-analyst"]):
        with writing():
            number = grading.run_scheme("composite-abc", date(1997, 1, 1), date(1997, 12, 31)).number
        grading.submit(number)
        file = b"number,customer_code,order_date,amount\nB-1,NOBODY,1997-05-06,5\n"
        batch = stage("orders", file, "orders.csv", ask=True)
    with writing():
        handed_over = carry_out(Plan(leaver.id or 0, (people["sales-director"].id or 0,)))
    run = grading.run_by_number(number)
    run_id, scheme_id = run.id, run.scheme_id
    request = request_for(grading.KIND, str(run_id))
    assert request is not None
    request_id = request.id
    assert batch.failed == 1
    batch_id = batch.id
    for role in ("sales-director", "general-manager"):
        with acting_as(people[role]):
            sign(request_id, "")
    received = receive(io.BytesIO(b"%PDF-1"), "contract.pdf")
    with writing():
        shared = Terms(clock.today(), clock.today(), "Fair", department_id=department)
        share_customers(sa.select(Customer.id).where(Customer.id == customer), shared)
        share_id = db.session.scalar(sa.select(CustomerShare.id))
        file_id = attach(received, "customers", "customer", customer).id
        note_id = write_note("customers", "customer", customer, "@sales-director Somebody called.").id
        notice_id = db.session.scalars(sa.select(Notice.id)).first()
        due = end_of(date(2026, 1, 1))
        task = open_task(TODO, Occasion("1", due, people["sales-director"].id, customer_id=customer))
    assert task is not None
    task_id = task.id
    with writing():
        person, day = people["sales-director"].id, date(2026, 1, 1)
        author = {"user_id": person, "month": day}
        note = MarketNote(**author, is_empty=True, handed_in_at=clock.now(), changed_at=clock.now(), version=1)
        db.session.add(note)
        db.session.flush()
        observation = Observation(**author, note_id=note.id, position=0)
        db.session.add(observation)
        publish("Procedures", "Lock it away.", clock.today())
        check = begin()
        finding = Finding(
            check_id=check.id, item_id=items_of(check)[0].id, text="No lock", owner_id=person, due_on=day,
            found_at=clock.now(), found_by="",
        )  # fmt: skip
        db.session.add(finding)
        db.session.flush()
        observation_id, check_id, finding_id = observation.id, check.id, finding.id
    with acting_as(people["sales-director"]):
        absence_id = add_deputy(people["sales-director"].id, people["data-analyst"].id, clock.today(), clock.today()).id
        issue_id = issue("grading.assessment", customer, "xlsx")
        with writing():
            view_id = save_view("customers", "/customers", "Mine", "", shared=True).id
    with writing():
        enqueue("apps.sweep")
    job_id = db.session.scalar(sa.select(tables.job.c.id).where(tables.job.c.job == "apps.sweep"))
    sheet = {"kind": "grading.assessment", "record_id": customer}
    earlier = freeze("month", Period(date(1997, 4, 1), date(1997, 4, 30)))
    period_id = freeze("month", Period(date(1997, 5, 1), date(1997, 5, 31)))
    with writing():
        texts = dict.fromkeys(("code", "business_type", "stage", "region", "owner", "department", "grade"), "")
        card = Card(period_id=period_id, customer_id=customer, name="Somebody", figures=[0] * 8, **texts)
        db.session.add(card)
        db.session.flush()
        card_id = card.id
        sent = send(sa.select(Customer.id).where(Customer.id == customer))
        assert sent is not None
        submission_id = sent.id
        old = create_customer({"name": "Somebody of old"}, prospect=True).id
    with acting_as(people["customer-information-clerk"]):
        proposal_id = propose_destruction([old], "file", "expired", "Kept for ten years").id
    with writing():
        asked = DataRequest(
            number="CY-1997-0001", kind="extract", purpose="Somebody asked", until=clock.today(), destination=OUTSIDE,
            recipient="Somebody outside", state=SIGNED, digest="", requester_id=people["sales-director"].id,
            asked_at=clock.now(), due_at=clock.now(),
        )  # fmt: skip
        release = Release(
            number="WF-1997-0001", organisation="Somebody outside", purpose="", content="", taken=[],
            released_on=clock.today(), released_by="", registered_at=clock.now(), digest="",
        )  # fmt: skip
        db.session.add_all([asked, release])
        db.session.flush()
        asked_id, release_id = asked.id, release.id
    complaint = complaint_of(customer, "Somebody complains") | complained(customer, people["data-analyst"])
    of_customer = {"plugin": "customers", "kind": "customer", "record_id": customer}
    return Company(
        values={
            "period_id": period_id,
            "card_id": card_id,
            "submission_id": submission_id,
            "proposal_id": proposal_id,
            "file_id": file_id,
            "note_id": note_id,
            "task_id": task_id,
            "observation_id": observation_id,
            "check_id": check_id,
            "finding_id": finding_id,
            "notice_id": notice_id,
            "issue_id": issue_id,
            "view_id": view_id,
            "calendar_id": calendar_id,
            "line": "customers:CUS-04",
            "year": 2026,
            "purpose": "files",
            "page": 1,
            "format": "xlsx",
            "department_id": department,
            "user_id": people["data-analyst"].id,
            "role_key": "salesperson",
            "session_id": ABSENT,
            "seq": 1,
            "job_id": job_id,
            "customer_id": customer,
            "contact_id": contact,
            "order_id": order,
            "declaration_id": declaration,
            "dispute_id": dispute,
            **booked,
            "class_id": credit_class,
            "limit_id": limit_id,
            "reservation_id": kept,
            "alert_id": alert_id,
            **complaint,
            "investigation_id": investigation_id,
            "sheet_id": sheet_id,
            "source_id": source_id,
            "measure_id": measure_id,
            "figure": "not_due",
            "contract_id": contract,
            "release_id": release_id,
            "number": number,
            "run_id": run_id,
            "scheme_id": scheme_id,
            "request_id": request_id,
            "absence_id": absence_id,
            "share_id": share_id,
            "batch_id": batch_id,
            "kind": "orders",
            "key": "composite-abc",
            "name": "grading",
            "action": "disable",
            "tag": "en",
            "stock_id": held,
            "month": "1997-05",
        },
        asked={
            "lists.new": {"list": "customers", "path": "/customers"},
            "cards.compare": {"old": period_id, "new": period_id},
            "cards.moved": {"old": earlier, "by": "business_type"},
            "credit.release": {"customer_id": customer, "amount": "1", "order": "A-1"},
        },
        by_endpoint={
            "apps.settings": {"name": "trade"},
            "apps.change_job": {"action": "retry"},
            "complaints.list": {"name": "kind"},
            "complaints.change_entry": {"name": "kind"},
            "customers.list": {"key": "business_type"},
            "customers.change_entry": {"key": "business_type"},
            "handover.show": {"run_id": handed_over},
            "complaints.step": {"key": "withdraw"},
            **{f"releases.{page}": {"request_id": asked_id} for page in ("show", "again", "answer", "decline")},
            "handover.part": {"run_id": handed_over, "part": "handover.departments"},
            "kezhi.static": {"filename": "img/logo.svg"},
            "kezhi.vendor": {"filename": "css/bootstrap.min.css"},
            "kezhi.plugin_static": {"plugin": "trade", "filename": "nothing.css"},
            "upkeep.procedure": {"number": 1},
            "destruction.keep": {"proposal_id": proposal_id, "customer_id": old},
            "upkeep.acknowledge": {"number": 1},
            "files.index": of_customer,
            "files.upload": of_customer,
            "timeline.index": of_customer,
            "timeline.write": of_customer,
            "timeline.people": of_customer,
            **{f"approvals.{page}": {"kind": "grading.run"} for page in FLOW_PAGES},
            "documents.make": sheet,
            "documents.issue": sheet,
            "documents.draft": sheet,
            "documents.picture": sheet,
        },
    )


def complained(customer: int, agent: Any) -> dict[str, int]:
    """A complaint with guidance on it and a request for help, by their ids."""
    from kezhi.builtin.accounts.services import user_named
    from kezhi_complaints import services as complaints
    from kezhi_complaints.models import CHANNEL, KIND, Guidance, Help

    with writing():
        kind, channel = complaints.entries(KIND)[0]["id"], complaints.entries(CHANNEL)[0]["id"]
        values = {"customer_id": customer, "anonymous": True, "subject": "Late", "course": "Five hours late",
                  "kind_id": kind, "channel_id": channel}  # fmt: skip
        case = complaints.register(values)
        chief = user_named("admin")
        assert chief is not None
        case.state, case.handler_id = "accepted", chief.id
        made = case.id
        now = {"complaint_id": made, "due_at": clock.now()}
        guidance = Guidance(**now, by_id=agent.id, at=clock.now(), text="Call them", person_id=agent.id)
        asked = Help(**now, asked_by_id=agent.id, asked_at=clock.now(), person_id=agent.id, question="Where?")
        db.session.add_all([guidance, asked])
        db.session.flush()
        ids = {"complaint_id": made, "guidance_id": guidance.id, "help_id": asked.id}
        return ids | followed(made, chief, "Twelve boxes")


def rules_of(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def permission(app: Flask, rule: Rule) -> str:
    found = declared_permission(app.view_functions[rule.endpoint])
    assert found is not None, f"{rule} declares no permission"
    return found


@pytest.fixture
def request_paths(app: Flask) -> Any:
    """Addresses are made as in a request: without a host."""
    with app.test_request_context():
        yield


# ── declared ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_route_declares_a_permission_that_somebody_registers(app: Flask) -> None:
    known = {PUBLIC, LOGGED_IN, *app.extensions["kezhi"].permissions}
    declared = {rule.endpoint: permission(app, rule) for rule in app.url_map.iter_rules()}
    assert {endpoint: key for endpoint, key in declared.items() if key not in known} == {}
    assert {endpoint for endpoint, key in declared.items() if key == PUBLIC} == {
        "health", "accounts.login", "accounts.logout", "kezhi.favicon", "kezhi.language", "kezhi.static",
        "kezhi.vendor", "kezhi.plugin_static", "accounts.code", "accounts.link", "accounts.forgotten",
        "complaints.public", "complaints.satisfaction",
    }  # fmt: skip


class Careless(Plugin):
    """Forgets to say who may open its page."""

    name = "careless"
    title = "Careless"

    @hookimpl
    def register_blueprints(self) -> list[Blueprint]:
        pages = Blueprint("careless", __name__, url_prefix="/careless")
        pages.add_url_rule("", "index", lambda: "for everybody?")
        return [pages]


def test_an_undeclared_route_stops_the_start(app: Flask, site: Site) -> None:
    plugins = [*app.extensions["kezhi"].plugins.values(), Careless()]
    with pytest.raises(PluginError, match=r"careless.*declares no permission") as raised:
        create_app(site.config, site.engine, plugins, keys=site.keys)
    assert (raised.value.plugin, raised.value.stage) == ("careless", "permissions")
    with pytest.raises(ConfigurationError, match="declares no permission"):
        check_routes({"careless": lambda: ""}, frozenset())


def test_a_route_that_asks_for_an_unknown_permission_stops_the_start() -> None:
    view = kezhi.requires("careless.read")(lambda: "")
    with pytest.raises(ConfigurationError, match="no plugin registers"):
        check_routes({"careless": view}, frozenset({"customers.read"}))


# ── opened ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_visitor_is_led_to_the_login(app: Flask, company: Company, request_paths: None) -> None:
    client, wrong = app.test_client(), []
    for rule in rules_of(app, "GET"):
        address = company.address(rule)
        answer = client.get(address)
        if permission(app, rule) == PUBLIC:
            fine = "/login" not in answer.headers.get("Location", "")
        else:
            fine = answer.status_code == 302 and answer.headers["Location"].startswith("/login?")
        if not fine:
            wrong.append((address, answer.status_code, answer.headers.get("Location")))
    assert wrong == []


#: no permission is asked for, but the very thing has to be one's own or there
OF_SOMEBODY = {"kezhi.plugin_static", "apps.job"}


def test_a_person_without_any_role_finds_nothing(
    app: Flask, company: Company, client_as: Any, request_paths: None
) -> None:
    client, wrong = client_as(None), []
    for rule in rules_of(app, "GET"):
        open_to_all = permission(app, rule) in (PUBLIC, LOGGED_IN)
        address = company.address(rule)
        answer = client.get(address)
        expected = (200, 301, 302) if open_to_all and rule.endpoint not in OF_SOMEBODY else (404,)
        if answer.status_code not in expected:
            wrong.append((address, answer.status_code))
    assert wrong == []


def sentences() -> dict[str, str]:
    """English msgids of several words with their translations, from all catalogues."""
    from importlib import import_module

    found: dict[str, str] = {}
    builtins = [f"kezhi.builtin.{path.parent.name}" for path in BUILTINS.glob("*/translations")]
    for name in ("kezhi", *builtins, "kezhi_trade", "kezhi_grading", "kezhi_credit", "kezhi_complaints"):
        folder = Path(str(import_module(name).__file__)).parent
        with (folder / "translations/zh_Hans_CN/LC_MESSAGES/messages.po").open("rb") as file:
            for message in read_po(file):
                text, translated = message.id, message.string
                if isinstance(text, str) and isinstance(translated, str) and "%(" not in text and len(text) > 7:
                    found[text] = translated
    return found


@pytest.mark.parametrize(("locale", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_the_administrator_opens_every_page_in_both_languages(
    app: Flask, company: Company, client_as: Any, request_paths: None, locale: str, tag: str
) -> None:
    client, wrong, pages = client_as("administrator", locale=locale), [], 0
    hand_to("administrator-user")
    catalogue, met = sentences(), set[str]()
    assert len(catalogue) > 300
    foreign = {text for text in catalogue if text.count(" ") >= 2}
    if locale == "en":
        foreign = {text for text in catalogue.values() if len(re.findall(r"[\u4e00-\u9fff]", text)) >= 5}
    for rule in rules_of(app, "GET"):
        if rule.endpoint in ("kezhi.plugin_static", "kezhi.language"):  # no plugin has a file; this changes the choice
            continue
        address = company.address(rule)
        answer = client.get(address)
        if rule.endpoint in THEIR_OWN and answer.status_code == 404:
            continue
        if answer.status_code != 200 and not (answer.status_code in (301, 302) and rule.endpoint in ONWARD):
            wrong.append((address, answer.status_code, answer.headers.get("Location", "")))
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        pages += 1
        body = unescape(answer.get_data(as_text=True))
        if rule.endpoint not in FRAGMENTS and f'<html lang="{tag}"' not in body:
            wrong.append((address, "lang", body[:80]))
        wrong += [(address, "untranslated", text) for text in foreign if text in body]
        met |= {text for text, translated in catalogue.items() if (text if locale == "en" else translated) in body}
    assert wrong == []
    assert len(met) > 80, "these pages do show what the catalogues hold"
    assert pages > 30


# ── refused ─────────────────────────────────────────────────────────────────────────────────────────────────────


def outcome(client: FlaskClient, method: str, address: str) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, text and headers of an answer without what must differ: the address itself and the form's token."""
    answer = client.open(address, method=method)
    body = unescape(answer.get_data(as_text=True))
    body = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", body)
    body = re.sub(r"(/language/[^?\"]+\?next=)[^\"&]*", r"\1", body)
    headers = [(name, value) for name, value in answer.headers if name not in ("Date", "Content-Length")]
    return answer.status_code, body.replace(address, "…"), sorted(headers)


def test_a_refused_page_and_one_that_does_not_exist_are_the_same_answer(
    app: Flask, company: Company, client_as: Any, request_paths: None
) -> None:
    client = client_as(None)
    client.get("/accounts/me")  # the first page of a session sets the cookie with its form secret
    for method in ("GET", "POST"):
        nothing = outcome(client, method, "/there-is/nothing-here")
        assert nothing[0] == 404
        differing = [
            address
            for rule in rules_of(app, method)
            if permission(app, rule) not in (PUBLIC, LOGGED_IN)
            if outcome(client, method, address := company.address(rule)) != nothing
        ]
        assert differing == []


RECORDS = (
    "customer_id",
    "order_id",
    "declaration_id",
    "dispute_id",
    "shipment_id",
    "invoice_id",
    "receipt_id",
    "limit_id",
    "reservation_id",
    "request_id",
    "batch_id",
    "record_id",
    "file_id",
    "issue_id",
    "note_id",
    "task_id",
    "notice_id",
    "observation_id",
    "check_id",
    "finding_id",
    "release_id",
)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_record_one_may_not_see_answers_like_one_that_does_not_exist(
    app: Flask, company: Company, client_as: Any, request_paths: None, add_person: Any, method: str
) -> None:
    """A sales manager has the permissions for these pages, and sees none of these records."""
    client, compared, differing = client_as("sales-manager"), 0, []
    client.get("/accounts/me")  # as above
    for rule in rules_of(app, method):
        hidden = [name for name in RECORDS if name in rule.arguments]
        if not hidden:
            continue
        theirs = outcome(client, method, company.address(rule))
        absent = outcome(client, method, company.address(rule, **dict.fromkeys(hidden, ABSENT)))
        compared += 1
        if theirs != absent or theirs[0] != 404:
            differing.append((str(rule), theirs[0], absent[0]))
    assert differing == []
    assert compared >= (9 if method == "GET" else 5)


# ── posted ──────────────────────────────────────────────────────────────────────────────────────────────────────


def stored() -> dict[str, list[str]]:
    """All rows of all tables, without refusals on record and the head of the audit chain, which counts them."""
    db.session.rollback()
    with db.engine.connect() as connection:
        names = [name for name in sa.inspect(connection).get_table_names() if name != "kezhi_audit_head"]
        found = {}
        for name in names:
            rows = connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings().all()  # noqa: S608
            found[name] = sorted(repr(dict(row)) for row in rows if row.get("result") != "refused")
    return found


def test_a_person_without_any_role_changes_nothing(
    app: Flask, company: Company, client_as: Any, request_paths: None
) -> None:
    client, before, wrong = client_as(None), stored(), []
    for rule in rules_of(app, "POST"):
        if permission(app, rule) in (PUBLIC, LOGGED_IN):
            continue
        address = company.address(rule)
        answer = client.post(address, data={"name": "Changed", "version": "1", "decision": "approve"})
        if answer.status_code != 404:
            wrong.append((address, answer.status_code))
    assert wrong == []
    assert stored() == before


def test_nobody_posts_without_the_token_of_a_form(
    app: Flask, site: Site, company: Company, client_as: Any, request_paths: None
) -> None:
    client_as("administrator")
    guarded = with_options(site, WTF_CSRF_ENABLED=True)
    try:
        guarded.app.test_client_class = IsolatedClient
        client = guarded.app.test_client()
        token = csrf_token(client.get("/login").get_data(as_text=True))
        login = {"login": "administrator-user", "password": "administrator-user-password-1"}
        assert client.post("/login", data=login).status_code == 400
        assert client.post("/login", data={**login, "csrf_token": token}).status_code == 302
        own = session_of("administrator-user")
        before, wrong = stored(), []
        for rule in rules_of(guarded.app, "POST"):
            address = company.address(rule, session_id=own)
            answer = client.post(address, data={"name": "Changed", "version": "1", "decision": "approve"})
            if answer.status_code != 400:
                wrong.append((address, answer.status_code))
        assert wrong == []
        assert stored() == before
        assert client.get("/accounts/me").status_code == 200, "still logged in"
    finally:
        guarded.close()


def session_of(login: str) -> int:
    from kezhi.builtin.accounts.services import user_named

    user = user_named(login)
    assert user is not None
    assert user.id is not None
    return int(sessions_of(user.id)[0].id)
