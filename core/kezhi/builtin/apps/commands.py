"""``kezhi plugin …`` and ``kezhi doctor``."""

from __future__ import annotations

import sys

import click

from kezhi import Refused, lifecycle
from kezhi.cli import Context, print_json

from .removal import LONGEST_WAIT, preview_uninstall, uninstall
from .statuses import statuses


@click.group("plugin")
def plugin_group() -> None:
    """List, enable, disable, upgrade and uninstall apps."""


@plugin_group.command("list")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def plugin_list(context: Context, as_json: bool) -> None:
    """Every installed app and its state."""
    context.site.current_app()
    found = statuses(context.site)
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
    if action == "disable" and not yes:
        asked = [f"{', '.join(others)} will be disabled too."] if others else []
        asked += [f"{count} rows of {table} that it hides will be visible." for _name, table, count in preview.lifted]
        _ask(asked)
    changed = lifecycle.enable(site, name) if action == "enable" else lifecycle.disable(site, name, lift=True)
    if as_json:
        print_json({"plugin": name, f"{action}d": list(changed)})
    else:
        click.echo(f"{action}d: {', '.join(changed)}" if changed else f"{name} was {action}d already")


def _ask(texts: list[str]) -> None:
    """Go on only when a person says so; a script says it with --yes."""
    if texts and not sys.stdin.isatty():
        raise Refused(f"{' '.join(texts)} Add --yes to go on.")
    if texts:
        click.confirm(f"{' '.join(texts)} Go on?", abort=True, err=True)


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


@plugin_group.command("upgrade")
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def plugin_upgrade(context: Context, names: tuple[str, ...], as_json: bool) -> None:
    """Bring enabled apps (all of them without a NAME) up to their installed code; running workers follow."""
    site = context.site
    site.current_app()
    wanted = names or [status.name for status in statuses(site) if status.state == "stale"]
    done = [name for name in wanted if lifecycle.upgrade(site, name)]
    if as_json:
        print_json({"upgraded": done})
    else:
        click.echo(f"upgraded: {', '.join(done)}" if done else "everything is up to date already")


@plugin_group.command("uninstall")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--wait", default=LONGEST_WAIT, show_default=True, help="Seconds to wait for processes that still use it."
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def plugin_uninstall(context: Context, name: str, yes: bool, wait: float, as_json: bool) -> None:
    """Export the data of an app, then drop its tables and forget it."""
    removal = preview_uninstall(context.site, name)
    if removal.problems:
        raise Refused("; ".join(removal.problems))
    rows = ", ".join(f"{table}: {count}" for table, count in removal.rows.items()) or "no tables"
    if not yes:
        _ask([f"These rows will be exported and removed ({rows})."])
    path = uninstall(context.site, name, wait=wait)
    if as_json:
        print_json({"plugin": name, "rows": removal.rows, "export": str(path)})
    else:
        click.echo(f"uninstalled: {name} ({rows}); its data are in {path}")


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
