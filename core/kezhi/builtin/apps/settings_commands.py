"""``kezhi settings …``: see and change what is in force, by the same forms as the pages."""

from __future__ import annotations

import sys
from typing import Any

import click
from flask import current_app
from werkzeug.datastructures import MultiDict

from kezhi import Refused, SecretField, acting_user, setting, writing
from kezhi.cli import print_json
from kezhi.i18n import gettext as _
from kezhi.settings import fields, snapshot

from .settings_views import store


@click.group("settings")
def settings_group() -> None:
    """The company's figures and choices, by app."""


@settings_group.command("list")
@click.argument("plugin", required=False)
@click.option("--json", "as_json", is_flag=True)
def settings_list(plugin: str | None, as_json: bool) -> None:
    """The settings in force; of a secret only whether there is one."""
    found: dict[str, Any] = {}
    for name in [plugin] if plugin else current_app.extensions["kezhi"].settings:
        for key, field in fields(name).items():
            secret = issubclass(field.field_class, SecretField)
            value = ("set" if (name, key) in snapshot() else "not set") if secret else setting(name, key)
            found[f"{name}.{key}"] = value if isinstance(value, (bool, int, list)) else str(value)
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        click.echo(f"{key:40} {value}")


@settings_group.command("set")
@click.argument("plugin")
@click.argument("key")
@click.argument("value")
def settings_set(plugin: str, key: str, value: str) -> None:
    """Change a setting; VALUE is read from standard input when it is a dash, so that a secret stays out of sight."""
    if not acting_user().can("apps.manage") or key not in fields(plugin):
        raise Refused(_("There is no setting “%(key)s”.", key=f"{plugin}.{key}"))
    text = sys.stdin.read().rstrip("\n") if value == "-" else value
    with current_app.test_request_context(method="POST"):
        form: Any = current_app.extensions["kezhi"].settings[plugin](meta={"csrf": False}, formdata=None)
        form[key].process(MultiDict({key: text}))
        if not form[key].validate(form):
            raise Refused("; ".join(str(message) for message in form[key].errors))
        data = form[key].data
    for other in fields(plugin):
        if other != key:
            form[other].data = setting(plugin, other) if not isinstance(form[other], SecretField) else ""
    form[key].data = data
    with writing():
        store(plugin, form, {})
    click.echo(f"{plugin}.{key} is set")
