"""``kezhi trade …``."""

from __future__ import annotations

import click

from kezhi import writing
from kezhi.i18n import ngettext


@click.command("refresh")
def refresh() -> None:
    """Compute the order summary of every customer anew."""
    from .services import refresh_summary

    with writing():
        count = refresh_summary()
    click.echo(ngettext("%(num)s customer has orders.", "%(num)s customers have orders.", count))
