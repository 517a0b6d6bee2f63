"""Security checks and their findings (CUS-12). Writing functions expect an open ``writing()``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from kezhi import Conflict, NotFound, Refused, acting_user, announce, audit_record, clock, db, setting, visible
from kezhi.i18n import _, ngettext

from ...accounts.models import Account
from ...calendar.services import working_hours
from .. import checklist
from ..models import FINDING, CheckItem, Finding, Officer, SecurityCheck
from ..periods import Span, before, last_workday, span_of
from ..standing import midnight
from ..words import RESULTS

LONGEST_NOTE, LONGEST_TEXT = 500, 2000
UNSCOPED = {"kezhi_unscoped": True}


def present_span() -> tuple[Span, date]:
    """The span that a check would count for today, and its due day."""
    span = span_of(clock.today(), int(setting("upkeep", "check_months")))
    return span, last_workday(working_hours(), span)


def check_by_id(check_id: int) -> SecurityCheck:
    """A check. Errors: ``NotFound``, also when one may not see it."""
    found: SecurityCheck | None = db.session.scalars(
        visible(SecurityCheck).where(SecurityCheck.id == check_id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such check."))
    return found


def items_of(check: SecurityCheck) -> Sequence[CheckItem]:
    """The lines of a check, in order."""
    rows = visible(CheckItem).where(CheckItem.check_id == check.id)
    return db.session.scalars(rows.order_by(CheckItem.position)).all()


def findings_of(check: SecurityCheck) -> list[tuple[Finding, str]]:
    """The findings of a check with the names of their owners."""
    rows = visible(Finding).add_columns(Account.name).join(Account, Account.id == Finding.owner_id)
    rows = rows.where(Finding.check_id == check.id).order_by(Finding.due_on, Finding.id)
    return [(row, name) for row, name in db.session.execute(rows)]


def begin() -> SecurityCheck:
    """Begin the check of the present span with the company's list; the one that was begun already, if there is one."""
    span, due = present_span()
    wanted = select(SecurityCheck).where(SecurityCheck.start_on == span.start)
    found: SecurityCheck | None = db.session.scalars(wanted, execution_options=UNSCOPED).one_or_none()
    if found is not None:
        return found
    check = SecurityCheck(
        start_on=span.start,
        months=span.months,
        due_on=due,
        begun_at=clock.now(),
        begun_by=acting_user().login,
        version=1,
    )
    db.session.add(check)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict(_("Somebody else has just begun this check: open it.")) from error
    texts = enumerate(checklist.items())
    db.session.add_all(CheckItem(check_id=check.id, position=place, text=text) for place, text in texts)
    db.session.flush()
    audit_record("upkeep.check", "security-check", check.id, start_on=span.start.isoformat())
    announce(SecurityCheck, "create", [check.id])
    return check


def _claim(check_id: int, version: int, **values: Any) -> SecurityCheck:
    """Change an open check as it was read. Errors: ``Refused`` when it is done, ``Conflict``, ``NotFound``."""
    check = check_by_id(check_id)
    if check.done_at is not None:
        raise Refused(_("This check is done; it stays as it was recorded."))
    own = (SecurityCheck.id == check_id, SecurityCheck.version == version, SecurityCheck.done_at.is_(None))
    result: Any = db.session.execute(update(SecurityCheck).where(*own).values(version=version + 1, **values))
    if result.rowcount != 1:
        raise Conflict(_("Somebody else worked on this check meanwhile. Look at it again, then save again."))
    db.session.refresh(check)
    announce(SecurityCheck, "update", [check_id])
    return check


def record(check_id: int, version: int, results: Mapping[int, tuple[str, str]]) -> None:
    """Keep what was found about items: result and note by their ids. Errors: as above; ``Refused``."""
    check = _claim(check_id, version)
    with_finding = set(db.session.scalars(select(Finding.item_id).where(Finding.check_id == check_id)))
    for item in items_of(check):
        result, note = results.get(item.id, (item.result, item.note))
        if result and result not in RESULTS:
            raise Refused(_("Choose one of the list."))
        if len(note) > LONGEST_NOTE:
            raise Refused(_("Write %(count)s characters at most.", count=LONGEST_NOTE))
        if item.id in with_finding and result != FINDING:
            raise Refused(_("“%(item)s” has a finding on record: it stays one.", item=item.text))
        item.result, item.note = result, note
    db.session.flush()


def keep_results(check_id: int, version: int, results: Mapping[int, tuple[str, str]]) -> int:
    """Keep what was found so far, if it says anything new: the version to go on with. Errors: those of ``record``."""
    now = {item.id: (item.result, item.note) for item in items_of(check_by_id(check_id))}
    if all(results[key] == now.get(key, results[key]) for key in results):
        return version
    record(check_id, version, results)
    return version + 1


def add_finding(check_id: int, version: int, item_id: int, text: str, owner_id: int, due_on: date) -> Finding:
    """Record a finding about an item: what has to be put right, by whom, until when. Errors: as above; ``Refused``."""
    check = _claim(check_id, version)
    item = next((each for each in items_of(check) if each.id == item_id), None)
    if item is None:
        raise Refused(_("Choose the item that it is about."), field="item")
    if not text:
        raise Refused(_("Write what has to be put right."), field="text")
    if len(text) > LONGEST_TEXT:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_TEXT), field="text")
    if owner_id not in owners():
        raise Refused(_("Choose one of the list."), field="owner")
    if due_on < clock.today():
        raise Refused(_("%(day)s is over. Choose today or a later day.", day=due_on.isoformat()), field="due_on")
    item.result = FINDING
    found = Finding(
        check_id=check_id, item_id=item_id, text=text, owner_id=owner_id, due_on=due_on, found_at=clock.now(),
        found_by=acting_user().login,
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    audit_record("upkeep.finding", "finding", found.id, check=check_id, owner_id=owner_id, due_on=due_on.isoformat())
    announce(Finding, "create", [found.id])
    return found


def owners() -> dict[int, str]:
    """Who can have a finding: everybody active, by name."""
    rows = select(Account.id, Account.name).where(Account.active.is_(True)).order_by(Account.name, Account.id)
    return {row.id: row.name for row in db.session.execute(rows)}


def finish(check_id: int, version: int, summary: str) -> None:
    """The check is done: all was looked at, and what is not right has an owner and a day. Errors: ``Refused``."""
    check = check_by_id(check_id)
    items = items_of(check)
    open_ones = sum(not item.result for item in items)
    if open_ones:
        text = ngettext("%(num)s item was not looked at yet.", "%(num)s items were not looked at yet.", open_ones)
        raise Refused(text)
    with_finding = set(db.session.scalars(select(Finding.item_id).where(Finding.check_id == check_id)))
    bare = next((item for item in items if item.result == FINDING and item.id not in with_finding), None)
    if bare is not None:
        raise Refused(_("Record for “%(item)s” what has to be put right, by whom and until when.", item=bare.text))
    if not summary:
        raise Refused(_("Write the conclusion of the check."), field="summary")
    if len(summary) > LONGEST_TEXT:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_TEXT), field="summary")
    now = clock.now()
    _claim(check_id, version, done_at=now, done_by=acting_user().login, summary=summary)
    audit_record("upkeep.check_done", "security-check", check_id, findings=len(with_finding))


def finding_by_id(finding_id: int) -> Finding:
    """A finding. Errors: ``NotFound``, also when one may not see it."""
    found: Finding | None = db.session.scalars(visible(Finding).where(Finding.id == finding_id)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such finding."))
    return found


def close_finding(finding_id: int, measure: str) -> None:
    """It was put right. Errors: ``NotFound``; ``Refused`` without a measure; ``Conflict`` when it is closed already."""
    finding_by_id(finding_id)
    if not measure:
        raise Refused(_("Write what was done about it."), field="measure")
    if len(measure) > LONGEST_TEXT:
        raise Refused(_("Write %(count)s characters at most.", count=LONGEST_TEXT), field="measure")
    open_one = update(Finding).where(Finding.id == finding_id, Finding.closed_at.is_(None))
    values = {"closed_at": clock.now(), "closed_by": acting_user().login, "measure": measure}
    result: Any = db.session.execute(open_one.values(values), execution_options={"synchronize_session": False})
    if result.rowcount != 1:
        raise Conflict(_("This finding is closed already; nothing was changed."))
    db.session.expire_all()
    audit_record("upkeep.finding_closed", "finding", finding_id)
    announce(Finding, "update", [finding_id])


def missed() -> tuple[Span, date] | None:
    """The span before the present one, with its due day, if no check was done in it nor since although somebody was
    in charge of data protection by its due day.
    """
    span, _due = present_span()
    last = before(span)
    due = last_workday(working_hours(), last)
    first = db.session.scalar(select(func.min(Officer.from_on)), execution_options=UNSCOPED)
    if first is None or first > due:
        return None
    latest = db.session.scalar(select(func.max(SecurityCheck.done_at)), execution_options=UNSCOPED)
    return None if latest is not None and latest >= midnight(last.start) else (last, due)


def done_in_present() -> bool:
    """Whether the check of the present span is done."""
    span, _due = present_span()
    done = select(func.count()).where(SecurityCheck.done_at >= midnight(span.start))
    return bool(db.session.scalar(done, execution_options=UNSCOPED))


def item_text(finding: Finding) -> str:
    """What a finding is about: the line of the check, also for its owner, who does not see the check."""
    text = select(CheckItem.__table__.c.text).where(CheckItem.__table__.c.id == finding.item_id)
    return db.session.scalar(text) or ""


def owner_name(finding: Finding) -> str:
    """Who has a finding, also when that person left."""
    return db.session.scalar(select(Account.name).where(Account.id == finding.owner_id)) or ""
