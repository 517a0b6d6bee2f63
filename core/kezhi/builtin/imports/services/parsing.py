"""Cells → values, row by row, with what is wrong with them. What is protected is sealed at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kezhi import Refused
from kezhi.i18n import _

from ...protection.fields import seal, writer
from ...protection.sealed import new_token
from ..cells import visible_text
from ..contributions import Importer
from ..values import check_cell, shown


class Reader:
    """Reads the rows of one file, each by itself."""

    def __init__(self, importer: Importer, columns: Mapping[str, int]) -> None:
        self.fields = [(each, columns[each.key]) for each in importer.fields if each.key in columns]
        self.protects = any(each.protect for each, _place in self.fields)

    def read(self, number: int, cells: Sequence[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The staged row and its problems, as values to insert."""
        data: dict[str, Any] = {}
        problems: list[dict[str, Any]] = []
        token = new_token() if self.protects else None
        version = writer().version

        def report(key: str, level: str, message: object) -> None:
            problems.append({"row": number, "column": key, "level": level, "message": str(message), "origin": "file",
                             "seal_version": version})  # fmt: skip

        for each, place in self.fields:
            text = visible_text(cells[place])
            if not text:
                if each.required:
                    report(each.key, "error", _("“%(field)s” is required and empty.", field=each.label))
                continue
            try:
                check_cell(text)
                value = each.parse(text)
                kept = seal(each.protect, token or "", str(value)) if each.protect else value
            except Refused as error:
                report(each.key, "error", error)
                continue
            except ValueError:
                report(each.key, "error", _("“%(value)s” cannot be read.", value=shown(text)))
                continue
            data[each.key] = kept
            if each.index is not None:
                data |= each.index(value)
            warning = each.warn(value) if each.warn is not None else None
            if warning is not None:
                report(each.key, "warning", warning)
        bad = any(problem["level"] == "error" for problem in problems)
        staged = {"row": number, "data": data, "raw": list(cells), "bad": bad, "seal": token, "seal_version": version}
        return staged, problems
