"""What the page of the editor shows: the rows, who would sign, and what is wrong with the flow as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from kezhi import User, acting_user, currency, db, localised
from kezhi import lazy_gettext as _l
from kezhi.forms import Form
from kezhi.i18n import _
from kezhi.money import to_minor

from ...accounts.services import role_titles, user_by_id
from ...accounts.services.departments import tree
from ..contributions import ESCALATE, REMIND, SubjectKind
from ..models import FlowVersion, Request
from ..settings import due_hours
from .checking import HIGHEST, Problem, problems_of
from .draft import Errors, Row, read_rows
from .keeping import LONGEST_REASON
from .people import find_people, label, offered
from .preview import preview
from .stored import FlowStep

BLANKS = 2  #: empty fields for people after those chosen

#: fields that are folded away as long as they say nothing
SPECIAL = ("above", "up_to", "department", "hours", "late", "zh", "en")


class FlowForm(Form):
    """The fields of the editor beside the steps: the version that was opened, the reason, and whom it is tried on."""

    base = HiddenField(default="0")
    reason = TextAreaField(
        _l("Reason for the change"),
        [Length(max=LONGEST_REASON, message=_l("At most 400 characters."))],
        render_kw={"rows": 2, "maxlength": LONGEST_REASON},
    )
    maker = StringField(_l("Put up by"), render_kw={"list": "people", "maxlength": 200, "autocomplete": "off"})
    amount = StringField(_l("Amount"), render_kw={"inputmode": "decimal", "maxlength": 30, "autocomplete": "off"})

    @property
    def base_version(self) -> int:
        """The version that was opened, 0 for none yet."""
        text = str(self.base.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


@dataclass
class Page:
    """A flow on its way back to the browser."""

    kind: str
    subject: SubjectKind
    rows: list[Row]
    form: FlowForm
    row: FlowVersion | None
    focus: int | None = None
    show_errors: bool = False
    conflict: str = ""
    saved_meanwhile: list[dict[str, str]] = field(default_factory=list)

    def read(self) -> tuple[list[FlowStep], Errors]:
        """The steps that stand in the form, and what cannot be read."""
        return read_rows(self.rows, role_titles())


def values(page: Page) -> dict[str, Any]:
    """The page as plain values."""
    steps, errors = page.read()
    problems = [] if errors else problems_of(page.kind, [each.step for each in steps])
    shown: Errors = {}
    if page.show_errors:
        shown = dict(errors)
        for problem in problems:
            if problem.severity == "error":
                shown.setdefault(field_of(problem), []).append(str(problem))
    return {
        "page": page,
        "form": page.form,
        "rows": page.rows,
        "errors": shown,
        "special_errors": lambda at: any(f"{at}.{name}" in shown for name in SPECIAL),
        "problems": problems,
        "unreadable": sum(map(len, errors.values())),
        "options": _options(page),
        "look": None if errors else _look(page, steps),
        "blanks": BLANKS,
        "title": localised(page.subject.title) if isinstance(page.subject.title, dict) else str(page.subject.title),
        "due_hours": due_hours(),
        "money": currency(),
    }


def field_of(problem: Problem) -> str:
    """The field to which the message of a problem goes; empty: the flow as a whole."""
    names = {"no_signer": "who", "unknown_role": "who", "manager": "how", "too_many": "how", "needs": "how",
             "no_amount": "above", "negative": "above", "empty_band": "up_to", "unknown_department": "department",
             "hours": "hours", "same_person": "who"}  # fmt: skip
    return "" if problem.place is None else f"steps.{problem.place - 1}.{names.get(problem.code, 'people')}"


def _options(page: Page) -> dict[str, Any]:
    roles = [(f"role:{key}", localised(title)) for key, title in role_titles().items()]
    levels = [("manager:1", _("Manager of the maker's department"))]
    levels += [(f"manager:{n}", _("Manager %(level)s levels up", level=n)) for n in range(2, HIGHEST + 1)]
    return {
        "roles": roles,
        "managers": levels[:5],
        "how": [("one", _("one of them")), ("all", _("all of them")), ("turn", _("all, in turn")),
                ("2", _("two of them")), ("3", _("three of them"))],
        "departments": [(str(node.id), f"{'　' * node.depth}{node.name}") for node in tree()],
        "late": [(REMIND, _("remind; the manager after twice the time")), (ESCALATE, _("tell the manager at once"))],
        "people": offered(),
    }  # fmt: skip


def _look(page: Page, steps: list[FlowStep]) -> Any:
    """Who would sign for the person and the amount in the form."""
    form, user = page.form, acting_user()
    typed = (form.maker.data or "").strip()
    if typed:
        found = find_people([typed])[typed]
        known = user_by_id(found) if isinstance(found, int) else None
        if known is None:
            form.maker.errors = [*form.maker.errors, str(found)]
            return None
        user = known
    else:
        user = _usual_maker(page.kind) or user
        form.maker.data = label(user.name, user.login) if user.id is not None else ""
    amount = None
    if page.subject.amount is not None:
        try:
            amount = to_minor((form.amount.data or "0").strip() or "0", currency())
        except ValueError:
            form.amount.errors = [*form.amount.errors, _("Write an amount, such as 50000.")]
            return None
    return preview([each.step for each in steps], user, amount)


def _usual_maker(kind: str) -> User | None:
    """Who put up the latest request of a kind, to begin with: whoever designs flows is seldom the one who asks."""
    latest = select(Request.requester_id).where(Request.kind == kind, Request.requester_id.is_not(None))
    found = db.session.scalar(latest.order_by(Request.id.desc()).limit(1), execution_options={"kezhi_unscoped": True})
    return user_by_id(found) if found is not None else None
