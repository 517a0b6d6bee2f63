"""Competitive-environment notes: handing them in, and reading them (CUS-07). Writing expects ``writing()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, User, acting_user, announce, audit_record, clock, db, visible
from kezhi.i18n import _

from ...accounts.models import Account
from ...customers.models import Customer
from ..models import MarketNote, Observation, ObservationCustomer
from ..rules import WRITE_NOTES
from .naming import customers_named
from .owed import open_months

TEXTS = ("action", "effect", "counter_measure")
LONGEST, LONGEST_NAME, MOST = 2000, 120, 20


@dataclass
class Wrong(Refused):
    """What is wrong with the observations, by their place and field."""

    errors: dict[tuple[int, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(next(iter(self.errors.values())))


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def hand_in(
    month: date, observations: Sequence[Mapping[str, Any]], *, nothing: bool = False, version: int = 0
) -> MarketNote:
    """Hand in, or change, the acting person's note about a month; ``version`` 0 says that there is none yet.

    ``observations`` are mappings of ``competitor``, ``action``, ``effect``, ``counter_measure`` and ``customers``, a
    text that names them. Errors: ``Wrong``, ``Refused``; ``Conflict`` when it was changed or handed in meanwhile.
    """
    user = acting_user()
    if user.id is None or not user.can(WRITE_NOTES):
        raise NotFound(_("There is no such service note."))
    if month not in open_months(clock.today()):
        text = _("There is no note to hand in about %(month)s.", month=month.strftime("%Y-%m"))
        raise Refused(text, field="month")
    rows = [] if nothing else _checked(observations)
    if not rows and not nothing:
        raise Refused(_("Describe what at least one competitor did, or tick that there was nothing."))
    note = _header(user, month, nothing, version)
    _store(note, rows)
    audit_record("upkeep.note", "market-note", note.id, month=month.isoformat(), observations=len(rows))
    announce(MarketNote, "create" if version == 0 else "update", [note.id])
    return note


def _header(user: User, month: date, nothing: bool, version: int) -> MarketNote:
    now = clock.now()
    if version == 0:
        note = MarketNote(
            user_id=user.id, department_id=user.department_id, month=month, is_empty=nothing, handed_in_at=now,
            changed_at=now, version=1,
        )  # fmt: skip
        db.session.add(note)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise Conflict(_("Your note about this month is handed in already: open it to change it.")) from error
        return note
    own = (MarketNote.user_id == user.id, MarketNote.month == month, MarketNote.version == version)
    values = {"is_empty": nothing, "changed_at": now, "version": version + 1}
    result: Any = db.session.execute(update(MarketNote).where(*own).values(values))
    if result.rowcount != 1:
        raise Conflict(_("The note was changed meanwhile. Look at it again, then save again."))
    return own_note(month)


def own_note(month: date) -> MarketNote:
    """The acting person's note about a month. Errors: ``NotFound``."""
    mine = visible(MarketNote).where(MarketNote.user_id == acting_user().id, MarketNote.month == month)
    found: MarketNote | None = db.session.scalars(mine, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound(_("There is no such service note."))
    return found


def note_with(observation_id: int) -> MarketNote:
    """The note that an observation stands in. Errors: ``NotFound``, also when one may not see it."""
    note_ids = visible(Observation).with_only_columns(Observation.note_id).where(Observation.id == observation_id)
    found: MarketNote | None = db.session.scalars(visible(MarketNote).where(MarketNote.id.in_(note_ids))).one_or_none()
    if found is None:
        raise NotFound(_("There is no such service note."))
    return found


def _checked(observations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The observations that say anything, with the customers they name. Errors: ``Wrong``."""
    errors: dict[tuple[int, str], str] = {}
    found = []
    for place, given in enumerate(observations[:MOST]):
        values = {key: str(given.get(key) or "").strip() for key in ("competitor", *TEXTS, "customers")}
        if not any(values.values()):
            continue
        if not values["competitor"]:
            errors[place, "competitor"] = _("Name the competitor.")
        elif len(values["competitor"]) > LONGEST_NAME:
            errors[place, "competitor"] = _("Write %(count)s characters at most.", count=LONGEST_NAME)
        if not values["action"]:
            errors[place, "action"] = _("Write what the competitor did.")
        for key in TEXTS:
            if len(values[key]) > LONGEST:
                errors[place, key] = _("Write %(count)s characters at most.", count=LONGEST)
        ids, problem = customers_named(values.pop("customers"))
        if problem:
            errors[place, "customers"] = problem
        found.append({**values, "customers": ids})
    if errors:
        raise Wrong(errors)
    return found


def _store(note: MarketNote, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put the observations in place of those that stood there; what stays at its place keeps its number."""
    there = list(
        db.session.scalars(visible(Observation).where(Observation.note_id == note.id).order_by(Observation.position))
    )
    wanted = list(rows) or [{"competitor": "", "customers": [], **dict.fromkeys(TEXTS, "")}]
    for place, values in enumerate(wanted):
        if place < len(there):
            row = there[place]
        else:
            row = Observation(note_id=note.id, user_id=note.user_id, department_id=note.department_id, month=note.month)
            db.session.add(row)
        row.position = place
        for key in ("competitor", *TEXTS):
            setattr(row, key, values[key])
        db.session.flush()
        hidden = _unseen(row.id)
        gone = delete(ObservationCustomer).where(ObservationCustomer.observation_id == row.id)
        db.session.execute(gone.where(ObservationCustomer.customer_id.not_in(hidden)))
        db.session.add_all(ObservationCustomer(observation_id=row.id, customer_id=each) for each in values["customers"])
    for row in there[len(wanted) :]:
        db.session.delete(row)
    db.session.flush()


def _unseen(observation_id: int) -> list[int]:
    """Customers that the author named once and sees no more: the form could not show them, so they stay."""
    table = ObservationCustomer.__table__.c
    named = set(db.session.scalars(select(table.customer_id).where(table.observation_id == observation_id)))
    seen = set(db.session.scalars(visible(Customer).with_only_columns(Customer.id).where(Customer.id.in_(named))))
    return sorted(named - seen)


# ── reading ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _rows_of(note: MarketNote) -> list[Observation]:
    rows = visible(Observation).where(Observation.note_id == note.id).order_by(Observation.position)
    return list(db.session.scalars(rows))


def observations_of(note: MarketNote) -> list[tuple[Observation, list[Any]]]:
    """The observations of a note, each with the customers it concerns that one sees. Two statements."""
    rows = list(
        db.session.scalars(visible(Observation).where(Observation.note_id == note.id).order_by(Observation.position))
    )
    link = ObservationCustomer.__table__.c
    columns = (link.observation_id, Customer.id, Customer.code, Customer.name)
    concerned = (
        visible(Customer)
        .with_only_columns(*columns)
        .join(ObservationCustomer.__table__, link.customer_id == Customer.id)
    )
    found: dict[int, list[Any]] = {}
    for each in db.session.execute(
        concerned.where(link.observation_id.in_([row.id for row in rows])).order_by(Customer.name)
    ):
        found.setdefault(each.observation_id, []).append(each)
    return [(row, found.get(row.id, [])) for row in rows]


def observations_about(customer_id: int, limit: int) -> list[tuple[Observation, str]]:
    """The newest observations that concern a customer and that one sees, with their authors' names."""
    link = ObservationCustomer.__table__.c
    statement = visible(Observation).add_columns(Account.name).join(Account, Account.id == Observation.user_id)
    statement = statement.join(ObservationCustomer.__table__, link.observation_id == Observation.id)
    newest = statement.where(link.customer_id == customer_id).order_by(Observation.month.desc(), Observation.id.desc())
    return [(row, name) for row, name in db.session.execute(newest.limit(limit))]
