"""What the files of this app have in common: customers, numbers, external ids, and what a row would do."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, update

from kezhi import db, visible
from kezhi import lazy_gettext as _l
from kezhi.builtin.customers.importer import of_customers, of_looked_at
from kezhi.builtin.imports.contributions import ImportField
from kezhi.builtin.imports.models import Batch, Row
from kezhi.builtin.imports.staging import add_problems, field_text, good_rows
from kezhi.i18n import _

from .cells import read_customer_code
from .messages import problem, slot
from .staging import SOURCE

CUSTOMER_CODE = ImportField(
    "customer_code",
    _l("Customer code"),
    ("客户代码", "客户编号", "客户编码", "customer"),
    True,
    read_customer_code,
    suggest=of_customers,
)


def check_numbers(batch: Batch, model: Any, text: str) -> None:
    """Numbers of records that the user does not see, or only looks at; ``text`` has a slot ``number``."""
    number, table = field_text("number"), model.__table__
    seen = visible(model).with_only_columns(model.id)
    hidden = (
        problem(Row.row, text, number=number)
        .join(table, table.c.number == number)
        .where(*good_rows(batch), or_(table.c.id.not_in(seen), of_looked_at(table.c.customer_id)))
    )
    add_problems(batch, hidden, column="number")


def check_external_ids(batch: Batch, table: Any, text: str) -> None:
    """External ids that are another record's, or stand twice; ``text`` has the slots ``id`` and ``number``."""
    number, external_id = field_text("number"), field_text("external_id")
    wanted = func.coalesce(external_id, number)
    taken = (
        problem(Row.row, text, id=wanted, number=table.c.number)
        .join(table, and_(table.c.source == SOURCE, table.c.external_id == wanted))
        .where(*good_rows(batch), table.c.number != number)
    )
    add_problems(batch, taken, column="external_id")
    is_given = (*good_rows(batch), external_id.is_not(None))
    repeated = select(external_id).where(*is_given).group_by(external_id).having(func.count() > 1)
    twice = problem(Row.row, _("The external id “%(id)s” stands in several rows.", id=slot("id")), id=external_id)
    add_problems(batch, twice.where(*is_given, external_id.in_(repeated)), column="external_id")


def decide(batch: Batch, staged: Any) -> None:
    """What each good row would do: ``staged`` has the columns ``row``, ``target_id`` and ``differs``."""
    action = case(
        (staged.c.target_id.is_(None), literal("create")),
        (staged.c.differs, literal("update")),
        else_=literal("unchanged"),
    )
    statement = (
        update(Row)
        .where(*good_rows(batch), staged.c.batch_id == Row.batch_id, staged.c.row == Row.row)
        .values(target_id=staged.c.target_id, action=action)
        .execution_options(synchronize_session=False, kezhi_unscoped=True)
    )
    db.session.execute(statement)


def wanted_rows(batch: Batch, staged: Any, action: str) -> ColumnElement[bool]:
    """The condition for staged rows with an action."""
    rows = select(Row.row).where(*good_rows(batch), Row.action == action)
    return and_(staged.c.batch_id == batch.id, staged.c.row.in_(rows))
