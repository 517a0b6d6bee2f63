"""The sealed form of files: chunks of AES-256-GCM that cannot be cut, changed, swapped or pasted into another file.

A sealed file is a head of 16 bytes (sign, 7 random bytes, one spare byte) and chunks of 1 MiB, each followed by its tag
of 16 bytes. The nonce of a chunk is ``7 random | 4 counter | 1 last``; what is authenticated beside it is
``format | name | chunk | last``. The key is one of the file's own and is used for one sealing only.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

SIGN = b"KZSEAL1\n"
HEAD = 16
PREFIX = 7
CHUNK = 1024 * 1024
TAG = 16


class Damaged(Exception):
    """The bytes are not what was sealed: cut, changed, swapped, of another file, or under another key."""


class Target(Protocol):
    """Where sealed bytes go."""

    def write(self, data: bytes, /) -> Any: ...


def new_secret() -> bytes:
    """A key for one sealing. An attempt that is made again takes another one."""
    return secrets.token_bytes(32)


def wrap(key: bytes, secret: bytes) -> bytes:
    """A file's key under a key of the ring: 40 bytes (AES key wrap, RFC 3394)."""
    from cryptography.hazmat.primitives.keywrap import aes_key_wrap

    return aes_key_wrap(key, secret)


def unwrap(key: bytes, wrapped: bytes) -> bytes:
    """The file's key. Errors: ``Damaged``."""
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

    try:
        return aes_key_unwrap(key, wrapped)
    except (InvalidUnwrap, ValueError) as error:
        raise Damaged("the key of this file does not open") from error


class Sealer:
    """Seals what is written to it. ``size`` and ``sha256`` are those of the sealed bytes; memory: two chunks."""

    def __init__(self, target: Target, secret: bytes, name: str) -> None:
        self._target, self._cipher, self._name = target, _cipher(secret), name
        self._prefix, self._chunk, self._rest = secrets.token_bytes(PREFIX), 0, bytearray()
        self.size, self._digest = 0, hashlib.sha256()
        self._put(SIGN + self._prefix + bytes(HEAD - len(SIGN) - PREFIX))

    def write(self, piece: bytes) -> int:
        """Take further bytes; answers how many."""
        self._rest += piece
        while len(self._rest) > CHUNK:  # what may be the last chunk waits for the end
            self._seal(self._rest[:CHUNK], last=False)
            del self._rest[:CHUNK]
        return len(piece)

    def flush(self) -> None:
        """For writers that flush: what is not a whole chunk waits for more."""

    def finish(self) -> None:
        """Seal the last chunk, which may be empty."""
        self._seal(self._rest, last=True)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def _seal(self, plain: bytes | bytearray, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._chunk, last)
        self._put(self._cipher.encrypt(nonce, plain, _bound(self._name, self._chunk, last)))
        self._chunk += 1

    def _put(self, data: bytes) -> None:
        self._target.write(data)
        self._digest.update(data)
        self.size += len(data)


class _Unsealed(io.RawIOBase):
    """A sealed file read as what it holds, from any place in it."""

    def __init__(self, source: BinaryIO, secret: bytes, name: str) -> None:
        super().__init__()
        self._source, self._cipher, self._name = source, _cipher(secret), name
        head = source.read(HEAD)
        rest = source.seek(0, os.SEEK_END) - HEAD
        if not head.startswith(SIGN) or len(head) < HEAD or rest < TAG:
            raise Damaged("the file is cut off or was never sealed")
        self._prefix = head[len(SIGN) : len(SIGN) + PREFIX]
        self._chunks = -(-rest // (CHUNK + TAG))
        self._sealed_size = rest
        self.size = rest - self._chunks * TAG
        self._at, self._kept = 0, (-1, b"")
        self._open_chunk(self._chunks - 1)  # only the true end opens as the last chunk

    def _open_chunk(self, number: int) -> bytes:
        from cryptography.exceptions import InvalidTag

        if self._kept[0] != number:
            last = number == self._chunks - 1
            self._source.seek(HEAD + number * (CHUNK + TAG))
            sealed = self._source.read(CHUNK + TAG)
            try:
                bound = _bound(self._name, number, last)
                self._kept = number, self._cipher.decrypt(_nonce(self._prefix, number, last), sealed, bound)
            except (InvalidTag, ValueError) as error:
                raise Damaged("the file is not what was sealed") from error
        return self._kept[1]

    def readinto(self, buffer: Any) -> int:
        number, inside = divmod(self._at, CHUNK)
        if self._at >= self.size or not len(buffer):
            return 0
        piece = self._open_chunk(number)[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the beginning")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._source.close()
        super().close()


def unseal(source: BinaryIO, secret: bytes, name: str) -> BinaryIO:
    """What a sealed file holds, to be read from any place; closes ``source`` with itself.

    Every chunk is checked before a byte of it comes out; whether the file is whole is known at once. Errors:
    ``Damaged``, here or while it is read.
    """
    try:
        raw: Any = _Unsealed(source, secret, name)
    except BaseException:
        source.close()
        raise
    return io.BufferedReader(raw, buffer_size=64 * 1024)


def is_sealed(source: BinaryIO) -> bool:
    """Whether a file that is open at its beginning is in the sealed form; it is at its beginning afterwards."""
    found = source.read(len(SIGN)) == SIGN
    source.seek(0)
    return found


def pieces(source: BinaryIO, size: int) -> Iterator[bytes]:
    """All of an open file in pieces; closes it."""
    with source:
        while piece := source.read(size):
            yield piece


def _cipher(secret: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(secret)


def _nonce(prefix: bytes, chunk: int, last: bool) -> bytes:
    return prefix + chunk.to_bytes(4, "big") + bytes([last])


def _bound(name: str, chunk: int, last: bool) -> bytes:
    return f"kezhi 1|{name}|{chunk}|{int(last)}".encode()
