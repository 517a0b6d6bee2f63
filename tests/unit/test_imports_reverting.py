"""An applied import is taken back: what it created goes, what it changed is as before (CUS-08, CUS-01, CUS-05)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kezhi import Conflict, NotFound, Refused, User, acting_as, db, writing
from kezhi.builtin.customers import services as customers
from kezhi.builtin.customers.checks import checks
from kezhi.builtin.customers.models import (
    Contact,
    Customer,
    CustomerChange,
    CustomerGroup,
    CustomerOwner,
    Profile,
    UsedCode,
)
from kezhi.builtin.customers.services import entries
from kezhi.builtin.customers.services.links import delete_customer, erase_customer
from kezhi.builtin.imports.models import APPLIED, REVERTED, Batch, Kept
from kezhi.builtin.imports.services import batch_for, import_file, plan, revert
from kezhi.builtin.timeline.services import write_note
from kezhi.tables import audit_entry

pytestmark = pytest.mark.services

TABLES = (Customer, Profile, CustomerGroup, CustomerOwner, Contact)
#: a form that is open on a record must learn that it was changed twice
MOVES_ON = {"version", "updated_at"}


@pytest.fixture(autouse=True)
def in_app(app: Flask) -> None:
    """Everything here happens inside an application."""


def table(rows: list[dict[str, str]]) -> bytes:
    head = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, head, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def load(*rows: dict[str, str], kind: str = "customers") -> int:
    """Import these rows; the number of the import."""
    import_file(kind, table(list(rows)), f"{kind}.csv", skip_bad_rows=True)
    found: int = db.session.scalars(sa.select(sa.func.max(Batch.id))).one()
    db.session.rollback()
    return found


def stored() -> dict[str, list[dict[str, Any]]]:
    """Every row of everything that imports of customers and people write."""
    found = {}
    for model in TABLES:
        table: Any = model.__table__
        columns = [column for column in table.c if column.name not in MOVES_ON]
        rows = db.session.execute(sa.select(*columns).order_by(*table.primary_key))
        found[table.name] = [dict(row) for row in rows.mappings()]
    db.session.rollback()
    return found


def product_groups() -> list[str]:
    """Two product groups; their keys."""
    with writing():
        return [entries.add_entry("product_group", {"zh": zh}).key for zh in ("瓷砖", "管材")]


def one(code: str) -> Customer:
    found: Customer = db.session.scalars(sa.select(Customer).where(Customer.code == code)).one()
    return found


# ── the very same rows ──────────────────────────────────────────────────────────────────────────────────────────

TEXT = st.sampled_from(["", "杭州", "宁波 'x'", 'a "b" \\ {1}', "=SUM(1)", "苏州\n东"])
GROUPS = st.sampled_from(["", "瓷砖", "管材", "瓷砖、管材", "没有这一组"])
ROW = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["", "A1", "A2", "A3", "B1", "B2"]),
        "name": st.sampled_from(["甲公司", "乙公司", "丙公司", "丁公司"]),
        "city": TEXT,
        "phone": st.sampled_from(["", "0571-88120001", "13800138000"]),
        "trade_since": st.sampled_from(["", "2019-03-01", "2020-02-29"]),
        "staff_count": st.sampled_from(["", "12", "0"]),
        "business_scope": TEXT,
        "product_groups": GROUPS,
        "owner": st.sampled_from(["", "wang", "li"]),
    }
)
PERSON = st.fixed_dictionaries(
    {
        "customer_code": st.sampled_from(["A1", "A2", "B1"]),
        "name": st.sampled_from(["王工", "李工", "赵工"]),
        "phone": st.sampled_from(["", "0571-1", "0571-2"]),
        "birthday": st.sampled_from(["", "1980-02-29"]),
        "is_primary": st.sampled_from(["", "是", "否"]),
        "left_on": st.sampled_from(["", "2024-01-01"]),
    }
)


@pytest.mark.clause("CUS-08")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    there=st.lists(ROW, max_size=4),
    comes=st.lists(ROW, min_size=1, max_size=6),
    columns=st.sets(st.sampled_from(["phone", "product_groups", "owner", "business_scope", "staff_count", "city"])),
    people=st.lists(PERSON, max_size=3),
    more=st.lists(PERSON, min_size=1, max_size=4),
)
def test_what_was_there_before_an_import_is_there_after_its_revert(
    add_person: Callable[..., User], there: Any, comes: Any, columns: set[str], people: Any, more: Any
) -> None:
    if db.session.scalar(sa.text("SELECT count(*) FROM accounts_user WHERE login = 'wang'")) == 0:
        db.session.rollback()
        add_person("wang", "salesperson")
        add_person("li", "salesperson")
        product_groups()
    db.session.rollback()
    if there:
        load(*there)
    if people:
        load(*people, kind="contacts")
    before, codes = stored(), set(db.session.scalars(sa.select(UsedCode.code)))
    db.session.rollback()
    numbers = [load(*[{key: row[key] for key in ("code", "name", *sorted(columns))} for row in comes])]
    numbers.append(load(*more, kind="contacts"))
    for number in reversed(numbers):
        if not plan(batch_for(number)).why_not:
            assert revert(number).state == REVERTED
            assert plan(batch_for(number)).why_not
    assert stored() == before
    assert codes <= set(db.session.scalars(sa.select(UsedCode.code)))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Kept)) == sum(
        1 for _row in db.session.execute(sa.select(Kept.key).join(Batch).where(Batch.state == APPLIED))
    )
    db.session.rollback()


@pytest.mark.clause("CUS-01", "CUS-05", "CUS-08")
def test_a_revert_takes_away_what_was_created_and_gives_former_values_back() -> None:
    with writing():
        customers.create_customer({"name": "甲公司", "code": "A1", "city": "杭州", "phone": "0571-1"})
    number = load({"code": "A1", "name": "甲公司", "city": "宁波", "scale": "大"}, {"code": "A2", "name": "乙公司"})
    foreseen = plan(batch_for(number))
    assert (foreseen.created, foreseen.updated, foreseen.stuck) == (1, 1, 0)
    batch = revert(number)
    assert (batch.state, batch.removed, batch.restored) == (REVERTED, 1, 1)
    customer = one("A1")
    assert (customer.city, customer.phone, customer.version) == ("杭州", "0571-1", 3)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 1
    changes = db.session.execute(
        sa.select(CustomerChange.field, CustomerChange.old, CustomerChange.new).where(CustomerChange.source == "revert")
    )
    assert {tuple(row) for row in changes} == {("city", "宁波", "杭州"), ("scale", "大", "")}
    with pytest.raises(Refused, match="A2"), writing():
        customers.create_customer({"name": "另一家公司", "code": "A2"})
    query = sa.select(audit_entry.c.payload).where(audit_entry.c.action == "import.revert")
    payload = db.session.scalar(query.where(audit_entry.c.object_kind == "import"))
    assert '"left":0,"removed":1,"restored":1' in str(payload)
    with pytest.raises(Refused):
        revert(number)


@pytest.mark.clause("CUS-01", "CUS-08")
def test_a_code_of_a_reverted_import_is_given_again_to_the_same_customer_only() -> None:
    revert(load({"code": "A1", "name": "甲公司"}, {"prospect_number": "P-77", "name": "乙公司"}, {"name": "丙公司"}))
    load({"code": "A1", "name": "丁公司"}, {"prospect_number": "P-77", "name": "丁公司"})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 0
    load({"code": "A1", "name": "甲公司"}, {"prospect_number": "P-77", "name": "乙公司"}, {"name": "丙公司"})
    found = {each.name: each for each in db.session.scalars(sa.select(Customer))}
    assert (found["甲公司"].code, found["乙公司"].prospect_number) == ("A1", "P-77")
    assert found["丙公司"].code.endswith("-0002")  # what the rule gave stays given
    used = {each.code: (each.customer_id, each.reverted_name) for each in db.session.scalars(sa.select(UsedCode))}
    assert used["A1"] == (found["甲公司"].id, "")
    with writing():
        delete_customer(found["甲公司"].id)
    load({"code": "A1", "name": "甲公司"})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer).where(Customer.code == "A1")) == 0
    assert [finding for check in checks() for finding in check.run(db.session())] == []


@pytest.mark.clause("CUS-01", "CUS-08")
def test_a_code_that_an_import_joined_to_a_prospect_goes_and_may_join_it_again() -> None:
    with writing():
        customers.create_customer({"name": "甲公司"}, prospect=True)
    row = {"prospect_number": "P-000001", "name": "甲公司", "code": "A1"}
    revert(load(row))
    assert db.session.scalars(sa.select(Customer.code)).all() == [None]
    load({"code": "A1", "name": "乙公司"})
    assert db.session.scalars(sa.select(Customer.code)).all() == [None]
    load(row)
    assert db.session.scalars(sa.select(Customer.code)).all() == ["A1"]
    assert [finding for check in checks() for finding in check.run(db.session())] == []


# ── what stands in the way ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-08")
def test_what_was_changed_since_or_is_needed_stays_and_the_rest_can_be_reverted() -> None:
    with writing():
        for code in ("A1", "A2", "A3"):
            customers.create_customer({"name": f"公司{code}", "code": code, "city": "杭州"})
    number = load(
        *({"code": code, "name": f"公司{code}", "city": "宁波"} for code in ("A1", "A2", "A3", "B1", "B2", "B3"))
    )
    with writing():
        customers.update_customer(one("A1").id, 2, {"city": "上海"})  # the very field
    with writing():
        customers.update_customer(one("A2").id, 2, {"address": "路 1 号"})  # another one: no obstacle
    with writing():
        customers.update_customer(one("B1").id, 1, {"address": "路 1 号"})  # any change of what was created
    with writing():
        write_note("customers", "customer", one("B2").id, "来电")
    foreseen = plan(batch_for(number))
    assert (foreseen.created, foreseen.updated, foreseen.stuck_created, foreseen.stuck_updated) == (1, 2, 2, 1)
    assert sorted(count for _reason, count in foreseen.reasons) == [1, 2]
    assert {name for name, _reason in foreseen.named} == {"A1", "B1", "B2"}
    with pytest.raises(Refused, match="3"):
        revert(number)
    assert {each.city for each in db.session.scalars(sa.select(Customer))} == {"宁波", "上海"}
    batch = revert(number, what_can=True)
    assert (batch.state, batch.removed, batch.restored) == (APPLIED, 1, 2)
    found = {each.code: (each.city, each.address) for each in db.session.scalars(sa.select(Customer))}
    assert found == {
        "A1": ("上海", ""),
        "A2": ("杭州", "路 1 号"),
        "A3": ("杭州", ""),
        "B1": ("宁波", "路 1 号"),
        "B2": ("宁波", ""),
    }
    with pytest.raises(Refused):  # nothing more can be, for the same reasons
        revert(number, what_can=True)
    with writing():
        delete_customer(one("B2").id)
    assert plan(batch_for(number)).stuck == 2


@pytest.mark.clause("CUS-08")
def test_imports_are_reverted_from_the_last_one_back() -> None:
    first = load({"code": "A1", "name": "甲公司", "city": "杭州"})
    people = load({"customer_code": "A1", "name": "王工", "is_primary": "是"}, kind="contacts")
    second = load({"code": "A1", "name": "甲公司", "city": "宁波"})
    assert plan(batch_for(first)).stuck == 1
    for number in (second, people):
        assert revert(number).state == REVERTED
    assert one("A1").city == "杭州"
    assert revert(first).removed == 1


@pytest.mark.clause("CUS-08")
def test_who_was_the_main_contact_is_it_again_unless_somebody_else_became_it() -> None:
    with writing():
        customer_id = customers.create_customer({"name": "甲公司", "code": "A1"}).id
    load({"customer_code": "A1", "name": "王工", "is_primary": "是"}, kind="contacts")
    number = load({"customer_code": "A1", "name": "李工", "is_primary": "是"}, kind="contacts")
    assert plan(batch_for(number)).updated == 1
    revert(number)
    assert [(each.name, each.is_primary) for each in db.session.scalars(sa.select(Contact))] == [("王工", True)]
    number = load({"customer_code": "A1", "name": "赵工", "is_primary": "是"}, kind="contacts")
    load({"customer_code": "A1", "name": "孙工", "is_primary": "是"}, kind="contacts")
    with pytest.raises(Refused):
        revert(number, what_can=True)
    mains = db.session.scalars(sa.select(Contact.name).where(Contact.customer_id == customer_id, Contact.is_primary))
    assert list(mains) == ["孙工"]


@pytest.mark.clause("CUS-08")
def test_what_was_written_into_another_section_or_chosen_besides_is_not_lost() -> None:
    groups = product_groups()
    with writing():
        customers.create_customer({"name": "甲公司", "code": "A1", "product_groups": groups[0]})
    number = load(
        {"code": "A1", "name": "甲公司", "product_groups": "管材"},
        {"code": "B1", "name": "乙公司", "product_groups": ""},
    )
    foreseen = plan(batch_for(number))
    assert (foreseen.created, foreseen.updated, foreseen.stuck) == (1, 1, 0)
    with writing():
        customers.update_customer(one("A1").id, 2, {"product_groups": ",".join(groups)})
    with writing():
        customers.update_customer(one("B1").id, 1, {"business_scope": "刚问来的"})
    assert plan(batch_for(number)).stuck == 2
    with pytest.raises(Refused):
        revert(number, what_can=True)
    assert db.session.scalar(sa.select(Profile.business_scope)) == "刚问来的"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CustomerGroup)) == 2


# ── what is kept, and who may ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-08")
def test_former_values_are_erased_with_the_data_of_a_customer() -> None:
    with writing():
        customer_id = customers.create_customer({"name": "甲公司", "code": "A1", "phone": "0571-1"}).id
    number = load({"code": "A1", "name": "甲公司", "phone": "0571-2"})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Kept)) == 1
    db.session.rollback()
    with writing():
        erase_customer(customer_id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Kept)) == 0
    assert plan(batch_for(number)).why_not


@pytest.mark.clause("CUS-08")
def test_only_who_imported_reverts_and_only_what_they_still_see(add_person: Callable[..., User]) -> None:
    mine, other = add_person("mine", "salesperson"), add_person("other", "salesperson")
    may = frozenset({"imports.use", "customers.import", "customers.read"})
    mine, other = (replace(person, permissions=person.permissions | may) for person in (mine, other))
    with acting_as(mine):
        number = load(
            {"code": "A1", "name": "甲公司", "owner": "mine"}, {"code": "A2", "name": "乙公司", "owner": "mine"}
        )
    assert one("A1").owner_id == mine.id
    with acting_as(other), pytest.raises(NotFound):
        revert(number)
    with writing():
        db.session.execute(sa.update(Customer).where(Customer.code == "A2").values(owner_id=other.id))
    with acting_as(mine):
        foreseen = plan(batch_for(number))
        assert (foreseen.created, foreseen.stuck, foreseen.named) == (1, 1, ())
        assert revert(number, what_can=True).removed == 1
    assert list(db.session.scalars(sa.select(Customer.code))) == ["A2"]


@pytest.mark.clause("CUS-08")
def test_what_depends_on_it_at_the_last_moment_keeps_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    from kezhi.builtin.imports.services import obstacles

    number = load({"code": "A1", "name": "甲公司"}, {"code": "A2", "name": "乙公司"})
    with writing():
        db.session.execute(sa.text("CREATE TABLE hanger (customer_id BIGINT REFERENCES customers_customer (id))"))
        db.session.execute(sa.text("INSERT INTO hanger VALUES (:id)"), {"id": one("A2").id})
    monkeypatch.setattr(obstacles, "hanging", lambda reversal, links: [])
    with pytest.raises(Conflict):
        revert(number)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 2
    with writing():
        db.session.execute(sa.text("DROP TABLE hanger"))
    assert revert(number).removed == 2


def test_an_import_its_preview_and_revert_take_the_same_statements_for_two_rows_and_for_two_hundred(
    statements: Callable[[], Any],
) -> None:
    counts = []
    for count in (1, 2, 200):  # the first one warms up
        rows = [{"code": f"C{count}-{place}", "name": f"公司{count}-{place}", "city": "甲"} for place in range(count)]
        load(*rows[: (count + 1) // 2])
        with statements() as counted:
            number = load(*({**row, "city": "乙", "business_scope": "丙"} for row in rows))
            assert plan(batch_for(number)).possible == count
            assert revert(number).state == REVERTED
        # the words by which up to 500 records are searched follow record by record
        counts.append(len([each for each in counted.texts if "search_" not in each]))
        assert one(f"C{count}-0").city == "甲"
    assert counts[1] == counts[2]
