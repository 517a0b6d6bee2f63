"""What plugins give to make their records importable and exportable (CUS-08)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table

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
    ``suggest`` gets the texts of cells with a problem and answers for each the nearest values that the acting user may
    see, best first, with what a person calls them (``suggesting.nearest`` helps), in a constant number of statements.

    ``protect`` is the name of the protected field that the values go into (``Protected``): they are staged sealed, as
    text, and SQL can move them but not read them. ``index`` gives further staged values for such a one, its blind
    indexes, by which rows are matched.
    """

    key: str
    label: Text
    aliases: tuple[str, ...] = ()
    required: bool = False
    parse: Callable[[str], Any] = plain
    warn: Callable[[Any], Text | None] | None = None
    suggest: Callable[[Sequence[str]], Mapping[str, Sequence[tuple[str, str]]]] | None = None
    protect: str = ""
    index: Callable[[Any], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Journaled:
    """A table that an import of this kind writes, for reverting it.

    ``scope(batch)`` is the condition on ``table`` for the rows that the import may touch; it is asked before and after
    the import. ``columns(batch)`` names what it may write there (none: the table is left out). ``record`` is the
    column with the id of the record that a row is part of; ``unit`` that of what is reverted together or not at all,
    ``customer`` that of the customer whom the row is about. In a ``whole`` table a row that came since stands in the
    way as well as one that was changed: what stands there is one value in several rows.
    """

    table: Table
    scope: Callable[[Batch], ColumnElement[bool]]
    columns: Callable[[Batch], Sequence[str]]
    record: str = "id"
    unit: str = "id"
    customer: str | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Reversal:
    """How an import of this kind is reverted. The first table is that of the records, of ``model``.

    ``name`` is the SQL text by which a person knows a record, or several, of which protected columns may be some.
    ``goes`` names tables whose rows vanish with a record without standing in the way. ``begin(batch)`` runs before
    anything is put back, ``finish(batch)`` after it; both find what is reverted by ``reverted_rows``
    (``kezhi.builtin.imports.journal``).
    """

    model: type
    tables: tuple[Journaled, ...]
    name: ColumnElement[Any] | tuple[ColumnElement[Any], ...]
    goes: tuple[str, ...] = ()
    begin: Callable[[Batch], None] | None = None
    finish: Callable[[Batch], None] | None = None


@dataclass(frozen=True, slots=True)
class Importer:
    """How a kind of file becomes records. ``check`` and ``apply`` work set-based on the staged rows.

    ``check(batch)`` runs in an open write transaction: it reports problems that need the database (unknown customer),
    and sets ``target_id`` and ``action`` (create, update, unchanged) of every good row. ``apply(batch)`` carries out
    the rows with an action, in one transaction with what the core records. ``unique`` names the fields whose values may
    stand only once in a file. An empty cell leaves what is stored as it is. Imports without a ``reversal`` cannot be
    reverted.
    """

    kind: str
    title: Text
    permission: str
    fields: tuple[ImportField, ...]
    unique: tuple[str, ...]
    check: Callable[[Batch], None]
    apply: Callable[[Batch], None]
    reversal: Reversal | None = None


@dataclass(frozen=True, slots=True)
class Exporter:
    """How records become a file: a header and rows of text, streamed. Only what the acting user may see."""

    kind: str
    title: Text
    permission: str
    header: Sequence[str]
    rows: Callable[[], Iterator[Sequence[str]]]
