"""What the demo company knows of its customers beyond the basic fields: sections, key people, an analysis.

Its own random numbers, so that the other apps' parts stay as they are.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from kezhi import acting_as, writing
from kezhi.builtin.apps.demo import DemoContext

from . import services
from .services import entries

#: product groups of the company, in both languages
PRODUCTS = (
    ("开关插座", "Switches and sockets"),
    ("照明", "Lighting"),
    ("管材管件", "Pipes and fittings"),
    ("阀门", "Valves"),
    ("配电箱", "Distribution boxes"),
    ("电线电缆", "Wires and cables"),
)
ROLES = (
    ("decides", ("总经理", "董事长", "副总经理")),
    ("recommends", ("采购总监", "采购经理", "工程部长")),
    ("checks", ("质量经理", "总工程师", "技术主管")),
    ("handles", ("采购主管", "采购员", "商务专员")),
)
SURNAMES = "沈陆钱傅郑蒋姚邵汪毛戴宋"
GIVEN = ("国梁", "敏", "程", "卫东", "丽娟", "浩然", "静", "永强", "雨桐", "建平", "晓东", "慧")
SCALES = ("large", "medium", "small", "micro")
AREAS = ("本市及周边县市", "全省", "长三角", "珠三角", "京津冀", "全国")
TEXTS: dict[str, tuple[str, ...]] = {
    "qualifications": ("ISO 9001 质量管理体系认证", "建筑装修装饰工程专业承包二级", "安全生产标准化三级"),
    "business_scope": ("建筑材料销售；室内装饰工程设计与施工；货物进出口。", "建材批发零售；仓储服务；技术咨询。"),
    "shareholders": ("自然人控股 70 %，员工持股平台 30 %。", "两名自然人各持 50 %。"),
    "structure": ("总经理下设采购、工程、财务、市场四个部门。", "按区域设三个项目部，采购集中管理。"),
    "sales_capacity": ("自有销售人员稳定，年订货节奏清楚。", "依靠工程渠道，自有门店较少。"),
    "potential": ("区域内新开工项目增多，两年内采购量有望翻番。", "规模稳定，增量主要来自翻新项目。"),
    "sales_channels": ("工程直销为主，兼有分销。", "门店零售与网络团购并行。"),
    "management_traits": ("决策集中在总经理，重视交货准时。", "分权管理，项目经理可自行选择供应商。"),
    "results_with_us": ("近三年订货逐年上升。", "订货有季节性，旺季集中在三、四季度。"),
    "competitor_dealings": ("同时向两家同行采购，份额约四成。", "仅在缺货时向同行采购。"),
    "attitude": ("愿意签订年度框架协议。", "逐单议价，合作意愿一般。"),
    "open_problems": ("对账周期偏长，需每月催办。", "仓库收货时间短，经常需要改约。"),
    "strengths": ("付款记录良好，项目信息共享及时。", "区域口碑好，能带动下游客户。"),
    "counter_measures": ("安排专人对账，季度末前结清。", "提前三天预约收货，减少等待。"),
    "credit_standing": ("近三年无逾期超过 30 天的记录。", "去年有一次逾期 18 天，已说明原因。"),
    "varieties": ("以电线电缆和开关插座为主，配套配电箱。", "管材管件与阀门成套采购。"),
    "quality_demands": ("要求每批附检测报告，批次可追溯。", "按国标优等品验收。"),
    "purchase_process": ("项目部提需求，采购比价，总经理批准。", "年度招标定价，按月下单。"),
    "cooperation_history": ("由老客户介绍，从样板间供货开始合作。", "经展会结识，首单为小批量试用。"),
    "industry_trend": ("装配式装修比例上升，交期要求更短。", "翻新市场增长快于新建市场。"),
    "feedback": ("希望增加样品展示，缩短补货周期。", "对送货服务满意，希望对账更方便。"),
}
OPINIONS = (
    "该客户采购决策集中，关系稳定；建议以年度框架协议锁定份额，并每季度走访一次。",
    "订货波动较大，主要受项目进度影响；建议提前了解开工计划，备足常用规格。",
    "竞争者正在低价介入；建议加强技术支持，不以降价应对。",
)


def make_groups(context: DemoContext) -> None:
    """The product groups of the company, as the information clerk enters them."""
    with acting_as(context.person("customer-information-clerk")), writing():
        for zh, en in PRODUCTS:
            entries.add_entry("product_group", {"zh": zh, "en": en})


def sections(index: int) -> dict[str, Any]:
    """What is known of the customer at a place of the list; of some little, of none nothing."""
    random = Random(7000 + index)  # noqa: S311 - not for secrets
    wanted: dict[str, Any] = {
        "scale": random.choice(SCALES),
        "assets": random.randrange(200, 20_000) * 1_000_000,
        "registered_capital": random.randrange(1, 60) * 100_000_000,
        "staff_count": random.randrange(12, 900),
        "turnover": random.randrange(800, 60_000) * 1_000_000,
        "market_share": random.randrange(1, 30) * 5_000,
        "service_area": random.choice(AREAS),
        "payment_terms": random.choice(("货到 30 天", "月结 45 天", "款到发货", "月结 60 天")),
        "payment_method": random.choice(("银行转账", "银行承兑汇票", "转账与承兑各半")),
        "purchase_frequency": random.choice(("每月 2 次", "每季度 1 次", "按项目进度")),
        "price_sensitivity": random.choice(("高", "中", "低")),
        "product_groups": [zh for zh, _en in random.sample(PRODUCTS, random.randrange(1, 4))],
    }
    for key, texts in TEXTS.items():
        if random.random() < 0.75:
            wanted[key] = random.choice(texts)
    return wanted


def people(index: int, today: date) -> list[dict[str, Any]]:
    """The key people of the customer at a place of the list."""
    random = Random(8000 + index)  # noqa: S311 - not for secrets
    found: list[dict[str, Any]] = []
    for number, (role, posts) in enumerate(random.sample(ROLES, random.randrange(2, 5))):
        name = random.choice(SURNAMES) + random.choice(GIVEN)
        if name in {each["name"] for each in found}:
            continue
        found.append(
            {
                "name": name,
                "post": random.choice(posts),
                "decision_role": role,
                "phone": f"13{random.randrange(10**8, 10**9)}",
                "email": f"buyer{index + 1:02d}-{number + 1}@example.com",
                "birthday": date(random.randrange(1968, 1996), random.randrange(1, 13), random.randrange(1, 28)),
                "preferences": random.choice(("喜欢喝绿茶", "周三下午方便见面", "偏好电话沟通", "关注新品")),
                "is_primary": not found,
            }
        )
    if index % 7 == 3 and len(found) > 2:
        found[-1] |= {"left_on": today - timedelta(days=random.randrange(20, 300))}
    return found


def make_more(context: DemoContext, ids: list[int]) -> None:
    """Key people of every customer, and our analysis of every third."""
    with acting_as(context.person("customer-information-clerk")), writing():
        for index, customer_id in enumerate(ids):
            for values in people(index, context.today):
                services.add_contact(customer_id, values)
    with acting_as(context.person("customer-service-manager")), writing():
        for index, customer_id in enumerate(ids):
            if index % 3 == 0:
                services.add_analysis(customer_id, OPINIONS[index % len(OPINIONS)])
