"""The demo company's complaints and feedback of the last two months."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kezhi import acting_as, clock, db, visible, writing
from kezhi.builtin.accounts.services import tree as departments
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer

from . import services
from .demo_handling import handle
from .demo_times import spread
from .models import CHANNEL, COMPLAINT, KIND, OPINION, SUGGESTION

#: key for who goes on from here: (subject, kind, channel, complainant, phone, what happened, product, reference,
#: minutes ago). Without a complainant it is anonymous; "none" stands for no customer of ours.
HEARD: dict[str, tuple[str, str, str, str, str, str, str, str, int]] = {
    "short": ("到货短少 12 件", "discrepancy", "phone", "陆敏", "13900017718",
              "送货单 48 件，现场清点 36 件，短少 12 件。司机当场签字确认，客户要求今天补发。",
              "焊接支架", "DD-1207", 23),
    "tracking": ("追踪信息与实际不符", "information", "chat", "赵婷", "13900024417",
                 "系统显示已签收，客户实际没有收到货，仓库也查不到签收人。", "", "YD-88213", 48),
    "late": ("送货迟到 5 小时", "timeliness", "chat", "韩雪", "13900026642",
             "约定上午九点到货，下午两点才到，耽误了两条装配线。", "密封圈", "DD-1193", 26 * 60),
    "rude": ("反映装卸人员态度生硬", "rude", "phone", "", "",
             "装卸人员卸货时催促客户仓管，言语生硬，客户仓管要求核实并改进。", "", "", 27 * 60),
    "invoice": ("开票抬头错误", "information", "mail", "方芸", "13900031290",
                "发票抬头写成了分公司，无法入账，要求本周内重开。", "", "FP-20260811", 3 * 1440),
    "batch": ("焊材批次质量异议", "quality", "mail", "邓涛", "13900048831",
              "同一批焊材三箱出现气孔，客户已停用并封存样品，要求换货并出具检测报告。",
              "低合金焊丝", "DD-1166", 5 * 1440),
    "promise": ("承诺的专人对接未兑现", "promise", "visit", "郑凯", "13900052276",
                "签约时承诺安排专人对接，两个月来每次都要重新说明情况。", "", "", 8 * 1440),
    "claim": ("理赔材料三次退回", "insurance", "phone", "何洁", "13900063318",
              "货损理赔材料被退回三次，每次要求不同，客户要求一次性告知。", "", "LP-0419", 12 * 1440),
    "damage": ("外箱破损 40 件", "quality", "phone", "孟璐", "13900071145",
               "整托外箱受潮变形，其中 40 件外箱破损，内件待检。", "轴承座", "DD-1121", 17 * 1440),
    "queue": ("卸货排队，司机加价", "conduct", "phone", "袁磊", "13900085520",
              "司机以排队为由要求客户现场加付两百元，客户已付并留有转账记录。", "", "YD-87902", 24 * 1440),
    "again": ("再次短少 6 件", "discrepancy", "phone", "陆敏", "13900017718",
              "上月短少补发后，本次到货又短少 6 件，客户要求查明原因。", "焊接支架", "DD-1088", 33 * 1440),
    "receipt": ("回单信息录入错误", "information", "chat", "苏倩", "13900093307",
                "回单数量录入为 84 件，实际签收 48 件，对账差异一个月没有更正。", "", "HD-3321", 41 * 1440),
    "duty": ("咨询三天无人回复", "duty", "web", "任杰", "13900010962",
             "官网留言咨询交期，三天无人回复，电话也转接了四次。", "", "", 55 * 1440),
    "install": ("要求免费送装", "promise", "phone", "高翔", "13900051183",
                "要求免费送货上门并安装，称业务员答应过。", "", "", 10 * 1440),
    "lost": ("货未收到", "timeliness", "chat", "沈悦", "13900067724",
             "显示已签收，仓库称未收到。", "", "YD-88090", 6 * 1440 + 95),
    "certificate": ("合格证缺失", "quality", "mail", "卢洁", "13900089946",
                    "到货 20 件，缺合格证 20 份。", "轴承座", "DD-1201", 25 * 60 + 20),
    "stranger": ("路边卸货占道", "other", "phone", "黄女士", "13900067740",
                 "小区门口货车卸货占道半小时，影响居民出行。", "", "", 9 * 1440),
}  # fmt: skip
#: how far these have come is told by ``demo_handling``, in its order
HANDLED = ("short", "late", "invoice", "damage", "install", "lost", "tracking", "certificate")
#: those that are over: plan, what was found, the management gap, the answer
CLOSED: dict[str, tuple[str, str, str, str]] = {
    "batch": ("换货三箱并出具检测报告", "同批次烘干温度偏低，气孔超标", "来料抽检漏检一箱", "三箱已换，检测报告已寄出"),
    "promise": (
        "指定专人对接",
        "未登记专人，每次由值班员接听",
        "合同承诺未转入客户档案",
        "已指定客户经理并登门致歉",
    ),
    "claim": ("一次性告知所需材料", "三次退回由三人经手，口径不同", "理赔材料无清单", "理赔款已到账，清单已公示"),
    "queue": ("退还两百元并致歉", "司机确有收取，有转账记录", "外协司机未签廉洁承诺", "款项已退，司机已停派"),
    "again": ("补发 6 件，装车双人复点", "夜班装车仍无复点", "上次的改进未落实到夜班", "已补发，装车照片随单发出"),
    "receipt": ("更正回单并补对账单", "录入时数字颠倒", "回单录入无复核", "回单已更正，对账差异已消除"),
    "duty": ("当天回复交期", "留言分给已离职人员", "官网留言无人值班", "交期已答复，留言改为轮值"),
}
#: complaints that are none of a customer's
STRANGERS = ("stranger",)
#: (kind, subject, what the customer said, contact, phone, deadline in days, what was done)
SAID = (
    (SUGGESTION, "希望增加周末送货", "周六也有生产，希望周六上午可以安排送货。", "韩雪", "13900026642", 5,
     ("已与物流部确认周六运力，每周可安排两班。",)),
    (OPINION, "对账单格式不便核对", "对账单没有按订单号排序，核对要花半天。", "方芸", "13900031290", 3, ()),
    (COMPLAINT, "报价回复太慢", "询价两天才回复，影响投标。", "邓涛", "13900048831", 1, ("已联系客户说明原因。",)),
    (SUGGESTION, "希望提供电子合格证", "纸质合格证容易丢，希望随货提供电子版。", "孟璐", "13900071145", 14, ()),
)  # fmt: skip


def make(context: DemoContext) -> None:
    """Write complaints and feedback down as the service desk and the sellers do; ids go to ``context.notes``."""
    heard = context.notes["complaints"] = hear(context)
    handle(context, [heard[key] for key in HANDLED], [(heard[key], *told) for key, told in CLOSED.items()])
    spread([heard[key] for key in (*HANDLED, *CLOSED)])
    context.notes["feedback"] = take_down(context)


def hear(context: DemoContext) -> dict[str, int]:
    """The complaints of ``HEARD``, the earliest first so that numbers follow; their ids by key."""
    with acting_as(context.person("customer-service-agent")):
        kinds = {row["key"]: row["id"] for row in services.entries(KIND)}
        channels = {row["key"]: row["id"] for row in services.entries(CHANNEL)}
        customers, now = _customers(), clock.now()
        db.session.rollback()
        found: dict[str, int] = {}
        whose: dict[str, int] = {}
        for place, (key, row) in enumerate(sorted(HEARD.items(), key=lambda pair: -pair[1][8])):
            subject, kind, channel, name, phone, course, product, reference, minutes = row
            received = _at_work(now - timedelta(minutes=minutes), now, place)
            # the same person speaks for the same customer
            customer = None if key in STRANGERS else whose.setdefault(phone or key, customers[place % len(customers)])
            values: dict[str, Any] = {
                "customer_id": customer, "anonymous": not name, "complainant": name, "phone": phone,
                "subject": subject, "course": course, "product": product, "reference": reference,
                "kind_id": kinds[kind], "channel_id": channels[channel], "received_at": received,
                "happened_on": clock.local(received).date() - timedelta(days=place % 3),
            }  # fmt: skip
            with writing():
                found[key] = services.register(values, by_code=True).id
    return found


def _at_work(instant: datetime, now: datetime, place: int) -> datetime:
    """That day between nine and half past five, where it is over: people call while somebody answers."""
    if now - instant < timedelta(days=1, hours=6):
        return instant
    minutes = (place * 137) % 510
    return clock.local(instant).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(minutes=minutes)


def take_down(context: DemoContext) -> list[int]:
    """The feedback of ``SAID``; the ids."""
    places = [node.id for node in departments()]
    found = []
    with acting_as(context.person("salesperson")):
        customers = _customers()
        db.session.rollback()
        for place, (sort, subject, content, contact, phone, days, done) in enumerate(SAID):
            with writing():
                feedback = services.add_feedback(
                    {"customer_id": customers[place % len(customers)], "sort": sort, "subject": subject,
                     "content": content, "contact": contact, "phone": phone,
                     "department_id": places[place % len(places)],
                     "due_on": clock.today() + timedelta(days=days)}
                )  # fmt: skip
                for note in done:
                    services.add_progress(feedback.id, note)
                found.append(feedback.id)
    return found


def _customers() -> list[int]:
    """Customers that the acting person sees, with a code, the first dozen."""
    c: Any = Customer
    statement = visible(Customer).where(c.code.is_not(None)).with_only_columns(c.id).order_by(c.id).limit(12)
    return list(db.session.scalars(statement))
