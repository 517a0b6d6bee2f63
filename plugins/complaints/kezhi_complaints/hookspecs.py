"""The hooks between complaints and whoever keeps a register of disputes (TRD-09). Without one nothing is offered."""

from __future__ import annotations

from datetime import date
from typing import Any

from kezhi import spec


@spec("view", firstresult=True)
def complaint_dispute(number: str, customer_id: int) -> dict[str, Any] | None:
    """What: which dispute a grave complaint became, and whether the acting person may enter it as one.

    Arguments: ``number`` is that of the complaint, which is never given twice; ``customer_id`` its customer, whom the
    acting person sees. Returns: a dict with ``number`` of the dispute (empty while there is none), ``url`` (empty for
    who may not see it) and ``may_enter``. Called by: the page of a grave complaint. On error: the page offers nothing.
    """


@spec("tx", firstresult=True)
def enter_complaint_dispute(number: str, customer_id: int, happened_on: date, subject: str) -> str | None:
    """What: enter a grave complaint into the register of disputes, once.

    Arguments: ``number`` is that of the complaint, ``customer_id`` its customer; ``happened_on`` the day it was about,
    and ``subject`` what may be read by whoever sees the customer. Returns: the number of the dispute. Called by: the
    button on the page of a complaint, in the transaction that also puts it on record there. On error: nothing is
    entered; ``Refused`` says why: it was entered already, or the acting person may not.
    """


@spec("view", firstresult=True)
def complaint_url(number: str) -> str | None:
    """What: where a complaint is read; this app answers it, for any app that knows the number of one.

    Arguments: ``number`` is that of the complaint. Returns: the address of its page, empty for who does not see the
    complaint. Called by: other apps, to link to it. On error: the page that asked shows no link.
    """
