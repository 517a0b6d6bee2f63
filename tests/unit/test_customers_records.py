"""One record per customer: codes, owners, changes, duplicates (CUS-01, CUS-04, CUS-05, CUS-06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kezhi import Conflict, NotFound, Refused, User, acting_as, db, set_setting, writing
from kezhi.builtin.customers import services
from kezhi.builtin.customers.checks import checks
from kezhi.builtin.customers.models import Customer, CustomerChange, CustomerOwner
from kezhi.tables import audit_entry

pytestmark = pytest.mark.services

YEAR_2026 = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
CREDIT_CODE = "91330106MA2H3K7Q4Q"


def make(name: str = "杭州恒远精密机械有限公司", **values: Any) -> Customer:
    """A customer, made in a transaction of its own."""
    prospect = values.pop("prospect", False)
    with writing():
        return services.create_customer({"name": name, **values}, prospect=prospect)


def change(customer: Customer, **values: Any) -> Customer:
    """Save values over the version that stands there."""
    customer_id, version = customer.id, customer.version
    with writing():
        return services.update_customer(customer_id, version, values)


def doctor() -> list[str]:
    return [str(finding.message) for check in checks() for finding in check.run(db.session())]


@pytest.fixture
def year_2026(app: Flask, clock_at: Callable[[datetime], None]) -> None:
    clock_at(YEAR_2026)


# ── codes ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-01")
def test_a_new_customer_gets_the_next_code_at_once(year_2026: None) -> None:
    assert [make(name).code for name in ("甲公司", "乙公司", "丙公司")] == [
        "KH-2026-0001",
        "KH-2026-0002",
        "KH-2026-0003",
    ]
    assert doctor() == []


@pytest.mark.clause("CUS-01")
def test_the_company_sets_the_rule(year_2026: None) -> None:
    with writing():
        for key, value in (("prefix", "ZJ"), ("year", False), ("digits", 6)):
            set_setting("customers", f"code_{key}", value)
    assert make().code == "ZJ000001"


@pytest.mark.clause("CUS-01")
def test_codes_given_by_hand_are_stepped_over(year_2026: None) -> None:
    make("甲公司", code="KH-2026-0001")
    make("乙公司", code="KH-2026-0002")
    assert make("丙公司").code == "KH-2026-0003"
    assert make("丁公司").code == "KH-2026-0004"


@pytest.mark.clause("CUS-01")
def test_a_code_is_never_given_again_even_after_its_record_is_gone(year_2026: None) -> None:
    gone = make("甲公司")
    code = gone.code
    with writing():
        db.session.execute(sa.delete(Customer).where(Customer.id == gone.id))
    assert make("乙公司").code == "KH-2026-0002"
    with pytest.raises(Refused, match="KH-2026-0001"):
        make("丙公司", code=code)


@pytest.mark.clause("CUS-01")
def test_a_code_that_stands_already_is_refused_and_nothing_is_written(app: Flask) -> None:
    make("甲公司", code="KH-1")
    with pytest.raises(Refused, match="KH-1"):
        make("乙公司", code="KH-1")
    assert [each.name for each in db.session.scalars(sa.select(Customer))] == ["甲公司"]


@pytest.mark.clause("CUS-01")
def test_a_code_never_changes_once_it_is_given(year_2026: None) -> None:
    customer = make()
    with pytest.raises(Refused, match="never changes"):
        change(customer, code="KH-2026-9999")
    assert services.customer_by_code("KH-2026-0001").version == 1


@pytest.mark.clause("CUS-01")
def test_a_prospect_has_a_provisional_number_that_the_code_joins(year_2026: None) -> None:
    prospect = make(prospect=True)
    assert (prospect.code, prospect.prospect_number) == (None, "P-000001")
    with writing():
        services.recognise_customer(prospect.id, prospect.version)
    known = services.customer_by_id(prospect.id)
    assert (known.code, known.prospect_number) == ("KH-2026-0001", "P-000001")
    with writing(), pytest.raises(Refused, match="already"):
        services.recognise_customer(known.id, known.version)
    assert doctor() == []


# ── changes ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-05")
def test_every_change_of_a_field_is_kept_with_both_values(app: Flask, add_person: Callable[..., User]) -> None:
    clerk = add_person("gao", "customer-information-clerk")
    customer = make(phone="0571-88120001", trade_since=date(2019, 3, 1))
    with acting_as(clerk):
        change(customer, phone="0571-88120002", trade_since=None, city="杭州")
    kept = {each.field: (each.actor, each.old, each.new) for each in services.changes(customer.id)}
    assert kept == {
        "phone": ("gao", "0571-88120001", "0571-88120002"),
        "trade_since": ("gao", "2019-03-01", ""),
        "city": ("gao", "", "杭州"),
    }


@pytest.mark.clause("CUS-05")
def test_saving_without_a_change_leaves_no_trace(app: Flask) -> None:
    customer = make(city="杭州")
    change(customer, city=" 杭州 ")
    assert services.customer_by_id(customer.id).version == 1
    assert services.changes(customer.id) == []


@pytest.mark.clause("CUS-05")
def test_the_audit_names_the_fields_and_none_of_their_values(app: Flask) -> None:
    customer = make(phone="0571-88120001")
    change(customer, phone="0571-88120002")
    rows = db.session.execute(sa.select(audit_entry.c.action, audit_entry.c.payload)).all()
    update = next(row.payload for row in rows if row.action == "customer.update")
    assert '"phone"' in update
    assert not any("8812000" in row.payload or "恒远" in row.payload for row in rows)


def test_the_second_of_two_open_forms_does_not_undo_the_first(app: Flask) -> None:
    customer = make(city="杭州", phone="0571-88120001")
    customer_id, version = customer.id, customer.version
    with writing():
        services.update_customer(customer_id, version, {"city": "宁波"})
    with pytest.raises(Conflict) as caught, writing():
        services.update_customer(customer_id, version, {"phone": "0571-88120002"})
    stored = services.customer_by_id(customer_id)
    assert (stored.city, stored.phone, stored.version) == ("宁波", "0571-88120001", 2)
    assert isinstance(caught.value, services.VersionConflict)
    assert caught.value.stored["city"] == "宁波"
    assert caught.value.wanted == {"phone": "0571-88120002"}


# ── values ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-02")
def test_every_fault_is_named_at_once(app: Flask) -> None:
    with pytest.raises(services.Invalid) as caught:
        make("　", credit_code="91330106MA2H3K7Q4X", email="a b", website="nowhere", business_type="牛")
    assert set(caught.value.errors) == {"name", "credit_code", "email", "website", "business_type"}
    assert "should be Q" in caught.value.errors["credit_code"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 0


def test_names_are_tidied_and_list_values_stored_by_key(app: Flask) -> None:
    customer = make("　杭州恒远　 精密机械有限公司 ", business_type="贸易公司", stage="Existing", website="www.a.cn")
    assert customer.name == "杭州恒远 精密机械有限公司"
    assert (customer.business_type, customer.stage) == ("trading-company", "existing")
    assert customer.website == "https://www.a.cn"


def test_a_list_value_that_stands_there_already_may_stay(app: Flask) -> None:
    customer = make()
    with writing():
        db.session.execute(sa.update(Customer).values(industry="航天"))
    db.session.expire_all()
    change(customer, industry="航天", city="杭州")
    assert services.customer_by_id(customer.id).industry == "航天"
    with pytest.raises(Refused, match="航空"):
        change(services.customer_by_id(customer.id), industry="航空")


# ── owners ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-04")
def test_one_owner_at_any_time_with_a_dated_history(
    add_person: Callable[..., User], clock_at: Callable[[datetime], None]
) -> None:
    first, second = add_person("liting", "salesperson"), add_person("zhangwei", "salesperson")
    clock_at(datetime(2026, 1, 1, tzinfo=UTC))
    customer = make(owner_id=first.id)
    clock_at(datetime(2026, 6, 1, tzinfo=UTC))
    change(customer, owner_id=second.id)
    history = [(name, start.month, end and end.month) for name, _place, start, end in services.owners(customer.id)]
    assert history == [("zhangwei", 6, None), ("liting", 1, 6)]
    assert [(each.field, each.old, each.new) for each in services.changes(customer.id)] == [
        ("owner_id", "liting", "zhangwei")
    ]
    clock_at(datetime(2026, 7, 1, tzinfo=UTC))
    change(services.customer_by_id(customer.id), owner_id=None)
    assert db.session.scalar(sa.select(sa.func.count()).where(CustomerOwner.to_at.is_(None))) == 0
    assert doctor() == []


@pytest.mark.clause("CUS-04")
def test_what_a_salesperson_enters_is_theirs_and_stays_with_whom_the_manager_says(
    add_person: Callable[..., User],
) -> None:
    seller, other = add_person("liting", "salesperson"), add_person("zhangwei", "salesperson")
    with acting_as(seller):
        customer = make()
        assert customer.owner_id == seller.id
        with pytest.raises(Refused, match="may not change who is responsible"):
            change(customer, owner_id=other.id)
    assert services.customer_by_id(customer.id).owner_id == seller.id


# ── duplicates ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-06")
@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"name": "其他公司", "credit_code": CREDIT_CODE}, ("credit_code",)),
        ({"name": "杭州　恒远精密机械有限公司。"}, ("name",)),
        ({"name": "其他公司", "phone": "(0571) 8812 0001"}, ("phone",)),
    ],
)
def test_the_same_credit_code_name_or_phone_is_flagged(
    app: Flask, values: dict[str, Any], fields: tuple[str, ...]
) -> None:
    known = make(credit_code=CREDIT_CODE, phone="0571-88120001")
    assert [(hit.customer_id, hit.fields) for hit in services.duplicates(values)] == [(known.id, fields)]
    assert services.duplicates(values, except_id=known.id) == []
    make(**values)  # flagged, not refused


@pytest.mark.clause("CUS-06")
def test_a_duplicate_that_one_may_not_see_keeps_its_name(add_person: Callable[..., User]) -> None:
    seller, other = add_person("liting", "salesperson"), add_person("zhangwei", "salesperson")
    make(owner_id=other.id, phone="0571-88120001")
    with acting_as(seller):
        (hit,) = services.duplicates({"name": "杭州恒远精密机械有限公司"})
        assert (hit.customer_id, hit.code, hit.name, hit.title) == (None, "", "", "another customer file")


@pytest.mark.clause("CUS-06")
def test_a_company_may_refuse_duplicates(app: Flask) -> None:
    make()
    with writing():
        set_setting("customers", "refuse_duplicates", True)
    with pytest.raises(Refused, match="same as that of"):
        make()


# ── the doctor ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_doctor_finds_what_was_broken_by_hand(app: Flask, add_person: Callable[..., User]) -> None:
    customer = make(owner_id=add_person("liting", "salesperson").id)
    assert doctor() == []
    with writing():
        db.session.execute(sa.delete(CustomerOwner))
        db.session.execute(sa.update(Customer).values(code="KH-OTHER"))
        row = {"customer_id": customer.id, "at": YEAR_2026, "actor": "x", "field": "code", "old": "A", "new": "B"}
        db.session.execute(sa.insert(CustomerChange), [{**row, "source": "page"}])
    assert len(doctor()) == 3


def test_a_record_nobody_has_is_not_found(app: Flask) -> None:
    with pytest.raises(NotFound):
        services.customer_by_id(4711)
    with pytest.raises(NotFound, match="KH-0"):
        services.customer_by_code("KH-0")
