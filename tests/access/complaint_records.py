"""A complaint and feedback of a customer, as the tests of access need them: for the canary and for all addresses."""

from __future__ import annotations

from typing import Any

from kezhi import User, clock, db, writing


def complaint_of(customer_id: int, words: str) -> dict[str, Any]:
    """Write a complaint and feedback down whose every text holds ``words``; what stands for them in addresses."""
    from kezhi.builtin.accounts.services import add_department
    from kezhi_complaints import services
    from kezhi_complaints.models import CHANNEL, KIND

    with writing():
        kinds = {row["key"]: row["id"] for row in services.entries(KIND)}
        texts = dict.fromkeys(("complainant", "subject", "course", "against", "product", "reference"), words)
        given = {"customer_id": customer_id, "phone": "13900017718", "kind_id": kinds["discrepancy"],
                 "channel_id": services.entries(CHANNEL)[0]["id"]}  # fmt: skip
        told = dict.fromkeys(("contact", "subject", "content"), words)
        when = {"department_id": add_department("Told").id, "due_on": clock.today(), "sort": "opinion"}
        feedback = services.add_feedback({"customer_id": customer_id, **when, **told}).id
        services.add_progress(feedback, words)
        made = services.register({**given, **texts}).id
        return {"complaint_id": made, "feedback_id": feedback, "code": services.make_link(), "tier": "normal",
                "report_id": report_on(made)}  # fmt: skip


def followed(complaint_id: int, who: User, words: str) -> dict[str, Any]:
    """What follows from a complaint, in the hands of one person, with ``words`` in every text: inside ``writing()``.

    Another complaint than the one of ``complaint_of`` may stand for ``complaint_id``. ``token`` is a link that works.
    """
    from kezhi_complaints.models import CorrectiveAction, Remedy, Responsibility, Satisfaction
    from kezhi_complaints.services.satisfaction import hashed

    mine, now, me = {"complaint_id": complaint_id}, clock.now(), int(who.id or 0)
    remedy = Remedy(**mine, kind="replacement", amount=100, currency="CNY", agreed=words, state="approved", made_at=now,
                    made_by_id=me, done_note=words)  # fmt: skip
    share = Responsibility(**mine, unit="carrier", name=words, unit_key="c:1", share=1_000_000)
    action = CorrectiveAction(**mine, measure=words, owner_id=me, checker_id=me, given_at=now, due_at=now, state="open",
                              done_note=words, check_note=words)  # fmt: skip
    link = Satisfaction(**mine, channel="link", asked_at=now, code_hash=hashed("a-token"),
                        expires_at=now.replace(year=now.year + 1))  # fmt: skip
    said = Satisfaction(**mine, channel="phone", asked_at=now, answered_at=now, score=1, comment=words, leader_id=me,
                        due_at=now)  # fmt: skip
    db.session.add_all([remedy, share, action, link, said])
    db.session.flush()
    return {"remedy_id": remedy.id, "action_id": action.id, "satisfaction_id": said.id, "token": "a-token"}


def hand_to(login: str) -> None:
    """Whoever has this login handles every complaint, and decides about every customer who is not satisfied."""
    from kezhi.builtin.accounts.services import user_named
    from kezhi_complaints.models import Complaint, Satisfaction

    person = user_named(login)
    assert person is not None
    for model, column in ((Complaint, "handler_id"), (Satisfaction, "leader_id")):
        table: Any = model.__table__
        with writing():
            db.session.execute(table.update().where(table.c[column].is_not(None)).values({column: person.id}))


def report_on(complaint_id: int) -> int:
    """A draft of the report on the last month, which counts the complaint as received in it. Inside ``writing()``."""
    from kezhi_complaints.models import Complaint
    from kezhi_complaints.services import reports
    from kezhi_complaints.services.report_months import later, month_of, span_of

    month = later(month_of(clock.today()), -1)
    table: Any = Complaint.__table__
    db.session.execute(table.update().where(table.c.id == complaint_id).values(received_at=span_of(month).start))
    report = reports.draft(month)
    assert report is not None
    assert report.received == 1
    return int(report.id)
