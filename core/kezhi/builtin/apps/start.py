"""``kezhi init`` and ``kezhi serve``: the two commands that need no company yet, or no plugin code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


@click.command("init")
@click.option("--company", required=True, help="The company's name.")
@click.option("--admin", required=True, help="Login of the first administrator.")
@click.option("--currency", default="CNY", show_default=True, help="The company's currency.")
@click.option("--demo", is_flag=True, help="Fill in the demo company.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def init_command(context: Any, company: str, admin: str, currency: str, demo: bool, as_json: bool) -> None:
    """Set up the company and its first administrator, once."""
    from .setup import initialise

    site, password = initialise(context.config, company=company, admin=admin, currency=currency)
    if demo:
        from .demo import make_demo

        make_demo(site)
    if as_json:
        click.echo(json.dumps({"company": company, "admin": admin, "password": password}, ensure_ascii=False, indent=2))
        return
    click.echo(f"{company} is set up. Administrator: {admin}")
    click.echo(f"One-time password: {password}")
    click.echo("It is shown only now and has to be changed at the first log-in.")
    if demo:
        click.echo(f"Demo users and their passwords: {context.config.data / 'demo-users.txt'}")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64))
@click.option("--jobs/--no-jobs", default=True, show_default=True, help="Work off jobs as well.")
@click.option("--plugin", type=click.Path(path_type=Path), help="Folder of an app to run while it is being written.")
@click.option("--reload", is_flag=True, help="Start anew when a file of that app changes.")
@click.pass_obj
def serve_command(context: Any, /, plugin: Path | None, reload: bool, **serving: Any) -> None:
    """Serve the pages."""
    from kezhi.scaffold.live import serve_live

    from .serve import apart, prepare, serve

    if reload and (plugin is None or serving["workers"] > 1):
        raise click.UsageError("--reload goes with --plugin and one worker")
    if plugin is not None:
        serve_live(context.config, plugin, reload=reload, **serving)
        return
    apart(lambda: prepare(context.config))
    serve(context.config, **serving)
