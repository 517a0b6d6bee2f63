"""Temporary files whose bytes nobody can read from the disk: under a key that only this process has, in its memory.

Large uploads wait in one until they are read; so do workbooks while they are made.
"""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from typing import IO, Any, BinaryIO

from flask import Request

IN_MEMORY = 500 * 1024  #: bytes of an upload that never reach the disk
BLOCK = 16


class _Masked(io.RawIOBase):
    """A file that is gone when it is closed, in AES-256-CTR: nobody reads it from the disk, and nobody else writes."""

    def __init__(self) -> None:
        super().__init__()
        self._file: Any = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        self._secret, self._start = secrets.token_bytes(32), int.from_bytes(secrets.token_bytes(12), "big") << 32

    def _mask(self, data: bytes, at: int) -> bytes:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        block, inside = divmod(at, BLOCK)
        counter = (self._start + block).to_bytes(BLOCK, "big")
        cipher = Cipher(algorithms.AES(self._secret), modes.CTR(counter)).encryptor()
        return cipher.update(bytes(inside) + data)[inside:]

    def readinto(self, buffer: Any) -> int:
        at = self._file.tell()
        data = self._file.read(len(buffer))
        buffer[: len(data)] = self._mask(data, at)
        return len(data)

    def write(self, data: Any, /) -> int:
        at = self._file.tell()
        if at > self._file.seek(0, os.SEEK_END):
            raise ValueError("a temporary file has no holes")
        self._file.seek(at)
        return int(self._file.write(self._mask(bytes(data), at)))

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def truncate(self, size: int | None = None, /) -> int:
        return int(self._file.truncate(size))

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()


def temporary() -> BinaryIO:
    """A file to write and to read from any place; gone when it is closed."""
    return io.BufferedRandom(_Masked(), buffer_size=64 * 1024)


class MaskedRequest(Request):
    """Requests whose uploads do not lie readable in the folder for temporary files."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if total_content_length is not None and total_content_length <= IN_MEMORY:
            return io.BytesIO()
        return temporary()
