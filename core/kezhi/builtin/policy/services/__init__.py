"""The policy board for pages, commands and other apps (PER-01)."""

from .board import Row, board, counts
from .evidence import Trouble, look

__all__ = ["Row", "Trouble", "board", "counts", "look"]
