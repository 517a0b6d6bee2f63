"""What the credit plugin does, as plain functions on the session."""

from .cards import card_in_force, card_version, card_versions, read_card, save_card
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
from .investigations import (
    Said,
    ask_investigation,
    cancel_investigation,
    findings_of,
    investigation_by_id,
    investigations_of,
    investigators,
    is_valid,
    latest_investigation,
    may_record,
    record,
    valid_investigation,
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
from .scoring import judge
from .sheets import content_of, decide_sheet, fill_in, may_decide, sheet_by_id, sheets_of, suggested_key
from .sources import all_sources, retire_source, save_source, source_by_id, source_title, sources_in_use
from .standing import standing
from .summary import refresh_all, refresh_due
from .watching import Watched, watch

__all__ = [
    "ALLOW",
    "BLOCK",
    "WARN",
    "Answer",
    "Reason",
    "Said",
    "Watched",
    "add_class",
    "alert_by_id",
    "alerts_of",
    "all_classes",
    "all_sources",
    "ask_investigation",
    "ask_limit",
    "ask_release",
    "cancel",
    "cancel_investigation",
    "card_in_force",
    "card_version",
    "card_versions",
    "change_class",
    "check",
    "class_by_id",
    "class_by_key",
    "classes_in_use",
    "content_of",
    "credit_report",
    "decide",
    "decide_sheet",
    "end_limit",
    "fill_in",
    "findings_of",
    "investigation_by_id",
    "investigations_of",
    "investigators",
    "is_valid",
    "judge",
    "latest_investigation",
    "limit_by_id",
    "limits_of",
    "may_decide",
    "may_record",
    "measure_by_id",
    "measure_in_force",
    "measures_of",
    "position",
    "position_of",
    "present_class",
    "rate",
    "ratings_of",
    "read_card",
    "record",
    "record_security",
    "refresh_all",
    "refresh_due",
    "releases_of",
    "retire_source",
    "running_of",
    "save_card",
    "save_source",
    "seen_customer",
    "set_retired",
    "sheet_by_id",
    "sheets_of",
    "source_by_id",
    "source_title",
    "sources_in_use",
    "standing",
    "suggested_key",
    "title_of",
    "valid_investigation",
    "versions_of",
    "watch",
]
