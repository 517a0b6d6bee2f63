"""The import pages: upload, columns, dry run, result; and who sees them."""

from __future__ import annotations

import io
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kezhi import NotFound, acting_as, db, writing
from kezhi.builtin.accounts import services
from kezhi.builtin.customers import services as customers
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.imports.models import Batch, Problem, Row
from kezhi.builtin.imports.services import reports
from kezhi.tables import audit_entry

example = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("imports_example.py"))))

GOOD = "code,name,amount,等级\nA1,甲公司,12.50,B\nA2,乙公司,,C\n"
MIXED = "code,name,since\nA1,甲公司,2016-02-30\nA2,乙公司,\n"


@pytest.fixture
def plugin(app: Flask) -> Any:
    return example.install(app)


@pytest.fixture
def clerk(plugin: Any, client_as: Callable[..., FlaskClient]) -> FlaskClient:
    return client_as("order-clerk")


def send(client: FlaskClient, text: str, name: str = "things.csv", kind: str = "things") -> TestResponse:
    return client.post("/imports", data={"kind": kind, "file": (io.BytesIO(text.encode()), name)})


def uploaded(client: FlaskClient, text: str) -> str:
    """Upload a file; the address of its page."""
    answer = send(client, text)
    assert answer.status_code == 302, answer.text
    return answer.location


@pytest.mark.clause("CUS-08")
def test_a_file_goes_from_upload_over_the_dry_run_to_the_records(clerk: FlaskClient) -> None:
    address = uploaded(clerk, GOOD)
    page = clerk.get(address).text
    assert "新建 2，更新 0" in page
    assert "不导入的列：等级" in page
    assert "导入 2 行" in page
    assert example.things() == []

    answer = clerk.post(f"{address}/apply", data={"rows": "all"}, follow_redirects=True)
    assert "导入完成" in answer.text
    assert [row[:2] for row in example.things()] == [("A1", "甲公司"), ("A2", "乙公司")]


@pytest.mark.clause("CUS-08")
def test_errors_stand_by_row_and_column_with_a_file_to_correct(clerk: FlaskClient) -> None:
    address = uploaded(clerk, MIXED)
    page = clerk.get(address).text
    assert "没有这一天：2016-02-30" in page
    assert "导入可用的 1 行" in page
    errors = clerk.get(f"{address}/errors.csv")
    assert errors.headers["Content-Disposition"].startswith("attachment")
    assert errors.data.decode("utf-8-sig").splitlines()[1].startswith("A1,甲公司,2016-02-30,since: ")
    book = clerk.get(f"{address}/errors.xlsx")
    assert book.headers["Content-Disposition"].endswith(".xlsx")
    assert book.data.startswith(b"PK")
    assert clerk.get(f"{address}/errors.pdf").status_code == 404
    assert "import.errors" in db.session.scalars(sa.select(audit_entry.c.action)).all()

    result = clerk.post(f"{address}/apply", data={"rows": "good"}, follow_redirects=True)
    assert "1 行有错误，未导入" in result.text
    assert [row[0] for row in example.things()] == ["A2"]
    assert clerk.get(f"{address}/errors.csv").status_code == 200


def test_all_rows_or_none_imports_nothing_while_a_row_is_bad(clerk: FlaskClient) -> None:
    address = uploaded(clerk, MIXED)
    answer = clerk.post(f"{address}/apply", data={"rows": "all"}, follow_redirects=True)
    assert "没有导入任何数据" in answer.text
    assert example.things() == []


def test_a_second_click_shows_the_result(clerk: FlaskClient) -> None:
    address = uploaded(clerk, GOOD)
    for _ in range(2):
        answer = clerk.post(f"{address}/apply", data={"rows": "all"}, follow_redirects=True)
        assert "导入完成" in answer.text
    assert len(example.things()) == 2


def test_missing_columns_are_asked_for(clerk: FlaskClient) -> None:
    address = uploaded(clerk, "Nr,Was\nA1,甲\n")
    answer = clerk.get(address, follow_redirects=True)
    assert answer.request.path == f"{address}/columns"
    assert "没有识别到对应的列：Code、Name" in answer.text

    again = clerk.post(f"{address}/columns", data={"map-code": "0"})
    assert again.status_code == 422
    mapped = clerk.post(f"{address}/columns", data={"map-code": "0", "map-name": "1"}, follow_redirects=True)
    assert "新建 1，更新 0" in mapped.text


@pytest.mark.clause("CUS-08")
def test_the_columns_chosen_for_a_file_are_taken_for_the_next_one_with_the_same_heads(
    clerk: FlaskClient, client_as: Callable[..., FlaskClient]
) -> None:
    text = "Nr,Was,amount\nA1,甲,1\n"
    address = uploaded(clerk, text)
    clerk.post(f"{address}/columns", data={"map-code": "0", "map-name": "1", "map-amount": ""})
    page = clerk.get(uploaded(clerk, "NR, was ,Amount\nA2,乙,2\nA3,丙,3\n"))
    assert "按您上次为此类表头选择的方式" in page.text
    assert "新建 2，更新 0" in page.text
    assert "不导入的列：Amount" in page.text
    other = client_as("data-analyst")  # a choice is one's own
    assert other.get(uploaded(other, text), follow_redirects=True).request.path.endswith("/columns")
    other_order = uploaded(clerk, "Was,Nr\n甲,A1\n")
    assert clerk.get(other_order, follow_redirects=True).request.path.endswith("/columns")
    assert "按您上次" not in clerk.get(uploaded(clerk, "code,name\nA1,甲\n")).text


def test_two_columns_of_one_name_are_asked_about(clerk: FlaskClient) -> None:
    answer = clerk.get(uploaded(clerk, "code,编号,name\nA1,B1,甲\n"), follow_redirects=True)
    assert "有多列可能是“Code”：code、编号" in answer.text


def test_the_columns_of_a_dry_run_can_be_changed(clerk: FlaskClient) -> None:
    address = uploaded(clerk, "code,name,等级\nA1,甲,乙\n")
    page = clerk.get(f"{address}/columns").text
    assert '<option value="1" selected>name</option>' in page
    mapped = clerk.post(f"{address}/columns", data={"map-code": "0", "map-name": "2"})
    clerk.post(f"{mapped.location}/apply", data={"rows": "all"})
    assert example.things()[0][:2] == ("A1", "乙")


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("", "leer.csv", "文件“leer.csv”是空的"),
        ("code,name\nA1,x,y\n", "a.csv", "第 2 行的单元格多于列名"),
        ("a,a\n1,2\n", "a.csv", "有两列都叫"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_page(clerk: FlaskClient, text: str, name: str, said: str) -> None:
    answer = send(clerk, text, name)
    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Batch)) == 0


def test_a_form_without_a_file_says_so(clerk: FlaskClient) -> None:
    answer = clerk.post("/imports", data={"kind": "things"})
    assert answer.status_code == 422
    assert "请选择文件。" in answer.text


def test_a_name_from_a_browser_is_shown_as_text(clerk: FlaskClient) -> None:
    answer = send(clerk, GOOD, "C:\\fakepath\\<b>x</b>.csv")
    page = clerk.get(answer.location).text
    assert "fakepath" not in page
    assert "<b>x" not in page


def test_the_same_file_again_is_noticed(clerk: FlaskClient) -> None:
    address = uploaded(clerk, GOOD)
    clerk.post(f"{address}/apply", data={"rows": "all"})
    assert "同一文件已于" in clerk.get(uploaded(clerk, GOOD)).text


def test_discarding_ends_it(clerk: FlaskClient) -> None:
    address = uploaded(clerk, MIXED)
    assert "已放弃导入" in clerk.post(f"{address}/discard", follow_redirects=True).text
    assert "导入已放弃" in clerk.get(address).text
    assert "2016-02-30" not in clerk.get(address).text


def test_a_template_has_the_columns_of_its_kind(clerk: FlaskClient) -> None:
    answer = clerk.get("/imports/template/things.csv")
    assert answer.data == "\ufeffCode,Name,Amount,Since\r\n".encode()
    assert clerk.get("/imports/template/other.csv").status_code == 404


# ── who ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def addresses(address: str) -> list[tuple[str, str]]:
    pages = [("GET", address + tail) for tail in ("", "/columns", "/errors.csv", "/errors.xlsx", "/revert")]
    return pages + [("POST", address + tail) for tail in ("/apply", "/discard", "/columns", "/cells", "/revert")]


def test_a_batch_of_somebody_else_does_not_exist(clerk: FlaskClient, client_as: Callable[..., FlaskClient]) -> None:
    address = uploaded(clerk, MIXED)
    other = client_as("finance")
    for method, path in addresses(address):
        assert other.open(path, method=method).status_code == 404, path
    assert address not in other.get("/imports").text
    assert "没有这一天" in clerk.get(address).text  # nothing happened to it


def test_an_administrator_sees_every_batch(clerk: FlaskClient, client_as: Callable[..., FlaskClient]) -> None:
    address = uploaded(clerk, MIXED)
    administrator = client_as("administrator")
    assert administrator.get(address).status_code == 200
    assert address in administrator.get("/imports").text


def test_without_the_right_there_are_no_pages(clerk: FlaskClient, client_as: Callable[..., FlaskClient]) -> None:
    address = uploaded(clerk, MIXED)
    nobody = client_as("technical-department")
    for method, path in [("GET", "/imports"), ("POST", "/imports"), *addresses(address)]:
        assert nobody.open(path, method=method).status_code == 404, path


def test_a_kind_one_may_not_import_is_not_offered(plugin: Any, clerk: FlaskClient) -> None:
    address = uploaded(clerk, GOOD)
    plugin.importers = [replace(example.IMPORTER, permission="things.write")]
    page = clerk.get("/imports").text
    assert "没有您可以导入的内容" in page
    assert clerk.get(address).status_code == 404
    assert send(clerk, GOOD).status_code == 422
    assert clerk.post(f"{address}/apply").status_code == 404
    assert example.things() == []


def test_hook_row_limits_a_kind_one_may_no_longer_import_has_no_batches_and_no_rows(
    plugin: Any, clerk: FlaskClient
) -> None:
    uploaded(clerk, MIXED)
    batch_id = db.session.scalars(sa.select(Batch.id)).one()
    clerk_user = services.user_named("order-clerk-user")
    assert clerk_user is not None
    with acting_as(clerk_user):
        assert reports.batch_for(batch_id).filename == "things.csv"
        assert db.session.scalars(sa.select(Row.row)).all() == [2, 3]
    assert "things.csv" in clerk.get("/imports").text
    plugin.importers = [replace(example.IMPORTER, permission="things.write")]
    clerk.application.extensions["kezhi"].host.memo.clear()  # an upgraded plugin comes with a new app
    db.session.rollback()
    with acting_as(clerk_user):
        with pytest.raises(NotFound):
            reports.batch_for(batch_id)
        assert db.session.scalars(sa.select(Row.row)).all() == []
        assert db.session.scalars(sa.select(Problem.id)).all() == []
    assert "things.csv" not in clerk.get("/imports").text
    plugin.importers = []  # its app is disabled: the line stays, as what was once imported
    clerk.application.extensions["kezhi"].host.memo.clear()
    assert "things.csv" in clerk.get("/imports").text


@pytest.mark.clause("CUS-08")
def test_an_import_is_reverted_after_a_preview_and_one_of_another_kind_says_that_it_cannot(
    plugin: Any, client_as: Callable[..., FlaskClient]
) -> None:
    keeper = client_as("customer-information-officer")
    address = uploaded_as(keeper, "customers", "code,name,city\nA1,甲公司,杭州\nA2,乙公司,\n")
    result = keeper.post(f"{address}/apply", data={"rows": "all"}, follow_redirects=True)
    assert f'href="{address}/revert"' in result.text
    preview = keeper.get(f"{address}/revert").text
    assert "撤销 2 条记录" in preview
    assert len(db.session.scalars(sa.select(Customer.id)).all()) == 2
    with writing():
        customers.update_customer(db.session.scalars(sa.select(Customer.id).where(Customer.code == "A2")).one(), 1,
                                  {"city": "上海"})  # fmt: skip
    refused = keeper.post(f"{address}/revert", data={"rows": "all"}, follow_redirects=True)
    assert "因此没有撤销" in refused.text
    assert "撤销可以撤销的 1 条记录" in refused.text
    assert "A2" in refused.text
    done = keeper.post(f"{address}/revert", data={"rows": "can"}, follow_redirects=True)
    assert "已再次移除" in done.text
    assert db.session.scalars(sa.select(Customer.code)).all() == ["A2"]
    assert "部分已撤销" in keeper.get("/imports").text

    address = uploaded_as(keeper, "things", GOOD)
    result = keeper.post(f"{address}/apply", data={"rows": "all"}, follow_redirects=True)
    assert f"{address}/revert" not in result.text
    assert "这类导入不能撤销" in keeper.get(f"{address}/revert").text
    other = client_as("order-clerk")
    assert other.get(f"{address}/revert").status_code == 404
    assert other.post(f"{address}/revert", data={"rows": "can"}).status_code == 404


def uploaded_as(client: FlaskClient, kind: str, text: str) -> str:
    answer = send(client, text, kind=kind)
    assert answer.status_code == 302, answer.text
    return answer.location
