"""The demo company's customers: fifty invented companies, owned by the salespeople of their region."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from kezhi import acting_as, clock, db, writing
from kezhi.builtin.apps.demo import DemoContext

from . import services
from .demo_sections import make_groups, make_more, sections
from .models import Customer
from .sharing.acts import Terms, share_customers

COUNT = 50
#: Two of them have one phone: the scan for duplicates has something to show.
TWIN = (4, 31)

#: city, region, dialling code, administrative code, postal code
CITIES = (
    ("杭州", "华东", "0571", "330106", "310012"),
    ("上海", "华东", "021", "310115", "200120"),
    ("苏州", "华东", "0512", "320505", "215011"),
    ("宁波", "华东", "0574", "330212", "315040"),
    ("南京", "华东", "025", "320115", "211100"),
    ("无锡", "华东", "0510", "320214", "214028"),
    ("广州", "华南", "020", "440106", "510630"),
    ("深圳", "华南", "0755", "440305", "518057"),
    ("佛山", "华南", "0757", "440605", "528200"),
    ("厦门", "华南", "0592", "350203", "361004"),
    ("北京", "华北", "010", "110105", "100022"),
    ("天津", "华北", "022", "120116", "300450"),
    ("青岛", "华北", "0532", "370212", "266061"),
)
NAMES = (
    "恒远", "澄泰", "瑞丰", "明锐", "嘉禾", "启航", "鼎盛", "博远", "新锐", "华信",
    "金桥", "东岳", "海川", "天成", "万和", "正源", "广达", "联创", "永固", "安泰",
    "通衢", "凌云", "百川", "沃野", "长庚", "锦程", "立信", "昌隆", "润泽", "同济",
    "星火", "云图", "精工", "银杉", "绿洲", "白鹭", "青松", "远山", "清源", "德馨",
    "双木", "三江", "四海", "五岳", "六合", "七彩", "八达", "九洲", "十方", "千帆",
)  # fmt: skip
#: trade of the company, industry key, business type key
TRADES = (
    ("建筑工程", "construction", "contractor"),
    ("装饰工程", "construction", "contractor"),
    ("建材贸易", "wholesale", "trading-company"),
    ("商贸", "wholesale", "trading-company"),
    ("精密机械", "machinery", "project-retail"),
    ("置业", "real-estate", "operation-centre"),
    ("家居运营", "retail", "operation-centre"),
    ("食品", "manufacturing", "project-retail"),
    ("酒店管理", "catering", "project-retail"),
)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = ("建国", "志强", "文博", "晓梅", "丽华", "海涛", "思远", "雅琴", "国栋", "雪峰", "佳怡", "明哲", "春燕", "永康")
POSTS = ("采购经理", "总经理", "项目经理", "采购主管", "工程部长", "副总经理")
STREETS = ("科技大道", "滨江路", "建设路", "中兴街", "工业园三路", "人民路", "世纪大道")

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ORG_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def make(context: DemoContext) -> None:
    """Create the customers as the information clerk does, and remember their ids."""
    owners = _owners(context)
    records = [_company(context.random, index, context.today) for index in range(COUNT)]
    records[TWIN[1]]["phone"] = records[TWIN[0]]["phone"]
    made: list[dict[str, Any]] = []
    make_groups(context)
    clerk = context.person("customer-information-clerk")
    with acting_as(clerk), writing():
        for index, record in enumerate(records):
            owner = context.random.choice(owners[record["region"]])
            responsible = {"owner_id": owner.id, "department_id": owner.department_id}
            customer = services.create_customer({**record, **sections(index), **responsible})
            made.append({"id": customer.id, "code": customer.code, **record})
    make_more(context, [customer["id"] for customer in made])
    context.notes["customers"] = made
    _share(owners, [customer["id"] for customer in made])


#: reason, days, whether the other one may change the file
SHARES = (("出差期间代为跟进", 21, True), ("协助投标，查阅历史订单", 14, False))


def _share(owners: dict[str, list[Any]], ids: list[int]) -> None:
    """A salesperson who travels lets another one look after a customer; another helps with a tender."""
    sellers = {seller.id: seller for people in owners.values() for seller in people}
    table, today = Customer.__table__.c, clock.today()
    for customer_id, (reason, days, may_write) in zip(ids, SHARES, strict=False):
        owner_id = db.session.scalar(select(table.owner_id).where(table.id == customer_id))
        db.session.rollback()
        others = [key for key in sorted(sellers) if key != owner_id]
        if owner_id in sellers and others:
            terms = Terms(today, today + timedelta(days=days), reason, others[0], may_write=may_write)
            with acting_as(sellers[owner_id]), writing():
                share_customers(select(table.id).where(table.id == customer_id), terms)


def _owners(context: DemoContext) -> dict[str, list[Any]]:
    """The salespeople by region; a region without its own is shared by all of them."""
    regions: dict[str, list[Any]] = context.notes["sellers"]
    everybody = [person for people in regions.values() for person in people]
    return {region: regions.get(region) or everybody for _city, region, *_codes in CITIES}


def _company(random: Random, index: int, today: date) -> dict[str, Any]:
    city, region, dialling, area, postal = random.choice(CITIES)
    trade, industry, business_type = TRADES[index % len(TRADES)]
    short = f"{city}{NAMES[index]}"
    founded = today - timedelta(days=random.randrange(5 * 365, 25 * 365))
    since = max(founded + timedelta(days=400), today - timedelta(days=random.randrange(500, 9 * 365)))
    return {
        "name": f"{short}{trade}有限公司",
        "short_name": short,
        "credit_code": credit_code(random, area),
        "legal_representative": _person(random),
        "founded_on": founded,
        "industry": industry,
        "business_type": business_type,
        "contact_name": _person(random),
        "contact_title": random.choice(POSTS),
        "phone": f"{dialling}-8{random.randrange(10**6, 10**7)}",
        "email": f"office{index + 1:02d}@example.com",
        "website": f"https://company{index + 1:02d}.example.com",
        "address": f"{city}市{random.choice(STREETS)}{random.randrange(1, 800)}号",
        "city": city,
        "region": region,
        "postal_code": postal,
        "country": "中国",
        "stage": "existing" if since < today - timedelta(days=365) else "new",
        "trade_since": since,
    }


def _person(random: Random) -> str:
    return random.choice(SURNAMES) + random.choice(GIVEN)


def credit_code(random: Random, area: str) -> str:
    """An invented unified social credit code with both of its check digits right (GB 32100, GB 11714)."""
    organisation = "MA" + "".join(random.choice(_ALPHABET) for _ in range(6))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(_ORG_ALPHABET.index(sign) * weight for sign, weight in zip(organisation, weights, strict=True))
    code = f"91{area}{organisation}{'0123456789X0'[11 - total % 11]}"
    total = sum(_ALPHABET.index(sign) * pow(3, place, 31) for place, sign in enumerate(code))
    return code + _ALPHABET[-total % 31]
