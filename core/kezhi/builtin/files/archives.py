"""Looking into files that are ZIP archives: office files and plain ones. Nothing is unpacked to the disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from kezhi import Refused
from kezhi.i18n import _

from .kinds import Kind
from .unpacking import Limits, Unsafe, opened, pieces


class Openable(Protocol):
    """What was uploaded, to be looked into. ``size`` in bytes."""

    @property
    def size(self) -> int: ...

    def open(self) -> BinaryIO: ...


LIMITS = Limits(entries=5_000, unpacked=500 * 1024**2, ratio=100, small=10 * 1024**2)
LARGEST_TYPES = 1024**2  #: bytes of the list of content types
PROGRAMS = (
    ".exe",
    ".dll",
    ".com",
    ".scr",
    ".bat",
    ".cmd",
    ".js",
    ".vbs",
    ".jar",
    ".msi",
    ".ps1",
    ".sh",
    ".lnk",
    ".hta",
)
MACROS = ("vbaproject.bin", "vbadata.xml", "/macrosheets/", "/activex/", "/intlmacrosheets/")


def _refused(message: object) -> Refused:
    return Refused(message, field="file")


def _disagrees(ending: str) -> Refused:
    return _refused(_("The file ends in “.%(ending)s”, but does not hold that.", ending=ending))


@contextmanager
def _opened(content: Openable, ending: str) -> Iterator[zipfile.ZipFile]:
    """An archive that is safe to read: not a bomb, not locked, no entry outside of it."""
    with content.open() as file:
        if file.read(4) != b"PK\x03\x04":
            raise _disagrees(ending)
    try:
        with content.open() as file, opened(file, content.size, LIMITS) as archive:
            for entry in archive.infolist():
                for _piece in pieces(archive, entry):
                    pass
            yield archive
    except Unsafe as unsafe:
        raise _refused(_reason(unsafe)) from None


def _reason(unsafe: Unsafe) -> object:
    if unsafe.reason == "bomb":
        return _("The file unpacks to far more than it looks like. Such files are not taken.")
    if unsafe.reason == "locked":
        return _("The file is locked with a password, so it cannot be checked. Unlock it first.")
    return _("The file is damaged or packed in a way that cannot be checked.")


def inspect_office(content: Openable, ending: str, kind: Kind, allow_macros: bool) -> None:
    """An Office Open XML file of the kind its name says, without macros unless they are taken."""
    with _opened(content, ending) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        if "[content_types].xml" not in names:
            raise _disagrees(ending)
        entry = archive.getinfo(names["[content_types].xml"])
        types = archive.read(entry).decode("utf-8", "replace") if entry.file_size < LARGEST_TYPES else ""
        has_macros = "macroenabled" in types.lower() or any(sign in f"/{name}" for name in names for sign in MACROS)
        if has_macros and not allow_macros:
            raise _refused(_("The file holds macros, which are programs. Save it without macros, or as PDF."))
        if f"{kind.main}.main+xml" not in types and f"{kind.main}.macroEnabled.main+xml" not in types:
            raise _disagrees(ending)


def inspect_open(content: Openable, ending: str, kind: Kind, allow_macros: bool) -> None:
    """An OpenDocument file of the kind its name says, without macros unless they are taken."""
    with _opened(content, ending) as archive:
        names = archive.namelist()
        if "mimetype" not in names or archive.getinfo("mimetype").file_size > 200:
            raise _disagrees(ending)
        if archive.read("mimetype").decode("ascii", "replace").strip() != kind.media_type:
            raise _disagrees(ending)
        if not allow_macros and any(name.startswith(("Basic/", "Scripts/")) for name in names):
            raise _refused(_("The file holds macros, which are programs. Save it without macros, or as PDF."))


def inspect_archive(content: Openable, ending: str) -> None:
    """A plain archive without programs in it."""
    with _opened(content, ending) as archive:
        if any(name.lower().endswith(PROGRAMS) for name in archive.namelist()):
            raise _refused(_("The archive holds a program. Programs are not taken."))
