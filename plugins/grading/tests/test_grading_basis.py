"""A run says on which months its figures rest, and keeps saying it (TRD-03, GRD-07)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kezhi import SYSTEM, acting_as, db, set_setting, writing
from kezhi_grading.models import Run
from kezhi_grading.services import explain, run_scheme
from kezhi_grading.services.digest import run_digest
from kezhi_grading.services.explanation import document

pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]
NOVEMBER = datetime(2026, 11, 10, 4, 0, tzinfo=UTC)


def confirm(month: date) -> None:
    from kezhi import User
    from kezhi_trade.services.months import take_step

    hands = (
        ("submit", "submit_month"),
        ("check", "check_month"),
        ("money", "confirm_money"),
        ("stock", "confirm_stock"),
    )
    for at, (step, right) in enumerate(hands):
        person = User(id=90 + at, login=step, name=step, permissions=frozenset({f"trade.{right}"}))
        with acting_as(person), writing():
            take_step(month, step, at and at + 1)


@pytest.mark.clause("TRD-03", "GRD-07")
def test_a_run_reads_confirmed_months_and_says_which_were_missing(
    add_customer: Any, add_orders: Any, clock_at: Any
) -> None:
    clock_at(NOVEMBER)
    add_customer("C1")
    add_orders(("C1", "2026-07-10", "100.00"), ("C1", "2026-09-10", "30.00"), ("C1", "2026-10-10", "7.00"))
    with acting_as(SYSTEM), writing():
        recorded = run_scheme("composite-abc", date(2025, 11, 1), date(2026, 10, 31))
    assert [(each["confirmed"], each["missing"]) for each in recorded.basis] == [(False, [])]
    with writing():
        set_setting("trade", "confirm_months", True)
        set_setting("trade", "first_month", date(2026, 8, 15))
    confirm(date(2026, 9, 1))
    with acting_as(SYSTEM), writing():
        run = run_scheme("composite-abc", date(2025, 11, 1), date(2026, 10, 31))
    said = document(explain(run, "C1"))
    amount = next(each for each in said["criteria"] if each["unit"] == "money" and each["rows"])
    assert [row["date"] for row in amount["rows"]] == ["2026-07-10", "2026-09-10"], "October is not confirmed"
    assert said["missing_months"] == ["2026-08", "2026-10"]
    assert "2026-08, 2026-10" in run.basis[0]["text"]["en"]
    assert "2026-08" in run.basis[0]["text"]["zh"]
    signed = run_digest(run.id)
    confirm(date(2026, 10, 1))
    assert document(explain(run, "C1")) == said, "a run that was computed keeps what it rested on"
    with writing():
        db.session.get_one(Run, run.id).basis = recorded.basis
    assert run_digest(run.id) != signed, "what a run rests on is signed with it"
