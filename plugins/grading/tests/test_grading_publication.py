"""From a run to grades in force: two people sign what they saw."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from kezhi import Conflict, Refused, acting_as, db, writing
from kezhi.builtin.approvals.services import reject, request_for, send_back, sign, withdraw
from kezhi.builtin.customers.models import Customer
from kezhi_grading import services
from kezhi_grading.checks import in_force, recomputed, signed
from kezhi_grading.models import CurrentGrade, EvidenceRow, Result, Run
from kezhi_grading.services.digest import run_digest
from kezhi_grading.services.explanation import document, explain
from kezhi_grading.services.moves import movers
from kezhi_grading.services.queries import version_of

START, END = date(1997, 1, 1), date(1997, 12, 31)
pytestmark = [pytest.mark.plugins("trade", "grading"), pytest.mark.services]


@pytest.fixture
def people(add_person: Any) -> dict[str, Any]:
    roles = ("data-analyst", "sales-director", "general-manager")
    return {role: add_person(role, role) for role in roles}


@pytest.fixture
def company(add_customer: Any, add_orders: Any) -> None:
    for code in ("BIG", "MID", "NIL"):
        add_customer(code)
    add_orders(("BIG", "1997-02-03", "250000"), ("MID", "1997-05-06", "12000"))


def put_up(people: dict[str, Any], key: str = "composite-abc") -> tuple[int, int]:
    """Number of a run and id of its request."""
    with acting_as(people["data-analyst"]):
        with writing():
            number = services.run_scheme(key, START, END).number
        return number, services.submit(number).id


def publish(people: dict[str, Any]) -> int:
    number, request_id = put_up(people)
    for role in ("sales-director", "general-manager"):
        with acting_as(people[role]):
            sign(request_id, "")
    return number


def grades() -> dict[str, str]:
    rows = select(Customer.code, CurrentGrade.grade).join(CurrentGrade, CurrentGrade.customer_id == Customer.id)
    return {str(code): grade for code, grade in db.session.execute(rows)}


@pytest.mark.clause("GRD-10", "GRD-21")
def test_the_last_signature_puts_the_grades_in_force(people: Any, company: None) -> None:
    number, request_id = put_up(people)
    assert services.run_by_number(number).state == "proposed"
    with acting_as(people["sales-director"]):
        sign(request_id, "同意")
    assert grades() == {}

    with acting_as(people["general-manager"]):
        sign(request_id, "同意")

    run = services.run_by_number(number)
    assert (run.state, grades()) == ("published", {"BIG": "A", "MID": "B", "NIL": "C"})
    request = request_for(services.KIND, str(run.id))
    assert request is not None
    assert request.digest == run.digest == run_digest(run.id)
    session = db.session()
    assert [*signed(session), *in_force(session), *recomputed(session)] == []


@pytest.mark.clause("GRD-10")
def test_an_altered_row_makes_publication_refuse(people: Any, company: None) -> None:
    number, request_id = put_up(people)
    with acting_as(people["sales-director"]):
        sign(request_id, "同意")
    with writing():
        db.session.execute(update(Result).where(Result.code == "MID").values(grade="A", grade_order=1))

    with acting_as(people["general-manager"]), pytest.raises(Refused):
        sign(request_id, "同意")

    assert grades() == {}
    assert services.run_by_number(number).state == "proposed"
    assert [str(finding.message) for finding in signed(db.session())] != []


@pytest.mark.clause("GRD-07")
@pytest.mark.parametrize("table", ["evidence", "name"])
def test_evidence_and_names_are_signed_too(people: Any, company: None, table: str) -> None:
    _number, request_id = put_up(people)
    with writing():
        if table == "evidence":
            db.session.execute(update(EvidenceRow).values(value=EvidenceRow.value + 1))
        else:
            db.session.execute(update(Result).where(Result.code == "MID").values(name="Somebody else"))
    with acting_as(people["sales-director"]), pytest.raises(Refused):
        sign(request_id, "")


@pytest.mark.clause("GRD-10")
def test_who_computed_or_put_up_a_run_does_not_sign_it(people: Any, company: None, add_person: Any) -> None:
    both = add_person("both", "data-analyst", "sales-director")
    with acting_as(both), writing():
        number = services.run_scheme("composite-abc", START, END).number
    with acting_as(people["data-analyst"]):
        request_id = services.submit(number).id
    with acting_as(both), pytest.raises(Refused, match=r"computed grading run|评定"):
        sign(request_id, "")
    with acting_as(people["sales-director"]):
        sign(request_id, "")


@pytest.mark.clause("GRD-10")
def test_a_returned_run_can_be_put_up_again_and_a_rejected_one_not(people: Any, company: None) -> None:
    number, request_id = put_up(people)
    with acting_as(people["sales-director"]):
        send_back(request_id, "请核对 MID")
    assert services.run_by_number(number).state == "computed"
    with acting_as(people["data-analyst"]):
        assert services.submit(number).id == request_id
        withdraw(request_id)
    assert services.run_by_number(number).state == "computed"
    with acting_as(people["data-analyst"]):
        request_id = services.submit(number).id
    with acting_as(people["sales-director"]):
        reject(request_id, "期间不对")
    assert services.run_by_number(number).state == "rejected"
    with acting_as(people["data-analyst"]), pytest.raises(Conflict):
        services.submit(number)


@pytest.mark.clause("GRD-07")
def test_the_explanation_is_what_the_run_stored(people: Any, company: None, add_orders: Any) -> None:
    """Changing, deleting or importing orders, or renaming the customer, alters nothing in it."""
    number = publish(people)
    before = document(explain(services.run_by_number(number), "BIG"))
    assert before["criteria"][0]["rows"] == [{"reference": "O0001", "date": "1997-02-03", "value": "250000.00"}]

    with writing():
        db.session.execute(text("UPDATE trade_order SET amount = 1, base_amount = 1"))
        db.session.execute(text("UPDATE customers_customer SET name = 'Renamed'"))
    assert document(explain(services.run_by_number(number), "BIG")) == before
    with writing():
        db.session.execute(text("DELETE FROM trade_order"))
    add_orders(("BIG", "1997-02-03", "5"))

    found = explain(services.run_by_number(number), "BIG")
    assert document(found) == before
    assert found.result.name == "Company BIG"
    assert recomputed(db.session()) == []


@pytest.mark.clause("GRD-07")
@pytest.mark.parametrize("change", [{"grade": "A", "grade_order": 1}, {"score": Result.score + 1}, {"rule": "[0, 1)"}])
def test_a_result_that_does_not_follow_from_its_figures_is_found(
    people: Any, company: None, change: dict[str, Any]
) -> None:
    number = publish(people)
    assert recomputed(db.session()) == []
    with writing():
        db.session.execute(update(Result).where(Result.code == "MID").values(**change))
    assert [str(number) in str(finding.message) for finding in recomputed(db.session())] == [True]


@pytest.mark.clause("GRD-10")
def test_a_later_run_replaces_and_who_gets_no_grade_keeps_the_old(
    people: Any, company: None, add_orders: Any, clock_at: Any
) -> None:
    clock_at(datetime(1998, 1, 5, tzinfo=UTC))
    publish(people)
    add_orders(("NIL", "1997-08-01", "60000"))
    clock_at(datetime(1998, 2, 5, tzinfo=UTC))
    number = publish(people)

    assert grades() == {"BIG": "A", "MID": "B", "NIL": "A"}
    run = services.run_by_number(number)
    assert [(m.code, m.previous, m.grade, m.up) for m in movers(run)] == [("NIL", "C", "A", True)]
    changed = services.moves(run, services.scheme_of(version_of(run)))
    assert changed.kinds == {"up": 1, "same": 2}
    assert changed.pairs == {("A", "A"): 1, ("B", "B"): 1, ("C", "A"): 1}
    count = select(func.count()).select_from(CurrentGrade).where(CurrentGrade.run_id == run.id)
    assert db.session.execute(count).scalar_one() == 3


def test_recomputation_finds_a_wrong_score(people: Any, company: None) -> None:
    publish(people)
    with writing():
        db.session.execute(update(Result).where(Result.code == "MID").values(score=1))
    assert len(recomputed(db.session())) == 1
    assert len(in_force(db.session())) == 1


def test_a_run_is_put_up_once(people: Any, company: None) -> None:
    number, _request = put_up(people)
    with acting_as(people["data-analyst"]), pytest.raises(Conflict):
        services.submit(number)
    assert db.session.scalar(select(func.count()).select_from(Run)) == 1
