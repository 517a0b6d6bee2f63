"""The kinds of files whose content can be told, by the ending of their names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Family = Literal["magic", "office", "open", "archive", "old-office", "text", "svg"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file with an ending must hold. ``magic``: (offset, bytes) that must stand there, one of them."""

    media_type: str
    family: Family
    magic: tuple[tuple[int, bytes], ...] = ()
    main: str = ""  #: the part of an office file's main content type that names its program
    macros: bool = False  #: a kind that exists to hold macros


OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN = "application/vnd.oasis.opendocument"
OLE = ((0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),)
JPEG = Kind("image/jpeg", "magic", ((0, b"\xff\xd8\xff"),))
TIFF = Kind("image/tiff", "magic", ((0, b"II*\0"), (0, b"MM\0*")))

KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", "magic", ((0, b"%PDF-"),)),
    "docx": Kind(f"{OFFICE}.wordprocessingml.document", "office", main="wordprocessingml.document"),
    "xlsx": Kind(f"{OFFICE}.spreadsheetml.sheet", "office", main="spreadsheetml.sheet"),
    "pptx": Kind(f"{OFFICE}.presentationml.presentation", "office", main="presentationml.presentation"),
    "docm": Kind("application/vnd.ms-word.document.macroEnabled.12", "office", main="ms-word.document", macros=True),
    "xlsm": Kind("application/vnd.ms-excel.sheet.macroEnabled.12", "office", main="ms-excel.sheet", macros=True),
    "pptm": Kind(
        "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
        "office",
        main="ms-powerpoint.presentation",
        macros=True,
    ),
    "odt": Kind(f"{OPEN}.text", "open"),
    "ods": Kind(f"{OPEN}.spreadsheet", "open"),
    "odp": Kind(f"{OPEN}.presentation", "open"),
    # whether these hold macros cannot be told without reading their whole structure: taken only where macros are
    "doc": Kind("application/msword", "old-office", OLE, macros=True),
    "xls": Kind("application/vnd.ms-excel", "old-office", OLE, macros=True),
    "ppt": Kind("application/vnd.ms-powerpoint", "old-office", OLE, macros=True),
    "png": Kind("image/png", "magic", ((0, b"\x89PNG\r\n\x1a\n"),)),
    "jpg": JPEG,
    "jpeg": JPEG,
    "gif": Kind("image/gif", "magic", ((0, b"GIF87a"), (0, b"GIF89a"))),
    "webp": Kind("image/webp", "magic", ((8, b"WEBP"),)),
    "tif": TIFF,
    "tiff": TIFF,
    "svg": Kind("image/svg+xml", "svg"),
    "txt": Kind("text/plain", "text"),
    "csv": Kind("text/csv", "text"),
    "zip": Kind("application/zip", "archive"),
}
#: taken unless the company decides otherwise; an archive may hold anything
USUAL = tuple(name for name, kind in KINDS.items() if not kind.macros and kind.family != "archive")
