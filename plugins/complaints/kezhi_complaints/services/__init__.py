"""The policy of complaints as plain functions."""

from .entries import entries
from .finding import complaint_by_id
from .history import add_event, events_of
from .registering import register

__all__ = ["add_event", "complaint_by_id", "entries", "events_of", "register"]
