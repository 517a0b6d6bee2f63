"""The key of blind indexes is rotated in batches; look-ups find everything all the while (CUS-11)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kezhi import Refused, User, acting_as, clock, db, set_setting, writing
from kezhi.builtin.customers import services as customers
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.destruction.services import tracing
from kezhi.builtin.imports.services import apply_batch, import_file, plan, revert, stage
from kezhi.builtin.protection import fields, ring, services
from kezhi.builtin.protection.services import resealing
from kezhi.builtin.search import services as search

pytestmark = [pytest.mark.services, pytest.mark.clause("CUS-11")]

COUNT = 7
CODE = "91330106MA2H3K7Q4Q"


class Killed(BaseException):
    """The process ends here: nothing catches it, nothing is written any more."""


def company(at: int) -> dict[str, str]:
    return {"name": f"第{at}公司", "code": f"A-{at}", "phone": f"0571-8812 000{at}", "email": f"a{at}@a.cn"}


def everybody_is_found() -> None:
    for at in range(COUNT):
        assert [hit.code for hit in customers.duplicates({"phone": f"057188120{at:03d}"})] == [f"A-{at}"]
        for typed in (f"0571-8812 000{at}", f"A{at}@A.cn", f"1390000000{at}"):
            names = [hit.heading for group in search.find(typed) for hit in group.hits]
            assert names == [f"第{at}公司"], typed


def states() -> dict[int | None, int]:
    column = Customer.__table__.c.seal_version
    rows = db.session.execute(sa.select(column, sa.func.count()).group_by(column))
    return dict(rows.all())


def test_everything_is_found_in_the_middle_of_a_rotation_that_is_killed_at_every_batch(
    app: Flask, monkeypatch: pytest.MonkeyPatch, client_as: Callable[..., FlaskClient]
) -> None:
    with writing():
        for at in range(COUNT):
            made = customers.create_customer(company(at)).id
            customers.add_contact(made, {"name": "林强", "phone": f"1390000000{at}"})
        customers.update_customer(made, 1, {"credit_code": CODE})
    search.work_off()
    everybody_is_found()
    before = db.session.scalars(sa.select(Customer.phone_key).order_by(Customer.id)).all()
    with writing():
        assert services.rotate(("index",)) == {"fields": 2, "index": 2}
    everybody_is_found()
    assert [each.version for each in ring.index_keys()] == [2, 1]

    real, calls = resealing._renew, 0

    def killed(each: Any, version: int) -> int:
        nonlocal calls
        calls += 1
        done = real(each, version)
        if done and calls % 2:
            raise Killed  # in the transaction of a batch: it is rolled back
        if done:
            db.session.info.setdefault("after_commit", []).append(_kill)  # or right after it
        return done

    def _kill() -> None:
        raise Killed

    monkeypatch.setattr(resealing, "BATCH", 2)
    monkeypatch.setattr(resealing, "_renew", killed)
    seen = set()
    for _turn in range(200):
        try:
            services.renew("fields")
        except Killed:
            db.session.rollback()
            seen.add(tuple(sorted(states().items())))
            if states().get(1) in (5, 1):
                everybody_is_found()
            with writing():  # people go on working, on rows of either key
                number = db.session.execute(sa.select(Customer.version).where(Customer.id == made)).scalar_one()
                customers.update_customer(made, number, {"fax": f"0571-{_turn}"})
        else:
            break
    else:
        pytest.fail("the rotation did not come to an end")
    assert {((1, 5), (2, 2)), ((1, 1), (2, 6)), ((2, 7),)} <= seen
    everybody_is_found()
    after = db.session.scalars(sa.select(Customer.phone_key).order_by(Customer.id)).all()
    assert not set(before) & set(after)
    assert after[0] == fields.blind("phone", "057188120000")
    assert services.count_indexes().keys() == {2}
    assert not services.indexes_wait()
    page = client_as("administrator").get("/protection").get_data(as_text=True)
    assert "加密字段的索引" in page


def test_an_old_index_key_is_let_go_when_nothing_is_under_it(
    app: Flask, clock_at: Callable[..., None], add_person: Callable[..., User]
) -> None:
    with writing():
        customers.create_customer(company(1))
        services.switch_off("fields", "索引检查期间")
    with writing(), pytest.raises(Refused):  # rows in the clear would keep blind indexes of an unknown key
        services.rotate(("index",))
    with writing():
        services.switch_on("fields")
    services.renew("fields")
    with writing():
        set_setting("protection", "keep_old_keys_days", 1)
        services.rotate(("index",))
    now = clock.now()
    with writing(), pytest.raises(Refused, match="still under this key"):
        services.retire("index", 1)
    services.renew()
    from datetime import timedelta

    clock_at(now + timedelta(days=3))
    with writing():
        services.retire("index", 1)
    assert [each.version for each in ring.index_keys()] == [2]
    assert [hit.code for hit in customers.duplicates({"phone": "057188120001"})] == ["A-1"]
    customer = db.session.scalars(sa.select(Customer.id)).one()
    with acting_as(add_person("clerk", "customer-information-clerk")):
        assert "0571-8812 0001" in tracing.subject_of(customer, "file", "XH-1").traces


def test_imports_wait_for_the_end_of_a_rotation_and_can_be_reverted_after_it(
    app: Flask, client_as: Callable[..., FlaskClient]
) -> None:
    first = "code,name,phone,credit_code\nA-1,甲公司,0571-8812 0001,\nA-2,乙公司,0571-8812 0002,\n"
    import_file("customers", f"{first}A-3,丙公司,,{CODE}\n".encode(), "first.csv")
    batch = stage("customers", "code,name,phone\nA-1,甲公司,0571-1\nA-2,乙公司,0571-2\n".encode(), "second.csv")
    apply_batch(batch.id, False)
    waits = stage("customers", f"credit_code,name,phone\n{CODE},丙公司,0571-3\n".encode(), "waits.csv", ask=True)
    changed = db.session.scalars(sa.select(Customer).where(Customer.code == "A-2")).one()
    with writing():
        customers.update_customer(changed.id, changed.version, {"phone": "0571-22"})
        services.rotate(("index",))
    assert services.indexes_wait()
    with pytest.raises(Refused, match="index key"):
        stage("customers", first.encode(), "third.csv")
    assert "index key" in plan(batch).why_not
    services.renew()
    foreseen = plan(batch)
    assert (foreseen.why_not, foreseen.updated, foreseen.stuck) == ("", 1, 1), "what was changed since is known"
    document = import_file("customers", f"code,name,credit_code\nA-3,丙公司,{CODE}\n".encode(), "same.csv")
    assert (document["created"], document["updated"], document["unchanged"]) == (0, 0, 1)
    apply_batch(waits.id, False)  # a file of before the rotation is matched by its credit code
    phones = dict(db.session.execute(sa.select(Customer.code, Customer.phone)).all())
    assert phones == {"A-1": "0571-1", "A-2": "0571-22", "A-3": "0571-3"}
    revert(batch.id, what_can=True)
    db.session.rollback()
    assert db.session.scalar(sa.select(Customer.phone).where(Customer.code == "A-1")) == "0571-8812 0001"
