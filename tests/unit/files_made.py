"""Files for the tests, made on the spot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DOCX_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XLSX_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"


def png(width: int = 1, height: int = 1) -> bytes:
    """A red picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\xff\0\0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def archive(**entries: bytes) -> bytes:
    """A ZIP archive; ``__`` in a name stands for a slash, ``_dot_`` for a dot."""
    return zipped({name.replace("__", "/").replace("_dot_", "."): data for name, data in entries.items()})


def zipped(entries: dict[str, bytes]) -> bytes:
    """A ZIP archive of these entries."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return target.getvalue()


def office(main: str = DOCX_MAIN, **more: bytes) -> bytes:
    """An office file whose main part has this content type."""
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}"/></Types>'.encode()
    entries = {"[Content_Types].xml": types, "word/document.xml": b"<w:document/>"}
    return zipped({**entries, **{name.replace("__", "/").replace("_dot_", "."): data for name, data in more.items()}})


def bomb() -> bytes:
    """A small office file that unpacks to 200 MB."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.writestr("[Content_Types].xml", f'<Override ContentType="{XLSX_MAIN}"/>')
        with made.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _piece in range(200):
                sheet.write(b"\0" * 1024**2)
    return target.getvalue()


def lying(data: bytes, name: bytes, size: int) -> bytes:
    """The archive with another unpacked size written for an entry, in both of its heads."""
    changed = bytearray(data)
    for sign, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = 0
        while (start := data.find(sign, start)) >= 0:
            at = start + (30 if place == 22 else 46)
            if data[at : at + len(name)] == name:
                changed[start + place : start + place + 4] = struct.pack("<I", size)
            start += 4
    return bytes(changed)
