"""What the signers of a confirmation get to see, and who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import force_locale
from sqlalchemy import and_, func, select

from kezhi import acting_user, db
from kezhi.i18n import _

from ...accounts.models import Account, Department, DepartmentClosure
from ...approvals.contributions import Proposal, Step
from ...customers.models import Customer
from ...customers.services import lists
from ..models import Line, Submission

KIND = "entry.confirm"
LINES, CUSTOMERS = Line.__table__, Customer.__table__
MOST_SHOWN = 50  #: rows in the request itself; all of them stand on the page of what was sent
#: who confirms where no manager of the department in charge can: who made it may not
HOLDERS = ("customer-service-manager", "general-manager")
TITLE = {"zh": "主管确认", "en": "Confirmation by the manager in charge"}


def address_of(submission_id: int) -> str:
    """The page of what was sent; commands have no request from which to build it."""
    return f"/entry/{submission_id}"


def proposal_of(sent: Submission) -> Proposal:
    """What is put up: the facts, the first rows, the digest of all of them."""
    lines = _first(sent.id)
    name = lines[0].name if sent.count == 1 else ""
    titles = both(
        lambda: _("New customer: %(name)s", name=name) if name else _("%(count)s new customers", count=sent.count)
    )
    facts = [[label, value] for label, value in zip(*_twice(lambda: _facts(sent, lines)), strict=True)]
    links = [[both(lambda: _("All rows as they were sent")), address_of(sent.id)]]
    if sent.count == 1:
        links = [[both(lambda: _("Customer file")), f"/customers/{lines[0].customer_id}"], *links]
    heads, _same = _twice(lambda: [(head, head) for head in _head()])
    table = {"head": heads, "rows": [_row(line) for line in lines]}
    return Proposal(
        kind=KIND,
        reference=str(sent.id),
        title=titles,
        digest=sent.digest,
        steps=steps_for(sent.id),
        snapshot={"facts": facts, "table": table, "links": links},
    )


def both(text: Callable[[], Any]) -> dict[str, str]:
    """A text in both languages, as data."""
    with force_locale("zh_Hans_CN"):
        chinese = str(text())
    with force_locale("en"):
        english = str(text())
    return {"zh": chinese, "en": english}


def _twice(pairs: Callable[[], list[tuple[str, str]]]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Labels and values in both languages."""
    with force_locale("zh_Hans_CN"):
        chinese = pairs()
    with force_locale("en"):
        english = pairs()
    both_of = [[{"zh": str(a[at]), "en": str(b[at])} for a, b in zip(chinese, english, strict=True)] for at in (0, 1)]
    return both_of[0], both_of[1]


def _first(submission_id: int) -> list[Any]:
    rows = select(LINES).where(LINES.c.submission_id == submission_id).order_by(LINES.c.customer_id)
    return list(db.session.execute(rows.limit(MOST_SHOWN)))


def _facts(sent: Submission, lines: list[Any]) -> list[tuple[str, str]]:
    separator, nobody = _(", "), _("nobody")
    types = separator.join(f"{type_text(key)} {count}" for key, count in sent.totals["types"])
    owners = separator.join(f"{name or nobody} {count}" for name, count in sent.totals["owners"])
    if sent.count == 1 and lines[0].parts:
        types = " · ".join((types, lines[0].parts))
    facts = [(_("New customers"), str(sent.count)), (_("First classification"), types), (_("Owner"), owners)]
    if sent.source:
        facts.append((_("Imported from"), sent.source))
    if sent.count > len(lines):
        facts.append((_("Rows shown here"), _("the first %(count)s; all stand behind the link", count=len(lines))))
    return facts


def type_text(key: str) -> str:
    """A business type as people read it."""
    return lists.text_of("business_type", key) if key else _("not classified")


def _head() -> list[str]:
    return [_("Prospect number"), _("Customer name"), _("Business type"), _("Region"), _("Owner"), _("Department")]


def _row(line: Any) -> list[Any]:
    return [
        line.number,
        line.name,
        both(lambda: " · ".join(filter(None, (type_text(line.business_type), line.parts)))),
        both(lambda: lists.text_of("region", line.region) if line.region else "—"),
        line.owner or "—",
        line.department or "—",
    ]


def steps_for(submission_id: int) -> tuple[Step, ...]:
    """One signature: the manager of the department in charge of all of the rows, else of the customer file's holder."""
    user = acting_user()
    manager = _manager_in_charge(submission_id, user)
    if manager is not None:
        return (Step(TITLE, user_id=manager),)
    role = next((role for role in HOLDERS if role not in user.roles), HOLDERS[-1])
    return (Step(TITLE, role=role),)


def _manager_in_charge(submission_id: int, user: Any) -> int | None:
    """The active manager, not the maker, of the lowest department that all departments of the rows lie in."""
    of_rows = (
        select(CUSTOMERS.c.department_id)
        .join(LINES, LINES.c.customer_id == CUSTOMERS.c.id)
        .where(LINES.c.submission_id == submission_id, CUSTOMERS.c.department_id.is_not(None))
        .distinct()
    )
    places = list(db.session.scalars(of_rows))
    if not places and user.department_id is not None:
        places = [user.department_id]
    if not places:
        return None
    closure = DepartmentClosure
    above = (
        select(closure.ancestor_id)
        .where(closure.descendant_id.in_(places))
        .group_by(closure.ancestor_id)
        .having(func.count() == len(places))
        .subquery()
    )
    # the lowest of them: the one that most of the others lie above
    depth = select(func.count()).where(closure.descendant_id == Department.id).correlate(Department).scalar_subquery()
    statement: Any = (
        select(Account.id)
        .join(Department, Department.manager_id == Account.id)
        .join(above, above.c.ancestor_id == Department.id)
        .where(and_(Account.active.is_(True), Account.login != user.login))
        .order_by(depth.desc())
        .limit(1)
    )
    found: int | None = db.session.scalar(statement)
    return found
