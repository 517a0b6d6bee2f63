"""Looking through ZIP archives without trusting them; the one place for whoever takes such files in.

What an archive says of itself is only a claim: every entry is unpacked piece by piece and counted, and nothing is
written to the disk.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

PIECE = 256 * 1024
LOCAL_HEAD = 30  #: bytes of an entry's own head, before its name
END = 22  #: bytes of the archive's end without a remark

Reason = Literal["damaged", "bomb", "locked"]


class Unsafe(Exception):
    """An archive that is not read: it is ``damaged`` (or deceives), a ``bomb``, or ``locked`` by a password."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold: its entries, the bytes of all, and how many times its own size that may be."""

    entries: int
    unpacked: int
    ratio: int
    small: int  #: bytes; up to here nothing is a bomb, however well it is packed


@contextmanager
def opened(source: Path | IO[bytes], size: int, limits: Limits) -> Iterator[zipfile.ZipFile]:
    """An archive of ``size`` bytes whose directory promises nothing bad. Errors: ``Unsafe``, also while it is read."""
    try:
        with zipfile.ZipFile(source) as archive:
            _check_directory(archive, size, limits)
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, KeyError) as error:
        raise Unsafe("damaged") from error


def _check_directory(archive: zipfile.ZipFile, size: int, limits: Limits) -> None:
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    if len(entries) > limits.entries or total > limits.unpacked:
        raise Unsafe("bomb")
    if total > limits.small and total > limits.ratio * size:
        raise Unsafe("bomb")
    if sum(entry.compress_size for entry in entries) > size:
        raise Unsafe("bomb")  # entries that overlap are the other way to make little look like much
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unsafe("locked")
    names = [entry.filename.replace("\\", "/") for entry in entries]
    if len(set(names)) < len(names):
        raise Unsafe("damaged")  # of two entries of one name, each reader takes another
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise Unsafe("damaged")


def pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """What an entry really holds, whatever its head claims. Errors: ``Unsafe`` when size or checksum are others."""
    size, checksum = 0, 0
    for piece in _unpacked(archive, entry):
        size += len(piece)
        if size > entry.file_size:
            raise Unsafe("bomb")
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if size != entry.file_size or checksum != entry.CRC:
        raise Unsafe("damaged")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as content:  # checks that the entry's own head is there and says the same
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield from iter(lambda: content.read(PIECE), b"")
            return
    stream = archive.fp
    assert stream is not None
    stream.seek(entry.header_offset)
    head = stream.read(LOCAL_HEAD)
    stream.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    left = entry.compress_size
    while left > 0:
        packed = stream.read(min(PIECE, left))
        if not packed:
            raise Unsafe("damaged")
        left -= len(packed)
        if unpacker is None:
            yield packed
            continue
        while packed and not unpacker.eof:
            yield unpacker.decompress(packed, PIECE)
            packed = unpacker.unconsumed_tail


def ends_plainly(content: bytes) -> bool:
    """Whether nothing follows the archive's end: programs that look for it in other ways find the same one."""
    return content[-END:].startswith(b"PK\x05\x06") and content.endswith(b"\0\0")
