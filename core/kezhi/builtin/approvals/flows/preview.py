"""Who would sign, if somebody put something up now: the steps with their people, and what is missing by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kezhi import Refused, User, localised
from kezhi.i18n import _

from ..contributions import Step
from ..roles import role_title
from ..signers import may_sign_twice
from .ground import Ground, ground_of
from .matching import Seats, short
from .resolving import Maker, Planned, applies, maker_of, plan

MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A step of the preview: its people, or why there is nobody."""

    place: int  #: in the flow, from 1
    title: Any
    people: tuple[str, ...]
    needs: int
    problem: str = ""
    more: int = 0  #: how many people are not named


@dataclass(frozen=True, slots=True)
class Preview:
    """The steps for one maker and amount, and what stands against signing them all."""

    maker: str
    lines: list[Line]
    problem: str = ""


def preview(steps: Sequence[Step], user: User, amount: int | None) -> Preview:
    """Who would sign for this maker and amount. Nothing is stored, nobody is told."""
    maker, ground = maker_of(user), ground_of(steps)
    lines: list[Line] = []
    seats: list[Seats] = []
    for place, step in enumerate(steps, 1):
        if not applies(step, amount, maker.departments):
            continue
        try:
            planned = plan(step, maker)
        except Refused as error:
            lines.append(Line(place, step.title, (), 1, str(error)))
            continue
        for each in planned:
            people = _people(each, ground, maker)
            lines.append(_line(place, each, people, maker, ground))
            if people:
                seats.append(Seats(len(lines), tuple(people), min(each.needs, len(people)), each.user_id is not None))
    stuck = () if may_sign_twice() else short(seats)
    titles = _(", ").join(localised(lines[place - 1].title) for place in stuck)
    problem = _("Not enough different people for: %(steps)s.", steps=titles) if stuck else ""
    if not lines:
        problem = _("No step applies: nobody would sign it.")
    return Preview(maker.name, lines, problem)


def _people(planned: Planned, ground: Ground, maker: Maker) -> list[tuple[int, str]]:
    if planned.seats:
        return list(planned.seats)
    if planned.user_id is not None:
        known = (
            ground.people | dict(maker.managers) | {key: name for held in ground.holders.values() for key, name in held}
        )
        return [(planned.user_id, known[planned.user_id])] if planned.user_id in known.keys() - {maker.id} else []
    return [each for each in ground.holders.get(planned.role or "", []) if each[0] != maker.id]


def _line(place: int, planned: Planned, people: list[tuple[int, str]], maker: Maker, ground: Ground) -> Line:
    names = tuple(name for _id, name in people)
    problem = ""
    if not names and planned.role is not None and not ground.holders.get(planned.role):
        problem = _("Nobody active has the role “%(role)s”: give it to somebody.", role=role_title(planned.role))
    elif not names and planned.role is not None:
        problem = _("Nobody but the maker has the role “%(role)s”.", role=role_title(planned.role))
    elif not names and planned.user_id == maker.id:
        problem = _("%(name)s puts it up and cannot sign it.", name=maker.name)
    elif not names:
        problem = _("The person named for this step is no longer active.")
    elif len(names) < planned.needs:
        problem = _("%(needs)s have to sign, and %(count)s could.", needs=planned.needs, count=len(names))
    return Line(place, planned.title, names[:MOST_NAMES], planned.needs, problem, max(len(names) - MOST_NAMES, 0))
