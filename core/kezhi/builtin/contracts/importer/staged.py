"""A staged row as the contract that it would make: given cells over what is stored, and what follows from both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, null, or_, select

from kezhi import currency, db, setting, visible
from kezhi.figures import sql_divide, sql_int
from kezhi.money import exponent

from ...customers.models import Customer
from ...imports.models import Batch, Row
from ...imports.staging import field_date, field_int, field_text, good_rows
from ...protection.fields import differ, raw
from ..models import Contract
from ..services.sealing import SIGNERS

#: The whole table, past the rule of who sees what: an invisible contract must not be taken for a new one.
CONTRACTS: Any = Contract.__table__
SOURCE = "import"
TEXTS = ("title", "our_party", "their_party", "other_parties", "our_signer", "their_signer", "terms")
SEALED = ("our_signer", "their_signer", "terms")
DAYS = ("signed_on", "valid_from", "valid_to")
#: The columns that an import decides on.
COLUMNS = ("customer_id", "number", "kind", *TEXTS, *DAYS, "remind_days", "amount", "currency")


def merged(batch: Batch) -> Subquery:
    """The good rows as contracts: ``row, action, target_id, exact, named, differs`` and :data:`COLUMNS`.

    An empty cell leaves what is stored as it is; a signed contract without a first day begins when it was signed.
    """
    target = CONTRACTS.alias("target")
    seen = visible(Customer).with_only_columns(
        Customer.id, Customer.code, Customer.prospect_number, Customer.name
    ).subquery("seen")  # fmt: skip
    code, prospect = _text(batch, "customer_code"), _text(batch, "prospect_number")
    whose = case((code.is_not(None), seen.c.code == code), else_=seen.c.prospect_number == prospect)
    values: dict[str, Any] = {
        "customer_id": seen.c.id,
        "number": field_text("number"),
        "kind": func.coalesce(_text(batch, "kind"), target.c.kind),
    }
    usual = {"our_party": literal(str(setting("kezhi", "company") or "")), "their_party": seen.c.name}
    for name in SEALED:
        values[name] = _sealed(batch, name, raw(target.c[name]))
    for name in SIGNERS:
        given = _text(batch, name.removesuffix("_key"))
        values[name] = case((given.is_not(None), field_text(name)), else_=func.coalesce(target.c[name], ""))
    for name in TEXTS:
        if name in SEALED:
            continue
        kept = func.coalesce(func.nullif(target.c[name], ""), usual.get(name, literal("")))
        values[name] = func.coalesce(_text(batch, name), kept)
    for name in DAYS:
        given = field_date(name) if name in batch.mapping else null()
        values[name] = func.coalesce(given, target.c[name])
    values["valid_from"] = func.coalesce(values["valid_from"], values["signed_on"])
    days = field_int("remind_days") if "remind_days" in batch.mapping else null()
    values["remind_days"] = func.coalesce(days, target.c.remind_days)
    values["currency"] = func.coalesce(_text(batch, "currency"), target.c.currency, currency())
    amount, exact = _amount(batch, values["currency"])
    values["amount"] = func.coalesce(amount, target.c.amount)
    differs = or_(*(values[name].is_distinct_from(stored(name, target.c)) for name in COLUMNS))
    return (
        select(
            Row.row,
            Row.action,
            target.c.id.label("target_id"),
            target.c.customer_id.label("stored_customer"),
            exact.label("exact"),
            func.coalesce(code, prospect, "").label("named"),
            differs.label("differs"),
            Row.seal,
            Row.seal_version,
            *(value.label(name) for name, value in values.items()),
        )
        .select_from(Row)
        .outerjoin(seen, whose)
        .outerjoin(target, target.c.number == field_text("number"))
        .where(*good_rows(batch))
        .subquery("merged")
    )


def stored(name: str, columns: Any) -> ColumnElement[Any]:
    """What stands in a column: of a protected one the sealed text, which may be moved and compared with itself."""
    return raw(columns[name]) if name in SEALED else columns[name]


def _sealed(batch: Batch, name: str, present: ColumnElement[Any]) -> ColumnElement[Any]:
    """A given value where it is another one; the same stays as it is sealed."""
    given = _text(batch, name)
    return case((given.is_not(None) & differ(given, present), given), else_=func.coalesce(present, ""))


def _text(batch: Batch, key: str) -> ColumnElement[Any]:
    return field_text(key) if key in batch.mapping else func.nullif(literal(""), literal(""))


def _amount(batch: Batch, code: ColumnElement[Any]) -> tuple[ColumnElement[Any], ColumnElement[bool]]:
    """A given amount in minor units of its row's currency, and whether the currency has the decimals."""
    if "amount" not in batch.mapping:
        return func.nullif(sql_int(0), sql_int(0)), literal(True)
    given, own = field_int("amount"), exponent(currency())
    present = select(_text(batch, "currency")).where(*good_rows(batch)).distinct()
    stored = select(CONTRACTS.c.currency).where(
        CONTRACTS.c.number.in_(select(field_text("number")).where(*good_rows(batch)))
    )
    codes = {row[0] for row in db.session.execute(present.union(stored)) if row[0]}
    found, wrong = [], []
    for each in sorted(codes):
        digits = exponent(each) - own
        if digits > 0:
            found.append((code == each, given * sql_int(10**digits)))
        elif digits < 0:
            step = sql_int(10**-digits)
            minor = sql_divide(given, step)
            found.append((code == each, minor))
            wrong.append(and_(code == each, minor * step != given))
    exact = ~func.coalesce(or_(*wrong), False) if wrong else literal(True)
    return (case(*found, else_=given) if found else given), exact
