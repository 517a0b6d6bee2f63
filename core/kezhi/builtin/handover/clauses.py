"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause


def clauses() -> list[Clause]:
    """What becomes of the work of somebody who leaves: a part of the clause about people, under its one title."""
    from ..accounts.clauses import clauses as of_people

    return [clause for clause in of_people() if clause.id == "ORG-01"]
