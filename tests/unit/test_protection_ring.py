"""The key ring: versions, wrong key files told from damaged data, and an index key that stays (CUS-11)."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import select

from kezhi import Refused, db, set_setting, writing
from kezhi.builtin.apps.doctor import examine
from kezhi.builtin.apps.serve import prepare
from kezhi.builtin.protection import keyfile, ring, services
from kezhi.builtin.protection.models import KeyVersion
from kezhi.site import Site

pytestmark = pytest.mark.services


@pytest.fixture
def here(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


def forget_keys() -> None:
    """As a process that starts anew."""
    current_app.extensions.pop("kezhi_ring", None)
    ring.forget()


@pytest.mark.clause("CUS-11")
def test_rotation_puts_new_keys_in_force_and_keeps_the_old_ones(here: Flask, statements: Any) -> None:
    first, index = ring.active("files"), ring.index_key()
    assert first.version == 1
    assert len(first.secret) == 32
    assert len({first.secret, ring.active("fields").secret, index}) == 3, "every purpose has keys of its own"
    with writing():
        assert services.rotate() == {"files": 2, "fields": 2}
    second = ring.active("files")
    assert second.version == 2
    assert second.secret != first.secret
    assert ring.key("files", 1) == first.secret, "what is under the old key stays readable"
    assert ring.index_key() == index, "searching goes on: the key of the indexes does not change by the way"
    with writing():
        assert services.rotate(("fields",)) == {"fields": 3}, "a purpose can be rotated alone"
    assert ring.active("files").version == 2
    path = ring.path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".kezhi.keys")] == []
    with statements() as seen:
        ring.forget()
        for _again in range(5):
            ring.active("files"), ring.key("fields", 2), ring.is_on("fields")
    assert seen.count == 1, "one statement per request, whatever is encrypted in it"


@pytest.mark.clause("CUS-11")
def test_a_wrong_key_file_is_told_from_damaged_data(here: Flask, site: Site) -> None:
    path = ring.path()
    with writing():
        services.rotate()
    right = path.read_text()
    older = json.loads(right)
    del older["ring"]
    path.write_text(json.dumps(older))
    forget_keys()
    with pytest.raises(ring.KeyProblem, match="lacks version 2"):
        ring.active("files")
    with pytest.raises(Refused, match="lacks version 2"), writing():
        services.rotate()
    other = json.loads(right)
    other["files"] = "00" * 32
    path.write_text(json.dumps(other))
    forget_keys()
    with pytest.raises(ring.KeyProblem, match="is not the one that this database was protected with"):
        ring.key("files", 1)
    with pytest.raises(ring.KeyProblem, match="is not the one"):
        prepare(site.config)
    found = [each for each in examine(site) if each["check"] == "protection.keys"]
    assert found
    assert all(each["level"] == "error" for each in found)
    path.write_text(right)
    forget_keys()
    assert ring.problems() == []
    assert [each for each in examine(site) if each["check"] == "protection.keys"] == []


def test_a_rotation_that_was_cut_off_goes_on_with_the_key_it_made(here: Flask) -> None:
    made = services.prepare(("files",))
    waiting = keyfile.material(ring.path(), "files", 2)
    assert made == {"files": 2}
    assert ring.active("files").version == 1, "prepared is not in force"
    with writing():
        services.rotate(("files",))
    assert ring.active("files").secret == waiting
    with pytest.raises(RuntimeError), writing():
        services.rotate(("files",))
        raise RuntimeError("cut off before the commit")
    ring.forget()
    assert ring.active("files").version == 2
    left = keyfile.material(ring.path(), "files", 3)
    with writing():
        assert services.rotate(("files",)) == {"files": 3}
    assert ring.active("files").secret == left


def test_keys_are_neither_in_the_database_nor_in_the_audit_chain(here: Flask, site: Site) -> None:
    with writing():
        services.rotate()
    secrets = [ring.key(purpose, version) for purpose in ("files", "fields") for version in (1, 2)]
    rows = db.session.scalars(select(KeyVersion)).all()
    values = [row.check_value for row in rows]
    assert len(values) == 5
    for secret in secrets:
        assert secret.hex() not in values
        assert secret.hex() not in repr(ring.active("files"))


@pytest.mark.clause("CUS-11")
def test_switching_encryption_off_is_a_recorded_deviation(here: Flask, site: Site) -> None:
    with pytest.raises(Refused, match="Say why"), writing():
        services.switch_off("fields", "  ")
    assert ring.is_on("fields")
    assert services.deviations() == []
    with writing():
        services.switch_off("fields", "The old reporting tool reads the table until March")
    assert not ring.is_on("fields")
    assert ring.is_on("files")
    (found,) = [each for each in examine(site) if "Switched off" in each["message"]]
    assert "The old reporting tool" in found["message"]
    assert "system" in found["message"]
    with pytest.raises(Refused), writing():
        services.switch_off("fields", "again")
    with writing():
        services.switch_on("fields")
    assert ring.is_on("fields")
    (row,) = services.deviations()
    assert row.ended_at is not None
    assert row.reason.startswith("The old reporting tool")


@pytest.mark.clause("CUS-11")
def test_a_retirement_that_was_cut_off_is_told_of_and_ends_when_it_is_asked_for_again(here: Flask) -> None:
    from kezhi.builtin.protection import checks, commands

    with writing():
        services.rotate()
    with writing():
        services.rotate()
        set_setting("protection", "keep_old_keys_days", 0)
    services.renew()
    path, erased = ring.path(), keyfile.material(ring.path(), "files", 2)
    left = path.with_name(f".{path.name}.0abc")  # beside it lies what a writer that was killed has left
    left.write_text("{}")
    os.utime(left, (0, 0))
    with writing():
        services.retire("files", 2)  # killed here
    assert erased is not None
    assert keyfile.material(path, "files", 2) == erased
    assert ["retire files 2" in str(found.message) for found in checks.keys(db.session())] == [True]
    db.session.rollback()
    commands.retire_key.main(["files", "2"], standalone_mode=False)
    assert keyfile.material(path, "files", 2) is None
    assert not left.exists()
    assert list(checks.keys(db.session())) == []
    db.session.rollback()
    with pytest.raises(Refused):
        commands.retire_key.main(["files", "2"], standalone_mode=False)
