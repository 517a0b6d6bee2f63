"""Every set of plugins makes a product without dead ends: all its pages are opened, by whom they are meant for."""

from __future__ import annotations

import runpy
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from flask.testing import FlaskClient

import kezhi.builtin.accounts
from kezhi import Demo, clock
from kezhi.builtin.apps.demo import DemoContext
from kezhi.discover import discover, forget
from kezhi.resolve import closure
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.crawl import Crawl, Untranslated, crawl, parameterless
from kezhi.testing.databases import Databases
from kezhi.testing.distributions import make_distribution, on_path

pytestmark = pytest.mark.combinations

ROOT = Path(__file__).resolve().parents[2]
made = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("sets.py"))))
#: an administrator runs the system, and is no member of the department that gives customer data out
OF_THE_HOLDER = {"/releases/register/new"}
ROLES = list(tomllib.loads((Path(kezhi.builtin.accounts.__path__[0]) / "roles.toml").read_text(encoding="utf-8")))


def needs() -> dict[str, set[str]]:
    """Each plugin with all others that it needs: the installed ones and the made ones that find what they need."""
    candidates = {name: candidate for name, candidate in discover().items() if name not in made.MADE}
    installed = sorted(name for name, candidate in candidates.items() if not candidate.builtin)
    found = {name: (closure([name], candidates) & set(installed)) - {name} for name in installed}
    for name, others in made.MADE.items():
        if others <= found.keys():
            found[name] = set(others).union(*(found[other] for other in others))
    return found


SETS = made.combinations(needs(), made.commit_hash(ROOT))


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The made plugins, seen by this process as installed."""
    folder, before = tmp_path_factory.mktemp("made"), list(sys.path)
    made.make_plugins(folder)
    on_path(folder)
    yield folder
    sys.path[:] = before
    for name in made.MADE:
        forget(name)


@contextmanager
def company(databases: Databases, names: frozenset[str]) -> Iterator[tuple[Site, DemoContext]]:
    """The demo company of a set of plugins."""
    site = databases.site(names)
    site.app.test_client_class = IsolatedClient
    try:
        with site.app.app_context():
            context = DemoContext(random=Random(20260701), today=clock.today())  # noqa: S311 - not for secrets
            makers: list[Demo] = sorted(site.app.extensions["kezhi"].call.demo_data(), key=lambda demo: demo.order)
            for maker in makers:
                maker.make(context)
        yield site, context
    finally:
        databases.drop(site)


def client_of(site: Site, context: DemoContext, role: str) -> FlaskClient:
    """Somebody with this role, logged in, in Chinese."""
    person = context.with_role(role)[0]
    client = site.app.test_client()
    client.set_cookie("kezhi_locale", "zh")
    assert client.post("/login", data={"login": person.login, "password": person.password}).status_code == 302
    return client


def title(names: frozenset[str]) -> str:
    return "+".join(sorted(names)) or "none"


@pytest.mark.parametrize("names", SETS, ids=title)
def test_the_administrator_finds_no_dead_end(databases: Databases, distributions: Path, names: frozenset[str]) -> None:
    with company(databases, names) as (site, context):
        enabled = {name for name, plugin in site.app.extensions["kezhi"].plugins.items() if not plugin.essential}
        assert (enabled, site.failures) == (set(names), {})
        untranslated = Untranslated(site.app)
        start = ["/", *(address for address in parameterless(site.app) if address not in OF_THE_HOLDER)]
        client = client_of(site, context, "administrator")
        found = crawl(site.app, client, start=start, absent=needs().keys() - names)
        assert found.faults == []
        assert set(start) - set(found.pages) == set()
        assert len(found.pages) > 40
        assert untranslated.texts == set()
        assert site.app.extensions["kezhi"].host.dropped == {}


@pytest.fixture(scope="module")
def everything(databases: Databases, distributions: Path) -> Iterator[tuple[Site, DemoContext]]:
    with company(databases, frozenset(needs())) as found:
        yield found


@pytest.mark.parametrize("role", ROLES)
def test_no_role_finds_a_dead_end(everything: tuple[Site, DemoContext], role: str) -> None:
    site, context = everything
    found = crawl(site.app, client_of(site, context, role), alike=2)
    assert found.faults == []
    assert len(found.pages) > 5
    assert site.app.extensions["kezhi"].host.dropped == {}


# ── the walk itself ─────────────────────────────────────────────────────────────────────────────────────────────

FAULTY = """
@hookimpl
def register_blueprints(self):
    from flask import Blueprint, render_template_string
    from kezhi import logged_in
    from kezhi.i18n import gettext as _
    pages = Blueprint("faulty", __name__, url_prefix="/faulty")
    links = '''<a href="/faulty/fails">1</a><a href="nothing#here">2</a><img src="/static/none.png">
        <form method="post" action="/faulty/"></form><a href="/faulty/?sort=-visits.last">3</a>
        <a href="https://example.com/nothing">4</a><a href="/faulty/gone">5</a>'''
    pages.add_url_rule("/", "index", logged_in(lambda: links + _("Not translated")))
    pages.add_url_rule("/fails", "fails", logged_in(lambda: 1 // 0))
    pages.add_url_rule("/gone", "gone", logged_in(lambda: ("gone", 410)))
    return [pages]
"""


def test_the_walk_finds_every_kind_of_fault(databases: Databases, tmp_path: Path) -> None:
    before = list(sys.path)
    make_distribution(tmp_path, "faulty", body=FAULTY)
    on_path(tmp_path)
    try:
        with company(databases, frozenset({"faulty"})) as (site, context):
            untranslated = Untranslated(site.app)
            client = client_of(site, context, "administrator")
            found: Crawl = crawl(site.app, client, start=["/faulty/"], absent=["visits"])
            assert untranslated.texts == {"Not translated"}
    finally:
        sys.path[:] = before
        forget("faulty")
    assert sorted(found.faults) == [
        "/faulty/ links to GET /faulty/nothing: 404",
        "/faulty/ links to POST /faulty/: 405",
        "/faulty/ names visits, which is off: /faulty/?sort=-visits.last",
        "/faulty/fails (from /faulty/) raised ZeroDivisionError: integer division or modulo by zero",
        "/faulty/gone (from /faulty/) answers 410",
        "/static/none.png (from /faulty/) answers 404",
    ]


def test_the_sets_are_those_that_were_asked_for() -> None:
    chain = {"a": set(), "b": {"a"}, "c": {"a", "b"}, "d": set()}
    sets = made.combinations(chain, "some commit")
    assert len(sets) == len(set(sets))
    assert all(chain[name] <= names for names in sets for name in names)
    wanted = ["", "a", "ab", "abc", "d", "abd", "abcd"]
    assert {frozenset(names) for names in wanted} <= set(sets)
    assert sets == made.combinations(chain, "some commit")
    many = {letter: set() for letter in "abcdefgh"}
    assert len({frozenset(made.combinations(many, f"commit {n}")) for n in range(3)}) == 3
