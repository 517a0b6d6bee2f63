"""The fields of all sections but the basic one, in a table of their own (CUS-02)."""

from __future__ import annotations

from typing import Any

from kezhi.i18n import _l

from .field import LONGEST_TEXT, NUMBERS, Field, Kind

#: what is said of persons, and of the firm's credit (CUS-11)
PROTECTED = frozenset({"shareholders", "management_quality", "staff_quality", "payment_terms", "payment_method",
                       "credit_standing", "past_credit_problems"})  # fmt: skip


def _field(section: str, key: str, label: Any, kind: Kind, *aliases: str) -> Field:
    longest = LONGEST_TEXT if kind == "long" else 0 if kind in NUMBERS else 200
    protected = key in PROTECTED
    return Field(key, label, section, kind, longest, place="profile", aliases=aliases, protected=protected)


MORE: tuple[Field, ...] = (
    _field("organisation", "registered_capital", _l("Registered capital"), "money", "注册资本"),
    _field("organisation", "parent_company", _l("Parent company"), "text", "上级公司", "母公司"),
    _field("organisation", "shareholders", _l("Owners and shares"), "long", "股东", "股东及持股"),
    _field("organisation", "structure", _l("Organisation"), "long", "组织结构", "组织架构"),
    _field("organisation", "branches", _l("Branches and holdings"), "long", "分支机构", "分支与参股"),
    _field("traits", "service_area", _l("Service area"), "text", "服务区域"),
    _field("traits", "staff_count", _l("Staff"), "count", "员工人数", "职工人数"),
    _field("traits", "turnover", _l("Yearly turnover"), "money", "年营业额", "营业额"),
    _field("traits", "market_share", _l("Market share"), "percent", "市场占有率", "市场份额"),
    _field("traits", "sales_capacity", _l("Sales capacity"), "long", "销售能力"),
    _field("traits", "potential", _l("Potential"), "long", "发展潜力"),
    _field("traits", "sales_channels", _l("Sales channels"), "long", "销售渠道"),
    _field("traits", "management_traits", _l("Management traits"), "long", "经营管理特点"),
    _field("traits", "culture", _l("Company culture"), "long", "企业文化", "经营理念"),
    _field("traits", "policies", _l("Business policies"), "long", "经营方针"),
    _field("business", "own_results", _l("Their sales results, past and present"), "long", "销售实绩"),
    _field("business", "results_with_us", _l("Their results with us"), "long", "与本公司交易实绩"),
    _field("business", "management_quality", _l("Quality of their managers"), "long", "管理者素质"),
    _field("business", "staff_quality", _l("Quality of their staff"), "long", "员工素质", "业务人员素质"),
    _field("business", "competitor_dealings", _l("Dealings with our competitors"), "long", "与竞争者的关系"),
    _field("business", "attitude", _l("Attitude to co-operation"), "long", "合作态度"),
    _field("trade", "payment_terms", _l("Payment terms"), "text", "付款条件", "交易条件"),
    _field("trade", "payment_method", _l("Payment method"), "text", "付款方式", "结算方式"),
    _field("trade", "activities", _l("Sales activities"), "long", "销售活动状况"),
    _field("trade", "open_problems", _l("Open problems"), "long", "存在的问题"),
    _field("trade", "strengths", _l("Strengths"), "long", "优势", "保持的优势"),
    _field("trade", "counter_measures", _l("Counter-measures ahead"), "long", "未来的对策", "未来对策"),
    _field("trade", "reputation", _l("Reputation and image"), "long", "企业形象", "声誉与形象"),
    _field("trade", "credit_standing", _l("Credit standing"), "long", "信用状况"),
    _field("trade", "past_credit_problems", _l("Past credit problems"), "long", "以往信用问题"),
    _field("demand", "purchase_frequency", _l("Purchase frequency"), "text", "采购频率"),
    _field("demand", "price_sensitivity", _l("Price sensitivity"), "text", "价格敏感度"),
    _field("demand", "varieties", _l("Varieties wanted"), "long", "需求品种"),
    _field("demand", "quantities", _l("Quantities wanted"), "long", "需求数量"),
    _field("demand", "quality_demands", _l("Demands on quality"), "long", "质量要求"),
    _field("demand", "purchase_process", _l("Purchase process"), "long", "采购流程"),
    _field("demand", "investment_plans", _l("Investment plans"), "long", "投资计划"),
    _field("cooperation", "cooperation_history", _l("History of co-operation"), "long", "合作历史"),
    _field("cooperation", "projects", _l("Projects together"), "long", "合作项目"),
    _field("cooperation", "cooperation_results", _l("Results of co-operation"), "long", "合作成果"),
    _field("cooperation", "cooperation_problems", _l("Problems in co-operation"), "long", "合作中的问题"),
    _field("other", "industry_trend", _l("Industry trend and news"), "long", "行业动态"),
    _field("other", "competitors", _l("Their competitors"), "long", "竞争对手"),
    _field("other", "feedback", _l("Feedback from them"), "long", "客户反馈"),
)
