"""``kezhi user``: add people, new passwords, the list; the first administrator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import delete, select, update

from kezhi import NotFound, Refused, clock, db, writing
from kezhi.builtin.accounts import checks, services
from kezhi.builtin.accounts.commands import user_group
from kezhi.builtin.accounts.models import Account, AccountRole, Factor
from kezhi.site import Site
from kezhi.testing.databases import command


def run(*arguments: str, text: str = "") -> Result:
    return CliRunner().invoke(user_group(), arguments, input=text)


def document(*arguments: str, text: str = "") -> Any:
    result = run(*arguments, "--json", text=text)
    assert result.exit_code == 0, result.exception
    return json.loads(result.stdout)


def account(login: str) -> Account:
    db.session.rollback()
    return db.session.execute(select(Account).where(Account.login == login)).scalar_one()


@pytest.mark.clause("ORG-01")
def test_add_prints_a_one_time_password_that_must_be_changed(app: Flask) -> None:
    made = document("add", "Li", "--role", "finance", "--role", "salesperson", "--name", "李婷")
    assert list(made) == ["login", "roles", "password"]
    assert (made["login"], made["roles"]) == ("li", ["salesperson", "finance"])
    stored = account("li")
    assert services.matches(made["password"], stored.password_hash)
    assert stored.must_change_password
    assert stored.name == "李婷"


def test_add_takes_a_password_from_standard_input_that_need_not_be_changed(app: Flask) -> None:
    made = document("add", "li", "--role", "finance", "--password-stdin", text="correct horse battery\n")
    assert made["password"] is None
    assert services.matches("correct horse battery", account("li").password_hash)
    assert not account("li").must_change_password
    weak = run("add", "wang", "--role", "finance", "--password-stdin", text="short\n")
    assert isinstance(weak.exception, Refused)
    assert services.user_named("wang") is None


def test_add_puts_the_person_into_a_department(app: Flask) -> None:
    with writing():
        services.add_department("华东一部")
    document("add", "li", "--role", "salesperson", "--department", "华东一部")
    assert services.department_name(account("li").department_id) == "华东一部"
    missing = run("add", "wang", "--role", "salesperson", "--department", "华西")
    assert "华东一部" in str(missing.exception)
    assert services.user_named("wang") is None


def test_an_unknown_role_or_a_login_in_use_is_told_on_standard_error(site: Site) -> None:
    unknown = command(site, "user", "add", "li", "--role", "emperor")
    assert unknown.returncode == 1
    assert unknown.stdout == ""
    assert "emperor" in unknown.stderr
    assert "salesperson" in unknown.stderr
    assert "administrator" in unknown.stderr
    twice = command(site, "user", "add", "ADMIN", "--role", "finance")
    assert twice.returncode == 1
    assert "admin" in twice.stderr
    assert "Traceback" not in unknown.stderr + twice.stderr
    with site.app.app_context():
        assert db.session.scalars(select(Account.login)).all() == ["admin"]


def test_passwd_gives_a_new_one_time_password_and_ends_sessions(app: Flask) -> None:
    first = document("add", "li", "--role", "finance", "--password-stdin", text="correct horse battery\n")
    client = app.test_client()
    client.post("/login", data={"login": "li", "password": "correct horse battery"})
    assert client.get("/accounts/me").status_code == 200
    made = document("passwd", "li")
    assert list(made) == ["login", "password"]
    assert made["login"] == first["login"]
    assert client.get("/accounts/me").status_code == 302
    assert account("li").must_change_password
    assert services.matches(made["password"], account("li").password_hash)
    assert "“nobody”" in str(run("passwd", "nobody").exception)


def test_the_list_names_everybody(app: Flask) -> None:
    document("add", "li", "--role", "finance", "--role", "salesperson")
    with writing():
        db.session.execute(update(Account).where(Account.login == "li").values(active=False))
    assert document("list") == [
        {"login": "admin", "name": "admin", "roles": ["administrator"], "department": None, "active": True},
        {"login": "li", "name": "li", "roles": ["salesperson", "finance"], "department": None, "active": False},
    ]
    assert "inactive" in run("list").stdout


@pytest.mark.clause("ORG-02")
def test_the_first_set_up_is_closed_for_good(app: Flask) -> None:
    with pytest.raises(Refused, match="closed"):
        services.create_first_administrator("intruder")
    with writing():  # even if the only administrator were switched off behind our back
        db.session.execute(update(Account).values(active=False))
    with pytest.raises(Refused, match="closed"):
        services.create_first_administrator("intruder")
    assert services.user_named("intruder") is None


def test_the_doctor_misses_an_administrator(app: Flask) -> None:
    assert checks._administrator(db.session()) == []
    with writing():
        db.session.execute(delete(AccountRole))
    (finding,) = checks._administrator(db.session())
    assert "kezhi user add" in str(finding.message)
    password = services.create_first_administrator("root")
    assert services.matches(password, account("root").password_hash)
    assert account("root").must_change_password


@pytest.mark.clause("ORG-02")
def test_totp_reset_takes_the_second_factor_and_ends_the_sessions(app: Flask) -> None:
    document("add", "li", "--role", "finance")
    assert document("totp-reset", "LI") == {"login": "li", "had_factor": False}
    assert isinstance(run("totp-reset", "nobody").exception, NotFound)
    user_id = account("li").id
    with writing():
        db.session.add(Factor(user_id=user_id, secret="sealed", confirmed_at=clock.now()))  # noqa: S106 - of nobody
    assert "removed" in run("totp-reset", "li").stdout
    assert not services.has_factor(user_id)
