"""Tables as they come from outside: broken, deceiving, or only unusual. Each is made on the spot.

``CASES`` says of each what becomes of it: the text of the refusal, or the cells that are read.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from .files_made import lying, zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
)
DATE_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)


def sheet(rows: str, before: str = "", after: str = "") -> str:
    """The XML of a sheet with these rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>'
        f"{after}</worksheet>"
    )


def parts(*sheets: str, shared: str = "", styles: str = "", states: tuple[str, ...] = (), properties: str = "") -> dict:
    """The entries of a workbook."""
    names = ["客户", "二", "三"]
    listed = "".join(
        f'<sheet name="{names[place]}" sheetId="{place + 1}" r:id="rId{place + 1}"'
        + (f' state="{states[place]}"' if len(states) > place and states[place] else "")
        + "/>"
        for place in range(len(sheets))
    )
    linked = "".join(
        f'<Relationship Id="rId{place + 1}" Type="{RELATION}/worksheet" Target="worksheets/sheet{place + 1}.xml"/>'
        for place in range(len(sheets))
    )
    more = {"sharedStrings": shared, "styles": styles}
    linked += "".join(
        f'<Relationship Id="r{name}" Type="{RELATION}/{name}" Target="{name}.xml"/>'
        for name, text in more.items()
        if text
    )
    entries = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1"'
        f' Type="{RELATION}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">{properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{linked}</Relationships>',
    }
    entries |= {f"xl/worksheets/sheet{place + 1}.xml": text for place, text in enumerate(sheets)}
    entries |= {f"xl/{name}.xml": text for name, text in more.items() if text}
    return {name: text.encode() for name, text in entries.items()}


def book(rows: str, before: str = "", after: str = "", **options: str) -> bytes:
    """A workbook of one sheet, with its head in row 1."""
    return zipped(parts(sheet(HEAD + rows, before, after), **options))


def with_parts(changes: dict[str, bytes]) -> bytes:
    """A good workbook with entries added or replaced."""
    return zipped({**parts(sheet(HEAD + ROW)), **changes})


def text_cell(place: str, text: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *cells: str) -> str:
    """A row of cells."""
    return f'<row r="{number}">{"".join(cells)}</row>'


ROW = row(2, text_cell("A2", "A1"), text_cell("B2", "甲公司"))


def value_cell(xml: str) -> bytes:
    """A workbook whose cell B2 is this."""
    return book(row(2, text_cell("A2", "A1"), xml))


def shared_strings(*texts: str) -> str:
    """The table of shared texts."""
    return f'<sst xmlns="{MAIN}">' + "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>"


def appended(entries: dict[str, bytes], name: str, data: bytes) -> bytes:
    """An archive with one more entry, perhaps of a name that is there already."""
    import warnings

    target = io.BytesIO(zipped(entries))
    with warnings.catch_warnings(), zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as made:
        warnings.simplefilter("ignore")
        made.writestr(name, data)
    return target.getvalue()


def zeros(name: str, megabytes: int) -> bytes:
    """A workbook with an entry of nothing but zeros."""
    target = io.BytesIO(zipped(parts(sheet(HEAD + ROW))))
    with (
        zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as made,
        made.open(name, "w", force_zip64=True) as entry,
    ):
        for _piece in range(megabytes):
            entry.write(b"\0" * 1024**2)
    return target.getvalue()


def wrong_checksum() -> bytes:
    """A workbook in which a byte of a sheet was changed on the way."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as made:
        for name, data in parts(sheet(HEAD + ROW)).items():
            made.writestr(name, data)
    return target.getvalue().replace("甲公司".encode(), "乙公司".encode(), 1)


def locked() -> bytes:
    """A workbook whose entries are marked as encrypted."""
    data = bytearray(with_parts({}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(sign)
        while start >= 0:
            data[start + place] |= 1
            start = data.find(sign, start + 4)
    return bytes(data)


def short_checksum() -> bytes:
    """An entry that claims ten bytes, with the checksum of those ten: only unpacking it whole tells."""
    import zlib

    name, body = b"xl/more.xml", b"<a>" + b"0" * 200_000
    data = bytearray(lying(with_parts({name.decode(): body}), name, 10))
    true, claimed = struct.pack("<I", zlib.crc32(body)), struct.pack("<I", zlib.crc32(body[:10]))
    return bytes(data).replace(true, claimed)


def compound(*streams: str) -> bytes:
    """The container of old office files, which protected workbooks use too."""
    names = b"".join(stream.encode("utf-16-le").ljust(64, b"\0") for stream in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + names


BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + step, b"&%c;" % (97 + step) * 10) for step in range(9))
    + b"]><sst><si><t>&j;</t></si></sst>"
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>'
PREFIXED = (
    f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" t="str"><x:v>code</x:v></x:c></x:row>'
    '<x:row r="2"><x:c r="A2" t="str"><x:v>A1</x:v></x:c></x:row></x:sheetData></x:worksheet>'
).encode()
NAMED = "code,name\nA1,甲公司\n"


@dataclass(frozen=True)
class Case:
    """A file, and what becomes of it: a part of the refusal, or the rows that are read."""

    name: str
    make: Callable[[], bytes]
    said: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def _read(name: str, make: Callable[[], bytes], *rows: tuple[str, ...]) -> Case:
    return Case(name, make, rows=rows or (("A1", "甲公司"),))


def _csv(text: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: text.encode(encoding, "surrogatepass")


#: what is wrong, or only unusual → the file
CASES: dict[str, Case] = {
    # encodings
    "UTF-16 with a mark": _read("a.csv", _csv(NAMED, "utf-16")),
    "UTF-16, the other way round": _read("a.csv", lambda: b"\xfe\xff" + NAMED.encode("utf-16-be")),
    "UTF-16 without a mark": _read("a.csv", _csv(NAMED, "utf-16-le")),
    "UTF-16 without a mark, the other way round": _read("a.csv", _csv(NAMED, "utf-16-be")),
    "UTF-16 cut in half a letter": Case("a.csv", lambda: NAMED.encode("utf-16")[:-1], "Line 2 can be read neither"),
    "UTF-32": Case("a.csv", _csv(NAMED, "utf-32"), "NUL"),
    "GB18030": _read("a.csv", _csv(NAMED, "gb18030")),
    "GB18030 with wrong bytes": Case("a.csv", lambda: NAMED.encode("gb18030") + b"A2,\xff\xff\n", "Line 3 can be read"),
    "GB18030 cut in half a letter": Case("a.csv", lambda: NAMED.encode("gb18030")[:-2], "Line 2 can be read neither"),
    "Latin-1": Case("a.csv", _csv("code,name\nA1,Taquería Núñez\n", "latin-1"), "Line 2 is neither UTF-8 nor Chinese"),
    "Latin-1 with letters side by side": Case("a.csv", _csv("code,name\nA1,Müßig Søn Århus\n", "latin-1"), "Western"),
    "UTF-8 with a wrong byte": Case(
        "a.csv", lambda: NAMED.encode() + "A2,乙公".encode() + b"\x8f\n", "Line 3 holds bytes"
    ),
    "UTF-8 cut in half a letter": Case("a.csv", lambda: NAMED.encode()[:-2], "Line 2 holds bytes"),
    "GB18030, then UTF-8": Case(
        "a.csv",
        lambda: ("code,name\n" + "A1,澄江贸易集团有限公司\n" * 9).encode("gb18030") + "A2,乙方公司\n".encode(),
        "Line 11 is UTF-8, but other lines",
    ),
    "UTF-8, then GB18030": Case("a.csv", lambda: NAMED.encode() + "A2,乙\n".encode("gb18030"), "Line 3 holds bytes"),
    "NUL bytes": Case("a.csv", lambda: NAMED.encode() + b"A2,\0\n", "Line 3 holds a NUL byte"),
    "half a pair in UTF-16": Case("a.csv", _csv("\ufeffcode,name\nA1,\ud800\n", "utf-16-le"), "Line 2 can be read"),
    # no table at all
    "nothing": Case("a.csv", lambda: b"", "is empty"),
    "only a mark": Case("a.csv", lambda: b"\xef\xbb\xbf", "no column names"),
    "only a head": Case("a.csv", _csv("code,name\n"), "no rows below"),
    "a head and blank rows": Case("a.csv", _csv("code,name\n,\n , \n"), "no rows below"),
    "a title above the head": Case(
        "a.csv", _csv("客户信息表,,\ncode,name\nA1,甲\n"), "only “客户信息表”, which looks like a title"
    ),
    "two equal heads": Case("a.csv", _csv("code,code\n1,2\n"), "Two columns are called"),
    "a PDF called .xlsx": Case("a.xlsx", lambda: b"%PDF-1.7\n", "is a PDF document"),
    "a picture called .csv": Case("a.csv", lambda: b"\xff\xd8\xff\xe0" + b"x" * 40, "is a picture"),
    "a web page called .xls": Case(
        "a.xls", lambda: b"\xef\xbb\xbf\n<html><table><tr><td>1</td></tr></table></html>", "web page"
    ),
    "XML called .xls": Case("a.xls", lambda: b'<?xml version="1.0"?><Workbook/>', "is XML and no table"),
    "an archive called .csv": Case("a.csv", lambda: b"\x1f\x8b\x08\0" + b"x" * 40, "is an archive"),
    "text called .xlsx": Case("a.xlsx", _csv(NAMED), "ends in “.xlsx” but is no spreadsheet"),
    "an old .xls": Case("a.xls", lambda: compound("Root Entry", "Workbook"), "an old .xls file"),
    "a protected workbook": Case(
        "a.xlsx", lambda: compound("Root Entry", "EncryptedPackage"), "protected by a password. Save"
    ),
    "entries with a password": Case("a.xlsx", locked, "protected by a password. Save"),
    "OpenDocument": Case("a.ods", lambda: zipped({"mimetype": b"x", "content.xml": b"<a/>"}), "OpenDocument"),
    "Numbers": Case("a.numbers", lambda: zipped({"Index/Document.iwa": b"x"}), "Apple Numbers"),
    "a binary workbook": Case(
        "a.xlsb", lambda: zipped({"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b"x"}), "binary workbook"
    ),
    "an archive with a table in it": Case("a.zip", lambda: zipped({"客户.xlsx": b"x"}), "Unpack it"),
    "an archive in an archive": Case(
        "a.xlsx", lambda: zipped({"inner.zip": zipped({"a": b"0" * 10**6})}), "no spreadsheet"
    ),
    # damaged and deceiving archives
    "cut off": Case("a.xlsx", lambda: with_parts({})[:-40], "is damaged"),
    "a wrong checksum": Case("a.xlsx", wrong_checksum, "is damaged"),
    "a size that lies": Case(
        "a.xlsx", lambda: lying(with_parts({"xl/a.xml": b"<a>" + b"0" * 5000}), b"xl/a.xml", 5), "unpacks to far more"
    ),
    "a size that lies with a checksum that agrees": Case("a.xlsx", short_checksum, "unpacks to far more"),
    "something behind the end": Case("a.xlsx", lambda: with_parts({}) + b"more", "is damaged"),
    "an entry outside": Case("a.xlsx", lambda: with_parts({"../../etc/cron.d/x": b"x"}), "is damaged"),
    "an absolute entry": Case("a.xlsx", lambda: with_parts({"/etc/cron.d/x": b"x"}), "is damaged"),
    "two entries of one name": Case(
        "a.xlsx",
        lambda: appended(parts(sheet(HEAD)), "xl/worksheets/sheet1.xml", sheet(HEAD + ROW).encode()),
        "is damaged",
    ),
    "more entries than any workbook has": Case(
        "a.xlsx", lambda: with_parts({f"x/{each}": b"" for each in range(1_001)}), "unpacks to far more"
    ),
    "zeros without end": Case("a.xlsx", lambda: zeros("xl/worksheets/sheet9.xml", 40), "unpacks to far more"),
    "entities within entities": Case(
        "a.xlsx", lambda: with_parts({"xl/sharedStrings.xml": BILLION_LAUGHS}), "is damaged"
    ),
    "an entity outside": Case("a.xlsx", lambda: with_parts({"xl/worksheets/sheet1.xml": OUTSIDE}), "is damaged"),
    "a document type": Case("a.xlsx", lambda: with_parts({"xl/styles.xml": b"<!DOCTYPE x><x/>"}), "is damaged"),
    "a sheet in UTF-16": Case(
        "a.xlsx",
        lambda: with_parts({"xl/worksheets/sheet1.xml": sheet(HEAD).replace("UTF-8", "UTF-16").encode("utf-16")}),
        "is damaged",
    ),
    "XML that is not closed": Case(
        "a.xlsx", lambda: with_parts({"xl/worksheets/sheet1.xml": sheet(HEAD + ROW).encode()[:-60]}), "is damaged"
    ),
    "no sheet where one should be": Case(
        "a.xlsx",
        lambda: zipped({name: data for name, data in parts(sheet(HEAD)).items() if "sheet1" not in name}),
        "is damaged",
    ),
    "macros": Case("a.xlsm", lambda: with_parts({"xl/vbaProject.bin": b"x"}), "holds macros"),
    "macros of old": Case("a.xlsx", lambda: with_parts({"xl/macrosheets/sheet1.xml": b"<a/>"}), "holds macros"),
    # sheets that ask for much
    "a far cell": Case(
        "a.xlsx",
        lambda: book(ROW + row(1_048_576, text_cell("XFD1048576", "z"))),
        "reaches to row 1048576 and column XFD",
    ),
    "a far cell without places": Case(
        "a.xlsx", lambda: book("<row r='1048000'>" + "<c><v>1</v></c>" * 500 + "</row>"), "reaches to row 1048000"
    ),
    "a row that is only styled, far below": _read(
        "a.xlsx", lambda: book(ROW + '<row r="1048576" s="1" customFormat="1"/>')
    ),
    "cells that are only styled": _read(
        "a.xlsx", lambda: book(ROW + "".join(row(each, f'<c r="ZZ{each}" s="1"/>') for each in range(3, 30_003)))
    ),
    "a size of the sheet that lies": _read("a.xlsx", lambda: book(ROW, before='<dimension ref="A1:XFD1048576"/>')),
    "one long text in every cell": Case(
        "a.xlsx",
        lambda: zipped(
            parts(
                sheet(
                    HEAD
                    + "".join(f'<row r="{each}"><c r="A{each}" t="s"><v>0</v></c></row>' for each in range(2, 6_000))
                ),
                shared=shared_strings("x" * 100_000),
            )
        ),
        "holds more than can be read at once",
    ),
    "one long text, written in odd ways": Case(
        "a.xlsx",
        lambda: zipped(
            parts(
                sheet(
                    HEAD
                    + "".join(
                        f'<row r="{each}"><c r="A{each}" t="s"><v><![CDATA[0]]></v></c></row>'
                        for each in range(2, 6_000)
                    )
                ),
                shared=shared_strings("x" * 100_000),
            )
        ),
        "holds more than can be read at once",
    ),
    "a cell of 10 MB": Case(
        "a.xlsx",
        lambda: value_cell(text_cell("B2", "".join(map(str, range(1_600_000))))),
        "Row 2, column B holds 10,088,890 characters",
    ),
    "a cell of 10 MB as CSV": Case(
        "a.csv", lambda: b"code,name\nA1," + b"x" * 10_000_000 + b"\n", "Row 2 cannot be read"
    ),
    "a cell longer than a spreadsheet keeps": Case(
        "a.csv", lambda: b"code,name\nA1," + b"x" * 40_000 + b"\n", "Row 2, column B holds 40,000"
    ),
    "5,000 columns": Case(
        "a.csv", lambda: (",".join(f"c{each}" for each in range(5_000)) + "\n1\n").encode(), "more than 500 columns"
    ),
    "5,000 empty columns": _read("a.csv", lambda: (f"code,name{',' * 5_000}\nA1,甲公司{',' * 5_000}\n").encode()),
    # unusual, but sound
    "merged cells": _read(
        "a.xlsx",
        lambda: book(ROW + row(3, text_cell("B3", "乙")), after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'),
        ("A1", "甲公司"),
        ("", "乙"),
    ),
    "hidden rows and columns": _read(
        "a.xlsx",
        lambda: book(
            ROW.replace('<row r="2"', '<row r="2" hidden="1"'), before='<cols><col min="1" max="1" hidden="1"/></cols>'
        ),
    ),
    "a hidden sheet first": _read(
        "a.xlsx", lambda: zipped(parts(sheet(HEAD), sheet(HEAD + ROW), states=("hidden", "")))
    ),
    "only hidden sheets": Case(
        "a.xlsx", lambda: zipped(parts(sheet(HEAD + ROW), states=("veryHidden",))), "no visible sheet"
    ),
    "several sheets": _read("a.xlsx", lambda: zipped(parts(sheet(HEAD + ROW), sheet(HEAD), sheet(HEAD)))),
    "an empty sheet first": Case("a.xlsx", lambda: zipped(parts(sheet(""), sheet(HEAD + ROW))), "no column names"),
    "a formula with its result": _read("a.xlsx", lambda: value_cell('<c r="B2"><f>1+1</f><v>2</v></c>'), ("A1", "2")),
    "a formula whose result is nothing": _read(
        "a.xlsx", lambda: value_cell('<c r="B2" t="str"><f>IF(1,"")</f><v></v></c>'), ("A1", "")
    ),
    "a formula without its result": Case(
        "a.xlsx",
        lambda: value_cell('<c r="B2"><f>1+1</f><v></v></c>'),
        "Sheet “客户”, cell B2: the result of the formula",
    ),
    "a formula without its result on another sheet": _read(
        "a.xlsx", lambda: zipped(parts(sheet(HEAD + ROW), sheet(HEAD + row(2, '<c r="A2"><f>A1</f></c>'))))
    ),
    "an error": _read("a.xlsx", lambda: value_cell('<c r="B2" t="e"><v>#REF!</v></c>'), ("A1", "#REF!")),
    "the error of a formula": _read(
        "a.xlsx", lambda: value_cell('<c r="B2" t="e"><f>A9/0</f><v>#DIV/0!</v></c>'), ("A1", "#DIV/0!")
    ),
    "a sheet that begins further down": Case(
        "a.xlsx", lambda: zipped(parts(sheet(row(3, text_cell("B3", "code"))))), "no column names"
    ),
    "yes and no": _read("a.xlsx", lambda: value_cell('<c r="B2" t="b"><v>1</v></c>'), ("A1", "TRUE")),
    "a date counted from 1900": _read(
        "a.xlsx",
        lambda: zipped(
            parts(sheet(HEAD + row(2, text_cell("A2", "A1"), '<c r="B2" s="1"><v>46349</v></c>')), styles=DATE_STYLES)
        ),
        ("A1", "2026-11-23"),
    ),
    "a date counted from 1904": _read(
        "a.xlsx",
        lambda: zipped(
            parts(
                sheet(HEAD + row(2, text_cell("A2", "A1"), '<c r="B2" s="1"><v>44887</v></c>')),
                styles=DATE_STYLES,
                properties='<workbookPr date1904="1"/>',
            )
        ),
        ("A1", "2026-11-23"),
    ),
    "a number of 18 digits": _read(
        "a.xlsx", lambda: value_cell('<c r="B2"><v>913301061234567890</v></c>'), ("A1", "9.13301061234568E+17")
    ),
    "18 digits as text": _read(
        "a.xlsx", lambda: value_cell(text_cell("B2", "913301061234567890")), ("A1", "913301061234567890")
    ),
    "a shared text that is not there": Case(
        "a.xlsx", lambda: value_cell('<c r="B2" t="s"><v>99</v></c>'), "is damaged"
    ),
    "half a pair in a workbook": Case("a.xlsx", lambda: value_cell(text_cell("B2", "&#xD800;")), "is damaged"),
    "links to other files and things embedded": _read(
        "a.xlsx",
        lambda: with_parts(
            {"xl/externalLinks/externalLink1.xml": b"<externalLink/>", "xl/embeddings/oleObject1.bin": b"x"}
        ),
    ),
    "tags with a prefix": _read("a.xlsx", lambda: with_parts({"xl/worksheets/sheet1.xml": PREFIXED}), ("A1",)),
    # text that is written in its own way
    "what runs as a formula": _read(
        "a.csv",
        _csv("code,name\nA1,=cmd|' /C calc'!A0\nA2,+1\nA3,-x\nA4,@SUM(A1)\n"),
        ("A1", "=cmd|' /C calc'!A0"),
        ("A2", "+1"),
        ("A3", "-x"),
        ("A4", "@SUM(A1)"),
    ),
    "a quotation mark that is not closed": Case(
        "a.csv", _csv('code,name\nA1,"甲公司\nA2,乙公司\n'), "Row 2 cannot be read"
    ),
    "a quotation mark inside a cell": _read("a.csv", _csv('code,name\nA1,5" 管\n'), ("A1", '5" 管')),
    "line ends of every kind": _read(
        "a.csv",
        _csv("code,name\r\nA1,甲公司\rA2,乙公司\nA3,丙公司\r\n"),
        ("A1", "甲公司"),
        ("A2", "乙公司"),
        ("A3", "丙公司"),
    ),
    "line ends of an old machine": _read("a.csv", _csv(NAMED.replace("\n", "\r"))),
    "tabs": _read("a.txt", _csv(NAMED.replace(",", "\t"))),
    "semicolons": _read("a.csv", _csv(NAMED.replace(",", ";"))),
    "a short row": _read("a.csv", _csv("code,name\nA1\n"), ("A1", "")),
    "a row that is too long": Case("a.csv", _csv("code,name\nA1,甲,乙\n"), "Row 2 has more cells"),
    "pictures as letters": _read("a.csv", _csv("code,name\nA1,👩‍🏭 𠮷野\n"), ("A1", "👩‍🏭 𠮷野")),
}
