"""The plugin under examination: its package, its distribution, and sites in which it is enabled."""

from __future__ import annotations

import atexit
import importlib.metadata
import itertools
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Table, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import sqltypes

from ...builtin.protection.fields import Protected, bind
from ...db import db, writing
from ...discover import Candidate, discover
from ...lifecycle import enable
from ...plugin import Plugin
from ...site import Site
from ..client import IsolatedClient
from ..databases import Databases
from ..hasten import is_installed

Examples = Callable[[Flask, int], Mapping[str, Any]]

#: in every text of the records that somebody must not see
MARK = "Kanari7Qx"

_servers: dict[str, Databases] = {}


@dataclass
class Subject:
    """One plugin and what the checks need to look at it. Sites are made on demand and closed by ``close``."""

    name: str
    databases: Databases
    examples: Examples | None = None
    beside: tuple[str, ...] = ()  #: plugins that the examples need besides
    sites: list[tuple[Databases, Site]] = field(default_factory=list)
    #: no two made-up rows are alike, and the same ones are made whatever ran before
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    @property
    def candidate(self) -> Candidate:
        """The installed plugin. Errors: ``LookupError`` when it is not installed or cannot be imported."""
        found = discover().get(self.name)
        if found is None:
            raise LookupError(f"no plugin {self.name!r} is installed: pip install it first")
        if found.plugin is None:
            raise LookupError(f"the plugin {self.name!r} cannot be imported: {found.error}")
        return found

    @property
    def plugin(self) -> Plugin:
        found = self.candidate.plugin
        assert found is not None
        return found

    @property
    def package(self) -> Path:
        """The folder of the plugin's package."""
        import importlib

        file = importlib.import_module(self.plugin.package).__file__
        assert file is not None
        return Path(file).parent

    @property
    def project(self) -> dict[str, Any]:
        """The ``project`` table of the plugin's pyproject.toml; empty where only the installed package is there."""
        file = self.package.parent / "pyproject.toml"
        return dict(tomllib.loads(file.read_text(encoding="utf-8")).get("project", {})) if file.exists() else {}

    @property
    def distribution(self) -> importlib.metadata.Distribution:
        return importlib.metadata.distribution(self.candidate.distribution)

    def sources(self) -> list[Path]:
        """The Python files of the package, migrations left out."""
        package = self.package
        return [path for path in sorted(package.rglob("*.py")) if "migrations" not in path.relative_to(package).parts]

    def site(self, *, enabled: bool = True, kind: str | None = None, beside: tuple[str, ...] = ()) -> Site:
        """A fresh company, with the plugin, what it needs and those ``beside`` it unless ``enabled`` is false.

        A plugin that is installed for good is enabled once, and its checks get copies of that company.
        """
        databases = self.databases if kind in (None, self.databases.kind) else server(str(kind))
        wanted = (self.name, *beside) if enabled else ()
        site = databases.site(wanted if all(map(is_installed, wanted)) else ())
        self.sites.append((databases, site))
        for name in wanted:
            if name not in site.read_enabled():
                with site.app.app_context():
                    enable(site, name)
        return site

    def close(self) -> None:
        """Give the databases back."""
        while self.sites:
            databases, site = self.sites.pop()
            databases.drop(site)

    @contextmanager
    def filled(self, *, mark: str = MARK) -> Iterator[tuple[Site, dict[str, Any]]]:
        """A site with a customer and records of the plugin on it, and the values for its addresses."""
        from ...builtin.customers.services import create_customer

        site = self.site(beside=self.beside)
        with site.app.app_context():
            with writing():
                customer = int(create_customer({"code": "K001", "name": f"{mark} Ltd"}).id)
            try:
                made = (self.examples or self._rows)(site.app, customer)
            except DBAPIError as error:
                raise LookupError(
                    f"no rows could be made up for its tables ({error.orig}): give conformance_of(…, examples=…) a "
                    "function that makes them"
                ) from error
            values = {"customer_id": customer, **made}
            db.session.commit()
            yield site, values
            db.session.remove()

    def own_models(self, site: Site) -> list[Any]:
        """The plugin's mapped classes, parents first."""
        pairs = site.app.extensions["kezhi"].call.attributed.register_models()
        own = {model.__table__: model for name, model in pairs if name == self.name}
        return [own[table] for table in next(iter(own)).metadata.sorted_tables if table in own] if own else []

    def _rows(self, app: Flask, customer: int) -> dict[str, Any]:
        """A row in each of the plugin's tables, made up by the types of its columns."""
        values: dict[str, Any] = {}
        with writing():
            for model in self.own_models(self.sites[-1][1]):
                table: Table = model.__table__
                made = db.session.execute(
                    insert(table).values(_made_up(table, customer, next(self.numbers))).returning(*table.primary_key)
                )
                values[f"{model.__name__.lower()}_id"] = made.one()[0]
        return values

    def add_rows(self, site: Site, customer: int) -> None:
        """One more made-up row in each of the plugin's tables, where a further one may be."""
        with writing():
            for model in self.own_models(site):
                row = _made_up(model.__table__, customer, next(self.numbers))
                with suppress(DBAPIError), db.session.begin_nested():
                    db.session.execute(insert(model.__table__).values(row))

    def add_customers(self, site: Site, count: int) -> list[int]:
        """Further customers with made-up rows of the plugin each."""
        from ...builtin.customers.services import create_customer

        with writing():
            made = [int(create_customer({"code": f"K{number:03d}", "name": f"{MARK} {number} Ltd"}).id)
                    for number in range(100, 100 + count)]  # fmt: skip
        for customer in made:
            self.add_rows(site, customer)
        return made


def _made_up(table: Table, customer: int, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        parent = next(iter(column.foreign_keys), None)
        if column.name == "customer_id" or (parent is not None and parent.target_fullname == "customers_customer.id"):
            row[column.name] = customer
        elif parent is not None:
            first = select(parent.column).order_by(parent.column.desc()).limit(1)
            row[column.name] = db.session.scalar(first)
        elif column.primary_key and isinstance(column.type, sqltypes.Integer) and len(table.primary_key) == 1:
            continue  # numbered by the database
        elif not column.nullable or isinstance(column.type, sqltypes.String):
            row[column.name] = _value(column, number)
    return bind(table, str(row["seal"]), row) if "seal" in row else row


def _value(column: Any, number: int) -> Any:
    kinds: list[tuple[Any, Any]] = [
        (sqltypes.Boolean, False),
        (sqltypes.Integer, number),
        (sqltypes.String, f"{MARK}{number}"[: getattr(column.type, "length", None) or None]),
        (sqltypes.Date, date(2026, 3, 2)),
        (sqltypes.JSON, {}),
        (sqltypes.LargeBinary, b""),
    ]
    stored = column.type.impl if isinstance(column.type, Protected) else column.type
    found = next((value for kind, value in kinds if isinstance(stored, kind)), None)
    return datetime(2026, 3, 2, tzinfo=UTC) if found is None else found


def builtins() -> set[str]:
    """The names of the core's own plugins."""
    return {name for name, candidate in discover().items() if candidate.builtin}


def server(kind: str) -> Databases:
    """The databases of another kind, started once per process."""
    if kind not in _servers:
        _servers[kind] = Databases(kind)
        atexit.register(_servers[kind].close)
    return _servers[kind]


def client_of(site: Site, role: str | None, locale: str = "zh", **options: Any) -> Any:
    """A client logged in as a new user with ``role``."""
    from ...builtin.accounts.services import user_named
    from ..plugin import new_person

    app = site.app
    app.test_client_class = IsolatedClient
    login = f"{role or 'nobody'}-user"
    if user_named(login) is None:
        new_person(app, login, *([role] if role else []))
    client = app.test_client()
    client.set_cookie("kezhi_locale", locale)
    client.post("/login", data={"login": login, "password": f"{login}-password-1"})
    return client
