"""How a result names what decided it, in ``Result.rule``. A score card writes the interval of the grade."""

from __future__ import annotations

#: every criterion or every rule was left out
NO_DATA = "no-data"
#: a criterion made the customer ungradable; the criterion's key follows
UNGRADABLE = "ungradable:"
#: the rule of a grade was met; the grade's key follows
RULE = "rule:"
#: no rule was met; the key of the grade that takes the rest follows
REST = "rest:"
