"""Plugins of the handbook, installed on the spot: enabled on a running site, tried, disabled."""

from __future__ import annotations

import contextvars
import inspect
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskClient

from kezhi import db, writing
from kezhi.cli import run
from kezhi.db import dispose_models
from kezhi.discover import forget
from kezhi.errors import KezhiError
from kezhi.lifecycle import disable, enable
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.distributions import make_distribution, on_path
from kezhi.testing.plugin import new_person


@dataclass
class Workshop:
    """A site, and a folder in which plugins are installed."""

    site: Site
    folder: Path

    def install(self, files: Mapping[str, str]) -> list[str]:
        """Install the distributions that ``files`` make up (``kezhi_<name>/…``); answers the plugins' names."""
        packages = dict.fromkeys(path.partition("/")[0] for path in files if path.startswith("kezhi_"))
        for package in packages:
            inside = {path.partition("/")[2]: text for path, text in files.items() if path.startswith(f"{package}/")}
            make_distribution(self.folder, package.removeprefix("kezhi_"), files=inside)
        return [package.removeprefix("kezhi_") for package in packages]

    def enable(self, name: str) -> None:
        with self.site.app.app_context():
            assert enable(self.site, name)[-1] == name

    def disable(self, name: str) -> None:
        with self.site.app.app_context():
            disable(self.site, name, lift=True)
        assert name not in self.site.read_enabled()

    def call(self, function: Callable[..., object]) -> None:
        """Call a function of the handbook with what its arguments name, in the context of the app that serves now."""
        with self.serving() as app:
            given = {
                "app": lambda: app,
                "site": lambda: self.site,
                "tmp_path": lambda: self.folder,
                "customer": lambda: self.customer,
                "client_as": lambda: partial(client_as, self.site),
                "add_person": lambda: partial(new_person, app),
                "command": lambda: self.command,
            }
            function(**{name: given[name]() for name in inspect.signature(function).parameters})

    @contextmanager
    def serving(self) -> Iterator[Flask]:
        app = self.site.current_app()
        with app.app_context():
            yield app
            db.session.remove()

    @cached_property
    def customer(self) -> int:
        """The id of a customer."""
        from kezhi.builtin.customers.services import create_customer

        values = {"code": "K001", "name": "Hengda Steel", "phone": "021-55667788", "city": "上海"}
        with writing():
            return int(create_customer(values).id)

    def command(self, *arguments: str) -> str:
        """What ``kezhi …`` prints."""
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            try:
                contextvars.Context().run(run, arguments, self.site.config)
            except (KezhiError, click.ClickException) as error:
                said.write(str(error))
        return said.getvalue()


def client_as(site: Site, role: str | None = None, *, locale: str = "zh") -> FlaskClient:
    """A client of the app that serves now, logged in as somebody with ``role``."""
    from kezhi.builtin.accounts.services import user_named

    app = site.current_app()
    app.test_client_class = IsolatedClient
    login = f"{role or 'nobody'}-user"
    if user_named(login) is None:
        new_person(app, login, *([role] if role else []))
    client = app.test_client()
    client.set_cookie("kezhi_locale", locale)
    assert client.post("/login", data={"login": login, "password": f"{login}-password-1"}).status_code == 302
    return client


@pytest.fixture
def workshop(site: Site, tmp_path: Path) -> Iterator[Workshop]:
    """A site and a folder of its own; what was installed there is forgotten afterwards."""
    before = list(sys.path)
    on_path(tmp_path)
    yield Workshop(site, tmp_path)
    sys.path[:] = before
    for package in [path.name for path in tmp_path.glob("kezhi_*/")]:
        name = package.removeprefix("kezhi_")
        dispose_models(name, f"{name}_")
        forget(name)
