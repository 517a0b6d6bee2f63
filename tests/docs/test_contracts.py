"""What the handbook calls stable is there."""

from __future__ import annotations

import importlib
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import kezhi
from kezhi import migrate
from kezhi.db import metadata
from kezhi.site import Site

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/authors/contracts.md"
TEXT = PAGE.read_text()
HEAD = """\
import sqlalchemy as sa
from alembic import op

revision, down_revision = {revision!r}, {before!r}


"""
FIRST = """
def upgrade() -> None:
    place = sa.Column("place", sa.Text, nullable=False)
    op.create_table("visits_visit", sa.Column("id", sa.Integer, primary_key=True), place)
"""


def test_every_public_name_is_listed_with_its_line() -> None:
    tool = runpy.run_path(str(ROOT / "tools/contract_page.py"))
    assert set(tool["lines"]()) == set(kezhi.__all__)
    assert tool["page"](TEXT) == TEXT, "run tools/contract_page.py"


def test_every_listed_module_is_there() -> None:
    modules = re.findall(r"^\| `(kezhi(?:\.\w+)+)` \|", TEXT, re.MULTILINE)
    assert len(modules) > 10
    for name in modules:
        assert importlib.import_module(name).__doc__


def test_foreign_keys_may_point_at_what_is_listed(site: Site) -> None:
    paragraph = TEXT.split("A foreign key may point at")[1].split("\n\n")[0]
    columns = re.findall(r"`(\w+)\.(\w+)`", paragraph)
    assert len(columns) >= 4
    assert site.app
    for table, column in columns:
        assert metadata.tables[table].c[column].primary_key


def test_the_listed_attributes_are_there(app: Any) -> None:
    listed = re.findall(r"`(\w+)`", TEXT.split("these attributes are public:")[1].split("\n\n")[0])
    assert [name for name in listed if not hasattr(app.extensions["kezhi"], name)] == []


@pytest.mark.services
def test_old_code_can_write_while_the_new_tables_are_there(site: Site, tmp_path: Path) -> None:
    code = TEXT.split("```python\n")[1].split("```")[0]
    steps = [FIRST, *re.split(r"^# migrations/.*$", code, flags=re.MULTILINE)[1:]]
    assert len(steps) == 4
    for number, step in enumerate(steps, 1):
        before = f"visits_{number - 1:04}" if number > 1 else None
        head = HEAD.format(revision=f"visits_{number:04}", before=before)
        (tmp_path / f"{number:04}_step.py").write_text(f"{head}{step}\n\ndef downgrade() -> None:\n    pass\n")

    def moved(target: str, *statements: str) -> None:
        with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
            migrate.upgrade(connection, "visits", tmp_path, target)
            for statement in statements:
                connection.execute(text(statement))

    for number in (1, 2, 3):  # the code of release 1.0
        moved(f"visits_{number:04}", f"INSERT INTO visits_visit (id, place) VALUES ({number}, 'east')")  # noqa: S608
    moved("visits_0004", "INSERT INTO visits_visit (id, region) VALUES (4, 'west')")
    with site.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, region FROM visits_visit ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(1, "east"), (2, "east"), (3, "east"), (4, "west")]
