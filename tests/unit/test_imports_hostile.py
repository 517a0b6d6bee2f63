"""Hostile, broken and odd files: each is read as it is meant, or refused with a sentence that says what to do."""

from __future__ import annotations

import io
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from kezhi import Refused, db
from kezhi.builtin.imports.models import Batch, Problem, Row
from kezhi.builtin.imports.reading import read
from kezhi.jobs import run_pending
from kezhi.site import Site

from .hostile_files import CASES, book, row, zeros

example = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("imports_example.py"))))
MEGABYTE = 1024**2

#: reads a file in a process of its own; the address space is measured against that of an idle one
MEASURE = """
import resource, sys
from pathlib import Path
from kezhi import Refused
from kezhi.builtin.imports.reading import read
import python_calamine
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    print(sum(1 for each in read(Path(sys.argv[1]).read_bytes(), sys.argv[1]).rows))
except Refused as refused:
    print(refused)
"""


@pytest.mark.parametrize("name", CASES)
@pytest.mark.clause("CUS-08")
def test_each_file_is_read_as_it_is_meant_or_refused_with_advice(name: str) -> None:
    case = CASES[name]
    if case.rows:
        assert [tuple(cells) for _number, cells in read(case.make(), case.name).rows] == list(case.rows)
        return
    with pytest.raises(Refused) as refused:
        list(read(case.make(), case.name).rows)
    assert case.said in str(refused.value)


@pytest.mark.clause("CUS-08")
def test_the_wizard_stays_calm_and_keeps_nothing_of_a_file_that_it_refuses(
    site: Site, app: Flask, client_as: Callable[..., FlaskClient]
) -> None:
    """Every file through the page: an answer in the user's language, no error of the server, nothing half kept.

    What is long is read in a job, which says no less of it.
    """
    assert len(CASES) >= 60
    example.install(app)
    clerk = client_as("order-clerk")
    refused = late = 0
    for name, case in CASES.items():
        answer = clerk.post("/imports", data={"kind": "things", "file": (io.BytesIO(case.make()), case.name)})
        if not case.rows and answer.status_code == 302:
            late += 1
            db.session.remove()
            run_pending(site)
            answer = clerk.get(answer.location)
            assert db.session.scalar(sa.select(Batch.state).order_by(Batch.id.desc()).limit(1)) == "failed", name
        else:
            assert answer.status_code == (302 if case.rows else 422), name
        if not case.rows:
            refused += 1
            assert any(word in answer.text for word in ("请", "保存", "另存", "拆分", "删除")), name
    kept = {model: db.session.scalar(sa.select(sa.func.count()).select_from(model)) for model in (Batch, Row, Problem)}
    assert kept[Batch] == len(CASES) - refused + late
    failed = sa.select(Batch.id).where(Batch.state == "failed")
    assert db.session.scalar(sa.select(sa.func.count()).where(Row.batch_id.in_(failed))) == 0
    assert db.session.scalar(sa.select(sa.func.count()).where(Batch.state == "loading")) == 0
    assert example.things() == []


def in_little_memory(path: Path, megabytes: int = 512) -> str:
    """What a process with at most this much address space says of a file."""
    command = [sys.executable, "-c", MEASURE, str(path), str(megabytes * MEGABYTE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


HEAVY: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "one text 6,000 times": ("a.xlsx", CASES["one long text in every cell"].make, "more than can be read at once"),
    "a cell far away": ("a.xlsx", CASES["a far cell"].make, "reaches to row"),
    "a cell of 10 MB": ("a.xlsx", CASES["a cell of 10 MB"].make, "holds 10,088,890 characters"),
}
HEAVIER: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a gigabyte of zeros": ("a.xlsx", lambda: zeros("xl/worksheets/sheet9.xml", 1024), "unpacks to far more"),
    "a CSV of 46 MB": ("a.csv", lambda: b"a,b\n" + (b"0123456789," + b"x" * 230 + b"\n") * 190_000, "190000"),
    "many rows of numbers": (
        "a.xlsx",
        lambda: book(
            "".join(
                row(each, *(f'<c r="{letter}{each}"><v>1</v></c>' for letter in "AB")) for each in range(2, 190_000)
            )
        ),
        "189998",
    ),
}


@pytest.mark.parametrize("name", HEAVY)
def test_files_made_to_fill_the_memory_do_not(name: str, tmp_path: Path) -> None:
    """A worker has 512 MB: reading keeps within that, its own modules counted."""
    filename, make, said = HEAVY[name]
    (tmp_path / filename).write_bytes(make())
    assert said in in_little_memory(tmp_path / filename)


@pytest.mark.deep
@pytest.mark.parametrize("name", HEAVIER)
def test_large_files_keep_within_the_memory_too(name: str, tmp_path: Path) -> None:
    filename, make, said = HEAVIER[name]
    (tmp_path / filename).write_bytes(make())
    assert said in in_little_memory(tmp_path / filename)
