"""``kezhi plugin …`` and ``kezhi doctor``."""

from __future__ import annotations

import sys

import click

from kezhi import Refused, lifecycle
from kezhi.cli import Context, print_json


@click.group("plugin")
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


@click.command()
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
