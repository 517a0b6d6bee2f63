"""Half a year of complaints of the demo company, and its monthly reports: three are signed, the last one is a draft."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from kezhi import acting_as, clock, currency, db, writing
from kezhi.builtin.accounts.services import tree as departments
from kezhi.builtin.approvals.services import sign
from kezhi.builtin.apps.demo import DemoContext
from kezhi.builtin.customers.models import Customer
from kezhi.numbers import next_numbers

from .models import (
    ACCEPTED,
    ANSWERED,
    CAUSE,
    CHANNEL,
    CLOSED,
    CONFIRMED,
    IN_PROGRESS,
    INVESTIGATING,
    JUDGED,
    KIND,
    PLANNED,
    REGISTERED,
    Complaint,
    CorrectiveAction,
    Event,
    Remedy,
    Responsibility,
)
from .services import entries
from .services.following import facts_at_receipt, follow
from .services.report_months import later, month_of
from .services.report_signing import submit
from .services.reports import draft, edit

#: how many complaints came in so many months ago
MONTHS = {13: 26, 5: 33, 4: 34, 3: 29, 2: 23, 1: 15}
#: subject, kind, cause, product, department, what a valid one cost in yuan, how often: most of it is one cause
CASES: tuple[tuple[str, str, str, str, str, int, int], ...] = (
    ("到货短少", "discrepancy", "装车未复点", "焊接支架", "物资部", 860, 8),
    ("送货晚于约定", "timeliness", "运输延误", "密封圈", "物资部", 300, 5),
    ("发票抬头错误", "information", "信息录入错误", "", "财务部", 0, 4),
    ("外箱受压破损", "quality", "包装不足", "轴承座", "技术部", 1_450, 3),
    ("回单数量录错", "information", "信息录入错误", "", "信息部", 120, 2),
    ("反映电话转接多次", "duty", "人员态度", "", "客服部", 0, 1),
    ("理赔材料多次退回", "insurance", "理赔材料", "", "客服部", 2_200, 1),
    ("焊丝飞溅大", "quality", "来料质量", "低合金焊丝", "技术部", 3_600, 1),
)  # fmt: skip
TEXTS = (
    (
        "本月投诉以货差为主，“装车未复点”一项占三成以上，集中在夜班。首次答复总体达标，超时集中在周末到件。",
        "物资部自下月起夜班装车实行双人复点签字；客服部周末安排一人值守。",
    ),
    (
        "装车未复点仍居首位，但白班已基本消除；发票和回单录入错误有所上升，均为手工录入造成。",
        "信息部评估扫描录入替代手录；财务部开票前由第二人核对抬头。",
    ),
    (
        "有效投诉的成本主要来自包装破损和来料质量。运输延误与承运商换线有关，属阶段性问题。",
        "技术部修订轴承座包装规范；物资部与承运商约定换线期间的到货时间窗。",
    ),
    ("装车未复点仍是第一原因，夜班复点签字已落实，效果待检查。部分投诉尚未判定，签发前须跟进。", ""),
)
#: causes of the company's own below those that are shipped: (Chinese, English, key of the one above)
CAUSES = (
    ("装车未复点", "Loaded without a second count", "no-check"), ("运输延误", "Delay in transport", "carrier"),
    ("信息录入错误", "Wrong entry of data", "no-check"), ("包装不足", "Packaging too weak", "packaging"),
    ("人员态度", "Manner of staff", "attitude"), ("理赔材料", "Papers of claims", "process"),
    ("来料质量", "Quality of material", "defect"),
)  # fmt: skip


def make_reports(context: DemoContext) -> None:
    """The complaints of the months that are over, then the reports in the names of those whose they are."""
    manager = context.person("customer-service-manager")
    with acting_as(manager):
        causes = _causes()
        for back in MONTHS:
            _month(context, later(month_of(context.today), -back), MONTHS[back], causes, back)
        for place, back in enumerate((4, 3, 2, 1)):
            _report(context, later(month_of(context.today), -back), place, signed=back > 1)


def _causes() -> dict[str, int]:
    from .services import lists

    there = {row["key"]: row["id"] for row in entries(CAUSE)}
    with writing():
        return {
            zh: lists.add_entry(CAUSE, {"zh": zh, "en": en, "parent_id": there[above]}).id for zh, en, above in CAUSES
        }


def _month(context: DemoContext, month: date, count: int, causes: dict[str, int], back: int) -> None:
    """The complaints of one month, as the service desk dealt with them."""
    random = Random(20260700 + back)  # noqa: S311 - not for secrets; its own, so that what others make stays the same
    kinds, channels = ({row["key"]: row["id"] for row in entries(name)} for name in (KIND, CHANNEL))
    places = {node.name: node.id for node in departments()}
    agent, manager = context.person("customer-service-agent"), context.person("customer-service-manager")
    customers = list(db.session.scalars(select(Customer.id).where(Customer.code.is_not(None)).order_by(Customer.id)
                                        .limit(30)))  # fmt: skip
    start = datetime.combine(month, time(9), clock.company_zone()).astimezone(UTC)
    days, weights = (later(month, 1) - month).days, [case[6] for case in CASES]
    moments = sorted(
        start + timedelta(days=random.randrange(days), minutes=random.randrange(540)) for _each in range(count)
    )
    db.session.rollback()
    with writing():
        numbers = next_numbers(f"complaints.complaint:{month:%Y%m}", count)
        ids = []
        for number, came in zip(numbers, moments, strict=True):
            subject, kind, cause, product, department, cost, _weight = random.choices(CASES, weights)[0]
            valid = random.random() < 0.78
            complaint = Complaint(
                number=f"TS-{month:%Y%m}-{number:04d}", customer_id=random.choice(customers),
                anonymous=True, subject=subject, course=f"{subject}，客户要求查明原因并答复。", kind_id=kinds[kind],
                cause_id=causes[cause],
                channel_id=channels[random.choice(("phone", "phone", "chat", "mail"))], product=product,
                department_id=places.get(department), happened_on=clock.local(came).date(), received_at=came,
                received_by_id=agent.id, handler_id=agent.id, validity="valid" if valid else "invalid",
                severity="grave" if valid and random.random() < 0.06 else "ordinary",
                ground="" if valid else "facts_differ", created_at=came, updated_at=came,
            )  # fmt: skip
            db.session.add(complaint)
            db.session.flush()
            ids.append(complaint.id)
            _handled(random, complaint, came, agent.id, back)
            if valid and places.get(department):
                _borne(random, complaint, places[department], cost, manager.id, came)
        db.session.flush()
        follow(ids)
        _actions(context, ids, causes, back)


def _handled(random: Random, complaint: Complaint, came: datetime, agent: int | None, back: int) -> None:
    """Its steps: most are fast, some late, and of the last month a few are not at their end yet."""
    fast = random.random() < 0.86 + (5 - min(back, 5)) * 0.02
    plan = came + timedelta(minutes=random.randrange(5, 28) if fast else random.randrange(35, 200))
    result = came + timedelta(hours=random.randrange(3, 30) if random.random() < 0.9 else random.randrange(500, 900))
    ended = min(result + timedelta(days=random.randrange(1, 4)), clock.now() - timedelta(minutes=5))
    result = min(result, ended)
    way = [(ACCEPTED, came + timedelta(minutes=2)), (INVESTIGATING, came + timedelta(minutes=4)), (PLANNED, plan),
           (JUDGED, plan), (IN_PROGRESS, plan), (ANSWERED, result), (CONFIRMED, ended), (CLOSED, ended)]  # fmt: skip
    if back == 1 and random.random() < 0.12:
        way = way[:5]
    judged = {"validity": complaint.validity, "severity": complaint.severity, "ground": complaint.ground}
    details = {JUDGED: {**judged, "suggested": "ordinary", "improper": False, "untrue": False}}
    notes = {JUDGED: "当地媒体已有报道" if complaint.severity == "grave" else ""}
    facts = facts_at_receipt(complaint, {"minutes": 30})
    db.session.add(Event(complaint_id=complaint.id, kind=REGISTERED, at=came, by_id=agent, details=facts))
    for kind, at in way:
        owner = agent if kind == ACCEPTED else None
        db.session.add(Event(complaint_id=complaint.id, kind=kind, at=max(at, came), by_id=agent, owner_id=owner,
                             note=notes.get(kind, ""), details=details.get(kind, {})))  # fmt: skip
        if kind != JUDGED:
            complaint.state = kind
    complaint.planned_at, complaint.updated_at = plan, way[-1][1]
    if complaint.state == CLOSED:
        complaint.answered_at, complaint.closed_at = result, ended


def _borne(random: Random, complaint: Complaint, department: int, cost: int, person: int | None, at: datetime) -> None:
    db.session.add(Responsibility(complaint_id=complaint.id, unit="department", department_id=department, name="",
                                  unit_key=f"department:{department}", share=1_000_000))  # fmt: skip
    if cost and complaint.state == CLOSED and random.random() < 0.6:
        amount = cost * random.randrange(60, 140)
        db.session.add(Remedy(complaint_id=complaint.id, kind="compensation", amount=amount, currency=currency(),
                              agreed="按协商金额补偿", state="done", made_at=at, made_by_id=person, decided_at=at,
                              decided_by_id=person, done_at=at, done_by_id=person))  # fmt: skip


def _actions(context: DemoContext, ids: list[int], causes: dict[str, int], back: int) -> None:
    """Something is done about the most frequent causes: one is late, of one the effect has to be checked."""
    if back not in (2, 3):
        return
    owner, checker = context.person("materials-head").id, context.person("customer-service-manager").id
    now, cause = clock.now(), causes["装车未复点" if back == 3 else "运输延误"]
    of_cause = select(Complaint.id).where(Complaint.id.in_(ids), Complaint.cause_id == cause).limit(1)
    complaint_id = db.session.scalar(of_cause)
    if complaint_id is None:
        return
    state: dict[str, Any] = {"state": "open", "due_at": now - timedelta(days=5)}
    if back == 3:
        state = {"state": "done", "due_at": now - timedelta(days=9), "done_at": now - timedelta(days=10),
                 "done_by_id": owner, "done_note": "夜班双人复点签字已实行",
                 "check_at": now + timedelta(days=20)}  # fmt: skip
    measure = "夜班装车双人复点签字，监控抽查" if back == 3 else "与承运商重新约定到货时间窗"
    db.session.add(CorrectiveAction(complaint_id=complaint_id, cause_id=cause, measure=measure, owner_id=owner,
                                    checker_id=checker, given_at=now - timedelta(days=30), given_by_id=checker,
                                    **state))  # fmt: skip


def _report(context: DemoContext, month: date, place: int, *, signed: bool) -> None:
    manager = context.person("customer-service-manager")
    directors = [context.person(role) for role in ("deputy-general-manager", "general-manager")]
    findings, measures = TEXTS[place]
    with writing():
        report = draft(month)
        assert report is not None
        edit(report.id, report.version, {"findings": findings, "measures": measures})
        if signed:
            submit(report.id, report.version, [each.id for each in (manager, *directors) if each.id is not None])
        request_id = report.request_id
    if not signed or request_id is None:
        return
    for person in directors:
        with acting_as(person), writing():
            sign(request_id, "同意")
