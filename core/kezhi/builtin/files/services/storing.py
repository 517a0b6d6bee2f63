"""From an upload to bytes that are safely kept, before any row names them."""

from __future__ import annotations

import io
from dataclasses import dataclass

from kezhi import setting
from kezhi.db import end_reading

from .. import storage
from ..inspection import inspect
from ..names import clean_name
from ..settings import endings


@dataclass(frozen=True, slots=True)
class Upload:
    """Checked bytes in the blob folder, ready for a row: see :func:`.changing.attach`."""

    name: str
    media_type: str
    size: int
    sha256: str
    written: storage.Written

    @property
    def blob(self) -> str:
        """The name under which the bytes lie."""
        return self.written.name


def limit() -> int:
    """The largest file in bytes."""
    return int(setting("files", "most_megabytes")) * 1024**2


def receive(source: storage.Readable, given_name: str, *, only: tuple[str, ...] = ()) -> Upload:
    """Stream an upload into the blob folder and check what it holds; ``only`` narrows the types that are taken.

    Runs outside transactions. Errors: ``Refused``; nothing is kept then. What is received and never attached is swept.
    """
    name = clean_name(given_name)
    taken = tuple(each for each in endings(setting("files", "types")) if not only or each in only)
    macros, most = bool(setting("files", "allow_macros")), limit()
    storage.key_in_force()  # asked for while the settings are read: no snapshot is held while bytes come in
    end_reading()
    written = storage.write(source, most)
    try:
        media_type = inspect(written, name, taken, macros)
    except BaseException:
        storage.discard(written)
        raise
    return _kept(name, media_type, written)


def receive_bytes(content: bytes, name: str, media_type: str) -> Upload:
    """Keep bytes that a plugin made itself: they are not checked against what people may upload."""
    written = storage.write(io.BytesIO(content), len(content))
    return _kept(clean_name(name), media_type, written)


def _kept(name: str, media_type: str, written: storage.Written) -> Upload:
    storage.keep(written)
    return Upload(name, media_type, written.size, written.sha256, written)


def drop(upload: Upload) -> None:
    """Remove the bytes of an upload whose transaction was rolled back for certain."""
    storage.remove(upload.blob)
