"""A real browser on a real server. Without Chromium these tests are skipped, and say so."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from kezhi import acting_as, writing

#: what stands in an import that cannot be carried out as it is
WRONG_ORDERS = b"number,customer_code,order_date,amount\nB-1,NOBODY,2025-05-06,5\nB-2,KH-1,2025-02-30,5\n"
NAMES = ("上海申联国际贸易有限公司", "杭州恒远精密机械有限公司", "成都锦程物流有限公司", "宁波海川商贸有限公司")


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``visit(port, language)`` opens a page with its own cookies; what the browser complains about fails the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(port: int, language: str = "zh", width: int = 1440) -> Page:
        context = chromium.new_context(
            base_url=f"http://127.0.0.1:{port}",
            locale={"zh": "zh-CN", "en": "en-US"}[language],
            viewport={"width": width, "height": 900},
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def upload(page: Page, selector: str, name: str, content: bytes) -> None:
    """Choose a file made on the spot."""
    page.set_input_files(selector, [{"name": name, "mimeType": "text/csv", "buffer": content}])


def picture(page: Page, folder: Path, name: str) -> None:
    """Keep a picture of the page beside the test results."""
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


@pytest.fixture
def company(app: Flask, add_person: Callable[..., Any]) -> dict[str, Any]:
    """A small company with something on every page, made by the services; answers the ids that tests ask for."""
    from kezhi.builtin.accounts.services import add_department
    from kezhi.builtin.approvals.services import request_for, sign
    from kezhi.builtin.customers.services import add_contact, create_customer
    from kezhi.builtin.documents.services import issue
    from kezhi.builtin.files.services import attach, receive
    from kezhi.builtin.imports.services import stage
    from kezhi.builtin.lists.services import save_view
    from kezhi_grading import services as grading
    from kezhi_trade.services import create_order

    people = {role: add_person(role, role) for role in ("data-analyst", "sales-director", "general-manager")}
    director = people["sales-director"]
    with writing():
        department = add_department("华东销售部").id
        customers = []
        for at, name in enumerate(NAMES):
            values = {"code": f"KH-{at + 1}", "name": name, "owner_id": director.id, "department_id": department}
            values |= {"city": name[:2], "phone": f"0571-8612{at}456"}
            customers.append(create_customer(values, prospect=True).id)
            order = {"customer_id": customers[-1], "order_date": date(2025, 3, 4), "amount": (at + 1) * 123_456_00}
            create_order(order | {"number": f"D-{at + 1}"})
        add_contact(customers[0], {"name": "王建国", "phone": "13800000001"})
    runs = []
    with acting_as(people["data-analyst"]):
        for _ in range(2):
            with writing():
                runs.append(grading.run_scheme("composite-abc", date(2025, 1, 1), date(2025, 12, 31)).number)
        for number in runs:
            grading.submit(number)
        stage("orders", WRONG_ORDERS, "orders.csv", ask=True)
    request, waiting = (request_for(grading.KIND, str(grading.run_by_number(number).id)) for number in runs)
    assert request is not None
    assert waiting is not None
    for role in ("sales-director", "general-manager"):
        with acting_as(people[role]):
            sign(request.id, "")
    received = receive(io.BytesIO(b"%PDF-1"), "contract.pdf")
    with writing():
        attach(received, "customers", "customer", customers[0])
    with acting_as(director):
        issue("grading.assessment", customers[0], "xlsx")
        with writing():
            save_view("customers", "/customers", "华东客户", "", shared=True)
    return {"customer": customers[0], "waiting": waiting.id, "run": runs[0]}
