"""What customers declare about themselves: stated, withdrawn, never overwritten (TRD-07)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from kezhi import NotFound, Refused, announce, audit_record, clock, db, visible
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.customers.services import rows_of
from kezhi.figures import PPM
from kezhi.i18n import _
from kezhi.money import LARGEST
from kezhi.permissions import acting_user

from ..models import RATIO, Declaration
from .figures import all_figures, figures_in_use

FIRST_YEAR = 1900
LONGEST_SOURCE = 200
#: Rates lie between these, in parts per million: a market that is lost whole, and growth by the factor eleven.
LEAST_RATE, MOST_RATE = -PPM, 10 * PPM


def latest_year() -> int:
    """The last year that can be declared: plans for the coming one are."""
    return clock.today().year + 1


def find_declaration(declaration_id: int) -> Declaration:
    """The declaration, if the user sees its customer. Errors: ``NotFound``."""
    statement = visible(Declaration).where(Declaration.id == declaration_id)
    found: Declaration | None = db.session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no such declaration."))
    return found


def declare(
    customer_id: int, year: int, declared_on: date, stated_in: str, values: Mapping[str, int | None], *,
    source: str = "page",
) -> list[int]:  # fmt: skip
    """Put figures of one customer and year on record, by key of the figure: minor units, ppm or whole numbers.

    Earlier declarations stay. What is on record already, from the same day and source, is not repeated. Returns: the
    ids of the new ones. Errors: ``NotFound`` for a customer the user does not see; ``Refused`` naming the field, also
    when nothing is new.
    """
    ids = visible(Customer).where(Customer.id == customer_id).with_only_columns(Customer.id)
    if db.session.execute(ids).scalar_one_or_none() is None:
        raise NotFound(_("There is no such customer."), field="customer")
    stated_in = " ".join((stated_in or "").split())
    _check(year, declared_on, stated_in)
    by_key = {figure["key"]: figure for figure in figures_in_use()}
    given = {key: value for key, value in values.items() if value is not None}
    for key, value in given.items():
        if key not in by_key:
            raise Refused(_("There is no figure “%(key)s” to declare.", key=key))
        check_value(by_key[key]["unit"], value, key)
    if not given:
        raise Refused(_("Enter one figure at least."))
    of_the_day = (customer_id, year, declared_on, stated_in)
    known = _known(*of_the_day)
    made = [
        Declaration(customer_id=customer_id, figure_id=by_key[key]["id"], unit=by_key[key]["unit"], year=year,
                    value=value, declared_on=declared_on, stated_in=stated_in, source=source, created_at=clock.now(),
                    created_by=acting_user().login, withdrawn_by="")
        for key, value in given.items()
        if (by_key[key]["id"], value) not in known
    ]  # fmt: skip
    if not made:
        raise Refused(_("These figures are on record already, from the same day and source."))
    db.session.add_all(made)
    db.session.flush()
    made_ids = [each.id for each in made]
    announce(Declaration, "create", made_ids)
    audit_record("declaration.create", "trade_declaration", made_ids[0], customer=customer_id, year=year,
                 count=len(made_ids))  # fmt: skip
    return made_ids


def withdraw(declaration_id: int) -> Declaration:
    """Take a declaration back that was made by mistake: it stays on record and counts nowhere."""
    declaration = find_declaration(declaration_id)
    if declaration.withdrawn_at is not None:
        raise Refused(_("This declaration is withdrawn already."))
    declaration.withdrawn_at, declaration.withdrawn_by = clock.now(), acting_user().login
    db.session.flush()
    announce(Declaration, "update", [declaration.id])
    audit_record("declaration.withdraw", "trade_declaration", declaration.id)
    return declaration


def check_value(unit: str, value: int, key: str) -> None:
    """Errors: ``Refused`` for a value that a figure of this unit cannot have."""
    field = f"figure_{key}"
    if unit == RATIO and not LEAST_RATE <= value <= MOST_RATE:
        raise Refused(_("A rate lies between −100 and 1,000 percent."), field=field)
    if unit != RATIO and not 0 <= value <= LARGEST:
        raise Refused(_("A declared amount or number is 0 or more, and not too large to keep."), field=field)


def newest(*columns: Any) -> Select[Any]:
    """Declarations that count, with ``place`` 1 for the newest of each customer and figure.

    ``columns`` are wanted beside. The newest year leads; of one year the latest day, then what was entered last.
    """
    table = Declaration.__table__
    place = func.row_number().over(
        partition_by=(table.c.customer_id, table.c.figure_id),
        order_by=(table.c.year.desc(), table.c.declared_on.desc(), table.c.id.desc()),
    )
    return select(*columns, place.label("place")).where(table.c.withdrawn_at.is_(None))


def current(customer_id: int) -> dict[int, Declaration]:
    """What a customer's figures are now, by id of the figure; only for who sees the customer."""
    table = Declaration.__table__
    ranked = newest(table.c.id).where(table.c.customer_id == customer_id).subquery()
    ids = select(ranked.c.id).where(ranked.c.place == 1)
    rows = db.session.execute(rows_of(Declaration.customer_id, customer_id).where(Declaration.id.in_(ids))).scalars()
    return {row.figure_id: row for row in rows}


def history(declaration: Declaration) -> list[Declaration]:
    """Every declaration of the same figure of the same customer, newest first, withdrawn ones too."""
    statement = (
        visible(Declaration)
        .where(Declaration.customer_id == declaration.customer_id, Declaration.figure_id == declaration.figure_id)
        .order_by(Declaration.year.desc(), Declaration.declared_on.desc(), Declaration.id.desc())
    )
    return list(db.session.execute(statement).scalars())


def figure_of(declaration: Declaration) -> dict[str, Any]:
    """The figure that was declared."""
    return next(figure for figure in all_figures() if figure["id"] == declaration.figure_id)


def _check(year: int, declared_on: date, stated_in: str) -> None:
    if not FIRST_YEAR <= year <= latest_year():
        text = _("A year lies between %(first)s and %(last)s.", first=FIRST_YEAR, last=latest_year())
        raise Refused(text, field="year")
    if declared_on > clock.today():
        raise Refused(_("A declaration cannot be of a day to come."), field="declared_on")
    if not stated_in:
        raise Refused(_("Say where the figures come from."), field="stated_in")
    if len(stated_in) > LONGEST_SOURCE:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_SOURCE), field="stated_in")


def _known(customer_id: int, year: int, declared_on: date, stated_in: str) -> set[tuple[int, int]]:
    """Figures and values that were declared in the same breath; withdrawn ones count, so that none comes back."""
    table = Declaration.__table__
    statement = select(table.c.figure_id, table.c.value).where(
        table.c.customer_id == customer_id,
        table.c.year == year,
        table.c.declared_on == declared_on,
        table.c.stated_in == stated_in,
    )
    return {(int(row.figure_id), int(row.value)) for row in db.session.execute(statement)}
