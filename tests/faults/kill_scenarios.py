"""What people and workers do when they are killed in the middle of it: how it begins, what they do, what whoever was
there does afterwards, and what has to be true then.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select

from kezhi import Conflict, Job, Task, User, acting_as, clock, db, set_setting, setting, tables, writing
from kezhi.builtin.accounts.services import user_named
from kezhi.builtin.approvals.models import Request, Signature
from kezhi.builtin.audit.services import verify_site
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import create_customer
from kezhi.builtin.destruction.models import Item, Proposal
from kezhi.builtin.destruction.services import propose_destruction
from kezhi.builtin.documents.models import Issue
from kezhi.builtin.files import services as files
from kezhi.builtin.files import storage
from kezhi.builtin.files.models import BlobKey, File, Version
from kezhi.builtin.imports.models import Batch
from kezhi.builtin.imports.services import background, loading
from kezhi.builtin.protection import keyfile, ring
from kezhi.builtin.protection import services as protection
from kezhi.builtin.protection.commands import retire_key, rotate_keys
from kezhi.builtin.tasks.models import Mail, Notice, Recipient
from kezhi.jobs import enqueue, run_pending
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.plugin import new_person

from .killing import end_leases

UNSCOPED = {"kezhi_unscoped": True}
PDF = b"%PDF-1.7 " + b"x" * 3000


@dataclass
class Desk:
    """The site, who sits before it, and what they know by heart."""

    site: Site
    app: Flask
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)

    def person(self, login: str, role: str) -> User:
        made = new_person(self.app, login, role)
        client = self.clients[login] = IsolatedClient(self.app, self.app.response_class, use_cookies=True)
        assert client.post("/login", data={"login": login, "password": f"{login}-password-1"}).status_code == 302
        return made

    def work(self) -> None:
        """A worker does what is due."""
        db.session.remove()
        run_pending(self.site)

    def goes_on(self) -> None:
        """The worker is started again, a minute later: what the dead one had is anybody's then."""
        end_leases(self.site)
        self.work()


def count(model: Any, *where: Any) -> int:
    found = db.session.scalar(select(func.count()).select_from(model).where(*where), execution_options=UNSCOPED)
    db.session.rollback()
    return int(found or 0)


def audited(action: str) -> int:
    """How often it was done; that a second click was refused stands in the audit log too."""
    entry = tables.audit_entry.c
    return count(tables.audit_entry, entry.action == action, entry.result == "done")


def jobs_in(*states: str) -> list[tuple[str, str]]:
    found = db.session.execute(select(tables.job.c.job, tables.job.c.state).where(tables.job.c.state.in_(states)))
    answer = [(row.job, row.state) for row in found]
    db.session.rollback()
    return answer


@dataclass(frozen=True)
class Scenario:
    """``begin`` makes the ground once; ``act`` is what is killed; ``resume`` is done by the people and the worker
    afterwards, or after nothing happened; ``hold`` says what is true then."""

    begin: Callable[[Desk], None]
    act: Callable[[Desk], None]
    resume: Callable[[Desk], None]
    hold: Callable[[Desk], None]
    warm: Callable[[Desk], None] | None = None  #: instead of ``act`` where that starts threads, which no child has


# ── a job ───────────────────────────────────────────────────────────────────────────────────────────────────────


def begin_job(desk: Desk) -> None:
    owner = desk.person("owner", "order-clerk")

    def write(task: Task) -> None:
        task.progress(1, 2)
        with task.effect():
            set_setting("test", "count", setting("test", "count", 0) + 1)

    def fail(_task: Task) -> None:
        raise ValueError("no paper in the tray")

    jobs = desk.app.extensions["kezhi"].jobs
    kept = {key: jobs[key] for key in ("apps.given_up",)}
    jobs.clear()
    jobs.update(kept)
    jobs["test.write"] = Job("test.write", "Write", write, attempts=9)
    jobs["test.fail"] = Job("test.fail", "Fail", fail, attempts=1)
    jobs["tasks.mail"] = Job("tasks.mail", "Mail", lambda _task: None)  # nothing leaves the house
    admin = user_named("admin")
    assert admin is not None
    with writing() as session:
        set_setting("tasks", "smtp_host", "mail.example.com")
        rows = [{"user_id": user.id, "email": f"{user.login}@example.com"} for user in (owner, admin)]
        session.execute(insert(Recipient), rows)
    with acting_as(owner), writing():
        enqueue("test.write", "x")
        enqueue("test.fail", "x")


def hold_job(desk: Desk) -> None:
    assert setting("test", "count", 0) == 1, "in effect once"
    assert jobs_in("waiting", "running") == []
    assert jobs_in("dead") == [("test.fail", "dead")]
    kinds = sorted(db.session.scalars(select(Notice.kind), execution_options=UNSCOPED))
    assert kinds == ["apps.job_failed", "apps.own_job_failed"], "each is told once"
    assert (count(Mail), audited("job.dead")) == (2, 1)


# ── an import ───────────────────────────────────────────────────────────────────────────────────────────────────

ROWS = "code,name\n" + "".join(f"A{number:02},恒达钢铁{number:02}有限公司\n" for number in range(12))


def begin_import(desk: Desk) -> None:
    background.MANY, loading.CHUNK = 4, 5  # what is long here has more than four rows
    desk.person("keeper", "customer-information-officer")


def upload_rows(desk: Desk) -> None:
    data = {"kind": "customers", "file": (io.BytesIO(ROWS.encode()), "customers.csv")}
    assert desk.clients["keeper"].post("/imports", data=data).status_code == 302


def act_import(desk: Desk) -> None:
    upload_rows(desk)
    desk.work()
    desk.clients["keeper"].post("/imports/1/apply", data={"rows": "all"})
    desk.work()


def resume_import(desk: Desk) -> None:
    """The keeper looks at the list of imports, and goes on with what stands there or chooses the file again."""
    keeper = desk.clients["keeper"]
    desk.goes_on()
    if not count(Batch):
        upload_rows(desk)
        desk.goes_on()
    number = db.session.scalar(select(func.max(Batch.id)), execution_options=UNSCOPED)
    db.session.rollback()
    keeper.post(f"/imports/{number}/apply", data={"rows": "all"})  # once more, whatever the page shows
    desk.goes_on()


def hold_import(desk: Desk) -> None:
    codes = db.session.scalars(select(Customer.code).order_by(Customer.code), execution_options=UNSCOPED).all()
    assert codes == [f"A{number:02}" for number in range(12)]
    assert set(db.session.scalars(select(Batch.state), execution_options=UNSCOPED)) == {"applied"}
    assert (audited("import.apply"), audited("import.stage")) == (1, 1)
    assert jobs_in("waiting", "running", "dead") == []
    nothing_is_left_on_the_disk()


def nothing_is_left_on_the_disk() -> None:
    db.session.rollback()
    files.sweep(grace=0)
    versions = count(Version)
    assert len(list(storage.names(0))) == versions
    assert list((storage.folder() / "tmp").glob("*")) == []
    assert count(BlobKey) == versions


# ── an approval ─────────────────────────────────────────────────────────────────────────────────────────────────

SIGNERS = {"officer": "customer-information-officer", "manager": "customer-service-manager",
           "general": "general-manager"}  # fmt: skip


def begin_approval(desk: Desk) -> None:
    clerk = desk.person("clerk", "customer-information-clerk")
    for login, role in SIGNERS.items():
        desk.person(login, role)
    ids = []
    for name in ("甲商贸有限公司", "乙商贸有限公司"):
        upload = files.receive(io.BytesIO(PDF), "a.pdf")
        with writing():
            ids.append(int(create_customer({"business_type": "trading-company", "code": None, "name": name}).id))
            files.attach(upload, "customers", "customer", ids[-1])
    with acting_as(clerk):
        propose_destruction(ids, "file", "expired", "最后一次往来已满十年，保管期限届满。")


def sign(desk: Desk) -> None:
    """Each opens the page and signs; what was signed already is signed once more, as by a second click."""
    for position, login in enumerate(SIGNERS, start=1):
        client = desk.clients[login]
        client.get("/approvals/1")
        version = db.session.scalar(select(Request.version), execution_options=UNSCOPED)
        db.session.rollback()
        seen = f"1.{position}.{version}"
        client.post("/approvals/1", data={"decision": "approve", "opinion": "同意", "seen": seen})


def act_approval(desk: Desk) -> None:
    sign(desk)
    desk.work()


def resume_approval(desk: Desk) -> None:
    sign(desk)
    desk.goes_on()


def hold_approval(desk: Desk) -> None:
    assert (count(Signature), audited("approval.sign")) == (3, 3), "each has signed once"
    assert (audited("destruction.approve"), audited("destruction.done")) == (1, 1)
    assert set(db.session.scalars(select(Proposal.state), execution_options=UNSCOPED)) == {"done"}
    assert db.session.scalars(select(Item.outcome), execution_options=UNSCOPED).all() == ["destroyed"] * 2
    assert (count(Customer), count(File, File.plugin == "customers")) == (0, 0)
    assert count(Issue) == 1, "one certificate"
    assert jobs_in("waiting", "running", "dead") == []
    nothing_is_left_on_the_disk()


# ── an upload ───────────────────────────────────────────────────────────────────────────────────────────────────


def begin_upload(desk: Desk) -> None:
    desk.person("keeper", "customer-information-officer")
    with writing():
        create_customer({"code": "K001", "name": "恒达钢铁"})


def send(desk: Desk, address: str, key: str, content: bytes, **more: str) -> None:
    data = {"file": (io.BytesIO(content), "a.pdf"), "submission_key": key, **more}
    desk.clients["keeper"].post(address, data=data, content_type="multipart/form-data")


def act_upload(desk: Desk) -> None:
    """A file, then a newer version of it; a browser that got no answer sends the very same again."""
    send(desk, "/files/on/customers/customer/1", "k1", PDF)
    send(desk, f"/files/{the_file()}/versions", "k2", PDF + b"2", seen="1")


def the_file() -> int:
    """The id of the one file: PostgreSQL gives no number again that it gave to what was undone."""
    found = db.session.scalar(select(func.max(File.id)), execution_options=UNSCOPED)
    db.session.rollback()
    return int(found or 0)


def hold_upload(desk: Desk) -> None:
    number = the_file()
    assert (count(File), count(Version)) == (1, 2)
    assert files.one_file(number).version.number == 2
    assert b"".join(files.open_download(number).pieces) == PDF + b"2"
    db.session.rollback()
    assert dict(files.verify(db.session())) == {}
    assert audited("file.attach") == audited("file.version") == 1
    nothing_is_left_on_the_disk()


# ── a rotation of keys ──────────────────────────────────────────────────────────────────────────────────────────


def begin_rotation(desk: Desk) -> None:
    begin_upload(desk)
    send(desk, "/files/on/customers/customer/1", "k1", PDF)
    with writing():
        set_setting("protection", "keep_old_keys_days", 0)
        create_customer({"code": "K002", "name": "乙方商贸有限公司", "phone": "13957700817"})
    rotate(desk)  # to keys that stand in the file: the first ones are derived
    protection.renew()


def rotate(desk: Desk) -> None:
    run_command(rotate_keys, [])


def run_command(command: Any, arguments: list[str]) -> None:
    admin = user_named("admin")
    assert admin is not None
    db.session.rollback()
    with acting_as(admin):
        command.main(arguments, standalone_mode=False)


def act_rotation(desk: Desk) -> None:
    rotate(desk)
    desk.work()
    for purpose in ("files", "fields"):
        run_command(retire_key, [purpose, "2"])


def resume_rotation(desk: Desk) -> None:
    """The administrator looks whether the new keys are in force, and asks again for what is not done."""
    ring.forget()
    if ring.active("files").version == 2:
        rotate(desk)
    db.session.rollback()
    desk.goes_on()
    for purpose in ("files", "fields"):
        with suppress(Conflict):  # it is retired already
            run_command(retire_key, [purpose, "2"])


def hold_rotation(desk: Desk) -> None:
    ring.forget()
    db.session.rollback()
    assert ring.problems() == []
    assert {ring.active(purpose).version for purpose in ("files", "fields")} == {3}
    assert [each.waiting for each in protection.standing()] == [0] * len(protection.standing())
    assert (audited("key.rotate"), audited("key.retire")) == (4, 2)
    for purpose in ("files", "fields"):
        assert keyfile.material(ring.path(), purpose, 2) is None, "a retired key is gone for good"
    db.session.rollback()
    assert b"".join(files.open_download(1).pieces) == PDF
    assert jobs_in("waiting", "running", "dead") == []
    nothing_is_left_on_the_disk()


SCENARIOS = {
    "job": Scenario(begin_job, Desk.work, Desk.goes_on, hold_job),
    "import": Scenario(begin_import, act_import, resume_import, hold_import),
    "approval": Scenario(begin_approval, act_approval, resume_approval, hold_approval, warm=sign),
    "upload": Scenario(begin_upload, act_upload, act_upload, hold_upload),
    "rotation": Scenario(begin_rotation, act_rotation, resume_rotation, hold_rotation),
}


def is_sound(desk: Desk) -> None:
    """What has to be true after anything: the doctor is content, the audit chain holds."""
    from kezhi.builtin.apps.doctor import examine

    db.session.remove()
    assert [found for found in examine(desk.site) if found["level"] == "error"] == []
    assert verify_site().fault is None
    assert clock.now() is not None
