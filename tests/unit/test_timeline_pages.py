"""The pages of timelines: written without scripts, refused with what was typed, the inbox, apps that fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kezhi import TimelineEntry, acting_as, clock, db, hookimpl, writing
from kezhi.app import create_app
from kezhi.builtin.customers.services import create_customer, update_customer
from kezhi.builtin.timeline import services
from kezhi.builtin.timeline.contributions import Source
from kezhi.builtin.timeline.models import Note
from kezhi.plugin import Plugin
from kezhi.testing.client import IsolatedClient

Client = Callable[..., FlaskClient]


@pytest.fixture
def seller(add_person: Any) -> Any:
    return add_person("liting", "salesperson", name="李婷")


@pytest.fixture
def customer_id(app: Flask, seller: Any) -> int:
    with writing():
        return int(create_customer({"code": "K001", "name": "恒达钢铁", "owner_id": seller.id}).id)


def notes() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Note)) or 0


def test_a_note_written_on_the_record_page_comes_back_to_it(client_as: Client, customer_id: int) -> None:
    client = client_as(login="liting")
    page = client.get(f"/customers/{customer_id}").text
    action = re.search(r'<form method="post" action="(/timeline/on/[^"]+)"', page)
    assert action is not None
    form = {"text": "第一行\r\n<b>第二行</b>", "back": "1", "submission_key": "k" * 22}
    answers = [client.post(action[1], data=form) for _turn in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {f"/customers/{customer_id}#timeline"}
    assert notes() == 1, "a form sent twice writes one note"
    page = client.get(f"/customers/{customer_id}").text
    assert "第一行<br>&lt;b&gt;第二行&lt;/b&gt;" in page
    assert page.index("第一行") < page.index("建立客户档案"), "the newest first"


def test_a_refused_note_keeps_what_was_typed(client_as: Client, customer_id: int, add_person: Any) -> None:
    add_person("zhaoqian", "salesperson", name="赵倩")
    client = client_as(login="liting")
    address = f"/timeline/on/customers/customer/{customer_id}"
    answer = client.post(address, data={"text": "问问@赵倩 再说"})
    assert answer.status_code == 422
    assert "赵倩无权查看这条记录" in answer.text
    assert "问问@赵倩 再说</textarea>" in answer.text
    assert notes() == 0
    assert f'href="{address}?timeline=timeline.note#timeline"' in answer.text, "its links lead to pages"


def test_people_are_offered_as_they_are_typed(client_as: Client, customer_id: int, add_person: Any) -> None:
    add_person("zhaoqian", "salesperson", name="赵倩")
    add_person("zhaoyi", "finance", name="赵一")
    address = f"/timeline/on/customers/customer/{customer_id}/people?q="
    assert client_as(login="liting").get(address + "赵").json == [{"name": "赵一", "login": "zhaoyi", "text": "赵一"}]
    assert client_as(login="liting").get(address + "100%_").json == []
    assert client_as(login="zhaoqian").get(address).status_code == 404


def test_only_the_author_changes_and_removes_a_note(client_as: Client, customer_id: int, seller: Any) -> None:
    with acting_as(seller), writing():
        note_id = services.write_note("customers", "customer", customer_id, "十点").id
    address = f"/timeline/notes/{note_id}"
    reader, author = client_as("finance"), client_as(login="liting")
    assert "十点" in reader.get(address).text
    assert f"{address}/remove" not in reader.get(address).text
    assert reader.post(address, data={"text": "改", "version": "1"}).status_code == 404
    assert reader.post(f"{address}/remove").status_code == 404
    assert author.post(address, data={"text": "", "version": "1"}).status_code == 422
    assert author.post(address, data={"text": "十一点", "version": "1"}).status_code == 302
    late = author.post(address, data={"text": "十二点", "version": "1"})
    assert late.status_code == 422
    assert "十二点</textarea>" in late.text, "what was typed stays"
    page = author.get(f"/customers/{customer_id}").text
    assert "十一点" in page
    assert "已修改" in page
    assert author.post(f"{address}/remove").status_code == 302
    page = author.get(f"/customers/{customer_id}").text
    assert "十一点" not in page
    assert "备注已删除" in page


def test_the_inbox_counts_opens_and_forgets(client_as: Client, customer_id: int, seller: Any, add_person: Any) -> None:
    add_person("hezq", "finance", name="何志强")
    with acting_as(seller), writing():
        first = services.write_note("customers", "customer", customer_id, "@何志强 一").id
        services.write_note("customers", "customer", customer_id, "@何志强 二")
    client = client_as(login="hezq")
    assert client.get("/counts").json["timeline.mentions"] == "2"
    page = client.get("/timeline/mentions").text
    assert "2条未读" in page
    opened = client.post(f"/timeline/mentions/{first}")
    assert opened.headers["Location"] == f"/customers/{customer_id}#timeline"
    assert client.get("/counts").json["timeline.mentions"] == "1"
    assert client_as(login="liting").post(f"/timeline/mentions/{first}").status_code == 404
    assert client.post("/timeline/mentions").status_code == 302
    assert "timeline.mentions" not in client.get("/counts").json
    assert client.get("/timeline/mentions?before=x").status_code == 400


def test_kinds_are_chosen_and_older_entries_follow(client_as: Client, customer_id: int, seller: Any) -> None:
    client = client_as(login="liting")
    with acting_as(seller):
        for version in range(1, 24):
            with writing():
                update_customer(customer_id, version, {"city": f"城市{version}"})
        with writing():
            services.write_note("customers", "customer", customer_id, "一条备注")
    address = f"/customers/{customer_id}?section=basic"
    page = client.get(address).text
    assert "城市23</ins>" in page
    assert "城市2</ins>" not in page
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older is not None
    assert "section=basic" in older[1], "the rest of the address stays"
    second = client.get(older[1].replace("&amp;", "&")).text
    assert "城市2</ins>" in second
    assert "城市23</ins>" not in second
    only_notes = client.get(f"{address}&timeline=timeline.note").text
    assert "一条备注" in only_notes
    assert "<ins>城市23" not in only_notes
    assert client.get(f"{address}&older=nonsense").status_code == 400


def test_a_page_takes_the_same_statements_for_any_number_of_entries(
    client_as: Client, customer_id: int, seller: Any, add_person: Any, statements: Callable[[], Any]
) -> None:
    client = client_as("administrator")
    address = f"/timeline/on/customers/customer/{customer_id}"

    def needed() -> int:
        client.get(address)
        with statements() as counted:
            assert client.get(address).status_code == 200
        return int(counted.count)

    def write(person: Any, number: int) -> None:
        with acting_as(person), writing():
            services.write_note("customers", "customer", customer_id, f"@李婷 {number}")

    write(seller, 0)
    before = needed()
    for number in range(1, 6):
        write(add_person(f"person{number}", "finance"), number)
    assert needed() == before


class Rating(Plugin):
    """An app whose entries fail when they are read."""

    name = "rating"
    title = "Rating app"

    @hookimpl
    def timeline_sources(self, record: Any, user: Any) -> list[Source]:
        def fails(_until: Any, _limit: int) -> list[TimelineEntry]:
            raise ZeroDivisionError(clock.now())

        return [Source("rating.event", "Events", fails)]


def test_an_app_that_fails_is_named_and_the_rest_is_shown(app: Flask, client_as: Client, customer_id: int) -> None:
    host, plugin = app.extensions["kezhi"].host, Rating()
    host.manager.register(plugin, name="rating")
    host.plugins["rating"] = plugin
    try:
        page = client_as(login="liting").get(f"/customers/{customer_id}").text
    finally:
        host.manager.unregister(plugin)
        del host.plugins["rating"]
    assert "应用“Rating app”的动态暂时无法显示" in page
    assert "建立客户档案" in page


def test_a_site_without_the_timeline_shows_what_the_file_itself_knows(
    app: Flask, site: Any, client_as: Client, customer_id: int
) -> None:
    client_as(login="liting")
    kept = [plugin for name, plugin in app.extensions["kezhi"].plugins.items() if name != "timeline"]
    without = create_app(site.config, site.engine, kept, keys=site.keys)
    without.config["WTF_CSRF_ENABLED"] = False
    without.test_client_class = IsolatedClient
    client = without.test_client()
    login = client.post("/login", data={"login": "liting", "password": "liting-password-1"})
    assert login.status_code == 302
    page = client.get(f"/customers/{customer_id}")
    assert page.status_code == 200
    assert "建立客户档案" in page.text
    assert "/timeline/" not in page.text
    assert client.get("/timeline/mentions").status_code == 404
