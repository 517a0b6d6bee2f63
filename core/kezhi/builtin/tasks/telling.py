"""What this builtin itself tells people: a task was given to them, or overdue ones were passed up (TSK-02)."""

from __future__ import annotations

from collections import Counter

from flask import url_for

from kezhi import acting_user, localised
from kezhi import lazy_gettext as _l
from kezhi.i18n import ngettext

from ..accounts.models import Account
from ..accounts.services import load_users
from .contributions import About, NoticeKind
from .kinds import known_notice
from .models import Task

ASSIGNED, PASSED_UP = "tasks.assigned", "tasks.passed_up"


def kinds() -> list[NoticeKind]:
    """The kinds of notices that this builtin sends."""
    return [
        NoticeKind(
            ASSIGNED,
            _l("A task is given to me"),
            page=lambda reference: url_for("tasks.show", task_id=int(reference)),
            icon="check2-square",
            model=Task,
        ),
        NoticeKind(
            PASSED_UP,
            _l("Overdue tasks are passed up to me"),
            page=lambda _reference: url_for("tasks.home"),
            icon="arrow-up-circle",
            mail="now",
        ),
    ]


def tell_assigned(task: Task) -> None:
    """Tell somebody of a task that another person gave them."""
    from .services import notify

    user = acting_user()
    if task.owner_id is None or task.owner_id == user.id:
        return
    text = _l("%(name)s has given you a task", name=user.name) if user.id else _l("You have been given a task")
    about = About(task.subject or localised(task.kind_title), str(task.id), task.id, task.customer_id)
    notify(ASSIGNED, [task.owner_id], text, about)


def tell_passed_up(counts: Counter[int]) -> None:
    """Tell each manager how many tasks came up to them: one notice each, however many there are."""
    from .services.notices import tell

    people = load_users(Account.id.in_(sorted(counts)))
    tell(known_notice(PASSED_UP), [(each, Passed(counts[each.id or 0]), About()) for each in people])


class Passed:
    """The sentence, in whatever language it is asked for."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __str__(self) -> str:
        return str(
            ngettext(
                "%(num)s overdue task was passed up to you", "%(num)s overdue tasks were passed up to you", self.count
            )
        )
