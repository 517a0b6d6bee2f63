"""What stands round every page: headers, menu, notices, error pages, and no way to be led elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from kezhi import db, set_setting, writing
from kezhi.contributions import MenuItem
from kezhi.errors import Conflict, NotFound, Refused
from kezhi.filters import initial, number, person_tone, points, ppm
from kezhi.permissions import public
from kezhi.security import local_target
from kezhi.shell import apps, current_item, go_keys, menu

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(
    [*ROOT.glob("core/kezhi/**/templates/**/*.html"), *ROOT.glob("plugins/*/kezhi_*/templates/**/*.html")]
)
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def failing(app: Flask) -> Any:
    """``failing(error)`` answers with the page of an error raised in a view."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    raised: list[Exception] = []

    @public
    def fail() -> str:
        raise raised[0]

    app.add_url_rule("/fail", "fail", fail)

    def answer(error: Exception, **headers: str) -> Any:
        raised[:] = [error]
        return app.test_client().get("/fail", headers={**ENGLISH, **headers})

    return answer


# ── headers and addresses ───────────────────────────────────────────────────────────────────────────────────────


def test_a_page_allows_only_what_comes_from_this_server(app: Flask) -> None:
    headers = app.test_client().get("/login").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_page_is_never_cached_and_a_static_file_for_a_year(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/login")
    assert page.headers["Cache-Control"] == "no-store"
    address = re.search(r'href="([^"]*/kz\.css\?v=\w+)"', page.text)
    assert address is not None
    sheet = client.get(address[1])
    assert sheet.status_code == 200
    assert "max-age=31536000" in sheet.headers["Cache-Control"]
    assert "Set-Cookie" not in sheet.headers


@pytest.mark.parametrize(
    "path", ["css/bootstrap.min.css", "css/font/bootstrap-icons.min.css", "js/bootstrap.min.js", "umd/popper.min.js"]
)
def test_bootstrap_is_served_from_its_package(app: Flask, path: str) -> None:
    assert app.test_client().get(f"/static/vendor/{path}").status_code == 200


@pytest.mark.parametrize("path", ["vendor/../secret", "vendor/icons/bootstrap-icons.svg/..%2f..", "nothing.css"])
def test_nothing_else_is_served(app: Flask, path: str) -> None:
    assert app.test_client().get(f"/static/{path}").status_code == 404


@pytest.mark.parametrize("target", ["/customers", "/customers?q=a%20b&page=2", "/approvals/3#opinion"])
def test_a_path_of_this_server_is_a_target(target: str) -> None:
    assert local_target(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "javascript:alert(1)",
        "/\t/evil.example", " /customers", "customers", "", None, "/a\nb", "http:/evil", "///evil.example",
    ],
)  # fmt: skip
def test_anything_else_leads_home(target: str | None) -> None:
    assert local_target(target) == "/"


def test_a_visitor_chooses_a_language(app: Flask) -> None:
    client = app.test_client()
    answer = client.get("/language/en?next=/login")
    assert answer.headers["Location"] == "/login"
    assert '<html lang="en"' in client.get("/login", headers={"Accept-Language": "zh"}).text
    assert client.get("/language/zh-CN?next=//evil.example").headers["Location"] == "/"
    assert '<html lang="zh-CN"' in client.get("/login").text


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|<style|\sstyle=|\son\w+=|javascript:|data:image"
    )
    found = [f"{path.relative_to(ROOT)}: {hit[0]}" for path in TEMPLATES for hit in inline.finditer(path.read_text())]
    assert found == []


# ── the shell ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_menu_shows_what_one_may_open(app: Flask, client_as: Any) -> None:
    clerk = client_as("salesperson").get("/customers", follow_redirects=True).text
    admin = client_as("administrator").get("/customers", follow_redirects=True).text
    apps = url_for_path(app, "apps.index")
    assert f'href="{apps}"' not in clerk
    assert f'href="{apps}"' in admin


def test_one_entry_of_the_menu_is_the_current_page(client_as: Any) -> None:
    page = client_as("administrator").get("/customers", follow_redirects=True).text
    side = page[page.index('id="side"') : page.index("</nav>")]
    assert side.count('aria-current="page"') == 1


def test_entries_below_another_one_show_while_its_family_is_open(app: Flask, client_as: Any) -> None:
    admin = client_as("administrator")

    def side(address: str) -> list[str]:
        page = admin.get(address, follow_redirects=True).text
        return re.findall(r'<li[^>]*><a href="([^"]+)"', page[page.index('id="side"') : page.index("</nav>")])

    roles = url_for_path(app, "accounts.roles")
    assert roles not in side("/customers"), "a menu is read at a glance"
    assert roles in side("/accounts/users")
    assert roles in side(roles)


def test_an_entry_whose_head_one_may_not_open_stands_by_itself(app: Flask) -> None:
    below = MenuItem("Roles", "accounts.roles", under="accounts.users", group="system")
    counting = MenuItem("Jobs", "apps.jobs", under="apps.index", group="system", count=lambda: 1)
    head = MenuItem("Apps", "apps.index", group="system")
    with app.test_request_context("/"):
        rows = [row for group in menu([below, counting, head], None) for row in group["items"]]
    assert [(row["endpoint"], row["folded"]) for row in rows] == [
        ("accounts.roles", False),
        ("apps.jobs", False),  # work that waits is never folded away
        ("apps.index", False),
    ]


def switcher(page: str) -> list[tuple[str, str]]:
    """Address and title of the apps that the switcher offers."""
    menu = re.search(r'<details class="kz-menu kz-switch">.*?</details>', page, re.DOTALL)
    return re.findall(r'href="([^"]+)".*?<span>([^<]+)</span>', menu[0]) if menu else []


def test_the_switcher_opens_the_first_entry_of_every_app_that_one_may_open(app: Flask, client_as: Any) -> None:
    admin = dict(switcher(client_as("administrator", locale="en").get("/customers").text))
    assert admin["/accounts/users"] == "People", "an app with several entries opens the first of them"
    assert admin[url_for_path(app, "apps.index")] == "Apps"
    assert admin["/customers"] == "Customer files"
    assert "/accounts/roles" not in admin
    clerk = dict(switcher(client_as("salesperson", locale="en").get("/customers").text))
    assert clerk["/customers"] == "Customer files"
    assert not {"/accounts/users", url_for_path(app, "apps.index")} & clerk.keys()


def test_the_switcher_marks_the_app_of_the_page(client_as: Any) -> None:
    page = client_as("administrator").get("/accounts/roles").text
    menu = page[page.index("kz-switch") : page.index("</details>")]
    assert re.findall(r'href="([^"]+)" aria-current="true"', menu) == ["/accounts/users"]


def test_an_entry_that_belongs_to_no_app_is_no_app(app: Flask) -> None:
    row = {"endpoint": "kezhi.language", "url": "/language", "title": "Language", "current": False}
    with app.test_request_context("/"):
        assert apps([{"items": [row]}]) == []


def test_a_head_folds_its_buttons_behind_more_without_scripts(app: Flask) -> None:
    """What is folded on a phone is up to the style sheet; the page has every button once, and one way to open them."""
    with app.test_request_context("/"):
        head = app.jinja_env.from_string(
            '{% from "kezhi/macros.html" import page_head %}'
            "{% call page_head('T') %}{% for n in names %}<a class='btn'>{{ n }}</a>{% endfor %}{% endcall %}"
        )
        full = head.render(names=["A", "B", "C"])
        assert full.count('<details class="kz-acts-more">') == 1
        assert [full.count(f">{name}</a>") for name in "ABC"] == [1, 1, 1]
        assert "kz-acts" not in head.render(names=[]), "no buttons, no empty row"


def test_a_page_inside_a_section_marks_the_section(app: Flask) -> None:
    items = [MenuItem("Customers", "customers.index"), MenuItem("Approvals", "approvals.inbox")]
    with app.test_request_context("/customers/new"):
        assert current_item(items) is items[0]
    with app.test_request_context("/nowhere"):
        assert current_item(items) is None


def test_go_keys_are_the_first_letters_and_the_first_entry_wins() -> None:
    rows = [
        {"endpoint": name, "url": f"/{name}", "title": name}
        for name in ("approvals.inbox", "apps.index", "trade.index")
    ]
    assert {letter: row["endpoint"] for letter, row in go_keys([{"items": rows}]).items()} == {
        "a": "approvals.inbox",
        "t": "trade.index",
    }


def test_the_counts_of_the_menu_come_later(client_as: Any) -> None:
    answer = client_as("administrator").get("/counts")
    assert answer.status_code == 200
    assert isinstance(answer.json, dict)


def test_the_demo_company_says_so_on_every_page(app: Flask) -> None:
    client = app.test_client()
    assert "kz-demo" not in client.get("/login").text
    with writing():
        set_setting("kezhi", "demo", True)
    assert "Demo company" in client.get("/login", headers=ENGLISH).text
    assert "演示公司" in client.get("/nowhere", headers={"Accept-Language": "zh"}).text


# ── error pages ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_one_may_not_see_answers_like_what_does_not_exist(client_as: Any) -> None:
    client = client_as("salesperson")
    hidden, absent = client.get("/apps/"), client.get("/apps/nowhere/at/all")
    assert hidden.status_code == absent.status_code == 404
    assert heading(hidden.text) == heading(absent.text)


def test_a_refusal_is_a_page_with_its_reason(failing: Any) -> None:
    answer = failing(Refused("The rate of 2026-10 is missing."))
    assert answer.status_code == 400
    assert "The rate of 2026-10 is missing." in answer.text


def test_a_conflict_and_a_missing_record_have_their_own_pages(failing: Any) -> None:
    assert failing(Conflict("changed by <b>Li</b>")).status_code == 409
    assert "&lt;b&gt;" in failing(Conflict("changed by <b>Li</b>")).text
    assert failing(NotFound("customer 12 of somebody else")).status_code == 404
    assert "somebody else" not in failing(NotFound("customer 12 of somebody else")).text


def test_a_fault_tells_a_number_and_nothing_of_its_cause(failing: Any, caplog: pytest.LogCaptureFixture) -> None:
    answer = failing(ValueError("SELECT secret FROM customers"))
    assert answer.status_code == 500
    assert "SELECT" not in answer.text
    assert "Traceback" not in answer.text
    reference = re.search(r"Error number ([0-9A-F]{4}-[0-9A-F]{4})", answer.text)
    assert reference is not None
    assert reference[1] in caplog.text


def test_a_database_fault_while_the_plugins_change_says_try_again(app: Flask, failing: Any) -> None:
    fault = OperationalError("SELECT secret", {}, Exception("no such table: grading_run"))
    assert failing(fault).status_code == 500
    app.extensions["kezhi"].site = SimpleNamespace(read_generation=lambda: -5)
    answer = failing(fault)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret" not in answer.text


def test_a_busy_database_says_try_again(failing: Any) -> None:
    answer = failing(OperationalError("UPDATE x", {}, Exception("database is locked")))
    assert answer.status_code == 503


def test_the_error_page_needs_no_database(app: Flask, failing: Any) -> None:
    with writing():
        db.session.execute(text("DROP TABLE kezhi_setting"))
    answer = failing(ValueError("any"))
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text


def test_a_form_without_its_token_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    answer = client.post("/login", data={"login": "a", "password": "b"}, headers=ENGLISH)
    assert answer.status_code == 400
    assert "out of date" in answer.text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert token is not None
    assert client.post("/login", data={"login": "a", "password": "b", "csrf_token": token[1]}).status_code != 400


def test_too_large_a_request_names_the_limit(app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    answer = app.test_client().post("/login", data={"login": "x" * 1_100_000}, headers=ENGLISH)
    assert answer.status_code == 413
    assert "1 MiB" in answer.text


# ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_score_is_cut_and_never_looks_better_than_it_is() -> None:
    assert points(79_999) == "79.9"
    assert points(74_600) == "74.6"
    assert points(None) == "—"


def test_ratios_and_counts_read_like_figures() -> None:
    assert ppm(972_000) == "97.2%"
    assert ppm(1_234_567) == "123.5%"
    assert ppm(-4_000) == "−0.4%"
    assert number(-1_234_567) == "−1,234,567"
    assert number(0) == "0"
    assert number(None) == "—"


def test_a_person_is_drawn_by_the_surname_always_in_the_same_tone() -> None:
    assert initial("李婷") == "李"
    assert initial("anna") == "A"
    assert person_tone("李婷") == person_tone("李婷")


def heading(page: str) -> str:
    """The heading of an error page."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    assert found is not None
    return found[1]


def url_for_path(app: Flask, endpoint: str) -> str:
    """The path of an endpoint."""
    with app.test_request_context():
        return url_for(endpoint)
