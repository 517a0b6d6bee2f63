"""The one question after closing: by a link that works once, or by phone (CMP-15)."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from kezhi import NotFound, Refused, acting_as, clock, db, set_setting, writing
from kezhi.testing.jobs import run_job

pytestmark = [pytest.mark.services, pytest.mark.plugins("complaints")]


@pytest.fixture
def closed(desk: Any, heard: Any, go: Any) -> Any:
    """``closed(complainant="…")`` brings a complaint all the way and returns its id."""
    from kezhi_complaints import services

    def make(**values: Any) -> int:
        case: int = heard(**values)
        go(desk.agent, case, "accept")
        go(desk.agent, case, "investigate", investigator=desk.seller.id)
        with acting_as(desk.seller):
            services.save_findings(case, 1, {"facts": "查明", "gap": "无复点"}, done=True)
            db.session.rollback()
        go(desk.agent, case, "judge", validity="valid")
        go(desk.agent, case, "plan", note="补发")
        go(desk.agent, case, "start")
        go(desk.agent, case, "answer", note="已补发", channel="phone")
        go(desk.agent, case, "confirm")
        for party in ("customer", "unit"):
            go(desk.agent, case, "explain", party=party)
        go(desk.agent, case, "close")
        return case

    return make


def asked(case: int) -> list[dict[str, Any]]:
    from kezhi_complaints.models import Satisfaction

    table: Any = Satisfaction.__table__
    rows = db.session.execute(select(table).where(table.c.complaint_id == case).order_by(table.c.id)).mappings()
    found = [dict(row) for row in rows]
    db.session.rollback()
    return found


def duties_of(who: Any) -> int:
    from kezhi.builtin.tasks.models import Task

    table: Any = Task.__table__
    mine = (table.c.owner_id == who.id) & (table.c.kind == "complaints.unsatisfied") & table.c.closed_at.is_(None)
    found = len(db.session.execute(select(table.c.id).where(mine)).all())
    db.session.rollback()
    return found


@pytest.mark.clause("CMP-15")
def test_the_link_goes_out_by_itself_works_once_and_tells_nothing_but_the_number(
    app: Any, closed: Any, customer: Any, desk: Any, clock_at: Any, monkeypatch: Any, client_as: Any
) -> None:
    from kezhi.builtin.customers.services import add_contact
    from kezhi_complaints.services import satisfaction_mail

    letters: list[tuple[str, str, str]] = []
    monkeypatch.setattr(satisfaction_mail, "write_to_other", lambda *given: letters.append(given))
    known = customer("K1", owner_id=desk.seller.id)
    with writing():
        for key, value in (("smtp_host", "127.0.0.1"), ("mail_from", "kezhi@example.com"),
                           ("site_address", "https://crm.example/kezhi/")):  # fmt: skip
            set_setting("tasks", key, value)
        add_contact(known, {"name": "陆敏", "phone": "13900017718", "email": "lu@example.com"})
    case = closed(customer_id=known)
    (row,) = asked(case)
    assert (row["channel"], row["code_hash"], row["asked_by_id"]) == ("link", None, None), "no code until it is sent"
    assert run_job(app, "complaints.ask", payload={"id": row["id"]}) == "done"
    ((address, subject, body),) = letters
    link = re.search(r"https://crm\.example(/kezhi)?(/complaints/satisfaction/([\w-]+))", body)
    assert link is not None
    assert (address, "到货短少" in subject + body) == ("lu@example.com", False)
    assert link[3] not in str(db.session.connection().exec_driver_sql("SELECT * FROM complaints_satisfaction").all())
    db.session.rollback()
    assert run_job(app, "complaints.ask", "again", {"id": row["id"]}) == "done"
    assert len(letters) == 1, "sent once"
    anybody = app.test_client()
    page = anybody.get(link[2])
    assert page.status_code == 200
    with acting_as(desk.agent):
        from kezhi_complaints import services

        number = services.complaint_by_id(case).number
        db.session.rollback()
    assert number in page.text
    for secret in ("到货短少", "陆敏", "客户 K1", "139"):
        assert secret not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    wrong = anybody.post(link[2], data={"comment": "写了半天"})
    assert wrong.status_code == 422
    assert "写了半天" in wrong.text, "nothing typed is lost"
    key = re.search(r'name="key"[^>]*value="([^"]+)"', page.text)
    sent = {"score": "4", "comment": "补发很快", **({"key": key[1]} if key else {})}
    thanks = anybody.post(link[2], data=sent)
    assert (thanks.status_code, number in thanks.text) == (200, True)
    (row,) = asked(case)
    assert (row["score"], row["leader_id"]) == (4, None)
    unknown = anybody.get("/complaints/satisfaction/anything")
    again = anybody.get(link[2])
    assert (again.status_code, _bare(again.text)) == (404, _bare(unknown.text)), "used and unknown look alike"
    assert anybody.post(link[2], data={"score": "1"}).status_code == 404
    assert asked(case)[0]["score"] == 4
    # expired, and one that another link has taken the place of
    other = closed(customer_id=known, phone="13800000000")
    assert asked(other) == [], "no e-mail address is known"
    first, second = _link(desk.agent, other), _link(desk.agent, other)
    assert anybody.get(f"/complaints/satisfaction/{first}").status_code == 404
    assert anybody.get(f"/complaints/satisfaction/{second}").status_code == 200
    clock_at(clock.now() + timedelta(days=14, seconds=1))
    late = anybody.get(f"/complaints/satisfaction/{second}")
    assert (late.status_code, _bare(late.text)) == (404, _bare(anybody.get("/complaints/satisfaction/anything").text))


def _bare(text: str) -> str:
    """A page without what differs at each request."""
    return re.sub(r'nonce-[^"\']+|value="[^"]*"|satisfaction/[\w-]+', "", text)


def _link(who: Any, case: int) -> str:
    from kezhi_complaints.services import satisfaction

    with acting_as(who), writing():
        return satisfaction.make_question(case)


@pytest.mark.clause("CMP-15")
def test_who_is_not_satisfied_is_a_duty_of_the_leader_who_reopens_or_escalates(
    desk: Any, closed: Any, go: Any, add_person: Any, heard: Any
) -> None:
    from kezhi_complaints import services
    from kezhi_complaints.services import satisfaction

    def phone(who: Any, case: int, score: int, comment: str = "") -> Any:
        with acting_as(who):
            try:
                return satisfaction.record_by_phone(case, score, comment).id
            finally:
                db.session.rollback()

    def settle(who: Any, what: str, asked_id: int, case: int, note: str) -> None:
        with acting_as(who):
            try:
                getattr(satisfaction, what)(asked_id, case, note)
            finally:
                db.session.rollback()

    open_case, case = heard(), closed()
    for who, one in ((desk.agent, open_case), (desk.seller, case)):  # not closed; not of the desk
        with pytest.raises(NotFound):
            phone(who, one, 5)
    for score, comment, field in ((0, "", "score"), (6, "", "score"), (5, "字" * 1001, "comment")):
        with pytest.raises(Refused) as refused:
            phone(desk.agent, case, score, comment)
        assert refused.value.field == field
    assert asked(case) == []
    answer = phone(desk.agent, case, 2, "补发又少一件")
    assert (asked(case)[0]["leader_id"], duties_of(desk.manager)) == (desk.manager.id, 1)
    with pytest.raises(NotFound):  # once
        phone(desk.agent, case, 5)
    for somebody in (desk.agent, desk.chief):
        with pytest.raises(NotFound):
            settle(somebody, "pass_up", answer, case, "请定")
    with pytest.raises(Refused, match="Nobody is above"):
        settle(desk.manager, "pass_up", answer, case, "请定")
    head = add_person("head", "customer-service-manager")
    with pytest.raises(Refused, match="escalate it"):  # now somebody is
        settle(desk.manager, "leave_closed", answer, case, "算了")
    with pytest.raises(Refused) as refused:
        settle(desk.manager, "pass_up", answer, case, " ")
    assert refused.value.field == "note"
    settle(desk.manager, "pass_up", answer, case, "请定")
    assert (duties_of(desk.manager), duties_of(head)) == (0, 1)
    settle(head, "leave_closed", answer, case, "已当面说明，客户接受")
    assert duties_of(head) == 0
    with acting_as(head):
        assert [each.details["what"] for each in services.events_of(case) if each.kind == "satisfaction"] == [
            "answer", "escalate", "settle",
        ]  # fmt: skip
        db.session.rollback()
    # re-opened, it is asked anew when it is closed again
    second = closed()
    waiting = _link(desk.agent, second)
    phone(desk.agent, second, 1)
    go(desk.manager, second, "reopen", note="复查")
    assert duties_of(desk.manager) == 0
    assert asked(second)[-1]["settled_by_id"] == desk.manager.id
    with pytest.raises(NotFound), writing():
        satisfaction.answer_by_link(waiting, 5, "")


@pytest.mark.clause("CMP-15")
def test_of_two_answers_at_the_same_moment_one_counts(app: Any, desk: Any, closed: Any) -> None:
    from kezhi_complaints.services import satisfaction

    case = closed()
    code, ready, results = _link(desk.agent, case), threading.Barrier(2), list[str]()

    def answer(score: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                with writing():
                    satisfaction.answer_by_link(code, score, "")
                results.append(f"stored {score}")
            except NotFound:
                results.append("too late")
            db.session.remove()

    threads = [threading.Thread(target=answer, args=(score,)) for score in (5, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    (row,) = asked(case)
    assert sorted(results) == [f"stored {row['score']}", "too late"]
