"""The checks that plugins have to pass: a plugin that is made right passes all, and each finds what it is for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kezhi.db import dispose_models
from kezhi.discover import forget
from kezhi.testing.conformance import CHECKS, problems_of
from kezhi.testing.conformance.subject import Subject
from kezhi.testing.databases import Databases
from kezhi.testing.distributions import make_distribution, on_path

PLUGIN = """
@hookimpl
def register_models(self):
    from .models import Note
    return [Note]

@hookimpl
def register_blueprints(self):
    from .views import blueprint
    return [blueprint()]

@hookimpl
def register_permissions(self):
    from kezhi import Permission
    return [Permission("theta.use", _l("Use notes"))]

@hookimpl
def register_access(self):
    from kezhi import Access
    from .models import Note, grants
    return [Access(Note, Note.id, grants)]

@hookimpl
def list_columns(self, model):
    from kezhi.builtin.customers.models import Customer
    from .models import columns
    return columns() if model is Customer else []

@hookimpl
def record_panels(self, record, user):
    from kezhi import Panel, db, visible
    from .models import Note
    notes = db.session.scalars(visible(Note).where(Note.customer_id == record.id)).all()
    return [Panel(_l("Notes"), "theta/panel.html", {"notes": notes})]

@hookimpl
def menu_items(self, user):
    from kezhi import MenuItem
    return [MenuItem(_l("Notes"), "theta.index", permission="theta.use")]

@hookimpl
def register_record_links(self):
    from kezhi import RecordLink
    return [RecordLink("theta_note", _l("Notes"), "customers_customer")]

@hookimpl
def register_settings(self):
    from .settings import Settings
    return [Settings]

@hookimpl
def register_jobs(self):
    from kezhi import Job
    from .work import greet
    return [Job("theta.greet", _l("Greet"), greet)]

@hookimpl
def register_clauses(self):
    from kezhi import Clause
    return [Clause("THE-01", _l("Notes are kept"))]

@hookimpl(optionalhook=True)
def register_evidence(self):
    from sqlalchemy import func, select
    from kezhi.builtin.policy.contributions import Ask, ClauseEvidence, Records
    from .models import Note
    ask = lambda today: Ask(records=select(func.count(Note.id)))
    return [ClauseEvidence("THE-01", _l("Notes are there"), ask=ask)]

@hookimpl
def doctor_checks(self):
    from kezhi import Check
    return [Check("theta.notes", _l("Notes are there"), lambda session: [])]
"""
FILES = {
    "models.py": """
from kezhi import BigInt, model_base
from sqlalchemy import ForeignKey, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

class Note(model_base("theta")):
    __tablename__ = "theta_note"
    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt, ForeignKey("customers_customer.id", ondelete="RESTRICT"))
    text: Mapped[str] = mapped_column(Text)

notes = Note.__table__.c

def grants(user):
    from kezhi import ALL, visible_ids
    from kezhi.builtin.customers.models import Customer
    seen = visible_ids(Customer, user)
    return ALL if seen is None else [select(notes.id).where(notes.customer_id.in_(seen))]

def columns():
    from kezhi import Column, Filter, Join, lazy_gettext as _l
    from kezhi.builtin.customers.models import Customer
    count = select(func.count()).select_from(Note).where(Note.customer_id == Customer.id).scalar_subquery()
    return [Column("theta.notes", _l("Notes"), count, render="count", filter=Filter("number"))]
""",
    "settings.py": """
from kezhi import SettingsForm, lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange

class Settings(SettingsForm):
    days = IntegerField(_l("Days"), [NumberRange(min=1)], default=7)
""",
    "work.py": """
from kezhi import audit_record, writing

def greet(task):
    with task.effect():
        audit_record("theta.greet", "note", task.slot)
""",
    "views.py": """
from flask import Blueprint, redirect, render_template, url_for
from sqlalchemy import update
from kezhi import NotFound, acting_user, announce, db, logged_in, public, requires, visible, writing
from .models import Note

def blueprint():
    pages = Blueprint("theta", __name__, url_prefix="/theta")
    pages.add_url_rule("", "index", index)
    pages.add_url_rule("/<int:note_id>", "change", change, methods=["POST"])
    return pages

@requires("theta.use")
def index():
    return render_template("theta/index.html", notes=db.session.scalars(visible(Note)).all())

@requires("theta.use")
def change(note_id):
    if db.session.scalars(visible(Note).where(Note.id == note_id)).first() is None:
        raise NotFound("no such note")
    with writing():
        note = Note.__table__
        db.session.execute(update(note).where(note.c.id == note_id).values(text="changed"))
    return redirect(url_for("theta.index"))
""",
    "templates/theta/index.html": """{% extends "kezhi/base.html" %}
{% block title %}{{ _("Notes") }}{% endblock %}
{% block content %}{% for note in notes %}<p>{{ note.text }}</p>{% endfor %}{% endblock %}
""",
    "templates/theta/panel.html": "{% for note in notes %}<p>{{ note.text }}</p>{% endfor %}",
    "migrations/0001_theta.py": """
import sqlalchemy as sa
from alembic import op
from kezhi import BigInt
revision = "theta_0001"
down_revision = None

def upgrade():
    op.create_table(
        "theta_note",
        sa.Column("id", BigInt, primary_key=True),
        sa.Column("customer_id", BigInt, sa.ForeignKey("customers_customer.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )

def downgrade():
    op.drop_table("theta_note")
""",
    "translations/zh_Hans_CN/LC_MESSAGES/messages.po": """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: zh_Hans_CN\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Days"
msgstr "天数"

msgid "Greet"
msgstr "问候"

msgid "Notes"
msgstr "备注"

msgid "Notes are kept"
msgstr "保存备注"

msgid "Notes are there"
msgstr "备注齐全"

msgid "Use notes"
msgstr "使用备注"
""",
}
PATH = "plugin.py"
PO = "translations/zh_Hans_CN/LC_MESSAGES/messages.po"
MIGRATION = "migrations/0001_theta.py"
PAGE = "templates/theta/index.html"

pytestmark = pytest.mark.services

#: per check, one or more ways to get it wrong: the file, what stands there, what stands there instead, what is said
BROKEN: dict[str, list[tuple[str, str, str, str]]] = {
    "metadata": [(PATH, "'kezhi': '>=0.1'", "'customers': '>=0.1'", "depends = ")],
    "imports": [
        ("work.py", "from kezhi import audit", "import kezhi_trade\nfrom kezhi import audit", "declare 'trade'"),
        ("work.py", "from kezhi import audit", "from kezhi.jobs import _run\nfrom kezhi import audit", "private"),
    ],
    "no_side_effects": [
        (PATH, "from kezhi import Plugin", "import xlsxwriter\nfrom kezhi import Plugin", "xlsxwriter"),
        (PATH, "from kezhi import Plugin", "from . import models\nfrom kezhi import Plugin", "theta_note"),
    ],
    "templates": [
        (PAGE, "<p>", '<p style="color: red">', "security policy"),
        (PAGE, "<p>", '<p onclick="go()">', "security policy"),
    ],
    "catalogues": [
        (PO, '"问候"', '""', "Greet"),
        (PO, 'msgid "Greet"', '#, fuzzy\nmsgid "Greet"', "Greet"),
        (PO, 'msgid "Days"', 'msgid "Save"\nmsgstr "储存"\n\nmsgid "Days"', "“储存”"),
    ],
    "enables": [(PATH, "def register_jobs", "def register_jobbs", "register_jobbs")],
    "settings": [("settings.py", "default=7", "default=0", "days is not valid")],
    "jobs": [("work.py", "with task.effect():", "with writing():", "takes effect twice")],
    "clauses": [(PATH, '"THE-01"', '"The first"', "id like GRD-07")],
    "evidence": [
        (PATH, 'return [ClauseEvidence("THE-01", _l("Notes are there"), ask=ask)]', "return []", "nothing shows that"),
        (PATH, 'ClauseEvidence("THE-01"', 'ClauseEvidence("THE-02"', "does not name"),
        (PATH, "func.count(Note.id)", "func.count(Note.nothing)", "fails with AttributeError"),
        (PATH, "ask=ask)]", 'ask=ask, records=Records("theta.nowhere"))]', "which is no page"),
        (PATH, "ask=ask)]", 'ask=ask, records=Records("customers.index", {"f.nothing": 1}))]', "answers 400"),
    ],
    "migrations": [
        (MIGRATION, 'sa.Column("text"', 'sa.Column("words"', "differ"),
        (MIGRATION, 'op.drop_table("theta_note")', "pass", "the way down leaves theta_note"),
    ],
    "tables": [("models.py", ', ondelete="RESTRICT"', "", "ondelete")],
    "record_links": [
        (PATH, 'return [RecordLink("theta_note", _l("Notes"), "customers_customer")]', "return []", "RecordLink"),
        (PATH, '"theta_note", _l', '"theta_nobody", _l', "does not exist"),
    ],
    "mappers": [
        ("models.py", 'model_base("theta")', 'model_base("customers")', "somebody else's base"),
    ],
    "guards": [
        (PATH, "return [Access(Note, Note.id, grants)]", "return []", "everybody may read them"),
    ],
    "failing_migration": [
        (MIGRATION, "def upgrade():\n", "def upgrade():\n    op.execute('COMMIT')\n", "ends the transaction by itself"),
    ],
    "erasure": [
        (MIGRATION, 'sa.Column("text", sa.Text, nullable=False),',
         'sa.Column("text", sa.Text, nullable=False), sa.Column("phone", sa.Text),', "theta_note.phone outlives"),
        (PATH, '_l("Notes"), "customers_customer")]', '_l("Notes"), "customers_customer", delete="keep")]',
         "cannot be deleted"),
        (MIGRATION, 'nullable=False),\n        sa.Column("text"',
         'nullable=False, unique=True),\n        sa.Column("text"', "cannot be merged"),
    ],
    "columns": [
        ("models.py", "count, render=", "Note.id, Join(Note.__table__, Note.customer_id), render=",
         "makes 34 rows of 31"),
        ("models.py", 'filter=Filter("number")', 'filter=Filter("number", apply=lambda text: 1 / 0)',
         "cannot be filtered by"),
    ],
    "panels": [
        (PATH, '{"notes": notes}', '{"notes": [db.session.scalars(visible(Note).where(Note.id == note.id)).one() '
         'for note in notes]}', "for six rows"),
    ],
    "canary": [
        ("views.py", "db.session.scalars(visible(Note)).all())", "db.session.execute(Note.__table__.select()).all())",
         "begin with visible(Model)"),
        ("views.py", "if db.session.scalars(visible(Note).where(Note.id == note_id)).first() is None:", "if False:",
         "POST /theta/<int:note_id> changes rows"),
    ],
    "lifecycle": [
        (MIGRATION, 'op.create_table(\n        "theta_note"',
         'op.execute("DELETE FROM accounts_role WHERE key = \'finance\'")\n    op.create_table(\n        "theta_note"',
         "accounts_role"),
    ],
    "routes": [
        ("views.py", '@requires("theta.use")\ndef change(note_id):\n    if db.session.scalars(visible(Note)'
         '.where(Note.id == note_id)).first() is None:', "@logged_in\ndef change(note_id):\n    if False:",
         "changed rows"),
    ],
    "pages": [
        (PAGE, "{{ note.text }}", "{{ _('Secret words') }}", "Secret words"),
        (PAGE, "{{ note.text }}", "{{ note.nothing.at_all }}", "500"),
    ],
    "forms": [
        ("views.py", "    return pages\n",
         "    from flask import current_app\n    current_app.extensions['csrf'].exempt(change)\n    return pages\n",
         "without its token"),
    ],
    "menu": [
        (PATH, 'permission="theta.use")]', 'permission="customers.read")]', "make them the same"),
        (PATH, '"theta.index", permission', '"theta.nowhere", permission', "does not exist"),
    ],
}  # fmt: skip
CASES = [(check, case) for check, cases in BROKEN.items() for case in cases]


@pytest.fixture
def theta(tmp_path: Path) -> Iterator[Path]:
    """The plugin that is made right."""
    before = list(sys.path)
    build(tmp_path)
    on_path(tmp_path)
    yield tmp_path
    sys.path[:] = before
    forget("theta")
    dispose_models("theta", "theta_")


def build(folder: Path, change: tuple[str, str, str, str] | None = None) -> None:
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}
    before = "from kezhi import lazy_gettext as _l"
    package = make_distribution(folder, "theta", body=PLUGIN, before=before, files=FILES, depends=depends)
    if change is not None:
        path, old, new, _said = change
        file = package / path
        text = file.read_text()
        assert old in text, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new))
    compile_catalogue(package)


def compile_catalogue(package: Path) -> None:
    from babel.messages.mofile import write_mo

    from kezhi.testing.catalogues import catalogue_file, stored

    with catalogue_file(package).with_suffix(".mo").open("wb") as file:
        write_mo(file, stored(package))


def said(databases: Databases, check: str) -> str:
    return "\n".join(problems_of(Subject("theta", databases), check))


def test_a_plugin_that_is_made_right_passes_every_check(theta: Path, databases: Databases) -> None:
    assert {check: text for check in CHECKS if (text := said(databases, check))} == {}


def test_every_check_has_a_plugin_that_is_broken_in_its_way() -> None:
    assert set(BROKEN) == set(CHECKS)


@pytest.mark.parametrize(("check", "change"), CASES, ids=[f"{check}-{case[3][:20]}" for check, case in CASES])
def test_what_is_wrong_is_found_by_its_check(
    theta: Path, databases: Databases, check: str, change: tuple[str, str, str, str]
) -> None:
    build(theta, change)
    text = said(databases, check)
    assert "theta" in text
    assert change[3] in text
