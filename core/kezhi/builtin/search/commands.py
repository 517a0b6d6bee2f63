"""``kezhi search``."""

from __future__ import annotations

import json

import click

from kezhi import Refused
from kezhi.i18n import _, ngettext


@click.group("search")
def search_group() -> None:
    """Find records, and keep what the search looks into."""


@search_group.command("rebuild")
@click.argument("kinds", nargs=-1)
def rebuild_command(kinds: tuple[str, ...]) -> None:
    """Make what the search looks into anew, of all records or of some KINDS of them.

    People can search meanwhile; records are found by the beginning of their code or name until they are done.
    """
    from .services import every_kind, rebuild

    known = every_kind()
    unknown = [kind for kind in kinds if kind not in known]
    if unknown:
        raise Refused(
            _("There is no kind “%(kind)s”. Kinds: %(known)s.", kind=unknown[0], known=", ".join(known) or "—")
        )
    done = 0

    def told(kind: str, count: int) -> None:
        nonlocal done
        done += count
        if done % 10_000 < count:
            click.echo(f"{kind}: {done:,}", err=True)

    count = rebuild(list(kinds) or list(known), told)
    click.echo(ngettext("%(num)s record taken up.", "%(num)s records taken up.", count))


@search_group.command("find")
@click.argument("text")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100), help="Of each kind.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON document.")
def find_command(text: str, limit: int, as_json: bool) -> None:
    """Find records by TEXT: a code, a name or part of it, pinyin or initials."""
    from .services import find

    groups = find(text, limit)
    if as_json:
        document = [
            {
                "kind": group.key,
                "more": group.more,
                "records": [{"id": hit.id, "heading": hit.heading, "notes": list(hit.notes)} for hit in group.hits],
            }
            for group in groups
        ]
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for group in groups:
        click.echo(f"{group.title}{' …' if group.more else ''}")
        for hit in group.hits:
            click.echo("  " + "  ".join((hit.heading, *hit.notes)))
