"""From a file to the records: the dry run, all rows or none, once only, with what changed meanwhile (CUS-08)."""

from __future__ import annotations

import io
import runpy
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from kezhi import Conflict, NotFound, Refused, User, acting_as, db, writing
from kezhi.builtin.imports import services
from kezhi.builtin.imports.checks import hanging, unaccounted
from kezhi.builtin.imports.models import APPLIED, CHECKED, DISCARDED, LOADING, REFUSED, UNMAPPED, Batch, Problem, Row
from kezhi.builtin.imports.reading import read
from kezhi.builtin.imports.services import loading
from kezhi.tables import audit_entry

example = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("imports_example.py"))))
pytestmark = pytest.mark.services

GOOD = "code,name,amount,since\nA1,甲公司,12.50,2026-11-23\nA2,乙公司,,\n"
MIXED = "code,name,amount,since\nA1,甲公司,12.50,2016-02-30\nA2,乙公司,x,\nA3,丙公司,1,\n"


@pytest.fixture
def plugin(app: Flask) -> Any:
    return example.install(app)


def send(text: str, **options: Any) -> dict[str, Any]:
    return services.import_file("things", text.encode(), "things.csv", **options)


def staged(text: str, **options: Any) -> Batch:
    return services.stage("things", text.encode(), "things.csv", **options)


def audit_actions() -> list[str]:
    return list(db.session.scalars(sa.select(audit_entry.c.action).order_by(audit_entry.c.seq)))


# ── the document ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-08")
def test_a_file_without_errors_is_imported_whole(plugin: Any) -> None:
    assert send(GOOD + "A3,丙公司,3,2026年1月2日\n") == {
        "kind": "things",
        "rows": 3,
        "created": 3,
        "updated": 0,
        "unchanged": 0,
        "failed": 0,
        "ignored": [],
        "errors": [],
        "warnings": [{"row": 3, "column": "amount", "message": "no amount"}],
    }
    assert example.things() == [
        ("A1", "甲公司", 1250, date(2026, 11, 23)),
        ("A2", "乙公司", None, None),
        ("A3", "丙公司", 300, date(2026, 1, 2)),
    ]


@pytest.mark.clause("CUS-08")
def test_one_bad_row_keeps_all_rows_out(plugin: Any) -> None:
    result = send(MIXED)
    assert (result["rows"], result["failed"]) == (3, 2)
    assert (result["created"], result["updated"], result["unchanged"]) == (0, 0, 0)
    assert [(each["row"], each["column"]) for each in result["errors"]] == [(2, "since"), (3, "amount")]
    assert "2016-02-30" in result["errors"][0]["message"]
    assert example.things() == []


@pytest.mark.clause("CUS-08")
def test_bad_rows_can_be_left_out(plugin: Any) -> None:
    result = send(MIXED, skip_bad_rows=True)
    assert (result["rows"], result["created"], result["failed"]) == (3, 1, 2)
    assert example.things() == [("A3", "丙公司", 100, None)]


@pytest.mark.clause("CUS-08")
def test_the_same_file_again_changes_nothing(plugin: Any) -> None:
    send(GOOD)
    before = example.things()
    result = send(GOOD)
    assert (result["created"], result["updated"], result["unchanged"]) == (0, 0, 2)
    assert example.things() == before


def test_an_empty_cell_leaves_what_is_stored(plugin: Any) -> None:
    send(GOOD)
    result = send("code,name,amount\nA1,甲新公司,\n")
    assert (result["updated"], result["unchanged"]) == (1, 0)
    assert example.things()[0] == ("A1", "甲新公司", 1250, date(2026, 11, 23))


def test_columns_without_a_field_are_listed(plugin: Any) -> None:
    assert send("编号,名称,等级\nA1,甲,B\n")["ignored"] == ["等级"]


def test_a_problem_names_the_column_as_the_file_does(plugin: Any) -> None:
    result = send("Nr,名称,日 期\nA1,甲,x\n", mapping={"code": "Nr"})
    assert [each["column"] for each in result["errors"]] == ["日 期"]


def test_a_value_that_stands_twice_is_an_error_of_the_later_row(plugin: Any) -> None:
    result = send("code,name\nA1,x\nA2,y\nA1,z\n", skip_bad_rows=True)
    assert [(each["row"], each["column"]) for each in result["errors"]] == [(4, "code")]
    assert "2" in result["errors"][0]["message"]
    assert [row[:2] for row in example.things()] == [("A1", "x"), ("A2", "y")]


def test_required_cells_and_shortened_numbers_are_named(plugin: Any) -> None:
    result = send("code,name\n,x\n9.13301E+17,y\n")
    assert [(each["row"], each["column"]) for each in result["errors"]] == [(2, "code"), (3, "code")]
    assert "9.13301E+17" in result["errors"][1]["message"]


def test_what_the_database_knows_is_checked_too(plugin: Any) -> None:
    with writing() as session:
        session.execute(sa.insert(example.forbidden).values(code="A1"))
    result = send(GOOD, skip_bad_rows=True)
    assert result["errors"] == [{"row": 2, "column": "code", "message": "forbidden: A1"}]
    assert (result["created"], result["failed"]) == (1, 1)


@pytest.mark.parametrize("text", ["", "code\nA1\n", "code,code\n", "code,name\nA1,x,y\n", "code,name\n\0,x\n"])
def test_a_file_that_cannot_be_read_leaves_nothing(plugin: Any, text: str) -> None:
    with pytest.raises(Refused):
        send(text)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Batch)) == 0


def test_a_fault_far_down_leaves_nothing_either(plugin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CHUNK", 2)
    with pytest.raises(Refused, match="7"):
        send("code,name\n" + "".join(f"A{number},x\n" for number in range(5)) + "B,x,too many\n")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Row)) == 0


# ── once, whole, and with what is true now ──────────────────────────────────────────────────────────────────────


def test_the_dry_run_writes_nothing(plugin: Any) -> None:
    batch = staged(GOOD)
    assert (batch.state, batch.created) == (CHECKED, 2)
    assert example.things() == []


def test_a_batch_takes_effect_once(plugin: Any) -> None:
    batch_id = staged(GOOD).id
    assert services.apply_batch(batch_id, False).state == APPLIED
    with pytest.raises(Conflict):
        services.apply_batch(batch_id, False)
    assert len(example.things()) == 2


@pytest.mark.faults
def test_two_processes_at_once_apply_a_batch_once(app: Flask, plugin: Any) -> None:
    batch_id = staged(GOOD).id
    db.session.remove()
    outcomes: list[str] = []
    start = threading.Barrier(4)

    def run() -> None:
        with app.app_context():
            start.wait()
            try:
                services.apply_batch(batch_id, False)
                outcomes.append("applied")
            except Conflict:
                outcomes.append("conflict")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["applied", "conflict", "conflict", "conflict"]
    assert len(example.things()) == 2
    assert audit_actions().count("import.apply") == 1


def test_what_changed_since_the_dry_run_counts(plugin: Any) -> None:
    batch_id = staged(GOOD).id
    with writing() as session:
        session.execute(sa.insert(example.thing).values(code="A1", name="old"))
    batch = services.apply_batch(batch_id, False)
    assert (batch.created, batch.updated) == (1, 1)


def test_an_error_found_only_now_stops_the_import_and_keeps_it_open(plugin: Any) -> None:
    batch_id = staged(GOOD).id
    with writing() as session:
        session.execute(sa.insert(example.forbidden).values(code="A2"))
    with pytest.raises(Refused):
        services.apply_batch(batch_id, False)
    assert example.things() == []
    batch = services.batch_for(batch_id)
    assert (batch.state, batch.failed) == (CHECKED, 1)
    assert services.apply_batch(batch_id, True).created == 1


def test_a_failing_importer_leaves_the_batch_as_it_was(plugin: Any) -> None:
    def fail(batch: Batch) -> None:
        example.apply(batch)
        raise ValueError("no")

    batch_id = staged(GOOD).id
    plugin.importers = [replace(example.IMPORTER, apply=fail)]
    with pytest.raises(ValueError, match="no"):
        services.apply_batch(batch_id, False)
    assert example.things() == []
    assert services.batch_for(batch_id).state == CHECKED


def test_a_record_that_appears_during_the_import_is_a_conflict(plugin: Any) -> None:
    def late(batch: Batch) -> None:
        db.session.execute(sa.insert(example.thing).values(code="A1", name="somebody else"))
        example.apply(batch)

    batch_id = staged(GOOD).id
    plugin.importers = [replace(example.IMPORTER, apply=late)]
    with pytest.raises(Conflict):
        services.apply_batch(batch_id, False)
    assert example.things() == []


def test_an_importer_must_decide_about_every_good_row(plugin: Any) -> None:
    plugin.importers = [replace(example.IMPORTER, check=lambda batch: None)]
    with pytest.raises(RuntimeError, match="things"):
        staged(GOOD)


def test_staged_rows_are_erased_when_they_are_applied(plugin: Any) -> None:
    send(MIXED, skip_bad_rows=True)
    assert list(db.session.scalars(sa.select(Row.row).order_by(Row.row))) == [2, 3]


def test_an_import_is_audited_with_its_counts_and_no_content(plugin: Any) -> None:
    send(GOOD)
    query = sa.select(audit_entry.c.payload).where(audit_entry.c.action == "import.apply")
    payload = str(db.session.scalar(query))
    assert '"created":2' in payload
    assert '"sha256":"' in payload
    assert "甲公司" not in payload


def test_discarding_erases_what_was_staged(plugin: Any) -> None:
    batch_id = staged(MIXED).id
    services.discard(batch_id)
    assert services.batch_for(batch_id).state == DISCARDED
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Row)) == 0
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Problem)) == 0
    with pytest.raises(Conflict):
        services.apply_batch(batch_id, True)


# ── columns ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_with_unknown_columns_waits_for_a_person(plugin: Any) -> None:
    batch = staged("Nr,Was\nA1,甲\nA2,乙\n", ask=True)
    assert (batch.state, batch.rows) == (UNMAPPED, 2)
    former = batch.id
    mapped = services.restage(former, {"code": "Nr", "name": "Was"})
    assert (mapped.state, mapped.created, mapped.ignored) == (CHECKED, 2, [])
    assert services.batch_for(former).state == DISCARDED


def test_a_mapping_that_still_lacks_a_field_changes_nothing(plugin: Any) -> None:
    batch_id = staged("Nr,Was\nA1,甲\n", ask=True).id
    with pytest.raises(Refused, match="Name"):
        services.restage(batch_id, {"code": "Nr", "name": ""})
    assert services.batch_for(batch_id).state == UNMAPPED


# ── who ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_only_the_requester_sees_a_batch(plugin: Any, add_person: Callable[..., User]) -> None:
    mine, other = add_person("mine", "order-clerk"), add_person("other", "order-clerk")
    batch_id = staged(GOOD, requester=mine).id
    with acting_as(mine):
        assert services.batch_for(batch_id).requester_login == "mine"
        assert len(services.batches(10)) == 1
    with acting_as(other):
        assert services.batches(10) == []
        for act in (services.batch_for, services.discard, lambda number: services.apply_batch(number, True)):
            with pytest.raises(NotFound):
                act(batch_id)
        assert db.session.scalars(sa.select(Row)).all() == []
    with acting_as(mine):
        assert services.apply_batch(batch_id, False).created == 2


def test_a_kind_asks_for_its_own_permission(plugin: Any, add_person: Callable[..., User]) -> None:
    plugin.importers = [replace(example.IMPORTER, permission="things.write")]
    person = add_person("clerk", "order-clerk")
    with acting_as(person), pytest.raises(NotFound):
        send(GOOD)
    with pytest.raises(NotFound, match="things"):
        services.import_file("thigns", b"code,name\n", "a.csv")


def test_a_right_lost_after_the_dry_run_is_lost(plugin: Any, add_person: Callable[..., User]) -> None:
    person = add_person("clerk", "order-clerk")
    with acting_as(person):
        batch_id = staged(GOOD).id
    with acting_as(replace(person, permissions=frozenset())), pytest.raises(NotFound):
        services.apply_batch(batch_id, False)
    assert example.things() == []


# ── interrupted, repeated, old ──────────────────────────────────────────────────────────────────────────────────


def test_an_interrupted_import_goes_on_where_it_stopped(
    plugin: Any, monkeypatch: pytest.MonkeyPatch, clock_at: Callable[[datetime], None]
) -> None:
    monkeypatch.setattr(loading, "CHUNK", 2)
    text = "code,name\n" + "".join(f"A{number},x\n" for number in range(5)) + "A0,again\n"
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    clock_at(now)
    whole = loading._add
    calls: list[int] = []

    def interrupted(*arguments: Any, **options: Any) -> int:
        if calls:
            raise KeyboardInterrupt
        calls.append(1)
        return whole(*arguments, **options)

    monkeypatch.setattr(loading, "_add", interrupted)
    with pytest.raises(KeyboardInterrupt):
        staged(text)
    monkeypatch.setattr(loading, "_add", whole)
    (first,) = services.batches(10)
    assert (first.state, first.loaded) == (LOADING, 3)
    first_id = first.id

    clock_at(now + timedelta(minutes=6))
    batch = staged(text)
    assert (batch.id, batch.state, batch.rows, batch.failed) == (first_id, CHECKED, 6, 1)
    assert list(db.session.scalars(sa.select(Row.row).order_by(Row.row))) == [2, 3, 4, 5, 6, 7]


def test_two_readers_of_one_batch_do_not_mix(plugin: Any) -> None:
    batch = staged(GOOD)
    with pytest.raises(Conflict):
        loading._add(batch.id, ([{"row": 9, "data": {}, "raw": [], "bad": False}], []), after=1)


def test_a_file_seen_before_is_recognised(plugin: Any) -> None:
    send(GOOD)
    assert services.seen_before(staged(GOOD)) is not None
    assert services.seen_before(staged(GOOD + "A9,z,,\n")) is None


def test_staged_rows_are_forgotten_after_a_month(plugin: Any, clock_at: Callable[[datetime], None]) -> None:
    now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    clock_at(now)
    old = staged(MIXED).id
    clock_at(now + timedelta(days=31))
    new = staged(GOOD).id
    assert services.batch_for(old).state == DISCARDED
    assert set(db.session.scalars(sa.select(Row.batch_id))) == {new}


# ── figures, files ──────────────────────────────────────────────────────────────────────────────────────────────


def test_checking_and_applying_take_the_same_statements_for_any_number_of_rows(
    plugin: Any, statements: Callable[[], Any]
) -> None:
    counts = {}
    for size in (100, 5_000):
        text = "code,name,amount,since\n" + "".join(f"{size}-{n},x{n},{n}.5,2026-01-02\n" for n in range(size))
        batch_id = staged(text).id
        with statements() as counted:
            services.apply_batch(batch_id, False)
        counts[size] = counted.count
    assert counts[100] == counts[5_000]
    assert len(example.things()) == 5_100


def test_the_error_file_has_the_rows_as_they_came_and_the_reasons(plugin: Any) -> None:
    batch = staged("code,name,amount\nA1,=x,1\nA2,=cmd,many\n")
    text = services.error_file(batch).decode("utf-8")
    lines = text.removeprefix("\ufeff").split("\r\n")
    assert text.startswith("\ufeffcode,name,amount,")
    assert lines[1].startswith("A2,'=cmd,many,amount")
    assert len(lines) == 3


@pytest.mark.clause("CUS-08")
def test_the_error_workbook_keeps_every_digit_runs_nothing_and_can_be_sent_again(plugin: Any) -> None:
    long = "123456789012345678"
    batch = staged(f"code,name,amount\n{long},=cmd,many\n0042,-x,1\nA1,+1+1,-5x\n")
    content = services.error_workbook(batch)
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in book.namelist() else sheet
    assert "<f>" not in sheet
    assert all(text in texts for text in (long, "'=cmd", "'+1+1"))
    assert [row[:3] for _number, row in read(content, "errors.xlsx").rows] == [
        [long, "=cmd", "many"],
        ["A1", "+1+1", "-5x"],
    ]


def test_an_export_is_neutralised_audited_and_read_back(plugin: Any, tmp_path: Path) -> None:
    send("code,name\n0042,=1+1\n")
    path = tmp_path / "things.csv"
    assert services.export_file("things", path) == 1
    assert path.read_bytes() == "\ufeffCode,'=Name\r\n0042,'=1+1\r\n".encode()
    result = services.import_file("things", path, mapping={"name": "=Name"})
    assert (result["unchanged"], result["failed"]) == (1, 0)
    assert "export.file" in audit_actions()


def test_an_exported_workbook_holds_text_only(plugin: Any, tmp_path: Path) -> None:
    send("code,name\n0042,=1+1\n")
    path = tmp_path / "things.xlsx"
    services.export_file("things", path)
    result = services.import_file("things", path, mapping={"name": "=Name"})
    assert (result["unchanged"], result["failed"]) == (1, 0)


def test_an_export_asks_for_permission_and_a_known_suffix(
    plugin: Any, tmp_path: Path, add_person: Callable[..., User]
) -> None:
    with pytest.raises(Refused, match="things.pdf"):
        services.export_file("things", tmp_path / "things.pdf")
    person = replace(add_person("clerk"), permissions=frozenset())
    with acting_as(person), pytest.raises(NotFound):
        services.export_file("things", tmp_path / "things.csv")
    assert list(tmp_path.glob("things*")) == []


# ── doctor ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_doctor_counts_rows_and_notices_what_hangs(plugin: Any, clock_at: Callable[[datetime], None]) -> None:
    send(MIXED)
    send(MIXED, skip_bad_rows=True)
    assert unaccounted(db.session()) == []
    assert hanging(db.session()) == []
    with writing() as session:
        session.execute(sa.update(Batch).where(Batch.state == APPLIED).values(created=7))
        session.execute(sa.update(Batch).where(Batch.state == REFUSED).values(state=LOADING))
    clock_at(datetime.now(UTC) + timedelta(days=2))
    assert [finding.level for finding in unaccounted(db.session())] == ["error"]
    assert [finding.level for finding in hanging(db.session())] == ["advice"]
