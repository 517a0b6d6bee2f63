"""A plugin of somebody else, installed by pip into an environment over this one, through its whole life."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kezhi import writing
from kezhi.builtin.customers.services import create_customer
from kezhi.site import Site
from kezhi.testing.plugin import new_person
from kezhi.testing.server import Answer, Browser, csrf_token, served

pytestmark = [pytest.mark.packaging]
HERE = Path(__file__).resolve().parent


class Environment:
    """A virtual environment that sees the libraries and the product of this one, and has packages of its own."""

    def __init__(self, home: Path) -> None:
        venv.create(home, with_pip=False)
        self.home, self.python = home, home / "bin/python"
        self.packages = next((home / "lib").glob("python*/site-packages"))
        # the folder as an import site of its own, so that the editable installs in it are seen as well
        purelib = sysconfig.get_paths()["purelib"]
        (self.packages / "first.pth").write_text(f"import site; site.addsitedir({purelib!r})\n")

    def pip(self, *arguments: str) -> None:
        line = [sys.executable, "-m", "pip", "--python", str(self.python), "--disable-pip-version-check", *arguments]
        done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=self.home)
        assert done.returncode == 0, done.stdout + done.stderr

    def install(self, source: Path) -> None:
        wheels = self.home / f"wheels-{time.monotonic_ns()}"
        line = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
        line += ["--no-build-isolation", "-w", str(wheels), str(source)]
        subprocess.run(line, check=True, cwd=self.home)
        self.pip("install", "--quiet", "--no-deps", "--no-index", "--upgrade", *map(str, wheels.glob("*.whl")))


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "environment")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The plugin's project, outside the source tree."""
    return Path(shutil.copytree(HERE / "pledges", tmp_path / "pledges"))


class Kezhi:
    """The ``kezhi`` command of the environment, on the site's data."""

    def __init__(self, environment: Environment, site: Site) -> None:
        self.python, self.site = environment.python, site

    def __call__(self, *arguments: str, status: int = 0) -> str:
        kept = {
            "KEZHI_DATA": str(self.site.config.data), "KEZHI_KEYS": str(self.site.config.keys),
            "KEZHI_DATABASE_URL": self.site.config.database_url.render_as_string(hide_password=False),
            "KEZHI_LANGUAGE": "en",
        }  # fmt: skip
        line = [str(self.python), "-c", "from kezhi.cli import main; main()", *arguments]
        done = subprocess.run(line, env={**os.environ, **kept}, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def state(self) -> str:
        found = {row["name"]: row["state"] for row in json.loads(self("plugin", "list", "--json"))}
        return str(found.get("pledges", "unknown"))


@pytest.fixture
def boss(site: Site) -> str:
    with site.app.app_context():
        new_person(site.app, "boss", "administrator")
        with writing():
            customer: Any = create_customer({"code": "K1", "name": "Somebody"})
            return f"/customers/{customer.id}"


class Visitor:
    """A person whose browser opens a connection for every request: a worker that is replaced closes the old ones."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, {"kezhi_locale": "en"}

    def get(self, address: str) -> Answer:
        return self._keeping(lambda browser: browser.get(address))

    def post(self, address: str, data: dict[str, str]) -> Answer:
        return self._keeping(lambda browser: browser.post(address, data))

    def _keeping(self, send: Callable[[Browser], Answer]) -> Answer:
        browser = Browser(self.port, self.cookies)
        answer = send(browser)
        self.cookies = browser.cookies
        browser.close()
        return answer


@pytest.fixture
def visitor(site: Site, environment: Environment, boss: str) -> Iterator[Visitor]:
    """A person at a running server of two workers, which is never restarted."""
    with served(site, workers=2, python=environment.python) as port:
        person = Visitor(port)
        browser = Browser(port, person.cookies)
        assert browser.login("boss", "boss-password-1").status == 302
        person.cookies = browser.cookies
        yield person


def test_the_whole_life_of_a_foreign_plugin(
    site: Site, environment: Environment, source: Path, boss: str, visitor: Visitor
) -> None:
    kezhi = Kezhi(environment, site)
    assert kezhi.state() == "unknown"
    environment.install(source)
    assert kezhi.state() == "available", "installed while the server runs"
    assert visitor.get("/pledges").status == 404

    kezhi("plugin", "enable", "pledges")
    token = csrf_token(visitor.get("/pledges").text)
    typed = {"csrf_token": token, "customer": "K1", "promise": "A hundred valves", "promised_by": "Mr Lin"}
    assert visitor.post("/pledges", typed).status == 302
    assert "A hundred valves" in visitor.get("/pledges").text
    assert "A hundred valves" in visitor.get(boss).text
    assert "no customer" in visitor.post("/pledges", {**typed, "customer": "K9"}).text

    # the second version, with a migration
    shutil.copytree(HERE / "second", source, dirs_exist_ok=True)
    environment.install(source)
    assert kezhi.state() == "stale"
    assert "A hundred valves" in visitor.get("/pledges").text, "the running workers go on"
    assert "upgraded: pledges" in kezhi("plugin", "upgrade", "pledges")
    wait_for(lambda: "(not kept yet)" in visitor.get("/pledges").text)
    assert kezhi.state() == "enabled"
    assert "0 broken" in kezhi("doctor")

    # broken
    package = next(environment.packages.glob("kezhi_pledges"))
    working = (package / "services.py").read_text()
    (package / "services.py").write_text("syntax error")
    (package / "plugin.py").write_text((package / "plugin.py").read_text() + "\nfrom . import services\n")
    assert kezhi.state() == "broken"
    assert "SyntaxError" in kezhi("doctor", status=1)
    assert visitor.get(boss).status == 200
    (package / "services.py").write_text(working)
    kezhi("plugin", "enable", "pledges")
    assert kezhi.state() == "enabled"

    # removed with pip while it is enabled
    environment.pip("uninstall", "--quiet", "--yes", "kezhi-pledges")
    assert kezhi.state() == "missing"
    assert visitor.get(boss).status == 200
    shown = json.loads(kezhi("plugin", "uninstall", "pledges", "--yes", "--json"))
    assert shown["rows"] == {"pledges_pledge": 1}
    assert Path(shown["export"]).exists()
    assert kezhi.state() == "unknown"
    after = visitor
    assert after.get("/pledges").status == 404
    assert "valves" not in after.get(boss).text
    assert "0 broken" in kezhi("doctor")


def wait_for(condition: Any, limit: float = 30) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.3)
