"""Values of staged rows beside those of the records, as SQL expressions that both databases understand."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Text

from ...accounts.models import Account, Department
from ...imports.models import Batch, Row
from ...imports.staging import field_date, field_int, field_text, good_rows
from ...protection.fields import differ
from ..fields import COLUMNS, FIELDS, NUMBERS
from ..models import Customer, CustomerGroup, ListEntry, Profile
from ..services.confirmation import needs_confirmation

#: The whole table, past the rule of who sees what: an invisible record must not be taken for a new one.
EVERY = Customer.__table__
PROFILES = Profile.__table__
LINKS, ENTRIES = CustomerGroup.__table__, ListEntry.__table__
CREATE, UPDATE, UNCHANGED = "create", "update", "unchanged"


class iso_text(FunctionElement[str]):
    """A date as ISO text; SQLite keeps it so."""

    type = Text()
    inherit_cache = True


@compiles(iso_text)
def _iso_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **options)}, 'YYYY-MM-DD')"


@compiles(iso_text, "sqlite")
def _iso_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


class whole_text(FunctionElement[str]):
    """A whole number as text."""

    type = Text()
    inherit_cache = True


@compiles(whole_text)
def _whole_text(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS TEXT)"


def mapped(batch: Batch, *keys: str) -> list[str]:
    """Those of ``keys`` (default: the fields of the record) that the file fills."""
    return [key for key in keys or COLUMNS if key in batch.mapping]


def value(key: str) -> ColumnElement[Any]:
    """What a row gives for a field of the record, NULL when its cell is empty."""
    kind = FIELDS[key].kind
    return field_date(key) if kind == "date" else field_int(key) if kind in NUMBERS else field_text(key)


def stored_column(column: str) -> ColumnElement[Any]:
    """What stands in the file of a customer: in its own row, or in that of its sections (NULL without one)."""
    if column == "product_groups":
        return groups_of_customer()
    if column in FIELDS and FIELDS[column].place == "profile":
        return looked_up(PROFILES.c[column], PROFILES, PROFILES.c.customer_id == EVERY.c.id)
    return cast(ColumnElement[Any], EVERY.c[column])


def groups_of_customer() -> ColumnElement[Any]:
    """The keys of the product groups that a customer buys, joined by commas in the list's order (NULL for none)."""
    mine = select(ENTRIES.c.key.label("key")).join_from(LINKS, ENTRIES, ENTRIES.c.id == LINKS.c.entry_id)
    mine = mine.where(LINKS.c.customer_id == EVERY.c.id).order_by(ENTRIES.c.position, ENTRIES.c.id).correlate(EVERY)
    ordered = mine.subquery()
    found: Any = select(func.aggregate_strings(ordered.c.key, ",")).scalar_subquery()
    return cast(ColumnElement[Any], found)


def names_group() -> ColumnElement[bool]:
    """Whether a row names an entry of the list of product groups. Keys hold no comma."""
    keys = literal(",").concat(field_text("product_groups")).concat(",")
    # what a replacement changes stands in the text; LIKE would take signs of a key for its own
    found = func.replace(keys, literal(",").concat(ENTRIES.c.key).concat(","), "") != keys
    return and_(ENTRIES.c.list == "product_group", found)


def looked_up(wanted: Any, model: Any, condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """One value of ``model`` for the row at hand, at whatever depth it is used."""
    found: Any = select(wanted).where(condition).correlate_except(model)
    return cast(ColumnElement[Any], found.scalar_subquery())


def owner_of_row() -> ColumnElement[Any]:
    """The id of the person whom the row names by login."""
    return looked_up(Account.id, Account, Account.login == field_text("owner"))


def department_of_row(batch: Batch) -> ColumnElement[Any]:
    """The id of the department that the row names, else that of the owner it names."""
    named = looked_up(func.min(Department.id), Department, Department.name == field_text("department"))
    of_owner = looked_up(Account.department_id, Account, Account.login == field_text("owner"))
    choices = [named] if "department" in batch.mapping else []
    choices += [of_owner] if "owner" in batch.mapping else []
    return func.coalesce(*choices) if len(choices) > 1 else choices[0]


def wanted_values(batch: Batch) -> dict[str, ColumnElement[Any]]:
    """For every column of the record that the file may change: the value that a matched row wants, NULL for none.

    A code or number that stands already never changes; a department follows a new owner unless the row names one.
    """
    wanted: dict[str, ColumnElement[Any]] = {key: value(key) for key in mapped(batch)}
    for key in mapped(batch, *(("prospect_number",) if needs_confirmation() else ("code", "prospect_number"))):
        wanted[key] = case((EVERY.c[key].is_(None), field_text(key)))
    if "owner" in batch.mapping:
        wanted["owner_id"] = owner_of_row()
        moved = owner_of_row().is_distinct_from(EVERY.c.owner_id)
        follows = case((moved & field_text("owner").is_not(None), department_of_row(batch)))
        if "department" in batch.mapping:
            follows = case((field_text("department").is_not(None), department_of_row(batch)), else_=follows)
        wanted["department_id"] = follows
    elif "department" in batch.mapping:
        wanted["department_id"] = department_of_row(batch)
    return wanted


def differs(column: str, wanted: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a row gives a value for a column and it is not the stored one."""
    if column in FIELDS and FIELDS[column].protected:
        return wanted.is_not(None) & differ(wanted, stored_column(column))
    return wanted.is_not(None) & wanted.is_distinct_from(stored_column(column))


def lowest(one: Any, other: Any) -> ColumnElement[Any]:
    """The smaller of two ``seal_version``; NULL, not taken up yet, comes before all."""
    return case((one.is_(None), one), (one < other, one), else_=other)


def replaced(column: str, wanted: ColumnElement[Any], stored: ColumnElement[Any]) -> ColumnElement[Any]:
    """What a column holds when a row is applied. A protected value that is the same stays as it is sealed."""
    if column in FIELDS and FIELDS[column].protected:
        return case((wanted.is_not(None) & differ(wanted, stored), wanted), else_=stored)
    return func.coalesce(wanted, stored)


def any_differs(batch: Batch) -> ColumnElement[bool]:
    """Whether a matched row changes anything."""
    return or_(*(differs(column, wanted) for column, wanted in wanted_values(batch).items()))


def with_action(batch: Batch, *actions: str) -> list[ColumnElement[bool]]:
    """The conditions on ``Row`` for the good rows with one of these actions."""
    return [*good_rows(batch), Row.action.in_(actions)]


def sentence(text: str, **parts: ColumnElement[Any]) -> ColumnElement[str]:
    """A message with placeholders ``{name}`` as SQL text: each is filled in by the row's own value."""
    pieces: list[ColumnElement[Any]] = []
    rest = text
    for name, part in sorted(parts.items(), key=lambda item: text.find("{" + item[0] + "}")):
        before, _separator, rest = rest.partition("{" + name + "}")
        pieces += [literal(before), func.coalesce(part, "")]
    pieces.append(literal(rest))
    message = pieces[0]
    for piece in pieces[1:]:
        message = message.concat(piece)
    return message


def rows(message: ColumnElement[str] | str, *conditions: ColumnElement[bool]) -> Select[Any]:
    """A select of (row, message) for ``add_problems``."""
    text = literal(message) if isinstance(message, str) else message
    found: Any = select(Row.row, text.label("message"))
    return cast(Select[Any], found.where(*conditions))


def repeated(message: str, wanted: ColumnElement[Any] | Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    """A select of (row, message) of the rows whose value stands in a row above. Grouped once, not row against row."""
    values = select(wanted.label("value"), Row.row.label("row")).where(*conditions).subquery()
    groups = (
        select(values.c.value, func.min(values.c.row).label("first"))
        .where(values.c.value.is_not(None))
        .group_by(values.c.value)
        .having(func.count() > 1)
        .subquery()
    )
    found: Any = select(Row.row, literal(message).label("message"))
    found = found.join_from(Row, groups, groups.c.value == wanted)
    return cast(Select[Any], found.where(*conditions, Row.row > groups.c.first))
