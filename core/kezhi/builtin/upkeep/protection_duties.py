"""What the protection of customer data asks people to do: check, put right, read the procedures (CUS-12, TSK-01)."""

from __future__ import annotations

from flask import url_for
from sqlalchemy import select

from kezhi import clock, db, setting
from kezhi import lazy_gettext as _l

from ..tasks.contributions import Occasion, TaskKind
from ..tasks.todo import end_of
from .models import Finding
from .periods import ONE_DAY
from .services import checking, protecting
from .words import SpanName, in_company_language

CHECK, FINDINGS, READ = "upkeep.check", "upkeep.finding", "upkeep.read"
UNSCOPED = {"kezhi_unscoped": True}
LONGEST_SUBJECT = 120


def protection_kinds() -> list[TaskKind]:
    """The kinds of duties."""
    return [
        TaskKind(
            CHECK,
            _l("Security check of customer data"),
            page=lambda _reference: url_for("upkeep.checks"),
            icon="shield-check",
            clause="CUS-12",
            duties=checks,
        ),
        TaskKind(
            FINDINGS,
            _l("Put right what a security check found"),
            page=lambda reference: url_for("upkeep.finding", finding_id=int(reference)),
            icon="exclamation-diamond",
            clause="CUS-12",
            duties=findings,
        ),
        TaskKind(
            READ,
            _l("Read the procedures for handling customer data"),
            page=lambda reference: url_for("upkeep.procedure", number=int(reference)),
            icon="journal-text",
            clause="CUS-12",
            duties=readings,
        ),
    ]


def checks() -> list[Occasion]:
    """The check that is due, a duty of the data-protection person; while nobody is named it is nobody's."""
    person = protecting.officer()
    if person is None:
        return []
    found = []
    missed = checking.missed()
    if missed is not None:
        found.append(missed)
    span, due = checking.present_span()
    lead = int(setting("upkeep", "verify_lead_days"))
    if clock.today() >= due - lead * ONE_DAY and not checking.done_in_present():
        found.append((span, due))
    return [
        Occasion(
            f"{each.start.isoformat()}:{each.months}", end_of(until), person.user_id,
            subject=in_company_language(SpanName(each)), reference=each.start.isoformat(),
        )
        for each, until in found
    ]  # fmt: skip


def findings() -> list[Occasion]:
    """What was found and is not put right, a task of who has it."""
    rows = db.session.scalars(select(Finding).where(Finding.closed_at.is_(None)), execution_options=UNSCOPED)
    return [
        Occasion(
            str(row.id), end_of(row.due_on), row.owner_id, subject=row.text[:LONGEST_SUBJECT], reference=str(row.id)
        )
        for row in rows
    ]


def readings() -> list[Occasion]:
    """Whoever has not confirmed the version in force yet, if that is asked for."""
    found = protecting.procedure_in_force()
    if found is None or not found.to_acknowledge:
        return []
    due = end_of(found.in_force_on + protecting.TO_READ)
    return [
        Occasion(f"{found.number}:{each.id}", due, each.id, subject=found.title, reference=str(found.number))
        for each in protecting.not_acknowledged(found)
    ]
