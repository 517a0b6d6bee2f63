"""Search: what is found follows the records, goes no further than access, and survives what fails (CUS-04)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kezhi import Plugin, acting_as, announce, bulk_write, clock, db, hookimpl, tables, writing
from kezhi.builtin.accounts import services as accounts
from kezhi.builtin.customers import services as customers
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import links
from kezhi.builtin.search import checks, services
from kezhi.builtin.search.contributions import SearchKind
from kezhi.builtin.search.models import KindState, Pending, Recent, Token
from kezhi.builtin.search.services import finding, following
from kezhi.cli import run
from kezhi.testing.jobs import run_job, run_job_cut_off
from kezhi.users import SYSTEM, User

pytestmark = pytest.mark.services
customer = Customer.__table__
Person = Callable[..., User]


def make(name: str, **values: Any) -> int:
    with writing():
        return customers.create_customer({"name": name, **values}).id


def found(text: str, user: User | None = None, kind: str = "customers") -> list[str]:
    """The headings found of a kind, in their order."""
    db.session.rollback()
    with acting_as(user or SYSTEM):
        return [hit.heading for group in services.find(text) if group.key == kind for hit in group.hits]


def tokens_stored() -> set[tuple[str, int, str]]:
    db.session.rollback()
    return {(row.kind, row.record_id, row.token) for row in db.session.execute(sa.select(Token.__table__))}


def fill(count: int, start: int = 1000) -> None:
    """Customers written by the database itself; nobody has been told of them."""
    source: Any = customer.alias()
    first = sa.select(sa.literal(start, sa.BigInteger()).label("n")).cte("numbers", recursive=True)
    numbers = first.union_all(sa.select(first.c.n + 1).where(first.c.n < start + count - 1))
    plain = {
        column.name: sa.literal("")
        for column in source.c
        if not column.nullable and isinstance(column.type, sa.Text) and column.name != "name"
    }
    values = {
        **plain,
        "id": numbers.c.n,
        "code": sa.literal("B-") + sa.cast(numbers.c.n, sa.Text),
        "name": sa.literal("宏图批量") + sa.cast(numbers.c.n, sa.Text),
        "created_at": sa.literal(clock.now(), customer.c.created_at.type),
        "updated_at": sa.literal(clock.now(), customer.c.updated_at.type),
        "version": sa.literal(1),
    }
    db.session.execute(sa.insert(customer).from_select(list(values), sa.select(*values.values())))


@contextmanager
def app_with_kinds(app: Flask, kinds: Callable[[], Any]) -> Iterator[None]:
    """An app named “rating” with search kinds of its own."""
    kernel = app.extensions["kezhi"]

    class Rating(Plugin):
        name = "rating"
        title = "Rating app"

        @hookimpl
        def search_kinds(self) -> Any:
            return kinds()

    plugin = Rating()
    kernel.host.manager.register(plugin, name="rating")
    kernel.host.plugins["rating"] = plugin
    kernel.host.memo.clear()  # otherwise enabled plugins come with another host
    try:
        yield
    finally:
        kernel.host.manager.unregister(plugin)
        del kernel.host.plugins["rating"]
        kernel.host.memo.clear()


def notes_kind(**values: Any) -> SearchKind:
    """Customers once more, by a text of theirs."""
    given: dict[str, Any] = {
        "key": "rating", "title": "Notes", "model": Customer, "endpoint": "customers.show", "argument": "customer_id",
        "permission": "customers.read", "heading": Customer.city, "names": (Customer.city,), **values,
    }  # fmt: skip
    return SearchKind(**given)


# ── what is found ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_customer_is_found_by_everything_it_is_called(app: Flask) -> None:
    make("上海恒达钢铁有限公司", short_name="恒钢", code="K-0042", credit_code="91110000600037341L")
    make("杭州宏图")
    for typed in ("恒达", "上海 钢", "shhd", "gangtie", "恒钢", "k-0042", "0042", "42", "91110000600037341l"):
        assert found(typed) == ["上海恒达钢铁有限公司"], typed
    assert found("9111") == [], "a credit code is found as a whole: it is sealed, and no part of it is in the index"
    assert found("宁波") == found("达恒") == found("…") == found("") == []


def test_results_begin_with_what_was_typed(app: Flask) -> None:
    for name in ("北京上海路商贸", "厦门嘉禾", "上海恒达", "盛华", "上"):
        make(name)
    assert found("上海") == ["上海恒达", "北京上海路商贸"]
    assert found("上")[0] == "上"
    assert found("sh")[:3] == ["盛华", "上", "上海恒达"]  # just so, then the beginning, then the rest


def test_a_prospect_is_found_by_its_number_and_then_by_its_code(app: Flask) -> None:
    with writing():
        made = customers.create_customer({"name": "恒达"}, prospect=True)
        record, number, version = made.id, str(made.prospect_number), made.version
    assert found(number) == ["恒达"]
    with writing():
        code = str(customers.recognise_customer(record, version).code)
    assert found(code) == found(number) == ["恒达"]


def test_more_hits_than_are_shown_lead_to_the_list(app: Flask) -> None:
    for number in range(12):
        make(f"恒达{number}")
    groups = services.find("恒达", 10)
    assert [(len(group.hits), group.more, group.list_endpoint) for group in groups] == [(10, True, "customers.index")]
    groups = services.find("恒达", 12)
    assert [(len(group.hits), group.more, group.list_endpoint) for group in groups] == [(12, False, "")]


def test_the_number_of_statements_does_not_grow(app: Flask, add_person: Person, statements: Any) -> None:
    seller = add_person("seller", "salesperson")
    counts = []
    for number in range(2):
        for each in range(35):
            make(f"恒达{number}-{each}", owner_id=seller.id)
        db.session.rollback()
        with acting_as(seller), statements() as counted:
            assert services.find("恒达")
        counts.append(counted.count)
    assert counts[0] == counts[1]


# ── following the records ───────────────────────────────────────────────────────────────────────────────────────


def test_tokens_follow_changes_and_go_with_the_record(app: Flask) -> None:
    record, other = make("上海恒达"), make("杭州宏图")
    with writing():
        customers.update_customer(record, 1, {"name": "宁波远洋"})
    assert found("恒达") == []
    assert found("nbyy") == ["宁波远洋"]
    with writing():
        customers.merge_customers(other, record)
    assert found("宁波") == []
    assert {row[1] for row in tokens_stored()} == {other}
    with writing():
        customers.delete_customer(other)
    assert tokens_stored() == set()


def test_a_change_of_something_else_asks_nothing_of_the_search(app: Flask, statements: Any) -> None:
    kept = make("上海恒达钢铁有限公司", code="K-0042")
    with statements() as counted, writing():
        customers.update_customer(kept, 1, {"city": "宁波"})
    assert not [text for text in counted.texts if "search_token" in text]
    with app_with_kinds(app, lambda: [notes_kind()]), writing():  # an app by whose kind cities are found
        customers.update_customer(kept, 2, {"city": "绍兴"})
        assert sorted(_kinds_of_tokens("绍兴")) == ["rating"]
    with writing():
        customers.update_customer(kept, 3, {"short_name": "绍恒"})
    assert _kinds_of_tokens("绍恒") == ["customers"]


def _kinds_of_tokens(text: str) -> list[str]:
    return list(db.session.scalars(sa.select(Token.kind).where(Token.token == text)))


def test_a_rolled_back_change_leaves_the_tokens_as_they_were(app: Flask) -> None:
    record = make("上海恒达")
    before = tokens_stored()
    with pytest.raises(ZeroDivisionError), writing():
        customers.update_customer(record, 1, {"name": "宁波远洋"})
        raise ZeroDivisionError
    assert tokens_stored() == before


def test_many_at_once_wait_for_the_job_and_are_found_by_their_beginning_meanwhile(app: Flask, statements: Any) -> None:
    with writing():
        fill(1_200)
        with statements() as counted:
            announce(Customer, "create", sa.select(customer.c.id).where(customer.c.id >= 1000))
    assert counted.count <= 6  # however many they are
    assert following.waiting_count() == 1_200
    assert found("B-1007") == found("宏图批量1007") == ["宏图批量1007"]
    assert found("htpl") == []
    assert run_job(app, following.JOB) == "done"
    db.session.rollback()
    assert following.waiting_count() == 0
    assert "宏图批量1007" in found("htpl1007") + found("批量1007")
    assert checks.drift(db.session()) == []


def test_the_job_may_be_cut_off_anywhere(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "CHUNK", 50)
    with writing():
        fill(120)
        following.put_up(services.every_kind()["customers"])
    assert run_job_cut_off(app, following.JOB) == "done"
    db.session.rollback()
    assert following.waiting_count() == 0
    before = tokens_stored()
    assert services.rebuild(["customers"]) == 120
    assert tokens_stored() == before


def test_what_changes_while_it_is_computed_is_taken_up_as_it_is_then(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = make("上海恒达")
    compute, interrupted = following.tokens_by_record, []

    def computed(texts: Any) -> Any:
        tokens = compute(texts)
        if not interrupted:
            interrupted.append(True)
            with writing() as session:  # somebody saves just now, and nobody is told
                session.execute(sa.update(customer).where(customer.c.id == record).values(name="宁波远洋"))
        return tokens

    with writing():
        following.put_up(services.every_kind()["customers"])
    monkeypatch.setattr(following, "tokens_by_record", computed)
    services.work_off()
    assert interrupted
    assert found("恒达") == []
    assert found("远洋") == ["宁波远洋"]


def test_a_bulk_delete_takes_the_tokens_along(app: Flask) -> None:
    with writing():
        fill(600)
    services.rebuild(["customers"])
    kept = make("上海恒达")
    with writing():
        gone = sa.delete(customer).where(customer.c.id >= 1000, customer.c.id != kept)
        ids = sa.select(customer.c.id).where(customer.c.id >= 1000)
        bulk_write(gone, model=Customer, change="delete", keys=ids, action="test.delete")
    # the select answers nothing any more: the doctor sees what is left, a rebuild removes it
    assert "search.tokens" in {check.key for check in checks.checks() if check.run(db.session())}
    services.rebuild(["customers"])
    assert {row[1] for row in tokens_stored()} == {kept}


def test_erasing_a_person_takes_their_words_out_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "PERSONAL", ("city",))
    record = make("上海恒达", city="陈小红的手机")
    with app_with_kinds(app, lambda: [notes_kind()]):
        services.rebuild(["rating"])
        assert found("陈小红", kind="rating") == ["陈小红的手机"]
        with writing():
            customers.erase_customer(record)
        assert not [row for row in tokens_stored() if row[0] == "rating"]


def test_the_words_of_an_app_that_is_off_are_gone_before_the_next_change_is_saved(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "PERSONAL", ("city",))
    record = make("上海恒达", city="陈小红的手机")
    with app_with_kinds(app, lambda: [notes_kind()]):
        services.rebuild(["rating"])
    assert [row for row in tokens_stored() if row[0] == "rating"]
    assert found("陈小红", kind="rating") == []  # off: not found, whatever is stored
    with writing():
        customers.erase_customer(record)
    assert not [row for row in tokens_stored() if row[0] == "rating"]
    with app_with_kinds(app, lambda: [notes_kind()]):
        services.reconcile()
        services.work_off()
    services.reconcile()
    assert {row[0] for row in tokens_stored()} == {"customers"}
    db.session.rollback()
    assert set(db.session.scalars(sa.select(KindState.key))) == {
        "customers",
        "approvals",
        "contracts",
        "releases",
        "releases.register",
    }


def test_what_an_uninstalled_app_left_is_removed(app: Flask) -> None:
    make("上海恒达", city="陈小红的手机")
    with app_with_kinds(app, lambda: [notes_kind(), notes_kind(key="rating.more")]):
        services.rebuild(["rating", "rating.more"])
        with writing():
            app.extensions["kezhi"].call.after_uninstall(plugin="rating")
    assert {row[0] for row in tokens_stored()} == {"customers"}


def test_a_kind_that_is_declared_otherwise_is_taken_up_anew(app: Flask) -> None:
    make("上海恒达", city="陈小红", short_name="恒钢")
    with app_with_kinds(app, lambda: [notes_kind()]):
        services.reconcile()
        services.work_off()
    with app_with_kinds(app, lambda: [notes_kind(names=(Customer.short_name,))]):
        assert checks.drift(db.session()) == []  # not ready is no drift
        services.reconcile()
        assert following.waiting_count() == 1
        services.work_off()
        assert found("恒钢", kind="rating")
        assert not found("陈小红", kind="rating")


# ── what fails ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "broken",
    [
        {"heading": sa.literal_column("no_such_column")},
        {"names": (sa.literal_column("no_such_column", sa.Text()),)},
    ],
)
def test_a_kind_that_fails_costs_only_itself(
    app: Flask, broken: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "kezhi.search")
    with app_with_kinds(app, lambda: [notes_kind(**broken)]):
        make("上海恒达", city="陈小红")  # is saved
        with acting_as(SYSTEM):
            groups = {group.key: group for group in services.find("恒达")}
        assert [hit.heading for hit in groups["customers"].hits] == ["上海恒达"]
        assert groups["rating"].failed


def test_a_hook_that_fails_and_a_key_of_somebody_else_are_left_out(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with app_with_kinds(app, lambda: 1 // 0):
        make("上海恒达")
        assert found("恒达") == ["上海恒达"]
    with app_with_kinds(app, lambda: [notes_kind(key="customers"), notes_kind(key="other")]):
        assert set(services.every_kind()) == {"customers", "approvals", "contracts", "releases", "releases.register"}


def test_the_doctor_names_what_drifted(app: Flask) -> None:
    one, _two = make("上海恒达"), make("杭州宏图")
    services.rebuild(["customers"])
    assert checks.drift(db.session()) == []
    with writing() as session:
        session.execute(sa.update(customer).where(customer.c.id == one).values(name="宁波远洋"))
    (finding,) = checks.drift(db.session())
    assert "1 of the last" in str(finding.message)
    with writing() as session:
        session.execute(sa.delete(Token.__table__).where(Token.record_id == one))
        session.execute(sa.insert(Token.__table__).values(kind="customers", place=0, token="x", record_id=77))  # noqa: S106
    (finding,) = checks.drift(db.session())
    assert "1 records cannot be found, 1 that are gone can" in str(finding.message)
    services.rebuild(["customers"])
    assert checks.drift(db.session()) == []


def test_the_doctor_says_when_nobody_takes_records_up(app: Flask) -> None:
    with writing() as session:
        session.execute(sa.insert(Pending.__table__).values(kind="customers", record_id=1))
    (finding,) = checks.waiting(db.session())
    assert finding.level == "advice"
    with writing():
        following.enqueue(following.JOB)
    assert checks.waiting(db.session()) == []
    with writing() as session:
        session.execute(sa.update(tables.job).values(due_at=clock.now() - checks.LATE * 2))
    assert len(checks.waiting(db.session())) == 1


def test_the_commands_find_and_rebuild(site: Any, app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    make("上海恒达", code="K-0042")
    with writing() as session:
        session.execute(sa.delete(Token.__table__))
    run(["search", "rebuild"], site.config)
    assert "1" in capsys.readouterr().out
    run(["search", "find", "shhd"], site.config)
    assert "上海恒达  K-0042" in capsys.readouterr().out
    run(["search", "find", "shhd", "--json"], site.config)
    assert '"heading": "上海恒达"' in capsys.readouterr().out
    with pytest.raises(Exception, match="nothing"):
        run(["search", "rebuild", "nothing"], site.config)


# ── access ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-04")
def test_nobody_finds_what_they_may_not_see(app: Flask, add_person: Person) -> None:
    with writing():
        east, west = accounts.add_department("East").id, accounts.add_department("West").id
    mine, theirs = (add_person(login, "salesperson", department_id=east) for login in ("mine", "theirs"))
    head, other = (add_person(login, "sales-supervisor", department_id=d) for login, d in (("h", east), ("o", west)))
    nobody, director = add_person("nobody"), add_person("director", "sales-director")
    make("恒达一号", owner_id=mine.id, department_id=east)
    for typed in ("恒达", "hdyh", "恒达 一号", "1"):
        assert (
            found(typed, mine)
            == found(typed, head)
            == found(typed, director)
            == (["恒达一号"] if typed != "1" else found(typed, director))
        )
        assert found(typed, theirs) == found(typed, other) == found(typed, nobody) == []


@pytest.mark.clause("CUS-04")
@pytest.mark.parametrize("typed", ["恒达", "hd", "恒达 H"])
def test_one_visible_record_is_found_behind_many_that_are_not(
    app: Flask, add_person: Person, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 5)
    seller = add_person("seller", "salesperson")
    for number in range(30):
        make(f"恒达{number:02} Haupt")
    make("恒达99 Haupt", owner_id=seller.id)
    assert found(typed, seller) == ["恒达99 Haupt"]
    with acting_as(seller):
        (group,) = services.find(typed)
        assert (group.more, group.list_endpoint) == (False, "")


@pytest.mark.clause("CUS-04")
def test_what_waits_for_its_tokens_is_guarded_too(app: Flask, add_person: Person) -> None:
    seller = add_person("seller", "salesperson")
    with writing():
        fill(3)
        announce(Customer, "create", sa.select(customer.c.id))
        session = db.session
        session.execute(sa.delete(Token.__table__))
        session.execute(sa.insert(Pending.__table__).values(kind="customers", record_id=1000))
    assert found("B-100") == ["宏图批量1000", "宏图批量1001", "宏图批量1002"]
    assert found("B-100", seller) == []


# ── the list ────────────────────────────────────────────────────────────────────────────────────────────────────


def listed(text: str, user: User | None = None) -> list[str]:
    from kezhi.builtin.customers.pages import list_view

    db.session.rollback()
    with acting_as(user or SYSTEM):
        view = list_view()
        page = view.page({"q": text})
        assert view.count({"q": text}) == len(page.rows)
        return [row.values["name"] for row in page.rows]


@pytest.mark.parametrize("few", [5_000, 0])
def test_the_list_of_customers_is_searched_the_same_way(
    app: Flask, monkeypatch: pytest.MonkeyPatch, few: int, client_as: Any
) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    make("上海恒达", code="K-0042")
    make("杭州宏图", code="K-0043")
    services.reconcile()
    services.work_off()
    with app.test_request_context():
        for typed in ("恒达", "shhd", "0042", "上海 42", "heng"):
            assert listed(typed) == ["上海恒达"], typed
        assert listed("K-004") == ["上海恒达", "杭州宏图"]
        assert listed("上海 43") == []


def test_the_list_finds_what_waits_for_its_tokens(app: Flask) -> None:
    with writing():
        fill(2)
        following.put_up(services.every_kind()["customers"])
    with app.test_request_context():
        assert listed("B-1001") == listed("宏图批量1001") == ["宏图批量1001"]
        assert listed("批量1001") == []
        services.work_off()
        assert listed("批量1001") == ["宏图批量1001"]


def test_without_the_search_the_list_looks_into_the_texts(app: Flask, without: Callable[[str], Flask]) -> None:
    make("上海恒达", code="K-0042")
    bare = without("search")
    assert "search.index" not in bare.view_functions
    with bare.app_context(), bare.test_request_context():
        assert listed("恒达") == listed("k-00") == ["上海恒达"]
        assert listed("shhd") == []


# ── recent records ──────────────────────────────────────────────────────────────────────────────────────────────


def test_recent_records_are_bounded_and_each_there_once(app: Flask, add_person: Person, clock_at: Any) -> None:
    director = add_person("director", "sales-director")
    ids = [make(f"恒达{number:02}") for number in range(25)]
    with acting_as(director):
        for minute, record in enumerate([*ids, ids[3]]):
            clock_at(datetime(2026, 11, 25, 10, minute, tzinfo=UTC))
            services.note_opened("customers", record)
        hits = services.recent_hits()
    assert [hit.heading for hit in hits] == ["恒达03", *(f"恒达{number:02}" for number in range(24, 15, -1))]
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Recent)) == 20


def test_opening_the_same_record_again_writes_nothing(app: Flask, add_person: Person, statements: Any) -> None:
    director, record = add_person("director", "sales-director"), make("恒达")
    with acting_as(director):
        services.note_opened("customers", record)
        db.session.rollback()
        with statements() as counted:
            services.note_opened("customers", record)
    assert counted.count == 1


def test_recent_records_go_with_the_record_the_right_and_the_person(app: Flask, add_person: Person) -> None:
    seller, other = add_person("seller", "salesperson"), add_person("other", "salesperson")
    kept, gone = make("恒达一", owner_id=seller.id), make("恒达二", owner_id=seller.id)
    with acting_as(seller):
        services.note_opened("customers", gone)
        services.note_opened("customers", kept)
        assert len(services.recent_hits()) == 2
    with acting_as(other):
        assert services.recent_hits() == []
    with writing():
        customers.delete_customer(gone)
        customers.update_customer(kept, 1, {"owner_id": other.id})
    db.session.rollback()
    assert list(db.session.scalars(sa.select(Recent.record_id))) == [kept]
    with acting_as(seller):
        assert services.recent_hits() == []  # somebody else's by now
