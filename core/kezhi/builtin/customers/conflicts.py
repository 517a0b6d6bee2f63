"""Two people saved the same file: what each wrote, and what the form should hold next. Nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .fields import FIELDS, label
from .forms import RESPONSIBLE, EditForm, mark
from .services.history import names_of
from .services.values import readable, shown


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which the stored record and the form differ."""

    key: str
    label: Any
    stored: str
    typed: str
    is_taken: bool  #: only the other person changed it: the form now holds the stored value


def resolve(form: EditForm, stored: Mapping[str, Any], typed: Mapping[str, Any]) -> list[Difference]:
    """Compare, and fill the form for another try.

    A field that only the other person changed takes the stored value; what the user typed stays typed.
    """
    base = form.base_values()
    names = names_of(stored, typed)

    def text(key: str, value: Any) -> str:
        return names.get((key, value), readable(key, value))

    found, merged = [], {**stored, **typed}
    for key in (*FIELDS, *RESPONSIBLE):
        if key not in typed or shown(key, typed[key]) == shown(key, stored[key]):
            continue
        is_taken = base.get(key) == mark(shown(key, typed[key]))
        if is_taken:
            merged[key] = stored[key]
        if is_taken or base.get(key) != mark(shown(key, stored[key])):
            found.append(Difference(key, label(key), text(key, stored[key]), text(key, typed[key]), is_taken))
    form.fill(merged)
    form.remember_base(stored)
    return found
