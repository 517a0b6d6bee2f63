"""The audit chain: whatever is done to it behind the system's back, a walk names the first entry that fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from kezhi import audit_record, db, writing
from kezhi.audit import entry_hash
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.audit.commands import audit_command
from kezhi.builtin.audit.services import Fault, anchor_file, take_anchor, verify, verify_site, write_anchor
from kezhi.site import Site
from kezhi.tables import audit_entry, audit_head
from kezhi.testing.jobs import run_job

pytestmark = pytest.mark.services
seq = audit_entry.c.seq


@pytest.fixture
def last(app: Flask) -> int:
    """A chain of several entries; the number of the last one."""
    for number in range(6):
        with writing():
            audit_record("test.count", "number", number, of=6)
    return newest()


def newest() -> int:
    found: int = db.session.execute(select(audit_head.c.seq)).scalar_one()
    db.session.rollback()
    return found


def walked(piece: int = 2) -> Fault | None:
    """What a walk in small pieces says: the result does not depend on where a piece ends."""
    from flask import current_app

    key = current_app.config["KEZHI_KEYS"]["audit"]
    found = verify(db.session(), key, piece=piece).fault
    assert found == verify(db.session(), key).fault
    return found


def row(number: int) -> dict[str, Any]:
    found = dict(db.session.execute(select(audit_entry).where(seq == number)).mappings().one())
    db.session.rollback()
    return found


def test_a_chain_that_nobody_touched_holds(app: Flask, last: int) -> None:
    assert walked(1) is None
    verdict = verify_site()
    assert (verdict.entries, verdict.anchors) == (last, 0)
    assert verdict.head == bytes(row(last)["hash"]).hex()


@pytest.mark.parametrize("column", ["at", "actor", "action", "object_kind", "object_id", "result", "payload", "hash"])
def test_a_changed_entry_is_named(app: Flask, last: int, column: str) -> None:
    value = b"\1" * 32 if column == "hash" else "{}" if column == "payload" else "2026-01-01"
    with writing() as session:
        session.execute(update(audit_entry).where(seq == last - 2).values({column: value}))
    assert walked() == Fault(last - 2, "changed")


def test_what_was_taken_out_is_named(app: Flask, last: int) -> None:
    with writing() as session:
        session.execute(delete(audit_entry).where(seq.in_([last - 3, last - 1])))
    assert walked() == Fault(last - 3, "missing")
    with writing() as session:
        session.execute(delete(audit_entry).where(seq == 1))
    assert walked() == Fault(1, "missing")


def test_entries_that_changed_places_are_named(app: Flask, last: int) -> None:
    with writing() as session:
        for old, new in ((last - 3, 10_000), (last - 2, last - 3), (10_000, last - 2)):
            session.execute(update(audit_entry).where(seq == old).values(seq=new))
    assert walked() == Fault(last - 3, "moved")


def test_what_was_put_in_is_named(app: Flask, last: int) -> None:
    """The entries behind it move up by one; without the key neither it nor they can be made to fit."""
    false = {**row(last - 2), "action": "test.false", "hash": b"\7" * 32}
    with writing() as session:
        for number in range(last, last - 3, -1):
            session.execute(update(audit_entry).where(seq == number).values(seq=number + 1))
        session.execute(insert(audit_entry).values(false))
        session.execute(update(audit_head).values(seq=last + 1))
    assert walked() == Fault(last - 2, "inserted")


def test_an_entry_without_a_place_is_named(app: Flask, last: int) -> None:
    with writing() as session:
        session.execute(insert(audit_entry).values({**row(1), "seq": 0}))
    assert walked() == Fault(0, "inserted")
    with writing() as session:
        session.execute(delete(audit_entry).where(seq == 0))
        session.execute(update(audit_head).values(hash=b"\0" * 32))
    assert walked() == Fault(last, "head")


def test_a_key_of_ones_own_makes_no_chain_that_fits(app: Flask, last: int) -> None:
    """Everything from an entry on is written anew, hash by hash, with the head: it takes the key to do that."""
    with writing() as session:
        previous = bytes(session.execute(select(audit_entry.c.hash).where(seq == last - 3)).scalar_one())
        for number in range(last - 2, last + 1):
            values = dict(session.execute(select(audit_entry).where(seq == number)).mappings().one())
            values |= {"actor": "somebody", "previous": previous}
            values["hash"] = previous = entry_hash(b"not the key", previous, values)
            session.execute(update(audit_entry).where(seq == number).values(values))
        session.execute(update(audit_head).values(hash=previous))
    assert walked() == Fault(last - 2, "changed")


def test_an_end_that_was_cut_off_is_found_by_an_anchor(app: Flask, last: int, tmp_path: Path) -> None:
    """With the head set back as well the chain alone looks whole; so does an older copy of the database."""
    kept = tmp_path / "elsewhere.jsonl"
    write_anchor(take_anchor(), kept)
    with writing() as session:
        session.execute(delete(audit_entry).where(seq > last - 2))
    assert walked() == Fault(last - 1, "cut"), "the head is still there"
    with writing() as session:
        digest = session.execute(select(audit_entry.c.hash).where(seq == last - 2)).scalar_one()
        session.execute(update(audit_head).values(seq=last - 2, hash=digest))
    assert walked() is None
    assert verify_site([kept]).fault == Fault(last - 1, "cut")
    # it goes on, and is as long as before: the anchor still knows better
    for _number in range(3):
        with writing():
            audit_record("test.count", "number")
    assert walked() is None
    assert verify_site([kept]).fault == Fault(last, "anchor")


def test_the_daily_walk_anchors_and_raises_the_alarm(site: Site, app: Flask, last: int) -> None:
    assert run_job(app, "audit.verify", "1") == "done"
    anchored = json.loads(anchor_file().read_text().splitlines()[-1])
    assert row(anchored["seq"])["action"] == "audit.verify"
    assert verify_site().anchors == 1
    assert [finding for finding in examine(site) if finding["check"] == "audit.chain"] == []

    with writing() as session:
        session.execute(text("UPDATE kezhi_audit SET actor = 'nobody' WHERE seq = 2"))
    assert run_job(app, "audit.verify", "2") == "dead"
    failed = select(audit_entry.c.object_id, audit_entry.c.payload).where(audit_entry.c.result == "failed")
    assert [(found, json.loads(fields)["kind"]) for found, fields in db.session.execute(failed)] == [("2", "changed")]
    db.session.rollback()
    assert len(anchor_file().read_text().splitlines()) == 1, "a chain that does not hold gets no anchor"
    found = [finding for finding in examine(site) if finding["check"] == "audit.chain"]
    assert [finding["level"] for finding in found] == ["error"]
    assert " 2" in found[0]["message"]


def test_the_command_says_it_in_its_exit_code(app: Flask, last: int, tmp_path: Path) -> None:
    runner, kept = CliRunner(), tmp_path / "anchors.jsonl"
    taken = runner.invoke(audit_command, ["anchor", "--file", str(kept)])
    assert taken.output.split() == [str(last + 1), bytes(row(last + 1)["hash"]).hex()]
    printed = json.loads(runner.invoke(audit_command, ["anchor"]).output)
    assert printed["seq"] == last + 2
    fine = runner.invoke(audit_command, ["verify", "--anchor", str(kept), "--json"])
    document = json.loads(fine.output)
    assert (fine.exit_code, document["ok"], document["entries"], document["anchors"]) == (0, True, last + 2, 1)

    with writing() as session:
        session.execute(update(audit_entry).where(seq == last).values(object_id="7"))
    broken = runner.invoke(audit_command, ["verify", "--json"])
    assert broken.exit_code == 1
    assert json.loads(broken.output)["fault"] == {"seq": last, "kind": "changed"}
    assert str(last) in runner.invoke(audit_command, ["verify"]).output

    for content in ("{}\n", '{"seq": 1, "hash": "00"}\n', "not JSON\n", '{"seq": 1.5, "hash": "' + "0" * 64 + '"}\n'):
        kept.write_text(content)
        refused = runner.invoke(audit_command, ["verify", "--anchor", str(kept)])
        assert type(refused.exception).__name__ == "Refused", content
