"""The class that a new customer is entered with, by the primary scheme (CUS-14).

It is part of the entry form, is signed with the customer, and counts from the day on which the customer gets its code.
Until then it can be changed; what was sent for confirmation with another one is not confirmed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, delete, exists, select, update
from wtforms import SelectField

from kezhi import Refused, User, acting_user, announce, audit_record, clock, db, localised
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.contributions import FormPart
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import customer_by_id
from kezhi.forms import Form, choice

from .models import FirstGrade
from .scheme import Grade
from .services.schemes import current_version, primary_key, scheme_of
from .services.standing import current_grade
from .words import _

FIRST: Any = FirstGrade.__table__
CUSTOMERS: Any = Customer.__table__
QUIET = {"synchronize_session": False}


class FirstGradeForm(Form):
    """One choice."""

    grade = SelectField(
        _l("First class"),
        default="",
        description=_l(
            "What you expect of the customer. It counts when the customer is confirmed, until it is graded."
        ),
    )


def parts(customer_id: int | None, user: User) -> list[FormPart]:
    """With a new file, and with that of a prospect for as long as it is one."""
    if not (user.can("grading.read") and user.can("customers.write")):
        return []
    if customer_id is not None and customer_by_id(customer_id).code:
        return []
    return [
        FormPart(
            "grading.first", _l("First classification"), FirstGradeForm, save, read=read, prepare=prepare,
            icon="award", clause="CUS-14", confirmed=confirmed,
        )
    ]  # fmt: skip


def grades() -> list[Grade]:
    """The classes that can be chosen: those of the primary scheme as it is now."""
    return list(scheme_of(current_version(primary_key())).grades)


def prepare(form: Any) -> None:
    """The classes by name."""
    named = [choice(each.key, _named(each)) for each in grades()]
    stored = form.grade.data or ""
    kept = [choice(stored, stored)] if stored and stored not in {each.key for each in grades()} else []
    form.grade.choices = [choice("", "—"), *named, *kept]


def _named(grade: Grade) -> str:
    title = localised(grade.title)
    return grade.key if title == grade.key else f"{grade.key} · {title}"


def read(customer_id: int | None) -> Mapping[str, Any]:
    """What was chosen before."""
    found = first_grade(customer_id) if customer_id is not None else None
    return {"grade": found.grade if found is not None else ""}


def first_grade(customer_id: int) -> FirstGrade | None:
    """The class that a customer was entered with."""
    return db.session.get(FirstGrade, customer_id, populate_existing=True)


def save(customer_id: int, values: Mapping[str, Any]) -> None:
    """Keep the choice, in the transaction of the file. Errors: ``Refused`` for one that the scheme has not."""
    wanted, stored = str(values.get("grade") or ""), first_grade(customer_id)
    if wanted == (stored.grade if stored is not None else ""):
        return
    if wanted not in {"", *(each.key for each in grades())}:
        raise Refused(_("Choose one of the list."), field="grade")
    mine = FIRST.c.customer_id == customer_id
    if stored is not None:
        db.session.execute(delete(FirstGrade).where(mine), execution_options=QUIET)
        db.session.expunge(stored)
    if wanted:
        db.session.add(
            FirstGrade(
                customer_id=customer_id, scheme_key=primary_key(), grade=wanted, said_by=acting_user().login,
                said_at=clock.now(), effective_from=None,
            )
        )  # fmt: skip
        db.session.flush()
        announce(FirstGrade, "update", [customer_id])
    audit_record("grading.first", "customer", customer_id, grade=wanted)
    put_in_force([customer_id])


def confirmed(ids: Select[Any]) -> Select[Any]:
    """What is signed with new customers: the class, as the scheme calls it."""
    return select(FIRST.c.customer_id, FIRST.c.grade.label("text")).where(FIRST.c.customer_id.in_(ids))


def put_in_force(keys: Any) -> None:
    """The classes of those of these customers that count by now, from today; one statement."""
    counts = exists().where(CUSTOMERS.c.id == FIRST.c.customer_id, CUSTOMERS.c.code.is_not(None))
    mine = (FIRST.c.customer_id.in_(keys), FIRST.c.effective_from.is_(None), counts)
    unscoped = {**QUIET, "kezhi_unscoped": True}
    db.session.execute(update(FIRST).where(*mine).values(effective_from=clock.today()), execution_options=unscoped)


def shown(customer_id: int) -> tuple[str, str] | None:
    """The class and a note on it, for a customer without a grade in force; None when nobody chose one."""
    found = first_grade(customer_id)
    if found is None or current_grade(customer_id, found.scheme_key) is not None:
        return None
    if found.effective_from is None:
        return found.grade, _("first class, counts when it is confirmed")
    return found.grade, _("first class since %(day)s, not graded yet", day=found.effective_from.isoformat())
