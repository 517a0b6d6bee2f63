"""Settings per plugin: rows of JSON, read once per request; a plugin's form class says which there are.

The field's default is the shipped value. A secret is stored encrypted with the site's settings key and never shown.
"""

from __future__ import annotations

import base64
import os
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from flask import current_app, g
from sqlalchemy import delete, insert, select
from wtforms import DateField, DecimalField, Field, HiddenField, PasswordField

from . import audit, clock
from .db import db
from .errors import Refused
from .forms import Form
from .i18n import gettext as _
from .permissions import acting_user, context_values
from .tables import setting as table

#: The kernel's own settings and their defaults.
DEFAULTS: dict[tuple[str, str], Any] = {
    ("kezhi", "company"): "",
    ("kezhi", "currency"): "CNY",
    ("kezhi", "zone"): "Asia/Shanghai",
    ("kezhi", "locale"): "zh_Hans_CN",
    ("kezhi", "demo"): False,
}
ALL = select(table.c.plugin, table.c.key, table.c.value)  # made once: every request asks it


class SettingsForm(Form):
    """Base of a plugin's settings: one field per setting, its default is the shipped value."""


class SecretField(PasswordField):
    """A setting that is stored encrypted and never shown again; left empty it stays as it is."""


def snapshot() -> dict[tuple[str, str], Any]:
    """All settings of this request or command as they are stored, one statement for all of them."""
    found: dict[tuple[str, str], Any] | None = context_values().get("kezhi_settings")
    if found is None:
        rows = db.session.connection().execute(ALL).all()
        found = {(row.plugin, row.key): row.value for row in rows}
        g.kezhi_settings = found
    return found


def fields(plugin: str) -> dict[str, Any]:
    """The unbound fields of a plugin's settings by key, in their order; empty when it has none."""
    return _fields(current_app.extensions["kezhi"].settings.get(plugin, SettingsForm))


@cache
def _fields(form: type[SettingsForm]) -> dict[str, Any]:
    named = [(name, getattr(form, name)) for name in dir(form) if hasattr(getattr(form, name), "field_class")]
    kept = [pair for pair in named if not issubclass(pair[1].field_class, HiddenField)]
    return dict(sorted(kept, key=lambda pair: pair[1].creation_counter))


def setting(plugin: str, key: str, default: Any = None) -> Any:
    """The value in force: the company's, else the shipped default of the plugin's form, else ``default``.

    Errors: ``LookupError`` for a key that neither the plugin's form nor the caller knows a value of.
    """
    known = fields(plugin)
    if known and key not in known and default is None:
        raise LookupError(f"the settings of {plugin} have no field {key!r}")
    values = snapshot()
    if (plugin, key) in values:
        return from_json(plugin, key, known.get(key), values[plugin, key])
    if key in known:
        shipped = known[key].kwargs.get("default")
        return shipped() if callable(shipped) else shipped
    return DEFAULTS.get((plugin, key), default)


def set_setting(plugin: str, key: str, value: Any) -> None:
    """Store a value in the open write transaction and audit it, without the value."""
    known = fields(plugin).get(key)
    db.session.execute(delete(table).where(table.c.plugin == plugin, table.c.key == key))
    if not (value is None and known is not None and issubclass(known.field_class, SecretField)):
        row = {"plugin": plugin, "key": key, "value": to_json(plugin, key, known, value)}
        db.session.execute(insert(table).values(row | {"changed_at": clock.now(), "changed_by": acting_user().login}))
    audit.record("setting.change", "setting", f"{plugin}.{key}")
    g.pop("kezhi_settings", None)


def to_json(plugin: str, key: str, field: Any, value: Any) -> Any:
    """A value as it is stored."""
    if field is not None and issubclass(field.field_class, SecretField):
        nonce = os.urandom(12)
        sealed = _cipher().encrypt(nonce, str(value).encode(), f"{plugin}.{key}".encode())
        return base64.b64encode(nonce + sealed).decode()
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value


def from_json(plugin: str, key: str, field: Any, stored: Any) -> Any:
    """A stored value as code uses it. Errors: ``Refused`` for a secret of another key file."""
    kind: type[Field] = field.field_class if field is not None else Field
    if issubclass(kind, SecretField):
        data = base64.b64decode(stored)
        try:
            return _cipher().decrypt(data[:12], data[12:], f"{plugin}.{key}".encode()).decode()
        except Exception as error:
            message = _("The secret %(key)s cannot be read with this key file: enter it anew.", key=f"{plugin}.{key}")
            raise Refused(message) from error
    if issubclass(kind, DateField) and stored is not None:
        return date.fromisoformat(stored)
    return Decimal(stored) if issubclass(kind, DecimalField) and stored is not None else stored


def _cipher() -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(current_app.config["KEZHI_KEYS"]["settings"])


def currency() -> str:
    """The company's currency code."""
    return str(snapshot().get(("kezhi", "currency"), DEFAULTS["kezhi", "currency"]))
