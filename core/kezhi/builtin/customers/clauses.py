"""The clauses of the policy catalogue that this builtin carries out."""

from __future__ import annotations

from kezhi import Clause
from kezhi import lazy_gettext as _l


def clauses() -> list[Clause]:
    """The customer file."""
    return [
        Clause("CUS-01", _l("One record and one code per customer, never given twice")),
        Clause("CUS-02", _l("The file has sections, each with its own rights; credit codes are verified")),
        Clause("CUS-03", _l("Types with their traits, stages, regions and product groups are lists of the company")),
        Clause("CUS-04", _l("One responsible owner at a time; people see what their role lets them")),
        Clause("CUS-05", _l("Every change is kept with its author, time, old and new value")),
        Clause("CUS-06", _l("Likely duplicates are pointed out before saving"), ours=True),
    ]
