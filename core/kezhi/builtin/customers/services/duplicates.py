"""The duplicate guard (CUS-06): other records with the same credit code, the same normalised name or phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, union_all

from kezhi import Refused, acting_user, db, setting, visible_ids
from kezhi.i18n import _

from ..fields import FIELDS
from ..models import Customer
from .protected import CUSTOMER_KEYS, lookups
from .same_key import has_key
from .scan import kept_apart_from
from .texts import name_key

#: The whole table, past the rule of who sees what: the guard must know of records that the user may not see.
EVERY = Customer.__table__.c
#: Which stored key stands for which field.
KEYS = {"credit_code_key": "credit_code", "name_key": "name", "phone_key": "phone"}
MOST_HITS = 10
_NAMED = select(EVERY.id, EVERY.code, EVERY.prospect_number, EVERY.name, *(EVERY[key] for key in KEYS))


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that may be the same customer. What the user may not see of it stays empty."""

    fields: tuple[str, ...]  #: keys of the fields that agree
    customer_id: int | None = None
    code: str = ""
    name: str = ""

    @property
    def is_visible(self) -> bool:
        return self.customer_id is not None

    @property
    def title(self) -> str:
        """How the record is called in front of this user."""
        if not self.is_visible:
            return str(_("another customer file"))
        return f"{self.name} ({self.code})" if self.code else self.name

    @property
    def reasons(self) -> str:
        """The fields that agree, in words."""
        return str(_(", ")).join(str(FIELDS[key].label) for key in self.fields)


def duplicates(values: Mapping[str, Any], except_id: int | None = None) -> list[Hit]:
    """Records that agree with ``values`` in one of the guarded fields, the visible ones first.

    Two statements, whatever the number of records.
    """
    keys = {**lookups(CUSTOMER_KEYS, values), "name_key": [name_key(values.get("name") or "")]}
    wanted = {key: keys[key] for key in KEYS if keys.get(key, [""])[0]}
    if not wanted:
        return []
    asked = [(key, one) for key, each in wanted.items() for one in each]
    values = {f"value_{at}": one for at, (_key, one) in enumerate(asked)}
    statement = _alike(tuple(key for key, _one in asked), except_id is not None)
    found = db.session.connection().execute(statement, values | {"self": except_id}).mappings().all()
    seen = _visible({row["id"] for row in found})
    hits = []
    for row in sorted(found, key=lambda row: (row["id"] not in seen, row["id"])):
        fields = tuple(KEYS[key] for key, each in wanted.items() if row[key] in each)
        if row["id"] in seen:
            hits.append(Hit(fields, row["id"], row["code"] or row["prospect_number"] or "", row["name"]))
        else:
            hits.append(Hit(fields))
    return hits


@cache
def _alike(keys: tuple[str, ...], known: bool) -> Any:
    """Made once for each set of keys: every save asks it. ``known`` is a record that is not looked for itself."""
    alike = [select(EVERY.id).where(has_key(EVERY[key], bindparam(f"value_{at}"))) for at, key in enumerate(keys)]
    statement = _NAMED.where(EVERY.id.in_(union_all(*alike)))
    if known:
        own: Any = bindparam("self", type_=EVERY.id.type)
        statement = statement.where(EVERY.id != own, EVERY.id.not_in(kept_apart_from(own)))
    return statement.order_by(EVERY.id).limit(MOST_HITS)


def _visible(ids: set[int]) -> set[int]:
    allowed = visible_ids(Customer, acting_user()) if ids else None
    if allowed is None:
        return ids
    return set(db.session.scalars(select(EVERY.id).where(EVERY.id.in_(ids), EVERY.id.in_(allowed))))


def refuse_duplicates(values: Mapping[str, Any], except_id: int | None = None) -> None:
    """Errors: ``Refused`` for a duplicate when the company refuses them (setting ``customers.refuse_duplicates``)."""
    if not setting("customers", "refuse_duplicates"):
        return
    hits = duplicates(values, except_id)
    if hits:
        message = _("%(field)s is the same as that of %(record)s.", field=hits[0].reasons, record=hits[0].title)
        raise Refused(message, field=hits[0].fields[0])
