"""Protected columns: sealed in the database, plain in Python, and what is changed or moved is noticed (CUS-11)."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from hypothesis import given
from hypothesis import strategies as st

from kezhi import db, writing
from kezhi.builtin.customers import services as customers
from kezhi.builtin.customers.checks import checks
from kezhi.builtin.customers.models import Contact, Customer, CustomerChange
from kezhi.builtin.customers.services.profile import stored_values
from kezhi.builtin.protection import fields, ring, sealed, services

OTHER, INDEX = sealed.cipher(b"x" * 32), b"i" * 32
BOX = sealed.cipher(b"k" * 32)
TOKENS = st.just("a" * 16) | st.just(sealed.UNBOUND)

# ── one value ───────────────────────────────────────────────────────────────────────────────────────────────────


@given(text=st.text(min_size=1), token=TOKENS, version=st.integers(1, sealed.NEWEST_VERSION))
def test_what_is_sealed_comes_back_and_says_by_which_key(text: str, token: str, version: int) -> None:
    made = sealed.seal(BOX, version, INDEX, "a.b", token, text)
    assert sealed.unseal(BOX, "a.b", made) == text
    assert (sealed.version_of(made), sealed.token_of(made)) == (version, token)
    assert made.isascii()
    assert len(text) < 6 or text not in made


@given(text=st.text(min_size=1), other=st.text(min_size=1))
def test_equal_values_of_one_field_have_one_digest_and_never_one_ciphertext(text: str, other: str) -> None:
    one, two = (sealed.seal(BOX, 1, INDEX, "a.b", sealed.new_token(), text) for _each in range(2))
    assert one != two
    assert one[sealed.BODY_AT :] != two[sealed.BODY_AT :]
    same = sealed.digest(INDEX, "a.b", text) == sealed.digest(INDEX, "a.b", other)
    assert same == (text == other)
    assert sealed.digest(INDEX, "a.c", text) != sealed.digest(INDEX, "a.b", text) != sealed.digest(b"j", "a.b", text)


@given(text=st.text(min_size=1, max_size=40), at=st.integers(0), other=st.sampled_from("AZaz09-_"))
def test_a_changed_character_is_noticed(text: str, at: int, other: str) -> None:
    made = sealed.seal(BOX, 1, INDEX, "a.b", "t" * 16, text)
    place = sealed.BODY_AT + at % (len(made.rstrip("=")) - sealed.BODY_AT)
    changed = made[:place] + other + made[place + 1 :]
    try:
        assert sealed.unseal(BOX, "a.b", changed) == text
    except sealed.Damaged:
        return
    assert place == len(made.rstrip("=")) - 1 or changed == made, "spare bits of the last character mean nothing"


def test_a_value_opens_by_its_key_in_its_field_and_row_only() -> None:
    made = sealed.seal(BOX, 1, INDEX, "a.b", "t" * 16, "138 0013 8000")
    for box, name, text in (
        (OTHER, "a.b", made),
        (BOX, "a.c", made),
        (BOX, "a.b", made.replace("t" * 16, "u" * 16)),
        (BOX, "a.b", made[:-8]),
        (BOX, "a.b", made[: sealed.BODY_AT]),
    ):
        with pytest.raises(sealed.Damaged):
            sealed.unseal(box, name, text)


# ── a column ────────────────────────────────────────────────────────────────────────────────────────────────────

TABLE = Customer.__table__
RAW = sa.text("SELECT phone, email, phone_key, seal_version FROM customers_customer WHERE id = :id")


def make(**values: Any) -> int:
    with writing():
        return customers.create_customer({"name": "甲公司", **values}).id


def raw(customer_id: int) -> Any:
    return db.session.execute(RAW, {"id": customer_id}).one()


@pytest.mark.services
@pytest.mark.clause("CUS-11")
def test_a_protected_column_is_sealed_in_the_database_and_plain_everywhere_else(app: Flask, statements: Any) -> None:
    first = make(phone="0571-8812 0001", email="Lin@A.cn", notes="生日送花")
    stored = raw(first)
    assert sealed.is_sealed(stored.phone)
    assert sealed.is_sealed(stored.email)
    assert "8812" not in str(stored)
    assert db.session.scalar(sa.select(Customer.phone).where(Customer.id == first)) == "0571-8812 0001"
    alias = sa.orm.aliased(Customer)
    assert db.session.scalar(sa.select(alias.phone).where(alias.id == first)) == "0571-8812 0001"
    part = sa.select(TABLE.c.phone, TABLE.c.seal, TABLE.c.id).subquery()
    assert db.session.scalar(sa.select(part.c.phone).where(part.c.id == first)) == "0571-8812 0001"
    assert db.session.scalar(sa.select(sa.func.coalesce(TABLE.c.phone, "")).where(TABLE.c.id == first)) is not None
    for refused in (lambda: TABLE.c.phone == "1", lambda: TABLE.c.phone.like("1%"), lambda: TABLE.c.phone.asc()):
        with pytest.raises(TypeError, match="blind index"):
            db.session.execute(sa.select(TABLE.c.id).where(refused()))
    with writing(), pytest.raises(sa.exc.StatementError, match="bound to its row"):
        db.session.execute(sa.update(Customer).where(Customer.id == first).values(phone="1"))
    db.session.rollback()
    with statements() as seen:
        customers.customer_by_id(first)
    assert "protection" not in " ".join(map(str, getattr(seen, "statements", []))), "keys are read once per process"


@pytest.mark.services
@pytest.mark.clause("CUS-11")
def test_swapped_and_tampered_values_are_named_and_never_stored(app: Flask, client_as: Any) -> None:
    one, two = make(phone="0571-8812 0001", code="A-1"), make(phone="021-5555 6666", code="A-2")
    phones = [raw(each).phone for each in (one, two)]
    with writing():
        for customer_id, phone in ((one, phones[1]), (two, phones[0][:-6] + "AAAA" + phones[0][-2:])):
            statement = sa.text("UPDATE customers_customer SET phone = :phone WHERE id = :id")
            db.session.execute(statement, {"phone": phone, "id": customer_id})
    named = {check.key: check for check in checks()}["customers.sealed"].run(db.session())
    assert len(named) == 1, "what was moved is named, and what does not open shows where it stands"
    assert f"customers_customer {one} " in str(named[0].message)
    for customer_id in (one, two):
        found = stored_values(customers.customer_by_id(customer_id))["phone"]
        assert isinstance(found, fields.Unreadable)
        page = client_as("customer-information-clerk").get(f"/customers/{customer_id}")
        assert page.status_code == 200
        assert "⚠" in page.get_data(as_text=True)
    with writing():  # the rest of the record can be changed, and the right value written in the place of the wrong one
        customers.update_customer(one, 1, {"city": "宁波"})
        customers.update_customer(one, 2, {"phone": "0571-1111 2222"})
    assert stored_values(customers.customer_by_id(one))["phone"] == "0571-1111 2222"
    broken = stored_values(customers.customer_by_id(two))["phone"]
    with writing(), pytest.raises(fields.Unstorable):
        customers.update_customer(one, 3, {"address": broken})
    db.session.rollback()
    assert stored_values(customers.customer_by_id(one))["address"] == ""


@pytest.mark.services
@pytest.mark.clause("CUS-11")
def test_a_wrong_key_file_is_refused_in_words(app: Flask, client_as: Any) -> None:
    customer_id = make(phone="0571-8812 0001")
    client = client_as("customer-information-clerk")
    path = ring.path()
    content = path.read_text()
    try:
        first = json.loads(content)
        first["files"] = first["audit"]
        path.write_text(json.dumps(first))
        for name in ("kezhi_ring", "kezhi_fields", "kezhi_field_boxes"):
            current_app.extensions.pop(name, None)
        answer = client.get(f"/customers/{customer_id}")
        assert answer.status_code == 400
        assert str(path.name) in answer.get_data(as_text=True)
    finally:
        path.write_text(content)
    assert client.get(f"/customers/{customer_id}").status_code == 200


@pytest.mark.services
@pytest.mark.clause("CUS-11")
def test_rotation_reseals_batch_by_batch_and_the_old_key_is_let_go(app: Flask) -> None:
    customer_id = make(phone="0571-8812 0001", email="lin@a.cn", credit_standing="良好")
    with writing():
        given = {"name": "林强", "phone": "13800138000", "birthday": "1980-03-04"}
        person = customers.add_contact(customer_id, given).id
        customers.update_customer(customer_id, 1, {"phone": "0571-8812 0002"})
        services.rotate(("fields",))
    key = raw(customer_id).phone_key
    assert sum(each.old for each in services.standing() if each.use.purpose == "fields") >= 3
    assert raw(customer_id).seal_version == 1
    done = services.renew("fields")
    assert done["customers.fields"] >= 3
    assert services.renew("fields") == {}
    stored = raw(customer_id)
    assert (stored.seal_version, sealed.version_of(stored.phone), stored.phone_key) == (2, 2, key)
    assert all(each.waiting == 0 for each in services.standing() if each.use.purpose == "fields")
    current_app.extensions.pop("kezhi_field_boxes", None)
    assert stored_values(customers.customer_by_id(customer_id))["credit_standing"] == "良好"
    assert str(db.session.get_one(Contact, person).birthday) == "1980-03-04"
    history = {tuple(row) for row in db.session.execute(sa.select(CustomerChange.old, CustomerChange.new))}
    assert ("0571-8812 0001", "0571-8812 0002") in history


@pytest.mark.services
@pytest.mark.clause("CUS-11")
def test_switching_fields_off_is_recorded_and_switching_on_seals_what_was_written_meanwhile(app: Flask) -> None:
    before = make(phone="0571-8812 0001", code="A-1")
    with writing():
        services.switch_off("fields", "索引重建期间")
    clear = make(phone="0571-8812 0002", code="A-2")
    with writing():
        customers.update_customer(before, 1, {"fax": "0571-8812 0009"})
    assert raw(clear).phone == "0571-8812 0002"
    assert sealed.is_sealed(raw(before).phone)
    assert {each: raw(each).seal_version for each in (before, clear)} == {before: 0, clear: 0}
    assert stored_values(customers.customer_by_id(before))["fax"] == "0571-8812 0009"
    assert [hit.code for hit in customers.duplicates({"phone": "0571 88120002"})] == ["A-2"]
    assert services.renew("fields") == {}, "what is in the clear stays so as long as it is switched off"
    with writing():
        services.switch_on("fields")
    assert services.renew("fields")["customers.fields"] >= 2
    assert sealed.is_sealed(raw(clear).phone)
    assert raw(clear).seal_version == raw(before).seal_version == 1


@pytest.mark.services
@pytest.mark.clause("CUS-11")
def test_what_was_stored_before_is_read_and_sealed_by_the_job(app: Flask) -> None:
    customer_id = make(phone="0571-8812 0001", email="Lin@A.cn", code="A-1")
    old = sa.text(
        "UPDATE customers_customer SET phone = '0571-8812 0001', phone_key = '057188120001', email = 'Lin@A.cn', "
        "email_key = 'lin@a.cn', seal = NULL, seal_version = NULL WHERE id = :id"
    )
    change = sa.text(
        "INSERT INTO customers_change (customer_id, at, actor, field, old, new, source) "
        "VALUES (:id, :at, 'x', 'contact.phone', '', '林强: 138', 'page'), (:id, :at, 'x', 'city', '', '宁波', 'page')"
    ).bindparams(sa.bindparam("at", type_=Customer.__table__.c.created_at.type))
    with writing():
        db.session.execute(old, {"id": customer_id})
        db.session.execute(change, {"id": customer_id, "at": customers.customer_by_id(customer_id).created_at})
    assert stored_values(customers.customer_by_id(customer_id))["phone"] == "0571-8812 0001"
    assert [hit.code for hit in customers.duplicates({"phone": "0571 88120001"})] == ["A-1"], "also while it waits"
    assert services.renew("fields")["customers.fields"] == 3
    stored = raw(customer_id)
    assert sealed.is_sealed(stored.phone)
    assert stored.phone_key == fields.blind("phone", "057188120001")
    assert [hit.code for hit in customers.duplicates({"phone": "0571 88120001"})] == ["A-1"]
    assert stored_values(customers.customer_by_id(customer_id))["email"] == "Lin@A.cn"
    history = {tuple(row) for row in db.session.execute(sa.select(CustomerChange.field, CustomerChange.new))}
    assert {("contact.phone", "林强: 138"), ("city", "宁波")} <= history
    held = db.session.execute(sa.text("SELECT field, new, seal_version FROM customers_change ORDER BY field")).all()
    kept = [(row[0], sealed.is_sealed(row[1]), row[2]) for row in held]
    assert kept == [("city", False, -1), ("contact.phone", True, 1)]
