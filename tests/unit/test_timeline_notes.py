"""Notes on records: written, changed for a while, removed with a trace, read by whom the record lets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from kezhi import Conflict, NotFound, Refused, acting_as, clock, db, set_setting, tables, writing
from kezhi.builtin.accounts.models import Account
from kezhi.builtin.accounts.services import set_permission
from kezhi.builtin.customers.services import create_customer, customer_by_id, update_customer
from kezhi.builtin.customers.services.assigning import assign_customers
from kezhi.builtin.customers.services.links import delete_customer, erase_customer
from kezhi.builtin.customers.services.merging import merge_customers
from kezhi.builtin.timeline import checks, services
from kezhi.builtin.timeline.models import Mention, Note
from kezhi.testing.databases import command

pytestmark = [pytest.mark.services, pytest.mark.clause("CUS-05")]
Person = Callable[..., Any]


@pytest.fixture
def seller(add_person: Person) -> Any:
    return add_person("liting", "salesperson", name="李婷")


@pytest.fixture
def manager(add_person: Person) -> Any:
    """Sees every customer."""
    return add_person("hezq", "customer-service-manager", name="何志强")


@pytest.fixture
def stranger(add_person: Person) -> Any:
    """Sees own customers only, and has none."""
    return add_person("zhaoqian", "salesperson", name="赵倩")


@pytest.fixture
def customer_id(app: Any, seller: Any) -> int:
    with writing():
        return int(create_customer({"code": "K001", "name": "恒达钢铁", "owner_id": seller.id}).id)


def write(person: Any, customer_id: int, typed: str) -> int:
    with acting_as(person), writing():
        return int(services.write_note("customers", "customer", customer_id, typed).id)


def shown(customer_id: int) -> list[str]:
    return [each.text for each in services.notes_of("customers", "customer", customer_id, None, 50)]


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def unread_of(person: Any) -> int:
    with acting_as(person):
        return services.unread()


def test_a_note_is_read_by_whom_the_record_lets(customer_id: int, seller: Any, manager: Any, stranger: Any) -> None:
    note_id = write(seller, customer_id, "十二月报价\n先对价格")
    with acting_as(manager):
        assert shown(customer_id) == ["十二月报价\n先对价格"]
    with acting_as(stranger):
        assert shown(customer_id) == []
        with pytest.raises(NotFound):
            services.note_by_id(note_id)
        with pytest.raises(NotFound), writing():
            services.write_note("customers", "customer", customer_id, "我也来")
    assert count(Note) == 1


def test_without_the_right_to_notes_there_are_none(customer_id: int, seller: Any) -> None:
    note_id = write(seller, customer_id, "看")
    with writing():
        set_permission("salesperson", "timeline.use", False)
    from kezhi.builtin.accounts.services import user_named

    with acting_as(user_named("liting")):
        with pytest.raises(NotFound):
            services.record_for("customers", "customer", customer_id)
        with pytest.raises(NotFound):
            services.note_by_id(note_id)


def test_whoever_is_mentioned_finds_it_under_todays_name(customer_id: int, seller: Any, manager: Any) -> None:
    write(seller, customer_id, "请@何志强看一下")
    with acting_as(manager):
        (mentioned,) = services.inbox()[0]
    assert (mentioned.is_unread, mentioned.record, mentioned.written.text) == (True, "恒达钢铁", "请@何志强看一下")
    assert db.session.scalars(select(Note.text)).one() == "请@看一下", "no name is kept"
    with writing():
        db.session.execute(update(Account).where(Account.id == manager.id).values(name="何自强"))
    assert shown(customer_id) == ["请@何自强看一下"]


def test_somebody_who_does_not_see_the_record_cannot_be_mentioned(customer_id: int, seller: Any, stranger: Any) -> None:
    with pytest.raises(Refused, match="赵倩") as refused:
        write(seller, customer_id, "问问@赵倩")
    assert refused.value.field == "text"
    assert (count(Note), count(Mention), unread_of(stranger)) == (0, 0, 0)
    with acting_as(seller):
        offered = services.suggestions("customers", "customer", customer_id, "")
    assert {each.login for each in offered} == {"admin", "liting"}


def test_suggestions_take_a_constant_number_of_statements(
    customer_id: int, seller: Any, add_person: Person, statements: Callable[[], Any]
) -> None:
    def needed() -> int:
        with acting_as(seller), statements() as counted:
            services.suggestions("customers", "customer", customer_id, "王")
        return int(counted.count)

    add_person("wang", "finance", name="王一")
    before = needed()
    for number in range(6):
        add_person(f"wang{number}", ("finance", "salesperson")[number % 2], name=f"王{number}")
    assert needed() == before
    with acting_as(seller):
        found = services.suggestions("customers", "customer", customer_id, "王")
    assert sorted(each.login for each in found) == ["wang", "wang0", "wang2", "wang4"]


def test_of_two_people_with_one_name_the_login_says_who(customer_id: int, seller: Any, add_person: Person) -> None:
    one, other = (add_person(f"wangwei{n}", "finance", name="王伟") for n in (1, 2))
    with pytest.raises(Refused, match="wangwei1"):
        write(seller, customer_id, "@王伟 看")
    note_id = write(seller, customer_id, "@王伟(wangwei2) 看")
    assert (unread_of(one), unread_of(other)) == (0, 1)
    assert services.open_text(services.note_by_id(note_id)) == "@王伟(wangwei2) 看", "can be saved again"


def test_a_mention_is_unread_until_it_is_read_and_gone_with_the_record(
    customer_id: int, seller: Any, manager: Any, stranger: Any, add_person: Person
) -> None:
    note_id = write(seller, customer_id, "@何志强")
    other = write(seller, customer_id, "@何志强 还有")
    assert unread_of(manager) == 2
    with acting_as(manager), writing():
        services.mark_read(note_id)
    assert unread_of(manager) == 1
    with acting_as(stranger), pytest.raises(NotFound), writing():
        services.mark_read(other)
    with acting_as(seller), pytest.raises(NotFound), writing():
        services.mark_read(other)  # sees the note, is not mentioned in it
    with writing():
        set_permission("customer-service-manager", "customers.see_all", False)
    from kezhi.builtin.accounts.services import user_named

    now = user_named("hezq")
    assert unread_of(now) == 0
    with acting_as(now):
        assert services.inbox() == ([], False)
        with pytest.raises(NotFound), writing():
            services.mark_read(other)
        with writing():
            assert services.mark_all_read() == 0
    assert db.session.scalar(select(Mention.read_at).where(Mention.note_id == other)) is None


def test_an_own_note_is_changed_for_a_while(
    customer_id: int, seller: Any, manager: Any, clock_at: Callable[[Any], None]
) -> None:
    note_id = write(seller, customer_id, "@何志强 十点")
    with acting_as(manager), writing():
        services.mark_read(note_id)
    with acting_as(seller), writing():
        services.edit_note(note_id, 1, "@何志强 十一点，@liting 记一下")
    assert shown(customer_id) == ["@何志强 十一点，@李婷 记一下"]
    assert (unread_of(manager), unread_of(seller)) == (0, 1), "who has read it has read it"
    with acting_as(seller), pytest.raises(Conflict), writing():
        services.edit_note(note_id, 1, "十二点")
    with acting_as(manager), pytest.raises(NotFound), writing():
        services.edit_note(note_id, 2, "不是我的")
    clock_at(clock.now() + timedelta(minutes=30, seconds=1))
    with acting_as(seller), pytest.raises(Refused, match=r"over|时限"), writing():
        services.edit_note(note_id, 2, "太晚")
    assert shown(customer_id) == ["@何志强 十一点，@李婷 记一下"]
    with writing():
        set_setting("timeline", "edit_minutes", 60)
    with acting_as(seller), writing():
        services.edit_note(note_id, 2, "公司定的时间")
    assert shown(customer_id) == ["公司定的时间"]


def test_a_removed_note_leaves_a_trace_and_no_text(customer_id: int, seller: Any, manager: Any) -> None:
    note_id = write(seller, customer_id, "写错了，@何志强")
    with acting_as(manager), pytest.raises(NotFound), writing():
        services.remove_note(note_id)
    with acting_as(seller), writing():
        services.remove_note(note_id)
    with acting_as(seller), pytest.raises(Conflict), writing():
        services.remove_note(note_id)
    (left,) = services.notes_of("customers", "customer", customer_id, None, 9)
    assert (left.author, left.text, left.note.removed_at is not None) == ("李婷", "", True)
    assert (count(Mention), unread_of(manager)) == (0, 0)
    with acting_as(seller), pytest.raises(Refused), writing():
        services.edit_note(note_id, 2, "再写")


@pytest.mark.parametrize("typed", ["", " \n ", "x" * 4001, "@赵六 看"])
def test_what_cannot_be_kept_is_refused(customer_id: int, seller: Any, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        write(seller, customer_id, typed)
    assert refused.value.field == "text"
    assert count(Note) == 0


def test_every_step_is_on_record_without_the_text(customer_id: int, seller: Any, manager: Any) -> None:
    note_id = write(seller, customer_id, "秘密内容 @何志强")
    with acting_as(seller), writing():
        services.edit_note(note_id, 1, "秘密内容")
        services.remove_note(note_id)
    entry = tables.audit_entry.c
    rows = db.session.execute(
        select(entry.action, entry.payload).where(entry.object_kind == "note").order_by(entry.seq)
    )
    found = [(row.action, str(row.payload)) for row in rows]
    assert [action for action, _payload in found] == ["note.write", "note.edit", "note.remove"]
    assert "秘密" not in "".join(payload for _action, payload in found)


def test_notes_go_over_with_a_merge(customer_id: int, seller: Any) -> None:
    with writing():
        other = int(create_customer({"code": "K002", "name": "恒达钢材", "owner_id": seller.id}).id)
    write(seller, other, "另一份")
    with writing():
        merge_customers(customer_id, other)
    assert shown(customer_id) == ["另一份"]


@pytest.mark.parametrize("away", [erase_customer, delete_customer])
def test_erasing_or_deleting_a_customer_takes_its_notes_away(
    customer_id: int, seller: Any, manager: Any, away: Callable[[int], Any]
) -> None:
    write(seller, customer_id, "王总的手机 @何志强")
    with writing():
        away(customer_id)
    assert (count(Note), count(Mention), unread_of(manager)) == (0, 0, 0)


def test_the_notes_of_an_uninstalled_app_go_with_it(customer_id: int, seller: Any) -> None:
    write(seller, customer_id, "看")
    with writing():
        services.forget_plugin("trade")
    assert count(Note) == 1
    with writing():
        services.forget_plugin("customers")
    assert count(Note) == 0


def test_the_timeline_tells_changes_and_owners_a_page_at_a_time(
    customer_id: int, seller: Any, manager: Any, clock_at: Callable[[Any], None]
) -> None:
    from kezhi.builtin.customers.services import change_entries, owner_entries

    start = clock.now()
    for day, city in enumerate(("杭州", "苏州", "南京"), start=1):
        clock_at(start + timedelta(days=day))
        with writing():
            update_customer(customer_id, day, {"city": city, "address": f"{city}路1号"})
    clock_at(start + timedelta(days=4))
    from kezhi.builtin.customers.models import Customer

    with writing():
        assign_customers(select(Customer.id), manager.id)
    customer = customer_by_id(customer_id)
    (handed_over,) = owner_entries(customer, None, 9)
    assert [(old, new) for _label, old, new in handed_over.changes] == [("李婷", "何志强")]
    newest = change_entries(customer, None, 2)
    assert [len(each.changes) for each in newest] == [2, 2], "no entry is read by half"
    older = change_entries(customer, newest[-1].at - timedelta(microseconds=1), 9)
    assert [len(each.changes) for each in older] == [2, 0], "the first change, and the opening"


def test_the_doctor_finds_a_mention_that_points_elsewhere(customer_id: int, seller: Any, manager: Any) -> None:
    write(seller, customer_id, "请@何志强看")
    assert checks.places(db.session()) == []
    db.session.rollback()
    with writing():
        db.session.execute(text("UPDATE timeline_mention SET position = 0"))
    assert len(checks.places(db.session())) == 1


def test_the_command_lists_what_the_person_sees(site: Any, customer_id: int, seller: Any, stranger: Any) -> None:
    import json

    done = command(site, "notes", "write", "customers", "customer", str(customer_id), "来自命令行", "--as", "liting")
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(command(site, "notes", "list", "--json", "--as", "liting").stdout)
    assert (row["author"], row["text"], row["record"]) == ("李婷", "来自命令行", customer_id)
    assert json.loads(command(site, "notes", "list", "--json", "--as", "zhaoqian").stdout) == []
    refused = command(site, "notes", "write", "customers", "customer", str(customer_id), "x", "--as", "zhaoqian")
    assert refused.returncode != 0
