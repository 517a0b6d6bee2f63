"""To-dos: tasks that people give themselves or those they lead, perhaps about a customer."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, time
from typing import Any

from flask import url_for

from kezhi import NotFound, Refused, acting_user, clock, db, visible
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from .contributions import Occasion, TaskKind
from .models import Task
from .rules import ASSIGN, customer_model
from .telling import tell_assigned

TODO = "tasks.todo"
LONGEST = 200  #: characters


def kinds() -> list[TaskKind]:
    """The kind that this builtin has itself."""
    return [TaskKind(TODO, _l("To-do"), page=_customer_page, icon="pin-angle", may_close=True)]


def _customer_page(reference: str) -> str:
    return url_for("customers.show", customer_id=int(reference))


def end_of(day: date) -> datetime:
    """The instant by which something is done that is due on a day: its last minute, in the company's zone."""
    return datetime.combine(day, time(23, 59), clock.company_zone()).astimezone(UTC)


def customer_named(customer_id: int | None) -> str:
    """The name of a customer that the acting person sees. Errors: ``NotFound``."""
    model = customer_model()
    if customer_id is None or model is None or not acting_user().can("customers.read"):
        raise NotFound(_("There is no such customer."))
    found = db.session.scalars(visible(model).where(model.id == customer_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such customer."))
    return str(found.name)


def add_todo(text: str, due: date, owner_id: int | None = None, customer_id: int | None = None) -> Task:
    """Enter a to-do for oneself or somebody one leads. Inside ``writing()``.

    Errors: ``Refused`` for an empty or too long text, a day that is over, or somebody whom one may not choose;
    ``NotFound`` for a customer that the acting person does not see.
    """
    from .services import open_task, receivers

    user = acting_user()
    owner = owner_id if owner_id is not None else user.id
    if not text:
        raise Refused(_("Write what is to be done."), field="text")
    if len(text) > LONGEST:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST), field="text")
    if due < clock.today():
        raise Refused(_("%(day)s is over. Choose today or a later day.", day=due.isoformat()), field="due")
    if owner is None or (owner != user.id and not (user.can(ASSIGN) and owner in dict(receivers(user)))):
        raise Refused(_("Choose one of the list."), field="owner")
    if customer_id is not None:
        customer_named(customer_id)
    reference = "" if customer_id is None else str(customer_id)
    occasion = Occasion(
        secrets.token_urlsafe(12), end_of(due), owner, subject=text, reference=reference, customer_id=customer_id
    )
    made = open_task(TODO, occasion)
    assert made is not None  # the slot is a new one
    tell_assigned(made)
    return made


def of_customer(customer_id: int, limit: int) -> list[Any]:
    """The open tasks about a customer that the acting person sees, with their owners' names."""
    from ..accounts.models import Account
    from .kinds import task_kinds

    statement = visible(Task).add_columns(Account.name).outerjoin(Account, Account.id == Task.owner_id)
    statement = statement.where(Task.customer_id == customer_id, Task.closed_at.is_(None))
    statement = statement.where(Task.kind.in_(sorted(task_kinds()))).order_by(Task.due_at, Task.id).limit(limit)
    # visible() narrows it already, and it names nothing else that is guarded
    return list(db.session.execute(statement, execution_options={"kezhi_unscoped": True}))
