"""The ``kezhi`` command. Groups of plugins (``kezhi grading …``) exist while their plugin is enabled."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from . import lifecycle
from .config import Config, from_environment
from .errors import KezhiError, Refused
from .permissions import acting_as
from .serve import serve
from .setup import initialise
from .site import Site


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


class Commands(click.Group):
    """Commands of the kernel and of the enabled plugins."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_plugin_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        return own if own is not None else _plugin_commands(ctx).get(cmd_name)


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


@kezhi.command()
@click.option("--company", required=True, help="The company's name.")
@click.option("--admin", required=True, help="Login of the first administrator.")
@click.option("--currency", default="CNY", show_default=True, help="The company's currency.")
@click.option("--demo", is_flag=True, help="Fill in the demo company.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def init(context: Context, company: str, admin: str, currency: str, demo: bool, as_json: bool) -> None:
    """Set up the company and its first administrator, once."""
    site, password = initialise(context.config, company=company, admin=admin, currency=currency)
    if demo:
        from .demo import make_demo

        make_demo(site)
    if as_json:
        print_json({"company": company, "admin": admin, "password": password})
        return
    click.echo(f"{company} is set up. Administrator: {admin}")
    click.echo(f"One-time password: {password}")
    click.echo("It is shown only now and has to be changed at the first log-in.")
    if demo:
        click.echo(f"Demo users and their passwords: {context.config.data / 'demo-users.txt'}")


@kezhi.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.pass_obj
def serve_command(context: Context, host: str, port: int, workers: int) -> None:
    """Serve the pages."""
    lifecycle.migrate_all(context.site)
    lifecycle.enable_builtins(context.site)
    context.site.close()
    serve(context.config, host=host, port=port, workers=workers)


@kezhi.group("plugin")
def plugin_group() -> None:
    """List, enable and disable apps."""


@plugin_group.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def plugin_list(context: Context, as_json: bool) -> None:
    """Every installed app and its state."""
    context.site.current_app()
    found = lifecycle.statuses(context.site)
    if as_json:
        keys = ("name", "version", "state", "essential", "depends", "reason")
        print_json([{key: getattr(status, key) for key in keys} for status in found])
        return
    for status in found:
        click.echo(f"{status.name:16} {status.version:10} {status.state:10} {status.reason}".rstrip())


def _change(context: Context, action: str, name: str, yes: bool, as_json: bool) -> None:
    site = context.site
    site.current_app()
    preview = (lifecycle.preview_enable if action == "enable" else lifecycle.preview_disable)(site, name)
    others = [other for other in preview.names if other != name]
    if others and action == "disable" and not yes:
        if not sys.stdin.isatty():
            raise Refused(f"{', '.join(others)} would be disabled too: add --yes")
        click.confirm(f"{', '.join(others)} will be disabled too. Go on?", abort=True, err=True)
    changed = (lifecycle.enable if action == "enable" else lifecycle.disable)(site, name)
    if as_json:
        print_json({"plugin": name, f"{action}d": list(changed)})
    else:
        click.echo(f"{action}d: {', '.join(changed)}" if changed else f"{name} was {action}d already")


@plugin_group.command("enable")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def plugin_enable(context: Context, name: str, yes: bool, as_json: bool) -> None:
    """Enable an app and what it needs."""
    _change(context, "enable", name, yes, as_json)


@plugin_group.command("disable")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Disable what needs it as well.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def plugin_disable(context: Context, name: str, yes: bool, as_json: bool) -> None:
    """Disable an app; its data stay."""
    _change(context, "disable", name, yes, as_json)


@kezhi.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def doctor(context: Context, as_json: bool) -> None:
    """Check the invariants; exit 1 names what is broken."""
    from .doctor import examine

    findings = examine(context.site)
    errors = [finding for finding in findings if finding["level"] == "error"]
    if as_json:
        print_json({"ok": not errors, "findings": findings})
    else:
        for finding in findings:
            click.echo(f"{finding['level']}: {finding['check']}: {finding['message']}", err=finding["level"] == "error")
        click.echo("all is well" if not findings else f"{len(errors)} broken, {len(findings) - len(errors)} advice")
    if errors:
        sys.exit(1)


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
    bare = bool(rest) and rest[0] in ("init", "serve")
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
