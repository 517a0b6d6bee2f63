"""Credit rating sheets: filled in by sales, decided by finance, then the customer's rating (CRD-01, CRD-02).

What is put up is frozen: figures, points and reasons as both people saw them. The decider is never who filled it in.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kezhi import (
    Conflict,
    NotFound,
    Refused,
    acting_user,
    announce,
    audit_record,
    clock,
    currency,
    db,
    setting,
    visible,
    writing,
)
from kezhi import lazy_gettext as _l
from kezhi.builtin.approvals.contributions import Proposal, Step, SubjectKind
from kezhi.builtin.approvals.services import audit_refusal, inbox, propose, request_for, sign
from kezhi.builtin.customers.models import Customer
from kezhi.i18n import _, in_both_languages
from kezhi.money import display
from kezhi.numbers import next_numbers

from ..models import APPROVED, RETURNED, WAITING, Investigation, Sheet
from .classes import class_by_id, class_by_key, classes_in_use
from .investigations import findings_of, valid_investigation
from .limits import OUTCOMES, UNSCOPED
from .position import position_of
from .ratings import rate, seen_customer
from .scoring import judge, plain
from .sources import all_sources

if TYPE_CHECKING:
    from kezhi.builtin.approvals.models import Request

KIND = "credit.sheet"
SHEETS: Any = Sheet.__table__
LONGEST_OPINION = 1000
#: what of the position stands on a sheet, for judging: amounts in minor units, None where it is unknown
FACTS = ("limit", "used", "free", "receivables", "overdue", "overdue_days_max")


def subject_kind() -> SubjectKind:
    """What the approvals builtin needs to carry a rating sheet out."""
    return SubjectKind(
        kind=KIND,
        title=_l("Credit rating sheet"),
        digest=lambda request: digest_of(_sheet(request)),
        apply=_decide,
        closed=_close,
        address=lambda request: f"/credit/sheets/{int(request.reference)}",
        steps=shipped_steps,
    )


def shipped_steps() -> tuple[Step, ...]:
    """Finance decides; the company may keep another flow."""
    return (Step({"zh": "财务审定", "en": "Decision by finance"}, role="finance"),)


def content_of(customer_id: int, investigation: Investigation) -> dict[str, Any]:
    """What a sheet of a customer says now: nobody is named, and no words of the findings are copied."""
    now = position_of(customer_id)
    titles = {each["key"]: {"zh": each["zh"], "en": each["en"]} for each in all_sources()}
    return {
        "day": clock.today().isoformat(),
        "currency": currency(),
        "investigation": {
            "number": investigation.number,
            "on": str(investigation.investigated_on),
            "until": str(investigation.valid_until),
            "findings": [
                {"source": titles.get(each.source_key, each.source_key), "judgement": each.judgement}
                for each in findings_of(investigation.id)
            ],
        },
        "judged": judge(customer_id).as_data(),
        "class": now["class_key"] or "",
        "facts": {name: now[name] for name in FACTS},
    }


def suggested_key(content: dict[str, Any]) -> str:
    """The class that the score suggests: the credit class of that letter, where there is one in use."""
    grade = content["judged"]["grade"] or ""
    return grade if any(each["key"] == grade for each in classes_in_use()) else ""


def fill_in(customer_id: int, class_id: int, opinion: str) -> Sheet:
    """Put up a rating sheet in the acting user's name. One that was returned to the same person goes on.

    Errors: ``NotFound``; ``Conflict`` while another one of the customer waits; ``Refused`` naming the field, also
    without an investigation that holds today.
    """
    opinion = opinion.strip()
    if not opinion:
        raise Refused(_("Write what speaks for this class."), field="opinion")
    if len(opinion) > LONGEST_OPINION:
        raise Refused(_("At most %(count)s characters.", count=LONGEST_OPINION), field="opinion")
    with writing():
        customer = seen_customer(customer_id)
        proposed = class_by_id(class_id)
        if proposed["retired_at"] is not None:
            raise Refused(
                _("The class %(key)s is given no more: choose another one.", key=proposed["key"]), field="class_id"
            )
        investigation = valid_investigation(customer.id)
        if investigation is None:
            raise Refused(_("No investigation of this customer holds today: have it investigated first."))
        number = next_numbers("credit.sheet")[0]  # locked to the end: sheets come one after the other
        _check_free(customer.id)
        sheet = _returned_one(customer.id) or Sheet(number=f"PG-{number:06d}", customer_id=customer.id)
        sheet.investigation_id, sheet.content = investigation.id, content_of(customer.id, investigation)
        sheet.suggested_key, sheet.proposed_id, sheet.opinion = suggested_key(sheet.content), class_id, opinion
        sheet.state, sheet.decided_id, sheet.decided_reason = WAITING, None, ""
        sheet.decided_at, sheet.decided_by = None, ""
        sheet.filled_on, sheet.filled_at, sheet.filled_by = clock.today(), clock.now(), acting_user().login
        db.session.add(sheet)
        db.session.flush()
        sheet.request_id = propose(_proposal(sheet, customer, investigation)).id
        db.session.flush()
        announce(Sheet, "create", [sheet.id])
        audit_record("credit.sheet.fill_in", "credit_sheet", sheet.id, customer=customer.id,
                     request=sheet.request_id)  # fmt: skip
        return sheet


def decide_sheet(sheet_id: int, class_id: int, reason: str = "", opinion: str = "") -> Sheet:
    """Decide a sheet as the acting user, whose signature it is: the proposed class, or another one with a reason.

    Where the company's flow has further steps, the class holds once the last one is signed. Errors: ``NotFound``;
    ``Conflict`` when it is decided already; ``Refused`` naming the field; ``Barred`` for who may not sign.
    """
    sheet, reason, opinion = sheet_by_id(sheet_id), reason.strip(), opinion.strip()
    request_id, row = sheet.request_id or 0, class_by_id(class_id)
    if row["retired_at"] is not None:
        raise Refused(_("The class %(key)s is given no more: choose another one.", key=row["key"]), field="class_id")
    right: dict[str, int] = {}
    try:
        with writing():
            sheet = _locked(sheet_id)
            if sheet.state != WAITING:
                raise Conflict(_("The sheet %(number)s is decided already.", number=sheet.number))
            differs = class_id != sheet.proposed_id
            if differs and not reason:
                raise Refused(_("Say why another class than the proposed one is given."), field="reason")
            if len(reason) > LONGEST_OPINION:
                raise Refused(_("At most %(count)s characters.", count=LONGEST_OPINION), field="reason")
            request = request_for(KIND, str(sheet.id))
            if request is not None:
                right = {"round": request.round, "position": request.step}
            sheet.decided_id, sheet.decided_reason = class_id, reason if differs else ""
            db.session.flush()
            announce(Sheet, "update", [sheet.id])
            said = _("Class %(key)s: %(reason)s", key=row["key"], reason=reason) if differs else ""
            sign(request_id, "\n".join(part for part in (said, opinion) if part))
            return sheet_by_id(sheet_id)
    except Conflict:
        raise
    except Refused as error:
        if right and hasattr(error, "code"):
            audit_refusal(request_id, "approve", error, **right)
        raise


def may_decide(sheet: Sheet) -> bool:
    """Whether the acting user can give the signature that a sheet waits for."""
    return sheet.state == WAITING and sheet.request_id in {each.id for each in inbox()}


def sheet_by_id(sheet_id: int) -> Sheet:
    """A sheet of a customer that the user sees. Errors: ``NotFound``."""
    found: Sheet | None = db.session.scalars(visible(Sheet).where(Sheet.id == sheet_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such rating sheet."))
    return found


def sheets_of(customer_id: int) -> list[Sheet]:
    """Every sheet of a customer that the user sees, the newest first."""
    statement = visible(Sheet).where(Sheet.customer_id == customer_id).order_by(Sheet.id.desc())
    return list(db.session.scalars(statement))


def digest_of(sheet: Sheet) -> str:
    """SHA-256 over what is signed: not over the decision, which the signer adds."""
    proposed = class_by_id(sheet.proposed_id)["key"]
    signed = [sheet.number, sheet.content, proposed, sheet.opinion, sheet.state]
    return hashlib.sha256(json.dumps(signed, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _locked(sheet_id: int) -> Sheet:
    statement = visible(Sheet).where(Sheet.id == sheet_id).with_for_update(of=Sheet)
    options = {"populate_existing": True}
    found: Sheet | None = db.session.scalars(statement, execution_options=options).one_or_none()
    if found is None:
        raise NotFound(_("There is no such rating sheet."))
    return found


def _check_free(customer_id: int) -> None:
    c = SHEETS.c
    number = db.session.scalar(select(c.number).where(c.customer_id == customer_id, c.state == WAITING).limit(1))
    if number is not None:
        raise Conflict(_("Another rating sheet of this customer waits to be decided: %(number)s.", number=number))


def _returned_one(customer_id: int) -> Sheet | None:
    """The last sheet of the customer that came back to the same person."""
    statement = select(Sheet).where(
        Sheet.customer_id == customer_id, Sheet.state == RETURNED, Sheet.filled_by == acting_user().login
    )
    found = db.session.scalars(statement.order_by(Sheet.id.desc()).limit(1), execution_options=UNSCOPED).one_or_none()
    if found is not None:
        latest = request_for(KIND, str(found.id))
        if latest is None or latest.status != RETURNED:
            return None
    return found


def _proposal(sheet: Sheet, customer: Customer, investigation: Investigation) -> Proposal:
    """What is put to the signers, without names: those stand on the page it leads to."""
    code, content = customer.code or customer.prospect_number or "", sheet.content
    judged, money = content["judged"], content["currency"]
    overdue = content["facts"]["overdue"]
    unknown = in_both_languages(_l("Unknown"))
    facts: list[list[Any]] = [
        [in_both_languages(_l("Customer code")), code],
        [in_both_languages(_l("Class at present")), content["class"] or in_both_languages(_l("Not rated"))],
        [in_both_languages(_l("Proposed class")), class_by_id(sheet.proposed_id)["key"]],
        [in_both_languages(_l("Class by the score")), judged["rule"] or judged["problem"] or "—"],
        [in_both_languages(_l("Amount overdue")), unknown if overdue is None else display(overdue, money)],
        [in_both_languages(_l("Credit investigation")), f"{investigation.number} · {content['investigation']['on']}"],
    ]
    table = {
        "head": [in_both_languages(text) for text in (_l("Criterion"), _l("Points"), _l("Weight"))],
        "rows": [
            [line["title"], "—" if line["points"] is None else plain(line["points"]), line["weight"]]
            for line in judged["lines"]
        ],
    }
    links = [[in_both_languages(_l("Credit rating sheet")), f"/credit/sheets/{sheet.id}"]]
    return Proposal(
        kind=KIND,
        reference=str(sheet.id),
        title=in_both_languages(_l("Credit rating sheet %(number)s of %(code)s", number=sheet.number, code=code)),
        digest=digest_of(sheet),
        snapshot={"facts": facts, "table": table, "links": links, "text": sheet.opinion},
    )


def _sheet(request: Request) -> Sheet:
    statement = select(Sheet).where(Sheet.id == int(request.reference))
    options = {**UNSCOPED, "populate_existing": True}
    found = db.session.scalars(statement, execution_options=options).one_or_none()
    if found is None:
        raise Refused(_("What this request is about does not exist any more."))
    return found


def _decide(request: Request) -> None:
    """In the last signature's transaction: the class that was decided on becomes the customer's rating today."""
    sheet = _sheet(request)
    if sheet.state != WAITING or digest_of(sheet) != request.digest:
        raise Refused(_("This is not the sheet that was signed; nothing took effect."))
    given = class_by_id(sheet.decided_id or sheet.proposed_id)
    sheet.state, sheet.decided_id, sheet.decided_at = APPROVED, given["id"], clock.now()
    sheet.decided_by = acting_user().login
    made = rate(sheet.customer_id, given["id"], clock.today(), grounds_of(sheet), source="sheet")
    sheet.rating_id = made.id
    db.session.flush()
    announce(Sheet, "update", [sheet.id])
    audit_record("credit.sheet.decide", "credit_sheet", sheet.id, request=request.number, rating=made.id,
                 as_proposed=given["id"] == sheet.proposed_id)  # fmt: skip


def grounds_of(sheet: Sheet) -> str:
    """One sentence that says why, in the company's language: it stands with the class from then on."""
    language = "zh" if str(setting("kezhi", "locale")).startswith("zh") else "en"
    given, proposed = class_by_id(sheet.decided_id or sheet.proposed_id), class_by_id(sheet.proposed_id)
    rule = str((sheet.content["judged"]["rule"] or {}).get(language, ""))
    if given["id"] != proposed["id"]:
        text = _l("Rating sheet %(number)s: %(proposed)s was proposed, %(given)s was decided: %(reason)s",
                  number=sheet.number, proposed=proposed["key"], given=given["key"],
                  reason=sheet.decided_reason)  # fmt: skip
    elif rule:
        text = _l("Rating sheet %(number)s: %(rule)s", number=sheet.number, rule=rule)
    else:
        text = _l("Rating sheet %(number)s: class %(given)s as proposed.", number=sheet.number, given=given["key"])
    return in_both_languages(text)[language][:LONGEST_OPINION]


def _close(request: Request, outcome: str) -> None:
    sheet = _sheet(request)
    sheet.state, sheet.decided_at, sheet.decided_by = OUTCOMES[outcome], clock.now(), acting_user().login
    sheet.decided_id, sheet.decided_reason = None, ""
    db.session.flush()
    announce(Sheet, "update", [sheet.id])
    audit_record("credit.sheet.close", "credit_sheet", sheet.id, outcome=outcome)


def class_for(key: str) -> int | None:
    """The id of the class with a letter, None without one."""
    try:
        return int(class_by_key(key)["id"])
    except NotFound:
        return None
