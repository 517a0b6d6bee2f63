"""What files tell in the timeline of the record that they hang on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from kezhi import TimelineEntry, User, db, visible
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..accounts.services import names_of_logins
from ..timeline.contributions import Source
from .models import File, Version
from .pages import icon_of, of_record
from .services.access import NARROWED, hangs_on


def sources(record: Any, user: User) -> list[Source]:
    """Versions as they were uploaded, of records whose files the user may see."""
    found = of_record(record)
    if found is None or not (user.can("files.use") and user.can(found[1].read)):
        return []
    plugin, attachment = found

    def entries(until: datetime | None, limit: int) -> list[TimelineEntry]:
        return uploads(plugin, attachment.kind, int(record.id), until, limit)

    return [Source("files.file", _l("Files"), entries, order=60)]


def uploads(plugin: str, kind: str, record_id: int, until: datetime | None, limit: int) -> list[TimelineEntry]:
    """The newest ``limit`` versions of a record's files, not later than ``until``. Two statements."""
    statement = visible(File).join(Version, Version.file_id == File.id).add_columns(Version)
    statement = statement.where(hangs_on(plugin, kind, record_id), File.deleted_at.is_(None))
    if until is not None:
        statement = statement.where(Version.uploaded_at <= until)
    newest = statement.order_by(Version.uploaded_at.desc(), Version.id.desc()).limit(limit)
    rows = db.session.execute(newest, execution_options=NARROWED).all()
    names = names_of_logins({version.uploaded_by for _file, version in rows})
    return [
        TimelineEntry(
            at=version.uploaded_at,
            title=version.name,
            who=names.get(version.uploaded_by, version.uploaded_by),
            icon=icon_of(version.name),
            tone="amber",
            text=_("File added") if version.number == 1 else _("Version %(number)s uploaded", number=version.number),
            url=url_for("files.show", file_id=file.id),
        )
        for file, version in rows
    ]
