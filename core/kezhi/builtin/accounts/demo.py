"""The demo company's people: a tree of departments and at least one person for every role."""

from __future__ import annotations

from typing import Any

import argon2

from kezhi import writing
from kezhi.builtin.apps.demo import DemoContext, DemoUser

from . import services
from .services.establishment import plan_posts

#: key, name, parent, role of its manager
DEPARTMENTS = (
    ("office", "总经办", None, "general-manager"),
    ("sales", "销售中心", None, "sales-director"),
    ("east", "华东一部", "sales", "sales-manager"),
    ("south", "华南部", "sales", "regional-manager"),
    ("north", "华北部", "sales", "sales-supervisor"),
    ("service", "客服部", None, "customer-service-manager"),
    ("finance", "财务部", None, "finance"),
    ("marketing", "市场部", None, "marketing-supervisor"),
    ("technical", "技术部", None, "technical-department"),
    ("materials", "物资部", None, "materials-head"),
    ("information", "信息部", None, "department-manager"),
)

#: login, name, role, department
PEOPLE = (
    ("administrator", "钱立新", "administrator", "information"),
    ("general-manager", "周建国", "general-manager", "office"),
    ("deputy-general-manager", "林文博", "deputy-general-manager", "office"),
    ("sales-director", "沈国栋", "sales-director", "sales"),
    ("sales-manager", "何志强", "sales-manager", "east"),
    ("sales-supervisor", "吴海涛", "sales-supervisor", "north"),
    ("regional-manager", "黄永康", "regional-manager", "south"),
    ("regional-representative", "罗佳怡", "regional-representative", "south"),
    ("salesperson", "李婷", "salesperson", "east"),
    ("zhangwei", "张伟", "salesperson", "east"),
    ("chenchen", "陈晨", "salesperson", "south"),
    ("liuyang", "刘洋", "salesperson", "south"),
    ("zhaoqian", "赵倩", "salesperson", "north"),
    ("account-manager", "孙思远", "account-manager", "east"),
    ("order-clerk", "徐雅琴", "order-clerk", "sales"),
    ("project-manager", "郭明哲", "project-manager", "sales"),
    ("customer-service-manager", "马春燕", "customer-service-manager", "service"),
    ("customer-service-agent", "胡晓梅", "customer-service-agent", "service"),
    ("customer-information-officer", "朱丽华", "customer-information-officer", "service"),
    ("customer-information-clerk", "高雪峰", "customer-information-clerk", "service"),
    ("marketing-supervisor", "杨帆", "marketing-supervisor", "marketing"),
    ("marketing-planner", "王诗雨", "marketing-planner", "marketing"),
    ("finance", "赵敏", "finance", "finance"),
    ("inventory-control", "蒋平", "inventory-control", "materials"),
    ("materials-head", "范大成", "materials-head", "materials"),
    ("technical-department", "程远", "technical-department", "technical"),
    ("data-analyst", "苏静", "data-analyst", "information"),
    ("department-manager", "顾长庚", "department-manager", "information"),
)

#: the passwords are random (nobody can guess one, however fast), so twenty-eight of them need no slow hash;
#: the first log-in stores the slow one
LIGHT = argon2.PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)

#: planned staff beside the manager: the east and the customer service look for people, the office is not decided
POSTS = {
    "sales": 3, "east": 6, "south": 3, "north": 2, "service": 5, "finance": 1, "marketing": 1, "technical": 0,
    "materials": 1, "information": 2,
}  # fmt: skip

#: which department sells where
REGIONS = {"east": "华东", "south": "华南", "north": "华北"}


def make(context: DemoContext) -> None:
    """Departments, people and their passwords; salespeople by region for the makers that follow."""
    people = PEOPLE
    passwords = {login: services.new_password() for login, *_rest in people}
    hashes = {login: LIGHT.hash(password) for login, password in passwords.items()}
    sellers: dict[str, list[Any]] = {}
    with writing():
        places: dict[str, int] = {}
        for key, name, parent, _manager in DEPARTMENTS:
            places[key] = services.add_department(name, parent_id=places.get(parent or "")).id
        accounts: dict[str, Any] = {}
        for login, name, role, place in people:
            account = services.add_user(
                login,
                name=name,
                roles=[role],
                password_hash=hashes[login],
                department_id=places[place],
                must_change_password=False,
            )
            accounts.setdefault(role, account)
            context.users.append(DemoUser(login, role, name, passwords[login]))
            if role == "salesperson":
                sellers.setdefault(REGIONS[place], []).append(account)
        for key, _name, _parent, manager in DEPARTMENTS:
            services.set_manager(places[key], accounts[manager].id)
            plan_posts(places[key], 1, POSTS.get(key))
    context.notes["sellers"] = {
        region: [services.user_by_id(account.id) for account in found] for region, found in sellers.items()
    }
