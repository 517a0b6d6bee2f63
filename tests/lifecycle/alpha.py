"""The plugin ``alpha`` in two versions: a table, notes on customers, a second column that came later."""

from __future__ import annotations

import sys
from pathlib import Path

from kezhi.db import dispose_models
from kezhi.discover import forget
from kezhi.testing.distributions import make_distribution

BODY = """
restricts = {restricts!r}

def on_upgrade(self, old):
    from kezhi import db
    from sqlalchemy import text
    db.session.execute(text("UPDATE alpha_note SET tone = 'old ' || text WHERE tone = ''"))

@hookimpl
def register_models(self):
    from .models import Note
    return [Note]

@hookimpl
def register_blueprints(self):
    from flask import Blueprint
    from kezhi import db, public
    from sqlalchemy import text
    pages = Blueprint("alpha", __name__, url_prefix="/alpha")
    @pages.get("/")
    @public
    def index():
        return "{version}: " + ", ".join(db.session.scalars(text("SELECT text FROM alpha_note ORDER BY id")))
    @pages.get("/wait")
    @public
    def wait():
        import time
        time.sleep(2.5)
        return str(db.session.scalar(text("SELECT count(*) FROM alpha_note")))
    return [pages]

def hidden_rows(self):
    from sqlalchemy import select
    from .models import Note
    note = Note.__table__
    hidden = select(note.c.customer_id).where(note.c.text == "sealed")
    return {{"customers_customer": hidden}} if self.restricts else {{}}

@hookimpl
def row_limits(self, model, user):
    from kezhi.builtin.customers.models import Customer
    if model is not Customer or not self.restricts:
        return []
    return [Customer.id.not_in(self.hidden_rows()["customers_customer"])]
"""
MODELS = """
from kezhi import model_base, BigInt
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column
class Note(model_base("alpha")):
    __tablename__ = "alpha_note"
    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int] = mapped_column(BigInt)
    text: Mapped[str] = mapped_column(Text)
"""
FIRST = """
import sqlalchemy as sa
from alembic import op
from kezhi import BigInt
revision = "alpha_0001"
down_revision = None
def upgrade():
    op.create_table("alpha_note", sa.Column("id", BigInt, primary_key=True),
        sa.Column("customer_id", BigInt, nullable=False), sa.Column("text", sa.Text, nullable=False))
    op.create_table("alpha_detail", sa.Column("id", BigInt, primary_key=True),
        sa.Column("note_id", BigInt, sa.ForeignKey("alpha_note.id", ondelete="CASCADE"), nullable=False))
def downgrade():
    op.drop_table("alpha_detail")
    op.drop_table("alpha_note")
"""
SECOND = """
import sqlalchemy as sa
from alembic import op
revision = "alpha_0002"
down_revision = "alpha_0001"
def upgrade():
    # expand: workers with the older code go on inserting without the new column; the table is rebuilt on SQLite
    with op.batch_alter_table("alpha_note", recreate="auto") as batch:
        batch.add_column(sa.Column("tone", sa.Text, nullable=False, server_default=""))
        batch.create_unique_constraint("uq_alpha_note_text", ["text"])
    {more}
def downgrade():
    with op.batch_alter_table("alpha_note") as batch:
        batch.drop_constraint("uq_alpha_note_text")
        batch.drop_column("tone")
"""


def install(
    folder: Path, version: str = "1.0", *, restricts: tuple[str, ...] = (), more: str = "", **given: str
) -> Path:
    """Write the distribution; version 2 brings a migration."""
    files = {"models.py": MODELS, "migrations/0001_alpha.py": FIRST}
    if version >= "2":
        files["models.py"] += '    tone: Mapped[str] = mapped_column(Text, server_default="")\n'
        files["migrations/0002_alpha.py"] = SECOND.format(more=more or "pass")
    body = BODY.format(restricts=restricts, version=version)
    depends = {"kezhi": ">=0.1", "customers": ">=0.1"}
    return make_distribution(folder, "alpha", body=body, files=files, version=version, depends=depends, **given)


def forget_code(name: str = "alpha") -> None:
    """As in a new process: the code is read from disk again."""
    forget(name)
    dispose_models(name, f"{name}_")
    for module in [module for module in sys.modules if module.startswith(f"kezhi_{name}")]:
        del sys.modules[module]
