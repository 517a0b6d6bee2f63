"""Duplicates: the scan of all files, the warning while typing, merging side by side (CUS-06)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kezhi import Conflict, NotFound, Refused, User, acting_as, db, set_setting, writing
from kezhi.builtin.accounts.services import set_permissions, user_named
from kezhi.builtin.accounts.services.roles import role_permissions
from kezhi.builtin.customers import services
from kezhi.builtin.customers.checks import checks
from kezhi.builtin.customers.models import (
    Analysis,
    Contact,
    Customer,
    CustomerChange,
    CustomerGroup,
    CustomerOwner,
    MergedCustomer,
    NotDuplicate,
)
from kezhi.builtin.customers.services import entries, merging, scan
from kezhi.builtin.customers.services.profile import stored_values
from kezhi.builtin.protection.fields import blind
from kezhi.cli import run
from kezhi.site import Site

pytestmark = pytest.mark.services

AddPerson = Callable[..., User]


def make(name: str, **values: Any) -> int:
    with writing():
        return services.create_customer({"name": name, **values}).id


def merge(keep: int, gone: int, *take: str, versions: tuple[int, int] | None = None) -> dict[str, int]:
    with writing():
        return merging.merge_customers(keep, gone, take, versions)


def values_of(customer_id: int) -> dict[str, Any]:
    db.session.rollback()
    return stored_values(db.session.get_one(Customer, customer_id))


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def groups(way: str) -> list[list[int]]:
    return [[row.id for row in group.records] for group in scan.suspected(way)[0]]


# ── the scan ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-06")
def test_the_scan_groups_files_by_credit_code_name_and_phone(app: Flask) -> None:
    code = "91330106MA2H3K7Q4Q"
    one, two = make("甲公司", credit_code=code, phone="0571-88120001"), make("乙公司", credit_code=code)
    three, four = make("（甲）公司"), make("丙公司", phone="+86 571 8812 0001")
    make("丁公司", phone="123")
    make("戊公司", phone="123")
    assert groups("credit_code") == [[one, two]]
    assert groups("name") == [[one, three]]
    assert groups("phone") == [[one, four]]


@pytest.mark.clause("CUS-06")
def test_what_was_decided_on_is_not_proposed_again(app: Flask) -> None:
    ids = [make(name, phone="0571-88120001") for name in ("甲公司", "乙公司", "丙公司")]
    with writing():
        assert scan.keep_apart(ids[:2]) == 1
    assert groups("phone") == [ids], "one pair of three was decided on"
    with writing():
        assert scan.keep_apart(ids) == 2
    assert groups("phone") == []
    fourth = make("丁公司", phone="0571-88120001")
    assert groups("phone") == [[*ids, fourth]], "a new one is a new question"
    hits = services.duplicates({"phone": "0571-88120001"}, ids[0])
    assert [hit.customer_id for hit in hits] == [fourth]


def test_the_scan_reads_page_by_page_and_needs_the_same_statements(app: Flask, statements: Any) -> None:
    for number in range(5):
        for name in ("甲", "乙"):
            make(f"{name}{number}", phone=f"0571-8812000{number}")
    needed, after, found = [], "", []
    for _page in range(3):
        with statements() as counted:
            page, after = scan.suspected("phone", after, limit=2)
        needed.append(counted.count)
        found += [group.key for group in page]
    assert len(set(found)) == len(found) == 5
    assert after == ""
    assert len(set(needed)) == 1


@pytest.mark.clause("CUS-06")
def test_nobody_learns_of_files_they_may_not_see(app: Flask, add_person: AddPerson, client_as: Any) -> None:
    add_person("seller", "salesperson")
    with writing():
        set_permissions("salesperson", role_permissions("salesperson") | {"customers.merge"})
    seller = user_named("seller")
    assert seller is not None
    own = make("甲公司", phone="0571-88120001", owner_id=seller.id)
    hidden = make("隐藏公司", phone="0571-88120001", code="SECRET-1")
    with acting_as(seller):
        assert groups("phone") == []
        for act in (
            lambda: merging.merge_customers(own, hidden),
            lambda: merging.merge_customers(hidden, own),
            lambda: scan.keep_apart([own, hidden]),
        ):
            with pytest.raises(NotFound), writing():
                act()
    client = client_as(login="seller", locale="en")
    assert client.get(f"/customers/merge?keep={own}&gone={hidden}").status_code == 404
    chosen = client.get("/customers/merge?keep_code=SECRET-1&gone_code=NOBODY-1").get_data(as_text=True)
    assert "隐藏公司" not in chosen
    assert client.post("/customers/duplicates/apart", data={"customer": [own, hidden]}).status_code == 404
    assert (count(Customer), count(NotDuplicate)) == (2, 0)


# ── while typing ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-06")
def test_the_warning_while_typing_names_what_one_may_see(app: Flask, client_as: Any, add_person: AddPerson) -> None:
    seller = add_person("seller", "salesperson")
    make("甲公司", code="OWN-1", owner_id=seller.id)
    make("隐藏公司", code="SECRET-1", phone="0571-88120001")
    client = client_as(login="seller", locale="en")
    seen = client.post("/customers/alike", data={"name": " 甲 公司 "}).get_data(as_text=True)
    assert "OWN-1" in seen
    assert "<html" not in seen
    hidden = client.post("/customers/alike", data={"phone": "+86 571 88120001"}).get_data(as_text=True)
    assert "You may not see more of it." in hidden
    assert "SECRET-1" not in hidden
    assert "隐藏" not in hidden
    assert client.post("/customers/alike", data={"name": "别的公司"}).get_data(as_text=True).strip() == ""
    assert client_as("order-clerk").post("/customers/alike", data={"name": "甲公司"}).status_code == 404


def test_a_file_being_changed_is_not_alike_to_itself(app: Flask, client_as: Any) -> None:
    one, _two = make("甲公司", phone="0571-88120001"), make("乙公司", phone="0571-88120001")
    client = client_as("customer-information-clerk", locale="en")
    sent = {"name": "甲公司", "phone": "0571-88120001"}
    assert client.post(f"/customers/alike?except={one}", data=sent).get_data(as_text=True).strip() == ""
    changed = client.post(f"/customers/alike?except={one}", data={**sent, "name": "乙公司"}).get_data(as_text=True)
    assert "same Customer name" in changed


@pytest.mark.clause("CUS-06")
def test_a_company_decides_whether_duplicates_are_flagged_or_refused(app: Flask, client_as: Any) -> None:
    make("甲公司")
    client = client_as("customer-information-clerk")
    assert client.post("/customers/new", data={"name": "甲公司"}).status_code == 200
    assert client.post("/customers/new", data={"name": "甲公司", "save_anyway": "y"}).status_code == 302
    with writing():
        set_setting("customers", "refuse_duplicates", True)
    assert client.post("/customers/new", data={"name": "甲公司", "save_anyway": "y"}).status_code == 200
    assert count(Customer) == 2


# ── merging ─────────────────────────────────────────────────────────────────────────────────────────────────────


def two(**values: Any) -> tuple[int, int]:
    """A file that stays and one that goes, with something in everything of this builtin."""
    with writing():
        keys = [entries.add_entry("product_group", {"zh": name}).key for name in ("瓷砖", "管材")]
    keep = make("甲公司", code="KEEP", city="杭州", culture="务实", product_groups=keys[:1])
    gone = make("甲公司旧", code="GONE", city="宁波", phone="0571-88120001", attitude="积极", turnover="500",
                product_groups=keys, **values)  # fmt: skip
    with writing():
        services.add_contact(keep, {"name": "林强", "is_primary": True})
        services.add_contact(gone, {"name": "陈静", "is_primary": True})
        services.add_analysis(gone, "旧的看法")
        services.update_customer(gone, 1, {"notes": "旧的备注"})
        services.update_customer(keep, 1, {"notes": "新的备注"})
    return keep, gone


@pytest.mark.clause("CUS-06")
def test_a_merge_takes_the_chosen_values_and_keeps_both_histories(app: Flask) -> None:
    keep, gone = two()
    merge(keep, gone, "city", "phone", "attitude", "turnover")
    found = values_of(keep)
    assert (found["name"], found["code"], found["city"], found["phone"]) == ("甲公司", "KEEP", "宁波", "0571-88120001")
    assert found["phone_key"] == blind("phone", "057188120001")
    assert (found["culture"], found["notes"]) == ("务实", "新的备注")
    assert (found["attitude"], found["turnover"], found["product_groups"]) == ("积极", 50_000, "瓷砖,管材")
    assert db.session.get(Customer, gone) is None
    changes = {tuple(row) for row in db.session.execute(
        sa.select(CustomerChange.field, CustomerChange.old, CustomerChange.new, CustomerChange.source).where(
            CustomerChange.customer_id == keep))}  # fmt: skip
    assert {("notes", "", "旧的备注", "page"), ("notes", "", "新的备注", "page")} <= changes
    assert {("city", "杭州", "宁波", "merge"), ("phone", "", "0571-88120001", "merge")} <= changes
    assert [(each.name, each.is_primary) for each in services.contacts_of(keep)] == [("林强", True), ("陈静", False)]
    assert db.session.scalars(sa.select(Analysis.customer_id)).all() == [keep]
    titles = [str(each.title) for each in services.timeline(services.customer_by_id(keep), 20)]
    assert any("GONE" in title for title in titles)
    assert [finding for check in checks() for finding in check.run(db.session)] == []


@pytest.mark.clause("CUS-06")
def test_what_was_merged_leads_to_what_stayed_over_several_merges(app: Flask, client_as: Any) -> None:
    first, second, third = (make(name) for name in ("甲公司", "乙公司", "丙公司"))
    merge(second, third)
    merge(first, second)
    client = client_as("customer-information-clerk")
    for gone in (second, third):
        assert client.get(f"/customers/{gone}").headers["Location"] == f"/customers/{first}"
    assert client_as("salesperson").get(f"/customers/{third}").status_code == 404, "who may not see it learns nothing"
    assert count(MergedCustomer) == 2


@pytest.mark.clause("CUS-06")
def test_a_merge_of_files_that_changed_meanwhile_is_refused_and_changes_nothing(app: Flask) -> None:
    keep, gone = two()
    before, theirs = values_of(keep), values_of(gone)
    for versions in ((1, 2), (2, 1)):
        with pytest.raises(Conflict):
            merge(keep, gone, "city", versions=versions)
    with pytest.raises(Refused):
        merge(keep, keep)
    with pytest.raises(Refused):
        merge(keep, gone, "code")
    assert (values_of(keep), values_of(gone)) == (before, theirs)
    assert (count(MergedCustomer), count(Contact), count(CustomerGroup)) == (0, 2, 3)
    merge(keep, gone, "city", versions=(2, 2))
    assert values_of(keep)["city"] == "宁波"


@pytest.mark.clause("CUS-06", "CUS-02")
def test_nobody_overwrites_by_a_merge_what_they_may_not_see(app: Flask, add_person: AddPerson, client_as: Any) -> None:
    add_person("clerk", "customer-information-clerk")
    role = "customer-information-clerk"
    with writing():
        set_permissions(role, role_permissions(role) - {"customers.read_trade"})
    keep = make("甲公司", credit_standing="良好")
    gone = make("乙公司", credit_standing="机密", strengths="机密优势")
    clerk = user_named("clerk")
    assert clerk is not None
    with acting_as(clerk), pytest.raises(Refused):
        merge(keep, gone, "credit_standing")
    client = client_as(login="clerk")
    address = f"/customers/merge?keep={keep}&gone={gone}"
    assert "机密" not in client.get(address).get_data(as_text=True)
    sent = {"keep_version": "1", "gone_version": "1", "confirmed": "y", "take-credit_standing": "gone"}
    assert client.post(address, data=sent).status_code == 302
    found = values_of(keep)
    assert (found["credit_standing"], found["strengths"]) == ("良好", "机密优势"), "what is empty is filled"


@pytest.mark.clause("CUS-06")
def test_a_merge_on_the_page_shows_its_effects_and_is_confirmed(app: Flask, client_as: Any) -> None:
    keep, gone = two()
    client = client_as("customer-information-clerk", locale="en")
    address = f"/customers/merge?keep={keep}&gone={gone}"
    page = client.get(address).get_data(as_text=True)
    moving = sum(each.rows for each in merging.preview(keep, gone) if each.how != "keep")
    assert moving == 8, "two changes, a code, sections, a person, an analysis, two product groups"
    assert f"Merge, {moving} records go over" in page
    sent = {"keep_version": "2", "gone_version": "2", "take-city": "gone", "take-name": "keep", "submission_key": "k"}
    assert "Nothing has been saved" in client.post(address, data=sent).get_data(as_text=True), "not confirmed"
    stale = client.post(address, data={**sent, "gone_version": "1", "confirmed": "y"})
    assert "was changed meanwhile" in stale.get_data(as_text=True)
    assert count(Customer) == 2
    for _twice in range(2):
        answer = client.post(address, data={**sent, "confirmed": "y"})
        assert answer.headers["Location"] == f"/customers/{keep}"
    found = values_of(keep)
    assert (found["city"], found["name"], found["phone"]) == ("宁波", "甲公司", "0571-88120001")
    assert count(Customer) == 1


def test_the_preview_is_what_the_merge_does(app: Flask) -> None:
    keep, gone = two()
    told = {each.label: (each.rows, each.twins) for each in merging.preview(keep, gone)}
    moved = merge(keep, gone)
    assert moved["customers_customer_group"] == 1
    assert (2, 1) in told.values()
    assert moved["customers_contact"] == moved["customers_analysis"] == 1
    assert (moved["customers_profile"], count(CustomerOwner)) == (0, 0)


def test_pages_of_duplicates_are_for_those_who_merge(app: Flask, client_as: Any) -> None:
    one, two_ = make("甲公司"), make("甲公司")
    client = client_as("salesperson")
    for address in ("/customers/duplicates", "/customers/merge", f"/customers/merge?keep={one}&gone={two_}"):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"confirmed": "y"}).status_code in (404, 405)
    keeper = client_as("customer-service-manager", locale="en")
    assert "甲公司" in keeper.get("/customers/duplicates?by=name").get_data(as_text=True)
    assert keeper.get("/customers/duplicates?by=colour").status_code == 404
    chosen = keeper.get("/customers/merge?keep_code=KH-2026-0001&gone_code=KH-2026-0001")
    assert chosen.status_code == 200
    assert keeper.post("/customers/duplicates/apart?by=name", data={"customer": [one, two_]}).status_code == 302
    assert "No suspected duplicates" in keeper.get("/customers/duplicates?by=name").get_data(as_text=True)


# ── commands ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-06")
def test_commands_scan_keep_apart_and_merge(
    site: Site, app: Flask, add_person: AddPerson, capsys: pytest.CaptureFixture[str]
) -> None:
    keep, gone = make("甲公司", code="A-1"), make("甲公司", code="A-2", city="杭州")
    third = make("甲 公司", code="A-3")
    add_person("clerk", "customer-information-clerk")
    add_person("seller", "salesperson")

    def said(*words: str) -> Any:
        run(["customers", *words, "--as", "clerk"], site.config)
        return capsys.readouterr().out

    found = json.loads(said("duplicates", "--by", "name", "--json"))
    assert [[row["code"] for row in group["customers"]] for group in found] == [["A-1", "A-2", "A-3"]]
    assert said("apart", "A-1", "A-3").strip() == "1"
    assert json.loads(said("merge", "A-1", "A-2", "--fill", "--json"))["merged"] is False
    assert count(Customer) == 3
    with pytest.raises(Refused):
        run(["customers", "merge", "A-1", "A-2", "--yes", "--as", "seller"], site.config)
    assert count(Customer) == 3
    assert json.loads(said("merge", "A-1", "A-2", "--fill", "--yes", "--json"))["taken"] == ["city"]
    assert values_of(keep)["city"] == "杭州"
    assert db.session.get(Customer, gone) is None
    assert db.session.get(Customer, third) is not None
