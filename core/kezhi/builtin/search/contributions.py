"""What plugins give to have their records found in the one search box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression

Text = Any


@dataclass(frozen=True, slots=True)
class SearchKind:
    """Records of a plugin that people look for, as data.

    ``key`` is the plugin's name, or starts with it (``trade``, ``trade.rates``). ``codes`` and ``names`` are columns of
    ``model``: numbers are found by how they start and by their digits, names by any part, by pinyin and by initials.
    A JSON column of texts per language counts as all its texts. While an app's records are being taken up, they are
    found by how these columns start, so those that people look for first are kept with an index.

    A result shows ``heading`` and behind it the ``notes``, expressions of one value each; it leads to ``endpoint`` with
    the record's key as ``argument``. Only who has ``permission`` finds records of this kind, and only those they see.
    ``list_endpoint`` is the list that takes the same words as ``q``.

    ``exact(text)`` is the condition on ``model`` for records that a complete number or address names which the database
    holds sealed (a blind index of it is compared), or None when ``text`` is none; it leaves out what the acting person
    may not read. Such values are never among ``codes`` and ``names``: the tokens would hold them in the clear.
    """

    key: str
    title: Text
    model: type
    endpoint: str
    argument: str
    permission: str
    heading: SQLColumnExpression[Any]
    codes: tuple[SQLColumnExpression[Any], ...] = ()
    names: tuple[SQLColumnExpression[Any], ...] = ()
    notes: tuple[SQLColumnExpression[Any], ...] = ()
    list_endpoint: str = ""
    exact: Callable[[str], ColumnElement[bool] | None] | None = None
    icon: str = "file-earmark"  #: name of a Bootstrap icon
    order: int = 50

    @property
    def record_id(self) -> Any:
        """The column with the record's id."""
        return self.model.id  # type: ignore[attr-defined]

    @property
    def signature(self) -> str:
        """What the tokens are made from: when it changes, they are made anew."""
        from .tokens import VERSION

        names = [f"{part}:{column.key}" for part in ("codes", "names") for column in getattr(self, part)]
        return f"{VERSION} {getattr(self.model, '__tablename__', '')} {' '.join(names)}"
