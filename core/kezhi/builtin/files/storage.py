"""The blob folder: bytes under random names, whole or not there.

``write`` and ``read`` are the only places where the bytes of files pass: what seals them at rest goes in here.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from kezhi import Refused
from kezhi.i18n import _

PIECE = 256 * 1024
GRACE = 24 * 3600  #: seconds before what belongs to no row is litter: longer than any upload or transaction lasts
TEMPORARY = "tmp"


class Readable(Protocol):
    """What gives bytes in pieces: an upload, an open file."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes on the disk, not yet under their name. ``size`` and ``sha256`` are those of the content."""

    path: Path
    size: int
    sha256: str


def folder() -> Path:
    """The blob folder of this site, beside its database's data."""
    path: Path = current_app.extensions["kezhi"].config.data / "blobs"
    return path


def path_of(name: str) -> Path:
    """Where a blob lies: ``ab/cd/abcd…``."""
    return folder() / name[:2] / name[2:4] / name


def write(source: Readable, most: int) -> Written:
    """Stream ``source`` into a temporary file on the blobs' own disk. Errors: ``Refused`` beyond ``most`` bytes."""
    place = folder() / TEMPORARY
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, size, digest = place / secrets.token_hex(16), 0, hashlib.sha256()
    try:
        with path.open("xb") as target:
            os.chmod(path, 0o600)
            while piece := source.read(PIECE):
                size += len(piece)
                if size > most:
                    raise Refused(_("The file is larger than %(most)s MB.", most=f"{most // 1024**2:,}"), field="file")
                digest.update(piece)
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Written(path, size, digest.hexdigest())


def keep(written: Written) -> str:
    """Give written bytes their name, for good; answers it."""
    name = secrets.token_hex(32)
    target = path_of(name)
    made = [parent for parent in (target.parent.parent, target.parent) if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(written.path, target)
    _sync(target.parent)
    for parent in made:
        _sync(parent.parent)
    return name


def discard(written: Written) -> None:
    """Remove bytes that did not get a name."""
    written.path.unlink(missing_ok=True)


def remove(name: str) -> None:
    """Remove a blob that no row names any more."""
    path_of(name).unlink(missing_ok=True)


def read(name: str) -> Iterator[bytes]:
    """The content of a blob in pieces. Errors: ``FileNotFoundError`` before the first piece."""
    return _pieces(path_of(name).open("rb"))


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    with source:
        while piece := source.read(PIECE):
            yield piece


def fingerprint(name: str) -> tuple[int, str] | None:
    """Size and digest of a blob as it lies there, None when it does not."""
    size, digest = 0, hashlib.sha256()
    try:
        with path_of(name).open("rb") as source:
            while piece := source.read(PIECE):
                size += len(piece)
                digest.update(piece)
    except OSError:
        return None
    return size, digest.hexdigest()


def exists(name: str) -> bool:
    """Whether a blob lies there."""
    return path_of(name).is_file()


def names(older_than: float = 0) -> Iterator[str]:
    """The names of the blobs that have lain there longer than ``older_than`` seconds."""
    for path in sorted(folder().glob("??/??/*")):
        if _age(path) >= older_than:
            yield path.name


def leftovers(older_than: float = GRACE) -> list[Path]:
    """Temporary files of uploads that were cut off."""
    return [path for path in sorted((folder() / TEMPORARY).glob("*")) if _age(path) >= older_than]


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return -1


def _sync(path: Path) -> None:
    """Make a rename in a folder last. Where folders cannot be opened (Windows) the system does it by itself."""
    try:
        opened = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
