"""Fixtures: ``site``, ``make_site``, ``without``, ``app``, ``client_as``, ``page_as``, ``add_person``,
``make_customer``, ``make_department``, ``statements``, ``clock_at``.

``--database sqlite|postgresql`` chooses the database, ``--clause ID`` the tests of one clause.
``@pytest.mark.plugins("trade")`` names what is enabled besides the builtins; ``KEZHI_TEST_PLUGINS`` names the plugins
that the tests run with, empty means all (see :mod:`kezhi.testing.chosen`).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .browser import chromium, page_as  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from ..site import Site
    from ..users import User
    from .databases import Databases

LEFT_OUT = pytest.StashKey["tuple[str, ...]"]()
#: names a file into which the first process writes which files have tests of which marks
MARKED = "KEZHI_TEST_MARKED"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="database of Kezhi's tests")
    parser.addoption("--clause", action="append", metavar="ID", help="run only the tests marked with this clause")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "clause(*ids): the policy clauses that the test is an example of")
    config.addinivalue_line("markers", "conformance: the checks that every plugin passes")
    config.addinivalue_line("markers", "plugins(*names): the plugins enabled in the test's site")
    config.addinivalue_line("markers", "installed(*names): plugins that the test enables by itself")
    from .chosen import choose
    from .hasten import find_distributions_once, find_hooks_fast
    from .routing import share_compiled_rules

    share_compiled_rules()
    find_distributions_once()
    find_hooks_fast()
    # pytest would rewrite the assertions of the whole product; what tests call of it are the checks of the kit
    rewritten: set[str] = getattr(config.pluginmanager.rewrite_hook, "_must_rewrite", set())
    if "kezhi" in rewritten:
        rewritten.remove("kezhi")
        rewritten.add("kezhi.testing")
    try:
        config.stash[LEFT_OUT] = choose(config.rootpath)
    except LookupError as error:
        raise pytest.UsageError(error.args[0]) from None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The folder of a plugin that is left out is not even read."""
    left_out = config.stash[LEFT_OUT]
    return True if collection_path in [config.rootpath / "plugins" / name for name in left_out] else None


def pytest_collection_finish() -> None:
    """Tests build an app each: as in a serving process, the collector need not walk through all modules.

    Left alone it takes a quarter of the time of the fast tests. And from now on no bytecode is written: it is known by
    the second of its source, and tests write apps, and write them again.
    """
    from ..builtin.apps.serve import keep_for_good

    keep_for_good()
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        for mark in item.iter_markers("clause"):
            if len(mark.args) > 3:
                raise pytest.UsageError(f"{item.nodeid}: a test names at most three clauses")
    note = os.environ.pop(MARKED, None)  # not for the tests of apps that a test runs
    if note and os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0":
        Path(note).write_text(json.dumps(files_by_mark(items)))
    left_out = config.stash[LEFT_OUT]
    if left_out:
        _deselect(config, items, lambda item: not needed_by(item).isdisjoint(left_out))
    wanted = set(config.getoption("--clause") or ())
    if wanted:
        _deselect(config, items, lambda item: not wanted & clauses_of(item))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    left_out = config.stash[LEFT_OUT]
    if left_out:
        terminalreporter.write_line(
            f"left out with the tests that need them: {', '.join(left_out)} (KEZHI_TEST_PLUGINS)"
        )


def plugins_of(item: pytest.Item) -> set[str]:
    """The plugins that a test is marked with."""
    return {name for mark in item.iter_markers("plugins") for name in mark.args}


def needed_by(item: pytest.Item) -> set[str]:
    """The plugins without which a test makes no sense, enabled for it or by it."""
    return plugins_of(item) | {name for mark in item.iter_markers("installed") for name in mark.args}


def clauses_of(item: pytest.Item) -> set[str]:
    """The clauses that a test is marked with."""
    return {clause for mark in item.iter_markers("clause") for clause in mark.args}


def files_by_mark(items: list[pytest.Item]) -> dict[str, list[str]]:
    """The files that hold tests with each of the marks."""
    found: dict[str, set[str]] = {}
    for item in items:
        for mark in item.iter_markers():
            found.setdefault(mark.name, set()).add(str(item.path))
    return {name: sorted(paths) for name, paths in found.items()}


def _deselect(config: pytest.Config, items: list[pytest.Item], out: Callable[[pytest.Item], bool]) -> None:
    """Take the tests away that are ``out``; pytest's last line counts them."""
    left = [item for item in items if out(item)]
    if left:
        items[:] = [item for item in items if not out(item)]
        config.hook.pytest_deselected(items=left)


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """The maker of databases of the chosen kind."""
    from .databases import Databases

    made = Databases(request.config.getoption("--database"))
    yield made
    made.close()


@pytest.fixture(autouse=True, scope="session")
def _cheap_passwords() -> Iterator[None]:
    """Passwords of tests are hashed with the least work argon2 allows."""
    import argon2

    from ..builtin.accounts import passwords

    before = passwords.hasher
    passwords.hasher = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    passwords.hasher = before


@pytest.fixture
def site(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Site]:
    """A site of its own with the plugins of the ``plugins`` marker."""
    made = databases.site(plugins_of(request.node))
    yield made
    databases.drop(made)


@pytest.fixture
def make_site(databases: Databases) -> Iterator[Callable[..., Site]]:
    """``make_site("trade", "visits")``: a further site with these plugins, on the run's database or ``database``."""
    from .databases import Databases as Maker

    others: dict[str, Databases] = {databases.kind: databases}
    made: list[tuple[Databases, Site]] = []

    def make(*plugins: str, database: str | None = None) -> Site:
        kind = database or databases.kind
        maker = others.setdefault(kind, databases) if kind == databases.kind else others.get(kind) or Maker(kind)
        others[kind] = maker
        made.append((maker, maker.site(plugins)))
        return made[-1][1]

    yield make
    for maker, site in made:
        maker.drop(site)
    for kind, maker in others.items():
        if kind != databases.kind:
            maker.close()


@pytest.fixture
def without(site: Site) -> Callable[[str], Flask]:
    """``without("trade")``: the app of the same company as it is while that plugin is not there."""
    from ..discover import discover

    def build(name: str) -> Flask:
        names = [each for each in site.app.extensions["kezhi"].plugins if each != name]
        return site.build(names, site.generation, discover())

    return build


@pytest.fixture
def make_customer(app: Flask) -> Callable[..., Any]:
    """``make_customer(**values)`` makes a customer through the services that pages use."""
    from .factories import make_customer as make

    return make


@pytest.fixture
def make_department(app: Flask) -> Callable[..., int]:
    """``make_department(name)`` makes a department and answers its id."""
    from .factories import make_department as make

    return make


@pytest.fixture
def app(site: Site) -> Iterator[Flask]:
    """The site's app with an app context pushed; the acting user is the system."""
    from ..db import db
    from .client import IsolatedClient

    app = site.app
    app.test_client_class = IsolatedClient
    with app.app_context():
        yield app
        db.session.remove()


@dataclass
class Statements:
    """The SQL statements of a block, without transaction control."""

    texts: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def count(self) -> int:
        return len(self.texts)


@pytest.fixture
def statements(site: Site) -> Callable[[], Any]:
    """``with statements() as counted: …`` counts what the block sends to the database."""
    from sqlalchemy import event

    @contextmanager
    def counting() -> Iterator[Statements]:
        counted = Statements()

        def note(_connection: Any, _cursor: Any, text: str, *_rest: Any) -> None:
            if not text.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")):
                counted.texts.append(text)

        event.listen(site.engine, "before_cursor_execute", note)
        try:
            yield counted
        finally:
            event.remove(site.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def add_person(app: Flask) -> Callable[..., User]:
    """``add_person(login, *roles, department_id=None, name="")`` makes an active user and returns who acts."""
    return lambda login, *roles, **more: new_person(app, login, *roles, **more)


def new_person(app: Flask, login: str, *roles: str, department_id: int | None = None, name: str = "") -> User:
    """Make an active user with roles, in the app context that is pushed; named as the login unless said otherwise."""
    from ..builtin.accounts import services
    from ..db import writing

    hashed = services.hash_password(f"{login}-password-1")
    with writing():
        services.add_user(
            login,
            name=name or login,
            roles=roles,
            password_hash=hashed,
            department_id=department_id,
            must_change_password=False,
        )
    user: User | None = services.user_named(login)
    assert user is not None
    return user


@pytest.fixture
def client_as(app: Flask) -> Callable[..., FlaskClient]:
    """``client_as(role, login=None)``: a test client logged in as a new user with that role, or as ``login``."""

    def make(role: str | None = None, *, login: str | None = None, locale: str = "zh") -> FlaskClient:
        from ..builtin.accounts import services

        name = login or f"{role or 'nobody'}-user"
        if services.user_named(name) is None:
            new_person(app, name, *([role] if role else []))
        client = app.test_client()
        client.set_cookie("kezhi_locale", locale)
        answer = client.post("/login", data={"login": name, "password": f"{name}-password-1"})
        assert answer.status_code == 302, answer.get_data(as_text=True)[:500]
        return client

    return make


@pytest.fixture
def clock_at() -> Iterator[Callable[[datetime], None]]:
    """``clock_at(instant)`` sets the product's clock for the rest of the test."""
    from .. import clock

    before = clock.now

    def at(instant: datetime) -> None:
        clock.now = lambda: instant

    yield at
    clock.now = before
