"""Files as people send them: encodings, separators, workbooks, and what is refused before anything is read."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from kezhi import Refused
from kezhi.builtin.imports.cells import column_letters, neutralised, restored
from kezhi.builtin.imports.reading import MOST_ROWS, Source, read


def rows_of(source: Source) -> list[tuple[int, list[str]]]:
    return list(source.rows)


def workbook(*rows: Sequence[object], formats: dict[int, str] | None = None) -> bytes:
    """An .xlsx file; ``formats`` gives columns a number format."""
    output = io.BytesIO()
    with xlsxwriter.Workbook(output, {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("客户")
        styles = {column: book.add_format({"num_format": text}) for column, text in (formats or {}).items()}
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, cell, styles[column])
                elif isinstance(cell, str):
                    sheet.write_string(row, column, cell)
                elif cell is not None:
                    sheet.write(row, column, cell, styles.get(column))
    return output.getvalue()


def repacked(content: bytes, changes: dict[str, bytes]) -> bytes:
    """A workbook with members replaced or added."""
    output = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, data in changes.items():
            new.writestr(name, data)
    return output.getvalue()


# ── CSV ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gb18030", "gb18030"), ("utf-16", "utf-16-le")],
)
@pytest.mark.clause("CUS-08")
def test_a_chinese_file_is_read_in_each_encoding_that_spreadsheets_write(encoding: str, found: str) -> None:
    source = read("客户代码,名称\n0001,镕基𠮷野有限公司\n".encode(encoding), "客户.csv")
    assert source.encoding == found
    assert source.header == ["客户代码", "名称"]
    assert rows_of(source) == [(2, ["0001", "镕基𠮷野有限公司"])]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_taken_from_the_header(separator: str) -> None:
    text = f'code{separator}"name, or; what"\n1{separator}"a,b;c"\n'
    source = read(text.encode(), "a.csv")
    assert source.header == ["code", "name, or; what"]
    assert rows_of(source) == [(2, ["1", "a,b;c"])]


def test_rows_keep_the_numbers_a_spreadsheet_shows() -> None:
    """Blank rows count but are left out; a line break inside a cell starts no row; short rows are filled up."""
    source = read(b'code,note,x\r\n1,"two\r\nlines",\r\n\r\n,,\r\n4\r\n', "a.csv")
    assert rows_of(source) == [(2, ["1", "two\r\nlines", ""]), (5, ["4", "", ""])]


def test_empty_cells_behind_the_last_column_do_not_matter() -> None:
    assert rows_of(read(b"a,b,,\n1,2,,,\n", "a.csv")) == [(2, ["1", "2"])]


def test_a_column_may_be_called_like_the_mark_of_an_archive() -> None:
    assert read(b"PK,b\n1,2\n", "a.csv").header == ["PK", "b"]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "empty"),
        (b"  \n \n", "a.csv", "empty"),
        (b",,\n1,2,3\n", "a.csv", "no column names"),
        (b"\n1,2\n", "a.csv", "no column names"),
        (b"a,b\n1,\0\n", "a.csv", "Line 2 holds a NUL"),
        (b"a,b\n1,\xff\xff\xff\n", "a.csv", "Line 2 can be read neither"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.csv", "is a picture"),
        (b"a,a\n1,2\n", "a.csv", "called “a” (A and B)"),
        (b"a,b\n1,2\n3,4,5\n", "a.csv", "Row 3 has more cells"),
        (b'a,b\n1,"2\n3,4\n', "a.csv", "Row 2 cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "a.xls", "protected by a password or an old"),
        (b"a,b\n1,2\n", "a.xlsx", "ends in “.xlsx” but is no spreadsheet"),
        (b"PK\x03\x04 not really", "a.xlsx", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_place(content: bytes, name: str, said: str) -> None:
    with pytest.raises(Refused, match=said.replace("(", r"\(").replace(")", r"\)").replace(".", r"\.")):
        rows_of(read(content, name))


def test_more_rows_than_the_limit_are_refused() -> None:
    with pytest.raises(Refused, match="200,000 rows"):
        rows_of(read(b"a\n" + b"1\n" * (MOST_ROWS + 1), "a.csv"))


def test_a_nameless_column_goes_by_its_letter() -> None:
    assert read(b"a,,c\n1,2,3\n", "a.csv").header == ["a", "(column B)", "c"]
    assert [column_letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


# ── workbooks ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.clause("CUS-08")
def test_a_workbook_gives_what_people_see_in_it() -> None:
    content = workbook(
        ["代码", "信用代码", "数", "小数", "日期", "时间", "是"],
        ["00042", "913301061234567890", 12, 0.1, date(2026, 11, 23), datetime(2026, 11, 23, 8, 30), True],
        formats={4: "yyyy-mm-dd", 5: "yyyy-mm-dd hh:mm"},
    )
    source = read(content, "客户.xlsx")
    assert (source.encoding, source.sheet) == ("xlsx", "客户")
    expected = ["00042", "913301061234567890", "12", "0.1", "2026-11-23", "2026-11-23 08:30:00", "TRUE"]
    assert rows_of(source) == [(2, expected)]


def test_a_number_too_long_for_a_spreadsheet_shows_that_digits_are_lost() -> None:
    (_, cells), *_ = rows_of(read(workbook(["id"], [913301061234567890]), "a.xlsx"))
    assert cells == ["9.13301061234568E+17"]


def test_rows_of_a_workbook_keep_their_numbers() -> None:
    content = workbook(["a", "b"], [], ["", "x"], [1.5])
    assert rows_of(read(content, "a.xlsx")) == [(3, ["", "x"]), (4, ["1.5", ""])]


def test_a_formula_gives_the_value_it_had() -> None:
    output = io.BytesIO()
    with xlsxwriter.Workbook(output) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "a")
        sheet.write_formula(1, 0, "=1+1", None, 2)
    assert rows_of(read(output.getvalue(), "a.xlsx")) == [(2, ["2"])]


def test_macros_are_refused() -> None:
    plain = workbook(["a"], [1])
    with pytest.raises(Refused, match="macros"):
        read(repacked(plain, {"xl/vbaProject.bin": b"x"}), "a.xlsm")


@pytest.mark.parametrize(
    "changes",
    [
        {"xl/media/zeros.bin": b"\0" * 20_000_000},  # 1:1000
        {f"xl/{number}.xml": b"" for number in range(1_001)},
        {"xl/sharedStrings.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><sst/>'},
    ],
    ids=["ratio", "members", "entities"],
)
def test_a_workbook_made_to_overwhelm_is_refused(changes: dict[str, bytes]) -> None:
    with pytest.raises(Refused, match="unpacks to far more|damaged"):
        read(repacked(workbook(["a"], [1]), changes), "a.xlsx")


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    """The directory claims ten bytes; unpacking is counted all the same."""
    content = repacked(workbook(["a"], [1]), {"xl/zeros.xml": b"0" * 1_000_000})
    size = (1_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    with pytest.raises(Refused, match="unpacks to far more|damaged"):
        read(content.replace(size, (10).to_bytes(4, "little")), "a.xlsx")


def test_one_far_cell_does_not_make_the_sheet_enormous() -> None:
    with pytest.raises(Refused, match="reaches to row 1048576 and column XFD"):
        output = io.BytesIO()
        with xlsxwriter.Workbook(output) as book:
            sheet = book.add_worksheet()
            sheet.write_string(0, 0, "a")
            sheet.write_string(1_048_575, 16_383, "z")
        read(output.getvalue(), "a.xlsx")


def test_another_archive_is_no_workbook() -> None:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(Refused, match="no spreadsheet that can be read"):
        read(output.getvalue(), "a.xlsx")


def test_a_workbook_cut_off_half_way_is_refused() -> None:
    content = workbook(["a"], *[[number] for number in range(500)])
    with pytest.raises(Refused, match="damaged"):
        rows_of(read(content[: len(content) // 2], "a.xlsx"))


# ── cells that would run as formulas ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", ["=1+1", "+1-2", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "'=1", "＝1", "+86 571 8812"])
def test_what_looks_like_a_formula_is_neutralised(text: str) -> None:
    assert neutralised(text) == "'" + text
    assert restored(neutralised(text)) == text


@pytest.mark.parametrize("text", ["-12.50", "1-2", "杭州", "", "O'Neill", "'tis"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert neutralised(text) == text
    assert restored(text) == text


cell = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["=1", "'=1", "''@x", "-5", "\t", "a\r\nb", '"', ";", "00012"]
)


@given(rows=st.lists(st.lists(cell, min_size=3, max_size=3).filter(lambda row: any(map(str.strip, row))), min_size=1))
def test_what_is_written_as_csv_is_read_back_the_same(rows: list[list[str]]) -> None:
    output = io.StringIO(newline="")
    writer = csv.writer(output)
    for row in [["=a", "b", "c"], *rows]:
        writer.writerow([neutralised(text) for text in row])
    source = read(output.getvalue().encode("utf-8-sig"), "a.csv")
    assert source.header == ["=a", "b", "c"]
    assert [cells for _, cells in source.rows] == rows
