"""Duties as plain functions: pages, commands, jobs and other apps are thin callers."""

from .closing import close_task, drop_tasks, forget_plugin, last_done, may_close
from .escalation import escalate
from .mail import send_due
from .notices import Told, notices, notify, open_notice, read_about, read_all, settle, unread
from .opening import open_task, open_tasks, reassign, receivers
from .outside import can_write_to_others, write_to_other
from .queries import Line, escalated_to, open_count, overview, own_open, task_by_id
from .sync import sync, sync_all

__all__ = [
    "Line",
    "Told",
    "can_write_to_others",
    "close_task",
    "drop_tasks",
    "escalate",
    "escalated_to",
    "forget_plugin",
    "last_done",
    "may_close",
    "notices",
    "notify",
    "open_count",
    "open_notice",
    "open_task",
    "open_tasks",
    "overview",
    "own_open",
    "read_about",
    "read_all",
    "reassign",
    "receivers",
    "send_due",
    "settle",
    "sync",
    "sync_all",
    "task_by_id",
    "unread",
    "write_to_other",
]
