"""The fields of the customer file: their section, label and kind. Form, page, timeline and imports read this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from kezhi.i18n import _l

Kind = Literal["text", "long", "date", "list", "email", "url", "phone"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field that people fill in. ``longest`` counts characters."""

    key: str
    label: Any
    section: str
    kind: Kind = "text"
    longest: int = 120
    nullable: bool = False  #: absent is NULL, not the empty text
    aliases: tuple[str, ...] = ()  #: further headers under which imported files carry it

    def absent(self) -> str | None:
        """What is stored when nothing is given."""
        return None if self.nullable or self.kind == "date" else ""


SECTIONS: dict[str, Any] = {
    "basic": _l("Basic information"),
    "contact": _l("Contact and address"),
    "trade": _l("Trade with us"),
}

FIELDS: dict[str, Field] = {
    field.key: field
    for field in (
        Field(
            "name",
            _l("Customer name"),
            "basic",
            longest=200,
            aliases=("客户名称", "customer_name", "company", "company_name", "名称", "单位名称"),
        ),
        Field(
            "short_name",
            _l("Short name"),
            "basic",
            longest=60,
            aliases=("简称", "abbreviation"),
        ),
        Field(
            "credit_code",
            _l("Unified social credit code"),
            "basic",
            longest=18,
            nullable=True,
            aliases=("统一社会信用代码", "uscc", "信用代码", "社会信用代码"),
        ),
        Field(
            "legal_representative",
            _l("Legal representative"),
            "basic",
            longest=80,
            aliases=("法定代表人", "法人", "法人代表"),
        ),
        Field("founded_on", _l("Founding date"), "basic", kind="date", aliases=("成立日期", "founded", "成立时间")),
        Field(
            "industry",
            _l("Industry"),
            "basic",
            kind="list",
            aliases=("行业", "所属行业"),
        ),
        Field("business_type", _l("Business type"), "basic", kind="list", aliases=("经营方式", "type", "客户类型")),
        Field(
            "contact_name",
            _l("Contact"),
            "contact",
            longest=80,
            aliases=("联系人", "contact", "contact_person", "联系人姓名"),
        ),
        Field(
            "contact_title",
            _l("Contact's post"),
            "contact",
            longest=80,
            aliases=("联系人职务", "title", "职务", "联系人职位"),
        ),
        Field(
            "phone",
            _l("Phone"),
            "contact",
            kind="phone",
            longest=60,
            aliases=("电话", "telephone", "tel", "联系电话", "电话号码"),
        ),
        Field("fax", _l("Fax"), "contact", longest=60, aliases=("传真",)),
        Field("email", _l("E-mail"), "contact", kind="email", aliases=("电子邮箱", "mail", "邮箱", "电子信箱")),
        Field(
            "website",
            _l("Website"),
            "contact",
            kind="url",
            longest=200,
            aliases=("网址", "web", "homepage", "url", "网站"),
        ),
        Field("address", _l("Address"), "contact", longest=300, aliases=("地址", "street", "详细地址", "公司地址")),
        Field("city", _l("City"), "contact", longest=80, aliases=("城市",)),
        Field(
            "region",
            _l("Region"),
            "contact",
            longest=80,
            aliases=("区域", "地区"),
        ),
        Field("postal_code", _l("Postal code"), "contact", longest=20, aliases=("邮编", "zip", "postcode", "邮政编码")),
        Field("country", _l("Country"), "contact", longest=80, aliases=("国家",)),
        Field(
            "stage",
            _l("Stage"),
            "trade",
            kind="list",
            aliases=("合作阶段", "客户阶段"),
        ),
        Field(
            "trade_since",
            _l("Start of trade"),
            "trade",
            kind="date",
            aliases=("合作起始日", "customer_since", "合作时间", "开始合作日期"),
        ),
        Field(
            "notes",
            _l("Notes"),
            "trade",
            kind="long",
            longest=4000,
            aliases=("备注", "note", "remarks", "comment", "说明"),
        ),
    )
}

#: What a form or a file can never set, with its label for the timeline.
OTHER_LABELS: dict[str, Any] = {
    "code": _l("Customer code"),
    "prospect_number": _l("Prospect number"),
    "owner_id": _l("Owner"),
    "department_id": _l("Department"),
}

#: Fields chosen from a list of the company.
LISTS = tuple(key for key, field in FIELDS.items() if field.kind == "list")


def label(key: str) -> Any:
    """How people call a field."""
    if key in FIELDS:
        return FIELDS[key].label
    return OTHER_LABELS.get(key, key)


def section_fields(section: str, keep: Callable[[Field], bool] = lambda field: True) -> list[Field]:
    """The fields of one section, in order."""
    return [field for field in FIELDS.values() if field.section == section and keep(field)]
