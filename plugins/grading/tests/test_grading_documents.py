"""The grade assessment sheet and the annual list of important customers (GRD-13)."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import NotFound, Refused, acting_as, clock, db, writing
from kezhi.builtin.approvals.services import add_deputy, send_back, sign
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.documents import services as documents
from kezhi.builtin.documents.services import making
from kezhi.builtin.files.services import open_download
from kezhi_grading import services
from kezhi_grading.models import Run

START, END = date(1997, 1, 1), date(1997, 12, 31)
SHEET, LIST = "grading.assessment", "grading.annual_list"
pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


@pytest.fixture
def people(add_person: Any) -> dict[str, Any]:
    roles = ("data-analyst", "sales-director", "general-manager", "salesperson")
    return {role: add_person(role, role) for role in roles}


@pytest.fixture
def company(add_customer: Any, add_orders: Any) -> dict[str, int]:
    found = {
        code: add_customer(code, name) for code, name in (("BIG", "恒远 <建筑>"), ("MID", "千帆"), ("NIL", "三江"))
    }
    add_orders(("BIG", "1997-02-03", "250000"), ("MID", "1997-05-06", "12000"))
    return found


def put_up(people: Any) -> tuple[int, int]:
    with acting_as(people["data-analyst"]):
        with writing():
            number = services.run_scheme("composite-abc", START, END).number
        return int(number), int(services.submit(number).id)


@pytest.fixture
def published(people: Any, company: Any) -> int:
    """The number of a published run."""
    number, request_id = put_up(people)
    for role in ("sales-director", "general-manager"):
        with acting_as(people[role]):
            sign(request_id, "同意")
    return number


def run_id(number: int) -> int:
    return int(db.session.scalars(select(Run.id).where(Run.number == number)).one())


@pytest.mark.clause("GRD-13")
def test_the_sheet_says_grade_reasons_and_who_signed(people: Any, company: Any, published: int) -> None:
    with acting_as(people["data-analyst"]):
        made = making.plan(SHEET, company["BIG"], str(published))
        data: Any = made.content.data
        assert (made.content.subject, data["grade"], data["score"], data["total"]) == (
            "恒远 <建筑>",
            "A",
            "100.0",
            "100.0",
        )
        assert [box["name"] for box in data["signatures"]] == ["data-analyst", "sales-director", "general-manager"]
        lines = [line for group in data["groups"] for line in group["lines"]]
        assert lines[0]["value"] == "¥250,000.00"
        assert len(data["notes"]) == 4, "what was missing is said, and which rows counted"
        assert data["bar"]["pin"] == 1000
        assert making.plan(SHEET, company["MID"], "").content.data["grade"] == "B", "the newest run when none is named"
        for format_ in ("pdf", "xlsx"):
            issue = documents.issue_by_id(documents.issue(SHEET, company["BIG"], format_, str(published)))
            kept = b"".join(open_download(issue.file_id or 0).pieces)
            assert kept[:4] in (b"%PDF", b"PK\x03\x04")
        assert issue.number.startswith("DJ-")
        text = zipfile.ZipFile(io.BytesIO(kept)).read("xl/sharedStrings.xml").decode()
        assert "恒远 &lt;建筑&gt;" in text
        assert issue.number in text


@pytest.mark.clause("GRD-13", "APR-02", "ORG-01")
def test_the_sheet_says_for_whom_a_deputy_signed_and_keeps_what_counts_from_an_earlier_round(
    people: Any, company: Any
) -> None:
    number, request_id = put_up(people)
    director, manager, deputy = (people[role] for role in ("sales-director", "general-manager", "salesperson"))
    with acting_as(director):
        sign(request_id, "同意")
    with acting_as(manager):
        send_back(request_id, "再核", to=1)
        add_deputy(manager.id, deputy.id, clock.today(), clock.today())
    with acting_as(director):
        sign(request_id, "已核")
    with acting_as(deputy):
        sign(request_id, "代签")
    with acting_as(people["data-analyst"]):
        boxes = making.plan(SHEET, company["BIG"], str(number)).content.data["signatures"]
    names = [(box["name"], box["opinion"]) for box in boxes]
    assert names == [("data-analyst", ""), ("sales-director", "已核"), ("salesperson (for general-manager)", "代签")]


@pytest.mark.clause("GRD-13")
def test_the_annual_list_is_for_the_coming_year_best_first(people: Any, company: Any, published: int) -> None:
    record = run_id(published)
    with acting_as(people["data-analyst"]):
        data: Any = making.plan(LIST, record, "").content.data
        assert (data["year"], [row["code"] for row in data["rows"]]) == (1998, ["BIG"])
        wide: Any = making.plan(LIST, record, "2").content.data
        assert [(row["code"], row["grade"]) for row in wide["rows"]] == [("BIG", "A"), ("MID", "B")]
        nothing_due, no_stock = "—", "—"
        assert wide["rows"][1]["figures"] == ["¥12,000.00", nothing_due, no_stock]
        with pytest.raises(NotFound):
            making.plan(LIST, record, "3")
        for format_ in ("pdf", "xlsx"):
            issue = documents.issue_by_id(documents.issue(LIST, record, format_, "2"))
        assert (issue.subject, issue.customer_id, issue.record_id) == ("1998", None, record)
        kept = b"".join(open_download(issue.file_id or 0).pieces)
        sheet = zipfile.ZipFile(io.BytesIO(kept)).read("xl/worksheets/sheet1.xml").decode()
        assert re.search(r"<v>12000(\.00)?</v>", sheet), "figures are numbers"


def test_only_published_runs_become_documents(people: Any, company: Any) -> None:
    number, _request = put_up(people)
    with acting_as(people["data-analyst"]):
        with pytest.raises(Refused, match="not published"):
            making.plan(LIST, run_id(number), "")
        with pytest.raises(NotFound):
            making.plan(SHEET, company["BIG"], str(number))


def test_the_list_is_for_who_sees_everybody_and_the_sheet_for_who_sees_the_customer(
    people: Any, company: Any, published: int
) -> None:
    record, seller = run_id(published), people["salesperson"]
    with acting_as(people["data-analyst"]):
        listed = documents.issue(LIST, record, "xlsx")
        sheets = {code: documents.issue(SHEET, company[code], "xlsx") for code in ("BIG", "MID")}
    with writing():
        db.session.get_one(Customer, company["BIG"]).owner_id = seller.id
    with acting_as(seller):
        assert documents.issue_by_id(sheets["BIG"]).subject == "恒远 <建筑>"
        for hidden in (listed, sheets["MID"]):
            with pytest.raises(NotFound):
                documents.issue_by_id(hidden)
        for key, record_id in ((LIST, record), (SHEET, company["BIG"])):
            with pytest.raises(NotFound):
                documents.preview(key, record_id, "pdf")


def test_the_pages_offer_documents_to_who_may_issue_them(client_as: Any, company: Any, published: int) -> None:
    record = run_id(published)
    pages = {
        f"/grading/runs/{published}": f"/documents/make/{LIST}/{record}",
        f"/grading/runs/{published}/results": f"/documents/make/{LIST}/{record}",
        f"/grading/runs/{published}/customers/{company['BIG']}": f"/documents/make/{SHEET}/{company['BIG']}",
    }
    analyst, finance = client_as("data-analyst", login="data-analyst"), client_as("finance")
    for page, link in pages.items():
        assert link in analyst.get(page).text, page
        assert link not in finance.get(page).text, page
        answer = analyst.get(link)
        assert answer.status_code == 200, answer.text[:500]
        assert "pages/1.png" in answer.text


def test_the_same_run_gives_the_same_bytes(people: Any, company: Any, published: int) -> None:
    with acting_as(people["data-analyst"]):
        made = making.plan(SHEET, company["BIG"], "")
        assert making.render(made, "pdf") == making.render(made, "pdf")
        assert made.content == making.plan(SHEET, company["BIG"], "").content


def test_without_documents_grading_works_and_offers_none(site: Any, company: Any, published: int, without: Any) -> None:
    app = without("documents")
    with app.app_context():
        from kezhi.testing.client import IsolatedClient

        app.test_client_class = IsolatedClient
        client = app.test_client()
        client.post("/login", data={"login": "data-analyst", "password": "data-analyst-password-1"})
        page = client.get(f"/grading/runs/{published}")
        assert page.status_code == 200
        assert "/documents/" not in page.text
        assert client.get(f"/documents/make/{LIST}/1").status_code == 404
