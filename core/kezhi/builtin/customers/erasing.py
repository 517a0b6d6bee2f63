"""What outlives a customer file that is destroyed: its codes, without the name (CUS-01, CUS-10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, or_, select, tuple_, update

from kezhi import db
from kezhi import lazy_gettext as _l

from .models import Customer, StagedKey, UsedCode
from .services.protected import CUSTOMER_KEYS, lookups
from .services.texts import name_key

CODES, STAGED, CUSTOMERS = UsedCode.__table__, StagedKey.__table__, Customer.__table__


def places() -> list[Any]:
    """The codes, and the keys of the duplicate guard that imports have derived."""
    from ..destruction.contributions import Place

    return [Place("customers.codes", _l("Customer codes"), erase=_erase, covers=(CODES.name, STAGED.name))]


def _erase(subject: Any) -> Mapping[str, int]:
    codes: Any = db.session.execute(
        update(CODES).where(CODES.c.customer_id.in_(subject.ids), CODES.c.reverted_name != "").values(reverted_name="")
    )
    keys = db.session.execute(
        select(CUSTOMERS.c.name_key, CUSTOMERS.c.phone).where(CUSTOMERS.c.id == subject.customer_id),
        execution_options={"kezhi_unscoped": True},
    ).one()
    _unstage(subject)
    mine = [STAGED.c.phone_key.in_(each) for each in lookups(CUSTOMER_KEYS, {"phone": keys.phone}).values()]
    if subject.is_whole_file and keys.name_key:
        mine.append(STAGED.c.name_key == keys.name_key)
    if not mine:
        return {CODES.name: codes.rowcount}
    staged: Any = db.session.execute(delete(STAGED).where(or_(*mine)))
    return {CODES.name: codes.rowcount, STAGED.name: staged.rowcount}


def _unstage(subject: Any) -> None:
    """Keys of rows whose name holds one of the texts: one look over all of them, and a statement per 500 found."""
    from ..destruction.services.wording import Wording

    wording = Wording(sorted({name_key(text) for text in subject.traces} - {""}), ())
    if not wording:
        return
    rows = select(STAGED.c.batch_id, STAGED.c.row, STAGED.c.name_key).where(STAGED.c.name_key != "")
    asked = rows.execution_options(yield_per=2_000)
    found = [(row.batch_id, row.row) for row in db.session.execute(asked) if wording.is_in(row.name_key)]
    for at in range(0, len(found), 500):
        named = tuple_(STAGED.c.batch_id, STAGED.c.row).in_(found[at : at + 500])
        db.session.execute(delete(STAGED).where(named))
