"""``kezhi user …``: add people, give them new passwords, list them."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from sqlalchemy import select

from kezhi import NotFound, db, writing
from kezhi.i18n import gettext as _

from . import services
from .models import Account, AccountRole, Department, Role
from .services.departments import department_named
from .services.establishment import establishment
from .services.matrix import rights_of


def user_group() -> click.Group:
    """The commands about people."""
    group = click.Group("user", help="Add people, give them new passwords, list them.")
    for command in (add, passwd, link, totp_reset, list_command, establishment_command, rights):
        group.add_command(command)
    return group


@click.command()
@click.argument("login")
@click.option("--role", "roles", multiple=True, metavar="ROLE", help="Key of a role; may be given several times.")
@click.option("--name", default="", help="The person's name; the login if left out.")
@click.option("--department", default=None, metavar="NAME", help="Name of the department.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; it need not be changed.")
@click.option("--json", "as_json", is_flag=True)
def add(
    login: str, roles: tuple[str, ...], name: str, department: str | None, password_stdin: bool, as_json: bool
) -> None:
    """Add a person; prints a one-time password, to be changed at the first log-in."""
    login = services.normal_login(login)
    services.check_roles(roles)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else services.new_password()
    if password_stdin:
        services.check_password(password, login=login)
    hashed = services.hash_password(password)
    with writing():
        account = services.add_user(
            login,
            name=name or login,
            roles=roles,
            password_hash=hashed,
            department_id=department_named(department).id if department else None,
            must_change_password=not password_stdin,
        )
        user_id = account.id
    person = services.user_by_id(user_id)
    assert person is not None
    shown = None if password_stdin else password
    if as_json:
        _print_json({"login": person.login, "roles": services.check_roles(person.roles), "password": shown})
        return
    click.echo(f"{person.login}: {', '.join(services.check_roles(person.roles)) or '—'}")
    if shown is not None:
        _print_password(shown)


@click.command()
@click.argument("login")
@click.option("--json", "as_json", is_flag=True)
def passwd(login: str, as_json: bool) -> None:
    """Give a person a new one-time password; ends all their sessions and lifts a lock."""
    login = services.normal_login(login)
    password = services.new_password()
    hashed = services.hash_password(password)
    with writing():
        services.reset_password(_id_of(login), hashed)
    if as_json:
        _print_json({"login": login, "password": password})
        return
    _print_password(password)


@click.command()
@click.argument("login")
@click.option("--json", "as_json", is_flag=True)
def link(login: str, as_json: bool) -> None:
    """Issue a link by which a person sets a password, once; the present password stays until then."""
    login = services.normal_login(login)
    with writing():
        made = services.issue_link(_id_of(login))
    path, until = f"/password/link#{made.code}", made.expires_at.isoformat(timespec="minutes")
    if as_json:
        _print_json({"login": login, "path": path, "until": until})
        return
    click.echo(f"{path}")
    click.echo(f"It is shown only now and works once, until {until}; put the address of your site before it.")


@click.command("totp-reset")
@click.argument("login")
@click.option("--json", "as_json", is_flag=True)
def totp_reset(login: str, as_json: bool) -> None:
    """Take the second factor from a person who lost it; ends all their sessions."""
    login = services.normal_login(login)
    with writing():
        had = services.reset_factor(_id_of(login))
    if as_json:
        _print_json({"login": login, "had_factor": had})
        return
    click.echo(f"{login}: the second factor is removed." if had else f"{login}: there was no second factor.")


def _id_of(login: str) -> int:
    user_id = db.session.scalar(select(Account.id).where(Account.login == login))
    if user_id is None:
        raise NotFound(_("There is no user “%(login)s”.", login=login))
    return user_id


@click.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_command(as_json: bool) -> None:
    """Every person with roles and department."""
    people = _people()
    if as_json:
        _print_json(people)
        return
    for person in people:
        state = "" if person["active"] else "inactive"
        roles = ",".join(person["roles"]) or "—"
        click.echo(f"{person['login']:24} {roles:32} {person['department'] or '—'}  {person['name']} {state}".rstrip())


@click.command("establishment")
@click.option("--json", "as_json", is_flag=True)
def establishment_command(as_json: bool) -> None:
    """Planned and actual heads per post of every department."""
    rows = [
        {
            "department": row.node.name,
            "managers": {"planned": row.managers.planned, "actual": row.managers.actual},
            "staff": {"planned": row.staff.planned, "actual": row.staff.actual},
        }
        for row in establishment()
    ]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        posts = "  ".join(f"{post} {_heads(row[post])}" for post in ("managers", "staff"))
        click.echo(f"{row['department']:24} {posts}")


def _heads(post: Any) -> str:
    return f"{post['actual']}/{'—' if post['planned'] is None else post['planned']}"


@click.command()
@click.argument("login")
@click.option("--json", "as_json", is_flag=True)
def rights(login: str, as_json: bool) -> None:
    """What a person may do, and which roles allow it."""
    groups = rights_of(_id_of(services.normal_login(login)))
    found = {
        line.permission.key: [role for role, _added in line.by] for _t, lines in groups for line in lines if line.by
    }
    if as_json:
        _print_json(found)
        return
    for key, roles in found.items():
        click.echo(f"{key:40} {', '.join(roles)}")


def _people() -> list[dict[str, Any]]:
    """Everybody in two statements."""
    keys: dict[int, list[str]] = {}
    statement = select(AccountRole.user_id, AccountRole.role_key).join(Role, Role.key == AccountRole.role_key)
    for user_id, key in db.session.execute(statement.order_by(Role.position)):
        keys.setdefault(user_id, []).append(key)
    rows = db.session.execute(
        select(Account.id, Account.login, Account.name, Account.active, Department.name.label("department"))
        .join(Department, Department.id == Account.department_id, isouter=True)
        .order_by(Account.login)
    )
    return [
        {
            "login": row.login,
            "name": row.name,
            "roles": keys.get(row.id, []),
            "department": row.department,
            "active": row.active,
        }
        for row in rows
    ]


def _print_password(password: str) -> None:
    click.echo(f"One-time password: {password}")
    click.echo("It is shown only now and has to be changed at the first log-in.")


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
