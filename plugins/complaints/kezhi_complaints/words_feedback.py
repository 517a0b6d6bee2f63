"""How feedback, the fields of a registration, and the natures of kinds are called."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .models import BUSINESS, CAUSE, CHANNEL, COMPLAINT, KIND, OPEN, OPINION, SERVICE, SUGGESTION, TOLD_RESULT, WENT_ON

SORT_WORDS: dict[str, Any] = {
    OPINION: lazy_pgettext("feedback", "Opinion"),
    SUGGESTION: lazy_pgettext("feedback", "Suggestion"),
    COMPLAINT: lazy_pgettext("feedback", "Complaint"),
}
SORT_TONES = {OPINION: "gray", SUGGESTION: "teal", COMPLAINT: "orange"}
FEEDBACK_WORDS: dict[str, Any] = {
    OPEN: lazy_pgettext("feedback", "Open"),
    TOLD_RESULT: lazy_pgettext("feedback", "Result told"),
    WENT_ON: lazy_pgettext("feedback", "Went on as a complaint"),
}
FEEDBACK_TONES = {OPEN: "blue", TOLD_RESULT: "green", WENT_ON: "orange"}
LIST_TITLES: dict[str, Any] = {
    KIND: _l("Kinds of complaints"),
    CAUSE: _l("Causes of complaints"),
    CHANNEL: _l("Channels"),
}
NATURE_WORDS: dict[str, Any] = {
    SERVICE: lazy_pgettext("complaint kind", "About service"),
    BUSINESS: lazy_pgettext("complaint kind", "About business"),
}
#: the fields of a registration, in the order of the form
FIELD_WORDS: dict[str, Any] = {
    "customer_id": _l("Customer"),
    "anonymous": _l("Anonymous"),
    "complainant": _l("Complainant"),
    "phone": _l("Phone"),
    "kind_id": _l("Kind of complaint"),
    "channel_id": _l("Channel"),
    "subject": lazy_pgettext("complaint", "Subject"),
    "course": _l("Course of events"),
    "happened_on": _l("Happened on"),
    "accused_id": _l("Person complained about"),
    "department_id": _l("Department complained about"),
    "against": _l("Complained about, in words"),
    "product": _l("Product"),
    "reference": _l("Order or waybill"),
}
