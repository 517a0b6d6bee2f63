"""Sealed files of a backup: streamed, each under a key of its own; the manifest has that under the ring's key."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from .. import ring, sealing


@contextmanager
def sealed(path: Path, name: str, entry: dict[str, Any]) -> Iterator[sealing.Sealer]:
    """Write a sealed file; ``entry`` gets what the manifest has to say of it. ``name`` is bound to the bytes."""
    key, secret = ring.active(ring.FILES), sealing.new_secret()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        sealer = sealing.Sealer(target, secret, name)
        yield sealer
        sealer.finish()
        target.flush()
        os.fsync(target.fileno())
    entry |= {
        "size": sealer.size, "sha256": sealer.sha256, "name": name, "key_version": key.version,
        "key": sealing.wrap(key.secret, secret).hex(),
    }  # fmt: skip


def opened(path: Path, entry: dict[str, Any], key: bytes) -> BinaryIO:
    """What a sealed file holds, from any place. Errors: ``Damaged``."""
    return sealing.unseal(path.open("rb"), sealing.unwrap(key, bytes.fromhex(entry["key"])), entry["name"])


def copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file for good; answers its size and hash. ``target`` must not be there."""
    size, digest = 0, hashlib.sha256()
    with source.open("rb") as read, open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as write:
        while piece := read.read(1024 * 1024):
            size += len(piece)
            digest.update(piece)
            write.write(piece)
        write.flush()
        os.fsync(write.fileno())
    return size, digest.hexdigest()


def measure(path: Path) -> tuple[int, str]:
    """Size and hash of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return file.tell(), digest.hexdigest()
