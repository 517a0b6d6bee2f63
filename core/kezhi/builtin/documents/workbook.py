"""Workbooks of documents: letterhead, facts and a table that prints well."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .contributions import Sheet

if TYPE_CHECKING:
    from .services.making import Plan

FORMATS = {"count": "#,##0", "decimal": "#,##0.0##", "money": "#,##0.00", "date": "yyyy-mm-dd"}
WIDTHS = {"count": 12, "decimal": 12, "money": 16, "date": 12}
LARGEST_NUMBER = 10**15  #: longer ones are text: a spreadsheet would round them
FONT = "Microsoft YaHei"
INK, LINE, TINT = "#1b2533", "#c9d2de", "#eef2f8"


def make(made: Plan, sheets: Sequence[Sheet]) -> bytes:
    """The workbook's bytes. Text is text: nothing a customer is called becomes a formula or a link."""
    import xlsxwriter

    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties(
        {
            "title": made.title,
            "company": made.head["company"],
            "author": made.issued_by or made.head["company"],
            "created": made.at.replace(microsecond=0, tzinfo=None),
        }
    )
    styles = _styles(book)
    for number, sheet in enumerate(sheets, 1):
        _fill(book.add_worksheet(_name(sheet.title, number)), made, sheet, styles)
    book.close()
    return target.getvalue()


def _name(title: str, number: int) -> str:
    """A name that Excel takes: at most 31 signs, none of its own."""
    return re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or f"Sheet{number}"


def _styles(book: Any) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 10, "font_color": INK, "valign": "vcenter"}
    cell = {**base, "border": 1, "border_color": LINE}
    styles = {
        "company": book.add_format({**base, "font_size": 10, "font_color": "#5b6878"}),
        "title": book.add_format({**base, "font_size": 16, "bold": True}),
        "label": book.add_format({**base, "font_color": "#5b6878"}),
        "fact": book.add_format({**base}),
        "draft": book.add_format({**base, "bold": True, "font_color": "#b4231f"}),
        "head": book.add_format({**cell, "bold": True, "bg_color": TINT, "text_wrap": True}),
        "text": book.add_format({**cell, "text_wrap": True}),
    }
    for kind, pattern in FORMATS.items():
        aligned = {} if kind == "date" else {"align": "right"}
        styles[kind] = book.add_format({**cell, "num_format": pattern, **aligned})
        styles[f"head-{kind}"] = book.add_format({**cell, "bold": True, "bg_color": TINT, "text_wrap": True, **aligned})
    return styles


def _fill(sheet: Any, made: Plan, given: Sheet, styles: dict[str, Any]) -> None:
    kinds = [*given.kinds, *["text"] * (len(given.head) - len(given.kinds))]
    for column, kind in enumerate(kinds):
        width = given.widths[column] if column < len(given.widths) else WIDTHS.get(kind, 18)
        sheet.set_column(column, column, width)
    facts = made.facts()
    sheet.write_string(0, 0, facts["company"], styles["company"])
    sheet.set_row(1, 26)
    sheet.write_string(1, 0, f"{made.title} · {made.content.subject}", styles["title"])
    row = 2
    number = (facts["labels"]["number"], facts["number"] or facts["labels"]["unnumbered"])
    own = [number, (facts["labels"]["day"], facts["day"])]
    if facts["number"]:
        own += [(facts["labels"]["by"], facts["by"]), (facts["labels"]["holder"], facts["holder"]),
                (facts["labels"]["keep-until"], facts["keep-until"])]  # fmt: skip
    for place, (label, value) in enumerate([*own, *given.facts]):
        sheet.write_string(row, 0, label, styles["label"])
        sheet.write_string(row, 1, value, styles["draft" if place == 0 and facts["draft"] else "fact"])
        row += 1
    row += 1
    for column, text in enumerate(given.head):
        style = styles.get(f"head-{kinds[column]}", styles["head"])
        sheet.write_string(row, column, text, style)
    first = row + 1
    for line in given.rows:
        row += 1
        for column, value in enumerate(line):
            _write(sheet, row, column, value, kinds[column], styles)
    if given.rows:
        sheet.autofilter(first - 1, 0, row, len(given.head) - 1)
    sheet.freeze_panes(first, 0)
    sheet.repeat_rows(first - 1)
    sheet.set_landscape() if len(given.head) > 6 else sheet.set_portrait()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&8{_plain(facts['number'] or facts['labels']['draft'])}&R&8&P / &N")
    if facts["draft"]:
        sheet.set_header(f'&C&"{FONT}"&14{_plain(facts["labels"]["draft"])}')


def _plain(text: str) -> str:
    """Text in a page's head or foot, where an ampersand begins a code."""
    return text.replace("&", "&&")


def _write(sheet: Any, row: int, column: int, value: Any, kind: str, styles: dict[str, Any]) -> None:
    style = styles[kind]
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, datetime | date):
        sheet.write_datetime(row, column, value, style)
    elif (isinstance(value, int) and abs(value) < LARGEST_NUMBER) or (
        isinstance(value, Decimal) and abs(value) < LARGEST_NUMBER
    ):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), styles["text"] if kind == "text" else style)
