"""Every kind with its flow as a document: for the command line and for tests."""

from __future__ import annotations

from typing import Any

from kezhi import currency, localised

from ..subjects import all_subjects
from .checking import problems_of
from .following import newest_of_all, steps_of
from .shipped import shipped_steps
from .stored import to_json
from .words import names_in, step_note


def documents() -> list[dict[str, Any]]:
    """All kinds; ``version`` is None where what the app ships holds."""
    kept, found = newest_of_all(), []
    for app, subject in all_subjects():
        row = kept.get(subject.kind)
        own = row is not None and not row.shipped
        keyed = steps_of(row) if row is not None and own else shipped_steps(subject.kind)
        steps = [each.step for each in keyed]
        names, money = names_in(steps), row.currency if row is not None else currency()
        found.append(
            {
                "kind": subject.kind,
                "app": app,
                "title": localised(subject.title) if isinstance(subject.title, dict) else str(subject.title),
                "version": row.version if row is not None and own else None,
                "author": row.author_login if row is not None and own else None,
                "reason": row.reason if row is not None and own else "",
                "currency": money,
                "steps": [
                    {**stored, "words": step_note(step, names, money)}
                    for stored, step in zip(to_json(keyed), steps, strict=True)
                ],
                "problems": [
                    {"code": each.code, "severity": each.severity, "step": each.place, "text": each.text}
                    for each in (problems_of(subject.kind, steps) if steps else [])
                ],
            }
        )
    return found
