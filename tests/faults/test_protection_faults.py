"""Sealing and rotating that are killed anywhere lose nothing: every file stays readable, the next run ends the work."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import db, writing
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.files import services, storage
from kezhi.builtin.files.models import BlobKey
from kezhi.builtin.files.services import keeping
from kezhi.builtin.protection import ring
from kezhi.builtin.protection import services as protection
from kezhi.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.services]

MARKER = "密级合同正文".encode()
#: does the work and kills itself at the steps whose numbers it is given, each time in a child of its own: a flush, a
#: rename, a removal, a statement that writes, a commit
RENEW = """
import os, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from kezhi import writing
from kezhi.builtin.protection import services
from kezhi.config import from_environment
from kezhi.site import Site

site = Site(from_environment())
left = [0]

def step(*rest):
    if len(rest) > 2 and isinstance(rest[2], str) and rest[2].lstrip().upper().startswith(("SELECT", "PRAGMA")):
        return
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), 9)

for name in ("fsync", "replace", "unlink"):
    def wrapped(*arguments, original=getattr(os, name), **more):
        step()
        answer = original(*arguments, **more)
        step()
        return answer
    setattr(os, name, wrapped)
for moment in ("before_cursor_execute", "commit"):
    event.listen(Engine, moment, step)

site.app
site.engine.dispose()
for number in map(int, sys.argv[2:]):
    child = os.fork()
    if child == 0:
        site.engine.dispose(close=False)
        left[0] = number
        with site.app.app_context():
            if sys.argv[1] == "rotate":
                with writing():
                    services.rotate(("files",))
            services.renew()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(status, flush=True)
    if status not in (0, -9):
        sys.exit(1)
    if status == 0:
        break
"""


def killed_at(site: Site, what: str, steps: range) -> list[int]:
    """Exit statuses of the children; the last one is 0 when the work was done before its step came."""
    environ = {
        **os.environ,
        "KEZHI_DATA": str(site.config.data),
        "KEZHI_DATABASE_URL": site.config.database_url.render_as_string(hide_password=False),
        "KEZHI_KEYS": str(site.config.keys),
    }
    line = [sys.executable, "-c", RENEW, what, *map(str, steps)]
    done = subprocess.run(line, env=environ, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


def add(customer_id: int, number: int) -> int:
    upload = services.receive(io.BytesIO(b"%PDF-1.7 " + MARKER + bytes([number])), "a.pdf")
    with writing():
        return int(services.attach(upload, "customers", "customer", customer_id).id)


def content_of(file_id: int) -> bytes:
    return b"".join(services.open_download(file_id).pieces)


@pytest.fixture
def customer_id(app: Any) -> int:
    with writing():
        return int(create_customer({"code": "K001", "name": "恒达钢铁"}).id)


@pytest.mark.clause("CUS-11")
def test_sealing_killed_at_any_step_leaves_every_file_readable_and_ends_sealed(site: Site, customer_id: int) -> None:
    with writing():
        protection.switch_off("files", "Trial")
    files = [add(customer_id, number) for number in range(3)]
    with writing():
        protection.switch_on("files")
    statuses = killed_at(site, "seal", range(1, 40))
    assert statuses[0] == -9
    assert statuses[-1] == 0, "in the end it is done"
    assert len(statuses) > 15, "it was killed in many places"
    db.session.rollback()
    assert [content_of(each)[-1] for each in files] == [0, 1, 2]
    assert dict(services.verify(db.session())) == {}
    assert keeping.count() == {1: 3}
    services.sweep(grace=0)
    assert len(list(storage.names())) == 3
    everything = [path for path in site.config.data.rglob("*") if path.is_file()]
    assert [path for path in everything if MARKER in path.read_bytes()] == [], "no copy is left in the clear"


def test_a_rotation_killed_at_any_step_loses_no_key(site: Site, customer_id: int) -> None:
    files = [add(customer_id, number) for number in range(3)]
    statuses = killed_at(site, "rotate", range(1, 120, 3))
    assert statuses[0] == -9
    assert statuses[-1] == 0
    ring.forget()
    db.session.rollback()
    assert ring.problems() == []
    assert [content_of(each)[-1] for each in files] == [0, 1, 2]
    protection.renew()
    assert set(db.session.scalars(select(BlobKey.version))) == {ring.active("files").version}
