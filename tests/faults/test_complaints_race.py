"""Everybody registers at once (CMP-01): real threads, each with its own app context and connection."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kezhi import clock, db, writing

from .test_credit_race import at_once

pytestmark = [pytest.mark.services, pytest.mark.faults, pytest.mark.plugins("complaints")]

MANY, MAKERS = 20, 6


@pytest.mark.clause("CMP-01")
def test_twenty_at_once_get_twenty_numbers_without_a_gap(app: Any) -> None:
    """And one that is refused in between takes no number with it."""
    from kezhi_complaints.models import CHANNEL, KIND, Complaint
    from kezhi_complaints.services import entries, register

    given = {"anonymous": True, "subject": "短少", "course": "短少 12 件", "kind_id": entries(KIND)[0]["id"],
             "channel_id": entries(CHANNEL)[0]["id"]}  # fmt: skip
    db.session.rollback()
    answers = at_once(
        app,
        [lambda place=place: register({**given, "course": "" if place == 7 else "短少"}).id for place in range(MANY)],
    )
    assert [type(each).__name__ for each in answers if isinstance(each, Exception)] == ["Refused"]
    numbers = db.session.scalars(select(Complaint.__table__.c.number).order_by(Complaint.__table__.c.number)).all()
    month = clock.today().strftime("%Y%m")
    assert numbers == [f"TS-{month}-{number:04d}" for number in range(1, MANY)]


@pytest.mark.clause("CMP-01")
def test_of_addresses_made_at_once_one_is_in_force(app: Any) -> None:
    from kezhi_complaints.models import PublicLink
    from kezhi_complaints.services import is_good, make_link

    def make() -> str:
        with writing():
            return make_link()

    codes = at_once(app, [make] * MAKERS)
    assert all(isinstance(each, str) for each in codes)
    assert [is_good(each) for each in codes].count(True) == 1
    table: Any = PublicLink.__table__
    ends = db.session.scalars(select(table.c.ended_at)).all()
    assert (len(ends), ends.count(None)) == (MAKERS, 1)
