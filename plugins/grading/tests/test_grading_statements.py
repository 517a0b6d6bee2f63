"""A run is a handful of statements, and none of its figures passes through Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy.engine.cursor import CursorFetchStrategy

from kezhi import writing
from kezhi_grading import services
from kezhi_grading.services.approval import put_in_force

START, END = date(1997, 1, 1), date(1997, 12, 31)
pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


@contextmanager
def fetched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many rows come back from the database inside a block."""
    counts: list[int] = []
    for name in ("fetchall", "fetchmany", "fetchone"):
        original = getattr(CursorFetchStrategy, name)

        def counting(self: Any, *args: Any, _original: Any = original, **options: Any) -> Any:
            rows = _original(self, *args, **options)
            counts.append(len(rows) if isinstance(rows, list) else int(rows is not None))
            return rows

        monkeypatch.setattr(CursorFetchStrategy, name, counting)
    yield counts
    monkeypatch.undo()


@pytest.mark.clause("GRD-10")
@pytest.mark.parametrize("key", ["composite-abc", "rfm", "four-tiers"])
def test_a_run_takes_as_many_statements_for_100_customers_as_for_5000(
    app: Any, fill: Any, statements: Any, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    seen = []
    fill(0, 10)
    with writing():
        services.run_scheme(key, START, END)  # the first run of all begins numbers, and what is looked up once
    services.primary_key()  # settings are read once and kept
    for first, last in ((10, 100), (100, 5000)):
        fill(first, last)
        with statements() as counted, fetched(monkeypatch) as rows, writing():
            number = services.run_scheme(key, START, END).number
        run = services.run_by_number(number)
        assert run.graded == last
        with statements() as publishing, writing():
            put_in_force(services.run_by_number(number), END)
        seen.append((counted.count, publishing.count))
        assert sum(rows) <= 40
    assert seen[0] == seen[1]
    assert max(seen[0]) <= 30
