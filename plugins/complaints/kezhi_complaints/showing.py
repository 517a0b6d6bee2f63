"""Everything that the page of a complaint shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import current_app, url_for
from sqlalchemy import func, select

from kezhi import acting_user, clock, db, visible
from kezhi.builtin.accounts.models import Account, Department
from kezhi.builtin.customers.models import Customer
from kezhi.builtin.files.pages import accepted, icon_of, limits_text, size_text
from kezhi.i18n import _

from . import services
from .clock_panel import clocks_of
from .forms.handling import AnswerForm, AskForm, FindingsForm, GuideForm, JudgeForm, NoteForm
from .intake_pages import registration_of
from .models import (
    CLOSED,
    ESCALATED,
    HELP_ENDED,
    INVALID,
    INVESTIGATING,
    JUDGED,
    REGISTERED,
    TOLD,
    TOO_LATE,
    VALID,
    WITHDRAWN,
    Complaint,
    Event,
    Guidance,
    Investigation,
)
from .remedy_panel import followed, remedy_panel
from .rules import is_late
from .services.checking import case_of, explained_to, running_investigation
from .services.disputing import offered
from .services.entries import ENTRIES, title_of
from .services.investigating import evidence_of
from .services.people import barred, possible_helpers
from .steps import NEXT, STEPS
from .words import SEVERITY_TONES, SEVERITY_WORDS, STATE_TONES, STATE_WORDS, VALIDITY_WORDS
from .words_handling import (
    CLOSED_UNANSWERED,
    DECLINED_EVENT,
    EVENT_WORDS,
    GUIDANCE_ANSWERED,
    HELP_WORDS,
    PARTY_WORDS,
    SIDE_WORDS,
    STEPPER,
    ground_words,
)

ACCOUNTS: Any = Account.__table__
YEAR = timedelta(days=365)
#: steps that stand in the head beside the one that leads on, and those of the menu
BESIDE, MORE = ("pause", "resume", "escalate"), (
    "take", "assign", "replace", "delay", "explain", "lapse", "withdraw", "reopen",
)  # fmt: skip
MOST_FACTS = 6
PEOPLE = ("user_id", "person_id", "leader_id", "to_id")  #: details of events that name somebody


@dataclass
class Forms:
    """The forms on the page: those that were sent keep what was typed."""

    findings: FindingsForm | None = None
    judge: JudgeForm | None = None
    note: NoteForm | None = None
    ask: AskForm | None = None
    guide: GuideForm | None = None
    answers: dict[int, AnswerForm] = field(default_factory=dict)


def complaint_page(complaint: Complaint, sent: Forms | None = None) -> dict[str, Any]:
    """The page's values. The customer only for who sees it, the findings only for who sees them."""
    sent = sent or Forms()
    events, given = services.events_of(complaint.id), services.guidance_of(complaint.id)
    names = _names(complaint, events, given)
    may = services.may_make(complaint)
    titles = _titles(complaint, events)
    return {
        "complaint": complaint,
        "customer": _customer(complaint),
        "state": (STATE_WORDS[complaint.state], STATE_TONES[complaint.state]),
        "kind": titles.get(complaint.kind_id, ""),
        "channel": titles.get(complaint.channel_id, ""),
        "names": names,
        "department": _department(complaint),
        "steps": _stepper(complaint, events, names),
        "history": [_line(each, names, titles) for each in reversed(events)],
        "note_form": sent.note or NoteForm(),
        "words": {"validity": VALIDITY_WORDS, "severity": SEVERITY_WORDS, "severity_tones": SEVERITY_TONES,
                  "grounds": ground_words(), "parties": PARTY_WORDS, "sides": SIDE_WORDS, "helps": HELP_WORDS},
        "turn": _turn(complaint, names),
        **_buttons(complaint, may),
        **_investigation(complaint, sent, may),
        **_judgement(complaint, sent, may, events),
        **_guidance(complaint, sent, given),
        **_background(complaint),
        **remedy_panel(complaint),
        **registration_of(complaint),
        "clocks": clocks_of(complaint),
        "dispute": offered(complaint),
    }  # fmt: skip


def _customer(complaint: Complaint) -> Customer | None:
    if complaint.customer_id is None:
        return None
    seen = visible(Customer).where(Customer.id == complaint.customer_id)
    found: Customer | None = db.session.scalars(seen).one_or_none()
    return found


def _names(complaint: Complaint, events: list[Event], given: list[Guidance]) -> dict[int | None, str]:
    """The names of everybody whom the page names, by id: one statement."""
    ids: set[Any] = {complaint.accused_id, complaint.received_by_id, complaint.handler_id}
    ids.update(each.person_id for each in given)
    for event in events:
        ids |= {event.by_id, event.owner_id, *(event.details.get(key) for key in PEOPLE)}
    rows = db.session.execute(select(ACCOUNTS.c.id, ACCOUNTS.c.name).where(ACCOUNTS.c.id.in_(sorted(ids - {None}))))
    found: dict[int | None, str] = {row.id: row.name for row in rows}
    found[None] = str(_("System"))
    return found


def _titles(complaint: Complaint, events: list[Event]) -> dict[int, str]:
    wanted = {complaint.kind_id, complaint.channel_id, *(each.details.get("channel_id") for each in events)} - {None}
    rows = db.session.execute(select(ENTRIES).where(ENTRIES.c.id.in_(sorted(wanted)))).mappings()
    return {row["id"]: title_of(row) for row in rows}


def _department(complaint: Complaint) -> str:
    if complaint.department_id is None:
        return ""
    return str(db.session.scalar(select(Department.name).where(Department.id == complaint.department_id)) or "")


def _stepper(complaint: Complaint, events: list[Event], names: dict[int | None, str]) -> list[dict[str, Any]]:
    """The eight steps: when and by whom each was made the last time, and where the complaint stands."""
    order = [state for state, _title in STEPPER]
    made = {each.kind: each for each in events if each.kind in order}
    ended = complaint.state == WITHDRAWN
    here = max((order.index(each) for each in made), default=0) if ended else order.index(complaint.state)
    found = []
    for at, (state, title) in enumerate(STEPPER):
        event = made.get(state)
        note, now = "", "todo"
        if at < here or complaint.state == CLOSED or (ended and at == here):
            now = "done" if event is not None and at <= here else "todo"
        elif at == here:
            now = "done" if state == REGISTERED and complaint.state != REGISTERED else "current"
        if event is not None and at <= here:
            note = f"{clock.local(event.at):%m-%d %H:%M} {names.get(event.by_id, '')}".strip()
        found.append({"title": title, "note": note, "state": now})
    if ended:
        found.append({"title": STATE_WORDS[WITHDRAWN], "note": "", "state": "failed"})
    return found


def _turn(complaint: Complaint, names: dict[int | None, str]) -> str:
    """Whose turn it is, by name."""
    if complaint.state in (CLOSED, WITHDRAWN):
        return ""
    if complaint.state == REGISTERED:
        return str(_("Customer service accepts it"))
    if complaint.paused:
        return str(_("Waits for the customer"))
    running = running_investigation(complaint)
    if complaint.state == INVESTIGATING and running is not None and running.finished_at is None:
        return str(_("Turn: %(name)s investigates", name=names.get(running.investigator_id, "")))
    return str(_("Turn: %(name)s", name=names.get(complaint.handler_id, "")))


def _line(event: Event, names: dict[int | None, str], titles: dict[int, str]) -> dict[str, Any]:
    """One line of the history: what happened, what was said, who and when."""
    title, icon, tone = EVENT_WORDS[event.kind]
    details, tail = event.details, ""
    if details.get("leader_id"):
        tail = names.get(details["leader_id"], "")
    elif details.get("user_id") or details.get("person_id"):
        tail = names.get(details.get("user_id") or details.get("person_id"), "")
    elif event.kind == TOLD:
        tail = PARTY_WORDS.get(details.get("party"), "")
        if details.get("about") == "findings":
            title = _("Findings explained")
    elif event.kind == JUDGED:
        tail = f"{VALIDITY_WORDS[details['validity']]} · {SEVERITY_WORDS[details['severity']]}"
    if event.kind == HELP_ENDED and details.get("declined"):
        title, tone = DECLINED_EVENT, "red"
    if details.get("answered"):
        title, tone = GUIDANCE_ANSWERED, "green"
    if details.get("unanswered"):
        title, tone = CLOSED_UNANSWERED, "gray"
    if event.kind == ESCALATED and details.get("delay"):
        title = _("It takes longer: escalated")
    title, tail = followed(event, title, tail)
    channel = titles.get(details.get("channel_id", 0), "")
    return {"title": title, "icon": icon, "tone": tone, "tail": tail, "channel": channel, "note": event.note,
            "who": names.get(event.by_id, ""), "at": event.at}  # fmt: skip


def _buttons(complaint: Complaint, may: dict[str, Any]) -> dict[str, Any]:
    """The step that leads on as the big button, what else can be done beside it and in the menu."""
    onward = NEXT.get(complaint.state, "")
    if complaint.validity == INVALID:  # what it leaves out
        onward = next((key for key in ("answer", "close") if key in may), onward)
    first = onward if onward in may else ""

    def button(key: str) -> dict[str, Any]:
        step = STEPS[key]
        url = url_for("complaints.step", complaint_id=complaint.id, key=key)
        return {"key": key, "title": step.title, "icon": step.icon, "url": url, "missing": may[key]}

    beside = [key for key in BESIDE if key in may and not may[key]]
    more = [key for key in MORE if key in may and not may[key]]
    if "reopen" in more and not first:
        beside.append("reopen")
        more.remove("reopen")
    main = button(first) if first else None
    hindered = main["missing"] if main is not None else ""
    return {
        "main": main if main and not main["missing"] else None,
        "hindered": (main["title"], hindered) if main is not None and hindered else None,
        "beside": [button(key) for key in beside],
        "more": [button(key) for key in more],
        "may_note": "note" in may,
    }


def _investigation(complaint: Complaint, sent: Forms, may: dict[str, Any]) -> dict[str, Any]:
    found = services.investigations_of(complaint.id)
    running: Investigation | None = next((each for each in found if each.ended_at is None), None)
    mine = "find" in may and running is not None and running.finished_at is None
    form = None
    if mine:
        form = sent.findings or FindingsForm()
        form.prepare(running)
    ask = None
    if services.may_ask(complaint):
        ask = sent.ask or AskForm()
        departments = select(Department.id, Department.name).order_by(Department.name)
        ask.prepare(possible_helpers(complaint), [(row.id, row.name) for row in db.session.execute(departments)])
    heard = services.hearings_of([each.id for each in found])
    return {
        "investigations": found,
        "running": running,
        "heard": heard,
        "findings_form": form,
        "evidence": evidence_of(running),
        "earlier_evidence": {each.id: evidence_of(each) for each in found if each is not running},
        "helps": services.helps_of(complaint.id),
        "ask_form": ask,
        "ask_open": sent.ask is not None,
        "explained": [PARTY_WORDS[each] for each in PARTY_WORDS if each in explained_to(complaint)],
        "icon_of": icon_of,
        "size_text": size_text,
        "limits": limits_text(),
        "accepted": accepted(),
    }


def _judgement(complaint: Complaint, sent: Forms, may: dict[str, Any], events: list[Event]) -> dict[str, Any]:
    case = case_of(complaint)
    suggested = TOO_LATE if is_late(case) else ""
    form = None
    if "judge" in may:
        form = sent.judge or JudgeForm()
        form.prepare(complaint, case, suggested)
    judged = next((each for each in reversed(events) if each.kind == JUDGED), None) if complaint.validity else None
    return {
        "judge_form": form,
        "judge_missing": may.get("judge", ""),
        "judged": judged,
        "suggested": (INVALID if suggested else VALID, suggested),
    }


def _guidance(complaint: Complaint, sent: Forms, given: list[Guidance]) -> dict[str, Any]:
    me = acting_user().id
    out = barred(complaint)
    answers = {}
    for each in given:
        if each.answered_at is None and each.person_id == me and me not in out:
            form = sent.answers.get(each.id) or AnswerForm(prefix=f"g{each.id}-")
            if not form.version.data:
                form.version.data = each.version
            answers[each.id] = form
    guide = (sent.guide or GuideForm()) if services.may_guide(complaint) else None
    return {"guidance": given, "answer_forms": answers, "guide_form": guide, "guide_open": sent.guide is not None}


def _background(complaint: Complaint) -> dict[str, Any]:
    """What the customer is beside this complaint: others of twelve months, and the figures that the apps give."""
    customer = _customer(complaint)
    if customer is None:
        return {"facts": [], "earlier": (0, 0), "owner": ""}
    recent = visible(Complaint).where(
        Complaint.customer_id == customer.id, Complaint.received_at >= clock.now() - YEAR
    )  # fmt: skip
    rows = recent.with_only_columns(func.count(), func.count().filter(Complaint.validity == VALID)).order_by(None)
    count, valid = db.session.execute(rows).one()
    call = current_app.extensions["kezhi"].call
    facts = sorted(call.record_facts(record=customer, user=acting_user()), key=lambda fact: fact.order)
    owner = db.session.scalar(select(ACCOUNTS.c.name).where(ACCOUNTS.c.id == customer.owner_id)) or ""
    return {"facts": facts[:MOST_FACTS], "earlier": (count, valid), "owner": owner}
