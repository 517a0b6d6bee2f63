"""The policy board for pages, commands and other apps (PER-01)."""

from .board import Row, board, counts
from .evidence import Trouble, look
from .exempting import apply_again, exempt, exemptions_of, forget_plugin, line_of
from .recording import history, overdue_lines, record

__all__ = [
    "Row",
    "Trouble",
    "apply_again",
    "board",
    "counts",
    "exempt",
    "exemptions_of",
    "forget_plugin",
    "history",
    "line_of",
    "look",
    "overdue_lines",
    "record",
]
