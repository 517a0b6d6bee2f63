"""The pages of the customer file: who sees what, forms that keep what was typed, panels of apps (CUS-04…06)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kezhi import Fact, Panel, TimelineEntry, clock, db, writing
from kezhi.builtin.accounts import services as accounts
from kezhi.builtin.customers import services
from kezhi.builtin.customers.models import Customer, CustomerOwner
from kezhi.builtin.customers.pages import Shown, in_pairs
from kezhi.builtin.timeline.contributions import Source
from kezhi.testing.client import without_token

Client = Callable[..., FlaskClient]
Person = Callable[..., Any]


def make(name: str, **values: Any) -> int:
    with writing():
        return services.create_customer({"name": name, **values}).id


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.get_data(as_text=True)


def field(page: str, name: str) -> str:
    """The value of a hidden or text input of a page."""
    from html import unescape
    from re import findall

    (tag,) = findall(f'<input[^>]*name="{name}"[^>]*>', page)
    return unescape((findall('value="([^"]*)"', tag) or [""])[0])


def stored(customer_id: int) -> Customer:
    db.session.rollback()
    return db.session.get_one(Customer, customer_id)


@contextmanager
def app_contributing(app: Flask, **results: Any) -> Iterator[None]:
    """An app named “rating” whose hooks answer these results."""
    from kezhi import Plugin, hookimpl

    kernel = app.extensions["kezhi"]

    class Rating(Plugin):
        name = "rating"
        title = "Rating app"

        @hookimpl
        def record_panels(self, record: Any, user: Any) -> Any:
            return results.get("panels", [])

        @hookimpl
        def record_facts(self, record: Any, user: Any) -> Any:
            return results.get("facts", [])

        @hookimpl
        def timeline_sources(self, record: Any, user: Any) -> Any:
            return [Source("rating.event", "Events", lambda _until, _limit: results.get("entries", []))]

    plugin = Rating()
    kernel.host.manager.register(plugin, name="rating")
    kernel.host.plugins["rating"] = plugin
    try:
        yield
    finally:
        kernel.host.manager.unregister(plugin)
        del kernel.host.plugins["rating"]


def test_half_panels_stand_in_pairs_and_one_alone_is_whole() -> None:
    given = [Shown(name, None, half=name.islower()) for name in "abcWdeVf"]
    assert "".join(panel.title for panel in in_pairs(given) if panel.half) == "abde"
    assert [panel.title for panel in in_pairs(given)] == list("abcWdeVf")


# ── who sees what ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def three(app: Flask, add_person: Person) -> dict[str, int]:
    """A customer of a person, one of a colleague in a department below, one of somebody elsewhere."""
    with writing():
        centre = accounts.add_department("销售中心").id
        east = accounts.add_department("华东一部", parent_id=centre).id
        south = accounts.add_department("华南部").id
    manager = add_person("manager", "sales-manager", department_id=centre)
    seller = add_person("seller", "salesperson", department_id=east)
    stranger = add_person("stranger", "salesperson", department_id=south)
    return {
        "own": make("经理公司", owner_id=manager.id),
        "colleague": make("同事公司", owner_id=seller.id),
        "stranger": make("外部公司", owner_id=stranger.id),
    }


@pytest.mark.clause("CUS-04")
@pytest.mark.parametrize(
    ("login", "seen"),
    [
        ("seller", {"colleague"}),
        ("manager", {"own", "colleague"}),
        ("stranger", {"stranger"}),
        ("general-manager-user", {"own", "colleague", "stranger"}),
        ("finance-user", {"own", "colleague", "stranger"}),
    ],
)
def test_users_see_their_own_customers_their_departments_or_all_by_role(
    three: dict[str, int], client_as: Client, login: str, seen: set[str]
) -> None:
    role = login.removesuffix("-user") if login.endswith("-user") else None
    client = client_as(role, login=login)
    page = text_of(client, "/customers")
    for key, customer_id in three.items():
        assert (f'href="/customers/{customer_id}"' in page) is (key in seen)
        assert client.get(f"/customers/{customer_id}").status_code == (200 if key in seen else 404)


@pytest.mark.clause("CUS-04")
def test_the_export_holds_what_the_list_shows(three: dict[str, int], client_as: Client) -> None:
    everything = client_as("general-manager").get("/customers?format=csv", buffered=True)
    assert everything.get_data(as_text=True).count("公司") == 3
    assert client_as(login="seller").get("/customers?format=csv").status_code == 404


def test_hidden_and_missing_answer_alike_and_a_refusal_writes_nothing(three: dict[str, int], client_as: Client) -> None:
    client = client_as(login="stranger")
    hidden, missing = client.get(f"/customers/{three['own']}"), client.get("/customers/999999")
    assert hidden.status_code == missing.status_code == 404
    assert without_token(hidden.text, f"/customers/{three['own']}") == without_token(missing.text, "/customers/999999")
    form = {"name": "改名公司", "version": "1", "save_anyway": "y"}
    assert client.post(f"/customers/{three['own']}/edit", data=form).status_code == 404
    assert client.post(f"/customers/{three['own']}/recognise").status_code == 404
    assert (stored(three["own"]).name, stored(three["own"]).version) == ("经理公司", 1)


def test_without_the_right_to_write_there_is_no_form(app: Flask, client_as: Client) -> None:
    customer_id = make("甲公司")
    client = client_as("order-clerk")
    for address in ("/customers/new", f"/customers/{customer_id}/edit"):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"name": "乙公司", "version": "1"}).status_code == 404
    assert stored(customer_id).name == "甲公司"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 1
    assert f"/customers/{customer_id}/edit" not in text_of(client, f"/customers/{customer_id}")


@pytest.mark.clause("CUS-04")
def test_only_visible_people_and_departments_can_be_chosen(three: dict[str, int], client_as: Client) -> None:
    client = client_as(login="manager")
    page = text_of(client, f"/customers/{three['own']}/edit")
    assert ">seller<" in page
    assert ">stranger<" not in page
    assert "华南部" not in page
    outside = db.session.scalars(sa.select(CustomerOwner.user_id).where(CustomerOwner.customer_id == three["stranger"]))
    form = {"name": "经理公司", "version": "1", "owner_id": str(outside.one()), "department_id": "0"}
    assert client.post(f"/customers/{three['own']}/edit", data=form).status_code == 200
    assert stored(three["own"]).version == 1


def test_a_salesperson_cannot_slip_an_owner_into_the_form(three: dict[str, int], client_as: Client) -> None:
    before = stored(three["colleague"]).owner_id
    client = client_as(login="seller")
    form = {"name": "同事公司", "city": "杭州", "version": "1", "owner_id": "1", "code": "KH-X", "created_by": "x"}
    assert client.post(f"/customers/{three['colleague']}/edit", data=form).status_code == 302
    customer = stored(three["colleague"])
    assert (customer.owner_id, customer.city, customer.created_by) == (before, "杭州", "system")
    assert customer.code != "KH-X"


# ── entering and changing ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-01")
def test_a_form_sent_twice_makes_one_customer(app: Flask, client_as: Client) -> None:
    client = client_as("salesperson")
    key = field(text_of(client, "/customers/new"), "submission_key")
    form = {"name": "长沙湘江建材有限公司", "business_type": "contractor", "submission_key": key}
    answers = [client.post("/customers/new", data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302], "the second suspects no duplicate: it is the first"
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    again = client.post("/customers/new", data={**form, "save_anyway": "y"})
    assert again.headers["Location"] == answers[0].headers["Location"]
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 1


def test_after_saving_another_customer_can_be_entered_at_once(app: Flask, client_as: Client) -> None:
    client = client_as("customer-information-clerk")
    answer = client.post("/customers/new", data={"name": "甲公司", "then": "new"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/customers/new")
    assert "客户档案已建立" in text_of(client, "/customers/new")
    assert db.session.scalars(sa.select(Customer.name)).all() == ["甲公司"]


@pytest.mark.clause("CUS-06")
def test_a_suspected_duplicate_is_shown_before_saving(app: Flask, client_as: Client, add_person: Person) -> None:
    known = make("长沙湘江建材有限公司", owner_id=add_person("stranger", "salesperson").id)
    form = {"name": "长沙湘江建材 有限公司"}
    clerk = client_as("customer-information-clerk", locale="en")
    page = clerk.post("/customers/new", data=form).get_data(as_text=True)
    assert f'href="/customers/{known}"' in page
    assert "same Customer name" in page
    seller = client_as("salesperson", locale="en")
    page = seller.post("/customers/new", data=form).get_data(as_text=True)
    assert "another customer file" in page
    assert f"/customers/{known}" not in page
    assert str(stored(known).code) not in page
    assert seller.post("/customers/new", data={**form, "save_anyway": "y"}).status_code == 302


@pytest.mark.clause("CUS-02")
def test_a_wrong_credit_code_is_named_together_with_every_other_fault(app: Flask, client_as: Client) -> None:
    """What a control sees (no name, no such day) and what only the rules see (check digit) come in one answer."""
    client = client_as("salesperson", locale="en")
    form = {"name": "", "founded_on": "2016-02-30", "credit_code": "91430100MA4L2B9X7A", "email": "nobody"}
    page = client.post("/customers/new", data=form).get_data(as_text=True)
    summary = page[page.index('id="form-errors"') :]
    assert "4 entries need correction" in summary
    for key in ("name", "founded_on", "credit_code", "email"):
        assert f'<a href="#{key}">' in summary
    assert "it should be 5" in summary
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 0
    customer_id = make("甲公司")
    clerk = client_as("customer-information-clerk")
    page = clerk.post(f"/customers/{customer_id}/edit", data={**form, "version": "1"}).get_data(as_text=True)
    assert page.count('<li><a href="#') == 4
    assert stored(customer_id).version == 1


@pytest.mark.clause("CUS-02")
def test_a_faulty_form_keeps_the_text_and_names_every_fault(app: Flask, client_as: Client) -> None:
    client = client_as("salesperson")
    form = {"name": "甲公司", "credit_code": "91430100MA4L2B9X7A", "email": "nobody", "notes": "来自展会"}
    page = client.post("/customers/new", data=form).get_data(as_text=True)
    assert "末位应为 5" in page
    assert "91430100MA4L2B9X7A" in page
    assert "来自展会" in page
    assert page.count('aria-invalid="true"') == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 0


@pytest.mark.clause("CUS-05")
def test_the_second_of_two_open_forms_sees_both_versions(app: Flask, client_as: Client) -> None:
    customer_id = make("甲公司", city="杭州", phone="0571-88120001", address="古翠路 88 号")
    first, second = client_as("customer-information-clerk"), client_as("customer-service-manager")
    address = f"/customers/{customer_id}/edit"

    def opened(client: FlaskClient) -> dict[str, str]:
        page = text_of(client, address)
        names = ("name", "city", "phone", "address", "version", "base", "submission_key")
        return {name: field(page, name) for name in names}

    one, two = opened(first), opened(second)
    assert first.post(address, data={**one, "city": "宁波", "phone": "0574-66660001"}).status_code == 302
    answer = second.post(address, data={**two, "city": "苏州", "address": "人民路 1 号"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert (stored(customer_id).city, stored(customer_id).address) == ("宁波", "古翠路 88 号")
    assert "宁波" in page  # the saved text beside one's own
    assert (field(page, "city"), field(page, "address")) == ("苏州", "人民路 1 号")  # what was typed stays
    assert field(page, "phone") == "0574-66660001"  # what was not touched follows the other
    retry = {name: field(page, name) for name in two}
    assert second.post(address, data=retry).status_code == 302
    customer = stored(customer_id)
    assert (customer.city, customer.phone, customer.address) == ("苏州", "0574-66660001", "人民路 1 号")
    assert customer.version == 3


@pytest.mark.clause("CUS-01")
def test_a_prospect_is_recognised_from_its_page(app: Flask, client_as: Client) -> None:
    client = client_as("customer-information-clerk")
    made = client.post("/customers/new", data={"name": "甲公司", "prospect": "y"}).headers["Location"]
    assert "P-000001" in text_of(client, made)
    assert client.post(f"{made}/recognise").status_code == 302
    assert "KH-" in text_of(client, made)


# ── what apps add ───────────────────────────────────────────────────────────────────────────────────────────────


def test_apps_add_panels_facts_and_events(app: Flask, client_as: Client) -> None:
    customer_id = make("甲公司")
    client = client_as("customer-information-clerk")
    event = TimelineEntry(at=clock.now(), title="拜访了甲公司")
    facts = [Fact("近 12 月订货额", "¥18,640,000", url="/orders")]
    with app_contributing(app, facts=facts, entries=[event], panels=[Panel("等级", "kezhi/_no_such.html")]):
        page = text_of(client, f"/customers/{customer_id}")
    assert "¥18,640,000" in page
    assert page.index("拜访了甲公司") < page.index("建立客户档案")
    assert "应用“Rating app”的面板暂时无法显示" in page
    assert "基本信息" in page


def test_pages_need_the_same_number_of_statements_for_any_number_of_records(
    app: Flask, client_as: Client, statements: Callable[[], Any]
) -> None:
    client = client_as("customer-information-clerk")
    customer_id = make("公司0", city="杭州")
    addresses = ("/customers", f"/customers/{customer_id}", f"/customers/{customer_id}/edit")

    def needed() -> list[int]:
        found = []
        for address in addresses:
            text_of(client, address)
            with statements() as counted:
                text_of(client, address)
            found.append(counted.count)
        return found

    before = needed()
    for number in range(1, 30):
        make(f"公司{number}")
        with writing():
            services.update_customer(customer_id, number, {"city": f"城市{number}"})
    assert needed() == before


def test_saving_takes_a_counted_number_of_statements(
    three: dict[str, int], client_as: Client, statements: Callable[[], Any]
) -> None:
    client = client_as(login="seller")
    client.post("/customers/new", data={"name": "杭州远山", "submission_key": "k0"})  # what is looked up once
    with statements() as entering:
        made = client.post(
            "/customers/new", data={"name": "杭州近水", "phone": "0571-88120001", "submission_key": "k1"}
        )
    assert made.status_code == 302
    number = int(made.location.rpartition("/")[2])
    change = {"name": "杭州近水", "city": "杭州", "notes": "第一次来访", "version": "1", "submission_key": "k2"}
    with statements() as changing:
        assert client.post(f"/customers/{number}/edit", data=change).status_code == 302
    assert (stored(number).city, stored(number).version) == ("杭州", 2)
    assert entering.count <= 18, entering.texts
    assert changing.count <= 17, changing.texts
