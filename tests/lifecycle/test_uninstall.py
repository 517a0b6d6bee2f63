"""Uninstalling: shown before, exported, waited for, complete; and nothing half done."""

from __future__ import annotations

import json
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, inspect, select, text, update

from kezhi import Refused, acting_as, db, set_setting, tables, writing
from kezhi.builtin.accounts.models import RolePermission
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.apps.presence import Presence
from kezhi.builtin.apps.removal import others_behind, preview_uninstall, uninstall
from kezhi.builtin.apps.statuses import statuses
from kezhi.builtin.audit.services import first_bad_entry
from kezhi.lifecycle import disable, enable
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.databases import command, with_options
from kezhi.testing.distributions import make_distribution, remove_metadata
from kezhi.testing.plugin import new_person

from .alpha import forget_code, install

pytestmark = pytest.mark.services


@pytest.fixture
def notes(site: Site, folder: Path) -> Site:
    """The site with alpha, two notes and a setting."""
    install(folder)
    with site.app.app_context():
        enable(site, "alpha")
    with site.app.app_context(), writing():
        rows = [{"i": 1, "t": '蓝色, "quoted"'}, {"i": 2, "t": "second"}]
        db.session.execute(text("INSERT INTO alpha_note (id, customer_id, text) VALUES (:i, 7, :t)"), rows)
        db.session.execute(text("INSERT INTO alpha_detail (id, note_id) VALUES (1, 2)"))
        set_setting("alpha", "colour", "blue")
        for key in ("alpha.use", "alphabet.use"):
            db.session.add(RolePermission(role_key="salesperson", permission=key, granted=True))
    return site


def left_of_alpha(site: Site) -> dict[str, Any]:
    with site.engine.connect() as connection:
        found = [name for name in inspect(connection).get_table_names() if name.startswith("alpha")]
        plugin = connection.execute(select(tables.plugin.c.name).where(tables.plugin.c.name == "alpha")).all()
        settings = connection.execute(select(tables.setting.c.key).where(tables.setting.c.plugin == "alpha")).all()
    return {"tables": found, "row": plugin, "settings": settings}


NOTHING: dict[str, Any] = {"tables": [], "row": [], "settings": []}


def test_what_goes_is_shown_exported_and_gone(notes: Site) -> None:
    site = notes
    removal = preview_uninstall(site, "alpha")
    assert removal.rows == {"alpha_detail": 1, "alpha_note": 2}
    with site.app.app_context():
        path = uninstall(site, "alpha", wait=1)
    assert left_of_alpha(site) == NOTHING
    with zipfile.ZipFile(path) as packed:
        lines = [json.loads(line) for line in packed.read("alpha_note.jsonl").decode().splitlines()]
        about = json.loads(packed.read("about.json"))
    assert [line["text"] for line in lines] == ['蓝色, "quoted"', "second"]
    assert about["rows"] == removal.rows
    assert oct(path.stat().st_mode)[-3:] == "600"
    with site.app.app_context():
        entry = db.session.execute(
            select(tables.audit_entry.c.payload).where(tables.audit_entry.c.action == "plugin.uninstall")
        ).scalar_one()
        assert json.loads(entry)["rows"] == removal.rows
        kept = db.session.scalars(select(RolePermission.permission).where(RolePermission.permission.like("alpha%")))
        assert kept.all() == ["alphabet.use"], "rights go too, and only its own"
        assert {status.name: status.state for status in statuses(site)}["alpha"] == "available"
        assert [each for each in examine(site) if each["level"] == "error"] == []
        assert enable(site, "alpha") == ("alpha",), "it can be installed anew, empty"
    with site.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alpha_note")).scalar_one() == 0


def test_a_plugin_whose_distribution_is_gone_can_be_uninstalled(notes: Site, folder: Path) -> None:
    remove_metadata(folder, "alpha")
    forget_code()
    fresh = with_options(notes)
    with fresh.app.app_context():
        status = {status.name: status for status in statuses(fresh)}["alpha"]
        assert (status.state, str(status.title)) == ("missing", "Alpha")
        uninstall(fresh, "alpha", wait=1)
        assert "alpha" not in {status.name for status in statuses(fresh)}
    assert left_of_alpha(fresh) == NOTHING
    fresh.close()


def test_a_broken_plugin_can_be_uninstalled(notes: Site, folder: Path) -> None:
    forget_code()
    install(folder, before="raise ValueError('no luck')")
    fresh = with_options(notes)
    with fresh.app.app_context():
        assert {status.name: status.state for status in statuses(fresh)}["alpha"] == "broken"
        uninstall(fresh, "alpha", wait=1)
    assert left_of_alpha(fresh) == NOTHING
    fresh.close()


def test_what_others_need_is_not_removed(notes: Site, folder: Path) -> None:
    make_distribution(folder, "beta", depends={"alpha": ">=1"})
    with notes.app.app_context():
        enable(notes, "beta")
        disable(notes, "beta")
        for name in ("alpha", "accounts", "nowhere"):
            with pytest.raises(Refused):
                uninstall(notes, name, wait=0)
    assert left_of_alpha(notes)["tables"]
    assert "alpha" in notes.read_enabled(), "a refusal changes nothing"


def test_a_process_that_still_answers_with_it_is_waited_for(notes: Site) -> None:
    other = with_options(notes)
    other.current_app()
    presence = Presence(other)
    presence.beat()
    with notes.app.app_context(), pytest.raises(Refused, match="still answer|仍在使用"):
        uninstall(notes, "alpha", wait=0.5)
    assert left_of_alpha(notes)["tables"], "its data are untouched"
    assert "alpha" not in notes.read_enabled()
    timer = threading.Timer(0.7, presence.beat)  # the other process follows the generation
    timer.start()
    started = time.monotonic()
    with notes.app.app_context():
        uninstall(notes, "alpha", wait=20)
    assert 0.5 < time.monotonic() - started < 10
    assert left_of_alpha(notes) == NOTHING
    presence.stop()
    other.close()


def test_a_request_under_way_counts_until_its_answer_is_sent(notes: Site) -> None:
    presence = Presence(notes)
    old = notes.generation
    slow = iter(notes({"REQUEST_METHOD": "GET", "PATH_INFO": "/alpha/", "SERVER_NAME": "localhost",
                       "SERVER_PORT": "80", "wsgi.url_scheme": "http"}, lambda *_args: lambda _data: None))  # fmt: skip
    with notes.app.app_context():
        disable(notes, "alpha")
    presence.beat()
    assert notes.oldest_generation() == old
    assert others_behind(notes.engine, notes.generation, 0) == [presence.id]
    list(slow)
    slow.close()  # type: ignore[attr-defined]
    presence.beat()
    assert others_behind(notes.engine, notes.generation, 0) == []
    presence.stop()


def test_a_process_that_died_is_not_waited_for(notes: Site) -> None:
    presence = Presence(notes)
    presence.beat()
    with notes.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        from datetime import timedelta

        seen = tables.process.c.seen_at
        before = connection.execute(select(seen)).scalar_one()
        connection.execute(update(tables.process).values(seen_at=before - timedelta(seconds=60), generation=0))
    assert others_behind(notes.engine, notes.generation, 0) == []


def test_a_process_that_has_taken_its_leave_says_no_more_that_it_lives(notes: Site) -> None:
    """A beat that was under way at that moment must not bring the row back."""
    presence = Presence(notes)
    presence.beat()
    presence.stop()
    with notes.app.app_context():
        disable(notes, "alpha")  # something new to tell
    presence.beat()
    with notes.engine.connect() as connection:
        assert connection.execute(select(tables.process.c.id)).all() == []


def test_rows_that_changed_after_the_export_keep_the_tables(notes: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from kezhi.builtin.apps import removal

    export = removal.export

    def and_then_somebody_writes(site: Site, name: str) -> Any:
        result = export(site, name)
        with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
            connection.execute(text("INSERT INTO alpha_note (id, customer_id, text) VALUES (3, 7, 'late')"))
        return result

    monkeypatch.setattr(removal, "export", and_then_somebody_writes)
    with notes.app.app_context(), pytest.raises(Refused, match="meantime|期间"):
        uninstall(notes, "alpha", wait=1)
    assert left_of_alpha(notes)["tables"]


def test_the_page_asks_for_the_name_and_takes_the_app_away(notes: Site) -> None:
    app = notes.app
    app.test_client_class = IsolatedClient
    with app.app_context():
        new_person(app, "boss", "administrator")
    client = app.test_client()
    client.set_cookie("kezhi_locale", "zh")
    client.post("/login", data={"login": "boss", "password": "boss-password-1"})
    page = client.get("/apps/alpha/uninstall").text
    assert "alpha_note" in page
    assert "此操作不可撤销" in page
    client.post("/apps/alpha/uninstall", data={"confirmation": "alph"})
    assert left_of_alpha(notes)["tables"]
    assert client.post("/apps/alpha/uninstall", data={"confirmation": "alpha"}).status_code == 302
    assert left_of_alpha(notes) == NOTHING
    assert client.get("/apps/nowhere/uninstall").status_code == 404


def test_the_command_needs_a_yes_and_says_where_the_data_are(notes: Site, folder: Path) -> None:
    refused = command(notes, "plugin", "uninstall", "alpha", PYTHONPATH=str(folder))
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    done = command(notes, "plugin", "uninstall", "alpha", "--yes", "--json", PYTHONPATH=str(folder))
    assert done.returncode == 0, done.stderr
    assert Path(json.loads(done.stdout)["export"]).exists()
    assert left_of_alpha(notes) == NOTHING


def test_the_acting_person_is_in_the_chain(notes: Site) -> None:
    with notes.app.app_context():
        boss = new_person(notes.app, "boss", "administrator")
        with acting_as(boss):
            uninstall(notes, "alpha", wait=1)
        db.session.rollback()
        entries = select(tables.audit_entry.c.actor).where(tables.audit_entry.c.action == "plugin.uninstall")
        assert db.session.scalars(entries).all() == ["boss"]
        assert first_bad_entry(db.session(), notes.keys["audit"]) is None
        assert db.session.scalar(select(func.count()).select_from(tables.restricted)) == 0
