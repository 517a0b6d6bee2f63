"""Settings: shipped defaults, changed on a page, strict in their names; secrets stay secret."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from kezhi import Refused, db, set_setting, setting, tables, writing
from kezhi.builtin.apps.setup import create_keys
from kezhi.db import dispose_models
from kezhi.discover import forget
from kezhi.lifecycle import enable
from kezhi.site import Site
from kezhi.testing.client import IsolatedClient
from kezhi.testing.databases import command
from kezhi.testing.distributions import make_distribution, on_path
from kezhi.testing.plugin import new_person

pytestmark = pytest.mark.services
SECRET = "s3cret-黄河"  # noqa: S105

BODY = """
@hookimpl
def register_settings(self):
    return [EtaSettings]
"""
BEFORE = """
from datetime import date
from wtforms import BooleanField, DateField, DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange
from kezhi import SecretField, SettingsForm
from kezhi.forms import choice

class EtaSettings(SettingsForm):
    days = IntegerField("Days", [InputRequired(), NumberRange(min=1, max=99)], default=30)
    name = StringField("Name", default="eta")
    strict = BooleanField("Strict", default=True)
    since = DateField("Since", default=date(2026, 1, 1))
    share = DecimalField("Share")
    colour = SelectField("Colour", choices=[choice("r", "Red"), choice("b", "Blue")], default="r")
    token = SecretField("Token")
"""


@pytest.fixture
def eta(site: Site, tmp_path: Path) -> Iterator[Site]:
    before = list(sys.path)
    make_distribution(tmp_path, "eta", body=BODY, before=BEFORE)
    on_path(tmp_path)
    with site.app.app_context():
        enable(site, "eta")
    site.app.test_client_class = IsolatedClient
    with site.app.app_context():
        new_person(site.app, "boss", "administrator")
        yield site
        db.session.remove()
    sys.path[:] = before
    forget("eta")
    dispose_models("eta", "eta_")


def log_in(site: Site, locale: str = "en") -> Any:
    client = site.app.test_client()
    client.set_cookie("kezhi_locale", locale)
    client.post("/login", data={"login": "boss", "password": "boss-password-1"})
    return client


def stamp_of(page: str) -> str:
    return page.partition('name="stamp" value="')[2].partition('"')[0]


FILLED = {"days": "7", "name": "new", "since": "2026-11-25", "share": "12.50", "colour": "b", "token": SECRET}


def saved(client: Any, **changes: str) -> Any:
    page = client.get("/apps/settings/eta").text
    return client.post("/apps/settings/eta", data={**FILLED, "stamp": stamp_of(page), **changes})


def test_the_shipped_defaults_are_in_force_until_the_company_decides(eta: Site) -> None:
    assert [setting("eta", key) for key in ("days", "name", "strict", "share", "token")] == [
        30,
        "eta",
        True,
        None,
        None,
    ]
    assert saved(log_in(eta)).status_code == 302
    with eta.app.app_context():
        assert setting("eta", "days") == 7
        assert setting("eta", "strict") is False, "a box without a tick is a decision"
        assert str(setting("eta", "since")) == "2026-11-25"
        assert setting("eta", "share") == Decimal("12.50")
        assert setting("eta", "token") == SECRET
        with pytest.raises(LookupError, match="nonsense"):
            setting("eta", "nonsense")
        audited = db.session.execute(
            select(tables.audit_entry.c.object_id).where(tables.audit_entry.c.action == "setting.change")
        ).scalars()
        assert {key for key in audited if key.startswith("eta")} == {f"eta.{key}" for key in (*FILLED, "strict")}


def test_a_secret_is_nowhere_to_be_read(eta: Site) -> None:
    client = log_in(eta)
    assert saved(client).status_code == 302
    page = client.get("/apps/settings/eta").text
    assert SECRET not in page
    assert "A secret is stored" in page
    with eta.engine.connect() as connection:
        for table in (tables.setting, tables.audit_entry):
            rows = connection.execute(select(table)).all()
            assert SECRET not in repr(rows)
            assert "s3cret" not in repr(rows)
    assert "token" in command(eta, "settings", "list", "eta", PYTHONPATH=sys.path[0]).stdout
    assert "s3cret" not in command(eta, "settings", "list", "eta", "--json", PYTHONPATH=sys.path[0]).stdout
    assert saved(client, token="", days="8").status_code == 302
    with eta.app.app_context():
        assert setting("eta", "token") == SECRET, "left empty it stays"
    assert saved(client, token="", **{"clear-token": "1"}).status_code == 302
    with eta.app.app_context():
        assert setting("eta", "token") is None


def test_a_secret_of_another_key_file_asks_to_be_entered_anew(eta: Site, tmp_path: Path) -> None:
    assert saved(log_in(eta)).status_code == 302
    other = tmp_path / "other.keys"
    create_keys(other)
    foreign = Site(replace(eta.config, keys=other))
    with foreign.app.app_context(), pytest.raises(Refused, match=r"eta\.token"):
        setting("eta", "token")
    foreign.close()


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(eta: Site) -> None:
    client = log_in(eta, "zh")
    answer = saved(client, days="0", name="kept")
    assert answer.status_code == 422
    assert 'value="kept"' in answer.text, "what was typed stays"
    assert SECRET not in answer.text
    with eta.app.app_context():
        assert setting("eta", "days") == 30
    assert client.get("/apps/settings/nowhere").status_code == 404
    assert client.get("/apps/settings/apps").status_code == 404, "an app without settings has no page"


def test_two_open_pages_do_not_undo_each_other(eta: Site) -> None:
    client = log_in(eta)
    stamp = stamp_of(client.get("/apps/settings/eta").text)
    assert saved(client, days="5").status_code == 302
    late = client.post("/apps/settings/eta", data={**FILLED, "stamp": stamp, "days": "9"})
    assert late.status_code == 422
    assert "Somebody else changed these settings" in late.text
    assert 'value="9"' in late.text
    assert "<dd>5</dd>" in late.text, "both versions are shown"
    with eta.app.app_context():
        assert setting("eta", "days") == 5


def test_the_index_names_every_app_with_settings(eta: Site) -> None:
    page = log_in(eta, "zh").get("/apps/settings/").text
    assert "/apps/settings/eta" in page
    assert "/apps/settings/customers" in page
    assert "/apps/settings/imports" not in page


def test_beside_the_settings_of_an_app_stand_the_other_sections(eta: Site) -> None:
    """The apps with settings, the open one marked, and what the company keeps under “System”."""
    page = log_in(eta, "zh").get("/apps/settings/eta").text
    sections = page.partition('<nav class="kz-subnav')[2].partition("</nav>")[0]
    assert re.findall(r'href="([^"]+)"[^>]*aria-current', sections) == ["/apps/settings/eta"]
    assert {"/apps/settings/customers", "/accounts/departments", "/calendar"} <= set(
        re.findall(r'href="([^"]+)"', sections)
    )
    assert "/apps/settings/imports" not in sections


def test_apps_are_found_by_name_and_by_state(site: Site, client_as: Any) -> None:
    client = client_as("administrator")

    def shown(query: str) -> set[str]:
        return set(re.findall(r'id="app-(\w+)"', client.get(f"/apps/?{query}").text))

    assert {"customers", "imports"} <= shown("state=on")
    assert shown("state=act") == set()
    assert shown("q=工作日历") == {"calendar"}
    assert shown("q=CALENDAR&state=on") == {"calendar"}
    assert shown("q=calendar&state=off") == set()
    assert "没有符合的应用" in client.get("/apps/?q=calendar&state=off").text
    assert shown("state=unknown") == shown("")


def test_the_command_checks_like_the_page(eta: Site) -> None:
    path = sys.path[0]
    assert command(eta, "settings", "set", "eta", "days", "12", PYTHONPATH=path).returncode == 0
    wrong = command(eta, "settings", "set", "eta", "days", "1000", PYTHONPATH=path)
    assert wrong.returncode == 1
    assert command(eta, "settings", "set", "eta", "nonsense", "1", PYTHONPATH=path).returncode == 1
    listed = json.loads(command(eta, "settings", "list", "eta", "--json", PYTHONPATH=path).stdout)
    assert listed["eta.days"] == 12
    assert listed["eta.token"] == "not set"


@pytest.mark.clause("CUS-01")
@pytest.mark.plugins("trade")
def test_the_companys_figures_are_in_force_at_once(app: Flask, client_as: Any) -> None:
    from kezhi.builtin.customers.services import create_customer
    from kezhi_trade.services.orders import default_tax_rate

    assert default_tax_rate() == 130_000
    client = client_as("administrator")
    page = client.get("/apps/settings/trade").text
    days = {"submit_day": "3", "check_day": "5", "confirm_day": "8"}
    typed = {"tax_percent": "6.5", "payment_days": "30", **days, "stamp": stamp_of(page)}
    assert client.post("/apps/settings/trade", data=typed).status_code == 302
    page = client.get("/apps/settings/customers").text
    typed = {"code_prefix": "CJ-", "code_digits": "5", "share_days": "366", "share_remind_days": "3"}
    assert client.post("/apps/settings/customers", data={**typed, "stamp": stamp_of(page)}).status_code == 302
    assert default_tax_rate() == 65_000
    with writing():
        assert create_customer({"name": "Somebody"}).code == "CJ-00001"
        set_setting("customers", "refuse_duplicates", True)
    with pytest.raises(Refused), writing():
        create_customer({"name": "Somebody"})
