"""The company's lists: types with their traits, stages, regions, product groups; each filters by itself (CUS-03)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kezhi import Conflict, NotFound, Refused, db, writing
from kezhi.builtin.customers import services
from kezhi.builtin.customers.models import Customer, CustomerGroup, ListEntry
from kezhi.builtin.customers.services import entries, lists
from kezhi.builtin.customers.services.profile import stored_values
from kezhi.builtin.imports.services import import_file

pytestmark = pytest.mark.services


def make(name: str = "甲公司", **values: Any) -> Customer:
    with writing():
        made = services.create_customer({"name": name, **values}).id
    db.session.rollback()
    return db.session.get_one(Customer, made)


def entry(name: str, key: str) -> dict[str, Any]:
    """An entry as the database holds it now."""
    db.session.rollback()
    lists.forget()
    found = lists.entry_of(name, key)
    assert found is not None
    return found


def add(name: str, zh: str, **values: Any) -> dict[str, Any]:
    with writing():
        key = entries.add_entry(name, {"zh": zh, **values}).key
    return entry(name, key)


def group(zh: str) -> str:
    return str(add("product_group", zh)["key"])


# ── what is shipped ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-03")
def test_the_shipped_types_have_their_traits_and_stages_their_three_values(app: Flask) -> None:
    types = {each["key"]: each for each in lists.entries("business_type")}
    assert [each["zh"] for each in types.values()] == ["建筑工程公司", "贸易公司", "运营中心", "工程方零售"]
    assert all(each["traits_zh"] and each["traits_en"] for each in types.values())
    assert "战略协议" in types["contractor"]["traits_zh"]
    assert [each["key"] for each in lists.entries("stage")] == ["new", "existing", "lost"]


@pytest.mark.clause("CUS-03")
def test_the_special_supply_price_follows_the_type(app: Flask) -> None:
    given = {key: services.special_price(make(key, business_type=key)) for key in
             ("contractor", "trading-company", "operation-centre", "project-retail")}  # fmt: skip
    assert given == {"contractor": "", "trading-company": "part", "operation-centre": "all", "project-retail": ""}
    assert services.special_price_types() == {"trading-company": "part", "operation-centre": "all"}
    assert services.special_price(make("无方式")) == ""
    contractor = entry("business_type", "contractor")
    with writing():
        entries.change_entry(contractor["id"], 1, {**contractor, "special_price": "part"})
    assert services.special_price_types()["contractor"] == "part"


@pytest.mark.clause("CUS-03")
def test_type_stage_region_and_product_group_filter_by_themselves(app: Flask, client_as: Any) -> None:
    tiles, pipes = group("瓷砖"), group("管材")
    make("一号公司", business_type="contractor", stage="new", region="华东", product_groups=[tiles])
    make("二号公司", business_type="contractor", stage="lost", region="华南", product_groups=[tiles, pipes])
    make("三号公司", business_type="project-retail", stage="new", region="华南")
    client = client_as("customer-information-clerk")

    def found(query: str) -> set[str]:
        page = client.get(f"/customers?{query}")
        assert page.status_code == 200
        return {name for name in ("一号公司", "二号公司", "三号公司") if name in page.get_data(as_text=True)}

    assert found("f.business_type=contractor") == {"一号公司", "二号公司"}
    assert found("f.stage=new") == {"一号公司", "三号公司"}
    assert found("f.region=华南") == {"二号公司", "三号公司"}
    assert found("f.product_groups=瓷砖") == {"一号公司", "二号公司"}
    assert found("f.product_groups=管材&f.business_type=contractor&f.region=华南") == {"二号公司"}
    assert found("f.product_groups=管材&f.stage=new") == set()
    assert "瓷砖、管材" in client.get("/customers?columns=name,product_groups").get_data(as_text=True)


# ── keeping them ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-03")
def test_a_company_adds_and_renames_entries_and_records_follow(app: Flask, client_as: Any) -> None:
    design = add("business_type", "设计院", en="Design institute", traits_zh="推荐品牌")
    customer = make(business_type="Design Institute")
    assert customer.business_type == design["key"] == "设计院"
    with writing():
        entries.change_entry(design["id"], 1, {"zh": "建筑设计院", "en": "Architects"})
    page = client_as("customer-information-clerk").get(f"/customers/{customer.id}").get_data(as_text=True)
    assert "建筑设计院" in page
    assert entry("business_type", "设计院")["version"] == 2


@pytest.mark.clause("CUS-03")
def test_a_retired_entry_stays_readable_and_is_chosen_no_more(app: Flask, client_as: Any) -> None:
    customer = make(stage="lost")
    lost = entry("stage", "lost")
    with writing():
        entries.retire_entry(lost["id"], lost["version"])
    client = client_as("customer-information-clerk")
    assert "流失" in client.get(f"/customers/{customer.id}").get_data(as_text=True)
    assert 'value="lost"' in client.get(f"/customers/{customer.id}/edit").get_data(as_text=True)
    assert 'value="lost"' not in client.get("/customers/new").get_data(as_text=True)
    with pytest.raises(services.Invalid):
        make("乙公司", stage="lost")
    with writing():
        services.update_customer(customer.id, 1, {"stage": "lost", "city": "杭州"})
    document = import_file("customers", "name,合作阶段\n丙公司,流失\n".encode(), "a.csv")
    assert (document["created"], len(document["warnings"])) == (1, 1)
    stages = {row.name: row.stage for row in db.session.execute(sa.select(Customer.name, Customer.stage))}
    assert stages == {"甲公司": "lost", "丙公司": "lost"}
    with writing():
        entries.restore_entry(lost["id"], 2)
    assert make("乙公司", stage="lost").stage == "lost"


@pytest.mark.clause("CUS-03")
@pytest.mark.parametrize("name", ["business_type", "region", "industry", "scale", "product_group", "decision_role"])
def test_an_entry_that_was_used_is_not_deleted(app: Flask, name: str) -> None:
    made = add(name, "专用项")
    other = add(name, "无用项")
    customer = make()
    with writing():
        if name == "decision_role":
            services.add_contact(customer.id, {"name": "林强", "decision_role": "专用项"})
        else:
            key = "product_groups" if name == "product_group" else name
            value = ["专用项"] if name == "product_group" else "专用项"
            services.update_customer(customer.id, 1, {key: value})
    assert entries.usage(name)["专用项"] == 1
    with pytest.raises(Refused), writing():
        entries.delete_entry(made["id"], 1)
    with writing():
        entries.delete_entry(other["id"], 1)
    keys = set(db.session.scalars(sa.select(ListEntry.key).where(ListEntry.list == name)))
    assert ("专用项" in keys, "无用项" in keys) == (True, False)


def test_two_people_do_not_change_one_entry_over_each_other(app: Flask) -> None:
    new = entry("stage", "new")
    with writing():
        entries.change_entry(new["id"], 1, {"zh": "潜在新客户"})
    for act in (
        lambda: entries.change_entry(new["id"], 1, {"zh": "别的"}),
        lambda: entries.retire_entry(new["id"], 1),
        lambda: entries.delete_entry(new["id"], 1),
    ):
        with pytest.raises(Conflict), writing():
            act()
    again = entry("stage", "new")
    assert (again["zh"], again["version"], again["retired_at"]) == ("潜在新客户", 2, None)


@pytest.mark.parametrize(
    "values",
    [
        {"zh": ""},
        {"zh": "流失"},
        {"zh": "另一", "en": "lost"},
        {"zh": "x" * 61},
        {"zh": "另一", "special_price": "all"},
    ],
)
def test_a_faulty_entry_is_refused(app: Flask, values: dict[str, str]) -> None:
    with pytest.raises(Refused), writing():
        entries.add_entry("stage", values)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).where(ListEntry.list == "stage")) == 3
    with pytest.raises(NotFound), writing():
        entries.add_entry("nothing", {"zh": "甲"})


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=6))
def test_moving_entries_loses_none(app: Flask, steps: list[tuple[int, bool]]) -> None:
    lists.forget()
    order = [each["id"] for each in lists.entries("stage")]
    for place, up in steps:
        with writing():
            entries.move_entry(order[place], up=up)
        other = place - 1 if up else place + 1
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
    db.session.rollback()
    lists.forget()
    assert [each["id"] for each in lists.entries("stage")] == order


# ── regions and product groups ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-03")
def test_a_region_that_a_file_brings_is_proposed_for_the_list(app: Flask, client_as: Any) -> None:
    document = import_file(
        "customers", "name,区域\n甲公司,长三角\n乙公司,East China\n丙公司,长三角\n".encode(), "a.csv"
    )
    assert (document["created"], document["failed"]) == (3, 0)
    assert entries.proposed("region") == {"长三角": 2}
    client = client_as("customer-information-clerk")
    page = client.get("/customers/lists/region?held=长三角")
    assert 'value="长三角"' in page.get_data(as_text=True)
    sent = {"zh": "长江三角洲", "en": "Yangtze delta", "held": "长三角"}
    assert client.post("/customers/lists/region", data=sent).status_code == 302
    lists.forget()
    assert entries.proposed("region") == {}
    assert lists.text_of("region", "长三角") in ("长江三角洲", "Yangtze delta")
    regions = db.session.scalars(sa.select(Customer.region).order_by(Customer.id)).all()
    assert regions == ["长三角", "华东", "长三角"]


@pytest.mark.clause("CUS-03", "CUS-05")
def test_the_product_groups_of_a_customer_are_kept_with_their_changes(app: Flask, client_as: Any) -> None:
    tiles, pipes = group("瓷砖"), group("管材")
    customer = make(product_groups=[pipes])
    client = client_as("customer-information-clerk")
    form = {"name": "甲公司", "version": "1", "product_groups": [tiles, pipes]}
    assert client.post(f"/customers/{customer.id}/edit", data=form).status_code == 302
    customer = db.session.get_one(Customer, customer.id)
    assert stored_values(customer)["product_groups"] == f"{tiles},{pipes}"
    (entry_of_change,) = [each for each in services.timeline(customer, 9) if each.changes]
    assert entry_of_change.changes[0][1:] == ("管材", lists.separator().join(("瓷砖", "管材")))
    with pytest.raises(services.Invalid), writing():
        services.update_customer(customer.id, 2, {"product_groups": ["nothing"]})
    with writing():
        services.update_customer(customer.id, 2, {"product_groups": []})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CustomerGroup)) == 0


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-03")
def test_lists_are_kept_on_pages_by_whom_it_is_up_to(app: Flask, client_as: Any) -> None:
    keeper, seller = client_as("customer-information-officer", locale="en"), client_as("salesperson")
    for address in ("/customers/lists", "/customers/lists/stage"):
        assert seller.get(address).status_code == 404
    assert seller.post("/customers/lists/stage", data={"zh": "暂停"}).status_code == 404
    assert keeper.get("/customers/lists/nothing").status_code == 404
    assert keeper.post("/customers/lists/stage", data={"zh": "暂停", "en": "Paused"}).status_code == 302
    paused = entry("stage", "暂停")
    page = keeper.get(f"/customers/lists/stage?entry={paused['id']}").get_data(as_text=True)
    assert 'value="Paused"' in page
    sent = {"zh": "暂停合作", "en": "On hold", "entry": str(paused["id"]), "version": "1"}
    assert keeper.post("/customers/lists/stage", data=sent).status_code == 302
    faulty = keeper.post("/customers/lists/stage", data={**sent, "zh": "再改"}).get_data(as_text=True)
    assert "Somebody else changed this list" in faulty
    assert 'value="再改"' in faulty
    for what, wanted in (("up", ["new", "existing", "暂停", "lost"]), ("down", ["new", "existing", "lost", "暂停"])):
        assert (
            keeper.post("/customers/lists/stage/change", data={"entry": paused["id"], "what": what}).status_code == 302
        )
        db.session.rollback()
        lists.forget()
        assert [each["key"] for each in lists.entries("stage")] == wanted
    change = {"entry": paused["id"], "version": "2", "what": "retire"}
    assert seller.post("/customers/lists/stage/change", data=change).status_code == 404
    assert keeper.post("/customers/lists/stage/change", data=change).status_code == 302
    assert entry("stage", "暂停")["retired_at"] is not None
