"""Key people from CSV and XLSX: a row belongs to the person of that name at the customer that it names.

The customer is the one with the row's customer code, else prospect number, else credit code (CUS-08). Two people of one
name at one customer are told apart by nobody: the row belongs to the one who was entered first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, insert, literal, not_, null, or_, select, union_all, update

from kezhi import acting_user, bulk_write, clock, db, visible_ids
from kezhi import lazy_gettext as _l
from kezhi.db import UtcDateTime
from kezhi.i18n import _

from ...imports.contributions import Importer, Journaled, Reversal
from ...imports.journal import KEPT, former, reverted_rows
from ...imports.models import Batch, Row
from ...imports.staging import add_problems, field_date, field_int, field_text, good_rows, seal_to_targets
from ...protection.fields import differ
from ..fields import CONTACT_PROTECTED
from ..models import Contact, Customer, CustomerChange
from ..sections import may_write_section
from ..services.contacts import DAYS, KEYS
from ..services.protected import CONTACT_KEYS
from ..services.same_key import has_key
from ..sharing.rules import only_looked_at
from .contact_columns import contact_columns
from .matching import refuse_unsealed
from .staged import CREATE, EVERY, UNCHANGED, UPDATE, iso_text, looked_up, lowest, rows, sentence, with_action

QUIET = {"synchronize_session": False}
PEOPLE = Contact.__table__
#: columns of a file that say whose people they are, with the customer's own, in the order in which they count
KEYS_OF_CUSTOMER = {
    "customer_code": "code",
    "prospect_number": "prospect_number",
    "credit_code_key": "credit_code_key",
}


def contact_importer() -> Importer:
    """The importer of kind ``contacts``."""
    return Importer(
        kind="contacts",
        title=_l("Key people"),
        permission="customers.import",
        fields=contact_columns(),
        unique=(),
        check=check,
        apply=apply,
        reversal=contact_reversal(),
    )


def contact_reversal() -> Reversal:
    """The people of one customer go back together: who was the main contact before hangs on who is now."""
    people = Journaled(PEOPLE, scope=_of_named_customers, columns=_written, unit="customer_id", customer="customer_id")
    name = select(EVERY.c.name).where(EVERY.c.id == PEOPLE.c.customer_id).scalar_subquery()
    return Reversal(Contact, (people,), (name, PEOPLE.c.name), begin=_keep_reverted)


def _of_named_customers(batch: Batch) -> ColumnElement[bool]:
    """Everybody at the customers of the file: a new main contact takes the place of another person."""
    named = select(customer_of_row(batch)).where(*with_action(batch, CREATE, UPDATE))
    theirs: ColumnElement[bool] = PEOPLE.c.customer_id.in_(named)
    return theirs


def _written(batch: Batch) -> list[str]:
    parts = dict.fromkeys([*given(batch), "is_primary"])
    return ["customer_id", "name", "name_key", *parts, *(key for key in CONTACT_KEYS if CONTACT_KEYS[key][0] in parts)]


def _keep_reverted(batch: Batch) -> None:
    """Everybody's former values, in the history of the customer (CUS-05)."""
    columns = ["customer_id", "at", "actor", "field", "old", "new", "source", "person", "seal_version"]
    fixed = (literal(clock.now(), UtcDateTime()), literal(acting_user().login))
    name = PEOPLE.c.name
    gone: Any = select(
        PEOPLE.c.customer_id,
        *fixed,
        literal("contact.name"),
        name,
        literal(""),
        literal("revert"),
        null(),
        PEOPLE.c.seal_version,
    ).join_from(KEPT, PEOPLE, PEOPLE.c.id == KEPT.c.key)
    gone = gone.where(*reverted_rows(batch, PEOPLE, CREATE))
    db.session.execute(insert(CustomerChange).from_select(columns, gone))
    for key in dict.fromkeys([*given(batch), "is_primary"]):
        now, before = _readable(key, PEOPLE.c[key]), _readable(key, former(PEOPLE.c[key]))
        version = lowest(PEOPLE.c.seal_version, former(PEOPLE.c.seal_version))
        changed: Any = select(
            PEOPLE.c.customer_id, *fixed, literal(f"contact.{key}"), now, before, literal("revert"), name, version
        ).join_from(KEPT, PEOPLE, PEOPLE.c.id == KEPT.c.key)
        changed = changed.where(*reverted_rows(batch, PEOPLE, UPDATE), _other(key, former(PEOPLE.c[key])))
        db.session.execute(insert(CustomerChange).from_select(columns, changed))


# ── what the rows are ───────────────────────────────────────────────────────────────────────────────────────────


def customer_of_row(batch: Batch) -> ColumnElement[Any]:
    """The id of the customer that the row names: by code, else prospect number, else credit code.

    Customers whom the acting user may not see are none.
    """
    found = [_customer_by(key, own) for key, own in _customer_keys(batch)]
    return func.coalesce(*found) if len(found) > 1 else found[0] if found else null()


def _customer_by(key: str, own: str) -> ColumnElement[Any]:
    return looked_up(func.min(EVERY.c.id), EVERY, and_(has_key(EVERY.c[own], field_text(key)), *_seen()))


def _seen() -> list[ColumnElement[bool]]:
    """What narrows the customers to those whose people one may change."""
    allowed, looked_at = visible_ids(Customer), only_looked_at()
    found: list[ColumnElement[bool]] = [] if allowed is None else [EVERY.c.id.in_(allowed)]
    if looked_at is not None:
        found.append(not_(looked_at))
    return found


def _customer_keys(batch: Batch) -> list[tuple[str, str]]:
    return [(key, own) for key, own in KEYS_OF_CUSTOMER.items() if key.removesuffix("_key") in batch.mapping]


def value(key: str) -> ColumnElement[Any]:
    """What a row gives for a part of a contact, NULL when its cell is empty."""
    if key == "is_primary":
        return case((field_int(key) == 1, True), (field_int(key) == 0, False))
    return field_date(key) if key == "left_on" else field_text(key)


def given(batch: Batch) -> list[str]:
    """The parts that the file has columns for, but the name: it says who is meant."""
    return [key for key in KEYS if key in batch.mapping and key != "name"]


def check(batch: Batch) -> None:
    """Find customer and person of every good row; nobody imports people whom they may not change."""
    refuse_unsealed()
    if not may_write_section("people"):
        add_problems(batch, rows(_("You may not change the key people of a customer."), *good_rows(batch)))
    _check_customers(batch)
    customer = customer_of_row(batch)
    found = select(func.min(PEOPLE.c.id)).where(
        PEOPLE.c.customer_id == customer, PEOPLE.c.name_key == field_text("name_key")
    )
    matched = found.correlate(Row.__table__).scalar_subquery()
    db.session.execute(update(Row).where(*good_rows(batch)).values(target_id=matched), execution_options=QUIET)
    _refuse_repeated(batch)
    differing = or_(*(_differs(key) for key in given(batch))) if given(batch) else literal(False)
    same = select(PEOPLE.c.id).where(PEOPLE.c.id == Row.target_id, differing).exists()
    action = case((Row.target_id.is_(None), CREATE), (same, UPDATE), else_=UNCHANGED)
    db.session.execute(update(Row).where(*good_rows(batch)).values(action=action), execution_options=QUIET)
    _seal_to_targets(batch)


def _seal_to_targets(batch: Batch) -> None:
    """What changes a person is sealed for that person."""
    parts = [key for key in given(batch) if key in CONTACT_PROTECTED]
    wanted = [
        select(Row.row, literal(key), PEOPLE.c.seal)
        .join_from(Row, PEOPLE, PEOPLE.c.id == Row.target_id)
        .where(*with_action(batch, UPDATE), _differs(key))
        for key in parts
    ]
    if wanted:
        seal_to_targets(batch, {key: f"customers.contact.{key}" for key in parts}, union_all(*wanted))


def _check_customers(batch: Batch) -> None:
    """Each row names one customer whom the acting user may see; another one is answered like one there is not."""
    keys = _customer_keys(batch)
    given = [field_text(key) for key, _own in keys]
    named: ColumnElement[Any] = func.coalesce(*given, "") if given else literal("")
    text = _("Give the customer code, the prospect number or the credit code: they say whose people these are.")
    add_problems(batch, rows(text, *good_rows(batch), named == ""), column="customer_code")
    if "credit_code" in batch.mapping:
        _refuse_ambiguous(batch, [(key, own) for key, own in keys if key != "credit_code_key"])
    shown = [field_text(key) for key, _own in keys if key != "credit_code_key"]
    unknown = _("There is no customer with this credit code.")
    said: Any = literal(unknown)
    if shown:
        code: Any = func.coalesce(*shown) if len(shown) > 1 else shown[0]
        named_one = sentence(_("There is no customer with the code “%(code)s”.", code="{code}"), code=code)
        said = case((code.is_(None), unknown), else_=named_one)
    add_problems(
        batch,
        rows(said, *good_rows(batch), customer_of_row(batch).is_(None)),
        column=keys[0][0].removesuffix("_key") if keys else "customer_code",
    )


def _refuse_ambiguous(batch: Batch, others: list[tuple[str, str]]) -> None:
    """A credit code alone does not tell which of several customers is meant. Only those one may see are counted."""
    same = has_key(EVERY.c.credit_code_key, field_text("credit_code_key"))
    count = select(func.count()).where(same, *_seen())
    known = [_customer_by(key, own).is_(None) for key, own in others]
    text = _("Several customer files carry this credit code: give the customer code too.")
    several = count.correlate(Row.__table__).scalar_subquery() > 1
    add_problems(batch, rows(text, *good_rows(batch), several, *known), column="credit_code")


def _refuse_repeated(batch: Batch) -> None:
    """One row for one person of one customer, and one main contact per customer. Grouped once, not row against row."""
    code, name = customer_of_row(batch), field_text("name_key")
    people = select(code.label("code"), name.label("name"), Row.row.label("row")).where(*good_rows(batch)).subquery()
    named = select(people.c.code, people.c.name, func.min(people.c.row).label("first"))
    twice = named.group_by(people.c.code, people.c.name).having(func.count() > 1).subquery()
    same = and_(twice.c.code == code, twice.c.name == name)
    again: Any = select(Row.row, literal(_("Another row above is about the same person.")).label("message"))
    again = again.join_from(Row, twice, same).where(*good_rows(batch), Row.row > twice.c.first)
    add_problems(batch, again, column="name")
    if "is_primary" not in batch.mapping:
        return
    main = [*good_rows(batch), field_int("is_primary") == 1]
    mains = select(code.label("code"), Row.row.label("row")).where(*main).subquery()
    first = select(mains.c.code, func.min(mains.c.row).label("first")).group_by(mains.c.code)
    several = first.having(func.count() > 1).subquery()
    text = literal(_("Another row above is the main contact of this customer."))
    more: Any = select(Row.row, text.label("message")).join_from(Row, several, several.c.code == code)
    add_problems(batch, more.where(*main, Row.row > several.c.first), column="is_primary")


def _differs(key: str) -> ColumnElement[bool]:
    return value(key).is_not(None) & _other(key, value(key))


def _other(key: str, one: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a value of a part is not the stored one."""
    return differ(one, PEOPLE.c[key]) if key in CONTACT_PROTECTED else one.is_distinct_from(PEOPLE.c[key])


# ── writing them ────────────────────────────────────────────────────────────────────────────────────────────────


def apply(batch: Batch) -> None:
    """Create and update the people, and keep every change: a constant number of statements for any number of rows."""
    now = clock.now()
    _keep_changes(batch, now)
    _update(batch, now)
    _create(batch, now)
    _one_main(batch)


def _keep_changes(batch: Batch, now: datetime) -> None:
    columns = ["customer_id", "at", "actor", "field", "old", "new", "source", "person", "seal_version"]
    fixed = (literal(now, UtcDateTime()), literal(acting_user().login))
    new: Any = select(
        customer_of_row(batch),
        *fixed,
        literal("contact.name"),
        literal(""),
        field_text("name"),
        literal("import"),
        null(),
        Row.seal_version,
    ).where(*with_action(batch, CREATE))
    db.session.execute(insert(CustomerChange).from_select(columns, new))
    for key in given(batch):
        old, wanted = _readable(key, PEOPLE.c[key]), _readable(key, value(key))
        changed: Any = select(
            PEOPLE.c.customer_id,
            *fixed,
            literal(f"contact.{key}"),
            old,
            wanted,
            literal("import"),
            PEOPLE.c.name,
            lowest(PEOPLE.c.seal_version, Row.seal_version),
        ).join_from(Row, PEOPLE, PEOPLE.c.id == Row.target_id)
        changed = changed.where(*with_action(batch, UPDATE), _differs(key))
        db.session.execute(insert(CustomerChange).from_select(columns, changed))


def _readable(key: str, expression: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value as the history keeps it, beside the person's name."""
    if key == "is_primary":
        text: ColumnElement[Any] = case((expression.is_(True), "✓"))
    else:
        text = iso_text(expression) if key == "left_on" else expression
    return func.coalesce(text, "")


def _update(batch: Batch, now: datetime) -> None:
    values: dict[str, Any] = {key: case((_differs(key), value(key)), else_=PEOPLE.c[key]) for key in given(batch)}
    for key, (part, _name, _normal) in CONTACT_KEYS.items():
        if part in values:
            anew = func.coalesce(field_text(key), "")
            values[key] = case((field_text(part).is_not(None), anew), else_=PEOPLE.c[key])
    values |= {
        "updated_at": literal(now, UtcDateTime()),
        "version": PEOPLE.c.version + 1,
        "seal": func.coalesce(PEOPLE.c.seal, Row.seal),
        "seal_version": lowest(PEOPLE.c.seal_version, Row.seal_version),
    }
    bulk_write(
        update(PEOPLE).where(PEOPLE.c.id == Row.target_id, *with_action(batch, UPDATE)).values(**values),
        model=Contact,
        change=UPDATE,
        keys=select(Row.target_id).where(*with_action(batch, UPDATE)),
        action="contact.import",
        batch=batch.id,
    )


def _create(batch: Batch, now: datetime) -> None:
    columns: dict[str, Any] = {
        "customer_id": customer_of_row(batch),
        "name": field_text("name"),
        "created_by": literal(acting_user().login),
        "created_at": literal(now, UtcDateTime()),
        "updated_at": literal(now, UtcDateTime()),
        "version": literal(1),
        "seal": Row.seal,
        "seal_version": Row.seal_version,
        **{key: func.coalesce(field_text(key), "") for key in CONTACT_KEYS},
    }
    for key in KEYS:
        if key == "name" or (key in DAYS and key not in batch.mapping):
            continue
        nothing: Any = False if key == "is_primary" else ""
        if key in DAYS:
            columns[key] = value(key)
        else:
            columns[key] = func.coalesce(value(key), nothing) if key in batch.mapping else literal(nothing)
    staged: Any = select(*columns.values()).where(*with_action(batch, CREATE)).order_by(Row.row)
    same = and_(PEOPLE.c.customer_id == customer_of_row(batch), PEOPLE.c.name_key == field_text("name_key"))
    made = looked_up(PEOPLE.c.id, PEOPLE, same)
    bulk_write(
        insert(PEOPLE).from_select(list(columns), staged),
        model=Contact,
        change=CREATE,
        keys=select(made).where(*with_action(batch, CREATE)),
        action="contact.import",
        batch=batch.id,
    )
    statement = update(Row).where(*with_action(batch, CREATE)).values(target_id=made)
    db.session.execute(statement, execution_options=QUIET)


def _one_main(batch: Batch) -> None:
    """Who the file makes the main contact takes the place of whoever was; who has left is none."""
    if not {"is_primary", "left_on"} & set(batch.mapping):
        return
    written = select(Row.target_id).where(*with_action(batch, CREATE, UPDATE))
    left = update(PEOPLE).where(PEOPLE.c.id.in_(written), PEOPLE.c.left_on.is_not(None))
    db.session.execute(left.values(is_primary=False))
    mains = select(Row.target_id).where(*with_action(batch, CREATE, UPDATE), field_int("is_primary") == 1)
    people = PEOPLE.alias()
    customers = select(people.c.customer_id).where(people.c.id.in_(mains), people.c.is_primary.is_(True))
    others = update(PEOPLE).where(
        PEOPLE.c.customer_id.in_(customers), PEOPLE.c.id.not_in(mains), PEOPLE.c.is_primary.is_(True)
    )
    db.session.execute(others.values(is_primary=False, version=PEOPLE.c.version + 1))
