"""What plugins give to have files attached to their records, and to have a say in downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kezhi import User

Text = Any

#: Files that hang on customers keep the customer's id in a column of its own, which merging and erasing follow.
CUSTOMERS = "customers_customer"


@dataclass(frozen=True, slots=True)
class Attachment:
    """Records that files hang on. Whoever sees the record (``visible``) and has ``read`` sees and downloads them.

    ``attach`` is the right to add, replace and delete them; empty when only the plugin's own code adds files.
    ``page`` gives the address of a record's page. ``panel`` shows the files there. ``customer`` gives the id of the
    customer whose data the files of a record hold: they are erased with that customer's personal data. ``looks_only``
    says of such a customer, or of its id, whether the acting person may only look: then the pages offer no change.
    """

    kind: str
    title: Text
    model: type
    read: str
    attach: str = ""
    page: Callable[[int], str] | None = None
    panel: bool = True
    customer: Callable[[Any], int | None] | None = None
    looks_only: Callable[[Any], bool] | None = None

    @property
    def key(self) -> Any:
        """The column of ``model`` that names a record."""
        return self.model.id  # type: ignore[attr-defined]

    def may_attach(self, customer: Any, user: User) -> bool:
        """Whether pages offer the files of a record with this customer (the record or its id) to be changed."""
        allowed = bool(self.attach) and user.can(self.attach)
        return allowed and not (customer and self.looks_only and self.looks_only(customer))

    @property
    def is_customer(self) -> bool:
        """Whether the records are the customers themselves."""
        return getattr(self.model, "__tablename__", "") == CUSTOMERS


@dataclass(frozen=True, slots=True)
class Stop:
    """A download that may not be: ``reason`` is shown to the person."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Wrap:
    """A download that is changed on its way: ``change`` gets the bytes in pieces and gives others (a watermark).

    ``note`` says in the audit entry what was done.
    """

    change: Callable[[Iterator[bytes]], Iterator[bytes]]
    note: str
