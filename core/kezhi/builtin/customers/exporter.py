"""Customer files as a file that the importer reads back unchanged (CUS-08)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select, true

from kezhi import db
from kezhi import lazy_gettext as _l
from kezhi.visibility import visible_where

from ..accounts.models import Account, Department
from ..imports.contributions import Exporter
from .fields import FIELDS, LISTS
from .models import Customer
from .services import lists
from .services.values import shown

HEADER = ("code", "prospect_number", *FIELDS, "owner", "department")
#: Rows fetched at once.
CHUNK = 1_000


def exporter() -> Exporter:
    """The exporter of kind ``customers``."""
    return Exporter(
        kind="customers", title=_l("Customer files"), permission="customers.export", header=HEADER, rows=rows
    )


def rows() -> Iterator[Sequence[str]]:
    """The records that the acting user may see, in the order they were opened."""
    own: list[Any] = [getattr(Customer, key) for key in HEADER[:-2]]
    condition = visible_where(Customer)
    statement = (
        select(*own, Account.login, Department.name)
        .select_from(Customer)
        .join(Account, Account.id == Customer.owner_id, isouter=True)
        .join(Department, Department.id == Customer.department_id, isouter=True)
        .where(true() if condition is None else condition)
        .order_by(Customer.id)
        .execution_options(yield_per=CHUNK)
    )
    texts = {
        field: {entry["key"]: lists.text_of(field, entry["key"]) for entry in lists.entries(field)} for field in LISTS
    }
    for found in db.session.execute(statement):
        cells = [shown(key, value) for key, value in zip(HEADER, found, strict=True)]
        for field in LISTS:
            place = HEADER.index(field)
            cells[place] = texts[field].get(cells[place], cells[place])
        yield cells
