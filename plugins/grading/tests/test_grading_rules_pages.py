"""Grades by rules where people meet them: explanation, customer, lists, documents, command line."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner

from kezhi import acting_as, writing
from kezhi.builtin.approvals.services import sign
from kezhi_grading import services
from kezhi_grading.commands import commands

pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]
START, END = date(1997, 1, 1), date(1997, 12, 31)


@pytest.fixture
def published(add_customer: Any, add_orders: Any, add_person: Any) -> dict[str, int]:
    """A published run by the four tiers, which are the primary scheme: a key customer and a potential one."""
    ids = {code: add_customer(code) for code in ("KEY", "NEW")}
    add_orders(("KEY", "1994-05-01", "50000"), ("KEY", "1996-05-01", "90000"), ("KEY", "1997-05-01", "80000"))
    people = [add_person(role, role) for role in ("data-analyst", "sales-director", "general-manager")]
    with acting_as(people[0]):
        with writing():
            services.set_primary("four-tiers")
            number = services.run_scheme("four-tiers", START, END).number
        request_id = services.submit(number).id
    for person in people[1:]:
        with acting_as(person):
            sign(request_id, "")
    return ids


@pytest.mark.clause("GRD-07", "GRD-03")
def test_the_explanation_shows_every_rule_with_what_was_met(client_as: Any, published: Any) -> None:
    address = f"/grading/runs/1/customers/{published['KEY']}"
    page = client_as("data-analyst", locale="en").get(address).get_data(as_text=True)
    for words in (
        "The rule of grade key is the first that is met, tested in the order core, key, potential.",
        "Business size (order amount) ≥ ¥200,000.00",
        "¥80,000.00",
        "−11.1%",
        "no figure; left out",
        "conditions met: this is the grade",
        "not needed: an earlier rule was met",
        "O0002",
    ):
        assert words in page, (words, page[page.index("≥ 0.0%") : page.index("≥ 0.0%") + 300])
    assert "Points per criterion" not in page
    assert client_as("data-analyst", locale="zh").get(address).status_code == 200


def test_pages_show_a_grade_without_a_score(client_as: Any, published: Any) -> None:
    client = client_as("data-analyst", locale="en")
    addresses = (
        "/grading/runs/1", "/grading/runs/1/results", "/grading/runs/1/results.csv", "/grading/schemes",
        "/grading/schemes/four-tiers", "/grading/schemes/abcd-foreign", f"/grading/customers/{published['NEW']}",
        f"/customers/{published['KEY']}", "/customers?sort=grading.grade",
    )  # fmt: skip
    pages = {address: client.get(address) for address in addresses}
    assert {address: page.status_code for address, page in pages.items()} == dict.fromkeys(addresses, 200)
    assert "Growth of orders &gt; 20.0% in each of the last 2 full years" in pages[
        "/grading/schemes/abcd-foreign"
    ].get_data(as_text=True)
    assert "外贸" in pages["/grading/schemes/abcd-foreign"].get_data(as_text=True)


@pytest.mark.clause("GRD-13")
def test_documents_print_the_rules_in_place_of_points(published: Any, add_person: Any) -> None:
    from kezhi.builtin.documents import services as documents
    from kezhi.builtin.documents.services import making
    from kezhi.builtin.files.services import open_download

    with acting_as(add_person("analyst-2", "data-analyst")):
        data: Any = making.plan("grading.assessment", published["KEY"], "1").content.data
        assert [(rule["key"], rule["state"]) for rule in data["rules"]] == [
            ("core", "failed"), ("key", "fired"), ("potential", "unreached"), ("general", "unneeded"),
        ]  # fmt: skip
        kept = {}
        for kind, record, format_ in (
            ("grading.assessment", published["KEY"], "pdf"),
            ("grading.assessment", published["KEY"], "xlsx"),
            ("grading.annual_list", services.run_by_number(1).id, "pdf"),
            ("grading.annual_list", services.run_by_number(1).id, "xlsx"),
        ):
            variant = "1" if kind == "grading.assessment" else "2"
            issue = documents.issue_by_id(documents.issue(kind, record, format_, variant))
            kept[kind, format_] = b"".join(open_download(issue.file_id or 0).pieces)
    assert all(kept[kind, "pdf"].startswith(b"%PDF") for kind, _format in kept)
    text = zipfile.ZipFile(io.BytesIO(kept["grading.assessment", "xlsx"])).read("xl/sharedStrings.xml").decode()
    assert "≥ ¥50,000.00" in text


def test_the_command_line_explains_with_ticks_and_crosses(published: Any) -> None:
    known = {command.name: command for command in commands()}
    answer = CliRunner().invoke(known["explain"], ["1", "KEY"], catch_exceptions=False)
    assert "    ✗ all of these\n      ✗ Business size (order amount) ≥ ¥200,000.00 [¥80,000.00]" in answer.stdout
    assert "      – Importance (profit share) ≥ 1.0% [—] (no figure; left out)" in answer.stdout
    shown = CliRunner().invoke(known["scheme"], ["show", "abcd-foreign"], catch_exceptions=False)
    assert "Growth of orders > 20.0% in each of the last 2 full years" in shown.stdout
    assert "  C: all others" in shown.stdout
