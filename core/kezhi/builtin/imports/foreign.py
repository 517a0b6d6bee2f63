"""Files that are something else than a table, told by their first bytes whatever they are called."""

from __future__ import annotations

import re

from kezhi import Refused
from kezhi.i18n import _, _l

LEGACY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  #: old .xls, and whatever a password protects
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  #: how the container of a protected .xlsx calls its content
HEAD = 1024
PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b", re.IGNORECASE)
XML = re.compile(rb"\s*<\?xml")

#: what other files begin with
SIGNS = (
    (b"%PDF", _l("a PDF document")),
    (b"\x89PNG\r\n", _l("a picture")),
    (b"\xff\xd8\xff", _l("a picture")),
    (b"GIF8", _l("a picture")),
    (b"{\\rtf", _l("a text document (RTF)")),
    (b"Rar!\x1a", _l("an archive")),
    (b"7z\xbc\xaf\x27\x1c", _l("an archive")),
    (b"\x1f\x8b\x08", _l("an archive")),
    (b"SQLite format 3\0", _l("a database")),
)


def refuse_foreign(content: bytes) -> None:
    """Errors: ``Refused``, saying what the file is and how to get a table out of it."""
    if content.startswith(LEGACY):
        if ENCRYPTED in content:
            raise Refused(_("The workbook is protected by a password. Save it without one."))
        raise Refused(
            _("The file is protected by a password or an old .xls file. Save it as .xlsx without a password.")
        )
    head = content[:HEAD].removeprefix(b"\xef\xbb\xbf")
    if PAGE.match(head):
        raise Refused(
            _(
                "The file is a web page, though its name may end in .xls. Open it in a spreadsheet program and save it"
                " as .xlsx."
            )
        )
    if XML.match(head):
        raise Refused(
            _("The file is XML and no table. Open it in a spreadsheet program and save it as .xlsx or as CSV UTF-8.")
        )
    for sign, kind in SIGNS:
        if head.startswith(sign):
            raise Refused(
                _("The file is %(kind)s and no table. Choose an .xlsx file or one with CSV UTF-8.", kind=kind)
            )
