"""What must always be true of files."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from kezhi import Check, Finding
from kezhi import lazy_gettext as _l
from kezhi.i18n import _, ngettext

from . import services, storage

SAMPLE = 50  #: blobs that are read through; ``kezhi files verify`` reads all
MOST = 20


def checks() -> list[Check]:
    """The checks of this builtin."""
    return [
        Check("files.blobs", _l("Every file has its content, as it was uploaded"), contents),
        Check("files.orphans", _l("No content lies in the blob folder without a file"), strays),
    ]


def contents(session: Session) -> Sequence[Finding]:
    """Rows without a blob, and blobs of a sample that have changed."""
    texts = {
        "missing": _("The content %(name)s is missing: restore it from a backup."),
        "changed": _("The content %(name)s is not what was uploaded: restore it from a backup."),
        "keyless": _(
            "The key of the content %(name)s is missing: restore the file of keys that belongs to the backup."
        ),
        "unreadable": _("The content %(name)s cannot be decrypted: restore it and its key from a backup."),
    }
    found = []
    for name, wrong in services.verify(session, SAMPLE):
        found.append(Finding(texts[wrong] % {"name": f"{name[:2]}/{name[2:4]}/{name}"}))
        if len(found) == MOST:
            break
    return found


def strays(session: Session) -> Sequence[Finding]:
    """What uploads that were cut off have left behind; the nightly sweep removes it."""
    count = len(services.orphans(session)) + len(storage.leftovers())
    if not count:
        return []
    text = ngettext(
        "%(num)s piece of content belongs to no file. The sweep (kezhi jobs) removes it tonight.",
        "%(num)s pieces of content belong to no file. The sweep (kezhi jobs) removes them tonight.",
        count,
    )
    return [Finding(text, level="advice")]
