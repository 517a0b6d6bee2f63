"""Long files are read and imported in a job; the page answers at once and shows how far it is (CUS-08)."""

from __future__ import annotations

import io
import runpy
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kezhi import db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.files import storage
from kezhi.builtin.imports import services
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.services import applying, background, loading
from kezhi.jobs import run_pending
from kezhi.site import Site
from kezhi.tables import job

example = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("imports_example.py"))))
pytestmark = pytest.mark.services

TEXT = "code,name,amount\n" + "".join(f"A{number},名称,{number}\n" for number in range(12))


@pytest.fixture
def plugin(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is long here has more than four rows."""
    monkeypatch.setattr(background, "MANY", 4)
    monkeypatch.setattr(loading, "CHUNK", 5)
    return example.install(app)


@pytest.fixture
def clerk(plugin: Any, client_as: Callable[..., FlaskClient]) -> FlaskClient:
    return client_as("order-clerk")


def uploaded(client: FlaskClient, text: str) -> str:
    answer = client.post("/imports", data={"kind": "things", "file": (io.BytesIO(text.encode()), "things.csv")})
    assert answer.status_code == 302, answer.text
    return answer.location


def work(site: Site) -> None:
    db.session.remove()
    run_pending(site)


@pytest.mark.clause("CUS-08")
def test_a_long_file_is_read_and_imported_in_the_background(site: Site, clerk: FlaskClient) -> None:
    address = uploaded(clerk, TEXT)
    page = clerk.get(address).text
    assert "正在读取文件" in page
    assert "已读取 0 行，约共 12 行" in page
    assert f'href="{address}"' in page  # without scripts it is renewed by hand
    assert len(list(storage.names())) == 1
    work(site)
    assert list(storage.names()) == []  # the file is not kept
    assert "新建 12，更新 0" in clerk.get(address).text
    answer = clerk.post(f"{address}/apply", data={"rows": "all"}, follow_redirects=True)
    assert "正在导入" in answer.text
    assert example.things() == []
    for tail in ("apply", "discard", "cells", "columns"):  # nothing else happens to it meanwhile
        clerk.post(f"{address}/{tail}", data={"rows": "good", "revision": "2"})
    work(site)
    assert "导入完成" in clerk.get(address).text
    assert len(example.things()) == 12


def test_a_short_file_is_read_and_imported_at_once(site: Site, clerk: FlaskClient) -> None:
    address = uploaded(clerk, "code,name\nA1,x\n")
    assert "新建 1，更新 0" in clerk.get(address).text
    assert "导入完成" in clerk.post(f"{address}/apply", data={"rows": "all"}, follow_redirects=True).text


def test_what_is_wrong_with_a_long_file_is_said_in_the_readers_language(site: Site, clerk: FlaskClient) -> None:
    assert "没有列名" in clerk.post(
        "/imports", data={"kind": "things", "file": (io.BytesIO(b"\n" * 9 + b"x"), "things.csv")}
    ).text  # fmt: skip
    address = uploaded(clerk, TEXT + "B1,x,1,too many\n")
    work(site)
    page = clerk.get(address).text
    assert "第 14 行的单元格多于列名" in page
    assert db.session.scalar(sa.select(Batch.state)) == "failed"
    address = uploaded(clerk, TEXT.replace("code", "Nr"))
    work(site)
    assert clerk.get(address, follow_redirects=True).request.path == f"{address}/columns"


def test_rows_found_bad_in_the_job_leave_the_import_open_and_say_so(site: Site, clerk: FlaskClient) -> None:
    address = uploaded(clerk, TEXT)
    work(site)
    clerk.post(f"{address}/apply", data={"rows": "all"})
    with writing() as session:
        session.execute(sa.insert(example.forbidden).values(code="A3"))
    work(site)
    page = clerk.get(address).text
    assert "1 行有错误，因此没有导入" in page
    assert example.things() == []
    clerk.post(f"{address}/apply", data={"rows": "good"})
    work(site)
    assert len(example.things()) == 11


@pytest.mark.clause("CUS-08")
def test_a_large_import_is_reverted_in_the_background(
    site: Site, plugin: Any, client_as: Callable[..., FlaskClient]
) -> None:
    keeper = client_as("customer-information-officer")
    text = "code,name\n" + "".join(f"A{number},公司{number}\n" for number in range(6))
    answer = keeper.post("/imports", data={"kind": "customers", "file": (io.BytesIO(text.encode()), "c.csv")})
    address = answer.location
    work(site)
    keeper.post(f"{address}/apply", data={"rows": "all"})
    work(site)
    assert "正在撤销" in keeper.post(f"{address}/revert", data={"rows": "all"}, follow_redirects=True).text
    with writing() as session:
        session.execute(sa.update(Customer).where(Customer.code == "A3").values(city="杭州"))
    work(site)
    assert "1 条记录不能撤销" in keeper.get(address).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Customer)) == 6
    keeper.post(f"{address}/revert", data={"rows": "can"})
    work(site)
    assert "部分已撤销" in keeper.get("/imports").text
    assert db.session.scalars(sa.select(Customer.code)).all() == ["A3"]


@pytest.mark.faults
def test_a_worker_that_dies_is_followed_by_one_that_goes_on(
    site: Site, clerk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = uploaded(clerk, TEXT)
    add, calls = loading._add, []

    def die_once(*arguments: Any, **more: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError("the disk went away")
        return add(*arguments, **more)

    monkeypatch.setattr(loading, "_add", die_once)
    work(site)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Row)) == 5
    again(site)
    assert (len(calls), "新建 12，更新 0" in clerk.get(address).text) == (4, True)

    def fail(batch: Batch) -> None:
        raise ValueError("no")

    clerk.post(f"{address}/apply", data={"rows": "all"})
    monkeypatch.setattr(applying, "keep_after", fail)
    for _attempt in range(background.ATTEMPTS):
        assert "正在导入" in clerk.get(address).text
        again(site)
    assert "没有写入任何数据" in clerk.get(address).text
    assert example.things() == []
    monkeypatch.undo()
    assert services.apply_batch(int(address.rpartition("/")[2]), False).created == 12


@pytest.mark.clause("CUS-08")
def test_an_import_that_is_stopped_or_whose_workers_are_all_killed_is_open_again(
    site: Site, clerk: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    address, killed = uploaded(clerk, TEXT), {"state": "running", "worker": "gone", "attempts": background.ATTEMPTS}
    with writing() as session:  # three workers were killed in it
        long_ago = datetime(2000, 1, 1, tzinfo=UTC)
        session.execute(sa.update(job).where(job.c.state == "waiting").values(**killed, lease_until=long_ago))
    work(site)
    assert "在完成前已停止" in clerk.get(address).text
    assert db.session.scalar(sa.select(Batch.state)) == "failed"
    address = uploaded(clerk, TEXT)
    work(site)
    clerk.post(f"{address}/apply", data={"rows": "all"})
    number = db.session.scalar(sa.select(sa.func.max(job.c.id)).where(job.c.job == "imports.apply"))
    assert f'/apps/jobs/{number}"' in clerk.get(address).text
    assert client_as("salesperson").post(f"/apps/jobs/{number}/cancel").status_code == 404
    clerk.post(f"/apps/jobs/{number}/cancel")
    page = clerk.get(address).text
    assert "在完成前已停止" in page
    assert "正在导入" not in page
    assert example.things() == []
    work(site)
    assert example.things() == []
    clerk.post(f"{address}/apply", data={"rows": "all"})
    work(site)
    assert len(example.things()) == 12


def again(site: Site) -> None:
    """Run what waits for a later attempt now."""
    with writing() as session:
        session.execute(sa.update(job).where(job.c.state == "waiting").values(due_at=job.c.created_at))
    work(site)


def test_a_right_lost_while_it_waits_is_lost(site: Site, plugin: Any, clerk: FlaskClient) -> None:
    address = uploaded(clerk, TEXT)
    work(site)
    clerk.post(f"{address}/apply", data={"rows": "all"})
    plugin.importers = [replace(example.IMPORTER, permission="things.write")]
    work(site)
    assert example.things() == []
    plugin.importers = [example.IMPORTER]
    assert db.session.scalar(sa.select(Batch.state)) == "checked"
