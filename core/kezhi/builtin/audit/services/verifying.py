"""The chain of this installation against everything that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flask import current_app

from kezhi import db
from kezhi.audit import record_alone

from .anchors import anchor_file, read_anchors, take_anchor, write_anchor
from .chain import Fault, Verdict, verify


def verify_site(files: Sequence[Path] = ()) -> Verdict:
    """Walk the chain, against the anchors in the data folder and those in ``files``. Errors: ``Refused`` for a file."""
    own = anchor_file()
    anchors = read_anchors([*([own] if own.exists() else []), *files])
    return verify(db.session(), current_app.config["KEZHI_KEYS"]["audit"], anchors)


def verify_and_note() -> Verdict:
    """The daily walk: its outcome goes on record, and while the chain holds the new head becomes an anchor."""
    verdict = verify_site()
    fault: Fault | None = verdict.fault
    if fault is not None:
        record_alone("audit.verify", "audit", fault.seq, result="failed", kind=fault.kind, entries=verdict.entries)
        return verdict
    record_alone("audit.verify", "audit", verdict.entries, entries=verdict.entries, anchors=verdict.anchors)
    write_anchor(take_anchor(), anchor_file())
    return verdict
