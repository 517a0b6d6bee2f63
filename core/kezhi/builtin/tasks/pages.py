"""What the pages of tasks show, as plain data for the templates."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from babel.dates import format_date
from flask import current_app, url_for
from flask_babel import get_locale

from kezhi import Panel, User, clock, localised
from kezhi import lazy_gettext as _l
from kezhi.db import end_reading
from kezhi.i18n import _, is_chinese

from . import services
from .contributions import CUSTOMERS, HomeFigure, TaskKind, Waiting
from .kinds import page_of, task_kinds
from .models import Task
from .services import Line, may_close
from .todo import TODO, of_customer
from .words import due_words, group_of

log = logging.getLogger("kezhi.tasks")

SHOWN = 50  #: own tasks on the first page
SIDE = 6  #: lines of a panel at the side
FIGURES = 6  #: at the top of the first page
TITLES = {"late": _l("Overdue"), "today": _l("Today"), "week": _l("This week"), "later": _l("Later")}


@dataclass(frozen=True, slots=True)
class Row:
    """A task as a line of a list. ``url`` is the page of its subject, else its own."""

    id: int
    kind: str
    subject: str
    url: str
    own_url: str
    icon: str
    clause: str
    owner: str
    due: str
    tone: str
    due_at: Any
    level: int
    may_close: bool
    is_todo: bool

    @property
    def name(self) -> str:
        """The kind and what it is about, in one line."""
        if self.is_todo or not self.subject:
            return self.subject or self.kind
        return str(_("%(kind)s: %(subject)s", kind=self.kind, subject=self.subject))


def row_of(task: Task, owner: str, user: User) -> Row:
    """A task as a line."""
    kind = task_kinds().get(task.kind)
    own = url_for("tasks.show", task_id=task.id)
    text, tone = due_words(task.due_at)
    return Row(
        id=task.id,
        kind=localised(task.kind_title),
        subject=task.subject,
        url=page_of(task.kind, task.reference) or own,
        own_url=own,
        icon=kind.icon if kind else "check2-square",
        clause=kind.clause if kind else "",
        owner=owner,
        due=text,
        tone=tone,
        due_at=task.due_at,
        level=task.level,
        may_close=may_close(task, user),
        is_todo=task.kind == TODO,
    )


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks that are due at about the same time, under a heading."""

    key: str
    title: Any
    rows: list[Row]


def grouped(lines: Sequence[Line], user: User) -> list[Group]:
    """Own tasks by when they are due."""
    now = clock.local(clock.now())
    found = {key: Group(key, title, []) for key, title in TITLES.items()}
    for line in lines:
        found[group_of(clock.local(line.task.due_at), now)].rows.append(row_of(line.task, line.owner, user))
    return [group for group in found.values() if group.rows]


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a person and is kept elsewhere, as a panel at the side."""

    kind: TaskKind
    rows: list[tuple[Waiting, str, str]]  #: with the words and tone of when it is due
    has_more: bool
    url: str


def queues(user: User) -> list[Queue]:
    """The panels of kinds that show what waits as it is now. One that fails is left out and logged."""
    found = []
    for kind in task_kinds().values():
        if kind.waiting is None:
            continue
        try:
            waiting = list(kind.waiting(user, SIDE + 1))
        except Exception:
            log.exception("what waits of %s is not known", kind.key)
            end_reading()
            continue
        if waiting:
            url = url_for(kind.all_of_it) if kind.all_of_it in current_app.view_functions else ""
            rows = [(each, *_waiting_words(each)) for each in waiting[:SIDE]]
            found.append(Queue(kind, rows, len(waiting) > SIDE, url))
    return found


def _waiting_words(each: Waiting) -> tuple[str, str]:
    return due_words(each.due_at) if each.due_at is not None else ("", "gray")


def home_page(user: User) -> dict[str, Any]:
    """Everything the first page shows. The number of statements depends on the apps, not on the tasks."""
    lines = services.own_open(user, SHOWN + 1)
    groups = grouped(lines[:SHOWN], user)
    count = {group.key: len(group.rows) for group in groups}
    return {
        "greeting": greeting(user.name),
        "today": day_in_words(),
        "late": count.get("late", 0),
        "due_today": count.get("today", 0),
        "groups": groups,
        "has_more": len(lines) > SHOWN,
        "escalated": [row_of(line.task, line.owner, user) for line in services.escalated_to(user, SHOWN)],
        "figures": figures(user),
        "queues": queues(user),
        "notices": services.notices(limit=SIDE, only_unread=True)[0] if services.unread() else [],
        "unread": services.unread(),
        "may_add": user.can("tasks.use"),
    }


def figures(user: User) -> list[HomeFigure]:
    """The figures at the top of the first page."""
    found = current_app.extensions["kezhi"].call.home_figures(user=user)
    return sorted(found, key=lambda each: each.order)[:FIGURES]


def greeting(name: str) -> str:
    """A greeting for the time of day."""
    hour = clock.local(clock.now()).hour
    if hour < 12:
        return str(_("Good morning, %(name)s", name=name))
    if hour < 18:
        return str(_("Good afternoon, %(name)s", name=name))
    return str(_("Good evening, %(name)s", name=name))


def day_in_words() -> str:
    """Today with its weekday."""
    return str(format_date(clock.today(), "y年M月d日 EEEE" if is_chinese() else "EEEE, d MMMM y", locale=get_locale()))


def customer_panels(record: Any, user: User) -> list[Panel]:
    """On a customer's page: what is to be done about it, as far as one sees it."""
    if getattr(record, "__tablename__", "") != CUSTOMERS or not user.can("tasks.use"):
        return []
    rows = [row_of(task, owner or "", user) for task, owner in of_customer(record.id, SIDE)]
    new = url_for("tasks.new", customer=record.id)
    return [
        Panel(
            _l("Tasks"), "tasks/panel.html", {"rows": rows}, icon="check2-square", link=new, link_text=_l("New to-do"),
            order=15,
        )
    ]  # fmt: skip
