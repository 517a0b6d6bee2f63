"""The plugin is made right: the checks that every plugin passes."""

from __future__ import annotations

from typing import Any

import pytest

from kezhi import acting_as, db, writing
from kezhi.testing.conformance import conformance_of
from kezhi.testing.conformance.subject import MARK

pytestmark = pytest.mark.services


def examples(app: Any, customer_id: int) -> dict[str, Any]:
    """A complaint of the customer that is investigated, with somebody heard, help asked for and guidance; feedback, a
    list, and the address of the public page."""
    from kezhi import clock
    from kezhi.builtin.accounts.services import add_department
    from kezhi.testing.plugin import new_person
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND, Complaint
    from kezhi_complaints.services import reports
    from kezhi_complaints.services.report_months import later, month_of, span_of

    agent, finder = (new_person(app, login, "customer-service-agent") for login in ("taker", "finder"))
    chief = new_person(app, "chief-of-service", "customer-service-manager")
    with writing():
        kind, channel = services.entries(KIND)[0]["id"], services.entries(CHANNEL)[0]["id"]
        complaint = services.register(
            {"customer_id": customer_id, "complainant": MARK, "phone": "13900017718", "subject": "Twelve boxes short",
             "course": f"{MARK} counted 36 of 48", "kind_id": kind, "channel_id": channel}
        )  # fmt: skip
        feedback = services.add_feedback(
            {"customer_id": customer_id, "sort": "opinion", "contact": MARK, "phone": "13900017718",
             "subject": "Drivers wait", "content": f"{MARK} waits two hours", "due_on": clock.today(),
             "department_id": add_department("Logistics").id}
        )  # fmt: skip
        services.add_progress(feedback.id, f"{MARK} was called")
        code, feedback_id = services.make_link(), feedback.id
        month = later(month_of(clock.today()), -1)
        table: Any = Complaint.__table__
        received = {"received_at": span_of(month).start}  # the report on the last month counts it
        db.session.execute(table.update().where(table.c.id == complaint.id).values(received))
        report = reports.draft(month)
        assert report is not None
        report_id = report.id
    with acting_as(agent):
        services.take_step(complaint.id, 1, "accept")
        services.take_step(complaint.id, 2, "investigate", {"investigator": finder.id})
    with acting_as(finder):
        services.save_findings(complaint.id, 1, {"facts": f"{MARK} left them", "gap": MARK, "name": MARK,
                                                 "side": "witness", "said": MARK})  # fmt: skip
        asked = services.ask(complaint.id, f"{MARK} where?", person_id=agent.id).id
    with acting_as(chief):
        given = services.guide(complaint.id, f"{MARK} first").id
    return {**followed(complaint.id, agent, finder),
            "complaint_id": complaint.id, "key": "withdraw", "guidance_id": given, "help_id": asked,
            "report_id": report_id, "feedback_id": feedback_id, "name": "kind", "code": code,
            "tier": "normal"}  # fmt: skip


def followed(complaint_id: int, agent: Any, finder: Any) -> dict[str, Any]:
    """What follows from the complaint: a remedy, who bears it, an action that was done, and a question with its answer.
    The actions of the pages are those that are still open."""
    from kezhi import clock, db
    from kezhi_complaints.models import Satisfaction
    from kezhi_complaints.services import actions, remedies, responsible, satisfaction

    with acting_as(agent):
        remedy = remedies.add_remedy(complaint_id, "apology", 0, f"{MARK} is told sorry")
        remedies.carry_out(remedy.id, remedy.version, f"{MARK} was told")
        open_remedy = remedies.add_remedy(complaint_id, "replacement", 100, f"{MARK} gets twelve").id
        from kezhi_complaints.services import complaint_by_id

        version = complaint_by_id(complaint_id).version
        db.session.rollback()
        responsible.name_responsible(complaint_id, version, None, [responsible.Share("carrier", "Shunda", 1_000_000)])
        done = actions.give_action(complaint_id, f"Count for {MARK}", agent.id, finder.id)
        actions.finish_action(done.id, done.version, f"Counted for {MARK}")
        action = actions.give_action(complaint_id, f"Sign for {MARK}", agent.id, finder.id).id
        actions.abandon_action(done_with(complaint_id, agent, finder), 1, f"{MARK} wants none")
    with writing():
        complaint = complaint_by_id(complaint_id)
        satisfaction.put_question(complaint, email=f"{MARK}@example.com", code_hash=satisfaction.hashed("a-token"))
        answered = Satisfaction(complaint_id=complaint_id, channel="phone", asked_at=clock.now(), score=1,
                                answered_at=clock.now(), comment=f"{MARK} waits", leader_id=agent.id,
                                due_at=clock.now())  # fmt: skip
        db.session.add(answered)
        db.session.flush()
        return {"remedy_id": open_remedy, "action_id": action, "satisfaction_id": answered.id, "token": "a-token"}


def done_with(complaint_id: int, agent: Any, finder: Any) -> int:
    """Another action, to be given up."""
    from kezhi_complaints.services import actions

    return int(actions.give_action(complaint_id, f"Weigh for {MARK}", agent.id, finder.id).id)


globals().update(conformance_of("complaints", examples=examples))
