"""Which requests, answers, releases and customers the acting person sees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select

from kezhi import NotFound, Refused, db, visible
from kezhi.i18n import _

from ...customers.models import Customer
from ...customers.services.texts import name_key, tidy_code
from ..models import Answer, DataRequest, Release, ReleaseLine, RequestLine

MOST_CUSTOMERS = 50  #: of one request or release: its signer looks at each
FRESH = {"populate_existing": True}


def request_by_id(request_id: int) -> DataRequest:
    """A data request. Errors: ``NotFound``, also when the user may not see it."""
    statement = visible(DataRequest).where(DataRequest.id == request_id)
    found: DataRequest | None = db.session.scalars(statement, execution_options=FRESH).one_or_none()
    if found is None:
        raise NotFound(_("There is no such data request."))
    return found


def answer_of(request_id: int) -> Answer | None:
    """What was given, if the user may look at it now."""
    statement = visible(Answer).where(Answer.id == request_id)
    return db.session.scalars(statement, execution_options=FRESH).one_or_none()  # type: ignore[no-any-return]


def release_by_id(release_id: int) -> Release:
    """An entry of the register. Errors: ``NotFound``, also when the user may not see it."""
    statement = visible(Release).where(Release.id == release_id)
    found: Release | None = db.session.scalars(statement, execution_options=FRESH).one_or_none()
    if found is None:
        raise NotFound(_("There is no such release."))
    return found


def releases_of(request_id: int) -> Sequence[Release]:
    """The entries of the register that stem from a request, the newest first."""
    statement = visible(Release).where(Release.request_id == request_id).order_by(Release.id.desc())
    return db.session.scalars(statement).all()


def successor_of(release: Release) -> Release | None:
    """The entry that took this one's place."""
    statement = visible(Release).where(Release.supersedes_id == release.id)
    return db.session.scalars(statement).one_or_none()  # type: ignore[no-any-return]


def customers_of(model: type[RequestLine] | type[ReleaseLine], parent_id: int) -> list[tuple[str, int | None, str]]:
    """Code, id and name of the customers of a request or release, each once.

    Id and name only of those whom the user sees: of the others the code of then is all there is. Two statements.
    """
    line: Any = model.__table__.c
    parent = line.request_id if model is RequestLine else line.release_id
    rows = db.session.execute(select(line.customer_id, line.code).where(parent == parent_id).order_by(line.id)).all()
    seen = visible(Customer).with_only_columns(Customer.id, Customer.name)
    names = dict(db.session.execute(seen.where(Customer.id.in_([row.customer_id for row in rows]))).all())
    found: dict[int, tuple[str, int | None, str]] = {}
    for row in rows:
        known = row.customer_id in names
        found.setdefault(
            row.customer_id, (row.code, row.customer_id if known else None, str(names.get(row.customer_id, "")))
        )
    return list(found.values())


def seen_customers(model: type[RequestLine] | type[ReleaseLine], parent_id: int) -> list[Customer]:
    """The customers of a request or release whom the user sees, by code. One statement."""
    line: Any = model.__table__.c
    parent = line.request_id if model is RequestLine else line.release_id
    mine = select(line.customer_id).where(parent == parent_id)
    return list(db.session.scalars(visible(Customer).where(Customer.id.in_(mine)).order_by(Customer.code, Customer.id)))


def customers_meant(text: str) -> list[Customer]:
    """The customers whom a text names, one a line or with commas between: by code, prospect number or full name.

    One statement. Errors: ``Refused`` at the field ``customers`` for one whom the user does not see or who is not
    the only one of the name, and for too many.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    parts = {line: [part.strip() for part in re.split(r"[,，、;；]", line) if part.strip()] for line in lines}
    words = {*lines, *(part for found in parts.values() for part in found)}
    if not words:
        return []
    codes, keys = {tidy_code(word) for word in words}, {name_key(word) for word in words} - {""}
    fits = or_(Customer.code.in_(codes), Customer.prospect_number.in_(codes), Customer.name_key.in_(keys))
    rows = list(db.session.scalars(visible(Customer).where(fits).limit(4 * MOST_CUSTOMERS)))
    chosen: dict[int, Customer] = {}
    for line in lines:
        whole = _named(line, rows)
        for word in [line] if whole else parts[line]:
            customer = _the_one(word, whole or _named(word, rows))
            chosen[customer.id] = customer
    if len(chosen) > MOST_CUSTOMERS:
        raise Refused(
            _("No more than %(most)s customers at once: describe them in words.", most=MOST_CUSTOMERS),
            field="customers",
        )
    return list(chosen.values())


def _named(word: str, rows: Sequence[Customer]) -> list[Customer]:
    code, key = tidy_code(word), name_key(word)
    exact = [each for each in rows if code in (each.code, each.prospect_number)]
    return exact or [each for each in rows if key and each.name_key == key]


def _the_one(word: str, found: Sequence[Customer]) -> Customer:
    if len(found) == 1:
        return found[0]
    if found:
        codes = ", ".join(str(each.code or each.prospect_number) for each in found[:3])
        reason = _("Several customers are called “%(text)s”: give the code (%(codes)s).", text=word, codes=codes)
    else:
        reason = _(
            "There is no customer “%(text)s” among those you see: describe whose data you need in words.", text=word
        )
    raise Refused(reason, field="customers")
