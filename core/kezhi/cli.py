"""The ``kezhi`` command. Groups of plugins (``kezhi grading …``) exist while their plugin is enabled."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from .builtin.apps.start import init_command, serve_command
from .builtin.protection.backup_commands import restore_command
from .config import Config, from_environment
from .errors import KezhiError, Refused
from .permissions import acting_as
from .scaffold.command import new_command
from .site import Site
from .testing.command import check_command


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


class Context:
    """What commands share: the configuration, and the site once a command needs it."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._site: Site | None = None

    @property
    def site(self) -> Site:
        if self._site is None:
            self._site = Site(self.config)
        return self._site

    def close(self) -> None:
        if self._site is not None:
            self._site.close()


class Commands(click.Group):
    """Commands of the kernel and of the enabled plugins."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_plugin_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        if own is not None and not isinstance(own, click.Group):
            return own
        added = _plugin_commands(ctx).get(cmd_name)
        if isinstance(own, click.Group) and isinstance(added, click.Group):
            return click.Group(own.name, {**added.commands, **own.commands}, help=own.help)
        return own or added


def _plugin_commands(ctx: click.Context) -> dict[str, click.Command]:
    """Every enabled plugin's commands under its name; essential builtins put theirs at the top (``kezhi import``)."""
    context: Context = ctx.ensure_object(Context) if ctx.obj is None else ctx.obj
    try:
        app = context.site.app
    except KezhiError:
        return {}  # not set up yet: only the kernel's own commands
    found: dict[str, click.Command] = {}
    with app.app_context():
        for plugin, command in app.extensions["kezhi"].call.attributed.register_commands():
            if app.extensions["kezhi"].plugins[plugin].essential:
                found[command.name or ""] = command
                continue
            group = found.setdefault(plugin, click.Group(plugin, help=f"Commands of {plugin}."))
            assert isinstance(group, click.Group)
            group.add_command(command)
    return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kezhi")
def kezhi() -> None:
    """Kezhi 客制: customer-management policies that run. Add --as LOGIN to any command to act as that person."""


@kezhi.group("plugin")
def plugin_group() -> None:
    """Apps: list, enable, upgrade, remove; start a new one and check it."""


kezhi.add_command(init_command)
kezhi.add_command(serve_command)
kezhi.add_command(restore_command)
plugin_group.add_command(new_command)
plugin_group.add_command(check_command)


def split_acting_user(arguments: Sequence[str]) -> tuple[list[str], str | None]:
    """Take ``--as LOGIN`` out of the arguments, wherever it stands."""
    rest, login, left = list[str](), None, iter(arguments)
    for argument in left:
        if argument == "--":
            return [*rest, argument, *left], login
        if argument == "--as":
            login = next(left, None)
            if login is None:
                raise Refused("--as needs a login")
        elif argument.startswith("--as="):
            login = argument[5:]
        else:
            rest.append(argument)
    return rest, login


def run(arguments: Sequence[str], config: Config | None = None) -> None:
    """Run a command as the named person, else as the system; failures raise."""
    rest, login = split_acting_user(arguments)
    context = Context(config or from_environment())
    try:
        _run(context, rest, login)
    finally:
        context.close()  # whoever runs many commands in one process must not run out of connections


def _run(context: Context, rest: list[str], login: str | None) -> None:
    bare = " ".join(rest[:1]) in ("init", "serve", "restore") or " ".join(rest[:2]) in ("plugin new", "plugin check")
    if bare and login:
        raise Refused(f"kezhi {rest[0]} is run by the system; leave --as out")
    if bare or any(argument in ("--help", "-h", "--version") for argument in rest) or not rest:
        kezhi.main(rest, prog_name="kezhi", obj=context, standalone_mode=False)
        return
    with context.site.app.app_context():
        if login is None:
            kezhi.main(rest, prog_name="kezhi", obj=context, standalone_mode=False)
            return
        user = context.site.app.extensions["kezhi"].call.user_by_login(login=login)
        if user is None or not user.is_active:
            raise Refused(f"no active user {login!r}")
        with acting_as(user):
            kezhi.main(rest, prog_name="kezhi", obj=context, standalone_mode=False)


def main() -> None:
    """Entry point: messages on standard error, exit status 1 for refusals and 2 for wrong usage."""
    try:
        run(sys.argv[1:])
    except click.exceptions.Abort:
        click.echo("kezhi: stopped, nothing was changed", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except KezhiError as error:
        click.echo(f"kezhi: {error}", err=True)
        sys.exit(1)
