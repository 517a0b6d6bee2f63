"""What apps give to have a part of their own in the form of a customer file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select

from kezhi.forms import Form

Text = Any


def nothing(_customer_id: int | None) -> Mapping[str, Any]:
    """The part of a record that has none yet."""
    return {}


@dataclass(frozen=True, slots=True)
class When:
    """``field`` is filled in only when ``other`` of the same part has one of ``values``, or any value without them.

    With ``required`` it must be filled in then. Held on the server too; browsers with scripts hide it until then.
    """

    field: str
    other: str
    values: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class ServiceTier:
    """A service tier (GRD-26): ``order`` 1 is the best; ``hours`` of service a day, a ``dedicated`` account manager."""

    key: str
    title: Text
    order: int
    hours: int
    dedicated: bool = False
    tone: str = "gray"


@dataclass(frozen=True, slots=True)
class ServiceTiers:
    """The tiers of a company, the best first, and which of them customers have.

    ``rows`` is a select of ``customer_id`` and ``tier`` (the key of one of ``tiers``), at most one row per customer;
    who has none has the last tier.
    """

    tiers: tuple[ServiceTier, ...]
    rows: Select[Any]


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One criterion of one customer, as data that can be kept.

    ``title`` is ``{"zh": …, "en": …}``; ``value`` the figure in the integer form of ``unit``, None where there is none;
    ``points`` and ``contribution`` are thousandths. ``missing`` says what was done without a figure: ``excluded`` (its
    weight shared among the others), ``lowest`` points, ``failed`` (its condition is not met), ``ungradable``.
    """

    metric: str
    title: Mapping[str, str]
    unit: str
    value: int | None
    weight: str
    points: int | None = None
    contribution: int | None = None
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a score card says of one customer over ``start`` to ``end``: score in thousandths, grade, and why.

    ``rule`` is one sentence in both languages: where the score lies, or why there is no grade.
    """

    start: date
    end: date
    score: int | None
    grade: str | None
    rule: Mapping[str, str]
    lines: tuple[ScoreLine, ...]


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """A score card that an app can evaluate on a customer now, without any run or publication.

    ``title`` is ``{"zh": …, "en": …}``; ``grades`` are its keys, the best first. ``score(customer_id)`` answers None
    for a customer whom the card does not judge, and raises ``Refused`` where it cannot be evaluated (a figure that no
    app provides).
    """

    key: str
    title: Mapping[str, str]
    version: int
    grades: tuple[str, ...]
    score: Callable[[int], Scored | None]


@dataclass(frozen=True, slots=True)
class FormPart:
    """A part of the form, shown below the record's own sections and checked and saved together with them.

    ``key`` starts with the plugin's name. ``save(customer_id, values)`` runs in the transaction of the record, with
    the ``data`` of every field: what it refuses (``Refused``, naming the ``field``) leaves nothing stored, neither
    here nor of the record. ``read(customer_id)`` gives what the controls hold at first. ``prepare(form)`` fills in
    choices. ``clause`` is the clause of the policy that the part serves.

    ``confirmed(ids)`` is for what is confirmed together with a new customer (CUS-14): a select of ``customer_id, text``
    of those of the select ``ids`` that have any. The text is shown to who signs, and bound to the signature: a file for
    which it is another one by then is not confirmed.
    """

    key: str
    title: Text
    form: type[Form]
    save: Callable[[int, Mapping[str, Any]], object]
    read: Callable[[int | None], Mapping[str, Any]] = nothing
    prepare: Callable[[Any], object] | None = None
    when: tuple[When, ...] = ()
    icon: str = "puzzle"
    clause: str = ""
    confirmed: Callable[[Select[Any]], Select[Any]] | None = None
