"""Words for keys that are stored."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l

from .services.notices import EMAIL, PERSON, POST

WAY_LABELS: dict[str, Any] = {POST: _l("By post"), EMAIL: _l("By e-mail"), PERSON: _l("In person")}
