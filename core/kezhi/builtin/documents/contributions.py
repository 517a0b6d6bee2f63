"""What plugins give to have documents made of their records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kezhi import Choice, User

Text = Any
Format = Literal["pdf", "xlsx", "docx"]

#: the records that merging and erasing follow
CUSTOMERS = "customers_customer"


@dataclass(frozen=True, slots=True)
class Content:
    """What a document says, as plain data: ``data`` goes into the templates as it is.

    ``subject`` says whose or which (a customer's name, a year): the register shows it, erasing a customer blanks it.
    ``data`` holds text, whole numbers, booleans, lists and mappings with text keys.
    """

    subject: str
    data: Mapping[str, Any]
    note: str = ""  #: under the title


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: facts, then a table. ``kinds`` says per column what its cells are.

    Kinds: text, count, decimal, money, date. Cells are text, int, Decimal, date or None; ``widths`` in characters.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    kinds: Sequence[str] = ()
    widths: Sequence[int] = ()
    facts: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of document that is made of one record.

    ``key`` starts with the plugin's name. Documents are made and issued by who has ``permission`` and sees the record;
    they are read by who has ``read``, sees the record, and whom ``audience`` accepts. ``make(record_id, variant)``
    gives the content, reading as the acting user; ``variants(record_id)`` are what there is to choose from.

    ``pdf`` is a typst file and ``docx`` a Word file in the plugin's package; ``sheets(content)`` lays out the workbook.
    """

    key: str
    title: Text
    model: type
    prefix: str  #: of its numbers: ``KP`` gives KP-2026-0001
    permission: str
    read: str
    make: Callable[[int, str], Content]
    pdf: Path | None = None
    docx: Path | None = None
    sheets: Callable[[Content], Sequence[Sheet]] | None = None
    variants: Callable[[int], Sequence[Choice]] | None = None
    audience: Callable[[User], bool] = field(default=lambda user: True)
    page: Callable[[int], str] | None = None
    keep_years: int = 5

    @property
    def record_key(self) -> Any:
        """The column of ``model`` that names a record."""
        return self.model.id  # type: ignore[attr-defined]

    @property
    def is_about_customer(self) -> bool:
        """Whether the record is a customer."""
        return getattr(self.model, "__tablename__", "") == CUSTOMERS

    @property
    def formats(self) -> tuple[Format, ...]:
        """The formats it comes in, the first is offered first."""
        there: tuple[tuple[Format, Any], ...] = (("pdf", self.pdf), ("xlsx", self.sheets), ("docx", self.docx))
        return tuple(name for name, source in there if source is not None)
