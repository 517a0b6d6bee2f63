"""A flow while it is edited: what stands in the form's fields, what its buttons do, and the steps it means.

A field of a step is ``steps.<place>.<name>``. Who signs is one choice: ``role:<key>``, ``manager:<level>`` or
``people``; then each person is a field ``people`` of its own, typed or chosen from a list, in their order.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kezhi import currency
from kezhi.forms import trimmed
from kezhi.i18n import _
from kezhi.money import to_minor, to_units

from ..contributions import ESCALATE, EVERYBODY, REMIND, Step
from ..subjects import both_languages
from .checking import MOST_STEPS
from .people import find_people, labels_of
from .stored import FlowStep

FIELD = re.compile(r"steps\.(\d{1,2})\.([a-z_]{1,12})\Z")
TEXTS = ("key", "zh", "en", "who", "how", "above", "up_to", "department", "hours", "late")
LONGEST_TITLE = 60
KEY = re.compile(r"[a-z0-9]{1,12}\Z")
NUMBER = re.compile(r"[0-9]{1,18}\Z")


@dataclass
class Row:
    """One step as typed."""

    key: str = ""
    zh: str = ""
    en: str = ""
    who: str = ""
    how: str = "one"  #: one, all, turn, or how many
    people: list[str] = field(default_factory=list)
    above: str = ""
    up_to: str = ""
    department: str = ""
    hours: str = ""
    late: str = REMIND

    @property
    def is_special(self) -> bool:
        """Whether the step has a condition or a limit of its own."""
        return bool(self.above or self.up_to or self.department or self.hours or self.late != REMIND)


def rows_of_form(items: Iterable[tuple[str, str]]) -> list[Row]:
    """The rows of a form that was sent, in their order; what no form has is left out."""
    found: dict[int, Row] = {}
    for name, value in items:
        matched = FIELD.match(name)
        if matched is None or matched[2] not in (*TEXTS, "people"):
            continue
        row, what, text = found.setdefault(int(matched[1]), Row(how="", late="")), matched[2], str(trimmed(value))
        if what == "people" and text:
            row.people.append(text[:200])
        elif what != "people":
            setattr(row, what, text[:200])
    rows = [found[place] for place in sorted(found)]
    for row in rows:
        row.how, row.late = row.how or "one", row.late or REMIND
    return rows


def rows_of_steps(steps: Sequence[FlowStep]) -> list[Row]:
    """The rows that a flow opens with."""
    named = {person for each in steps for person in (*each.step.people, each.step.user_id) if person is not None}
    labels = labels_of(named) if named else {}
    return [_row(each, labels) for each in steps]


def _row(each: FlowStep, labels: dict[int, str]) -> Row:
    step, people = each.step, list(each.step.people)
    if step.role is not None:
        who = f"role:{step.role}"
    elif step.manager_level is not None:
        who = f"manager:{step.manager_level}"
    else:
        who, people = "people", people or [step.user_id or 0]
    how = (
        "turn" if step.in_turn else "all" if step.needs == EVERYBODY else "one" if step.needs == 1 else str(step.needs)
    )
    return Row(
        key=each.key if KEY.match(each.key) else "",
        zh=step.title.get("zh", ""),
        en=step.title.get("en", ""),
        who=who,
        how=how,
        people=[labels[person] for person in people if person in labels] if who == "people" else [],
        department=str(step.department_id or ""),
        hours=str(step.hours or ""),
        late=step.late,
        above=_units(step.above),
        up_to=_units(step.up_to),
    )


def _units(amount: int | None) -> str:
    if amount is None:
        return ""
    text = to_units(amount, currency())
    return text.rstrip("0").rstrip(".") if "." in text else text


def changed(rows: list[Row], action: str) -> int | None:
    """Carry out a button: ``add``, ``up 2``, ``down 0``, ``remove 1``. Answers the row to go to."""
    word, _space, number = action.partition(" ")
    if word == "add" and len(rows) < MOST_STEPS:
        rows.append(Row())
        return len(rows) - 1
    if not number.isdecimal() or int(number[:3]) >= len(rows):
        return None
    place = int(number[:3])
    if word == "remove":
        rows.pop(place)
        return min(place, len(rows) - 1) if rows else None
    other = {"up": place - 1, "down": place + 1}.get(word, -1)
    if not 0 <= other < len(rows):
        return None
    rows[place], rows[other] = rows[other], rows[place]
    return other


# ── what the rows mean ──────────────────────────────────────────────────────────────────────────────────────────

Errors = dict[str, list[str]]


def read_rows(rows: list[Row], roles: dict[str, Any]) -> tuple[list[FlowStep], Errors]:
    """The steps that the rows mean, and what cannot be read, by field. A row without a name is named by who signs."""
    errors: Errors = {}
    taken: set[str] = set()
    found = find_people({text for row in rows if row.who == "people" for text in row.people})
    steps = []
    for place, row in enumerate(rows):
        if not KEY.match(row.key) or row.key in taken:
            row.key = secrets.token_hex(4)
        taken.add(row.key)
        steps.append(FlowStep(row.key, _step(row, f"steps.{place}.", roles, found, errors)))
    return steps, errors


def _step(row: Row, at: str, roles: dict[str, Any], found: dict[str, int | str], errors: Errors) -> Step:
    word, _colon, what = row.who.partition(":")
    people = _people(row, found, at + "people", errors) if word == "people" else ()
    how = row.how
    needs = EVERYBODY if how == "all" else int(how) if how.isdecimal() and len(how) < 3 else 1
    alone = word == "manager" or (word == "people" and len(set(people)) < 2)
    if alone and how not in ("one", "turn"):
        needs = 1
    return Step(
        title=_title(row, word, what, roles, at, errors),
        role=what if word == "role" and what else None,
        user_id=people[0] if word == "people" and len(people) == 1 else None,
        people=people if len(people) > 1 else (),
        manager_level=int(what) if word == "manager" and what.isdecimal() and len(what) < 3 else None,
        needs=needs,
        above=_amount(row.above, at + "above", errors),
        up_to=_amount(row.up_to, at + "up_to", errors),
        department_id=int(row.department) if NUMBER.match(row.department) else None,
        in_turn=how == "turn" and not (word == "people" and len(people) < 2),
        hours=_hours(row.hours, at + "hours", errors),
        late=row.late if row.late in (REMIND, ESCALATE) else REMIND,
    )


def _people(row: Row, found: dict[str, int | str], name: str, errors: Errors) -> tuple[int, ...]:
    for text in row.people:
        if isinstance(found[text], str):
            errors.setdefault(name, []).append(str(found[text]))
    return tuple(each for each in (found[text] for text in row.people) if isinstance(each, int))


def _title(row: Row, word: str, what: str, roles: dict[str, Any], at: str, errors: Errors) -> dict[str, str]:
    for name in ("zh", "en"):
        if len(getattr(row, name)) > LONGEST_TITLE:
            errors.setdefault(at + name, []).append(_("At most %(most)s characters.", most=LONGEST_TITLE))
    if row.zh or row.en:
        return {"zh": row.zh or row.en, "en": row.en or row.zh}
    if word == "role" and what in roles:
        return both_languages(roles[what])
    if word == "manager":
        return {"zh": "部门负责人", "en": "Manager"}
    return {"zh": "审批", "en": "Approval"}


def _amount(text: str, name: str, errors: Errors) -> int | None:
    if not text:
        return None
    try:
        return to_minor(text, currency())
    except ValueError:
        errors.setdefault(name, []).append(_("Write an amount, such as 50000."))
        return None


def _hours(text: str, name: str, errors: Errors) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        errors.setdefault(name, []).append(_("Write whole hours, such as 8."))
        return None
    return int(text)
