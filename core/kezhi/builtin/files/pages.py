"""What the pages and the panel show."""

from __future__ import annotations

from typing import Any

from flask import url_for

from kezhi import Panel, User
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from . import services
from .contributions import Attachment
from .forms import UploadForm
from .names import ending_of
from .services.access import Held, record_of
from .settings import endings

SHOWN = 8  #: files in a panel; the page has all
ICONS = {
    "pdf": "file-earmark-pdf",
    "docx": "file-earmark-word",
    "doc": "file-earmark-word",
    "docm": "file-earmark-word",
    "odt": "file-earmark-word",
    "xlsx": "file-earmark-excel",
    "xls": "file-earmark-excel",
    "xlsm": "file-earmark-excel",
    "ods": "file-earmark-excel",
    "csv": "file-earmark-spreadsheet",
    "pptx": "file-earmark-ppt",
    "ppt": "file-earmark-ppt",
    "odp": "file-earmark-ppt",
    "txt": "file-earmark-text",
    "zip": "file-earmark-zip",
}
IMAGES = ("png", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "svg")


def icon_of(name: str) -> str:
    """The icon of a file by its ending."""
    ending = ending_of(name)
    return "file-earmark-image" if ending in IMAGES else ICONS.get(ending, "file-earmark")


def size_text(size: int) -> str:
    """A size as people read it, rounded up: ``1.3 MB``."""
    for unit, one in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if size >= one:
            tenths = -(-size * 10 // one)
            return f"{tenths // 10}.{tenths % 10} {unit}" if tenths < 1000 else f"{-(-size // one):,} {unit}"
    return f"{size} B"


def limits_text() -> str:
    """What may be uploaded, for the upload form."""
    from kezhi import setting

    megabytes = setting("files", "most_megabytes")
    kinds = ", ".join(endings(setting("files", "types")))
    return str(_("At most %(size)s MB: %(kinds)s.", size=megabytes, kinds=kinds))


def accepted() -> str:
    """The ``accept`` attribute of the upload form."""
    from kezhi import setting

    return ",".join(f".{each}" for each in endings(setting("files", "types")))


def of_record(record: Any) -> tuple[str, Attachment] | None:
    """Plugin and attachment of a record's class, when files can hang on it."""
    for (plugin, _kind), attachment in services.attachments().items():
        if isinstance(record, attachment.model) and attachment.panel:
            return plugin, attachment
    return None


def panels(record: Any, user: User) -> list[Panel]:
    """The panel of a record: its files, and a form to add one."""
    found = of_record(record)
    if found is None or not (user.can("files.use") and user.can(found[1].read)):
        return []
    plugin, attachment = found
    record_id = int(record.id)
    url = url_for("files.index", plugin=plugin, kind=attachment.kind, record_id=record_id)

    def context() -> dict[str, Any]:
        held = services.files_of(plugin, attachment.kind, record_id)
        may_attach = attachment.may_attach(record if attachment.is_customer else customer_of(attachment, record), user)
        return {
            "files": held[:SHOWN],
            "count": len(held),
            "url": url,
            "may_attach": may_attach,
            "form": UploadForm(formdata=None) if may_attach else None,
            "limits": limits_text() if may_attach else "",
            "accepted": accepted() if may_attach else "",
            "back": True,
            "icon_of": icon_of,
            "size_text": size_text,
        }

    return [
        Panel(_l("Files"), "files/panel.html", context, icon="paperclip", link=url, link_text=_l("All files"), order=60,
              tab="files" if attachment.is_customer else "")
    ]  # fmt: skip


def customer_of(attachment: Attachment, record: Any) -> int | None:
    """The id of the customer whose data the files of a record hold, where that is known."""
    if attachment.is_customer:
        return int(record.id)
    return attachment.customer(record) if attachment.customer else None


def index_page(plugin: str, kind: str, record: Any) -> dict[str, Any]:
    """The page of a record's files."""
    from kezhi import acting_user

    attachment, record_id = services.attachment_for(plugin, kind), int(record.id)
    may_attach = attachment.may_attach(customer_of(attachment, record), acting_user())
    return {
        "attachment": attachment,
        "plugin": plugin,
        "kind": kind,
        "record_id": record_id,
        "files": services.files_of(plugin, kind, record_id),
        "deleted": services.files_of(plugin, kind, record_id, deleted=True) if may_attach else [],
        "may_attach": may_attach,
        "url": url_for("files.index", plugin=plugin, kind=kind, record_id=record_id),
        "back_url": attachment.page(record_id) if attachment.page else "",
        "limits": limits_text(),
        "accepted": accepted(),
        "icon_of": icon_of,
        "size_text": size_text,
    }


def file_page(held: Held) -> dict[str, Any]:
    """The page of one file: its versions, a newer one, taking it away."""
    from kezhi import acting_user

    from .services.changing import gone_on

    file = held.file
    attachment = services.attachment_for(file.plugin, file.kind)
    record_id = record_of(file)
    return {
        "file": file,
        "version": held.version,
        "versions": services.versions_of(file),
        "attachment": attachment,
        "may_attach": attachment.may_attach(file.customer_id, acting_user()),
        "record_url": url_for("files.index", plugin=file.plugin, kind=file.kind, record_id=record_id),
        "back_url": attachment.page(record_id) if attachment.page else "",
        "gone_on": gone_on(held),
        "limits": limits_text(),
        "accepted": accepted(),
        "icon_of": icon_of,
        "size_text": size_text,
    }
