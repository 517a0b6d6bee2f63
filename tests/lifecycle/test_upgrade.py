"""Upgrading: tables first, then the code; workers with the older code go on meanwhile; nothing half done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select, text

from kezhi import PluginError, Refused, db, tables
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.apps.statuses import statuses
from kezhi.builtin.audit.services import first_bad_entry
from kezhi.lifecycle import disable, enable, upgrade
from kezhi.site import Site
from kezhi.testing.databases import command, with_options
from kezhi.testing.server import Browser, served

from .alpha import forget_code, install

pytestmark = pytest.mark.services


@pytest.fixture
def first(site: Site, folder: Path) -> Site:
    """Version 1 with a note."""
    install(folder)
    with site.app.app_context():
        enable(site, "alpha")
    execute(site, "INSERT INTO alpha_note (id, customer_id, text) VALUES (1, 7, 'first')")
    execute(site, "INSERT INTO alpha_detail (id, note_id) VALUES (1, 1)")
    return site


def execute(site: Site, statement: str) -> Any:
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        result = connection.execute(text(statement))
        return result.all() if result.returns_rows else None


def state(site: Site) -> str:
    site.current_app()
    with site.app.app_context():
        return {status.name: status.state for status in statuses(site)}["alpha"]


def columns(site: Site) -> set[str]:
    with site.engine.connect() as connection:
        return {column["name"] for column in inspect(connection).get_columns("alpha_note")}


def test_an_upgrade_moves_tables_and_data_and_is_audited(first: Site, folder: Path) -> None:
    install(folder, "2.0")
    assert state(first) == "stale", "this process runs the older code"
    with first.app.app_context():
        with pytest.raises(Refused, match="command line|命令行"):
            upgrade(first, "alpha")
        messages = [finding["message"] for finding in examine(first)]
    assert any("plugin upgrade" in message for message in messages)
    forget_code()
    new = with_options(first)
    assert state(new) == "stale", "its tables are not what the new code wants"
    assert "plugin upgrade" in new.failures["alpha"].reason
    with new.app.app_context():
        assert upgrade(new, "alpha")
    assert state(new) == "enabled"
    with new.app.app_context():
        assert not upgrade(new, "alpha"), "again: nothing to do"
    assert "tone" in columns(new)
    assert execute(new, "SELECT tone FROM alpha_note") == [("old first",)]
    assert execute(new, "SELECT note_id FROM alpha_detail") == [(1,)], "a table that is rebuilt keeps what points at it"
    with new.app.app_context():
        payload = db.session.execute(
            select(tables.audit_entry.c.payload).where(tables.audit_entry.c.action == "plugin.upgrade")
        ).scalar_one()
        assert json.loads(payload) == {"old": "1.0", "new": "2.0"}
        assert first_bad_entry(db.session(), new.keys["audit"]) is None
    new.close()


def test_the_older_code_goes_on_with_the_new_tables(first: Site, folder: Path) -> None:
    """Expand first: an insert by the older code still works until its process is replaced."""
    from kezhi_alpha.models import Note

    from kezhi import writing

    install(folder, "2.0")
    done = command(first, "plugin", "upgrade", PYTHONPATH=str(folder))
    assert (done.returncode, done.stdout.strip()) == (0, "upgraded: alpha"), done.stderr
    assert first.app.test_client().get("/alpha/").text == "1.0: first"
    with first.app.app_context(), writing():
        db.session.add(Note(id=2, customer_id=7, text="by the older code"))
    assert execute(first, "SELECT text, tone FROM alpha_note WHERE id = 2") == [("by the older code", "")]


def test_an_upgrade_that_fails_leaves_everything_as_it_was(first: Site, folder: Path) -> None:
    install(folder, "2.0", more="op.execute('SELECT * FROM no_luck')")
    forget_code()
    new = with_options(first)
    generation = new.read_generation()
    with new.app.app_context(), pytest.raises(PluginError, match="alpha.*migration failed"):
        upgrade(new, "alpha")
    assert new.read_generation() == generation
    assert "tone" not in columns(new)
    assert execute(new, "SELECT version FROM kezhi_plugin WHERE name = 'alpha'") == [("1.0",)]
    forget_code()
    install(folder, "2.0")
    mended = with_options(first)
    with mended.app.app_context():
        assert upgrade(mended, "alpha")
    new.close()
    mended.close()


def test_a_disabled_app_is_upgraded_when_it_is_enabled(first: Site, folder: Path) -> None:
    with first.app.app_context():
        disable(first, "alpha")
    install(folder, "2.0")
    with first.app.app_context(), pytest.raises(Refused, match="command line|命令行"):
        enable(first, "alpha")
    forget_code()
    new = with_options(first)
    with new.app.app_context():
        assert enable(new, "alpha") == ("alpha",)
    assert execute(new, "SELECT tone FROM alpha_note") == [("old first",)]
    new.close()


def test_a_rebuild_of_a_table_may_not_orphan_rows(first: Site, folder: Path) -> None:
    if first.engine.dialect.name != "sqlite":
        return  # PostgreSQL checks its foreign keys by itself at any time
    install(folder, "2.0", more="op.execute('DELETE FROM alpha_note')")
    forget_code()
    new = with_options(first)
    with new.app.app_context(), pytest.raises(RuntimeError, match="alpha_detail"):
        upgrade(new, "alpha")
    assert execute(new, "SELECT text FROM alpha_note") == [("first",)]
    new.close()


@pytest.mark.processes
def test_running_workers_are_replaced_by_such_with_the_new_code(
    first: Site, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(folder))
    with served(first, workers=2) as port:
        visitor = Browser(port)
        assert visitor.get("/alpha/").text == "1.0: first"
        install(folder, "2.0")
        assert visitor.get("/alpha/").text == "1.0: first", "installed is not yet in force"
        assert command(first, "plugin", "upgrade", "alpha", PYTHONPATH=str(folder)).returncode == 0
        deadline, seen = time.monotonic() + 30, set()
        while time.monotonic() < deadline:
            answers = [Browser(port).get("/alpha/") for _ in range(4)]
            assert {answer.status for answer in answers} == {200}
            seen = {answer.text[:3] for answer in answers}
            if seen == {"2.0"}:
                break
            time.sleep(0.3)
        assert seen == {"2.0"}


KILLER = """
import os, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
left = int(sys.argv.pop(1))
def count(*args):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), 9)
event.listen(Engine, "before_cursor_execute", count)
event.listen(Engine, "commit", count)
from kezhi.cli import main
main()
"""
STEPS = {
    "enable": (["enable", "alpha"], {"available", "enabled"}),
    "disable": (["disable", "alpha", "--yes"], {"enabled", "disabled"}),
    "upgrade": (["upgrade", "alpha"], {"stale", "enabled"}),
    "uninstall": (["uninstall", "alpha", "--yes", "--wait", "0"], {"enabled", "disabled", "available"}),
}


@pytest.mark.faults
@pytest.mark.parametrize("action", STEPS)
def test_killed_at_any_point_an_action_happened_or_it_did_not(site: Site, folder: Path, action: str) -> None:
    """SIGKILL at growing numbers of statements until the command gets through; every time all is well after it."""
    arguments, states = STEPS[action]
    install(folder)
    if action != "enable":
        with site.app.app_context():
            enable(site, "alpha")
        execute(site, "INSERT INTO alpha_note (id, customer_id, text) VALUES (1, 7, 'first')")
    if action == "upgrade":
        install(folder, "2.0")
    forget_code()
    point, killed = 1, 0
    while True:
        environment = {
            **os.environ, "PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
            "KEZHI_DATA": str(site.config.data), "KEZHI_KEYS": str(site.config.keys),
            "KEZHI_DATABASE_URL": site.config.database_url.render_as_string(hide_password=False),
        }  # fmt: skip
        line = [sys.executable, "-c", KILLER, str(point), "plugin", *arguments]
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != -9:
            if action != "uninstall" or state(site) != "available":  # it may have been killed after the commit
                assert done.returncode == 0, done.stderr
            break
        killed += 1
        forget_code()
        fresh = with_options(site)
        assert state(fresh) in states, point
        with fresh.app.app_context():
            errors = [finding for finding in examine(fresh) if finding["level"] == "error"]
            assert errors == [], (point, errors)
        with fresh.engine.connect() as connection:
            made = inspect(connection).has_table("alpha_note")
        assert made is (state(fresh) != "available"), "tables stand and fall with the app"
        fresh.close()
        point += 7 if point > 10 else 4
    assert killed >= 3
    forget_code()
    fresh = with_options(site)
    assert (
        state(fresh)
        in {"enable": "enabled", "disable": "disabled", "upgrade": "enabled", "uninstall": "available"}[action]
    )
    fresh.close()
