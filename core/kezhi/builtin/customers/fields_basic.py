"""The fields of the basic section."""

from __future__ import annotations

from typing import Any

from kezhi.i18n import _l

from .field import LONGEST_TEXT, Field

#: Headings within the section.
GROUPS: dict[str, Any] = {"": "", "contact": _l("Contact and address"), "trade": _l("Trade with us")}

BASIC: tuple[Field, ...] = (
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
    Field("scale", _l("Enterprise scale"), "basic", kind="list", place="profile", aliases=("企业规模", "规模")),
    Field("assets", _l("Assets"), "basic", kind="money", place="profile", aliases=("资产", "资产总额", "总资产")),
    Field(
        "qualifications",
        _l("Qualifications"),
        "basic",
        kind="long",
        longest=LONGEST_TEXT,
        place="profile",
        aliases=("资质", "企业资质"),
    ),
    Field(
        "business_scope",
        _l("Business scope"),
        "basic",
        kind="long",
        longest=LONGEST_TEXT,
        place="profile",
        aliases=("经营范围",),
    ),
    Field(
        "contact_name",
        _l("Contact"),
        "basic",
        group="contact",
        longest=80,
        aliases=("联系人", "contact", "contact_person", "联系人姓名"),
    ),
    Field(
        "contact_title",
        _l("Contact's post"),
        "basic",
        group="contact",
        longest=80,
        aliases=("联系人职务", "title", "职务", "联系人职位"),
    ),
    Field(
        "phone",
        _l("Phone"),
        "basic",
        group="contact",
        kind="phone",
        longest=60,
        aliases=("电话", "telephone", "tel", "联系电话", "电话号码"),
    ),
    Field("fax", _l("Fax"), "basic", group="contact", longest=60, aliases=("传真",)),
    Field(
        "email", _l("E-mail"), "basic", group="contact", kind="email", aliases=("电子邮箱", "mail", "邮箱", "电子信箱")
    ),
    Field(
        "website",
        _l("Website"),
        "basic",
        group="contact",
        kind="url",
        longest=200,
        aliases=("网址", "web", "homepage", "url", "网站"),
    ),
    Field(
        "address",
        _l("Address"),
        "basic",
        group="contact",
        longest=300,
        aliases=("地址", "street", "详细地址", "公司地址"),
    ),
    Field("city", _l("City"), "basic", group="contact", longest=80, aliases=("城市",)),
    Field(
        "region",
        _l("Region"),
        "basic",
        group="contact",
        kind="list",
        is_free=True,
        longest=80,
        aliases=("区域", "地区"),
    ),
    Field(
        "postal_code",
        _l("Postal code"),
        "basic",
        group="contact",
        longest=20,
        aliases=("邮编", "zip", "postcode", "邮政编码"),
    ),
    Field("country", _l("Country"), "basic", group="contact", longest=80, aliases=("国家",)),
    Field(
        "stage",
        _l("Stage"),
        "basic",
        group="trade",
        kind="list",
        aliases=("合作阶段", "客户阶段"),
    ),
    Field(
        "trade_since",
        _l("Start of trade"),
        "basic",
        group="trade",
        kind="date",
        aliases=("合作起始日", "customer_since", "合作时间", "开始合作日期"),
    ),
    Field(
        "product_groups",
        _l("Product groups"),
        "basic",
        group="trade",
        kind="groups",
        place="groups",
        aliases=("产品组", "产品类别", "采购品类", "products"),
    ),
    Field(
        "notes",
        _l("Notes"),
        "basic",
        group="trade",
        kind="long",
        longest=4000,
        aliases=("备注", "note", "remarks", "comment", "说明"),
    ),
)
