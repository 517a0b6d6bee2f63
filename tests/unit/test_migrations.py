"""Migrations: what they make is what the models say, and they can be taken back whole."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from kezhi import migrate
from kezhi.db import metadata
from kezhi.site import Site

pytestmark = [pytest.mark.services, pytest.mark.plugins("trade", "grading")]


def folders(site: Site) -> dict[str, object]:
    found = {migrate.KERNEL: migrate.kernel_folder()}
    for name, plugin in site.app.extensions["kezhi"].plugins.items():
        if (folder := plugin.folder("migrations")) and any(folder.glob("[0-9]*.py")):
            found[name] = folder
    return found


def test_tables_are_what_the_models_say(site: Site) -> None:
    names = folders(site)
    prefixes = tuple(f"{name}_" for name in names)

    def ours(_object: object, name: str | None, kind: str, *_rest: object) -> bool:
        return kind != "table" or (str(name).startswith(prefixes) and not str(name).endswith("_alembic_version"))

    with site.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_every_table_has_its_owners_prefix(site: Site) -> None:
    names = {f"{name}_" for name in site.app.extensions["kezhi"].plugins} | {"kezhi_"}
    with site.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            assert table.startswith(tuple(names)), table


def test_down_to_nothing_and_up_again(site: Site) -> None:
    names = folders(site)
    order = [*reversed([name for name in site.app.extensions["kezhi"].plugins if name in names]), migrate.KERNEL]
    for _ in range(2):
        with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
            for name in order:
                migrate.downgrade(connection, name, names[name])
        with site.engine.connect() as connection:
            assert inspect(connection).get_table_names() == []
        with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
            for name in reversed(order):
                migrate.upgrade(connection, name, names[name])


def test_history_is_linear(site: Site) -> None:
    for name, folder in folders(site).items():
        assert migrate.head(folder), name
