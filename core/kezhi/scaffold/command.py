"""``kezhi plugin new``."""

from __future__ import annotations

import click


@click.command("new")
@click.argument("name")
def new_command(name: str) -> None:
    """Start a new app: write a complete distribution to ./kezhi-NAME."""
