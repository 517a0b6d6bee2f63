"""``kezhi import`` and ``kezhi export`` as a person at a terminal meets them."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from kezhi import NotFound, Refused, db, writing
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import update_customer
from kezhi.builtin.imports.commands import export_command, import_command, revert_command

example = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("imports_example.py"))))


@pytest.fixture(autouse=True)
def _things(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEZHI_LANGUAGE", "en")
    example.install(app)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "things.csv"
    path.write_text("Nr,name,since\nA1,甲公司,2016-02-30\nA2,乙公司,2016-02-29\n", encoding="gb18030")
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(import_command, [str(argument) for argument in arguments])


def test_a_refused_import_prints_its_document_and_exits_1(file: Path) -> None:
    answer = run("things", file, "--map", "code=Nr", "--json")
    assert answer.exit_code == 1
    assert json.loads(answer.stdout) == {
        "kind": "things",
        "rows": 2,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "failed": 1,
        "ignored": [],
        "errors": [{"row": 2, "column": "since", "message": "There is no such day: 2016-02-30"}],
        "warnings": [
            {"row": 3, "column": "Amount", "message": "no amount"},
        ],
    }
    assert example.things() == []


def test_bad_rows_are_left_out_on_request(file: Path) -> None:
    answer = run("things", file, "--map", "code=Nr", "--skip-bad-rows")
    assert answer.exit_code == 0
    assert "2 rows: 1 created, 0 updated, 0 unchanged, 1 failed." in answer.stdout
    assert "row 2, since: There is no such day: 2016-02-30" in answer.stdout
    assert [row[0] for row in example.things()] == ["A2"]


def test_a_file_that_cannot_be_matched_is_one_refusal(file: Path) -> None:
    answer = run("things", file)
    assert isinstance(answer.exception, Refused)
    assert "“Code”" in str(answer.exception)


def test_an_unknown_kind_and_a_missing_file_are_said(file: Path, tmp_path: Path) -> None:
    assert isinstance(run("thigns", file).exception, NotFound)
    missing = run("things", tmp_path / "none.csv")
    assert isinstance(missing.exception, Refused)
    assert "none.csv cannot be opened" in str(missing.exception)


def test_a_map_option_needs_both_sides(file: Path) -> None:
    assert run("things", file, "--map", "code").exit_code == 2


def test_an_export_says_how_many_rows_it_wrote(file: Path, tmp_path: Path) -> None:
    run("things", file, "--map", "code=Nr", "--skip-bad-rows")
    answer = CliRunner().invoke(export_command, ["things", str(tmp_path / "out.xlsx")])
    assert answer.exit_code == 0
    assert answer.stdout.startswith("1 row written")


def test_an_import_is_reverted_by_its_number_or_says_what_stands_in_the_way(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("code,name\nA1,甲公司\nA2,乙公司\n", encoding="utf-8")
    assert run("customers", path).exit_code == 0
    with writing():
        id_ = db.session.scalars(select(Customer.id).where(Customer.code == "A1")).one()
        update_customer(id_, 1, {"city": "杭州"})

    def revert(*more: str) -> Result:
        return CliRunner().invoke(revert_command, ["1", *more])

    refused = revert()
    assert isinstance(refused.exception, Refused)
    assert "Changed since the import: 1" in refused.output
    answer = revert("--what-can", "--json")
    assert json.loads(answer.stdout) == {"import": 1, "removed": 1, "restored": 0, "left": 1}
    assert list(db.session.scalars(select(Customer.code))) == ["A1"]
    assert isinstance(CliRunner().invoke(revert_command, ["2"]).exception, NotFound)
