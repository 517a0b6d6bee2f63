"""Ask for all evidence at once, in one statement; what fails is asked for alone, and told apart (PER-01)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import DBAPIError

from kezhi import SYSTEM, acting_as, clock, db

from ..contributions import Ask, Found
from ..lines import Line

log = logging.getLogger("kezhi.policy")
NAMES = tuple(field.name for field in fields(Ask))
MOST_DONE = 2_000  #: days on which something was done that are read of one schedule
MOST_VALUES = 900  #: values that one statement answers; databases give a row that many


@dataclass(frozen=True, slots=True)
class Trouble:
    """Evidence that cannot be told, and the kind of error; the log has all of it."""

    reason: str


Answers = dict[str, Found | Trouble]


def look(lines: Iterable[Line], today: date) -> Answers:
    """The evidence of every line that has some, by key. For the whole company: whoever calls says who may see it.

    One statement for all lines, whatever their number and that of the records. A line that fails is a ``Trouble``.
    """
    answers: Answers = {}
    asked: dict[str, dict[str, Any]] = {}
    with acting_as(SYSTEM):
        for line in lines:
            if line.evidence is None or line.evidence.ask is None:
                continue
            try:
                asked[line.key] = _values(line.evidence.ask(today))
            except Exception as error:
                answers[line.key] = _trouble(line, error)
                if isinstance(error, DBAPIError) and not db.session.info.get("writing"):
                    db.session.rollback()  # it asked by itself: nothing else could be asked in this transaction
        known = {line.key: line for line in lines}
        for part in _parts(asked):
            try:
                answers |= _answered(part)
            except Exception:
                log.info("the evidence of %d lines is asked for one by one", len(part))
                for key, values in part.items():
                    alone = contained(known[key], lambda key=key, values=values: _answered({key: values})[key])  # type: ignore[misc]
                    answers[key] = alone
    return answers


def contained(line: Line, ask: Callable[[], Any]) -> Any:
    """What ``ask`` answers, or a ``Trouble``: an app's fault stops neither the board nor its transaction."""
    try:
        with db.session.begin_nested():
            return ask()
    except Exception as error:
        return _trouble(line, error)


def _trouble(line: Line, error: Exception) -> Trouble:
    log.exception("the evidence of %s cannot be told", line.key)
    return Trouble(type(error).__name__)


def done_days(line: Line, since: date) -> list[date] | Trouble:
    """The days since ``since`` on which a scheduled obligation was met, oldest first."""
    assert line.evidence is not None
    schedule = line.evidence.schedule
    assert schedule is not None

    def ask() -> list[date]:
        found = db.session.execute(schedule.done(since).distinct().limit(MOST_DONE)).scalars()
        days = {schedule.about(_day(value)) for value in found if value is not None}
        return sorted(days)

    with acting_as(SYSTEM):
        found: list[date] | Trouble = contained(line, ask)
    return found


def _day(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


def _values(ask: Ask) -> dict[str, Any]:
    return {name: value for name in NAMES if (value := getattr(ask, name)) is not None}


def _parts(asked: dict[str, dict[str, Any]]) -> Iterable[dict[str, dict[str, Any]]]:
    """What is asked, in parts that one row can answer."""
    part: dict[str, dict[str, Any]] = {}
    width = 0
    for key, values in asked.items():
        if part and width + len(values) > MOST_VALUES:
            yield part
            part, width = {}, 0
        part[key] = values
        width += len(values)
    if part:
        yield part


def _answered(asked: dict[str, dict[str, Any]]) -> Answers:
    """One row with a value for everything that is asked by a select."""
    places = [(key, name) for key, values in asked.items() for name in values if isinstance(values[name], Select)]
    columns = [asked[key][name].scalar_subquery().label(f"v{at}") for at, (key, name) in enumerate(places)]
    row: Any = ()
    if columns:
        with db.session.begin_nested():
            row = db.session.execute(select(*columns)).one()
    told: dict[tuple[str, str], Any] = dict(zip(places, row, strict=True))
    return {key: _found({name: told.get((key, name), value) for name, value in values.items()})
            for key, values in asked.items()}  # fmt: skip


def _found(values: dict[str, Any]) -> Found:
    def number(name: str) -> int | None:
        return None if values.get(name) is None else int(values[name])

    return Found(
        number("records"),
        values.get("latest"),
        str(values.get("label") or ""),
        number("breaches") or 0,
        number("waiting") or 0,
        number("of"),
    )
