"""Hooks of the customer file."""

from __future__ import annotations

from kezhi.hookspecs import spec
from kezhi.users import User

from .contributions import FormPart


@spec("view")
def customer_form_parts(customer_id: int | None, user: User) -> list[FormPart]:  # type: ignore[empty-body]
    """What: parts of the form of a customer file, saved in the transaction of the record.

    Arguments: ``customer_id`` is None while a file is being opened; only offer what ``user`` may change. Returns:
    parts. Called by: the form of a customer file. On error: dropped; what was typed into it before keeps the form from
    being saved.
    """
