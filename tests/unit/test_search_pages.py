"""The search box, its page and its suggestions: whole without scripts, within access, and what was opened last."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kezhi import writing
from kezhi.builtin.customers import services as customers
from kezhi.builtin.search import services
from kezhi.testing.client import without_token

Client = Callable[..., FlaskClient]


def make(name: str, **values: Any) -> int:
    with writing():
        return customers.create_customer({"name": name, **values}).id


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.get_data(as_text=True))


def names(page: str) -> list[str]:
    """The results on the search page."""
    return re.findall(r'<a class="kz-name" href="[^"]*" title="([^"]*)"', page)


def options(page: str) -> list[str]:
    """The options of the list box."""
    return re.findall(r'<a role="option"[^>]*>.*?<span class="grow">(.*?)</span>', page)


def test_every_page_has_the_box_and_the_page_works_by_itself(app: Flask, client_as: Client) -> None:
    record = make("上海恒达", code="K-0042", region="华东")
    client = client_as("sales-director", locale="zh")
    for address in ("/customers", "/search", f"/customers/{record}"):
        page = text_of(client, address)
        assert '<form class="kz-find" role="search" method="get" action="/search"' in page
        assert "搜索客户、单据、页面…" in page
    page = text_of(client, "/search?q=shhd")
    assert names(page) == ["上海恒达"]
    assert "K-0042 · 华东" in page
    assert f'href="/customers/{record}"' in page
    assert 'value="shhd"' in page
    assert names(text_of(client, "/search?q=" + "恒达 " * 200)) == ["上海恒达"]  # too long is cut


def test_a_visitor_has_no_box_and_finds_nothing(app: Flask, client_as: Client) -> None:
    client = app.test_client()
    assert "kz-find" not in client.get("/login").get_data(as_text=True)
    for address in ("/search?q=1", "/search/suggestions?q=1"):
        assert client.get(address).status_code in (302, 404)


def test_pages_are_found_by_their_titles_in_both_languages(app: Flask, client_as: Client) -> None:
    for locale, title in (("zh", "客户档案"), ("en", "Customer files")):
        client = client_as("sales-director", locale=locale)
        for typed in ("客户档案", "customer FILES", "档案"):
            assert title in names(text_of(client, f"/search?q={typed}"))
    assert "客户档案" not in text_of(client_as(None, locale="zh"), "/search?q=档案").partition("<main")[2]


def test_many_results_lead_to_the_list_with_the_same_words(app: Flask, client_as: Client) -> None:
    for number in range(25):
        make(f"恒达{number:02}")
    client = client_as("sales-director", locale="zh")
    page = text_of(client, "/search?q=hd")
    assert len(names(page)) == 20
    assert 'href="/customers?q=hd"' in page
    assert len(re.findall("恒达[0-9]{2}", text_of(client, "/customers?q=hd").partition("<tbody")[2])) >= 25
    fragment = text_of(client, "/search/suggestions?q=hd")
    assert options(fragment) == [*(f"恒达{number:02}" for number in range(6)), "“hd”的全部结果"]


def test_suggestions_are_a_list_box_or_a_sentence(app: Flask, client_as: Client) -> None:
    make("<b>恒达</b>")
    client = client_as("sales-director", locale="zh")
    answer = client.get("/search/suggestions?q=恒达").get_data(as_text=True)
    assert "<html" not in answer
    assert "&lt;b&gt;恒达&lt;/b&gt;" in answer
    assert "<b>" not in answer
    assert 'data-kz-said="1 条结果"' in answer
    nothing = text_of(client, "/search/suggestions?q=<i>宁波")
    assert "没有找到“<i>宁波”" in nothing
    assert "listbox" not in nothing
    assert "&lt;i&gt;宁波" in client.get("/search/suggestions?q=<i>宁波").get_data(as_text=True)


@pytest.mark.clause("CUS-04")
def test_a_stranger_sees_neither_the_record_nor_a_count(app: Flask, client_as: Client, add_person: Any) -> None:
    owner = add_person("owner", "salesperson")
    make("上海恒达", owner_id=owner.id, code="K-0042")
    seller, nobody = client_as("salesperson"), client_as(None)
    for client in (seller, nobody):
        for typed in ("恒达", "hengda", "K-0042"):
            for address in (f"/search?q={typed}", f"/search/suggestions?q={typed}"):
                page = text_of(client, address)
                assert "上海恒达" not in page
                assert re.search(r"/customers/\d", page) is None
        assert text_of(seller, "/customers?q=恒达&count=1") == "0"
    hidden, missing = (without_token(text_of(seller, f"/search?q={typed}"), typed) for typed in ("hengda", "nothere"))
    assert hidden == missing


def test_what_was_opened_last_stands_on_the_page_and_under_the_empty_box(app: Flask, client_as: Client) -> None:
    one, two = make("上海恒达"), make("杭州宏图")
    client, other = client_as("sales-director", locale="zh"), client_as("general-manager", locale="zh")
    assert "还没有打开过记录" in text_of(client, "/search")
    for record in (one, two, one, one):
        assert client.get(f"/customers/{record}").status_code == 200
    assert names(text_of(client, "/search")) == ["上海恒达", "杭州宏图"]
    assert options(text_of(client, "/search/suggestions")) == ["上海恒达", "杭州宏图"]
    assert names(text_of(other, "/search")) == []
    client.get("/customers/987654")
    client.head(f"/customers/{two}")
    assert names(text_of(client, "/search")) == ["上海恒达", "杭州宏图"]


def test_a_page_is_shown_although_it_cannot_be_kept(
    app: Flask, client_as: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_given: Any) -> None:
        raise RuntimeError("locked")

    record, client = make("上海恒达"), client_as("sales-director")
    monkeypatch.setattr(services, "note_opened", fail)
    assert "上海恒达" in text_of(client, f"/customers/{record}")
    assert "could not be kept" in caplog.text


def test_a_kind_that_fails_is_named(
    app: Flask, client_as: Client, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    make("上海恒达")
    client = client_as("sales-director", locale="zh")

    def fail(*_given: Any, **_more: Any) -> None:
        raise RuntimeError("no such column")

    monkeypatch.setattr("kezhi.builtin.search.services.finding._found", fail)
    for address in ("/search?q=恒达", "/search/suggestions?q=恒达"):
        assert "“客户”暂时无法搜索" in text_of(client, address)
    assert "cannot be searched" in caplog.text
