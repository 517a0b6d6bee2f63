"""Which record each row belongs to, what stands in its way, and what will become of it. Set-based."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, case, delete, exists, func, insert, literal, select, union_all, update

from kezhi import Refused, acting_user, db, visible_ids
from kezhi.i18n import _

from ...accounts.models import Account, Department
from ...imports.models import Batch, Row
from ...imports.staging import add_problems, field_text, good_rows, seal_to_targets
from ..fields import FIELDS
from ..models import Customer, StagedKey, UsedCode
from ..sections import may_write, section_of
from ..services.people import ASSIGN, owners_of
from ..services.same_key import has_key
from ..services.texts import name_key
from ..sharing.rules import only_looked_at
from .confirming import check_unconfirmed, is_kept_for, match_kept_codes
from .staged import (
    CREATE,
    ENTRIES,
    EVERY,
    LINKS,
    PROFILES,
    UNCHANGED,
    UPDATE,
    any_differs,
    differs,
    looked_up,
    mapped,
    names_group,
    repeated,
    rows,
    sentence,
    value,
    with_action,
)

QUIET = {"synchronize_session": False}
#: Rows whose keys are derived in one go.
CHUNK = 5_000


def check(batch: Batch) -> None:
    """Find the record of every good row: by code, else prospect number, else credit code, else it is new."""
    refuse_unsealed()
    _check_sections(batch)
    _check_responsible(batch)
    _match(batch)
    _check_targets(batch)
    _check_groups(batch)
    _check_new(batch)
    check_unconfirmed(batch)
    _decide(batch)
    _seal_to_targets(batch)
    _derive_keys(batch)
    _warn(batch)


def _check_sections(batch: Batch) -> None:
    """Nobody imports into a section that they may not change (CUS-02)."""
    for key in mapped(batch):
        section = section_of(key)
        if section.key != "basic" and not may_write(key):
            text = _("You may not change the section “%(section)s” of a customer file.", section=section.title)
            add_problems(batch, rows(text, *good_rows(batch), field_text(key).is_not(None)), column=key)


def _check_responsible(batch: Batch) -> None:
    """The people and departments named exist, and whoever imports may choose them."""
    user = acting_user()
    named = field_text("owner")
    if "owner" in batch.mapping:
        known = exists().where(Account.login == named, Account.active.is_(True))
        said = sentence(_("There is no active person with the login “%(login)s”.", login="{login}"), login=named)
        add_problems(batch, rows(said, *good_rows(batch), named.is_not(None), ~known), column="owner")
        if not user.is_system:
            allowed = select(Account.login).where(Account.id.in_(owners_of(user).with_only_columns(Account.id)))
            within = named.in_(allowed) if user.can(ASSIGN) else literal(user.login) == named
            text = _("You may not make this person responsible for a customer.")
            add_problems(batch, rows(text, *good_rows(batch), named.is_not(None), ~within), column="owner")
    named = field_text("department")
    if "department" in batch.mapping:
        count = select(func.count()).where(Department.name == named).scalar_subquery()
        said = sentence(_("There is no department, or more than one, called “%(name)s”.", name="{name}"), name=named)
        add_problems(batch, rows(said, *good_rows(batch), named.is_not(None), count != 1), column="department")
        if not user.is_system and not user.can(ASSIGN):
            text = _("You may not choose the department of a customer.")
            add_problems(batch, rows(text, *good_rows(batch), named.is_not(None)), column="department")


def _match(batch: Batch) -> None:
    """Set ``target_id``, one statement per key."""
    for key in mapped(batch, "code", "prospect_number", "credit_code"):
        given = field_text(key)
        if key == "credit_code":
            _refuse_ambiguous(batch)
        own = "credit_code_key" if key == "credit_code" else key
        found = select(func.min(EVERY.c.id)).where(has_key(EVERY.c[own], field_text(own))).scalar_subquery()
        statement = update(Row).where(*good_rows(batch), Row.target_id.is_(None), given.is_not(None))
        db.session.execute(statement.values(target_id=found), execution_options=QUIET)
    match_kept_codes(batch)


def _refuse_ambiguous(batch: Batch) -> None:
    """A credit code alone does not tell which of several records is meant."""
    given = field_text("credit_code")
    same = has_key(EVERY.c.credit_code_key, field_text("credit_code_key"))
    count = select(func.count()).where(same).scalar_subquery()
    text = _("Several customer files carry this credit code: give the customer code too.")
    conditions = [*good_rows(batch), Row.target_id.is_(None), given.is_not(None), count > 1]
    add_problems(batch, rows(text, *conditions), column="credit_code")


def _check_targets(batch: Batch) -> None:
    """A record is changed by one row of the file, and by who may see it; a code given stays."""
    allowed = visible_ids(Customer)
    if allowed is not None:
        text = _("This row belongs to a customer file that you may not change.")
        looked_at = only_looked_at()
        closed: ColumnElement[bool] = Row.target_id.not_in(allowed)
        if looked_at is not None:
            closed = closed | Row.target_id.in_(select(EVERY.c.id).where(looked_at))
        hidden = [*good_rows(batch), Row.target_id.is_not(None), closed]
        add_problems(batch, rows(text, *hidden))
    text = _("Another row above belongs to the same customer file.")
    add_problems(batch, repeated(text, Row.target_id, *good_rows(batch)))
    for key in mapped(batch, "code", "prospect_number"):
        kept = select(EVERY.c[key]).where(EVERY.c.id == Row.target_id).scalar_subquery()
        said = sentence(
            _("The customer file keeps its “%(kept)s”: an import never changes it.", kept="{kept}"), kept=kept
        )
        conditions = [*good_rows(batch), Row.target_id.is_not(None), field_text(key).is_not(None)]
        add_problems(batch, rows(said, *conditions, kept != field_text(key)), column=key, level="warning")


def _check_groups(batch: Batch) -> None:
    """A product group that is no longer in use is not given anew; who has it keeps it."""
    if "product_groups" not in batch.mapping:
        return
    text = sentence(
        _("“%(value)s” is no longer in use in the list “%(list)s”: choose another value.", value="{value}",
          list=FIELDS["product_groups"].label), value=ENTRIES.c.zh,
    )  # fmt: skip
    has = exists().where(LINKS.c.customer_id == Row.target_id, LINKS.c.entry_id == ENTRIES.c.id)
    found: Any = select(Row.row, text.label("message")).join_from(Row, ENTRIES, names_group())
    add_problems(
        batch, found.where(*good_rows(batch), ENTRIES.c.retired_at.is_not(None), ~has), column="product_groups"
    )


def _check_new(batch: Batch) -> None:
    """Two new rows without a code are not the same company, and a code given before is not given again.

    The customer whose import was reverted is the same as before: it may have its code again.
    """
    for key in mapped(batch, "code", "prospect_number"):
        given = field_text(key)
        others = (UsedCode.code == given) & (UsedCode.reverted_name != func.coalesce(field_text("name"), ""))
        used = exists().where(others) & ~exists().where(EVERY.c[key] == given) & ~is_kept_for(Row.target_id, given)
        said = sentence(_("The code “%(code)s” was given before and is never given again.", code="{code}"), code=given)
        add_problems(batch, rows(said, *good_rows(batch), given.is_not(None), used), column=key)
    if "credit_code" not in batch.mapping:
        return
    unnamed = [field_text(key).is_(None) for key in ("code", "prospect_number")]
    text = _("Another row above has the same credit code: give the customer code too.")
    new = [*good_rows(batch), Row.target_id.is_(None)]
    add_problems(batch, repeated(text, field_text("credit_code_key"), *new).where(*unnamed), column="credit_code")


def _decide(batch: Batch) -> None:
    """Set ``action``. A row whose every value stands in the record already changes nothing."""
    changes = exists().where(EVERY.c.id == Row.target_id, any_differs(batch))
    action = case((Row.target_id.is_(None), CREATE), (changes, UPDATE), else_=UNCHANGED)
    db.session.execute(update(Row).where(*good_rows(batch)).values(action=action), execution_options=QUIET)


def _seal_to_targets(batch: Batch) -> None:
    """What changes a customer's protected fields is sealed for that customer; long sections have a token too."""
    given = [key for key in mapped(batch) if FIELDS[key].protected]
    own = looked_up(PROFILES.c.seal, PROFILES, PROFILES.c.customer_id == EVERY.c.id)
    profile = func.coalesce(own, EVERY.c.seal)
    wanted = [
        select(Row.row, literal(key), EVERY.c.seal if FIELDS[key].place == "customer" else profile)
        .join_from(Row, EVERY, EVERY.c.id == Row.target_id)
        .where(*with_action(batch, UPDATE), field_text(key).is_not(None), differs(key, value(key)))
        for key in given
    ]
    if wanted:
        seal_to_targets(batch, {key: f"customers.{key}" for key in given}, union_all(*wanted))


def refuse_unsealed() -> None:
    """Errors: ``Refused`` while stored values have no blind index yet: rows would not find the customers they name."""
    if db.session.scalar(select(select(EVERY.c.id).where(EVERY.c.seal_version.is_(None)).exists())):
        raise Refused(
            _("The customer files are being encrypted at present. Import this file again when that is done: the page "
              "“Protection” shows how far it is.")
        )  # fmt: skip


def _derive_keys(batch: Batch) -> None:
    """Normalise names and phones for the duplicate guard: the rule is code, and SQL has no such function.

    Keys of batches that are gone go too.
    """
    alive = exists().where(Row.batch_id == StagedKey.batch_id)
    statement = delete(StagedKey).where((StagedKey.batch_id == batch.id) | ~alive)
    db.session.execute(statement, execution_options=QUIET)
    last = 0
    while True:
        chosen = select(Row.row, field_text("name").label("name"), field_text("phone_key").label("phone"))
        chosen = chosen.where(*with_action(batch, CREATE, UPDATE), Row.row > last).order_by(Row.row).limit(CHUNK)
        found = db.session.execute(chosen).all()
        if found:
            values = [
                {
                    "batch_id": batch.id,
                    "row": row.row,
                    "name_key": name_key(row.name or ""),
                    "phone_key": row.phone or "",
                }
                for row in found
            ]
            db.session.execute(insert(StagedKey), values)
            last = found[-1].row
        if len(found) < CHUNK:
            return


def _warn(batch: Batch) -> None:
    """Suspected duplicates: another record, or another row, with the same credit code, name or phone (CUS-06)."""
    keys = {
        "credit_code": (EVERY.c.credit_code_key, field_text("credit_code_key")),
        "name": (EVERY.c.name_key, _own_key("name_key")),
        "phone": (EVERY.c.phone_key, _own_key("phone_key")),
    }
    for field in mapped(batch, *keys):
        column, own = keys[field]
        if field == "credit_code":
            own = func.nullif(own, "")
        _warn_records(batch, field, column, own)
        _warn_rows(batch, field, own)


def _own_key(key: str) -> ColumnElement[Any]:
    """The derived key of the row, NULL when there is none."""
    table: Table = StagedKey.__table__
    return looked_up(
        func.nullif(table.c[key], ""), table, (table.c.batch_id == Row.batch_id) & (table.c.row == Row.row)
    )


def _warn_records(batch: Batch, field: str, column: ColumnElement[Any], own: ColumnElement[Any]) -> None:
    alike = [has_key(column, own), EVERY.c.id.is_distinct_from(Row.target_id)]
    named = select(func.min(func.coalesce(EVERY.c.code, EVERY.c.prospect_number, EVERY.c.name))).where(*alike)
    allowed = visible_ids(Customer)
    if allowed is not None:
        named = named.where(EVERY.c.id.in_(allowed))
    record = func.coalesce(named.correlate(Row.__table__).scalar_subquery(), _("another customer file"))
    text = sentence(
        _("Perhaps a duplicate: %(field)s as in %(record)s.", field=FIELDS[field].label, record="{record}"),
        record=record,
    )
    found = exists().where(*alike).correlate(Row.__table__)
    conditions = [*with_action(batch, CREATE, UPDATE), own.is_not(None), found]
    add_problems(batch, rows(text, *conditions), column=field, level="warning")


def _warn_rows(batch: Batch, field: str, own: ColumnElement[Any]) -> None:
    text = _("Perhaps a duplicate: %(field)s as in a row above.", field=FIELDS[field].label)
    found = repeated(text, own, *with_action(batch, CREATE, UPDATE))
    add_problems(batch, found, column=field, level="warning")
