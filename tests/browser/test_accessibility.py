"""Every page for everybody: WCAG 2.2 A and AA by axe, no sideways scrolling on a phone, targets that a thumb hits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Error, Page, expect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

#: ``preload`` would fetch every stylesheet again for nothing; the size of targets is measured at
#: a phone's width below. After two frames a theme just switched has been drawn.
RUN = """async () => {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const found = await axe.run({preload: false, resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a",
    "wcag21aa", "wcag22aa"], rules: {"target-size": {enabled: false}, "heading-order": {enabled: true},
    "landmark-one-main": {enabled: true}, "page-has-heading-one": {enabled: true}}});
  return found.violations.flatMap((each) => each.nodes.map((node) =>
    `${each.id}: ${node.html.slice(0, 160)} ${[...node.any, ...node.all, ...node.none][0]?.message ?? ""}`));
}"""
#: What can be pressed and is smaller than 24 px. A link inside a sentence is exempt; a box counts with its label.
SMALL = """() => [...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select, textarea")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !each.closest(".visually-hidden, .kz-skip, p, .sub, .form-text, .kz-note"))
  .filter((each) => {
    const areas = [each, ...(each.labels ?? [])].map((part) => part.getBoundingClientRect());
    return areas[0].width && !areas.some((area) => area.width >= 23.5 && area.height >= 23.5);
  })
  .map((each) => `${each.offsetWidth} x ${each.offsetHeight} px: ${each.outerHTML.slice(0, 160)}`)"""
#: states that no link of the menu leads to
STATES = (
    "/apps/components",
    "/customers?q=nothing-like-this",
    "/customers?f.city=上海",
    "/search?q=上海",
)
#: the patterns of pages (list, record, form, decision, apps, settings, search, parts); seen in the other theme too
PATTERNS = {
    "customers.index", "trade.index", "customers.show", "customers.new", "approvals.show", "apps.index", "apps.confirm",
    "apps.settings", "search.index", "apps.components",
}  # fmt: skip
#: another language, and what is drawn at length only to be downloaded
NOT_OPENED = {"kezhi.language", "documents.draft", "documents.download", "documents.picture"}


class Addresses:
    """The addresses still to be looked at: the first one offered for each endpoint and each face of a list."""

    def __init__(self, app: Flask) -> None:
        self._map = app.url_map.bind("localhost")
        self._waiting = deque(["/", *STATES])
        self._known: set[tuple[str, str]] = set()

    def endpoint(self, address: str) -> str:
        try:
            endpoint, _values = self._map.match(urlsplit(address).path)
        except (HTTPException, RequestRedirect):
            return ""
        return str(endpoint)

    def offer(self, address: str) -> None:
        kind = self.endpoint(address), dict(parse_qsl(urlsplit(address).query)).get("face", "")
        if kind[0] and kind[0] not in NOT_OPENED and kind not in self._known:
            self._known.add(kind)
            self._waiting.append(address)

    def __iter__(self) -> Iterator[str]:
        while self._waiting:
            yield self._waiting.popleft()


def pages(app: Flask, page: Page) -> Iterator[tuple[str, str]]:
    """Go through the menu and the links of every page; address and endpoint of each page on which ``page`` stands."""
    addresses = Addresses(app)
    for address in addresses:
        try:
            answer = page.goto(address, wait_until="domcontentloaded")
        except Error as error:
            if "Download is starting" in error.message:
                continue
            raise
        if answer and answer.headers.get("content-type", "").startswith("text/html"):
            for link in page.locator("a[href^='/']").evaluate_all("all => all.map((a) => a.getAttribute('href'))"):
                addresses.offer(link)
            yield address, addresses.endpoint(address)


def violations(page: Page) -> list[str]:
    """What axe has against the page as it is."""
    found: list[str] = page.evaluate(RUN)
    return found


def bring_axe(page: Page) -> None:
    """Put axe into every document from outside: the pages' own policy stays in force."""
    from axe_playwright_python.base import AXE_SCRIPT

    page.add_init_script(AXE_SCRIPT)


def switch_theme(page: Page) -> None:
    page.locator("[data-kz-theme]").click()


def faults_of(page: Page, *, both_themes: bool) -> list[str]:
    """What is wrong with the page that ``page`` stands on, in a wide window and on a phone."""
    faults = violations(page)
    if both_themes:
        switch_theme(page)
        faults += [f"in the other theme: {fault}" for fault in violations(page)]
        switch_theme(page)
    page.set_viewport_size({"width": 390, "height": 844})
    width = page.evaluate("document.documentElement.scrollWidth")
    faults += [f"is {width} px wide on a phone"] if width > 390 else []
    faults += page.evaluate(SMALL)
    page.set_viewport_size({"width": 1440, "height": 900})
    return faults


@pytest.mark.plugins("trade", "grading")
@pytest.mark.parametrize(("language", "dark"), [("zh", False), ("en", True)])
def test_every_page_keeps_the_rules_of_accessibility(
    app: Flask, company: dict[str, Any], page_as: Callable[..., Page], language: str, dark: bool
) -> None:
    """Each page in each language and each theme; the patterns of pages in all four combinations."""
    page = page_as("administrator", language, dark=dark)
    bring_axe(page)
    faults, seen = [], set()
    for address, endpoint in pages(app, page):
        seen.add(endpoint)
        faults += [f"{address}: {fault}" for fault in faults_of(page, both_themes=endpoint in PATTERNS)]
    assert not faults, "\n".join(sorted(set(faults)))
    assert len(seen) > 45
    assert seen >= PATTERNS


def test_what_opens_keeps_the_rules_too(make_customer: Callable[..., Any], page_as: Callable[..., Page]) -> None:
    """Menus, the dialog of keys, errors in a form, the message after saving, the drawer of a phone, an error page."""
    customer = make_customer(name="上海申联国际贸易有限公司").id
    page = page_as("administrator")
    bring_axe(page)
    faults = []

    def look(what: str) -> None:
        for theme in ("dark", "light"):
            page.evaluate("(theme) => { document.documentElement.dataset.bsTheme = theme }", theme)
            faults.extend(f"{what}, {theme}: {fault}" for fault in violations(page))

    page.goto("/customers")
    for at, summary in enumerate(page.locator("details.kz-menu > summary:visible").all()):
        summary.click()
        look(f"menu {at}")
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    look("dialog")
    page.goto("/customers/new")
    save(page)
    expect(page.locator("#form-errors")).to_be_focused()
    look("errors")
    page.goto(f"/customers/{customer}/edit")
    save(page)
    expect(page.locator(".toast")).to_be_visible()
    page.locator(".toast").hover()
    look("message")
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".kz-burger").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look("drawer")
    page = page.context.new_page()  # one without an eye on complaints: the browser's console calls a 404 an error
    bring_axe(page)
    page.goto("/nothing/here")
    look("error page")
    assert not faults, "\n".join(sorted(set(faults)))


def save(page: Page) -> None:
    page.locator("main form[method=post] button.btn-primary").last.click()


def test_a_list_is_printed_as_a_table_without_its_buttons(
    make_customer: Callable[..., Any], page_as: Callable[..., Page]
) -> None:
    """A sheet of A4 is as narrow as a phone; it is no phone."""
    make_customer(name="上海申联国际贸易有限公司")
    page = page_as("administrator", dark=True, width=688)  # 182 mm: A4 without its margins
    page.goto("/customers")
    page.emulate_media(media="print")
    expect(page.get_by_role("columnheader", name="客户名称")).to_be_visible()
    expect(page.get_by_role("cell", name="上海申联国际贸易有限公司")).to_be_visible()
    assert page.locator("thead").evaluate("(head) => getComputedStyle(head).display") == "table-header-group"
    for part in ("#side", ".kz-top", ".kz-bar", ".kz-pager", "main .btn >> nth=0", ".kz-pick >> nth=0"):
        expect(page.locator(part)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") == 688
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
