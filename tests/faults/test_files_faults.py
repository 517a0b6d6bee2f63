"""An upload that is killed anywhere is there whole or not at all; what it leaves behind is swept."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from kezhi import Conflict, db, writing
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.files import checks, services, storage
from kezhi.builtin.files.models import Blob, File, Version
from kezhi.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.services]

#: uploads one file and is killed at the step whose number it is given: a write, a flush to the disk, a rename, a
#: statement, a commit, or after all of them
UPLOAD = """
import io, os, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from kezhi import writing
from kezhi.builtin.files import services, storage
from kezhi.config import from_environment
from kezhi.site import Site

site = Site(from_environment())
with site.app.app_context():
    left = [int(sys.argv[1])]

    def step(*_rest):
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), 9)

    for module, name in ((os, "fsync"), (os, "replace")):
        def wrapped(*arguments, original=getattr(module, name)):
            step()
            answer = original(*arguments)
            step()
            return answer
        setattr(module, name, wrapped)

    class Source(io.BytesIO):
        def read(self, size=-1):
            step()
            return super().read(20 if size > 0 else size)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(Engine, moment, step)
    upload = services.receive(Source(b"%PDF-1.7 " + b"x" * 60), "a.pdf")
    with writing():
        services.attach(upload, "customers", "customer", 1)
print("done")
"""


def killed_at(site: Site, step: int) -> subprocess.CompletedProcess[str]:
    environ = {
        **os.environ,
        "KEZHI_DATA": str(site.config.data),
        "KEZHI_DATABASE_URL": site.config.database_url.render_as_string(hide_password=False),
        "KEZHI_KEYS": str(site.config.keys),
    }
    line = [sys.executable, "-c", UPLOAD, str(step)]
    return subprocess.run(line, env=environ, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("steps", [range(1, 9), range(9, 17), range(17, 25), range(25, 40)], ids=str)
def test_an_upload_killed_at_any_step_is_whole_or_absent(site: Site, app: Any, steps: range) -> None:
    with writing():
        create_customer({"code": "K001", "name": "恒达钢铁"})
    whole = 0
    for step in steps:
        done = killed_at(site, step)
        assert done.returncode in (-9, 0), done.stderr
        files = db.session.scalar(select(func.count()).select_from(File)) or 0
        counts = [db.session.scalar(select(func.count()).select_from(model)) for model in (Version, Blob)]
        assert counts == [files, files], "no half of a file"
        assert files - whole in (0, 1)
        assert (files > whole) >= (done.returncode == 0)
        whole = files
        assert list(services.verify(db.session())) == [], "no row without its bytes"
        assert [found for found in checks.contents(db.session()) if found.level == "error"] == []
        db.session.rollback()
        if done.returncode == 0:
            break
    services.sweep(grace=0)
    assert len(list(storage.names())) == whole
    assert list((storage.folder() / "tmp").glob("*")) == []
    assert list(services.verify(db.session())) == []


def test_one_of_many_who_replace_the_same_version_wins(site: Site, app: Any) -> None:
    import io

    with writing():
        create_customer({"code": "K001", "name": "恒达钢铁"})
    with writing():
        upload = services.receive(io.BytesIO(b"%PDF-1"), "a.pdf")
        file_id = services.attach(upload, "customers", "customer", 1).id
    outcomes: list[str] = []

    def replace(number: int) -> None:
        with app.app_context():
            received = services.receive(io.BytesIO(b"%%PDF-1 %d" % number), f"{number}.pdf")
            try:
                with writing():
                    services.add_version(file_id, received, 1)
                outcomes.append("won")
            except Conflict:
                outcomes.append("lost")

    threads = [threading.Thread(target=replace, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["lost"] * 5 + ["won"]
    assert services.one_file(file_id).version.number == 2
