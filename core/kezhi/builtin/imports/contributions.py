"""What plugins give to make their records importable and exportable (CUS-08)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .models import Batch

Text = Any


def plain(text: str) -> str:
    """The trimmed text itself."""
    return text.strip()


@dataclass(frozen=True, slots=True)
class ImportField:
    """A field that a column of a file can fill.

    A column is recognised by the field's ``key``, its label in either language, or an alias (case, blanks and
    underscores do not count). ``parse`` gets the trimmed, non-empty text of a cell and answers a JSON value; it raises
    ``Refused`` with the reason. ``warn`` gets that value and answers a warning or None: the value is kept as written.
    """

    key: str
    label: Text
    aliases: tuple[str, ...] = ()
    required: bool = False
    parse: Callable[[str], Any] = plain
    warn: Callable[[Any], Text | None] | None = None


@dataclass(frozen=True, slots=True)
class Importer:
    """How a kind of file becomes records. ``check`` and ``apply`` work set-based on the staged rows.

    ``check(batch)`` runs in an open write transaction: it reports problems that need the database (unknown customer),
    and sets ``target_id`` and ``action`` (create, update, unchanged) of every good row. ``apply(batch)`` carries out
    the rows with an action, in one transaction with what the core records. ``unique`` names the fields whose values may
    stand only once in a file. An empty cell leaves what is stored as it is.
    """

    kind: str
    title: Text
    permission: str
    fields: tuple[ImportField, ...]
    unique: tuple[str, ...]
    check: Callable[[Batch], None]
    apply: Callable[[Batch], None]


@dataclass(frozen=True, slots=True)
class Exporter:
    """How records become a file: a header and rows of text, streamed. Only what the acting user may see."""

    kind: str
    title: Text
    permission: str
    header: Sequence[str]
    rows: Callable[[], Iterator[Sequence[str]]]
