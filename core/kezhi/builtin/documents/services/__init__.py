"""Documents as plain functions: the pages and commands are thin callers."""

from . import making
from .issuing import issue
from .kinds import kind_for, kinds, record_for
from .letterhead import letterhead, save_letterhead
from .making import Draft, preview, preview_page
from .register import issue_by_id, issue_by_number, issues_of

__all__ = [
    "Draft",
    "issue",
    "issue_by_id",
    "issue_by_number",
    "issues_of",
    "kind_for",
    "kinds",
    "letterhead",
    "making",
    "preview",
    "preview_page",
    "record_for",
    "save_letterhead",
]
