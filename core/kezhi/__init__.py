"""Kezhi: customer-management policies that run. This module is the public API for plugin authors.

Everything in ``__all__`` is kept stable between minor versions; modules are otherwise free to change.
"""

from .audit import record as audit_record
from .bulk import announce, bulk_write
from .contributions import (
    ALL,
    Access,
    Check,
    Choice,
    Clause,
    Column,
    Demo,
    Evidence,
    Fact,
    Filter,
    Finding,
    Job,
    Join,
    ListTool,
    MenuItem,
    Metric,
    Panel,
    Period,
    Permission,
    RecordLink,
    TimelineEntry,
)
from .db import BigInt, CodeText, Json, UtcDateTime, db, model_base, writing
from .errors import Conflict, KezhiError, NotFound, PluginError, Refused
from .hookspecs import spec
from .i18n import lazy_gettext, localised
from .jobs import Task
from .listing import ListView
from .permissions import acting_as, acting_user, can, logged_in, public, requires
from .plugin import Plugin, hookimpl, hookspec
from .settings import SecretField, SettingsForm, currency, set_setting, setting
from .users import SYSTEM, User
from .visibility import visible, visible_ids

__all__ = [
    "ALL",
    "SYSTEM",
    "Access",
    "BigInt",
    "Check",
    "Choice",
    "Clause",
    "CodeText",
    "Column",
    "Conflict",
    "Demo",
    "Evidence",
    "Fact",
    "Filter",
    "Finding",
    "Job",
    "Join",
    "Json",
    "KezhiError",
    "ListTool",
    "ListView",
    "MenuItem",
    "Metric",
    "NotFound",
    "Panel",
    "Period",
    "Permission",
    "Plugin",
    "PluginError",
    "RecordLink",
    "Refused",
    "SecretField",
    "SettingsForm",
    "Task",
    "TimelineEntry",
    "User",
    "UtcDateTime",
    "acting_as",
    "acting_user",
    "announce",
    "audit_record",
    "bulk_write",
    "can",
    "currency",
    "db",
    "hookimpl",
    "hookspec",
    "lazy_gettext",
    "localised",
    "logged_in",
    "model_base",
    "public",
    "requires",
    "set_setting",
    "setting",
    "spec",
    "visible",
    "visible_ids",
    "writing",
]
