"""Walking the hash chain: from its first entry to its head, a piece at a time, to the first entry that does not fit.

What was appended while the walk goes on is walked too; nobody waits for it. A chain cannot see that its end was cut
off together with its head: that is what anchors are for, heads of the chain that were written down elsewhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from kezhi.audit import entry_hash
from kezhi.tables import audit_entry, audit_head

GENESIS = b"\0" * 32  #: what the first entry stands behind
NAMES = tuple(audit_entry.c.keys())
PIECE = 2_000  #: entries that are in memory at once

Kind = Literal["changed", "moved", "inserted", "missing", "cut", "head", "anchor"]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first entry at which the chain does not hold, and what seems to have happened to it."""

    seq: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found: how many entries hold, up to which hash, and the first fault if there is one."""

    entries: int
    head: str  #: hash of the last entry that holds, in hex
    anchors: int  #: anchors that were met, and agreed
    fault: Fault | None = None


def verify(session: Session, key: bytes, anchors: Mapping[int, bytes] | None = None, piece: int = PIECE) -> Verdict:
    """Walk the whole chain. ``anchors`` are hashes by number, known from elsewhere.

    Memory does not grow with the entries. Ends the read transaction after each piece, unless one writes.
    """
    anchors = anchors or {}
    previous, expected, met, last = GENESIS, 1, 0, None
    while True:
        # the head first: entries that are committed after it was read only make the rows more, never fewer
        head = session.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
        statement = select(audit_entry).order_by(audit_entry.c.seq).limit(piece + 1)
        rows = session.execute(statement if last is None else statement.where(audit_entry.c.seq > last)).all()
        found = [dict(zip(NAMES, row, strict=True)) for row in rows]
        if not session.info.get("writing"):
            session.rollback()  # no snapshot is held over the hashing
        for row, following in zip(found[:piece], [*found[1 : piece + 1], None], strict=False):
            kind = _fault(key, previous, expected, row, following)
            if kind is not None:
                at = min(expected, row["seq"]) if kind == "inserted" else expected
                return Verdict(expected - 1, previous.hex(), met, Fault(at, kind))
            previous = as_bytes(row["hash"])
            if expected in anchors:
                if not hmac.compare_digest(anchors[expected], previous):
                    return Verdict(expected - 1, previous.hex(), met, Fault(expected, "anchor"))
                met += 1
            expected, last = expected + 1, row["seq"]
        if not found:
            fault = _at_the_end(expected - 1, previous, head.seq, as_bytes(head.hash), anchors)
            return Verdict(expected - 1, previous.hex(), met, fault)


def first_bad_entry(session: Session, key: bytes) -> int | None:
    """The first number at which the chain does not hold, or None when all of it does."""
    fault = verify(session, key).fault
    return None if fault is None else fault.seq


def fits(key: bytes, previous: bytes, row: Mapping[str, Any]) -> bool:
    """Whether an entry is as it was written and stands behind the entry with the hash ``previous``."""
    if as_bytes(row["previous"]) != previous:
        return False
    try:
        return hmac.compare_digest(entry_hash(key, previous, row), as_bytes(row["hash"]))
    except (TypeError, ValueError):
        return False  # a value that is no text at all


def _fault(key: bytes, previous: bytes, expected: int, row: Any, following: Any) -> Kind | None:
    """What is wrong with an entry, told from its neighbours; None when nothing is."""
    if row["seq"] > expected:
        return "missing"
    if row["seq"] < expected:
        return "inserted"
    if fits(key, previous, row):
        return None
    if following is not None and as_bytes(following["previous"]) == previous:  # the one behind wants to stand here
        return "moved" if as_bytes(row["previous"]) == as_bytes(following["hash"]) else "inserted"
    return "changed"


def as_bytes(value: Any) -> bytes:
    """A hash as it is stored. SQLite takes anything into any column: what is no hash is none."""
    return bytes(value) if isinstance(value, bytes | bytearray | memoryview) else b""


def _at_the_end(
    seq: int, previous: bytes, head_seq: int, head_hash: bytes, anchors: Mapping[int, bytes]
) -> Fault | None:
    if head_seq > seq:
        return Fault(seq + 1, "cut")
    if head_seq < seq:
        return Fault(head_seq + 1, "inserted")
    if head_hash != previous:
        return Fault(seq, "head")
    return Fault(seq + 1, "cut") if any(number > seq for number in anchors) else None
