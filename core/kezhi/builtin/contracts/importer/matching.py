"""What only the database can tell of a file of contracts: whose they are, whether days fit, what each row does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, exists, func, literal, or_, select, union_all, update

from kezhi import Refused, can, db, visible
from kezhi.i18n import _

from ...customers.importer.naming import looked_at_text, of_looked_at
from ...customers.importer.staged import CREATE, UNCHANGED, UPDATE, rows, sentence
from ...imports.models import Batch, Row
from ...imports.staging import add_problems, field_text, good_rows, seal_to_targets
from ..models import Contract
from ..rules import MONEY
from .staged import CONTRACTS, SEALED, merged


def check(batch: Batch) -> None:
    """Report problems, and say what each good row would do. Errors: ``Refused`` while contracts are taken up."""
    if db.session.scalar(select(exists().where(CONTRACTS.c.seal_version.is_(None)))):
        raise Refused(
            _("The contracts are being encrypted at present. Import this file again when that is done: the page "
              "“Protection” shows how far it is.")
        )  # fmt: skip
    if not can(MONEY) and {"amount", "terms"} & set(batch.mapping):
        add_problems(batch, rows(_("You may not enter the amounts and terms of contracts."), *good_rows(batch)))
    _check_numbers(batch)
    _check_customers(batch)
    _check_contents(batch)
    _decide(batch)
    _seal_to_targets(batch)


def _check_numbers(batch: Batch) -> None:
    """Numbers of contracts that the user does not see."""
    number = field_text("number")
    hidden = select(CONTRACTS.c.number).where(
        CONTRACTS.c.number == number, CONTRACTS.c.id.not_in(visible(Contract).with_only_columns(Contract.id))
    )
    text = sentence(_("The number “%(number)s” is taken.", number="{number}"), number=number)
    add_problems(batch, rows(text, *good_rows(batch), hidden.correlate(Row.__table__).exists()), column="number")


def _check_customers(batch: Batch) -> None:
    """Each row names one customer whom the acting user sees, and a contract stays with its own."""
    keys = [key for key in ("customer_code", "prospect_number") if key in batch.mapping]
    named: Any = func.coalesce(*(field_text(key) for key in keys), "") if keys else literal("")
    column = keys[0] if keys else "customer_code"
    text = _("Give the customer code or the prospect number: they say whose contract it is.")
    add_problems(batch, rows(text, *good_rows(batch), named == ""), column=column)
    found = merged(batch)
    said = sentence(_("There is no customer with the code “%(code)s”.", code="{code}"), code=found.c.named)
    add_problems(batch, _of(found, said, found.c.customer_id.is_(None)), column=column)
    found = merged(batch)
    add_problems(batch, _of(found, looked_at_text(found.c.named), of_looked_at(found.c.customer_id)), column=column)
    found = merged(batch)
    moved = and_(found.c.target_id.is_not(None), found.c.stored_customer != found.c.customer_id)
    said = sentence(_("Contract “%(number)s” is another customer's.", number="{number}"), number=found.c.number)
    add_problems(batch, _of(found, said, moved), column="number")


def _check_contents(batch: Batch) -> None:
    """The rules of the form: signers on both sides, days in their order, decimals of the currency."""
    found = merged(batch)
    nobody = and_(found.c.signed_on.is_not(None), or_(found.c.our_signer == "", found.c.their_signer == ""))
    text = _("A signed contract names who signed it on both sides.")
    add_problems(batch, _of(found, literal(text), nobody), column="our_signer")
    found = merged(batch)
    text = _("The last day lies before the first one.")
    add_problems(batch, _of(found, literal(text), found.c.valid_to < found.c.valid_from), column="valid_to")
    found = merged(batch)
    said = sentence(
        _("The amount has more decimals than %(currency)s has.", currency="{currency}"), currency=found.c.currency
    )
    add_problems(batch, _of(found, said, ~found.c.exact), column="amount")
    found = merged(batch)
    ended = CONTRACTS.alias("ended")
    over = _of(found, literal(_("The contract was ended early: its last day lies after that.")),
               ended.c.terminated_on >= found.c.valid_to)  # fmt: skip
    add_problems(batch, over.join(ended, ended.c.id == found.c.target_id), column="valid_to")


def _of(found: Any, message: Any, *conditions: Any) -> Any:
    return select(found.c.row, message.label("message")).select_from(found).where(*conditions)


def _seal_to_targets(batch: Batch) -> None:
    """What changes a contract's protected fields is sealed for that contract."""
    given = [name for name in SEALED if name in batch.mapping]
    wanted = [
        select(Row.row, literal(name), CONTRACTS.c.seal)
        .join_from(Row, CONTRACTS, CONTRACTS.c.id == Row.target_id)
        .where(*good_rows(batch), Row.action == UPDATE, field_text(name).is_not(None))
        for name in given
    ]
    if wanted:
        seal_to_targets(batch, {name: f"contracts.{name}" for name in given}, union_all(*wanted))


def _decide(batch: Batch) -> None:
    found = merged(batch)
    action = case((found.c.target_id.is_(None), CREATE), (found.c.differs, UPDATE), else_=UNCHANGED)
    statement = update(Row).where(*good_rows(batch), Row.row == found.c.row)
    db.session.execute(
        statement.values(target_id=found.c.target_id, action=action),
        execution_options={"synchronize_session": False, "kezhi_unscoped": True},
    )
