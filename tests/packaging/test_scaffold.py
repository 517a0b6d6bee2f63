"""What ``kezhi plugin new`` writes is a finished distribution: clean, installable, tested, enabled live."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

import kezhi
from kezhi import writing
from kezhi.db import dispose_models
from kezhi.discover import forget
from kezhi.lifecycle import disable, enable
from kezhi.scaffold.render import LONGEST_TITLE, project, render
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.distributions import on_path
from kezhi.testing.plugin import new_person

pytestmark = pytest.mark.packaging

CORE = Path(kezhi.__file__).parents[1]
KEZHI = [sys.executable, "-c", "from kezhi.cli import main; main()"]
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
OFFLINE = ["--no-deps", "--no-index", "--no-build-isolation"]


def run(folder: Path, *command: str, **environment: str) -> str:
    environ = {**os.environ, **environment}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution as the command writes it, on a machine without any company."""
    folder = tmp_path_factory.mktemp("empty")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KEZHI_")}
    command = [*KEZHI, "plugin", "new", "training", "--title", "Training", "--title-zh", "培训"]
    home = folder / "home"
    done = subprocess.run(command, cwd=folder, env={**environ, "HOME": str(home)}, check=True, capture_output=True)
    assert b"kezhi plugin enable training" in done.stdout
    assert [path.name for path in folder.iterdir()] == ["kezhi-training"], "nothing else was made, no data folder"
    return folder / "kezhi-training"


@pytest.fixture(scope="module")
def installed(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that it is installed into."""
    folder = tmp_path_factory.mktemp("installed")
    run(rendered, *PIP, *OFFLINE, "--target", str(folder), ".")
    return folder


@pytest.fixture
def training(installed: Path) -> Iterator[None]:
    """This process sees it as installed."""
    before = list(sys.path)
    on_path(installed)
    yield
    sys.path[:] = before
    forget("training")
    dispose_models("training", "training_")


@pytest.mark.parametrize(("name", "title"), [("ab", "A"), ("training", "Training"), ("m" * 16, "M" * LONGEST_TITLE)])
def test_the_code_is_formatted_and_without_lint_whatever_its_name(tmp_path: Path, name: str, title: str) -> None:
    folder = render(project(name, title, "培" * LONGEST_TITLE), tmp_path)
    run(folder, sys.executable, "-m", "ruff", "check", "--no-cache", ".")
    run(folder, sys.executable, "-m", "ruff", "format", "--check", "--no-cache", ".")


def test_the_code_is_typed(rendered: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), "-p", "kezhi_training"]
    run(rendered, *command, MYPYPATH=os.pathsep.join([str(rendered), str(CORE)]))


def test_every_file_is_in_the_wheel_and_the_catalogue_is_compiled(rendered: Path, installed: Path) -> None:
    sources = [path for path in (rendered / "kezhi_training").rglob("*") if path.is_file()]
    assert {".py", ".html", ".po", ".mo", ".typed"} <= {path.suffix for path in sources}
    for path in sources:
        assert (installed / path.relative_to(rendered)).exists(), path


def test_the_catalogue_is_complete(rendered: Path, tmp_path: Path) -> None:
    found = tmp_path / "messages.pot"
    options = ("-F", "babel.cfg", "-k", "_l", "-k", "ngettext:1,2", "-o", str(found))
    run(rendered, sys.executable, "-m", "babel.messages.frontend", "extract", *options, ".")
    with found.open("rb") as file:
        wanted = {message.id for message in read_po(file) if message.id}
    with (rendered / "kezhi_training/translations/zh_Hans_CN/LC_MESSAGES/messages.po").open("rb") as file:
        translated = {message.id for message in read_po(file) if message.id and message.string and not message.fuzzy}
    assert translated == wanted


def test_its_own_tests_pass_untouched(rendered: Path, installed: Path) -> None:
    whole = importlib.util.find_spec("kezhi.testing.conformance") is not None
    tests = "tests" if whole else "tests/test_training.py"
    path = os.pathsep.join([str(installed), *filter(None, sys.path)])
    report = run(rendered, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests, PYTHONPATH=path)
    assert "skipped" not in report


def test_it_is_enabled_used_and_disabled_on_a_running_site(site: Site, training: None) -> None:
    from kezhi.builtin.customers.services import create_customer

    with site.app.app_context():
        new_person(site.app, "boss", "administrator")
        with writing():
            customer = int(create_customer({"code": "K001", "name": "澄江纺织有限公司"}).id)
    assert "培训" not in log_in(site).get("/customers").text
    with site.app.app_context():
        assert enable(site, "training") == ("training",)
    client = log_in(site)
    assert "培训" in client.get("/customers").text
    form = {"customer": "K001", "happened_on": "2026-03-02", "subject": "新品培训", "submission_key": "once"}
    for _double_click in range(2):
        assert client.post("/training/new", data=form).status_code == 302
    assert client.get("/training?count=1").text == "1"
    assert "新品培训" in client.get(f"/customers/{customer}").text
    kernel = site.app.extensions["kezhi"]
    assert "training.count" in kernel.metrics
    assert "training.remind" in kernel.jobs
    assert "training" in kernel.settings
    assert [clause.id for plugin, clause in kernel.clauses if plugin == "training"] == ["TRA-01", "TRA-02"]
    with site.app.app_context():
        assert disable(site, "training") == ("training",)
    client = log_in(site)
    assert client.get("/training").status_code == 404
    assert "培训" not in client.get(f"/customers/{customer}").text


def log_in(site: Site) -> Any:
    site.current_app()
    site.app.test_client_class = IsolatedClient
    client = site.app.test_client()
    client.set_cookie("kezhi_locale", "zh")
    assert client.post("/login", data={"login": "boss", "password": "boss-password-1"}).status_code == 302
    return client
