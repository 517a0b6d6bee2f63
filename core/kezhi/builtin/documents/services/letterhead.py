"""The company's letterhead: one row, and a logo that is a file of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, select, update

from kezhi import Conflict, audit_record, db, setting
from kezhi.db import end_reading
from kezhi.i18n import _

from ...files import services as files
from ...files import storage
from ...files.models import File, Version
from ...protection.ring import KeyProblem
from ..models import LETTERHEAD, Letterhead

KIND = "letterhead"
LOGO_TYPES = ("png", "jpg", "jpeg")
FIELDS = ("company", "address", "phone", "email", "footer")


def letterhead() -> Letterhead:
    """The row."""
    return db.session.get_one(Letterhead, LETTERHEAD)


def save_letterhead(values: Mapping[str, str], seen: int, logo: files.Upload | None = None) -> Letterhead:
    """Change the letterhead, inside ``writing()``; documents issued before stay as they are. Errors: ``Conflict``."""
    wanted = {name: str(values.get(name) or "") for name in FIELDS}
    claim = update(Letterhead).where(Letterhead.id == LETTERHEAD, Letterhead.version == seen)
    result: Any = db.session.execute(
        claim.values(**wanted, version=seen + 1), execution_options={"synchronize_session": False}
    )
    if result.rowcount != 1:
        raise Conflict(_("Somebody else changed the letterhead while you were editing. Nothing has been saved."))
    if logo is not None:
        former = logo_version()
        if former is None:
            files.attach(logo, "documents", KIND, LETTERHEAD, by_code=True)
        else:
            files.add_version(former.file_id, logo, former.number)
    audit_record("document.letterhead", "documents.letterhead", LETTERHEAD, logo=logo is not None)
    found = letterhead()
    db.session.refresh(found)
    return found


def logo_version() -> Version | None:
    """The logo in force. It stands on every document, whoever makes it, so no access rule is asked."""
    newest = and_(Version.file_id == File.id, Version.number == File.latest)
    statement = select(Version).join(File, newest).where(File.plugin == "documents", File.kind == KIND)
    return db.session.scalars(
        statement.where(File.deleted_at.is_(None)).order_by(File.id.desc()).limit(1),
        execution_options={"kezhi_unscoped": True},
    ).one_or_none()


def head_and_foot() -> dict[str, Any]:
    """The letterhead as plain data, read in the open transaction; ``logo`` is (ending, blob) or None."""
    row, logo = letterhead(), logo_version()
    return {
        "company": row.company or str(setting("kezhi", "company")),
        "address": row.address,
        "phone": row.phone,
        "email": row.email,
        "footer": row.footer,
        "logo": (logo.name.rpartition(".")[2].lower(), logo.blob) if logo is not None else None,
    }


def logo_bytes(blob: str) -> bytes:
    """The picture. A logo whose content is gone is left out: a document is no place to find that out."""
    try:
        return b"".join(storage.read(blob))
    except (OSError, storage.Damaged, KeyProblem):
        return b""
    finally:
        end_reading()  # what is drawn now takes its time
