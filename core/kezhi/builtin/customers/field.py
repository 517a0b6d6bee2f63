"""What a field of the customer file is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

#: ``money`` is minor units of the company's currency, ``percent`` parts per million, ``count`` a whole number;
#: ``groups`` are keys of product groups in the list's order, joined by commas.
Kind = Literal["text", "long", "date", "list", "email", "url", "phone", "money", "count", "percent", "groups"]
Place = Literal["customer", "profile", "groups"]
NUMBERS = frozenset({"money", "count", "percent"})
#: Long texts are bounded, so that a form with all of them stays far below the largest request.
LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True)
class Field:
    """One field that people fill in. ``longest`` counts characters."""

    key: str
    label: Any
    section: str
    kind: Kind = "text"
    longest: int = 120
    nullable: bool = False  #: absent is NULL, not the empty text
    aliases: tuple[str, ...] = ()  #: further headers under which imported files carry it
    place: Place = "customer"  #: the table that holds it
    group: str = ""  #: under which heading of its section it stands
    is_free: bool = False  #: of a list, but other texts are taken too: they are proposed as entries
    protected: bool = False  #: personal, contact or credit data: sealed in the database (CUS-11)

    def absent(self) -> str | None:
        """What is stored when nothing is given."""
        return None if self.nullable or self.kind == "date" or self.kind in NUMBERS else ""
