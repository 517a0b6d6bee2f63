"""The demo company: every plugin makes its own part through the services that pages and commands use.

The content is the same every time (one seed); only the passwords are new. They stand in ``demo-users.txt`` in the data
folder, mode 600, one line per user: login, role, password, separated by tabs.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import click
from flask import current_app

from kezhi import Demo, Refused, User, clock, lifecycle, set_setting, writing
from kezhi.discover import discover
from kezhi.site import Site

#: plugins that the demo company uses when they are installed
APPS = ("trade", "grading", "credit", "complaints")
USERS_FILE = "demo-users.txt"


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody of the demo company, with the password that is shown once."""

    login: str
    role: str
    name: str
    password: str


@dataclass
class DemoContext:
    """What the makers share. ``notes`` holds what one maker leaves for the next (``notes["customers"]`` …)."""

    random: Random
    today: date
    users: list[DemoUser] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def with_role(self, role: str) -> list[DemoUser]:
        """The demo users who have ``role``."""
        return [user for user in self.users if user.role == role]

    def person(self, role: str) -> User:
        """The first demo user with ``role``, to act as."""
        found: User | None = current_app.extensions["kezhi"].call.user_by_login(login=self.with_role(role)[0].login)
        if found is None:
            raise Refused(f"the demo company has nobody with the role {role}")
        return found


def make_demo(site: Site) -> None:
    """Fill in the demo company. Errors: ``Refused`` when this installation already has people or data of its own."""
    installed = discover()
    for name in APPS:
        if name in installed:
            lifecycle.enable(site, name)
    site.current_app()
    with site.app.app_context():
        kernel = site.app.extensions["kezhi"]
        context = DemoContext(random=Random(20260701), today=clock.today())  # noqa: S311 - not for secrets
        makers: list[Demo] = sorted(kernel.call.demo_data(), key=lambda demo: demo.order)
        if not makers:
            raise Refused("no app has a part of the demo company")
        with writing():
            set_setting("kezhi", "demo", True)
        for maker in makers:
            maker.make(context)
    path = site.config.data / USERS_FILE
    write_users(path, context.users)
    for user in context.users:
        click.echo(f"{user.login}\t{user.role}\t{user.password}", err=True)


def write_users(path: Path, users: list[DemoUser]) -> None:
    """The file of logins and passwords, readable by its owner only."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        for user in users:
            file.write(f"{user.login}\t{user.role}\t{user.password}\n")
