"""The main job as people do it: set up, load, grade, sign, publish, and ask why. In Chinese and in English."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kezhi.site import Site
from kezhi.testing.databases import command
from kezhi.testing.server import served

pytestmark = [pytest.mark.browser, pytest.mark.installed("trade", "grading"), pytest.mark.timeout(180)]

CUSTOMERS = """customer_code,name,city
KH-1,上海申联国际贸易有限公司,上海
KH-2,杭州恒远精密机械有限公司,杭州
KH-3,成都锦程物流有限公司,成都
"""
ORDERS = """order_no,customer_code,order_date,amount
D-1,KH-1,2025-03-01,50000.00
D-2,KH-1,2025-09-12,30000.00
D-3,KH-2,2025-05-20,12000.50
D-4,KH-9,2025-05-20,1.00
"""
WORDS = {
    "zh": {
        "enable": "启用",
        "upload": "预检文件",
        "good": re.compile("导入.*3"),
        "all": re.compile("导入.*3"),
        "add": "添加用户",
        "compute": "计算",
        "submit": "提交审批",
        "sign": "同意并签字",
        "published": "已发布",
        "unknown": "KH-9",
        "why": "评级依据",
    },
    "en": {
        "enable": "Enable",
        "upload": "Check the file",
        "good": re.compile("Import the 3 good rows"),
        "all": re.compile("Import 3 rows"),
        "add": "Add the user",
        "compute": "Compute",
        "submit": "Submit for approval",
        "sign": "Approve and sign",
        "published": "Published",
        "unknown": "KH-9",
        "why": "Why",
    },
}


def log_in(page: Page, login: str, password: str) -> None:
    """Log in with a one-time password and choose one of one's own."""
    page.goto("/login")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.locator("main button.btn-primary").click()
    expect(page).to_have_url(re.compile("/password$"))
    page.fill("input[name=old_password]", password)
    for name in ("new_password", "repeated"):
        page.fill(f"input[name={name}]", f"{login[:3]}-correct-horse-7")
    page.locator("main button.btn-primary").click()
    expect(page).not_to_have_url(re.compile("/password"))


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).first.click()


def walk(site: Site, visit: Callable[..., Page], language: str) -> None:
    words = WORDS[language]
    password = json.loads(command(site, "user", "passwd", "admin", "--json").stdout)["password"]
    with served(site, workers=2) as port:
        admin = visit(port, language)
        log_in(admin, "admin", password)
        enable_apps(admin, words)
        signers = {role: add_user(admin, role, words) for role in ("sales-director", "general-manager")}
        load_files(admin, words)
        run = grade(admin, words)
        # who put the run up cannot sign it
        admin.goto("/approvals/1")
        expect(admin.get_by_role("button", name=words["sign"])).to_have_count(0)
        for role, one_time in signers.items():
            signer = visit(port, language)
            log_in(signer, role, one_time)
            signer.goto("/approvals")
            signer.locator("main a[href='/approvals/1']").first.click()
            press(signer, words["sign"])
            expect(signer.locator("main")).to_contain_text(role)
        admin.goto(run)
        expect(admin.locator("main")).to_contain_text(words["published"])
        ask_why(admin, words)


def enable_apps(page: Page, words: dict[str, str]) -> None:
    for name in ("trade", "grading"):
        page.goto("/apps/")
        page.locator(f"a[href='/apps/{name}/enable']").click()
        page.get_by_role("button", name=words["enable"], exact=True).click()
        expect(page.locator(f".kz-side li a[href='/{name}']")).to_be_visible()


def add_user(page: Page, role: str, words: dict[str, str]) -> str:
    page.goto("/accounts/users/new")
    page.fill("input[name=login]", role)
    page.fill("input[name=name]", role)
    page.check(f"input[name=roles][value={role}]")
    press(page, words["add"])
    password = page.locator("code.fs-5").inner_text()
    assert len(password) > 10
    return password


def load_files(page: Page, words: dict[str, str]) -> None:
    for kind, text, encoding, button in (
        ("customers", CUSTOMERS, "gb18030", words["all"]),
        ("orders", ORDERS, "utf-8", words["good"]),
    ):
        page.goto("/imports")
        page.select_option("select[name=kind]", kind)
        file = {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": text.encode(encoding)}
        page.set_input_files("input[type=file]", [file])
        press(page, words["upload"])
        if kind == "orders":
            expect(page.locator("main")).to_contain_text(words["unknown"])
        press(page, button)
        expect(page.locator("main")).to_contain_text("3")
    page.goto("/customers")
    expect(page.locator("tbody tr")).to_have_count(3)


def grade(page: Page, words: dict[str, str]) -> str:
    page.goto("/grading/runs/new?scheme=composite-abc")
    page.fill("input[name=start]", "2025-01-01")
    page.fill("input[name=end]", "2025-12-31")
    press(page, words["compute"])
    expect(page).to_have_url(re.compile(r"/grading/runs/\d+$"))
    run = page.url
    press(page, words["submit"])
    page.goto(run)
    expect(page.locator("main a[href^='/approvals/']").first).to_be_visible()
    return run


def ask_why(page: Page, words: dict[str, str]) -> None:
    page.goto("/customers?f.grading.grade=A")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a.kz-name").first.click()
    expect(page.locator("main")).to_contain_text("上海申联国际贸易有限公司")
    page.get_by_role("link", name=words["why"]).first.click()
    for text in ("D-1", "D-2", "2025-03-01", "80,000"):
        expect(page.locator("main")).to_contain_text(text)
    expect(page.locator("main")).not_to_contain_text("D-3")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.clause("GRD-10", "GRD-07", "APR-02")
def test_the_main_job(site: Site, visit: Callable[..., Page], language: str) -> None:
    walk(site, visit, language)
