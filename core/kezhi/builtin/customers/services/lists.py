"""The company's lists of values (CUS-03). Stored is an entry's key, or what somebody wrote when no entry fits."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from flask import g
from sqlalchemy import select

from kezhi import db, localised
from kezhi.i18n import _l, is_chinese

from ..models import Customer, ListEntry
from .texts import name_key

#: Every list with its title. Each but the last two is a field of the record.
TITLES: dict[str, Any] = {
    "business_type": _l("Business types"),
    "stage": _l("Stages"),
    "region": _l("Regions"),
    "product_group": _l("Product groups"),
    "industry": _l("Industries"),
    "scale": _l("Enterprise scales"),
    "decision_role": _l("Roles in the purchase decision"),
}

Entry = dict[str, Any]
_TABLE = ListEntry.__table__
_COLUMNS = tuple(_TABLE.c)
_WORDS = select(_TABLE.c["list"], _TABLE.c.key, _TABLE.c.zh, _TABLE.c.en).order_by(_TABLE.c.position, _TABLE.c.id)
_ALL = select(*_COLUMNS).order_by(_TABLE.c.position, _TABLE.c.id)
_NAMES = [column.name for column in _COLUMNS]


class _Lists:
    """All entries of this request: by list in their order, by key, and by what people call them."""

    def __init__(self, rows: Iterable[Entry]) -> None:
        self.in_order: dict[str, list[Entry]] = {name: [] for name in TITLES}
        self.by_key: dict[tuple[str, str], Entry] = {}
        for row in rows:
            self.in_order.setdefault(row["list"], []).append(row)
            self.by_key[row["list"], row["key"]] = row

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Entry]:
        """An entry in use is meant before a retired one of the same name. Only who reads names needs this."""
        found: dict[tuple[str, str], Entry] = {}
        for row in sorted(self.by_key.values(), key=lambda row: row["retired_at"] is not None):
            for part in ("key", "zh", "en"):
                if name := name_key(row[part]):
                    found.setdefault((row["list"], name), row)
        return found


def _lists() -> _Lists:
    """Read once per request, in one statement."""
    found: _Lists | None = g.get("kezhi_customer_lists")
    if found is None:
        rows = db.session.connection().execute(_ALL)
        found = _Lists([dict(zip(_NAMES, row, strict=True)) for row in rows])
        g.kezhi_customer_lists = found
    return found


def forget() -> None:
    """Read the lists anew: one of them changed."""
    g.pop("kezhi_customer_lists", None)
    g.pop("kezhi_customer_words", None)


def all_entries(field: str) -> list[Entry]:
    """The entries of a list in their order, retired ones too."""
    return _lists().in_order.get(field, [])


def entries(field: str) -> list[Entry]:
    """The entries in force, in their order."""
    return [entry for entry in all_entries(field) if entry["retired_at"] is None]


def choices(field: str) -> list[tuple[str, str]]:
    """The entries in force, in their order: key, and what the present language shows."""
    one, other = ("zh", "en") if is_chinese() else ("en", "zh")
    return [(entry["key"], entry[one] or entry[other] or "") for entry in entries(field)]


def entry_of(field: str, key: str) -> Entry | None:
    """The entry with a key, retired or not."""
    return _lists().by_key.get((field, key))


def text_of(field: str, value: str) -> str:
    """How the present language shows a stored value; unknown ones as they were written."""
    entry = entry_of(field, value)
    return localised(entry) if entry is not None else value


def texts(field: str) -> dict[str, str]:
    """How the present language shows every entry of a list, by key, retired ones too."""
    chinese = is_chinese()
    kept: dict[str, list[tuple[str, str, str]]] | None = g.get("kezhi_customer_words")
    if kept is None:  # a page of the list needs the words of several lists, and nothing else of them
        kept = g.kezhi_customer_words = {}
        for name, key, zh, en in db.session.connection().execute(_WORDS):
            kept.setdefault(name, []).append((key, zh, en))
    return {key: ((zh or en) if chinese else (en or zh)) or "" for key, zh, en in kept.get(field, [])}


def key_of(field: str, text: str) -> str | None:
    """The key of the entry that ``text`` names, by key or by label in either language; None when there is none."""
    entry = _lists().by_name.get((field, name_key(text)))
    return None if entry is None else str(entry["key"])


def is_retired(field: str, key: str) -> bool:
    """Whether a key belongs to an entry that nobody is to choose any more."""
    entry = entry_of(field, key)
    return entry is not None and entry["retired_at"] is not None


# ── product groups, as the keys in the list's order joined by commas ────────────────────────────────────────────


def group_keys(value: str) -> list[str]:
    """The keys in a stored value of product groups."""
    return [key for key in value.split(",") if key]


def groups_text(keys: Iterable[str]) -> str:
    """The keys of product groups as one text, in the order of the list, each once."""
    wanted = set(keys)
    return ",".join(entry["key"] for entry in all_entries("product_group") if entry["key"] in wanted)


def groups_shown(value: str) -> str:
    """The names of product groups in the present language."""
    return separator().join(text_of("product_group", key) for key in group_keys(value))


def separator() -> str:
    """What stands between the names of several product groups in the present language."""
    return "、" if is_chinese() else ", "


# ── what a business type means ──────────────────────────────────────────────────────────────────────────────────


def special_price(customer: Customer) -> str:
    """On which goods a customer may get the special supply price: none (empty), ``part`` or ``all``.

    It follows the business type and nothing else (CUS-03).
    """
    entry = entry_of("business_type", customer.business_type)
    return str(entry["special_price"]) if entry is not None else ""


def special_price_types() -> dict[str, str]:
    """The keys of the business types with a special supply price, retired ones too, each with its extent."""
    return {entry["key"]: entry["special_price"] for entry in all_entries("business_type") if entry["special_price"]}
