"""Which documents can be made, and of which records."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select

from kezhi import NotFound, PluginError, User, acting_user, db, visible, visible_ids
from kezhi.i18n import _

from ..contributions import DocumentKind
from ..models import Issue

NOBODYS = -1


def kinds() -> dict[str, DocumentKind]:
    """The kinds of documents of all enabled plugins, by key."""
    found: dict[str, DocumentKind] = {}
    for plugin, kind in current_app.extensions["kezhi"].call.attributed.register_documents():
        if not kind.key.startswith(f"{plugin}."):
            raise PluginError(plugin, f"document {kind.key!r} must start with {plugin}.", stage="register_documents")
        found[kind.key] = kind
    return found


def kind_for(key: str) -> DocumentKind:
    """A kind that the acting user may make. Errors: ``NotFound``."""
    kind, user = kinds().get(key), acting_user()
    if kind is None or not (user.is_system or (user.can(kind.permission) and kind.audience(user))):
        raise NotFound(_("There is no such document."))
    return kind


def record_for(kind: DocumentKind, record_id: int) -> Any:
    """The record that a document is made of, if the acting user sees it. Errors: ``NotFound``."""
    record = db.session.scalars(visible(kind.model).where(kind.record_key == record_id)).one_or_none()
    if record is None:
        raise NotFound(_("There is no such document."))
    return record


def grants(user: User) -> Any:
    """The issued documents that a user may read: by the kind's right, of records that the user sees.

    Of a plugin that is not enabled none can be read. The selects name the table: the net must not narrow them again.
    """
    table, found = Issue.__table__.c, []
    for kind in kinds().values():
        if not (user.can(kind.read) and kind.audience(user)):
            continue
        conditions = [table.kind == kind.key]
        ids = visible_ids(kind.model, user)
        if ids is not None:
            conditions.append((table.customer_id if kind.is_about_customer else table.record_id).in_(ids))
        found.append(select(table.id).where(*conditions))
    return found or [select(table.id).where(table.id == NOBODYS)]
