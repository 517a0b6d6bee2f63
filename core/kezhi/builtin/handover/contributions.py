"""What apps give to have something handed over: what a person has, and how it goes over to somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select

from kezhi import User

Text = Any


@dataclass(frozen=True, slots=True)
class Name:
    """How a record is called for who may see it, and the endpoint of its page with the values of its address."""

    text: str
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandOver:
    """Something that a person has and that others take over. ``key`` starts with the plugin's name (``tasks.open``).

    ``items(person)`` is a ``Select`` with the columns ``record_id, label`` of all there is, whoever looks: what the
    acting person may not see goes over too, or it would be lost. ``label`` is kept in the list of what moved, so it is
    a code or number and no name. ``names(ids)`` answers those that the acting person may see; of the others the list
    says no more than how many there are.

    ``move(person, to, ids)`` gives what the ``Select`` of ids holds to another one, set-based, inside the transaction
    of the whole hand-over; afterwards ``items(person)`` must not hold it any more. It answers what followed, pairs of
    a title and a number. Without ``move`` it is only shown beforehand: it stays as it is, ``note`` says why.

    ``barred(to)`` is a ``Select`` of ids that this receiver may not get; ``accepts(to)`` says whether they may get any.
    ``end(person)`` is for what ends when the person leaves; how many there were.
    """

    key: str
    title: Text
    items: Callable[[int], Select[Any]]
    names: Callable[[Sequence[int]], Mapping[int, Name]]
    move: Callable[[int, int, Select[Any]], Sequence[tuple[Any, int]]] | None = None
    barred: Callable[[int], Select[Any]] | None = None
    accepts: Callable[[User], bool] = lambda _user: True
    end: Callable[[int], int] | None = None
    note: Text = ""
    icon: str = "box-arrow-right"
    order: int = 50
