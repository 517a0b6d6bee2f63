"""What a customer's file lacks (CUS-02, CUS-03, CUS-04): conditions for the list and for the policy board.

Prospects are asked for none of it: they have no code yet.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, exists, func, literal, not_, or_, select

from kezhi import Choice, Column, Filter
from kezhi.i18n import _l

from ..accounts.models import Account
from .models import Customer

OWNER, BASICS, TYPE, NONE = "owner", "basics", "type", "none"
TITLES = {
    NONE: _l("None"),
    OWNER: _l("Without an owner"),
    BASICS: _l("Without basic data"),
    TYPE: _l("Without type or stage"),
}


def lacks_owner() -> Any:
    """Whether a customer has no owner who is still with the company."""
    there = exists(select(literal(1)).where(Account.id == Customer.__table__.c.owner_id, Account.active.is_(True)))
    return and_(_is_customer(), not_(there))


def lacks_basics() -> Any:
    """Whether region, industry or credit code are not there."""
    complete = and_(Customer.region != "", Customer.industry != "", func.coalesce(Customer.credit_code, "") != "")
    return and_(_is_customer(), not_(complete))


def lacks_type() -> Any:
    """Whether type or stage are not chosen."""
    return and_(_is_customer(), or_(Customer.business_type == "", Customer.stage == ""))


def _is_customer() -> Any:
    return Customer.code.is_not(None)


def column(order: int) -> Column:
    """The column of the list: the first gap of each file. The filter finds every file with the gap."""
    gaps = {OWNER: lacks_owner(), BASICS: lacks_basics(), TYPE: lacks_type()}
    ranges = gaps | {NONE: not_(or_(*gaps.values()))}
    chosen = Filter(
        "choice",
        lambda: [Choice(key, title) for key, title in TITLES.items()],
        lambda value: ranges.get(value, Customer.id < 0),
    )
    return Column(
        "gaps",
        _l("Gaps"),
        case(*[(condition, key) for key, condition in gaps.items()], else_=NONE),
        render="chip",
        filter=chosen,
        extra=(case((ranges[NONE], "green"), else_="amber"),),
        order=order,
    )
