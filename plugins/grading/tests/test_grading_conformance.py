"""The plugin is made right: the checks that every plugin passes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kezhi import acting_as, writing
from kezhi.testing.conformance import conformance_of
from kezhi.testing.plugin import new_person

pytestmark = [pytest.mark.services, pytest.mark.plugins("trade", "grading")]  # its examples are graded by orders


def examples(app: Any, _customer_id: int) -> dict[str, Any]:
    """A published run over the customer."""
    from kezhi.builtin.approvals.services import sign
    from kezhi_grading import services

    people = {role: new_person(app, role, role) for role in ("data-analyst", "sales-director", "general-manager")}
    with acting_as(people["data-analyst"]):
        with writing():
            number = services.run_scheme("composite-abc", date(2026, 1, 1), date(2026, 3, 31)).number
        request = services.submit(number).id
    for role in ("sales-director", "general-manager"):
        with acting_as(people[role]):
            sign(request, "")
    run = services.run_by_number(number)
    return {"number": number, "key": "composite-abc", "run_id": run.id, "scheme_id": run.scheme_id}


globals().update(conformance_of("grading", examples=examples, beside=("trade",)))
