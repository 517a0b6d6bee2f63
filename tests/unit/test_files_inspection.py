"""What is taken and what is not: the bytes decide, the ending has to agree."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from kezhi import Refused, set_setting, writing
from kezhi.builtin.files import services, storage
from kezhi.builtin.files.names import clean_name

from .files_made import MACRO_MAIN, PDF, XLSX_MAIN, archive, bomb, lying, office, png, zipped

GOOD = {
    "合同.pdf": PDF,
    "Offer.DOCX": office(),
    "figures.xlsx": office(XLSX_MAIN),
    "stamp.png": png(),
    "photo.jpg": b"\xff\xd8\xff\xe0" + b"x" * 40,
    "scan.tiff": b"II*\0" + b"x" * 40,
    "notes.txt": "到货短少十二件".encode("gb18030"),
    "list.csv": "客户,金额\r\n恒达,1\r\n".encode(),
    "motor MZ.csv": b"MZ,MZ\n1,2\n",
    "sign.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/><a href="#x"><text>A</text></a></svg>',
    "plan.odt": zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}),
}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">%s</svg>'
BAD = {
    "empty": ("a.pdf", b""),
    "another type": ("a.pdf", png()),
    "a page as text": ("a.txt", b"<!DOCTYPE html><script>alert(1)</script>"),
    "a page as table": ("a.csv", b"a,b\n<ScRiPt src=//x>"),
    "a page as picture": ("a.png", b"<html><body>"),
    "a page": ("a.html", b"<html></html>"),
    "a program": ("a.pdf", b"MZ\x90\0\x03" + b"\0" * 500),
    "a Linux program": ("a.txt", b"\x7fELF\x02\x01"),
    "a script": ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
    "bytes as text": ("a.txt", b"abc\0def"),
    "no encoding as text": ("a.txt", b"abc\xff\xff\xff"),
    "an unknown type": ("a.exe", b"hello"),
    "a type that is not taken": ("a.zip", archive(a_dot_txt=b"x")),
    "old office": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "a table as text document": ("a.docx", office(XLSX_MAIN)),
    "any archive as document": ("a.docx", archive(a_dot_txt=b"x")),
    "a broken archive": ("a.docx", office()[:-30]),
    "macros": ("a.docx", office(word__vbaProject_dot_bin=b"x")),
    "macros by type": ("a.docx", office(MACRO_MAIN)),
    "macros by ending": ("a.docm", office(MACRO_MAIN)),
    "sheets of old macros": ("a.xlsx", office(XLSX_MAIN, xl__macrosheets__sheet1_dot_xml=b"x")),
    "macros of open office": (
        "a.odt",
        zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/Standard/x.xml": b""}),
    ),
    "an open table as text": ("a.odt", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"})),
    "an entry outside": ("a.docx", zipped({"../../etc/passwd": b"x", "[Content_Types].xml": b""})),
    "a bomb": ("a.xlsx", bomb()),
    "a size that lies": ("a.docx", lying(office(word__media_dot_bin=b"x" * 5000), b"word/media.bin", 5)),
    "a drawing with a script": ("a.svg", SVG % b"<script>alert(1)</script>"),
    "a drawing with an event": ("a.svg", SVG % b'<path onload="alert(1)"/>'),
    "a drawing with an address": ("a.svg", SVG % b'<a x:href="java&#115;cript:alert(1)"/>'),
    "a drawing with a page in it": ("a.svg", SVG % b"<foreignObject/>"),
    "a drawing with entities": ("a.svg", b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG % b"&a;"),
    "a drawing with outside styles": ("a.svg", SVG % b"<style>@import '//x'</style>"),
}


def lying_around(app: Any) -> list[Path]:
    return [path for path in storage.folder().rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_what_its_name_says_is_taken(app: Any, name: str) -> None:
    upload = services.receive(io.BytesIO(GOOD[name]), name)
    with writing():
        storage.keep_key(upload.written)
    assert b"".join(storage.read(upload.blob)) == GOOD[name]
    assert upload.name.lower() == name.lower()
    assert upload.size == len(GOOD[name])


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_deceives_or_runs_is_refused_and_leaves_nothing(app: Any, case: str) -> None:
    name, content = BAD[case]
    with pytest.raises(Refused) as refused:
        services.receive(io.BytesIO(content), name)
    assert refused.value.field == "file"
    assert len(str(refused.value)) > 10
    assert lying_around(app) == []


def test_macros_and_archives_are_taken_where_the_company_says_so(app: Any) -> None:
    with writing():
        set_setting("files", "allow_macros", True)
        set_setting("files", "types", "docm, docx, doc, zip")
    for name, content in (
        ("a.docm", office(MACRO_MAIN)),
        ("a.doc", BAD["old office"][1]),
        ("a.zip", archive(a_dot_txt=b"x")),
    ):
        assert services.receive(io.BytesIO(content), name).name == name
    for name, content in (("a.pdf", PDF), ("a.zip", archive(run_dot_exe=b"x"))):
        with pytest.raises(Refused):
            services.receive(io.BytesIO(content), name)


def test_a_file_above_the_limit_is_refused_while_it_streams(app: Any) -> None:
    with writing():
        set_setting("files", "most_megabytes", 1)

    class Endless:
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"x" * size

    source = Endless()
    with pytest.raises(Refused, match="1 MB"):
        services.receive(source, "a.txt")
    assert source.given < 2 * 1024**2, "nothing is read beyond the limit"
    assert lying_around(app) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\何\\合同.pdf", "合同.pdf"),
        ("../../../etc/合同.pdf", "合同.pdf"),
        ("a\0b\x1f\n.pdf", "ab.pdf"),
        ("photo\u202egnp.pdf", "photognp.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        ("con.pdf", "_con.pdf"),
        ("  .. x .pdf", "x.pdf"),
        ("长" * 500 + ".pdf", "长" * 156 + ".pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
    ],
)
def test_names_are_kept_without_what_deceives(app: Any, given: str, kept: str) -> None:
    assert clean_name(given) == kept


@pytest.mark.parametrize("given", ["", "pdf", ".pdf", "...", "/", "a.", "\0", "a.averylongending", "a\\"])
def test_a_name_without_stem_or_ending_is_refused(app: Any, given: str) -> None:
    with pytest.raises(Refused):
        clean_name(given)
