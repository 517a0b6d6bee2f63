"""What the demo company's salespeople say of their competitors: the last months, with one who did not hand in."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select, update

from kezhi import User, acting_as, clock, db, set_setting, setting, writing

from ..accounts.models import Account
from ..accounts.services import user_by_id, users_with_role
from ..apps.demo import DemoContext
from ..calendar.services import working_hours
from ..customers.models import Customer
from . import services
from .models import MarketNote
from .periods import note_due
from .standing import midnight

UNSCOPED = {"kezhi_unscoped": True, "synchronize_session": False}
#: competitor, what they did, effect on us, counter-measure
SEEN = (
    (
        "宏景电气",
        "对工程客户推出三个月账期，开关插座整体降价约 5%",
        "两家装饰公司的新项目转向比价",
        "以年度返利和现场服务替代直接降价",
    ),
    ("德诺建材", "在华东新设仓库，承诺次日达", "急单客户的催货增多", "对重点客户设安全库存，缩短配送半径"),
    ("锐昇照明", "与设计院联合举办产品推介会", "方案阶段的指定品牌减少", "安排技术部配合，与设计院签订合作意向"),
    ("万邦五金", "业务经理离职，多家客户无人对接", "出现接触其客户的机会", "本月内拜访三家目标客户"),
    ("启源电器", "新品过载保护开关上市，价格高出我方约 8%", "高端项目开始询价对比", "整理同类产品对比资料供业务员使用"),
)
MONTHS = 3


def make_notes(context: DemoContext) -> None:
    """For three months everybody hands in, some late; of the last month one note is missing."""
    with writing():  # they worked here before
        long_ago = midnight(context.today - timedelta(days=400))
        db.session.execute(update(Account).values(created_at=long_ago), execution_options=UNSCOPED)
    roles = list(setting("upkeep", "note_roles"))
    people = {account.id: account for role in roles for account in users_with_role(role)}
    persons = [each for each in (user_by_id(key) for key in sorted(people)) if each is not None]
    months = services.open_months(clock.today())[:MONTHS]
    if months:
        with writing():
            set_setting("upkeep", "asked_since", months[-1])
    for back, month in enumerate(reversed(months)):
        due = note_due(working_hours(), month)
        for number, person in enumerate(persons):
            if month == months[0] and number == 1:
                continue
            with acting_as(person), writing():
                note = _hand_in(person, month, number + back)
                day = min(due + timedelta(days=2 if (number + back) % 5 == 4 else -1), clock.today())
                at = midnight(day) + timedelta(hours=16, minutes=number * 7)
                values = {"handed_in_at": at, "changed_at": at}
                changed = update(MarketNote).where(MarketNote.id == note.id).values(values)
                db.session.execute(changed, execution_options=UNSCOPED)


def _hand_in(person: User, month: date, place: int) -> MarketNote:
    firms = select(Customer.code).where(Customer.owner_id == person.id).order_by(Customer.id).limit(2)
    codes = "、".join(code for code in db.session.scalars(firms) if code)
    rows = [SEEN[place % len(SEEN)], SEEN[(place + 2) % len(SEEN)]][: 1 + place % 2]
    names = ("competitor", "action", "effect", "counter_measure")
    observations = [dict(zip(names, row, strict=True)) | {"customers": codes} for row in rows]
    return services.hand_in(month, observations, nothing=place % 6 == 5)
