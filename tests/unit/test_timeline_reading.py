"""One timeline from several sources: nothing is left out or shown twice, whatever the size of a page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezhi import TimelineEntry
from kezhi.builtin.timeline.contributions import Source
from kezhi.builtin.timeline.reading import START, Cursor, read

MOMENT = START + timedelta(days=20_000)


def source_of(key: str, hours: list[int]) -> tuple[str, Source]:
    """A source whose entries happened so many hours after a moment."""
    entries = sorted(
        (TimelineEntry(MOMENT + timedelta(hours=hour), f"{key}{number}") for number, hour in enumerate(hours)),
        key=lambda entry: entry.at,
        reverse=True,
    )

    def asked(until: datetime | None, limit: int) -> list[TimelineEntry]:
        return [each for each in entries if until is None or each.at <= until][:limit]

    return key, Source(key, key, asked)


@given(st.lists(st.lists(st.integers(0, 4), max_size=9), max_size=4), st.integers(1, 5))
def test_page_by_page_every_entry_comes_once_and_in_order(sources: list[list[int]], size: int) -> None:
    given_sources = [source_of(f"s{number}", hours) for number, hours in enumerate(sources)]
    whole = read(given_sources, None, 1000).entries
    found: list[TimelineEntry] = []
    cursor = None
    while True:
        part = read(given_sources, cursor, size)
        found += part.entries
        if part.older is None:
            break
        assert len(part.entries) == size
        cursor = Cursor.parse(str(part.older))
        assert cursor == part.older
    assert found == whole
    assert len(whole) == sum(map(len, sources))
    assert [each.at for each in whole] == sorted((each.at for each in whole), reverse=True)


def test_a_source_that_fails_is_named_and_the_others_are_shown(app: Any) -> None:
    def broken(_until: Any, _limit: int) -> list[TimelineEntry]:
        raise ZeroDivisionError

    found = read([("rating", Source("rating.event", "Events", broken)), source_of("s", [1, 2])], None, 10)
    assert found.failed == ["rating"]
    assert len(found.entries) == 2


def test_a_source_that_forgets_the_bound_shows_nothing_twice() -> None:
    entries = [TimelineEntry(MOMENT - timedelta(hours=hour), str(hour)) for hour in range(5)]
    careless = "s", Source("s", "s", lambda _until, limit: entries[:limit])
    first = read([careless], None, 2)
    second = read([careless], first.older, 2)
    assert not {each.title for each in first.entries} & {each.title for each in second.entries}


@pytest.mark.parametrize("text", ["", "x", "1", "1-x", "-", "99999999999999999999999-1", "1-99999999", "1-²"])
def test_a_cursor_that_nobody_gave_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no cursor"):
        Cursor.parse(text)
