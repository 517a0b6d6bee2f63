"""Anchors: the head of the chain, written down where who can write the database cannot.

An anchor file holds one JSON document a line, ``{"seq": …, "hash": "…", "at": "…"}``; it is only ever appended to. The
hashes are made with the audit key: nobody without it can write an anchor that agrees with a chain of their own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from kezhi import Refused, clock, db
from kezhi.db import end_reading
from kezhi.i18n import gettext as _
from kezhi.tables import audit_head

NAME = "audit-anchors.jsonl"  #: in the data folder, by the daily job


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at an instant."""

    seq: int
    hash: str  #: in hex
    at: str  #: UTC

    @property
    def line(self) -> str:
        return json.dumps(asdict(self))


def anchor_file() -> Path:
    """Where this installation keeps its own anchors."""
    folder: Path = current_app.extensions["kezhi"].site.config.data
    return folder / NAME


def take_anchor() -> Anchor:
    """The head as it is now."""
    head = db.session.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
    end_reading()
    return Anchor(head.seq, bytes(head.hash).hex(), clock.now().isoformat(timespec="seconds"))


def write_anchor(anchor: Anchor, path: Path) -> None:
    """Append an anchor to a file; it is on the disk when this returns. Errors: ``Refused``."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{anchor.line}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise Refused(_("The file %(path)s cannot be written: %(why)s", path=path, why=error.strerror)) from error


def read_anchors(paths: Iterable[Path]) -> dict[int, bytes]:
    """The anchors of these files, by number. Errors: ``Refused`` for a file or a line that is none."""
    found: dict[int, bytes] = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(_("The file of anchors %(path)s cannot be read.", path=path)) from error
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            seq, digest = _parse(line, path, number)
            if found.setdefault(seq, digest) != digest:
                raise Refused(_("Two anchors disagree about entry %(seq)d: one of them is false.", seq=seq))
    found.pop(0, None)  # an anchor of an empty chain says nothing
    return found


def _parse(line: str, path: Path, number: int) -> tuple[int, bytes]:
    try:
        document = json.loads(line)
        seq, digest = document["seq"], bytes.fromhex(document["hash"])
        if type(seq) is not int or seq < 0 or len(digest) != 32:
            raise ValueError(line)
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(_("Line %(number)d of %(path)s is no anchor.", number=number, path=path)) from error
    return seq, digest
