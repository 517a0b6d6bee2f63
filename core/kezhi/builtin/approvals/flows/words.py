"""A flow in words: who signs each step, when it applies, what its limit is; and two versions compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from kezhi import currency, db, localised
from kezhi.i18n import _
from kezhi.money import display

from ...accounts.models import Account, Department
from ..contributions import ESCALATE, EVERYBODY, Step
from ..roles import role_title
from .stored import FlowStep


@dataclass(frozen=True, slots=True)
class Names:
    """Names of the people and departments that steps name, of who left, too: two statements at most."""

    people: dict[int, str] = field(default_factory=dict)
    departments: dict[int, str] = field(default_factory=dict)


def names_in(steps: Sequence[Step]) -> Names:
    """The names that the words of these steps need."""
    people = {each for step in steps for each in (*step.people, step.user_id) if each is not None}
    departments = {step.department_id for step in steps if step.department_id is not None}
    return Names(_names(Account, people), _names(Department, departments))


def _names(model: Any, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = db.session.execute(select(model.id, model.name).where(model.id.in_(sorted(ids))))
    return {row.id: row.name for row in rows}


def who_signs(step: Step, names: Names | None = None) -> str:
    """Who signs a step and how many of them, in words."""
    if step.manager_level is not None:
        return _managers(step)
    if step.role is not None:
        return _of_role(step)
    names = names or names_in([step])
    people = [names.people.get(each, "—") for each in (step.people or (step.user_id,)) if each is not None]
    if step.in_turn:
        return _("in turn: %(names)s", names=" → ".join(people))
    listed = _(", ").join(people)
    if len(people) < 2:
        return listed
    if step.needs == EVERYBODY:
        return _("all of: %(names)s", names=listed)
    if step.needs == 1:
        return _("one of: %(names)s", names=listed)
    return _("%(needs)s of: %(names)s", needs=step.needs, names=listed)


def _managers(step: Step) -> str:
    level = step.manager_level or 1
    if level == 1:
        return _("manager of the maker's department")
    if step.in_turn:
        return _("managers in turn, up to %(level)s levels", level=level)
    return _("manager %(level)s levels up", level=level)


def _of_role(step: Step) -> str:
    role = role_title(step.role or "")
    if step.in_turn:
        return _("everybody with the role “%(role)s”, in turn", role=role)
    if step.needs == EVERYBODY:
        return _("everybody with the role “%(role)s”", role=role)
    if step.needs > 1:
        return _("%(needs)s with the role “%(role)s”", needs=step.needs, role=role)
    return role


def when_signed(step: Step, names: Names | None = None, money: str = "") -> str:
    """For which requests a step is signed, empty for all."""
    money = money or currency()
    parts = []
    if step.department_id is not None:
        known = (names or names_in([step])).departments
        parts.append(_("put up in %(department)s", department=known.get(step.department_id, "—")))
    if step.above is not None:
        parts.append(_("above %(amount)s", amount=display(step.above, money)))
    if step.up_to is not None:
        parts.append(_("up to %(amount)s", amount=display(step.up_to, money)))
    return _(", ").join(parts)


def limit_of(step: Step) -> str:
    """Until when a step is to be signed and what happens then, empty for what holds everywhere."""
    parts = []
    if step.hours is not None:
        parts.append(_("%(hours)s h of working time", hours=step.hours))
    if step.late == ESCALATE:
        parts.append(_("then the manager is told at once"))
    return " · ".join(parts)


def step_note(step: Step, names: Names, money: str = "") -> str:
    """What stands below a step in the picture of a flow."""
    parts = [who_signs(step, names), when_signed(step, names, money), limit_of(step)]
    return " · ".join(part for part in parts if part)


def picture(steps: Sequence[Step], money: str = "") -> list[dict[str, str]]:
    """A flow as the macro ``steps`` shows it."""
    names = names_in(steps)
    return [{"title": localised(s.title), "note": step_note(s, names, money), "state": "todo"} for s in steps]


# ── two versions ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions that are compared."""

    steps: tuple[FlowStep, ...]
    money: str


def differences(old: Side, new: Side) -> list[dict[str, str]]:
    """What differs, in the order of the new version; steps that are gone follow."""
    before, after = _lines(old), _lines(new)
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            there: dict[str, str] = other or one or {}
            words = " · ".join(text for what, text in there.items() if text and what != _("Step"))
            what = _("Step added") if one is None else _("Step removed")
            title = there[_("Step")]
            old_words, new_words = ("", words) if one is None else (words, "")
            found.append({"about": title, "what": what, "old": old_words, "new": new_words})
            continue
        about = other[_("Step")]
        found += [
            {"about": about, "what": what, "old": one[what], "new": text}
            for what, text in other.items()
            if text != one[what]
        ]
    return found


def _lines(side: Side) -> dict[str, dict[str, str]]:
    names = names_in([each.step for each in side.steps])
    found = {}
    for place, each in enumerate(side.steps, 1):
        step = each.step
        found[each.key] = {
            _("Step"): localised(step.title),
            _("Position of the step"): str(place),
            _("Who signs"): who_signs(step, names),
            _("Only for"): when_signed(step, names, side.money),
            _("Limit"): limit_of(step),
        }
    return found
