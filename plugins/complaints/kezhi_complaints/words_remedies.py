"""How remedies, responsible units, corrective actions and satisfaction are called and coloured (CMP-13 to CMP-15)."""

from __future__ import annotations

from typing import Any

from kezhi import lazy_gettext as _l
from kezhi.i18n import lazy_pgettext

from .models import (
    ABANDONED,
    ACTION_DONE,
    ACTION_OPEN,
    APOLOGY,
    APPROVED,
    BY_CARRIER,
    BY_DEPARTMENT,
    BY_PERSON,
    BY_SUPPLIER,
    CARRIED_OUT,
    COMPENSATION,
    DISCOUNT,
    DRAFT,
    DROPPED,
    EFFECTIVE,
    IN_APPROVAL,
    INEFFECTIVE,
    REFUSED,
    REPLACEMENT,
    RETURN,
)

REMEDY_WORDS: dict[str, Any] = {
    REPLACEMENT: lazy_pgettext("remedy", "Replacement"),
    RETURN: lazy_pgettext("remedy", "Return of goods"),
    COMPENSATION: lazy_pgettext("remedy", "Compensation"),
    APOLOGY: lazy_pgettext("remedy", "Apology"),
    DISCOUNT: lazy_pgettext("remedy", "Discount"),
}
REMEDY_STATE_WORDS: dict[str, tuple[Any, str]] = {
    DRAFT: (lazy_pgettext("remedy", "Not put up for approval"), "gray"),
    IN_APPROVAL: (lazy_pgettext("remedy", "Waits for approval"), "violet"),
    APPROVED: (lazy_pgettext("remedy", "To be carried out"), "amber"),
    REFUSED: (lazy_pgettext("remedy", "Refused"), "red"),
    CARRIED_OUT: (lazy_pgettext("remedy", "Carried out"), "green"),
    DROPPED: (lazy_pgettext("remedy", "Dropped"), "gray"),
}
UNIT_WORDS: dict[str, Any] = {
    BY_DEPARTMENT: lazy_pgettext("responsible", "Department"),
    BY_PERSON: lazy_pgettext("responsible", "Person"),
    BY_SUPPLIER: lazy_pgettext("responsible", "Supplier"),
    BY_CARRIER: lazy_pgettext("responsible", "Carrier"),
}
ACTION_WORDS: dict[str, tuple[Any, str]] = {
    ACTION_OPEN: (lazy_pgettext("action", "In progress"), "blue"),
    ACTION_DONE: (lazy_pgettext("action", "Done, effect to be checked"), "amber"),
    EFFECTIVE: (lazy_pgettext("action", "Effective"), "green"),
    INEFFECTIVE: (lazy_pgettext("action", "Without effect"), "red"),
    ABANDONED: (lazy_pgettext("action", "Given up"), "gray"),
}
SCORE_WORDS: dict[int, Any] = {
    5: lazy_pgettext("score", "Very satisfied"),
    4: lazy_pgettext("score", "Satisfied"),
    3: lazy_pgettext("score", "So-so"),
    2: lazy_pgettext("score", "Not satisfied"),
    1: lazy_pgettext("score", "Not satisfied at all"),
}
SCORE_TONES = {5: "green", 4: "green", 3: "amber", 2: "red", 1: "red"}
#: why earlier complaints are the same again
REPEAT_WORDS: dict[str, Any] = {
    "customer": _l("Same customer, same cause"),
    "unit": _l("Same responsible unit, same cause"),
    "cause": _l("Same cause"),
}
#: what happened, by ``what`` in the details of an event
REMEDY_EVENTS: dict[str, Any] = {
    "agree": lazy_pgettext("event", "Remedy agreed"),
    "ask": lazy_pgettext("event", "Compensation put up for approval"),
    "approve": lazy_pgettext("event", "Compensation approved"),
    "refuse": lazy_pgettext("event", "Compensation refused"),
    "return": lazy_pgettext("event", "Compensation came back"),
    "drop": lazy_pgettext("event", "Remedy dropped"),
    "carry_out": lazy_pgettext("event", "Remedy carried out"),
}
ACTION_EVENTS: dict[str, Any] = {
    "give": lazy_pgettext("event", "Corrective action given"),
    "change": lazy_pgettext("event", "Corrective action changed"),
    "finish": lazy_pgettext("event", "Corrective action done"),
    "effective": lazy_pgettext("event", "Corrective action is effective"),
    "ineffective": lazy_pgettext("event", "Corrective action has no effect"),
    "abandon": lazy_pgettext("event", "Corrective action given up"),
}
SATISFACTION_EVENTS: dict[str, Any] = {
    "ask": lazy_pgettext("event", "Asked whether satisfied"),
    "answer": lazy_pgettext("event", "The customer says how satisfied they are"),
    "escalate": lazy_pgettext("event", "Not satisfied: escalated"),
    "settle": lazy_pgettext("event", "Not satisfied: stays closed"),
}
