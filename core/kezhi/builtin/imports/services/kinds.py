"""Which kinds of files there are, for whom. A kind one may not use is answered like one that does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from kezhi import NotFound, User, acting_user
from kezhi.i18n import _

from ..contributions import Exporter, Importer


def every_importer() -> list[Importer]:
    """The importers of all enabled plugins, whoever may use them."""
    found: list[Importer] = current_app.extensions["kezhi"].call.register_importers()
    return found


def permissions_of_kinds() -> dict[str, str]:
    """The right that each kind of imported file asks for; which kinds there are changes with the enabled apps only."""
    memo: dict[Any, Any] = current_app.extensions["kezhi"].host.memo
    if ("imports", "kinds") not in memo:
        memo["imports", "kinds"] = {importer.kind: importer.permission for importer in every_importer()}
    found: dict[str, str] = memo["imports", "kinds"]
    return found


def importers_of(user: User | None = None) -> dict[str, Importer]:
    """The importers that the user may use, by kind, in plugin order."""
    return _permitted(every_importer(), user)


def exporters_of(user: User | None = None) -> dict[str, Exporter]:
    """The exporters that the user may use, by kind, in plugin order."""
    return _permitted(current_app.extensions["kezhi"].call.register_exporters(), user)


def importer_for(kind: str, user: User | None = None) -> Importer:
    """The importer of a kind. Errors: ``NotFound``, naming the kinds there are."""
    found: Importer = _one(importers_of(user), kind)
    return found


def exporter_for(kind: str, user: User | None = None) -> Exporter:
    """The exporter of a kind. Errors: ``NotFound``, naming the kinds there are."""
    found: Exporter = _one(exporters_of(user), kind)
    return found


def _permitted(items: list[Any], user: User | None) -> dict[str, Any]:
    user = user or acting_user()
    return {item.kind: item for item in items if user.can(item.permission)}


def _one(found: Mapping[str, Any], kind: str) -> Any:
    if kind not in found:
        known = ", ".join(found) or "—"
        raise NotFound(_("There is no kind of file called “%(kind)s”. Kinds: %(known)s.", kind=kind, known=known))
    return found[kind]
