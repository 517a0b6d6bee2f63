"""The page of a run and its results: who moved, who lacks a figure, why; only of customers that the reader sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, update

from kezhi import acting_as, db, writing
from kezhi.builtin.accounts.services import user_named
from kezhi.builtin.approvals.services import send_back, sign
from kezhi.builtin.customers.models import Customer
from kezhi_grading import services
from kezhi_grading.models import Result
from kezhi_grading.services.queries import version_of

START, END = date(1997, 1, 1), date(1997, 12, 31)
pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


@pytest.fixture
def people(add_person: Any) -> dict[str, Any]:
    return {role: add_person(role, role) for role in ("data-analyst", "sales-director", "general-manager")}


@pytest.fixture
def company(add_customer: Any, add_orders: Any) -> dict[str, int]:
    """RFM grades them: BIG and MID by their orders, NIL without any has no last order."""
    ids = {code: add_customer(code) for code in ("BIG", "MID", "NIL")}
    add_orders(("BIG", "1997-11-03", "250000"), ("BIG", "1997-12-01", "90000"), ("MID", "1997-05-06", "12000"))
    return ids


@pytest.fixture
def compute(people: dict[str, Any]) -> Callable[[str], int]:
    def make(key: str) -> int:
        with acting_as(people["data-analyst"]), writing():
            return int(services.run_scheme(key, START, END).number)

    return make


@pytest.fixture
def publish(people: dict[str, Any], compute: Callable[[str], int]) -> Callable[[str], int]:
    def make(key: str) -> int:
        number = compute(key)
        with acting_as(people["data-analyst"]):
            request = services.submit(number).id
        for role in ("sales-director", "general-manager"):
            with acting_as(people[role]):
                sign(request, "")
        return number

    return make


def text_of(client: Any, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.get_data(as_text=True))


def tiles(page: str) -> dict[str, int]:
    found = re.findall(r'class="kz-kpi"[^>]*><span class="k">([^<]+)</span><span class="v">([\d,]+)', page)
    return {title: int(value.replace(",", "")) for title, value in found}


def listed(client: Any, number: int, query: str) -> set[str]:
    """The codes in a list of results, and that the count says the same."""
    page = text_of(client, f"/grading/runs/{number}/results?{query}")
    codes = set(re.findall(r"\b(BIG|MID|NIL)</a>|\bCompany (BIG|MID|NIL)\b", page))
    found = {one or other for one, other in codes}
    assert text_of(client, f"/grading/runs/{number}/results?{query}&count=1") == str(len(found))
    return found


@pytest.mark.clause("GRD-10")
def test_the_page_of_a_run_says_who_moves_and_every_figure_opens_its_customers(
    client_as: Any, company: Any, publish: Any, compute: Any, add_orders: Any
) -> None:
    first = publish("composite-abc")
    client = client_as("data-analyst", locale="en")
    page = text_of(client, f"/grading/runs/{first}")
    assert tiles(page) == {
        "Customers": 3, "Graded": 3, "Without a figure": 3, "Rising": 0, "Falling": 0, "Unchanged": 0
    }  # fmt: skip
    assert "3 for the first time" in page
    assert "Where grades move" not in page  # nobody had a grade before
    assert listed(client, first, "f.move=new") == {"BIG", "MID", "NIL"}

    add_orders(("NIL", "1997-08-01", "60000"))
    second = compute("composite-abc")
    page = text_of(client, f"/grading/runs/{second}")
    assert (tiles(page)["Rising"], tiles(page)["Unchanged"]) == (1, 2)
    assert re.search(r"Company NIL</a>.*?Grade C.*?Grade A", page, re.S)
    assert "Where grades move" in page
    assert '"text": "C → A  1"' in page.replace("\\u2192", "→")
    for query, codes in {
        "f.move=up": {"NIL"}, "f.move=down": set(), "f.move=same": {"BIG", "MID"},
        "f.move=up&f.move=same&f.before=A": {"BIG"},
        "f.before=C&f.grade=A": {"NIL"}, "f.grade=B": {"MID"}, "f.grade=none": set(), "q=NI": {"NIL"},
    }.items():  # fmt: skip
        assert listed(client, second, query) == codes, query
    # what was in force before a published run stays what it was, whatever is published later
    assert listed(client, first, "f.move=new") == {"BIG", "MID", "NIL"}


@pytest.mark.clause("GRD-06", "GRD-07")
def test_customers_without_a_figure_are_the_tiles_count_and_exactly_those_listed(
    client_as: Any, company: Any, compute: Any
) -> None:
    number = compute("rfm")
    client = client_as("data-analyst", locale="en")
    stored = db.session.execute(select(Result.code, Result.criteria).join(services.run_by_number(number).__class__))
    lacking = {code for code, criteria in stored if any(entry["missing"] for entry in criteria.values())}
    assert lacking == {"NIL"}
    page = text_of(client, f"/grading/runs/{number}")
    assert tiles(page)["Without a figure"] == 1
    assert listed(client, number, "f.missing=any") == lacking
    run = services.run_by_number(number)
    scheme = services.scheme_of(version_of(run))
    by_criterion = services.moves(run, scheme).missing_by
    assert {key: count for key, count in by_criterion.items() if count} == {"recency": 1}
    for criterion in scheme.criteria:
        assert len(listed(client, number, f"f.missing={criterion.key}")) == by_criterion[criterion.key]
    assert "1 customer has no figure for" in page
    shown = text_of(client, f"/grading/runs/{number}/results?columns=name,missing&f.missing=any")
    assert services.scheme_of(version_of(run)).criteria[0].title["en"] in shown
    assert client.get(f"/grading/runs/{number}/results?f.missing=nothing").status_code == 400


@pytest.mark.clause("GRD-06", "GRD-07")
def test_who_cannot_be_graded_is_told_why_in_words(client_as: Any, company: Any, compute: Any, people: Any) -> None:
    source = services.current_version("rfm").source
    with writing():
        services.load_scheme(source.replace('missing = "lowest"', 'missing = "ungradable"', 1))
    number = compute("rfm")
    assert db.session.scalar(select(Result.grade).where(Result.code == "NIL")) is None
    client = client_as("data-analyst", locale="en")
    assert listed(client, number, "f.grade=none") == listed(client, number, "f.move=kept") == {"NIL"}
    for query in ("", "?drawer=1"):
        page = text_of(client, f"/grading/runs/{number}/customers/{company['NIL']}{query}")
        assert "Why no grade?" in page
        assert "has no figure, and the scheme does not grade without it" in page
        for raw in ("ungradable:", "no-data", "None", "recency"):
            assert raw not in page, raw
    page = text_of(client, f"/grading/runs/{number}")
    assert "1 customer cannot be graded" in page
    assert tiles(page)["Graded"] == 2


@pytest.mark.clause("GRD-07")
def test_the_explanation_opens_inside_a_drawer_and_as_a_page(client_as: Any, company: Any, publish: Any) -> None:
    number = publish("composite-abc")
    client = client_as("data-analyst", locale="en")
    address = f"/grading/runs/{number}/customers/{company['BIG']}"
    page, drawer = text_of(client, address), text_of(client, f"{address}?drawer=1")
    for words in ("Why A?", "100.0", "[80, 100]", "Collection rate", "left out"):
        assert words in page, words
        assert words in drawer, words
    assert drawer.lstrip().startswith('<div class="offcanvas offcanvas-end kz-drawer"')
    assert address in drawer  # leads to the page with the records
    assert "data-kz-drawers" in text_of(client, f"/grading/runs/{number}/results")


@pytest.mark.clause("GRD-10")
def test_the_steps_name_who_did_what(client_as: Any, company: Any, compute: Any, people: Any) -> None:
    number = compute("composite-abc")
    client = client_as("salesperson", locale="en")

    def current() -> str:
        page = text_of(client, f"/grading/runs/{number}")
        found = re.search(r'aria-current="step">.*?</span><span>([^<]+)<', page, re.S)
        return found[1] if found else ""

    assert current() == "Put up for approval"
    with acting_as(people["data-analyst"]):
        request = services.submit(number)
    assert current() == "Review"
    with acting_as(people["sales-director"]):
        sign(request.id, "")
    assert current() == "Approval"
    assert people["sales-director"].name in text_of(client, f"/grading/runs/{number}")
    with acting_as(people["general-manager"]):
        send_back(request.id, "Check NIL once more.")
    assert current() == "Put up for approval"
    assert f"see the opinion in {request.number}" in text_of(client, f"/grading/runs/{number}")


@pytest.mark.clause("CUS-04")
def test_tiles_lists_and_files_hold_only_customers_that_the_reader_sees(
    client_as: Any, company: Any, publish: Any, compute: Any
) -> None:
    publish("composite-abc")
    number = compute("composite-abc")
    client = client_as("salesperson", locale="en")
    own = user_named("salesperson-user")
    assert own is not None
    with writing():
        db.session.execute(update(Customer).where(Customer.code == "MID").values(owner_id=own.id))
    assert tiles(text_of(client, f"/grading/runs/{number}"))["Customers"] == 1
    for query in ("", "f.missing=any", "f.move=same", f"f.owner={own.id}", "q=company"):
        assert listed(client, number, query) == {"MID"}, query
    assert listed(client, number, "q=BIG") == set()
    file = client.get(f"/grading/runs/{number}/results?format=csv").get_data(as_text=True)
    assert "MID" in file
    assert "BIG" not in file
    assert client.get(f"/grading/runs/{number}/customers/{company['BIG']}?drawer=1").status_code == 404


@pytest.mark.clause("GRD-10")
def test_the_pages_of_a_run_take_as_many_statements_for_150_customers_as_for_500(
    client_as: Any, fill: Any, compute: Any, statements: Any
) -> None:
    client = client_as("data-analyst")
    counts = []
    for first, last in ((0, 150), (150, 500)):
        fill(first, last)
        number = compute("composite-abc")
        per_page = []
        for address in ("", "/results?size=100", "/results?f.move=new&f.missing=any&q=company", "/results?count=1"):
            client.get(f"/grading/runs/{number}{address}")
            with statements() as counted:
                assert client.get(f"/grading/runs/{number}{address}").status_code == 200
            per_page.append(counted.count)
        counts.append(per_page)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 30
