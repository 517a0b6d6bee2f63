"""The columns of a file of key people: whose people they are, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from kezhi import Refused
from kezhi.i18n import _

from ...imports.contributions import ImportField
from ...imports.values import parse_date
from ..fields import CONTACT_LABELS, CONTACT_PROTECTED, FIELDS, OTHER_LABELS
from ..services import lists, values
from ..services.contacts import DAYS, KEYS, clean_part
from ..services.protected import CONTACT_KEYS, CUSTOMER_KEYS, index_of
from .columns import parse_code
from .suggesting import of_customers, of_list

CREDIT_CODE = FIELDS["credit_code"]
YES = frozenset({"1", "y", "yes", "true", "是", "√", "✓"})
NO = frozenset({"0", "n", "no", "false", "否", "×"})

ALIASES: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "contact", "contact_name", "联系人", "名称"),
    "post": ("职务", "title", "contact_title", "职位"),
    "decision_role": ("采购决策角色", "role", "在采购决策中", "决策角色"),
    "phone": ("电话", "mobile", "手机", "tel", "telephone", "联系电话"),
    "email": ("电子邮箱", "mail", "邮箱"),
    "birthday": ("生日", "出生日期"),
    "preferences": ("偏好", "爱好", "喜好"),
    "notes": ("备注", "note", "remarks", "说明"),
    "is_primary": ("主要联系人", "primary", "main"),
    "left_on": ("离职日期", "left", "离开日期"),
}


def contact_columns() -> tuple[ImportField, ...]:
    """Every column that a file of key people can have."""
    customer = (
        ImportField(
            "customer_code",
            OTHER_LABELS["code"],
            aliases=("客户代码", "code", "customer_no", "客户编号", "客户编码"),
            parse=parse_code,
            suggest=of_customers,
        ),
        ImportField(
            "prospect_number",
            OTHER_LABELS["prospect_number"],
            aliases=("潜在客户编号", "prospect", "潜在客户号"),
            parse=parse_code,
        ),
        ImportField(
            "credit_code",
            CREDIT_CODE.label,
            aliases=CREDIT_CODE.aliases,
            parse=partial(values.clean, CREDIT_CODE),
            protect="customers.credit_code",
            index=index_of(CUSTOMER_KEYS, "credit_code"),
        ),
    )
    parts = tuple(
        ImportField(
            key,
            CONTACT_LABELS[key],
            aliases=ALIASES[key],
            required=key == "name",
            parse=_parser(key),
            warn=values.phone_warning if key == "phone" else _role_warning if key == "decision_role" else None,
            suggest=of_list(key) if key == "decision_role" else None,
            protect=f"customers.contact.{key}" if key in CONTACT_PROTECTED else "",
            index=index_of(CONTACT_KEYS, key),
        )
        for key in KEYS
    )
    return (*customer, *parts)


def _parser(key: str) -> Callable[[str], Any]:
    if key == "is_primary":
        return parse_flag
    if key in DAYS:
        return lambda text: _iso(clean_part(key, parse_date(text)))
    if key == "decision_role":
        return parse_role
    return partial(clean_part, key)


def _iso(day: date) -> str:
    return day.isoformat()


def parse_flag(text: str) -> int:
    """Yes or no. Errors: ``Refused``."""
    word = text.strip().casefold()
    if word in YES or word in NO:
        return int(word in YES)
    raise Refused(_("“%(value)s” is neither yes nor no.", value=text[:40]))


def parse_role(text: str) -> str:
    """The key of a role in the purchase decision, or what is written when the list has no such entry."""
    return lists.key_of("decision_role", text) or text[:80]


def _role_warning(value: str) -> str | None:
    if any(entry["key"] == value for entry in lists.entries("decision_role")):
        return None
    label = CONTACT_LABELS["decision_role"]
    return str(_("“%(value)s” is not in the list “%(list)s”; it is kept as written.", value=value, list=label))
