"""Three worker processes under load: a plugin goes and comes back at once, and nobody sees an error."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import pytest

from kezhi import writing
from kezhi.builtin.customers.services import create_customer
from kezhi.site import Site
from kezhi.testing.databases import command
from kezhi.testing.plugin import new_person
from kezhi.testing.server import Browser, csrf_token, served

pytestmark = [pytest.mark.processes, pytest.mark.services, pytest.mark.plugins("trade", "grading")]

OWN = ("/grading", "/grading/schemes")
GRADES = "/customers?columns=code,name,trade.total_amount,grading.grade&sort=-grading.grade"
OTHERS = ("/customers", GRADES, "/trade", "/approvals")


@dataclass
class Load:
    """Requests of several clients: (begun at, address, status, text)."""

    port: int
    cookies: dict[str, str]
    customer: int
    seen: list[tuple[float, str, int, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self, kind: int) -> None:
        browser = Browser(self.port, self.cookies)
        addresses = [*OWN, *OTHERS, f"/customers/{self.customer}"]
        turn = kind
        while not self.stop.is_set():
            address = addresses[turn % len(addresses)]
            turn += 1
            begun = time.monotonic()
            try:
                if kind == 0 and turn % 3 == 0:
                    address = f"/customers/{self.customer}/edit"
                    page = browser.get(address)
                    answer = browser.post(address, {"csrf_token": csrf_token(page.text), "name": ""})
                else:
                    answer = browser.get(address)
            except Exception as error:
                self.errors.append(f"{address}: {type(error).__name__}: {error}")
                browser.close()
                browser = Browser(self.port, self.cookies)
                continue
            self.seen.append((begun, address, answer.status, answer.text))


def test_grading_goes_and_comes_back_under_load(site: Site) -> None:
    toggle_under_load(site, toggles=4, pause=1.5)


@pytest.mark.deep
@pytest.mark.parametrize("turn", range(5))
def test_twelve_toggles_five_times(site: Site, turn: int) -> None:
    toggle_under_load(site, toggles=12, pause=0.7)


def toggle_under_load(site: Site, *, toggles: int, pause: float) -> None:
    """Nobody sees an error, and every request begun after a switch is answered by the new set."""
    with site.app.app_context():
        new_person(site.app, "boss", "administrator")
        with writing():
            customer = create_customer({"code": "KH-1", "name": "测试客户"}).id
    with served(site, workers=3) as port:
        visitor = Browser(port)
        assert visitor.login("boss", "boss-password-1").status == 302
        load = Load(port, visitor.cookies, customer)
        threads = [threading.Thread(target=load.run, args=(kind,)) for kind in range(4)]
        for thread in threads:
            thread.start()
        switches = []  # (from, until, enabled)
        enabled, since = True, time.monotonic()
        for number in range(toggles):
            action = "enable" if number % 2 else "disable"
            time.sleep(pause)
            asked = time.monotonic()
            answer = command(site, "plugin", action, "grading")
            assert answer.returncode == 0, answer.stderr
            switches.append((since, asked, enabled))
            enabled, since = action == "enable", time.monotonic()
        time.sleep(1.5)
        load.stop.set()
        for thread in threads:
            thread.join()
        switches.append((since, time.monotonic(), enabled))

    assert load.errors == []
    assert len(load.seen) > 100
    assert [(address, status) for _, address, status, _ in load.seen if status >= 500] == []
    for begun, address, status, text in load.seen:
        for start, end, on in switches:
            if not start <= begun <= end:
                continue
            if address in OWN:
                # a request begun while the plugin was on may be answered by the set that came after it
                assert status in ((200, 404) if on else (404,)), (address, status)
            else:
                assert status == 200, (address, status)
                if not on:
                    assert 'href="/grading/' not in text, address
    assert any(
        on and address in OWN and status == 200
        for begun, address, status, _ in load.seen
        for start, end, on in switches
        if start <= begun <= end
    )


def test_its_commands_go_with_it(site: Site) -> None:
    assert command(site, "grading", "schemes", "--json").returncode == 0
    assert command(site, "plugin", "disable", "grading").returncode == 0
    gone = command(site, "grading", "schemes", "--json")
    assert gone.returncode == 2
    assert "No such command" in gone.stderr
    assert command(site, "plugin", "disable", "trade").returncode == 0
    assert command(site, "doctor").returncode == 0
    assert command(site, "user", "list", "--json").returncode == 0
