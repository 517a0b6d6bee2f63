"""``kezhi plugin new``."""

from __future__ import annotations

from pathlib import Path

import click

from .render import project, render


@click.command("new")
@click.argument("name")
@click.option("--title", help="What people read, in English. [default: the name]")
@click.option("--title-zh", help="The same in Chinese. [default: the English title]")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    show_default=True,
    help="The folder to make kezhi-NAME in.",
)
def new_command(name: str, title: str | None, title_zh: str | None, into: Path) -> None:
    """Start a new app: write a complete distribution to ./kezhi-NAME."""
    folder = render(project(name, title, title_zh), into)
    click.echo(f"{folder} is written: a working app, with its tests. What to do with it:")
    click.echo(f"  pip install -e '{folder}[test]' && pytest {folder}")
    click.echo(f"  kezhi serve --plugin {folder} --reload    serves it while you change it")
    click.echo(f"  kezhi plugin check {name}    kezhi plugin enable {name}")
