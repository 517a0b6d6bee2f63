"""``kezhi plugin check``."""

from __future__ import annotations

import click


@click.command("check")
@click.argument("name")
def check_command(name: str) -> None:
    """Check that an app is made right: every check of the conformance kit."""
