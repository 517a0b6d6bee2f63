"""What apps give so that the policy board can tell whether a clause is kept.

Evidence is asked for the whole company at once and shown as counts, days and numbers of records: nothing in it may name
a customer. The records themselves are shown by the lists they lead to, by their own rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select

from .periods import Due, Rhythm, last_workday

Text = Any
#: a count: a select of one number, or the number where it is known already
Number = Select[Any] | int


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked about one obligation, each a select of one value. All of the board is asked in one statement.

    ``records`` counts what shows that it is kept. ``latest`` is when the last of them was made, an instant or a day,
    and ``label`` its number or name (never a customer's). ``breaches`` counts what is against the clause now,
    ``waiting`` what is still to be done and not late. ``of`` is of how many there could be.
    """

    records: Number | None = None
    latest: Select[Any] | None = None
    label: Select[Any] | None = None
    breaches: Number | None = None
    waiting: Number | None = None
    of: Number | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The answers to an :class:`Ask`, by the same names."""

    records: int | None = None
    latest: date | datetime | None = None
    label: str = ""
    breaches: int = 0
    waiting: int = 0
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that has to be done once in every ``rhythm``, by the day that ``due`` answers for a period.

    ``done(since)`` selects the days or instants, one column, on which it was done since a day; ``about`` says to which
    period one of them belongs, where that is not the one it lies in (a report on the month before).
    """

    rhythm: Rhythm
    done: Callable[[date], Select[Any]]
    due: Due = last_workday
    about: Callable[[date], date] = lambda day: day


@dataclass(frozen=True, slots=True)
class Records:
    """A page that shows records: it is offered to who may open it. ``arguments`` go into its address."""

    endpoint: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClauseEvidence:
    """One obligation of a clause: what counts as kept, and how that is found out.

    Without ``schedule`` it is kept while there are no ``breaches`` and at least ``needed`` records; with fewer, or with
    something ``waiting``, it is due. With ``schedule`` it is kept when it was done in the present period, due until the
    day it has to be done by, then overdue; breaches make it overdue all the same. ``without`` says why nothing can show
    it: then nothing else is given.

    ``key`` and ``title`` tell several obligations of one clause apart.
    """

    clause: str  #: ``GRD-07``, one that the plugin registers
    rule: Text = ""  #: what counts as kept, in a sentence
    ask: Callable[[date], Ask] | None = None  #: gets today
    schedule: Schedule | None = None
    key: str = ""
    title: Text = ""
    says: Callable[[Found], Text] | None = None  #: the evidence in words; without it the number of records
    late: Callable[[int], Text] | None = None  #: breaches in words
    needed: int = 0
    records: Records | None = None
    breaches: Records | None = None
    responsible: Text = ""
    without: Text = ""

    def __post_init__(self) -> None:
        given = self.ask is not None or self.schedule is not None
        if given == bool(self.without):
            raise ValueError(f"evidence of {self.clause}: give ask or schedule, or say in 'without' why there is none")
        if given and not self.rule:
            raise ValueError(f"evidence of {self.clause}: say in 'rule' what counts as kept")
