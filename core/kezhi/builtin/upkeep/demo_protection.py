"""Who looks after customer data in the demo company, by which procedures, and what the last check found."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update

from kezhi import acting_as, db, writing

from ..apps.demo import DemoContext
from .models import FINDING, FINE, Finding, SecurityCheck
from .periods import before
from .services import checking, protecting
from .standing import midnight

UNSCOPED = {"kezhi_unscoped": True, "synchronize_session": False}
TITLE = "客户资料管理与保密规程"
TEXT = """一、客户资料由客服部统一保管，对外口径一致；其他部门查阅须提交查阅申请。
二、业务员负责收集并及时报告变更，信息员负责录入、更新与保管。
三、不得以个人邮箱、即时通讯工具或移动存储外发客户资料。
四、离职、调岗当日收回权限，交接客户资料并签字。
五、发现泄露或遗失，立即报告资料保护责任人，二十四小时内书面说明。"""
SUMMARY = "权限、备份与加密总体符合规程；发现问题两项，均已明确责任人与整改期限。"
#: item, what has to be put right, role of who has it, days from today, what was done
FOUND = (
    (1, "两名已转岗业务员仍可查看原区域客户，需收回查看权限", "customer-information-clerk", -12, ""),
    (
        6,
        "客户原始资料柜钥匙无领用登记，需建立登记簿",
        "customer-service-agent",
        -30,
        "已建立钥匙领用登记簿，由客服经理每周核对",
    ),
)


def make_protection(context: DemoContext) -> None:
    """A person since last year, procedures with a second version, a check with an open and a closed finding."""
    officer, general = context.person("customer-information-officer"), context.person("general-manager")
    today = context.today
    with acting_as(general), writing():
        before_her = context.person("customer-service-manager")
        protecting.name_officer(before_her.id or 0, today - timedelta(days=700), "制度试行期间兼任")
        protecting.name_officer(officer.id or 0, today - timedelta(days=320), "总经理办公会任命")
    with acting_as(officer), writing():
        protecting.publish(TITLE, TEXT, today, to_acknowledge=True)
        for person in protecting.readers()[:18]:
            with acting_as(person):
                protecting.acknowledge(1)
    with acting_as(officer), writing():
        _check(context, today)


def _check(context: DemoContext, today: date) -> None:
    """Begun and done in the last quarter: the services work today, what they recorded is dated back."""
    span, _due = checking.present_span()
    last = before(span)
    check = checking.begin()
    items = checking.items_of(check)
    checking.record(check.id, check.version, {item.id: (FINE, "") for item in items})
    done = midnight(last.end - timedelta(days=12)) + timedelta(hours=15)
    for place, text, role, days, measure in FOUND:
        owner = context.person(role).id or 0
        found = checking.add_finding(check.id, check.version, items[place].id, text, owner, today)
        assert items[place].result == FINDING
        if measure:
            checking.close_finding(found.id, measure)
        _date_back(Finding, found.id, due_on=today + timedelta(days=days), found_at=done)
    checking.finish(check.id, check.version, SUMMARY)
    begun = done - timedelta(days=1)
    dates: dict[str, date | datetime] = {"start_on": last.start, "due_on": last.end, "begun_at": begun, "done_at": done}
    _date_back(SecurityCheck, check.id, **dates)


def _date_back(model: Any, key: int, **values: Any) -> None:
    db.session.flush()
    db.session.execute(update(model).where(model.id == key).values(values), execution_options=UNSCOPED)
    db.session.expire_all()
