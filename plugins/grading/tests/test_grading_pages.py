"""The pages, by role and in both languages."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from kezhi import acting_as, writing
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.customers.models import Customer
from kezhi_grading import services
from kezhi_grading.pages import apportion

START, END = date(1997, 1, 1), date(1997, 12, 31)
pytestmark = pytest.mark.plugins("trade", "grading")


@pytest.fixture
def published(add_customer: Any, add_orders: Any, add_person: Any) -> int:
    ids = [add_customer(code) for code in ("BIG", "MID", "NIL")]
    add_orders(("BIG", "1997-02-03", "250000"), ("MID", "1997-05-06", "12000"))
    analyst, director, manager = (
        add_person(f"p-{role}", role) for role in ("data-analyst", "sales-director", "general-manager")
    )
    with acting_as(analyst):
        with writing():
            number = services.run_scheme("composite-abc", START, END).number
        request_id = services.submit(number).id
    for person in (director, manager):
        with acting_as(person):
            sign(request_id, "")
    return int(ids[0])


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_page_opens(client_as: Any, published: int, locale: str) -> None:
    client = client_as("data-analyst", locale=locale)
    addresses = [
        "/grading",
        "/grading/runs/new",
        "/grading/runs/1",
        "/grading/runs/1/results",
        "/grading/runs/1/results?sort=-score",
        "/grading/runs/1/results?f.grade=A",
        "/grading/runs/1/results.csv",
        f"/grading/runs/1/customers/{published}",
        f"/grading/customers/{published}",
        "/grading/schemes",
        "/grading/schemes/new",
        "/grading/schemes/composite-abc",
        "/grading/schemes/rfm",
        "/grading/schemes/composite-abc?version=1",
    ]
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.get_data(as_text=True)[:2000])


@pytest.mark.clause("GRD-07")
def test_an_explanation_shows_score_rows_and_what_is_missing(client_as: Any, published: int) -> None:
    page = client_as("data-analyst", locale="en").get(f"/grading/customers/{published}").get_data(as_text=True)
    for words in ("Why A?", "100.0", "[80, 100]", "¥250,000.00", "O0001", "1997-02-03", "Collection rate", "left out"):
        assert words in page, words


def test_the_customer_list_and_page_show_the_grade(client_as: Any, published: int) -> None:
    client = client_as("sales-director", locale="en")
    page = client.get("/customers?sort=grading.grade").get_data(as_text=True)
    assert page.index("Company BIG") < page.index("Company MID") < page.index("Company NIL")
    assert f"/grading/customers/{published}" in page
    only = client.get("/customers?f.grading.grade=B").get_data(as_text=True)
    assert "Company MID" in only
    assert "Company BIG" not in only
    record = client.get(f"/customers/{published}").get_data(as_text=True)
    assert "Grading" in record
    assert "Grade A published" in record


def test_a_run_is_computed_and_put_up_in_the_browser(client_as: Any, published: int) -> None:
    client = client_as("data-analyst", locale="en")
    bad = client.post("/grading/runs/new", data={"scheme": "composite-abc", "start": "1997-12-31", "end": "1997-01-01"})
    assert "exchange them" in bad.get_data(as_text=True)
    form = {"scheme": "composite-abc", "start": "1997-01-01", "end": "1997-12-31", "submission_key": "once"}
    for _twice in range(2):
        answer = client.post("/grading/runs/new", data=form)
        assert answer.headers["Location"].endswith("/grading/runs/2")
    answer = client.post("/grading/runs/2/submit")
    assert answer.status_code == 302
    assert "SP-000002" in client.get("/grading/runs/2").get_data(as_text=True)


def test_a_scheme_is_uploaded_and_all_its_errors_are_shown(client_as: Any, app: Any) -> None:
    client = client_as("sales-manager", locale="en")
    source = services.current_version("composite-abc").source

    def post(text: str) -> Any:
        return client.post("/grading/schemes/new", data={"file": (io.BytesIO(text.encode()), "scheme.toml")})

    page = post(source.replace("weight = 40", "weight = 41").replace('tone = "green"', 'tone = "lime"'))
    text = page.get_data(as_text=True)
    assert "“lime” is not known" in text
    assert "101 %" in text
    assert post(source.replace("from = 80", "from = 82")).headers["Location"].endswith("/grading/schemes/composite-abc")
    assert services.current_version("composite-abc").version == 2


def test_people_see_the_results_of_their_own_customers(
    client_as: Any, published: int, add_person: Any, app: Any
) -> None:
    from sqlalchemy import update

    from kezhi import db

    client = client_as("salesperson")
    with writing():
        from kezhi.builtin.accounts.services import user_named

        own = user_named("salesperson-user")
        assert own is not None
        db.session.execute(update(Customer).where(Customer.code == "MID").values(owner_id=own.id))
    page = client.get("/grading/runs/1/results").get_data(as_text=True)
    assert "Company MID" in page
    assert "Company BIG" not in page
    assert client.get(f"/grading/runs/1/customers/{published}").status_code == 404
    assert client.get(f"/grading/customers/{published}").status_code == 404
    csv = client.get("/grading/runs/1/results.csv").get_data(as_text=True)
    assert "MID" in csv
    assert "BIG" not in csv


def test_who_may_not_run_gets_404(client_as: Any, published: int) -> None:
    client = client_as("salesperson")
    for address in ("/grading/runs/new", "/grading/schemes/new"):
        assert client.get(address).status_code == 404
    assert client.post("/grading/runs/1/submit").status_code == 404
    assert client.get("/grading/runs/99").status_code == 404
    assert client.get("/grading/schemes/none").status_code == 404


def test_parts_add_up_to_the_whole() -> None:
    from fractions import Fraction

    third = Fraction(1000, 3)
    assert apportion([third, third, third], 1000) == [334, 333, 333]
    assert sum(apportion([Fraction(284, 1), Fraction(3583, 10), Fraction(3577, 10)], 1000)) == 1000


def test_the_primary_scheme_is_chosen_and_totals_are_for_who_sees_all(client_as: Any, published: int, app: Any) -> None:
    manager = client_as("sales-manager", locale="en")
    assert manager.post("/grading/schemes/rfm/primary").status_code == 302
    assert services.primary_key() == "rfm"
    assert manager.get(f"/grading/customers/{published}").status_code == 404  # no grade by that scheme yet
    assert "¥262,000.00" in client_as("data-analyst", locale="en").get("/grading/runs/1").get_data(as_text=True)
    seller = client_as("salesperson", locale="en").get("/grading/runs/1").get_data(as_text=True)
    assert "262,000" not in seller
