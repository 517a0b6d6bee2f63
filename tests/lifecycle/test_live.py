"""``kezhi serve --plugin PATH``: an app runs from its folder while it is being written, broken or not."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from kezhi import Refused
from kezhi.scaffold.live import compile_catalogues, read_source, watched_files
from kezhi.scaffold.render import project, render
from kezhi.site import Site
from kezhi.testing.databases import command
from kezhi.testing.plugin import new_person
from kezhi.testing.server import Browser, served

SECONDS = 20  #: the most that a page may take to follow a change; a second or two is usual


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An app as ``kezhi plugin new`` writes it, installed nowhere."""
    return render(project("training", "Training", "培训"), tmp_path)


@pytest.fixture
def browse(site: Site) -> Iterator[Callable[[int], Browser]]:
    """A browser with a new connection, logged in as the administrator."""
    with site.app.app_context():
        new_person(site.app, "boss", "administrator")
    cookies: dict[str, str] = {"kezhi_locale": "zh"}
    opened: list[Browser] = []

    def make(port: int) -> Browser:
        browser = Browser(port, cookies)
        opened.append(browser)
        if len(cookies) == 1:
            assert browser.login("boss", "boss-password-1").status == 302
            cookies.update(browser.cookies)
        return browser

    yield make
    for browser in opened:
        browser.close()


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def page_with(browse: Callable[[int], Browser], port: int, address: str, text: str, status: int = 200) -> str:
    """The page once it has the text. No request on the way fails; one that met the end of a process is sent again."""
    begun, found = time.monotonic(), None
    while time.monotonic() - begun < SECONDS:
        with suppress(ConnectionResetError), closing(browse(port)) as browser:  # a server takes so many at once
            found = browser.get(address)
            assert found.status in (200, 404), f"{address}: {found.status}"
            if found.status == status and text in found.text:
                return found.text
        time.sleep(0.1)
    raise AssertionError(f"{address} never had {text!r}: {found.status if found else ''}")


@pytest.mark.processes
@pytest.mark.services
def test_every_change_is_served_and_a_broken_app_comes_back_when_mended(
    site: Site, folder: Path, browse: Callable[[int], Browser]
) -> None:
    package = folder / "kezhi_training"
    with served(site, "--plugin", str(folder), "--reload") as port:
        page_with(browse, port, "/training", "登记记录")

        replace(package / "columns.py", '_l("Subject")', '"Topic of the day"')
        page_with(browse, port, "/training?part=columns", "Topic of the day")
        catalogue = package / "translations/zh_Hans_CN/LC_MESSAGES/messages.po"
        replace(catalogue, 'msgstr "登记记录"', 'msgstr "登记培训"')
        page_with(browse, port, "/training", "登记培训")
        replace(package / "templates/training/index.html", "data-kz-new", "data-kz-new data-mine")
        page_with(browse, port, "/training", "data-mine")

        replace(package / "views.py", "def index()", "def index(")
        page_with(browse, port, "/apps", "SyntaxError")
        page_with(browse, port, "/training", "", status=404)
        assert "培训" not in browse(port).get("/customers").text
        replace(package / "views.py", "def index(", "def index()")
        page_with(browse, port, "/training", "登记培训")

        replace(folder / "pyproject.toml", 'version = "0.1.0"', "version = 0.1.0")
        page_with(browse, port, "/training", "", status=404)
        page_with(browse, port, "/customers", "客户")
        replace(folder / "pyproject.toml", "version = 0.1.0", 'version = "0.1.0"')
        page_with(browse, port, "/training", "登记培训")

        (package / "templates/training/extra.html").write_text("extra")
        page_with(browse, port, "/training", "登记培训")


@pytest.mark.processes
def test_several_workers_serve_an_app_from_its_folder(
    site: Site, folder: Path, browse: Callable[[int], Browser]
) -> None:
    with served(site, "--plugin", str(folder), workers=2) as port:
        for _connection in range(6):
            assert "登记记录" in browse(port).get("/training").text
    listed = command(site, "plugin", "list").stdout
    assert "training" in listed
    assert "missing" in listed, "without --plugin nothing knows where it is, and everything else runs"


@pytest.mark.processes
def test_what_cannot_be_served_is_said_at_once(site: Site, folder: Path, tmp_path: Path) -> None:
    for options, reason in (
        (["--reload"], "--reload goes with --plugin"),
        (["--plugin", str(folder), "--reload", "--workers", "2"], "one worker"),
        (["--plugin", str(tmp_path / "nothing"), "--reload"], "holds no plugin"),
        (["--plugin", str(tmp_path)], "holds no plugin"),
    ):
        answer = command(site, "serve", "--port", "0", *options)
        assert answer.returncode != 0
        assert reason in answer.stderr
        assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[project", "cannot be read"),
        ("[project]\nname = 'a'\n", "'entry-points' is missing"),
        ("[tool.x]\n", "'project' is missing"),
    ],
)
def test_metadata_that_describe_no_plugin_are_refused(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(Refused, match=reason):
        read_source(tmp_path)


def test_tests_environments_and_leftovers_are_not_watched(folder: Path) -> None:
    for name in (".venv/lib/a.py", "build/a.py", "var/a.toml", "data/a.toml", "kezhi_training/__pycache__/a.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    found = {str(path.relative_to(folder)) for path in watched_files(folder, folder / "data")}
    assert {"pyproject.toml", "kezhi_training/views.py", "kezhi_training/templates/training/form.html"} <= found
    outside = {name for name in found if not name.startswith("kezhi_training/")}
    assert outside == {"pyproject.toml", "hatch_build.py"}
    assert not any("__pycache__" in name for name in found)


def test_a_catalogue_is_compiled_when_it_is_newer_and_left_when_it_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = folder / "kezhi_training/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
    compile_catalogues(folder)
    compiled = source.with_suffix(".mo")
    before = compiled.read_bytes()
    compiled.write_bytes(b"kept")
    compile_catalogues(folder)
    assert compiled.read_bytes() == b"kept"
    os.utime(source, ns=(time.time_ns() + 10**9,) * 2)
    compile_catalogues(folder)
    assert compiled.read_bytes() == before
    source.write_text('msgid "open\n')
    os.utime(source, ns=(time.time_ns() + 2 * 10**9,) * 2)
    compile_catalogues(folder)
    assert compiled.read_bytes() == before
    assert "messages.po" in capsys.readouterr().err
