"""The handbook is true: its plugin works, its links lead somewhere, its commands exist."""

from __future__ import annotations

import difflib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from babel.messages.pofile import read_po
from sqlalchemy import inspect

from kezhi import hookspecs, writing
from kezhi.cli import Context
from kezhi.cli import kezhi as command_line
from kezhi.db import dispose_models
from kezhi.discover import forget
from kezhi.lifecycle import disable, enable
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.distributions import on_path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
TUTORIAL = DOCS / "authors/plugin.md"
FILE = re.compile(r"^\*\*`([^`]+)`\*\*\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHANGED = re.compile(
    r"^In \*\*`([^`]+)`\*\*, (replace|after)\n\n```\w*\n(.*?)^```\n\n(?:by|add)\n\n```\w*\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
APPENDED = re.compile(r"^At the end of \*\*`([^`]+)`\*\*, add\n\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"^\s*(kezhi [^#\n]*)", re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


# ── the tutorial ────────────────────────────────────────────────────────────────────────────────────────────────


class Edit(NamedTuple):
    """What the tutorial has its reader do to one file."""

    place: int
    path: str
    old: str  #: the lines that stand in the file; empty for its end, and for a new file
    new: str
    whole: bool = False


def edits() -> list[Edit]:
    """The edits of the tutorial, in their order."""
    text = TUTORIAL.read_text()
    found = [Edit(match.start(), match[1], "", match[2], whole=True) for match in FILE.finditer(text)]
    found += [Edit(match.start(), match[1], "", match[2]) for match in APPENDED.finditer(text)]
    for match in CHANGED.finditer(text):
        path, how, old, new = match.groups()
        found.append(Edit(match.start(), path, old, new if how == "replace" else old + new))
    return sorted(found)


def apply(edit: Edit, folder: Path) -> None:
    """Make one edit by the letter."""
    file = folder / edit.path
    if edit.whole:
        assert not file.exists(), f"{edit.path} is there already"
        file.write_text(edit.new)
        return
    before = file.read_text()
    if not edit.old:
        file.write_text(before + edit.new)
        return
    assert before.count(edit.old) == 1, f"{edit.path}: {edit.old!r} stands there {before.count(edit.old)} times"
    file.write_text(before.replace(edit.old, edit.new))


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tutorial's first command writes, in an empty folder."""
    folder = tmp_path_factory.mktemp("empty")
    (line,) = [line for line in commands(TUTORIAL.read_text()) if line.startswith("kezhi plugin new visits")]
    run(folder, "-c", "from kezhi.cli import main; main()", *shlex.split(line)[1:])
    return folder / "kezhi-visits"


@pytest.fixture(scope="module")
def project(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app as the tutorial leaves it, catalogue compiled."""
    folder = tmp_path_factory.mktemp("written") / "kezhi-visits"
    shutil.copytree(rendered, folder)
    for edit in edits():
        apply(edit, folder)
    run(folder, "-m", "babel.messages.frontend", "compile", "-d", "kezhi_visits/translations")
    return folder


@pytest.fixture(scope="module")
def installed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the tutorial's distribution is installed into."""
    folder = tmp_path_factory.mktemp("installed")
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--no-build-isolation")
    run(project, "-m", "pip", "install", *options, "--target", str(folder), ".")
    return folder


@pytest.fixture
def visits(installed: Path) -> Iterator[None]:
    """This process sees the plugin as installed."""
    before = list(sys.path)
    on_path(installed)
    yield
    sys.path[:] = before
    forget("visits")
    dispose_models("visits", "visits_")


def run(folder: Path, *arguments: str, **environment: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_reader_of_the_tutorial_types_less_than_150_lines(rendered: Path, project: Path) -> None:
    typed = 0
    for path in {edit.path for edit in edits()}:
        before = (rendered / path).read_text().splitlines() if (rendered / path).exists() else []
        after = (project / path).read_text().splitlines()
        typed += sum(line.startswith("+ ") for line in difflib.ndiff(before, after))
    assert 50 < typed < 150


def test_the_tutorials_code_is_formatted_and_without_lint(project: Path) -> None:
    run(project, "-m", "ruff", "check", "--no-cache", ".")
    run(project, "-m", "ruff", "format", "--check", "--no-cache", ".")


def test_the_tutorials_distribution_carries_every_file(project: Path, installed: Path) -> None:
    sources = [path for path in (project / "kezhi_visits").rglob("*") if path.is_file()]
    assert {".py", ".html", ".mo"} <= {path.suffix for path in sources}
    for path in sources:
        assert (installed / path.relative_to(project)).exists(), path


def test_the_tutorials_own_tests_pass(project: Path, installed: Path) -> None:
    whole = importlib.util.find_spec("kezhi.testing.conformance") is not None
    tests = ["tests"] if whole else ["tests/test_visits.py", "tests/test_kinds.py"]
    path = os.pathsep.join([str(installed), *filter(None, sys.path)])
    run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, PYTHONPATH=path)


def test_the_tutorials_catalogue_is_complete(project: Path) -> None:
    extracted = project / "messages.pot"
    arguments = ("extract", "-F", "babel.cfg", "-k", "_l", "-k", "ngettext:1,2", "-o", str(extracted), ".")
    run(project, "-m", "babel.messages.frontend", *arguments)
    with extracted.open("rb") as file:
        wanted = {message.id for message in read_po(file) if message.id}
    with (project / "kezhi_visits/translations/zh_Hans_CN/LC_MESSAGES/messages.po").open("rb") as file:
        found = {message.id for message in read_po(file) if message.id and message.string}
    assert wanted == found


@pytest.mark.plugins("grading")
def test_the_tutorials_plugin_works_and_can_be_taken_away(site: Site, visits: None, project: Path) -> None:
    from kezhi.builtin.customers.services import create_customer
    from kezhi.testing.plugin import new_person

    with site.app.app_context():
        new_person(site.app, "boss", "administrator")
        with writing():
            customer_id = int(create_customer({"code": "K001", "name": "澄江纺织有限公司"}).id)
        assert enable(site, "visits") == ("visits",)
    chinese, english = log_in(site, "zh"), log_in(site, "en")
    assert "电话" in chinese.get("/visits/new").text
    assert "By phone" in english.get("/visits/new").text

    form = {"customer": "K001", "happened_on": "2026-03-02", "subject": "Spring order", "submission_key": "once"}
    for _double_click in range(2):
        assert english.post("/visits/new", data={**form, "kind": "on_site"}).status_code == 302
    call = {**form, "happened_on": "2026-03-09", "subject": "Asked for news", "kind": "phone", "submission_key": "call"}
    assert english.post("/visits/new", data=call).status_code == 302
    for wrong in ({"happened_on": "2999-01-01"}, {"kind": "pigeon"}):
        refused = english.post("/visits/new", data={**call, "submission_key": "other", **wrong})
        assert refused.status_code == 422, wrong
    assert english.get("/visits?count=1").text == "2"
    assert english.get("/visits?count=1&f.kind=on_site").text == "1"

    for client, words in ((chinese, ("拜访", "最近记录", "上门")), (english, ("Visits", "Last record", "On site"))):
        page = client.get("/visits").text
        assert words[0] in page
        assert words[2] in page
        listed = client.get("/customers").text
        assert words[1] in listed
        assert "2026-03-09" in listed
        assert "Spring order" in client.get(f"/customers/{customer_id}").text
    assert "2026-03-09" in english.get("/customers?from.visits.last_on=2026-03-01").text
    assert "K001" not in english.get("/customers?from.visits.last_on=2026-03-10").text

    grade = graded(site, (project / "care.toml").read_text())
    assert (grade["grade"], grade["criteria"][0]["value"]) == ("B", 1), "calls do not count, nor the double click"

    with site.app.app_context():
        assert disable(site, "visits") == ("visits",)
    client = log_in(site, "en")
    assert client.get("/visits").status_code == 404
    for page in (client.get("/customers").text, client.get(f"/customers/{customer_id}").text):
        assert "K001" in page
        assert "isit" not in page
    assert "visits.on_site" not in site.app.extensions["kezhi"].metrics
    assert inspect(site.engine).has_table("visits_record"), "the data stay"


def log_in(site: Site, locale: str) -> Any:
    site.current_app()
    site.app.test_client_class = IsolatedClient
    client = site.app.test_client()
    client.set_cookie("kezhi_locale", locale)
    assert client.post("/login", data={"login": "boss", "password": "boss-password-1"}).status_code == 302
    return client


def graded(site: Site, scheme: str) -> dict[str, Any]:
    """The explanation of K001's grade by this scheme."""
    site.current_app()
    with site.app.app_context():
        from kezhi_grading import services
        from kezhi_grading.services.explanation import document, explain

        with writing():
            services.load_scheme(scheme)
        with writing():
            number = services.run_scheme("care", date(2026, 1, 1), date(2026, 12, 31)).number
        return document(explain(services.run_by_number(number), "K001"))


# ── the rest of the handbook ────────────────────────────────────────────────────────────────────────────────────


def test_the_tutorial_mentions_every_hook_of_the_kernel() -> None:
    text = TUTORIAL.read_text()
    hooks = [name for name, function in vars(hookspecs).items() if hasattr(function, "kezhi_policy")]
    assert hooks
    assert [name for name in hooks if f"`{name}`" not in text] == []


@pytest.mark.parametrize("chapter", PAGES, ids=name_of)
def test_every_link_leads_somewhere(chapter: Path) -> None:
    links = [link.partition("#")[0] for link in LINK.findall(FENCED.sub("", chapter.read_text()))]
    inside = [link for link in links if link and "://" not in link]
    assert [link for link in inside if not (chapter.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index, hooks = DOCS / "README.md", DOCS / "authors/hooks.md"
    linked = {(page.parent / link).resolve() for page in (index, hooks) for link in LINK.findall(page.read_text())}
    assert [page for page in sorted(DOCS.rglob("*.md")) if page != index and page.resolve() not in linked] == []


@pytest.mark.plugins("trade", "grading", "credit", "complaints")
def test_every_command_in_the_handbook_can_be_parsed(site: Site) -> None:
    faults, count = [], 0
    with site.app.app_context():
        for page in PAGES:
            for line in commands(page.read_text()):
                count += 1
                reason = parsed(site, line)
                if reason:
                    faults.append(f"{name_of(page)}: {line}: {reason}")
    assert count > 20
    assert faults == []


def commands(text: str) -> Iterator[str]:
    """The ``kezhi`` commands of fenced blocks and of code in sentences; alternatives (``a | b``) one by one."""
    for block in FENCED.findall(text):
        for line in COMMAND.findall(block):
            line = re.split(r"\s{3,}", line.strip())[0]
            for part in line.split("&&"):
                yield from alternatives(part.strip())
    for code in re.findall(r"`(kezhi [^`]+)`", FENCED.sub("", text)):
        yield from alternatives(" ".join(code.split()))


def alternatives(line: str) -> Iterator[str]:
    """``kezhi user passwd LOGIN | list`` is two commands; what stands in brackets may be left out."""
    if "<" in line:
        return
    parts = [part.replace("…", "").strip() for part in re.split(r"\|(?![^\[]*\])", line)]
    group = " ".join(parts[0].split()[:2])
    for part in parts:
        whole = part if part.startswith("kezhi ") else f"{group} {part}"
        plain = re.sub(r"\[[^\]]+\]", "", whole)
        yield plain
        for options in re.findall(r"\[([^\]]+)\]", whole):
            for option in options.split("|"):
                yield f"{plain} {option.strip()}"


def parsed(site: Site, line: str) -> str:
    """Why the command line does not parse, empty when it does. Placeholders in capitals are values like others."""
    words = shlex.split(line)[1:]
    if "--as" in words:
        place = words.index("--as")
        del words[place : place + 2]
    context = Context(site.config)
    context._site = site
    command: click.Command = command_line
    parent = click.Context(command_line, info_name="kezhi", obj=context)
    while isinstance(command, click.Group) and words:
        found = command.get_command(parent, words[0])
        if found is None:
            return f"there is no command {words[0]!r}"
        command, words = found, words[1:]
        parent = click.Context(command, info_name=command.name, parent=parent, obj=context)
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]} | {
        "--help"
    }
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    unknown = [option for option in options if option not in known]
    return f"no such option {unknown}" if unknown else ""
