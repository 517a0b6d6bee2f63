"""What the credit plugin does, as plain functions on the session."""

from .checking import ALLOW, BLOCK, WARN, Answer, Reason, check
from .classes import (
    add_class,
    all_classes,
    change_class,
    class_by_id,
    class_by_key,
    classes_in_use,
    set_retired,
    title_of,
    versions_of,
)
from .limits import ask_limit, end_limit, limit_by_id, limits_of
from .measures import (
    alert_by_id,
    alerts_of,
    decide,
    measure_by_id,
    measure_in_force,
    measures_of,
    record_security,
)
from .position import position, position_of
from .ratings import present_class, rate, ratings_of, seen_customer
from .releases import ask_release, releases_of
from .reports import credit_report
from .reserving import cancel, running_of
from .standing import standing
from .summary import refresh_all, refresh_due
from .watching import Watched, watch

__all__ = [
    "ALLOW",
    "BLOCK",
    "WARN",
    "Answer",
    "Reason",
    "Watched",
    "add_class",
    "alert_by_id",
    "alerts_of",
    "all_classes",
    "ask_limit",
    "ask_release",
    "cancel",
    "change_class",
    "check",
    "class_by_id",
    "class_by_key",
    "classes_in_use",
    "credit_report",
    "decide",
    "end_limit",
    "limit_by_id",
    "limits_of",
    "measure_by_id",
    "measure_in_force",
    "measures_of",
    "position",
    "position_of",
    "present_class",
    "rate",
    "ratings_of",
    "record_security",
    "refresh_all",
    "refresh_due",
    "releases_of",
    "running_of",
    "seen_customer",
    "set_retired",
    "standing",
    "title_of",
    "versions_of",
    "watch",
]
