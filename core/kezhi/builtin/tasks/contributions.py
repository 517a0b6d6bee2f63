"""What apps give to have duties: kinds of tasks, the occasions that are due, and what waits for somebody right now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select

from kezhi import User

Text = Any

#: Tasks about customers keep the customer's id in a column of its own, which merging, erasing and handing over follow.
CUSTOMERS = "customers_customer"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that is due: ``slot`` names it within its kind, so that it becomes a task once.

    ``owner_id`` is whose it is; without one it is up to ``department_id``. ``subject`` is what it is about.
    """

    slot: str
    due_at: datetime
    owner_id: int | None = None
    department_id: int | None = None
    subject: str = ""
    reference: str = ""
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person now and is kept elsewhere, as the first page shows it."""

    subject: Text
    url: str
    due_at: datetime | None = None
    since: datetime | None = None
    who: str = ""  #: from whom it comes
    note: Text = ""


@dataclass(frozen=True, slots=True)
class HomeFigure:
    """A figure at the top of the first page, about what the person sees, with a link to the records behind it.

    ``note`` is what it is to be read against, ``tone`` is ``good`` or ``bad`` where that says which.
    """

    title: Text
    value: str
    unit: Text = ""
    note: Text = ""
    tone: Literal["", "good", "bad"] = ""
    url: str = ""
    order: int = 50


@dataclass(frozen=True, slots=True)
class TaskKind:
    """A kind of duty. ``key`` starts with the plugin's name (``grading.review``).

    ``duties()`` answers what is due at present, as :class:`Occasion` objects or as a ``Select`` with the columns
    ``slot, due_at, owner_id, department_id, subject, reference, customer_id``: a job opens what is not a task yet, and
    closes the tasks that are no longer among it. Without it the plugin opens and closes its tasks itself.

    ``waiting(user, limit)`` is for duties that another table keeps already: nothing is copied, the first page asks each
    time, for ``limit`` of them, the most urgent first. ``all_of_it`` is the endpoint of their full list.

    ``page(reference)`` gives the address of the subject. ``may_close`` lets the owner say that it is done.
    ``escalate_hours`` is the working time after which it goes up to the manager, and again to the one above; None is
    the company's, 0 never.
    """

    key: str
    title: Text
    page: Callable[[str], str] | None = None
    icon: str = "check2-square"
    clause: str = ""
    may_close: bool = False
    escalate_hours: int | None = None
    duties: Callable[[], Select[Any] | Sequence[Occasion]] | None = None
    waiting: Callable[[User, int], Sequence[Waiting]] | None = None
    all_of_it: str = ""


Mailing = Literal["now", "digest", "none"]


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice. ``key`` starts with the plugin's name (``timeline.mention``).

    Only who has ``permission``, and sees the record of ``model``, is told and is shown what it says; both are asked
    when it is sent and again when it is shown or goes out by e-mail. ``page(reference)`` gives the address it leads to.
    ``mail`` is how it goes out unless a person chooses otherwise. ``opened(reference)`` is called in the transaction in
    which somebody opens it: for a state of its own that the plugin keeps.

    With ``letter(user)`` the notice is there for its e-mail: it goes out at once, whatever the person chose and at any
    hour, and says what this function writes when it is sent, in the person's language and outside of any transaction.
    So what must be stored nowhere need not be stored. Each attempt calls it again; an empty text is not sent.
    """

    key: str
    title: Text
    page: Callable[[str], str] | None = None
    icon: str = "bell"
    model: type | None = None
    permission: str | None = None
    mail: Mailing = "digest"
    opened: Callable[[str], object] | None = None
    letter: Callable[[User], str] | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What a notice is about: by name, and the record that decides who may see it.

    ``customer_id`` says whose data the name is: merging and erasing follow it.
    """

    subject: Text = ""
    reference: str = ""
    record_id: int | None = None
    customer_id: int | None = None
