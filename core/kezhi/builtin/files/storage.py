"""The blob folder: bytes under random names, whole or not there, sealed on their way to the disk.

``write``, ``open_blob`` and ``read`` are the only places where the bytes of files pass. Unless a recorded deviation
says otherwise they lie there as :mod:`kezhi.builtin.protection.sealing` writes them, each under a key of its own, which
stands in the database under a key of the ring.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app
from sqlalchemy import delete, select

from kezhi import Refused, db
from kezhi.i18n import _

from ..protection import ring, sealing
from ..protection.sealing import Damaged as Damaged
from .models import BlobKey

PIECE = 256 * 1024
GRACE = 24 * 3600  #: seconds before what belongs to no row is litter: longer than any upload or transaction lasts
TEMPORARY = "tmp"


class Readable(Protocol):
    """What gives bytes in pieces: an upload, an open file."""

    def read(self, size: int = -1, /) -> bytes: ...


class KeyGone(Damaged):
    """The content is sealed and its key is not in the database: restored without the file of keys, or destroyed."""


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes on the disk, not yet under their name. ``size`` and ``sha256`` are those of the content.

    ``stored_size`` and ``stored_sha256`` are those of the bytes as they lie there; ``version`` is that of the ring's
    key that ``wrapped`` is under, 0 for bytes in the clear.
    """

    path: Path
    name: str
    size: int
    sha256: str
    stored_size: int
    stored_sha256: str
    version: int = 0
    wrapped: bytes = field(default=b"", repr=False)
    secret: bytes = field(default=b"", repr=False)

    def open(self) -> BinaryIO:
        """The content, to be looked into from any place."""
        source = self.path.open("rb")
        return sealing.unseal(source, self.secret, self.name) if self.version else source


def folder() -> Path:
    """The blob folder of this site, beside its database's data."""
    path: Path = current_app.extensions["kezhi"].config.data / "blobs"
    return path


def path_of(name: str) -> Path:
    """Where a blob lies: ``ab/cd/abcd…``."""
    return folder() / name[:2] / name[2:4] / name


def key_in_force() -> ring.Key | None:
    """The key for what is written now, None under a deviation. Errors: ``KeyProblem``: nothing is written then."""
    return ring.active(ring.FILES) if ring.is_on(ring.FILES) else None


def write(source: Readable, most: int) -> Written:
    """Stream ``source`` into a temporary file on the blobs' own disk, sealed under a new key.

    Errors: ``Refused`` beyond ``most`` bytes, ``KeyProblem`` when the key file is not the right one.
    """
    key, name = key_in_force(), secrets.token_hex(32)
    place = folder() / TEMPORARY
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    path, size, digest = place / secrets.token_hex(16), 0, hashlib.sha256()
    secret = sealing.new_secret()
    try:
        with path.open("xb") as target:
            os.chmod(path, 0o600)
            sealer = sealing.Sealer(target, secret, name) if key else None
            while piece := source.read(PIECE):
                size += len(piece)
                if size > most:
                    raise Refused(_("The file is larger than %(most)s MB.", most=f"{most // 1024**2:,}"), field="file")
                digest.update(piece)
                (sealer or target).write(piece)
            if sealer:
                sealer.finish()
            target.flush()
            os.fsync(target.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    if sealer is None or key is None:
        return Written(path, name, size, digest.hexdigest(), size, digest.hexdigest())
    wrapped = sealing.wrap(key.secret, secret)
    return Written(
        path, name, size, digest.hexdigest(), sealer.size, sealer.sha256, key.version, wrapped, secret
    )  # fmt: skip


def keep(written: Written) -> str:
    """Give written bytes their name, for good; answers it. Sealed bytes are lost without :func:`keep_key`."""
    target = path_of(written.name)
    made = [parent for parent in (target.parent.parent, target.parent) if not parent.exists()]
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.replace(written.path, target)
    _sync(target.parent)
    for parent in made:
        _sync(parent.parent)
    return written.name


def keep_key(written: Written) -> None:
    """Put the key of written bytes down, in the open write transaction."""
    if written.version:
        db.session.add(BlobKey(blob=written.name, version=written.version, wrapped=written.wrapped))
        db.session.flush()


def forget_keys(names: list[str]) -> None:
    """Forget the keys of blobs, in the open write transaction: nobody can open them any more."""
    statement = delete(BlobKey).where(BlobKey.blob.in_(names))
    db.session.execute(statement, execution_options={"synchronize_session": False})


def discard(written: Written) -> None:
    """Remove bytes that did not get a name."""
    written.path.unlink(missing_ok=True)


def remove(name: str) -> None:
    """Remove a blob that no row names any more."""
    path_of(name).unlink(missing_ok=True)


def open_blob(name: str) -> BinaryIO:
    """The content of a blob, to be read from any place. One statement.

    Errors: ``FileNotFoundError``; ``Damaged`` for bytes that are not what was written, also while they are read;
    ``KeyGone``; ``KeyProblem`` when the key file is not the right one.
    """
    table = BlobKey.__table__.c
    found = db.session.execute(select(table.version, table.wrapped).where(table.blob == name)).one_or_none()
    source = path_of(name).open("rb")
    try:
        if found is not None:
            return sealing.unseal(source, sealing.unwrap(ring.key(ring.FILES, found.version), found.wrapped), name)
        if sealing.is_sealed(source):
            raise KeyGone(name)
    except BaseException:
        source.close()
        raise
    return source


def read(name: str) -> Iterator[bytes]:
    """The content of a blob in pieces. Errors: as :func:`open_blob`, before the first piece."""
    return sealing.pieces(open_blob(name), PIECE)


def content_of(name: str) -> tuple[int, str]:
    """Size and digest of a blob's content, all of it read and opened. Errors: as :func:`open_blob`."""
    return measured(open_blob(name))


def fingerprint(name: str) -> tuple[int, str] | None:
    """Size and digest of a blob as it lies there, None when it does not. Needs no key."""
    try:
        return measured(path_of(name).open("rb"))
    except OSError:
        return None


def measured(source: BinaryIO) -> tuple[int, str]:
    """Size and digest of all of an open file; closes it."""
    size, digest = 0, hashlib.sha256()
    for piece in sealing.pieces(source, PIECE):
        size += len(piece)
        digest.update(piece)
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
