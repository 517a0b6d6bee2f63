"""The columns of a file of customers: how they are called and read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from kezhi import Refused
from kezhi.i18n import _, _l

from ...imports.contributions import ImportField
from ...imports.values import parse_date
from ..fields import COLUMNS, FIELDS, OTHER_LABELS, Field
from ..services import lists, values
from ..services.protected import CUSTOMER_KEYS, index_of
from ..services.records import LONGEST_CODE
from ..services.texts import tidy_code
from .suggesting import SEVERAL, of_departments, of_groups, of_list, of_owners


def columns() -> tuple[ImportField, ...]:
    """Every field that a file can fill. Only the name is required: a row without a code may be a new customer.

    The Chinese labels stand among the aliases too: what a file's heads mean must not hang on a catalogue.
    """
    codes = (
        ImportField(
            "code",
            OTHER_LABELS["code"],
            aliases=("客户代码", "customer_code", "customer_no", "customer_id", "客户编号", "客户编码", "代码"),
            parse=parse_code,
        ),
        ImportField(
            "prospect_number",
            OTHER_LABELS["prospect_number"],
            aliases=("潜在客户编号", "prospect", "潜在客户号"),
            parse=parse_code,
        ),
    )
    people = (
        ImportField("owner", _l("Owner"), aliases=("负责人", "owner_login", "业务员", "客户经理"), parse=str.strip,
                    suggest=of_owners),
        ImportField("department", _l("Department"), aliases=("部门", "所属部门", "负责部门"), parse=str.strip,
                    suggest=of_departments),
    )  # fmt: skip
    own = tuple(
        ImportField(
            field.key,
            field.label,
            aliases=field.aliases,
            required=field.key == "name",
            parse=_parser(field),
            warn=_warner(field),
            suggest=of_list(field.key) if field.kind == "list" else of_groups if field.kind == "groups" else None,
            protect=f"customers.{field.key}" if field.protected else "",
            index=index_of(CUSTOMER_KEYS, field.key),
        )
        for field in (FIELDS[key] for key in COLUMNS)
    )
    return (*codes, *own, *people)


def parse_code(text: str) -> str:
    """A code without blanks, in half width. Errors: ``Refused`` when it is too long."""
    code = tidy_code(text)
    if len(code) > LONGEST_CODE:
        raise Refused(_("A code has at most %(count)s characters.", count=LONGEST_CODE))
    return code


def _parser(field: Field) -> Callable[[str], Any]:
    if field.kind == "date":
        return lambda text: values.clean(field, parse_date(text)).isoformat()
    if field.kind == "list":
        return partial(parse_choice, field.key)
    if field.kind == "groups":
        return parse_groups
    return partial(values.clean, field)


def parse_choice(field: str, text: str) -> str:
    """The key of a list value, or what is written when the list has no such value (a warning says so)."""
    key = lists.key_of(field, text)
    return key if key is not None else text[: FIELDS[field].longest]


def parse_groups(text: str) -> str:
    """The keys of the product groups named in one cell, in the list's order. Errors: ``Refused`` for an unknown one.

    A name may hold a sign that stands between names elsewhere: what is a name as a whole is one.
    """
    keys = []
    for name in [text] if lists.key_of("product_group", text) else SEVERAL.split(text):
        key = lists.key_of("product_group", name)
        if key is not None:
            keys.append(key)
        elif name.strip():
            raise Refused(
                _(
                    "“%(value)s” is not in the list “%(list)s”: choose one of its values.",
                    value=name.strip()[:40],
                    list=FIELDS["product_groups"].label,
                )
            )
    return lists.groups_text(keys)


def _warner(field: Field) -> Callable[[Any], Any] | None:
    if field.kind == "phone":
        return values.phone_warning
    if field.kind == "list":
        return partial(values.list_warning, field.key)
    return None
