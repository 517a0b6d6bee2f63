"""What is wrong with a flow before anybody follows it: gaps, and steps that only the same person could sign (APR-02).

An error keeps a flow from being saved. A warning tells what would keep a request from being signed as things stand
now: people come and go, so it does not forbid the flow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kezhi import currency, localised
from kezhi.i18n import _, ngettext
from kezhi.money import display

from ..contributions import EVERYBODY, Step
from ..signers import may_sign_twice
from ..subjects import known_subject
from .ground import Ground, Person, ground_of, signs_whole, without_manager
from .matching import Seats, short
from .resolving import applies

MOST_STEPS, MOST_PEOPLE, MOST_HOURS, HIGHEST = 20, 50, 400, 9
NAMES = 3  #: people that a warning names
FEW = 50  #: a step with more people than this does not depend on one of them

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a flow; ``place`` counts its step from 1, None: the flow as a whole."""

    code: str
    text: str
    place: int | None = None
    severity: str = ERROR

    def __str__(self) -> str:
        return self.text


def errors_of(kind: str, steps: Sequence[Step]) -> list[Problem]:
    """Why a flow cannot be kept."""
    return [each for each in problems_of(kind, steps) if each.severity == ERROR]


def problems_of(kind: str, steps: Sequence[Step]) -> list[Problem]:
    """Errors and warnings of a flow as things stand now, in the order of the steps."""
    if not steps:
        return [Problem("no_steps", _("The flow has no step; add one."))]
    if len(steps) > MOST_STEPS:
        return [Problem("many_steps", _("At most %(most)s steps are possible.", most=MOST_STEPS))]
    ground = ground_of(steps)
    has_amount = known_subject(kind)[1].amount is not None
    found: list[Problem] = []
    for place, step in enumerate(steps, 1):
        found += [Problem(code, text, place) for code, text in _faults(step, ground, has_amount)]
    if found:
        return found
    for place, step in enumerate(steps, 1):
        found += [Problem(code, text, place, WARNING) for code, text in _gaps(step, ground)]
    return found + list(_separation(steps, ground, has_amount))


def _faults(step: Step, ground: Ground, has_amount: bool) -> Iterator[tuple[str, str]]:
    named = step.people or (() if step.user_id is None else (step.user_id,))
    if step.role is None and step.manager_level is None and not named:
        yield "no_signer", _("Choose who signs.")
    if step.role is not None and step.role not in ground.roles:
        yield "unknown_role", _("There is no role “%(role)s”.", role=step.role)
    if any(each not in ground.people for each in named):
        yield "no_such_person", _("Somebody chosen here is no longer active or may not sign; choose somebody else.")
    if len(set(named)) < len(named):
        yield "doubled", _("Somebody is chosen twice; one person counts once.")
    if len(named) > MOST_PEOPLE:
        yield "many_people", _("At most %(most)s people are possible; give them a role.", most=MOST_PEOPLE)
    if step.people and step.needs > len(set(step.people)):
        yield "too_many", _("More signatures are needed than people are chosen.")
    if step.needs < 0 or (step.needs != 1 and step.user_id is not None):
        yield "needs", _("One person signs once.")
    if step.manager_level is not None and (step.needs != 1 or not 1 <= step.manager_level <= HIGHEST):
        yield "manager", _("A manager signs alone, or the managers sign in turn.")
    yield from _bands(step, has_amount)
    if step.department_id is not None and step.department_id not in ground.departments:
        yield "unknown_department", _("There is no such department any more; choose another one.")
    if step.hours is not None and not 1 <= step.hours <= MOST_HOURS:
        yield "hours", _("The limit is from 1 to %(most)s hours of working time.", most=MOST_HOURS)


def _bands(step: Step, has_amount: bool) -> Iterator[tuple[str, str]]:
    bounds = [each for each in (step.above, step.up_to) if each is not None]
    if bounds and not has_amount:
        yield "no_amount", _("Requests of this kind have no amount by which a step could be chosen.")
    elif any(each < 0 for each in bounds):
        yield "negative", _("An amount is not below zero.")
    elif step.above is not None and step.up_to is not None and step.above >= step.up_to:
        yield "empty_band", _("No amount is above %(above)s and up to %(up_to)s.", **_band(step))


def _band(step: Step) -> dict[str, str]:
    return {"above": display(step.above, currency()), "up_to": display(step.up_to, currency())}


def _gaps(step: Step, ground: Ground) -> Iterator[tuple[str, str]]:
    people = ground.signers(step)
    if people is None:
        missing = without_manager(1 if step.in_turn else step.manager_level or 1)
        if missing:
            text = ngettext(
                "Above %(num)s person there is no such manager (%(names)s): what they put up would be refused.",
                "Above %(num)s people there is no such manager (%(names)s): what they put up would be refused.",
                len(missing),
                names=_names(missing),
            )
            yield "no_manager", text
    elif step.role is not None and not people:
        yield "nobody", _("Nobody active has the role “%(role)s”: give it to somebody.", role=_role(step, ground))
    elif step.role is not None and step.needs > len(people):
        yield (
            "few",
            _(
                "%(needs)s have to sign, and %(count)s have the role “%(role)s”.",
                needs=step.needs,
                count=len(people),
                role=_role(step, ground),
            ),
        )


def _role(step: Step, ground: Ground) -> str:
    return localised(ground.roles[step.role or ""])


def _names(names: Sequence[str]) -> str:
    shown = names[:NAMES]
    return _(", ").join(shown) + ("…" if len(names) > NAMES else "")


# ── the same person at two steps ────────────────────────────────────────────────────────────────────────────────


def _separation(steps: Sequence[Step], ground: Ground, has_amount: bool) -> Iterator[Problem]:
    """For every case that the conditions make a difference for: enough different people, whoever puts it up."""
    told: set[tuple[Any, ...]] = set()
    alone: dict[int, str] = {}
    for words, amount, departments in _cases(steps, ground, has_amount):
        here = [(place, step) for place, step in enumerate(steps, 1) if applies(step, amount, departments)]
        if not here:
            yield Problem("nobody_signs", _("Nobody would sign %(case)s: no step applies.", case=words))
            continue
        seats = _seats(here, ground)
        for group in _together(seats):
            stuck = short(group)
            if stuck and stuck not in told:
                told.add(stuck)
                yield Problem("same_person", _same(stuck, group, steps), stuck[-1])
            elif not stuck:
                alone |= {each[0]: each[1] for each in _few(group) if short(group, each[0])}
    if alone:
        yield Problem("only_requester", _alone(sorted(alone.values())), None, WARNING)


def _seats(here: list[tuple[int, Step]], ground: Ground) -> list[Seats]:
    """The steps whose people are known. Where nobody is, another warning says so."""
    found = []
    for place, step in here:
        people = ground.signers(step)
        if people:
            whole = signs_whole(step)
            needs = len(people) if whole else min(max(step.needs, 1), len(people))
            found.append(Seats(place, tuple(people), needs, whole))
    return found


def _together(seats: list[Seats]) -> list[list[Seats]]:
    """All steps together, or each by itself where the company lets one person sign several."""
    return [[each] for each in seats] if may_sign_twice() else [seats]


def _few(group: list[Seats]) -> list[Person]:
    """The people on whom one of the steps may depend."""
    found = {each for seats in group if len(seats.people) <= FEW for each in seats.people}
    return sorted(found, key=lambda each: each[1])


def _same(stuck: tuple[int, ...], group: list[Seats], steps: Sequence[Step]) -> str:
    titles = _(", ").join(f"{place} {localised(steps[place - 1].title)}" for place in stuck)
    people = sorted({name for seats in group if seats.place in stuck for _id, name in seats.people})
    text: str = _(
        "The steps %(steps)s could be signed by %(names)s only, and nobody signs two steps of one request: name "
        "somebody else for one of them.",
        steps=titles,
        names=_names(people),
    )
    return text


def _alone(names: list[str]) -> str:
    text: str = _(
        "What %(names)s put up themselves could not be signed: nobody else can at one of the steps.",
        names=_names(names),
    )
    return text


def _cases(steps: Sequence[Step], ground: Ground, has_amount: bool) -> Iterator[tuple[str, int | None, frozenset[int]]]:
    """A case for every band of amounts and every department that makes a difference: in words, amount, departments."""
    bounds = sorted({each for step in steps for each in (step.above, step.up_to) if each is not None})
    amounts: list[tuple[str, int | None]] = [("", None)]
    if bounds and has_amount:
        amounts = [(_("up to %(amount)s", amount=display(bounds[0], currency())), bounds[0])]
        amounts += [(_("above %(amount)s", amount=display(each, currency())), each + 1) for each in bounds]
    departments = [("", frozenset[int]())]
    departments += [(ground.departments[key], ground.above[key]) for key in sorted(ground.departments)]
    for band, amount in amounts:
        for name, above in departments:
            parts = [part for part in (name, band) if part]
            if not parts or (not name and ground.departments):
                parts.append(_("requests of other departments") if ground.departments else _("any request"))
            yield _(", ").join(parts), amount, above


__all__ = ["ERROR", "EVERYBODY", "WARNING", "Problem", "errors_of", "problems_of"]
