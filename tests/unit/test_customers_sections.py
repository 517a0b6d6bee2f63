"""All sections of the customer file: what they hold, who sees and changes them, key people, analyses (CUS-02)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kezhi import Conflict, NotFound, Refused, User, acting_as, db, writing
from kezhi.builtin.accounts.services import set_permissions, user_named
from kezhi.builtin.accounts.services.roles import role_permissions
from kezhi.builtin.customers import services
from kezhi.builtin.customers.fields import FIELDS, PROFILE, section_fields
from kezhi.builtin.customers.models import Analysis, Contact, Customer, CustomerChange, Profile
from kezhi.builtin.customers.sections import SECTIONS
from kezhi.builtin.customers.services.amounts import number_text, to_number
from kezhi.builtin.customers.services.profile import stored_values
from kezhi.builtin.imports.models import Problem
from kezhi.builtin.imports.services import export_file, import_file

pytestmark = pytest.mark.services

AddPerson = Callable[..., User]
CLAUSE = {
    "basic": "name short_name address phone email website legal_representative credit_code founded_on trade_since "
    "industry assets business_type qualifications business_scope scale",
    "organisation": "structure shareholders",
    "traits": "service_area sales_capacity potential culture policies staff_count turnover management_traits "
    "sales_channels market_share",
    "business": "own_results results_with_us management_quality staff_quality competitor_dealings attitude",
    "trade": "activities open_problems strengths counter_measures reputation credit_standing payment_terms "
    "payment_method past_credit_problems",
    "demand": "varieties quantities quality_demands purchase_frequency price_sensitivity purchase_process "
    "investment_plans",
    "cooperation": "cooperation_history projects cooperation_results cooperation_problems",
    "other": "industry_trend competitors feedback",
}


def make(name: str = "甲公司", **values: Any) -> int:
    with writing():
        return services.create_customer({"name": name, **values}).id


def values_of(customer_id: int) -> dict[str, Any]:
    """What the database holds now."""
    db.session.rollback()
    return stored_values(db.session.get_one(Customer, customer_id))


def change(customer_id: int, **values: Any) -> None:
    with writing():
        version = db.session.get_one(Customer, customer_id).version
        services.update_customer(customer_id, version, values)


def as_now(login: str) -> User:
    """Somebody with the rights of today."""
    found = user_named(login)
    assert found is not None
    return found


def without(role: str, *keys: str) -> None:
    """Take rights away from a role."""
    with writing():
        set_permissions(role, role_permissions(role) - set(keys))


# ── what the sections hold ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-02")
def test_the_file_has_every_section_and_field_of_the_policy(app: Flask) -> None:
    for section, keys in CLAUSE.items():
        assert set(keys.split()) <= {field.key for field in section_fields(section)}, section
    assert {"people", "analysis"} <= set(SECTIONS)
    known = app.extensions["kezhi"].permissions
    assert {right for section in SECTIONS.values() for right in (section.read, section.write)} <= set(known)
    assert set(PROFILE) == {column.key for column in Profile.__table__.c} - {"customer_id", "seal", "seal_version"}


@pytest.mark.clause("CUS-02")
def test_sections_are_kept_with_every_change(app: Flask) -> None:
    customer_id = make(turnover="1,234,567.80", staff_count="25", market_share="12.5%", culture=" 诚信\r\n务实 ")
    found = values_of(customer_id)
    assert (found["turnover"], found["staff_count"], found["market_share"]) == (123_456_780, 25, 125_000)
    assert found["culture"] == "诚信\n务实"
    change(customer_id, turnover="2000000", culture="", attitude="积极")
    assert values_of(customer_id)["attitude"] == "积极"
    rows = db.session.execute(sa.select(CustomerChange.field, CustomerChange.old, CustomerChange.new))
    assert {tuple(row) for row in rows} == {
        ("turnover", "123456780", "200000000"), ("culture", "诚信\n务实", ""), ("attitude", "", "积极"),
    }  # fmt: skip
    customer = services.customer_by_id(customer_id)
    shown = {(str(name), old, new) for entry in services.timeline(customer, 9) for name, old, new in entry.changes}
    assert ("年营业额", "¥1,234,567.80", "¥2,000,000") in shown or (
        "Yearly turnover", "¥1,234,567.80", "¥2,000,000"
    ) in shown  # fmt: skip
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Profile)) == 1


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("turnover", "12.345"), ("turnover", "-1"), ("turnover", "1e9"), ("turnover", "9" * 20), ("staff_count", "2.5"),
        ("staff_count", "many"), ("market_share", "101"), ("market_share", "1.23456"), ("culture", "字" * 2001),
        ("payment_terms", "x" * 201), ("scale", "gigantic"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(app: Flask, key: str, text: str) -> None:
    customer_id = make()
    with pytest.raises(services.Invalid) as raised:
        change(customer_id, **{key: text, "city": "杭州"})
    assert set(raised.value.errors) == {key}
    found = values_of(customer_id)
    assert (found["version"], found["city"], found[key]) == (1, "", FIELDS[key].absent())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(["money", "count", "percent"]), number=st.integers(0, 1_000_000))
def test_a_figure_written_and_read_is_the_same(app: Flask, kind: str, number: int) -> None:
    assert to_number(kind, number_text(kind, number)) == number


def test_two_people_in_one_section_see_both_texts(app: Flask, client_as: Any) -> None:
    from html import unescape
    from re import DOTALL, findall

    customer_id = make(culture="起初" * 60, potential="未知")
    clients = client_as("customer-information-clerk"), client_as("customer-service-manager")
    address = f"/customers/{customer_id}/edit"

    def opened(page: str) -> dict[str, str]:
        found = {}
        for name in ("name", "version", "base", "submission_key"):
            (tag,) = findall(f'<input[^>]*name="{name}"[^>]*>', page)
            found[name] = unescape(findall('value="([^"]*)"', tag)[0])
        for name in ("culture", "potential"):
            (text,) = findall(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, DOTALL)
            found[name] = unescape(text).strip()
        return found

    one, two = (opened(client.get(address).get_data(as_text=True)) for client in clients)
    assert len(one["base"]) < 6000
    assert clients[0].post(address, data={**one, "culture": "先到" * 60, "potential": "很大"}).status_code == 302
    answer = clients[1].post(address, data={**two, "culture": "后到" * 60}).get_data(as_text=True)
    assert "先到" * 60 in answer
    assert "后到" * 60 in answer
    again = opened(answer)
    assert (again["culture"], again["potential"]) == ("后到" * 60, "很大")
    assert clients[1].post(address, data=again).status_code == 302
    assert values_of(customer_id)["culture"] == "后到" * 60


# ── who sees and changes them ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-02")
def test_who_may_not_change_a_section_changes_nothing_in_it(app: Flask, add_person: AddPerson) -> None:
    add_person("clerk", "customer-information-clerk")
    without("customer-information-clerk", "customers.write_trade")
    customer_id = make(credit_standing="良好")
    with acting_as(as_now("clerk")), pytest.raises(services.Invalid) as raised:
        change(customer_id, credit_standing="很差", city="杭州")
    assert set(raised.value.errors) == {"credit_standing"}
    with acting_as(as_now("clerk")), pytest.raises(services.Invalid):
        make("乙公司", credit_standing="很差")
    found = values_of(customer_id)
    assert (found["credit_standing"], found["city"], found["version"]) == ("良好", "", 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 1


@pytest.mark.clause("CUS-02")
def test_who_may_not_see_a_section_meets_it_nowhere(
    app: Flask, client_as: Any, add_person: AddPerson, tmp_path: Path
) -> None:
    add_person("clerk", "customer-information-clerk")
    customer_id = make(credit_standing="机密一", culture="公开")
    change(customer_id, credit_standing="机密二", culture="公开二")
    with writing():
        services.add_analysis(customer_id, "机密三")
        services.add_contact(customer_id, {"name": "机密四"})
    without("customer-information-clerk", *(f"customers.read_{key}" for key in ("trade", "analysis", "people")))
    client = client_as(login="clerk")
    pages = [f"/customers/{customer_id}", f"/customers/{customer_id}?timeline=all", f"/customers/{customer_id}/edit"]
    texts = [client.get(page).get_data(as_text=True) for page in pages]
    assert all("机密" not in text for text in texts)
    assert "公开二" in texts[0]
    for section in ("trade", "analysis", "people", "nothing"):
        assert client.get(f"/customers/{customer_id}?section={section}").status_code == 404
    sent = {"name": "甲公司", "version": "2", "credit_standing": "很好", "culture": "公开三"}
    assert client.post(f"/customers/{customer_id}/edit", data=sent).status_code == 302
    found = values_of(customer_id)
    assert (found["credit_standing"], found["culture"]) == ("机密二", "公开三")
    with acting_as(as_now("clerk")):
        export_file("customers", tmp_path / "customers.csv")
        export_file("contacts", tmp_path / "contacts.csv")
    written = [(tmp_path / f"{name}.csv").read_text("utf-8") for name in ("customers", "contacts")]
    assert "公开三" in written[0]
    assert all("机密" not in text for text in written)


def test_a_page_of_a_section_shows_what_it_holds(app: Flask, client_as: Any) -> None:
    customer_id = make(turnover="1000000", sales_channels="直销")
    client = client_as("customer-information-clerk", locale="en")
    page = client.get(f"/customers/{customer_id}?section=traits").get_data(as_text=True)
    assert "¥1,000,000" in page
    assert "直销" in page
    assert "Nothing is known here yet" in client.get(f"/customers/{customer_id}?section=other").get_data(as_text=True)


@pytest.mark.clause("CUS-02")
def test_a_form_holds_the_sections_that_one_may_change(app: Flask, client_as: Any) -> None:
    customer_id = make(credit_standing="良好")
    page = client_as("finance").get(f"/customers/{customer_id}/edit").get_data(as_text=True)
    assert 'name="credit_standing"' in page
    assert 'name="name"' not in page
    assert 'name="culture"' not in page


# ── in files ────────────────────────────────────────────────────────────────────────────────────────────────────


def file_of(*rows: dict[str, str]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def counts(document: dict[str, Any]) -> tuple[int, int, int, int]:
    return document["created"], document["updated"], document["unchanged"], document["failed"]


@pytest.mark.clause("CUS-02", "CUS-08")
def test_sections_come_from_files_and_go_back_into_them(app: Flask, tmp_path: Path) -> None:
    first = {"code": "A-1", "name": "甲公司", "年营业额": "1,000.50", "市场占有率": "12.5%", "企业文化": "务实"}
    assert counts(import_file("customers", file_of(first, {"code": "A-2", "name": "乙公司"}), "a.csv"))[0] == 2
    customer_id = services.customer_by_code("A-1").id
    found = values_of(customer_id)
    assert (found["turnover"], found["market_share"], found["culture"]) == (100_050, 125_000, "务实")
    second = {**first, "年营业额": "2000", "企业文化": "", "员工人数": "30"}
    assert counts(import_file("customers", file_of(second), "b.csv")) == (0, 1, 0, 0)
    assert counts(import_file("customers", file_of(second), "b.csv")) == (0, 0, 1, 0)
    found = values_of(customer_id)
    assert (found["turnover"], found["culture"], found["staff_count"]) == (200_000, "务实", 30)
    rows = db.session.execute(sa.select(CustomerChange.field, CustomerChange.old, CustomerChange.new))
    assert {tuple(row) for row in rows} == {("turnover", "100050", "200000"), ("staff_count", "", "30")}
    path = tmp_path / "customers.csv"
    export_file("customers", path)
    assert counts(import_file("customers", path)) == (0, 0, 2, 0)


@pytest.mark.clause("CUS-02")
def test_nobody_imports_into_a_section_they_may_not_change(app: Flask, add_person: AddPerson) -> None:
    add_person("clerk", "customer-information-clerk")
    without("customer-information-clerk", "customers.write_trade")
    make(code="A-1", credit_standing="良好")
    rows = ({"code": "A-1", "name": "甲公司", "信用状况": "很差"}, {"code": "A-2", "name": "乙公司"})
    with acting_as(as_now("clerk")):
        document = import_file("customers", file_of(*rows), "a.csv", skip_bad_rows=True)
    assert counts(document)[3] == 1
    assert values_of(services.customer_by_code("A-1").id)["credit_standing"] == "良好"
    assert db.session.scalars(sa.select(Problem.column)).all() == ["credit_standing"]


# ── key people ──────────────────────────────────────────────────────────────────────────────────────────────────


def person(customer_id: int, name: str, **values: Any) -> int:
    with writing():
        return services.add_contact(customer_id, {"name": name, **values}).id


def contact(contact_id: int) -> Contact:
    db.session.rollback()
    return db.session.get_one(Contact, contact_id)


@pytest.mark.clause("CUS-02")
def test_key_people_have_a_role_and_one_of_them_is_the_main_contact(app: Flask) -> None:
    customer_id = make()
    lin = person(customer_id, "林 强", decision_role="拍板", is_primary=True, birthday="1980-02-29")
    chen = person(customer_id, "陈静", decision_role="recommends", is_primary=True)
    assert (contact(lin).decision_role, contact(lin).is_primary, contact(chen).is_primary) == ("decides", False, True)
    with writing():
        services.update_contact(customer_id, lin, contact(lin).version, {"phone": "138 0013 8000", "post": "总经理"})
    with writing():
        services.mark_left(customer_id, chen, 1, date(2026, 1, 5))
    assert (contact(chen).left_on, contact(chen).is_primary) == (date(2026, 1, 5), False)
    assert [each.name for each in services.contacts_of(customer_id)] == ["林 强", "陈静"]
    asked = sa.select(CustomerChange.field, CustomerChange.person, CustomerChange.new)
    assert {tuple(row) for row in db.session.execute(asked)} == {
        ("contact.name", None, "林 强"), ("contact.name", None, "陈静"), ("contact.phone", "林 强", "138 0013 8000"),
        ("contact.post", "林 强", "总经理"), ("contact.left_on", "陈静", "2026-01-05"),
        ("contact.is_primary", "陈静", ""),
    }  # fmt: skip
    customer = services.customer_by_id(customer_id)
    shown = {new for entry in services.timeline(customer, 9) for _name, _old, new in entry.changes}
    assert {"林 强: 138 0013 8000", "陈静: 2026-01-05"} <= shown


def test_the_second_change_of_a_contact_is_refused(app: Flask, client_as: Any) -> None:
    customer_id = make()
    lin = person(customer_id, "林强")
    with writing():
        services.update_contact(customer_id, lin, 1, {"post": "经理"})
    with pytest.raises(Conflict), writing():
        services.update_contact(customer_id, lin, 1, {"post": "总监"})
    address = f"/customers/{customer_id}/contacts/{lin}"
    page = client_as("customer-information-clerk").post(address, data={"name": "林强", "post": "总监", "version": "1"})
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert 'value="总监"' in text
    assert "经理" in text
    assert contact(lin).post == "经理"


@pytest.mark.parametrize(
    "values", [{"name": ""}, {"email": "nobody"}, {"birthday": "2999-01-01"}, {"decision_role": "boss"},
               {"notes": "x" * 2001}],
)  # fmt: skip
def test_a_faulty_contact_is_refused(app: Flask, values: dict[str, str]) -> None:
    customer_id = make()
    lin = person(customer_id, "林强")
    with pytest.raises(services.Invalid), writing():
        services.update_contact(customer_id, lin, 1, {"post": "总监", **values})
    assert (contact(lin).version, contact(lin).post) == (1, "")


def test_people_are_not_reached_through_another_customer(app: Flask, add_person: AddPerson) -> None:
    seller = add_person("seller", "salesperson")
    hidden, own = make("乙公司"), make("甲公司", owner_id=seller.id)
    lin = person(hidden, "林强")
    with acting_as(seller):
        for customer_id in (hidden, own):
            with pytest.raises(NotFound), writing():
                services.update_contact(customer_id, lin, 1, {"post": "总监"})
        assert list(services.contacts_of(hidden)) == []
    without("salesperson", "customers.write_people")
    with acting_as(as_now("seller")), pytest.raises(Refused), writing():
        services.add_contact(own, {"name": "陈静"})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1


def test_people_are_entered_changed_and_marked_as_left_on_pages(app: Flask, client_as: Any) -> None:
    customer_id = make()
    client = client_as("customer-information-clerk", locale="en")
    sent = {"name": "林强", "decision_role": "decides", "phone": "13800138000", "submission_key": "one"}
    for _each in range(2):
        assert client.post(f"/customers/{customer_id}/contacts/new", data=sent).status_code == 302
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1
    (made,) = services.contacts_of(customer_id)
    page = client.get(f"/customers/{customer_id}?section=people").get_data(as_text=True)
    assert "林强" in page
    assert "Decides" in page
    assert client.post(f"/customers/{customer_id}/contacts/{made.id}/left", data={"version": "1"}).status_code == 302
    assert contact(made.id).left_on is not None


# ── files of people ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-08")
def test_people_come_from_files_by_customer_and_name(app: Flask, tmp_path: Path) -> None:
    customer_id, other = make(code="A-1"), make("乙公司", code="A-2")
    old = person(other, "陈静", is_primary=True)
    rows = (
        {
            "客户代码": "A-1",
            "姓名": "林强",
            "职务": "总经理",
            "采购决策角色": "拍板",
            "生日": "1980/3/4",
            "主要联系人": "是",
        },
        {"客户代码": "A-1", "姓名": "赵敏", "职务": "采购"},
        {"客户代码": "A-2", "姓名": "林强", "主要联系人": "1"},
        {"客户代码": "A-9", "姓名": "林强"},
        {"客户代码": "A-1", "姓名": "赵敏", "职务": "又一次"},
    )
    document = import_file("contacts", file_of(*rows), "contacts.csv", skip_bad_rows=True)
    assert counts(document) == (3, 0, 0, 2)
    lin = services.contacts_of(customer_id)[0]
    assert (lin.name, lin.post, lin.decision_role, lin.birthday, lin.is_primary) == (
        "林强", "总经理", "decides", date(1980, 3, 4), True,
    )  # fmt: skip
    assert contact(old).is_primary is False
    again = {"客户代码": "A-1", "姓名": "林强", "职务": "董事长", "生日": ""}
    assert counts(import_file("contacts", file_of(again), "b.csv")) == (0, 1, 0, 0)
    assert counts(import_file("contacts", file_of(again), "b.csv")) == (0, 0, 1, 0)
    assert (contact(lin.id).post, contact(lin.id).birthday) == ("董事长", date(1980, 3, 4))
    asked = sa.select(CustomerChange.person, CustomerChange.old, CustomerChange.new)
    assert ("林强", "总经理", "董事长") in {tuple(row) for row in db.session.execute(asked)}
    path = tmp_path / "contacts.csv"
    assert export_file("contacts", path) == 4
    assert counts(import_file("contacts", path)) == (0, 0, 4, 0)


@pytest.mark.clause("CUS-08")
def test_people_find_their_customer_by_code_else_prospect_number_else_credit_code(app: Flask, tmp_path: Path) -> None:
    first, second = make(code="A-1", credit_code="91330106MA2H3K7Q4Q"), make("乙公司", code="A-2")
    with writing():
        third = services.create_customer({"name": "丙公司"}, prospect=True).id
        services.create_customer({"name": "丁公司", "code": "A-4", "credit_code": "91430100MA4L2B9X75"})
        services.create_customer({"name": "戊公司", "code": "A-5", "credit_code": "91430100MA4L2B9X75"})
    rows = (
        {"客户代码": "A-2", "统一社会信用代码": "91330106MA2H3K7Q4Q", "姓名": "林强"},
        {"潜在客户编号": "P-000001", "姓名": "陈静", "主要联系人": "是"},
        {"统一社会信用代码": "91330106MA2H3K7Q4Q", "姓名": "赵敏"},
        {"姓名": "无主"},
        {"统一社会信用代码": "91430100MA4L2B9X75", "姓名": "两家"},
        {"客户代码": "A-1", "姓名": "赵敏"},
    )
    document = import_file("contacts", file_of(*rows), "people.csv", skip_bad_rows=True)
    assert counts(document) == (3, 0, 0, 3)
    named = {each: [person.name for person in services.contacts_of(each)] for each in (first, second, third)}
    assert named == {first: ["赵敏"], second: ["林强"], third: ["陈静"]}
    assert [each["row"] for each in document["errors"]] == [5, 6, 7]
    assert "Give the customer code" in document["errors"][0]["message"]
    assert "Several customer files carry this credit code" in document["errors"][1]["message"]
    assert counts(import_file("contacts", file_of(*rows[:3]), "again.csv")) == (0, 0, 3, 0)
    path = tmp_path / "contacts.csv"
    assert export_file("contacts", path) == 3
    assert counts(import_file("contacts", path)) == (0, 0, 3, 0)
    head = file_of({"姓名": "林强"})
    assert counts(import_file("contacts", head, "no customer.csv")) == (0, 0, 0, 1)


def test_nobody_imports_people_of_customers_they_may_not_see(app: Flask, add_person: AddPerson) -> None:
    add_person("seller", "salesperson")
    with writing():
        set_permissions("salesperson", role_permissions("salesperson") | {"customers.import", "imports.use"})
    make(code="A-1")
    with acting_as(as_now("seller")):
        document = import_file("contacts", file_of({"客户代码": "A-1", "姓名": "林强"}), "a.csv", skip_bad_rows=True)
    assert counts(document) == (0, 0, 0, 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0
    (message,) = db.session.scalars(sa.select(Problem.message))
    assert "A-1" in message


def test_files_of_people_need_the_same_statements_for_any_number_of_rows(app: Flask, statements: Any) -> None:
    make(code="A-1")

    def rows(start: int, count: int, post: str) -> bytes:
        return file_of(*({"客户代码": "A-1", "姓名": f"N{start + each}", "职务": post} for each in range(count)))

    needed = []
    for start, count in ((0, 3), (1000, 60)):
        with statements() as counted:
            import_file("contacts", rows(start, count, "经理"), "a.csv")
            import_file("contacts", rows(start, count, "总监"), "b.csv")
        needed.append(counted.count)
    assert needed[0] == needed[1]


# ── our analysis ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-02")
def test_each_analysis_is_dated_signed_and_kept(
    app: Flask, add_person: AddPerson, clock_at: Callable[[datetime], None]
) -> None:
    customer_id = make()
    for day, login in ((1, "liting"), (2, "wangwu")):
        clock_at(datetime(2026, 7, day, 2, 0, tzinfo=UTC))
        with acting_as(add_person(login, "sales-director")), writing():
            services.add_analysis(customer_id, f"{login} 的看法")
    found = services.analyses_of(customer_id)
    assert [(at.day, author, text) for at, author, text in found] == [
        (2, "wangwu", "wangwu 的看法"), (1, "liting", "liting 的看法"),
    ]  # fmt: skip


@pytest.mark.clause("CUS-02")
def test_an_analysis_needs_the_right_and_a_text(app: Flask, client_as: Any, add_person: AddPerson) -> None:
    customer_id = make()
    agent = add_person("agent", "customer-service-agent")
    with acting_as(agent), pytest.raises(Refused), writing():
        services.add_analysis(customer_id, "看法")
    address = f"/customers/{customer_id}/analysis"
    assert client_as(login="agent").post(address, data={"text": "看法"}).status_code == 404
    client = client_as("sales-director", locale="en")
    answer = client.post(address, data={"text": " "})
    assert answer.status_code == 200
    assert "Nothing has been saved" in answer.get_data(as_text=True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Analysis)) == 0
    assert client.post(address, data={"text": "值得投入"}).status_code == 302
    assert "值得投入" in client.get(f"/customers/{customer_id}?section=analysis").get_data(as_text=True)
