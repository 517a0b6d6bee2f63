"""The steps of a month: open → submitted → checked → confirmed, and back again with a reason (TRD-03).

Each step is done by who has its right, and by nobody who did a step before: who submits does not check, who submitted
or checked does not confirm. Finance and inventory control each confirm their part; with both the month is confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, User, acting_user, audit_record, clock, db
from kezhi import lazy_gettext as _l
from kezhi.i18n import _

from ..calendar_months import end_of, later, month_of
from ..models import CHECKED, CONFIRMED, MONTH_STATES, SUBMITTED, UNSENT, Month, MonthStep
from .freezing import freeze, thaw
from .month_figures import present_figures
from .rows import first_month

LONGEST_NOTE = 2000
SUBMIT, CHECK, MONEY, STOCK = "submit", "check", "money", "stock"
RETURN, REOPEN = "return", "reopen"


@dataclass(frozen=True, slots=True)
class Step:
    """A step: whose right it is, the state it starts from, and which figures it vouches for."""

    key: str
    permission: str
    before: str
    title: Any
    freezes: str = ""
    signs: str = ""  #: the columns of ``Month`` that it signs
    setting: str = ""  #: names the workday by which it is due


STEPS = {
    step.key: step
    for step in (
        Step(SUBMIT, "trade.submit_month", UNSENT, _l("Submit the month"), "orders", "submitted", "submit_day"),
        Step(CHECK, "trade.check_month", SUBMITTED, _l("Check the month"), "", "checked", "check_day"),
        Step(MONEY, "trade.confirm_money", CHECKED, _l("Confirm collection and sales value"), "money", "money",
             "confirm_day"),
        Step(STOCK, "trade.confirm_stock", CHECKED, _l("Confirm dead stock and turnover"), "stock", "stock",
             "confirm_day"),
    )
}  # fmt: skip

#: Who may send a month back from a state.
SENDERS_BACK = {
    SUBMITTED: ("trade.submit_month", "trade.check_month"),
    CHECKED: ("trade.check_month", "trade.confirm_money", "trade.confirm_stock"),
    CONFIRMED: ("trade.reopen_month",),
}
#: The signatures that count in a state; going back to it takes the others away.
SIGNED_IN = {UNSENT: (), SUBMITTED: ("submitted",), CHECKED: ("submitted", "checked")}


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


def month_named(text: str) -> date:
    """The month of ``2026-10``, by its first day. Errors: ``NotFound``, for a month to come too."""
    try:
        month = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        month = None
    if month is None or month > clock.today() or month.year < 1900:
        raise NotFound(_("There is no such month."))
    return month


def month_row(month: date) -> Month | None:
    """What is kept of a month; None while it is open and nothing was done."""
    found: Month | None = db.session.scalars(select(Month).where(Month.month == month)).one_or_none()
    return found


def month_rows(start: date, end: date) -> dict[date, Month]:
    """What is kept of the months from ``start`` to ``end``."""
    rows = db.session.scalars(select(Month).where(Month.month.between(start, end)))
    return {row.month: row for row in rows}


def state_of(row: Month | None) -> str:
    """The state of a month."""
    return row.state if row is not None else UNSENT


def steps_of(row: Month | None) -> Sequence[MonthStep]:
    """What was done with a month, the latest first."""
    if row is None:
        return []
    return db.session.scalars(select(MonthStep).where(MonthStep.month_id == row.id).order_by(MonthStep.id.desc())).all()


def due_steps(row: Month | None) -> list[Step]:
    """The steps whose turn it is."""
    return [step for step in STEPS.values() if step.before == state_of(row) and not _signed(row, step)]


def is_collected(month: date) -> bool:
    """Whether a month is to be confirmed: it is over, and not before the first one."""
    first = first_month()
    return end_of(month) < clock.today() and (first is None or month >= first)


def _signed(row: Month | None, step: Step) -> bool:
    return row is not None and getattr(row, f"{step.signs}_at") is not None


def why_not(month: date, row: Month | None, step: Step, user: User) -> str:
    """Why somebody cannot do a step now, in words; empty when they can."""
    if not user.can(step.permission):
        return str(_("This step is for others."))
    if end_of(month) >= clock.today():
        return str(_("The month is not over yet."))
    if not is_collected(month):
        return str(_("Months before the first one that is collected count as recorded."))
    if step.before != state_of(row) or _signed(row, step):
        return str(_("It is not the turn of this step."))
    if row is not None and user.login in (row.submitted_by, row.checked_by):
        return str(_("Who did an earlier step of this month does not do this one: somebody else must look at it."))
    return ""


def earlier_states(row: Month | None, user: User) -> list[str]:
    """The states to which somebody may send a month back."""
    state = state_of(row)
    if not any(user.can(right) for right in SENDERS_BACK.get(state, ())):
        return []
    return list(MONTH_STATES[: MONTH_STATES.index(state)])


# ── doing ───────────────────────────────────────────────────────────────────────────────────────────────────────


def take_step(month: date, key: str, version: int, note: str = "") -> Month:
    """Do a step of a month as it was seen in ``version`` (0 for one of which nothing is kept).

    Freezes what the step vouches for. Errors: ``Refused`` saying why not; ``Conflict`` when somebody was faster.
    """
    step, row, user = STEPS[key], month_row(month), acting_user()
    reason = why_not(month, row, step, user)
    if reason:
        raise Refused(reason)
    _check_note(note)
    from ..month_desk import tell_next  # it reads the steps of this module

    row = _made(month) if row is None and version == 0 else row
    now = clock.now()
    values: dict[str, Any] = {f"{step.signs}_at": now, f"{step.signs}_by": user.login}
    values["state"] = _state_after(row, step)
    values["confirmed_at"] = now if values["state"] == CONFIRMED else None
    digest = ""
    if step.freezes:
        figures = present_figures(month, step.freezes)
        values["figures"] = {**(row.figures if row is not None else {}), step.freezes: figures}
    _write(row, max(version, 1), values)
    assert row is not None
    if step.freezes:
        digest = freeze(month, step.freezes)
        setattr(row, f"{step.freezes}_digest", digest)
    _log(row, key, note, digest)
    tell_next(row)
    return row


def send_back(month: date, state: str, version: int, reason: str) -> Month:
    """Send a month back to an earlier state, with a reason; a confirmed one is opened again.

    Later signatures count no more, and what they kept is given up. Errors as :func:`take_step`.
    """
    from ..month_desk import tell_back  # it reads the steps of this module

    row, user = month_row(month), acting_user()
    if row is None or state not in earlier_states(row, user):
        raise Refused(_("This month cannot be sent back there."))
    if not reason.strip():
        raise Refused(_("Say why: who did the earlier steps reads it."), field="reason")
    _check_note(reason)
    was_confirmed = row.state == CONFIRMED
    signers = {row.submitted_by, row.checked_by, row.money_by, row.stock_by} - {""}
    left = [name for name in ("submitted", "checked", "money", "stock") if name not in SIGNED_IN[state]]
    values: dict[str, Any] = {"state": state, "confirmed_at": None}
    for name in left:
        values |= {f"{name}_at": None, f"{name}_by": ""}
    freezing = [step for step in STEPS.values() if step.freezes and step.signs in left]
    values |= {f"{step.freezes}_digest": "" for step in freezing}
    gone = {step.freezes for step in freezing}
    values["figures"] = {part: kept for part, kept in row.figures.items() if part not in gone}
    _write(row, version, values)
    thaw(month, gone)
    _log(row, REOPEN if was_confirmed else RETURN, reason.strip(), "")
    tell_back(row, sorted(signers))
    return row


def _state_after(row: Month | None, step: Step) -> str:
    if step.key == SUBMIT:
        return SUBMITTED
    if step.key == CHECK:
        return CHECKED
    other = STEPS[STOCK if step.key == MONEY else MONEY]
    return CONFIRMED if _signed(row, other) else CHECKED


def _made(month: date) -> Month:
    row = Month(month=month, ends_on=end_of(month), state=UNSENT, figures={}, version=1)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise _conflict() from None
    return row


def _write(row: Month | None, version: int, values: dict[str, Any]) -> None:
    """Write into exactly the version that was seen."""
    if row is None:
        raise _conflict()
    statement = (
        update(Month)
        .where(Month.id == row.id, Month.version == version)
        .values(**values, version=version + 1)
        .execution_options(synchronize_session=False)
    )
    result: Any = db.session.execute(statement)
    if result.rowcount != 1:
        raise _conflict()
    db.session.refresh(row)


def _log(row: Month, step: str, note: str, digest: str) -> None:
    db.session.add(
        MonthStep(month_id=row.id, step=step, state=row.state, at=clock.now(), by=acting_user().login, note=note,
                  digest=digest)
    )  # fmt: skip
    db.session.flush()
    audit_record(f"month.{step}", "trade_month", row.id, month=f"{row.month:%Y-%m}", state=row.state, note=note)


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_NOTE), field="note")


def _conflict() -> Conflict:
    return Conflict(_("Somebody else did something with this month after you opened it. Look at it again."))


def last_months(count: int) -> list[date]:
    """The last months that are over, the latest first."""
    this = month_of(clock.today())
    return [later(this, -back) for back in range(1, count + 1)]
