"""The review of a scheme becomes somebody's task before its date, and is settled by a review or a newer version."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from kezhi import acting_as, db, writing
from kezhi.builtin.tasks.models import DONE, KEPT, Task
from kezhi.builtin.tasks.services import close_task, sync
from kezhi_grading.duties import REVIEW, months_after
from kezhi_grading.models import SchemeVersion
from kezhi_grading.services import load_scheme

pytestmark = [pytest.mark.services, pytest.mark.plugins("trade", "grading")]

LOADED = datetime(2025, 3, 10, 2, 0, tzinfo=UTC)
UNSCOPED = {"kezhi_unscoped": True, "populate_existing": True}


def tasks() -> list[Task]:
    db.session.rollback()
    return list(db.session.scalars(select(Task).order_by(Task.id), execution_options=UNSCOPED))


def synced() -> tuple[int, int]:
    with writing():
        return sync(REVIEW)


@pytest.mark.clause("GRD-01", "TSK-01")
def test_an_overdue_review_of_a_scheme_is_a_duty(app: Any, add_person: Any, clock_at: Any, client_as: Any) -> None:
    analyst = add_person("analyst", "data-analyst", name="苏静")
    with writing():
        db.session.execute(update(SchemeVersion).values(loaded_at=LOADED))
        only = select(SchemeVersion.id).where(SchemeVersion.key == "rfm")
        later = (
            update(SchemeVersion).where(SchemeVersion.id.not_in(only)).values(loaded_at=LOADED + timedelta(days=300))
        )
        db.session.execute(later)
    clock_at(datetime(2026, 2, 1, 2, 0, tzinfo=UTC))
    assert synced() == (0, 0), "more than a month ahead"
    clock_at(datetime(2026, 2, 20, 2, 0, tzinfo=UTC))
    assert (synced(), synced()) == ((1, 0), (0, 0))
    (task,) = tasks()
    assert (task.owner_id, task.reference, task.due_at.date().isoformat()) == (analyst.id, "rfm", "2026-03-10")
    page = client_as(login="analyst").get("/").text
    assert "复核分级方案" in page
    assert 'href="/grading/schemes/rfm"' in page
    with acting_as(analyst), writing():
        close_task(task.id, "指标仍适用，不改")
    assert synced() == (0, 0), "reviewed, and not asked for again"
    assert "2027-02-20" in client_as(login="analyst").get("/grading/schemes/rfm").text
    clock_at(datetime(2027, 2, 1, 2, 0, tzinfo=UTC))
    assert synced()[0] == 5, "after another year it comes round, with the others"
    assert [each.outcome for each in tasks() if each.reference == "rfm"] == [DONE, ""]


@pytest.mark.clause("GRD-01")
def test_a_newer_version_settles_the_review(app: Any, add_person: Any, clock_at: Any) -> None:
    add_person("analyst", "data-analyst")
    with writing():
        db.session.execute(update(SchemeVersion).values(loaded_at=LOADED))
    clock_at(datetime(2026, 4, 1, 2, 0, tzinfo=UTC))
    assert synced()[0] == 5
    with writing():
        row = db.session.scalars(select(SchemeVersion).where(SchemeVersion.key == "rfm")).one()
        changed = row.source.replace('zh = "', 'zh = "新', 1)
        assert load_scheme(changed)[1]
    assert synced() == (0, 1)
    assert [each.outcome for each in tasks() if each.reference == "rfm"] == [KEPT]


def test_without_anybody_who_may_load_schemes_there_is_nobody_to_ask(app: Any, clock_at: Any) -> None:
    with writing():
        db.session.execute(update(SchemeVersion).values(loaded_at=LOADED))
    clock_at(datetime(2026, 4, 1, 2, 0, tzinfo=UTC))
    assert synced() == (0, 0)
    assert months_after(datetime(2024, 2, 29).date(), 12).isoformat() == "2025-02-28"
