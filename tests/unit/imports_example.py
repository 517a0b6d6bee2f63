"""Things that can be imported: the smallest importer that shows every rule, used by the tests of imports."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask

from kezhi import db, hookimpl
from kezhi.builtin.imports.contributions import Exporter, Importer, ImportField
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import add_problems, field_date, field_int, field_text, good_rows
from kezhi.builtin.imports.values import parse_amount, parse_code, parse_date, parse_text

#: a table of its own, outside the product's metadata
thing = sa.Table(
    "example_thing",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(80), nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger),
    sa.Column("since", sa.Date),
)
#: codes that nobody may use, so that a check has something to find
forbidden = sa.Table("example_forbidden", sa.MetaData(), sa.Column("code", sa.String(80), primary_key=True))


def _named(key: str, stored: sa.ColumnElement[object]) -> sa.ColumnElement[object]:
    """The value of a row, or what is stored where the cell is empty."""
    value = {"amount": field_int, "since": field_date}.get(key, field_text)(key)
    return sa.func.coalesce(value, stored)


def check(batch: Batch) -> None:
    """Find each row's thing, and what it would do to it: set-based."""
    code = field_text("code")
    add_problems(
        batch,
        sa.select(Row.row, sa.literal("forbidden: ") + code)
        .join(forbidden, forbidden.c.code == code)
        .where(*good_rows(batch)),
        column="code",
    )
    add_problems(
        batch,
        sa.select(Row.row, sa.literal("no amount")).where(*good_rows(batch), field_int("amount").is_(None)),
        column="amount",
        level="warning",
    )
    target = sa.select(thing.c.id).where(thing.c.code == code).scalar_subquery()
    _set(batch, target_id=target)
    same = sa.select(thing.c.id).where(
        thing.c.id == Row.target_id,
        *[thing.c[key].is_not_distinct_from(_named(key, thing.c[key])) for key in ("name", "amount", "since")],
    )
    action = sa.case((Row.target_id.is_(None), "create"), (same.exists(), "unchanged"), else_="update")
    _set(batch, action=action)


def _set(batch: Batch, **values: object) -> None:
    statement = sa.update(Row).where(*good_rows(batch)).values(**values)
    db.session.execute(statement, execution_options={"synchronize_session": False})


def apply(batch: Batch) -> None:
    """Carry out the rows by their action, a statement each."""
    new = sa.select(field_text("code"), field_text("name"), field_int("amount"), field_date("since"))
    db.session.execute(
        sa.insert(thing).from_select(
            ["code", "name", "amount", "since"], new.where(*good_rows(batch), Row.action == "create")
        )
    )
    keys = ("name", "amount", "since")
    where = (*good_rows(batch), Row.action == "update", Row.target_id == thing.c.id)
    values = {key: sa.select(_named(key, thing.c[key])).where(*where).scalar_subquery() for key in keys}
    db.session.execute(sa.update(thing).where(sa.exists().where(*where)).values(values))


IMPORTER = Importer(
    kind="things",
    title="Things",
    permission="imports.use",
    fields=(
        ImportField("code", "Code", ("编号",), required=True, parse=parse_code),
        ImportField("name", "Name", ("名称",), required=True, parse=parse_text),
        ImportField("amount", "Amount", ("金额",), parse=parse_amount("CNY")),
        ImportField("since", "Since", ("日期",), parse=parse_date),
    ),
    unique=("code",),
    check=check,
    apply=apply,
)


def _rows() -> Iterator[Sequence[str]]:
    found = db.session.execute(sa.select(thing.c.code, thing.c.name).order_by(thing.c.code))
    return ((code, name) for code, name in found)


@dataclass
class Example:
    """A plugin with one importer and one exporter."""

    importers: list[Importer] = field(default_factory=lambda: [IMPORTER])

    @hookimpl
    def register_importers(self) -> list[Importer]:
        return self.importers

    @hookimpl
    def register_exporters(self) -> list[Exporter]:
        return [Exporter("things", "Things", "imports.use", ("Code", "=Name"), _rows)]


def install(app: Flask) -> Example:
    """Make the tables and register the plugin."""
    engine = app.config["KEZHI_ENGINE"]
    thing.create(engine)
    forbidden.create(engine)
    plugin = Example()
    app.extensions["kezhi"].host.manager.register(plugin, name="example")
    return plugin


def things() -> list[tuple[object, ...]]:
    """All stored things by code."""
    columns = (thing.c.code, thing.c.name, thing.c.amount, thing.c.since)
    found = [tuple(row) for row in db.session.execute(sa.select(*columns).order_by(thing.c.code))]
    db.session.rollback()
    return found
