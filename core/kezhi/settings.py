"""Settings per plugin: rows of JSON, read once per request."""

from __future__ import annotations

from typing import Any

from flask import g
from sqlalchemy import delete, insert, select

from . import audit, clock
from .db import db
from .forms import Form
from .permissions import acting_user
from .tables import setting as table

#: The kernel's own settings and their defaults.
DEFAULTS: dict[tuple[str, str], Any] = {
    ("kezhi", "company"): "",
    ("kezhi", "currency"): "CNY",
    ("kezhi", "zone"): "Asia/Shanghai",
    ("kezhi", "locale"): "zh_Hans_CN",
    ("kezhi", "demo"): False,
}


def snapshot() -> dict[tuple[str, str], Any]:
    """All settings of this request or command, one statement for all of them."""
    found: dict[tuple[str, str], Any] | None = g.get("kezhi_settings")
    if found is None:
        rows = db.session.execute(select(table.c.plugin, table.c.key, table.c.value)).all()
        found = {(row.plugin, row.key): row.value for row in rows}
        g.kezhi_settings = found
    return found


def setting(plugin: str, key: str, default: Any = None) -> Any:
    """The value in force: the company's, else the shipped default, else ``default``."""
    values = snapshot()
    if (plugin, key) in values:
        return values[plugin, key]
    return DEFAULTS.get((plugin, key), default)


def set_setting(plugin: str, key: str, value: Any) -> None:
    """Store a value in the open write transaction and audit it."""
    db.session.execute(delete(table).where(table.c.plugin == plugin, table.c.key == key))
    row = {"plugin": plugin, "key": key, "value": value, "changed_at": clock.now(), "changed_by": acting_user().login}
    db.session.execute(insert(table).values(row))
    audit.record("setting.change", "setting", f"{plugin}.{key}")
    g.pop("kezhi_settings", None)


class SettingsForm(Form):
    """Base of a plugin's settings: one field per setting, its default is the shipped value."""


def currency() -> str:
    """The company's currency code."""
    return str(setting("kezhi", "currency"))
