"""The page of a complaint and what hangs on it: forms keep what was typed, missing and refused look alike."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import acting_as, db, set_setting, writing

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def case(desk: Any, heard: Any, customer: Any) -> int:
    """Accepted by the agent, and to be investigated by the colleague."""
    from kezhi_complaints import services

    made = heard(customer_id=customer("K1", owner_id=desk.seller.id), accused_id=desk.manager.id, kind="rude")
    with acting_as(desk.agent):
        services.take_step(made, 1, "accept")
        db.session.rollback()
        services.take_step(made, 2, "investigate", {"investigator": desk.colleague.id})
        db.session.rollback()
    return int(made)


@pytest.mark.clause("CMP-11", "CMP-10", "CMP-16")
def test_findings_on_the_page_keep_what_was_typed(desk: Any, case: int, client_as: Any) -> None:
    from kezhi_complaints.models import Investigation

    address = f"/complaints/{case}"
    finder, agent, accused = (
        client_as(None, login=each.login, locale="en") for each in (desk.colleague, desk.agent, desk.manager)
    )
    assert accused.get(address).status_code == 404
    page = finder.get(address)
    assert "promises nothing" in page.text
    assert 'name="answer"' not in page.text, "who investigates has no field for an answer"
    sent = {"version": "1", "facts": "Typed with care", "gap": "No second check", "side": "witness", "said": "Saw it"}
    wrong = finder.post(f"{address}/findings", data=sent)
    assert wrong.status_code == 422
    assert "Typed with care" in wrong.text
    assert "Say who was heard" in wrong.text
    assert agent.post(f"{address}/findings", data={**sent, "name": "Ma"}).status_code == 404
    files = {"files": (io.BytesIO(b"%PDF-1 seen"), "camera.pdf")}
    assert finder.post(f"{address}/findings", data={**sent, "name": "Ma", **files}).status_code == 302
    stale = finder.post(f"{address}/findings", data={**sent, "facts": "Typed on an old page", "said": ""})
    assert stale.status_code == 422
    assert "Typed on an old page" in stale.text
    assert 'name="version" type="hidden" value="2"' in stale.text, "sent again it goes on from what is there"
    shown = agent.get(address).text
    assert "camera.pdf" in shown
    assert "Typed with care" in shown
    assert "camera.pdf" not in client_as(None, login=desk.seller.login, locale="en").get(address).text, (
        "findings are not everybody's"
    )
    asked = finder.post(f"{address}/help", data={"person": desk.chief.id, "department": "0", "question": "Where?"})
    assert asked.status_code == 302
    ask = client_as(None, login=desk.chief.login, locale="en")
    assert "Where?" in ask.get("/complaints/help/1").text
    assert client_as(None, login=desk.seller.login, locale="en").get("/complaints/help/1").status_code == 404
    empty = ask.post("/complaints/help/1/decline", data={"version": "1", "reason": ""})
    assert empty.status_code == 422
    assert ask.post("/complaints/help/1", data={"version": "1", "answer": "At the gate"}).status_code == 302
    assert finder.post(f"{address}/findings", data={"version": "2", "facts": "Found", "done": "1"}).status_code == 302
    table: Any = Investigation.__table__
    assert db.session.execute(select(table.c.finished_at)).scalar_one() is not None
    db.session.rollback()


@pytest.mark.clause("CMP-03", "CMP-04")
def test_the_judgement_greys_what_cannot_be_and_says_why(desk: Any, case: int, client_as: Any) -> None:
    from kezhi_complaints import services

    address = f"/complaints/{case}"
    agent = client_as(None, login=desk.agent.login, locale="en")
    assert "Is the complaint valid?" not in agent.get(address).text, "not before the findings are complete"
    with acting_as(desk.colleague):
        services.save_findings(case, 1, {"facts": "Found"}, done=True)
        db.session.rollback()
    with writing():
        set_setting("complaints", "ground_2_en", "Outside of what we promise and forbidden by us")
    page = agent.get(address).text
    assert "Outside of what we promise and forbidden by us" in page
    text = plain(page)
    assert "(the complaint is not anonymous)" in text
    assert "(the day of the event is not on record)" in text
    greyed = re.findall(r'<input[^>]*name="ground"[^>]*>', page)
    assert ["disabled" in each for each in greyed] == [False, False, False, True, False, True]
    version = re.search(r'name="version" type="hidden" value="(\d+)"', page)
    assert version
    sent = {"version": version[1], "validity": "invalid", "ground": "quarrel", "severity": "ordinary", "note": ""}
    wrong = agent.post(f"{address}/judgement", data=sent)
    assert wrong.status_code == 422
    assert "Say why" in wrong.text
    assert re.search(r'checked[^>]*value="quarrel"', wrong.text)
    assert agent.post(f"{address}/judgement", data={**sent, "note": "He apologised"}).status_code == 302
    assert "He apologised" in agent.get(address).text


@pytest.mark.clause("CMP-10", "CMP-12", "CMP-17")
def test_a_step_has_a_page_with_what_it_asks_for(desk: Any, case: int, client_as: Any, heard: Any) -> None:
    address = f"/complaints/{case}"
    agent, colleague = (
        client_as(None, login=desk.agent.login, locale="en"),
        client_as(None, login=desk.colleague.login, locale="en"),
    )
    assert colleague.get(f"{address}/steps/plan").status_code == 404
    for key in ("judge", "note", "find", "nothing"):
        assert agent.get(f"{address}/steps/{key}").status_code == 404
    assert agent.get(f"{address}/steps/close").status_code == 302, "it says on the page why not yet"
    page = agent.get(f"{address}/steps/plan").text
    version = re.search(r'name="version" type="hidden" value="(\d+)"', page)
    key = re.search(r'name="submission_key" type="hidden" value="([^"]+)"', page)
    assert version
    assert key
    empty = agent.post(f"{address}/steps/plan", data={"version": version[1], "note": " "})
    assert empty.status_code == 422
    assert "Write down what was decided" in empty.text
    sent = {"version": version[1], "note": "Apologise and send them", "submission_key": key[1]}
    for _click in (1, 2):  # a double click counts once
        assert agent.post(f"{address}/steps/plan", data=sent).status_code == 302
    assert agent.get(address).text.count("Apologise and send them") == 1
    old = agent.post(f"{address}/steps/pause", data={"version": version[1], "note": "Waits for her"})
    assert old.status_code == 422
    assert "Waits for her" in old.text
    assert "Somebody else has changed" in old.text
    assert agent.post(f"{address}/notes", data={"note": "Called her"}).status_code == 302
    assert "Called her" in agent.get(address).text
    assert client_as(None, login=desk.seller.login, locale="en").get(f"{address}/steps/plan").status_code == 404
    assert agent.post(f"{address}/guidance", data={"text": "Hurry"}).status_code == 404
    other = heard(department_id=desk.department_id)
    manager = client_as(None, login=desk.manager.login, locale="en")
    assert manager.post(f"/complaints/{other}/guidance", data={"text": "Hurry"}).status_code == 422
    agent.post(f"/complaints/{other}/steps/accept", data={"version": "1", "handler": desk.agent.id})
    assert manager.post(f"/complaints/{other}/guidance", data={"text": "Be quick"}).status_code == 302
    assert "Be quick" in agent.get(f"/complaints/{other}").text
    answered = {"g1-version": "1", "g1-answer": "Done", "version": "1"}
    assert manager.post(f"/complaints/{other}/guidance/1", data=answered).status_code == 404
    assert agent.post(f"/complaints/{other}/guidance/1", data=answered).status_code == 302
    assert "Done" in manager.get(f"/complaints/{other}").text
    home = plain(agent.get("/").text)
    assert "Complaints I handle" in home


@pytest.mark.clause("CMP-10", "CUS-10")
def test_the_doctor_sees_what_the_history_does_not_say_and_erasing_leaves_no_word(desk: Any, case: int) -> None:
    from kezhi.builtin.destruction.services.executing import erase_persons
    from kezhi.builtin.destruction.services.sweeping import layout
    from kezhi.builtin.destruction.services.tracing import subject_of
    from kezhi_complaints import services
    from kezhi_complaints.handling_checks import own_complaints, unanswered, wrong_standing
    from kezhi_complaints.models import Complaint, Event, Hearing, Investigation

    with acting_as(desk.colleague):
        services.save_findings(case, 1, {"facts": "查明", "name": "马建军", "side": "witness", "said": "看见"})
        db.session.rollback()
    found = [check(db.session) for check in (wrong_standing, own_complaints, unanswered)]
    assert found == [[], [], []]
    table: Any = Complaint.__table__
    with writing():
        db.session.execute(table.update().values(state="closed", handler_id=desk.manager.id))
    assert [len(check(db.session)) for check in (wrong_standing, own_complaints, unanswered)] == [1, 1, 1]
    customer = db.session.execute(select(table.c.customer_id)).scalar_one()
    db.session.rollback()
    with writing():
        counts = erase_persons(subject_of(customer, "persons", "test"), layout())
    assert counts["complaints_hearing"] == 2
    for model, names in ((Event, ("note",)), (Investigation, ("facts",)), (Hearing, ("name", "said"))):
        rows = db.session.execute(select(*[model.__table__.c[name] for name in names])).all()  # type: ignore[attr-defined]
        assert {text for row in rows for text in row} == {""}
    db.session.rollback()


@pytest.mark.clause("CMP-10", "ORG-01")
def test_who_leaves_hands_over_but_never_to_whom_it_is_about(desk: Any, case: int, heard: Any, add_person: Any) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.handing_over import (
        barred_from_handling,
        barred_from_investigating,
        handled,
        investigated,
        move_handled,
        move_investigated,
    )
    from kezhi_complaints.models import Complaint

    new = add_person("new", "customer-service-agent")
    assert [row.record_id for row in db.session.execute(handled(desk.agent.id))] == [case]
    assert list(db.session.scalars(barred_from_handling(desk.manager.id))) == [case], "about the manager"
    assert list(db.session.scalars(barred_from_handling(desk.colleague.id))) == [case], "investigates it"
    assert list(db.session.scalars(barred_from_investigating(desk.agent.id))) == [1], "answers it"
    assert not list(db.session.scalars(barred_from_handling(new.id)))
    db.session.rollback()
    with writing():
        move_handled(desk.agent.id, new.id, select(Complaint.__table__.c.id).where(Complaint.__table__.c.id == case))
    other = add_person("other", "customer-service-agent")
    ids = select(investigated(desk.colleague.id).subquery().c.record_id)
    with writing():
        move_investigated(desk.colleague.id, other.id, ids)
    with acting_as(other):
        services.save_findings(case, 2, {"facts": "go on"})
        assert [event.kind for event in services.events_of(case)][-2:] == ["assigned", "assigned"]
        db.session.rollback()
    from kezhi_complaints.handling_checks import wrong_standing

    assert wrong_standing(db.session) == []
