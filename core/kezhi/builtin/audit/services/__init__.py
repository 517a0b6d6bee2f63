"""What the audit log is asked: does it hold, where does it stand, who was refused."""

from .anchors import Anchor, anchor_file, read_anchors, take_anchor, write_anchor
from .chain import Fault, Verdict, first_bad_entry, fits, verify
from .refusals import Refusals
from .verifying import verify_and_note, verify_site

__all__ = [
    "Anchor",
    "Fault",
    "Refusals",
    "Verdict",
    "anchor_file",
    "first_bad_entry",
    "fits",
    "read_anchors",
    "take_anchor",
    "verify",
    "verify_and_note",
    "verify_site",
    "write_anchor",
]
